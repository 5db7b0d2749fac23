"""How the shapes are written: every constraint speaks both languages, is a shape of its own, and uses declared terms."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest
from rdflib import BNode, Graph, URIRef
from rdflib.compare import isomorphic

import ontology
import shapes
from ontology.namespaces import OGCM, OGCM_SH, OWL, RDF, RDFS, SH
from shapes.files import shapes_graph
from shapes.sparql import query_text

CLASSES = {  # every class of ontology_design section 3 has a node shape, by its local name or that of its own shape
    "Jurisdiction", "Country", "Subdivision", "LocalArea", "Initiative", "Forum", "PublicOrganisation",
    "OrganisationalUnit", "CivilSocietyOrganisation", "AcademicInstitution", "InternationalOrganisation", "Membership",
    "ChangeEvent", "KeyMoment", "ActionPlan", "Axis", "Commitment", "Milestone", "Activity", "Deliverable", "Evidence",
    "Responsibility", "Problem", "Objective", "CoCreationProcess", "Stage", "Workshop", "PriorityTopic", "Finding",
    "Assessment", "StatusReport", "AssessmentReport", "Figure", "DataSet", "Observation", "Discrepancy", "Claim",
    "Link", "Source", "Passage", "IngestRun", "Tombstone", "Identifier", "Period", "Concept", "ConceptScheme",
}  # fmt: skip


def test_every_class_has_a_node_shape() -> None:
    graph = shapes_graph()
    found = {s.fragment for s in graph.subjects(RDF.type, SH.NodeShape) if (s, SH.targetClass, None) in graph}
    assert CLASSES - found == set()


def test_every_constraint_is_named_described_and_worded_in_both_languages() -> None:
    for constraint in shapes.constraints():
        for texts in (constraint.names, constraint.descriptions, constraint.messages):
            assert set(texts) == {"es", "en"}, constraint.name
            assert all(text.strip() for text in texts.values()), constraint.name


def test_a_message_says_the_same_in_both_languages_as_far_as_placeholders_tell() -> None:
    for constraint in shapes.constraints():
        used = [sorted(re.findall(r"\{[$?]\w+\}", text)) for text in constraint.messages.values()]
        assert used[0] == used[1], constraint.name


def test_placeholders_of_a_sparql_message_are_variables_its_query_selects() -> None:
    graph = shapes_graph()
    for constraint in shapes.constraints():
        query = graph.value(constraint.shape, SH.sparql)
        if query is not None:
            head = str(graph.value(query, SH.select)).split("WHERE")[0]
            used = set(re.findall(r"\{[$?](\w+)\}", constraint.messages["en"])) - {"this"}
            assert used <= set(re.findall(r"[?$](\w+)", head)), constraint.name


def test_no_property_shape_is_a_blank_node_and_none_is_without_definition() -> None:
    graph = shapes_graph()
    linked = set(graph.objects(None, SH.property))
    assert not [shape for shape in linked if isinstance(shape, BNode)]
    assert linked == set(graph.subjects(RDF.type, SH.PropertyShape))
    assert all((shape, SH.path, None) in graph for shape in linked)


def test_severity_and_message_stand_on_the_shape_only() -> None:
    """pySHACL ignores sh:severity inside sh:sparql and drops language tags of messages there."""
    graph = shapes_graph()
    for query in graph.objects(None, SH.sparql):
        assert set(graph.predicates(query)) == {RDF.type, SH.prefixes, SH.select}


def test_auxiliary_shapes_have_no_target() -> None:
    graph = shapes_graph()
    constraints = {c.shape for c in shapes.constraints()}
    for shape in graph.subjects(RDF.type, SH.NodeShape):
        reached = constraints & {shape, *graph.objects(shape, SH.property)}
        if not reached:
            inherited = shape.fragment in CLASSES  # a class whose rules all come from its superclass
            assert inherited or not any((shape, p, None) in graph for p in (SH.targetClass, SH.targetSubjectsOf)), shape


@pytest.mark.parametrize("constraint", [c for c in shapes.constraints() if c.parameter == SH.sparql], ids=lambda c: c.name)
def test_sparql_constraints_parse_and_use_this(constraint: shapes.Constraint) -> None:
    graph = shapes_graph()
    text = query_text(graph, graph.value(constraint.shape, SH.sparql))
    assert "$this" in text
    assert not re.search(r"\b(VALUES|MINUS|SERVICE)\b", text)  # SHACL, section 5.2.1
    list(ox.Store().query(text))


def test_every_term_of_ours_is_declared() -> None:
    """Terms used as objects, in paths and inside the text of SPARQL constraints."""
    graph, vocabulary = shapes_graph(), ontology.vocabulary()
    used = {term for triple in graph for term in triple if isinstance(term, URIRef) and term.startswith(OGCM)}
    for text in graph.objects(None, SH.select):
        used |= {OGCM[name] for name in re.findall(r"(?<![\w-])ogcm:(\w+)", str(text))}
    assert used
    assert [term for term in sorted(used) if (term, RDF.type, None) not in vocabulary] == []


def test_every_code_the_shapes_name_exists() -> None:
    schemes = ontology.code_schemes()
    text = " ".join(file.read_text(encoding="utf-8") for file in shapes.shape_files())
    named = set(re.findall(r"<https://w3id\.org/ogcm/code/([\w-]+)(?:/([\w-]+))?>", text))
    assert named
    for scheme, code in named:
        assert scheme in schemes and (not code or code in schemes[scheme]), (scheme, code)


def test_terms_of_the_shapes_own_namespace_are_declared_there() -> None:
    graph = shapes_graph()
    predicates = {p for p in graph.predicates() if p.startswith(OGCM_SH)}
    for text in graph.objects(None, SH.select):
        predicates |= {OGCM_SH[name] for name in re.findall(r"ogcm-sh:(\w+)", str(text))}
    for term in predicates:
        assert (term, RDFS.label, None) in graph, term


def test_the_ntriples_hold_the_same_graph_and_never_change() -> None:
    text = shapes.shapes_ntriples()
    assert text.decode().splitlines() == sorted(text.decode().splitlines())
    assert isomorphic(Graph().parse(data=text, format="nt"), shapes_graph())
    assert b"_:c14n" in text


def test_nothing_is_imported() -> None:
    assert (None, OWL.imports, None) not in shapes_graph()
