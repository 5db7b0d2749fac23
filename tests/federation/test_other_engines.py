"""SERVICE to engines of other people, really running."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from sparql_api.federation.failures import ServiceFailure
from tests.engines.servers import Server, running_oxigraph, running_virtuoso
from tests.federation.asking import federation_for, resolve, run, solutions_of

NAME = 'Línea "uno" \\ \n\r\t dos 日本 😀'
ROWS = 5


@pytest.fixture(scope="module")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_oxigraph(tmp_path_factory.mktemp("oxigraph")) as server:
        quads = f"{ox.Quad(ox.NamedNode('urn:s:1'), ox.NamedNode('urn:name'), ox.Literal(NAME, language='es'))} ."
        store = server.address.replace("/query", "/store")
        httpx.post(store, content=quads.encode(), headers={"content-type": "application/n-quads"}).raise_for_status()
        yield server


@pytest.fixture(scope="module")
def virtuoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """With the statements that every new database holds, of which it sends at most five."""
    folder: Path = tmp_path_factory.mktemp("virtuoso")
    with running_virtuoso(folder, f"ResultSetMaxRows = {ROWS}") as server:
        yield server


def test_oxigraph(oxigraph: Server) -> None:
    ours = ox.Store()
    ours.add(ox.Quad(ox.NamedNode("urn:s:1"), ox.NamedNode("urn:age"), ox.Literal(30)))
    text = f"SELECT ?age ?name ?none {{ ?s <urn:age> ?age SERVICE <{oxigraph.address}> {{ ?s <urn:name> ?name OPTIONAL {{ ?s <urn:none> ?none }} }} }}"
    resolved = run(resolve(federation_for(oxigraph.address), text))
    assert solutions_of(resolved.query, ours) == [{"age": ox.Literal(30), "name": ox.Literal(NAME, language="es")}]
    wrong = f"SELECT * {{ SERVICE <{oxigraph.address}> {{ ?s ?p ?o BIND(<urn:no-function>(?o) AS ?x) }} }}"
    with pytest.raises(ServiceFailure) as failed:
        run(resolve(federation_for(oxigraph.address), wrong))
    assert failed.value.code == "status"


def test_virtuoso_whole_and_cut(virtuoso: Server) -> None:
    """It cuts at its own limit with HTTP 200 and a header: for us that is no result."""
    federation = federation_for(virtuoso.address)
    few = f"SELECT * {{ SERVICE <{virtuoso.address}> {{ SELECT ?s ?p {{ ?s ?p ?o }} LIMIT {ROWS - 1} }} }}"
    assert len(solutions_of(run(resolve(federation_for(virtuoso.address), few)).query)) == ROWS - 1
    with pytest.raises(ServiceFailure) as failed:
        run(resolve(federation, f"SELECT * {{ SERVICE <{virtuoso.address}> {{ ?s ?p ?o }} }}"))
    assert failed.value.code == "partial"
