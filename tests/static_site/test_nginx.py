"""nginx over a static site answers as `serve` does: status, media type, Vary, Location, Link and bytes."""

from __future__ import annotations

from itertools import product

import httpx
import pytest

from sparql_api.static_site.asking import Answered
from tests.static_site.conftest import EARLIER, PRUNED_RUN, Served
from tests.static_site.test_folder import listed

COMPARED = (
    "content-type", "location", "link", "content-location", "content-language", "cache-control", "access-control-allow-origin",
    "access-control-expose-headers", "content-security-policy", "commitments-release",
)  # fmt: skip
ACCEPTS = (
    "", "*/*", "*", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/turtle", "TEXT/TURTLE", "application/ld+json",
    "application/json", "text/turtle;q=0.5,application/ld+json;q=0.9", "application/n-triples;q=0.95, text/turtle;q=0.955, */*;q=0.1",
    "text/*", "text/*;q=0.3, */*;q=0.2", "application/*", "image/png", "text/html;q=0, */*", "text/html;q=0.5, */*;q=0.7", "text/xml",
    "application/rdf+xml", "application/xml", "text/plain", "nonsense", "text/turtle;charset=utf-8", "text/turtle, text/html",
    "application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,application/n-triples;q=0.8,text/turtle;q=0.6,*/*;q=0.1",
)  # fmt: skip
LANGUAGES = (
    "", "es", "en", "en-US,en;q=0.9", "es-MX,es;q=0.9,en;q=0.8", "fr", "fr,en;q=0.5", "*", "en;q=0.5, es;q=0.5", "es;q=0", "en;q=0",
    "es;q=0.3, en;q=0.31", "es;q=0,en;q=0", "de;q=0.9,*;q=0.5", "es;q=0.2,*;q=0.5",
)  # fmt: skip
NEGOTIATED = ("", "doc/plan/MX-4", "doc/plan", "catalog", "graph/curated", "id/org/mx-gone", "doc/org/mx-both", "def", "dumps/", "doc/plan/MX-4?lang=en")


def given(accept: str, language: str = "") -> list[tuple[str, str]]:
    return [(name, value) for name, value in (("Accept", accept), ("Accept-Language", language)) if value]


def ask(nginx: httpx.Client, target: str, headers: list[tuple[str, str]], method: str = "GET") -> httpx.Response:
    request = nginx.build_request(method, target, headers=headers)
    for name in {"accept", "accept-language", "accept-encoding"} - {name.lower() for name, _ in headers}:
        request.headers.pop(name, None)
    return nginx.send(request)


def differences(expected: Answered, found: httpx.Response) -> dict[str, tuple[object, object]]:
    """What nginx says otherwise. Redirects carry its own short text; errors have no detail and no list of variants."""
    pairs: dict[str, tuple[object, object]] = {"status": (expected.status, found.status_code)}
    error = expected.status >= 400 and expected.status != 410
    for name in COMPARED:
        if not (error and name == "link") and not (expected.status in (301, 303) and name == "content-type"):
            pairs[name] = (expected.headers.get(name), found.headers.get(name))
    pairs["vary"] = tuple({part.strip().lower() for part in side.get("vary", "").split(",")} for side in (expected.headers, found.headers))
    if expected.status in (200, 410):
        pairs["body"] = (expected.body, found.content)
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def check(nginx: httpx.Client, served: Served, target: str, headers: list[tuple[str, str]]) -> None:
    assert differences(served.ask(target, *headers), ask(nginx, target, headers)) == {}, (target, headers)


def test_every_address(nginx: httpx.Client, served: Served) -> None:
    for address in listed(served)[::3]:
        check(nginx, served, address.target, given(address.accept, address.language or ""))


@pytest.mark.parametrize("target", NEGOTIATED)
def test_negotiation(nginx: httpx.Client, served: Served, target: str) -> None:
    for accept in ACCEPTS:
        check(nginx, served, target, given(accept, "en"))


@pytest.mark.parametrize("target", ["", "doc/plan/MX-4"])
def test_language(nginx: httpx.Client, served: Served, target: str) -> None:
    for accept, language in product(("", "text/html"), LANGUAGES):
        check(nginx, served, target, given(accept, language))


