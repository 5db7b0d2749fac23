"""One module per source whose contract alone does not say how its rows become statements.

A module is found by the name of the source's folder (`mx_ogp_deck` -> `ingest/mappings/mx_ogp_deck.py`) and holds
`TABLES`: table slug -> function(context, row), in the order in which the tables are read. Tables not named there are
mapped by the `record` of their contract.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable

from ingest.context import SourceContext
from ingest.readers import Row

RowMapping = Callable[[SourceContext, Row], None]


def tables_of(folder: str) -> dict[str, RowMapping]:
    """The mapping functions of a source folder; empty when the contract alone does it."""
    name = f"ingest.mappings.{folder}"
    if not folder.isidentifier() or importlib.util.find_spec(name) is None:
        return {}
    return dict(importlib.import_module(name).TABLES)


def graphs_of(folder: str) -> dict[str, str]:
    """Tables of a source folder whose statements belong to another graph than the source's own: table -> graph name."""
    name = f"ingest.mappings.{folder}"
    if not folder.isidentifier() or importlib.util.find_spec(name) is None:
        return {}
    return dict(getattr(importlib.import_module(name), "GRAPHS", {}))
