"""The same statements in every RDF syntax, streamed from sorted N-Triples files.

A statement's place in every dump follows from the sorted text alone, so the bytes do not depend on folder, time zone,
locale, hash seed or machine.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import pyoxigraph as ox

from ingest.publication.grouping import subjects
from ingest.publication.syntaxes import Prefixes, Syntax, Turtle, Writer
from ingest.publication.working import Worked, counted, unwatched
from ingest.sorting import Group, Lines, by_subject, merged, read_blocks
from ingest.uris import Addresses
from ontology.namespaces import CODE, KINDS, PREFIXES

_TOGETHER = 1_000  # subjects of a block that are looked at together
_COPIED = 1 << 20
_END = b" .\n"

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


def quad_blocks(graphs: dict[str, Path], base: str, worked: Worked = unwatched) -> Iterator[Lines]:
    """Sorted N-Quads of the graphs, in blocks; the graph named "" gives statements without a graph.

    Adding the graph's name keeps the order of a graph's lines: two objects differ at or before the space that ends the
    shorter one. So the sorted files only need merging.
    """
    return merged(_with_graph(counted(read_blocks(path), worked), _suffix(name, base)) for name, path in sorted(graphs.items()))


def _suffix(name: str, base: str) -> bytes:
    """What stands behind the object in a graph's N-Quads."""
    return f" <{Addresses(base).graph(name)}> .\n".encode() if name else _END


def _with_graph(blocks: Iterable[Lines], suffix: bytes) -> Iterator[Lines]:
    for block in blocks:
        yield [line[:-3] + suffix for line in block] if suffix != _END else block


def content_sha256(graphs: dict[str, Path], base: str, worked: Worked = unwatched) -> str:
    """SHA-256 in hex of the sorted N-Quads of the graphs."""
    digest = hashlib.sha256()
    for block in quad_blocks(graphs, base, worked):
        digest.update(b"".join(block))
    return digest.hexdigest()


def write_blocks(blocks: Iterable[Lines], out: BinaryIO) -> None:
    for block in blocks:
        out.write(b"".join(block))


def write_triples(path: Path, outputs: Sequence[tuple[Syntax, BinaryIO]], also: Sequence[Block] = (), worked: Worked = unwatched) -> None:
    """One graph in several syntaxes, each of which counts as work. The first is Turtle where there are blocks to be written along with it."""
    begun = False
    with closing(subjects(path, lambda read: worked(read * len(outputs)))) as graph:
        for groups, resources in Writer([syntax for syntax, _ in outputs]).batches(graph):
            for (syntax, out), texts in zip(outputs, resources, strict=True):
                out.write((syntax.joint if begun else syntax.begin) + syntax.joint.join(texts))
            begun = True
            if also:
                written = {subject: (lines, text) for (subject, lines), text in zip(groups, resources[0], strict=True)}
                for block in also:
                    block.write_up_to(groups[-1][0], written)
    for syntax, out in outputs:
        out.write(syntax.end if begun else syntax.written([]))
    for block in also:
        block.write_rest()


class Block(AbstractContextManager["Block"]):
    """The statements of a graph as they stand between its brackets in TriG: Turtle, a tab further in.

    What the graph says of a subject is mostly what the default graph says, and need not be written anew. A context manager.
    """

    def __init__(self, path: Path, prefixes: Prefixes, out: BinaryIO, worked: Worked = unwatched):
        self._out = out
        self._writer = Writer([Turtle(prefixes)])
        self._groups = subjects(path, worked)
        self._ahead = next(self._groups, None)

    def __exit__(self, *_raised: object) -> None:
        self._groups.close()

    def write_up_to(self, last: bytes, written: dict[bytes, tuple[Lines, bytes]]) -> None:
        """Write all subjects up to this one; `written` has statements and text of what another graph says of them."""
        while self._ahead is not None and self._ahead[0] <= last:
            groups = []
            while self._ahead is not None and self._ahead[0] <= last and len(groups) < _TOGETHER:
                groups.append(self._ahead)
                self._ahead = next(self._groups, None)
            same = [written[subject][1] if subject in written and written[subject][0] == lines else b"" for subject, lines in groups]
            others = self._texts(group for group, text in zip(groups, same, strict=True) if not text)
            self._write([text or next(others) for text in same])

    def write_rest(self) -> None:
        if self._ahead is not None:
            for _, (texts,) in self._writer.batches(chain([self._ahead], self._groups)):
                self._write(texts)
            self._ahead = None

    def _texts(self, groups: Iterable[Group]) -> Iterator[bytes]:
        for _, (texts,) in self._writer.batches(groups):
            yield from texts

    def _write(self, texts: Lines) -> None:
        self._out.write(b"\t" + b"".join(texts)[:-1].replace(b"\n", b"\n\t") + b"\n")  # line feeds in texts are escaped


def write_trig(default: tuple[Path, Prefixes], blocks: dict[str, Path], base: str, out: BinaryIO, prefixes: Prefixes) -> None:
    """All graphs in TriG, put together: the default graph from its Turtle, given with the prefixes there, then the blocks by name.

    Statements must be written alike with those prefixes and with these (`alike`); one graph at least must hold some.
    """
    turtle = Turtle(prefixes)
    with open(default[0], "rb") as text:
        text.seek(len(Turtle(default[1]).begin))
        out.write(turtle.begin)
        shutil.copyfileobj(text, out, _COPIED)
    for name, path in sorted(blocks.items()):
        if path.stat().st_size:
            (graph,) = Writer([turtle]).begins(f"<{Addresses(base).graph(name)}>".encode())
            out.write(graph + b"{\n")
            with open(path, "rb") as block:
                shutil.copyfileobj(block, out, _COPIED)
            out.write(b"}\n")


def alike(prefixes: Prefixes, more: Prefixes, namespaces: set[str]) -> bool:
    """Whether statements are written alike with some prefixes and with more, given the namespaces of all their IRIs."""
    if not prefixes.items() <= more.items():
        return False
    added = set(more.values()) - set(prefixes.values())
    return not any(namespace.startswith(space) for namespace in namespaces for space in added)


def write_statements(lines: Lines, out: BinaryIO, prefixes: Prefixes) -> None:
    """A small sorted graph as Turtle."""
    turtle = Turtle(prefixes)
    texts = [text for _, (batch,) in Writer([turtle]).batches(by_subject([lines] if lines else [])) for text in batch]
    out.write(turtle.begin + b"".join(texts) if texts else b"")


def prefixes_in_use(namespaces: set[str], base: str) -> dict[str, str]:
    """Prefixes for the namespaces that occur: the vocabularies', and one for each kind of our resources and code list."""
    known = dict(PREFIXES)
    known |= {f"id-{kind}": Addresses(base).space(kind) for kind in KINDS}
    known |= {f"code-{_last(space)}": space for space in namespaces if _is_list(space, str(CODE))}
    known |= {f"concept-{_last(space)}": space for space in namespaces if _is_list(space, f"{base}concept/")}
    known["graph"] = Addresses(base).graph("")
    return {prefix: space for prefix, space in sorted(known.items()) if space in namespaces}


def vocabulary_prefixes(namespaces: set[str]) -> dict[str, str]:
    return {prefix: space for prefix, space in sorted(PREFIXES.items()) if space in namespaces}


def _is_list(space: str, parent: str) -> bool:
    return space.startswith(parent) and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*/", space[len(parent) :]) is not None


def _last(space: str) -> str:
    return space.rstrip("/").rsplit("/", 1)[1]
