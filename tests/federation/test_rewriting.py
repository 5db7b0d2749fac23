"""What is sent to an endpoint, and the query with the solutions in it."""

from __future__ import annotations

import time

import pyoxigraph as ox
import pytest

from sparql_api.federation.client import Reply
from sparql_api.federation.rewriting import query_for, with_rows
from sparql_api.federation.solutions import Rows, read_rows
from sparql_api.sparql.guard import Caps, GuardedQuery, guard
from tests.federation.asking import OURS, solutions_of
from tests.federation.endpoint import RESULTS_JSON, literal, results, uri

A, B = "https://a.example/sparql", "https://b.example/sparql"
OPEN = frozenset({A, B})


def guarded(text: str) -> GuardedQuery:
    return guard(text, OURS, open_services=OPEN)


def rows(text: str, count: int = 1) -> Rows:
    return Rows(text, count, len(text.encode()))


def sent(text: str) -> list[str]:
    query = guarded(text)
    return [query_for(query, call, most_rows=10) for call in query.services]


# --- to the endpoint


def test_the_pattern_goes_alone_with_the_prefixes_it_uses() -> None:
    text = f"""PREFIX ex: <http://e.example/> PREFIX secret: <urn:secret:> # a comment about secrets
      SELECT ?s FROM <urn:g> {{ ?s secret:p ?o . SERVICE <{A}> {{ ?s ex:p [] ; # another
         ex:q "# no comment" . FILTER(?n=-5||TRUE) }} }} ORDER BY ?o LIMIT 3"""
    assert sent(text) == ['PREFIX ex: <http://e.example/>\nSELECT ?s WHERE { ?s ex:p [] ; ex:q "# no comment" . FILTER(?n=-5||true) } LIMIT 11']


def test_relative_iris_keep_their_meaning() -> None:
    assert sent(f"SELECT * {{ SERVICE <{A}> {{ <x> <urn:y> ?o }} }}") == [f"BASE <{OURS}>\nSELECT ?o WHERE {{ <x> <urn:y> ?o }} LIMIT 11"]
    text = f"BASE <http://one.example/> PREFIX p: <two/> BASE <three/> SELECT * {{ SERVICE <{A}> {{ <x> p:y ?o }} }}"
    [query] = sent(text)
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("http://one.example/three/x"), ox.NamedNode("http://one.example/two/y"), ox.Literal("found")))
    assert solutions_of(guard(query), store) == [{"o": ox.Literal("found")}]


def test_what_stays_inside_a_pattern_is_not_asked_for() -> None:
    text = f"""SELECT * {{ SERVICE <{A}> {{ SELECT (COUNT(?inner) AS ?n) ?s {{ ?s ?p ?inner MINUS {{ ?s ?m 1 }} }} GROUP BY ?s }}
      SERVICE <{B}> {{ <urn:a> <urn:b> <urn:c> }} }}"""
    first, second = sent(text)
    assert first.startswith("SELECT ?n ?s WHERE { SELECT (COUNT(?inner) AS ?n)")
    assert second == "SELECT * WHERE { <urn:a> <urn:b> <urn:c> } LIMIT 11"


@pytest.mark.parametrize(
    "pattern",
    [
        "?s a ?o", "{ ?s ?p ?o } UNION { ?o ?p ?s }", "?s ?p ?o OPTIONAL { ?o ?q ?r } FILTER EXISTS { ?s ?p 1 }", "VALUES (?s ?o) { (1 UNDEF) }",
        "BIND('''a\n\"b''' AS ?x)", "?s <urn:a>/(<urn:b>|^<urn:c>)*/!<urn:d> ?o", "GRAPH ?g { ?s ?p -1.5e3 , +2 , .5 , true }", "?s ?p 'a'@es-MX, 'b'^^<urn:t>",
        "_:a ?p [ ?q ( 1 2 _:b ) ]", "?s ?p ?o FILTER(?o < 5&&?o>-3)", "",
    ],
)  # fmt: skip
def test_what_is_sent_is_a_query_with_the_same_variables(pattern: str) -> None:
    query = guarded(f"SELECT * {{ SERVICE <{A}> {{{pattern}}} }}")
    [call] = query.services
    again = guard(query_for(query, call, 10), OURS)
    found = ox.Store().query(again.text, base_iri=OURS)
    assert isinstance(found, ox.QuerySolutions)
    assert again.limit == 11 and tuple(variable.value for variable in found.variables) == call.variables


# --- back into the query


