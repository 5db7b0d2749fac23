"""What is done to each row, worked out once from the contract and the header."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from operator import itemgetter

from ingest.contract import Contract, Table
from ingest.formats.headers import folded
from ingest.readers.table_file import TableFile

# Letters one by one, with dots, slashes and blanks between them: n.r., n/r, n. r.
_LETTERS = re.compile(r"[^\W\d_](?:[./\s]{0,3}[^\W\d_]){1,3}\s?\.?")
_BETWEEN = re.compile(r"[./\s]")
# What of an export names or says something, so that it cannot be a bare sign; its number and titles cannot be such a word, either.
_NUMBER_OR_NAME = frozenset({"number", "title", "short-title"})
_SAYING = _NUMBER_OR_NAME | {"text", "start-date", "end-date", "lead-institution", "supporting-institution"}


class Columns:
    """The columns of a file by what becomes of their cells, and the absence codes of each. The header has to be known."""

    def __init__(self, file: TableFile):
        table, contract, names, derived = file.table, file.contract, file.names, file.derived
        ignored = frozenset(table.ignored)
        at = {name: index for index, name in enumerate(names)}
        self.wanted = frozenset(names) - ignored - derived - frozenset(file.unknown)  # cells that a mapping has to take
        self.ignored_of = _all_of([at[name] for name in names if name in ignored])
        self.derived_of = _all_of([at[name] for name in names if name in derived])
        self.codes: dict[str, str] = dict(contract.absence)  # grows by other spellings: blanks around, letter case
        self.numbers = table.number_columns & derived
        self.own_codes: list[tuple[str, dict[str, str]]] = []
        common = []
        numbers = table.number_columns
        for name in names:
            if name not in self.wanted and name not in numbers:
                continue
            codes = _own_codes(table, contract, name)
            if codes is None:
                common.append(name)
            elif codes:
                self.own_codes.append((name, codes))
        self.common = common
        self.common_of = _all_of([at[name] for name in common])
        # Every text that is an absence code in some column: a row without one of them needs no look at its columns.
        self.any_code = set(self.codes).union(*(codes for _, codes in self.own_codes))
        self.spellings = spellings_of(self.codes)
        self.own_spellings = {name: spellings_of(codes) for name, codes in self.own_codes}
        self.any_spelling = frozenset(self.spellings).union(*self.own_spellings.values())
        declared = [(name, column) for name, column in table.columns.items() if name in at and name in self.wanted]
        self.saying = [name for name, column in declared if column.means in _SAYING or (column.property and column.type == "text")]
        self.naming = frozenset(name for name, column in declared if column.means in _NUMBER_OR_NAME)
        self.declared = [(name, column) for name, column in table.columns.items() if name in at]
        self.checked = [(name, column) for name, column in self.declared if column.required or column.values is not None or column.pattern is not None]

    def is_code(self, text: str) -> bool:
        """Whether a text is an absence code of some column, in whatever spelling."""
        return (key := folded(text)) in self.any_spelling or _undotted(key) in self.any_spelling


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


def meaning(spellings: Mapping[str, str], text: str) -> str | None:
    """What a text means by these spellings of codes: as it stands, else without dots, slashes and blanks between its letters."""
    key = folded(text)
    return spellings[key] if key in spellings else spellings.get(_undotted(key))


def _undotted(key: str) -> str:
    """A folded text of single letters without what parts them, marked as such; "" for any other."""
    return f"\0{_BETWEEN.sub('', key)}" if _LETTERS.fullmatch(key) else ""


def spellings_of(codes: Mapping[str, str]) -> dict[str, str]:
    """The codes by how they are compared; of two that differ by letter case only, or by dots, and mean different things, none is taken for the other."""
    found: dict[str, set[str]] = defaultdict(set)
    for code, what in codes.items():
        found[folded(code)].add(what)
        if undotted := _undotted(folded(code)):
            found[undotted].add(what)
    return {spelling: what.pop() for spelling, what in found.items() if len(what) == 1}


def _all_of(indices: list[int]) -> Callable[[list[str]], tuple[str, ...]]:
    """The cells at these positions as a tuple, whatever their number."""
    if not indices:
        return lambda cells: ()
    if len(indices) == 1:
        return lambda cells: (cells[indices[0]],)
    return itemgetter(*indices)
