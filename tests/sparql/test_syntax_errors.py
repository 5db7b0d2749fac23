"""Line, column and words of syntax errors, for the table of usual mistakes."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from sparql_api.sparql.expressions import CASTS
from sparql_api.sparql.guard import QuerySyntaxError, guard
from sparql_api.sparql.syntax_errors import MESSAGES, from_engine
from sparql_api.sparql.tokens import TokenStream
from tests.sparql.mistakes import MISTAKES, Mistake
from tests.sparql.service import Service


def error_of(query: str) -> QuerySyntaxError:
    with pytest.raises(QuerySyntaxError) as caught:
        guard(query, "http://example.org/sparql")
    return caught.value


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_place_code_and_words(mistake: Mistake) -> None:
    error = error_of(mistake.query)
    assert (error.line, error.column) == mistake.place
    assert error.found.startswith(mistake.token)
    assert error.code == mistake.code
    assert mistake.spanish in error.detail["es"]
    assert mistake.english in error.detail["en"] or mistake.english.replace("«", "“").replace("»", "”") in error.detail["en"]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_the_engine_refuses_them_too(mistake: Mistake) -> None:
    with pytest.raises(SyntaxError):
        ox.Store().query(mistake.query, base_iri="http://example.org/sparql")


def test_there_are_many_and_they_use_most_messages() -> None:
    assert len({mistake.query for mistake in MISTAKES}) >= 50
    used = {mistake.code for mistake in MISTAKES}
    assert set(MESSAGES) - used <= {"star-with-group", "blank-reused", "unknown-function", "engine"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT * { ?s ?p ?o } GROUP BY ?s", "star-with-group"),
        ("SELECT * { _:a ?p ?o OPTIONAL { _:a ?q ?r } }", "blank-reused"),
        ("SELECT (<http://www.w3.org/2001/XMLSchema#intger>('1') AS ?x) {}", "unknown-function"),
        ("SELECT (<http://www.w3.org/2001/XMLSchema#anyURI>('x') AS ?x) {}", "unknown-function"),
        ("SELECT (<http://www.w3.org/2001/XMLSchema#integer>() AS ?x) {}", "missing-expression"),
        ("SELECT (<http://www.w3.org/2001/XMLSchema#integer>(1, 2) AS ?x) {}", "too-many-arguments"),
    ],
)
def test_rules_beyond_the_grammar(query: str, code: str) -> None:
    assert error_of(query).code == code


def test_the_engine_has_the_casts_that_are_let_through() -> None:
    for cast in CASTS:
        list(ox.Store().query(f"SELECT (<{cast}>('x') AS ?x) {{}}"))


def test_hints_name_the_word_that_was_meant() -> None:
    hints = {
        "SELCT * {}": "SELECT",
        "SELECT * { ?s ?p ?o . OPTINAL {} }": "OPTIONAL",
        "SELECT * { FILTER REGX(?a, 'b') }": "REGEX",
        "SELECT * { ?s A ?o }": "rdf:type",
        "SELECT * { FILTER(?a = 1 AND ?b = 2) }": "&&",
        "SELECT * { ?s foaf:name ?o }": "PREFIX foaf:",
    }
    for query, word in hints.items():
        hint = error_of(query).hint
        assert hint is not None and word in hint["es"] and word in hint["en"], query


def test_lines_end_as_on_any_system() -> None:
    for line_end in ("\n", "\r\n", "\r"):
        error = error_of(f"SELECT *{line_end}WHERE {{{line_end}  ?s ?p }}")
        assert (error.line, error.column) == (3, 9)


def test_a_column_counts_characters_not_bytes_or_escapes() -> None:
    assert error_of('ASK { ?s ?p "😀é日" . ?x }').column == 24
    assert error_of("ASK { ?\\u00E9 ?p ?o . ?x }").column == 26


def test_places_of_the_engine_are_moved_to_a_token() -> None:
    query = "SELECT *\nWHERE { ?s ?p ?o }\nLIMIT 5"
    error = from_engine("error at 2:14: expected something", TokenStream(query))
    assert (error.line, error.column, error.found) == (2, 12, "?p")
    assert error.code == "engine" and "expected something" in error.detail["es"]


def test_the_answer_of_the_service_says_it_all(service: Service) -> None:
    response = service.ask('SELECT *\nWHERE {\n  ?s ?p "México 😀" ?x\n}')
    assert response.status_code == 400
    problem = response.json()
    assert (problem["line"], problem["column"], problem["found"]) == (3, 20, "?x")
    assert problem["code"] == "missing-dot" and problem["type"].endswith("problems/query-syntax")
    assert "columna 20" in problem["detail"] and "Falta un punto" in problem["detail"]
    english = service.ask("SELECT * {", headers={"accept-language": "en"})
    assert "is missing" in english.json()["detail"] and english.json()["opened"] == {"line": 1, "column": 10}
