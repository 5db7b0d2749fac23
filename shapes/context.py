"""What validation knows beside the data: the deployment (BASE, registry) and the vocabulary.

Rules about the whole dataset need BASE and the identifier registry. They get them as triples of one node,
`ogcm-sh:Deployment`, which is also their focus node, so that the rules stay plain SHACL and every result has a shape.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from rdflib import BNode, Literal, URIRef
from rdflib.term import Node

import ontology
from ontology.namespaces import DCT, KINDS, OGCM, OGCM_SH, RDF, RDFS, SKOS
from shapes.files import shapes_graph

Triple = tuple[Node, URIRef, Node]
DEPLOYMENT = OGCM_SH.Deployment


@dataclass(frozen=True)
class Context:
    """The deployment whose data are validated.

    `base`: BASE, ending in "/". `registry`: kind -> keys in `data/identifiers/{kind}.csv`; every resource of these
    kinds in the data must be listed. Kinds that are computed, not minted (`period`), are left out of it.
    Raises ValueError for a BASE without a final "/" and for an unknown kind.
    """

    base: str
    registry: Mapping[str, Collection[str]] | None = None

    def __post_init__(self) -> None:
        if not self.base.endswith("/"):
            raise ValueError(f"BASE must end in '/': {self.base}")
        unknown = sorted(set(self.registry or {}) - set(KINDS))
        if unknown:
            raise ValueError(f"unknown kinds in the registry: {', '.join(unknown)}")

    def triples(self) -> Iterator[Triple]:
        """The context as triples of `ogcm-sh:Deployment`."""
        yield DEPLOYMENT, OGCM_SH.base, Literal(self.base)
        for kind, keys in (self.registry or {}).items():
            yield DEPLOYMENT, OGCM_SH.registeredKind, Literal(kind)
            for key in keys:
                yield DEPLOYMENT, OGCM_SH.registered, URIRef(f"{self.base}id/{kind}/{key}")


def context_triples(context: Context | None) -> Iterator[Triple]:
    """Triples added to the data for the time of one validation."""
    yield DEPLOYMENT, RDF.type, OGCM_SH.ValidationContext
    if context is not None:
        yield from context.triples()


# Of the vocabulary, validation reads the class hierarchy, which terms exist, and how codes and scales hang together.
# Types of codes are left out: a code is checked as data only where the data describe it.
_READ = {
    RDFS.subClassOf, RDFS.isDefinedBy, SKOS.inScheme, SKOS.topConceptOf, SKOS.broader, OGCM.forDimension, OGCM.forMethod,
}  # fmt: skip
_READ_OF_SCHEMES = {RDF.type, RDFS.label, DCT.title}


@cache
def background() -> tuple[Triple, ...]:
    """The triples of the vocabulary that shapes rely on, with the foreign class hierarchy (`values.ttl`).

    Blank nodes (OWL class expressions) are left out: no shape looks at them, and the rule against blank nodes must
    see the data's alone.
    """
    vocabulary = ontology.vocabulary()
    schemes = set(vocabulary.subjects(RDF.type, SKOS.ConceptScheme))
    found: set[Triple] = set(shapes_graph().triples((None, RDFS.subClassOf, None)))
    for s, p, o in vocabulary:
        if isinstance(s, BNode) or isinstance(o, BNode):
            continue
        if p in _READ or (p in _READ_OF_SCHEMES and s in schemes):
            found.add((s, p, o))
    return tuple(found)
