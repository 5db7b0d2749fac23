"""Every cell that was read ends in exactly one column of this account; the sum is checked and printed.

cells read = empty + mapped + absence codes + ignored by contract + derived (not published) + quarantined
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from ingest.quarantine import Quarantine, Quarantined

__all__ = ["FATES", "Accounting", "Quarantined", "TableAccount"]

FATES = ("empty", "mapped", "absence", "ignored", "derived", "quarantined")
ROWS = ("rows", "rows_quarantined", "rows_blank")  # kept, set aside whole, without any text: each row of a table is one of these
# Reasons whose `found` is what somebody wrote again and again where the layout knows other words: perhaps an absence code that it should declare.
_LABELS = frozenset({"boolean", "flag", "plan-fact", "says-nothing", "unknown-label"})
_LABEL, _LABELS_HELD = 40, 20_000  # characters of such a text, and different ones by column, that are counted
EXAMPLES = 3  # rows set aside of which the account keeps what is wrong, for messages


@dataclass
class TableAccount:
    source: str
    table: str
    rows: int = 0
    rows_quarantined: int = 0
    rows_blank: int = 0
    cells: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    aside: Counter[str] = field(default_factory=Counter)  # reason -> rows set aside whole
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)  # reason and column -> cells in the quarantine
    labels: Counter[tuple[str, str]] = field(default_factory=Counter)  # column and text that nobody knows -> cells
    examples: list[tuple[int, str, str, str, str, str]] = field(default_factory=list)  # the first per reason: row, column, code, found, expected es and en

    def set_row_aside(self, row: int, column: str, code: str, found: str, es: str, en: str) -> None:
        self.rows_quarantined += 1
        if not self.aside[code] and len(self.examples) < EXAMPLES:
            self.examples.append((row, column, code, found, es, en))
        self.aside[code] += 1

    def count_aside(self, column: str, code: str, found: str, cells: int) -> None:
        """Cells that are quarantined, by reason and column; those of texts that come again and again, by text, too."""
        if not cells:
            return  # a remark
        self.reasons[code, column] += cells
        if code in _LABELS and len(text := " ".join(found.split())) <= _LABEL and (len(self.labels) < _LABELS_HELD or (column, text) in self.labels):
            self.labels[column, text] += cells

    @property
    def balanced(self) -> bool:
        return self.cells == sum(self.fates.values())


class Accounting:
    """The account of one build, by source and table. `redact` takes personal data out of what the quarantine shows."""

    def __init__(self, redact: Callable[[str], str] | None = None) -> None:
        self.tables: dict[tuple[str, str], TableAccount] = {}
        self.quarantine = Quarantine(redact)

    @property
    def redact(self) -> Callable[[str], str] | None:
        return self.quarantine.redact

    def table(self, source: str, table: str) -> TableAccount:
        return self.tables.setdefault((source, table), TableAccount(source, table))

    def as_rows(self) -> list[dict[str, str | int]]:
        """One mapping per table, sorted, and a last one with the totals (`source` = "total")."""
        rows: list[dict[str, str | int]] = []
        total: Counter[str] = Counter()
        for (source, table), account in sorted(self.tables.items()):
            row = {name: getattr(account, name) for name in ROWS} | {"cells": account.cells} | {fate: account.fates[fate] for fate in FATES}
            total.update(row)
            rows.append({"source": source, "table": table} | row)
        rows.append({"source": "total", "table": ""} | {key: total[key] for key in (*ROWS, "cells", *FATES)})
        return rows

    def reasons(self) -> Counter[str]:
        """Reason -> cells in the quarantine, of all tables."""
        found: Counter[str] = Counter()
        for account in self.tables.values():
            for (code, _), cells in account.reasons.items():
                found[code] += cells
        return found

    def check(self) -> None:
        """Raise AssertionError when a cell was lost or counted twice: that is a fault of ours, never of the input."""
        for account in self.tables.values():
            if not account.balanced:
                raise AssertionError(f"cells do not add up in {account.source}/{account.table}: {account}")
