"""Every cell that was read ends in exactly one column of this account; the sum is checked and printed.

cells read = empty + mapped + absence codes + ignored by contract + derived (not published) + quarantined
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

FATES = ("empty", "mapped", "absence", "ignored", "derived", "quarantined")


@dataclass(frozen=True)
class Quarantined:
    """A cell kept out of the graph, with its reason in both languages."""

    file: str
    row: int
    column: str
    found: str
    reason_es: str
    reason_en: str


@dataclass
class TableAccount:
    source: str
    table: str
    rows: int = 0
    cells: int = 0
    fates: Counter[str] = field(default_factory=Counter)

    @property
    def balanced(self) -> bool:
        return self.cells == sum(self.fates.values())


class Accounting:
    """The account of one build, by source and table."""

    def __init__(self) -> None:
        self.tables: dict[tuple[str, str], TableAccount] = {}
        self.quarantine: list[Quarantined] = []

    def table(self, source: str, table: str) -> TableAccount:
        return self.tables.setdefault((source, table), TableAccount(source, table))

    def as_rows(self) -> list[dict[str, str | int]]:
        """One mapping per table, sorted, and a last one with the totals (`source` = "total")."""
        rows: list[dict[str, str | int]] = []
        total: Counter[str] = Counter()
        for (source, table), account in sorted(self.tables.items()):
            row = {"rows": account.rows, "cells": account.cells} | {fate: account.fates[fate] for fate in FATES}
            total.update(row)
            rows.append({"source": source, "table": table} | row)
        rows.append({"source": "total", "table": ""} | {key: total[key] for key in ("rows", "cells", *FATES)})
        return rows

    def check(self) -> None:
        """Raise AssertionError when a cell was lost or counted twice: that is a fault of ours, never of the input."""
        for account in self.tables.values():
            if not account.balanced:
                raise AssertionError(f"cells do not add up in {account.source}/{account.table}: {account}")
