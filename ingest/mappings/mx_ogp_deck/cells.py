"""What several tables of the deck share: texts, checked dates, commitments, problems."""

from __future__ import annotations

from ingest import terms, uris, values
from ingest.context import SourceContext
from ingest.readers import Row

COUNTRY = "MX"

def text(context: SourceContext, row: Row, subject: str, column: str, predicate: str) -> None:
    """The cell as literals of the property: one per line for notes (the deck's bullets), one for all else."""
    lines = row.text(column).splitlines() if predicate == "skos:note" else [row.text(column)]
    for line in filter(None, (" ".join(line.split()) for line in lines)):
        context.add(subject, predicate, terms.text(line, context.language(row, column)))


def checked_date(context: SourceContext, row: Row, written: str, column: str) -> values.PartialDate | None:
    """A typed date that must repeat what is printed beside it."""
    date = context.value(row, column, values.partial_date)
    printed = context.value(row, written, values.written_date)
    if date and printed and not (printed.allows(date) if date.day else (printed.year, printed.month) == (date.year, date.month)):
        shown = row.peek(written)
        row.problem(column, "date", date.text, f"la fecha impresa: {shown}", f"the date as printed: {shown}")
        return None
    return date


def commitment(context: SourceContext, row: Row, plan: str, number: str, title_column: str, passage: str, key: str | None = None) -> tuple[str, str]:
    """Subject and key of a commitment with number, position, plan and title."""
    natural = f"{plan} {number}"
    proposal = key or uris.commitment(plan, number)
    registered = context.build.registry.use("commitment", proposal, natural=natural, date=context.date)
    subject = context.mint("commitment", proposal, natural=natural)
    title = " ".join(row.text(title_column).split())
    context.describe(subject, ["ogcm:Commitment"], {"es": title}, passage)
    text(context, row, subject, title_column, "dct:title")
    context.add(subject, "dct:isPartOf", context.thing("plan", plan))
    context.add(subject, "ogcm:number", terms.text(number))
    if number.isdigit():
        context.add(subject, "ogcm:position", terms.integer(int(number)))
    return subject, registered


def problem(context: SourceContext, row: Row, key: str, column: str, passage: str) -> str:
    """ogcm:Problem whose label is the start of its text and whose description is all of it."""
    subject = context.mint("problem", key)
    whole = " ".join(row.text(column).split())
    label = whole if len(whole) <= 80 else whole[:80].rsplit(" ", 1)[0].rstrip(" ,;") + "…"
    context.describe(subject, ["ogcm:Problem"], {"es": label}, passage)
    text(context, row, subject, column, "dct:description")
    return subject
