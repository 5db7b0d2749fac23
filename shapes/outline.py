"""A sorted N-Triples file of any size, read in parts that can be judged on their own.

The file is read twice and never held. What stays in memory is its outline: the subjects with where they stand and what is
read of them from elsewhere (their types and schemes), some 300 bytes for each.
"""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from rdflib import URIRef

from ontology.namespaces import RDFS
from shapes.judging import Tell
from shapes.reach import Reach
from shapes.terms import UnreadableRdf

Pair = tuple[bytes, bytes]  # predicate and object, as terms in N-Triples
Values = dict[bytes, list[bytes]]  # of one subject: property -> values
Visitor = Callable[[int, bytes, Values], None]  # number of the subject, the subject, its values
_SUBCLASS = f"<{RDFS.subClassOf}>".encode()
_BLOCK = 4 << 20  # bytes
_IRI_AT_THE_END = re.compile(rb' (<[^ "<]*>) \.\n')  # of a statement, where no literal ends so
_NO_STATEMENT = "not a statement of N-Triples on a line of its own"


@dataclass
class Part:
    """Some subjects of a file with all their statements (`data`), and what must be known of others to judge them."""

    subjects: list[bytes] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    known: bytes = b""

    @property
    def data(self) -> bytes:
        return b"".join(self.lines)

    @cached_property
    def nodes(self) -> frozenset[URIRef]:
        return frozenset(URIRef(subject[1:-1].decode()) for subject in self.subjects)


