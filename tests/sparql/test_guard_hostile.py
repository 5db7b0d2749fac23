"""Requests that are sent to do harm: each gets a clear answer of ours, none a 500, and the service goes on."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import httpx
import pytest

from sparql_api.sparql.guard import QueryRefused, guard
from tests.sparql.service import Service

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
BASE = "http://example.org/sparql"

PARAMETERS = ("query", "default-graph-uri", "named-graph-uri", "format", "show", "timeout", "maxrows", "lang", "unknown")
BYTES = {
    "nul": b"%00",
    "line end": b"%0D%0A",
    "escape": b"%1B",
    "no UTF-8": b"%FF%FE",
    "surrogate": b"%ED%A0%80",
    "overlong": b"%C0%AF",
    "no escape": b"%zz",
    "raw byte": b"\x80",
}
NOT_UTF_8 = ("no UTF-8", "surrogate", "overlong", "raw byte")


def send(service: Service, head: str, body: bytes = b"", line: bytes | None = None) -> tuple[int, bytes]:
    """Status and body of a request written byte by byte. `line` is the request line, if it is not `head`'s first."""
    port = httpx.URL(service.url).port
    lines = head.split("\n")
    first = line if line is not None else lines[0].encode("latin-1")
    rest = [one.encode("latin-1") for one in lines[1:]] + [b"Host: x", b"Connection: close", b"Content-Length: %d" % len(body)]
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        client.sendall(b"\r\n".join([first, *rest, b"", body]))
        while part := client.recv(65536):
            received += part
    head_received, _, answer = received.partition(b"\r\n\r\n")
    return int(head_received.split()[1]), answer


def still_answers(service: Service) -> bool:
    return service.ask("ASK { ?s ?p ?o }").json()["boolean"] is True


@pytest.mark.parametrize("name", PARAMETERS)
@pytest.mark.parametrize("kind", BYTES)
def test_bytes_that_do_not_belong_in_a_parameter(service: Service, name: str, kind: str) -> None:
    others = b"" if name == "query" else b"query=ASK%7B%7D&"
    value = (b"ASK%7B%7D" if name == "query" else b"x") + BYTES[kind]
    pairs = others + name.encode() + b"=" + value
    answers = [
        send(service, "", line=b"GET /sparql?" + pairs + b" HTTP/1.1"),
        send(service, f"POST /sparql HTTP/1.1\nContent-Type: {FORM}", pairs),
    ]
    if name != "query":
        line = b"POST /sparql?" + pairs.removeprefix(others) + b" HTTP/1.1"
        answers.append(send(service, f"\nContent-Type: {DIRECT}", b"ASK {}", line=line))
    assert len({status for status, _ in answers}) == 1
    status, body = answers[0]
    if kind in NOT_UTF_8 or name in ("default-graph-uri", "named-graph-uri", "timeout", "maxrows"):
        assert status == 400
    elif name == "query":  # a line end is space to SPARQL
        assert status == (200 if kind == "line end" else 400)
    else:  # a value that means nothing is no wish
        assert status == 200
    if status == 400:
        problem = json.loads(body)
        assert problem["status"] == 400 and problem["detail"] and problem["type"].rsplit("/", 1)[-1] in ("bad-request", "query-syntax")


@pytest.mark.parametrize("kind", NOT_UTF_8)
def test_names_of_parameters_are_utf_8_too(service: Service, kind: str) -> None:
    status, _ = send(service, "", line=b"GET /sparql?query=ASK%7B%7D&a" + BYTES[kind] + b"=1 HTTP/1.1")
    assert status == 400


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"ASK {}\0", 400, "bad-character"),
        (b"\0ASK {}", 400, "bad-character"),
        (b"ASK { ?s ?p '\0' }", 200, None),
        (b"ASK\r\n{\r\n}\r\n", 200, None),
        (b"ASK {} \xff", 400, None),
        (b"ASK { ?s ?p '\xed\xa0\x80' }", 400, None),
        (b"ASK { ?s ?p '\\uD800' }", 400, "bad-escape"),
        (b"ASK { ?s ?p <http://a/\\u0000> }", 400, "bad-iri"),
        (b"ASK { ?s ?p <http://a/\0> }", 400, None),
        ("ASK {}".encode("utf-16"), 400, None),
        (b"", 400, None),
        (b" \t\r\n", 400, "unexpected"),
        (b"#", 400, "unexpected"),
    ],
)
def test_bytes_of_a_query_sent_directly(service: Service, body: bytes, status: int, code: str | None) -> None:
    response = httpx.post(service.url, content=body, headers={"content-type": DIRECT}, timeout=30)
    assert response.status_code == status, response.text
    if code:
        assert response.json()["code"] == code


