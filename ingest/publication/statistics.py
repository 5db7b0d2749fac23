"""Counts over sorted N-Triples text, in one pass and without a store. The counts of VoID and of the manifest come from here."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from operator import lt

import numpy as np

from ingest.sorting import by_subject

RDF_TYPE = b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_REMEMBERED = 100_000  # objects whose namespace is remembered
_IRI, _CLOSING = b"<>"
_SHORTEST = len(b'"" .\n')


class NotSorted(Exception):
    """A graph file is not sorted, has duplicates, or a line is not one N-Triples statement."""


@dataclass
class Statistics:
    """Counts of one graph. IRIs are plain strings without angle brackets.

    `links` counts triples by (predicate, namespace of the object) whose object is an IRI outside BASE and which are not
    `rdf:type`; `examples` maps a class to its first instance in the order of the file.
    """

    triples: int = 0
    subjects: int = 0
    objects: int = 0  # distinct
    entities: int = 0  # distinct subjects below {BASE}id/
    class_entities: Counter[str] = field(default_factory=Counter)
    property_triples: Counter[str] = field(default_factory=Counter)
    property_subjects: Counter[str] = field(default_factory=Counter)
    links: Counter[tuple[str, str]] = field(default_factory=Counter)
    namespaces: set[str] = field(default_factory=set)
    examples: dict[str, str] = field(default_factory=dict)

    @property
    def vocabularies(self) -> list[str]:
        """Namespaces of the properties and classes used, sorted."""
        return sorted({namespace_of(iri) for iri in [*self.property_triples, *self.class_entities]})


class Counting:
    """Counts the lines of a sorted graph that are given to it in blocks, in their order; `statistics` is the result so far."""

    def __init__(self, base: str, origin: str):
        self._id_space = f"<{base}id/".encode()
        self._base = base
        self._origin = origin
        self._subject = self._predicate = b""
        self._subjects = self._entities = 0
        self._triples: Counter[bytes] = Counter()  # by predicate
        self._property_subjects: Counter[bytes] = Counter()
        self._objects: Counter[tuple[bytes, bytes]] = Counter()  # (predicate, namespace of an IRI)
        self._distinct_objects = Distinct()
        self._classes: Counter[bytes] = Counter()
        self._examples: dict[bytes, bytes] = {}
        self._spaces: set[bytes] = set()  # of subjects and datatypes
        self._space_of: dict[bytes, bytes] = {}

    def add(self, lines: Iterable[bytes]) -> None:
        """Raises NotSorted for a line that is not one statement."""
        triples, objects, space_of = self._triples, self._objects, self._space_of
        subject_before, predicate_before = self._subject, self._predicate
        ends = []
        for line in lines:
            try:
                subject, predicate, rest = line.split(b" ", 2)
            except ValueError:
                raise NotSorted(f"{self._origin}: not one statement: {line[:120]!r}") from None
            if subject != subject_before:
                self._begin(subject)
                subject_before, predicate_before = subject, b""
            triples[predicate] += 1
            ends.append(rest)
            if predicate != predicate_before:
                self._property_subjects[predicate] += 1
                predicate_before = predicate
            if rest[0] == _IRI:
                space = space_of.get(rest)
                if space is None:
                    space = self._remember(rest)
                objects[predicate, space] += 1
                if predicate == RDF_TYPE:
                    self._classes[rest] += 1
                    if rest not in self._examples and subject.startswith(self._id_space):
                        self._examples[rest] = subject
            elif len(rest) < _SHORTEST:
                raise NotSorted(f"{self._origin}: not one statement: {line[:120]!r}")
            elif rest[-4] == _CLOSING:
                self._spaces.add(_space(rest[rest.rindex(b"<") :]))
        self._subject, self._predicate = subject_before, predicate_before
        self._distinct_objects.add(ends)

    def _begin(self, subject: bytes) -> None:
        self._subjects += 1
        if subject.startswith(self._id_space):
            self._entities += 1
        if subject[0] == _IRI:
            self._spaces.add(_space(subject))

    def _remember(self, rest: bytes) -> bytes:
        if len(self._space_of) >= _REMEMBERED:
            self._space_of.clear()
        space = self._space_of[rest] = _space(rest)
        return space

    @property
    def statistics(self) -> Statistics:
        properties = Counter({_iri(name): count for name, count in self._triples.items()})
        objects = [(predicate, space.decode(), count) for (predicate, space), count in self._objects.items()]
        return Statistics(
            triples=properties.total(),
            subjects=self._subjects,
            objects=self._distinct_objects.count(),
            entities=self._entities,
            class_entities=Counter({_iri(rest[:-3]): count for rest, count in self._classes.items()}),
            property_triples=properties,
            property_subjects=Counter({_iri(name): count for name, count in self._property_subjects.items()}),
            links=Counter({(_iri(name), space): count for name, space, count in objects if name != RDF_TYPE and not space.startswith(self._base)}),
            namespaces={space.decode() for space in self._spaces} | {space for _, space, _ in objects} | {namespace_of(name) for name in properties},
            examples={_iri(rest[:-3]): _iri(subject) for rest, subject in self._examples.items()},
        )


class Distinct:
    """Counts how many different values there are, in eight bytes each: by their hashes.

    Python hashes bytes to 64 bits, so that of ten million values two are taken for one in one run of some 400,000.
    """

    _UNSORTED = 1 << 20  # hashes that are held before they are looked through

    def __init__(self) -> None:
        self._known = np.empty(0, np.int64)
        self._new = array("q")

    def add(self, values: Iterable[bytes]) -> None:
        self._new.extend(map(hash, values))
        if len(self._new) > max(self._UNSORTED, len(self._known)):
            self._merge()

    def count(self) -> int:
        self._merge()
        return len(self._known)

    def _merge(self) -> None:
        self._known = np.union1d(self._known, np.frombuffer(self._new, np.int64))
        self._new = array("q")


class Namespaces:
    """The namespaces of all IRIs of a sorted graph that is given in blocks: what `Counting` finds, and nothing else."""

    def __init__(self, origin: str):
        self.found: set[str] = set()
        self._origin = origin
        self._seen: set[bytes] = set()  # what follows a subject
        self._spaces: set[bytes] = set()

    def add(self, lines: list[bytes]) -> None:
        """Raises NotSorted for a line that is not one statement."""
        spaces: set[bytes] = set()
        for subject, of_subject in by_subject([lines]):
            start = len(subject) + 1
            if subject[0] == _IRI:
                spaces.add(_space(subject))
            new = {line[start:] for line in of_subject} - self._seen
            for end in new:
                spaces.update(self._spaces_of(end))
            self._seen |= new
        if len(self._seen) > _REMEMBERED:
            self._seen.clear()
        self.found.update(space.decode() for space in spaces)

    def _spaces_of(self, end: bytes) -> Iterator[bytes]:
        predicate, _, rest = end.partition(b" ")
        if len(rest) < _SHORTEST:
            raise NotSorted(f"{self._origin}: not one statement: {end[:120]!r}")
        yield _space(predicate)
        if rest[0] == _IRI:
            yield _space(rest)
        elif rest[-4] == _CLOSING:
            yield _space(rest[rest.rindex(b"<") :])


Fault = Callable[[bytes], str | None]
_ESCAPE = re.compile(rb'\\[^tn"\\]')  # all but those that nearly every long text has
_DATATYPE = re.compile(rb"\^\^<")


def checked_blocks(blocks: Iterable[list[bytes]], origin: str, fault: Fault | None = None) -> Iterator[tuple[list[bytes], bytes]]:
    """Pass blocks of lines through with their text, refusing what is out of order or there twice. Raises NotSorted naming the line.

    `fault` is asked only about lines with a datatype, or all those of a block with a blank node or a rare escape: nothing
    else can be wrong with a line.
    """
    before, count = b"", 0
    for block in blocks:
        text = b"".join(block)
        sound = before < block[0] and all(map(lt, block, islice(block, 1, None))) and text.count(b" .\n") == len(block)
        if not sound or (fault is not None and any(map(fault, _suspects(block, text)))):
            for _ in checked(block, origin, fault, before, count):
                pass  # raises at the line that is at fault
        before = block[-1]
        count += len(block)
        yield block, text


def _suspects(block: list[bytes], text: bytes) -> Iterable[bytes]:
    """The lines of a sorted block that may be at fault."""
    if block[-1].startswith(b"_:") or b" _:" in text or _ESCAPE.search(text):  # subjects without an IRI are the last
        return block
    return [_line_at(text, found.start()) for found in _DATATYPE.finditer(text)]


def _line_at(text: bytes, place: int) -> bytes:
    return text[text.rfind(b"\n", 0, place) + 1 : text.index(b"\n", place) + 1]


def checked(lines: Iterable[bytes], origin: str, fault: Fault | None = None, before: bytes = b"", count: int = 0) -> Iterator[bytes]:
    """The same line by line; `before` and `count` are the last line and how many lines came before these."""
    for number, line in enumerate(lines, count + 1):
        if line <= before or not line.endswith(b" .\n"):
            raise NotSorted(f"{origin}:{number}: not sorted, repeated, or not N-Triples: {line[:120]!r}")
        if fault is not None and (problem := fault(line)):
            raise NotSorted(f"{origin}:{number}: {problem}: {line[:120]!r}")
        before = line
        yield line


def namespace_of(iri: str) -> str:
    """The IRI up to and with its last `#` or, without one, its last `/`."""
    cut = iri.rfind("#")
    return iri[: (cut if cut >= 0 else iri.rfind("/")) + 1]


def _space(term: bytes) -> bytes:
    """The namespace of an IRI term, whatever follows its closing bracket."""
    iri = term[1 : term.index(b">")]
    cut = iri.rfind(b"#")
    return iri[: (cut if cut >= 0 else iri.rfind(b"/")) + 1]


def _iri(term: bytes) -> str:
    return term[1:-1].decode()
