"""Every literal of the real release comes back from queries as the release's files have it, in each format with types.

The engine keeps numbers, booleans, dates and times by value, so only literals in its own spelling survive as they are. A
release promises that its typed literals are canonical; here that is held against the engine (docs/sparql.md, Literals).
"""

from __future__ import annotations

import io

import httpx
import pyoxigraph as ox
import pytest
import rdflib
from rdflib.query import Result

from commitments.release import Release
from ontology.namespaces import DCAT, RDF, XSD
from tests.sparql.w3c import literals_as_written

TEXT = (str(XSD.string), str(RDF.langString))
TYPED = f"ISLITERAL(?o) && DATATYPE(?o) != <{TEXT[0]}> && DATATYPE(?o) != <{TEXT[1]}>"
ROWS = "SELECT DISTINCT ?p ?o {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} FILTER({}) }}"
TRIPLES = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o FILTER({TYPED}) }}"
# rdflib reads TSV slowly, so there texts are left to JSON and XML.
RESULTS = {
    "application/sparql-results+json": ("json", "ISLITERAL(?o)"),
    "application/sparql-results+xml": ("xml", "ISLITERAL(?o)"),
    "text/tab-separated-values": ("tsv", TYPED),
}
GRAPHS = {"text/turtle": "turtle", "application/n-triples": "nt", "application/rdf+xml": "xml", "application/ld+json": "json-ld"}


@pytest.fixture(scope="module")
def quads(release: Release) -> list[ox.Quad]:
    return list(ox.parse(path=release.everything, format=ox.RdfFormat.N_QUADS))


def as_rdflib(literal: ox.Literal) -> rdflib.Literal:
    if literal.language:
        return rdflib.Literal(literal.value, lang=literal.language)
    datatype = literal.datatype.value
    return rdflib.Literal(literal.value, datatype=None if datatype == str(XSD.string) else rdflib.URIRef(datatype))


def ask(server: str, query: str, media_type: str) -> bytes:
    response = httpx.post(f"{server}sparql", data={"query": query}, headers={"accept": media_type}, timeout=60)
    assert response.status_code == 200, response.text
    return response.content


@pytest.mark.parametrize("media_type", RESULTS)
def test_literals_in_rows(server: str, quads: list[ox.Quad], media_type: str) -> None:
    form, condition = RESULTS[media_type]
    with literals_as_written():
        literals = [(q.predicate.value, q.object) for q in quads if isinstance(q.object, ox.Literal)]
        written = {(predicate, as_rdflib(o)) for predicate, o in literals if form != "tsv" or o.datatype.value not in TEXT}
        result = Result.parse(io.BytesIO(ask(server, ROWS.format(condition), media_type)), format=form)
        found = {(str(row.p), row.o) for row in result}
    # The one thing that is altered: sizes of files, of a type derived from integer, in the catalogue.
    sizes = {(predicate, literal) for predicate, literal in written if literal.datatype == rdflib.XSD.nonNegativeInteger}
    assert {predicate for predicate, _ in sizes} <= {str(DCAT.byteSize)}
    with literals_as_written():
        altered = {(predicate, rdflib.Literal(str(literal), datatype=rdflib.XSD.integer)) for predicate, literal in sizes}
    assert len(written) > 300
    assert found - written == altered - written
    assert written - found == sizes


@pytest.mark.parametrize("media_type", GRAPHS)
def test_typed_literals_in_graphs(server: str, quads: list[ox.Quad], media_type: str) -> None:
    written = {
        (rdflib.URIRef(q.subject.value), rdflib.URIRef(q.predicate.value), as_rdflib(q.object))
        for q in quads
        if q.graph_name == ox.DefaultGraph()
        and isinstance(q.object, ox.Literal)
        and q.object.datatype.value not in TEXT
    }
    with literals_as_written():
        found = set(rdflib.Graph().parse(data=ask(server, TRIPLES, media_type), format=GRAPHS[media_type]))
    assert len({triple[2].datatype for triple in written}) > 5
    assert found == written


def test_sizes_in_the_catalogue_keep_their_type_in_documents(server: str) -> None:
    for address in ("catalog", "graph/catalog"):
        text = httpx.get(f"{server}{address}", headers={"accept": "text/turtle"}, timeout=30).text
        sizes = list(rdflib.Graph().parse(data=text).objects(None, rdflib.DCAT.byteSize))
        assert sizes and {size.datatype for size in sizes} == {rdflib.XSD.nonNegativeInteger}
