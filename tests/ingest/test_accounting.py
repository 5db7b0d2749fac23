"""Every cell that is read ends in exactly one column of the account."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from ingest.accounting import FATES, Accounting
from ingest.pipeline import Mapped
from ingest.quality import Quality
from tests.ingest.conftest import Data


def test_the_sum_adds_up_and_equals_the_files(mapped: Mapped, root: Path) -> None:
    rows = mapped.accounting.as_rows()
    total = rows[-1]
    assert total["source"] == "total"
    assert total["cells"] == sum(int(total[fate]) for fate in FATES)
    cells = 0
    for folder in mapped.folders:
        for slug, table in folder.contract.tables.items():
            with (folder.path / table.file_name(slug)).open(encoding="utf-8", newline="") as stream:
                cells += sum(len(row) for row in list(csv.reader(stream))[1:])
    assert total["cells"] == cells > 4000
    assert total["mapped"] > 4000 and total["quarantined"] == 0


def test_the_quality_report_holds_the_accounts_of_all_tables_of_a_source() -> None:
    accounting, quality = Accounting(), Quality()
    for source, table in (("s", "a"), ("s", "b"), ("other", "a")):
        accounting.table(source, table)
    quality.source("s")
    report = json.loads(quality.to_json(accounting.as_rows()))
    assert [(row["source"], row["table"]) for row in report["sources"]["s"]["account"]] == [("s", "a"), ("s", "b")]


def test_ignored_and_derived_columns_and_absence_codes_are_booked(data: Data) -> None:
    contract = data.path("sources/mx_ogp_pages/contract.yml")
    text = contract.read_text(encoding="utf-8")
    text = text.replace("absence: {}", 'absence: {"NR": notReviewed}', 1)
    text = text.replace("  commitments:\n", "  commitments:\n    ignored: {extra: not needed}\n    derived: {total: a sum}\n", 1)
    contract.write_text(text, encoding="utf-8")
    rows = data.rows("sources/mx_ogp_pages/commitments.csv")
    rows = [[*rows[0], "extra", "total"], *([*row, "a", "b"] for row in rows[1:])]
    rows[1][rows[0].index("title_en")] = "NR"
    data.write("sources/mx_ogp_pages/commitments.csv", rows)
    mapped = data.map()
    account = next(row for row in mapped.accounting.as_rows() if row["table"] == "commitments")
    assert (account["ignored"], account["derived"], account["absence"]) == (14, 14, 1)
    absent = [line for line in mapped.graphs["mx-ogp-pages"] if "#notReviewed> " in line]
    assert len(absent) == 1 and '"title_en"' in absent[0]


def test_a_column_that_may_be_set_aside_goes_to_quarantine(data: Data) -> None:
    contract = data.path("sources/mx_ogp_deck/contract.yml")
    text = contract.read_text(encoding="utf-8")
    text = text.replace("a_la_fecha: {kind: curated, type: date}", "a_la_fecha: {kind: curated, type: date, on_error: quarantine}")
    contract.write_text(text, encoding="utf-8")
    data.set("sources/mx_ogp_deck/cifras.csv", 2, "a_la_fecha", "mayo")
    mapped = data.map()
    (item,) = mapped.accounting.quarantine
    assert (item.row, item.column, item.found) == (2, "a_la_fecha", "mayo")
    account = next(row for row in mapped.accounting.as_rows() if row["table"] == "cifras")
    assert account["quarantined"] == 1
