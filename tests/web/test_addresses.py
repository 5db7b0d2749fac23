"""Every address of blueprint 4 (but the later ones): status, type and headers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from rdflib import Graph, URIRef
from rdflib.compare import isomorphic

from ontology.namespaces import DCT, FOAF, OGCM, VOID
from sparql_api.links import Links
from sparql_api.observation import readiness
from tests.releases import DEFAULT_BASE, sample_quads
from tests.web.conftest import Service, lasting_headers

TYPES = {
    "html": "text/html", "ttl": "text/turtle", "jsonld": "application/ld+json", "rdf": "application/rdf+xml",
    "nt": "application/n-triples",
}  # fmt: skip
PARSERS = {"ttl": "turtle", "jsonld": "json-ld", "rdf": "xml", "nt": "nt"}
DOCUMENTS = [
    "doc/plan/MX-4", "doc/commitment/MX-4-01", "doc/org/mx-sfp", "doc/area/MX", "doc/topic/MX-4_eje1-1",
    "doc/source/deck-2021-05-31", "doc/passage/deck-2021-05-31_compromisos-cocreados_1",
    "doc/responsibility/MX-4-01_responsible_mx-sep_deck", "doc/period/2019-12_2021-08-31", "doc/identifier/ogp_MX0075",
    "doc/concept/mx-tema/corrupcion", "doc/dataset/commitments", "doc/plan", "doc/commitment", "doc/concept", "def",
    "def/0.1.0", "code", "shapes", "catalog", ".well-known/void", "graph/deck-2021-05-31", "graph/curated",
]  # fmt: skip


@pytest.mark.parametrize("path", DOCUMENTS)
def test_serializations_are_isomorphic(service: Service, path: str) -> None:
    graphs = {}
    for suffix, parser in PARSERS.items():
        answer = service.get(f"/{path}.{suffix}")
        assert answer.status_code == 200, suffix
        assert answer.headers["content-type"].split(";")[0] == TYPES[suffix]
        graphs[suffix] = Graph().parse(data=answer.content, format=parser)
        negotiated = service.get(f"/{path}", accept=TYPES[suffix])
        assert negotiated.content == answer.content, suffix
    for suffix in ("jsonld", "rdf", "nt"):
        assert isomorphic(graphs["ttl"], graphs[suffix]), suffix
    if path not in ("code",):  # the sample's vocabulary holds no code lists
        assert len(graphs["ttl"]) > 0


@pytest.mark.parametrize("path", DOCUMENTS)
def test_pages(service: Service, path: str) -> None:
    for language in ("es", "en"):
        answer = service.get(f"/{path}.html?lang={language}")
        assert answer.status_code == 200
        assert answer.headers["content-language"] == language
        assert f'<html lang="{language}">' in answer.text
        assert answer.text.count("<h1") == 1
        assert answer.text.count("<main") == 1
        assert "http://" not in "".join(re.findall(r'<(?:script|img|link rel="stylesheet")[^>]*(?:src|href)="([^"]*)"', answer.text))


@pytest.mark.parametrize("path", DOCUMENTS)
def test_head_is_get_without_body(service: Service, path: str) -> None:
    for accept in (None, "text/turtle", "text/html"):
        get, head = service.get(f"/{path}", accept), service.get(f"/{path}", accept, method="HEAD")
        assert head.content == b""
        assert (head.status_code, lasting_headers(head)) == (get.status_code, lasting_headers(get))
        assert int(get.headers["content-length"]) == len(get.content)


@pytest.mark.parametrize(
    ("path", "status", "location"),
    [
        ("/id/plan/MX-4", 303, "/doc/plan/MX-4"),
        ("/id/plan/mx-4", 301, "/id/plan/MX-4"),
        ("/id/PLAN/MX-4", 301, "/id/plan/MX-4"),
        ("/id/commitment/MX%2D4%2D01", 303, "/doc/commitment/MX-4-01"),
        ("/id/plan", 303, "/doc/plan"),
        ("/id/Plan", 301, "/id/plan"),
        ("/id/observation", 303, "/doc/observation"),
        ("/id/org/mx-old-sfp", 301, "/id/org/mx-sfp"),
        ("/id/org/MX-OLD-SFP", 301, "/id/org/mx-sfp"),
        ("/doc/org/mx-old-sfp", 301, "/doc/org/mx-sfp"),
        ("/doc/org/mx-old-sfp.ttl", 301, "/doc/org/mx-sfp.ttl"),
        ("/doc/org/MX-SFP.jsonld", 301, "/doc/org/mx-sfp.jsonld"),
        ("/doc/Plan", 301, "/doc/plan"),
        ("/id/ogp/MX0075", 301, "/id/commitment/MX-4-01"),
        ("/id/ogp/mx0075", 301, "/id/commitment/MX-4-01"),
        ("/id/OGP/Mx0075", 301, "/id/commitment/MX-4-01"),
        ("/id/iso/MX", 301, "/id/area/MX"),
        ("/id/iso/mx", 301, "/id/area/MX"),
        ("/concept", 303, "/doc/concept"),
        ("/concept/mx-tema/corrupcion", 303, "/doc/concept/mx-tema/corrupcion"),
        ("/concept/mx-tema/Corrupcion", 301, "/concept/mx-tema/corrupcion"),
        ("/id/dataset/commitments", 303, "/doc/dataset/commitments"),
        ("/id/plan/mx-4?lang=en", 301, "/id/plan/MX-4?lang=en"),
        ("/id/plan/MX-4?lang=xx", 303, "/doc/plan/MX-4"),
        ("/dumps", 301, "/dumps/"),
        ("/releases", 301, "/releases/"),
    ],
)
def test_redirects(service: Service, path: str, status: int, location: str) -> None:
    for accept in (None, "text/turtle", "text/html", "image/png"):
        answer = service.get(path, accept)
        assert (answer.status_code, answer.headers["location"]) == (status, location)
        assert answer.content == b""


def test_alias_is_cached_for_a_day_and_a_description_is_announced(service: Service) -> None:
    assert "max-age=86400" in service.get("/id/ogp/MX0075").headers["cache-control"]
    link = service.get("/id/plan/MX-4").headers["link"]
    assert f'<{service.base}doc/plan/MX-4>; rel="describedby"' in link


@pytest.mark.parametrize(
    "path",
    [
        "/id/plan/MX-99", "/doc/plan/MX-99", "/doc/plan/MX-99.ttl", "/id/nokind/x", "/doc/nokind", "/id/nokind", "/id/ogp/MX9999",
        "/id/ogp/JAL0010", "/id/inegi/99", "/concept/none", "/doc/concept/none/x", "/code/none", "/code/none/x", "/def/9.9.9",
        "/graph/none", "/graph/consolidated", "/dumps/none", "/releases/2001-01-01-00000000/", "/releases/none/x", "/nothing",
        "/doc/plan?page=2", "/doc/plan?page=0", "/doc/plan?page=x", "/doc/plan/MX-4.html?incoming=nothing", "/static/none.css",
        "/problems/none", "/id/plan/MX-4/", "/id/plan/MX-4.ttl", "/doc/plan/MX-4.json", "/sitemap.xml?page=7", "/id/concept/mx-tema",
        "/doc/plan/%3Cscript%3Ealert(1)%3C/script%3E", "/id/plan/MX-4%00", "/id/plan/" + "x" * 5000, "/id/plan/ñ", "/releases/current/",
    ],
)  # fmt: skip
def test_unknown_is_404(service: Service, path: str) -> None:
    answer = service.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    problem = json.loads(answer.content)
    assert problem["type"] == f"{service.base}problems/not-found" and problem["status"] == 404
    page = service.get(path, accept="text/html", headers=[("Accept-Language", "en")])
    assert page.status_code == 404 and page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<script>" not in page.text


@pytest.mark.parametrize(
    ("key", "targets"), [("mx-both", ["mx-sep", "mx-sfp"]), ("mx-gone", [])], ids=["split", "withdrawn"]
)
def test_tombstones(service: Service, key: str, targets: list[str]) -> None:
    thing = URIRef(f"{service.base}id/org/{key}")
    graphs = []
    for suffix, parser in PARSERS.items():
        for address in (f"/id/org/{key}", f"/doc/org/{key}", f"/doc/org/{key}.{suffix}", f"/id/org/{key.upper()}"):
            answer = service.get(address, accept=TYPES[suffix])
            if address.endswith(key.upper()):
                assert answer.headers["location"] == f"/id/org/{key}"
                continue
            assert answer.status_code == 410
            assert answer.headers["content-type"].split(";")[0] == TYPES[suffix]
            graphs.append(Graph().parse(data=answer.content, format=parser))
    assert all(isomorphic(graphs[0], other) for other in graphs)
    assert (thing, None, OGCM.Tombstone) in graphs[0]
    replaced = sorted(str(item) for item in graphs[0].objects(thing, DCT.isReplacedBy))
    assert replaced == [f"{service.base}id/org/{target}" for target in targets]
    page = service.get(f"/id/org/{key}", accept="text/html")
    assert page.status_code == 410 and "<h1>" in page.text
    assert all(f'href="/id/org/{target}"' in page.text for target in targets)
    assert service.get(f"/id/org/{key}", accept="image/png").status_code == 406


def test_description_holds_both_directions_labels_and_the_document(service: Service) -> None:
    graph = Graph().parse(data=service.get("/doc/commitment/MX-4-01.ttl").content, format="turtle")
    base = service.base
    thing, document = URIRef(f"{base}id/commitment/MX-4-01"), URIRef(f"{base}doc/commitment/MX-4-01")
    whole = Graph().parse(service.release.file("commitments.nt"), format="nt")
    assert set(whole.triples((thing, None, None))) <= set(graph)
    assert set(whole.triples((None, None, thing))) <= set(graph)
    organisation = URIRef(f"{base}id/org/mx-sfp")
    assert set(whole.triples((organisation, URIRef("http://www.w3.org/2000/01/rdf-schema#label"), None))) <= set(graph)
    assert (document, FOAF.primaryTopic, thing) in graph
    assert (document, DCT.isPartOf, URIRef(f"{base}id/dataset/commitments_{service.release.id}")) in graph
    assert list(graph.objects(document, DCT.license)) and list(graph.objects(document, VOID.inDataset))
    own = {triple for triple in graph if triple[0] == document}
    assert set(graph) - own <= set(whole), "a description invents nothing"


def test_json_ld_needs_nothing_from_elsewhere(service: Service) -> None:
    body = json.loads(service.get("/doc/commitment/MX-4-01", accept="application/json").content)
    assert isinstance(body["@context"], dict)
    assert all(isinstance(value, str) for value in body["@context"].values())


def test_context_for_other_publishers(service: Service) -> None:
    answer = service.get("/def/context.jsonld")
    assert answer.headers["content-type"] == "application/ld+json"
    assert isinstance(json.loads(answer.content)["@context"], dict)


def test_large_graphs_are_given_by_reference(make_service: Callable[..., Service], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sparql_api.pages_graph.LARGE_GRAPH", 5)
    service = make_service()
    graph = Graph().parse(data=service.get("/graph/deck-2021-05-31.ttl").content, format="turtle")
    (dump,) = graph.objects(URIRef(f"{service.base}graph/deck-2021-05-31"), VOID.dataDump)
    assert service.get("/" + str(dump).removeprefix(service.base)).status_code == 200


def test_a_graph_holds_its_statements(service: Service) -> None:
    graph = Graph().parse(data=service.get("/graph/deck-2021-05-31.nt").content, format="nt")
    stored = Graph().parse(service.release.file("graphs/deck-2021-05-31.nt"), format="nt")
    assert len(stored) > 20 and set(stored) <= set(graph)


def test_list_names_its_members(service: Service) -> None:
    graph = Graph().parse(data=service.get("/doc/org.ttl").content, format="turtle")
    named = {str(item) for item in graph.objects(URIRef(f"{service.base}doc/org"), FOAF.topic)}
    assert f"{service.base}id/org/mx-sfp" in named and f"{service.base}id/org/mx-gone" not in named


@pytest.mark.parametrize("path", ["/doc/plan/MX-4", "/", "/def", "/dumps/commitments.ttl", "/id/plan/MX-4", "/health/live"])
def test_every_answer_has_the_common_headers(service: Service, path: str) -> None:
    headers = service.get(path).headers
    assert headers["access-control-allow-origin"] == "*"
    assert {"ETag", "Link", "Commitments-Release", "Content-Location"} <= set(headers["access-control-expose-headers"].split(", "))
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"] and "unsafe" not in headers["content-security-policy"]
    assert headers["commitments-release"] == service.release.id
    assert f'<{service.base}releases/{service.release.id}/>; rel="collection"' in headers["link"]


def test_links_of_a_document(service: Service) -> None:
    answer = service.get("/doc/plan/MX-4", accept="text/turtle")
    link, base = answer.headers["link"], service.base
    assert f'<{base}id/plan/MX-4>; rel="describes"' in link
    assert f'<{base}doc/plan/MX-4>; rel="canonical"' in link
    assert f'<{base}doc/plan/MX-4.html>; rel="alternate"; type="text/html"' in link
    assert f'<{base}doc/plan/MX-4.ttl>; rel="alternate"' not in link
    assert 'rel="license"' in link and 'rel="describedby"' in link
    assert answer.headers["content-location"] == "/doc/plan/MX-4.ttl"
    page = service.get("/doc/plan/MX-4", accept="text/html", headers=[("Accept-Language", "en")])
    assert page.headers["content-location"] == "/doc/plan/MX-4.html?lang=en"
    assert service.get(page.headers["content-location"]).status_code == 200


@pytest.mark.parametrize("path", ["/", "/doc/plan/MX-4", "/id/plan/MX-4", "/dumps/commitments.ttl", "/def", "/health/ready"])
def test_methods(service: Service, path: str) -> None:
    options = service.get(path, method="OPTIONS")
    assert options.status_code == 204
    assert options.headers["allow"] == "GET, HEAD, OPTIONS"
    assert options.headers["access-control-allow-methods"] == options.headers["allow"]
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        refused = service.get(path, method=method)
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
        assert json.loads(refused.content)["type"].endswith("/problems/method-not-allowed")
    assert service.get("/nothing", method="OPTIONS").status_code == 404


def test_406_lists_what_there_is(service: Service) -> None:
    answer = service.get("/doc/plan/MX-4", accept="image/png")
    problem = json.loads(answer.content)
    assert answer.status_code == 406
    assert [variant["type"] for variant in problem["variants"]] == list(TYPES.values())
    for variant in problem["variants"]:
        assert service.get(variant["href"]).headers["content-type"].split(";")[0] == variant["type"]
    assert answer.headers["link"].count('rel="alternate"') == 5


def test_health(make_service: Callable[..., Service], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "FRESH_SECONDS", 0.0)  # an answer of a moment ago is no evidence here
    service = make_service()
    assert json.loads(service.get("/health/live").content) == {"status": "live"}
    assert json.loads(service.get("/health/ready").content) == {"status": "ready", "release": service.release.id}
    service.engine.broken = True
    for path in ("/health/ready", "/doc/area/MX"):
        answer = service.get(path)
        assert answer.status_code == 503 and answer.headers["retry-after"] == "5"
        assert answer.headers["cache-control"] == "no-store"
        assert json.loads(answer.content)["type"].endswith("/problems/engine-not-ready")
    assert service.get("/health/live").status_code == 200
    assert service.get("/id/plan/MX-4").status_code == 303
    service.engine.broken = False
    assert service.get("/doc/area/MX").status_code == 200, "a failure is not remembered"


def test_landing(service: Service) -> None:
    page = service.get("/")
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.DOTALL)
    assert block
    described = json.loads(block[1])
    assert described["@type"] == "Dataset" and described["@context"] == {"@vocab": "http://schema.org/"}
    assert described["license"] and described["distribution"]
    catalog = service.get("/", accept="text/turtle")
    assert catalog.content == service.get("/catalog.ttl").content
    assert service.get("/catalog").headers["content-type"].startswith("text/turtle")
    assert service.get("/.well-known/void").headers["content-type"].startswith("text/turtle")


def test_machine_documents(service: Service) -> None:
    paths = json.loads(service.get("/openapi.json").content)["paths"]
    assert {"/id/{kind}/{key}", "/doc/{kind}/{key}", "/def", "/catalog", "/dumps/{path}", "/health/ready"} <= set(paths)
    robots = service.get("/robots.txt").text
    assert f"Sitemap: {service.base}sitemap.xml" in robots
    sitemap = service.get("/sitemap.xml")
    assert sitemap.headers["content-type"] == "application/xml"
    locations = re.findall(r"<loc>(.*?)</loc>", sitemap.text)
    assert f"{service.base}doc/commitment/MX-4-01" in locations
    for location in locations:
        if not location.endswith("/sparql"):
            assert service.get("/" + location.removeprefix(service.base)).status_code == 200, location


@pytest.mark.parametrize("language", ["es", "en"])
def test_problem_types_are_explained(service: Service, language: str) -> None:
    from sparql_api.problems import SLUGS

    listing = service.get(f"/problems?lang={language}").text
    for slug in SLUGS:
        assert f"problems/{slug}" in listing
        page = service.get(f"/problems/{slug}?lang={language}")
        assert page.status_code == 200 and 'class="lead"' in page.text, slug


@pytest.mark.parametrize("base", ["http://localhost:8000/", "https://data.example.org/open/"])
@pytest.mark.parametrize(
    ("iri", "local"),
    [
        ("def", "def"), ("def#", "def#"), ("def#Commitment", "def#Commitment"), ("def/1.3.0", "def/1.3.0"), ("shapes", "shapes"),
        ("shapes#Commitment", "shapes#Commitment"), ("code", "code"), ("code/", "code"), ("code/sector/state", "code/sector/state"),
        ("definition", None), ("shapes/x", None), ("codex", None), ("", None),
    ],
)  # fmt: skip
def test_names_of_the_vocabulary_lead_to_the_local_document(base: str, iri: str, local: str | None) -> None:
    links = Links(base)
    w3id = f"https://w3id.org/ogcm/{iri}"
    assert links.href(w3id) == (w3id if local is None else f"{links.prefix}{local}")


def test_the_version_of_the_vocabulary_is_shown_and_linked_locally(make_service: Callable[..., Service]) -> None:
    version = "https://w3id.org/ogcm/def/0.1.0"
    conforms = f"<{DEFAULT_BASE}id/dataset/commitments> <{DCT.conformsTo}> <{version}> <{DEFAULT_BASE}graph/catalog> .\n"
    service = make_service(nquads=sample_quads() + conforms)
    for path in ("catalog", "doc/dataset/commitments"):
        page = service.get(f"/{path}", accept="text/html").text
        assert f'<a href="/def/0.1.0">{version}</a>' in page
        assert f'href="{version}"' not in page
        assert f"<{version}>" in service.get(f"/{path}.ttl").text, "RDF is never rewritten"
    assert service.get("/def/0.1.0").status_code == 200
