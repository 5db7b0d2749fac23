"""Which order of day and month a file proves, counted from its own cells."""

from __future__ import annotations

import calendar
import re
from collections import Counter
from dataclasses import dataclass, field

from ingest.cleaning.dates.cells import FIRST, LAST, LONGEST, Order
from ingest.cleaning.dates.words import plain
from ingest.values import PartialDate

_TYPED = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ][0-9:.]+)?")
# Four digits of year only: 13/10/01 may begin with its year.
_NUMERIC = re.compile(r"(?<![0-9/.\-])([0-9]{1,2}) ?([/.\-]) ?([0-9]{1,2}) ?\2 ?([0-9]{4})(?![0-9/])")


@dataclass
class DateEvidence:
    """Proofs of an order of day and month, counted per group (country) and per part of a group (plan).

    `declared`: the order that the source's contract knows; then proofs decide nothing, and a date that exists in the other order
    only is still read in it.

    `typed`: the file types its dates. A program that opens a text with days in front, but expects months there, makes a date of 3/4/2014 (the wrong
    one) and leaves 28/5/2014 a text. So a group whose texts prove an order, have no date that may be read in both, and
    none of whose typed dates has a day after the twelfth, has typed dates of which nobody knows the order.
    """

    declared: Order | None = None
    typed: bool = False
    proofs: dict[str, Counter[Order]] = field(default_factory=dict)
    part_proofs: dict[tuple[str, str], Counter[Order]] = field(default_factory=dict)
    _guessable: Counter[str] = field(default_factory=Counter)  # group -> typed dates that exist in both orders
    _sound: set[str] = field(default_factory=set)  # groups that show that no program guessed
    _file: Order | None = None
    _file_known: bool = False

    def observe(self, group: str, cell: str, part: str = "") -> None:
        """Count what the cell proves. A date that exists in no order, or in both, proves nothing."""
        if len(cell) > LONGEST or len(cell) < 8:
            return
        if self.typed and (found := _TYPED.fullmatch(cell)):
            if int(found[3]) > 12:
                self._sound.add(group)
            elif swapped(cell) is not None:
                self._guessable[group] += 1
            return
        for first, _, second, year in _NUMERIC.findall(plain(cell)):
            day_first, month_first = exists(year, second, first), exists(year, first, second)
            if day_first == month_first:
                if day_first and first != second:
                    self._sound.add(group)
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

    def guessed(self, group: str) -> bool:
        """Whether the typed dates of the group may have been made of texts with day and month exchanged."""
        return not self.declared and self._guessable[group] > 0 and group not in self._sound and self.order(group) is not None

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


def swapped(cell: str) -> PartialDate | None:
    """The day that a typed one may stand for with day and month exchanged; None where that makes no difference, or no day of ours."""
    found = _TYPED.fullmatch(cell)
    if found is None or found[2] == found[3] or int(found[3]) > 12 or not FIRST <= int(found[1]) <= LAST or not exists(*found.groups()):
        return None
    return PartialDate(int(found[1]), int(found[3]), int(found[2]))


def exists(year: str, month: str, day: str) -> bool:
    return 1 <= int(month) <= 12 and 1 <= int(year) <= 9999 and 1 <= int(day) <= calendar.monthrange(int(year), int(month))[1]
