"""The W3C SPARQL evaluation tests: read from their manifests, with the data of all of them as named graphs of one release.

A file of the suite has the IRI that the suite publishes it under, so relative IRIs in data, queries and expected results
mean what their authors meant and a graph keeps its name. Results are compared as graphs: a SELECT result becomes a
graph in the manner of the suite's own result-set vocabulary, so blank nodes may be renamed and nothing else may differ.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pyoxigraph as ox
import rdflib
from rdflib import RDF, XSD, BNode, Graph, Literal, Namespace
from rdflib.compare import isomorphic
from rdflib.query import Result
from rdflib.term import Node

PUBLISHED = "https://w3c.github.io/rdf-tests/sparql/"
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
RS = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
EVALUATION = (MF.QueryEvaluationTest, MF.CSVResultFormatTest)
# Entailment regimes are not what a query service over asserted statements offers; the tests of SERVICE need the endpoints
# of their manifest, which tests/federation/test_w3c_service.py stands in for.
LEFT_OUT = ("sparql11/entailment", "sparql11/service")
# Commented out of its manifest's list: SPARQL 1.1 decided for the other reading, "…-not-simplified", of the same query.
SUPERSEDED = "sparql10/optional-filter/dawg-optional-filter-005-simplified"

RESULT_TYPES = {
    ".srx": "application/sparql-results+xml",
    ".srj": "application/sparql-results+json",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
}
GRAPH_SUFFIXES = {".ttl": "text/turtle", ".rdf": "application/rdf+xml", ".nt": "application/n-triples"}


@dataclass(frozen=True)
class EvaluationTest:
    """One test: a query over files of the suite, and the file that holds its result. Paths lie below `suite`."""

    name: str  # group and fragment of its IRI, "sparql11/aggregates/agg01"
    suite: Path
    query: Path
    data: tuple[Path, ...]
    named: tuple[Path, ...]
    result: Path
    lax: bool  # fewer of equal rows are allowed (REDUCED)

    @property
    def group(self) -> str:
        return self.name.rpartition("/")[0]

    @property
    def text(self) -> str:
        """The query, with the address it is published under as the base of its relative IRIs."""
        return f"BASE <{published(self.suite, self.query)}>\n{self.query.read_text(encoding='utf-8')}"

    @property
    def form(self) -> str:
        """SELECT, ASK, CONSTRUCT or DESCRIBE."""
        found = re.search(r"^\s*(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", self.query.read_text(encoding="utf-8"), re.IGNORECASE | re.MULTILINE)
        assert found, self.query
        return found[1].upper()

    @property
    def media_type(self) -> str:
        """What to ask for: the format of the expected result where that is a format of ours."""
        otherwise = GRAPH_SUFFIXES[".ttl"] if self.form in ("CONSTRUCT", "DESCRIBE") else RESULT_TYPES[".srj"]
        return RESULT_TYPES.get(self.result.suffix, otherwise)

    @property
    def ordered(self) -> bool:
        return re.search(r"\bORDER\s+BY\b", re.sub("#.*", "", self.text), re.IGNORECASE) is not None

    def parameters(self) -> list[tuple[str, str]]:
        """The form of a SPARQL Protocol request that runs the query over the test's own dataset.

        A query that names its dataset itself keeps it; a test without any data is asked over a graph that does not exist.
        """
        given = [("query", self.text)]
        if re.search(r"^\s*FROM\b", self.text, re.IGNORECASE | re.MULTILINE):
            return given
        given += [("default-graph-uri", published(self.suite, path)) for path in self.data]
        given += [("named-graph-uri", published(self.suite, path)) for path in self.named]
        return given if len(given) > 1 else [*given, ("default-graph-uri", f"{PUBLISHED}empty")]


def published(suite: Path, path: Path) -> str:
    return PUBLISHED + path.relative_to(suite).as_posix()


def read_tests(suite: Path) -> list[EvaluationTest]:
    """Every evaluation test of SPARQL 1.0 and 1.1 that is not left out, sorted by name."""
    manifests = suite.glob("sparql1*/*/manifest.ttl")
    return sorted((test for manifest in manifests for test in _tests_of(suite, manifest)), key=lambda test: test.name)


def _tests_of(suite: Path, manifest: Path) -> Iterator[EvaluationTest]:
    group = manifest.parent.relative_to(suite).as_posix()
    if group in LEFT_OUT:
        return
    graph = Graph().parse(manifest, publicID=manifest.as_uri())

    def path(node: Node | None) -> Path:
        return Path(unquote(urlsplit(str(node)).path))

    for kind in EVALUATION:
        for test in graph.subjects(RDF.type, kind):
            name = f"{group}/{str(test).rpartition('#')[2]}"
            if name == SUPERSEDED:
                continue
            action = graph.value(test, MF.action)
            yield EvaluationTest(
                name=name,
                suite=suite,
                query=path(graph.value(action, QT["query"])),
                data=tuple(sorted(map(path, graph.objects(action, QT.data)))),
                named=tuple(sorted(map(path, graph.objects(action, QT.graphData)))),
                result=path(graph.value(test, MF.result)),
                lax=(test, MF.resultCardinality, MF.LaxCardinality) in graph,
            )


def as_quads(suite: Path) -> str:
    """Every file that a test names or a query of one could read, each as a graph of its own, in N-Quads."""
    folders = {test.query.parent for test in read_tests(suite)}
    lines = []
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in GRAPH_SUFFIXES and "manifest" not in path.name):
        name = published(suite, path)
        lines += [f"{quad.triple} {ox.NamedNode(name)} .\n" for quad in ox.parse(path=path, base_iri=name, rename_blank_nodes=True)]
    return "".join(lines)


@contextmanager
def literals_as_written() -> Iterator[None]:
    """Keep rdflib from respelling literals ("01" as "1"): the tests tell such terms apart."""
    before, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS = before


Row = dict[str, Node]


@dataclass
class Outcome:
    """What a result file or an answer holds: rows with their variables, a boolean or a graph."""

    variables: Sequence[str] = ()
    rows: list[Row] | None = None
    boolean: bool | None = None
    graph: Graph | None = None
    ordered: bool = True

    def spelt_alike(self) -> Outcome:
        """The same outcome with every literal in one spelling of its value, so that only values are compared."""
        rows = None if self.rows is None else [{name: spelt_alike(value) for name, value in row.items()} for row in self.rows]
        graph = None
        if self.graph is not None:
            graph = Graph()
            for subject, predicate, value in self.graph:
                graph.add((subject, predicate, spelt_alike(value)))
        return replace(self, rows=rows, graph=graph)

    def as_graph(self, *, ordered: bool) -> Graph:
        """The rows as statements; equal rows become one node with their number, and where order counts with their places."""
        assert self.rows is not None
        graph = Graph()
        for variable in self.variables:
            graph.add((RS.ResultSet, RS.resultVariable, Literal(variable)))
        seen: dict[tuple, BNode] = {}
        number: Counter[BNode] = Counter()
        for place, row in enumerate(self.rows):
            node = seen.setdefault(tuple(sorted(row.items())), BNode())
            number[node] += 1
            for variable, value in row.items():
                graph.add((node, RS[variable], value))
            if ordered:
                graph.add((node, RS["index"], Literal(place)))
        for node, count in number.items():
            graph.add((node, RS.size, Literal(count)))
        return graph


def spelt_alike(term: Node) -> Node:
    """A literal in the one spelling of its value that is used here; any other term as it is."""
    if not isinstance(term, Literal):
        return term
    text, datatype = str(term), term.datatype
    try:
        if datatype in (XSD.integer, XSD.decimal):
            text = format(Decimal(text).normalize(), "f")
        elif datatype in (XSD.double, XSD.float):
            text = repr(float(text))
    except (ValueError, InvalidOperation):
        return term
    if datatype == XSD.boolean:
        text = {"0": "false", "1": "true"}.get(text, text)
    elif datatype in (XSD.dateTime, XSD.date, XSD.time):
        text = re.sub(r"[+-]00:00$", "Z", re.sub(r"(\.\d*?)0+(?=$|[Z+-])", r"\1", text)).replace(".Z", "Z")
    return Literal(text, lang=term.language, datatype=datatype)


def in_rdf_11(term: Node | None) -> Node | None:
    """RDF 1.1 Concepts, 3.3: the tag of a literal is compared in lower case, and a simple literal is a string."""
    if not isinstance(term, Literal):
        return term
    return Literal(str(term), lang=term.language and term.language.lower(), datatype=None if term.datatype == XSD.string else term.datatype)


def expected_outcome(test: EvaluationTest) -> Outcome:
    media_type = {**RESULT_TYPES, **GRAPH_SUFFIXES}[test.result.suffix]
    return read_outcome(test.result.read_bytes(), media_type, published(test.suite, test.result))


def read_outcome(data: bytes, media_type: str, base: str) -> Outcome:
    """A result in any format of the suite or of ours; `base` resolves the relative IRIs in it."""
    if media_type == RESULT_TYPES[".csv"]:
        return _from_csv(data)
    if media_type in RESULT_TYPES.values():
        name = media_type.replace("text/tab-separated-values", "tsv")
        result = Result.parse(io.BytesIO(data), format=name)
        if result.type == "ASK":
            return Outcome(boolean=bool(result.askAnswer))
        rows = [{str(name): in_rdf_11(value) for name, value in row.items() if value is not None} for row in result.bindings]
        return Outcome([str(name) for name in result.vars or ()], rows)
    graph = Graph()
    for subject, predicate, value in Graph().parse(data=data, format=media_type, publicID=base):
        graph.add((subject, predicate, in_rdf_11(value)))
    result_set = graph.value(predicate=RDF.type, object=RS.ResultSet)
    return Outcome(graph=graph) if result_set is None else _from_graph(graph, result_set)


def _from_csv(data: bytes) -> Outcome:
    """CSV has no types: a cell is a blank node's label or a text, and an empty one is a text as well."""
    header, *rows = csv.reader(io.StringIO(data.decode(), newline=""))
    return Outcome(header, [dict(zip(header, map(_csv_cell, row), strict=True)) for row in rows])


