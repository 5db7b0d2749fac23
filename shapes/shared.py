"""A graph that another one, judged beside it, repeats nearly word for word: judged where the two differ.

The graph of a source stands in the consolidated view almost whole. A core shape is a function of the statements about its focus
node and of what is said of their values where it looks on from them (`shapes.reach`). So a subject of which both graphs say the
same fails in both with the same shapes, as long as both describe alike what a shape looks on to. `judge_rest` judges all other
subjects; `report_of` adds what the judging of the other graph found at those that are the same.

SPARQL constraints can read anything: they are asked of the whole graph, in a store of the statements that they can read. Those about
names alone are asked of the names that the other graph does not have, and found nothing in those that it has, or all is judged.

Where one of these conditions does not hold (`_Differs`), nothing is taken from the other graph.
"""

from __future__ import annotations

import io
import os
import tempfile
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox
from rdflib import Graph, URIRef
from rdflib.term import Node

from commitments.sorted_statements import lines_with, mapped
from ontology.namespaces import RDF, RDFS, SH
from shapes.context import Context, background
from shapes.engines import Failure
from shapes.engines.fast import lines
from shapes.files import TARGETS
from shapes.judging import Tell
from shapes.large import OF_NAMES, Judgement, Kept, Rest, core_of, judge, know, validate_file
from shapes.outline import blocks, term
from shapes.reach import looked_through, reach_of
from shapes.report import ReferenceShare, Report
from shapes.sparql import predicates_read, query_text
from shapes.terms import all_below, from_ntriples, subclasses_in

_TYPE, _SUBCLASS, _LABEL = (f"<{predicate}>".encode() for predicate in (RDF.type, RDFS.subClassOf, RDFS.label))
_MOST = 500_000  # statements that are kept in memory because they differ
_PIECE = 4 << 20  # bytes of the other file that are read at once


@dataclass(frozen=True)
class Told:
    """What the judging of a graph tells those that it repeats: the core failures of their shapes, and what the reference engine judged."""

    failures: tuple[Failure, ...]
    watched: frozenset[bytes]


@dataclass(frozen=True)
class RestJudged:
    """What is found in a graph without the other's help. `apart`: the subjects that core shapes judged by themselves; `share`: of the
    whole graph, what the reference engine judged of these."""

    kept: Kept
    apart: frozenset[bytes]
    share: ReferenceShare


class _Differs(Exception):
    """The other graph cannot tell what is found in this one, or a file is not what it should be, which judging all of it will tell."""


# -- what the other graph tells ------------------------------------------------------------------------------------


def telling(shapes: Graph) -> frozenset[URIRef]:
    """The shapes whose core failures are to be told to graphs that are judged by these shapes."""
    core = core_of(shapes)
    return frozenset(shape for target in TARGETS for shape in core.subjects(target))


def told_by(judgement: Judgement) -> Told | None:
    """None where names fail, or too much does."""
    if judgement.told is None or any(judgement.kept.count(shape) for shape in OF_NAMES):
        return None
    return Told(tuple(judgement.told), frozenset(judgement.watched))


# -- the rest --------------------------------------------------------------------------------------------------------


def judge_rest(
    path: Path, other: Path, shapes: Graph, others: Graph, profile: str, context: Context | None, reference_limit: int, progress: Tell | None = None
) -> RestJudged | Report:
    """Judge a sorted file where `other`, another one that is judged by the shapes `others`, differs from it; a report where that is all of it.

    Raises as `shapes.validate_file`.
    """
    try:
        asked = _asked(shapes, others)
        skimmed = _skimmed(path, asked)
        difference = _difference(path, other, asked, skimmed)
        _check(difference)
    except _Differs:
        return validate_file(path, shapes, profile, context, None, reference_limit, progress=progress)
    beside = path.parent if os.access(path.parent, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="commitments-shapes-", dir=beside) as scratch:
        part = Path(scratch) / "rest.nt"
        part.write_bytes(b"".join(difference.lines))
        judgement = judge(part, shapes, context, None, reference_limit, progress=progress, rest=_rest(difference, skimmed, context))
    share = judgement.share
    share = ReferenceShare(share.subjects, difference.subjects, share.triples, difference.statements)
    return RestJudged(judgement.kept, frozenset(judgement.outline.subjects), share)


