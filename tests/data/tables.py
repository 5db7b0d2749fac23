"""The tables of `data/` as plain rows, read with nothing but the csv module and the contracts.

These helpers are not the pipeline's reader on purpose: what they say about the tables does not depend on how the
pipeline reads them.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ingest.contract import Column, Contract
from ingest.contract_reading import load_contract
from tests.conftest import ROOT

DATA = ROOT / "data"
DECK_FOLDER = "sources/mx_ogp_deck"
PAGES_FOLDER = "sources/mx_ogp_pages"
FOLDERS = (DECK_FOLDER, PAGES_FOLDER, "reference", "curated")

Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Cell:
    """One filled cell with where it stands, as a person would look it up."""

    folder: str
    table: str
    row: str  # text of the row key
    name: str
    column: Column
    text: str

    def __str__(self) -> str:
        return f"{self.folder}/{self.table}.csv, row {self.row}, {self.name}: {self.text!r}"


@cache
def contract(folder: str) -> Contract:
    return load_contract(DATA / folder / "contract.yml", folder).contract


@cache
def _rows(path: Path) -> tuple[dict[str, str], ...]:
    with path.open(encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream, strict=True))


def rows(folder: str, table: str) -> Rows:
    """All rows of one table, in the order of the file; fresh copies, so that a test may alter them."""
    return [dict(row) for row in _rows(DATA / folder / contract(folder).tables[table].file_name(table))]


def deck(table: str) -> Rows:
    return rows(DECK_FOLDER, table)


def row_key(folder: str, table: str, row: dict[str, str]) -> str:
    return "-".join(row[name] for name in contract(folder).tables[table].row_keys)


def cells(folder: str, table: str) -> list[Cell]:
    """Every filled cell of one table."""
    columns = contract(folder).tables[table].columns
    return [
        Cell(folder, table, row_key(folder, table, row), name, columns[name], text)
        for row in rows(folder, table)
        for name, text in row.items()
        if text
    ]


def all_tables() -> list[tuple[str, str]]:
    return [(folder, table) for folder in FOLDERS for table in contract(folder).tables]


def all_cells() -> list[Cell]:
    return [cell for folder, table in all_tables() for cell in cells(folder, table)]


# -- institutions ------------------------------------------------------------------------------------------------


@cache
def spellings() -> dict[str, str]:
    """Every spelling of a body that Mexico's documents may name -> its key; a name is one body's in its own country only."""
    known: dict[str, str] = {}
    for row in (row for row in rows("reference", "organizations") if row["area"].partition("-")[0] in ("MX", "")):
        for name in [row["name"], *split(row["also_written"], [";"]), *split(row["also_written_en"], [";"])]:
            known.setdefault(name, row["key"])
    return known


def split(cell: str, separators: list[str] | tuple[str, ...]) -> list[str]:
    """The parts of a cell, without the empty ones."""
    for separator in separators[1:]:
        cell = cell.replace(separator, separators[0])
    return [part.strip() for part in cell.split(separators[0]) if part.strip()]


def resolve(part: str) -> str | None:
    """The body that a cell part names: the whole part first, else "unit, parent" if the table says so of the two."""
    known = spellings()
    if part in known:
        return known[part]
    unit, comma, parent = part.partition(", ")
    parents = {row["key"]: row["parent"] for row in rows("reference", "organizations")}
    if comma and unit in known and parent in known and parents[known[unit]] == known[parent]:
        return known[unit]
    return None


def plan_4() -> Rows:
    """The 13 commitments, with `agencies` and `csos` as parts of their cells joined by "|"."""
    found = []
    for table in ("compromisos-cocreados", "compromisos-proactivos"):
        columns = contract(DECK_FOLDER).tables[table].columns
        for row in deck(table):
            for short, name in (("agencies", "dependencia_responsable"), ("csos", "oscs_corresponsables")):
                row[short] = "|".join(split(row[name], columns[name].separators))
            found.append(row)
    return found
