"""`maxrows`: a result is cut to so many rows or triples, and says so in its header and, where the format can, inside."""

from __future__ import annotations

import csv
import io
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from rdflib import Graph
from rdflib.query import Result

from tests.sparql.service import Service

RESULTS = {
    "application/sparql-results+json": "json",
    "application/sparql-results+xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
}
GRAPHS = {
    "text/turtle": "turtle", "application/n-triples": "nt", "application/rdf+xml": "xml", "application/ld+json": "json-ld",
    "application/trig": "trig", "application/n-quads": "nquads",
}  # fmt: skip
LINK = "{http://www.w3.org/2005/sparql-results#}link"
EVERYTHING = "SELECT ?s ?p ?o { ?s ?p ?o }"


def ask(service: Service, query: str, accept: str, maxrows: int, **more: Any) -> httpx.Response:
    data = {"query": query, "maxrows": str(maxrows), **more}
    response = httpx.post(service.url, data=data, headers={"accept": accept}, timeout=60)
    assert response.status_code == 200, response.text
    return response


def notice(response: httpx.Response) -> str:
    return response.headers.get("commitments-notice", "")


def links(response: httpx.Response) -> list[str]:
    """The links in the head of a result that can have them."""
    if response.headers["content-type"] == "application/sparql-results+json":
        return response.json()["head"].get("link", [])
    if response.headers["content-type"] == "application/sparql-results+xml":
        return [str(link.get("href")) for link in ElementTree.fromstring(response.content).iter(LINK)]
    return []


def rows(response: httpx.Response, media_type: str) -> int:
    if media_type == "text/csv":  # rdflib splits cells at lone carriage returns
        return len(list(csv.reader(io.StringIO(response.content.decode(), newline="")))) - 1
    return len(Result.parse(io.BytesIO(response.content), format=RESULTS[media_type]).bindings)


def triples(response: httpx.Response, media_type: str) -> int:
    return len(Graph().parse(data=response.content, format=GRAPHS[media_type]))


@pytest.mark.parametrize("media_type", RESULTS)
def test_a_capped_select_says_so(service: Service, media_type: str) -> None:
    response = ask(service, EVERYTHING, media_type, 3)
    assert notice(response) == "rows-capped; maxrows=3"
    assert rows(response, media_type) == 3
    assert links(response) == ([f"{service.base}sparql#rows-capped"] if media_type.startswith("application/") else [])


@pytest.mark.parametrize("media_type", RESULTS)
def test_a_whole_select_says_nothing(service: Service, media_type: str) -> None:
    for query, limit, size in ((f"{EVERYTHING} LIMIT 5", 6, 5), (f"{EVERYTHING} LIMIT 5", 5, 5), (f"{EVERYTHING} LIMIT 0", 1, 0)):
        response = ask(service, query, media_type, limit)
        assert notice(response) == "" and links(response) == []
        assert rows(response, media_type) == size


def test_exactly_as_many_rows_as_allowed_are_whole(service: Service) -> None:
    size = service.release.manifest.graphs[""]
    assert notice(ask(service, EVERYTHING, "text/csv", size)) == ""
    assert notice(ask(service, EVERYTHING, "text/csv", size - 1)) == f"rows-capped; maxrows={size - 1}"


@pytest.mark.parametrize("media_type", GRAPHS)
def test_a_capped_graph_says_so(service: Service, media_type: str) -> None:
    query = "CONSTRUCT { ?s <urn:x:p> ?p ; <urn:x:o> ?o } WHERE { ?s ?p ?o FILTER(ISIRI(?o)) }"
    response = ask(service, query, media_type, 3)
    assert notice(response) == "rows-capped; maxrows=3"
    assert triples(response, media_type) == 3  # of two solutions: triples are counted
    comments = {"application/rdf+xml": "<!-- Commitments-Notice: rows-capped; maxrows=3 -->", "application/ld+json": ""}
    assert response.text.rstrip("\n").endswith(comments.get(media_type, "\n# Commitments-Notice: rows-capped; maxrows=3"))
    whole = ask(service, f"{query} LIMIT 2", media_type, 4)
    assert notice(whole) == "" and "Commitments-Notice" not in whole.text
    assert 2 < triples(whole, media_type) <= 4


def test_describe_is_cut_to_triples(service: Service) -> None:
    response = ask(service, f"DESCRIBE <{service.base}id/area/MX>", "text/turtle", 2)
    assert notice(response) == "rows-capped; maxrows=2" and triples(response, "text/turtle") == 2


def test_ask_has_no_rows(service: Service) -> None:
    response = ask(service, "ASK { ?s ?p ?o }", "application/sparql-results+json", 1)
    assert notice(response) == "" and response.json() == {"head": {}, "boolean": True}


def test_the_first_rows_in_order_are_kept(service: Service) -> None:
    query = "SELECT ?n { VALUES ?n { 5 3 1 4 2 } } ORDER BY ?n"
    response = ask(service, query, "text/csv", 3)
    assert response.text == "n\r\n1\r\n2\r\n3\r\n" and notice(response) == "rows-capped; maxrows=3"
    assert ask(service, f"{query} OFFSET 3", "text/csv", 3).text == "n\r\n4\r\n5\r\n"


def test_values_after_the_query_stay_part_of_it(service: Service) -> None:
    response = ask(service, "SELECT * { ?s ?p ?o } VALUES ?p { <urn:none> }", "text/csv", 3)
    assert list(csv.reader(io.StringIO(response.text))) == [["s", "p", "o"]] and notice(response) == ""


@pytest.mark.parametrize("end", ["ASC(?o)", "DESC(?o)", "DESC(?o) LIMIT 100000"])
def test_terms_that_the_engine_cannot_sort(service: Service, end: str) -> None:
    """The engine compares them in circles and the query is asked again with sort keys; its limit has to go along."""
    query = f"SELECT ?o {{ ?s ?p ?o }} ORDER BY {end}"
    size = service.release.manifest.graphs[""]
    for most in (100, size - 1, size):
        response = ask(service, query, "text/csv", most)
        assert notice(response) == ("" if most == size else f"rows-capped; maxrows={most}")
        assert rows(response, "text/csv") == most


def test_a_long_capped_result(service: Service) -> None:
    response = ask(service, "SELECT ?a ?f { ?a ?b ?c . ?d ?e ?f }", "application/sparql-results+json", 9_000)
    assert "content-length" not in response.headers  # it went out in pieces
    assert notice(response) == "rows-capped; maxrows=9000"
    assert len(response.json()["results"]["bindings"]) == 9_000


def test_other_notices_stand_beside_it(service: Service) -> None:
    response = ask(service, "SELECT (<urn:f>(?s) AS ?x) { ?s ?p ?o }", "text/csv", 2)
    assert set(notice(response).split(", ")) == {"unknown-function <urn:f>", "rows-capped; maxrows=2"}


def test_get_and_the_page(service: Service) -> None:
    parameters = {"query": EVERYTHING, "maxrows": "2"}
    response = httpx.get(service.url, params=parameters, headers={"accept": "text/csv"})
    assert rows(response, "text/csv") == 2 and notice(response) == "rows-capped; maxrows=2"
    again = httpx.get(service.url, params=parameters, headers={"accept": "text/csv", "if-none-match": response.headers["etag"]})
    assert again.status_code == 304
    other = httpx.get(service.url, params={**parameters, "maxrows": "3"}, headers={"accept": "text/csv"})
    assert rows(other, "text/csv") == 3 and notice(other) == "rows-capped; maxrows=3"
