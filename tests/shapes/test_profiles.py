"""What each profile asks: a source may be silent and may name what it does not describe; its facts are still checked."""

from __future__ import annotations

import pytest
from rdflib import Graph, Literal, URIRef

import shapes
from ontology.namespaces import OGCM, RDF, SH
from tests.shapes.examples import BASE, CONTEXT

COMMITMENT = URIRef(f"{BASE}id/commitment/MX-4-01")
RESPONSIBILITY = URIRef(f"{BASE}id/responsibility/MX-4-01_lead_mx-sfp_ogp")


def failing(graph: Graph, profile: str, context: shapes.Context | None = CONTEXT) -> set[str]:
    return {r.shape.fragment for r in shapes.validate(graph, profile=profile, context=context).violations}


def graph(*triples: tuple) -> Graph:
    built = Graph()
    for triple in triples:
        built.add(triple)
    return built


def test_a_source_may_be_silent() -> None:
    silent = graph((COMMITMENT, RDF.type, OGCM.Commitment), (COMMITMENT, OGCM.statedIn, URIRef(f"{BASE}id/passage/p_t_1")))
    assert failing(silent, "source") == set()
    assert failing(silent, "consolidated") >= {"labelRequired", "Commitment-HasOnePlan", "Graph-ObjectsAreDescribed"}


def test_a_source_may_contradict_itself() -> None:
    graph_ = graph(
        (COMMITMENT, RDF.type, OGCM.Commitment),
        (COMMITMENT, OGCM.statedIn, URIRef(f"{BASE}id/passage/p_t_1")),
        (COMMITMENT, OGCM.number, Literal("1")),
        (COMMITMENT, OGCM.number, Literal("2")),
    )
    assert failing(graph_, "source") == set()
    assert "numberSingle" in failing(graph_, "consolidated")


@pytest.mark.parametrize("profile", ["source", "consolidated"])
def test_every_profile_of_facts_demands_provenance_whole_nodes_and_datatypes(profile: str) -> None:
    graph_ = graph(
        (RESPONSIBILITY, RDF.type, OGCM.Responsibility),
        (COMMITMENT, RDF.type, OGCM.Commitment),
        (COMMITMENT, OGCM.number, Literal(1)),
    )
    assert failing(graph_, profile) >= {"statedInRequired", "Responsibility-actorRequired", "numberDatatype"}


def test_without_a_context_rules_about_addresses_find_nothing() -> None:
    graph_ = graph((COMMITMENT, OGCM.statedIn, URIRef(f"{BASE}id/passage/absent")))
    assert "Graph-ObjectsAreDescribed" in failing(graph_, "consolidated")
    assert "Graph-ObjectsAreDescribed" not in failing(graph_, "consolidated", None)
    assert "Graph-ObjectsAreDescribed" not in failing(graph_, "consolidated", shapes.Context("https://elsewhere.example.org/"))


def test_the_catalog_profile_asks_nothing_of_commitments() -> None:
    assert failing(graph((COMMITMENT, RDF.type, OGCM.Commitment)), "catalog") == set()


def test_absence_is_a_violation_of_a_source_only_where_our_process_guarantees_presence() -> None:
    """ontology_design section 0, number 12. These come from the reading itself, never from the document."""
    guaranteed = {
        "statedInRequired", "Responsibility", "Membership", "ChangeEvent", "KeyMoment", "Finding", "Figure",
        "Observation", "Passage", "Link", "Identifier", "Tombstone", "IngestRun", "Period",
    }  # fmt: skip
    for constraint in shapes.constraints():
        absence = constraint.parameter == SH.minCount and constraint.severity == "Violation"
        if absence and "source" in constraint.profiles:
            assert constraint.name.split("-")[0] in guaranteed, constraint.name


def test_an_unknown_profile_and_a_bad_context_are_errors() -> None:
    with pytest.raises(ValueError, match="unknown profile"):
        shapes.validate(Graph(), profile="strict")
    with pytest.raises(ValueError, match="must end in '/'"):
        shapes.Context("https://data.example.org")
    with pytest.raises(ValueError, match="unknown kinds"):
        shapes.Context(BASE, registry={"promise": ["x"]})
