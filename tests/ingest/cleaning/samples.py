"""The two real exports of `../shared`, cell by cell. They may not be committed, so tests over them skip without them."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from tests.conftest import needs_shared

SAMPLES = {"2016": ("ship/ogp_irm_2016_live__founding8.csv", 2), "2024": ("ship/ogp_commitments_2024__sample.csv", 1)}


def rows(edition: str) -> Iterator[dict[str, str]]:
    """Rows as {header: cell}; columns without a header are left out."""
    name, header_row = SAMPLES[edition]
    with open(needs_shared(f"data/{name}"), encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file)
        for _ in range(header_row - 1):
            next(lines)
        header = next(lines)
        for line in lines:
            yield {column: cell for column, cell in zip(header, line, strict=False) if column}


def cells(edition: str) -> Iterator[str]:
    for row in rows(edition):
        yield from filter(None, row.values())
