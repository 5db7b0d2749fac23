"""One cell read in the light of the evidence."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from ingest.cleaning.dates.cells import LONGEST, DateCell, Order, Reading
from ingest.cleaning.dates.evidence import DateEvidence, swapped
from ingest.cleaning.dates.forms import Found, Refusal, in_order, lacks_year, short_range
from ingest.cleaning.dates.words import plain, without_date
from ingest.values import PartialDate

_UNDERSTOOD = (
    "excel-year", "excel-serial", "season", "range-reversed", "no-such-day", "two-digit-year", "year-out-of-range", "no-such-month", "unknown-form",
)  # fmt: skip


def read_date(cell: str, evidence: DateEvidence, group: str, years: tuple[int, int] | None = None, part: str = "") -> DateCell:
    """Read one cell. `years` are the first and last year of the row's plan, where known; `part` names that plan. Never raises."""
    if len(cell) > LONGEST:
        return DateCell("unreadable", code="too-long", literal=cell)  # before anything remembers the cell
    if evidence.typed and evidence.guessed(group) and (other := swapped(cell)) is not None:
        typed = PartialDate(other.year, other.day, other.month)
        return DateCell("ambiguous", (Reading(typed, typed, "day"), Reading(other, other, "day")), "", "typed-order", cell)
    order, basis = evidence.decide(group, part)
    return _read(cell, order, basis, years)


@lru_cache(maxsize=16384)
def _read(cell: str, order: Order | None, basis: str, years: tuple[int, int] | None) -> DateCell:
    text = plain(cell)
    if not text:
        return DateCell("empty")
    words = without_date(text)
    if words:
        return DateCell(words[0], code=words[1], literal=cell)

    tried = {name: _attempt(lambda name=name: in_order(text, name, years)) for name in ("dmy", "mdy")}  # type: ignore[misc,arg-type]
    found = {name: result for name, result in tried.items() if isinstance(result, Found)}
    span = _attempt(lambda: short_range(text))
    if isinstance(span, Found):
        # 2010-11 is a month as well as two years; 2013-14 is no month.
        readings = (found["dmy"].reading, span.reading) if found else (span.reading,)
        return DateCell("ambiguous" if found else "certain", readings, "" if found else "stated", "month-or-years" if found else "", cell)
    if not found:
        # Of two refusals the one that understood more: a missing day before a missing month.
        refusals = sorted((result for result in tried.values() if isinstance(result, Refusal)), key=lambda refusal: _UNDERSTOOD.index(refusal.code))
        code = refusals[0].code
        return DateCell(refusals[0].status, code="no-year" if code == "unknown-form" and lacks_year(text) else code, literal=cell)
    if len(found) == 2 and found["dmy"] != found["mdy"]:
        if order is None:
            return DateCell("ambiguous", (found["dmy"].reading, found["mdy"].reading), "", "order", cell)
        chosen = found[order]
        certain = basis == "group" and chosen.basis == "stated"
        return DateCell("certain" if certain else "inferred", (chosen.reading,), basis, chosen.code, cell)
    only = next(iter(found.values()))
    decided = "itself" if len(found) == 1 and only.basis == "stated" else only.basis
    return DateCell("certain" if only.basis == "stated" else "inferred", (only.reading,), decided, only.code, cell)


def _attempt(read: Callable[[], Found | None]) -> Found | Refusal | None:
    try:
        return read()
    except Refusal as refusal:
        return refusal
