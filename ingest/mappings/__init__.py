"""One module per source whose contract alone does not say how its rows become statements.

A module is found by the name of the source's folder (`mx_ogp_pages` -> `ingest/mappings/mx_ogp_pages.py`, or a package) and holds
`TABLES`: table slug -> function(context, row), in the order in which the tables are read. Tables not named there are
mapped by the `record` of their contract. A contract may name another module (`mapping`), so that all editions of a database
share one. A module whose tables must be read twice has `open_table` instead of `TABLES`.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any, Protocol

from ingest.context import SourceContext
from ingest.contract import Table
from ingest.readers import Row

RowMapping = Callable[[SourceContext, Row], None]


class TableMapping(Protocol):
    """Maps a table that has to be read twice: every row is observed, then every row is mapped, then the end is told; closed in any case."""

    def observe(self, row: Row) -> None: ...

    def map(self, row: Row) -> None:
        """All statements of a row, unless it is set aside (`Row.refuse`, or ValueError): then the caller takes back what was said and minted."""

    @property
    def at_work(self) -> str | None:
        """The column that `map` was last at, for telling what is wrong with a row."""

    def undone(self) -> None:
        """The row mapped last was set aside: forget what of it is remembered outside `ingest.journal`."""

    def finish(self) -> None: ...

    def close(self) -> None: ...


OpenTable = Callable[[SourceContext, str, Table], TableMapping]


def tables_of(folder: str) -> dict[str, RowMapping]:
    """The mapping functions of a source folder; empty when the contract alone does it."""
    return dict(_of(folder, "TABLES", {}))


def opener_of(folder: str) -> OpenTable | None:
    """The module's `open_table`, where its tables are read twice."""
    opener: OpenTable | None = _of(folder, "open_table", None)
    return opener


def graphs_of(folder: str) -> dict[str, str]:
    """Tables of a source folder whose statements go to a sink of their own: table -> name of its graph, of which there is one, `candidates`."""
    return dict(_of(folder, "GRAPHS", {}))


def _of(folder: str, name: str, default: Any) -> Any:
    """What the module of a source folder holds under a name."""
    module = f"ingest.mappings.{folder}"
    if not folder.isidentifier() or importlib.util.find_spec(module) is None:
        return default
    return getattr(importlib.import_module(module), name, default)
