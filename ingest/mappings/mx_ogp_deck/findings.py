"""The shadow report with its verdicts, and figures."""

from __future__ import annotations

from ingest import patterns, uris, values
from ingest.context import SourceContext
from ingest.patterns import Judgement, Quantity
from ingest.readers import Row


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
    written = " ".join(row.text("nombre_escrito").split())
    passage = context.passage(row, as_written=written)
    named = context.label(context.thing("commitment", commitment), "es")
    if uris.folded(written) not in uris.folded(named):
        es, en = f"el compromiso llamado {written}; {commitment} es {named}", f"the commitment called {written}; {commitment} is {named}"
        row.problem("compromiso", "label", commitment, es, en)
    # One sentence of the report draws one conclusion.
    said_before = context.build.written.setdefault(("conclusion", sentence), row.peek("conclusion"))
    if said_before != row.peek("conclusion"):
        es, en = f"{said_before}, como en las otras filas de la misma frase", f"{said_before}, as in the other rows of the same sentence"
        row.problem("conclusion", "code", row.peek("conclusion"), es, en)
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


def figures(context: SourceContext, row: Row) -> None:
    kind, key = row.text("sobre_tipo"), context.key(row, "sobre_clave")
    value = context.value(row, "valor", values.decimal)
    if key:
        context.refer(kind, key, row, "sobre_clave")
    if not (key and value is not None and context.code(row, "medida", "measure")):
        return
    as_of = context.value(row, "a_la_fecha", values.full_date)
    quantity = Quantity(value, row.text("cota") == "minimo-exclusivo")
    written = " ".join(row.text("como_escrito").split())
    if not values.prints_number(written, row.text("valor")):
        row.problem("valor", "number", row.text("valor"), f"un número impreso en: {written}", f"a number printed in: {written}")
    passage = context.passage(row, as_written=written)
    patterns.figure(context, (kind, key), row.text("medida"), quantity, as_of, passage)
