"""What an error of the query service tells: which limit struck, how to mend the request, and other ways, in both languages."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

from sparql_api.advice import ADVICE, WAYS
from sparql_api.engine import problems
from sparql_api.problems import SLUGS, Problem, of_engine
from sparql_api.sparql.guard import Caps, QueryRefused, guard
from tests.sparql.service import SECONDS, Service

CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
LANGUAGES = ("es", "en")


def test_advice_exists_in_both_languages_and_belongs_to_something() -> None:
    codes = {"too-long", "too-complex", "update", "service", "remote-graph"}  # of QueryRefused
    assert set(ADVICE) <= codes | set(SLUGS) and codes <= set(ADVICE)
    for advice in ADVICE.values():
        assert advice.hint["es"] != advice.hint["en"] and set(advice.ways) <= set(WAYS)
    for way in WAYS.values():
        assert way.text["es"] != way.text["en"]


@pytest.mark.parametrize(
    ("error", "limit", "again"),
    [
        (problems.out_of_time(2.5), {"name": "seconds", "value": 2.5, "unit": "s"}, False),
        (problems.out_of_memory(512 * 2**20), {"name": "memory", "value": 512, "unit": "MiB"}, False),
        (problems.busy(16), {"name": "places", "value": 16, "unit": "queries"}, True),
        (problems.crowded_out(4), {"name": "slow-places", "value": 4, "unit": "queries"}, True),
        (problems.not_ready(), None, True),
    ],
)
def test_failures_of_an_engine(error: problems.EngineProblem, limit: dict[str, object] | None, again: bool) -> None:
    problem = of_engine(error)
    assert problem.extensions.get("limit") == limit
    assert ("Retry-After" in problem.headers) is again
    ways = [way["what"] for way in problem.instead("/", "en")]
    assert ("later" in ways) is again and "files" in ways
    assert all(problem.hint(language) for language in LANGUAGES)


@pytest.mark.parametrize(
    ("query", "limit"),
    [
        ("ASK { ?s ?p '" + "x" * 100_000 + "' }", {"name": "length", "value": 100_000, "unit": "characters"}),
        ("ASK " + "{" * 101 + "}" * 101, {"name": "nesting", "value": 100, "unit": "brackets"}),
        ("ASK { {} " + "UNION {} " * 501 + "}", {"name": "repetitions", "value": 500, "unit": "UNION"}),
        ("SELECT " + "?v " * 30_001 + "{}", {"name": "tokens", "value": 30_000, "unit": "tokens"}),
    ],
)
def test_caps_of_the_guard(query: str, limit: dict[str, object]) -> None:
    with pytest.raises(QueryRefused) as caught:
        guard(query, None, Caps())
    assert caught.value.limit == limit


@pytest.mark.parametrize("name", ["instead", "type", "title"])
def test_members_of_our_own_are_no_extensions(name: str) -> None:
    extensions: dict[str, Any] = {name: "x"}
    with pytest.raises(ValueError):
        Problem(400, "bad-request", **extensions)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_timeout_says_what_to_do(service: Service, language: str) -> None:
    response = service.ask(CROSS, headers={"accept-language": language})
    body = response.json()
    assert response.status_code == 503 and "retry-after" not in response.headers
    assert response.headers["content-type"] == "application/problem+json"
    assert body["limit"] == {"name": "seconds", "value": SECONDS, "unit": "s"}
    assert body["hint"] == ADVICE["query-timeout"].hint[language]
    assert [way["what"] for way in body["instead"]] == ["smaller", "pages", "files"]
    files = next(way for way in body["instead"] if way["what"] == "files")
    assert files["text"] == WAYS["files"].text[language]
    assert httpx.get(urljoin(service.url, files["href"])).status_code == 200


@pytest.mark.parametrize(
    ("query", "code", "ways"),
    [
        ("SELECT * { SERVICE <http://a/> {} }", "service", ["graphs", "files"]),
        ("CLEAR ALL", "update", ["files"]),
        ("SELECT * FROM <file:///etc/passwd> {}", "remote-graph", ["graphs"]),
        ("ASK " + "{" * 200 + "}" * 200, "too-complex", ["smaller", "files"]),
    ],
)
def test_a_refusal_says_where_and_what_to_do(service: Service, query: str, code: str, ways: list[str]) -> None:
    body = service.ask(query, headers={"accept-language": "en"}).json()
    assert (body["status"], body["code"]) == (400, code)
    assert body["line"] == 1 and body["column"] >= 1
    assert body["hint"] == ADVICE[code].hint["en"] and [way["what"] for way in body["instead"]] == ways


def test_a_syntax_error_has_its_own_hint(service: Service) -> None:
    body = service.ask("SELECT * { ?s foaf:name ?o }", headers={"accept-language": "en"}).json()
    assert body["hint"] == "Add at the beginning: PREFIX foaf: <…>"


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_read_it_on_the_page(service: Service, language: str) -> None:
    headers = {"accept": "text/html", "accept-language": language}
    page = httpx.get(service.url, params={"query": "SELECT * { SERVICE <http://a/> {} }"}, headers=headers)
    assert page.status_code == 400
    assert ADVICE["service"].hint[language] in page.text
    assert f'<a href="/dumps/">{WAYS["files"].text[language]}</a>' in page.text
    missing = httpx.get(service.url, params={"default-graph-uri": "http://a/"}, headers=headers)
    assert missing.status_code == 400 and ADVICE["query-missing"].hint[language] in missing.text
    capped = httpx.get(service.url, params={"query": "SELECT * { ?s ?p ?o }", "maxrows": "2"}, headers=headers)
    assert "rows-capped; maxrows=2" in capped.text
