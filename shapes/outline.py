"""A sorted N-Triples file of any size, read in parts that can be judged on their own.

The file is read twice or three times and never held. What stays in memory is its outline: the subjects with what is
read of them from elsewhere (their types and schemes), some 300 bytes for each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from rdflib import URIRef

from ontology.namespaces import RDFS
from shapes.reach import Reach
from shapes.terms import UnreadableRdf

Pair = tuple[bytes, bytes]  # predicate and object, as terms in N-Triples
_SUBCLASS = f"<{RDFS.subClassOf}>".encode()


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
    """Subject terms -> the statements about them that are read from other nodes; who points at what, where that is
    read backwards; the class hierarchy the file states; IRIs that are objects; its number of statements."""

    path: Path
    reach: Reach
    subjects: dict[bytes, tuple[Pair, ...]] = field(default_factory=dict)
    pointing: dict[bytes, dict[bytes, list[bytes]]] = field(default_factory=dict)
    subclasses: list[bytes] = field(default_factory=list)
    named: set[bytes] = field(default_factory=set)
    statements: int = 0

    def names(self) -> Iterator[bytes]:
        """Lines that say which IRIs stand in the file, and which of them as subjects; nothing else of it."""
        for term in self.subjects:
            yield b"%s <urn:x-ogcm:names> %s .\n" % (term, term)
        for term in self.named:
            if term not in self.subjects:
                yield b"<urn:x-ogcm:file> <urn:x-ogcm:names> %s .\n" % term

    def parts(self, size: int, chosen: Container[bytes] | None = None) -> Iterator[Part]:
        """The file, or only its chosen subjects, in parts of at least `size` statements (the last may be smaller)."""
        part, objects = Part(), set()
        for subject, lines in groups(self.path):
            if chosen is not None and subject not in chosen:
                continue
            part.subjects.append(subject)
            part.lines += lines
            objects.update(term for term in (line[:-3].split(b" ", 2)[2] for line in lines) if term.startswith(b"<"))
            if len(part.lines) >= size:
                yield self._complete(part, objects)
                part, objects = Part(), set()
        if part.subjects:
            yield self._complete(part, objects)

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
            found |= {subject for subject, lines in groups(self.path) if any(line[:-3].split(b" ", 2)[2] in found for line in lines)}
            found |= {term for pointing in self.pointing.values() for term, subjects in pointing.items() if not found.isdisjoint(subjects)}
        return found.intersection(self.subjects)


def outline_of(path: Path, reach: Reach, each: Callable[[bytes], None] = lambda subject: None) -> Outline:
    """Read the outline of a file; `each` is called with every subject. Raises UnreadableRdf (see `groups`)."""
    found = Outline(path, reach)
    forward = {f"<{predicate}>".encode() for predicate in reach.forward}
    backward = {f"<{predicate}>".encode() for predicate in reach.backward}
    found.pointing = {predicate: defaultdict(list) for predicate in backward}
    asked = forward | backward | {_SUBCLASS}
    kept: dict[tuple[Pair, ...], tuple[Pair, ...]] = {}
    for subject, lines in groups(path):
        pairs = []
        for line in lines:
            _, predicate, value = line[:-3].split(b" ", 2)
            if value.startswith(b"<"):
                found.named.add(value)
            if predicate in asked:
                if predicate in forward:
                    pairs.append((predicate, value))
                if predicate in backward:
                    found.pointing[predicate][value].append(subject)
                if predicate == _SUBCLASS:
                    found.subclasses.append(line)
        if subject in found.subjects:
            raise UnreadableRdf(path, f"not sorted: {subject.decode(errors='replace')} stands in two places")
        read = tuple(pairs)
        found.subjects[subject] = kept.setdefault(read, read)
        found.statements += len(lines)
        each(subject)
    return found


def groups(path: Path) -> Iterator[tuple[bytes, list[bytes]]]:
    """Subject by subject, its lines.

    Raises UnreadableRdf for a line that does not look like `<s> <p> o .` on one line, for a blank node (no file of
    ours has one, and it could not be told apart from itself in another part) and for an escaped IRI, which would not
    be found under its name.
    """
    current, lines = b"", []
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                subject = line[: line.find(b" ")]
                if subject != current:
                    if lines:
                        yield current, lines
                    current, lines = subject, []
                    _check(path, number, line)
                elif not line.endswith(b" .\n") or b" _:" in line or b"\\u" in line:
                    _check(path, number, line)
                lines.append(line)
    except OSError as error:
        raise UnreadableRdf(path, error.strerror or str(error)) from error
    if lines:
        yield current, lines


def _check(path: Path, number: int, line: bytes) -> None:
    terms = line.split(b" ", 2)
    if not line.endswith(b" .\n") or len(terms) < 3 or not terms[1].startswith(b"<"):
        raise UnreadableRdf(path, "not a statement of N-Triples on a line of its own", number)
    if any(term.startswith(b"_:") for term in terms):
        raise UnreadableRdf(path, "a blank node; files of this size must name everything", number)
    if not terms[0].startswith(b"<") or any(term.startswith(b"<") and b"\\" in term for term in terms):
        raise UnreadableRdf(path, "an IRI that is not written out", number)


def term(iri: str) -> bytes:
    """An IRI as it stands in the file."""
    return f"<{iri}>".encode()


def terms(iris: Iterable[str]) -> set[bytes]:
    return {term(iri) for iri in iris}
