"""The deck "Seminario Justicia Abierta Quintana Roo" (31 May 2021): rows of its tables to statements."""

from __future__ import annotations

from ingest import patterns, terms, uris, values
from ingest.authority import Mention
from ingest.context import SourceContext
from ingest.patterns import Judgement, Quantity
from ingest.readers import Row

COUNTRY = "MX"
SDG_SCHEME = "http://metadata.un.org/sdg"


def _text(context: SourceContext, row: Row, subject: str, column: str, predicate: str) -> None:
    """The cell as literals of the property: one per line for notes (the deck's bullets), one for all else."""
    lines = row.text(column).splitlines() if predicate == "skos:note" else [row.text(column)]
    for line in filter(None, (" ".join(line.split()) for line in lines)):
        context.add(subject, predicate, terms.text(line, context.language(row, column)))


def _checked_date(context: SourceContext, row: Row, written: str, column: str) -> values.PartialDate | None:
    """A typed date that must repeat what is printed beside it."""
    date = context.value(row, column, values.partial_date)
    printed = context.value(row, written, values.written_date)
    if date and printed and not (printed.allows(date) if date.day else (printed.year, printed.month) == (date.year, date.month)):
        shown = row.peek(written)
        row.problem(column, "date", date.text, f"la fecha impresa: {shown}", f"the date as printed: {shown}")
        return None
    return date


def organizations(context: SourceContext, row: Row) -> None:
    """Bodies that the deck introduces outside the tables of commitments."""
    kind, key, written = row.text("clave_tipo"), context.key(row, "clave"), row.text("nombre_escrito")
    known = context.build.authority.bodies.get((kind, key or ""))
    if key is None or known is None:
        row.problem("clave", "unknown-institution", key or "", "una clave de data/reference/organizations.csv", "a key of data/reference/organizations.csv")
        return
    subject = context.mint(kind, key)
    context.stated(subject, context.passage(row, as_written=written))
    # An acronym or a name in another language than the deck's carries its own tag, or none.
    language = row.text("idioma")
    if written and uris.folded(written) != uris.folded(known.name):
        context.add(subject, "skos:altLabel", terms.text(written, None if language == "siglas" else language or context.contract.language_tag))
    page = context.value(row, "pagina", values.iri)
    if page:
        context.add(subject, "foaf:homepage", terms.iri(page))


def plans(context: SourceContext, row: Row) -> None:
    key, area = context.key(row, "clave"), context.key(row, "jurisdiccion", "area")
    initiative = context.key(row, "iniciativa", "initiative")
    if not (key and area and initiative):
        return
    subject = context.mint("plan", key)
    passage = context.passage(row, as_written=row.text("periodo_escrito"))
    title = " ".join(row.text("titulo").split())
    place = context.thing("area", area)
    where = context.label(place, "es")
    # A title such as "4to Plan de Acción" says nothing out of its place.
    context.describe(subject, ["ogcm:ActionPlan"], {"es": title if where in title else f"{title} ({where})"}, passage)
    _text(context, row, subject, "titulo", "dct:title")
    number = context.value(row, "ordinal", values.number_token)
    if number:
        context.add(subject, "ogcm:number", terms.text(number))
    position = context.value(row, "posicion", values.integer)
    if position is not None:
        context.add(subject, "ogcm:position", terms.integer(position))
    context.add(subject, "ogcm:jurisdiction", place)
    context.add(subject, "ogcm:underInitiative", context.thing("initiative", initiative))
    start, end = context.value(row, "inicio", values.partial_date), context.value(row, "fin", values.partial_date)
    if start and end and start.earliest > end.latest:
        row.problem("fin", "period", end.text, f"una fecha posterior a {start.text}", f"a date after {start.text}")
    if start or end:
        context.add(subject, "dct:temporal", patterns.period(context, start, end))
    if row.text("ods_escrito"):
        # "Vinculación con ODS y Agenda 2030": the whole agenda, so the scheme and no single goal.
        context.add(subject, "ogcm:contributesTo", terms.iri(SDG_SCHEME))
    _text(context, row, subject, "ods_escrito", "skos:note")
    _text(context, row, subject, "descripcion", "dct:description")
    _text(context, row, subject, "nota", "skos:note")


