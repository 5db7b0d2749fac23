"""Validation of files too large for a graph in memory: parts of the file side by side, and a reference beside them.

Core constraints: the fast engine, part by part, on all cores at once. SPARQL constraints: pyoxigraph over the whole
file, one query for all focus nodes. Then pySHACL judges what it can within its limit, and so does the slow way of
asking SPARQL constraints, focus node by focus node; what they find there must be what was found.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import merge
from itertools import groupby
from pathlib import Path
from typing import TypeVar

import pyoxigraph as ox
from rdflib import Graph, URIRef
from rdflib.term import Node

from ontology.namespaces import OGCM_SH, RDF, RDFS, SH
from shapes.alike import Alike
from shapes.context import DEPLOYMENT, Context, background, context_triples
from shapes.engines import CoreEngine, EnginesDisagree, Failure
from shapes.engines.fast import Pyshifty, lines
from shapes.engines.reference import PySHACL, for_pyshacl, graph_of
from shapes.files import constraints
from shapes.judging import Judging, Tell
from shapes.outline import Outline, Part, Values, skimmed, term, terms
from shapes.reach import reach_of
from shapes.report import ReferenceShare, Report, Result, result_of, text
from shapes.sparql import focus_nodes, query_text, solutions_at, solutions_at_once
from shapes.terms import UnreadableRdf, from_ox, to_ox

# Triples that pySHACL judges at most: some six seconds (docs/shacl.md).
REFERENCE_LIMIT = 40_000
# Statements judged at once. Larger parts are slower for each statement, smaller ones repeat what is known of others.
PART = 50_000
# Larger files are loaded into a store on disk for the SPARQL constraints; in memory a byte of file takes some four.
IN_MEMORY = 1 << 30
# Results of one shape that the report lists; the others are counted.
LISTED = {"Violation": 10_000, "Warning": 1_000, "Info": 1_000}
# Faults of each shape whose nodes the reference engine judges in any case.
EXAMPLES = 3
# Failures that are handed on to the judging of another graph, one by one.
TOLD = 200_000
# Focus nodes of each SPARQL constraint that have a query of their own where only a part of the graph is judged again.
ASKED_ALONE = 20
REGISTERED = OGCM_SH["Graph-KeysAreRegistered"]
# Constraints that look at nothing but which terms stand in the data (a blank node is refused in reading): asked of a
# store with one statement for each.
_OF_NAMES = "HasNoBlankNode", "KindIsKnown", "KeyFollowsGrammar", "KeyHasNoServedSuffix", "KeyIsShort", "KeysDifferBeyondCase", "PropertiesAreDeclared"
OF_NAMES = frozenset(OGCM_SH[f"Graph-{name}"] for name in _OF_NAMES)

# Nor can these find anything that the names do not show; what it is stands in the data.
FIRST_OF_NAMES = frozenset({OGCM_SH["Graph-ObjectsAreDescribed"]})

Bindings = Mapping[str, Node]
_Told = TypeVar("_Told", bound=tuple)
_Solution = tuple[URIRef, Node, tuple[tuple[str, Node], ...]]  # shape, focus node, bindings


@dataclass(frozen=True)
class Rest:
    """What is to be known of a graph of which a file holds only a part of the subjects.

    `known`: lines about the others, as far as core shapes read them; `store`: makes the store for SPARQL constraints, given a folder
    that lasts long enough; `described`: whether the graph describes a subject, which may else be known beside it alone.
    """

    known: bytes
    store: Callable[[Path], ox.Store]
    described: Callable[[bytes], bool]


@dataclass
class Judgement:
    """What was found in a file. `store`: the one that SPARQL constraints were asked of; `watched`: what the reference judged, too;
    `told`: core failures of the shapes that another graph asks about, None where they are too many to be kept."""

    outline: Outline
    kept: Kept
    store: ox.Store
    share: ReferenceShare
    watched: set[bytes]
    told: list[Failure] | None

    def report(self, profile: str) -> Report:
        return self.kept.report(profile, lambda node: _labels(self.store, node), self.share)


def validate_file(
    path: Path, shapes: Graph, profile: str, context: Context | None, changed: Collection[str] | None, reference_limit: int, fast: CoreEngine | None = None,
    progress: Tell | None = None,
) -> Report:  # fmt: skip
    """See `shapes.validate_file`; `shapes`: the shapes of the profile, `fast`: another engine in the fast one's place."""
    return judge(path, shapes, context, changed, reference_limit, fast, progress).report(profile)


