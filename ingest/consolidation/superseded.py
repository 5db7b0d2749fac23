"""What an older edition of a database said of a commitment, and a newer one that speaks of the same does not say any longer.

It stays in the older edition's graph and leaves the consolidated view: statements about the commitment, assessments of it, and who answers for it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from ingest import terms, uris
from ingest.consolidation.claims import Precedence
from ingest.consolidation.lines import Parts, predicate
from ingest.scopes import Rated, Scope, Scopes
from ingest.sorting import Lines, with_prefix

_TYPE, _TARGET, _COMMITMENT, _ROLE = map(predicate, ("rdf:type", "ogcm:target", "ogcm:forCommitment", "ogcm:role"))
_ENDS = {name: terms.curie(name) for name in ("dcat:startDate", "dcat:endDate")}
_DIMENSION, _REPORT, _METHOD = map(predicate, ("ogcm:dimension", "ogcm:report", "ogcm:methodVersion"))


class Superseded:
    """`read` comes first; then `heard` gives what is left of each subject's lines."""

    def __init__(self, precedence: Precedence, scopes: Scopes, addresses: uris.Addresses):
        self._precedence = precedence
        self._scopes = scopes
        spaces = (f"<{addresses.space(kind)}".encode() for kind in ("commitment", "assessment", "responsibility"))
        self._commitments, self._assessments, self._responsibilities = spaces
        self._chain = {number: index for index, chain in enumerate(precedence.chains) for number in chain}
        self._age = {number: age for chain in precedence.chains for age, number in enumerate(chain)}
        self._described: dict[tuple[int, bytes], tuple[int, ...]] = {}  # (chain, commitment) -> the editions that describe it, oldest first
        self.spaces = (self._commitments, self._assessments, self._responsibilities) if precedence.chains else ()

    def read(self) -> None:
        """Which commitments each edition describes: assessments come before them in the order of the walk."""
        for index, chain in enumerate(self._precedence.chains):
            for number in chain:
                for line in with_prefix(self._precedence.sources[number].path, self._commitments):
                    subject, name, _ = line.split(b" ", 2)
                    if name == _TYPE:
                        self._described[index, subject] = (*self._described.get((index, subject), ()), number)

    def heard(self, subject: bytes, parts: Parts) -> Parts:
        """The lines of a subject below one of `spaces`, by source, without what is said no longer."""
        if subject.startswith(self._commitments):
            return self._each(parts, lambda _: subject, self._statements)
        told = {number for number, _ in parts}
        if subject.startswith(self._assessments):
            return self._each(parts, lambda lines: _object(lines, _TARGET), lambda lines, scope: [] if scope.rates(_rated(lines)) else lines, told)
        return self._each(parts, lambda lines: _object(lines, _COMMITMENT), lambda lines, scope: [] if _code(lines, _ROLE) in scope.roles else lines, told)

    def _each(
        self, parts: Parts, commitment_of: Callable[[Lines], bytes], left: Callable[[Lines, Scope], Lines], told: set[int] | None = None,
    ) -> Parts:  # fmt: skip
        """Each source's lines, of an older edition what is `left` beside all newer ones that describe the commitment.

        `told`: the sources that state the subject; what they say of it is decided property by property.
        """
        heard: Parts = []
        for number, lines in parts:
            if number in self._chain and (scope := self._newer(commitment_of(lines), number, told)) != Scope():
                lines = left(lines, scope)
            if lines:
                heard.append((number, lines))
        return heard

    def ends(self, commitment: bytes, number: int) -> frozenset[str]:
        """Of "dcat:startDate" and "dcat:endDate" those of which a newer edition than this source's speaks in its row about the commitment."""
        if number not in self._chain:
            return frozenset()
        properties = self._newer(commitment, number).properties
        return frozenset(name for name, term in _ENDS.items() if term in properties)

    def _newer(self, commitment: bytes, number: int, told: set[int] | None = None) -> Scope:
        """What the newer editions of the same database, without those that `told`, speak of in their rows about a commitment."""
        editions = self._described.get((self._chain[number], commitment), ())
        newer = [other for other in editions if self._age[other] > self._age[number] and other not in (told or ())]
        key = commitment[len(self._commitments) : -1].decode()
        return _joined(tuple(self._scopes.of(self._precedence.sources[other].contract.key, key) for other in newer))

    @staticmethod
    def _statements(lines: Lines, scope: Scope) -> Lines:
        properties, values = _encoded(scope)
        kept = []
        for line in lines:
            _, name, rest = line.split(b" ", 2)
            if name not in properties and (name, rest[:-3]) not in values:
                kept.append(line)
        return kept


@cache
def _joined(scopes: tuple[Scope, ...]) -> Scope:
    return scopes[0] if len(scopes) == 1 else Scope.joined(scopes)


@cache
def _encoded(scope: Scope) -> tuple[frozenset[bytes], frozenset[tuple[bytes, bytes]]]:
    return frozenset(name.encode() for name in scope.properties), frozenset((name.encode(), value.encode()) for name, value in scope.values)


def _object(lines: Lines, name: bytes) -> bytes:
    """The object of the first statement with this predicate, b"" where there is none."""
    return next((rest[:-3] for _, other, rest in (line.split(b" ", 2) for line in lines) if other == name), b"")


def _code(lines: Lines, name: bytes) -> str | None:
    return _object(lines, name)[:-1].rpartition(b"/")[2].decode() or None


def _rated(lines: Lines) -> Rated:
    report = _code(lines, _REPORT)  # a report's key ends with its type
    return Rated(_code(lines, _DIMENSION) or "", report.rpartition("_")[2] if report else None, _code(lines, _METHOD))