def axes_of_plan_2(context: SourceContext, row: Row) -> None:
    number, name = context.value(row, "numero", values.number_token), context.literal(row, "nombre")
    if not (number and name):
        return
    subject = _axis(context, "mx-aga2-eje", number, " ".join(row.text("nombre").split()), context.passage(row))
    _text(context, row, subject, "nota", "skos:note")
    context.add(context.thing("plan", "MX-2"), "ogcm:hasAxis", subject)


def _axis(context: SourceContext, scheme: str, number: str, name: str, passage: str) -> str:
    subject = terms.iri(context.build.addresses.concept(scheme, number))
    context.build.concepts[scheme].setdefault(number, {"es": name})
    context.describe(subject, ["ogcm:Axis", "skos:Concept"], {"es": name}, passage)
    context.add(subject, "skos:prefLabel", terms.text(name, "es"))
    context.add(subject, "skos:notation", terms.text(number))
    for relation in ("skos:inScheme", "skos:topConceptOf"):
        context.add(subject, relation, terms.iri(context.build.addresses.concept(scheme)))
    if number.isdigit():
        context.add(subject, "ogcm:position", terms.integer(int(number)))
    return subject


def _commitment(context: SourceContext, row: Row, plan: str, number: str, title_column: str, passage: str, key: str | None = None) -> tuple[str, str]:
    """Subject and key of a commitment with number, position, plan and title."""
    natural = f"{plan} {number}"
    proposal = key or uris.commitment(plan, number)
    registered = context.build.registry.use("commitment", proposal, natural=natural, date=context.date)
    subject = context.mint("commitment", proposal, natural=natural)
    title = " ".join(row.text(title_column).split())
    context.describe(subject, ["ogcm:Commitment"], {"es": title}, passage)
    _text(context, row, subject, title_column, "dct:title")
    context.add(subject, "dct:isPartOf", context.thing("plan", plan))
    context.add(subject, "ogcm:number", terms.text(number))
    if number.isdigit():
        context.add(subject, "ogcm:position", terms.integer(int(number)))
    return subject, registered


def commitments_of_plan_3(context: SourceContext, row: Row) -> None:
    number = context.value(row, "numero", values.number_token)
    if number and row.text("titulo"):
        subject, _ = _commitment(context, row, "MX-3", number, "titulo", context.passage(row))
        _text(context, row, subject, "nota", "skos:note")


def _plan_4(origin: str):  # noqa: ANN202 - a row mapping
    def commitments(context: SourceContext, row: Row) -> None:
        number = context.value(row, "numero", values.number_token)
        if not (number and row.text("nombre_corto")):
            return
        passage = context.passage(row)
        subject, key = _commitment(context, row, "MX-4", number, "nombre_corto", passage)
        context.add(subject, "ogcm:origin", context.concept("origin", origin))
        topic = context.code(row, "tema_codigo")
        written = " ".join(row.text("tema").split())
        if topic:
            context.add(subject, "dct:subject", topic)
            named = context.build.concepts["mx-tema"][row.text("tema_codigo")].get("es", "")
            if written != named:
                row.problem("tema", "label", written, f"el nombre del tema {row.text('tema_codigo')}: {named}", f"the label of topic {row.text('tema_codigo')}: {named}")
        for column, role in (("dependencia_responsable", "responsible"), ("oscs_corresponsables", "co-responsible")):
            seen: set[str] = set()
            for position, mention in enumerate(context.mentions(row, column, COUNTRY), start=1):
                if mention.body.key in seen:
                    row.problem(column, "repeated-institution", mention.written, "cada institución una vez por celda", "each institution once per cell")
                    continue
                seen.add(mention.body.key)
                patterns.responsibility(context, key, role, mention, position, passage, context.contract.language_tag)

    return commitments


def founders(context: SourceContext, row: Row) -> None:
    area = context.key(row, "pais", "area")
    if not area:
        return
    passage = context.passage(row, as_written=row.text("como_escrito"))
    subject = patterns.membership(context, ("initiative", "ogp"), ("area", area), passage)
    context.stated(context.mint("area", area), passage)
    for role in row.text("rol").split(";"):
        try:
            context.add(subject, "org:role", context.concept("member-role", role.strip()))
        except LookupError:
            row.problem("rol", "code", role, "un código de member-role", "a code of member-role")
    region = context.code(row, "region", "region")
    if region:
        context.add(subject, "ogcm:region", region)
    _text(context, row, subject, "pais_escrito", "ogcm:nameAsWritten")
    since = context.value(row, "miembro_desde", values.partial_date)
    if since:
        context.add(subject, "org:memberDuring", patterns.period(context, since, None))


