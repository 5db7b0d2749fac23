"""Reports: gate on severities, messages in both languages, published forms without blank nodes and byte for byte equal."""

from __future__ import annotations

import json

import pytest
from rdflib import BNode, Graph, Literal, URIRef

import shapes
from ontology.namespaces import OGCM, OGCM_SH, RDF, RDFS, SH, SKOS
from shapes.report import Report, fill
from tests.shapes.examples import BASE, CONTEXT, good

PLAN = URIRef(f"{BASE}id/plan/MX-4")


@pytest.fixture(scope="module")
def report() -> Report:
    """The good graph with two faults: plan 4 without jurisdiction, GESOC responsible without a node."""
    graph = Graph()
    for triple in good("consolidated"):
        graph.add(triple)
    graph.remove((PLAN, OGCM.jurisdiction, None))
    graph.add((URIRef(f"{BASE}id/commitment/MX-4-01"), OGCM.responsible, URIRef(f"{BASE}id/org/mx-gesoc")))
    return shapes.validate(graph, context=CONTEXT)


def test_violations_stop_and_warnings_do_not(report: Report) -> None:
    assert not report.conforms
    assert [r.shape.fragment for r in report.violations] == [
        "ActionPlan-jurisdictionRequired",
        "Commitment-ShortcutHasResponsibility",
    ]
    passing = shapes.validate(good("consolidated"), context=CONTEXT)
    assert passing.conforms and passing.counts["Warning"] and passing.counts["Info"]


def test_a_core_message_is_filled_in_both_languages(report: Report) -> None:
    result = report.violations[0]
    assert result.messages == {
        "es": f"{PLAN} no indica «jurisdicción».",
        "en": f"{PLAN} does not state “jurisdiction”.",
    }
    assert (result.focus, result.path, result.value, result.severity) == (PLAN, "ogcm:jurisdiction", None, "Violation")
    assert result.label == "4to Plan de Acción (México)"


def test_a_sparql_message_takes_the_variables_of_its_solution(report: Report) -> None:
    result = report.violations[1]
    assert result.messages["en"].endswith(f": ogcm:responsible {BASE}id/org/mx-gesoc without a responsibility node.")
    assert result.messages["es"].endswith(f": ogcm:responsible {BASE}id/org/mx-gesoc sin un nodo de responsabilidad.")
    assert result.value == URIRef(f"{BASE}id/org/mx-gesoc")


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_readable_report_has_one_line_per_result_and_names_the_rule(report: Report, lang: str) -> None:
    lines = report.to_text(lang).splitlines()
    assert len(lines) == 1 + len(report.results)
    assert lines[1].startswith({"es": "Violación: ", "en": "Violation: "}[lang])
    assert lines[1].endswith("ogcm-sh:ActionPlan-jurisdictionRequired]")
    assert "«4to Plan de Acción (México)»" in lines[1]


def test_an_empty_report_says_so() -> None:
    empty = shapes.validate(Graph())
    assert (empty.to_text("es"), empty.to_text("en")) == (
        "Violación: 0, Advertencia: 0, Información: 0\nSin resultados.\n",
        "Violation: 0, Warning: 0, Info: 0\nNo results.\n",
    )
    graph = Graph().parse(data=empty.to_turtle(BASE), format="turtle")
    assert set(graph.objects(None, SH.conforms)) == {Literal(True)}


def test_json_holds_every_result(report: Report) -> None:
    document = json.loads(report.to_json())
    assert document["conforms"] is False
    assert document["counts"] == report.counts
    assert [r["shape"] for r in document["results"]] == [str(r.shape) for r in report.results]
    assert set(document["results"][0]["messages"]) == {"es", "en"}


def test_turtle_is_a_shacl_report_without_blank_nodes(report: Report) -> None:
    graph = Graph().parse(data=report.to_turtle(BASE), format="turtle")
    assert not [term for triple in graph for term in triple if isinstance(term, BNode)]
    results = set(graph.subjects(RDF.type, SH.ValidationResult))
    assert len(results) == len(report.results)
    assert set(graph.objects(None, SH.result)) == results
    assert all(str(result).startswith(f"{BASE}.well-known/genid/") for result in results)
    for result in results:
        assert {m.language for m in graph.objects(result, SH.resultMessage)} == {"es", "en"}
        for required in (SH.focusNode, SH.resultSeverity, SH.sourceShape, SH.sourceConstraintComponent):
            assert graph.value(result, required) is not None


def test_the_order_of_triples_changes_no_byte(report: Report) -> None:
    again = Graph()
    for triple in sorted(good("consolidated"), reverse=True):
        again.add(triple)
    one, other = shapes.validate(good("consolidated"), context=CONTEXT), shapes.validate(again, context=CONTEXT)
    assert one.to_turtle(BASE) == other.to_turtle(BASE)
    assert one.to_json() == other.to_json()
    assert one.to_text("es") == other.to_text("es")


def test_a_strangers_blank_node_and_hostile_text_stay_text() -> None:
    graph = Graph()
    graph.add((BNode("x"), RDF.type, OGCM.ActionPlan))
    graph.add((BNode("x"), SKOS.note, Literal('">\n<script>alert(1)</script> {$this} {?value}')))
    graph.add((BNode("x"), OGCM.number, Literal('1" ; sh:conforms true ; #\n\\', lang="es")))
    report = shapes.validate(graph, context=CONTEXT)
    assert {r.shape for r in report.violations} >= {OGCM_SH["Graph-HasNoBlankNode"], OGCM_SH["numberDatatype"]}
    parsed = Graph().parse(data=report.to_turtle(BASE), format="turtle")
    assert len(set(parsed.subjects(RDF.type, SH.ValidationResult))) == len(report.results)
    assert Literal('1" ; sh:conforms true ; #\n\\', lang="es") in set(parsed.objects(None, SH.value))


def test_filling_replaces_only_what_is_bound() -> None:
    bindings = {"this": URIRef("https://e.org/s"), "value": Literal("{$this}")}
    assert fill("{$this}: {?value}, {?other}", bindings) == 'https://e.org/s: "{$this}", {?other}'


def test_the_data_are_not_changed() -> None:
    graph = Graph()
    graph.add((PLAN, RDFS.label, Literal("x")))
    shapes.validate(graph, context=CONTEXT)
    assert len(graph) == 1


def test_terms_of_the_vocabulary_are_not_reported() -> None:
    report = shapes.validate(Graph(), context=CONTEXT)
    assert list(report.results) == []
