"""A result that breaks off is a failure for every client, whatever the format and the coding."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from urllib.parse import quote, urlencode

import httpx
import pandas
import pytest
import rdflib
import requests
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, TURTLE, XML, SPARQLWrapper

from tests.conftest import needs_program
from tests.sparql.service import Service, running_service

ROWS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
GRAPH = "CONSTRUCT { ?a <urn:x:p> ?text } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i BIND(CONCAT(STR(?c), STR(?e), STR(?f), STR(?g), STR(?h), STR(?i)) AS ?text) }"
CASES = {
    "application/sparql-results+json": ROWS, "application/sparql-results+xml": ROWS, "text/csv": ROWS, "text/tab-separated-values": ROWS,
    "text/turtle": GRAPH, "application/n-triples": GRAPH,
}  # fmt: skip
CODINGS = ["identity", "gzip"]


@pytest.fixture(scope="module")
def cutting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that ends queries before any of these results can be complete."""
    with running_service(tmp_path_factory.mktemp("cutting"), query_seconds=1.0, access_log=False) as running:
        yield running


def address(service: Service, query: str, format_name: str | None = None) -> str:
    parameters = {"query": query} | ({"format": format_name} if format_name else {})
    return f"{service.url}?{urlencode(parameters, quote_via=quote)}"


def with_requests(url: str, headers: dict[str, str]) -> None:
    requests.get(url, headers=headers, timeout=60)


def with_httpx(url: str, headers: dict[str, str]) -> None:
    httpx.get(url, headers=headers, timeout=60)


ERRORS = {with_requests: requests.exceptions.ChunkedEncodingError, with_httpx: httpx.RemoteProtocolError}


@pytest.mark.parametrize("ask", ERRORS, ids=lambda ask: ask.__name__)
@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("accept", CASES)
def test_python_clients_raise(cutting: Service, accept: str, coding: str, ask: Callable[[str, dict[str, str]], None]) -> None:
    with pytest.raises(ERRORS[ask]):
        ask(address(cutting, CASES[accept]), {"Accept": accept, "Accept-Encoding": coding})


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("accept", CASES)
def test_curl_fails(cutting: Service, accept: str, coding: str) -> None:
    curl = needs_program("curl")
    more = ["--compressed"] if coding == "gzip" else []
    command = [curl, "-s", "-o", "/dev/null", *more, "-H", f"Accept: {accept}", address(cutting, CASES[accept])]
    assert subprocess.run(command, timeout=60).returncode == 18  # CURLE_PARTIAL_FILE


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(("return_format", "query"), [(JSON, ROWS), (XML, ROWS), (CSV, ROWS), (TURTLE, GRAPH)])
def test_sparqlwrapper_raises(cutting: Service, return_format: str, query: str, method: str) -> None:
    client = SPARQLWrapper(cutting.url)
    client.setQuery(query)
    client.setReturnFormat(return_format)
    client.setMethod(method)
    with pytest.raises(Exception, match=r"IncompleteRead|chunk"):
        client.queryAndConvert()


@pytest.mark.parametrize("format_name", ["csv", "tsv"])
def test_pandas_raises(cutting: Service, format_name: str) -> None:
    with pytest.raises(Exception, match=r"IncompleteRead|chunk"):
        pandas.read_csv(address(cutting, ROWS, format_name), sep="," if format_name == "csv" else "\t")


@pytest.mark.parametrize("return_format", ["json", "xml", "csv", "tsv"])
def test_rdflib_raises(cutting: Service, return_format: str) -> None:
    graph = rdflib.Graph(SPARQLStore(cutting.url, returnFormat=return_format))
    with pytest.raises(Exception, match=r"IncompleteRead|chunk"):
        list(graph.query(ROWS))


@pytest.mark.parametrize("accept", ["application/sparql-results+json", "text/csv", "text/turtle"])
def test_a_browser_rejects(cutting: Service, accept: str) -> None:
    """`fetch` as pages use it; the browser itself asks for gzip."""
    program = needs_program("chromium")
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(cutting.base)
        script = """([url, accept]) => fetch(url, {headers: {accept}}).then(answer => answer.text()).then(text => `complete: ${text.length}`)"""
        with pytest.raises(Error, match=r"TypeError|network error|Failed to fetch"):
            page.evaluate(script, [address(cutting, CASES[accept]), accept])
        browser.close()


def test_the_service_goes_on(cutting: Service) -> None:
    assert cutting.ask("ASK {}").json()["boolean"] is True
