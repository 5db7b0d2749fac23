"""Queries of our own: guarded once, filled with IRIs and nothing else."""

from __future__ import annotations

import pytest

from sparql_api.sparql.prepared import PreparedQuery

QUERY = PreparedQuery("SELECT ?p { VALUES ?thing { <gap:things> } ?thing ?p <gap:value> }")


def test_gaps_are_filled() -> None:
    query = QUERY.fill(things=["http://a/1", "http://a/2"], value="urn:x:y")
    assert query.text == "SELECT ?p { VALUES ?thing { <http://a/1> <http://a/2> } ?thing ?p <urn:x:y> }" and query.form == "SELECT"


@pytest.mark.parametrize("text", ["", "relative", "http://a/> } # ", "http://a/ b", "http://a/\\u003e", 'http://a/"', "http://a/\n", "http://a/{"])
def test_nothing_but_an_iri_goes_in(text: str) -> None:
    with pytest.raises(ValueError, match="IRI"):
        QUERY.fill(things=[], value=text)


def test_an_open_gap_is_an_error() -> None:
    with pytest.raises(KeyError):
        QUERY.fill(value="http://a/1")
