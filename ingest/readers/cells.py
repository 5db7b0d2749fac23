"""What stands in the cells of a row before a mapping sees it: absence codes, blanks, damage, and what the contract declares."""

from __future__ import annotations

import re

from ingest.cleaning.emails import holds_email
from ingest.contract import Column
from ingest.formats.headers import folded
from ingest.readers.columns import Columns, meaning
from ingest.readers.rows import Row

LONGEST_CELL = 100_000  # characters; the longest text of the OGP exports has about a third of that

# UTF-8 text that was once read as Latin-1 or Windows-1252 and saved again: "Ã³", "Â°", "â€œ".
_CP1252 = "€‚ƒ„…†‡‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_MOJIBAKE = re.compile(f"[ÃÂ][\u0080-\u00bf{_CP1252}]|â€")
_INVISIBLE = re.compile("[\u00a0\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|&(#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);")
# What a spreadsheet program would run: =1+1, @SUM(…), +cmd|…, -cmd|…
_FORMULA = re.compile(r"[=@]|[+-](?![\d\s])")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SPREADSHEET_ERRORS = re.compile(r"^(#(REF|N/A|NAME|VALUE|VALOR|DIV/0|NULL|NUM|NOMBRE|¿NOMBRE)[!?]?|#{3,})$")
# A bare sign, or a code of letters parted by dots that is none of the layout's: n.a., N/R, s/d.
_SIGN = re.compile(r"[\s!-/:-@\[-`{-~\u00a1\u00b7\u00bf\u2010-\u2015\u2026\u2212]+")
_DOTTED = re.compile(r"n\s?[./\\]\s?[a-z]\s?\.?|s\s?[./\\]\s?[dn]\s?\.?")
_NO_NAMES = frozenset({"none", "null", "nan"})  # what programs write for nothing; "None" in other columns can be a fact
_MEMORY = 50_000  # distinct short texts whose verdict an export's reader remembers
_SHORT = 40  # characters of a text that is remembered


# -- tables that are kept here --------------------------------------------------------------------------------------


def check_strictly(row: Row, columns: Columns) -> None:
    _find_absent(row, columns)
    for name, column in columns.declared:
        text = row.cells[name]
        if name in row.absent:
            continue
        if not text.strip():
            row.cells[name] = ""
            if column.required:
                row.problem(name, "required", text, "un valor", "a value")
            continue
        _check_text(row, name, text)
        if column.kind == "curated" and holds_email(text):
            row.problem(name, "e-mail", text, "un texto sin direcciones de correo, pues se publica", "a text without e-mail addresses, as it is published")
        _check_declared(row, name, text, column)


def _find_absent(row: Row, columns: Columns) -> None:
    for name in columns.common:
        if (text := row.cells[name]) in columns.codes:
            row.absent[name] = columns.codes[text]
    for name, own in columns.own_codes:
        if (text := row.cells[name]) in own:
            row.absent[name] = own[text]


def _check_text(row: Row, name: str, text: str) -> None:
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
        row.problem(name, "invisible-character", text, "texto sin espacios duros ni caracteres invisibles", "text without hard blanks or invisible characters")
    if _MARKUP.search(text):
        row.problem(name, "markup", text, "texto sin etiquetas ni entidades HTML", "text without HTML tags or entities")
    if _FORMULA.match(text):
        row.problem(name, "formula", text, "un valor, no una fórmula", "a value, not a formula")


def _check_declared(row: Row, name: str, text: str, column: Column) -> None:
    """What the contract says of a column's cells."""
    if not text:
        if column.required:
            row.problem(name, "required", text, "un valor", "a value")
        return
    if column.values is not None and text not in column.values:
        row.problem(name, "not-in-list", text, "uno de: " + ", ".join(column.values), "one of: " + ", ".join(column.values))
    if column.pattern is not None and not re.fullmatch(column.pattern, text):
        row.problem(name, "pattern", text, f"la forma {column.pattern}", f"the form {column.pattern}")


