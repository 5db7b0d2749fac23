"""Pages about things with very much around them: what is cut says so, and rows stand as people count."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest

from sparql_api.descriptions import PAGE_SIZE, surroundings
from sparql_api.site import Edition
from tests.releases import DEFAULT_BASE, OGCM, RDF_TYPE, sample_quads
from tests.web.conftest import Service

DCT = "http://purl.org/dc/terms/"
COMMITMENTS = 620  # more than a page holds
NUMBERS = ["1", "1.2", "1.9", "1.10", "2", "2.A", "2.B", "10", None]


def _commitment(plan: str, key: str, number: str | None) -> str:
    subject = f"<{DEFAULT_BASE}id/commitment/{key}>"
    told = f'{subject} <{OGCM}number> "{number}" .\n' if number else ""
    return (
        f"{subject} {RDF_TYPE} <{OGCM}Commitment> .\n"
        f"{subject} <{DCT}isPartOf> <{DEFAULT_BASE}id/plan/{plan}> .\n"
        f'{subject} <http://www.w3.org/2000/01/rdf-schema#label> "{key}" .\n{told}'
    )


@pytest.fixture(scope="module")
def crowded(make_service: Callable[..., Service]) -> Service:
    plans = "".join(f"<{DEFAULT_BASE}id/plan/{plan}> {RDF_TYPE} <{OGCM}ActionPlan> .\n" for plan in ("XA-1", "XB-1"))
    many = "".join(_commitment("XA-1", f"XA-1-{number:03}", str(number)) for number in range(COMMITMENTS))
    counted = "".join(_commitment("XB-1", f"XB-1-{place}", number) for place, number in enumerate(reversed(NUMBERS)))
    return make_service(nquads=sample_quads() + plans + many + counted)


def test_a_table_that_is_cut_says_so_and_leads_to_all(crowded: Service) -> None:
    page = crowded.get("/doc/plan/XA-1?lang=en", accept="text/html").text
    rows = page.count("<tr><td")
    assert 0 < rows < COMMITMENTS
    assert f"The first {rows} are here." in page
    assert f'<span class="count">{COMMITMENTS}</span>' in page
    everything = re.search(r'are here\. <a href="([^"]+)">See all 620</a>', page)
    assert everything is not None
    first = crowded.get(everything[1].replace("&amp;", "&"), accept="text/html")
    assert first.status_code == 200
    assert len(set(re.findall(r"/id/commitment/XA-1-[0-9]{3}", first.text))) == min(PAGE_SIZE, COMMITMENTS)


def test_a_table_that_is_whole_says_nothing(crowded: Service) -> None:
    page = crowded.get("/doc/plan/XB-1?lang=en", accept="text/html").text
    assert page.count("<tr><td") == len(NUMBERS)
    assert "are here" not in page


def test_the_commitments_of_a_plan_say_who_leads_them(service: Service) -> None:
    """Of an export that is all there is: its layouts have leading and supporting institutions only."""
    page = service.get("/doc/plan/MX-4?lang=en", accept="text/html").text
    leading = re.findall(r'<td data-label="Lead institution"[^>]*>(.*?)</td>', page, re.DOTALL | re.IGNORECASE)
    assert any("/id/org/mx-sfp" in cell for cell in leading)


def test_rows_stand_as_people_count(crowded: Service) -> None:
    page = crowded.get("/doc/plan/XB-1?lang=en", accept="text/html").text
    cells = re.findall(r'<tr><td data-label="Number"[^>]*>(.*?)</td>', page)
    assert [re.sub("<[^>]*>", "", cell) for cell in cells] == [number or "" for number in NUMBERS]


RDFS_LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
AREAS = {"QA": ("Afganistán", "Afghanistan"), "QB": ("Andorra", "Andorra"), "QC": ("Álava", "Alava"), "QD": ("Zambia", "Zambia"), "QE": ("Alemania", "Germany")}


@pytest.fixture(scope="module")
def plans_of_many(make_service: Callable[..., Service]) -> Service:
    """Commitments of three plans that one body leads, one report on them, and areas that names sort unlike keys."""
    lines = [sample_quads()]
    org, report, source = (f"<{DEFAULT_BASE}id/{name}>" for name in ("org/xa-body", "report/xa-report", "source/xa-export"))
    lines += [f"{org} {RDF_TYPE} <http://data.europa.eu/m8g/PublicOrganisation> .\n", f"{report} {RDF_TYPE} <{OGCM}AssessmentReport> .\n",
              f"{source} {RDF_TYPE} <{OGCM}Source> .\n"]  # fmt: skip
    for plan in ("XA-1", "XA-2", "XA-10"):
        lines.append(f'<{DEFAULT_BASE}id/plan/{plan}> {RDF_TYPE} <{OGCM}ActionPlan> .\n<{DEFAULT_BASE}id/plan/{plan}> {RDFS_LABEL} "Plan {plan}" .\n')
        for number in ("1.9", "1.10", "1"):
            key = f"{plan}-{number}"
            subject, assessment = f"<{DEFAULT_BASE}id/commitment/{key}>", f"<{DEFAULT_BASE}id/assessment/{key}>"
            lines.append(_commitment(plan, key, number) + f"{subject} <{OGCM}lead> {org} .\n{subject} <{OGCM}lastSeenIn> {source} .\n")
            lines.append(f"{assessment} {RDF_TYPE} <{OGCM}Assessment> .\n{assessment} <{OGCM}target> {subject} .\n{assessment} <{OGCM}report> {report} .\n")
    for key, (spanish, english) in AREAS.items():
        area = f"<{DEFAULT_BASE}id/area/{key}>"
        lines.append(f'{area} {RDF_TYPE} <{OGCM}Country> .\n{area} {RDFS_LABEL} "{spanish}"@es .\n{area} {RDFS_LABEL} "{english}"@en .\n')
    return make_service(nquads="".join(lines))


EXPECTED = [f"{plan}-{number}" for plan in ("XA-1", "XA-2", "XA-10") for number in ("1", "1.9", "1.10")]


def test_commitments_of_several_plans_name_their_plan(plans_of_many: Service) -> None:
    page = plans_of_many.get("/doc/org/xa-body?lang=en", "text/html").text
    rows = re.findall(r'<tr><td data-label="Plan">(.*?)</td><td data-label="Number">(.*?)</td><td data-label="Name">(.*?)</td>', page)
    assert [re.sub("<[^>]*>", "", plan) for plan, *_ in rows] == [f"Plan {key.rpartition('-')[0]}" for key in EXPECTED]
    assert [re.sub("<[^>]*>", "", name) for *_, name in rows] == EXPECTED
    assert 'data-label="Plan"' not in plans_of_many.get("/doc/plan/XA-1?lang=en", "text/html").text  # that page is about it


def test_findings_stand_as_their_commitments_count(plans_of_many: Service) -> None:
    page = plans_of_many.get("/doc/report/xa-report", "text/html").text
    assert re.findall(r'href="/id/commitment/([^"]+)"', page.partition("<h2")[2]) == EXPECTED


def test_headings_read_like_sentences(plans_of_many: Service) -> None:
    for language, heading in (("es", "Compromisos vistos por última vez en esta fuente"), ("en", "Commitments last seen in this source")):
        assert f">{heading} <span" in plans_of_many.get(f"/doc/source/xa-export?lang={language}", "text/html").text


def test_the_list_of_commitments_counts(plans_of_many: Service) -> None:
    page = plans_of_many.get("/doc/commitment", "text/html").text
    assert [key for key in re.findall(r'<a href="/id/commitment/([^"]+)"', page) if key.startswith("XA")] == EXPECTED
    turtle = plans_of_many.get("/doc/commitment.ttl").text
    assert all(key in turtle for key in EXPECTED)


@pytest.mark.parametrize(("language", "place"), [("es", 0), ("en", 1)])
def test_areas_stand_by_name(plans_of_many: Service, monkeypatch: pytest.MonkeyPatch, language: str, place: int) -> None:
    monkeypatch.setattr("sparql_api.pages_listing._NAMES_AT_ONCE", 2)
    monkeypatch.setattr("sparql_api.pages_listing.PAGE_SIZE", 3)
    plans_of_many.app.state.site.current.listings.clear()
    names, asked = [], 1
    while (answer := plans_of_many.get(f"/doc/area?lang={language}&page={asked}", "text/html")).status_code == 200:
        names += [unescape(name) for name in re.findall(r'<a href="/id/area/[^"]+"[^>]*>(.*?)</a>', answer.text)]
        asked += 1
    shown = [name for name in names if name in {row[place] for row in AREAS.values()}]
    assert shown == {"es": ["Afganistán", "Álava", "Alemania", "Andorra", "Zambia"], "en": ["Afghanistan", "Alava", "Andorra", "Germany", "Zambia"]}[language]
    assert len(names) == len(set(names))


def test_a_page_asks_for_no_passage_that_it_does_not_name(make_service: Callable[..., Service]) -> None:
    """Editions state a plan hundreds of times, and an initiative has hundreds of plans: their passages stand on the pages of the plans."""
    base, label = DEFAULT_BASE, "http://www.w3.org/2000/01/rdf-schema#label"
    initiative = f"<{base}id/initiative/zz>"
    quads = f'{initiative} {RDF_TYPE} <{OGCM}Initiative> .\n{initiative} <{OGCM}statedIn> <{base}id/passage/own> .\n'
    for node, kind, joined in (("plan/ZZ-1", "ActionPlan", "underInitiative"), ("figure/zz", "Figure", "about")):
        quads += f"<{base}id/{node}> {RDF_TYPE} <{OGCM}{kind}> .\n<{base}id/{node}> <{OGCM}{joined}> {initiative} .\n"
        quads += f"<{base}id/{node}> <{OGCM}statedIn> <{base}id/passage/{node[0]}> .\n"
    for name in ("own", "p", "f"):
        passage = f"<{base}id/passage/{name}>"
        quads += f'{passage} {RDF_TYPE} <{OGCM}Passage> .\n{passage} <{label}> "Row of {name}" .\n{passage} <{OGCM}asWritten> "Words of {name}" .\n'
        quads += f'{passage} <{DCT}isPartOf> <{base}id/source/zz> .\n{passage} <{OGCM}titleAsWritten> "<b>{name}</b>" .\n'
    service = make_service(nquads=sample_quads() + quads + f'<{base}id/source/zz> <{label}> "The source" .\n')
    asked = service.run(surroundings(Edition(service.release, service.engine), f"{base}id/initiative/zz")).triples
    said = {(triple.subject.value.rpartition("/")[2], triple.predicate.value.rpartition("#")[2]) for triple in asked if "/id/passage/" in triple.subject.value}
    assert said - {("p", "label")} == {(name, word) for name in ("own", "f") for word in ("label", "asWritten", f"{DCT}isPartOf")}
    page = service.get("/doc/initiative/zz?lang=en", accept="text/html").text
    assert "Row of own" in page and "Words of own" in page and "Row of f" in page and "Row of p" not in page and "The source" in page
