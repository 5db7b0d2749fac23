"""The vocabulary `ogcm:` with its code lists, alignments and competency questions. Imports nothing of ours.

Everything is read from the package's own Turtle files (`ontology.files`), so it works in a checkout and from a wheel.
The graphs returned here are shared by all callers and must not be changed; copy one before adding to it.
"""

from __future__ import annotations

from functools import cache

import pyoxigraph
from rdflib import Graph

from ontology.documents import Document, documents
from ontology.files import ALIGNMENTS, listing, resource, vocabulary_files
from ontology.namespaces import CODE, SKOS
from ontology.questions import Question, questions
from ontology.reading import graph_of

__all__ = [
    "NAMESPACE_DOCUMENT", "VERSION", "VERSION_IRI", "Document", "Question",
    "alignments", "code_schemes", "documents", "jsonld_context", "questions", "vocabulary", "vocabulary_ntriples",
]  # fmt: skip

VERSION = "1.3.0"
NAMESPACE_DOCUMENT = "https://w3id.org/ogcm/def"
VERSION_IRI = f"{NAMESPACE_DOCUMENT}/{VERSION}"


@cache
def vocabulary() -> Graph:
    """Modules, code lists and alignments: what the graph `vocabulary` of a release holds, and what SHACL needs to
    know the class hierarchy. Some 8,000 triples; parsed once per process."""
    return graph_of(entry.read_bytes() for entry in vocabulary_files())


@cache
def alignments() -> Graph:
    """The links to other vocabularies alone, each with its reason."""
    return graph_of([resource(ALIGNMENTS).read_bytes()])


@cache
def vocabulary_ntriples() -> bytes:
    """The same triples as `vocabulary()` as sorted N-Triples with RDFC-1.0 blank node labels: equal on every machine.

    Does not use rdflib and takes a small fraction of the time that parsing with it does.
    """
    dataset = pyoxigraph.Dataset(quad for entry in vocabulary_files() for quad in _quads(entry.read_bytes()))
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    lines = (f"{quad.subject} {quad.predicate} {quad.object} .\n" for quad in dataset)
    return "".join(sorted(lines)).encode()


@cache
def code_schemes() -> dict[str, dict[str, dict[str, str]]]:
    """Scheme slug -> code -> language -> preferred label, for every scheme under https://w3id.org/ogcm/code/.

    Codes keep the order of their file (scales are listed from low to high).
    """
    schemes: dict[str, dict[str, dict[str, str]]] = {}
    for entry in listing("concepts"):
        for quad in pyoxigraph.parse(entry.read_bytes(), format=pyoxigraph.RdfFormat.TURTLE):
            scheme, _, code = str(quad.subject.value).removeprefix(str(CODE)).partition("/")
            if code and quad.predicate.value == str(SKOS.prefLabel):
                schemes.setdefault(scheme, {}).setdefault(code, {})[quad.object.language] = quad.object.value
    return schemes


@cache
def jsonld_context() -> bytes:
    """The JSON-LD context document as served; made by `python -m ontology.context`."""
    return resource("context.jsonld").read_bytes()


def _quads(turtle: bytes) -> pyoxigraph.QuadParser:
    # Blank node labels must not be shared between files.
    return pyoxigraph.parse(turtle, format=pyoxigraph.RdfFormat.TURTLE, rename_blank_nodes=True)
