"""What the view uses of the code lists is written into it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ingest import terms


def lines_on(concepts: Iterable[str], vocabulary: Mapping[str, list[str]]) -> set[str]:
    """Lines that name these concepts: type, labels, notation, scheme and broader, transitively.

    `vocabulary` maps the subject terms of the code lists to their lines.
    """
    names = ("rdf:type", "rdfs:label", "skos:prefLabel", "skos:notation", "skos:inScheme", "skos:broader", "dct:title", "ogcm:forDimension", "ogcm:forMethod")
    wanted = {terms.curie(name) for name in names}
    found: set[str] = set()
    waiting = set(concepts)
    seen: set[str] = set()
    while waiting:
        concept = waiting.pop()
        seen.add(concept)
        for line in vocabulary[concept]:
            _, predicate, obj = terms.split(line)
            if predicate in wanted:
                found.add(line)
                # A class is no concept: its axioms stay in graph/vocabulary.
                if predicate != terms.curie("rdf:type") and obj in vocabulary and obj not in seen:
                    waiting.add(obj)
    return found
