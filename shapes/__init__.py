"""What counts as valid: SHACL shapes over the data, and the one function that checks a graph against them.

The only module that imports pySHACL. Shapes stand in the Turtle files of this package, one per subject; every
constraint is a shape with its own IRI, severity, and message in Spanish and English (ontology_design section 10).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Literal

import pyshacl
from rdflib import Graph, URIRef
from rdflib.term import Node

from ontology.namespaces import OGCM_SH, RDFS, SH
from shapes.context import Context, background, context_triples
from shapes.files import (
    PROFILES,
    TARGETS,
    Constraint,
    constraints,
    select_profile,
    shape_files,
    shapes_graph,
    shapes_ntriples,
)  # fmt: skip
from shapes.report import Report, Result, fill
from shapes.sparql import sparql_results
from shapes.terms import UnreadableRdf, load_rdf, store_of

__all__ = [
    "PROFILES", "Constraint", "Context", "Profile", "Report", "Result", "UnreadableRdf",
    "check", "constraints", "load_rdf", "shape_files", "shapes_graph", "shapes_ntriples", "validate",
]  # fmt: skip

Profile = Literal["consolidated", "source", "catalog"]
NAMESPACE_DOCUMENT = "https://w3id.org/ogcm/shapes"
_NOT_FOR_PYSHACL = {SH.sparql, SH.name, SH.description, SH.message, SH.severity, SH.group, SH.order, OGCM_SH.profile}
Failure = tuple[URIRef, URIRef, Node, dict[str, Node]]  # shape, component, focus node, bindings


def validate(data: Graph, *, profile: Profile = "consolidated", context: Context | None = None) -> Report:
    """Check a graph against the shapes of a profile.

    `consolidated`: the default graph of a release, every rule. `source`: what one source says, which may be silent
    and may name things it does not describe; also for candidates and for strangers' files. `catalog`: graph/catalog,
    with the mandatory set of DCAT-AP 3. Which constraint belongs to which profile is stated in the shapes
    (`ogcm-sh:profile`). The vocabulary is known without being in `data`; `data` is not changed.
    Without a context, rules that need BASE or the registry find nothing. Raises ValueError for an unknown profile.
    """
    if profile not in PROFILES:
        raise ValueError(f"unknown profile {profile!r}; known: {', '.join(PROFILES)}")
    return check(data, _shapes_of(profile), profile, context)


def check(data: Graph, shapes: Graph, profile: str, context: Context | None = None) -> Report:
    """Like `validate`, against any selection of the shapes."""
    known = Graph(bind_namespaces="none")
    for triples in (data, background(), context_triples(context)):
        for triple in triples:
            known.add(triple)
    by_shape = {constraint.shape: constraint for constraint in constraints()}
    found: dict[Result, None] = {}
    for shape, component, focus, bindings in _failures(known, shapes):
        if focus != OGCM_SH.Deployment and (focus, None, None) not in data:
            continue  # a term of the vocabulary: it has shapes of its own (vocabulary-style.ttl)
        constraint = by_shape[shape]
        filled = {"this": focus, **bindings}
        result = Result(
            focus=focus,
            path=constraint.path,
            value=bindings.get("value"),
            shape=shape,
            component=component,
            severity=constraint.severity,
            messages={lang: fill(text, filled) for lang, text in constraint.messages.items()},
            label=_label(data, focus if focus != OGCM_SH.Deployment else bindings.get("value")),
        )
        found.setdefault(result)
    return Report(profile, sorted(found, key=Result.sort_key))


@lru_cache(maxsize=len(PROFILES))
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


@cache
def _shapes_of(profile: str) -> Graph:
    return select_profile(shapes_graph(), profile)


def _failures(data: Graph, shapes: Graph) -> Iterator[Failure]:
    yield from _core_failures(data, shapes)
    for shape, focus, bindings in sparql_results(shapes, data, store_of(data)):
        yield shape, SH.SPARQLConstraintComponent, focus, bindings


def _core_failures(data: Graph, shapes: Graph) -> Iterator[Failure]:
    core = for_pyshacl(shapes)
    # inplace: `data` is our own copy. No inference, nothing fetched: owl:imports are not followed by default.
    _, report, _ = pyshacl.validate(data, shacl_graph=core, advanced=False, inference=None, inplace=True)
    if not isinstance(report, Graph):
        raise RuntimeError(f"pySHACL could not validate: {report}")
    for result in report.objects(None, SH.result):
        shape = report.value(result, SH.sourceShape)
        component = report.value(result, SH.sourceConstraintComponent)
        value = report.value(result, SH.value)
        yield shape, component, report.value(result, SH.focusNode), {} if value is None else {"value": value}


def _label(data: Graph, node: Node | None) -> str | None:
    labels = sorted((str(label.language or ""), str(label)) for label in data.objects(node, RDFS.label)) if node else []
    by_language = dict(reversed(labels))
    return by_language.get("es") or by_language.get("en") or (labels[0][1] if labels else None)
