"""Every example graph parses twice, uses declared terms only, and keeps properties inside their domain and range."""

from __future__ import annotations

from importlib.resources.abc import Traversable

import pyoxigraph
import pytest
from rdflib import OWL, RDF, RDFS, BNode, Graph

from ontology import vocabulary
from ontology.files import listing
from ontology.namespaces import OGCM
from tests.ontology.reach import KINDS, graph_of, knowledge, outside, terms_of, undeclared

EXAMPLES = listing("examples")
each_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda entry: entry.name)


@each_example
def test_two_parsers_read_the_same_example(example: Traversable) -> None:
    quads = list(pyoxigraph.parse(example.read_bytes(), format=pyoxigraph.RdfFormat.TURTLE))
    graph = graph_of(example)
    assert len(graph) == len(quads) > 0
    assert not any(isinstance(term, BNode) for triple in graph for term in triple), "instances have no blank nodes"
    assert example.read_text(encoding="utf-8").startswith("# "), "an example says what it shows"


@each_example
def test_an_example_uses_declared_terms_and_codes(example: Traversable) -> None:
    assert undeclared(graph_of(example)) == set()


@each_example
def test_what_an_example_describes_has_a_label_and_a_passage(example: Traversable) -> None:
    graph = graph_of(example)
    exempt = {"period", "identifier", "source", "passage", "run", "dataset"}  # ontology_design section 4, statedIn
    for subject in set(graph.subjects()):
        assert (subject, RDFS.label, None) in graph, subject
        kind, _, rest = str(subject).removeprefix("https://data.example.org/id/").partition("/")
        is_thing = str(subject).startswith("https://data.example.org/id/") and rest and kind not in exempt
        if is_thing and (subject, RDF.type, OGCM.Tombstone) not in graph:
            assert (subject, OGCM.statedIn, None) in graph, subject


def test_every_term_of_ours_is_shown_in_an_example() -> None:
    shown, ours = terms_of(graph_of(*EXAMPLES)), vocabulary()
    shown |= {value for value in graph_of(*EXAMPLES).objects() if value in OGCM}
    terms = {term for kind in KINDS for term in ours.subjects(RDF.type, kind) if term in OGCM}
    inverses = {term for term in terms if any(other in shown for other in ours.objects(term, OWL.inverseOf))}
    # Superclasses of what the examples show; codeList describes the vocabulary, not data.
    assert terms - shown - inverses == {OGCM.Jurisdiction, OGCM.Finding, OGCM.codeList}


def test_properties_stay_inside_their_domain_and_range() -> None:
    assert sorted(outside(graph_of(*EXAMPLES), knowledge())) == []


@pytest.mark.parametrize(
    ("turtle", "fault"),
    [
        ("com:a a ogcm:Commitment ; org:role role:lead .", "outside the domain of http://www.w3.org/ns/org#role"),
        ("com:a a ogcm:Stage ; prov:wasDerivedFrom com:b .", "outside the domain of http://www.w3.org/ns/prov#wasDerivedFrom"),
        ("com:a a ogcm:Claim ; ogcm:claimedValue com:b . com:b a ogcm:Claim .", "outside the range"),
        ('com:a a ogcm:ActionPlan ; ogcm:number 4 .', "outside the range of https://w3id.org/ogcm/def#number"),
    ],
)
def test_a_property_outside_its_domain_or_range_is_found(turtle: str, fault: str) -> None:
    prefixes = """@prefix com: <https://data.example.org/id/commitment/> . @prefix ogcm: <https://w3id.org/ogcm/def#> .
        @prefix org: <http://www.w3.org/ns/org#> . @prefix prov: <http://www.w3.org/ns/prov#> .
        @prefix role: <https://w3id.org/ogcm/code/role/> ."""
    assert any(fault in each for each in outside(Graph().parse(data=prefixes + turtle, format="turtle"), knowledge()))
