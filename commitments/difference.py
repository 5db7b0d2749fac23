"""What one release added, changed and removed against another, by resource. Bottom module.

Compares the consolidated views, which are sorted N-Triples, in one pass over both files; where the BASEs differ, both are sorted
in memory first, as their order may be another without it.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from commitments.release import CONSOLIDATED, Release

_STATED_IN = b"<https://w3id.org/ogcm/def#statedIn> "


@dataclass
class Difference:
    """IRIs by what happened to them, each list sorted; relative to BASE where the releases' BASEs differ.

    `changed` has, for each resource that both releases describe, how many statements were added and removed; `restated` the same where only
    the passages differ that state it: another edition of a source says the same of nearly everything.
    """

    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    changed: dict[str, tuple[int, int]] = field(default_factory=dict)
    restated: dict[str, tuple[int, int]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.restated)


def compare(old: Release, new: Release) -> Difference:
    """The difference of two releases. A release at another BASE says the same things when only BASE differs."""
    relative = old.base != new.base
    result = Difference()
    merged = heapq.merge(_statements(old, 0, relative), _statements(new, 1, relative))
    for subject, group in groupby(merged, key=lambda item: item[0]):
        statements: tuple[set[bytes], set[bytes]] = (set(), set())
        for _, line, side in group:
            statements[side].add(line)
        before, after = statements
        if not before:
            result.added.append(_iri(subject))
        elif not after:
            result.removed.append(_iri(subject))
        elif before != after:
            listed = result.restated if all(rest.startswith(_STATED_IN) for rest in before ^ after) else result.changed
            listed[_iri(subject)] = (len(after - before), len(before - after))
    return result


def _statements(release: Release, side: int, relative: bool) -> Iterator[tuple[bytes, bytes, int]]:
    """(subject term, rest of the statement, side), in the order of the file: that of whole lines, brackets included."""
    with open(release.file(CONSOLIDATED), "rb") as lines:
        if not relative:
            yield from _split(lines, side)
            return
        # Without BASE the order of the subjects can change, so it is restored.
        base = b"<" + release.base.encode()
        yield from sorted(_split((line.replace(base, b"<") for line in lines), side))


def _split(lines: Iterable[bytes], side: int) -> Iterator[tuple[bytes, bytes, int]]:
    for line in lines:
        subject, _, rest = line.partition(b" ")
        yield subject, rest, side


def _iri(term: bytes) -> str:
    return term.decode().removeprefix("<").removesuffix(">")
