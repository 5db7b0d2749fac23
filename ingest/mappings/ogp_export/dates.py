"""Start and end of a commitment from two cells: what is certain becomes a period, what is not keeps its readings."""

from __future__ import annotations

from dataclasses import dataclass

from ingest import patterns, terms, uris
from ingest.cleaning.dates import DateCell, read_date
from ingest.context import SourceContext
from ingest.mappings.ogp_export.observation import Observed
from ingest.mappings.ogp_export.places import PlanOfRow
from ingest.mappings.ogp_export.texts import Texts, written
from ingest.readers import Row
from ingest.values import PartialDate

_ENDS = (("start-date", "ogcm:startDateAsWritten", "ogcm:possibleStartDate"), ("end-date", "ogcm:endDateAsWritten", "ogcm:possibleEndDate"))


@dataclass(frozen=True)
class _End:
    """One end of the period: the column, the properties for its cell and its readings, and whether it is the start."""

    column: str
    as_written: str
    possible: str
    start: bool


def _bound(found: DateCell, end: _End) -> tuple[PartialDate | None, list[PartialDate]]:
    """What all readings of the cell agree on, and the dates that it may mean, where these are several.

    A quarter or half of a year is less than a month and more than a year says: the year is certain, each of its months is possible. A stretch
    of years or months in one cell tells its own end of the period; what it says of the other end nobody knows.
    """
    reading = found.reading
    if reading is not None and reading.precision in ("quarter", "half"):
        months = range(reading.start.month or 1, (reading.end.month or 12) + 1)
        return PartialDate(reading.start.year), [PartialDate(reading.start.year, month) for month in months]
    possible = {one.start if end.start else one.end for one in found.readings} if found.status == "ambiguous" else set()
    return found.agreed_start if end.start else found.agreed_end, sorted(possible)


class Dates:
    def __init__(self, context: SourceContext, observed: Observed, texts: Texts):
        self._context = context
        self._quality = context.build.quality.source(context.contract.key)
        self._evidence = observed.dates
        self._texts = texts
        table = observed.table
        self._ends = [
            _End(column, terms.curie(written), terms.curie(possible), what == "start-date")
            for what, written, possible in _ENDS
            if (column := table.means(what))  # type: ignore[arg-type]
        ]
        self._temporal = terms.curie("dct:temporal")
        self._periods: dict[tuple[str | None, str | None], str] = {}

    def lines(self, row: Row, subject: str, plan: PlanOfRow, years: tuple[int, int] | None) -> tuple[str, str]:
        """Statements about the commitment `subject`, and what the cells say, however they write it, for comparing editions; cells that are no
        dates are reported."""
        bounds: dict[bool, PartialDate | None] = {True: None, False: None}
        parts: list[str] = []
        read: list[str] = []
        for end in self._ends:
            cell = row.text(end.column)
            if not cell:
                continue
            found = read_date(uris.trimmed(cell), self._evidence, plan.place.country, years, plan.number)
            self._quality.dates[plan.place.country, found.status, found.code or found.basis] += 1
            if found.quarantined or (found.status == "text" and self._texts.holds_person(end.column, cell, plan.place.country)):
                es, en = found.reason or ("sin datos de una persona", "without data of a person")
                row.problem(end.column, "date", cell, f"una fecha: {es}", f"a date: {en}")
                continue
            parts.append(f"{subject} {end.as_written} {terms.text(written(cell))} .\n")
            bounds[end.start], possible = _bound(found, end)
            parts += [f"{subject} {end.possible} {terms.date(value)} .\n" for value in possible]
            bound = bounds[end.start]
            said = [date.text for date in (bound, *possible) if date is not None] or [cell]
            read.append(f"{end.as_written} {' '.join(said)}\n")
        if bounds[True] and bounds[False] and bounds[True].earliest > bounds[False].latest:
            self._quality.dates[plan.place.country, "reversed", ""] += 1
            for end in self._ends:
                es, en = "un comienzo que no sea posterior al final; se conserva lo escrito", "a start not after the end; what is written is kept"
                row.report(end.column, "dates-reversed", row.peek(end.column), es, en)
        elif bounds[True] or bounds[False]:
            parts.append(f"{subject} {self._temporal} {self._period(bounds[True], bounds[False])} .\n")
        return "".join(parts), "".join(read)

    def _period(self, start: PartialDate | None, end: PartialDate | None) -> str:
        key = (start.text if start else None, end.text if end else None)
        if key not in self._periods:
            self._periods[key] = patterns.period(self._context, start, end)
        return self._periods[key]
