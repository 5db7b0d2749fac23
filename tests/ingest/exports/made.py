"""Made-up exports in the layouts that we know: own rows, own words, written from the headers of the layout contracts."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT

LAYOUTS = ("ogp-2015", "ogp-2016", "ogp-2024")
Cells = Mapping[str, str]  # header, or what the layout says that a column means -> cell


@cache
def table(layout: str) -> dict[str, Any]:
    """The only table of a layout, as its YAML file has it."""
    raw = yaml.safe_load((ROOT / "ingest" / "layouts" / f"{layout}.yml").read_text(encoding="utf-8"))
    return dict(raw["tables"]["commitments"])


@cache
def names(layout: str) -> tuple[str, ...]:
    """All column names; "(50)" stands in place 50."""
    spec = table(layout)
    found: list[str] = [*spec["columns"]]
    for flags in spec["flags"]:
        found += flags["columns"]
    for column, rating in spec["ratings"].items():
        found += [column, rating["number"]] if "number" in rating else [column]
    found += [*spec.get("derived", {}), *spec.get("ignored", {})]
    placed = {int(name[1:-1]): name for name in found if re.fullmatch(r"\(\d+\)", name)}
    ordered = [name for name in found if name not in placed.values()]
    for position in sorted(placed):
        assert position <= len(ordered) + 1
        ordered.insert(position - 1, placed[position])
    return tuple(ordered)


def header(layout: str) -> list[str]:
    """As a file writes it: nothing for "(50)", "X" for "X (2)"."""
    return ["" if re.fullmatch(r"\(\d+\)", name) else re.sub(r" \(2\)$", "", name) for name in names(layout)]


def meaning(layout: str) -> dict[str, str]:
    """What a column means -> its header."""
    return {column["means"]: name for name, column in table(layout)["columns"].items() if "means" in column and column["means"] != "report-year"}


def record(layout: str, cells: Cells) -> list[str]:
    """The cells of one row in the order of the header; a key that the layout does not have is a fault of the test, what it means may be missing."""
    by_name = dict.fromkeys(names(layout), "")
    means = meaning(layout)
    known = {name for other in LAYOUTS for name in meaning(other)}
    for key, text in cells.items():
        name = means.get(key, key)
        if name not in by_name and key in known:
            continue  # a layout without such a column
        assert name in by_name, f"{layout} has no column {key}"
        by_name[name] = text
    return list(by_name.values())


def write(path: Path, layout: str, rows: Iterable[Cells]) -> Path:
    """A file of one layout; two header lines where the layout has them."""
    lines = [header(layout), *(record(layout, row) for row in rows)]
    if table(layout)["header_row"] == 2:
        lines.insert(0, [str(number) for number in range(len(names(layout)))])
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(lines)
    return path


def row(country: str, plan: str, number: str, title: str, text: str = "", **cells: str) -> dict[str, str]:
    """A row by what columns mean; other cells by `{"header": "cell"}` through `| {...}`."""
    fixed = {"jurisdiction": country, "plan-number": plan, "number": number, "title": title, "text": text or f"{title}: what is to be done."}
    return fixed | {name.replace("_", "-"): cell for name, cell in cells.items()}
