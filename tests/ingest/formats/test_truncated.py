"""A file that was cut anywhere: a fault, or whole rows, or a note where nobody can tell."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ingest import layouts
from ingest.contract_reading import contract_of_layout
from tests.conftest import needs_shared
from tests.ingest.formats.exports import ROWS, csv_bytes, lines, read

CONTENT = csv_bytes(lines([*ROWS[:2], ["Norway", "2", 'Åpne data, "gratis"\nfor alle', "2015", "High", "3", "1", "NR", "2", "12345"]]))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[int, dict[str, str]]:
    path = tmp_path_factory.mktemp("whole") / "rows.csv"
    path.write_bytes(CONTENT)
    reading = read(path)
    assert not reading.problems and not reading.notes and len(reading.rows) == 3
    return reading.rows


def test_a_cut_at_any_byte_never_passes_for_another_text(tmp_path: Path, whole: dict[int, dict[str, str]]) -> None:
    path = tmp_path / "rows.csv"
    faults = silent = 0
    for cut in range(len(CONTENT)):
        path.write_bytes(CONTENT[:cut])
        reading = read(path)
        if reading.problems:
            faults += 1
            assert {problem.code for problem in reading.problems} <= {
                "no-header", "csv", "encoding", "truncated", "unknown-column", "missing-column", "empty-column", "repeated-column", "delimiter", "row-count",
            }  # fmt: skip
            continue
        silent += 1
        for number, cells in reading.rows.items():
            # A whole row, or the last one whose last column was cut; then the note says that it may be.
            different = {name for name in cells if cells[name] != whole[number][name]}
            assert not different or (different <= {"(10)"} and number == max(reading.rows))
        assert reading.notes or CONTENT[:cut].endswith(b"\n")
    assert faults > silent * 4


@pytest.mark.parametrize(
    ("name", "layout", "header_row"),
    [("ogp_irm_2016_live__founding8.csv", "ogp-2016", 2), ("ogp_commitments_2024__sample.csv", "ogp-2024", 1)],
)
def test_every_cell_of_the_real_exports_is_accounted_for(name: str, layout: str, header_row: int) -> None:
    path = needs_shared(f"data/ship/{name}")
    file = layouts.known()[layout]
    model = contract_of_layout(file, {"document": {"status": "not-held", "reason": {"en": "a test"}}}, file.parent, file.name).contract
    (slug,) = model.tables
    table = model.tables[slug].model_copy(update={"file": name})
    reading = read(path, model.model_copy(update={"tables": {"rows": table}}))
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))[header_row:]
    filled = sum(1 for row in rows for cell in row if cell.strip())
    account = reading.account
    assert not reading.problems and account["rows"] == len(rows) and account["cells"] == sum(map(len, rows))
    assert account["cells"] - account["empty"] == filled
    codes = {code for code in model.absence if code not in {"None", "Unclear"}}
    counted = sum(1 for row in rows for cell in row if cell in codes)
    assert 0 < account["absence"] <= counted + sum(row.count("None") + row.count("Unclear") for row in rows)
    assert all(account[fate] > 0 for fate in ("mapped", "absence", "ignored", "derived"))
