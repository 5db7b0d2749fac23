"""What the vocabulary documents: terms, schemes and codes with their texts, for pages, menus and completion.

Read with pyoxigraph, which is some ten times faster than building an rdflib graph, so a server can start on it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Literal

import pyoxigraph

from ontology.files import vocabulary_files
from ontology.namespaces import CODE, OGCM, OWL, RDF, RDFS, SKOS

Kind = Literal["class", "object property", "datatype property", "annotation property", "property", "scheme", "code"]

_KINDS: dict[str, Kind] = {
    str(OWL.Class): "class",
    str(OWL.ObjectProperty): "object property",
    str(OWL.DatatypeProperty): "datatype property",
    str(OWL.AnnotationProperty): "annotation property",
    str(RDF.Property): "property",
    str(SKOS.ConceptScheme): "scheme",
    str(SKOS.Concept): "code",
}
_TYPE = str(RDF.type)
_LABEL, _DEFINITION, _USAGE = str(RDFS.label), str(SKOS.definition), str(SKOS.scopeNote)


@dataclass(frozen=True)
class Document:
    """One documented term. `labels`, `definitions`: language -> text; a foreign term has our usage note as definition.
    `module` is the file it stands in (`plan`, `irm-scales`); `ours` tells our namespaces from reused terms."""

    iri: str
    kind: Kind
    module: str
    labels: dict[str, str]
    definitions: dict[str, str]
    ours: bool


@cache
def documents() -> tuple[Document, ...]:
    """Every term, scheme and code, in the order of the files."""
    kinds: dict[str, tuple[Kind, str]] = {}
    texts: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for entry in vocabulary_files():
        for quad in pyoxigraph.parse(entry.read_bytes(), format=pyoxigraph.RdfFormat.TURTLE):
            if not isinstance(quad.subject, pyoxigraph.NamedNode):
                continue
            subject, predicate, value = quad.subject.value, quad.predicate.value, quad.object
            if predicate == _TYPE and (kind := _KINDS.get(str(value.value))):
                kinds.setdefault(subject, (kind, entry.name.removesuffix(".ttl")))
            elif predicate in (_LABEL, _DEFINITION, _USAGE) and value.language:
                texts[subject][predicate][value.language] = value.value
    return tuple(_document(iri, kind, module, texts[iri]) for iri, (kind, module) in kinds.items())


def _document(iri: str, kind: Kind, module: str, texts: dict[str, dict[str, str]]) -> Document:
    definitions = texts[_DEFINITION] or texts[_USAGE]
    return Document(iri, kind, module, dict(texts[_LABEL]), dict(definitions), iri.startswith((str(OGCM), str(CODE))))
