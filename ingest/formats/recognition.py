"""Which known layout a file has, and what is new, missing, repeated or empty in its header line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Protocol

from rapidfuzz import fuzz

from ingest.formats import FormatFault, open_records, sheets
from ingest.formats.headers import LONGEST, folded, is_repetition, is_unnamed, named, refuse_copy
from ingest.formats.text import DELIMITERS

LINES = 10  # records in which the header line is looked for
LEAST_SCORE = 0.5  # share of headers in common below which a file has no known layout
LEAST_LEAD = 0.1  # by which a file whose headers differ must be nearer to its layout than to any other: 2015 and 2016 have half in common
RENAMED = 80  # likeness of words (rapidfuzz, of 100) from which a new header is taken for the other name of a missing one


class _Table(Protocol):
    """What a table of a contract tells about its header."""

    header_row: int
    ignored: dict[str, str]
    derived: dict[str, str]

    @property
    def known_columns(self) -> frozenset[str]: ...


@dataclass(frozen=True)
class Layout:
    """A layout to recognize: every header it knows, as `headers.named` names them ("(50)" = empty, "X (2)" = second X)."""

    name: str
    headers: frozenset[str]
    optional: frozenset[str] = frozenset()  # may be missing: ignored, derived
    header_rows: tuple[int, ...] = (1,)  # where it usually stands; it is looked for in the first LINES records

    @classmethod
    def of(cls, name: str, table: _Table) -> Layout:
        optional = frozenset(table.ignored) | frozenset(table.derived)
        return cls(name, frozenset(table.known_columns), optional, (table.header_row,))


@dataclass(frozen=True)
class Recognition:
    """The best layout, or None where none fits; the differences are those to the nearest one.

    `new`, `repeated` and `empty` are in the file's order, headers as written; `missing` are the layout's, sorted.
    `score`: share of headers in common, 0 to 1; `lead`: how much of it no other layout reaches. `suggested`: new header -> the one
    of the layout that it may be, which the file does not have.
    """

    layout: str | None
    nearest: str | None
    header_row: int
    new: tuple[str, ...]
    missing: tuple[str, ...]
    repeated: tuple[str, ...]
    empty: tuple[str, ...]
    score: float
    delimiter: str = ","
    sheet: str | None = None
    rivals: tuple[str, ...] = ()  # other layouts that fit as well: then `layout` is None
    suggested: tuple[tuple[str, str], ...] = ()
    lead: float = 1.0

    @property
    def exact(self) -> bool:
        """Whether the file can be read with the layout as it is."""
        return self.layout is not None and not (self.new or self.missing or self.repeated or self.empty)

    def message(self, lang: str) -> str:
        """What a person should know, one statement a line, in "es" or "en"."""
        say = _SPANISH if lang == "es" else _ENGLISH
        where = f"{self.header_row}, {self.sheet}" if self.sheet else str(self.header_row)
        verdict = "layout" if self.layout else "rivals" if self.rivals else "nearest" if self.nearest else "unknown"
        lines = [say[verdict].format(layout=self.layout, nearest=self.nearest, rivals=", ".join(self.rivals), where=where, share=f"{self.score:.0%}")]
        suggested = dict(self.suggested)
        lines += [say["new"].format(header) + (say["perhaps"].format(suggested[header]) if header in suggested else "") for header in self.new]
        for what in ("missing", "repeated", "empty"):
            lines += [say[what].format(header) for header in getattr(self, what)]
        return "\n".join(lines)


_SPANISH = {
    "layout": "formato {layout}: encabezados en la fila {where}; {share} en común",
    "rivals": "varios formatos coinciden igual: {rivals}",
    "nearest": "ningún formato conocido; el más cercano es {nearest} (encabezados en la fila {where}, {share} en común)",
    "unknown": "ningún formato conocido",
    "new": "encabezado nuevo: «{}»",
    "perhaps": " (¿es «{}»?)",
    "missing": "falta el encabezado: «{}»",
    "repeated": "encabezado repetido: «{}»",
    "empty": "encabezado vacío: columna {}",
}
_ENGLISH = {
    "layout": "layout {layout}: headers in row {where}; {share} in common",
    "rivals": "several layouts fit equally: {rivals}",
    "nearest": "no known layout; the nearest is {nearest} (headers in row {where}, {share} in common)",
    "unknown": "no known layout",
    "new": 'new header: "{}"',
    "perhaps": ' (is it "{}"?)',
    "missing": 'missing header: "{}"',
    "repeated": 'repeated header: "{}"',
    "empty": "empty header: column {}",
}


def recognize(path: Path, layouts: Iterable[Layout], *, sheet: str | None = None, delimiter: str | None = None) -> Recognition:
    """Find the header line and the layout of a file; raises FormatFault where its beginning cannot be read, or where two sheets of a
    workbook have a layout: which of them is meant, a contract says.

    A text file is tried with a comma first, then with other delimiters, if `delimiter` names none; a workbook sheet by sheet, if `sheet`
    names none. That a text is not well-formed with one delimiter says nothing of it with another.
    """
    known = sorted(layouts, key=lambda layout: layout.name)
    best: Recognition | None = None
    fault: FormatFault | None = None
    fitting: list[str] = []
    for name, sign in _ways(path, sheet, delimiter):
        try:
            found = _best(_beginning(path, sign, name), known)
        except FormatFault as error:
            fault = fault or error
            continue
        if found is not None and (best is None or found.score > best.score):
            best = replace(found, delimiter=sign, sheet=name)
        if found is not None and found.layout is not None and name is not None:
            fitting.append(name)
        if best is not None and best.layout is not None and name is None:
            break
    if len(fitting) > 1:
        es, en = "una sola hoja con un formato conocido (en un contrato, `sheet` la nombra)", "one sheet with a known layout (in a contract, `sheet` names it)"
        raise FormatFault(0, "sheet", ", ".join(fitting), es, en)
    if fault is not None and (best is None or best.layout is None):
        raise fault
    return best or Recognition(None, None, 0, (), (), (), (), 0.0)


def _ways(path: Path, sheet: str | None, delimiter: str | None) -> list[tuple[str | None, str]]:
    names = sheets(path)
    if names:
        return [(name if len(names) > 1 else None, ",") for name in names if sheet in (None, name)]
    return [(None, sign) for sign in ([delimiter] if delimiter else DELIMITERS)]


def _beginning(path: Path, delimiter: str, sheet: str | None) -> list[tuple[int, list[str]]]:
    """(row, cells) of the first records that have any text."""
    records = open_records(path, delimiter=delimiter, header_row=0, sheet=sheet)
    lines = [(record.number, record.cells) for record in islice(records, LINES)]
    records.close()  # type: ignore[attr-defined]
    for number, cells in lines:
        refuse_copy(cells, number)
    return [(number, cells) for number, cells in lines if any(cell.strip() for cell in cells)]


def _best(lines: list[tuple[int, list[str]]], layouts: Sequence[Layout]) -> Recognition | None:
    scored = [(_score(cells, layout), row, index) for row, cells in lines for index, layout in enumerate(layouts)]
    compared = [(score, score > 0 and row in layouts[index].header_rows, -row, index) for score, row, index in scored]
    if not compared:
        return None
    score, _, minus_row, index = max(compared)
    layout, row = layouts[index], -minus_row
    rivals = sorted({layouts[other].name for other_score, _, _, other in compared if other_score == score})
    lead = score - max((other_score for other_score, _, _, other in compared if layouts[other].name != layout.name), default=0.0)
    cells = next(cells for number, cells in lines if number == row)
    return replace(_differences(cells, layout, row, score, tuple(rivals)), lead=round(lead, 4))


def _score(cells: Sequence[str], layout: Layout) -> float:
    """Headers in common : all headers of either, without those that may be missing and without empty ones."""
    found = {folded(name) for name in named(cells, layout.headers)}
    known = {folded(name) for name in layout.headers}
    wanted = {folded(name) for name in layout.headers - layout.optional}
    filled = {name for name in found if not is_unnamed(name)}
    everything = filled | wanted
    return round(len(found & known & everything) / len(everything), 4) if everything else 0.0


def _differences(cells: Sequence[str], layout: Layout, row: int, score: float, rivals: tuple[str, ...]) -> Recognition:
    names = named(cells, layout.headers)
    new, repeated, empty = [], [], []
    for name, text in zip(names, cells, strict=True):
        if name in layout.headers:
            continue
        if not folded(text):
            empty.append(name)
        elif is_repetition(name) and name.rpartition(" (")[0] in names:
            repeated.append(name)
        else:
            new.append(" ".join(text.split()))
    absent = layout.headers - set(names) if score else frozenset()
    missing = sorted(absent - layout.optional)
    fits = score >= LEAST_SCORE
    alone = len(rivals) == 1
    return Recognition(
        layout.name if fits and alone else None, layout.name if score > 0 else None, row, tuple(new), tuple(missing), tuple(repeated), tuple(empty), score,
        rivals=rivals if fits and not alone else (), suggested=_suggested(new, absent),
    )  # fmt: skip


def _suggested(new: Sequence[str], absent: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """New header -> the absent one whose words are most like its own, in the order of the file; each absent one once, the likest pairs first."""
    words = {name: _words(name) for name in absent}
    likely = []
    for header in dict.fromkeys(new):
        said = _words(header)
        for name, known in words.items():
            likeness = _likeness(said, known)
            if likeness >= RENAMED:
                likely.append((-likeness, header, name))
    found: dict[str, str] = {}
    for _, header, name in sorted(likely):
        if header not in found and name not in found.values():
            found[header] = name
    return tuple((header, found[header]) for header in dict.fromkeys(new) if header in found)


def _likeness(new: str, absent: str) -> float:
    """How much two headers look like two names of one column: by their letters, by their words in any order, or because one holds all words of the other."""
    if not (new and absent):
        return 0.0
    some, others = set(new.split()), set(absent.split())
    within = RENAMED if min(len(some), len(others)) > 1 and (some <= others or others <= some) else 0.0
    return max(fuzz.ratio(new, absent, score_cutoff=RENAMED), fuzz.token_sort_ratio(new, absent, score_cutoff=RENAMED), within)


def _words(header: str) -> str:
    """The words of a header without punctuation, which editions change freely: "Value -Info", "IRM Assessed (Y/N)?"."""
    return " ".join(re.findall(r"\w+", folded(header)))[:LONGEST]
