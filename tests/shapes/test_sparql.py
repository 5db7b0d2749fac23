"""Our evaluation of SPARQL constraints gives what pySHACL gives, constraint by constraint."""

from __future__ import annotations

import pyshacl
import pytest
from rdflib import Graph

import shapes
from ontology.namespaces import SH
from shapes.context import background, context_triples
from shapes.files import shapes_graph
from shapes.sparql import sparql_results
from shapes.terms import store_of
from tests.shapes.examples import CONTEXT, broken, examples, profile_of

SPARQL = [constraint for constraint in shapes.constraints() if constraint.parameter == SH.sparql]


@pytest.mark.parametrize("constraint", SPARQL, ids=lambda constraint: constraint.name)
def test_results_equal_those_of_pyshacl(constraint: shapes.Constraint) -> None:
    profile = profile_of(constraint)
    data = Graph(bind_namespaces="none")
    for triples in (broken(examples()[constraint.name], profile), background(), context_triples(CONTEXT)):
        for triple in triples:
            data.add(triple)
    only = _alone(constraint)
    ours = {(focus, bound.get("value", focus)) for _, focus, bound in sparql_results(only, data, store_of(data))}

    _, report, _ = pyshacl.validate(data, shacl_graph=only)
    theirs = {(report.value(r, SH.focusNode), report.value(r, SH.value)) for r in report.objects(None, SH.result)}
    assert ours == theirs
    assert ours


def _alone(constraint: shapes.Constraint) -> Graph:
    """The shapes graph without every other SPARQL constraint and without core constraints' targets."""
    graph = Graph(bind_namespaces="none")
    for triple in shapes_graph().cbd(constraint.shape):
        graph.add(triple)
    for prefixes in shapes_graph().objects(shapes_graph().value(constraint.shape, SH.sparql), SH.prefixes):
        for triple in shapes_graph().cbd(prefixes):
            graph.add(triple)
    return graph
