"""Columns of ones and zeros: 1 states a concept of the commitment, 0 states that it is none, an absence code neither."""

from __future__ import annotations

from ingest import terms, uris, values
from ingest.context import SourceContext
from ingest.contract import Table
from ingest.mappings.ogp_export.codes import check_codes
from ingest.readers import Row


class Flags:
    def __init__(self, context: SourceContext, table: Table):
        check_codes(context, ((f"flags.{column}", flags.scheme, code) for flags in table.flags for column, code in flags.columns.items()))
        self._ends = {
            column: f"{terms.curie(flags.property)} {context.concept(flags.scheme, code)} .\n"
            for flags in table.flags
            for column, code in flags.columns.items()
        }
        self._columns = tuple(self._ends)

    def lines(self, row: Row, subject: str) -> str:
        """Statements of the columns that say 1; what is neither 1 nor 0 is reported."""
        cells, stated = row.cells, []
        for column in self._columns:
            text = cells[column]
            if text == "0" or not text or column in row.absent or column in row.aside:
                continue
            said = True if text == "1" else values.truth(uris.trimmed(text))
            if said:
                stated.append(f"{subject} {self._ends[column]}")
            elif said is None:
                row.quarantine(column, "flag", text.strip(), "1 o 0", "1 or 0")
        row.take(self._columns)
        return "".join(stated)
