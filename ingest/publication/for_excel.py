"""Copies of the flat tables for spreadsheet programs: the only files of a release whose cells are altered.

A spreadsheet program runs a cell that begins with `= + - @`; an apostrophe before it makes the program show the text instead.
The copies begin with a byte order mark, so that Excel reads UTF-8, and end lines as RFC 4180 says. One more column, empty,
has a header that says what the file is; a build that meets it refuses the file (`ingest/readers/header.py`), because the
apostrophes are not in the data. Tables, data package and SPARQL results keep exact values.
"""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Iterable
from typing import Any, BinaryIO

from ingest.formats.headers import FOR_EXCEL
from ingest.formats.spreadsheets import RUN
from ingest.publication.files import as_text

FOLDER = "tables/for-excel"


def shown(cell: str) -> str:
    """The cell as the copy holds it.

    >>> [shown(cell) for cell in ("=1+1", "-3", "a-b", "")]
    ["'=1+1", "'-3", 'a-b', '']
    """
    return f"'{cell}" if cell.startswith(RUN) else cell


def copy_path(table: str) -> str:
    """Where the copy of `tables/x.csv` lies."""
    return f"{FOLDER}/{table.rsplit('/', 1)[-1]}"


class Copy(contextlib.AbstractContextManager["Copy"]):
    """The copy of one table, written beside it row by row."""

    def __init__(self, out: BinaryIO):
        self._undo = contextlib.ExitStack()
        self._text = self._undo.enter_context(as_text(out))
        self._text.write("\ufeff")
        self._writer = csv.writer(self._text, lineterminator="\r\n")

    def __exit__(self, *raised: Any) -> None:
        self._undo.__exit__(*raised)

    def header(self, cells: Iterable[str]) -> None:
        self._writer.writerow([*map(shown, cells), FOR_EXCEL])

    def row(self, cells: list[str], line: str) -> None:
        """`line` is the row as the table has it, with a line feed: where no cell is altered, it need not be written anew."""
        altered = list(map(shown, cells))
        if altered == cells and "\r" not in line:  # that would be in quotation marks here, and there not
            self._text.write(f"{line[:-1]},\r\n")
        else:
            self._writer.writerow([*altered, ""])
