"""Tables as rows: strict, streaming, every cell with file, row and column.

`TableReader.rows()` yields Row objects whose cells must each be taken (mapped), or be empty, ignored or derived by
contract; what is left over when a row is closed is a Problem. One function per file format; today CSV.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ingest.accounting import Accounting, Quarantined
from ingest.contract import Column, Contract, Table
from ingest.problems import Note, Problem, ProblemList

csv.field_size_limit(10_000_000)
LONGEST_CELL = 100_000  # characters; the longest text of the OGP exports has about a third of that

# Codes of faults that leave a whole table, or part of it, unread.
UNREADABLE = frozenset({"missing-file", "unreadable", "encoding", "delimiter", "csv", "no-header", "missing-column", "repeated-column", "contract", "row-length"})

# UTF-8 text that was once read as Latin-1 or Windows-1252 and saved again: "Ã³", "Â°", "â€œ".
_CP1252 = "€‚ƒ„…†‡‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_MOJIBAKE = re.compile(f"[ÃÂ][\u0080-\u00bf{_CP1252}]|â€")
_INVISIBLE = re.compile("[\u00a0\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|&(#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);")
# What a spreadsheet program would run: =1+1, @SUM(…), +cmd|…, -cmd|…
_FORMULA = re.compile(r"[=@]|[+-](?![\d\s])")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SPREADSHEET_ERRORS = re.compile(r"^(#(REF|N/A|NAME|VALUE|VALOR|DIV/0|NULL|NUM|NOMBRE|¿NOMBRE)[!?]?|#{3,})$")


class Row:
    """One row of one table. `number` is the row a spreadsheet program shows."""

    def __init__(self, reader: TableReader, number: int, cells: dict[str, str]):
        self.reader = reader
        self.number = number
        self.cells = cells
        self.absent: dict[str, str] = {}  # column -> absence property, e.g. notReviewed
        self._fates: dict[str, str] = {}
        self.faulty = False  # some cell was refused or set aside

    @property
    def table(self) -> Table:
        return self.reader.table

    def column(self, name: str) -> Column:
        return self.reader.table.columns[name]

    def text(self, name: str) -> str:
        """The cell as it stands, counted as mapped when it is not empty; "" for an absence code."""
        text = self.cells[name]
        if name in self.absent:
            return ""
        if text and name not in self._fates:
            self._fates[name] = "mapped"
        return text

    def peek(self, name: str) -> str:
        """The cell without counting it."""
        return "" if name in self.absent else self.cells.get(name, "")

    def problem(self, name: str, code: str, found: str, es: str, en: str) -> None:
        """Report a fault of this cell: quarantined where the contract says so, else it stops the build."""
        self.faulty = True
        column = self.table.columns.get(name)
        if column is not None and column.on_error == "quarantine":
            self._fates[name] = "quarantined"
            item = Quarantined(self.reader.shown, self.number, name, found, f"se esperaba {es}", f"expected {en}")
            self.reader.accounting.quarantine.append(item)
            return
        self._fates.setdefault(name, "mapped")
        self.reader.problems.add(Problem(self.reader.shown, self.number, name, code, found, es, en))

    def close(self) -> None:
        """Book every cell; a non-empty cell that nothing took and the contract does not excuse is a problem."""
        account = self.reader.accounting.table(self.reader.contract.key, self.reader.slug)
        account.rows += 1
        for name, text in self.cells.items():
            account.cells += 1
            account.fates[self._fate(name, text)] += 1

    def _fate(self, name: str, text: str) -> str:
        if name in self.absent:
            return "absence"
        if not text:
            return "empty"
        if name in self.table.ignored:
            return "ignored"
        if name in self.table.derived:
            return "derived"
        if name in self._fates:
            return self._fates[name]
        if self.faulty:
            # The mapping gave the row up at its fault; the rest of it is set aside with that cell.
            return "quarantined"
        self.problem(name, "not-mapped", text, "una columna que el contrato declare o ignore", "a column that the contract maps or ignores")
        return self._fates[name]

    @property
    def key(self) -> str:
        """Text of the row key, as it enters the passage key."""
        if self.table.row_keys == ["hash"]:
            return self.digest()
        return "-".join(self.text(name) for name in self.table.row_keys)

    def digest(self) -> str:
        """12 hex digits of the SHA-256 of all cells (ontology_design section 8, passages of exports)."""
        joined = "\x1f".join(f"{name}\x1e{text}" for name, text in self.cells.items())
        return hashlib.sha256(joined.encode()).hexdigest()[:12]

    @property
    def place(self) -> str:
        return self.text(self.table.place) if self.table.place else ""


class TableReader:
    """Reads one table of a contract strictly. Problems are collected, never raised one by one."""

    def __init__(self, folder: Path, shown_folder: str, contract: Contract, slug: str, problems: ProblemList, accounting: Accounting):
        self.contract = contract
        self.slug = slug
        self.table = contract.tables[slug]
        self.path = folder / self.table.file_name(slug)
        self.shown = f"{shown_folder}/{self.table.file_name(slug)}"
        self.problems = problems
        self.accounting = accounting
        self.unread = False  # some of the table could not be read, so its rows cannot be counted

    def rows(self) -> Iterator[Row]:
        """Yield every sound row, closing each after use; report every fault of the others."""
        seen: dict[tuple[str, ...], dict[tuple[str, ...], int]] = {group: {} for group in self._unique_groups()}
        count, filled = 0, Counter[str]()
        for number, cells in self._records():
            count += 1
            row = Row(self, number, cells)
            self._check_cells(row)
            self._check_unique(row, seen)
            filled.update(name for name in self.table.expect.filled if row.cells[name])  # an absence code fills
            yield row
            row.close()
        if self.unread:
            return  # what is missing then was not lost by an editor
        self._check_count(count)
        if count:
            self._check_filled(filled)

    # -- the file ---------------------------------------------------------------------------------------------

    def _records(self) -> Iterator[tuple[int, dict[str, str]]]:
        if not self._opens():
            return
        header: list[str] | None = None
        number = 0
        # utf-8-sig drops a byte order mark; newline="" leaves line breaks inside cells to the csv module.
        with self.path.open(encoding="utf-8-sig", newline="") as stream:
            try:
                self._check_delimiter(stream)
                for number, record in enumerate(csv.reader(stream, delimiter=self.contract.delimiter, strict=True), start=1):
                    if number < self.table.header_row:
                        continue
                    if header is None:
                        header = record
                        if not self._check_header(header):
                            return
                    elif self._sound(number, record, header):
                        yield number, dict(zip(header, record, strict=True))
            except csv.Error as error:
                self._report(number + 1, "", "csv", str(error), "CSV bien formado (comillas cerradas)", "well-formed CSV (closed quotes)")
                return
            except UnicodeDecodeError:
                self._report_encoding()
                return
        if header is None:
            self._report(self.table.header_row, "", "no-header", "", "una fila de encabezados", "a header row")

    def _sound(self, number: int, record: list[str], header: list[str]) -> bool:
        if not any(cell.strip() for cell in record):
            self._report(number, "", "blank-row", "", "una fila con datos", "a row with data")
            return False
        if len(record) != len(header):
            self._report(number, "", "row-length", str(len(record)), f"{len(header)} celdas", f"{len(header)} cells")
            return False
        return True

    def _opens(self) -> bool:
        """Look at the first bytes: is there a file, and can it be UTF-8 text at all?"""
        if self.path.exists() and not self.path.is_file():
            # A folder, a pipe or a device; reading a pipe would wait for ever.
            self._report(0, "", "unreadable", self.path.name, "un archivo", "a regular file")
            return False
        try:
            with self.path.open("rb") as stream:
                start = stream.read(4)
        except FileNotFoundError:
            self._report(0, "", "missing-file", "", "la tabla que nombra el contrato", "the table that the contract names")
            return False
        except OSError as error:
            self._report(0, "", "unreadable", str(error.strerror), "un archivo legible", "a readable file")
            return False
        if start.startswith((b"\xff\xfe", b"\xfe\xff")):
            self._report(1, "", "encoding", "UTF-16", "UTF-8", "UTF-8")
            return False
        if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
            self._report(1, "", "encoding", "XLSX / XLS", "CSV en UTF-8", "CSV in UTF-8")
            return False
        if start.startswith(b"\xef\xbb\xbf"):
            self.problems.note(Note(self.shown, "marca de orden de bytes (BOM) aceptada", "byte order mark (BOM) accepted"))
        return True

    def _report_encoding(self) -> None:
        """A second pass finds the line of the first byte that is not UTF-8; decoding errors do not carry it."""
        with self.path.open("rb") as stream:
            for line, raw in enumerate(stream, start=1):
                try:
                    raw.decode("utf-8")
                except UnicodeDecodeError as error:
                    found = f"0x{raw[error.start]:02x} ({line}:{error.start + 1})"
                    self._report(line, "", "encoding", found, "UTF-8 (guarde como «CSV UTF-8»)", 'UTF-8 (save as "CSV UTF-8")')
                    return

    def _check_delimiter(self, stream: io.TextIOBase) -> None:
        header = ""
        for _ in range(self.table.header_row):
            header = stream.readline()
        stream.seek(0)
        wanted = self.contract.delimiter
        for other in sorted({",", ";", "\t", "|"} - {wanted}):
            if header.count(other) > header.count(wanted):
                found = {"\t": "tab"}.get(other, other)
                self._report(self.table.header_row, "", "delimiter", found, f"«{wanted}» como separador", f"'{wanted}' as the delimiter")

    def _check_header(self, header: list[str]) -> bool:
        known = set(self.table.columns) | set(self.table.ignored) | set(self.table.derived)
        sound = True
        for position, name in enumerate(header, start=1):
            if header.count(name) > 1 and header.index(name) == position - 1:
                self._report(self.table.header_row, name, "repeated-column", name, "cada columna una vez", "each column once")
                sound = False
            if name not in known:
                self._report(self.table.header_row, name or f"#{position}", "unknown-column", name, *self._either(known - set(header)))
                sound = False
        for name in sorted(set(self.table.columns) - set(header)):
            self._report(self.table.header_row, name, "missing-column", "", f"la columna {name}", f"the column {name}")
            sound = False
        return sound

    @staticmethod
    def _either(names: set[str]) -> tuple[str, str]:
        if not names:
            return "ninguna columna más", "no further column"
        listed = ", ".join(sorted(names))
        return f"una de: {listed}", f"one of: {listed}"

    def _report(self, row: int, column: str, code: str, found: str, es: str, en: str) -> None:
        self.unread = self.unread or code in UNREADABLE
        self.problems.add(Problem(self.shown, row, column, code, found, es, en))

    # -- the cells --------------------------------------------------------------------------------------------

    def _check_cells(self, row: Row) -> None:
        for name, text in row.cells.items():
            column = self.table.columns.get(name)
            if column is None:
                continue
            codes = column.absence if column.absence is not None else self.contract.absence
            if text in codes:
                row.absent[name] = codes[text]
                continue
            if not text.strip():
                row.cells[name] = ""
                if column.required:
                    row.problem(name, "required", text, "un valor", "a value")
                continue
            self._check_text(row, name, text, column)

    def _check_text(self, row: Row, name: str, text: str, column: Column) -> None:
        if text != text.strip():
            row.problem(name, "blanks", text, "un valor sin espacios al principio ni al final", "a value without blanks around it")
        if "\ufffd" in text or _MOJIBAKE.search(text):
            row.problem(name, "encoding", text, "texto sin caracteres dañados", "text without damaged characters")
        if _CONTROL.search(text):
            row.problem(name, "control-character", text, "texto sin caracteres de control", "text without control characters")
        if _SPREADSHEET_ERRORS.match(text):
            row.problem(name, "spreadsheet-error", text, "un valor, no un error de hoja de cálculo", "a value, not a spreadsheet error")
        if len(text) > LONGEST_CELL:
            row.problem(name, "length", f"{text[:40]}… ({len(text)})", f"a lo sumo {LONGEST_CELL} caracteres", f"at most {LONGEST_CELL} characters")
        if _INVISIBLE.search(text):
            row.problem(name, "invisible-character", ascii(text), "texto sin espacios duros ni caracteres invisibles", "text without hard blanks or invisible characters")
        if _MARKUP.search(text):
            row.problem(name, "markup", text, "texto sin etiquetas ni entidades HTML", "text without HTML tags or entities")
        if _FORMULA.match(text):
            row.problem(name, "formula", text, "un valor, no una fórmula", "a value, not a formula")
        if column.values is not None and text not in column.values:
            row.problem(name, "not-in-list", text, "uno de: " + ", ".join(column.values), "one of: " + ", ".join(column.values))
        if column.pattern is not None and not re.fullmatch(column.pattern, text):
            row.problem(name, "pattern", text, f"la forma {column.pattern}", f"the form {column.pattern}")

    def _unique_groups(self) -> list[tuple[str, ...]]:
        keys = [] if self.table.row_keys == ["hash"] else [tuple(self.table.row_keys)]
        return list(dict.fromkeys([*keys, *self.table.unique]))

    def _check_unique(self, row: Row, seen: dict[tuple[str, ...], dict[tuple[str, ...], int]]) -> None:
        for group, values in seen.items():
            value = tuple(row.peek(name) for name in group)
            if not any(value):
                continue
            first = values.setdefault(value, row.number)
            if first != row.number:
                found = " + ".join(value)
                row.problem(group[0], "duplicate-key", found, f"un valor distinto del de la fila {first}", f"a value other than that of row {first}")

    def _check_count(self, count: int) -> None:
        expect = self.table.expect
        if expect.rows is not None and count != expect.rows:
            self._report(0, "", "row-count", str(count), f"{expect.rows} filas", f"{expect.rows} rows")
        if expect.min_rows is not None and count < expect.min_rows:
            self._report(0, "", "row-count", str(count), f"al menos {expect.min_rows} filas", f"at least {expect.min_rows} rows")
        if expect.max_rows is not None and count > expect.max_rows:
            self._report(0, "", "row-count", str(count), f"a lo sumo {expect.max_rows} filas", f"at most {expect.max_rows} rows")

    def _check_filled(self, filled: Counter[str]) -> None:
        for name, least in self.table.expect.filled.items():
            if filled[name] < least:
                found = f"{filled[name]} filled cells"
                self._report(0, name, "filled-count", found, f"al menos {least} celdas con valor", f"at least {least} filled cells")
