"""What the contract expects of the rows of a table together: no value twice where each is a key, so many rows, so many filled cells."""

from __future__ import annotations

from collections import Counter

from ingest.readers.rows import Row
from ingest.readers.table_file import TableFile


class Expectations:
    def __init__(self, file: TableFile):
        self._file = file
        self._expect = file.table.expect
        self._filled_wanted = tuple(self._expect.filled)
        keys = [] if file.table.row_keys == ["hash"] else [tuple(file.table.row_keys)]
        self._seen: dict[tuple[str, ...], dict[tuple[str, ...], int]] = {group: {} for group in (*keys, *file.table.unique)}
        self._count = 0
        self._filled: Counter[str] = Counter()

    def see(self, row: Row) -> None:
        """The next row; a key that another row has is a fault of this one."""
        self._count += 1
        if self._seen:
            self._check_unique(row)
        if self._filled_wanted:
            self._filled.update(name for name in self._filled_wanted if row.cells[name])  # an absence code fills

    def check(self) -> None:
        """Report what the table lacks, once all its rows were seen."""
        self._check_count()
        if self._count:
            self._check_filled()

    def _check_unique(self, row: Row) -> None:
        for group, values in self._seen.items():
            value = tuple(row.peek(name) for name in group)
            if not any(value):
                continue
            first = values.setdefault(value, row.number)
            if first != row.number:
                found = " + ".join(value)
                row.problem(group[0], "duplicate-key", found, f"un valor distinto del de la fila {first}", f"a value other than that of row {first}")

    def _check_count(self) -> None:
        expect, count = self._expect, self._count
        if expect.rows is not None and count != expect.rows:
            self._file.report(0, "", "row-count", str(count), *_rows("", "", expect.rows))
        # An export of nothing but headers would take the whole database back.
        least = expect.min_rows if expect.min_rows is not None else int(self._file.table.mode == "export" and expect.rows is None)
        if count < least:
            self._file.report(0, "", "row-count", str(count), *_rows("al menos", "at least", least))
        if expect.max_rows is not None and count > expect.max_rows:
            self._file.report(0, "", "row-count", str(count), *_rows("a lo sumo", "at most", expect.max_rows))

    def _check_filled(self) -> None:
        for name, least in self._expect.filled.items():
            if self._filled[name] < least:
                found = f"{self._filled[name]} filled cells"
                self._file.report(0, name, "filled-count", found, f"al menos {least} celdas con valor", f"at least {least} filled cells")


def _rows(es: str, en: str, count: int) -> tuple[str, str]:
    """How many rows are expected, in Spanish and English."""
    one = count == 1
    return f"{es} {count} {'fila' if one else 'filas'}".strip(), f"{en} {count} {'row' if one else 'rows'}".strip()
