"""context.jsonld is what the vocabulary makes of it, names every property, and carries the examples without loss."""

from __future__ import annotations

import json
from importlib.resources.abc import Traversable

import pytest
from rdflib import OWL, RDF, Graph
from rdflib.compare import isomorphic

from ontology import jsonld_context, vocabulary
from ontology.context import serialized
from ontology.files import listing
from ontology.namespaces import OGCM

KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)


def names() -> dict[str, str]:
    """IRI -> short name."""
    terms = json.loads(jsonld_context())["@context"]
    return {value["@id"] if isinstance(value, dict) else value: name for name, value in terms.items() if name[0] != "@"}


def test_the_context_is_up_to_date() -> None:
    assert jsonld_context().decode() == serialized(vocabulary()), "run: python -m ontology.context"


def test_every_term_has_a_name_and_ours_their_own() -> None:
    named = names()
    terms = {str(term) for kind in KINDS for term in vocabulary().subjects(RDF.type, kind) if not str(term).startswith("n")}
    assert {term for term in terms if term.startswith("http") and term not in named} == set()
    assert all(name == iri.removeprefix(str(OGCM)) for iri, name in named.items() if iri in OGCM and iri != str(OGCM))


@pytest.mark.parametrize("example", listing("examples"), ids=lambda entry: entry.name)
def test_an_example_survives_the_round_trip(example: Traversable) -> None:
    graph = Graph().parse(data=example.read_text(encoding="utf-8"), format="turtle")
    context = json.loads(jsonld_context())["@context"]
    document = json.loads(graph.serialize(format="json-ld", context=context))
    assert "@context" in document and isomorphic(Graph().parse(data=json.dumps(document), format="json-ld"), graph)
