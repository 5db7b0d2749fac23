"""Periods of time, whose start and end may come from different sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ingest import terms, uris, values
from ingest.consolidation.claims import Claim, Precedence, agree
from ingest.consolidation.derived import Derived
from ingest.consolidation.lines import Found, Parts, lexical, predicate, rest_of, term
from ingest.sorting import with_prefix

BOUNDS = {"dcat:startDate": "ogcm:earliestStart", "dcat:endDate": "ogcm:latestEnd"}
_PREDICATES = tuple(map(predicate, BOUNDS))


class Periods:
    """The decider of dct:temporal. `read` comes first."""

    def __init__(self, precedence: Precedence, derived: Derived, addresses: uris.Addresses, taken_back: Callable[[bytes, int], frozenset[str]]):
        """`taken_back`: names of the ends that a source no longer has a say in, of a subject."""
        self._precedence = precedence
        self._taken_back = taken_back
        self._derived = derived
        self._addresses = addresses
        self._periods: dict[str, tuple[set[str], set[str]]] = {}  # term -> starts, ends
        self._same_period: dict[str, str] = {}  # a period that one source states alone -> the consolidated one

    def read(self) -> None:
        """The bounds of every period, which stand at the period and are needed where something names it."""
        space = f"<{self._addresses.space('period')}".encode()
        for source in self._precedence.sources:
            for line in with_prefix(source.path, space):
                subject, name, rest = line.split(b" ", 2)
                for place, bound in enumerate(_PREDICATES):
                    if name == bound:
                        self._periods.setdefault(subject.decode(), (set(), set()))[place].add(term(rest))

    def decide(self, subject: bytes, _name: str, found: Found, _parts: Parts, differing: list[tuple[str, list[Claim]]]) -> Iterable[bytes]:
        """dct:temporal with start and end apart: the consolidated period may join the start of one source and the end of another."""
        silenced = {number: self._taken_back(subject, number) for number, _ in found}
        periods = self._precedence.claims([one for one in found if len(silenced[one[0]]) < len(BOUNDS)])
        if not periods:
            return []
        alone = periods[0].value if len(found) == 1 and not silenced[found[0][0]] else ""
        if alone in self._same_period:
            return [rest_of(self._same_period[alone])]
        chosen: list[values.PartialDate | None] = []
        agreed = True
        for place, name in enumerate(BOUNDS):
            # Of each series the newest edition that says this end: one that says the other end alone leaves it to an older one.
            saying = [(number, rest) for number, rest in found if name not in silenced[number] and self._periods.get(term(rest), ((), ()))[place]]
            claims = self._precedence.claims(saying)
            bounds = [Claim(claim.source, claim.rank, claim.series, value) for claim in claims for value in sorted(self._periods[claim.value][place])]
            chosen.append(_most_precise(bounds))
            if bounds and not all(agree(bounds[0].value, claim.value) for claim in bounds):
                differing.append((name, bounds))
                agreed = False
        if not any(chosen):
            return [] if any(silenced.values()) else [rest_of(periods[0].value)]
        if chosen[0] and chosen[1] and chosen[0].earliest > chosen[1].latest:
            # The start of one source and the end of another do not fit each other: the first in the order speaks alone.
            return [rest_of(periods[0].value)]
        period = terms.iri(self._addresses.thing("period", uris.period(*(date.text if date else None for date in chosen))))
        if period not in {term(rest) for _, rest in found}:
            self._joined_period(period, chosen[0], chosen[1])
        if alone and agreed:
            self._same_period[alone] = period
        return [rest_of(period)]

    def _joined_period(self, period: str, start: values.PartialDate | None, end: values.PartialDate | None) -> None:
        label = f"{start.text if start else '…'} – {end.text if end else '…'}"
        self._derived.say(period, "rdf:type", terms.curie("dct:PeriodOfTime"))
        self._derived.say(period, "rdf:type", terms.curie("time:Interval"))
        self._derived.say(period, "rdfs:label", terms.text(label))
        for name, date in (("dcat:startDate", start), ("dcat:endDate", end)):
            if date:
                self._derived.say(period, name, terms.date(date))
                self.bound(period, name, terms.date(date))

    def bound(self, subject: str, name: str, date: str) -> None:
        """Comparable days of every period that the default graph uses: gYearMonth and date do not compare in SPARQL."""
        value = values.partial_date(lexical(date))
        day = value.earliest if name == "dcat:startDate" else value.latest
        self._derived.say(subject, BOUNDS[name], terms.typed(day.isoformat(), "date"))


def _most_precise(claims: list[Claim]) -> values.PartialDate | None:
    """The value of the highest precedence, in the finest precision of those that agree with it."""
    dates = [values.partial_date(lexical(claim.value)) for claim in claims]
    if not dates:
        return None
    return max((date for date in dates if date.agrees_with(dates[0])), key=lambda date: len(date.text))
