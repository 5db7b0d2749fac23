"""The vocabulary and the shapes of a release as graphs from which parts are cut: one term, one code list, all of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import pyoxigraph as ox


class Vocabulary:
    """Statements of `graphs/vocabulary.nt` or `graphs/shapes.nt`. A missing file is an empty vocabulary."""

    def __init__(self, path: Path) -> None:
        self._by_subject: dict[ox.NamedNode | ox.BlankNode, list[ox.Triple]] = defaultdict(list)
        if path.is_file():
            for quad in ox.parse(path=path, format=ox.RdfFormat.N_TRIPLES):
                self._by_subject[quad.subject].append(quad.triple)
        self._named = {node.value: node for node in self._by_subject if isinstance(node, ox.NamedNode)}

    def subjects(self) -> list[str]:
        """IRIs that something is said about, sorted."""
        return sorted(self._named)

    def about(self, iris: Iterable[str]) -> list[ox.Triple]:
        """The statements about `iris` with those about the blank nodes that they reach (concise bounded description).

        An IRI that nothing is said about adds nothing, even when it is no IRI at all.
        """
        found: list[ox.Triple] = []
        seen: set[ox.NamedNode | ox.BlankNode] = set()
        waiting: list[ox.NamedNode | ox.BlankNode] = [self._named[iri] for iri in iris if iri in self._named]
        while waiting:
            node = waiting.pop(0)
            if node in seen:
                continue
            seen.add(node)
            for triple in self._by_subject.get(node, []):
                found.append(triple)
                if isinstance(triple.object, ox.BlankNode):
                    waiting.append(triple.object)
        return found

    def where(self, test: Callable[[str], bool]) -> list[ox.Triple]:
        """The statements about every IRI that passes the test."""
        return self.about(iri for iri in self.subjects() if test(iri))
