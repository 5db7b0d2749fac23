"""Tables as rows: strict, streaming, every cell with file, row and column.

`TableReader.rows()` yields Row objects whose cells must each be taken (mapped), or be empty, ignored or derived by
contract; what is left over when a row is closed is a Problem. How files become records is in `ingest/formats/`.

Two modes, by contract. `strict` (tables that people keep here): any fault stops the build. `export` (files of others):
a fault of a row or cell goes to the quarantine, dirt in texts is left to `ingest/cleaning/`, and only a fault of the file as
a whole stops the build: damaged, truncated, of another delimiter or encoding, or with headers that the contract does not know,
unless it accepts other columns: then their cells go to the quarantine, without their values.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from operator import itemgetter
from pathlib import Path

from ingest.accounting import Accounting, TableAccount
from ingest.cleaning.redaction import holds_email
from ingest.contract import Column, Contract, Table
from ingest.formats import FormatFault, Passes, Record, look, open_records
from ingest.formats.headers import folded, is_number_line, is_repetition, last_unnamed, named, refuse_copy
from ingest.problems import Note, Problem, ProblemList
from ingest.quarantine import Quarantined, shown

LONGEST_CELL = 100_000  # characters; the longest text of the OGP exports has about a third of that

# Codes of faults that leave a whole table, or part of it, unread.
UNREADABLE = frozenset({
    "missing-file", "unreadable", "unknown-format", "encoding", "delimiter", "csv", "binary", "line-length", "truncated", "file-changed", "for-excel",
    "workbook", "unpacked-size", "sheet", "no-header", "unknown-column", "missing-column", "repeated-column", "empty-column", "contract", "row-length",
})  # fmt: skip

# UTF-8 text that was once read as Latin-1 or Windows-1252 and saved again: "Ã³", "Â°", "â€œ".
_CP1252 = "€‚ƒ„…†‡‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_MOJIBAKE = re.compile(f"[ÃÂ][\u0080-\u00bf{_CP1252}]|â€")
_INVISIBLE = re.compile("[\u00a0\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|&(#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);")
# What a spreadsheet program would run: =1+1, @SUM(…), +cmd|…, -cmd|…
_FORMULA = re.compile(r"[=@]|[+-](?![\d\s])")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SPREADSHEET_ERRORS = re.compile(r"^(#(REF|N/A|NAME|VALUE|VALOR|DIV/0|NULL|NUM|NOMBRE|¿NOMBRE)[!?]?|#{3,})$")
_MEMORY = 50_000  # distinct short texts whose verdict an export's reader remembers
_SHORT = 40  # characters of a text that is remembered
_MOST_OF_HEADER = 300  # characters of a text that are compared with a header
_ASIDE = "quarantined"
_NOTHING: frozenset[int] = frozenset()


class Row:
    """One row of one table. `number` is the row a spreadsheet program shows."""

    __slots__ = ("_aside", "_dates", "_digest", "_taken", "absent", "cells", "faulty", "number", "reader")

    def __init__(self, reader: TableReader, number: int, cells: dict[str, str], dates: frozenset[int] = _NOTHING):
        self.reader = reader
        self.number = number
        self.cells = cells
        self.absent: dict[str, str] = {}  # column -> absence property, e.g. notReviewed
        self.faulty = False  # some cell was refused or set aside
        self._taken: set[str] = set()
        self._aside: set[str] = set()
        self._dates = dates
        self._digest = ""

    @property
    def table(self) -> Table:
        return self.reader.table

    def column(self, name: str) -> Column:
        return self.reader.table.columns[name]

    def text(self, name: str) -> str:
        """The cell as it stands, counted as mapped when it is not empty; "" for an absence code and for a cell that was set aside."""
        text = self.cells[name]
        if not text or name in self.absent or name in self._aside:
            return ""
        self._taken.add(name)
        return text

    def peek(self, name: str) -> str:
        """The cell without counting it."""
        return "" if name in self.absent or name in self._aside else self.cells.get(name, "")

    def take(self, names: Iterable[str]) -> None:
        """Count many cells as mapped at once (those that are empty, absent or set aside stay what they are)."""
        self._taken.update(names)

    def is_date(self, name: str) -> bool:
        """Whether the file itself types the cell as a date; its text is then ISO 8601."""
        return bool(self._dates) and self.reader.names.index(name) in self._dates

    def problem(self, name: str, code: str, found: str, es: str, en: str) -> None:
        """Report a fault of this cell: quarantined where the contract says so (by column, or by the table's mode), else it stops the build."""
        column = self.table.columns.get(name)
        if self.reader.export or (column is not None and column.on_error == "quarantine"):
            self.quarantine(name, code, found, es, en)
            return
        self.faulty = True
        self._taken.add(name)
        self.reader.problems.add(Problem(self.reader.shown, self.number, name, code, found, es, en))

    def quarantine(self, name: str, code: str, found: str, es: str, en: str) -> None:
        """Set this cell aside whatever the contract says: from now on it reads as empty."""
        self.faulty = True
        first = name not in self._aside and name not in self.absent and bool(self.cells.get(name))
        self._aside.add(name)
        self.reader.set_aside(self.number, name, code, found, es, en, int(first))

    def report(self, name: str, code: str, found: str, es: str, en: str) -> None:
        """An entry for the curator; the cell itself is mapped or not, as if nothing had been said."""
        self.reader.set_aside(self.number, name, code, found, es, en, 0)

    def close(self) -> None:
        """Book every cell; a non-empty cell that nothing took and the contract does not excuse is a problem."""
        self.reader.book(self)

    @property
    def key(self) -> str:
        """Text of the row key, as it enters the passage key."""
        if self.table.row_keys == ["hash"]:
            return self.digest()
        return "-".join(self.text(name) for name in self.table.row_keys)

    def digest(self) -> str:
        """12 hex digits of the SHA-256 of all cells (ontology_design section 8, passages of exports)."""
        if not self._digest:
            joined = "\x1f".join([f"{name}\x1e{text}" for name, text in self.cells.items()])
            self._digest = hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:12]
        return self._digest

    @property
    def place(self) -> str:
        return self.text(self.table.place) if self.table.place else ""

    def fate(self, name: str) -> str:
        """What became of one cell, "" = nothing took it."""
        if name in self.absent:
            return "absence"
        if not self.cells[name]:
            return "empty"
        if name in self._aside or name in self.reader.unknown:
            return _ASIDE
        if name in self.table.ignored:
            return "ignored"
        if name in self.reader.derived:
            return "derived"
        return "mapped" if name in self._taken else ""


