"""A small graph in the making: IRIs and literals only, kept as canonical N-Triples lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pyoxigraph as ox

from ontology.namespaces import RDF, RDFS, XSD

Value = str | int | dt.date | ox.Literal


class Statements:
    """A set of statements. A plain string as object is an IRI; texts are given through `text` or as a Literal."""

    def __init__(self) -> None:
        self._lines: set[bytes] = set()

    def add(self, subject: str, predicate: str, *values: Value) -> None:
        node, edge = ox.NamedNode(subject), ox.NamedNode(predicate)
        for value in values:
            self._lines.add(f"{ox.Triple(node, edge, _term(value))} .\n".encode())

    def text(self, subject: str, predicate: str, texts: dict[str, str]) -> None:
        """One literal per language tag."""
        self.add(subject, predicate, *(ox.Literal(text, language=tag) for tag, text in texts.items()))

    def thing(self, subject: str, classes: tuple[str, ...], label: dict[str, str]) -> str:
        """Type and label a resource; returns its IRI."""
        self.add(subject, str(RDF.type), *classes)
        self.text(subject, str(RDFS.label), label)
        return subject

    def lines(self) -> list[bytes]:
        """Sorted, duplicate-free N-Triples."""
        return sorted(self._lines)

    def __or__(self, other: Statements) -> Statements:
        both = Statements()
        both._lines = self._lines | other._lines
        return both

    def __iter__(self) -> Iterator[ox.Triple]:
        for line in self.lines():
            for quad in ox.parse(line, format=ox.RdfFormat.N_TRIPLES):
                yield quad.triple


def _term(value: Value) -> ox.NamedNode | ox.Literal:
    if isinstance(value, ox.Literal):
        return value
    if isinstance(value, dt.date):
        return ox.Literal(value.isoformat(), datatype=ox.NamedNode(str(XSD.date)))
    if isinstance(value, int):
        return ox.Literal(value)
    return ox.NamedNode(value)


def typed(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(datatype))
