"""What may not run is refused for what it means, however it is written; what may run is not refused for how it reads."""

from __future__ import annotations

import time

import pytest

from sparql_api.sparql.guard import Caps, QueryRefused, QuerySyntaxError, guard

BASE = "http://example.org/sparql"

REFUSED = {
    "plain service": ("SELECT * { SERVICE <http://a/b> { ?s ?p ?o } }", "service"),
    "lower case": ("select * { service <http://a/b> { ?s ?p ?o } }", "service"),
    "silent": ("SELECT * { SERVICE SILENT <http://a/b> { ?s ?p ?o } }", "service"),
    "variable service": ("SELECT * { VALUES ?g { <http://a/b> } SERVICE ?g { ?s ?p ?o } }", "service"),
    "escaped service": ("SELECT * { \\u0053ERVICE <http://a/b> { ?s ?p ?o } }", "service"),
    "long escape": ("SELECT * { SERV\\U00000049CE <http://a/b> { ?s ?p ?o } }", "service"),
    "comment inside": ("SELECT * { SERVICE # }\n <http://a/b> { ?s ?p ?o } }", "service"),
    "no spaces": ("SELECT*{SERVICE<http://a/b>{?s?p?o}}", "service"),
    "after a string with a quote": ("SELECT * { ?s ?p 'a\\'b\"' . SERVICE <http://a/b> { } }", "service"),
    "after a long string": ("SELECT * { ?s ?p '''it's \" ''' SERVICE <http://a/b> { } }", "service"),
    "prefixed": ("PREFIX SERVICE: <http://a/> SELECT * { SERVICE SERVICE:b { ?s ?p ?o } }", "service"),
    "in a subquery": ("SELECT * { { SELECT ?s { OPTIONAL { SERVICE <http://a/b> { ?s ?p ?o } } } } }", "service"),
    "in exists": ("SELECT * { ?s ?p ?o FILTER NOT EXISTS { SERVICE <http://a/b> { ?s ?p ?o } } }", "service"),
    "in minus, graph and union": ("ASK { { } UNION { GRAPH ?g { MINUS { SERVICE <http://a/b> {} } } } }", "service"),
    "in exists of a projection": ("SELECT (EXISTS { SERVICE <http://a/b> {} } AS ?x) {}", "service"),
    "in exists of order by": ("SELECT * {} ORDER BY (EXISTS { SERVICE <http://a/b> {} })", "service"),
    "in exists of having": ("SELECT (COUNT(*) AS ?n) {} HAVING (EXISTS { SERVICE <http://a/b> {} })", "service"),
    "in a construct": ("CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <http://a/b> { ?s ?p ?o } }", "service"),
    "in a describe": ("DESCRIBE ?s { SERVICE <http://a/b> { ?s ?p ?o } }", "service"),
    "insert data": ("INSERT DATA { <a:a> <a:b> <a:c> }", "update"),
    "delete where": ("PREFIX : <http://a/> DELETE WHERE { ?s ?p ?o }", "update"),
    "with": ("WITH <a:g> DELETE { ?s ?p ?o } INSERT { } WHERE { ?s ?p ?o }", "update"),
    "load": ("LOAD <file:///etc/passwd>", "update"),
    "load after a comment": ("# SELECT * {}\nload silent <http://a/b> into graph <http://a/g>", "update"),
    "escaped load": ("L\\u004FAD <http://a/b>", "update"),
    "clear": ("CLEAR ALL", "update"),
    "drop": ("BASE <http://a/> DROP GRAPH <g>", "update"),
    "create, copy, move, add": ("CREATE GRAPH <http://a/g>", "update"),
    "file": ("SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }", "remote-graph"),
    "file by prefix": ("PREFIX f: <file:///etc/> SELECT * FROM f:passwd { ?s ?p ?o }", "remote-graph"),
    "file by base": ("BASE <file:///etc/> SELECT * FROM <passwd> { ?s ?p ?o }", "remote-graph"),
    "file as named graph": ("SELECT * FROM NAMED <FILE:/etc/passwd> { GRAPH ?g { ?s ?p ?o } }", "remote-graph"),
    "file escaped": ("SELECT * FROM <fil\\u0065:///etc/passwd> { ?s ?p ?o }", "remote-graph"),
    "ftp": ("ASK FROM <ftp://a/b> {}", "remote-graph"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    query, code = REFUSED[name]
    with pytest.raises(QueryRefused) as caught:
        guard(query, BASE)
    assert caught.value.code == code
    assert caught.value.detail["es"] != caught.value.detail["en"]


ALLOWED = [
    "SELECT * { ?s ?p 'SERVICE <http://a/b> {}' }",
    "SELECT * { ?service ?load ?insert } # SERVICE <http://a/b> { } INSERT DATA {}",
    "SELECT * { ?s <http://a/SERVICE> <http://a/LOAD/INSERT> }",
    "PREFIX service: <http://a/SERVICE#> SELECT * { ?s service:SERVICE service:LOAD }",
    "PREFIX insert: <http://a/> ASK { ?s insert:DATA \"\"\"DELETE WHERE { } SERVICE <http://a/b> {}\"\"\"@en }",
    "SELECT * { ?s ?p ?o FILTER(CONTAINS(?o, '; DROP ALL')) }",
    "SELECT * { ?s <file:///etc/passwd> <file:///etc/shadow> }",
    "SELECT * FROM <http://a/unknown> FROM NAMED <urn:x:y> { ?s ?p ?o }",
    "SELECT (<http://a/function>(?o) AS ?x) { ?s ?p ?o }",
    "SELECT * { ?s ?p ?o } LIMIT 10 OFFSET 5 VALUES ?s { UNDEF }",
    "SELECT ?s (SUM(IF(BOUND(?o), 1, 0)) AS ?n) { ?s ?p ?o } GROUP BY ?s",
    "SELECT ?s { ?s ?p ?o } GROUP BY ?s HAVING (COUNT(BOUND(?o)) > 1)",
]


@pytest.mark.parametrize("query", ALLOWED)
def test_allowed(query: str) -> None:
    assert guard(query, BASE).text == query


def test_what_a_guarded_query_says() -> None:
    query = guard(
        "BASE <http://b/> PREFIX p: <http://p/> SELECT * FROM <g> FROM NAMED p:n { ?s <http://f/f> ?o FILTER(p:f(?o) && <http://www.w3.org/2001/XMLSchema#date>(?o)) }",
        BASE,
    )
    assert query.form == "SELECT"
    assert query.default_graphs == ("http://b/g",) and query.named_graphs == ("http://p/n",)
    assert query.functions == ("http://p/f",)
    assert dict(query.prefixes) == {"p": "http://p/"}
    assert guard("ASK {}", BASE).default_graphs is None


TOO_BIG = {
    "length": "ASK { ?s ?p '" + "x" * 200_000 + "' }",
    "braces": "ASK " + "{" * 5_000 + "}" * 5_000,
    "parentheses": "ASK { FILTER(" + "(" * 5_000 + "1" + ")" * 5_000 + ") }",
    "square brackets": "ASK { ?s ?p " + "[ ?p " * 5_000 + "?o" + "]" * 5_000 + " }",
    "collections": "ASK { ?s ?p " + "(" * 5_000 + ")" * 5_000 + " }",
    "negations": "ASK { FILTER(" + "!" * 20_000 + "true) }",
    "minus signs": "ASK { FILTER(" + "- " * 20_000 + "1) }",
    "conjunctions": "ASK { FILTER(" + "1 && " * 10_000 + "1) }",
    "sums": "ASK { FILTER(" + "1+" * 10_000 + "1) }",
    "unions": "ASK { {} " + "UNION {} " * 9_000 + "}",
    "optionals": "ASK { " + "OPTIONAL {} " * 6_000 + "}",
    "binds": "ASK { " + "".join(f"BIND(1 AS ?v{i}) " for i in range(5_000)) + "}",
    "paths": "ASK { ?s " + "a/" * 20_000 + "a ?o }",
    "inverse paths": "ASK { ?s " + "^(" * 5_000 + "a" + ")" * 5_000 + " ?o }",
    "subqueries": "SELECT * " + "{ SELECT * " * 3_000 + "{}" + "}" * 3_000,
    "triples": "ASK { " + "?s ?p ?o ." * 9_900 + "}",
}


@pytest.mark.parametrize("name", TOO_BIG)
def test_too_big_is_refused_quickly(name: str) -> None:
    start = time.process_time()
    with pytest.raises(QueryRefused) as caught:
        guard(TOO_BIG[name], BASE)
    assert caught.value.code in ("too-long", "too-complex")
    assert time.process_time() - start < 1.0


def test_what_is_just_below_the_caps_is_read() -> None:
    caps = Caps()
    depth = caps.nesting - 2
    queries = [
        "ASK { FILTER(" + "(" * (depth - 1) + "1" + ")" * (depth - 1) + ") }",
        "ASK " + "{" * depth + "}" * depth,
        "ASK { {} " + "UNION {} " * (caps.keywords - 1) + "}",
        "ASK { FILTER(" + "1 && " * (caps.operators - 1) + "1) }",
        "SELECT * { VALUES ?s { " + "<a:b> " * 10_000 + "} }",
    ]
    for query in queries:
        assert guard(query, BASE).form


def test_relative_iris_need_a_base() -> None:
    assert guard("ASK { <a> <b> <c> }", BASE)
    with pytest.raises(QuerySyntaxError) as caught:
        guard("ASK { <a> <b> <c> }")
    assert caught.value.code == "bad-iri"


@pytest.mark.parametrize(
    ("query", "heavy"),
    [
        ("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", True),
        ("SELECT * { ?s (<a:a>|<a:b>)* ?o }", True),
        ("SELECT * { { ?a <a:a> ?b } { ?c <a:a> ?d } }", True),
        ("SELECT * { ?a <a:a> ?b . ?c <a:b> ?d . ?b <a:c> ?c }", False),
        ("SELECT * { ?s <a:b>+ ?o . ?s a <a:c> }", False),
        ("SELECT * { <a:a> <a:b> ?o . <a:c> <a:b> ?p }", False),
        ("SELECT * { ?x a <a:c> . _:b <a:p> ?x ; <a:q> ?y . ?y <a:r> [ <a:s> ?z ] }", False),
        ("SELECT * { ?x <a:a> ?y BIND(STR(?y) AS ?k) ?z <a:l> ?k }", False),
        ("SELECT * { { SELECT (COUNT(?a) AS ?n) { ?a a ?b } } { SELECT (COUNT(?c) AS ?m) { ?c a ?d } } }", False),
    ],
)
def test_what_looks_heavy(query: str, heavy: bool) -> None:
    assert guard(query, BASE).heavy is heavy
