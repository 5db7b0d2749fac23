"""What sources claim: which of them speaks of a thing, in which order, and whether two claims agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ingest import values
from ingest.consolidation.lines import Found, lexical, term
from ingest.contract import Contract

PRECEDENCE = ("curation", "plan-document", "tracker", "ogp-database", "presentation", "reference")


@dataclass
class SourceGraph:
    """The statements of one source, as a sorted file, and where it stands in the order of precedence."""

    contract: Contract
    path: Path

    @property
    def rank(self) -> int:
        return PRECEDENCE.index(self.contract.source_type)

    @property
    def edition(self) -> tuple[int, str]:
        """Greater for a newer edition; one that does not say when it is from is the oldest."""
        return self.contract.age, self.contract.key


@dataclass(frozen=True)
class Claim:
    """What one source says; `source` is its place in the order of precedence."""

    source: int
    rank: int
    series: str
    value: str  # a term


class Precedence:
    """The sources in their order. A number is a source's place in it."""

    def __init__(self, sources: Iterable[SourceGraph]):
        self.sources = sorted(sources, key=lambda source: (source.rank, source.contract.key))
        self.ranks = [source.rank for source in self.sources]
        self.series = [source.contract.series for source in self.sources]
        self._editions = [source.edition for source in self.sources]
        self._is_edition = [source.contract.is_edition for source in self.sources]
        self.chains = _chains(self.sources)

    def newest(self, found: Found) -> Found:
        """Of each series, what its newest edition says that says anything here."""
        newest: dict[str, int] = {}
        for number, _ in found:
            series = self.series[number]
            if series not in newest or self._editions[number] > self._editions[newest[series]]:
                newest[series] = number
        return [claim for claim in found if newest[self.series[claim[0]]] == claim[0]]

    def claims(self, found: Found) -> list[Claim]:
        """Claims of the newest editions, highest precedence first."""
        claims = [Claim(number, self.ranks[number], self.series[number], term(rest)) for number, rest in self.newest(found)]
        return sorted(claims, key=lambda claim: (claim.rank, claim.series, claim.value))

    def newest_edition(self, found: Found) -> Found:
        """Without what older editions of a database say here; sources that are no editions all keep their word."""
        if len(found) == 1:
            return found
        newest: dict[str, int] = {}
        for number, _ in found:
            series = self.series[number]
            if self._is_edition[number] and (series not in newest or self._editions[number] > self._editions[newest[series]]):
                newest[series] = number
        return [claim for claim in found if not self._is_edition[claim[0]] or newest[self.series[claim[0]]] == claim[0]]


def agree(one: str, other: str) -> bool:
    """Equal, or dates that agree at the coarser precision."""
    if one == other:
        return True
    try:
        return values.partial_date(lexical(one)).agrees_with(values.partial_date(lexical(other)))
    except ValueError:
        return False


def _chains(sources: list[SourceGraph]) -> list[list[int]]:
    """The editions of each database, oldest first, as places in `sources`; a database is a series of exports, whatever its type."""
    chains: dict[str, list[int]] = defaultdict(list)
    for number, source in enumerate(sources):
        if source.contract.is_edition:
            chains[source.contract.series].append(number)
    return [sorted(chain, key=lambda number: sources[number].edition) for chain in chains.values() if len(chain) > 1]
