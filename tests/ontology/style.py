"""Run of shapes/vocabulary-style.ttl, which needs no inference."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import pyshacl
from rdflib import OWL, RDF, SH, BNode, Graph

from ontology import vocabulary
from ontology.files import resource
from ontology.namespaces import OGCM_SH

BROKEN = "tests/ontology/style"


@cache
def shapes() -> Graph:
    return Graph().parse(data=files("shapes").joinpath("vocabulary-style.ttl").read_text(encoding="utf-8"), format="turtle")


def rules() -> set[str]:
    """Local names of all shapes of the style file: one each per rule."""
    graph = shapes()
    named = {*graph.subjects(RDF.type, SH.NodeShape), *graph.subjects(RDF.type, SH.PropertyShape)}
    assert not [each for each in named if isinstance(each, BNode)], "a rule without a name"
    return {str(each).removeprefix(str(OGCM_SH)) for each in named}


def exceptions() -> Graph:
    return Graph().parse(data=resource("style-exceptions.ttl").read_text(encoding="utf-8"), format="turtle")


def findings(data: Graph) -> list[tuple[str, str]]:
    """(term at fault, local name of the rule) of every result; a rule about the whole names the term as its value."""
    _, report, _ = pyshacl.validate(_named(data), shacl_graph=shapes(), inference="none")
    found = []
    for result in report.subjects(RDF.type, SH.ValidationResult):
        shape = report.value(result, SH.sourceShape)
        whole = (shape, SH.sparql, None) in shapes()
        found.append((str(report.value(result, SH.value if whole else SH.focusNode)), str(shape).removeprefix(str(OGCM_SH))))
    return sorted(found)


def _named(data: Graph) -> Graph:
    """Without the class of anonymous unions, which have no name to check."""
    named = Graph()
    for subject, predicate, value in data:
        if not (isinstance(subject, BNode) and (predicate, value) == (RDF.type, OWL.Class)):
            named.add((subject, predicate, value))
    return named


def whole() -> Graph:
    """The vocabulary with its listed exceptions."""
    return vocabulary() + exceptions()
