"""A 404 names the address that was probably meant, and never redirects to it."""

from __future__ import annotations

import json

import pytest

from sparql_api.near_names import _spellings
from tests.web.conftest import Service


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/doc/commitment/MX-4-1", ["/doc/commitment/MX-4-01"]),
        ("/doc/commitment/mx-04-001", ["/doc/commitment/MX-4-01"]),
        ("/doc/commitment/MX-4-1.TTL", ["/doc/commitment/MX-4-01.ttl"]),
        ("/id/commitment/MX-4-1", ["/id/commitment/MX-4-01"]),
        ("/doc/plan/MX-4.TTL", ["/doc/plan/MX-4.ttl"]),
        ("/doc/plan/mx-4.JsonLD", ["/doc/plan/MX-4.jsonld"]),
        ("/id/plan/MX-4.ttl", ["/doc/plan/MX-4.ttl"]),
        ("/id/plan/MX-4/", ["/id/plan/MX-4"]),
        ("/id/plan/MX-04", ["/id/plan/MX-4"]),
        ("/id/ogp/MX75", ["/id/ogp/MX0075"]),
        ("/id/plan/MX-99", []),
        ("/doc/plan/MX-99.TTL", []),
        ("/id/nokind/MX-4", []),
        ("/id/ogp/MX76", []),
        ("/doc/plan/1-2-3-4-5-6-7-8-9", []),
        ("/doc/plan/" + "1" * 5000, []),
        ("/doc/plan/%3Cscript%3E1", []),
    ],
)
def test_a_near_address_is_named(service: Service, path: str, near: list[str]) -> None:
    answer = service.get(path)
    assert answer.status_code == 404 and "location" not in answer.headers
    problem = json.loads(answer.content)
    assert [way["href"] for way in problem.get("instead", [])] == near
    for way in problem.get("instead", []):
        assert way["what"] == "near" and way["href"] in way["text"]
        assert service.get(way["href"]).status_code in (200, 301, 303)
    for language, words in (("es", "Esta dirección sí existe"), ("en", "This address does exist")):
        page = service.get(path, "text/html", headers=[("Accept-Language", language)])
        assert page.status_code == 404 and (words in page.text) is bool(near)
        assert all(f'<a href="{address}">' in page.text for address in near)


def test_guesses_are_few() -> None:
    assert len(list(_spellings("a1-2-3"))) <= 5**3
    assert list(_spellings("1-1-1-1")) == [] == list(_spellings("x" * 101))
    assert "MX0075" in _spellings("MX75") and "MX-4-01" in _spellings("MX-4-1") and "MX-0" in _spellings("MX-0")
