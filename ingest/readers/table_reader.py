"""A table of a contract from its file to rows, one pass after the other."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ingest.accounting import Accounting
from ingest.contract import Contract
from ingest.formats import FormatFault, Passes, Record, look, open_records
from ingest.formats.headers import last_unnamed
from ingest.problems import Note, ProblemList
from ingest.readers.booking import Booking
from ingest.readers.cells import ExportCells, check_strictly
from ingest.readers.columns import Columns
from ingest.readers.expectations import Expectations
from ingest.readers.header import fits, read_header
from ingest.readers.records import export_records, strict_records
from ingest.readers.rows import Row
from ingest.readers.table_file import TableFile


class TableReader:
    """Reads one table of a contract strictly. Problems are collected, never raised one by one.

    `passes` compares the file with what earlier passes of the same build read; without it only passes of this reader are compared.
    """

    def __init__(
        self, folder: Path, shown_folder: str, contract: Contract, slug: str, problems: ProblemList, accounting: Accounting, passes: Passes | None = None,
    ):  # fmt: skip
        self.file = TableFile(folder, shown_folder, contract, slug, problems, accounting)
        self._passes = passes or Passes()

    def rows(self) -> Iterator[Row]:
        """Yield every sound row, booking each after use; report every fault of the others."""
        expectations, booking = Expectations(self.file), Booking(self.file)
        for row, columns in self._rows():
            expectations.see(row)
            yield row
            booking.book(row, columns)
        booking.report_unmapped()
        if not self.file.unread:  # else what is missing was not lost by an editor
            expectations.check()

    def observations(self) -> Iterator[Row]:
        """The rows that `rows` would yield, for a reading that only looks: no cell has to be taken."""
        for row, _ in self._rows():
            yield row

    def _rows(self) -> Iterator[tuple[Row, Columns]]:
        """The rows below a sound header that belong to the table, with what is to be done to each."""
        file, table = self.file, self.file.table
        try:
            _, marked = look(file.path)
            if marked:
                file.problems.note(Note(file.shown, "marca de orden de bytes (BOM) aceptada", "byte order mark (BOM) accepted"))
            records = open_records(
                file.path, encoding=file.contract.encoding, delimiter=file.contract.delimiter, header_row=table.header_row, sheet=table.sheet,
                fits=partial(fits, file), width=last_unnamed(table.known_columns), passes=self._passes,
            )  # fmt: skip
            header = read_header(file, records)
            if header is None:
                return
            columns = Columns(file)
            if not file.export:
                for record in strict_records(file, records):
                    row = _row(file, record, columns)
                    check_strictly(row, columns)
                    yield row, columns
                return
            cells = ExportCells(columns)
            for record in export_records(file, header, records):
                row = _row(file, record, columns)
                cells.look_at(row, record.cells)
                yield row, columns
        except FormatFault as fault:
            file.report(fault.row, "", fault.code, fault.found, fault.es, fault.en)
            file.unread = True


def _row(file: TableFile, record: Record, columns: Columns) -> Row:
    row = Row(file, record.number, dict(zip(file.names, record.cells, strict=True)))
    for index, code in record.faults.items():
        name = file.names[index]
        if name in columns.wanted:
            row.problem(name, code, record.cells[index], "una celda con su valor guardado", "a cell with its value stored")
    return row
