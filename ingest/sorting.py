"""Sorted N-Triples files of any size in bounded memory: sorted runs, spilled to files and merged.

Lines are sorted by their bytes, which for UTF-8 is the order of their code points; a line that occurs twice is written once.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

BUFFER = 1 << 20
RUN = 64 << 20  # characters of text that are held before a run is sorted and spilled; sorting takes about thrice as much


class LineSink:
    """Takes lines in any order and writes them sorted and unique. Runs lie beside the file that `finish` writes."""

    def __init__(self, path: Path, run: int = RUN):
        self.path = path
        self._limit = run
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
        """Write what came in to `path` and forget it; returns `path`."""
        if not self._runs:
            with open(self.path, "wb", buffering=0) as out:
                _write_all(out, self._sorted())
            return self.path
        self._spill()
        merge_files(self._runs, self.path)
        for run in self._runs:
            run.unlink()
        self._runs.clear()
        return self.path

    def _spill(self) -> None:
        if self._texts:
            path = self.path.with_name(f"{self.path.name}.run{len(self._runs)}")
            with open(path, "wb", buffering=0) as out:
                _write_all(out, self._sorted())
            self._runs.append(path)

    def _sorted(self) -> bytes:
        """The lines held so far, sorted and unique, as one text; they are held no longer."""
        text = "".join(self._texts)
        self._texts.clear()
        self._held = 0
        data = text.encode()
        del text
        lines = data.split(b"\n")
        del data
        lines.sort()
        # What stands behind the last line feed is empty, and so comes first.
        unique = [line for line, _ in groupby(lines)]
        del lines
        if not unique[0]:
            unique[0:1] = []
        return b"\n".join([*unique, b""]) if unique else b""


def _write_all(out, data: bytes) -> None:
    view = memoryview(data)
    while len(view):
        view = view[out.write(view) :]


def read_lines(path: Path) -> Iterator[bytes]:
    """The lines of a file, each with its line feed."""
    with open(path, "rb", buffering=BUFFER) as file:
        yield from file


def merged(paths: Iterable[Path]) -> Iterator[bytes]:
    """The lines of sorted files as one sorted file would have them, each once."""
    streams = [read_lines(path) for path in paths]
    lines = heapq.merge(*streams) if len(streams) > 1 else iter(streams[0]) if streams else iter(())
    for line, _ in groupby(lines):
        yield line


def merge_files(paths: Iterable[Path], target: Path) -> None:
    with open(target, "wb", buffering=BUFFER) as out:
        out.writelines(merged(paths))


def write_sorted(lines: Iterable[str], target: Path) -> Path:
    """A small graph: lines without line feeds, in any order, written sorted and unique."""
    with open(target, "w", encoding="utf-8", newline="\n") as out:
        out.writelines(f"{line}\n" for line in sorted(set(lines)))
    return target


class SortedFile:
    """A sorted N-Triples file as a sequence of its lines without line feeds, read anew each time it is walked through."""

    def __init__(self, path: Path):
        self.path = path

    def __iter__(self) -> Iterator[str]:
        with open(self.path, encoding="utf-8", newline="\n", buffering=BUFFER) as file:
            for line in file:
                yield line[:-1]

    def __len__(self) -> int:
        with open(self.path, "rb", buffering=BUFFER) as file:
            return sum(1 for _ in file)

    def __bool__(self) -> bool:
        return self.path.stat().st_size > 0

    def __eq__(self, other: object) -> bool:
        if isinstance(other, SortedFile):
            return self.path.read_bytes() == other.path.read_bytes()
        return isinstance(other, list) and list(self) == other

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"SortedFile({self.path.name})"