# -- exports ----------------------------------------------------------------------------------------------------------


class ExportCells:
    """The look at an export's cells. Most texts were seen before, so it remembers the short ones that need no second look."""

    def __init__(self, columns: Columns):
        self._columns = columns
        self._plain: set[str] = set()
        self._signs: dict[str, bool] = {}  # texts that say nothing -> whether they do so in every column, or as a number or name only

    def look_at(self, row: Row, cells: list[str]) -> None:
        """Absence codes, cells of blanks only, spreadsheet errors, texts without measure."""
        columns, plain = self._columns, self._plain
        codes = columns.codes
        texts = set(cells)
        for text in texts - plain:
            self._learn(text)
            if _is_odd(text):
                self._mend_or_refuse(row, text)
            elif len(text) <= _SHORT and len(plain) < _MEMORY:
                plain.add(text)
        if not texts.isdisjoint(columns.any_code):
            absent = {name: codes[text] for name, text in zip(columns.common, columns.common_of(cells), strict=True) if text in codes}
            for name, own in columns.own_codes:
                text = row.cells[name]
                if text in columns.any_code and (code := own.get(text) or meaning(columns.own_spellings[name], text)):
                    absent[name] = code
            row.absent = {name: code for name, code in absent.items() if name not in row.aside} if row.aside else absent
        if self._signs and not texts.isdisjoint(self._signs):
            self._set_signs_aside(row)
        for name, column in columns.checked:
            if name not in row.absent and name not in row.aside:
                _check_declared(row, name, row.cells[name].strip(), column)

    def _learn(self, text: str) -> None:
        """Another spelling of an absence code, by letter case, blanks or dots, counts as that code from now on; a sign that says nothing is known as such."""
        columns = self._columns
        if len(text) > _SHORT or not (stripped := text.strip()):
            return
        if text not in columns.any_code and columns.is_code(stripped):
            columns.any_code.add(text)
            if (code := meaning(columns.spellings, stripped)) is not None:
                columns.codes[text] = code
        if _SIGN.fullmatch(key := folded(stripped)) or _DOTTED.fullmatch(key):
            self._signs[text] = True
        elif key in _NO_NAMES:
            self._signs[text] = False

    def _set_signs_aside(self, row: Row) -> None:
        """A dash, a question mark, a dotted code that the layout does not declare: no number, no name, no text, no body and no date."""
        for name in self._columns.saying:
            everywhere = self._signs.get(row.cells[name])
            if everywhere is None or name in row.absent or not (everywhere or name in self._columns.naming):
                continue
            es = "un valor; si es un código de ausencia, se declara en absence: de un contrato"
            en = "a value; if it is an absence code, absence: of a contract declares it"
            row.quarantine(name, "says-nothing", row.cells[name], es, en)

    def _mend_or_refuse(self, row: Row, text: str) -> None:
        names = [name for name, cell in row.cells.items() if cell == text]
        if text.isspace() and len(text) <= LONGEST_CELL:
            for name in names:
                row.cells[name] = ""
            return
        for name in names:
            if name not in self._columns.wanted:
                continue  # ignored or derived: not looked at, not published
            if len(text) > LONGEST_CELL:
                row.quarantine(name, "length", str(len(text)), f"a lo sumo {LONGEST_CELL} caracteres", f"at most {LONGEST_CELL} characters")
            else:
                row.quarantine(name, "spreadsheet-error", text, "un valor, no un error de hoja de cálculo", "a value, not a spreadsheet error")


def _is_odd(text: str) -> bool:
    """Whether a cell is to be mended or refused: blanks only, an error of a spreadsheet program, a text without measure."""
    if not text:
        return False
    if len(text) > LONGEST_CELL or text.isspace():
        return True
    return len(text) <= _SHORT and "#" in text and _SPREADSHEET_ERRORS.match(text.strip()) is not None
