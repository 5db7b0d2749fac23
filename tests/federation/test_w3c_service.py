"""The W3C evaluation tests of SERVICE: the endpoints of their manifest answer in process, all else is the product's."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from rdflib import Graph, Namespace, URIRef

from sparql_api.federation.client import Reply
from sparql_api.federation.failures import ServiceFailure
from sparql_api.federation.federation import Federation
from sparql_api.sparql.guard import QueryRefused
from tests.conftest import needs_shared
from tests.federation.asking import BUDGET, resolve, run, solutions_of
from tests.federation.endpoint import RESULTS_JSON

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
# A clause inside a clause, and a variable as endpoint: both would call whom the operator did not name.
REFUSED = ("service3", "service5", "service6")
EVALUATED = ("service1", "service2", "service4a", "service7")
UNREACHABLE = "http://invalid.endpoint.org/sparql"


class Stores:
    """Stands in for the client: a store for each endpoint, and no network."""

    def __init__(self, stores: dict[str, ox.Store]) -> None:
        self._stores = stores

    async def ask(self, endpoint: str, query: str, asker: str | None = None) -> Reply:
        if endpoint not in self._stores:
            raise ServiceFailure(endpoint, "name")
        found = self._stores[endpoint].query(query)
        assert isinstance(found, ox.QuerySolutions)
        body = found.serialize(format=ox.QueryResultsFormat.JSON)
        assert body is not None
        return Reply(RESULTS_JSON, body)


def loaded(path: Path) -> ox.Store:
    store = ox.Store()
    store.load(path=str(path), base_iri=path.as_uri())
    return store


def parts_of(name: str) -> tuple[str, ox.Store, dict[str, ox.Store], list[dict[str, Any]]]:
    """Query text, our data, the endpoints' data and the expected solutions of one test."""
    folder = needs_shared("suites/rdf-tests/sparql/sparql11/service")
    manifest = Graph().parse(folder / "manifest.ttl")
    [test] = [node for node in manifest.subjects(MF.name) if str(node).endswith("#" + name)]

    def file(node: Any) -> Path:
        assert isinstance(node, URIRef)
        return folder / node.rpartition("/")[2]

    action = manifest.value(test, MF.action)
    data = manifest.value(action, QT.data)
    endpoints = {str(manifest.value(each, QT.endpoint)): loaded(file(manifest.value(each, QT.data))) for each in manifest.objects(action, QT.serviceData)}
    expected = ox.parse_query_results(path=str(file(manifest.value(test, MF.result))))
    assert isinstance(expected, ox.QuerySolutions)
    names = [variable.value for variable in expected.variables]
    rows = [{each: term for each in names if (term := row[each]) is not None} for row in expected]
    return file(manifest.value(action, QT.query)).read_text(), loaded(file(data)) if data else ox.Store(), endpoints, rows


def federation_over(endpoints: dict[str, ox.Store]) -> Federation:
    return Federation([*endpoints, UNREACHABLE], Stores(endpoints), BUDGET)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", EVALUATED)
def test_evaluation(name: str) -> None:
    text, data, endpoints, expected = parts_of(name)
    resolved = run(resolve(federation_over(endpoints), text))
    assert expected
    found = solutions_of(resolved.query, data)
    assert Counter(map(str, map(sorted_items, found))) == Counter(map(str, map(sorted_items, expected)))
    assert [failure.endpoint for failure in resolved.silenced] == ([UNREACHABLE] if name == "service7" else [])


@pytest.mark.parametrize("name", REFUSED)
def test_refused_by_policy(name: str) -> None:
    text, _, endpoints, _ = parts_of(name)
    with pytest.raises(QueryRefused) as refused:
        run(resolve(federation_over(endpoints), text))
    assert refused.value.code == "service"


def sorted_items(row: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((name, str(term)) for name, term in row.items())
