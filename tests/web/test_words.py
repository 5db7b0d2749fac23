"""What a reader sees: nothing twice, nothing that looks alike, each language marked, numbers and words that agree."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

from ingest.identifiers import Event, Registry
from sparql_api import i18n
from sparql_api.engine.problems import out_of_time
from sparql_api.federation.failures import ServiceFailure
from sparql_api.identifiers import UNSTATED
from tests.releases import DEFAULT_BASE, OGCM, RDF_TYPE, REGISTRY, make_release, sample_quads
from tests.web.conftest import Service

SKOS = "http://www.w3.org/2004/02/skos/core#"
RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
DCT = "http://purl.org/dc/terms/"


@pytest.fixture(scope="module")
def alike(make_service: Callable[..., Service]) -> Service:
    """A body with one name in several tags, and a commitment with two subjects of one name."""
    org, commitment, source, passage = (f"<{DEFAULT_BASE}id/{name}>" for name in ("org/xa-body", "commitment/XA-1-1", "source/xa", "passage/xa_1"))
    lines = [
        f"{org} {RDF_TYPE} <http://data.europa.eu/m8g/PublicOrganisation> .", f'{org} <{RDFS_LABEL}> "Cuerpo"@es .',
        *(f'{org} <{SKOS}altLabel> "{name}"{tag} .' for name, tag in (("Otro", ""), ("Otro", "@es"), ("Uno", "@en"), ("Uno", "@es"), ("Body", "@en"))),
        f"{commitment} {RDF_TYPE} <{OGCM}Commitment> .", f'{commitment} <{RDFS_LABEL}> "Promesa"@es .', f"{commitment} <{OGCM}statedIn> {passage} .",
        f"{passage} {RDF_TYPE} <{OGCM}Passage> .", f'{passage} <{RDFS_LABEL}> "Documento, fila 1"@es .', f'{passage} <{OGCM}locator> "Fila 1"@es .',
        f'{passage} <{OGCM}curator> "data editor" .', f"{passage} <{DCT}isPartOf> {source} .",
        f"{source} {RDF_TYPE} <{OGCM}Source> .", f'{source} <{RDFS_LABEL}> "Documento"@es .',
    ]  # fmt: skip
    for scheme in ("tema-a", "tema-b"):
        concept = f"<{DEFAULT_BASE}concept/{scheme}/uno>"
        lines += [f"{commitment} <{DCT}subject> {concept} .", f"{concept} {RDF_TYPE} <{SKOS}Concept> .", f'{concept} <{RDFS_LABEL}> "Integridad"@es .',
                  f"{concept} <{SKOS}inScheme> <{DEFAULT_BASE}concept/{scheme}> .", f'<{DEFAULT_BASE}concept/{scheme}> <{RDFS_LABEL}> "Lista {scheme}"@es .']  # fmt: skip
    return make_service(nquads=sample_quads() + "\n".join(lines) + "\n")


def fact(page: str, name: str) -> list[str]:
    """The values of a fact with their markup."""
    values = re.search(rf'<dt title="{name}">.*?<dd>(.*?)</dd>', page, re.DOTALL)[1]
    return re.findall(r"<li>(.*?)</li>", values, re.DOTALL) or [values]


@pytest.mark.parametrize(("language", "marked"), [("es", {"Body": "en"}), ("en", {"Otro": "es"})])
def test_one_name_is_shown_once(alike: Service, language: str, marked: dict[str, str]) -> None:
    names = fact(alike.get(f"/doc/org/xa-body?lang={language}", "text/html").text, "skos:altLabel")
    texts = [re.search("<span[^>]*>(.*?)</span>", name)[1] for name in names]
    assert sorted(texts) == ["Body", "Otro", "Uno"]
    assert {text: tag[1] for text, name in zip(texts, names, strict=True) if (tag := re.search('lang="(.*?)"', name))} == marked


def test_two_things_of_one_name_say_their_scheme(alike: Service) -> None:
    subjects = fact(alike.get("/doc/commitment/XA-1-1?lang=en", "text/html").text, "dct:subject")
    assert ['<span class="note" lang="es">Lista tema-a</span>' in subjects[0], '<span class="note" lang="es">Lista tema-b</span>' in subjects[1]] == [True, True]
    spanish = fact(alike.get("/doc/commitment/MX-4-01?lang=es", "text/html").text, "dct:subject")
    assert all('class="note"' not in subject for subject in spanish)


def test_a_graph_says_nothing_twice(service: Service) -> None:
    page = service.get("/graph/deck-2021-05-31.html?lang=en", "text/html").text
    assert len(re.findall("<dt[^>]*>(?:statements|number of triples)</dt>", page)) == 1
    values = [re.sub("<[^>]*>", "", text) for text in re.findall("<dd>(.*?)</dd>", page, re.DOTALL)]
    assert len(values) == len(set(values))


@pytest.mark.parametrize("other", ["text/turtle", "application/ld+json"])
def test_texts_of_another_language_are_marked(alike: Service, other: str) -> None:
    page = alike.get("/doc/commitment/XA-1-1?lang=en", "text/html").text
    assert re.search(r'<a href="/id/passage/xa_1\?lang=en" lang="es">Fila 1</a>', page)  # the locator
    assert re.search(r'<a href="/id/source/xa\?lang=en" lang="es">Documento</a>', page)
    assert '<p class="citation">“<span lang="es">Promesa</span>”' in page
    assert '<span aria-current="page" lang="es">Promesa</span>' in page  # the breadcrumb
    assert "Curated decision (<span>data editor</span>):" in page
    spanish = alike.get("/doc/commitment/XA-1-1?lang=es", "text/html").text
    assert 'Decisión de curaduría (<span lang="en">data editor</span>):' in spanish and "«<span>Promesa</span>»" in spanish
    assert "\ufffc" not in page + spanish
    assert "data editor" in alike.get("/doc/passage/xa_1", other).text


def test_numbers_and_words_agree() -> None:
    assert [i18n.text("es", "graphs-count", count=count) for count in (1, 2)] == ["1 afirmación", "2 afirmaciones"]
    assert [i18n.text("en", "graphs-count", count=count) for count in (1, 2)] == ["1 statement", "2 statements"]
    for failure in (out_of_time, lambda seconds: ServiceFailure("http://e.org/", "timeout", seconds=seconds)):
        assert re.search("1 segundo[. ]", failure(1.0).detail["es"] + " ") and re.search("1 second[. ]", failure(1.0).detail["en"] + " ")
        assert "2.5 segundos" in failure(2.5).detail["es"] and "2.5 seconds" in failure(2.5).detail["en"]


def test_one_thing_of_a_kind_is_said_in_the_singular(service: Service) -> None:
    for language, name in (("es", "Plan de acción"), ("en", "Action plan")):
        page = service.get(f"/?lang={language}", "text/html").text
        assert re.search(rf'<span class="number">1</span> {name}</a>', page), language


@pytest.mark.parametrize(
    ("language", "date", "reason"),
    [
        ("es", "Fecha de la fuente más reciente de entonces", "Ninguna fuente lo afirma ya."),
        ("en", "Date of the newest source at that time", "No source states it any longer."),
    ],
)
def test_a_withdrawal_by_a_build_speaks_the_language_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, date: str, reason: str
) -> None:
    gone = (2, "withdraw", "org", "mx-unstated", "", "2021-05-31", "build", UNSTATED, "")
    monkeypatch.setitem(REGISTRY, "org", [*REGISTRY["org"], (1, "mint", "org", "mx-unstated", "", "2019-01-01", "build", "", ""), gone])
    service = Service(make_release(tmp_path / "releases"))
    page = service.get(f"/doc/org/mx-unstated?lang={language}", "text/html")
    assert page.status_code == 410
    assert f"<dt>{date}</dt><dd>2021-05-31</dd>" in page.text and f"<dd>{reason}</dd>" in page.text and UNSTATED not in page.text
    decided = unescape(service.get(f"/doc/org/mx-gone?lang={language}", "text/html").text)
    assert date not in decided and '<dd lang="">not a body</dd>' in decided  # a curator's words stay as they are
    graph = service.get("/doc/org/mx-unstated.nt").text
    assert f'"{reason}"@{language} .' in graph and UNSTATED not in graph
    assert '"not a body" .' in service.get("/doc/org/mx-gone.nt").text


def test_the_reason_is_the_one_that_builds_give() -> None:
    registry = Registry()
    registry.record(Event(1, "mint", "org", "xa-body"))
    registry.withdraw_unused("2021-01-01")
    assert [event.reason for *_, event in registry.gone()] == [UNSTATED]
