"""The query page for browsers: large results, long queries, empty results, and what its title says."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import urlencode

import pytest

from sparql_api import pages_query
from sparql_api.pages_query import LONG_IN_ADDRESS, SHOWN_ROWS
from sparql_api.routes import sparql
from tests.web.conftest import Service

EVERYTHING = "SELECT * WHERE { ?s ?p ?o }"
GRAPH = "CONSTRUCT WHERE { ?s ?p ?o }"
LONG = "# " + "x" * 60_000 + "\nSELECT ?s WHERE { ?s ?p ?o } LIMIT 3"
FORM = [("Content-Type", "application/x-www-form-urlencoded")]


def shown(service: Service, query: str, language: str = "en") -> str:
    return service.get(f"/sparql?{urlencode({'query': query, 'lang': language})}", "text/html").text


def posted(service: Service, query: str, accept: str = "text/html", **more: str):
    return service.get("/sparql?lang=en", accept, "POST", FORM, urlencode({"query": query, **more}).encode())


def buttons(page: str) -> list[str]:
    section = page.partition('id="downloads-title"')[2].partition("</section>")[0]
    return re.findall(r'class="button"[^>]*>([^<]+)<', section)


@pytest.mark.parametrize(("query", "formats"), [(EVERYTHING, ["JSON", "XML", "CSV", "TSV"]), (GRAPH, ["Turtle", "JSON-LD", "RDF/XML", "N-Triples"])])
def test_what_is_too_large_for_the_page_can_be_downloaded(service: Service, monkeypatch: pytest.MonkeyPatch, query: str, formats: list[str]) -> None:
    monkeypatch.setattr(sparql, "PAGE_BYTES", 1000)
    answer = service.get(f"/sparql?{urlencode({'query': query, 'lang': 'en'})}", "text/html")
    assert answer.status_code == 406 and "too large for a page" in answer.text
    assert [label for label in buttons(answer.text) if label in formats] == formats
    first = re.search(r'<a class="button" href="([^"]*format=[^"]*)"', answer.text)
    assert first is not None and service.get(unescape(first[1]), "text/html").status_code == 200


def test_other_errors_offer_no_download(service: Service) -> None:
    assert buttons(shown(service, "SELECT nonsense")) == []


def test_a_large_graph_is_cut_at_a_line(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = service.get(f"/sparql?{urlencode({'query': GRAPH})}", "text/turtle").text
    monkeypatch.setattr(pages_query, "SHOWN_GRAPH", 2000)
    page = shown(service, GRAPH)
    text = unescape(re.search(r'<pre tabindex="0"><code>(.*?)</code></pre>', page.partition("result-title")[2], re.DOTALL)[1])
    assert len(text) <= 2000 and text.endswith("\n") and whole.startswith(text)
    assert re.search(r"The page shows the first [0-9,]+ of [0-9,]+ lines", page)
    assert "Turtle" in buttons(page)


def test_a_long_query_goes_by_post(service: Service) -> None:
    answer = posted(service, LONG)
    assert answer.status_code == 200 and answer.headers["content-language"] == "en"
    assert '<span class="count">3</span>' in answer.text and LONG[:1000] in answer.text
    addresses = re.findall(r'(?:href|action)="([^"]*)"', answer.text)
    assert max(map(len, addresses)) < 2 * LONG_IN_ADDRESS  # no link of the page holds it
    assert buttons(answer.text)[:4] == ["JSON", "XML", "CSV", "TSV"]
    assert re.search(r'<button class="button" type="submit" name="format" value="csv">', answer.text)
    table = posted(service, LONG, format="csv")
    assert table.status_code == 200 and table.headers["content-type"].startswith("text/csv")


def test_a_long_query_can_be_sent_without_a_script(service: Service) -> None:
    page = shown(service, EVERYTHING)
    form = page.partition('<form class="query"')[2].partition("</form>")[0]
    assert 'formmethod="post"' in form and f'data-long="{LONG_IN_ADDRESS}"' in form and 'action="/sparql?lang=en"' in form
    assert re.search(r'<script src="/static/query\.js" defer></script>', page)
    assert service.get("/static/query.js").headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(("language", "said"), [("es", "Ninguna fila"), ("en", "No rows")])
def test_no_rows_are_said_in_words(service: Service, language: str, said: str) -> None:
    assert said in shown(service, "SELECT ?s WHERE { ?s a <urn:x-nothing> }", language)
    assert said not in shown(service, "ASK { ?s a <urn:x-nothing> }", language)
    assert said not in shown(service, EVERYTHING, language)
    nothing = {"es": "El grafo está vacío", "en": "The graph is empty"}[language]
    assert nothing in shown(service, "CONSTRUCT WHERE { ?s a <urn:x-nothing> }", language)
    assert nothing not in shown(service, GRAPH, language)


def test_statements_under_a_prefix_called_base_are_statements() -> None:
    prefixes = "@prefix base: <urn:x-> .\n"
    assert pages_query._shown(prefixes).lines == 0
    assert pages_query._shown(f"{prefixes}base:a base:b base:c .\n").shown == 2


def test_the_title_tells_a_result_from_an_error(service: Service) -> None:
    def title(page: str) -> str:
        return unescape(re.search("<title>(.*?)</title>", page)[1])

    assert title(service.get("/sparql?lang=en", "text/html").text).startswith("SPARQL query")
    assert title(shown(service, EVERYTHING)).startswith("Result · SPARQL query")
    assert title(shown(service, "SELECT nonsense")).startswith("Error: Syntax error in the query · ")
    assert "<h1>SPARQL query</h1>" in shown(service, "SELECT nonsense")


def test_rows_are_bounded(make_service: Callable[..., Service]) -> None:
    many = "".join(f"<http://localhost:8000/id/org/x{number}> <urn:p> <urn:o> .\n" for number in range(SHOWN_ROWS + 20))
    assert shown(make_service(nquads=many), EVERYTHING).count("<tr>") <= SHOWN_ROWS + 1
