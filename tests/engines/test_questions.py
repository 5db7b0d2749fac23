"""Every competency question has the same rows on every engine: numbers and booleans by value, all else by term."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.questions.answers import QUESTIONS, SET_COLUMNS, Question, read_json_results

ENGINES = ["memory", "disk", "oxigraph", "virtuoso"]
XSD = "http://www.w3.org/2001/XMLSchema#"
NUMBERS = {
    XSD + name
    for name in ("integer", "decimal", "double", "float", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger")
}  # fmt: skip
Cell = tuple[str, ...] | Decimal | frozenset[str] | None


def rows_of(results: bytes) -> tuple[list[str], list[list[Cell]]]:
    """Names of the columns, and the rows in their order."""
    found = json.loads(results)
    columns = found["head"]["vars"]
    return columns, [[cell(name, row.get(name)) for name in columns] for row in found["results"]["bindings"]]


def cell(column: str, term: dict[str, str] | None) -> Cell:
    """A term, or the value of a number or boolean (true is 1, as Virtuoso writes it). GROUP_CONCAT has no order."""
    if term is None:
        return None
    if column in SET_COLUMNS:
        return frozenset(term["value"].split())
    datatype = term.get("datatype", "")
    if datatype in NUMBERS:
        return Decimal(term["value"])
    if datatype == XSD + "boolean":
        return Decimal(term["value"] in ("true", "1"))
    return term["type"], term["value"], "" if datatype == XSD + "string" else datatype, term.get("xml:lang", "").lower()


@pytest.mark.parametrize("item", QUESTIONS, ids=lambda item: item.name)
@pytest.mark.parametrize("engine", ENGINES)
def test_rows(engine: str, item: Question, ask: Callable[..., bytes]) -> None:
    found = ask(engine, item.query)
    assert rows_of(found) == rows_of(ask("memory", item.query))
    assert read_json_results(json.loads(found)) == item.expected


@pytest.mark.parametrize("engine", ENGINES)
def test_every_graph_is_whole(engine: str, release, ask: Callable[..., bytes]) -> None:
    """And GRAPH ranges over the named graphs of the release only, whatever else the store holds."""
    named = rows_of(ask(engine, "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"))[1]
    expected = {f"{release.base}graph/{name}": count for name, count in release.manifest.graphs.items() if name}
    assert {graph[1]: count for graph, count in named} == expected
    assert rows_of(ask(engine, "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"))[1] == [[release.manifest.graphs[""]]]


@pytest.mark.parametrize("engine", ["oxigraph", "virtuoso"])
def test_the_consolidated_view_comes_out_as_it_went_in(engine: str, ask: Callable[..., bytes]) -> None:
    """A large result, streamed: statement by statement, with literals as terms."""
    query = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
    there, here = (set(ask(name, query, "application/n-triples").splitlines()) for name in (engine, "memory"))
    assert there == here


@pytest.mark.parametrize("engine", ENGINES)
def test_numbers_in_group_concat(engine: str, ask: Callable[..., bytes]) -> None:
    """STR of each, whatever the engine itself makes of them."""
    found = ask(engine, "SELECT (GROUP_CONCAT(?n; SEPARATOR=' ') AS ?numbers) WHERE { VALUES ?n { 1 2 3 } }")
    assert rows_of(found)[1] == [[frozenset("123")]]
