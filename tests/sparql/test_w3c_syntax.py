"""The W3C syntax tests of SPARQL 1.0 and 1.1: our recogniser and, through the service, the engine agree with them all."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from rdflib import RDF, Graph, Namespace, URIRef

from sparql_api.sparql.guard import QueryRefused, QuerySyntaxError, guard
from tests.conftest import needs_shared
from tests.sparql.service import Service

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
KINDS = ("PositiveSyntaxTest", "PositiveSyntaxTest11", "NegativeSyntaxTest", "NegativeSyntaxTest11", "QueryEvaluationTest")


def cases() -> list[tuple[bool, Path]]:
    """(is a query, file) of every test. Evaluation tests count as queries that must be read."""
    found = []
    for manifest in sorted(needs_shared("suites/rdf-tests/sparql").glob("sparql1*/*/manifest.ttl")):
        graph = Graph().parse(manifest, publicID=manifest.as_uri())
        for kind in KINDS:
            for test in graph.subjects(RDF.type, MF[kind]):
                action = graph.value(test, MF.action)
                query = graph.value(action, QT["query"]) or action
                assert isinstance(query, URIRef)
                found.append((not kind.startswith("Negative"), Path(httpx.URL(str(query)).path)))
    return sorted(set(found))


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def test_the_recogniser_agrees() -> None:
    wrong = []
    everything = cases()
    assert len(everything) > 800
    for positive, path in everything:
        try:
            guard(text_of(path), "http://example.org/sparql")
            accepted = True
        except QueryRefused as refusal:
            accepted = refusal.code in ("service", "remote-graph")  # it is a query, which is what the test asks
        except (QuerySyntaxError, UnicodeDecodeError):
            accepted = False
        if accepted != positive:
            wrong.append(f"{path.parent.name}/{path.name}")
    assert wrong == []


def test_the_service_agrees(patient_service: Service) -> None:
    wrong = []
    with httpx.Client(timeout=60) as client:
        for positive, path in cases():
            response = client.post(patient_service.url, content=path.read_bytes(), headers={"content-type": "application/sparql-query"})
            refused = response.status_code == 400 and response.json().get("code") in ("service", "remote-graph")
            if (response.status_code == 200 or refused) != positive:
                wrong.append(f"{path.parent.name}/{path.name}: {response.status_code} {response.text[:300]}")
    assert wrong == []


def test_federated_queries_are_read_and_refused() -> None:
    for path in sorted(needs_shared("suites/rdf-tests/sparql/sparql11/syntax-fed").glob("*.rq")):
        if "bad" not in path.name:
            with pytest.raises(QueryRefused) as caught:
                guard(text_of(path), "http://example.org/sparql")
            assert caught.value.code == "service"