@dataclass(frozen=True)
class _Asked:
    """What follows from the shapes. `looked_through`: property of a focus node -> what is read of its values; `lean`: the properties that SPARQL
    constraints read; `boundless`: classes of whose instances some read anything; `own`: classes that the other graph's shapes judge otherwise."""

    looked_through: dict[bytes, frozenset[bytes]]
    lean: frozenset[bytes]
    boundless: frozenset[bytes]
    own: frozenset[bytes]

    @property
    def forward(self) -> frozenset[bytes]:
        return frozenset().union(*self.looked_through.values())


def _asked(shapes: Graph, others: Graph) -> _Asked:
    core, other = core_of(shapes), core_of(others)
    try:
        reach = reach_of(core)
    except ValueError:
        raise _Differs from None
    if reach.backward or reach.links > 1:
        raise _Differs
    below = subclasses_in(lines(background()).splitlines())
    own: set[bytes] = set()
    for shape in {shape for target in TARGETS for shape in core.subjects(target)}:
        if _meaning(core, shape) != _meaning(other, shape):
            own |= _classes(core, shape, below)
    lean, boundless = {_TYPE}, set[bytes]()
    for shape, constraint in shapes.subject_objects(SH.sparql):
        if shape in OF_NAMES:
            continue
        read = predicates_read(query_text(shapes, constraint))
        if read is None:
            boundless |= _classes(shapes, shape, below)
        else:
            lean |= {term(predicate) for predicate in (*read, *shapes.objects(shape, SH.targetSubjectsOf), *shapes.objects(shape, SH.targetObjectsOf))}
    through = {term(predicate): frozenset(map(term, read)) for predicate, read in looked_through(core).items()}
    return _Asked(through, frozenset(lean), frozenset(boundless), frozenset(own))


def _classes(shapes: Graph, shape: Node, below: Mapping[bytes, Collection[bytes]]) -> set[bytes]:
    """The classes that a shape chooses its focus nodes by. Raises _Differs for one that chooses them otherwise."""
    if any((shape, target, None) in shapes for target in TARGETS if target != SH.targetClass):
        raise _Differs
    return {one for name in shapes.objects(shape, SH.targetClass) for one in all_below(term(name), below)}


def _meaning(core: Graph, shape: Node) -> frozenset[tuple[Node, Node, Node]]:
    """All that is said of a shape and of what it is made of."""
    found: set[tuple[Node, Node, Node]] = set()
    front = [shape]
    seen = {shape}
    while front:
        for triple in core.triples((front.pop(), None, None)):
            found.add(triple)
            if triple[2] not in seen:
                seen.add(triple[2])
                front.append(triple[2])
    return frozenset(found)


@dataclass
class _Skimmed:
    """What one look at the whole graph gives: its statements that SPARQL constraints can read, what is said of things that are looked on to,
    and which things these are, by property."""

    lean: list[bytes] = field(default_factory=list)
    said: list[bytes] = field(default_factory=list)
    values: dict[bytes, set[bytes]] = field(default_factory=lambda: defaultdict(set))


def _skimmed(path: Path, asked: _Asked) -> _Skimmed:
    found = _Skimmed()
    wanted = asked.lean | asked.forward | asked.looked_through.keys() | {_SUBCLASS}
    for block in blocks(path):
        for line in io.BytesIO(block):  # a carriage return ends no line
            terms = line.split(b" ", 2)
            if len(terms) < 3:
                raise _Differs
            predicate = terms[1]
            if predicate not in wanted:
                continue
            value = terms[2][:-3]
            if predicate in asked.lean:
                found.lean.append(line)
            if predicate in asked.forward:
                found.said.append(line)
            if predicate in asked.looked_through:
                found.values[predicate].add(value)
            if predicate == _TYPE and (value in asked.boundless or value in asked.own):
                raise _Differs
            if predicate == _SUBCLASS:
                raise _Differs
    return found


@dataclass
class _Difference:
    """The lines of the subjects of which the other graph says something else, in their order; how many subjects and statements there are
    in all; and those subjects that the vocabulary describes, too."""

    lines: list[bytes] = field(default_factory=list)
    subjects: int = 0
    statements: int = 0
    known_too: set[bytes] = field(default_factory=set)


