"""One row of a file as every format gives it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Record(NamedTuple):
    """`number` is the row that a spreadsheet program shows; `cells` are texts, "" = empty.

    A cell that the file itself types as a date is ISO 8601. `faults`: position (from 0) -> code of a cell that has no value to read (`formula-without-value`).
    `ended`: False only for the last record of a text that stops without a line end: it may have been cut off.
    """

    number: int
    cells: list[str]
    faults: Mapping[int, str] = MappingProxyType({})
    ended: bool = True
