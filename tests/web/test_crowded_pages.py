"""Pages about things with very much around them: what is cut says so, and rows stand as people count."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from sparql_api.descriptions import PAGE_SIZE
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


def test_rows_stand_as_people_count(crowded: Service) -> None:
    page = crowded.get("/doc/plan/XB-1?lang=en", accept="text/html").text
    cells = re.findall(r'<tr><td data-label="Number"[^>]*>(.*?)</td>', page)
    assert [re.sub("<[^>]*>", "", cell) for cell in cells] == [number or "" for number in NUMBERS]
