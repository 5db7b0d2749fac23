"""pySHACL, the reference: what it says is right, and it takes some three minutes for a million triples.

`focus_nodes=` of pySHACL is not used anywhere: with nested shapes it reports that faulty data conform (measured).
Where only some nodes are to be judged, the shapes get other targets instead.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache

import pyoxigraph as ox
import pyshacl
from rdflib import Graph, Literal
from rdflib.term import Node

from ontology.namespaces import OGCM_SH, SH
from shapes.engines import Failure
from shapes.files import TARGETS
from shapes.sparql import focus_nodes
from shapes.terms import from_ox

_NOT_FOR_PYSHACL = {SH.sparql, SH.name, SH.description, SH.message, SH.severity, SH.group, SH.order, OGCM_SH.profile}


class PySHACL:
    """The reference, behind the form of `shapes.engines.CoreEngine`."""

    name = "pySHACL"

    def failures(self, data: bytes, known: bytes, core: Graph, only: Collection[Node] | None = None) -> set[Failure]:
        graph = graph_of(data)
        subjects = set(graph.subjects())
        _read(graph, known)
        # Without `only` pySHACL chooses the focus nodes itself; those that are only looked at are not asked for.
        asked = subjects if only is None else subjects.intersection(only)
        if only is not None:
            core = retargeted(core, graph, asked)
        return {failure for failure in core_failures(graph, core) if failure[2] in asked}


@lru_cache(maxsize=8)
def for_pyshacl(shapes: Graph) -> Graph:
    """The core constraints in the form pySHACL is fast with, meaning the same.

    It looks through all properties of a shape at every evaluation, and evaluates the property shapes of a node shape
    once per focus node, but those with a target of their own once for all. So texts (which we fill in ourselves) are
    left out and targets move from the node shapes to their property shapes. SPARQL constraints: shapes/sparql.py.
    """
    core = Graph(store="SimpleMemory", bind_namespaces="none")
    for s, p, o in shapes:
        if p in _NOT_FOR_PYSHACL:
            continue
        targets = [t for t in shapes.predicate_objects(s) if t[0] in TARGETS] if p == SH.property else []
        for target in targets:
            core.add((o, *target))
        if not targets:
            core.add((s, p, o))
    return core


def core_failures(data: Graph, core: Graph) -> Iterator[Failure]:
    """What pySHACL finds in a graph of ours. Raises RuntimeError when it cannot validate."""
    # pySHACL adds triples of its own to the shapes, which other threads read at the same time: it gets a copy.
    shapes = Graph(store="SimpleMemory", bind_namespaces="none")
    shapes += core
    for triple in [triple for triple in data if isinstance(triple[2], Literal) and triple[2].ill_typed]:
        data.remove(triple)
        data.add((*triple[:2], _Incomparable(str(triple[2]), datatype=triple[2].datatype, normalize=False)))
    # inplace: `data` is our own copy. No inference, nothing fetched: owl:imports are not followed by default.
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, advanced=False, inference=None, inplace=True)
    if not isinstance(report, Graph):
        raise RuntimeError(f"pySHACL could not validate: {report}")
    for result in report.objects(None, SH.result):
        shape = report.value(result, SH.sourceShape)
        component = report.value(result, SH.sourceConstraintComponent)
        yield shape, component, report.value(result, SH.focusNode), report.value(result, SH.value)


class _Incomparable(Literal):
    """An ill-typed value, which stands in no order with any other, so that what asks for an order fails (SHACL section 4.5.3).

    rdflib raises TypeError for "2020-02-30" beside "2021-01-01", both xsd:date, and pySHACL ends with it.
    """

    def __lt__(self, _other: object) -> bool:
        return False

    __le__ = __gt__ = __ge__ = __lt__
    __hash__ = Literal.__hash__


def retargeted(core: Graph, data: Graph, asked: Collection[Node]) -> Graph:
    """The shapes with those of the nodes asked for as targets that their own targets select in the data."""
    chosen = Graph(store="SimpleMemory", bind_namespaces="none")
    holders = set()
    for s, p, o in core:
        if p in TARGETS:
            holders.add(s)
        else:
            chosen.add((s, p, o))
    for shape in holders:
        for node in focus_nodes(core, shape, data).intersection(asked):
            chosen.add((shape, SH.targetNode, node))
    return chosen


def graph_of(ntriples: bytes) -> Graph:
    """N-Triples as a graph, lexical forms untouched."""
    graph = Graph(bind_namespaces="none")
    _read(graph, ntriples)
    return graph


def _read(graph: Graph, ntriples: bytes) -> None:
    known: dict[object, Node] = {}  # most terms come more than once, and those of rdflib are slow to make

    def term(one: ox.NamedNode | ox.BlankNode | ox.Literal) -> Node:
        found = known.get(one)
        if found is None:
            found = known[one] = from_ox(one)
        return found

    graph.addN((term(triple.subject), term(triple.predicate), term(triple.object), graph) for triple in ox.parse(ntriples, format=ox.RdfFormat.N_TRIPLES))
