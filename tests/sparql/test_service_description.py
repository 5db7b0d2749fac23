"""The service description says what is true of the service, and says it in every RDF format alike."""

from __future__ import annotations

import httpx
import pytest
from rdflib import RDF, XSD, BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from ontology.namespaces import SD, VOID
from tests.sparql.service import Service

FORMATS = {"text/turtle": "turtle", "application/rdf+xml": "xml", "application/ld+json": "json-ld", "application/n-triples": "nt"}


def described(service: Service, media_type: str = "text/turtle") -> Graph:
    response = httpx.get(service.url, headers={"accept": media_type})
    return Graph().parse(data=response.text, format=FORMATS[media_type])


@pytest.mark.parametrize("media_type", FORMATS)
def test_all_formats_say_the_same(service: Service, media_type: str) -> None:
    assert isomorphic(described(service, media_type), described(service))


def test_the_service(service: Service) -> None:
    graph = described(service)
    (node,) = graph.subjects(RDF.type, SD.Service)
    assert graph.value(node, SD.endpoint) == URIRef(f"{service.base}sparql")
    assert graph.value(node, SD.supportedLanguage) == SD.SPARQL11Query
    assert not list(graph.objects(node, SD.feature))  # no union, no federation, no dereferencing
    assert not any(isinstance(term, BNode) for triple in graph for term in triple)
    names = {str(iri).rsplit("/", 1)[-1] for iri in graph.objects(node, SD.resultFormat)}
    assert {"SPARQL_Results_JSON", "SPARQL_Results_CSV", "Turtle", "JSON-LD"} <= names


def test_graphs_and_their_sizes_are_those_that_queries_find(service: Service) -> None:
    graph = described(service)
    (dataset,) = graph.subjects(RDF.type, SD.Dataset)
    default = graph.value(dataset, SD.defaultGraph)
    sizes = {"": int(graph.value(default, VOID.triples))}
    for node in graph.objects(dataset, SD.namedGraph):
        name = str(graph.value(node, SD.name))
        count = graph.value(graph.value(node, SD.graph), VOID.triples)
        assert isinstance(count, Literal) and count.datatype == XSD.integer
        sizes[name] = int(count)
    rows = service.ask("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g").json()["results"]["bindings"]
    found = {row["g"]["value"]: int(row["n"]["value"]) for row in rows}
    answer = service.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").json()["results"]["bindings"][0]
    assert sizes == {**found, "": int(answer["n"]["value"])}


def test_every_named_format_is_served(service: Service) -> None:
    graph = described(service)
    (node,) = graph.subjects(RDF.type, SD.Service)
    types = {
        "SPARQL_Results_JSON": "application/sparql-results+json", "SPARQL_Results_XML": "application/sparql-results+xml",
        "SPARQL_Results_CSV": "text/csv", "SPARQL_Results_TSV": "text/tab-separated-values", "Turtle": "text/turtle",
        "JSON-LD": "application/ld+json", "RDF_XML": "application/rdf+xml", "N-Triples": "application/n-triples",
        "TriG": "application/trig", "N-Quads": "application/n-quads",
    }  # fmt: skip
    for iri in graph.objects(node, SD.resultFormat):
        name = str(iri).rsplit("/", 1)[-1]
        query = "ASK {}" if name.startswith("SPARQL") else "CONSTRUCT {} {}"
        response = service.ask(query, types.pop(name))
        assert response.status_code == 200
    assert types == {}
