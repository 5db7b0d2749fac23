"""Real exports with an eighth of their cells replaced by others' cells and by rubbish: what comes out is still valid and adds up."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

import shapes
from ingest import pipeline
from ingest.exports import Edition
from ingest.publication.dumps import unpublishable
from ingest.settings import load_settings
from tests.conftest import needs_shared
from tests.ingest.exports.made import LAYOUTS, header, record, table
from tests.ingest.exports.made import row as made_row
from tests.ingest.exports.mapping import map_exports, reference_data
from tests.ingest.formats.exports import sheet_xml, write_workbook

BASE = "http://localhost:8000/"
SAMPLES = {"ogp-2016-11-30": ("data/ship/ogp_irm_2016_live__founding8.csv", 2), "ogp-2024-07-03": ("data/ship/ogp_commitments_2024__sample.csv", 1)}
ROWS = 60
RUBBISH = (
    "", "None", "NA", "NR", "ND", "Unclear", "1", "0", "-1", "2", "#NAME?", "=1+1", "=cmd|' /C calc'!A0", "\u202eabc", "a\u200bb", "someone@example.org",
    "+52 55 1234 5678", "<br/>", "&amp;", "\ufffd", "31/02/2014", "7/15/1905", "2014", "99/99/9999", "AP_ARG03", "AR0045", "MX0075", "http://[x", "Yes", "High",
    "c. high", "Complete", "Mexico", "Jalisco, Mexico", "\x0bvt", "a\rb", '"quote"', "back\\slash", "ñ" * 300, "A, B; C", "Mr. John Example", "1.1", "1:a",
    "4.0999999999999996",
)  # fmt: skip


def corrupted(source: Path, header_row: int, target: Path, rng: random.Random) -> Path:
    """A shuffled part of an export with replaced cells and repeated rows; the place is mostly left, or nothing would be mapped."""
    with source.open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.reader(stream))
    head, rows = lines[:header_row], lines[header_row:]
    rng.shuffle(rows)
    rows = rows[:ROWS]
    pool = [cell for row in rows for cell in row if cell]
    for row in rows:
        for index in range(len(row)):
            if rng.random() < 0.12 and (index > 2 or rng.random() < 0.2):
                row[index] = rng.choice(RUBBISH) if rng.random() < 0.5 else rng.choice(pool)
    rows += [list(rng.choice(rows)) for _ in range(ROWS // 10)]
    with target.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(head + rows)
    return target


@pytest.mark.parametrize("seed", [3, 11])
def test_what_comes_of_rubbish_is_valid_and_adds_up(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    editions = [Edition(corrupted(needs_shared(path), row, tmp_path / f"{name}.csv", rng), name) for name, (path, row) in SAMPLES.items()]
    data = reference_data(tmp_path / "data")
    mapped = pipeline.map_sources(data, BASE, load_settings(data), editions)
    mapped.accounting.check()
    told = mapped.accounting.as_rows()[-1]
    assert sum(item.cells for item in mapped.accounting.quarantine) == told["quarantined"] > 100
    for name, graph in mapped.graphs.items():
        if name in ("vocabulary", "shapes"):
            continue
        assert not [line for line in graph.path.open("rb") if unpublishable(line)]
        assert b"someone@example.org" not in graph.path.read_bytes()
        context = shapes.Context(base=BASE, registry=mapped.build.registry.keys()) if not name else shapes.Context(base=BASE)
        report = shapes.validate_file(graph.path, profile="source" if name else "consolidated", context=context, reference_limit=1_000)
        assert not report.violations, [result.messages["en"] for result in report.violations[:5]]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_half_a_character_in_any_cell_is_no_obstacle(layout: str, tmp_path: Path) -> None:
    """A workbook can store one half of a pair (`_xD800_`), which no file in UTF-8 can hold: reports write it out, the graph has a sign for it."""
    rows = [record(layout, made_row("Kenya", "1", "1", "Open budgets", lead_institution="Treasury_xD800_"))]
    rows += [[cell or "0" for cell in record(layout, made_row("Kenya", "1", str(at), f"Open budgets {at}"))] for at in (2, 3, 4)]
    for cells in rows[1:3]:
        cells[:] = [cell if at < 4 else f"{cell}_xD800_" for at, cell in enumerate(cells)]
    above = [[str(at) for at in range(len(header(layout)))]] if table(layout)["header_row"] == 2 else []
    lines = [*above, [*header(layout), "Mood_xDC80_"], *([*cells, "good"] for cells in rows)]
    result = map_exports(reference_data(tmp_path / "data"), f"made-2016-11-30={write_workbook(tmp_path / 'made.xlsx', {'Data': sheet_xml(lines)})}", accept=True)
    assert len(result["made-2016-11-30"].instances("Commitment")) == 4
    assert all(text.isascii() or text.encode() for _, text in result.everything())
    quality = result.quality["sources"]["made-2016-11-30"]
    assert [entry["column"] for entry in quality["unread_columns"]] == ["Mood\\udc80"]
    assert {entry["label"] for entry in quality["unknown_labels"]} >= {"0\\ud800"}