def _all_of(indices: list[int]) -> Callable[[list[str]], tuple[str, ...]]:
    """The cells at these positions as a tuple, whatever their number."""
    if not indices:
        return lambda cells: ()
    if len(indices) == 1:
        return lambda cells: (cells[indices[0]],)
    return itemgetter(*indices)


def _ends_with_line_end(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(-1, 2)
        return stream.read(1) in b"\r\n"


class _Plan:
    """What is done to each row, worked out once from the contract and the header."""

    def __init__(self, table: Table, contract: Contract, names: list[str], derived: frozenset[str], unknown: Collection[str] = ()):
        ignored = frozenset(table.ignored)
        at = {name: index for index, name in enumerate(names)}
        self.names = names
        self.wanted = frozenset(names) - ignored - derived - frozenset(unknown)  # cells that a mapping has to take
        self.derived = derived
        self.ignored_of = _all_of([at[name] for name in names if name in ignored])
        self.derived_of = _all_of([at[name] for name in names if name in derived])
        self.codes: dict[str, str] = dict(contract.absence)  # grows by spellings with blanks around
        self.numbers = table.number_columns & derived
        self.own_codes: list[tuple[str, dict[str, str]]] = []
        common = []
        numbers = table.number_columns
        for name in names:
            if name not in self.wanted and name not in numbers:
                continue
            codes = self._own_codes(table, contract, name)
            if codes is None:
                common.append(name)
            elif codes:
                self.own_codes.append((name, codes))
        self.common = common
        self.common_of = _all_of([at[name] for name in common])
        # Every text that is an absence code in some column: a row without one of them needs no look at its columns.
        self.any_code = set(self.codes).union(*(codes for _, codes in self.own_codes))
        self.strict = [(name, column) for name, column in table.columns.items() if name in at]
        self.checked = [(name, column) for name, column in self.strict if column.required or column.values is not None or column.pattern is not None]

    @staticmethod
    def _own_codes(table: Table, contract: Contract, name: str) -> dict[str, str] | None:
        """Absence codes of one column where they differ from the contract's: its own, or without the labels of its rating."""
        column = table.columns.get(name)
        if column is not None and column.absence is not None:
            return dict(column.absence)
        rating = table.ratings.get(name)
        if rating is not None:
            labels = {folded(label) for label in rating.labels}
            if any(folded(code) in labels for code in contract.absence):
                return {code: what for code, what in contract.absence.items() if folded(code) not in labels}
        return None


class TableReader:
    """Reads one table of a contract strictly. Problems are collected, never raised one by one.

    `passes` compares the file with what earlier passes of the same build read; without it only passes of this reader are compared.
    """

    def __init__(
        self, folder: Path, shown_folder: str, contract: Contract, slug: str, problems: ProblemList, accounting: Accounting, passes: Passes | None = None,
    ):  # fmt: skip
        self.contract = contract
        self.slug = slug
        self.table = contract.tables[slug]
        self.folder = folder
        self.path = folder / self.table.file_name(slug)
        self.shown = f"{shown_folder}/{self.table.file_name(slug)}"
        self.problems = problems
        self.accounting = accounting
        self.export = self.table.mode == "export"
        self.derived = frozenset(self.table.derived) | self.table.number_columns
        self.unread = False  # some of the table could not be read, so its rows cannot be counted
        self.names: list[str] = []  # of the columns, in the order of the file
        self.unknown: dict[str, str] = {}  # columns that nobody declared, where the contract accepts them -> their names as reports show them
        self.undeclared: Counter[str] = Counter()  # the filled cells of those
        self._passes = passes or Passes()
        self._account: TableAccount | None = None
        self._plan: _Plan | None = None
        self._unmapped: Counter[str] = Counter()  # export: columns that the mapping left, with the number of cells
        self._before: list[list[str]] = []  # records above the header
        self._plain: set[str] = set()  # short texts that need no second look

    @property
    def account(self) -> TableAccount:
        if self._account is None:
            self._account = self.accounting.table(self.contract.key, self.slug)
        return self._account

    def rows(self) -> Iterator[Row]:
        """Yield every sound row, closing each after use; report every fault of the others."""
        seen: dict[tuple[str, ...], dict[tuple[str, ...], int]] = {group: {} for group in self._unique_groups()}
        count, filled = 0, Counter[str]()
        wanted_filled = tuple(self.table.expect.filled)
        for record in self._records():
            count += 1
            row = self._row(record)
            if seen:
                self._check_unique(row, seen)
            if wanted_filled:
                filled.update(name for name in wanted_filled if row.cells[name])  # an absence code fills
            yield row
            row.close()
        self._report_unmapped()
        if self.unread:
            return  # what is missing then was not lost by an editor
        self._check_count(count)
        if count:
            self._check_filled(filled)

    def observations(self) -> Iterator[Row]:
        """The rows that `rows` would yield, for a reading that only looks: no cell has to be taken."""
        for record in self._records():
            yield self._row(record)

    # -- the file ---------------------------------------------------------------------------------------------

    def _records(self) -> Iterator[Record]:
        """The records below a sound header that belong to the table."""
        try:
            format_, marked = look(self.path)
            if marked:
                self.problems.note(Note(self.shown, "marca de orden de bytes (BOM) aceptada", "byte order mark (BOM) accepted"))
            records = open_records(
                self.path, encoding=self.contract.encoding, delimiter=self.contract.delimiter, header_row=self.table.header_row, sheet=self.table.sheet,
                fits=self._fits, width=last_unnamed(self.table.known_columns), passes=self._passes,
            )  # fmt: skip
            if not self._read_header(records):
                return
            yield from self._export_records(records) if self.export else self._strict_records(records)
            if self.export and not format_.seekable and not _ends_with_line_end(self.path):
                es = "la última línea no tiene fin de línea; si el archivo se cortó en su última celda, no se puede saber"
                self.problems.note(Note(self.shown, es, "the last line has no line end; whether the file was cut in its last cell cannot be told"))
        except FormatFault as fault:
            self._report(fault.row, "", fault.code, fault.found, fault.es, fault.en)
            self.unread = True

    def _fits(self, header: list[str]) -> bool:
        return self._needed() <= set(named(header, self.table.known_columns, fold=self.export))

    def _needed(self) -> frozenset[str]:
        return self.table.known_columns - frozenset(self.table.ignored) - frozenset(self.table.derived)

    def _read_header(self, records: Iterator[Record]) -> bool:
        self._before = []
        for record in records:
            if record.number < self.table.header_row:
                self._before.append(record.cells)
            elif record.number == self.table.header_row:
                return self._check_header(record.cells)
            else:
                break  # a sheet that does not hold the row
        self._report(self.table.header_row, "", "no-header", "", "una fila de encabezados", "a header row")
        return False

    def _check_header(self, header: list[str]) -> bool:
        known = self.table.known_columns
        refuse_copy(header, self.table.header_row)
        self._header = header
        names = self.names = named(header, known, fold=self.export)
        sound = True
        for position, (name, text) in enumerate(zip(names, header, strict=True), start=1):
            if name in known:
                continue
            if self.export and self.contract.other_columns == "accept":
                # A header may itself hold what nobody declared: a person's address.
                self.unknown[name] = shown(name, self.accounting.redact)
                if text.strip():  # one without a header is worth a word only where it holds something
                    self.undeclared[self.unknown[name]] += 0
                continue
            sound = False
            if not text.strip():
                es, en = f"un encabezado, o «({position})» declarado en el contrato", f"a header, or '({position})' declared in the contract"
                self._report(self.table.header_row, f"({position})", "empty-column", text, es, en)
            elif is_repetition(name) and name.rpartition(" (")[0] in names[: position - 1]:
                es, en = f"cada columna una vez, o «{name}» declarada en el contrato", f"each column once, or '{name}' declared in the contract"
                self._report(self.table.header_row, name.rpartition(" (")[0], "repeated-column", text, es, en)
            else:
                self._report(self.table.header_row, name, "unknown-column", text, *self._either(known - set(names)))
        for name in sorted(self._needed() - set(names)):
            self._report(self.table.header_row, name, "missing-column", "", f"la columna {name}", f"the column {name}")
            sound = False
        if sound:
            self._plan = _Plan(self.table, self.contract, names, self.derived, self.unknown)
        else:
            self.unread = True
        return sound

    def _strict_records(self, records: Iterator[Record]) -> Iterator[Record]:
        width = len(self.names)
        for record in records:
            if not any(cell.strip() for cell in record.cells):
                self._report(record.number, "", "blank-row", "", "una fila con datos", "a row with data")
            elif len(record.cells) != width:
                self._report(record.number, "", "row-length", str(len(record.cells)), f"{width} celdas", f"{width} cells")
            else:
                yield record

    def _export_records(self, records: Iterator[Record]) -> Iterator[Record]:
        """Sound records; blank, ragged, summing and repeated header rows are booked here and end here."""
        width = len(self.names)
        before = [line for line in self._before if any(cell.strip() for cell in line)]
        sums = self.table.sum_rows
        sum_at = [self.names.index(name) for name in (sums.columns if sums else ()) if name in self.names]
        sum_values = {folded(value) for value in (sums.values if sums else ())}
        suspects = {folded(self._header[0]), "0", "1", *(folded(line[0]) for line in before)}  # how a repeated header line may begin
        known: dict[str, tuple[bool, bool]] = {}  # short text -> is it a sum, may it begin a header line
        short: Record | None = None  # a record with too few cells: ragged, or, as the last one, cut off

        def judged(text: str) -> tuple[bool, bool]:
            found = known.get(text)
            if found is None:
                key = folded(text[:_MOST_OF_HEADER])
                found = (key in sum_values, key in suspects)
                if len(text) <= _SHORT and len(known) < _MEMORY:
                    known[text] = found
            return found

        for record in records:
            cells = record.cells
            if short is not None:
                self._ragged(short, width)
                short = None
            if not any(cells) or not any(map(str.strip, cells)):
                self.account.rows_blank += 1
                self._book_aside(cells)
                continue
            for index in sum_at:
                if index < len(cells) and judged(cells[index])[0]:
                    self._set_row_aside(record, "sum-row", cells[index], "un compromiso, no una suma", "a commitment, not a sum")
                    break
            else:
                if judged(cells[0])[1] and (cells in before or is_number_line(cells) or self._repeats_header(cells)):
                    es, en = "los encabezados una sola vez", "the headers once only"
                    self._set_row_aside(record, "repeated-header", f"{len(cells)} cells", es, en)
                elif len(cells) == width:
                    yield record
                elif len(cells) < width:
                    short = record
                else:
                    self._ragged(record, width)
        if short is not None:
            es, en = f"{width} celdas; el último registro es más corto: ¿archivo truncado?", f"{width} cells; the last record is shorter: is the file truncated?"
            raise FormatFault(short.number, "truncated", f"{len(short.cells)} cells", es, en)

    def _repeats_header(self, cells: list[str]) -> bool:
        """The header again, perhaps without its last, empty columns."""
        return [folded(cell) for cell in cells if cell.strip()] == [folded(cell) for cell in self._header if cell.strip()]

    def _ragged(self, record: Record, width: int) -> None:
        self._set_row_aside(record, "row-length", f"{len(record.cells)} cells", f"{width} celdas", f"{width} cells")

    def _set_row_aside(self, record: Record, code: str, found: str, es: str, en: str) -> None:
        self.account.rows_quarantined += 1
        filled = self._book_aside(record.cells)
        self.set_aside(record.number, "", code, found, es, en, filled)

    def _book_aside(self, cells: list[str]) -> int:
        """Book the cells of a row that no mapping sees; returns the number of filled ones."""
        filled = sum(1 for cell in cells if cell.strip())
        self.account.cells += len(cells)
        self.account.fates["empty"] += len(cells) - filled
        if filled:
            self.account.fates[_ASIDE] += filled
        return filled

    def set_aside(self, row: int, column: str, code: str, found: str, es: str, en: str, cells: int) -> None:
        """One entry of the quarantine; `cells`: how many filled cells it stands for."""
        self.accounting.quarantine.append(Quarantined(self.shown, row, column, found, f"se esperaba {es}", f"expected {en}", code, cells))

    @staticmethod
    def _either(names: Iterable[str]) -> tuple[str, str]:
        listed = ", ".join(sorted(names))
        if not listed:
            return "ninguna columna más", "no further column"
        return f"una de: {listed}", f"one of: {listed}"

    def _report(self, row: int, column: str, code: str, found: str, es: str, en: str) -> None:
        self.unread = self.unread or code in UNREADABLE
        self.problems.add(Problem(self.shown, row, column, code, found, es, en))

    # -- the cells --------------------------------------------------------------------------------------------

    def _row(self, record: Record) -> Row:
        assert self._plan is not None
        row = Row(self, record.number, dict(zip(self.names, record.cells, strict=True)), record.dates)
        for index, code in record.faults.items():
            name = self.names[index]
            if name in self._plan.wanted:
                row.problem(name, code, record.cells[index], "una celda con su valor guardado", "a cell with its value stored")
        if self.export:
            self._look_at(row, record.cells, self._plan)
        else:
            self._check_cells(row, self._plan)
        return row

    def _look_at(self, row: Row, cells: list[str], plan: _Plan) -> None:
        """Absence codes, cells of blanks only, spreadsheet errors, texts without measure. Most texts were seen before: a set tells."""
        plain, codes = self._plain, plan.codes
        texts = set(cells)
        for text in texts - plain:
            if self._is_odd(text, plan):
                self._mend_or_refuse(row, text, plan)
            elif len(text) <= _SHORT and len(plain) < _MEMORY:
                plain.add(text)
        if not texts.isdisjoint(plan.any_code):
            absent = {name: codes[text] for name, text in zip(plan.common, plan.common_of(cells), strict=True) if text in codes}
            for name, own in plan.own_codes:
                text = row.cells[name]
                if text in plan.any_code and (code := own.get(text) or own.get(text.strip())):
                    absent[name] = code
            row.absent = {name: code for name, code in absent.items() if name not in row._aside} if row._aside else absent
        for name, column in plan.checked:
            if name not in row.absent and name not in row._aside:
                self._check_declared(row, name, row.cells[name].strip(), column)

    @staticmethod
    def _is_odd(text: str, plan: _Plan) -> bool:
        if not text:
            return False
        if len(text) > LONGEST_CELL or text.isspace():
            return True
        if len(text) > _SHORT:
            return False
        stripped = text.strip()
        if stripped in plan.any_code and text not in plan.any_code:
            plan.any_code.add(text)
            if stripped in plan.codes:
                plan.codes[text] = plan.codes[stripped]
        return "#" in stripped and _SPREADSHEET_ERRORS.match(stripped) is not None

    def _mend_or_refuse(self, row: Row, text: str, plan: _Plan) -> None:
        columns = [name for name, cell in row.cells.items() if cell == text]
        if text.isspace() and len(text) <= LONGEST_CELL:
            for name in columns:
                row.cells[name] = ""
            return
        for name in columns:
            if name not in plan.wanted:
                continue  # ignored or derived: not looked at, not published
            if len(text) > LONGEST_CELL:
                row.quarantine(name, "length", str(len(text)), f"a lo sumo {LONGEST_CELL} caracteres", f"at most {LONGEST_CELL} characters")
            else:
                row.quarantine(name, "spreadsheet-error", text, "un valor, no un error de hoja de cálculo", "a value, not a spreadsheet error")

    def _check_cells(self, row: Row, plan: _Plan) -> None:
        self._find_absent(row, plan)
        for name, column in plan.strict:
            text = row.cells[name]
            if name in row.absent:
                continue
            if not text.strip():
                row.cells[name] = ""
                if column.required:
                    row.problem(name, "required", text, "un valor", "a value")
                continue
            self._check_text(row, name, text)
            if column.kind == "curated" and holds_email(text):
                row.problem(name, "e-mail", text, "un texto sin direcciones de correo, pues se publica", "a text without e-mail addresses, as it is published")
            self._check_declared(row, name, text, column)

    @staticmethod
    def _find_absent(row: Row, plan: _Plan) -> None:
        for name in plan.common:
            if (text := row.cells[name]) in plan.codes:
                row.absent[name] = plan.codes[text]
        for name, own in plan.own_codes:
            if (text := row.cells[name]) in own:
                row.absent[name] = own[text]

    def _check_text(self, row: Row, name: str, text: str) -> None:
        """What no cell of a table that is kept here should hold."""
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

    def _check_declared(self, row: Row, name: str, text: str, column: Column) -> None:
        """What the contract says of a column's cells."""
        if not text:
            if column.required:
                row.problem(name, "required", text, "un valor", "a value")
            return
        if column.values is not None and text not in column.values:
            row.problem(name, "not-in-list", text, "uno de: " + ", ".join(column.values), "one of: " + ", ".join(column.values))
        if column.pattern is not None and not re.fullmatch(column.pattern, text):
            row.problem(name, "pattern", text, f"la forma {column.pattern}", f"the form {column.pattern}")

    # -- the account ------------------------------------------------------------------------------------------

    def book(self, row: Row) -> None:
        """Every cell of a row that the mapping is done with."""
        assert self._plan is not None
        account, plan = self.account, self._plan
        account.rows += 1
        account.cells += len(row.cells)
        unknown = self._set_unknown_aside(row) if self.unknown else 0
        left = [name for name in plan.wanted.difference(row._taken) if row.cells[name] and name not in row.absent]
        if row.faulty or left:
            self._book_one_by_one(row, account)
            return
        cells = list(row.cells.values())
        empty = cells.count("")
        ignored, derived = plan.ignored_of(cells), plan.derived_of(cells)
        ignored_count = len(ignored) - ignored.count("")
        absent_numbers = len(plan.numbers & row.absent.keys())
        derived_count = len(derived) - derived.count("") - absent_numbers
        fates = account.fates
        fates["empty"] += empty
        fates["absence"] += len(row.absent)
        fates["ignored"] += ignored_count
        fates["derived"] += derived_count
        fates[_ASIDE] += unknown
        fates["mapped"] += len(cells) - empty - len(row.absent) - ignored_count - derived_count - unknown

    def _set_unknown_aside(self, row: Row) -> int:
        """The filled cells of columns that nobody declared, each with row and column and without its value, which may be a person's; returns how many."""
        es = "una columna que el formato declare; su valor no se muestra: puede ser dato de una persona"
        en = "a column that the layout declares; its value is not shown: it may be data of a person"
        count = 0
        for name, column in self.unknown.items():
            if row.cells[name]:
                self.set_aside(row.number, column, "undeclared-column", "", es, en, 1)
                self.undeclared[column] += 1
                count += 1
        return count

    def _book_one_by_one(self, row: Row, account: TableAccount) -> None:
        given_up = []
        for name in row.cells:
            fate = row.fate(name)
            if not fate and row.faulty:
                # The mapping gave the row up at its fault; the rest of it is set aside with that cell.
                given_up.append(name)
                fate = _ASIDE
            elif not fate:
                self._not_mapped(row, name)
                fate = row.fate(name) or "mapped"
            account.fates[fate] += 1
        if given_up and (row._aside or self.export):
            es, en = "una fila que se pueda representar sin la celda apartada", "a row that can be mapped without the cell set aside"
            self.set_aside(row.number, "", "rest-of-row", f"{len(given_up)} cells", es, en, len(given_up))

    def _not_mapped(self, row: Row, name: str) -> None:
        if self.export:
            self._unmapped[name] += 1  # a fault of the contract or mapping, not of the row: said once
        else:
            row.problem(name, "not-mapped", row.cells[name], "una columna que el contrato declare o ignore", "a column that the contract maps or ignores")

    def _report_unmapped(self) -> None:
        for name, count in sorted(self._unmapped.items()):
            es, en = "una columna que el contrato declare o ignore", "a column that the contract maps or ignores"
            self._report(0, name, "not-mapped", f"{count} filled cells", es, en)
        self._unmapped.clear()

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
