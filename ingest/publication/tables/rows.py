"""All tables in one pass through a sorted graph, without a store.

A subject's statements stand together, so most of a row is there at once. What stands elsewhere, the second step of a path, is
looked up by bisection; what another subject says of a key is a line of its own that meets the row when lines are put in the
order of the keys, through files where they are many. So memory does not grow with the graph.
"""

from __future__ import annotations

import mmap
import re
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from commitments.sorted_statements import Text, lines_with, mapped
from ingest.publication.grouping import subjects
from ingest.publication.tables.patterns import Branch, Language, Pattern
from ingest.publication.working import Worked, unwatched
from ingest.sorting import LineSink, read_lines

SEPARATOR = " | "
_RUN = 16 << 20  # characters of a table that are held before they are sorted and spilled; all tables grow at once
_REMEMBERED = 50_000  # resources whose labels and the like are remembered
_SEARCHES = 1_000  # after so many, what was read of the mapped file is let go: it would count as memory of this process

Row = list[str]


def collect(patterns: dict[str, Pattern], source: Path, scratch: Path, worked: Worked = unwatched) -> dict[str, LineSink]:
    """Read a sorted N-Triples file and collect the rows of all tables in files of `scratch`, by name."""
    sinks = {name: LineSink(scratch / f"{name}.rows", _RUN) for name in patterns}
    with SortedText(source) as text:
        elsewhere = _Elsewhere(text, patterns.values())
        tables = [_Table(pattern, sinks[name], elsewhere) for name, pattern in patterns.items()]
        keyed = _by_key(tables)
        pointing: dict[str, list[tuple[_Table, _Cell]]] = defaultdict(list)  # by predicate that leads to a key
        for table in tables:
            for predicate, cell in table.inverse:
                pointing[predicate].append((table, cell))
        for term, lines in subjects(source, worked):
            subject = term.decode()
            statements = [line.split(" ", 2) for line in b"".join(lines).decode().split("\n")[:-1]]
            of_subject: dict[_Table, None] = {}
            for _, predicate, rest in statements:
                if predicate in keyed:
                    of_subject.update(keyed[predicate].get(rest) or keyed[predicate].get(None) or {})
                if predicate in pointing:
                    _point(subject, pointing[predicate], rest, statements)
            for table in of_subject:
                table.row(subject[1:-1], statements)
    return sinks


def _by_key(tables: Iterable[_Table]) -> dict[str, dict[str | None, dict[_Table, None]]]:
    """The tables in which a subject has a row, by a predicate and a statement's end; under None those that any will do for."""
    found: dict[str, dict[str | None, dict[_Table, None]]] = defaultdict(lambda: defaultdict(dict))
    for table in tables:
        key = table.pattern.key
        for value in key.values if key.values is not None else [None]:
            found[key.predicate][None if value is None else f"{value} ."][table] = None
    for ends in found.values():
        for tables_of_end in ends.values():
            tables_of_end |= ends.get(None, {})
    return found


def in_order(sink: LineSink) -> Generator[tuple[Row, list[int]], None, None]:
    """The rows of a table in the order of the keys, each with the numbers of the columns that have more than one value."""
    path = sink.finish()
    for key, lines in groupby(map(_unpacked, read_lines(path)), key=itemgetter(0)):
        together = [cells for _, *cells in lines]
        cells = together[0] if len(together) == 1 else [_joined(values) for values in zip(*together, strict=True)]
        if cells[0] == key:  # else the key was only pointed to, and is not one of those that have a row
            several = [column for column, cell in enumerate(cells) if _VALUE in cell]
            for column in several:
                cells[column] = cells[column].replace(_VALUE, SEPARATOR)
            yield cells, several
    path.unlink()


@dataclass(frozen=True, eq=False)  # each is its own, and a key of dictionaries
class _Cell:
    """What one column takes from a statement."""

    column: int
    then: str | None  # a predicate of the statement's object, whose values are meant
    said: bool
    languages: tuple[Language, ...]
    among: frozenset[str] | None  # the only objects that count

    @property
    def plain(self) -> bool:
        return not (self.then or self.said or self.languages or self.among)

    def values(self, ends: Iterable[str]) -> list[str]:
        """What the column takes from the ends of statements."""
        if self.among is not None:
            return [_value(rest) for rest in ends if rest[:-2] in self.among]
        if not (self.said or self.languages):
            return [_value(rest) for rest in ends]
        spoken = [(rest, language) for rest in ends if (language := _language(rest)) is not None]
        chosen = [(rest, language) for rest, language in spoken if all(wanted.holds(language) for wanted in self.languages)]
        return [language if self.said else _value(rest) for rest, language in chosen]


