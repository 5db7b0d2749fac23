"""Whether a table says what its document says, as far as `coverage.csv` holds the document's blocks.

Each block of the document names the rows that hold it. So a `verbatim` cell must occur in the blocks that name its own
row, a `recased` one ignoring case, and the cells of a row that stands in a table row of the document must stand there in
the order of the columns: a swapped cell is found without the document at hand. A row that no block names is one the
document does not have; it is accepted and noted.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from ingest.formats import FormatFault, Record, open_records
from ingest.problems import Note, Problem, ProblemList
from ingest.readers import Row

FIELDS = ["block", "kind", "text", "table", "row", "reason"]
_BEFORE_PUNCTUATION = re.compile(r"\s+([,.;:!?)\]])")


def fold(text: str) -> str:
    """White space folded, `\\_` unescaped, no blank before punctuation."""
    return _BEFORE_PUNCTUATION.sub(r"\1", " ".join(re.sub(r"\\+_", "_", text).split()))


class Coverage:
    """The blocks of one document by the rows they name."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.blocks: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)  # (table, row) -> (kind, folded text)

    def check(self, row: Row) -> None:
        """Report every cell of the row that its blocks do not hold."""
        blocks = self.blocks.get((row.file.slug, "-".join(row.peek(name) for name in row.table.row_keys)))
        if not blocks:
            place = f"{row.file.shown}:{row.number}"
            row.file.problems.note(
                Note(place, f"ningún bloque de {self.shown} nombra esta fila: no se coteja", f"no block of {self.shown} names this row: it is not compared")
            )
            return
        whole = " ".join(text for _, text in blocks)
        cells = self._cells(row)
        found = [name for name, text in cells.items() if self._holds(row, name, text, whole)]
        kind, text = blocks[0]
        if kind == "table-row" and len(blocks) == 1 and len(found) == len(cells):
            self._check_order(row, cells, text)

    @staticmethod
    def _cells(row: Row) -> dict[str, str]:
        return {name: fold(row.peek(name)) for name, column in row.table.columns.items() if column.kind in ("verbatim", "recased") and row.peek(name)}

    @staticmethod
    def _holds(row: Row, name: str, text: str, whole: str) -> bool:
        recased = row.column(name).kind == "recased"
        if (text.casefold() in whole.casefold()) if recased else (text in whole):
            return True
        es, en = f"un texto de los bloques del documento para esta fila: {whole}", f"text of the document's blocks for this row: {whole}"
        row.problem(name, "not-in-document", text, es, en)
        return False

    @staticmethod
    def _check_order(row: Row, cells: dict[str, str], block: str) -> None:
        position = 0
        for name, text in cells.items():
            at = block.find(text, position)
            if at < 0:
                row.problem(name, "order-in-document", text, f"las celdas en el orden del documento: {block}", f"the cells in the document's order: {block}")
                return
            position = at + len(text)


def load_coverage(path: Path, shown: str, problems: ProblemList) -> Coverage:
    """Read `coverage.csv`; faults of the file are reported."""
    coverage = Coverage(shown)
    try:
        records = open_records(path)
        header = next(records, Record(1, [])).cells
        if header != FIELDS:
            problems.add(Problem(shown, 1, "", "unknown-column", ",".join(header), ",".join(FIELDS), ",".join(FIELDS)))
            return coverage
        for number, cells, *_ in records:
            if not cells:
                continue
            if len(cells) != len(FIELDS):
                problems.add(Problem(shown, number, "", "row-length", f"{len(cells)} cells", f"{len(FIELDS)} celdas", f"{len(FIELDS)} cells"))
                continue
            _, kind, text, table, rows, _ = cells
            for key in filter(None, map(str.strip, rows.split(";"))):
                coverage.blocks[table, key].append((kind, fold(text)))
    except FormatFault as fault:
        problems.add(Problem(shown, fault.row, "", fault.code, fault.found, fault.es, fault.en))
    return coverage
