"""`run_query`: the shell's way to the same answers."""

from __future__ import annotations

import io
import json

import pytest

from commitments.console import Exit, Failure
from commitments.release import Release
from sparql_api import query
from sparql_api.engine.direct import DirectEngine
from sparql_api.formats import RESULTS_TSV, RESULTS_XML
from sparql_api.query import run_query
from sparql_api.settings import Settings
from tests.releases import make_release

CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
QUERY = "PREFIX ogcm: <https://w3id.org/ogcm/def#> SELECT ?number { ?c a ogcm:Commitment ; ogcm:number ?number }"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("release"))


def ask(release: Release, text: str, form: str | None = None, **settings: object) -> bytes:
    out = io.BytesIO()
    run_query(release, text, form, out, settings=Settings(**settings))
    return out.getvalue()


def test_formats(release: Release) -> None:
    assert ask(release, QUERY) == b"number\r\n1\r\n"
    assert ask(release, QUERY, "tsv") == b'?number\n"1"\n'
    for name in ("json", "results-json", "application/sparql-results+json", "application/json"):
        assert json.loads(ask(release, QUERY, name))["results"]["bindings"][0]["number"]["value"] == "1"
    assert ask(release, "CONSTRUCT WHERE { ?s ?p ?o }").count(b" .") > 10
    assert json.loads(ask(release, "DESCRIBE <id/area/MX>", "json"))  # relative to BASE
    assert ask(release, "ASK { ?s ?p ?o }", "xml").startswith(b"<?xml")


@pytest.mark.parametrize(
    ("text", "form", "settings", "code", "word"),
    [
        ("SELECT * {", None, {}, Exit.USAGE, "1:11:"),
        ("SELECT *\n{ ?s ?p }", None, {}, Exit.USAGE, "2:9:"),
        ("CLEAR ALL", None, {}, Exit.USAGE, "CLEAR"),
        ("ASK { SERVICE <http://127.0.0.1/> {} }", None, {}, Exit.USAGE, "SERVICE"),
        (QUERY, "turtle", {}, Exit.USAGE, "turtle"),
        (QUERY, "png", {}, Exit.USAGE, "png"),
        (CROSS, None, {"query_seconds": 0.5}, Exit.LIMIT, "0.5"),
        (CROSS.replace("(COUNT(*) AS ?n)", "*"), None, {"query_seconds": 1.5}, Exit.LIMIT, ""),
    ],
)
def test_what_goes_wrong(release: Release, text: str, form: str | None, settings: dict, code: Exit, word: str) -> None:
    with pytest.raises(Failure) as caught:
        ask(release, text, form, **settings)
    assert caught.value.code == code
    assert len(caught.value.lines) == 1 and word in caught.value.lines[0]


@pytest.mark.parametrize("form", [RESULTS_TSV, RESULTS_XML], ids=lambda row: row.name)
def test_without_fork_the_bytes_are_the_same(release: Release, form, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine of systems without fork (Windows), which works on all."""
    text = 'SELECT ?s ("a\\r\\f\\u0007b" AS ?x) { ?s a <https://w3id.org/ogcm/def#Commitment> }'
    expected = ask(release, text, form.name)
    monkeypatch.setattr(query, "EmbeddedEngine", DirectEngine)
    assert ask(release, text, form.name) == expected
