"""pyshifty, the fast engine: some fifteen times as fast as pySHACL, on one core and without the interpreter's lock.

It has two ways to evaluate. One says quickly at which nodes something fails; the other writes the report of the
standard and takes twice as long. Faults are few, so the first goes over everything and the second over the nodes it
names; that both name the same ones is checked.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import pyoxigraph as ox
from rdflib import Graph, URIRef
from rdflib.term import Node
from shifty import _shifty as shifty

from ontology.namespaces import RDF, RDFS, SH
from shapes.engines import EnginesDisagree, Failure
from shapes.engines.reference import PySHACL
from shapes.files import TARGETS
from shapes.reach import reach_of
from shapes.terms import all_below, from_ntriples, from_ox, lexical, subclasses_in, to_ox


@dataclass(frozen=True)
class Limit:
    """What pyshifty is not asked about: shapes with all of these parameters are judged by pySHACL everywhere."""

    parameters: frozenset[URIRef]
    reason: str


_COMPARED = (SH.lessThan, SH.lessThanOrEquals, SH.minInclusive, SH.minExclusive, SH.maxInclusive, SH.maxExclusive)
CANNOT = (
    *(
        Limit(
            frozenset((parameter,)),
            "reports values that cannot be compared (a year and a date, a text and a number); pySHACL puts some of them in an order, ill-typed ones too",
        )
        for parameter in _COMPARED
    ),
    Limit(
        frozenset((SH.qualifiedMinCount, SH.qualifiedMaxCount)),
        "names the component of the maximum where the minimum fails (W3C core/property/qualifiedValueShape-001)",
    ),
)

_ALL = {"data_format": "nt", "graph_mode": "union", "run_infer": False, "sort_results": False, "on_unsupported": "error"}
_OF_A_PATTERN = {RDF.type, SH.path, SH.pattern, SH.targetClass, SH.targetSubjectsOf}
_OF_A_COMPARISON = {RDF.type, SH.path, *_COMPARED, SH.targetClass, SH.targetSubjectsOf}
_SUBCLASS, _TYPE = f"<{RDFS.subClassOf}>".encode(), f"<{RDF.type}>".encode()
_REPORTED = {str(SH.focusNode), str(SH.sourceShape), str(SH.sourceConstraintComponent), str(SH.value)}


class Pyshifty:
    """The fast engine, behind the form of `shapes.engines.CoreEngine`."""

    name = "pyshifty"

    def failures(self, data: bytes, known: bytes, core: Graph, only: Collection[Node] | None = None) -> set[Failure]:
        lines_ = data.splitlines(keepends=True)
        subjects = {one[: one.find(b" ")] for one in lines_}
        # The class of a thing that the data describe may be known beside them alone.
        lines_ += [one for one in known.splitlines(keepends=True) if _TYPE in one and one[: one.find(b" ")] in subjects]
        marked = _marked(core, tuple(one for one in (*lines_, *known.splitlines(keepends=True)) if _SUBCLASS in one))
        shapes, marks = marked.shapes, marked.marks
        elsewhere = {failure for failure in _unmatched(lines_, marked) if only is None or failure[2] in only} | _left(lines_, known, marked, only)
        failing = {
            focus: subject
            for focus in self.failing(data + _marks(lines_, marks), shapes + known)
            if (subject := str(to_ox(focus)).encode()) in subjects and (only is None or focus in only)
        }
        if not failing:
            return elsewhere
        # The report on the failing nodes alone: the statements of all others are still known, as far as they are read.
        judged = set(failing.values())
        parts: tuple[list[bytes], list[bytes]] = ([], [])
        for one in lines_:
            here = one[: one.find(b" ")] in judged
            if here or marked.reach is None or one.split(b" ", 2)[1] in marked.reach:
                parts[here].append(one)
        reported = self.report(b"".join(parts[True]) + _marks(parts[True], marks), shapes + known + b"".join(parts[False]))
        found = {failure for failure in reported if failure[2] in failing}
        named = {focus for _, _, focus, _ in found}
        if named != set(failing):
            differing = ({(focus,) for focus in one} for one in (set(failing) - named, named - set(failing)))
            raise EnginesDisagree(*differing, names=("pyshifty's verdict", "pyshifty's report"))
        return found | elsewhere

    def failing(self, data: bytes, shapes: bytes) -> set[Node]:
        """The focus nodes at which anything fails. (Which shape it is cannot be told: equal shapes share one name.)"""
        result = _prepared(shapes).validate_algebra(data=data, **_ALL)
        return {from_ntriples(focus.encode()) for focus in {violation.focus_node for violation in result.violations}}

    def report(self, data: bytes, shapes: bytes) -> set[Failure]:
        """The results of the standard's report, without those of nested shapes, which it does not list."""
        report = _prepared(shapes).validate_w3c(data=data, **_ALL)._report_ntriples
        results: dict[str, dict[str, Node]] = {}
        for triple in ox.parse(report.encode(), format=ox.RdfFormat.N_TRIPLES):
            if triple.predicate.value in _REPORTED:
                results.setdefault(triple.subject.value, {})[triple.predicate.value] = from_ox(triple.object)
        parts = (str(SH.sourceShape), str(SH.sourceConstraintComponent), str(SH.focusNode))
        return {(*(result[part] for part in parts), result.get(str(SH.value))) for result in results.values() if str(SH.focusNode) in result}


