"""XLSX as records: what the file stores, cell by cell, streamed.

Read with the standard library (zipfile, expat) and not with openpyxl or calamine, because nothing may be lost or changed on
the way: both turn `4.0999999999999996` into 4.1, calamine gives "" for `#NAME?` and both give nothing for a formula
without a stored value. calamine holds a whole sheet (20 kB a row of 171 columns), openpyxl takes twice our time. The tests compare with both.

Shared strings are held in memory, at most LARGEST_STRINGS of them; rows are not. Sources: ECMA-376 part 1, 18.3 (sheets),
18.4 (shared strings), 18.8.30 (number formats), 18.17.4 (dates), 22.9.2.19 (`_xHHHH_`).
"""

from __future__ import annotations

import datetime as dt
import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from xml.parsers import expat

from ingest.formats.faults import FormatFault
from ingest.formats.records import Record

# What an ordinary export never comes near: the widest known is 171 columns and a few thousand rows, some 20 MB unpacked.
MOST_ENTRIES = 2_000
LARGEST_UNPACKED = 2 << 30  # bytes, all entries together, as the archive declares them; reading stops there too
LARGEST_STRINGS = 256 << 20  # bytes of the shared strings, which are held
LARGEST_PART = 32 << 20  # bytes of the workbook's own description
LARGEST_RATIO = 300  # unpacked : packed, of entries above RATIO_FROM bytes; deflate can do 1032, repeated rows of a sheet about 50
RATIO_FROM = 64 << 20  # below it the time is short whatever the entry holds, and memory is bounded by the limits of cells
LONGEST_TEXT = 16 << 20  # characters of one cell; Excel itself stops at 32,767
MOST_COLUMNS = 16_384
MOST_ROWS = 1_048_576

_CHUNK = 1 << 16
_COMPRESSIONS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})  # a package has no others (ECMA-376 part 2, annex C)
# A package is UTF-8 or UTF-16 (part 2, 8.1.1); expat reads two more by itself, and would ask Python's codecs for any other name.
_ENCODINGS = frozenset({"utf-8", "utf-16", "us-ascii", "iso-8859-1"})
_MOST_DIGITS = 10  # of a number that counts something in the file
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_NOT_DATE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|AM/PM|A/P', re.IGNORECASE | re.DOTALL)
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_BUILT_IN_DATES = frozenset([14, 15, 16, 22, *range(27, 37), *range(50, 59)])
_BUILT_IN_MONTHS = frozenset([17])  # mmm-yy
_BUILT_IN_TIMES = frozenset([18, 19, 20, 21, 45, 47])
_DAY_ZERO = dt.date(1899, 12, 30)
_LAST_SERIAL = 2_958_465  # 9999-12-31
_SHIFT_1904 = 1_462
_LAST_YEAR_AS_SERIAL = 2_199  # a year that was typed into a cell formatted as a date: 2023 is 1905-07-15

Fits = Callable[[list[str]], bool]


@dataclass
class _Sheet:
    name: str
    part: str


@dataclass
class _Book:
    """What a sheet needs of its workbook. `kinds`: style index -> what `kind_of_format` says."""

    archive: zipfile.ZipFile
    sheets: list[_Sheet] = field(default_factory=list)
    since_1904: bool = False
    strings: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)


def records(source: io.RawIOBase, *, header_row: int, sheet: str | None, fits: Fits | None, width: int = 0) -> Iterator[Record]:
    """The rows of one sheet from its first to its last cell, hidden ones too; rows that the file does not hold are left out.

    Cells behind the header's last one are cut off where they are empty and kept where they are not, shorter rows are
    filled up: a sheet has no ragged rows. `width`: columns that are wanted even where the last headers are empty.
    Raises FormatFault.
    """
    with _opened(source) as book:
        chosen = _choose(book, sheet, header_row, fits)
        for record in _rows(book, chosen):
            if record.number < header_row:
                yield record
                continue
            cells = record.cells
            while len(cells) > width and not cells[-1]:
                cells.pop()
            if record.number == header_row:
                width = max(width, len(cells))
            if len(cells) < width:
                cells.extend([""] * (width - len(cells)))
            yield record


