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
from tests.ingest.exports.mapping import reference_data

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
