"""Where things stand in a guarded query: its outermost LIMIT, and the SERVICE clauses that are let through."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from sparql_api.sparql.guard import GuardedQuery, QueryRefused, guard

BASE = "http://example.org/sparql"
ROWS = "VALUES ?s { 1 2 3 4 5 6 7 8 9 }"

LIMITED = {
    "none": f"SELECT * {{ {ROWS} }}",
    "comment at the end": f"SELECT * {{ {ROWS} }} # LIMIT 2",
    "limit": f"SELECT * {{ {ROWS} }} LIMIT 5",
    "smaller limit": f"SELECT * {{ {ROWS} }} LIMIT 2",
    "limit without spaces": f"SELECT*{{{ROWS}}}LIMIT 007#x",
    "limit of a subquery": f"SELECT * {{ {{ SELECT ?s {{ {ROWS} }} LIMIT 4 }} }}",
    "limit of a subquery in what is sorted by": f"SELECT * {{ {ROWS} }} ORDER BY (EXISTS {{ SELECT * {{}} LIMIT 1 }}) ?s",
    "offset": f"SELECT * {{ {ROWS} }} OFFSET 5",
    "offset and limit": f"SELECT * {{ {ROWS} }} OFFSET 1 LIMIT 8",
    "limit and offset": f"SELECT * {{ {ROWS} }} LIMIT 8 OFFSET 1",
    "order": f"SELECT * {{ {ROWS} }} ORDER BY DESC(?s)",
    "groups": f"SELECT ?s (COUNT(*) AS ?n) {{ {ROWS} }} GROUP BY ?s HAVING (?s > 3)",
    "values at the end": f"SELECT * {{ {ROWS} }} VALUES ?s {{ 2 3 4 5 true }}",
    "limit and values at the end": f"SELECT * {{ {ROWS} }}LIMIT 7 VALUES ?s {{ 2 3 4 5 TRUE }}",
    "escape": f"S\\u0045LECT * {{ {ROWS} }} L\\u0049MIT 5",
}


def rows(text: str) -> list[str]:
    found = ox.Store().query(text, base_iri=BASE)
    assert isinstance(found, ox.QuerySolutions)
    return [str(row["s"]) for row in found]


@pytest.mark.parametrize("name", LIMITED)
@pytest.mark.parametrize("most", [0, 3, 100])
def test_a_limited_query_gives_the_first_rows(name: str, most: int) -> None:
    query = guard(LIMITED[name], BASE)
    assert rows(query.text_with_limit(most)) == rows(query.text)[:most]
    again = guard(query.text_with_limit(most), BASE)
    assert again.limit == min(most, most if query.limit is None else query.limit)


def test_the_limit_that_a_query_has() -> None:
    assert guard("SELECT * {} LIMIT 12", BASE).limit == 12
    assert guard("SELECT * {}", BASE).limit is None
    assert guard("SELECT * { { SELECT * {} LIMIT 3 } }", BASE).limit is None
    assert guard("SELECT * {} LIMIT " + "9" * 10_000, BASE).limit == 2**63 - 1


@pytest.mark.parametrize(
    "text",
    ["ASK {}", "ASK {} LIMIT 9", "DESCRIBE <a:b>", "DESCRIBE * {} OFFSET 0", "CONSTRUCT {} {} VALUES ?x { 1 }", "CONSTRUCT WHERE { ?s ?p ?o }LIMIT 5"],
)
def test_every_form_can_be_limited(text: str) -> None:
    limited = guard(guard(text, BASE).text_with_limit(4), BASE)
    assert limited.limit == 4
    ox.Store().query(limited.text, base_iri=BASE)


# --- SERVICE

OPEN = frozenset({"http://a/sparql", "http://b/#x"})


def opened(text: str) -> GuardedQuery:
    return guard(text, BASE, open_services=OPEN)


def test_an_opened_service_and_where_it_stands() -> None:
    text = "PREFIX a: <http://a/> BASE <http://b/> SELECT * { ?s ?p ?o . SERVICE silent a:sparql { ?o ?q 'x' ; <r> ?z } . service<#x>{?s ?r TRUE} }"
    first, second = opened(text).services
    assert (first.endpoint, first.silent, first.variables, first.base) == ("http://a/sparql", True, ("o", "q", "z"), "http://b/")
    assert (second.endpoint, second.silent, second.variables) == ("http://b/#x", False, ("s", "r"))
    resolved = opened(text).text
    assert resolved[first.start : first.end] == "SERVICE silent a:sparql { ?o ?q 'x' ; <r> ?z }"
    assert resolved[first.pattern_start : first.pattern_end] == "{ ?o ?q 'x' ; <r> ?z }"
    assert resolved[second.start : second.end] == "service<#x>{?s ?r true}"


def test_places_are_those_of_the_text_for_the_engine() -> None:
    query = opened("SELECT ?\\u0061 { S\\u0045RVICE <http://a/s\\u0070arql> { ?\\u0061 ?b ?c } }")
    (call,) = query.services
    assert call.endpoint == "http://a/sparql"
    assert query.text[call.pattern_start : call.pattern_end] == "{ ?a ?b ?c }"


def test_variables_of_a_service_are_those_that_leave_it() -> None:
    (call,) = opened(
        "SELECT * { SERVICE <http://a/sparql> { ?d ?a ?e MINUS { ?m ?a ?d } FILTER(?f > ?a) { SELECT ?b { ?x ?y ?b } } OPTIONAL { ?o ?a $e } } }"
    ).services
    assert call.variables == ("d", "a", "e", "b", "o")


def test_services_in_every_pattern_are_told_in_order() -> None:
    service = "SERVICE <http://a/sparql> { ?s ?p ?o }"
    query = opened(
        f"SELECT (EXISTS {{ {service} }} AS ?x) {{ OPTIONAL {{ {service} }} MINUS {{ {service} }} {{}} UNION {{ {service} }} "
        f"GRAPH ?g {{ {service} }} {{ SELECT * {{ {service} }} }} FILTER NOT EXISTS {{ {service} }} }} ORDER BY (EXISTS {{ {service} }})"
    )
    assert len(query.services) == 8
    assert [query.text[call.start : call.end] for call in query.services] == [service] * 8
    assert [call.start for call in query.services] == sorted(call.start for call in query.services)


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("SELECT * { SERVICE <http://a/sparql/> {} }", "SERVICE <http://a/sparql/>"),
        ("SELECT * { SERVICE <http://A/sparql> {} }", "SERVICE"),
        ("SELECT * { SERVICE <http://a/sparql?x> {} }", "SERVICE"),
        ("SELECT * { SERVICE ?a {} }", "SERVICE ?a"),
        ("SELECT * { BIND(<http://a/sparql> AS ?a) SERVICE SILENT ?a {} }", "SERVICE SILENT"),
        ("SELECT * { SERVICE <http://a/sparql> {} SERVICE <http://c/> {} }", "SERVICE <http://c/>"),
        ("SELECT * { SERVICE <http://a/sparql> { OPTIONAL { SERVICE <http://b/#x> {} } } }", "SERVICE <http://b/#x>"),
        ("SELECT * { SERVICE <http://a/sparql> { FILTER EXISTS { SERVICE <http://a/sparql> {} } } SERVICE ?x {} }", "SERVICE <http://a/sparql> {} }"),
        ("BASE <http://c/> SELECT * { SERVICE <sparql> {} }", "SERVICE"),
        ("PREFIX a: <http://c/> SELECT * { SERVICE a:sparql {} }", "SERVICE"),
    ],
)
def test_every_other_service_is_refused(text: str, refused: str) -> None:
    with pytest.raises(QueryRefused) as caught:
        opened(text)
    assert caught.value.code == "service"
    assert caught.value.place == (1, text.index(refused) + 1)


def test_nothing_is_open_by_default() -> None:
    with pytest.raises(QueryRefused):
        guard("SELECT * { SERVICE <http://a/sparql> {} }", BASE)