@pytest.mark.parametrize(
    "value",
    ["\xff\xfe/\xff; charset=\xff", "application/sparql-query; charset*=utf-8''x; charset=\"utf-8", "application/sparql-query;" * 500, ";", "/", "a" * 8000],
)
def test_media_types_that_are_none(service: Service, value: str) -> None:
    status, body = send(service, f"POST /sparql HTTP/1.1\nContent-Type: {value}", b"ASK {}")
    assert status in (200, 415) and (status == 200 or json.loads(body)["type"].endswith("unsupported-media-type"))


@pytest.mark.parametrize(
    "header",
    ["Accept: \xff\xfe", "Accept: " + "text/csv," * 6000, "Accept: " + "*/*;q=0.1," * 5000, "Accept-Language: \xe9" + "x" * 30_000, "Accept-Encoding: " + "gzip," * 9000,
     "X-Any: " + "a" * 60_000, "If-None-Match: " + '"x",' * 10_000, "If-None-Match: W/\xff"],
)  # fmt: skip
def test_large_and_strange_headers(service: Service, header: str) -> None:
    status, _ = send(service, f"GET /sparql?query=ASK%7B%7D HTTP/1.1\n{header}")
    assert status == 200 and still_answers(service)


def test_a_head_that_is_too_large_is_refused(service: Service) -> None:
    for head in ("GET /sparql?query=ASK%7B%7D HTTP/1.1\nX-Any: " + "a" * 1_000_000, "GET /sparql?query=" + "a" * 1_000_000 + " HTTP/1.1"):
        try:
            status, _ = send(service, head)
            assert 400 <= status < 500
        except (ConnectionError, IndexError):
            pass  # the connection was closed before everything was sent
        assert still_answers(service)


LARGE = {
    "a comment of a megabyte": ("ASK {} #" + "x" * 990_000, "too-long"),
    "a megabyte of triples": ("ASK {" + "?s ?p ?o. " * 90_000 + "}", "too-long"),
    "unions": ("ASK {{}" + "UNION{}" * 10_000 + "}", "too-complex"),
    "brackets": ("ASK{FILTER(" + "(" * 10_000 + "1" + ")" * 10_000 + ")}", "too-complex"),
    "braces": ("ASK" + "{" * 10_000 + "}" * 10_000, "too-complex"),
    "square brackets": ("ASK{?s ?p " + "[?p " * 10_000 + "1" + "]" * 10_000 + "}", "too-complex"),
    "subqueries": ("SELECT*{" * 10_000 + "}" * 10_000, "too-complex"),
    "values": ("SELECT*{VALUES ?x {" + " 1" * 40_000 + "}}", "too-complex"),
    "prefixes": ("PREFIX a:<a:b>" * 7_000 + "ASK{}", None),
    "objects": ("ASK{?s ?p " + ",".join(["''"] * 9_000) + "}", "too-complex"),
    "predicates": ("ASK{?s " + ";".join(["?p ?o"] * 7_000) + "}", "too-complex"),
    "triples": ("ASK{" + "?s ?p ?o." * 7_000 + "}", "too-complex"),
    "items": ("ASK{?s ?p (" + "1 " * 9_000 + ")}", "too-complex"),
    "groups": ("ASK{" + "{}" * 9_000 + "}", "too-complex"),
    "columns": ("SELECT " + "".join(f"(1 AS ?v{number})" for number in range(6_000)) + "{}", "too-complex"),
    "descriptions": ("DESCRIBE " + "".join(f"<a:{number}>" for number in range(9_000)), "too-complex"),
    "a template": ("CONSTRUCT{?s ?p " + ",".join(["''"] * 9_000) + "}{}", None),
    "a long IN": ("ASK{FILTER(1 IN(" + ",".join(["2"] * 9_000) + "))}", None),
    "half a string in a list": ("ASK{?s ?p " + "'' ," * 9_000 + "'", "unclosed-string"),
    "dots": ("ASK{" + "a." * 40_000 + "}", "too-complex"),
    "half a string": ("ASK{?s ?p '''" + "'' " * 30_000, "unclosed-string"),
    "escapes": ("ASK{?s ?p '" + "\\u0027" * 15_000 + "'}", None),
    "a large number": ("SELECT * {} LIMIT " + "9" * 90_000, "engine"),
    "a large name": ("ASK{?s a:" + "b" * 90_000 + " ?o}", "undeclared-prefix"),
}


