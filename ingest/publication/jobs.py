"""The parts of writing a release that can be done beside each other (`ingest.publication.helpers`).

Each takes the release folder and small arguments that can be sent to another process.
"""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from typing import BinaryIO

from ingest.publication import dumps, tables
from ingest.publication.files import ReleaseFolder
from ingest.publication.syntaxes import SYNTAXES, Prefixes, Syntax, Turtle
from ingest.publication.working import Worked, unwatched

MEDIA_TYPES = {
    ".nt": "application/n-triples", ".nq": "application/n-quads", ".ttl": "text/turtle", ".trig": "application/trig",
    ".jsonld": "application/ld+json", ".rdf": "application/rdf+xml", ".csv": "text/csv", ".json": "application/json",
    ".txt": "text/plain",
}  # fmt: skip
ANEW = "_default"  # no graph has such a name


def media_type(path: str) -> str:
    return MEDIA_TYPES[Path(path).suffix]


def triple_dumps(folder: ReleaseFolder, *, source: Path, prefixes: dict[str, Prefixes]) -> None:
    """The consolidated graph in the syntaxes that the files' names say, given with the prefixes of each."""
    with contextlib.ExitStack() as files:
        outputs = [_output(folder, path, names, files) for path, names in prefixes.items()]
        dumps.write_triples(source, outputs, worked=folder.worked)


def turtle_dump(folder: ReleaseFolder, *, path: str, source: Path, prefixes: Prefixes, graphs: dict[str, Path], blocks: Path) -> None:
    """The consolidated graph in Turtle and, in the folder `blocks`, what TriG will have of the named graphs."""
    blocks.mkdir()
    with contextlib.ExitStack() as files:
        output = _output(folder, path, prefixes, files)
        dumps.write_triples(source, [output], _blocks(graphs, prefixes, blocks, files, folder.worked), folder.worked)


def turtle_anew(_folder: ReleaseFolder, *, source: Path, prefixes: Prefixes, graphs: dict[str, Path], blocks: Path) -> None:
    """The same for TriG alone: the consolidated graph too in a file of that folder, `ANEW`."""
    blocks.mkdir()
    with contextlib.ExitStack() as files:
        default = files.enter_context(open(blocks / ANEW, "xb"))
        dumps.write_triples(source, [(Turtle(prefixes), default)], _blocks(graphs, prefixes, blocks, files))


def _blocks(
    graphs: dict[str, Path], prefixes: Prefixes, folder: Path, files: contextlib.ExitStack, worked: Worked = unwatched
) -> list[dumps.Block]:
    return [
        files.enter_context(dumps.Block(graph, prefixes, files.enter_context(open(folder / name, "xb")), worked)) for name, graph in graphs.items()
    ]


def _output(folder: ReleaseFolder, path: str, prefixes: Prefixes, files: contextlib.ExitStack) -> tuple[Syntax, BinaryIO]:
    out = files.enter_context(folder.create(path, media_type(path), compressed=True))
    return SYNTAXES[Path(path).suffix](prefixes), out


def nquads_dump(folder: ReleaseFolder, *, path: str, graphs: dict[str, Path], base: str) -> None:
    with folder.create(path, media_type(path), compressed=True) as out:
        dumps.write_blocks(dumps.quad_blocks(graphs, base, folder.worked), out)


def trig_dump(
    folder: ReleaseFolder, *, path: str, default: tuple[Path, Prefixes], blocks: dict[str, Path], base: str, prefixes: Prefixes
) -> None:
    with folder.create(path, media_type(path), compressed=True) as out:
        dumps.write_trig(default, blocks, base, out, prefixes)


def table_files(folder: ReleaseFolder, *, source: Path, scratch: Path) -> dict[str, int]:
    """All CSV tables with their copies; gives the number of rows by table.

    `scratch` is a folder to make for rows on their way into order; after a failure the caller removes it.
    """
    scratch.mkdir()
    counts = tables.write_tables(tables.table_queries(), source, lambda path: folder.create(path, "text/csv"), scratch, folder.worked)
    shutil.rmtree(scratch)
    return counts