def _csv_cell(text: str) -> Node:
    return BNode(text[2:]) if text.startswith("_:") else Literal(text)


def _from_graph(graph: Graph, result_set: Node) -> Outcome:
    boolean = graph.value(result_set, RS.boolean)
    if boolean is not None:
        return Outcome(boolean=str(boolean) == "true")
    solutions = list(graph.objects(result_set, RS.solution))
    places = [graph.value(solution, RS["index"]) for solution in solutions]
    ordered = all(place is not None for place in places)
    if ordered:
        solutions = [solution for _, solution in sorted(zip(map(int, map(str, places)), solutions, strict=True))]
    rows = []
    for solution in solutions:
        bindings = list(graph.objects(solution, RS.binding))
        rows.append({str(graph.value(each, RS.variable)): graph.value(each, RS.value) for each in bindings})
    return Outcome(sorted(map(str, graph.objects(result_set, RS.resultVariable))), rows, ordered=ordered)


def same(test: EvaluationTest, found: Outcome, expected: Outcome) -> bool:
    """Whether an answer is the expected one: equal but for the names of blank nodes, and in order where one is asked for."""
    if expected.graph is not None:
        return found.graph is not None and isomorphic(found.graph, expected.graph)
    if expected.rows is None:
        return found.boolean == expected.boolean
    if found.rows is None or sorted(found.variables) != sorted(expected.variables):
        return False
    if test.lax:
        return _within(found.rows, expected.rows)
    ordered = test.ordered and expected.ordered
    return isomorphic(found.as_graph(ordered=ordered), expected.as_graph(ordered=ordered))


def _within(found: Iterable[Row], expected: Iterable[Row]) -> bool:
    """REDUCED: each expected row at least once and at most as often as expected."""
    few, many = (Counter(tuple(sorted(row.items())) for row in rows) for rows in (found, expected))
    return few.keys() == many.keys() and all(few[row] <= many[row] for row in few)
