"""What a small source says of its commitments, read back from its sorted file, for comparison with exports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from ingest import terms, uris
from ingest.matching import TEXT_START, CommitmentFacts
from ingest.sorting import by_subject, with_prefix

_PREDICATES = {terms.curie(name): name for name in ("dct:title", "rdfs:label", "dct:isPartOf", "ogcm:number", "dct:description", "ogcm:statedIn")}


def commitments(path: Path, base: str, source: str) -> Iterator[CommitmentFacts]:
    """The commitments that the sorted N-Triples file of a source describes; those without a plan are left out."""
    head = f"<{uris.Addresses(base).space('commitment')}"
    for term, lines in by_subject([own] if (own := list(with_prefix(path, head.encode()))) else []):
        said: dict[str, list[str]] = defaultdict(list)
        for line in lines:
            _, predicate, rest = line.decode().split(" ", 2)
            if predicate in _PREDICATES:
                said[_PREDICATES[predicate]].append(rest[:-3])
        if not said["dct:isPartOf"]:
            continue
        number = terms.lexical(said["ogcm:number"][0]) if said["ogcm:number"] else ""
        titles = tuple(terms.lexical(term) for term in said["dct:title"] or said["rdfs:label"])
        text = terms.lexical(said["dct:description"][0])[:TEXT_START] if said["dct:description"] else ""
        passage = min(said["ogcm:statedIn"], default="")
        yield CommitmentFacts(term.decode()[len(head) : -1], _key(said["dct:isPartOf"][0]), uris.number_token(number), titles, text, source, passage)


def _key(term: str) -> str:
    return term[1:-1].rsplit("/", 1)[-1]
