"""Counts over sorted N-Triples text, in one pass and without a store. The counts of VoID and of the manifest come from here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

RDF_TYPE = b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
XSD_STRING = b"http://www.w3.org/2001/XMLSchema#string"


class NotSorted(Exception):
    """A graph file is not sorted, has duplicates, or a line is not one N-Triples statement."""


@dataclass
class Statistics:
    """Counts of one graph. IRIs are plain strings without angle brackets.

    `links` counts triples by (predicate, namespace of the object) whose object is an IRI outside BASE and which are not
    `rdf:type`; `examples` maps a class to its first instance in the order of the file.
    """

    triples: int = 0
    subjects: int = 0
    entities: int = 0  # distinct subjects below {BASE}id/
    class_entities: Counter[str] = field(default_factory=Counter)
    property_triples: Counter[str] = field(default_factory=Counter)
    property_subjects: Counter[str] = field(default_factory=Counter)
    links: Counter[tuple[str, str]] = field(default_factory=Counter)
    namespaces: set[str] = field(default_factory=set)
    examples: dict[str, str] = field(default_factory=dict)

    @property
    def vocabularies(self) -> list[str]:
        """Namespaces of the properties and classes used, sorted."""
        return sorted({namespace_of(iri) for iri in [*self.property_triples, *self.class_entities]})


class Counting:
    """Passes lines through and counts them; the result is in `statistics` once all lines have passed."""

    def __init__(self, base: str, origin: str):
        self.statistics = Statistics()
        self._id_space = f"<{base}id/".encode()
        self._base = f"<{base}".encode()
        self._origin = origin

    def __call__(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        found = self.statistics
        subject_before = predicate_before = b""
        for line in lines:
            try:
                subject, predicate, rest = line.split(b" ", 2)
            except ValueError:
                raise NotSorted(f"{self._origin}: not one statement: {line[:120]!r}") from None
            found.triples += 1
            if subject != subject_before:
                self._subject(subject)
                subject_before, predicate_before = subject, b""
            name = _iri(predicate)
            found.property_triples[name] += 1
            if predicate != predicate_before:
                found.property_subjects[name] += 1
                predicate_before = predicate
            self._object(subject, predicate, name, rest[:-3])
            yield line
        found.namespaces.update(namespace_of(name) for name in found.property_triples)

    def _subject(self, subject: bytes) -> None:
        found = self.statistics
        found.subjects += 1
        if subject.startswith(self._id_space):
            found.entities += 1
        if subject.startswith(b"<"):
            found.namespaces.add(namespace_of(_iri(subject)))

    def _object(self, subject: bytes, predicate: bytes, name: str, value: bytes) -> None:
        found = self.statistics
        if value.startswith(b"<"):
            iri = _iri(value)
            space = namespace_of(iri)
            found.namespaces.add(space)
            if predicate == RDF_TYPE:
                found.class_entities[iri] += 1
                if subject.startswith(self._id_space):
                    found.examples.setdefault(iri, _iri(subject))
            elif not value.startswith(self._base):
                found.links[name, space] += 1
        elif value.endswith(b">"):
            found.namespaces.add(namespace_of(value[value.rindex(b"<") + 1 : -1].decode()))


def checked(lines: Iterable[bytes], origin: str, fault: Callable[[bytes], str | None] | None = None) -> Iterator[bytes]:
    """Pass lines through, refusing what is out of order or there twice. Raises NotSorted naming the line."""
    before = b""
    for number, line in enumerate(lines, 1):
        if line <= before or not line.endswith(b" .\n"):
            raise NotSorted(f"{origin}:{number}: not sorted, repeated, or not N-Triples: {line[:120]!r}")
        if fault is not None and (problem := fault(line)):
            raise NotSorted(f"{origin}:{number}: {problem}: {line[:120]!r}")
        before = line
        yield line


def namespace_of(iri: str) -> str:
    """The IRI up to and with its last `#` or, without one, its last `/`."""
    cut = iri.rfind("#")
    return iri[: (cut if cut >= 0 else iri.rfind("/")) + 1]


def _iri(term: bytes) -> str:
    return term[1:-1].decode()
