"""GROUP_CONCAT takes STR of every value and makes a simple literal, whatever is put together."""

from __future__ import annotations

import pytest

from sparql_api.engine.group_concat import with_strings
from tests.sparql.service import Service


@pytest.mark.parametrize(
    ("call", "values", "parts"),
    [
        ("GROUP_CONCAT(?o)", "1 <http://a/> 'x'@es 1", ["1", "1", "http://a/", "x"]),
        ("GROUP_CONCAT(?o)", "'x'@es 'y'@es", ["x", "y"]),
        ("group_concat(distinct ?o ; separator = ' ')", "1 1 <http://a/> 'x'@es 'x'@en 'x'@es", ["1", "http://a/", "x", "x"]),
        ("GROUP_CONCAT(DISTINCT ?o)", "'x'@es 'y'@es 'x'@es", ["x", "y"]),
        ("GROUP_CONCAT(DISTINCT CONCAT('(', STR(?o), ';')) ", "1 2 2", ["(1;", "(2;"]),
        ("CONCAT('', GROUP_CONCAT(IF(?o = 1, ')', ';'); SEPARATOR=' '))", "1 2", [")", ";"]),
    ],
)
def test_values_of_all_kinds(service: Service, call: str, values: str, parts: list[str]) -> None:
    (row,) = service.ask(f"SELECT ({call} AS ?c) {{ VALUES ?o {{ {values} }} }}").json()["results"]["bindings"]
    assert row["c"]["type"] == "literal" and "xml:lang" not in row["c"] and "datatype" not in row["c"]
    assert sorted(row["c"]["value"].split(" ")) == parts


def test_in_having_and_order_by(service: Service) -> None:
    query = """SELECT ?k { VALUES (?k ?o) { ('a' 2) ('b' 1) ('b' 1) ('c' 3) } } GROUP BY ?k
      HAVING (GROUP_CONCAT(DISTINCT ?o) != '3') ORDER BY GROUP_CONCAT(?o)"""
    assert service.ask(query, "text/csv").text == "k\r\nb\r\na\r\n"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?s { ?s ?p ?o }",
        "SELECT ?group_concat { ?group_concat <urn:group_concat> 'GROUP_CONCAT(a' } # GROUP_CONCAT(",
    ],
)
def test_other_queries_stay_as_they_are(query: str) -> None:
    assert with_strings(query) == query


def test_inside_one_another() -> None:
    inner = "EXISTS { SELECT (GROUP_CONCAT(?a) AS ?b) { ?a ?c [ ?d ?e ; ?f ?g ] } }"
    expected = inner.replace("(?a)", "(STR(?a))")
    assert with_strings(f"SELECT (GROUP_CONCAT(IF({inner}, ?x, ?y)) AS ?z) {{}}") == f"SELECT (GROUP_CONCAT(STR(IF({expected}, ?x, ?y))) AS ?z) {{}}"
