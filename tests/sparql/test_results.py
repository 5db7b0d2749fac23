"""Results in every format, read back by parsers that are not ours."""

from __future__ import annotations

import csv
import io
import itertools
import json
from xml.etree import ElementTree

import lxml.etree
import pandas
import pytest
import rdflib
from rdflib.query import Result

from tests.sparql.service import HOSTILE, Service
from tests.sparql.w3c import literals_as_written

RESULTS = ("application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values")
GRAPHS = {
    "text/turtle": "turtle", "application/n-triples": "nt", "application/rdf+xml": "xml", "application/ld+json": "json-ld",
    "application/trig": "trig", "application/n-quads": "nquads",
}  # fmt: skip
NS = {"r": "http://www.w3.org/2005/sparql-results#"}
VALUES = "SELECT ?name ?value WHERE { ?s <%svalue> ?value BIND(STRAFTER(STR(?s), 'hostile/') AS ?name) }"


def graph_of(content: bytes, media_type: str) -> rdflib.Graph:
    """The default graph of a document in any RDF format, read by rdflib; there must be no other graph."""
    dataset = rdflib.Dataset()
    dataset.parse(data=content, format=GRAPHS[media_type])
    assert not [graph for graph in dataset.graphs() if graph != dataset.default_graph and len(graph)]
    return dataset.default_graph


def result_of(content: bytes, media_type: str) -> Result:
    """Rows of a SELECT, read by rdflib."""
    forms = {"text/csv": "csv", "text/tab-separated-values": "tsv"}
    return Result.parse(io.BytesIO(content), format=forms.get(media_type, media_type))


def in_xml(text: str) -> str:
    """A text as XML 1.0 can carry it."""
    forbidden = {*map(chr, range(0x20)), "\ufffe", "\uffff"} - {"\t", "\n", "\r"}
    return "".join("\ufffd" if character in forbidden else character for character in text)


def test_json(service: Service) -> None:
    answer = service.ask(VALUES % service.base).json()
    assert answer["head"]["vars"] == ["name", "value"]
    found = {row["name"]["value"]: row["value"]["value"] for row in answer["results"]["bindings"]}
    assert found == HOSTILE


def test_xml_is_well_formed_whatever_the_literals_hold(service: Service) -> None:
    response = service.ask(VALUES % service.base, "application/sparql-results+xml")
    root = ElementTree.fromstring(response.content)
    found = {}
    for result in root.iterfind(".//r:result", NS):
        cells = {binding.get("name"): binding.find("r:literal", NS).text or "" for binding in result}
        found[cells["name"]] = cells["value"]
    assert found == {name: in_xml(text) for name, text in HOSTILE.items()}
    assert b"4 characters that XML 1.0 cannot hold" in response.content


