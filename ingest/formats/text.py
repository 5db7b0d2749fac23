"""CSV and other delimited text: UTF-8, records as RFC 4180, line ends of any kind, streamed line by line.

Memory is bounded by LONGEST_LINE whatever the file holds: a file without line ends, or a quote that is never closed, ends in
a message.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from ingest.formats.faults import FormatFault
from ingest.formats.records import Record
from ingest.formats.unchanged import ReadOnce

LONGEST_LINE = 16 << 20  # characters of one line and of one cell; 10 MB in a cell are still set aside one by one
_CHUNK = 1 << 20
DELIMITERS = (",", ";", "\t", "|")

csv.field_size_limit(LONGEST_LINE)


def records(source: ReadOnce, path: Path, *, delimiter: str, header_row: int) -> Iterator[Record]:
    """Every record with its number; blank lines are records without cells.

    Raises FormatFault: `encoding`, `delimiter`, `csv` (quotes, also one that is still open where the file ends), `line-length`, `binary`.
    """
    number = 0
    # utf-8-sig drops a byte order mark; newline="" leaves line breaks inside cells to the csv module.
    stream = io.TextIOWrapper(io.BufferedReader(source, _CHUNK), encoding="utf-8-sig", newline="")
    try:
        lines = _Lines(stream)
        rows = chain(_down_to_header(lines, delimiter, header_row), csv.reader(lines, delimiter=delimiter, strict=True))
        for number, cells in enumerate(rows, start=1):
            yield Record(number, cells, ended=lines.ended)
    except csv.Error as error:
        if "field limit" in str(error):
            raise _too_long(number + 1) from None
        if "end of data" in str(error):
            es, en = "comillas cerradas (¿archivo truncado?)", "closed quotes (is the file truncated?)"
        else:
            es, en = "CSV bien formado (comillas cerradas)", "well-formed CSV (closed quotes)"
        raise FormatFault(number + 1, "csv", str(error), es, en) from None
    except _LongLine:
        raise _too_long(number + 1) from None
    except _Binary:
        es, en = "texto; hay un byte nulo (¿UTF-16 o un archivo dañado?)", "text; there is a null byte (UTF-16, or a damaged file?)"
        raise FormatFault(number + 1, "binary", "\\0", es, en) from None
    except UnicodeDecodeError:
        raise _undecodable(path) from None
    finally:
        stream.detach().detach()  # the caller still has to finish and close its file


class _LongLine(Exception):
    pass


class _Binary(Exception):
    pass


class _Lines:
    """Lines of bounded length; `ended`: whether the one read last has its line end."""

    def __init__(self, stream: io.TextIOWrapper):
        self._readline = stream.readline
        self.ended = True

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._readline(LONGEST_LINE + 1)
        if not line:
            raise StopIteration
        if len(line) > LONGEST_LINE:
            raise _Binary if "\0" in line[:_CHUNK] else _LongLine
        if "\0" in line:
            raise _Binary
        self.ended = line[-1] in "\r\n"
        return line


def _down_to_header(lines: Iterator[str], delimiter: str, header_row: int) -> Iterator[list[str]]:
    """The records down to the header, whose delimiter is checked. Another one makes records with quotes malformed: that is looked at, too."""
    held: list[str] = []

    def noted() -> Iterator[str]:
        for line in lines:
            held.append(line)
            yield line

    reader = csv.reader(noted(), delimiter=delimiter, strict=True)
    for row in range(1, header_row + 1):
        held.clear()
        try:
            cells = next(reader, None)
        except csv.Error:
            _check_delimiter(held, delimiter, row)
            raise
        if cells is None:
            return
        if row == header_row:
            _check_delimiter(held, delimiter, row)
        yield cells


def _check_delimiter(record: list[str], wanted: str, row: int) -> None:
    """Raise FormatFault where another delimiter makes more cells of the record's lines."""
    count = max(1, _cells(record, wanted))
    for other in sorted(set(DELIMITERS) - {wanted}):
        if _cells(record, other) > count:
            found = {"\t": "tab"}.get(other, other)
            raise FormatFault(row, "delimiter", found, f"«{wanted}» como separador", f"'{wanted}' as the delimiter")


def _cells(record: list[str], delimiter: str) -> int:
    """How many cells the lines of one record have, 0 = it has no such cells."""
    try:
        return len(next(csv.reader(record, delimiter=delimiter, strict=True), []))
    except csv.Error:
        return 0


def _too_long(row: int) -> FormatFault:
    es, en = f"a lo sumo {LONGEST_LINE} caracteres por línea y celda", f"at most {LONGEST_LINE} characters per line and cell"
    return FormatFault(row, "line-length", f"> {LONGEST_LINE}", es, en)


def _undecodable(path: Path) -> FormatFault:
    """A second pass finds the line of the first byte that is not UTF-8; decoding errors do not carry it."""
    es, en = "UTF-8 (guarde como «CSV UTF-8»)", 'UTF-8 (save as "CSV UTF-8")'
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, column = 1, 0
    with path.open("rb") as stream:
        while True:
            chunk = stream.read(_CHUNK)
            kept = decoder.getstate()[0]  # the beginning of a character that the last chunk cut
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                before = error.object[len(kept) : error.start] if error.start >= len(kept) else b""
                line += before.count(b"\n")
                column = len(before) - before.rfind(b"\n") if b"\n" in before else column + len(before) + 1
                return FormatFault(line, "encoding", f"0x{error.object[error.start]:02x} ({line}:{column})", es, en)
            if not chunk:
                return FormatFault(0, "encoding", "", es, en)  # it was mended meanwhile; the digest will tell
            line += chunk.count(b"\n")
            column = len(chunk) - chunk.rfind(b"\n") - 1 if b"\n" in chunk else column + len(chunk)
