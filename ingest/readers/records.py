"""Which records below the header are rows of the table. The others are reported, or booked and set aside, and end here."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.formats import FormatFault, Record
from ingest.formats.headers import LONGEST, folded, is_number_line
from ingest.problems import Note
from ingest.readers.booking import book_whole, set_row_aside
from ingest.readers.header import Header
from ingest.readers.table_file import TableFile

_MEMORY = 50_000  # distinct short texts whose verdict is remembered
_SHORT = 40  # characters of a text that is remembered


def strict_records(file: TableFile, records: Iterator[Record]) -> Iterator[Record]:
    """Sound records; any other is a fault that stops the build."""
    width = len(file.names)
    for record in records:
        if not any(cell.strip() for cell in record.cells):
            file.report(record.number, "", "blank-row", "", "una fila con datos", "a row with data")
        elif len(record.cells) != width:
            file.report(record.number, "", "row-length", str(len(record.cells)), f"{width} celdas", f"{width} cells")
        else:
            yield record


def export_records(file: TableFile, header: Header, records: Iterator[Record]) -> Iterator[Record]:
    """Sound records; blank, ragged, summing and repeated header rows are booked here and end here."""
    width = len(file.names)
    above = [line for line in header.above if any(cell.strip() for cell in line)]
    sums = file.table.sum_rows
    sum_at = [file.names.index(name) for name in (sums.columns if sums else ()) if name in file.names]
    sum_values = {folded(value) for value in (sums.values if sums else ())}
    suspects = {folded(header.cells[0]), "0", "1", *(folded(line[0]) for line in above)}  # how a repeated header line may begin
    known: dict[str, tuple[bool, bool]] = {}  # short text -> is it a sum, may it begin a header line
    short: Record | None = None  # a record with too few cells: ragged, or, as the last one without its line end, cut off

    def judged(text: str) -> tuple[bool, bool]:
        found = known.get(text)
        if found is None:
            key = folded(text[:LONGEST])
            found = (key in sum_values, key in suspects)
            if len(text) <= _SHORT and len(known) < _MEMORY:
                known[text] = found
        return found

    ended = True  # as of the last record read
    for record in records:
        cells, ended = record.cells, record.ended
        if short is not None:
            _set_ragged_aside(file, short)
            short = None
        if not any(cells) or not any(map(str.strip, cells)):
            file.account.rows_blank += 1
            book_whole(file, cells)
            continue
        for index in sum_at:
            if index < len(cells) and judged(cells[index])[0]:
                set_row_aside(file, record, "sum-row", cells[index], "un compromiso, no una suma", "a commitment, not a sum")
                break
        else:
            if judged(cells[0])[1] and (cells in above or is_number_line(cells) or _repeats(header, cells)):
                es, en = "los encabezados una sola vez", "the headers once only"
                set_row_aside(file, record, "repeated-header", f"{len(cells)} cells", es, en)
            elif len(cells) == width:
                yield record
            elif len(cells) < width:
                short = record
            else:
                _set_ragged_aside(file, record)
    if short is not None and ended:
        _set_ragged_aside(file, short)  # a line below the table, as of a footnote
    elif short is not None:
        es, en = f"{width} celdas; el último registro es más corto: ¿archivo truncado?", f"{width} cells; the last record is shorter: is the file truncated?"
        raise FormatFault(short.number, "truncated", f"{len(short.cells)} cells", es, en)
    elif not ended:
        es = "la última línea no tiene fin de línea; si el archivo se cortó en su última celda, no se puede saber"
        file.problems.note(Note(file.shown, es, "the last line has no line end; whether the file was cut in its last cell cannot be told"))


def _repeats(header: Header, cells: list[str]) -> bool:
    """The header again, perhaps without its last, empty columns."""
    return [folded(cell) for cell in cells if cell.strip()] == [folded(cell) for cell in header.cells if cell.strip()]


def _set_ragged_aside(file: TableFile, record: Record) -> None:
    width = len(file.names)
    set_row_aside(file, record, "row-length", f"{len(record.cells)} cells", f"{width} celdas", f"{width} cells")
