"""The shapes as they stand in the Turtle files of this package: one graph, and the list of constraints derived from it.

A *constraint* is a shape that can fail by itself: it carries a severity and exactly one constraint parameter
(`sh:minCount`, `sh:class`, `sh:sparql` ...). Auxiliary shapes without a severity (`values.ttl`) are not constraints.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import pyoxigraph
from rdflib import Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from ontology.namespaces import OGCM_SH, PREFIXES, SH
from ontology.reading import graph_of

PROFILES = ("consolidated", "source", "catalog")
SEVERITIES = ("Violation", "Warning", "Info")
# Checks the vocabulary itself, not data: run by the tests of ontology/.
VOCABULARY_STYLE = "vocabulary-style.ttl"

_PARAMETERS = (
    SH.minCount, SH.maxCount, SH.qualifiedMinCount, SH.qualifiedMaxCount, SH.uniqueLang, SH.datatype, SH["class"],
    SH.nodeKind, SH.pattern, SH["in"], SH.minInclusive, SH.maxInclusive, SH.minExclusive, SH.maxExclusive,
    SH.lessThanOrEquals, SH.disjoint, SH.node, SH["and"], SH["or"], SH["not"], SH.xone, SH.sparql,
)  # fmt: skip
TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)


@dataclass(frozen=True)
class Constraint:
    """One shape that can fail. Names, descriptions and messages are keyed by language ('es', 'en')."""

    shape: URIRef
    file: str
    parameter: URIRef
    severity: str
    profiles: frozenset[str]
    path: str | None  # SPARQL property path with our prefixes; None for a rule about the node itself
    targets: tuple[URIRef, ...]  # classes, nodes or properties of the node shapes it stands in
    names: dict[str, str]
    descriptions: dict[str, str]
    messages: dict[str, str]

    @property
    def name(self) -> str:
        """Local name of the shape: `Commitment-titleRequired`."""
        return str(self.shape).removeprefix(str(OGCM_SH))


def shape_files() -> list[Traversable]:
    """The Turtle files of this package that describe valid data, sorted by name."""
    found = [f for f in files(__package__).iterdir() if f.name.endswith(".ttl") and f.name != VOCABULARY_STYLE]
    return sorted(found, key=lambda f: f.name)


@cache
def shapes_graph() -> Graph:
    """All shapes as one graph. Shared by all callers: do not change it."""
    return graph_of(file.read_bytes() for file in shape_files())


@cache
def shapes_ntriples() -> bytes:
    """The same triples as sorted N-Triples with canonical blank node labels (RDFC-1.0): equal bytes on every machine."""
    dataset = pyoxigraph.Dataset(
        quad for file in shape_files() for quad in pyoxigraph.parse(file.read_bytes(), format=pyoxigraph.RdfFormat.TURTLE, rename_blank_nodes=True)
    )
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return "".join(sorted(f"{q.subject} {q.predicate} {q.object} .\n" for q in dataset)).encode()


@cache
def constraints() -> tuple[Constraint, ...]:
    """Every constraint of the shapes, sorted by name.

    Raises ValueError when a shape with a severity has no parameter or more than one, names no known profile, or is
    reached by no target: such a shape could not be tested by itself.
    """
    graph = shapes_graph()
    home = {
        URIRef(quad.subject.value): file.name
        for file in shape_files()
        for quad in pyoxigraph.parse(file.read_bytes(), format=pyoxigraph.RdfFormat.TURTLE)
        if quad.predicate.value == str(SH.severity)
    }
    return tuple(sorted((_constraint(graph, s, home[s]) for s in home), key=lambda c: c.name))


def _constraint(graph: Graph, shape: URIRef, file: str) -> Constraint:
    parameters = [p for p in _PARAMETERS if (shape, p, None) in graph]
    profiles = frozenset(str(o) for o in graph.objects(shape, OGCM_SH.profile))
    targets = tuple(sorted(set(_targets(graph, shape))))
    if len(parameters) != 1 or not profiles or not profiles <= set(PROFILES) or not targets:
        raise ValueError(f"{file}: {shape} needs one constraint parameter, a known profile and a target")
    path = graph.value(shape, SH.path)
    return Constraint(
        shape=shape,
        file=file,
        parameter=parameters[0],
        severity=str(graph.value(shape, SH.severity)).removeprefix(str(SH)),
        profiles=profiles,
        path=None if path is None else path_text(graph, path),
        targets=targets,
        names=texts(graph, shape, SH.name),
        descriptions=texts(graph, shape, SH.description),
        messages=texts(graph, shape, SH.message),
    )


def _targets(graph: Graph, shape: URIRef) -> Iterator[URIRef]:
    for holder in (shape, *graph.subjects(SH.property, shape)):
        for target in TARGETS:
            yield from graph.objects(holder, target)


def texts(graph: Graph, node: Node, predicate: URIRef) -> dict[str, str]:
    """Language -> text of the node's literals of one property."""
    return {o.language: str(o) for o in graph.objects(node, predicate) if o.language}


def path_text(graph: Graph, path: Node) -> str:
    """A SHACL path as a SPARQL property path. Knows the forms our shapes use: IRI, inverse, alternative."""
    if isinstance(path, URIRef):
        return short(path)
    inverse = graph.value(path, SH.inversePath)
    if inverse is not None:
        return f"^{path_text(graph, inverse)}"
    alternatives = graph.value(path, SH.alternativePath)
    if alternatives is not None:
        return "|".join(path_text(graph, p) for p in Collection(graph, alternatives))
    raise ValueError(f"unsupported path {path}")


def short(iri: str) -> str:
    """An IRI with one of our prefixes where one fits, else as it is."""
    for prefix, namespace in PREFIXES.items():
        local = iri.removeprefix(namespace)
        if local != iri and local and "/" not in local:
            return f"{prefix}:{local}"
    return str(iri)


def select_profile(graph: Graph, profile: str) -> Graph:
    """A copy of the shapes without the constraints that do not belong to the profile."""
    chosen = Graph(store="SimpleMemory", bind_namespaces="none")
    dropped = {shape for shape in graph.subjects(SH.severity) if not any(str(o) == profile for o in graph.objects(shape, OGCM_SH.profile))}
    for s, p, o in graph:
        if s not in dropped and not (p == SH.property and o in dropped):
            chosen.add((s, p, o))
    return chosen


def without(graph: Graph, shape: URIRef) -> Graph:
    """A copy of the shapes with one shape deleted: what is left when somebody removes it from its file."""
    rest = Graph(store="SimpleMemory", bind_namespaces="none")
    for s, p, o in graph:
        if s != shape and not (p == SH.property and o == shape):
            rest.add((s, p, o))
    return rest