def states(context: SourceContext, row: Row) -> None:
    area = context.key(row, "estado", "area")
    if not area:
        return
    written, named = row.text("nombre_escrito"), context.label(context.thing("area", area), "es")
    if written != named:
        row.problem("nombre_escrito", "label", written, f"el nombre de {area}: {named}", f"the name of {area}: {named}")
    passage = context.passage(row)
    subject = patterns.membership(context, ("initiative", "mx-ejercicios-locales"), ("area", area), passage)
    context.stated(context.mint("area", area), passage)
    context.add(subject, "org:role", context.concept("member-role", "participant"))
    _text(context, row, subject, "nombre_escrito", "ogcm:nameAsWritten")
    # The list has no date of its own: "were members" is attested for the day of the deck.
    context.add(subject, "ogcm:attestedOn", terms.typed(context.date, "date"))


def memberships(context: SourceContext, row: Row) -> None:
    organization, member = context.key(row, "organizacion", "org"), context.key(row, "miembro", "org")
    if not (organization and member):
        return
    subject = patterns.membership(context, ("org", organization), ("org", member), context.passage(row, as_written=row.text("motivo_escrito")))
    end = context.value(row, "fin", values.partial_date)
    if end:
        context.add(subject, "org:memberDuring", patterns.period(context, None, end))
    plan = context.key(row, "durante_plan", "plan")
    if plan:
        context.add(subject, "ogcm:duringPlan", context.thing("plan", plan))
    _text(context, row, subject, "motivo", "ogcm:reason")


def moments(context: SourceContext, row: Row) -> None:
    key = context.key(row, "clave")
    if not key:
        return
    subject = context.mint("event", key)
    label = " ".join(row.text("texto").split())
    context.describe(subject, ["ogcm:KeyMoment"], {"es": label}, context.passage(row, as_written=row.text("fecha_escrita")))
    _text(context, row, subject, "texto", "dct:description")
    for about in filter(None, (item.strip() for item in row.text("sobre").split(";"))):
        kind, _, about_key = about.partition("/")
        context.build.references.append((kind, about_key, row.reader.shown, row.number, "sobre"))
        try:
            context.add(subject, "ogcm:about", context.thing(kind, about_key))
        except ValueError:
            row.problem("sobre", "kind", about, "tipo/clave, p. ej. plan/MX-4", "kind/key, e.g. plan/MX-4")
    date = _checked_date(context, row, "fecha_escrita", "fecha")
    if date:
        context.add(subject, "dct:date", terms.date(date))
    _text(context, row, subject, "resultado", "ogcm:outcomeAsStated")


def changes(context: SourceContext, row: Row) -> None:
    key, kind = context.key(row, "clave"), context.code(row, "tipo", "change-kind")
    if not (key and kind):
        return
    subject = context.mint("event", key)
    context.describe(subject, ["org:ChangeEvent"], {"es": " ".join(row.text("texto").split())}, context.passage(row))
    _text(context, row, subject, "texto", "dct:description")
    context.add(subject, "ogcm:changeKind", kind)
    for column, predicate in (("original", "org:originalOrganization"), ("resultante", "org:resultingOrganization")):
        body = context.key(row, column, "org")
        if body:
            context.add(subject, predicate, context.thing("org", body))
    date = context.value(row, "fecha", values.partial_date)
    if date:
        context.add(subject, "dct:date", terms.date(date))
    plan = context.key(row, "durante_plan", "plan")
    if plan:
        context.add(subject, "ogcm:duringPlan", context.thing("plan", plan))


def reports(context: SourceContext, row: Row) -> None:
    key, assessor, plan = context.key(row, "clave"), context.key(row, "evaluador", "org"), context.key(row, "plan", "plan")
    if key and assessor and plan and context.code(row, "tipo", "report-type"):
        patterns.assessment_report(
            context, key, " ".join(row.text("titulo").split()), "es", context.thing("org", assessor), context.thing("plan", plan), row.text("tipo"), context.passage(row)
        )  # fmt: skip


