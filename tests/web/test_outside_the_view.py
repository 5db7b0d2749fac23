"""Pages of things that the consolidated view does not hold: the page says who alone speaks of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.releases import DEFAULT_BASE, OGCM, RDF_TYPE, sample_quads
from tests.web.conftest import Service

OF_CATALOGUE = f"<{DEFAULT_BASE}id/dataset/of-catalogue> {RDF_TYPE} <http://www.w3.org/ns/dcat#Dataset> <{DEFAULT_BASE}graph/catalog> .\n"
OLDER = f"<{DEFAULT_BASE}id/assessment/older> {RDF_TYPE} <{OGCM}Assessment> <{DEFAULT_BASE}graph/deck-2021-05-31> .\n"


@pytest.fixture(scope="module")
def service(make_service: Callable[..., Service]) -> Service:
    return make_service(nquads=sample_quads() + OLDER + OF_CATALOGUE)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/doc/assessment/older", "a newer edition of the same source takes it back"), ("/doc/link/a", "nobody has confirmed it"),
        ("/doc/plan/MX-4", None), ("/doc/dataset/of-catalogue", None),
    ],
)
def test_a_page_says_who_alone_speaks_of_it(service: Service, path: str, said: str | None) -> None:
    page = service.get(f"{path}?lang=en", accept="text/html")
    assert page.status_code == 200
    if said is None:
        assert 'role="note"' not in page.text
    else:
        assert said in page.text and page.text.count('role="note"') == 1