@pytest.mark.parametrize(
    ("text", "parts", "found"),
    [
        (f"SELECT * {{ SERVICE <{A}> {{ ?s ?p ?o }} }}", ["(1 2 UNDEF) (1 2 3)"], [{"s": 1, "p": 2}, {"s": 1, "p": 2, "o": 3}]),
        (f"SELECT * {{ SERVICE <{A}> {{ ?s ?p ?o }} }}", [""], []),
        (f"SELECT * {{ SERVICE SILENT <{A}> {{ ?s ?p ?o }} VALUES ?s {{ 5 }} }}", ["(UNDEF UNDEF UNDEF)"], [{"s": 5}]),
        (f"SELECT * {{ SERVICE <{A}> {{ ?x a ?y }} SERVICE <{B}> {{ ?y a ?z }} }}", ["(1 2) (3 4)", "(2 5) (2 6)"],
         [{"x": 1, "y": 2, "z": 5}, {"x": 1, "y": 2, "z": 6}]),
        (f"SELECT ?x {{ VALUES ?x {{ 1 2 }} OPTIONAL {{ SERVICE <{A}> {{ ?x a ?y }} FILTER(?y > 5) }} }}", ["(1 9)"], [{"x": 1}, {"x": 2}]),
        (f"SELECT ?x {{ VALUES ?x {{ 1 2 }} MINUS {{ SERVICE <{A}> {{ ?x a ?y }} }} }}", ["(1 9)"], [{"x": 2}]),
        (f"SELECT ?x {{ VALUES ?x {{ 1 2 }} FILTER NOT EXISTS {{ SERVICE <{A}> {{ ?x a ?y }} }} }}", ["(1 9)"], [{"x": 2}]),
        (f"SELECT ?x {{ {{ VALUES ?x {{ 1 }} }} UNION {{ SERVICE <{A}> {{ ?x a ?y }} }} }}", ["(7 9)"], [{"x": 1}, {"x": 7}]),
        (f"SELECT ?x {{ VALUES ?x {{ 1 }} SERVICE <{A}> {{ <urn:a> a <urn:b> }} }}", ["() ()"], [{"x": 1}, {"x": 1}]),
        (f"SELECT ?x {{ VALUES ?x {{ 1 }} SERVICE <{A}> {{ <urn:a> a <urn:b> }} }}", [""], []),
        (f"SELECT (SUM(?y) AS ?x) {{ {{ SELECT ?y {{ SERVICE <{A}> {{ ?q a ?y }} }} }} }}", ["(1 9) (2 9) (3 9)"], [{"x": 27}]),
        (f"PREFIX s: <{A}>SELECT*{{SERVICE s:{{?s a?o}}BIND(?s+?o AS?t)}}", ["(1 2)"], [{"s": 1, "o": 2, "t": 3}]),
        (f"SELECT ?x {{ SERVICE <{A}> {{ ?x a 1 }} # SERVICE <{B}> {{ ?x a 2 }}\n}}", ["(1)"], [{"x": 1}]),
        (f"SELECT ?x {{ SERVICE <{A}> {{ ?x a '\\u00e9' }} BIND(TRUE AS ?y) }}", ["(1)"], [{"x": 1}]),
    ],
)  # fmt: skip
def test_rows_take_the_place_of_their_clause(text: str, parts: list[str], found: list[dict[str, int]]) -> None:
    query = with_rows(guarded(text), [rows(part) for part in parts], Caps())
    solutions = [{name: int(term.value) for name, term in row.items() if term.value != "true"} for row in solutions_of(query)]
    assert sorted(solutions, key=str) == sorted(found, key=str)
    assert query.services == () and query.volatile


def test_places_in_the_text_move_along() -> None:
    text = f"""SELECT ?x {{ SERVICE <{A}> {{ ?x a ?y }} {{ SELECT ?y {{ SERVICE <{B}> {{ ?y a ?z }} }} ORDER BY ?z LIMIT 2 }} }}
      ORDER BY DESC(?y) (?x + 1) LIMIT 5"""
    query = with_rows(guarded(text), [rows("(1 2) (3 4)"), rows("(2 5)")], Caps())
    assert sorted(query.text[start:end] for start, end in query.order_conditions) == ["(?x + 1)", "(?y)", "?z"]
    assert query.limit == 5 and query.text[slice(*query.limit_place)] == "5"
    assert query.text_with_limit(3).endswith("LIMIT 3")
    assert solutions_of(guard(query.text_with_limit(3)))
    plain = with_rows(guarded(f"SELECT ?x {{ SERVICE <{A}> {{ ?x a ?y }} }}"), [rows("(1 2) (3 4)")], Caps())
    assert len(solutions_of(guard(plain.text_with_limit(1)))) == 1


def test_dataset_form_and_prefixes_stay() -> None:
    text = f"PREFIX e: <urn:e:> CONSTRUCT {{ ?x e:p ?y }} FROM <urn:g> FROM NAMED <urn:h> {{ SERVICE <{A}> {{ ?x a ?y }} }}"
    before = guarded(text)
    after = with_rows(before, [rows("(1 2)")], Caps())
    for name in ("form", "base", "prefixes", "default_graphs", "named_graphs"):
        assert getattr(after, name) == getattr(before, name)


def test_functions_of_the_other_side_are_not_looked_for_here() -> None:
    query = with_rows(guarded(f"SELECT ?x {{ SERVICE <{A}> {{ ?x a ?y FILTER(<urn:theirs>(?y)) }} FILTER(<urn:ours>(?x)) }}"), [rows("(1 2)")], Caps())
    assert query.functions == ("urn:ours",)


def test_ten_thousand_rows_are_not_read_again() -> None:
    body = results(["s", "l"], [{"s": uri(f"http://e.example/{number}"), "l": literal(f"label {number}", lang="en")} for number in range(10_000)])
    query = guarded(f"SELECT ?s {{ SERVICE <{A}> {{ ?s a ?l }} }} ORDER BY ?l LIMIT 7")
    solutions = read_rows(A, Reply(RESULTS_JSON, body), ("s", "l"), 10_000, 2**20)
    start = time.perf_counter()
    whole = with_rows(query, [solutions], Caps(length=200, tokens=100))
    assert time.perf_counter() - start < 0.25  # measured: 1 ms
    assert len(whole.text) > 400_000
    assert len(solutions_of(whole)) == 7
    assert whole.text[slice(*whole.order_conditions[0])] == "?l"
