"""What stands in the N-Triples lines of one subject, as bytes that sort and as terms."""

from __future__ import annotations

from collections.abc import Iterable

from ingest import terms
from ingest.sorting import Lines

Parts = list[tuple[int, Lines]]  # the lines of one subject, by source
Found = list[tuple[int, bytes]]  # (source, what follows the predicate up to the line feed)


def predicate(name: str) -> bytes:
    """A predicate as it stands in a line, from its shortened name."""
    return terms.curie(name).encode()


_LABEL = predicate("rdfs:label")


def term(rest: bytes) -> str:
    """The object's term of what follows a predicate in a line."""
    return rest[:-3].decode()


def rest_of(obj: str) -> bytes:
    """What follows a predicate in a line with this object's term."""
    return f"{obj} .\n".encode()


def objects(parts: Parts, name: bytes, source: int) -> list[str]:
    """The objects of one predicate in one source's lines of a subject."""
    return [term(rest) for number, lines in parts if number == source for _, other, rest in (line.split(b" ", 2) for line in lines) if other == name]


def rests(parts: Parts, name: bytes) -> set[bytes]:
    """What follows one predicate in the lines of all sources."""
    return {rest for _, lines in parts for _, other, rest in (line.split(b" ", 2) for line in lines) if other == name}


def labels_of(lines: Iterable[bytes]) -> dict[str, str]:
    """rdfs:label by language ("" = none), with the escapes of N-Triples."""
    found = {}
    for _, name, rest in (line.split(b" ", 2) for line in lines):
        if name == _LABEL:
            text, _, language = term(rest).rpartition('"')
            found[language.removeprefix("@")] = text[1:]
    return found


def lexical(obj: str) -> str:
    """The lexical form of a literal without escapes (dates, numbers, IRIs), or the IRI itself."""
    if obj.startswith("<"):
        return obj[1:-1]
    return obj[1 : obj.rindex('"')]