def test_csv(service: Service) -> None:
    response = service.ask(VALUES % service.base, "text/csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(response.content.decode(), newline="")))
    assert rows[0] == ["name", "value"] and dict(rows[1:]) == HOSTILE


def test_tsv(service: Service) -> None:
    response = service.ask(VALUES % service.base, "text/tab-separated-values")
    lines = response.content.decode().split("\n")
    assert lines[0] == "?name\t?value" and len(lines) == len(HOSTILE) + 2
    assert len(response.content.decode().splitlines()) == len(HOSTILE) + 1
    parsed = Result.parse(io.BytesIO(response.content), format="tsv")
    name, value = rdflib.Variable("name"), rdflib.Variable("value")
    assert {str(row[name]): str(row[value]) for row in parsed.bindings} == HOSTILE


@pytest.mark.parametrize("media_type", RESULTS)
def test_rdflib_reads_the_same_terms_from_every_format(service: Service, media_type: str) -> None:
    query = """SELECT ?iri ?lang ?number ?date ?nothing ?bnode WHERE {
      BIND(<http://example.org/ñ> AS ?iri) BIND("año"@es AS ?lang) BIND(12 AS ?number)
      BIND("2021-05-31"^^<http://www.w3.org/2001/XMLSchema#date> AS ?date) BIND(BNODE() AS ?bnode) }"""
    result = result_of(service.ask(query, media_type).content, media_type)
    row = {str(name): term for name, term in result.bindings[0].items()}
    assert [str(name) for name in result.vars] == ["iri", "lang", "number", "date", "nothing", "bnode"]
    assert str(row["iri"]) == "http://example.org/ñ" and str(row["lang"]) == "año"
    assert str(row["number"]) == "12" and str(row["date"]) == "2021-05-31"
    assert row.get("nothing") in (None, rdflib.Literal("")) and row["bnode"] is not None
    if media_type != "text/csv":
        assert row["lang"].language == "es" and row["date"].datatype == rdflib.XSD.date


DATATYPES = {
    "integer": "-7", "decimal": "12.5", "double": "NaN", "float": "INF", "boolean": "true", "date": "2021-05-31",
    "dateTime": "2021-05-31T23:59:59.5Z", "time": "23:59:59", "gYear": "2021", "gYearMonth": "2021-05", "duration": "P1Y2M",
    "anyURI": "http://example.org/?a=b&c=d", "hexBinary": "0aFF", "base64Binary": "YWJj",
}  # fmt: skip


@pytest.mark.parametrize("media_type", RESULTS)
def test_typed_cells(service: Service, media_type: str) -> None:
    values = " ".join(f'"{text}"^^<{rdflib.XSD[name]}>' for name, text in DATATYPES.items())
    content = service.ask(f"SELECT ?v {{ VALUES ?v {{ {values} }} }}", media_type).content
    with literals_as_written():
        found = [row[rdflib.Variable("v")] for row in result_of(content, media_type).bindings]
    assert [str(term) for term in found] == list(DATATYPES.values())
    if media_type != "text/csv":
        assert [term.datatype for term in found] == [rdflib.XSD[name] for name in DATATYPES]


UNBOUND = "SELECT ?empty ?unbound ?año { VALUES (?empty ?unbound ?año) { ('' UNDEF 'x') ('' UNDEF ''@es) } }"


def test_empty_strings_are_not_unbound_cells(service: Service) -> None:
    first, second = service.ask(UNBOUND).json()["results"]["bindings"]
    assert first == {"empty": {"type": "literal", "value": ""}, "año": {"type": "literal", "value": "x"}}
    assert second["año"] == {"type": "literal", "value": "", "xml:lang": "es"}
    root = lxml.etree.fromstring(service.ask(UNBOUND, "application/sparql-results+xml").content)
    assert [[cell.get("name") for cell in row] for row in root.iterfind(".//r:result", NS)] == [["empty", "año"]] * 2
    assert service.ask(UNBOUND, "text/csv").content == "empty,unbound,año\r\n,,x\r\n,,\r\n".encode()
    assert service.ask(UNBOUND, "text/tab-separated-values").content == '?empty\t?unbound\t?año\n""\t\t"x"\n""\t\t""@es\n'.encode()


@pytest.mark.parametrize(("query", "rows"), [("SELECT * {}", 1), ("SELECT * { <urn:x> <urn:y> <urn:z> }", 0)])
def test_results_without_columns(service: Service, query: str, rows: int) -> None:
    assert service.ask(query).json() == {"head": {"vars": []}, "results": {"bindings": [{}] * rows}}
    root = lxml.etree.fromstring(service.ask(query, "application/sparql-results+xml").content)
    assert root.find("r:head", NS) is not None and len(root.findall(".//r:result", NS)) == rows
    assert list(csv.reader(io.StringIO(service.ask(query, "text/csv").text, newline=""))) == [[]] * (rows + 1)
    assert service.ask(query, "text/tab-separated-values").text == "\n" * (rows + 1)


EDGE, PIECE, DOUBLINGS = 'a "b", <c>;\t\\\n', "ñandú 日本語 😀 ", 18
HUGE = EDGE + PIECE * 2**DOUBLINGS + EDGE


def huge_query(form: str) -> str:
    """A query whose result holds one text of several megabytes, in ?huge."""
    edge = EDGE.translate({ord("\\"): "\\\\", ord('"'): '\\"', ord("\t"): "\\t", ord("\n"): "\\n"})
    steps = " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(DOUBLINGS))
    return f'{form} {{ BIND("{PIECE}" AS ?x0) {steps} BIND(CONCAT("{edge}", ?x{DOUBLINGS}, "{edge}") AS ?huge) }}'


@pytest.mark.parametrize("media_type", RESULTS)
def test_a_cell_of_several_megabytes(patient_service: Service, media_type: str) -> None:
    content = patient_service.ask(huge_query("SELECT ?huge"), media_type).content
    assert len(content) > 4_000_000
    if media_type == "text/csv":
        before = csv.field_size_limit(2**31 - 1)
        ((_,), (text,)) = csv.reader(io.StringIO(content.decode(), newline=""))
        csv.field_size_limit(before)
    elif media_type == "text/tab-separated-values":
        _, cell, end = content.decode().split("\n")
        assert end == ""
        (text,) = graph_of(f"<urn:s> <urn:p> {cell} .".encode(), "text/turtle").objects()  # a cell is a term of Turtle
    else:
        text = result_of(content, media_type).bindings[0][rdflib.Variable("huge")]
    assert str(text) == HUGE


@pytest.mark.parametrize("media_type", GRAPHS)
def test_a_literal_of_several_megabytes(service: Service, media_type: str) -> None:
    query = huge_query("CONSTRUCT { <urn:s> <urn:x:p> ?huge }")
    content = service.ask(query, media_type).content
    # Lines of N-Triples, which quads of the default graph are, too, are Turtle; rdflib's readers of lines take minutes here.
    (text,) = graph_of(content, "text/turtle" if media_type.startswith("application/n-") else media_type).objects()
    assert str(text) == HUGE


def test_pandas_reads_csv_and_tsv(service: Service) -> None:
    answer = service.ask(VALUES % service.base, "text/csv")
    frame = pandas.read_csv(io.BytesIO(answer.content), keep_default_na=False)
    assert dict(zip(frame["name"], frame["value"], strict=True)) == HOSTILE
    numbers = "SELECT ?n ?text { VALUES (?n ?text) { (1 'a') (2.5 'b') (-3e0 UNDEF) } }"
    assert pandas.read_csv(io.BytesIO(service.ask(numbers, "text/csv").content))["n"].sum() == 0.5
    frame = pandas.read_csv(io.BytesIO(service.ask(numbers, "text/tab-separated-values").content), sep="\t", quoting=csv.QUOTE_NONE)
    assert list(frame["?n"].head(2)) == ["1", "2.5"] and list(frame["?text"].head(2)) == ['"a"', '"b"']


@pytest.mark.parametrize("media_type", RESULTS)
def test_empty_results(service: Service, media_type: str) -> None:
    response = service.ask("SELECT ?a ?b WHERE { <urn:x> ?a ?b }", media_type)
    bodies = {
        "text/csv": b"a,b\r\n",
        "text/tab-separated-values": b"?a\t?b\n",
    }
    if media_type in bodies:
        assert response.content == bodies[media_type]
    elif "json" in media_type:
        assert response.json() == {"head": {"vars": ["a", "b"]}, "results": {"bindings": []}}
    else:
        root = ElementTree.fromstring(response.content)
        assert len(root.findall(".//r:variable", NS)) == 2 and root.find("r:results", NS) is not None
        assert root.findall(".//r:result", NS) == []


@pytest.mark.parametrize(("query", "expected"), [("ASK { ?s ?p ?o }", True), ("ASK { <urn:x> ?p ?o }", False)])
def test_ask_in_every_format(service: Service, query: str, expected: bool) -> None:
    word = str(expected).lower()
    assert service.ask(query).json()["boolean"] is expected
    xml = ElementTree.fromstring(service.ask(query, "application/sparql-results+xml").content)
    assert xml.find("r:boolean", NS).text == word
    for media_type in ("text/csv", "text/tab-separated-values"):
        assert service.ask(query, media_type).text.strip() == word


@pytest.mark.parametrize("media_type", GRAPHS)
def test_graphs_are_the_same_in_every_format(service: Service, media_type: str) -> None:
    query = "CONSTRUCT WHERE { ?s ?p ?o }"
    expected = rdflib.Graph().parse(data=service.ask(query, "application/n-triples").content, format="nt")
    response = service.ask(query, media_type)
    found = graph_of(response.content, media_type)
    assert len(expected) == service.release.manifest.graphs[""]
    if media_type == "application/rdf+xml":
        expected = _as_xml_carries(expected)
    assert set(found) == set(expected)


def _as_xml_carries(graph: rdflib.Graph) -> rdflib.Graph:
    mended = rdflib.Graph()
    for s, p, o in graph:
        if isinstance(o, rdflib.Literal):
            o = rdflib.Literal(in_xml(str(o)), lang=o.language, datatype=o.datatype)
        mended.add((s, p, o))
    return mended


def test_prefixes_of_the_query_shorten_turtle(service: Service) -> None:
    response = service.ask("PREFIX v: <urn:v:> CONSTRUCT { v:a v:b 'c' } {}", "text/turtle")
    assert "v:a v:b" in response.text
    assert (rdflib.URIRef("urn:v:a"), rdflib.URIRef("urn:v:b"), rdflib.Literal("c")) in rdflib.Graph().parse(data=response.text)


def test_describe(service: Service) -> None:
    response = service.ask(f"DESCRIBE <{service.base}id/area/MX>", "text/turtle")
    graph = rdflib.Graph().parse(data=response.text, format="turtle")
    assert {str(s) for s in graph.subjects()} == {f"{service.base}id/area/MX"} and len(graph) > 4


def test_a_predicate_that_rdf_xml_cannot_write_is_a_406(service: Service) -> None:
    query = "CONSTRUCT { <urn:s> <http://example.org/1> 'x' } {}"
    response = service.ask(query, "application/rdf+xml")
    assert response.status_code == 406 and "http://example.org/1" in response.json()["detail"]
    assert service.ask(query, "text/turtle").status_code == 200


def test_functions_that_do_not_exist_raise_an_error_in_their_expression(service: Service) -> None:
    answer = service.ask("SELECT (1 AS ?a) (<http://example.org/f>(1) AS ?b) (COALESCE(<urn:f>(), 'else') AS ?c) {}").json()
    row = answer["results"]["bindings"][0]
    assert row["a"]["value"] == "1" and "b" not in row and row["c"]["value"] == "else"


def test_sorting_terms_of_all_kinds(service: Service) -> None:
    """The engine's order of such terms has a circle and its sort aborts; the service sorts them all the same."""
    for direction in ("ASC", "DESC"):
        answer = service.ask(f"SELECT ?o {{ ?s ?p ?o }} ORDER BY {direction}(?o)").json()
        kinds = [row["o"]["type"] for row in answer["results"]["bindings"]]
        assert len(kinds) == service.release.manifest.graphs[""]
        changes = sum(before != after for before, after in itertools.pairwise(kinds))
        assert changes == 1  # IRIs on one side, literals on the other


def test_a_large_result_is_complete(service: Service) -> None:
    response = service.ask("SELECT ?a ?b ?c { ?a ?b ?c . ?d ?e ?f } LIMIT 10000", "text/csv")
    rows = sum(1 for _ in csv.reader(io.StringIO(response.content.decode(), newline="")))
    assert "content-length" not in response.headers
    assert rows == 10_000 + 1


def test_json_numbers_and_datatypes_are_kept(service: Service) -> None:
    answer = json.loads(service.ask("SELECT (1 AS ?i) (1.5 AS ?d) (1e0 AS ?f) (true AS ?b) {}").content)
    types = {name: cell["datatype"].rsplit("#")[-1] for name, cell in answer["results"]["bindings"][0].items()}
    assert types == {"i": "integer", "d": "decimal", "f": "double", "b": "boolean"}


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("SELECT * { ?s ?p ?o }", "s,p,o"),
        ("PREFIX select: <urn:*> SELECT DISTINCT * { ?s ?p ?o BIND(1 AS ?b) } ORDER BY ?o", "s,p,o,b"),
        ("SELECT REDUCED * { { SELECT (?z AS ?y) ?a { ?z ?a ?hidden } } MINUS { ?q ?r 'none' } } VALUES ?x { 1 }", "y,a,x"),
        ("SELECT ?o ?s { ?s ?p ?o { SELECT * { ?s ?p ?o } } }", "o,s"),
        ("SELECT*{?s ?p ?o FILTER(<urn:f>(?s) || true)}", "s,p,o"),
        ("SELECT * {}", ""),
    ],
)
def test_columns_of_a_star_stand_in_the_order_of_the_query(service: Service, query: str, columns: str) -> None:
    response = service.ask(query, "text/csv")
    assert response.status_code == 200 and response.text.split("\r\n")[0] == columns
