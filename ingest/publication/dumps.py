"""The same statements in every RDF syntax, streamed from sorted N-Triples files.

A statement's place in every dump follows from the sorted text alone, so the bytes do not depend on folder, time zone,
locale, hash seed or machine.
"""

from __future__ import annotations

import hashlib
import heapq
import re
from collections.abc import Iterable, Iterator
from itertools import chain, groupby
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO

import pyoxigraph as ox

from ontology.namespaces import CODE, KINDS, PREFIXES, RDF, RDFS

CHUNK = 1 << 20
_FIRST = {str(RDF.type): 0, str(RDFS.label): 1}  # what a reader of Turtle wants to see first
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


def read_lines(path: Path) -> Iterator[bytes]:
    with open(path, "rb", buffering=CHUNK) as file:
        yield from file


def quad_lines(graphs: dict[str, Path], base: str) -> Iterator[bytes]:
    """Sorted N-Quads of the graphs; the graph named "" gives statements without a graph.

    Adding the graph's name keeps the order of a graph's lines: two objects differ at or before the space that ends the
    shorter one. So the sorted files only need merging.
    """
    streams = []
    for name, path in sorted(graphs.items()):
        suffix = f" <{base}graph/{name}> .\n".encode() if name else b" .\n"
        streams.append(_with_graph(path, suffix))
    return heapq.merge(*streams)


def _with_graph(path: Path, suffix: bytes) -> Iterator[bytes]:
    for line in read_lines(path):
        yield line[:-3] + suffix


def content_sha256(graphs: dict[str, Path], base: str) -> str:
    """SHA-256 in hex of the sorted N-Quads of the graphs."""
    digest = hashlib.sha256()
    for line in quad_lines(graphs, base):
        digest.update(line)
    return digest.hexdigest()


def write_lines(lines: Iterable[bytes], out: BinaryIO) -> None:
    for line in lines:
        out.write(line)


def write_triples(path: Path, out: BinaryIO, syntax: ox.RdfFormat, prefixes: dict[str, str]) -> None:
    """One graph in Turtle, JSON-LD or RDF/XML. RDF/XML takes prefixes for properties and classes only."""
    ox.serialize((quad.triple for quad in _readable(path)), out, format=syntax, prefixes=prefixes)


def write_statements(lines: list[bytes], out: BinaryIO, prefixes: dict[str, str]) -> None:
    """A small sorted graph as Turtle."""
    quads = ox.parse(b"".join(lines), format=ox.RdfFormat.N_TRIPLES)
    ox.serialize((quad.triple for quad in _type_first(quads)), out, format=ox.RdfFormat.TURTLE, prefixes=prefixes)


def write_quads(graphs: dict[str, Path], base: str, out: BinaryIO, prefixes: dict[str, str]) -> None:
    """All graphs in TriG, the default graph first, then by name."""
    named = (_in_graph(path, f"{base}graph/{name}" if name else None) for name, path in sorted(graphs.items()))
    ox.serialize(chain.from_iterable(named), out, format=ox.RdfFormat.TRIG, prefixes=prefixes)


def _in_graph(path: Path, graph: str | None) -> Iterator[ox.Quad]:
    node = ox.NamedNode(graph) if graph else ox.DefaultGraph()
    for quad in _readable(path):
        yield ox.Quad(quad.subject, quad.predicate, quad.object, node)


def _readable(path: Path) -> Iterator[ox.Quad]:
    return _type_first(ox.parse(path=str(path), format=ox.RdfFormat.N_TRIPLES))


def _type_first(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """The statements in their order, but each subject's type and label before the rest."""
    for _, statements in groupby(quads, key=attrgetter("subject")):
        yield from sorted(statements, key=lambda quad: _FIRST.get(quad.predicate.value, 2))


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
