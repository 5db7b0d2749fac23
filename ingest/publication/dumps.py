"""The same statements in every RDF syntax, streamed from sorted N-Triples files.

A statement's place in every dump follows from the sorted text alone, so the bytes do not depend on folder, time zone,
locale, hash seed or machine.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import pyoxigraph as ox

from ingest.sorting import Lines, by_subject, merged, read_blocks, subjects
from ontology.namespaces import CODE, KINDS, PREFIXES, RDF, RDFS

_FIRST = (f"<{RDF.type}> ".encode(), f"<{RDFS.label}> ".encode())  # what a reader of Turtle wants to see first
# XML 1.0 has no way to write these, and its readers change a carriage return. Canonical N-Triples escapes all of them.
_UNWRITABLE = re.compile(rb"(?<!\\)(?:\\\\)*\\(?:[bfr]|u00[01][0-9A-F]|uFFF[EF])")


_TYPED = re.compile(rb'"([^"]*)"\^\^<http://www\.w3\.org/2001/XMLSchema#(\w+)> \.\n$')
_CANONICAL = {
    b"integer": re.compile(rb"0|-?[1-9]\d*"),
    b"decimal": re.compile(rb"0|-?[1-9]\d*|-?(0|[1-9]\d*)\.\d*[1-9]"),
    b"boolean": re.compile(rb"true|false"),
}
_WIDENED = frozenset(
    b"byte short int long unsignedByte unsignedShort unsignedInt unsignedLong nonNegativeInteger positiveInteger"
    b" nonPositiveInteger negativeInteger".split()
)


def unpublishable(line: bytes) -> str | None:
    """Why a statement of the data cannot be published, or None.

    A blank node, a text that RDF/XML cannot hold, or a typed literal that the store would change: then the dumps and the
    endpoint would say different things.
    """
    if line.startswith(b"_:") or (b" _:" in line and line.split(b" ", 2)[2].startswith(b"_:")):
        return "a blank node; the data hold only IRIs and literals"
    if b"\\" in line and _UNWRITABLE.search(line):
        return "a control character or carriage return in a text, which RDF/XML cannot hold"
    typed = _TYPED.search(line)
    if typed and typed[2] in _WIDENED:
        return "a derived integer type, which the store keeps as xsd:integer"
    return uncanonical(line)


def uncanonical(line: bytes) -> str | None:
    """Whether a number or boolean is not in canonical form (XML Schema 1.1), as a reason or None."""
    typed = _TYPED.search(line)
    if typed and typed[2] in _CANONICAL and not _CANONICAL[typed[2]].fullmatch(typed[1]):
        return "a typed literal that is not canonical, which the store would change"
    return None


def canonical_lines(ntriples: bytes) -> list[str]:
    """The statements of a small graph (vocabulary, shapes) as sorted lines without line ends, numbers canonical.

    OWL asks for xsd:nonNegativeInteger in cardinalities, so derived integer types stay here, unlike in the data.
    """
    lines = set()
    store = ox.Store()
    for quad in ox.parse(ntriples, format=ox.RdfFormat.N_TRIPLES):
        if uncanonical(f"{quad.triple} .\n".encode()):
            store.add(quad)  # gives numbers back in canonical form
        else:
            lines.add(f"{quad.triple} .")
    lines.update(f"{quad.triple} ." for quad in store)
    return sorted(lines, key=str.encode)


def quad_blocks(graphs: dict[str, Path], base: str) -> Iterator[Lines]:
    """Sorted N-Quads of the graphs, in blocks; the graph named "" gives statements without a graph.

    Adding the graph's name keeps the order of a graph's lines: two objects differ at or before the space that ends the
    shorter one. So the sorted files only need merging.
    """
    return merged(_with_graph(path, _suffix(name, base)) for name, path in sorted(graphs.items()))


def _suffix(name: str, base: str) -> bytes:
    """What stands behind the object in a graph's N-Quads."""
    return f" <{base}graph/{name}> .\n".encode() if name else b" .\n"


def _with_graph(path: Path, suffix: bytes) -> Iterator[Lines]:
    for block in read_blocks(path):
        yield [line[:-3] + suffix for line in block]


