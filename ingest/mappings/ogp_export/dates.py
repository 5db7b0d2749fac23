"""Start and end of a commitment from two cells: what is certain becomes a period, what is not keeps its readings."""

from __future__ import annotations

from dataclasses import dataclass

from ingest import patterns, terms
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

    def lines(self, row: Row, subject: str, plan: PlanOfRow, years: tuple[int, int] | None) -> str:
        """Statements about the commitment `subject`; cells that are no dates are reported."""
        bounds: dict[bool, PartialDate | None] = {True: None, False: None}
        parts: list[str] = []
        for end in self._ends:
            cell = row.text(end.column)
            if not cell:
                continue
            found = read_date(cell, self._evidence, plan.place.country, years, plan.number)
            self._quality.dates[plan.place.country, found.status, found.code or found.basis] += 1
            if found.quarantined or (found.status == "text" and self._texts.holds_person(end.column, cell, plan.place.country)):
                es, en = found.reason or ("sin datos de una persona", "without data of a person")
                row.problem(end.column, "date", cell, f"una fecha: {es}", f"a date: {en}")
                continue
            parts.append(f"{subject} {end.as_written} {terms.text(written(cell))} .\n")
            self._bound(found, end, bounds)
            if found.status == "ambiguous":
                values = {reading.start if end.start else reading.end for reading in found.readings}
                parts += [f"{subject} {end.possible} {terms.date(value)} .\n" for value in sorted(values)]
        if bounds[True] and bounds[False] and bounds[True].earliest > bounds[False].latest:
            self._quality.dates[plan.place.country, "reversed", ""] += 1
            for end in self._ends:
                es, en = "un comienzo que no sea posterior al final; se conserva lo escrito", "a start not after the end; what is written is kept"
                row.problem(end.column, "dates-reversed", row.peek(end.column), es, en)
        elif bounds[True] or bounds[False]:
            parts.append(f"{subject} {self._temporal} {self._period(bounds[True], bounds[False])} .\n")
        return "".join(parts)

    @staticmethod
    def _bound(found: DateCell, end: _End, bounds: dict[bool, PartialDate | None]) -> None:
        """What all readings of the cell agree on; a cell that holds a stretch of time gives the other end, too, where it is empty."""
        start, until = found.agreed_start, found.agreed_end
        bounds[end.start] = start if end.start else until
        reading = found.reading
        if reading is not None and reading.precision == "range" and bounds[not end.start] is None:
            bounds[not end.start] = until if end.start else start

    def _period(self, start: PartialDate | None, end: PartialDate | None) -> str:
        key = (start.text if start else None, end.text if end else None)
        if key not in self._periods:
            self._periods[key] = patterns.period(self._context, start, end)
        return self._periods[key]
