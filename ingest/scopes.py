"""What an edition of a database speaks of in each of its rows.

Where it has a column and the row's cell is filled, it speaks, even if nothing is stated of it: an absence code and a 0 are answers. There an older
edition has no say any longer. An empty cell is silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Rated:
    """A rating that a column may hold, as codes; None of `report` and `method` stands for whichever there is."""

    dimension: str
    report: str | None
    method: str | None

    def covers(self, other: Rated) -> bool:
        """Whether what the other one rated is rated here: a report or method that one of the two does not name makes no difference."""
        pairs = (self.report, other.report), (self.method, other.method)
        return self.dimension == other.dimension and all(one == two or None in (one, two) for one, two in pairs)


@dataclass(frozen=True)
class Scope:
    """Properties of a commitment, properties with one value (terms), ratings, and roles of those who answer for it (codes)."""

    properties: frozenset[str] = frozenset()
    values: frozenset[tuple[str, str]] = frozenset()
    ratings: frozenset[Rated] = frozenset()
    roles: frozenset[str] = frozenset()

    @classmethod
    def joined(cls, scopes: Iterable[Scope]) -> Scope:
        several = list(scopes)
        parts = (frozenset().union(*(getattr(one, name) for one in several)) for name in ("properties", "values", "ratings", "roles"))
        return cls(*parts)

    def rates(self, rated: Rated) -> bool:
        return any(own.covers(rated) for own in self.ratings)


class Scopes:
    """The scope of each row of this build's exports, by the commitment that it describes."""

    def __init__(self) -> None:
        self._columns: dict[str, Mapping[str, Scope]] = {}  # source -> column -> what it speaks of
        self._silent: dict[tuple[str, str], frozenset[str]] = {}  # (source, commitment key) -> columns whose cell is empty
        self._same: dict[frozenset[str], frozenset[str]] = {}  # rows of a kind share one set
        self._joined: dict[tuple[str, frozenset[str]], Scope] = {}

    def declare(self, source: str, columns: Mapping[str, Scope]) -> None:
        self._columns[source] = columns

    def note(self, source: str, commitment: str, silent: frozenset[str]) -> None:
        """`silent`: the columns that are empty in the commitment's row, or missing in the file."""
        self._silent[source, commitment] = self._same.setdefault(silent, silent)

    def of(self, source: str, commitment: str) -> Scope:
        """What a source speaks of in its row about a commitment; nothing where it has no such row."""
        silent = self._silent.get((source, commitment))
        if silent is None:
            return Scope()
        if (source, silent) not in self._joined:
            self._joined[source, silent] = Scope.joined(scope for column, scope in self._columns[source].items() if column not in silent)
        return self._joined[source, silent]
