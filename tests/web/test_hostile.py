"""Data and requests that mean harm: markup in labels, `javascript:` IRIs, made-up hosts, BASE with a path."""

from __future__ import annotations

import json
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import quote, unquote_plus

import pytest
from rdflib import Graph
from rdflib.compare import isomorphic

from sparql_api.documents import View
from sparql_api.pages_query import query_page
from tests.releases import DEFAULT_BASE, sample_quads
from tests.web.conftest import Service, lasting_headers

LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
EVIL = f"{DEFAULT_BASE}id/org/evil"
HOSTILE = f"""
<{EVIL}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://data.europa.eu/m8g/PublicOrganisation> .
<{EVIL}> <{LABEL}> "</script><script>alert(1)</script><img src=x onerror=alert(2)>"@es .
<{EVIL}> <{LABEL}> "{{{{ 7*7 }}}} \\"'><svg/onload=alert(3)>"@en .
<{EVIL}> <http://purl.org/dc/terms/description> "]]> --> <!-- \\u2028 </textarea> \\u0007 end" .
<{EVIL}> <http://xmlns.com/foaf/0.1/homepage> <javascript:alert(4)> .
<{EVIL}> <http://xmlns.com/foaf/0.1/page> <data:text/html,x> .
<{EVIL}> <http://www.w3.org/2002/07/owl#sameAs> <org:evil> .
<{EVIL}> <https://w3id.org/ogcm/def#tracker> <http://host/a'b%22onmouseover=alert(5)> .
<javascript:alert(6)> <http://purl.org/dc/terms/subject> <{EVIL}> .
"""


