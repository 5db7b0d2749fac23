"""How far the reading of the tables is, for who watches a build."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from ingest.readers import Row
from ingest.sources import SourceFolder

Progress = Callable[[str, int, int], None]  # step name, done, total
Within = Callable[[int, int], None]  # of the step's work: done, total


def within(progress: Progress | None) -> Within | None:
    """Whom to tell how much of a step's work is done: `progress.within`, where progress has that."""
    return getattr(progress, "within", None)


class Reading:
    """How much of the tables has been read: told to `progress.within(bytes done, of all)` where progress has that.

    Rows say how long they are in characters, so what is told is exact only at the end of each table.
    """

    EVERY = 500  # rows

    def __init__(self, folders: Iterable[SourceFolder], progress: Progress | None):
        self._tell = within(progress)
        self._done = self._total = 0
        if self._tell is not None:
            self._total = sum(_size(folder.path / table.file_name(slug)) for folder in folders for slug, table in folder.contract.tables.items())

    def of(self, path: Path, rows: Iterable[Row], passes: int = 1) -> Iterator[Row]:
        """Pass the rows of one of so many passes through a table's file."""
        if self._tell is None:
            yield from rows
            return
        size = _size(path) // passes
        end, length = self._done + size, 0
        for number, row in enumerate(rows, start=1):
            yield row
            length += len(row.cells) + sum(map(len, row.cells.values()))
            if number % self.EVERY == 0:
                self._tell(min(self._done + length // passes, end), self._total)
        self._done = end
        self._tell(end, self._total)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
