"""Our evaluation of SPARQL constraints gives what pySHACL gives, constraint by constraint."""

from __future__ import annotations

import pyshacl
import pytest
from rdflib import Graph, URIRef

import shapes
from ontology.namespaces import DCT, SH
from shapes.context import background, context_triples
from shapes.files import shapes_graph
from shapes.sparql import sparql_results
from shapes.terms import store_of
from tests.shapes.examples import CONTEXT, alone, broken, examples, profile_of

SPARQL = [constraint for constraint in shapes.constraints() if constraint.parameter == SH.sparql]


@pytest.mark.parametrize("constraint", SPARQL, ids=lambda constraint: constraint.name)
def test_results_equal_those_of_pyshacl(constraint: shapes.Constraint) -> None:
    profile = profile_of(constraint)
    data = Graph(bind_namespaces="none")
    for triples in (broken(examples()[constraint.name], profile), background(), context_triples(CONTEXT)):
        for triple in triples:
            data.add(triple)
    only = alone(constraint)
    ours = {(focus, bound.get("value", focus)) for _, focus, bound in sparql_results(only, data, store_of(data))}

    _, report, _ = pyshacl.validate(data, shacl_graph=only)
    theirs = {(report.value(r, SH.focusNode), report.value(r, SH.value)) for r in report.objects(None, SH.result)}
    assert ours == theirs
    assert ours


def test_moving_targets_to_property_shapes_changes_no_result() -> None:
    """The form in which pySHACL gets the core constraints reports what the shapes as written report."""
    data = Graph(bind_namespaces="none")
    for example in examples().values():
        if example.constraint.startswith(("Commitment", "label", "number", "Source-", "Figure", "Observation-sex")):
            for triple in broken(example, "consolidated"):
                data.add(triple)
    for triple in background():
        data.add(triple)
    reported = []
    for form in (shapes_graph(), shapes.for_pyshacl(shapes_graph())):
        core = Graph(bind_namespaces="none")
        for triple in form:
            if triple[1] != SH.sparql:
                core.add(triple)
        _, report, _ = pyshacl.validate(data, shacl_graph=core)
        properties = (SH.focusNode, SH.sourceShape, SH.value, SH.sourceConstraintComponent)
        reported.append({tuple(report.value(r, p) for p in properties) for r in report.objects(None, SH.result)})
    assert reported[0] == reported[1]
    assert len(reported[0]) > 20


def test_bodies_of_two_areas_may_have_one_name() -> None:
    """Two countries have a ministry of one name each; without an area, or in one, a name repeated may be one body."""
    [constraint] = [constraint for constraint in SPARQL if constraint.name == "Organisation-NameIsUnique"]
    for areas, fault in ((("CL", "UY"), False), (("CL", "CL"), True), (("CL", ""), True)):
        data = Graph(bind_namespaces="none")
        for triples in (broken(examples()[constraint.name], profile_of(constraint)), background(), context_triples(CONTEXT)):
            for triple in triples:
                data.add(triple)
        for key, area in zip(("mx-cide", "mx-fundar"), areas, strict=True):
            if area:
                data.add((URIRef(f"{CONTEXT.base}id/org/{key}"), DCT.spatial, URIRef(f"{CONTEXT.base}id/area/{area}")))
        assert bool(list(sparql_results(alone(constraint), data, store_of(data)))) == fault
