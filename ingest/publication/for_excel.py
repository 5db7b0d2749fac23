"""Copies of the flat tables for spreadsheet programs: the only files of a release whose cells are altered.

A spreadsheet program runs a cell that begins with `= + - @`; an apostrophe before it makes the program show the text instead.
The copies begin with a byte order mark, so that Excel reads UTF-8, and end lines as RFC 4180 says. One more column, empty,
has a header that says what the file is; a build that meets it refuses the file (`ingest/readers.py`), because the
apostrophes are not in the data. Tables, data package and SPARQL results keep exact values.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import BinaryIO

from ingest.formats.headers import FOR_EXCEL

FOLDER = "tables/for-excel"
_RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # the wide forms are read as the plain ones in some locales
_LONGEST = 1 << 28


def shown(cell: str) -> str:
    """The cell as the copy holds it.

    >>> [shown(cell) for cell in ("=1+1", "-3", "a-b", "")]
    ["'=1+1", "'-3", 'a-b', '']
    """
    return f"'{cell}" if cell.startswith(_RUN) else cell


def copy_path(table: str) -> str:
    """Where the copy of `tables/x.csv` lies."""
    return f"{FOLDER}/{table.rsplit('/', 1)[-1]}"


def write_copy(table: Path, out: BinaryIO) -> None:
    """Write the copy of a finished table, row by row."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    text.write("\ufeff")
    writer = csv.writer(text, lineterminator="\r\n")
    before = csv.field_size_limit(_LONGEST)  # cells that join many values are longer than any input's
    try:
        with table.open(encoding="utf-8", newline="") as stream:
            rows = csv.reader(stream)
            writer.writerow([*map(shown, next(rows)), FOR_EXCEL])
            writer.writerows([*map(shown, row), ""] for row in rows)
    finally:
        csv.field_size_limit(before)
    text.flush()
    text.detach()
