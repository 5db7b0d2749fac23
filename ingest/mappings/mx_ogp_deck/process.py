"""The co-creation of plan 4: process, stages, most-voted topics, participants."""

from __future__ import annotations

from ingest import patterns, terms, values
from ingest.context import SourceContext
from ingest.mappings.mx_ogp_deck.cells import checked_date, problem, text
from ingest.readers import Row


def co_creation(context: SourceContext, row: Row) -> None:
    key, plan = context.key(row, "clave"), context.key(row, "plan", "plan")
    if not (key and plan):
        return
    subject = context.mint("process", key)
    context.describe(subject, ["ogcm:CoCreationProcess"], {"es": " ".join(row.text("titulo").split())}, context.passage(row, as_written=row.text("inicio_escrito")))
    context.add(subject, "ogcm:forPlan", context.thing("plan", plan))
    start = checked_date(context, row, "inicio_escrito", "inicio")
    if start:
        context.add(subject, "dct:temporal", patterns.period(context, start, None))
    text(context, row, subject, "nota", "skos:note")


def stages(context: SourceContext, row: Row) -> None:
    key, process = context.key(row, "clave"), context.key(row, "proceso", "process")
    number = context.value(row, "numero", values.integer)
    if not (key and process and number is not None):
        return
    context.build.written["stage", key] = row.peek("periodo_escrito")
    subject = context.mint("stage", key)
    context.describe(subject, ["ogcm:Stage"], {"es": " ".join(row.text("titulo").split())}, context.passage(row, as_written=row.text("periodo_escrito")))
    context.add(subject, "dct:isPartOf", context.thing("process", process))
    context.add(subject, "ogcm:forPlan", context.thing("plan", process.partition("_")[0]))
    context.add(subject, "ogcm:position", terms.integer(number))
    text(context, row, subject, "contenido", "skos:note")


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
    context.build.written["topic", key] = row.peek("fecha_escrita")
    subject = context.mint("topic", key)
    context.describe(subject, ["ogcm:PriorityTopic"], {"es": " ".join(row.text("titulo").split())}, passage)
    text(context, row, subject, "titulo", "dct:title")
    context.add(subject, "ogcm:forPlan", context.thing("plan", plan))
    context.add(subject, "ogcm:axis", context.concept("mx-pnd-eje", axis))
    context.add(subject, "ogcm:position", terms.integer(position))
    subject_area = context.code(row, "tema_codigo")
    if subject_area:
        context.add(subject, "dct:subject", subject_area)
    context.add(subject, "ogcm:addresses", problem(context, row, problem_key, "problema", passage))


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
    for language, words in title.items():
        context.add(dataset, "dct:title", terms.text(words, language))
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
