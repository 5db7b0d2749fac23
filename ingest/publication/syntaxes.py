"""Sorted statements in several syntaxes at once: pieces from pyoxigraph, put together here.

Nearly all statements of a release end as others do, with the same predicate and object. pyoxigraph writes each such end once,
after a subject that is not kept, and what it wrote is remembered; here ends only follow their subject. So terms are written by
the library alone, with its rules for prefixes, escapes and numbers, and files are those that its own serializers write
(tests/publication/test_syntaxes.py compares them), in a third of the time.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from operator import itemgetter

import pyoxigraph as ox

from ingest.publication.statistics import NotSorted
from ingest.sorting import Group
from ontology.namespaces import RDF, RDFS

Prefixes = dict[str, str]
_FIRST = f"<{RDF.type}> ".encode(), f"<{RDFS.label}> ".encode()  # what a reader of Turtle wants to see first
_BATCH = 5_000  # statements whose new ends are written together
_REMEMBERED = 65_536  # ends that are remembered
_LONG = 500  # bytes of an end that is not worth remembering: such texts do not come again
# Subjects for ends alone. They alternate, so that no statement joins the one before; no prefix of a release shortens them.
_STAND_INS = b"<x:0> ", b"<x:1> "

# How ends of statements are written: each after a subject or another predicate, and each after an end with the same predicate.
Pieces = tuple[list[bytes], list[bytes]]


class Syntax(ABC):
    """How one syntax puts pieces together. `begin` and `end` stand around all statements, `joint` between two subjects."""

    format: ox.RdfFormat
    begin: bytes
    end: bytes
    joint = b""

    def __init__(self, prefixes: Prefixes):
        self._prefixes = prefixes
        self.begin, self.end = self._frame(self.written(_parsed(_STAND_INS[0] + _itself(b"<x:o>"))))

    def written(self, quads: Iterable[ox.Quad]) -> bytes:
        """A document of the library's."""
        return ox.serialize(quads, format=self.format, prefixes=self._prefixes) or b""

    @abstractmethod
    def _frame(self, document: bytes) -> tuple[bytes, bytes]:
        """Begin and end, from a document of one statement."""

    @abstractmethod
    def pieces(self, document: bytes) -> Pieces:
        """Take a document apart whose subjects are the stand-ins in turn, none with a type."""

    def types(self, end: bytes) -> Pieces:
        """The same for a single end that says a type."""
        return self.pieces(self.written(_parsed(_STAND_INS[0] + end)))

    @abstractmethod
    def subject(self, itself: bytes) -> bytes:
        """What stands for a subject before its ends, from what stands for it as an object that follows another."""

    @abstractmethod
    def resource(self, subject: bytes, ends: bytes) -> bytes:
        """All of a subject."""


class Turtle(Syntax):
    """Turtle, and what TriG has for the default graph and between the brackets of another."""

    format = ox.RdfFormat.TURTLE
    _AFTER = len(_STAND_INS[0])

    def _frame(self, document: bytes) -> tuple[bytes, bytes]:
        return document[: document.index(_STAND_INS[0])], b""

    def pieces(self, document: bytes) -> Pieces:
        lines = document[len(self.begin) :].split(b" .\n")[:-1]  # line feeds in texts are escaped
        after = self._AFTER
        return [b" ;\n\t" + line[after:] for line in lines], [b" , " + line[line.index(b" ", after) + 1 :] for line in lines]

    def subject(self, itself: bytes) -> bytes:
        return itself[len(b" , ") :] + b" "

    def resource(self, subject: bytes, ends: bytes) -> bytes:
        return subject + ends[len(b" ;\n\t") :] + b" .\n"


class JsonLd(Syntax):
    """Expanded JSON-LD, without a context."""

    format = ox.RdfFormat.JSON_LD
    joint = b","
    _BETWEEN = re.compile(rb'\]\},\{"@id":"x:[01]",')  # in no text: quotation marks in texts are escaped

    def _frame(self, document: bytes) -> tuple[bytes, bytes]:
        return document[: document.index(b"{")], document[document.rindex(b"}") + 1 :]

    def pieces(self, document: bytes) -> Pieces:
        said = self._BETWEEN.split(document[len(self.begin + b'{"@id":"x:0",') : -len(b"]}" + self.end)])
        return [b"]," + one for one in said], [b"," + one[one.index(b'":[') + 3 :] for one in said]

    def subject(self, itself: bytes) -> bytes:
        return itself[len(b",") : -len(b"}")]

    def resource(self, subject: bytes, ends: bytes) -> bytes:
        return subject + ends[len(b"]") :] + b"]}"


