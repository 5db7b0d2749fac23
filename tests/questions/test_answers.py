"""Every question gets exactly its expected rows, in their order: from pyoxigraph, from rdflib, and over HTTP."""

from __future__ import annotations

import html

import httpx
import pyoxigraph
import pytest
import rdflib
from SPARQLWrapper import JSON, POST, SPARQLWrapper

from commitments.release import Release
from tests.questions.answers import QUESTIONS, Question, ask_pyoxigraph, ask_rdflib, question, read_json_results

# rdflib 7.6 calls its own deprecated names once per statement.
pytestmark = pytest.mark.filterwarnings(r"ignore:Dataset\.\w+ is deprecated:DeprecationWarning")
each_question = pytest.mark.parametrize("item", QUESTIONS, ids=lambda item: item.name)


@each_question
def test_pyoxigraph(item: Question, store: pyoxigraph.Store) -> None:
    assert ask_pyoxigraph(store, item.query) == item.expected


@each_question
def test_rdflib(item: Question, dataset: rdflib.Dataset) -> None:
    assert ask_rdflib(dataset, item.query) == item.expected


@pytest.mark.parametrize("item", [item for item in QUESTIONS if "GRAPH" not in item.body], ids=lambda item: item.name)
def test_plain_turtle_dump_alone(item: Question, turtle_store: pyoxigraph.Store) -> None:
    """No named graph is needed, not even for who says so and how a name was written (S24)."""
    assert ask_pyoxigraph(turtle_store, item.query) == item.expected


@each_question
@pytest.mark.parametrize("method", ["GET", POST])
def test_endpoint_through_sparqlwrapper(item: Question, method: str, server: str) -> None:
    client = SPARQLWrapper(f"{server}sparql", returnFormat=JSON)
    client.setMethod(method)
    client.setQuery(item.query)
    assert read_json_results(client.queryAndConvert()) == item.expected


@each_question
@pytest.mark.parametrize("language", ["es", "en"])
def test_query_page_offers_the_question(item: Question, language: str, server: str) -> None:
    page = httpx.get(f"{server}sparql", headers={"Accept": "text/html", "Accept-Language": language})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert item.text(language) in html.unescape(page.text)


def test_both_views_of_commitment_4_1_can_be_told_apart(store: pyoxigraph.Store) -> None:
    """S24: everything that either source says of the actors of commitment 4-1, told apart by source alone."""
    query = """
        PREFIX dct: <http://purl.org/dc/terms/>
        PREFIX ogcm: <https://w3id.org/ogcm/def#>
        PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        SELECT ?series ?role ?name WHERE {
          ?plan ogcm:jurisdiction/skos:notation "MX" ; ogcm:number "4" .
          ?commitment dct:isPartOf ?plan ; ogcm:number "1" .
          ?responsibility ogcm:forCommitment ?commitment ; ogcm:role ?code ; ogcm:actor/skos:prefLabel ?name ;
            ogcm:statedIn/dct:isPartOf/ogcm:sourceSeries ?series .
          FILTER(LANG(?name) = "es")
          BIND(STRAFTER(STR(?code), "/code/role/") AS ?role)
        }"""
    _, rows = ask_pyoxigraph(store, query)
    assert len(rows) == len(set(rows))
    views = {series: {(role, name) for found, role, name in rows if found == series} for series in ("deck", "ogp")}
    csos = {"GESOC", "Fundar", "Transparencia Mexicana"}
    assert views["deck"] == {
        ("responsible", "Secretaría de la Función Pública"), ("responsible", "Secretaría del Bienestar"),
        ("responsible", "Secretaría de Educación Pública"), ("responsible", "Secretaría del Trabajo y Previsión Social"),
        *(("co-responsible", name) for name in csos),
    }  # fmt: skip
    assert views["ogp"] == {("lead", "Secretaría de la Función Pública"), *(("support", name) for name in csos)}
    assert len(rows) == len(views["deck"]) + len(views["ogp"])


def test_named_graphs_keep_the_views_apart(store: pyoxigraph.Store, release: Release) -> None:
    """S24: each source's graph holds that source's responsibilities of commitment 4-1 and no other's."""
    query = """
        PREFIX ogcm: <https://w3id.org/ogcm/def#>
        SELECT ?graph ?responsibility WHERE {
          GRAPH ?graph { ?responsibility ogcm:forCommitment ?commitment }
          FILTER(STRENDS(STR(?commitment), "/commitment/MX-4-01"))
        }"""
    _, rows = ask_pyoxigraph(store, query)
    held: dict[str, int] = {}
    for graph, _responsibility in rows:
        held[graph.removeprefix(f"{release.base}graph/")] = held.get(graph.removeprefix(f"{release.base}graph/"), 0) + 1
    assert held == {"deck-2021-05-31": 7, "mx-ogp-pages": 4}


@pytest.mark.parametrize("row", question("S25").expected[1], ids=lambda row: row[0])
def test_ogp_identifier_redirects_to_the_commitment(row: tuple[str, ...], server: str, store: pyoxigraph.Store) -> None:
    """S25 over HTTP: /id/ogp/{id} goes straight to the commitment's own address, and that one is described."""
    ogp_id, _country, _plan, number = row
    with httpx.Client(base_url=server, follow_redirects=False) as client:
        alias = client.get(f"/id/ogp/{ogp_id}")
        assert alias.status_code == 301
        assert alias.headers["location"].startswith("/id/commitment/")
        thing = client.get(alias.headers["location"])
        assert thing.status_code == 303
        described = client.get(thing.headers["location"], headers={"Accept": "application/n-triples"})
    assert described.status_code == 200
    graph = rdflib.Graph().parse(data=described.text, format="nt")
    about = rdflib.Namespace("https://w3id.org/ogcm/def#")
    identified = list(graph.subjects(rdflib.DCTERMS.identifier, rdflib.Literal(ogp_id)))
    assert [str(subject).endswith(alias.headers["location"]) for subject in identified] == [True]
    assert graph.value(identified[0], about.number) == rdflib.Literal(number)


@pytest.mark.parametrize("outside_id", ["MX0074", "MX0088", "JAL0010"])
def test_ogp_identifier_without_confirmed_identity_is_no_redirect(outside_id: str, server: str) -> None:
    assert httpx.get(f"{server}id/ogp/{outside_id}").status_code == 404
