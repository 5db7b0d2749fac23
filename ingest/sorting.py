"""Sorted N-Triples files of any size in bounded memory: sorted runs, spilled to files and merged.

Lines are sorted by their bytes, which for UTF-8 is the order of their code points; a line that occurs twice is written once.
Merging works on blocks of lines, so that comparing them is left to `list.sort`, which merges sorted runs many times faster
than a loop over lines could.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Generator, Iterable, Iterator
from io import BytesIO
from itertools import chain, compress, islice
from operator import ne
from pathlib import Path
from typing import IO

from commitments.sorted_statements import mapped, start_of
from ingest.apart import Apart, cores

BUFFER = 1 << 20
RUN = 64 << 20  # characters of text that are held before a run is sorted and spilled; sorting takes about thrice as much
APART = 8 << 20  # characters of a run from which another process sorts it, where there is a core for that
BLOCK = 1 << 20  # bytes of each file that are held while files are merged

Lines = list[bytes]  # each with its line feed
Group = tuple[bytes, Lines]  # a subject as N-Triples term, and its lines


class LineSink:
    """Takes lines in any order and writes them sorted and unique. Runs lie beside the file that `finish` writes.

    All large runs but the last are sorted by another process, one at a time, while more lines come in.
    """

    def __init__(self, path: Path, run: int = RUN):
        self.path = path
        self._limit = run
        self._sorter: Apart | None = None
        self._texts: list[str] = []
        self._held = 0
        self._runs: list[Path] = []

    def emit(self, text: str) -> None:
        """One or more finished lines, each ending in a line feed."""
        self._texts.append(text)
        self._held += len(text)
        if self._held > self._limit:
            self._spill()

    def finish(self) -> Path:
        """Write what came in to `path` and forget it; returns `path`. Raises ingest.apart.ProcessFailed."""
        if not self._runs:
            self._write(self.path)
            return self.path
        if self._texts:
            self._write(self._next_run())
        self._wait()
        merge_files(self._runs, self.path)
        for run in self._runs:
            run.unlink()
        self._runs.clear()
        return self.path

    def _spill(self) -> None:
        run = self._next_run()
        if self._held < APART or cores() < 2:
            self._write(run)
            return
        self._wait()
        with open(run, "wb", buffering=BUFFER) as out:
            out.writelines(text.encode() for text in self._texts)
        self._forget()
        self._sorter = Apart(sort_file, run)

    def _next_run(self) -> Path:
        path = self.path.with_name(f"{self.path.name}.run{len(self._runs)}")
        self._runs.append(path)
        return path

    def _wait(self) -> None:
        if self._sorter is not None:
            self._sorter.result()
            self._sorter = None

    def _write(self, path: Path) -> None:
        """Sort the lines held so far into a file; they are held no longer."""
        data = b"".join([text.encode() for text in self._texts])
        self._forget()
        lines = data.split(b"\n")
        del data
        _write_sorted(lines, path)

    def _forget(self) -> None:
        self._texts.clear()
        self._held = 0


def sort_file(path: Path) -> None:
    """Sort the lines of a file that fits into memory, in their place."""
    _write_sorted(path.read_bytes().split(b"\n"), path)


def _write_sorted(lines: Lines, path: Path) -> None:
    """Write lines without their line feeds sorted and unique; the list is used up."""
    lines.sort()
    del lines[: bisect_right(lines, b"")]  # what stands behind a text's last line feed
    with open(path, "wb", buffering=BUFFER) as out:
        for start in range(0, len(lines), 65_536):
            block = _once(lines[start : start + 65_536])
            if start and lines[start - 1] == block[0]:
                del block[0]
            out.write(b"\n".join([*block, b""]) if block else b"")


def _once(lines: Lines) -> Lines:
    """Sorted lines, each once."""
    return [*compress(lines, map(ne, lines, islice(lines, 1, None))), *lines[-1:]]


def read_blocks(path: Path) -> Iterator[Lines]:
    """The lines of a file, some thousands at a time."""
    with open(path, "rb", buffering=BUFFER) as file:
        while block := file.readlines(BLOCK):
            yield block


def read_lines(path: Path) -> Iterator[bytes]:
    """The lines of a file, each with its line feed."""
    for block in read_blocks(path):
        yield from block


def merged(streams: Iterable[Iterator[Lines]]) -> Iterator[Lines]:
    """Blocks of the lines of sorted, unique streams in one order, each line once."""
    heads = [(block, stream) for stream in streams if (block := next(stream, None)) is not None]
    while len(heads) > 1:
        # All that stands at or before the first end of a block is here, whichever stream it comes from.
        last = min(block[-1] for block, _ in heads)
        ready: list[Lines] = []
        kept: list[tuple[Lines, Iterator[Lines]]] = []
        for block, stream in heads:
            cut = bisect_right(block, last) if block[-1] != last else len(block)  # so that even unsorted lines come to an end
            if cut:
                ready.append(block[:cut] if cut < len(block) else block)
            rest = block[cut:] if cut < len(block) else next(stream, None)
            if rest:
                kept.append((rest, stream))
        heads = kept
        yield ready[0] if len(ready) == 1 else _once(sorted(chain.from_iterable(ready)))
    for block, stream in heads:
        yield block
        yield from stream


def merge_files(paths: Iterable[Path], target: Path) -> Path:
    """Write the lines of sorted, unique files as one such file."""
    with open(target, "wb", buffering=0) as out:
        for block in merged(read_blocks(path) for path in paths):
            write_block(out, block)
    return target


def merge_into(large: Path, others: Iterable[Path], target: Path) -> Path:
    """`merge_files` of a large file and others far smaller: stretches of the large one in which no other has a line are only copied."""
    added = chain.from_iterable(merged(read_blocks(path) for path in others))
    line = next(added, None)
    with open(large, "rb", buffering=BUFFER) as stream, open(target, "wb", buffering=0) as out:
        while stretch := stream.read(BLOCK):
            stretch += stream.readline()  # to the end of its last line
            last = stretch[stretch.rfind(b"\n", 0, -1) + 1 :]
            between: Lines = []
            while line is not None and line <= last:
                between.append(line)
                line = next(added, None)
            write_block(out, _once(sorted([*BytesIO(stretch), *between])) if between else [stretch])
        if line is not None:
            write_block(out, [line, *added])
    return target


def write_block(out: IO[bytes], block: Lines) -> None:
    view = memoryview(b"".join(block))
    while len(view):
        view = view[out.write(view) :]


def write_sorted(lines: Iterable[str], target: Path) -> Path:
    """A small graph: lines without line feeds, in any order, written sorted and unique."""
    with open(target, "w", encoding="utf-8", newline="\n") as out:
        out.writelines(f"{line}\n" for line in sorted(set(lines)))
    return target


def subjects(path: Path) -> Iterator[Group]:
    """The lines of a sorted file by their subject term."""
    return by_subject(read_blocks(path))


def by_subject(blocks: Iterable[Lines]) -> Generator[Group, None, None]:
    """The lines of sorted blocks by their subject, wherever blocks end: found by bisection, as they stand side by side."""
    left: Lines = []  # of the last subject so far: the next block may have more
    for block in blocks:
        lines, start = left + block, 0
        while True:
            subject = lines[start][: lines[start].index(b" ")]
            # "!" follows the space that ends a subject. Lines out of order give some group, but come to an end.
            end = max(bisect_left(lines, subject + b"!", start), start + 1)
            if end == len(lines):
                break
            yield subject, lines[start:end]
            start = end
        left = lines[start:]
    if left:
        yield left[0][: left[0].index(b" ")], left


def with_prefix(path: Path, prefix: bytes) -> Iterator[bytes]:
    """The lines of a sorted file that start with `prefix`. They may be most of it, so they are read, not mapped."""
    with mapped(path) as text:
        start = start_of(text, prefix)
    with open(path, "rb", buffering=1 << 16) as file:
        file.seek(start)
        for line in file:
            if not line.startswith(prefix):
                return
            yield line


class SortedFile:
    """A sorted N-Triples file as a collection of its lines without line feeds, read anew each time it is walked through."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, path: Path, folder: object = None):
        self.path = path
        self._folder = folder  # a temporary folder that must last as long as the file is wanted

    def __iter__(self) -> Iterator[str]:
        for line in read_lines(self.path):
            yield line[:-1].decode()

    def __len__(self) -> int:
        return sum(map(len, read_blocks(self.path)))

    def __bool__(self) -> bool:
        return self.path.stat().st_size > 0

    def __eq__(self, other: object) -> bool:
        if isinstance(other, SortedFile):
            return self.path.read_bytes() == other.path.read_bytes()
        return isinstance(other, list) and list(self) == other

    def __repr__(self) -> str:
        return f"SortedFile({self.path.name})"