@dataclass(frozen=True)
class _Pattern:
    """A property shape that asks a pattern of the values of one property, of instances or of all that have some."""

    shape: URIRef
    expression: re.Pattern[str]
    classes: frozenset[bytes]
    having: frozenset[bytes]


@dataclass(frozen=True)
class _Marked:
    """Shapes as pyshifty gets them, the mark of each class, and the patterns of each property (terms of N-Triples).

    `left`: the shapes that stay with pySHACL. `read`: the properties they read, where all they judge are values of a
    property of the focus node itself, so that a node without such a property cannot fail; None where that is not so.
    `reach`: the properties read at other nodes than the focus node; None where that is not known.
    """

    shapes: bytes
    marks: dict[bytes, bytes]
    patterns: dict[bytes, list[_Pattern]]
    left: Graph | None
    read: frozenset[bytes] | None
    reach: frozenset[bytes] | None


@lru_cache(maxsize=8)
def _marked(core: Graph, hierarchy: tuple[bytes, ...]) -> _Marked:
    """The shapes with marks in the place of target classes, without those that pyshifty is not asked about.

    pyshifty takes any node that occurs in the data for a focus node once `known` says its class; half of the work then
    is for nodes that belong to other parts. A mark is a property that only subjects of the data are given, one for
    each class that is a target or below one.
    """
    below = subclasses_in(hierarchy)
    marks: dict[bytes, bytes] = {}
    patterns: dict[bytes, list[_Pattern]] = defaultdict(list)
    ours = {shape for shape in core.subjects(SH.pattern) if set(core.predicates(shape)) <= _OF_A_PATTERN and isinstance(core.value(shape, SH.path), URIRef)}
    for shape in ours:
        classes = {name for target in core.objects(shape, SH.targetClass) for name in all_below(f"<{target}>".encode(), below)}
        having = frozenset(f"<{target}>".encode() for target in core.objects(shape, SH.targetSubjectsOf))
        path, expression = core.value(shape, SH.path), re.compile(str(core.value(shape, SH.pattern)))
        patterns[f"<{path}>".encode()].append(_Pattern(shape, expression, frozenset(classes), having))
    left = {shape for limit in CANNOT for shape in set(core.subjects()) if all((shape, parameter, None) in core for parameter in limit.parameters)}
    shapes = []
    for s, p, o in core:
        if s in ours or (s in left and p in TARGETS):
            continue
        if p != SH.targetClass:
            shapes.append(line(s, p, o))
            continue
        for name in all_below(f"<{o}>".encode(), below):
            mark = marks.setdefault(name, b"<urn:x-ogcm:instance:%d>" % len(marks))
            shapes.append(b"%s <%s> %s .\n" % (str(to_ox(s)).encode(), str(SH.targetSubjectsOf).encode(), mark))
    return _Marked(b"".join(sorted(shapes)), marks, patterns, _only(core, left) if left else None, _read_by(core, left), _reach(core))


