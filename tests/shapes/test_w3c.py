"""The W3C test suite for SHACL Core through both engines, with a table of what each does not pass.

Compared are shape, component, focus node and value of all results, blank nodes all as one; and the engines as this
package calls them, pyshifty without what stands in front of it (patterns, comparisons and other limits).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pyoxigraph as ox
import pytest
import yaml
from rdflib import BNode, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from ontology.namespaces import SH
from shapes.engines.fast import Pyshifty, lines
from shapes.engines.reference import core_failures
from shapes.terms import from_ox
from tests.conftest import ROOT, needs_shared

HERE = Path(__file__).parent
SUITE = "suites/data-shapes/data-shapes-test-suite/tests/core/manifest.ttl"
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = Namespace("http://www.w3.org/ns/shacl-test#")
PARTS = (SH.sourceShape, SH.sourceConstraintComponent, SH.focusNode, SH.value)
Case = tuple[str, Graph, Graph, bool, frozenset]  # name, data, shapes, conforms, results


@cache
def table() -> dict:
    return yaml.safe_load((HERE / "w3c-core.yml").read_text(encoding="utf-8"))


def read(iri: Node) -> Graph:
    """Lexical forms as they stand: what is not a number must stay so."""
    path = Path(unquote(urlsplit(str(iri)).path))
    graph = Graph(bind_namespaces="none")
    for triple in ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE, base_iri=path.as_uri()):
        graph.add((from_ox(triple.subject), from_ox(triple.predicate), from_ox(triple.object)))
    return graph


def cases(manifest: Path) -> Iterator[Case]:
    graph = read(URIRef(manifest.as_uri()))
    for included in sorted(graph.objects(None, MF.include)):
        yield from cases(Path(unquote(urlsplit(str(included)).path)))
    for entries in graph.objects(None, MF.entries):
        for case in Collection(graph, entries):
            action, expected = graph.value(case, MF.action), graph.value(case, MF.result)
            results = (tuple(graph.value(result, part) for part in PARTS) for result in graph.objects(expected, SH.result))
            conforms = str(graph.value(expected, SH.conforms)) == "true"
            name = f"{manifest.parent.name}/{manifest.stem}"
            yield name, read(graph.value(action, SHT.dataGraph)), read(graph.value(action, SHT.shapesGraph)), conforms, nameless(results)


def nameless(results: Iterator[tuple] | set[tuple]) -> frozenset:
    return frozenset(tuple("_" if isinstance(term, BNode) else term for term in result) for result in results)


def results_of(engine: str, data: Graph, shapes: Graph) -> frozenset:
    if engine == "pySHACL":
        copy = Graph(bind_namespaces="none")
        for triple in data:
            copy.add(triple)
        return nameless(set(core_failures(copy, shapes)))
    return nameless(Pyshifty().report(lines(data), lines(shapes)))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("engine", ["pySHACL", "pyshifty"])
def test_the_engine_passes_what_the_table_says(engine: str) -> None:
    failing, count = set(), 0
    for name, data, shapes, conforms, expected in cases(needs_shared(SUITE)):
        count += 1
        found = results_of(engine, data, shapes)
        if found != expected or (not found) != conforms:
            failing.add(name)
    assert count == table()["total"]
    assert failing == set(table()[engine])


def test_the_table_is_published() -> None:
    text = (ROOT / "docs" / "shacl.md").read_text(encoding="utf-8")
    for engine in ("pySHACL", "pyshifty"):
        assert f"| {engine} | {table()['total'] - len(table()[engine])} | {len(table()[engine])} |" in text
        for case, reason in table()[engine].items():
            assert f"| {engine} | `{case}` | {reason} |" in text
