"""What a graph uses: declared terms, and properties inside their domain and range.

HermiT refuses a property outside its domain or range only where that clashes with a disjointness; this is stricter: a
thing that the graph types must have the class which the property asks for, by our axioms and the foreign ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources.abc import Traversable

from rdflib import OWL, RDF, RDFS, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from ontology import vocabulary
from ontology.files import listing
from ontology.namespaces import CODE, OGCM

KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, RDF.Property)


def graph_of(*entries: Traversable) -> Graph:
    graph = Graph()
    for entry in entries:
        graph.parse(data=entry.read_text(encoding="utf-8"), format="turtle")
    return graph


@cache
def knowledge() -> Graph:
    """The vocabulary and the foreign axioms."""
    return vocabulary() + graph_of(*listing("foreign"))


def terms_of(graph: Graph) -> set[Node]:
    """Properties and classes that the graph uses."""
    return {*graph.predicates(), *graph.objects(None, RDF.type)} - {RDF.type}


def undeclared(graph: Graph) -> set[Node]:
    """Terms, and codes of ours, that the graph uses and the vocabulary does not declare."""
    ours = vocabulary()
    terms = {term for term in terms_of(graph) if not any((term, RDF.type, kind) in ours for kind in KINDS)}
    named = {value for value in graph.objects() if isinstance(value, URIRef) and (value in CODE or value in OGCM)} - {URIRef(OGCM)}
    return terms | {value for value in named if (value, RDF.type, None) not in ours}


def classes_of(graph: Graph, known: Graph, thing: Node) -> set[Node]:
    """All classes of a typed thing, by subclass and equivalence; empty for a thing that the graph does not type."""
    found: set[Node] = set()
    pending = list(graph.objects(thing, RDF.type)) + list(known.objects(thing, RDF.type))
    while pending:
        cls = pending.pop()
        if cls not in found:
            found.add(cls)
            pending += [*known.objects(cls, RDFS.subClassOf), *known.objects(cls, OWL.equivalentClass)]
            pending += known.subjects(OWL.equivalentClass, cls)
    return found


def allowed(known: Graph, expression: Node) -> set[Node]:
    union = known.value(expression, OWL.unionOf)
    return set(known.items(union)) if union is not None else {expression}


def outside(graph: Graph, known: Graph) -> Iterator[str]:
    """What stands outside a domain or range, for typed things and for literals."""
    for subject, predicate, value in graph:
        for domain in known.objects(predicate, RDFS.domain):
            if not classes_of(graph, known, subject) & allowed(known, domain):
                yield f"{subject} is outside the domain of {predicate}"
        for expected in known.objects(predicate, RDFS.range):
            if isinstance(value, Literal):
                own = value.datatype if value.datatype or value.language else XSD.string
                if expected not in (RDFS.Literal, own) and not _integer_as(own, expected):
                    yield f"{value!r} is outside the range of {predicate}"
            elif (types := classes_of(graph, known, value)) and not types & allowed(known, expected):
                yield f"{value} is outside the range of {predicate}"


def _integer_as(own: Node | None, expected: Node) -> bool:
    """An xsd:integer stands for xsd:int, whose values it shares."""
    return own == XSD.integer and expected == XSD.int
