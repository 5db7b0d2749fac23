"""Plans, their axes and commitments, the example commitments of the states."""

from __future__ import annotations

import re
from collections.abc import Callable

from ingest import patterns, terms, uris, values
from ingest.authority import Mention
from ingest.context import SourceContext
from ingest.mappings.mx_ogp_deck.cells import COUNTRY, commitment, problem, text
from ingest.readers import Row


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
    text(context, row, subject, "titulo", "dct:title")
    number = context.value(row, "ordinal", values.number_token)
    if number:
        context.add(subject, "ogcm:number", terms.text(number))
        context.plan_known(initiative, area, number, key)
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
        context.add(subject, "ogcm:contributesTo", terms.iri(patterns.SDG_SCHEME))
    text(context, row, subject, "ods_escrito", "skos:note")
    text(context, row, subject, "descripcion", "dct:description")
    text(context, row, subject, "nota", "skos:note")


def axes_of_plan_2(context: SourceContext, row: Row) -> None:
    number, name = context.value(row, "numero", values.number_token), context.literal(row, "nombre")
    if not (number and name):
        return
    subject = _axis(context, "mx-aga2-eje", number, " ".join(row.text("nombre").split()), context.passage(row))
    text(context, row, subject, "nota", "skos:note")
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


def commitments_of_plan_3(context: SourceContext, row: Row) -> None:
    number = context.value(row, "numero", values.number_token)
    if number and row.text("titulo"):
        subject, _ = commitment(context, row, "MX-3", number, "titulo", context.passage(row))
        text(context, row, subject, "nota", "skos:note")


def commitments_of_plan_4(origin: str) -> Callable[[SourceContext, Row], None]:
    """Rows of the tables of co-created and of proactive commitments differ only in their origin."""

    def commitments(context: SourceContext, row: Row) -> None:
        number = context.value(row, "numero", values.number_token)
        if not (number and row.text("nombre_corto")):
            return
        passage = context.passage(row)
        subject, key = commitment(context, row, "MX-4", number, "nombre_corto", passage)
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


def local_commitments(context: SourceContext, row: Row) -> None:
    plan, number = context.key(row, "plan", "plan"), context.value(row, "numero", values.number_token)
    if not (plan and number and row.text("titulo")):
        return
    written, title = " ".join(row.text("titulo_escrito").split()), " ".join(row.text("titulo").split())
    if written.casefold() != title.casefold():
        row.problem("titulo", "recased", title, f"el mismo texto que titulo_escrito: {written}", f"the same text as titulo_escrito: {written}")
    passage = context.passage(row, as_written=written)
    subject, key = commitment(context, row, plan, number, "titulo", passage, context.key(row, "clave"))
    actor = context.key(row, "actor", "org")
    if actor and ("org", actor) not in context.build.authority.bodies:
        row.problem("actor", "unknown-institution", actor, "una clave de data/reference/organizations.csv", "a key of data/reference/organizations.csv")
    elif actor:
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
        context.add(subject, "ogcm:addresses", problem(context, row, problem_key, "problema", passage))
    text(context, row, subject, "descripcion", "dct:description")
    _status(context, row, key, passage)


def _status(context: SourceContext, row: Row, commitment: str, passage: str) -> None:
    progress, goal = context.value(row, "avance", values.decimal), context.value(row, "meta", values.decimal)
    if progress is None and goal is None:
        return
    printed = re.findall(r"\d+(?:\.\d+)?", row.peek("avance_escrito"))
    if printed and printed != [row.peek(name) for name in ("avance", "meta") if row.peek(name)]:
        es, en = f"avance y meta como en {row.peek('avance_escrito')}", f"progress and goal as in {row.peek('avance_escrito')}"
        row.problem("avance", "number", row.peek("avance"), es, en)
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
    text(context, row, subject, "texto", "dct:description")
    text(context, row, subject, "introduccion", "skos:note")
    context.add(subject, "ogcm:position", terms.integer(position))
    context.add(context.thing("commitment", commitment), "ogcm:objective", subject)