class Links(HTMLParser):
    """Collects what a browser would act on: links, scripts, event handlers."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.scripts: list[dict[str, str | None]] = []
        self.handlers: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "script":
            self.scripts.append(dict(attrs))
        for name, value in attrs:
            if name in ("href", "src", "action"):
                self.addresses.append(value or "")
            if name.startswith("on"):
                self.handlers.append(name)


@pytest.fixture(scope="module")
def hostile(make_service: Callable[..., Service]) -> Service:
    return make_service(nquads=sample_quads() + HOSTILE)


@pytest.mark.parametrize("path", ["/doc/org/evil", "/doc/org", "/doc/org/evil?incoming=dct:subject"])
@pytest.mark.parametrize("language", ["es", "en"])
def test_markup_stays_text(hostile: Service, path: str, language: str) -> None:
    answer = hostile.get(path, accept="text/html", headers=[("Accept-Language", language)])
    assert answer.status_code == 200
    page = Links()
    page.feed(answer.text)
    assert page.handlers == []
    assert "svg" not in page.tags
    assert [script.get("type") for script in page.scripts] in ([], ["application/ld+json"])
    for address in page.addresses:
        assert address.startswith(("/", "http://", "https://", "#")), address
    if path == "/doc/org/evil":
        assert "49" not in answer.text.split("<main")[1].split("</h1>")[0]
        block = answer.text.split('<script type="application/ld+json">')[1].split("</script>")[0]
        assert json.loads(block)["mainEntity"]["@id"] == EVIL


def test_results_on_the_query_page_stay_text(hostile: Service) -> None:
    def uri(value: str) -> dict[str, str]:
        return {"type": "uri", "value": value}

    text = {"type": "literal", "value": "<img src=x onerror=alert(1)>", "xml:lang": "es"}
    bindings = [{"a": uri("javascript:alert(1)"), "b": text}, {"a": uri(EVIL)}, {"a": {"type": "bnode", "value": "x"}}]
    results = json.dumps({"head": {"vars": ["a", "b"]}, "results": {"bindings": bindings}}).encode()
    view = View(hostile.app.state.site.current, "en")
    query = "SELECT * { ?a ?b '</textarea><script>alert(2)</script>' }"
    html = query_page(view, query=query, results=results, graph=None)
    page = Links()
    page.feed(html)
    assert page.handlers == [] and page.scripts == [{"src": "/static/query.js", "defer": None}] and "img" in page.tags
    assert "javascript:alert(1)" in html and not any(address.startswith("javascript") for address in page.addresses)
    assert "/id/org/evil" in page.addresses and html.count("</textarea>") == 1
    switch = next(address for address in page.addresses if address.startswith("/sparql?query=") and address.endswith("lang=es"))
    assert unquote_plus(switch).startswith(f"/sparql?query={query}")
    assert "<h2 id=\"result-title\">" in query_page(view, query="ASK {}", results=b'{"head": {}, "boolean": false}')


def test_hostile_statements_survive_in_every_format(hostile: Service) -> None:
    graphs = [
        Graph().parse(data=hostile.get(f"/doc/org/evil.{suffix}").content, format=parser)
        for suffix, parser in (("ttl", "turtle"), ("nt", "nt"), ("jsonld", "json-ld"))
    ]
    assert isomorphic(graphs[0], graphs[1]) and isomorphic(graphs[0], graphs[2])
    assert len(graphs[0]) >= 12
    answer = hostile.get("/doc/org/evil.rdf")  # XML has no U+0007: refused rather than sent broken
    assert answer.status_code == 406 and json.loads(answer.content)["type"].endswith("not-expressible")


PREFIXES = [
    "/id/", "/id/plan/", "/id/ogp/", "/doc/", "/doc/plan/", "/doc/concept/", "/concept/", "/def/", "/code/", "/code/role/", "/graph/",
    "/dumps/", "/releases/", "/problems/", "/static/", "/doc/plan?page=", "/doc/plan/MX-4?incoming=", "/doc/plan/MX-4?lang=", "/sitemap.xml?page=",
]  # fmt: skip
SEGMENTS = [
    "%00", "%FF", "%0d%0aX-Evil:%20y", "%3Cscript%3E", "%22%3E", "%7B%7D%5C%5E%60%7C", "..%2f..%2f", "%2e%2e", "%20", "ñ", "\u2028", "{{7*7}}",
    "a" * 3000, "%25zz", "MX-4%20.ttl", ".ttl", "%E2%80%AE", "-1", "1e9", "9" * 400, "٣", "javascript:alert(1)", "_:x", "'",
]  # fmt: skip


@pytest.mark.parametrize("prefix", PREFIXES)
def test_no_address_makes_the_service_fail(service: Service, prefix: str) -> None:
    for segment in SEGMENTS:
        for accept in (None, "text/html"):
            answer = service.get(prefix + segment, accept)
            assert answer.status_code in (200, 301, 303, 400, 404), segment
            assert "x-evil" not in answer.headers and "<script>" not in answer.text


@pytest.mark.parametrize(
    "header",
    [
        ("If-None-Match", "\xff,,"), ("If-None-Match", '"' * 3), ("If-Modified-Since", "Mon, 99 Foo 2020"), ("If-Match", ",,"),
        ("Range", "bytes=" + "9" * 5000 + "-"), ("Range", "bytes=" + "0-1," * 300 + "5-6"), ("Range", "bytes=1-0"), ("If-Range", "?"),
        ("Accept-Language", "*;q=x, \xff"), ("Accept-Encoding", ";;,=q"), ("Accept", "\xff/\xfe;q=9"),
    ],
)  # fmt: skip
def test_no_header_makes_the_service_fail(service: Service, header: tuple[str, str]) -> None:
    for path in ("/doc/plan/MX-4", "/dumps/commitments.nt", "/id/org/mx-both", "/nothing"):
        raw = (header[0].encode(), header[1].encode("latin-1"))
        assert service.get(path, headers=[raw]).status_code in (200, 206, 304, 404, 406, 410, 412, 416)


@pytest.mark.parametrize("path", ["/", "/doc/plan/MX-4", "/doc/plan/MX-4.ttl", "/id/plan/MX-4", "/catalog", "/sitemap.xml", "/nothing"])
def test_no_byte_depends_on_the_host(service: Service, path: str) -> None:
    plain = service.get(path)
    for headers in (
        [("Host", "evil.example")],
        [("Host", "evil.example:1234"), ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "https")],
        [("X-Forwarded-Prefix", "/evil"), ("Forwarded", "host=evil.example;proto=https"), ("X-Original-URL", "/evil")],
    ):
        other = service.get(path, headers=headers)
        assert other.content == plain.content
        assert lasting_headers(other) == lasting_headers(plain)


@pytest.mark.parametrize("base", ["http://data.example.org/", "https://data.example.org/gobierno/abierto/", "http://localhost:9000/ñ/"])
def test_another_base(make_service: Callable[..., Service], base: str) -> None:
    service = make_service(base=base)
    prefix = service.app.state.site.current.links.prefix
    assert prefix.startswith("/") and prefix.endswith("/")
    for root in {prefix, "/"}:  # a proxy may pass the path of BASE on or cut it off
        redirect = service.get(f"{root}id/plan/MX-4")
        assert (redirect.status_code, redirect.headers["location"]) == (303, f"{prefix}doc/plan/MX-4")
        assert service.get(f"{root}health/live").status_code == 200
        assert service.get(root).status_code == 200
    assert service.get(prefix.rstrip("/") or "/").status_code == 200
    turtle = service.get(f"{prefix}doc/plan/MX-4.ttl")
    graph = Graph().parse(data=turtle.content, format="turtle")
    subjects = {str(subject) for subject in graph.subjects()}
    assert f"{base}id/plan/MX-4" in subjects and f"{base}doc/plan/MX-4" in subjects
    assert "localhost:8000" not in turtle.text and "testserver" not in turtle.text
    assert f'<{quote(base, safe="/:")}doc/plan/MX-4>; rel="canonical"' in turtle.headers["link"]
    page = Links()
    page.feed(service.get(f"{prefix}doc/plan/MX-4", accept="text/html").text)
    ours = [address for address in page.addresses if address.startswith("/")]
    assert len(ours) > 10
    for address in dict.fromkeys(ours):
        assert address.startswith(prefix)
        status = service.get(address).status_code
        # The sample's vocabulary holds no code lists, and /sparql is tested elsewhere.
        assert status in (200, 301, 303) or address.startswith((f"{prefix}sparql", f"{prefix}code/")), address


def test_nothing_published_yet() -> None:
    import asyncio

    import httpx

    from sparql_api.app import create_app
    from sparql_api.settings import Settings

    app = create_app(Settings(data="nowhere"))

    async def ask(path: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client:
            return await client.get(path, headers={"Accept": "application/json"})

    answer = asyncio.run(ask("/doc/plan/MX-4"))
    assert answer.status_code == 503 and answer.json()["type"].endswith("/problems/no-release")
    assert asyncio.run(ask("/health/live")).status_code == 200
    assert asyncio.run(ask("/health/ready")).status_code == 503


def test_unforeseen_errors_are_answered_and_tell_nothing(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(service.app.state.site.current.identifiers, "resolve", fail)
    answer = service.get("/id/plan/MX-4")
    assert answer.status_code == 500
    assert json.loads(answer.content)["type"].endswith("internal-error")
    assert "secret" not in answer.text
    assert answer.headers["access-control-allow-origin"] == "*"