@pytest.mark.parametrize("name", LARGE)
def test_large_queries(service: Service, name: str) -> None:
    query, code = LARGE[name]
    response = httpx.post(service.url, content=query, headers={"content-type": DIRECT}, timeout=60)
    assert response.status_code == (400 if code else 200), response.text[:300]
    assert code is None or response.json()["code"] == code
    assert len(response.content) < 3000  # what is refused is not sent back whole
    assert still_answers(service)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("update", ["LOAD <file:///etc/passwd>", "INSERT DATA { <a:a> <a:b> <a:c> }", "CLEAR ALL", ""])
def test_updates_by_every_way(service: Service, method: str, update: str) -> None:
    before = service.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").content
    address = httpx.request(method, service.url, params={"update": update, "query": "ASK {}"}, headers={"content-type": FORM})
    form = httpx.request(method, service.url, data={"update": update}, headers={"content-type": FORM})
    direct = httpx.request(method, service.url, content=update, headers={"content-type": "application/sparql-update"})
    expected = {"POST": {403}, "GET": {403, 200}, "HEAD": {403, 200}, "OPTIONS": {204}}.get(method, {405})
    assert {response.status_code for response in (address, form, direct)} <= expected
    if method in ("GET", "HEAD", "POST"):
        assert address.status_code == 403
    if method == "POST":
        assert form.json()["code"] == direct.json()["code"] == "update"
    assert service.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").content == before


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
def test_graphs_of_the_request_are_names_and_never_places(service: Service, name: str) -> None:
    query = "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    for iri in ("file:///etc/passwd", "FILE:/etc/passwd", "ftp://a/b", "javascript:1", "data:text/turtle,"):
        response = httpx.get(service.url, params={"query": query, name: iri})
        assert (response.status_code, response.json()["code"]) == (400, "remote-graph")
    for iri in ("http://127.0.0.1:1/x", "urn:x:y", f"{service.base}graph/unknown"):
        response = httpx.get(service.url, params={"query": query, name: iri})
        assert response.json()["results"]["bindings"] == []
        assert response.headers["commitments-notice"] == f"unknown-graph <{iri}>"
    for iri in ("relative", "http://a/ b", "", "//a/b", "http://[bad/"):
        response = httpx.get(service.url, params={"query": query, name: iri})
        assert response.status_code == 400 and response.json()["type"].endswith("bad-request")


# --- what only looks harmless

SERVICE = "SERVICE <http://a/b> { ?s ?p ?o }"


def hidden() -> Iterator[str]:
    yield f"SELECT * {{ {{ {{ {{ SELECT * {{ {{ SELECT ?s {{ {SERVICE} }} LIMIT 1 }} }} }} }} }} }}"
    yield f"SELECT * {{ ?s ?p ?o FILTER(?o IN (1, IF(EXISTS {{ {SERVICE} }}, 2, 3))) }}"
    yield f"SELECT * {{ BIND(COALESCE(NOT EXISTS {{ OPTIONAL {{ {SERVICE} }} }}, 1) AS ?x) }}"
    yield f"SELECT (SUM(IF(EXISTS {{ {SERVICE} }}, 1, 0)) AS ?n) {{ }} GROUP BY (EXISTS {{ {SERVICE} }})"
    yield f"ASK {{ ?s ?p ?o . MINUS {{ {{ }} UNION {{ GRAPH ?g {{ OPTIONAL {{ {SERVICE} }} }} }} }} }}"
    yield f"CONSTRUCT {{ ?s ?p 'SERVICE' }} WHERE {{ FILTER NOT EXISTS {{ {SERVICE} }} }} ORDER BY ?s LIMIT 1"
    yield f"PREFIX x: <http://x/#> SELECT * {{ ?s x:p '#' . # }} '\n {SERVICE} }}"
    yield f"SELECT * {{ ?s ?p \"\"\" ' \\\"\"\" \"\"\" . {SERVICE} }}"
    yield f"SELECT * {{ ?s ?p '\\\\' . {SERVICE} }}"
    yield f"SELECT * {{ FILTER(?a < 1) {SERVICE} FILTER(?b > 1) }}"
    yield "SELECT * { SER\\u0056\\u0049CE <http://a/b> { } }"
    yield "SELECT * { \\u0053\\U00000045RVICE\\u0020<http://a/b>{ } }"
    yield "SELECT * { ?s ?p ?o \\u002E SERVICE \\u003Chttp://a/b\\u003E {} }"
    yield "SELECT * { ?s ?p 1 \\u0023 comment\n SERVICE ?x {} }"
    yield "SELECT * { #\\u000A\n SERVICE ?x {} }"