def _difference(path: Path, other: Path, asked: _Asked, skimmed: _Skimmed) -> _Difference:
    """Compare two sorted files. Raises _Differs when they differ too much, or in what is said of something that shapes look on to."""
    vocabulary = lines(background()).splitlines(keepends=True)
    said_anyway, known = set(vocabulary), {_subject(line) for line in vocabulary}
    # What is looked on to, with what is read of it: both graphs have to say the same there.
    read = {(value, predicate) for through, values in skimmed.values.items() for value in values for predicate in asked.looked_through[through]}
    found = _Difference()
    for own, theirs in _side_by_side(path, other):
        subjects = set(map(_subject, own))
        found.subjects += len(subjects)
        found.statements += len(own)
        found.known_too |= subjects & known
        only, missing = set(own).difference(theirs), set(theirs).difference(own)
        for line in (only | missing) - said_anyway:
            subject, _, rest = line.partition(b" ")
            predicate = rest.partition(b" ")[0]
            if predicate == _SUBCLASS or (subject, predicate) in read:
                raise _Differs
        differing = {_subject(line) for line in only} | (subjects & {_subject(line) for line in missing})
        found.lines += [line for line in own if _subject(line) in differing] if differing else []
        if len(found.lines) > _MOST:
            raise _Differs
    if 2 * len(found.lines) > found.statements:
        raise _Differs
    return found


def _side_by_side(path: Path, other: Path) -> Iterator[tuple[list[bytes], list[bytes]]]:
    """Two sorted files in stretches, each of them all that both say of some subjects."""
    waiting: list[bytes] = []
    with other.open("rb") as file:

        def up_to(end: bytes | None) -> list[bytes]:
            nonlocal waiting
            while end is None or not waiting or waiting[-1] < end:
                piece = file.readlines(_PIECE)
                if not piece:
                    break
                waiting += piece
                if end is None:
                    break
            count = len(waiting) if end is None else bisect_left(waiting, end)
            found, waiting = waiting[:count], waiting[count:]
            return found

        own: list[bytes] = []
        for block in blocks(path):
            own += io.BytesIO(block).readlines()
            if own != sorted(own):
                raise _Differs
            last = _subject(own[-1])
            # No statement about this subject or an earlier one stands behind it: a space comes before an exclamation mark.
            cut = bisect_left(own, last + b" ")
            if cut:
                yield own[:cut], up_to(last + b" ")
                own = own[cut:]
        if own:
            yield own, up_to(_subject(own[-1]) + b"!")
        while left := up_to(None):
            yield [], left


def _subject(line: bytes) -> bytes:
    end = line.find(b" ")
    if end < 0:
        raise _Differs
    return line[:end]


def _check(difference: _Difference) -> None:
    """All other statements were read by the judging of the other graph."""
    try:
        for _ in ox.parse(b"".join(difference.lines), format=ox.RdfFormat.N_TRIPLES):
            pass
    except SyntaxError:
        raise _Differs from None


def _rest(difference: _Difference, skimmed: _Skimmed, context: Context | None) -> Rest:
    about = {line[:-3].split(b" ", 2)[2] for line in difference.lines}
    inside = set(map(_subject, difference.lines))
    vocabulary = {_subject(line) for line in lines(background()).splitlines()}

    def store(_scratch: Path) -> ox.Store:
        found = ox.Store()
        found.bulk_load(b"".join(skimmed.lean), format=ox.RdfFormat.N_TRIPLES)
        know(found, context)
        return found

    return Rest(
        known=b"".join(line for line in skimmed.said if (subject := _subject(line)) in about and subject not in inside),
        store=store,
        described=lambda subject: subject not in vocabulary or subject in difference.known_too,
    )


# -- the report ------------------------------------------------------------------------------------------------------


def report_of(path: Path, profile: str, told: Told, rest: RestJudged) -> Report:
    """The report on a graph from what was found in the rest of it and what the other graph's judging told."""
    labels: dict[Node, list[Node]] = defaultdict(list)
    for subject, predicate, value in background():
        if predicate == RDFS.label:
            labels[subject].append(value)
    with mapped(path) as text:

        def about(subject: bytes) -> Iterator[bytes]:
            return lines_with(text, subject + b" ")

        for failure in told.failures:
            shape, component, focus, value = failure
            subject = term(focus)
            if subject not in rest.apart and next(about(subject), None) is not None:
                rest.kept.add(shape, component, focus, {} if value is None else {"value": value})
        judged = [sum(1 for _ in about(subject)) for subject in told.watched - rest.apart]
        share = rest.share
        whole = ReferenceShare(share.subjects + sum(map(bool, judged)), share.of_subjects, share.triples + sum(judged), share.of_triples)

        def labels_of(node: Node | None) -> Iterator[Node]:
            if isinstance(node, URIRef):
                yield from labels.get(node, ())
                for line in about(term(node)):
                    if line.split(b" ", 2)[1] == _LABEL:
                        yield from_ntriples(line[:-3].split(b" ", 2)[2])

        return rest.kept.report(profile, labels_of, whole)