def judge(
    path: Path, shapes: Graph, context: Context | None, changed: Collection[str] | None, reference_limit: int, fast: CoreEngine | None = None,
    progress: Tell | None = None, *, rest: Rest | None = None, telling: Collection[URIRef] = frozenset(),
) -> Judgement:  # fmt: skip
    """`rest`: of a graph of which this file holds a part; `telling`: shapes whose core failures are kept one by one for others."""
    core = core_of(shapes)
    judged = Judging(progress)
    judging = _Core(core, lines(background()) + (rest.known if rest else b""), fast or Pyshifty(), judged.of("core"))
    kept = Kept()
    # Beside the file where that can be: what a killed build leaves there is swept with the rest of it.
    beside = path.parent if os.access(path.parent, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="commitments-shapes-", dir=beside) as scratch, ThreadPoolExecutor(2) as pool:
        loading = pool.submit(rest.store, Path(scratch)) if rest else pool.submit(_store_of, path, context, Path(scratch))
        try:
            outline = skimmed(path, reach_of(core))
            alike = Alike(core, judging.known, outline)
            unregistered = _Unregistered(context if (REGISTERED, SH.sparql, None) in shapes else None)
            outline.read(alike.visit, unregistered.visit, progress=judged.of("read"))
            watched = _watched(outline, alike.representatives, changed, reference_limit)
            described = rest.described if rest else outline.subjects.__contains__
            asking = pool.submit(_ask_all, shapes, loading, outline, context, watched, described, kept, judged.of("sparql"))
            found = _Found(kept, watched, frozenset(telling))
            found.add(judging.everything(outline, alike))
            reference = _Reference(outline, shapes, core, judging.known, judged.of("reference"), partial=rest is not None)
            expected = reference.judge(watched) | reference.judge(found.examples - watched)
            _agree(found.remembered, expected, (judging.engine.name, PySHACL.name))
            at_once, store = asking.result(), loading.result()
            asked, apart = reference.solutions(watched, store)
            _agree({solution for solution in at_once if solution[:2] in asked}, apart, ("one query for all", "one query for each node"))
        except BaseException as error:
            kept.wanted = False
            pool.shutdown(cancel_futures=True)
            if isinstance(error, ValueError | SyntaxError):
                loading.result()  # a file that is not N-Triples: the store says where
            raise
        for value in unregistered.found:
            kept.add(REGISTERED, SH.SPARQLConstraintComponent, DEPLOYMENT, {"value": value})
        share = ReferenceShare(reference.subjects, len(outline.subjects), reference.statements, outline.statements)
        return Judgement(outline, kept, store, share, watched, found.told)


def changed_subjects(old: Path, new: Path) -> set[str]:
    """IRIs of the subjects whose statements differ between two sorted files, and of the things they newly or no longer
    point at: a rule that looks at who points at a thing can break there without any statement of its own."""
    found: set[str] = set()
    with old.open("rb") as before, new.open("rb") as after:
        for line, same in groupby(merge(before, after)):
            if sum(1 for _ in same) == 1:
                subject, _, value = line[:-3].split(b" ", 2)
                found.update(end[1:-1].decode() for end in (subject, value) if end.startswith(b"<"))
    return found


# -- what is judged by whom ---------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def core_of(shapes: Graph) -> Graph:
    """The shapes without SPARQL constraints, in the form for engines."""
    core = Graph(store="SimpleMemory", bind_namespaces="none")
    sparql = set(shapes.subjects(SH.sparql)) | set(shapes.objects(None, SH.sparql)) | set(shapes.subjects(SH.declare)) | set(shapes.objects(None, SH.declare))
    for s, p, o in for_pyshacl(shapes):
        if s not in sparql:
            core.add((s, p, o))
    return core


