"""A run written down: JSON with every sample, and the same as a table that can stand in a Markdown page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, Figures, Goal, Spread, spread

RESULTS = Path(__file__).resolve().parent / "results"
TRUSTED = 5  # rounds; figures of fewer are marked
HEAD = ("what", "unit", "ours", "reference", "its value", "ours / reference", "goal", "n")


def write(name: str, facts: dict[str, Any], figures: Figures, moment: datetime) -> Path:
    """Write `results/{moment}-{name}.json`; gives its path."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{moment.strftime('%Y%m%dT%H%M%SZ')}-{name}.json"
    document = {**facts, "figures": [figure.as_json() for figure in figures]}
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def table(figures: Figures) -> str:
    """The figures as a Markdown table, columns aligned. Medians, with the quartiles in brackets.

    Counts that were 0 in every round are left out.
    """
    return aligned([HEAD, *(_row(figure) for figure in figures if any(figure.ours) or figure.theirs)])


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table whose first row is its head."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def goals(paths: Sequence[Path]) -> str:
    """The figures that have a goal, out of several runs: median and quartiles of each, and whether two runs met it.

    A goal counts as met when the median of at least 5 rounds meets it in two separate runs. Raises KeyError for a file that
    is no result.
    """
    runs = [{figure["what"]: figure for figure in json.loads(path.read_text(encoding="utf-8"))["figures"] if figure["goal"]} for path in paths]
    names = dict.fromkeys(name for run in runs for name in run)
    rows = [("what", *(path.stem for path in paths), "goal", "met in")]
    for name in names:
        found = [run.get(name) for run in runs]
        goal = Goal(**next(figure["goal"] for figure in found if figure))
        cells = [_written(Spread(**figure["ratio_spread" if goal.of == "ratio" else "ours_spread"])) if figure else "" for figure in found]
        met = sum(bool(figure and figure["met"] and len(figure["ours"]) >= TRUSTED) for figure in found)
        rows.append((name, *cells, str(goal), f"{met} of {sum(map(bool, found))}: {'met' if met >= 2 else 'NOT MET'}"))
    return aligned(rows)


def _row(figure: Figure) -> tuple[str, ...]:
    ratios = figure.ratios()
    mark = "" if len(figure.ours) >= TRUSTED else " (!)"
    return (
        figure.what,
        figure.unit,
        _written(spread(figure.ours)),
        figure.reference,
        _written(spread(figure.theirs)) if figure.theirs else "",
        _written(spread(ratios)) if ratios else "",
        verdict(figure.goal, figure.met()),
        f"{len(figure.ours)}{mark}",
    )


def verdict(goal: Goal | None, met: bool | None) -> str:
    return "" if goal is None else f"{goal} {'met' if met else 'MISSED'}"


def _written(value: Spread) -> str:
    return f"{_number(value.median)} [{_number(value.low)}–{_number(value.high)}]"


def _number(value: float) -> str:
    """Three significant digits, without an exponent."""
    if value == 0 or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}" if abs(value) >= 0.001 else f"{value:.6f}".rstrip("0")
