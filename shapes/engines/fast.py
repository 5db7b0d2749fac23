"""pyshifty, the fast engine: some fifteen times as fast as pySHACL, on one core and without the interpreter's lock.

It has two ways to evaluate. One says quickly which shapes fail at which nodes, but not with which values; the other
writes the report of the standard and takes twice as long. Faults are few, so the first goes over everything and the
second over the nodes it names; that both name the same ones is checked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import pyoxigraph as ox
from rdflib import Graph, URIRef
from rdflib.term import Node
from shifty import _shifty as shifty

from ontology.namespaces import RDF, SH
from shapes.engines import EnginesDisagree, Failure
from shapes.terms import from_ox, to_ox


@dataclass(frozen=True)
class Limit:
    """What pyshifty is not asked about: shapes with all of these parameters are judged by pySHACL everywhere."""

    parameters: frozenset[URIRef]
    reason: str


CANNOT = (
    Limit(
        frozenset((SH.qualifiedMinCount, SH.qualifiedMaxCount)),
        "names the component of the maximum where the minimum fails (W3C core/property/qualifiedValueShape-001)",
    ),
)

_ALL = {"data_format": "nt", "graph_mode": "union", "run_infer": False, "sort_results": False, "on_unsupported": "error"}
_REPORTED = {str(SH.focusNode), str(SH.sourceShape), str(SH.sourceConstraintComponent), str(SH.value)}
_TEXTS = (SH.name, SH.description, SH.message, SH.group, SH.order, SH.severity)


class Pyshifty:
    """The fast engine, behind the form of `shapes.engines.CoreEngine`."""

    name = "pyshifty"

    def failures(self, data: bytes, known: bytes, core: Graph, only: Collection[Node] | None = None) -> set[Failure]:
        shapes = ntriples(core) + known
        lines_ = data.splitlines(keepends=True)
        subjects = {one[: one.find(b" ")] for one in lines_}
        # pyshifty also takes objects of the data for focus nodes where `known` says their class.
        failing = {
            (shape, focus): subject
            for shape, focus in self.failing(data, shapes)
            if (subject := str(to_ox(focus)).encode()) in subjects and (only is None or focus in only)
        }
        if not failing:
            return set()
        # The report on the failing nodes alone: the statements of all others are still known, but choose no focus node.
        judged = set(failing.values())
        parts: tuple[list[bytes], list[bytes]] = ([], [])
        for one in lines_:
            parts[one[: one.find(b" ")] in judged].append(one)
        nodes = {focus for _, focus in failing}
        found = {failure for failure in self.report(b"".join(parts[True]), shapes + b"".join(parts[False])) if failure[2] in nodes}
        reported = {(shape, focus) for shape, _, focus, _ in found}
        if reported != set(failing):
            raise EnginesDisagree(set(failing) - reported, reported - set(failing), names=("pyshifty's verdict", "pyshifty's report"))
        return found

    def failing(self, data: bytes, shapes: bytes) -> set[tuple[URIRef, Node]]:
        """(shape, focus node) of what fails, where every constraint is a shape with targets of its own."""
        result = _prepared(shapes).validate_algebra(data=data, **_ALL)
        return {(URIRef(violation.shape_name), _term(violation.focus_node)) for violation in result.violations}

    def report(self, data: bytes, shapes: bytes) -> set[Failure]:
        """The results of the standard's report, without those of nested shapes, which it does not list."""
        report = _prepared(shapes).validate_w3c(data=data, **_ALL)._report_ntriples
        results: dict[str, dict[str, Node]] = {}
        for triple in ox.parse(report.encode(), format=ox.RdfFormat.N_TRIPLES):
            if triple.predicate.value in _REPORTED:
                results.setdefault(triple.subject.value, {})[triple.predicate.value] = from_ox(triple.object)
        parts = (str(SH.sourceShape), str(SH.sourceConstraintComponent), str(SH.focusNode))
        return {(*(result[part] for part in parts), result.get(str(SH.value))) for result in results.values() if str(SH.focusNode) in result}


def ntriples(core: Graph) -> bytes:
    """A graph as N-Triples, without the texts for people."""
    return b"".join(line(s, p, o) for s, p, o in core if p not in _TEXTS)


def line(s: Node, p: Node, o: Node) -> bytes:
    return f"{to_ox(s)} {to_ox(p)} {to_ox(o)} .\n".encode()


def lines(triples: Iterable[tuple[Node, Node, Node]]) -> bytes:
    """Triples as N-Triples lines."""
    return b"".join(line(*triple) for triple in triples)


def _prepared(shapes: bytes) -> shifty.PreparedValidator:
    return shifty.PreparedValidator(shapes=shapes, shapes_format="nt")


def _term(text: str) -> Node:
    [triple] = ox.parse(f"<x:s> <{RDF.value}> {text} .", format=ox.RdfFormat.N_TRIPLES)
    return from_ox(triple.object)