def shadow_report(context: SourceContext, row: Row) -> None:
    commitment = context.key(row, "compromiso", "commitment")
    if not commitment:
        return
    sentence = " ".join(row.text("frase").split())
    passage = context.passage(row, as_written=" ".join(row.text("nombre_escrito").split()))
    modality = row.text("modalidad") or "asserted"
    if not context.code(row, "modalidad", "modality") and row.peek("modalidad"):
        return
    columns = {"conclusion": "conclusion", "fidelidad": "fidelity", "impacto": "impact", "participacion": "participation"}
    for column, dimension in columns.items():
        if not context.code(row, column, "nosc-verdict"):
            continue
        # "podrían generar efectos nocivos" qualifies the impact, and so the conclusion that names it; that the results
        # are detached, or participation not broad, is asserted.
        said = modality if dimension in ("conclusion", "impact") else "asserted"
        judgement = Judgement(dimension, ("nosc-verdict", row.text(column)), "mx-nosc", "nosc", "mx-nosc_MX-3_shadow", "shadow", said, sentence)
        patterns.assessment(context, ("commitment", commitment), judgement, passage)


def co_creation(context: SourceContext, row: Row) -> None:
    key, plan = context.key(row, "clave"), context.key(row, "plan", "plan")
    if not (key and plan):
        return
    subject = context.mint("process", key)
    context.describe(subject, ["ogcm:CoCreationProcess"], {"es": " ".join(row.text("titulo").split())}, context.passage(row, as_written=row.text("inicio_escrito")))
    context.add(subject, "ogcm:forPlan", context.thing("plan", plan))
    start = _checked_date(context, row, "inicio_escrito", "inicio")
    if start:
        context.add(subject, "dct:temporal", patterns.period(context, start, None))
    _text(context, row, subject, "nota", "skos:note")


def stages(context: SourceContext, row: Row) -> None:
    key, process = context.key(row, "clave"), context.key(row, "proceso", "process")
    number = context.value(row, "numero", values.integer)
    if not (key and process and number is not None):
        return
    subject = context.mint("stage", key)
    context.describe(subject, ["ogcm:Stage"], {"es": " ".join(row.text("titulo").split())}, context.passage(row, as_written=row.text("periodo_escrito")))
    context.add(subject, "dct:isPartOf", context.thing("process", process))
    context.add(subject, "ogcm:forPlan", context.thing("plan", process.partition("_")[0]))
    context.add(subject, "ogcm:position", terms.integer(number))
    _text(context, row, subject, "contenido", "skos:note")


def priority_topics(context: SourceContext, row: Row) -> None:
    key, plan, problem_key = context.key(row, "clave"), context.key(row, "plan", "plan"), context.key(row, "problema_clave")
    axis, position = context.value(row, "eje", values.number_token), context.value(row, "tema", values.integer)
    context.value(row, "fecha_escrita", values.written_date)
    if not (key and plan and problem_key and axis and position is not None and context.code(row, "eje", "mx-pnd-eje")):
        return
    passage = context.passage(row, as_written=row.text("fecha_escrita"))
    named = context.build.concepts["mx-pnd-eje"][axis].get("es", "")
    if row.text("eje_nombre") != named:
        row.problem("eje_nombre", "label", row.text("eje_nombre"), f"el nombre del eje {axis}: {named}", f"the label of axis {axis}: {named}")
    subject = context.mint("topic", key)
    context.describe(subject, ["ogcm:PriorityTopic"], {"es": " ".join(row.text("titulo").split())}, passage)
    _text(context, row, subject, "titulo", "dct:title")
    context.add(subject, "ogcm:forPlan", context.thing("plan", plan))
    context.add(subject, "ogcm:axis", context.concept("mx-pnd-eje", axis))
    context.add(subject, "ogcm:position", terms.integer(position))
    subject_area = context.code(row, "tema_codigo")
    if subject_area:
        context.add(subject, "dct:subject", subject_area)
    context.add(subject, "ogcm:addresses", _problem(context, row, problem_key, "problema", passage))


def _problem(context: SourceContext, row: Row, key: str, column: str, passage: str) -> str:
    """ogcm:Problem whose label is the start of its text and whose description is all of it."""
    subject = context.mint("problem", key)
    text = " ".join(row.text(column).split())
    label = text if len(text) <= 80 else text[:80].rsplit(" ", 1)[0].rstrip(" ,;") + "…"
    context.describe(subject, ["ogcm:Problem"], {"es": label}, passage)
    _text(context, row, subject, column, "dct:description")
    return subject