class _Table:
    """One table while its rows are collected."""

    def __init__(self, pattern: Pattern, sink: LineSink, elsewhere: _Elsewhere):
        self.pattern = pattern
        self.inverse: list[tuple[str, _Cell]] = []
        self._sink = sink
        self._elsewhere = elsewhere
        self._width = len(pattern.columns)
        self._plain: dict[str, int] = {}  # the column by predicate, where one column takes the value as it is
        self._cells: dict[str, list[_Cell]] = defaultdict(list)  # the rest by predicate
        for branch in pattern.branches:
            if branch.column != pattern.columns[0]:
                self._add(branch)
        for predicate, cells in list(self._cells.items()):
            if len(cells) == 1 and cells[0].plain:
                self._plain[predicate] = self._cells.pop(predicate)[0].column

    def _add(self, branch: Branch) -> None:
        first, then = branch.path[0], branch.path[1] if len(branch.path) > 1 else None
        key = self.pattern.key
        among = key.values if branch.column == key.variable and branch.path == (key.predicate,) else None
        cell = _Cell(self.pattern.columns.index(branch.column), then, branch.said, branch.languages, among)
        if branch.inverse:
            self.inverse.append((first, cell))
        else:
            self._cells[first].append(cell)

    def row(self, key: str, statements: list[list[str]]) -> None:
        """Collect what a subject says in its own statements."""
        row, several = [""] * self._width, {}
        plain, others = self._plain, self._cells
        for _, predicate, rest in statements:
            if predicate in plain:
                column = plain[predicate]
                if not row[column]:
                    row[column] = _value(rest)
                else:
                    several.setdefault(column, [row[column]]).append(_value(rest))
            elif predicate in others:
                for cell in others[predicate]:
                    if values := self._elsewhere.values(cell, rest) if cell.then else cell.values([rest]):
                        several.setdefault(cell.column, []).extend(values)
        for column, values in several.items():
            row[column] = values[0] if len(values) == 1 else _joined(values)
        row[0] = key
        self._emit(key, row)

    def point(self, key: str, column: int, values: Iterable[str]) -> None:
        """Collect what another subject says of a key."""
        row = [""] * self._width
        row[column] = _joined(values)
        self._emit(key, row)

    def _emit(self, key: str, row: Row) -> None:
        self._sink.emit(_COLUMN.join([key, *row]).replace("\n", _LINE) + "\n")


def _point(subject: str, pointing: list[tuple[_Table, _Cell]], rest: str, statements: list[list[str]]) -> None:
    if rest.startswith("<"):
        for table, cell in pointing:
            said = [_value(other) for _, predicate, other in statements if predicate == cell.then] if cell.then else [subject[1:-1]]
            table.point(rest[1:-3], cell.column, said)


class _Elsewhere:
    """What resources say, labels above all, which many rows repeat."""

    def __init__(self, text: SortedText, patterns: Iterable[Pattern]):
        self._text = text
        self._predicates = {branch.path[1] for pattern in patterns for branch in pattern.branches if len(branch.path) > 1 and not branch.inverse}
        self._said: dict[str, dict[str, list[str]]] = {}  # ends of statements by resource and predicate
        self._values: dict[tuple[_Cell, str], list[str]] = {}

    def values(self, cell: _Cell, rest: str) -> list[str]:
        """The cell's values, where a statement that ends in `rest` leads to them."""
        found = self._values.get((cell, rest))
        if found is None:
            if len(self._values) >= _REMEMBERED:
                self._values.clear()
            found = self._values[cell, rest] = cell.values(self._of(rest).get(cell.then or "", []))
        return found

    def _of(self, rest: str) -> dict[str, list[str]]:
        said = self._said.get(rest)
        if said is None:
            if len(self._said) >= _REMEMBERED:
                self._said.clear()
            said = self._said[rest] = defaultdict(list)
            for line in self._text.of(rest[:-2].encode()) if rest.startswith("<") else ():
                _, predicate, other = line.decode()[:-1].split(" ", 2)
                if predicate in self._predicates:
                    said[predicate].append(other)
        return said


class SortedText:
    """A sorted N-Triples file in which the statements of one subject are found by bisection. A context manager."""

    def __init__(self, path: Path):
        self._mapped = mapped(path)
        self._text: Text = b""
        self._searches = 0

    def __enter__(self) -> SortedText:
        self._text = self._mapped.__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._mapped.__exit__(*raised)

    def of(self, subject: bytes) -> Iterator[bytes]:
        """The lines of a subject, given as N-Triples term."""
        text = self._text
        self._searches += 1
        if self._searches % _SEARCHES == 0 and hasattr(text, "madvise"):  # not on Windows
            text.madvise(mmap.MADV_DONTNEED)
        return lines_with(text, subject + b" ")


# Between columns and between values of a cell, and for what ends lines: no text of a release holds these characters.
_COLUMN, _VALUE, _LINE = "\x1f", "\x1e", "\x1d"


def _unpacked(line: bytes) -> list[str]:
    return line[:-1].decode().replace(_LINE, "\n").split(_COLUMN)


def _joined(values: Iterable[str]) -> str:
    """The values of a cell, each of which may hold several already."""
    return _VALUE.join(sorted({value for some in values for value in some.split(_VALUE)} - {""}))


_ESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_NAMED = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


def _value(rest: str) -> str:
    """The IRI or the text of an object, given as a statement ends: ` .` included."""
    if rest.startswith("<"):
        return rest[1:-3]
    text = rest[1 : rest.rindex('"')]
    return _ESCAPED.sub(_unescaped, text) if "\\" in text else text


def _unescaped(found: re.Match[str]) -> str:
    short, long, other = found.groups()
    return _NAMED.get(other, other) if other else chr(int(short or long, 16))


def _language(rest: str) -> str | None:
    """The language of a literal in lower case, "" without one; None for an IRI."""
    if rest.startswith("<"):
        return None
    end = rest[rest.rindex('"') + 1 : -2]
    return end[1:].lower() if end.startswith("@") else ""