@pytest.mark.parametrize(
    "target",
    [
        "id/plan/MX-4", "id/plan/mx-4", "id/plan/nope", "id/plan/MX-4?lang=en", "id/org/mx-old-sfp", "id/org/MX-gone", "id/ogp/MX0075",
        "id/OGP/mx0075", "id/ogp/nope", "id/ogp/MX0999", "id/iso/xx", "graph/left-2020",
        "graph/left-2020.ttl", "graph/LEFT-2020", "dumps/graphs/left-2020.nt", "dumps/graphs/left-2021.nt",
        f"id/dataset/commitments_{EARLIER}", f"id/distribution/commitments-ttl_{EARLIER}",
        f"id/Dataset/commitments_{EARLIER}", f"doc/distribution/commitments-ttl_{EARLIER}.jsonld", f"releases/{EARLIER}/", f"id/run/{PRUNED_RUN}",
        f"doc/run/{PRUNED_RUN}", f"doc/run/{PRUNED_RUN}.ttl", "id/plan",
        "id/Plan", "id/nope", "id/concept", "id/concept/x", "concept", "concept/nope",
        "concept/mx-tema", "doc/org/mx-old-sfp.ttl", "doc/org/mx-old-sfp?lang=en", "doc/plan/mx-4.ttl", "doc/ogp/MX0075", "doc/Plan",
        "doc/Plan.ttl", "doc/nope", "doc/plan.html?page=7", "doc/plan/MX-4.html.en", "dumps", "releases", "dumps/commitments.ttl",
        "dumps/commitments.nt", "dumps/nope", "dumps/index.html", "index.html", "releases/nope/", "problems", "problems/nope",
        "problems?lang=en", "static/site.css", "static/nope", "favicon.ico", "robots.txt", "sitemap.xml", "sitemap.xml?page=1",
        "openapi.json", "def/context.jsonld", "nothing/at/all", "code/nope", ".well-known/void.ttl",
    ],
)  # fmt: skip
@pytest.mark.parametrize("headers", [[], given("text/html", "en")], ids=["bare", "browser"])
def test_addresses_of_all_kinds(nginx: httpx.Client, served: Served, target: str, headers: list[tuple[str, str]]) -> None:
    check(nginx, served, target, headers)


@pytest.mark.parametrize("name", ["commitments.ttl", "SHA256SUMS", "nope"])
def test_files_of_a_release(nginx: httpx.Client, served: Served, name: str) -> None:
    check(nginx, served, f"releases/{served.renderer.edition.release.id}/{name}", [])


def test_packed_files_are_sent(nginx: httpx.Client) -> None:
    plain = ask(nginx, "doc/plan/MX-4.ttl", [])
    packed = ask(nginx, "doc/plan/MX-4.ttl", [("Accept-Encoding", "gzip")])
    assert packed.headers["content-encoding"] == "gzip" and packed.content == plain.content
    assert plain.headers["etag"] != packed.headers["etag"] and not packed.headers["etag"].startswith("W/")


def test_validators(nginx: httpx.Client) -> None:
    spanish, english = (ask(nginx, "doc/plan/MX-4", given("text/html", language)) for language in ("es", "en"))
    assert spanish.headers["etag"] != english.headers["etag"]
    again = ask(nginx, "doc/plan/MX-4", [*given("text/html", "es"), ("If-None-Match", spanish.headers["etag"])])
    assert again.status_code == 304 and again.headers["vary"] and again.content == b""
    assert ask(nginx, "doc/plan/MX-4", [*given("text/html", "en"), ("If-None-Match", spanish.headers["etag"])]).status_code == 200


def test_if_unmodified_since(nginx: httpx.Client) -> None:
    for target in ("doc/plan/MX-4.ttl", "dumps/commitments.ttl"):
        modified = ask(nginx, target, []).headers["last-modified"]
        assert ask(nginx, target, [("If-Unmodified-Since", modified)]).status_code == 200
        assert ask(nginx, target, [("If-Unmodified-Since", "Sat, 01 Jan 2000 00:00:00 GMT")]).status_code == 412


def test_methods(nginx: httpx.Client, served: Served) -> None:
    assert ask(nginx, "doc/plan/MX-4.ttl", [], "HEAD").headers["content-type"] == "text/turtle; charset=utf-8"
    assert ask(nginx, "doc/plan/MX-4.ttl", [], "POST").status_code == 405
    options = ask(nginx, "doc/plan/MX-4", [], "OPTIONS")
    assert options.status_code == 204 and "GET" in options.headers["access-control-allow-methods"]


def test_queries_are_refused_in_words(nginx: httpx.Client) -> None:
    answer = ask(nginx, "sparql?query=ASK%7B%7D", given("", "en"))
    assert answer.status_code == 501 and answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 501


def test_what_is_internal_stays_so(nginx: httpx.Client) -> None:
    for target in (".oc/html/index.html", ".oc/errors/json/404.json", ".oc/gone", ".oc/methods"):
        assert ask(nginx, target, []).status_code == 404, target