def content_sha256(graphs: dict[str, Path], base: str) -> str:
    """SHA-256 in hex of the sorted N-Quads of the graphs."""
    digest = hashlib.sha256()
    for block in quad_blocks(graphs, base):
        digest.update(b"".join(block))
    return digest.hexdigest()


def write_blocks(blocks: Iterable[Lines], out: BinaryIO) -> None:
    for block in blocks:
        out.write(b"".join(block))


def write_triples(path: Path, out: BinaryIO, syntax: ox.RdfFormat, prefixes: dict[str, str]) -> None:
    """One graph in Turtle, JSON-LD or RDF/XML. RDF/XML takes prefixes for properties and classes only."""
    quads = ox.parse(_Stream(_type_first(path)), format=ox.RdfFormat.N_TRIPLES)
    ox.serialize((quad.triple for quad in quads), out, format=syntax, prefixes=prefixes)


def write_statements(lines: list[bytes], out: BinaryIO, prefixes: dict[str, str]) -> None:
    """A small sorted graph as Turtle."""
    quads = ox.parse(b"".join(line for _, group in by_subject(lines) for line in _readable(group)), format=ox.RdfFormat.N_TRIPLES)
    ox.serialize((quad.triple for quad in quads), out, format=ox.RdfFormat.TURTLE, prefixes=prefixes)


def write_quads(graphs: dict[str, Path], base: str, out: BinaryIO, prefixes: dict[str, str]) -> None:
    """All graphs in TriG, the default graph first, then by name."""
    lines = (line for name, path in sorted(graphs.items()) for line in _type_first(path, _suffix(name, base)))
    ox.serialize(ox.parse(_Stream(lines), format=ox.RdfFormat.N_QUADS), out, format=ox.RdfFormat.TRIG, prefixes=prefixes)


def _type_first(path: Path, suffix: bytes = b" .\n") -> Iterator[bytes]:
    """The statements in their order, but each subject's type and label before the rest; the lines of a subject in one."""
    plain = suffix == b" .\n"
    for _, group in subjects(path):
        yield b"".join(_readable(group)) if plain else b"".join([line[:-3] + suffix for line in _readable(group)])


def _readable(group: Lines) -> Lines:
    start = group[0].index(b" ") + 1
    types, labels, rest = [], [], []
    for line in group:
        if line.startswith(_FIRST[0], start):
            types.append(line)
        elif line.startswith(_FIRST[1], start):
            labels.append(line)
        else:
            rest.append(line)
    return types + labels + rest


class _Stream:
    """Pieces of text as a file that can be read once; what is read is as long as the pieces happen to be."""

    def __init__(self, pieces: Iterator[bytes]):
        self._pieces = pieces
        self._left = b""

    def read(self, size: int = -1) -> bytes:
        have = [self._left]
        length = len(self._left)
        while size < 0 or length < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            have.append(piece)
            length += len(piece)
        data = b"".join(have)
        if size < 0:
            self._left = b""
            return data
        self._left = data[size:]
        return data[:size]


def prefixes_in_use(namespaces: set[str], base: str) -> dict[str, str]:
    """Prefixes for the namespaces that occur: the vocabularies', and one for each kind of our resources and code list."""
    known = dict(PREFIXES)
    known |= {f"id-{kind}": f"{base}id/{kind}/" for kind in KINDS}
    known |= {f"code-{_last(space)}": space for space in namespaces if _is_list(space, str(CODE))}
    known |= {f"concept-{_last(space)}": space for space in namespaces if _is_list(space, f"{base}concept/")}
    known["graph"] = f"{base}graph/"
    return {prefix: space for prefix, space in sorted(known.items()) if space in namespaces}


def vocabulary_prefixes(namespaces: set[str]) -> dict[str, str]:
    return {prefix: space for prefix, space in sorted(PREFIXES.items()) if space in namespaces}


def _is_list(space: str, parent: str) -> bool:
    return space.startswith(parent) and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*/", space[len(parent) :]) is not None


def _last(space: str) -> str:
    return space.rstrip("/").rsplit("/", 1)[1]