def sheet_names(source: io.RawIOBase) -> list[str]:
    with _opened(source) as book:
        return [sheet.name for sheet in book.sheets]


# -- the archive ----------------------------------------------------------------------------------------------------


@contextmanager
def _opened(source: io.RawIOBase) -> Iterator[_Book]:
    """The workbook with everything but its rows, after a look at the archive's sizes; faults of zip and XML become FormatFault."""
    buffered = io.BufferedReader(source, _CHUNK)
    try:
        with zipfile.ZipFile(buffered) as archive:
            _check_sizes(archive)
            yield _read_book(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, UnicodeDecodeError) as error:
        raise _corrupt(str(error)) from None
    except expat.ExpatError as error:
        raise _corrupt(f"XML: {expat.ErrorString(error.code)}") from None
    finally:
        buffered.detach()  # the caller still has to finish and close its file


def _check_sizes(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise _bomb(f"{len(entries)} entries", f"a lo sumo {MOST_ENTRIES} entradas", f"at most {MOST_ENTRIES} entries")
    total = sum(entry.file_size for entry in entries)
    if total > LARGEST_UNPACKED:
        raise _bomb(f"{total} bytes", f"a lo sumo {LARGEST_UNPACKED} bytes descomprimidos", f"at most {LARGEST_UNPACKED} bytes unpacked")
    for entry in entries:
        if entry.file_size > RATIO_FROM and entry.file_size > LARGEST_RATIO * max(entry.compress_size, 1):
            found = f"{entry.file_size} : {entry.compress_size}"
            raise _bomb(found, f"una compresión de a lo sumo {LARGEST_RATIO} : 1", f"a compression of at most {LARGEST_RATIO} : 1")
        if entry.flag_bits & 1:
            raise FormatFault(0, "encoding", "XLSX (password)", "XLSX sin contraseña", "XLSX without a password")
        if entry.compress_type not in _COMPRESSIONS:
            raise _corrupt(f"compression {entry.compress_type}")
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise _corrupt("two entries with one name")


def _bomb(found: str, es: str, en: str) -> FormatFault:
    return FormatFault(0, "unpacked-size", found, es, en)


def _corrupt(found: str) -> FormatFault:
    return FormatFault(0, "workbook", found, "un libro XLSX íntegro", "an intact XLSX workbook")


def _read_book(archive: zipfile.ZipFile) -> _Book:
    names = set(archive.namelist())
    if "[Content_Types].xml" not in names:
        raise FormatFault(0, "workbook", "ZIP", "un libro XLSX o CSV sin comprimir", "an XLSX workbook, or unpacked CSV")
    main = next((target for kind, target in _relations(archive, "").values() if kind == "officeDocument"), "xl/workbook.xml")
    if main not in names or main.endswith(".bin"):
        raise FormatFault(0, "workbook", main, "un libro XLSX (no XLSB, ODS ni DOCX)", "an XLSX workbook (not XLSB, ODS or DOCX)")
    book = _Book(archive)
    related = _relations(archive, main)
    for tag, attributes, _ in _elements(archive, main):
        if tag == "workbookPr":
            book.since_1904 = attributes.get("date1904") in {"1", "true"}
        elif tag == "sheet":
            identifier = next((value for name, value in attributes.items() if name.split(":")[-1] == "id" and ":" in name), "")
            kind, part = related.get(identifier, ("", ""))
            if kind == "worksheet" and part in names:
                book.sheets.append(_Sheet(attributes.get("name", ""), part))
    for kind, part in related.values():
        if kind == "sharedStrings" and part in names:
            book.strings = _shared_strings(archive, part)
        elif kind == "styles" and part in names:
            book.kinds = _style_kinds(archive, part)
    return book


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Relation id -> (last word of its type, part of the archive). What lies outside the archive is not followed."""
    folder, name = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    if path not in archive.namelist():
        return {}
    found = {}
    for tag, attributes, _ in _elements(archive, path):
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            full = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found[attributes.get("Id", "")] = (attributes.get("Type", "").rsplit("/", 1)[-1], full)
    return found


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = 1 << 16

    def refuse(*_: object) -> None:
        raise _corrupt("DOCTYPE")  # entities that grow; no workbook has them

    def declare(_: str, encoding: str | None, __: int) -> None:
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            raise _corrupt(f"XML: encoding {encoding}")

    parser.StartDoctypeDeclHandler = refuse
    parser.XmlDeclHandler = declare
    return parser


def _number(text: str) -> int:
    """A number that counts something in the file, -1 where the text is none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else -1


def _elements(archive: zipfile.ZipFile, part: str) -> list[tuple[str, dict[str, str], None]]:
    """Start tags of a small part, without prefixes."""
    if archive.getinfo(part).file_size > LARGEST_PART:
        raise _bomb(f"{part}: {archive.getinfo(part).file_size} bytes", f"a lo sumo {LARGEST_PART} bytes", f"at most {LARGEST_PART} bytes")
    found: list[tuple[str, dict[str, str], None]] = []
    parser = _parser()
    parser.StartElementHandler = lambda tag, attributes: found.append((tag.rsplit(":", 1)[-1], attributes, None))
    _feed_all(parser, archive, part)
    return found


def _feed_all(parser: expat.XMLParserType, archive: zipfile.ZipFile, part: str) -> None:
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _shared_strings(archive: zipfile.ZipFile, part: str) -> list[str]:
    size = archive.getinfo(part).file_size
    if size > LARGEST_STRINGS:
        raise _bomb(f"{size} bytes", f"a lo sumo {LARGEST_STRINGS} bytes de textos", f"at most {LARGEST_STRINGS} bytes of texts")
    strings: list[str] = []
    held: list[str] = []
    inside = {"t": False, "rPh": False}  # rPh: how a Japanese text is pronounced, not part of it

    def start(tag: str, _: dict[str, str]) -> None:
        tag = tag.rsplit(":", 1)[-1]
        if tag in inside:
            inside[tag] = True

    def end(tag: str) -> None:
        tag = tag.rsplit(":", 1)[-1]
        if tag in inside:
            inside[tag] = False
        elif tag == "si":
            strings.append(_unescaped("".join(held)))
            held.clear()

    def text(data: str) -> None:
        if inside["t"] and not inside["rPh"]:
            held.append(data)

    parser = _parser()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    _feed_all(parser, archive, part)
    return strings


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _style_kinds(archive: zipfile.ZipFile, part: str) -> list[str]:
    """What each cell style makes of a number: nothing, a date, a month, a year, or a time of day."""
    codes: dict[str, str] = {}
    kinds: list[str] = []
    depth_of_formats = False
    parser = _parser()

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth_of_formats
        tag = tag.rsplit(":", 1)[-1]
        if tag == "numFmt":
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            depth_of_formats = True
        elif tag == "xf" and depth_of_formats:
            number = attributes.get("numFmtId", "0")
            kinds.append(kind_of_format(_number(number), codes.get(number)))

    def end(tag: str) -> None:
        nonlocal depth_of_formats
        if tag.rsplit(":", 1)[-1] == "cellXfs":
            depth_of_formats = False

    parser.StartElementHandler, parser.EndElementHandler = start, end
    _feed_all(parser, archive, part)
    return kinds


def kind_of_format(number: int, code: str | None) -> str:
    """"date", "month", "year", "time" or "" for a number format: a built-in number, or the code of one of the workbook's own.

    "month" and "year" show no day: July 2014, typed into a cell, is stored as its first day and shown as Jul-14.
    """
    if code is None:
        return "date" if number in _BUILT_IN_DATES else "month" if number in _BUILT_IN_MONTHS else "time" if number in _BUILT_IN_TIMES else ""
    first = code.split(";", 1)[0]
    if _ELAPSED.search(first) or first.strip().lower() in {"general", "@", "estándar"}:
        return ""
    letters = set(_NOT_DATE.sub("", first).lower())
    if "y" in letters and not letters & {"d", "h", "s"}:
        return "month" if "m" in letters else "year"
    if letters & {"y", "d"} or ("m" in letters and not letters & {"h", "s"}):
        return "date"
    return "time" if letters & {"h", "s"} else ""


# -- one sheet --------------------------------------------------------------------------------------------------------


def _choose(book: _Book, wanted: str | None, header_row: int, fits: Fits | None) -> _Sheet:
    names = ", ".join(sheet.name for sheet in book.sheets)
    if wanted is not None:
        chosen = [sheet for sheet in book.sheets if sheet.name == wanted]
        if not chosen:
            raise FormatFault(0, "sheet", names, f"la hoja «{wanted}»", f"the sheet '{wanted}'")
        return chosen[0]
    if len(book.sheets) == 1:
        return book.sheets[0]
    fitting = [sheet for sheet in book.sheets if _has_table(book, sheet, header_row, fits)]
    if len(fitting) != 1:
        es, en = "una sola hoja con los encabezados del contrato (`sheet` la nombra)", "one sheet with the contract's headers (`sheet` names it)"
        raise FormatFault(0, "sheet", names, es, en)
    return fitting[0]


def _has_table(book: _Book, sheet: _Sheet, header_row: int, fits: Fits | None) -> bool:
    for record in _rows(book, sheet):
        if record.number >= header_row:
            return record.number == header_row and (fits(record.cells) if fits else any(record.cells))
    return False


def _rows(book: _Book, sheet: _Sheet) -> Iterator[Record]:
    """Parse the sheet in chunks; the rows that a chunk completes are handed on before the next is read."""
    rows = _SheetRows(book)
    parser = _parser()
    parser.StartElementHandler = rows.start
    parser.EndElementHandler = rows.end
    parser.CharacterDataHandler = rows.text
    with book.archive.open(sheet.part) as stream:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
            if rows.ready:
                yield from rows.ready
                rows.ready = []
    parser.Parse(b"", True)
    yield from rows.ready


class _SheetRows:
    """Handlers of one sheet's XML. Only what stands in `row/c/{v,f,is//t}` is read; prefixes are ignored."""

    def __init__(self, book: _Book):
        self.ready: list[Record] = []
        self._book = book
        self._number = 0
        self._cells: list[str] = []
        self._faults: dict[int, str] = {}
        self._column = 0
        self._type = ""
        self._style = ""
        self._formula = False
        self._value: list[str] = []
        self._formula_text: list[str] = []
        self._into: list[str] | None = None
        self._phonetic = False
        self._local: dict[str, str] = {}
        self._columns: dict[str, int] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        local = self._local.get(tag) or self._local.setdefault(tag, tag.rsplit(":", 1)[-1])
        if local == "c":
            self._column = self._place(attributes.get("r"))
            self._type = attributes.get("t", "n")
            self._style = attributes.get("s", "")
            self._formula = False
            if self._value:
                self._value = []
        elif local == "v" or (local == "t" and not self._phonetic):
            self._into = self._value
        elif local == "f":
            self._formula = True
            self._formula_text = self._into = []
        elif local == "row":
            self._begin_row(attributes.get("r"))
        elif local == "rPh":
            self._phonetic = True

    def text(self, data: str) -> None:
        if self._into is not None:
            self._into.append(data)
            if len(self._into) > 64 and sum(map(len, self._into)) > LONGEST_TEXT:
                es, en = f"a lo sumo {LONGEST_TEXT} caracteres por celda", f"at most {LONGEST_TEXT} characters per cell"
                raise FormatFault(self._number, "line-length", f"> {LONGEST_TEXT}", es, en)

    def end(self, tag: str) -> None:
        local = self._local[tag]
        if local == "c":
            self._end_cell()
        elif local in {"v", "t", "f"}:
            self._into = None
        elif local == "row":
            self.ready.append(Record(self._number, self._cells, self._faults or {}))
        elif local == "rPh":
            self._phonetic = False

    def _begin_row(self, number: str | None) -> None:
        following = self._number + 1 if number is None else _number(number)
        if not self._number < following <= MOST_ROWS:
            raise _corrupt(f"row {number or following} after row {self._number}")
        self._number = following
        self._cells, self._faults = [], {}

    def _place(self, reference: str | None) -> int:
        if reference is None:
            column = len(self._cells)
        else:
            letters = reference.rstrip("0123456789")
            column = self._columns.get(letters, -1)
            if column < 0:
                column = self._columns.setdefault(letters, _column_index(reference))
        if column < len(self._cells) or column >= MOST_COLUMNS:
            raise FormatFault(self._number, "workbook", str(reference), "celdas en orden", "cells in order")
        return column

    def _end_cell(self) -> None:
        cells = self._cells
        column = self._column
        if len(cells) < column:
            cells.extend([""] * (column - len(cells)))
        value = self._value
        if self._formula and self._type != "str" and not any(value):
            self._faults[column] = "formula-without-value"
            cells.append("=" + "".join(self._formula_text))
            return
        cells.append(self._shown(value[0] if len(value) == 1 else "".join(value)) if value else "")

    def _shown(self, value: str) -> str:
        kind = self._type
        if kind == "s":
            strings, index = self._book.strings, _number(value)
            if not 0 <= index < len(strings):
                raise FormatFault(self._number, "workbook", value, "un texto compartido que exista", "a shared string that exists")
            return strings[index]
        if kind == "n":
            kinds, index = self._book.kinds, _number(self._style)
            style = kinds[index] if 0 <= index < len(kinds) else ""
            if style:
                shown = as_date(value, style, self._book.since_1904)
                if shown:
                    return shown
            return as_number(value)
        if kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(value.strip(), value)
        return _unescaped(value) if kind in {"str", "inlineStr"} else value


def _column_index(reference: str) -> int:
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise _corrupt(f"cell {reference[:20]!r}")
    index = 0
    for letter in match[1]:
        index = index * 26 + ord(letter) - 64
    return index - 1


def as_number(value: str) -> str:
    """The number as the file stores it, without exponent and without zeros after its last decimal.

    >>> [as_number(text) for text in ("4.0999999999999996", "5.0", "1E-3", "1.2E+5", "7")]
    ['4.0999999999999996', '5', '0.001', '120000', '7']
    """
    text = value.strip()
    if text.isdigit():
        return text
    if "e" in text or "E" in text:
        try:
            number = Decimal(text)
        except ArithmeticError:
            return value
        if not number.is_finite() or abs(number.adjusted()) > 40:
            return value
        text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def as_date(value: str, kind: str, since_1904: bool = False) -> str | None:
    """A serial number as ISO 8601: date, date and time where it has a time, or time of day; None where it is no date.

    Where the format shows no day, the first of a month is that month (07/2014, as 2010-11 could be two years), the first of January under
    one that shows the year alone is that year; a day that somebody typed in full stays one. Days before March 1900 follow Excel, which knows
    a 29 February 1900.

    >>> [as_date(text, "date") for text in ("43832", "2023", "60", "43832.5", "-1")]
    ['2020-01-02', '1905-07-15', '1900-02-29', '2020-01-02T12:00:00', None]
    >>> as_date("41821", "month"), as_date("41822", "month"), as_date("41640", "year"), as_date("2009", "month")
    ('07/2014', '2014-07-02', '2014', '1905-07-01')
    """
    try:
        serial = Decimal(value.strip())
    except ArithmeticError:
        return None
    if not serial.is_finite() or not 0 <= serial <= _LAST_SERIAL:
        return None
    seconds = int((serial * 86_400).to_integral_value())
    day, rest = divmod(seconds, 86_400)
    time = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    if kind == "time" and day == 0:
        return time
    if since_1904:
        day += _SHIFT_1904
    if not 0 < day <= _LAST_SERIAL:
        return None  # also what rounding or the other day zero puts behind the last day
    if day == 60:
        date = "1900-02-29"
    else:
        date = (_DAY_ZERO + dt.timedelta(days=day + (1 if day < 60 else 0))).isoformat()
    if not rest and kind in ("month", "year") and serial > _LAST_YEAR_AS_SERIAL:
        year, month, first = date.split("-")
        if first == "01" and (kind == "month" or month == "01"):
            return f"{month}/{year}" if kind == "month" else year
    return f"{date}T{time}" if rest else date
