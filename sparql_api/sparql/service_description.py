"""The SPARQL 1.1 Service Description of a release, computed from its manifest: graphs, sizes, formats, features.

All its nodes have IRIs below `{BASE}sparql#`, since neither data nor descriptions of ours hold blank nodes.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyoxigraph as ox
from rdflib import URIRef

from commitments.release import Release
from ontology.namespaces import DCT, RDF, RDFS, SD, VOID, XSD
from sparql_api.engine.capped import ROWS_CAPPED
from sparql_api.formats import CONSTRUCT_FORMATS, RESULT_FORMATS

FORMATS_NAMESPACE = "http://www.w3.org/ns/formats/"
FORMAT_NAMES = {
    "turtle": "Turtle",
    "json-ld": "JSON-LD",
    "rdf-xml": "RDF_XML",
    "n-triples": "N-Triples",
    "trig": "TriG",
    "n-quads": "N-Quads",
    "results-json": "SPARQL_Results_JSON",
    "results-xml": "SPARQL_Results_XML",
    "results-csv": "SPARQL_Results_CSV",
    "results-tsv": "SPARQL_Results_TSV",
}
NO_ENTAILMENT = "http://www.w3.org/ns/entailment/Simple"


def service_description(release: Release, endpoints: Sequence[str] = ()) -> list[ox.Triple]:
    """Statements about the service and its dataset, sorted, each once. `endpoints` are those that SERVICE may name: the
    service is related to them (dct:relation), and a comment says how."""
    address = f"{release.base}sparql"
    described = f"{address}#"
    found: set[tuple[str, str, str]] = set()

    def say(subject: str, predicate: object, value: object) -> None:
        found.add((subject, str(predicate), str(value)))

    triples: list[ox.Triple] = []
    say(f"{described}service", RDF.type, SD.Service)
    say(f"{described}service", SD.endpoint, address)
    say(f"{described}service", SD.supportedLanguage, SD.SPARQL11Query)
    say(f"{described}service", SD.defaultEntailmentRegime, NO_ENTAILMENT)
    for row in (*RESULT_FORMATS, *CONSTRUCT_FORMATS):
        say(f"{described}service", SD.resultFormat, FORMATS_NAMESPACE + FORMAT_NAMES[row.name])
    if endpoints:
        say(f"{described}service", SD.feature, SD.BasicFederatedQuery)
        listed = ", ".join(f"<{endpoint}>" for endpoint in endpoints)
        _text(triples, f"{described}service", RDFS.comment, f"SERVICE puede nombrar: {listed}", f"SERVICE may name: {listed}")
    for endpoint in endpoints:
        say(f"{described}service", DCT.relation, endpoint)
    say(f"{described}service", SD.defaultDataset, f"{described}dataset")
    say(f"{described}service", SD.availableGraphs, f"{described}graphs")
    say(f"{described}dataset", RDF.type, SD.Dataset)
    say(f"{described}dataset", SD.defaultGraph, f"{described}default-graph")
    say(f"{described}default-graph", RDF.type, SD.Graph)
    say(f"{described}graphs", RDF.type, SD.GraphCollection)
    _text(triples, f"{described}service", RDFS.label, "Consultas SPARQL de Compromisos Abiertos", "SPARQL queries of Open Commitments")
    _text(triples, f"{described}{ROWS_CAPPED}", RDFS.label, "Resultado recortado a maxrows filas", "Result cut to maxrows rows")
    _text(triples, f"{described}default-graph", RDFS.label, "Vista consolidada", "Consolidated view")
    _count(triples, f"{described}default-graph", release.manifest.graphs.get("", 0))
    for name, triples_in_graph in sorted(release.manifest.graphs.items()):
        if name in ("", "consolidated"):
            continue
        node, graph = f"{described}graph-{name}", f"{described}statements-{name}"
        for holder in ("dataset", "graphs"):
            say(f"{described}{holder}", SD.namedGraph, node)
        say(node, RDF.type, SD.NamedGraph)
        say(node, SD.name, f"{release.base}graph/{name}")
        say(node, SD.graph, graph)
        say(graph, RDF.type, SD.Graph)
        _count(triples, graph, triples_in_graph)
    say(f"{described}service", DCT.isPartOf, f"{release.base}id/dataset/commitments_{release.id}")
    triples += [ox.Triple(ox.NamedNode(s), ox.NamedNode(p), ox.NamedNode(o)) for s, p, o in found]
    return sorted(triples, key=str)


def _text(triples: list[ox.Triple], node: str, predicate: URIRef, spanish: str, english: str) -> None:
    for language, text in (("es", spanish), ("en", english)):
        literal = ox.Literal(text, language=language)
        triples.append(ox.Triple(ox.NamedNode(node), ox.NamedNode(str(predicate)), literal))


def _count(triples: list[ox.Triple], graph: str, number: int) -> None:
    literal = ox.Literal(str(number), datatype=ox.NamedNode(str(XSD.integer)))
    triples.append(ox.Triple(ox.NamedNode(graph), ox.NamedNode(str(VOID.triples)), literal))
