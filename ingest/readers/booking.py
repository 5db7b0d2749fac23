"""Every cell of a table goes into its account (`ingest/accounting.py`), under what became of it."""

from __future__ import annotations

from collections import Counter

from ingest.accounting import TableAccount
from ingest.formats import Record
from ingest.readers.columns import Columns
from ingest.readers.rows import Aside, Row
from ingest.readers.table_file import TableFile

_ASIDE = "quarantined"


def book_whole(file: TableFile, cells: list[str]) -> int:
    """Book the cells of a row that no mapping sees; returns the number of filled ones."""
    filled = sum(1 for cell in cells if cell.strip())
    file.account.cells += len(cells)
    file.account.fates["empty"] += len(cells) - filled
    if filled:
        file.account.fates[_ASIDE] += filled
    return filled


def set_row_aside(file: TableFile, record: Record, code: str, found: str, es: str, en: str) -> None:
    """Book a row that no mapping sees, with an entry of the quarantine."""
    file.account.set_row_aside(record.number, "", code, found, es, en)
    filled = book_whole(file, record.cells)
    file.set_aside(record.number, "", code, found, es, en, filled)


class Booking:
    """The booking of the rows that a mapping is done with."""

    def __init__(self, file: TableFile):
        self._file = file
        self._unmapped: Counter[str] = Counter()  # export: columns that the mapping left, with the number of cells

    def book(self, row: Row, columns: Columns) -> None:
        """Book every cell; a non-empty cell that nothing took and the contract does not excuse is a problem."""
        account = self._file.account
        if row.refused is not None:
            self._book_refused(row, row.refused, account)
            return
        for said in row.entries():
            self._file.set_aside(row.number, *said)
        account.rows += 1
        account.cells += len(row.cells)
        unknown = self._set_unknown_aside(row) if self._file.unknown else 0
        left = [name for name in columns.wanted.difference(row.taken) if row.cells[name] and name not in row.absent]
        if row.faulty or left:
            self._book_one_by_one(row, account)
            return
        cells = list(row.cells.values())
        empty = cells.count("")
        ignored, derived = columns.ignored_of(cells), columns.derived_of(cells)
        ignored_count = len(ignored) - ignored.count("")
        absent_numbers = len(columns.numbers & row.absent.keys())
        derived_count = len(derived) - derived.count("") - absent_numbers
        fates = account.fates
        fates["empty"] += empty
        fates["absence"] += len(row.absent)
        fates["ignored"] += ignored_count
        fates["derived"] += derived_count
        fates[_ASIDE] += unknown
        fates["mapped"] += len(cells) - empty - len(row.absent) - ignored_count - derived_count - unknown

    def report_unmapped(self) -> None:
        """Say which columns of an export no mapping took, each once."""
        for name, count in sorted(self._unmapped.items()):
            es, en = "una columna que el contrato declare o ignore", "a column that the contract maps or ignores"
            self._file.report(0, name, "not-mapped", f"{count} filled cells", es, en)

    def _book_refused(self, row: Row, why: Aside, account: TableAccount) -> None:
        """A row that the mapping set aside: the cell for which it did, and all other cells that were to be mapped in one entry.

        Nothing of the row is published, so its absence codes are set aside, too, and nothing is said of its single cells.
        """
        account.set_row_aside(row.number, *why[:-1])
        account.cells += len(row.cells)
        row.absent.clear()
        row.taken.clear()
        count = -self._set_unknown_aside(row) if self._file.unknown else 0
        for name in row.cells:
            fate = self._fate(row, name) or _ASIDE
            count += fate == _ASIDE
            account.fates[fate] += 1
        cells = why.cells and int(self._fate(row, why.column) in ("", _ASIDE))
        rest = count - cells
        if not cells:
            # The cell is empty, or not to be mapped at all: its entry stands for the row.
            self._file.set_aside(row.number, *why._replace(cells=rest))
            return
        self._file.set_aside(row.number, *why)
        if rest:
            es, en = "una fila que se pueda representar sin la celda apartada", "a row that can be mapped without the cell set aside"
            self._file.set_aside(row.number, "", "rest-of-row", f"{rest} cells", es, en, rest)

    def _set_unknown_aside(self, row: Row) -> int:
        """The filled cells of columns that nobody declared, each with row and column and without its value, which may be a person's; returns how many."""
        es = "una columna que el formato declare; su valor no se muestra: puede ser dato de una persona"
        en = "a column that the layout declares; its value is not shown: it may be data of a person"
        count = 0
        for name, column in self._file.unknown.items():
            if row.cells[name]:
                self._file.set_aside(row.number, column, "undeclared-column", "", es, en, 1)
                self._file.undeclared[column] += 1
                count += 1
        return count

    def _book_one_by_one(self, row: Row, account: TableAccount) -> None:
        given_up = []
        for name in row.cells:
            fate = self._fate(row, name)
            if not fate and row.faulty:
                # The mapping gave the row up at its fault; the rest of it is set aside with that cell.
                given_up.append(name)
                fate = _ASIDE
            elif not fate:
                self._not_mapped(row, name)
                fate = self._fate(row, name) or "mapped"
            account.fates[fate] += 1
        if given_up and (row.aside or self._file.export):
            es, en = "una fila que se pueda representar sin la celda apartada", "a row that can be mapped without the cell set aside"
            self._file.set_aside(row.number, "", "rest-of-row", f"{len(given_up)} cells", es, en, len(given_up))

    def _fate(self, row: Row, name: str) -> str:
        """What became of one cell, "" = nothing took it."""
        if name in row.absent:
            return "absence"
        if not row.cells[name]:
            return "empty"
        if name in row.aside or name in self._file.unknown:
            return _ASIDE
        if name in self._file.table.ignored:
            return "ignored"
        if name in self._file.derived:
            return "derived"
        return "mapped" if name in row.taken else ""

    def _not_mapped(self, row: Row, name: str) -> None:
        if self._file.export:
            self._unmapped[name] += 1  # a fault of the contract or mapping, not of the row: said once
        else:
            row.problem(name, "not-mapped", row.cells[name], "una columna que el contrato declare o ignore", "a column that the contract maps or ignores")
