"""The long texts of a large export, cleaned by a process of its own while this one maps the rows before them.

The process reads the same file and says of each cell what `texts.cleaned` and `language.detect` say of it. It decides nothing:
a cell is looked up with its whole text, and one that is not found (short ones, or the file is another by now) is cleaned by
who asks. So the statements are the same with the process and without it, and a table that another program writes to
is found out where it always was, by the passes over it.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from ingest.accounting import Accounting
from ingest.apart import Stream, cores
from ingest.cleaning.language import Expected, LongTexts, detect
from ingest.contract import Contract, Table
from ingest.mappings.ogp_export.places import PlaceOfRow
from ingest.mappings.ogp_export.texts import Found, cleaned
from ingest.places import Places
from ingest.problems import ProblemList
from ingest.readers import Row, TableReader
from ingest.remembering import NAME

LARGE = 2 << 20  # bytes of a file from which the process saves more than it costs (half a second of another core)
_BATCH = 32  # rows that are passed on at once

Known = dict[tuple[str, str], Found]  # (cell, region) -> what is found of it


class Ahead:
    """What is known of the cells of one row after another, and of the languages of all."""

    def __init__(self, places: Places, table: Table):
        self._places = places
        self._stream: Stream | None = None
        self._detected = detected(table)
        self._long_texts = LongTexts()
        self._rows: Iterator[tuple[int, Known]] = iter(())
        self._next: tuple[int, Known] | None = None
        self._row: Known = {}
        self._asked = False

    def see(self, row: Row) -> None:
        """A row of the first reading; with the first of a large file the process begins."""
        if not self._asked:
            self._asked = True
            file = row.file
            if cores() > 1 and file.path.stat().st_size >= LARGE:
                self._stream = Stream(texts_of_rows, file.folder, file.contract, file.slug, self._places)
        if self._stream is None:
            see_long_texts(self._long_texts, row, self._detected)

    def expected(self) -> Expected:
        """Which languages the long texts are in; to be asked once, between the two readings. Raises ingest.apart.ProcessFailed."""
        if self._stream is None:
            return self._long_texts.expected()
        expected: Expected = next(self._stream)
        self._rows = (row for batch in self._stream for row in batch)
        self._next = 0, {}
        return expected

    def turn_to(self, row: Row) -> None:
        """From now on it is about this row; rows come in the order of their numbers. Raises ingest.apart.ProcessFailed."""
        while self._next is not None and self._next[0] < row.number:
            self._next = next(self._rows, None)
        self._row = self._next[1] if self._next is not None and self._next[0] == row.number else {}

    def find(self, cell: str, region: str) -> Found | None:
        return self._row.get((cell, region))

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()


def detected(table: Table) -> tuple[str, ...]:
    """Columns of texts whose language has to be found out."""
    return tuple(name for name, column in table.columns.items() if column.detect_language)


def see_long_texts(texts: LongTexts, row: Row, columns: tuple[str, ...]) -> None:
    for name in columns:
        texts.see(row.peek(name))


def texts_of_rows(folder: Path, contract: Contract, slug: str, places: Places) -> Iterator[Expected | list[tuple[int, Known]]]:
    """The process's side: which languages the long texts are in; then, of each row, what is found of its long texts, and of those whose language has to be found out."""
    table = contract.tables[slug]
    long_texts, columns = LongTexts(), detected(table)
    for row in TableReader(folder, "", contract, slug, ProblemList(), Accounting()).observations():
        see_long_texts(long_texts, row, columns)
    expected = long_texts.expected()
    yield expected
    threshold = Decimal(contract.language_confidence)
    place_of = PlaceOfRow(places, table)
    batch: list[tuple[int, Known]] = []
    # What is wrong with the file or with a row is said where the rows are mapped.
    for row in TableReader(folder, "", contract, slug, ProblemList(), Accounting()).observations():
        place = place_of.of(row, report=False)
        if place is None:
            continue
        region = place.place.country
        known: Known = {}
        for name, column in table.columns.items():
            cell = row.peek(name)
            if len(cell) > NAME or (cell and column.detect_language):
                text = cleaned(cell, region)
                detection = detect(text.value, threshold, expected=expected) if column.detect_language and text.value else None
                if detection is not None or (cell, region) not in known:
                    known[cell, region] = text, detection
        batch.append((row.number, known))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    yield batch
