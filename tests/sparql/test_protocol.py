"""SPARQL 1.1 Protocol: the reading of requests without HTTP, then status codes and headers of a running service."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import httpx
import pytest
from SPARQLWrapper import CSV, GET, JSON, POST, POSTDIRECTLY, RDFXML, TURTLE, URLENCODED, XML, SPARQLWrapper

from sparql_api.problems import Problem
from sparql_api.sparql.protocol import Operation, read_operation
from tests.sparql.service import SECONDS, Service, running_service

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
ASK = quote("ASK {}")


def status_of(method: str, query_string: bytes, types: list[str], body: bytes) -> int | Operation:
    try:
        return read_operation(method, query_string, types, body)
    except Problem as problem:
        return problem.status


@pytest.mark.parametrize(
    ("method", "query_string", "types", "body", "expected"),
    [
        ("GET", b"", [], b"", Operation(None)),
        ("GET", b"query=ASK%20%7B%7D", [], b"", Operation("ASK {}")),
        ("GET", b"query=ASK+%7B%7D&format=csv", [], b"", Operation("ASK {}", format="csv")),
        ("GET", b"query=", [], b"", Operation("")),
        ("GET", b"query=a&timeout=1.5&maxrows=007", [], b"", Operation("a", timeout=1.5, maxrows=7)),
        ("GET", b"query=a&timeout=.5", [], b"", Operation("a", timeout=0.5)),
        ("GET", b"query=a&maxrows=" + b"9" * 9000, [], b"", Operation("a", maxrows=2**63 - 1)),
        ("POST", b"maxrows=3", [FORM], b"query=a&timeout=2.", Operation("a", timeout=2.0, maxrows=3)),
        ("POST", b"maxrows=3&timeout=4", [DIRECT], b"a", Operation("a", timeout=4.0, maxrows=3)),
        ("POST", b"maxrows=3", [FORM], b"query=a&maxrows=3", 400),
        *(
            ("GET", b"query=a&" + parameter, [], b"", 400)
            for parameter in (
                b"timeout=0", b"timeout=0.0", b"timeout=-1", b"timeout=1e3", b"timeout=nan", b"timeout=inf", b"timeout=", b"timeout=1s",
                b"timeout=%D9%A1", b"timeout=1&timeout=1", b"timeout=" + b"9" * 21, b"maxrows=0", b"maxrows=-1", b"maxrows=%2B5", b"maxrows=1.5",
                b"maxrows=", b"maxrows=5%20", b"maxrows=%D9%A1", b"maxrows=all", b"maxrows=2&maxrows=2",
            )
        ),
        ("GET", b"query=a&query=b", [], b"", 400),
        ("GET", b"query=%FF", [], b"", 400),
        ("GET", b"default-graph-uri=http%3A%2F%2Fa%2Fb", [], b"", 400),
        ("GET", b"query=ASK%7B%7D&default-graph-uri=nonsense", [], b"", 400),
        ("GET", b"query=ASK%7B%7D&default-graph-uri=", [], b"", 400),
        ("GET", b"update=CLEAR+ALL", [], b"", 403),
        ("GET", b"&".join([b"a=b"] * 2000), [], b"", 400),
        ("GET", b"&".join([b"a=b"] * 999 + [b"query=a"]), [], b"", Operation("a")),
        ("GET", b"&&show&query=a=b%26&&format=x+y%2B%zz&", [], b"", Operation("a=b&", format="x y+%zz", show="")),
        ("GET", b"&" * 5000 + b"query=a&format=csv", [], b"", Operation("a", format="csv")),
        ("GET", b"%71uery=%EF%BB%BFASK%7b%7d", [], b"", Operation("ASK{}")),
        ("POST", b"", [FORM], b"query=ASK%7B%7D", Operation("ASK{}")),
        ("POST", b"", [FORM + "; charset=UTF-8"], b"query=ASK%7B%7D", Operation("ASK{}")),
        ("POST", b"", [FORM], b"query=a&query=b", 400),
        ("POST", b"query=a", [FORM], b"query=b", 400),
        ("POST", b"", [FORM], b"", 400),
        ("POST", b"", [FORM], b"update=CLEAR+ALL", 403),
        ("POST", b"", [DIRECT], b"ASK {}", Operation("ASK {}")),
        ("POST", b"", [DIRECT], b"\xef\xbb\xbfASK {}", Operation("ASK {}")),
        ("POST", b"query=a", [DIRECT], b"ASK {}", 400),
        ("POST", b"", [DIRECT + "; charset=utf-16"], "ASK {}".encode("utf-16"), 415),
        ("POST", b"", [DIRECT], "ASK { ?s ?p 'é' }".encode("latin-1"), 400),
        ("POST", b"", ["application/sparql-update"], b"CLEAR ALL", 403),
        ("POST", b"", ["text/plain"], b"ASK {}", 415),
        ("POST", b"", ["application/json"], b"{}", 415),
        ("POST", b"", [], b"ASK {}", 415),
        ("POST", b"", [DIRECT, FORM], b"ASK {}", 400),
    ],
)
def test_reading_of_requests(method: str, query_string: bytes, types: list[str], body: bytes, expected: object) -> None:
    assert status_of(method, query_string, types, body) == expected


def test_a_malformed_limit_is_named_in_both_languages() -> None:
    for name in ("timeout", "maxrows"):
        with pytest.raises(Problem) as caught:
            read_operation("GET", f"query=a&{name}=soon".encode(), [], b"")
        assert caught.value.extensions == {"parameter": name} and caught.value.slug == "bad-request"
        assert all(name in caught.value.detail[language] and "soon" in caught.value.detail[language] for language in ("es", "en"))


def test_graphs_of_a_request_keep_their_order_and_kind() -> None:
    pairs = [("query", "ASK {}"), ("default-graph-uri", "http://a/2"), ("named-graph-uri", "http://a/3"), ("default-graph-uri", "http://a/1")]
    operation = read_operation("GET", urlencode(pairs).encode(), [], b"")
    assert operation.dataset is not None
    assert operation.dataset.default_graphs == ("http://a/2", "http://a/1")
    assert operation.dataset.named_graphs == ("http://a/3",)
    direct = read_operation("POST", urlencode(pairs[1:]).encode(), [DIRECT], b"ASK {}")
    assert direct.dataset == operation.dataset and direct.query == "ASK {}"


@pytest.mark.parametrize(
    ("method", "address", "headers", "body", "status", "media_type"),
    [
        ("GET", f"?query={ASK}", {}, None, 200, "application/sparql-results+json"),
        ("GET", f"?query={ASK}", {"accept": "*/*"}, None, 200, "application/sparql-results+json"),
        ("GET", f"?query={ASK}", {"accept": "application/json"}, None, 200, "application/json"),
        ("GET", f"?query={ASK}", {"accept": "application/sparql-results+xml"}, None, 200, "application/sparql-results+xml"),
        ("GET", f"?query={ASK}", {"accept": "text/csv;q=0.5, text/tab-separated-values"}, None, 200, "text/tab-separated-values; charset=utf-8"),
        ("GET", f"?query={ASK}&format=csv", {"accept": "application/json"}, None, 200, "text/csv; charset=utf-8"),
        ("GET", f"?query={ASK}&format=nonsense", {"accept": "text/csv"}, None, 200, "text/csv; charset=utf-8"),
        ("GET", f"?query={ASK}&format=application/sparql-results+xml", {}, None, 200, "application/sparql-results+xml"),
        ("GET", "?query=CONSTRUCT%7B%7D%7B%7D&format=nt", {}, None, 200, "application/n-triples"),
        ("GET", f"?query={ASK}", {"accept": "image/png"}, None, 406, None),
        ("GET", f"?query={ASK}", {"accept": "text/turtle"}, None, 406, None),
        ("GET", f"?query={ASK}", {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}, None, 200, "text/html; charset=utf-8"),
        ("GET", "?query=CONSTRUCT%7B%3Fs%20%3Fp%20%3Fo%7D%7B%3Fs%20%3Fp%20%3Fo%7D", {}, None, 200, "text/turtle; charset=utf-8"),
        ("GET", "?query=CONSTRUCT%7B%7D%7B%7D", {"accept": "application/ld+json"}, None, 200, "application/ld+json"),
        ("GET", "?query=CONSTRUCT%7B%7D%7B%7D", {"accept": "application/rdf+xml"}, None, 200, "application/rdf+xml"),
        ("GET", "?query=CONSTRUCT%7B%7D%7B%7D", {"accept": "application/n-triples"}, None, 200, "application/n-triples"),
        ("GET", "?query=CONSTRUCT%7B%7D%7B%7D", {"accept": "text/csv"}, None, 406, None),
        ("GET", "?query=SELECT", {}, None, 400, "application/problem+json"),
        ("GET", "?query=", {}, None, 400, "application/problem+json"),
        ("GET", f"?query={ASK}&query={ASK}", {}, None, 400, "application/problem+json"),
        ("GET", "?query=CLEAR%20ALL", {}, None, 400, "application/problem+json"),
        ("GET", "?query=ASK%7BSERVICE%20%3Chttp%3A%2F%2F127.0.0.1%2F%3E%7B%7D%7D", {}, None, 400, "application/problem+json"),
        ("GET", "?update=CLEAR%20ALL", {}, None, 403, "application/problem+json"),
        ("GET", "", {}, None, 200, "text/turtle; charset=utf-8"),
        ("GET", "", {"accept": "application/rdf+xml"}, None, 200, "application/rdf+xml"),
        ("GET", "", {"accept": "text/html"}, None, 200, "text/html; charset=utf-8"),
        ("GET", "", {"accept": "application/sparql-results+json"}, None, 400, "application/problem+json"),
        ("GET", "", {"accept": "image/png"}, None, 406, None),
        ("POST", "", {"content-type": FORM}, b"query=ASK%7B%7D", 200, "application/sparql-results+json"),
        ("POST", "", {"content-type": DIRECT}, b"ASK {}", 200, "application/sparql-results+json"),
        ("POST", "", {"content-type": DIRECT}, b"", 400, "application/problem+json"),
        ("POST", "", {"content-type": "application/sparql-update"}, b"CLEAR ALL", 403, "application/problem+json"),
        ("POST", "", {"content-type": "text/plain"}, b"ASK {}", 415, "application/problem+json"),
        ("POST", "", {}, b"ASK {}", 415, "application/problem+json"),
        ("POST", "", {"content-type": FORM}, b"", 400, "application/problem+json"),
        ("POST", "", {"content-type": DIRECT}, b"x" * 1_100_000, 413, "application/problem+json"),
        ("PUT", "", {"content-type": DIRECT}, b"ASK {}", 405, "application/problem+json"),
        ("DELETE", "", {}, None, 405, "application/problem+json"),
        ("PATCH", "", {}, None, 405, "application/problem+json"),
    ],
)
def test_status_and_type(service: Service, method: str, address: str, headers: dict, body: bytes | None, status: int, media_type: str | None) -> None:  # fmt: skip
    response = httpx.request(method, service.url + address, headers=headers, content=body, timeout=30)
    assert response.status_code == status, response.text[:500]
    if media_type is not None:
        assert response.headers["content-type"] == media_type
    if status == 405:
        assert "GET" in response.headers["allow"]
    if status == 415:
        assert DIRECT in response.headers["accept-post"]
    if status == 406:
        assert response.json()["variants"] if "json" in response.headers["content-type"] else response.text


def test_a_body_of_unknown_length_is_bounded_too(service: Service) -> None:
    def endless():
        for _ in range(200):
            yield b"#" * 10_000 + b"\n"

    response = httpx.post(service.url, content=endless(), headers={"content-type": DIRECT}, timeout=30)
    assert response.status_code == 413


def test_head_is_get_without_a_body(service: Service) -> None:
    for address in ("", f"?query={ASK}"):
        get, head = httpx.get(service.url + address), httpx.head(service.url + address)
        assert head.status_code == get.status_code == 200 and head.content == b""
        for name in ("content-type", "content-length", "etag", "vary"):
            assert head.headers[name] == get.headers[name]


def test_validators_and_headers(service: Service) -> None:
    first = httpx.get(f"{service.url}?query={ASK}")
    again = httpx.get(f"{service.url}?query={ASK}", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304 and again.content == b""
    assert "Accept" in first.headers["vary"] and first.headers["access-control-allow-origin"] == "*"
    assert first.headers["commitments-release"] == service.release.id


@pytest.mark.parametrize(
    ("graphs", "count"),
    [
        ([], "default"),
        ([("default-graph-uri", "graph/consolidated")], "default"),
        ([("default-graph-uri", "graph/vocabulary")], "vocabulary"),
        ([("default-graph-uri", "graph/vocabulary"), ("default-graph-uri", "graph/curated")], "both"),
        ([("default-graph-uri", "graph/unknown")], 0),
        ([("named-graph-uri", "graph/vocabulary")], 0),
    ],
)
def test_dataset_of_the_request(service: Service, graphs: list[tuple[str, str]], count: object) -> None:
    sizes = service.release.manifest.graphs
    expected = {"default": sizes[""], "vocabulary": sizes["vocabulary"], "both": sizes["vocabulary"] + sizes["curated"]}
    query = "SELECT (COUNT(*) AS ?n) FROM <http://example.org/replaced> { ?s ?p ?o }" if graphs else "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    pairs = [("query", query), *((name, service.base + graph) for name, graph in graphs)]
    for response in (
        httpx.get(service.url, params=pairs),
        httpx.post(service.url, content=urlencode(pairs), headers={"content-type": FORM}),
        httpx.post(f"{service.url}?{urlencode(pairs[1:])}", content=query, headers={"content-type": DIRECT}),
    ):
        assert int(response.json()["results"]["bindings"][0]["n"]["value"]) == expected.get(count, count)


def test_named_graphs(service: Service) -> None:
    query = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"

    def names(**more: object) -> set[str]:
        rows = httpx.get(service.url, params={"query": query, **more}).json()["results"]["bindings"]
        return {row["g"]["value"].removeprefix(f"{service.base}graph/") for row in rows}

    assert names() == {name for name in service.release.manifest.graphs if name}
    assert names(**{"named-graph-uri": f"{service.base}graph/curated"}) == {"curated"}
    assert names(**{"named-graph-uri": f"{service.base}graph/consolidated"}) == set()


def test_from_clauses(service: Service) -> None:
    def count(clauses: str) -> int:
        answer = service.ask(f"SELECT (COUNT(*) AS ?n) {clauses} {{ ?s ?p ?o }}").json()
        return int(answer["results"]["bindings"][0]["n"]["value"])

    sizes = service.release.manifest.graphs
    assert count("FROM <graph/vocabulary>") == sizes["vocabulary"]  # relative to the address of the service
    assert count(f"FROM <{service.base}graph/consolidated>") == sizes[""]
    assert count("FROM <http://example.org/unknown>") == 0
    assert count(f"FROM NAMED <{service.base}graph/vocabulary>") == 0


def test_no_request_reads_a_file_or_calls_out(service: Service, tmp_path) -> None:
    secret = tmp_path / "secret.ttl"
    secret.write_text("<urn:s> <urn:p> 'secret' .")
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.2)
        port = trap.getsockname()[1]
        targets = [secret.as_uri(), f"http://127.0.0.1:{port}/data.ttl"]
        for target in targets:
            for query in (
                f"SELECT * FROM <{target}> {{ ?s ?p ?o }}",
                f"SELECT * FROM NAMED <{target}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
                f"SELECT * {{ GRAPH <{target}> {{ ?s ?p ?o }} }}",
                f"SELECT * {{ SERVICE <{target}> {{ ?s ?p ?o }} }}",
                f"LOAD <{target}>",
            ):
                response = service.ask(query)
                assert response.status_code in (200, 400) and "secret" not in response.text.replace(secret.as_uri(), "")
                if response.status_code == 200:
                    assert response.json()["results"]["bindings"] == []
            for name in ("default-graph-uri", "named-graph-uri"):
                response = httpx.get(service.url, params={"query": "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }", name: target})
                assert response.status_code in (200, 400) and "'secret'" not in response.text
                assert response.status_code == 400 or response.json()["results"]["bindings"] == []
        with pytest.raises(TimeoutError):
            trap.accept()


def test_hostile_text_is_not_echoed_as_markup(service: Service) -> None:
    evil = "<script>alert(1)</script>"
    for query in (f"SELECT * {{ ?s ?p '{evil}' ", f"SELECT ('{evil}' AS ?x) (<javascript:alert(1)> AS ?y) {{}}"):
        page = httpx.get(service.url, params={"query": query}, headers={"accept": "text/html"}).text
        assert evil not in page and 'href="javascript:' not in page
        assert "&lt;script&gt;" in page


def test_sparqlwrapper(service: Service) -> None:
    client = SPARQLWrapper(service.url)
    client.setQuery("SELECT ?s { ?s a <https://w3id.org/ogcm/def#Commitment> }")
    for method, request in ((GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)):
        client.setMethod(method)
        client.setRequestMethod(request)
        client.setReturnFormat(JSON)
        rows = client.query().convert()["results"]["bindings"]
        assert [row["s"]["value"] for row in rows] == [f"{service.base}id/commitment/MX-4-01"]
    client.setReturnFormat(CSV)
    assert client.query().convert().decode().splitlines()[0] == "s"
    client.setReturnFormat(XML)
    assert len(client.query().convert().getElementsByTagName("result")) == 1
    client.setQuery("CONSTRUCT WHERE { ?s ?p ?o }")
    client.setReturnFormat(RDFXML)
    assert len(client.query().convert()) == service.release.manifest.graphs[""]
    client.setReturnFormat(TURTLE)
    assert b"MX-4-01" in client.query().convert()


def test_several_accept_lines_and_a_path_that_is_not_ours(service: Service) -> None:
    response = httpx.get(f"{service.url}?query={ASK}", headers=[("accept", "image/png"), ("accept", "text/csv")])
    assert response.headers["content-type"].startswith("text/csv")
    parts = urlsplit(service.url)
    assert httpx.get(f"{parts.scheme}://{parts.netloc}/sparql/x").status_code == 404


def test_what_a_query_names_and_the_service_lacks_is_said_in_a_header(service: Service) -> None:
    response = service.ask(f"SELECT (<urn:f:ñ>(1) AS ?x) FROM <{service.base}graph/curated> FROM <http://example.org/none> {{}}")
    assert response.status_code == 200
    assert response.headers["commitments-notice"] == "unknown-function <urn:f:%C3%B1>, unknown-graph <http://example.org/none>"
    assert "commitments-notice" not in service.ask("ASK {}").headers


@pytest.mark.parametrize(
    ("query", "written", "notice"),
    [
        ("ASK {}", "nonsense", "nonsense"), ("ASK {}", "ttl", "ttl"), ("CONSTRUCT {} {}", "csv", "csv"), ("DESCRIBE <urn:x>", "xml", "xml"),
        ("CONSTRUCT {} {}", "application/sparql-results+json", "application/sparql-results+json"), ("ASK {}", "x-a b", "x-a%20b"),
        ("ASK {}", "a, rows-capped; maxrows=1", "a%2C%20rows-capped%3B%20maxrows%3D1"), ("ASK {}", "x\r\nSet-Cookie: a=b", "x%0D%0ASet-Cookie%3A%20a%3Db"),
        ("ASK {}", "ñ\"<", "%C3%B1%22%3C"), ("ASK {}", "z" * 5000, "z" * 100), ("ASK {}", "\x00", "%00"), ("ASK {}", "CSV", "CSV"),
    ],
    ids=range(12),
)  # fmt: skip
def test_a_format_that_does_not_count_is_said_in_a_header(service: Service, query: str, written: str, notice: str) -> None:
    graph = not query.startswith("ASK")
    for accept, media_type in (("*/*", None), ("application/n-triples" if graph else "text/csv",) * 2, ("text/html", "text/html")):
        for response in (
            httpx.get(service.url, params={"query": query, "format": written}, headers={"accept": accept}),
            httpx.post(service.url, data={"query": query, "format": written}, headers={"accept": accept}),
        ):
            assert response.status_code == 200
            assert response.headers["commitments-notice"] == f"format-ignored; format={notice}"
            assert media_type is None or response.headers["content-type"].startswith(media_type)
            assert "set-cookie" not in response.headers


def test_a_format_that_counts_needs_no_notice(service: Service) -> None:
    for written in ("", "csv", "json", "text/csv", "application/sparql-results+xml", "application/sparql-results xml", "html"):
        response = httpx.get(service.url, params={"query": "ASK {}", "format": written})
        assert response.status_code == 200 and "commitments-notice" not in response.headers
    assert "commitments-notice" not in httpx.get(service.url, params={"query": "CONSTRUCT {} {}", "format": "ttl"}).headers
    both = httpx.get(service.url, params={"query": "ASK {}", "format": "none", "timeout": "1000"})
    assert both.headers["commitments-notice"] == f"format-ignored; format=none, timeout-clipped; timeout={SECONDS:g}"


def test_an_empty_form_is_the_query_page_again(service: Service) -> None:
    response = httpx.get(f"{service.url}?query=", headers={"accept": "text/html"})
    assert response.status_code == 200 and "<textarea" in response.text


def test_answers_that_are_new_each_time_are_not_stored(service: Service) -> None:
    def kept(query: str) -> str:
        return httpx.get(service.url, params={"query": query}).headers["cache-control"]

    assert "max-age" in kept("SELECT * { ?s ?p 'RAND()' } LIMIT 1")
    assert kept("SELECT (rand() AS ?x) {}") == "no-store"
    assert kept("SELECT * { ?s ?p ?o FILTER(?o < NOW()) }") == "no-store"
    assert service.ask("ASK {}").headers["cache-control"] == "no-store"


ALL = "SELECT * { ?s ?p ?o }"


def test_limits_of_the_request_count_where_they_are_below_ours(service: Service) -> None:
    many = httpx.get(service.url, params={"query": ALL, "timeout": "1000", "maxrows": "1000000"})
    assert many.status_code == 200 and many.headers["commitments-notice"] == f"timeout-clipped; timeout={SECONDS:g}"
    form = httpx.post(service.url, data={"query": ALL, "maxrows": "2"})
    direct = httpx.post(service.url, params={"maxrows": "2"}, content=ALL, headers={"content-type": DIRECT})
    for few in (form, direct):
        assert len(few.json()["results"]["bindings"]) == 2 < len(many.json()["results"]["bindings"])
        assert few.headers["commitments-notice"] == "rows-capped; maxrows=2"
    start = time.monotonic()
    slow = httpx.get(service.url, params={"query": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", "timeout": "0.2"}, timeout=30)
    assert (slow.status_code, slow.json()["type"].rsplit("/", 1)[-1]) == (503, "query-timeout")
    assert time.monotonic() - start < SECONDS
    page = httpx.get(service.url, params={"query": ALL, "maxrows": "2"}, headers={"accept": "text/html"})
    assert page.headers["commitments-notice"] == "rows-capped; maxrows=2"


def test_notices_of_a_request_stand_in_one_header(service: Service) -> None:
    query = "SELECT (<urn:f>(1) AS ?x) { ?s ?p ?o }"
    response = httpx.post(service.url, data={"query": query, "maxrows": "1", "timeout": "99"})
    assert response.headers["commitments-notice"] == f"unknown-function <urn:f>, timeout-clipped; timeout={SECONDS:g}, rows-capped; maxrows=1"


def test_rows_of_the_service_are_a_limit_too(tmp_path: Path) -> None:
    with running_service(tmp_path, query_rows=10) as running:
        for parameters, rows, notice in (
            ({}, 10, "rows-capped; maxrows=10"),
            ({"maxrows": "3"}, 3, "rows-capped; maxrows=3"),
            ({"maxrows": "99"}, 10, "maxrows-clipped; maxrows=10, rows-capped; maxrows=10"),
        ):
            response = httpx.get(running.url, params={"query": ALL, **parameters})
            assert len(response.json()["results"]["bindings"]) == rows and response.headers["commitments-notice"] == notice


def test_the_interface_description_names_the_parameters(service: Service) -> None:
    paths = httpx.get(f"{service.url.removesuffix('sparql')}openapi.json").json()["paths"]
    for method, own in (("get", {"query"}), ("post", set())):
        named = {parameter["name"] for parameter in paths["/sparql"][method]["parameters"]}
        assert named == own | {"default-graph-uri", "named-graph-uri", "format", "timeout", "maxrows"}
    form = paths["/sparql"]["post"]["requestBody"]["content"][FORM]["schema"]["properties"]
    assert {"query", "timeout", "maxrows", "default-graph-uri"} <= set(form)
    assert DIRECT in paths["/sparql"]["post"]["requestBody"]["content"]
