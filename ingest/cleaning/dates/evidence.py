"""Which order of day and month a file proves, counted from its own cells."""

from __future__ import annotations

import calendar
import re
from collections import Counter
from dataclasses import dataclass, field

from ingest.cleaning.dates.cells import LONGEST, Order
from ingest.cleaning.dates.words import plain

# Four digits of year only: 13/10/01 may begin with its year.
_NUMERIC = re.compile(r"(?<![0-9/.\-])([0-9]{1,2}) ?([/.\-]) ?([0-9]{1,2}) ?\2 ?([0-9]{4})(?![0-9/])")


@dataclass
class DateEvidence:
    """Proofs of an order of day and month, counted per group (country) and per part of a group (plan).

    `declared`: the order that the source's contract knows; then proofs decide nothing, and a date that exists in the other order
    only is still read in it.
    """

    declared: Order | None = None
    proofs: dict[str, Counter[Order]] = field(default_factory=dict)
    part_proofs: dict[tuple[str, str], Counter[Order]] = field(default_factory=dict)
    _file: Order | None = None
    _file_known: bool = False

    def observe(self, group: str, cell: str, part: str = "") -> None:
        """Count what the cell proves. A date that exists in no order, or in both, proves nothing."""
        if len(cell) > LONGEST or len(cell) < 8:
            return
        for first, _, second, year in _NUMERIC.findall(plain(cell)):
            day_first, month_first = exists(year, second, first), exists(year, first, second)
            if day_first == month_first:
                continue
            order: Order = "dmy" if day_first else "mdy"
            self.proofs.setdefault(group, Counter())[order] += 1
            if part:
                self.part_proofs.setdefault((group, part), Counter())[order] += 1
            self._file_known = False

    def order(self, group: str) -> Order | None:
        """The order proven for the group, or None: unproven, or proven both ways."""
        return _only(self.proofs.get(group))

    def contradicts(self, group: str) -> bool:
        """Whether the group writes both orders, so that each of its dates can only speak for itself."""
        return len(self.proofs.get(group, ())) > 1

    @property
    def file_order(self) -> Order | None:
        """The order on which all groups of the file that prove any agree, or None."""
        if not self._file_known:
            total: Counter[Order] = Counter()
            for counts in self.proofs.values():
                total.update(counts)
            self._file, self._file_known = _only(total), True
        return self._file

    def decide(self, group: str, part: str = "") -> tuple[Order | None, str]:
        """The order to read a cell in and its basis: `contract`, `group`, `part`, `file`, or "" with None."""
        if self.declared:
            return self.declared, "contract"
        order = self.order(group)
        if order:
            return order, "group"
        if self.contradicts(group):
            order = _only(self.part_proofs.get((group, part)))
            return order, "part" if order else ""
        return self.file_order, "file" if self.file_order else ""


def _only(counts: Counter[Order] | None) -> Order | None:
    return next(iter(counts)) if counts and len(counts) == 1 else None


def exists(year: str, month: str, day: str) -> bool:
    return 1 <= int(month) <= 12 and 1 <= int(year) <= 9999 and 1 <= int(day) <= calendar.monthrange(int(year), int(month))[1]
