"""The vocabulary, its alignments, the foreign axioms we rely on and all examples are consistent together (HermiT)."""

from __future__ import annotations

import pytest
from rdflib import Graph

from ontology import vocabulary
from ontology.files import listing
from tests.conftest import needs_program
from tests.ontology.reasoner import Verdict, reason

PREFIXES = """
@prefix ex: <https://data.example.org/test#> .
@prefix com: <https://data.example.org/id/commitment/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix ogcm: <https://w3id.org/ogcm/def#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""


def folder(name: str) -> Graph:
    graph = Graph()
    for entry in listing(name):
        graph.parse(data=entry.read_text(encoding="utf-8"), format="turtle")
    return graph


def judge(turtle: str = "") -> Verdict:
    """The whole of ours plus a planted text."""
    needs_program("java", "default-jre-headless")
    planted = Graph().parse(data=PREFIXES + turtle, format="turtle")
    return reason(vocabulary(), folder("foreign"), folder("examples"), planted)


def test_the_whole_is_consistent_and_every_class_can_have_members() -> None:
    assert judge() == Verdict(consistent=True, unsatisfiable=frozenset())


def test_a_class_that_can_have_no_member_is_found() -> None:
    verdict = judge("ex:Impossible a owl:Class ; rdfs:subClassOf ogcm:Workshop , ogcm:Commitment .")
    assert verdict == Verdict(True, frozenset({"https://data.example.org/test#Impossible"}))


@pytest.mark.parametrize(
    "clash",
    [
        pytest.param("com:MX-4-01 a ogcm:CoCreationProcess .", id="a commitment that is an activity"),
        pytest.param("ex:thing a ogcm:CivilSocietyOrganisation , ogcm:Source .", id="an organisation that is a document"),
        pytest.param("ex:r a ogcm:Responsibility ; org:role ex:role .", id="org:role on a responsibility"),
        pytest.param("ex:w a ogcm:Workshop ; prov:wasDerivedFrom ex:s .", id="an activity derived from something"),
        pytest.param("com:MX-4-01 ogcm:statedIn ex:s . ex:s a ogcm:Source .", id="stated in a source, not a passage"),
        pytest.param("ex:a skos:inScheme ex:b . ex:b a skos:Concept .", id="a scheme that is a concept"),
    ],
)
def test_a_disjointness_clash_is_refused(clash: str) -> None:
    assert not judge(clash).consistent
