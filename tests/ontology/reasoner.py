"""HermiT over an rdflib graph, through owlready2 (Java). Only the consistency tests use it.

HermiT takes the OWL 2 datatype map alone, which has no xsd:date, xsd:gYear and the like, so those are read as xsd:string:
what it checks is classes and object properties; SHACL checks the datatypes (ontology_design section 3).
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import owlready2
from rdflib import OWL, RDF, XSD, Graph, Literal, URIRef
from rdflib.term import Node

UNSUPPORTED = (
    XSD.date, XSD.time, XSD.gYear, XSD.gYearMonth, XSD.gMonth, XSD.gMonthDay, XSD.gDay,
    XSD.duration, XSD.dayTimeDuration, XSD.yearMonthDuration,
)  # fmt: skip
# rdf:Property is no OWL class: where data or extracts name it, OWL knows the thing as a property of a kind already.
_NOT_OWL = {(RDF.type, RDF.Property)}


@dataclass(frozen=True)
class Verdict:
    """`unsatisfiable`: IRIs of classes that can have no member; empty when the whole is inconsistent."""

    consistent: bool
    unsatisfiable: frozenset[str]


def prepared(*graphs: Graph) -> Graph:
    """One graph without owl:imports, in the datatypes that HermiT knows."""
    together = Graph()
    for graph in graphs:
        for subject, predicate, value in graph:
            if predicate != OWL.imports and (predicate, value) not in _NOT_OWL:
                together.add((subject, predicate, _supported(value)))
    return together


def _supported(value: Node) -> Node:
    if isinstance(value, Literal) and value.datatype in UNSUPPORTED:
        return Literal(str(value), datatype=XSD.string)
    if isinstance(value, URIRef) and value in UNSUPPORTED:
        return XSD.string
    return value


def reason(*graphs: Graph) -> Verdict:
    """Raises OSError when there is no Java, and what HermiT reports as an error other than inconsistency."""
    world = owlready2.World()
    triples = prepared(*graphs).serialize(format="nt", encoding="utf-8")
    world.get_ontology("https://data.example.org/whole#").load(fileobj=io.BytesIO(triples), format="ntriples")
    try:
        owlready2.sync_reasoner_hermit(world, debug=0)
    except owlready2.OwlReadyInconsistentOntologyError:
        return Verdict(consistent=False, unsatisfiable=frozenset())
    return Verdict(True, frozenset(each.iri for each in world.inconsistent_classes() if each is not owlready2.Nothing))
