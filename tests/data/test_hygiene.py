"""The tables open in any spreadsheet program and come back unchanged: encoding, delimiter, blanks, no surprises."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from pathlib import Path

import pandas
import pytest

from tests.conftest import needs_shared
from tests.data.tables import DATA, DECK_FOLDER, FOLDERS, all_cells, contract

FILES = sorted(path for folder in FOLDERS for path in (DATA / folder).glob("*.csv"))
IDS = [str(path.relative_to(DATA)) for path in FILES]
every_file = pytest.mark.parametrize("path", FILES, ids=IDS)

# What a spreadsheet program would take for a formula, and what it would rewrite as a date or a number.
FORMULA = re.compile(r"^[=+@\t]|^-(?!\d)")
REWRITTEN = re.compile(r"^(\d{1,2}-)?(ene|feb|mar|abr|may|jun|jul|ago|sept?|oct|nov|dic|jan|apr|aug|dec)-\d{2,4}$|^#[A-Z/]+[!?]?$|^#{3,}$|^\d(\.\d+)?E\+\d+$", re.IGNORECASE)
E_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w+")


@every_file
def test_bytes(path: Path) -> None:
    raw = path.read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf"), "a byte order mark"
    text = raw.decode("utf-8")
    assert text.endswith("\n") and not text.endswith("\n\n")
    assert "\r" not in text
    assert unicodedata.is_normalized("NFC", text)
    odd = {char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Co", "Cn", "Zl", "Zp") and char != "\n"}
    assert odd == set(), "control, private or invisible characters"
    assert "\u00a0" not in text and "\ufffd" not in text


@every_file
def test_rows_and_cells(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as stream:
        table = list(csv.reader(stream, strict=True))
    header = table[0]
    assert len(set(header)) == len(header)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in header), header
    for row in table[1:]:
        assert len(row) == len(header), row
        assert any(row)
        for cell in row:
            assert cell == cell.strip(), repr(cell)
            assert all(line == line.strip() and line for line in cell.split("\n")) or not cell, repr(cell)
            assert "  " not in cell, repr(cell)
            assert not FORMULA.search(cell), repr(cell)
            assert not REWRITTEN.search(cell), repr(cell)
            assert not E_MAIL.search(cell), "no e-mail address stands in the data"


@every_file
def test_other_readers_see_the_same_table(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as stream:
        ours = list(csv.reader(stream))
    frame = pandas.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    assert [list(frame.columns), *frame.values.tolist()] == ours


@every_file
def test_a_spreadsheet_program_may_save_it_again(path: Path) -> None:
    """Written again with the line ends and the byte order mark of such a program, the cells are the same."""
    with path.open(encoding="utf-8", newline="") as stream:
        ours = list(csv.reader(stream))
    saved = io.StringIO(newline="")
    csv.writer(saved, lineterminator="\r\n").writerows(ours)
    raw = ("\ufeff" + saved.getvalue()).encode("utf-8")
    again = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert again == ours


@pytest.mark.parametrize("folder", FOLDERS)
def test_contract_and_files_name_each_other(folder: str) -> None:
    tables = contract(folder).tables
    declared = {table.file_name(slug) for slug, table in tables.items()}
    coverage = {contract(folder).coverage} - {None}
    assert {path.name for path in (DATA / folder).glob("*.csv")} == declared | coverage
    for slug, table in tables.items():
        with (DATA / folder / table.file_name(slug)).open(encoding="utf-8", newline="") as stream:
            assert next(csv.reader(stream)) == list(table.columns), slug
        assert set(table.title) == {"es", "en"}, slug


def test_expected_numbers_of_rows() -> None:
    """The deck is a finished document: the least number of rows that its contract accepts is the number it has."""
    for slug, table in contract(DECK_FOLDER).tables.items():
        with (DATA / DECK_FOLDER / table.file_name(slug)).open(encoding="utf-8", newline="") as stream:
            assert (table.expect.rows or table.expect.min_rows) == sum(1 for _ in csv.DictReader(stream)), slug


@every_file
def test_exports_of_the_ogp_database_are_not_here(path: Path) -> None:
    """They may be tried with, never committed (PROVENANCE of the shared data): no long text of theirs stands here."""
    ship = needs_shared("data/ship")
    texts = set()
    for export in sorted(ship.glob("*.csv")):
        with export.open(encoding="utf-8", errors="replace", newline="") as stream:
            texts |= {cell.strip() for row in csv.reader(stream) for cell in row if len(cell) > 60}
    assert texts
    with path.open(encoding="utf-8", newline="") as stream:
        shared = {cell for row in csv.reader(stream) for cell in row if cell in texts}
    assert shared == set()


def test_cells_fit_their_columns() -> None:
    """Required cells are filled; closed lists and patterns hold."""
    for cell in all_cells():
        column = cell.column
        assert column.values is None or cell.text in column.values, str(cell)
        assert column.pattern is None or re.fullmatch(column.pattern, cell.text), str(cell)
    for folder in FOLDERS:
        for slug, table in contract(folder).tables.items():
            required = {name for name, column in table.columns.items() if column.required}
            filled: dict[str, set[str]] = {}
            for cell in (cell for cell in all_cells() if (cell.folder, cell.table) == (folder, slug)):
                filled.setdefault(cell.row, set()).add(cell.name)
            for row, names in filled.items():
                assert required <= names, (folder, slug, row, required - names)
