"""One table of a contract as a file holds it: what it is called in reports, what its header held, where its faults go."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from commitments.plain import plain
from ingest.accounting import Accounting, TableAccount
from ingest.contract import Contract
from ingest.formats import types_dates
from ingest.problems import Problem, ProblemList
from ingest.quarantine import Quarantined

# Codes of faults that leave a whole table, or part of it, unread.
UNREADABLE = frozenset({
    "missing-file", "unreadable", "unknown-format", "encoding", "delimiter", "csv", "binary", "line-length", "truncated", "file-changed", "for-excel",
    "workbook", "unpacked-size", "sheet", "no-header", "unknown-column", "missing-column", "repeated-column", "empty-column", "contract", "row-length",
})  # fmt: skip


class TableFile:
    """What is known of a table while it is read; its rows point here."""

    def __init__(self, folder: Path, shown_folder: str, contract: Contract, slug: str, problems: ProblemList, accounting: Accounting):
        self.contract = contract
        self.slug = slug
        self.table = contract.tables[slug]
        self.folder = folder
        self.path = folder / self.table.file_name(slug)
        self.types_dates = types_dates(self.path)
        self.shown = plain(f"{shown_folder}/{self.table.file_name(slug)}")
        self.problems = problems
        self.accounting = accounting
        self.export = self.table.mode == "export"
        self.derived = frozenset(self.table.derived) | self.table.number_columns
        self.unread = False  # some of the table could not be read, so its rows cannot be counted
        self.names: list[str] = []  # of the columns, in the order of the file
        self.unknown: dict[str, str] = {}  # columns that nobody declared, where the contract accepts them -> their names as reports show them
        self.undeclared: Counter[str] = Counter()  # the filled cells of those
        self._account: TableAccount | None = None

    @property
    def account(self) -> TableAccount:
        if self._account is None:
            self._account = self.accounting.table(self.contract.key, self.slug)
        return self._account

    def report(self, row: int, column: str, code: str, found: str, es: str, en: str) -> None:
        """A fault that stops the build."""
        self.unread = self.unread or code in UNREADABLE
        self.problems.add(Problem(self.shown, row, column, code, found, es, en))

    def set_aside(self, row: int, column: str, code: str, found: str, es: str, en: str, cells: int) -> None:
        """One entry of the quarantine; `cells`: how many filled cells it stands for."""
        self.account.count_aside(column, code, found, cells)
        self.accounting.quarantine.append(Quarantined(self.shown, row, column, found, f"se esperaba {es}", f"expected {en}", code, cells))