@dataclass
class Outline:
    """What is known of a file without holding it.

    `subjects`: subject terms -> the statements about them that are read from other nodes; `pointing`: who points at what,
    where that is read backwards; `subclasses`: the class hierarchy the file states. Once it has been read whole: `order`, the
    subjects by their number; `named`, IRIs that are objects; `predicates`; its number of statements.
    """

    path: Path
    reach: Reach
    subjects: dict[bytes, tuple[Pair, ...]] = field(default_factory=dict)
    pointing: dict[bytes, dict[bytes, list[bytes]]] = field(default_factory=dict)
    subclasses: list[bytes] = field(default_factory=list)
    order: list[bytes] = field(default_factory=list)
    named: set[bytes] = field(default_factory=set)
    predicates: set[bytes] = field(default_factory=set)
    statements: int = 0
    _starts: array[int] = field(default_factory=lambda: array("Q"))  # byte at which each subject begins, and the end of the file
    _sizes: array[int] = field(default_factory=lambda: array("I"))  # statements of each subject

    def read(self, *visitors: Visitor, progress: Tell = lambda _done, _of: None) -> None:
        """Read the whole file; visitors are told of every subject, `progress` of the bytes that were read, of all.

        Raises UnreadableRdf for what is not sorted, or not N-Triples as our builds write them (`_by_subject`).
        """
        start = 0
        whole = self.path.stat().st_size if self.path.exists() else 0

        def each_block(block: bytes) -> None:
            self.named.update(_IRI_AT_THE_END.findall(block))
            progress(start, whole)

        for number, (subject, values, size) in enumerate(_by_subject(self.path, each_block)):
            self.order.append(subject)
            self._starts.append(start)
            start += size
            self._sizes.append(sum(map(len, values.values())))
            self.predicates.update(values)
            for visitor in visitors:
                visitor(number, subject, values)
        progress(start, whole)
        self._starts.append(start)
        self.statements = sum(self._sizes)
        self.subjects = {subject: self.subjects.get(subject, ()) for subject in self.order}
        if len(self.subjects) < len(self.order):
            seen: set[bytes] = set()
            twice = next(subject for subject in self.order if subject in seen or seen.add(subject))  # type: ignore[func-returns-value]
            raise UnreadableRdf(self.path, f"not sorted: {twice.decode(errors='replace')} stands in two places")

    def names(self) -> Iterator[bytes]:
        """Lines that say which IRIs stand in the file, which of them as subjects and which as properties; nothing else of it."""
        for term in self.subjects:
            yield b"%s <urn:x-ogcm:names> <urn:x-ogcm:file> .\n" % term
        for term in self.named:
            if term not in self.subjects:
                yield b"<urn:x-ogcm:file> <urn:x-ogcm:names> %s .\n" % term
        for predicate in self.predicates:
            yield b"<urn:x-ogcm:file> %s <urn:x-ogcm:file> .\n" % predicate

    def numbers(self, chosen: Collection[bytes]) -> dict[bytes, int]:
        """The number of each of these subjects, in the order of the file; without those that are none."""
        return {subject: number for number, subject in enumerate(self.order) if subject in chosen}

    def size(self, chosen: Collection[bytes]) -> int:
        """How many statements these subjects have."""
        return sum(size for subject, size in zip(self.order, self._sizes, strict=True) if subject in chosen)

    def values(self, numbers: Iterable[int]) -> Iterator[Values]:
        """The values of the subjects with these numbers."""
        with self.path.open("rb") as file:
            for number in numbers:
                yield _values(self.order[number], self._lines(file, number))

    def _lines(self, file: BinaryIO, number: int) -> list[bytes]:
        start, end = self._starts[number : number + 2]
        file.seek(start)
        return file.read(end - start).splitlines(keepends=True)

    def parts(self, size: int, chosen: Collection[bytes]) -> Iterator[Part]:
        """These subjects in parts of at least `size` statements (the last may be smaller)."""
        part, objects = Part(), set()
        for subject, lines in self._chosen(chosen):
            part.subjects.append(subject)
            part.lines += lines
            objects.update(term for term in (line[:-3].split(b" ", 2)[2] for line in lines) if term.startswith(b"<"))
            if len(part.lines) >= size:
                yield self._complete(part, objects)
                part, objects = Part(), set()
        if part.subjects:
            yield self._complete(part, objects)

    def _chosen(self, chosen: Collection[bytes]) -> Iterator[tuple[bytes, list[bytes]]]:
        with self.path.open("rb") as file:
            for subject, number in self.numbers(chosen).items():
                yield subject, self._lines(file, number)

    def _complete(self, part: Part, objects: set[bytes]) -> Part:
        inside = set(part.subjects)
        known = list(self.subclasses)
        reached, front = set(inside), set(inside)
        ahead = objects - inside
        for _ in range(self.reach.links):
            behind = set()
            for predicate, pointing in self.pointing.items():
                for term in front:
                    for subject in pointing.get(term, ()):
                        if subject not in inside:
                            known.append(b"%s %s %s .\n" % (subject, predicate, term))
                            behind.add(subject)
            front = (ahead | behind) - reached
            reached |= front
            ahead = set()
            for term in front:
                for predicate, value in self.subjects.get(term, ()):
                    known.append(b"%s %s %s .\n" % (term, predicate, value))
                    ahead.add(value)
        part.known = b"".join(sorted(set(known)))
        return part

    def affected(self, changed: Collection[bytes]) -> set[bytes]:
        """The subjects whose result can be another once these have changed: themselves and who reads them."""
        found = set(changed)
        for _ in range(self.reach.links):
            subjects = _by_subject(self.path, lambda _block: None)
            found |= {subject for subject, values, _ in subjects if any(not found.isdisjoint(own) for own in values.values())}
            found |= {term for pointing in self.pointing.values() for term, subjects in pointing.items() if not found.isdisjoint(subjects)}
        return found.intersection(self.subjects)