_UNITS = {"instituciones": ("institutions", "sex-T"), "hombres": ("persons", "sex-M"), "mujeres": ("persons", "sex-F"), "participantes": ("persons", "sex-T")}
DATASET = "participants-MX-4"
_MEASURE_WORDS = {"persons": ("personas", "people"), "institutions": ("instituciones", "institutions")}
_SEX_WORDS = {"sex-M": ("hombres", "men"), "sex-F": ("mujeres", "women"), "sex-T": ("total", "total")}


def participants(context: SourceContext, row: Row) -> None:
    sector = context.code(row, "sector", "sector")
    if not sector:
        return
    passage = context.passage(row, as_written=" ".join(row.text("procedencia").split()))
    dataset = _participants_dataset(context, passage)
    code = row.text("sector")
    names = context.build.codes["sector"][code]
    for column, (measure, sex) in _UNITS.items():
        count = context.value(row, column, values.integer)
        if count is None:
            continue
        subject = context.mint("observation", f"{DATASET}_{code}_{sex}_{measure}")
        labels = {
            language: f"{names.get(language, code)}, {_SEX_WORDS[sex][index]}, {_MEASURE_WORDS[measure][index]}: {count}"
            for index, language in enumerate(("es", "en"))
        }
        context.describe(subject, ["qb:Observation"], labels, passage)
        context.add(subject, "qb:dataSet", dataset)
        context.add(subject, "ogcm:sector", sector)
        context.add(subject, "sdmx-dimension:sex", terms.curie(f"sdmx-code:{sex}"))
        context.add(subject, "qb:measureType", terms.curie(f"ogcm:{measure}"))
        context.add(subject, f"ogcm:{measure}", terms.integer(count))


def _participants_dataset(context: SourceContext, passage: str) -> str:
    dataset, structure = context.mint("dataset", DATASET), context.mint("dataset", "participants-structure")
    title = {"es": "Participantes en la cocreación del 4to Plan, por procedencia y sexo", "en": "Participants in the co-creation of the 4th plan, by origin and sex"}
    context.describe(dataset, ["qb:DataSet"], title, passage)
    for language, text in title.items():
        context.add(dataset, "dct:title", terms.text(text, language))
    context.add(dataset, "qb:structure", structure)
    context.add(dataset, "ogcm:forPlan", context.thing("plan", "MX-4"))
    context.describe(structure, ["qb:DataStructureDefinition"], {"es": "Estructura: procedencia × sexo × medida", "en": "Structure: origin × sex × measure"}, passage)
    components = {
        "sector": ("qb:dimension", "ogcm:sector", 1), "sex": ("qb:dimension", "sdmx-dimension:sex", 2), "measure-type": ("qb:dimension", "qb:measureType", 3),
        "persons": ("qb:measure", "ogcm:persons", None), "institutions": ("qb:measure", "ogcm:institutions", None),
    }  # fmt: skip
    for name, (role, target, order) in components.items():
        component = context.mint("dataset", f"participants-structure_{name}")
        context.describe(component, ["qb:ComponentSpecification"], {"es": f"Componente {name}", "en": f"Component {name}"}, passage)
        context.add(structure, "qb:component", component)
        context.add(component, role, terms.curie(target))
        if order is not None:
            context.add(component, "qb:order", terms.integer(order))
    return dataset


def local_commitments(context: SourceContext, row: Row) -> None:
    plan, number = context.key(row, "plan", "plan"), context.value(row, "numero", values.number_token)
    if not (plan and number and row.text("titulo")):
        return
    written, title = " ".join(row.text("titulo_escrito").split()), " ".join(row.text("titulo").split())
    if written.casefold() != title.casefold():
        row.problem("titulo", "recased", title, f"el mismo texto que titulo_escrito: {written}", f"the same text as titulo_escrito: {written}")
    passage = context.passage(row, as_written=written)
    subject, key = _commitment(context, row, plan, number, "titulo", passage, context.key(row, "clave"))
    actor = context.key(row, "actor", "org")
    if actor:
        # "PODER JUDICIAL" names a body only together with its state, so the table gives the key beside the words.
        mention = Mention(" ".join(row.text("actor_escrito").split()), context.build.authority.bodies["org", actor])
        patterns.responsibility(context, key, "responsible", mention, 1, passage, context.contract.language_tag)
    tracker = context.value(row, "rastreador", values.iri)
    if tracker:
        context.add(subject, "ogcm:tracker", terms.iri(tracker))
    if row.text("rastreador_escrito").replace("\\_", "_") != (tracker or ""):
        row.problem("rastreador", "link", tracker or "", "la dirección de rastreador_escrito", "the address of rastreador_escrito")
    problem_key = context.key(row, "problema_clave")
    if problem_key:
        context.add(subject, "ogcm:addresses", _problem(context, row, problem_key, "problema", passage))
    _text(context, row, subject, "descripcion", "dct:description")
    _status(context, row, key, passage)


