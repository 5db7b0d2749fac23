"""What is kept out of the graph, with its reason: in memory up to a stated number, beyond it in sorted runs on disk.

An entry stands for one cell, or with column "" for the filled cells of a whole row (`cells`), so that the entries' `cells`
add up to the account's column "quarantined". A row that is set aside for a cell has two: that cell's, and one for the rest
of the row; where that cell is empty, its entry stands for all others, too. Texts are shortened, after `redact` has taken personal data out,
and what nobody sees of them is written out (`\\u200b`).
"""

from __future__ import annotations

import csv
import heapq
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import BinaryIO

from commitments.plain import visible

LONGEST_FOUND = 200  # characters of `found` that are kept
HELD = 50_000  # entries in memory; some 30 MB
_WINDOW = 2_000  # characters that `redact` sees: what it shortens must not let in the cut end of an address
_PARTING = " \n;,"  # what stands between words, and between the addresses of a list
_UNPARTED = 40  # characters that are kept of a text that has none of these
HEADER = ("file", "row", "column", "found", "reason_es", "reason_en", "code", "cells")

Redact = Callable[[str], str]


def shown(text: str, redact: Redact | None = None) -> str:
    """A text as reports may show it: redacted, then at most LONGEST_FOUND characters."""
    window = text[:_WINDOW]
    end = max(map(window.rfind, _PARTING)) if len(text) > _WINDOW else len(text)
    kept = window[:end] if end > 0 else window  # no word that the cut made unrecognisable
    text = redact(kept) if redact is not None else kept
    if end <= 0:
        text = text[:_UNPARTED]  # of a single word without end the beginning, far from the cut
    return text if len(text) <= LONGEST_FOUND else text[: LONGEST_FOUND - 1] + "…"


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Cells kept out of the graph. `column` "" = the row; `cells` = how many filled cells it stands for; 0 = the cell is mapped all the same."""

    file: str
    row: int
    column: str
    found: str
    reason_es: str
    reason_en: str
    code: str = ""
    cells: int = 1


def _order(item: Quarantined) -> tuple[bool, str, int, str, str, str]:
    """Remarks, which are many, after the cells that are missing in the graph."""
    return (not item.cells, item.file, item.row, item.column, item.code, item.found)


class Quarantine:
    """All entries of a build. Iterating yields them by file, row and column, remarks last, as often as wanted."""

    def __init__(self, redact: Redact | None = None, held: int = HELD):
        self.redact = redact
        self._held = held
        self._items: list[Quarantined] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._runs: list[Path] = []
        self._count = 0

    def append(self, item: Quarantined) -> None:
        found = visible(shown(item.found, self.redact))
        self._items.append(item if found == item.found else replace(item, found=found))
        self._count += 1
        if len(self._items) >= self._held:
            self._spill()

    def extend(self, items: Iterable[Quarantined]) -> None:
        for item in items:
            self.append(item)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Quarantined]:
        return heapq.merge(*map(_read_run, self._runs), sorted(self._items, key=_order), key=_order)

    def write_csv(self, out: BinaryIO) -> None:
        """All entries as CSV (UTF-8, `\\n`), streamed."""
        writer = csv.writer(_Lines(out))
        writer.writerow(HEADER)
        writer.writerows(map(astuple, self))

    def _spill(self) -> None:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="commitments-quarantine-")
        path = Path(self._folder.name) / f"{len(self._runs)}.csv"
        with path.open("w", encoding="utf-8", errors="surrogatepass", newline="") as stream:
            csv.writer(stream).writerows(map(astuple, sorted(self._items, key=_order)))
        self._runs.append(path)
        self._items = []


class _Lines:
    """Rows of a CSV writer with `\n` at their ends; told to end them so itself, it would not quote a carriage return."""

    def __init__(self, out: BinaryIO):
        self._out = out

    def write(self, line: str) -> None:
        self._out.write(line.removesuffix("\r\n").encode("utf-8", "backslashreplace") + b"\n")


def _read_run(path: Path) -> Iterator[Quarantined]:
    with path.open(encoding="utf-8", errors="surrogatepass", newline="") as stream:
        for file, row, column, found, es, en, code, cells in csv.reader(stream):
            yield Quarantined(file, int(row), column, found, es, en, code, int(cells))