def _watched(outline: Outline, representatives: set[bytes], changed: Collection[str] | None, limit: int) -> set[bytes]:
    """The subjects that the reference engine judges: all that can have changed; where these are more than the limit, one
    of each kind, and a share of the others, which shows whether the kinds are sorted rightly."""
    if outline.statements <= limit:
        return set(outline.subjects)
    affected = set(outline.subjects) if changed is None else outline.affected(terms(changed))
    if outline.size(affected) <= limit:
        return affected
    return _share(outline, representatives, limit * 3 // 4) | _share(outline, affected - representatives, limit // 4)


def _share(outline: Outline, subjects: set[bytes], limit: int) -> set[bytes]:
    """As many of the subjects as have about so many statements, chosen by their hash."""
    if (size := outline.size(subjects)) <= limit:
        return subjects
    bound = int(limit / size * (1 << 64))
    return {subject for subject in subjects if int.from_bytes(hashlib.sha256(subject).digest()[:8]) < bound}


class _Unregistered:
    """Membership in the registry, asked while the file is read: a statement for each key would double a large graph.

    The same as the constraint `Graph-KeysAreRegistered` says of graphs in memory (compared in tests/shapes).
    """

    def __init__(self, context: Context | None) -> None:
        self.found: list[URIRef] = []
        self._start = f"<{context.base}id/".encode() if context else b"<"
        self._keys = {kind: keys if isinstance(keys, set | frozenset) else frozenset(keys) for kind, keys in (context.registry or {}).items()} if context else {}

    def visit(self, _number: int, subject: bytes, _values: Values) -> None:
        if self._keys and subject.startswith(self._start):
            kind, _, key = subject[len(self._start) : -1].decode().partition("/")
            if kind in self._keys and key not in self._keys[kind]:
                self.found.append(URIRef(subject[1:-1].decode()))


# -- core constraints ---------------------------------------------------------------------------------------------


@dataclass
class _Core:
    """The core constraints, with what is known beside every file, and the engine that judges all of it."""

    shapes: Graph
    known: bytes
    engine: CoreEngine
    progress: Tell = lambda _done, _of: None

    def everything(self, outline: Outline, alike: Alike) -> Iterator[Failure]:
        """What fails in the file: found at the representatives, and so for all subjects. Raises EnginesDisagree."""
        found = self.at(outline, alike.representatives)
        told: set[Failure] = set()
        for failure in alike.spread(found, lambda subjects: self.at(outline, subjects)):
            if term(failure[2]) in alike.representatives:
                told.add(failure)
            yield failure
        if told != found:
            raise EnginesDisagree(told - found, found - told, names=("judged by another of its kind", self.engine.name))

    def at(self, outline: Outline, subjects: Collection[bytes]) -> set[Failure]:
        """What fails at these subjects, as the engine finds it."""
        found: set[Failure] = set()
        done, size = 0, outline.size(subjects)
        for part in outline.parts(PART, subjects):
            found |= self.engine.failures(part.data, self.known + part.known, self.shapes)
            done += len(part.lines)
            self.progress(done, size)
        return found


@dataclass
class _Found:
    """What the fast engine finds: kept for the report, and remembered for comparison where the reference judges too.

    `examples`: nodes of the first faults of each shape, judged by the reference even where they are not watched. `told`: all failures of
    the shapes `telling`, None once they are more than `TOLD`.
    """

    kept: Kept
    watched: set[bytes]
    telling: frozenset[URIRef] = frozenset()
    remembered: set[Failure] = field(default_factory=set)
    examples: set[bytes] = field(default_factory=set)
    told: list[Failure] | None = field(default_factory=list)
    _counted: Counter[URIRef] = field(default_factory=Counter)

    def add(self, failures: Iterable[Failure]) -> None:
        by_focus: dict[Node, list[Failure]] = defaultdict(list)
        for failure in failures:
            shape, component, focus, value = failure
            self.kept.add(shape, component, focus, {} if value is None else {"value": value})
            by_focus[focus].append(failure)
            if shape in self.telling and self.told is not None:
                self.told.append(failure)
                self.told = self.told if len(self.told) <= TOLD else None
            if self._counted[shape] < EXAMPLES:
                self._counted[shape] += 1
                self.examples.add(term(focus))
        for focus, own in by_focus.items():
            if (subject := term(focus)) in self.watched or subject in self.examples:
                self.remembered.update(own)


# -- SPARQL constraints -------------------------------------------------------------------------------------------


def _store_of(path: Path, context: Context | None, scratch: Path) -> ox.Store:
    """The file with the vocabulary and the deployment, in memory or below `scratch`; without the registry."""
    store = ox.Store() if path.stat().st_size <= IN_MEMORY else ox.Store(str(scratch / "store"))
    try:
        store.bulk_load(path=str(path), format=ox.RdfFormat.N_TRIPLES)
    except SyntaxError as error:
        raise UnreadableRdf(path, error.msg, error.lineno, error.offset) from error
    know(store, context)
    return store


def know(store: ox.Store, context: Context | None) -> None:
    bare = None if context is None else Context(context.base)
    for triples in (background(), context_triples(bare)):
        store.bulk_extend(ox.Quad(*map(to_ox, triple)) for triple in triples)


def _ask_all(
    shapes: Graph, loading: Future[ox.Store], outline: Outline, context: Context | None, watched: set[bytes], described: Callable[[bytes], bool], kept: Kept,
    progress: Tell,
) -> set[_Solution]:  # fmt: skip
    """All SPARQL constraints over everything, for the report; returns what fails where the reference judges too. `described`: whether the graph itself
    says something of a subject."""
    remembered: set[_Solution] = set()
    names = ox.Store()
    names.bulk_load(b"".join(outline.names()), format=ox.RdfFormat.N_TRIPLES)
    know(names, context)
    store = loading.result()
    asked = sorted(shapes.subjects(SH.sparql))
    for number, shape in enumerate(asked):
        if not kept.wanted:
            break
        progress(number, len(asked))
        solved: set[bytes] = set()
        if shape in FIRST_OF_NAMES and not any(solutions_at_once(shapes, shape, names)):
            continue
        for focus, bindings in solutions_at_once(shapes, shape, names if shape in OF_NAMES else store):
            if focus == DEPLOYMENT or described(subject := term(focus)):
                kept.add(shape, SH.SPARQLConstraintComponent, focus, bindings, solved)
                if focus != DEPLOYMENT and subject in watched:
                    remembered.add((shape, focus, tuple(sorted(bindings.items()))))
    progress(len(asked), len(asked))
    return remembered


# -- the reference ------------------------------------------------------------------------------------------------


@dataclass
class _Reference:
    """pySHACL for core constraints, and a query for each focus node for SPARQL constraints; counts what it judged."""

    outline: Outline
    shapes: Graph
    core: Graph
    known: bytes
    progress: Tell = lambda _done, _of: None
    partial: bool = False  # the file holds a part of a graph
    subjects: int = 0
    statements: int = 0
    _held: dict[int, list[Part]] = field(default_factory=dict)

    def _parts(self, chosen: Collection[bytes]) -> list[Part]:
        """Both kinds of constraints are judged in the same parts: read once, no more than the limit of the reference."""
        if id(chosen) not in self._held:
            self._held[id(chosen)] = list(self.outline.parts(PART, chosen)) if chosen else []
        return self._held[id(chosen)]

    def judge(self, chosen: Collection[bytes]) -> set[Failure]:
        """What fails at these subjects."""
        found = set()
        parts = self._parts(chosen)
        for number, part in enumerate(parts, 1):
            self.subjects, self.statements = self.subjects + len(part.subjects), self.statements + len(part.lines)
            everything = not self.partial and len(part.subjects) == len(self.outline.subjects)
            # All of a graph: pySHACL finds its focus nodes itself, too.
            found |= PySHACL().failures(part.data, self.known + part.known, self.core, None if everything else part.nodes)
            self.progress(number, len(parts))
        return found

    def solutions(self, chosen: Collection[bytes], store: ox.Store) -> tuple[set[tuple[URIRef, Node]], set[_Solution]]:
        """(shape, subject) of what is asked about one by one, and the solutions of the SPARQL constraints there."""
        asked: set[tuple[URIRef, Node]] = set()
        found: set[_Solution] = set()
        queries = {shape: query_text(self.shapes, constraint) for shape, constraint in self.shapes.subject_objects(SH.sparql)}
        # What the targets read, and nothing else: a graph of rdflib takes long to fill.
        choosing = {term(predicate) for predicate in (RDF.type, RDFS.subClassOf, *self.shapes.objects(None, SH.targetSubjectsOf))}
        limit = None if len(chosen) == len(self.outline.subjects) else ASKED_ALONE
        for part in self._parts(chosen):
            data = graph_of(b"".join(line for line in (*part.lines, *(self.known + part.known).splitlines(keepends=True)) if line.split(b" ", 2)[1] in choosing))
            for shape, query in queries.items():
                for focus in sorted(focus_nodes(self.shapes, shape, data) & part.nodes, key=_digest)[:limit]:
                    asked.add((shape, focus))
                    found.update((shape, focus, tuple(sorted(bindings.items()))) for bindings in solutions_at(query, focus, store))
        return asked, found


def _digest(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def _agree(found: set[_Told], expected: set[_Told], names: tuple[str, str]) -> None:
    if found != expected:
        raise EnginesDisagree(found - expected, expected - found, names=names)


# -- the report ---------------------------------------------------------------------------------------------------


class Kept:
    """All failures counted, and the first of each shape, by focus node and value, kept for the report.

    `wanted`: whether there will be a report; set to False by who gives up, so that others who add to it end soon.
    """

    def __init__(self) -> None:
        self.wanted = True
        self._constraints = {constraint.shape: constraint for constraint in constraints()}
        self._counts: Counter[URIRef] = Counter()
        self._first: dict[URIRef, dict[tuple[str, str], tuple[URIRef, Node, Bindings]]] = defaultdict(dict)

    def add(self, shape: URIRef, component: URIRef, focus: Node, bindings: Bindings, solved: set[bytes] | None = None) -> None:
        """`solved`: what this shape has failed with before, where one failure can come more than once."""
        key, first = (text(focus), text(bindings.get("value"))), self._first[shape]
        if solved is not None:
            mark = hashlib.blake2b("\n".join(key).encode(), digest_size=16).digest()
            if mark in solved:
                # Which of the solutions that differ only in what the message names is told: not a matter of order.
                if key in first:
                    first[key] = min(first[key], (component, focus, bindings), key=lambda one: self._result(shape, *one, ()).sort_key())
                return
            solved.add(mark)
        self._counts[shape] += 1
        first[key] = (component, focus, bindings)
        if len(first) > 2 * self._limit(shape):
            self._cut(shape)

    def count(self, shape: URIRef) -> int:
        """How many failures of a shape there are, listed or not."""
        return self._counts[shape]

    def report(self, profile: str, labels: Callable[[Node | None], Iterable[Node]], share: ReferenceShare) -> Report:
        """`labels`: those of a node."""
        results, unlisted = [], {}
        for shape, number in self._counts.items():
            first = self._cut(shape)
            if number > len(first):
                unlisted[shape, self._constraints[shape].severity] = number - len(first)
            for component, focus, bindings in first.values():
                named = bindings.get("value") if focus == DEPLOYMENT else focus
                results.append(self._result(shape, component, focus, bindings, labels(named)))
        return Report(profile, sorted(results, key=Result.sort_key), unlisted, share)

    def _limit(self, shape: URIRef) -> int:
        return LISTED[self._constraints[shape].severity]

    def _cut(self, shape: URIRef) -> dict[tuple[str, str], tuple[URIRef, Node, Bindings]]:
        self._first[shape] = dict(sorted(self._first[shape].items(), key=lambda item: item[0])[: self._limit(shape)])
        return self._first[shape]

    def _result(self, shape: URIRef, component: URIRef, focus: Node, bindings: Bindings, labels: Iterable[Node]) -> Result:
        return result_of(self._constraints[shape], component, focus, bindings, labels)


def _labels(store: ox.Store, node: Node | None) -> Iterator[Node]:
    if isinstance(node, URIRef):
        for quad in store.quads_for_pattern(to_ox(node), to_ox(RDFS.label), None, ox.DefaultGraph()):
            yield from_ox(quad.object)