def _status(context: SourceContext, row: Row, commitment: str, passage: str) -> None:
    progress, goal = context.value(row, "avance", values.decimal), context.value(row, "meta", values.decimal)
    if progress is None and goal is None:
        return
    for column, value in (("avance", progress), ("meta", goal)):
        if value is not None and not 0 <= value <= 100:
            row.problem(column, "percent", str(value), "un porcentaje de 0 a 100", "a percentage from 0 to 100")
    written = " ".join(row.text("avance_escrito").split())
    subject = context.mint("status", uris.status("commitment", commitment, context.contract.series, None, f"{progress} {goal} {written}"))
    labels = patterns.both(context, "Avance de {it}: {p} %", "Progress of {it}: {p}%", it=context.thing("commitment", commitment), p=str(progress))
    context.describe(subject, ["ogcm:StatusReport"], labels, passage)
    context.add(subject, "ogcm:target", context.thing("commitment", commitment))
    context.add(subject, "ogcm:dimension", context.concept("dimension", "progress"))
    if progress is not None:
        context.add(subject, "ogcm:progressPercent", terms.decimal(progress))
    if goal is not None:
        context.add(subject, "ogcm:goalPercent", terms.decimal(goal))
    if written:
        context.add(subject, "ogcm:ratingAsWritten", terms.text(written, context.contract.language_tag))


def local_objectives(context: SourceContext, row: Row) -> None:
    key, commitment = context.key(row, "clave"), context.key(row, "compromiso", "commitment")
    position = context.value(row, "posicion", values.integer)
    if not (key and commitment and position is not None):
        return
    subject = context.mint("objective", key)
    context.describe(subject, ["ogcm:Objective"], {"es": " ".join(row.text("texto").split())}, context.passage(row))
    _text(context, row, subject, "texto", "dct:description")
    _text(context, row, subject, "introduccion", "skos:note")
    context.add(subject, "ogcm:position", terms.integer(position))
    context.add(context.thing("commitment", commitment), "ogcm:objective", subject)


def figures(context: SourceContext, row: Row) -> None:
    kind, key = row.text("sobre_tipo"), context.key(row, "sobre_clave")
    value = context.value(row, "valor", values.decimal)
    if key:
        context.build.references.append((kind, key, row.reader.shown, row.number, "sobre_clave"))
    if not (key and value is not None and context.code(row, "medida", "measure")):
        return
    as_of = context.value(row, "a_la_fecha", values.full_date)
    quantity = Quantity(value, row.text("cota") == "minimo-exclusivo")
    written = " ".join(row.text("como_escrito").split())
    if not values.prints_number(written, row.text("valor")):
        row.problem("valor", "number", row.text("valor"), f"un número impreso en: {written}", f"a number printed in: {written}")
    passage = context.passage(row, as_written=written)
    patterns.figure(context, (kind, key), row.text("medida"), quantity, as_of, passage)


TABLES = {
    "organizaciones": organizations,
    "planes": plans,
    "ejes-plan-2": axes_of_plan_2,
    "compromisos-plan-3": commitments_of_plan_3,
    "compromisos-cocreados": _plan_4("co-created"),
    "compromisos-proactivos": _plan_4("proactive"),
    "compromisos-locales": local_commitments,
    "objetivos-locales": local_objectives,
    "fundadores": founders,
    "estados": states,
    "pertenencias": memberships,
    "momentos": moments,
    "cambios": changes,
    "informes": reports,
    "informe-sombra": shadow_report,
    "cocreacion": co_creation,
    "etapas": stages,
    "temas-mas-votados": priority_topics,
    "participantes": participants,
    "cifras": figures,
}
