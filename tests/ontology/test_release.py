"""The data that we publish keep to the vocabulary: declared terms, domains and ranges, and consistent under HermiT."""

from __future__ import annotations

import pytest
from rdflib import Graph

from commitments.release import Release
from ontology import vocabulary, vocabulary_ntriples
from ontology.files import listing
from tests.conftest import needs_program
from tests.ontology.reach import graph_of, knowledge, outside, undeclared
from tests.ontology.reasoner import Verdict, reason

DESCRIBING = {"vocabulary", "shapes"}  # they use the terms of OWL and SHACL


def read(release: Release, name: str) -> Graph:
    return Graph().parse(release.file(name), format="nt")


def test_every_term_of_every_graph_is_declared(release: Release) -> None:
    names = ["commitments.nt", *(f"graphs/{path.name}" for path in release.file("graphs").glob("*.nt") if path.stem not in DESCRIBING)]
    assert len(names) > 5
    assert {name: undeclared(read(release, name)) for name in names if undeclared(read(release, name))} == {}


@pytest.mark.parametrize("name", ["commitments.nt", "graphs/catalog.nt"])
def test_properties_stay_inside_their_domain_and_range(release: Release, name: str) -> None:
    assert sorted(set(outside(read(release, name), knowledge()))) == []


def test_the_data_are_consistent_with_the_vocabulary(release: Release) -> None:
    needs_program("java", "default-jre-headless")
    verdict = reason(vocabulary(), graph_of(*listing("foreign")), read(release, "commitments.nt"))
    assert verdict == Verdict(consistent=True, unsatisfiable=frozenset())


def test_the_release_holds_the_vocabulary_as_it_is(release: Release) -> None:
    assert release.file("graphs/vocabulary.nt").read_bytes() == vocabulary_ntriples()
