"""One row of one table, as a mapping sees it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from ingest.cleaning.persons import as_shown
from ingest.contract import Column, Table
from ingest.problems import Problem
from ingest.quarantine import shown
from ingest.readers.table_file import TableFile


class Aside(NamedTuple):
    """An entry of the quarantine about one cell, as it will be told; `cells` 0: a remark, the cell stays what it is."""

    column: str
    code: str
    found: str
    es: str
    en: str
    cells: int


class Row:
    """One row of one table. `number` is the row a spreadsheet program shows."""

    __slots__ = ("_digest", "_told", "absent", "aside", "cells", "faulty", "file", "number", "refused", "region", "taken")

    def __init__(self, file: TableFile, number: int, cells: dict[str, str]):
        self.file = file
        self.number = number
        self.cells = cells
        self.absent: dict[str, str] = {}  # column -> absence property, e.g. notReviewed
        self.faulty = False  # some cell was refused or set aside
        self.taken: set[str] = set()  # columns that the mapping has used
        self.aside: set[str] = set()  # columns whose cells are in the quarantine
        self.refused: Aside | None = None  # why the whole row is set aside
        self._told: list[Aside] = []  # what is to be said of its cells, once it is known whether the row is kept
        self.region = ""  # the country that its telephone numbers are read by, as soon as the mapping knows it
        self._digest = ""

    @property
    def table(self) -> Table:
        return self.file.table

    def column(self, name: str) -> Column:
        return self.file.table.columns[name]

    def text(self, name: str) -> str:
        """The cell as it stands, counted as mapped when it is not empty; "" for an absence code and for a cell that was set aside."""
        text = self.cells[name]
        if not text or name in self.absent or name in self.aside:
            return ""
        self.taken.add(name)
        return text

    def peek(self, name: str) -> str:
        """The cell without counting it."""
        return "" if name in self.absent or name in self.aside else self.cells.get(name, "")

    def take(self, names: Iterable[str]) -> None:
        """Count many cells as mapped at once (those that are empty, absent or set aside stay what they are)."""
        self.taken.update(names)

    def problem(self, name: str, code: str, found: str, es: str, en: str) -> None:
        """Report a fault of this cell: quarantined where the contract says so (by column, or by the table's mode), else it stops the build."""
        column = self.table.columns.get(name)
        if self.file.export or (column is not None and column.on_error == "quarantine"):
            self.quarantine(name, code, found, es, en)
            return
        self.faulty = True
        self.taken.add(name)
        self.file.problems.add(Problem(self.file.shown, self.number, name, code, found, es, en))

    def quarantine(self, name: str, code: str, found: str, es: str, en: str) -> None:
        """Set this cell aside whatever the contract says: from now on it reads as empty. Of several reasons the first is told."""
        self.faulty = True
        if name in self.aside:
            return
        self.aside.add(name)
        self._told.append(Aside(name, code, self._shown(found), es, en, int(name not in self.absent and bool(self.cells.get(name)))))

    def report(self, name: str, code: str, found: str, es: str, en: str) -> None:
        """A remark for the curator; the cell itself is mapped or not, as if nothing had been said."""
        self._told.append(Aside(name, code, self._shown(found), es, en, 0))

    def refuse(self, name: str, code: str, found: str, es: str, en: str) -> None:
        """Set the whole row aside for what stands in this cell; of several reasons the first is told."""
        if self.refused is None:
            known = next((said for said in self._told if said.column == name and name in self.aside), None)
            self.refused = known or Aside(name, code, self._shown(found), es, en, int(bool(self.cells.get(name))))

    def _shown(self, found: str) -> str:
        """Without the telephone numbers of its country, which the quarantine does not know."""
        return shown(found, lambda text: as_shown(text, self.region)) if self.region else found

    def entries(self) -> list[Aside]:
        """What the quarantine says of single cells: a cell that is set aside is not remarked upon, too."""
        return [said for said in self._told if said.cells or not (said.column in self.aside and said.column not in self.absent and self.cells.get(said.column))]

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
