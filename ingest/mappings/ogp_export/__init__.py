"""Exports of the OGP commitments database, whatever their layout: each row a commitment with its ratings.

What the columns are stands in the contract or its layout (`ingest/layouts/`); this package knows no column by name. A file is
read twice: `observation` collects what can only be known of the whole file (the order of its dates, repeated numbers, what
its rows say of a plan, which languages its long texts are in), then `rows` writes the statements of each row, `identity` decides which commitment it describes, and
`plans` says of each plan what all its rows agree on. Of a large file `ahead` has another process clean the texts.
"""

from __future__ import annotations

from ingest.context import SourceContext
from ingest.contract import Table
from ingest.mappings.ogp_export.ahead import Ahead
from ingest.mappings.ogp_export.observation import Observation
from ingest.mappings.ogp_export.rows import RowMapping
from ingest.readers import Row


class TableMapping:
    """The mapping of one table: `observe` every row of a first reading, `map` every row of a second one, then `finish`."""

    def __init__(self, context: SourceContext, table: Table):
        self._context = context
        self._observation = Observation(context, table)
        self._ahead = Ahead(context.build.places, table)
        self._rows: RowMapping | None = None

    def observe(self, row: Row) -> None:
        self._ahead.see(row)
        self._observation.see(row)

    def map(self, row: Row) -> None:
        if self._rows is None:
            self._rows = RowMapping(self._context, self._observation.closed(), self._ahead.find, self._ahead.expected())
        self._ahead.turn_to(row)
        self._rows.map(row)

    @property
    def at_work(self) -> str | None:
        return self._rows.at_work if self._rows is not None else None

    def undone(self) -> None:
        if self._rows is not None:
            self._rows.undone()

    def finish(self) -> None:
        if self._rows is not None:
            self._rows.finish()

    def close(self) -> None:
        self._ahead.close()


def open_table(context: SourceContext, slug: str, table: Table) -> TableMapping:
    return TableMapping(context, table)