def _only(core: Graph, chosen: Collection[Node]) -> Graph:
    """The shapes, of which only these have targets."""
    rest = Graph(store="SimpleMemory", bind_namespaces="none")
    for s, p, o in core:
        if p not in TARGETS or s in chosen:
            rest.add((s, p, o))
    return rest


def _reach(core: Graph) -> frozenset[bytes] | None:
    try:
        reach = reach_of(core)
    except ValueError:
        return None
    return frozenset(f"<{predicate}>".encode() for predicate in (*reach.forward, *reach.backward, RDFS.subClassOf))


def _read_by(core: Graph, left: Collection[Node]) -> frozenset[bytes] | None:
    found = set()
    for shape in left:
        path = core.value(shape, SH.path)
        if not isinstance(path, URIRef) or not set(core.predicates(shape)) <= _OF_A_COMPARISON:
            return None
        others = (other for parameter in (SH.lessThan, SH.lessThanOrEquals) for other in core.objects(shape, parameter))
        found |= {f"<{predicate}>".encode() for predicate in (path, *others, *core.objects(shape, SH.targetSubjectsOf))}
    return frozenset(found)


def _left(lines_: list[bytes], known: bytes, marked: _Marked, only: Collection[Node] | None) -> set[Failure]:
    """What pySHACL finds with the shapes that stay with it; it gets no more statements than they read."""
    if marked.left is None:
        return set()
    if marked.read is not None:
        having = {one[: one.find(b" ")] for one in lines_ if one.split(b" ", 2)[1] in marked.read}
        lines_ = [one for one in lines_ if one[: one.find(b" ")] in having and (one.split(b" ", 2)[1] in marked.read or _TYPE in one)]
        known = b"".join(one for one in known.splitlines(keepends=True) if _SUBCLASS in one)
    return PySHACL().failures(b"".join(lines_), known, marked.left, only) if lines_ else set()


def _unmatched(lines_: Iterable[bytes], marked: _Marked) -> Iterator[Failure]:
    """The values that do not match their pattern.

    pyshifty compiles an expression again for every value, which took two fifths of its time, and in another language
    of expressions than pySHACL; here it is Python's in both.
    """
    failed: list[tuple[_Pattern, bytes, bytes]] = []
    classes: dict[bytes, set[bytes]] = defaultdict(set)
    properties: dict[bytes, set[bytes]] = defaultdict(set)
    for one in lines_:
        subject, predicate, value = one.split(b" ", 2)
        if predicate in marked.patterns:
            text = lexical(value[:-3])
            failed += [(pattern, subject, value[:-3]) for pattern in marked.patterns[predicate] if not pattern.expression.search(text)]
    if failed:
        asked = {subject for _, subject, _ in failed}
        for one in lines_:
            subject, predicate, value = one.split(b" ", 2)
            if subject in asked:
                properties[subject].add(predicate)
                if predicate == _TYPE:
                    classes[subject].add(value[:-3])
    for pattern, subject, value in failed:
        if pattern.classes & classes[subject] or pattern.having & properties[subject]:
            yield pattern.shape, SH.PatternConstraintComponent, from_ntriples(subject), from_ntriples(value)


def _marks(lines_: Iterable[bytes], marks: Mapping[bytes, bytes]) -> bytes:
    found = []
    for one in lines_:
        subject, predicate, value = one.split(b" ", 2)
        if predicate == _TYPE and (mark := marks.get(value[:-3])):
            found.append(b'%s %s "" .\n' % (subject, mark))
    return b"".join(found)


def line(s: Node, p: Node, o: Node) -> bytes:
    return f"{to_ox(s)} {to_ox(p)} {to_ox(o)} .\n".encode()


def lines(triples: Iterable[tuple[Node, Node, Node]]) -> bytes:
    """Triples as N-Triples lines."""
    return b"".join(line(*triple) for triple in triples)


def _prepared(shapes: bytes) -> shifty.PreparedValidator:
    return shifty.PreparedValidator(shapes=shapes, shapes_format="nt")