@pytest.mark.parametrize("query", list(hidden()))
def test_service_is_found_wherever_it_hides(query: str) -> None:
    with pytest.raises(QueryRefused) as caught:
        guard(query, BASE)
    assert caught.value.code == "service"


@pytest.mark.parametrize(
    ("query", "graphs"),
    [
        ("BASE <http://a/b/> SELECT * FROM <../c> FROM NAMED <d#e> {}", ("http://a/c", "http://a/b/d#e")),
        ("BASE <http://a/b/> BASE <x/> SELECT * FROM <y> {}", ("http://a/b/x/y",)),
        ("PREFIX g: <http://a/> PREFIX g: <http://b/> SELECT * FROM g:x {}", ("http://b/x",)),
        ("BASE <http://a/> PREFIX g: <h/> BASE <http://c/> SELECT * FROM g:x FROM <y> {}", ("http://a/h/x", "http://c/y")),
        ("SELECT * FROM <graph/x> FROM <?q> FROM <#f> FROM <> {}", ("http://example.org/graph/x", f"{BASE}?q", f"{BASE}#f", BASE)),
        ("SELECT * FROM <//b/c> {}", ("http://b/c",)),
        ("SELECT * FROM <http://a/#\\u0066'\\u0066> {}", ("http://a/#f'f",)),
    ],
)
def test_graphs_of_the_query_are_resolved(query: str, graphs: tuple[str, ...]) -> None:
    guarded = guard(query, BASE)
    assert (*(guarded.default_graphs or ()), *(guarded.named_graphs or ())) == graphs


@pytest.mark.parametrize(
    "query",
    [
        "PREFIX g: <http://a/> PREFIX g: <file:///etc/> SELECT * FROM g:passwd {}",
        "BASE <file:///etc/x> SELECT * FROM NAMED <./passwd> {}",
        "BASE <http://a/> BASE <file:///etc/> SELECT * FROM <passwd> {}",
        "SELECT * FROM <\\u0066ile:///etc/passwd> {}",
        "SELECT * FROM <jar:file:///a!/b> {}",
    ],
)
def test_files_are_no_graphs_however_they_are_named(query: str) -> None:
    with pytest.raises(QueryRefused) as caught:
        guard(query, BASE)
    assert caught.value.code == "remote-graph"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s <http://jena.apache.org/text#query> 'x' }",
        "SELECT * { ?s <java:java.lang.System> ?o }",
        "SELECT * { ?s <bif:contains> 'x' }",
        "SELECT * { (?a ?b) <http://www.ontotext.com/owlim/lucene#query> (1 2) }",
        "SELECT (<java:java.lang.Runtime.exec>('id') AS ?x) { }",
        "SELECT (<http://jena.hpl.hp.com/ARQ/function#now>() AS ?x) (<sql:system>('id') AS ?y) { }",
    ],
)
def test_magic_of_other_engines_is_data_here(service: Service, query: str) -> None:
    """A property is a property, and a function that nobody has is an error in its expression (SPARQL 1.1, 17.6)."""
    response = service.ask(query)
    assert response.status_code == 200
    rows = response.json()["results"]["bindings"]
    assert rows == ([{}] if "AS ?x" in query else [])
    assert ("unknown-function" in response.headers.get("commitments-notice", "")) is ("AS ?x" in query)