def skimmed(path: Path, reach: Reach) -> Outline:
    """An outline of what is read of each subject from elsewhere, before the file is read whole (`Outline.read`).

    Raises UnreadableRdf for a file that cannot be opened; what is not N-Triples in it is told by the reading.
    """
    found = Outline(path, reach)
    forward = {f"<{predicate}>".encode() for predicate in reach.forward}
    backward = {f"<{predicate}>".encode() for predicate in reach.backward}
    found.pointing = {predicate: defaultdict(list) for predicate in backward}
    pairs: dict[bytes, list[Pair]] = defaultdict(list)
    asked = re.compile(b" (" + b"|".join(re.escape(predicate) for predicate in sorted(forward | backward | {_SUBCLASS})) + b") ")
    for block in blocks(path):
        # Looking for the few properties is four times as fast as taking every line apart.
        for match in asked.finditer(block):
            subject = block[block.rfind(b"\n", 0, match.start()) + 1 : match.start()]
            if b" " in subject:
                continue  # inside a text
            predicate, value = match[1], block[match.end() : block.find(b" .\n", match.end())]
            if predicate in forward:
                pairs[subject].append((predicate, value))
            if predicate in backward:
                found.pointing[predicate][value].append(subject)
            if predicate == _SUBCLASS:
                found.subclasses.append(b"%s %s %s .\n" % (subject, predicate, value))
    kept: dict[tuple[Pair, ...], tuple[Pair, ...]] = {}
    for subject, own in pairs.items():
        read = tuple(own)
        found.subjects[subject] = kept.setdefault(read, read)
    return found


def outline_of(path: Path, reach: Reach) -> Outline:
    """The outline of a file that has been read whole. Raises UnreadableRdf (see `Outline.read`)."""
    found = skimmed(path, reach)
    found.read()
    return found


def blocks(path: Path) -> Iterator[bytes]:
    """The file in pieces that end with whole lines."""
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block + file.readline()
    except OSError as error:
        raise UnreadableRdf(path, error.strerror or str(error)) from error


def _by_subject(path: Path, each_block: Callable[[bytes], None]) -> Iterator[tuple[bytes, Values, int]]:
    """Subject by subject, its values and how many bytes its lines take; `each_block` is told of every piece that is read.

    Raises UnreadableRdf for a line that does not look like `<s> <p> o .` on one line, for a blank node (no file of
    ours has one, and it could not be told apart from itself in another part) and for an escaped IRI, which would not
    be found under its name.
    """
    current, values, size, number = b"", Values(), 0, 0
    for block in blocks(path):
        each_block(block)
        lines = block.split(b"\n")
        ends = len(lines) - 1
        if lines[-1] or block.count(b" .\n") < ends or b"_:" in block or b"\\u" in block or b"\\U" in block:
            for count, line in enumerate(lines[:-1] if not lines[-1] else lines, start=1):
                _check(path, number + count, line + b"\n" if count <= ends else line)
        number += ends
        del lines[-1]
        for line in lines:
            try:
                subject, predicate, value = line.split(b" ", 2)
            except ValueError:
                raise UnreadableRdf(path, _NO_STATEMENT) from None
            if subject != current:
                if current:
                    yield current, values, size
                if not subject.startswith(b"<") or not predicate.startswith(b"<"):
                    _check(path, None, line + b"\n")
                current, values, size = subject, Values(), 0
            if predicate in values:
                values[predicate].append(value[:-2])
            else:
                values[predicate] = [value[:-2]]
            size += len(line) + 1
    if current:
        yield current, values, size


def _values(subject: bytes, lines: Iterable[bytes]) -> Values:
    start, found = len(subject) + 1, Values()
    for line in lines:
        predicate, value = line[start:-3].split(b" ", 1)
        if predicate in found:
            found[predicate].append(value)
        else:
            found[predicate] = [value]
    return found


def _check(path: Path, number: int | None, line: bytes) -> None:
    terms = line.split(b" ", 2)
    if not line.endswith(b" .\n") or len(terms) < 3 or not terms[1].startswith(b"<"):
        raise UnreadableRdf(path, _NO_STATEMENT, number)
    if any(term.startswith(b"_:") for term in terms):
        raise UnreadableRdf(path, "a blank node; files of this size must name everything", number)
    if not terms[0].startswith(b"<") or any(term.startswith(b"<") and b"\\" in term for term in terms):
        raise UnreadableRdf(path, "an IRI that is not written out", number)


def term(iri: str) -> bytes:
    """An IRI as it stands in the file."""
    return f"<{iri}>".encode()


def terms(iris: Iterable[str]) -> set[bytes]:
    return {term(iri) for iri in iris}