class RdfXml(Syntax):
    """RDF/XML, in which a subject's first type is the name of its element."""

    format = ox.RdfFormat.RDF_XML
    _PLAIN, _CLOSED = b"\t<rdf:Description", b"\t</rdf:Description>\n"
    _ABOUT, _OPEN = b' rdf:about="', b'">\n'
    _BETWEEN = re.compile(rb'\t</rdf:Description>\n\t<rdf:Description rdf:about="x:[01]">\n')  # in no text: brackets in texts are escaped
    _AFTER = len(_PLAIN + _ABOUT + b"x:0" + _OPEN)

    def _frame(self, document: bytes) -> tuple[bytes, bytes]:
        return document[: document.index(self._PLAIN)], document[document.index(self._CLOSED) + len(self._CLOSED) :]

    def pieces(self, document: bytes) -> Pieces:
        elements = self._BETWEEN.split(document[len(self.begin) + self._AFTER : -len(self._CLOSED + self.end)])
        return elements, elements

    def types(self, end: bytes) -> Pieces:
        """As the name of an element, up to where the subject stands, and as a property."""
        name = self.written(_parsed(_STAND_INS[0] + end))[len(self.begin) : -len(self.end)]
        also = self.written(_parsed(_STAND_INS[0] + _itself(b"<x:o>") + _STAND_INS[0] + end))
        start = also.index(b"\n", len(self.begin) + self._AFTER) + 1
        plain = also[start : -len(self._CLOSED + self.end)]
        return [plain if name.startswith(self._PLAIN + self._ABOUT) else name[: name.index(self._ABOUT)] + b"\n"], [plain]

    def subject(self, itself: bytes) -> bytes:
        start = itself.index(b' rdf:resource="') + len(b' rdf:resource="')
        return self._ABOUT + itself[start : -len(b'"/>\n')] + self._OPEN

    def resource(self, subject: bytes, ends: bytes) -> bytes:
        if ends.startswith(b"\t\t"):
            return self._PLAIN + subject + ends + self._CLOSED
        element, _, others = ends.partition(b"\n")
        return element + subject + others + b"\t</" + element[len(b"\t<") :].split(b" ", 1)[0] + b">\n"


SYNTAXES: dict[str, type[Syntax]] = {".ttl": Turtle, ".jsonld": JsonLd, ".rdf": RdfXml}

# Its rank, its predicate (one object for all ends with that predicate), and its pieces in all syntaxes.
_End = tuple[int, bytes, tuple[bytes, ...], tuple[bytes, ...]]


class Writer:
    """Writes sorted statements in several syntaxes; what it remembers serves all graphs that are given to it."""

    def __init__(self, syntaxes: Sequence[Syntax]):
        self._syntaxes = syntaxes
        self._known: dict[bytes, _End] = {}
        self._predicates: dict[bytes, bytes] = {}

    def batches(self, groups: Iterable[Group]) -> Iterator[tuple[list[Group], list[list[bytes]]]]:
        """The groups again, some at a time, with what stands for each of them in each of the syntaxes."""
        for batch in _batches(groups):
            ends = [[line[len(subject) + 1 :] for line in lines] for subject, lines in batch]
            new = [end for end in dict.fromkeys(chain.from_iterable(ends)) if end not in self._known]
            begins = self._learn(new, [subject for subject, _ in batch])
            known = self._known
            columns = zip(*[_columns([known[end] for end in of_subject]) for of_subject in ends], strict=True)
            yield batch, [
                list(map(syntax.resource, begin, map(b"".join, column)))
                for syntax, begin, column in zip(self._syntaxes, begins, columns, strict=True)
            ]
            self._forget(new)

    def begins(self, subject: bytes) -> list[bytes]:
        """What stands for a subject before its ends in each of the syntaxes."""
        return [begin for (begin,) in self._learn([], [subject])]

    def _learn(self, ends: list[bytes], subjects: list[bytes]) -> list[list[bytes]]:
        """Have new ends written, and subjects; gives the latter's begins by syntax."""
        types = [end for end in ends if end.startswith(_FIRST[0])]
        others = [end for end in ends if not end.startswith(_FIRST[0])]
        for end in types:
            self._note([end], [syntax.types(end) for syntax in self._syntaxes])
        document = [*others, *map(_itself, subjects)]
        quads = _parsed(b"".join([_STAND_INS[number % 2] + end for number, end in enumerate(document)]))
        pieces = [syntax.pieces(syntax.written(quads)) for syntax in self._syntaxes] if quads else [([], [])] * len(self._syntaxes)
        if any(len(found) != len(document) for found in (quads, *chain.from_iterable(pieces))):
            # Else pieces would stand in wrong places: some line is two statements, or the library has come to write otherwise.
            raise NotSorted(f"not one statement and one piece for each of {len(document)} lines, such as {document[0][:120]!r}")
        self._note(others, pieces)
        return [list(map(syntax.subject, continued[len(others) :])) for syntax, (_, continued) in zip(self._syntaxes, pieces, strict=True)]

    def _note(self, ends: list[bytes], pieces: list[Pieces]) -> None:
        predicates = [end[: end.index(b" ") + 1] for end in ends]
        ranks = [_FIRST.index(predicate) if predicate in _FIRST else len(_FIRST) for predicate in predicates]
        kept = map(self._predicates.setdefault, predicates, predicates)
        started, continued = zip(*pieces, strict=True)
        self._known.update(zip(ends, zip(ranks, kept, zip(*started), zip(*continued))))  # noqa: B905 - pieces of subjects follow

    def _forget(self, new: list[bytes]) -> None:
        if len(self._known) > _REMEMBERED:
            self._known.clear()
            return
        for end in new:
            if len(end) > _LONG:
                del self._known[end]


def _parsed(ntriples: bytes) -> list[ox.Quad]:
    return list(ox.parse(ntriples, format=ox.RdfFormat.N_TRIPLES))


def _itself(subject: bytes) -> bytes:
    """An end in which a subject is the object."""
    return b"<x:p> " + subject + b" .\n"


def _batches(groups: Iterable[Group]) -> Iterator[list[Group]]:
    batch: list[Group] = []
    statements = 0
    for group in groups:
        batch.append(group)
        statements += len(group[1])
        if statements >= _BATCH:
            yield batch
            batch, statements = [], 0
    if batch:
        yield batch


def _columns(ends: list[_End]) -> list[tuple[bytes, ...]]:
    """The ends of one subject by syntax, types and labels before the rest."""
    ends.sort(key=itemgetter(0))
    pieces, before = [], b""
    for _, predicate, started, continued in ends:
        if predicate is before:
            pieces.append(continued)
        else:
            pieces.append(started)
            before = predicate
    return list(zip(*pieces, strict=True))
