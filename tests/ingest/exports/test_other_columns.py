"""An export whose layout is known and whose columns are not: nothing is published, or all but what nobody declared."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from commitments.release import current_release
from ingest.problems import SourceProblems
from tests.conftest import needs_shared
from tests.ingest.exports.made import row, write
from tests.ingest.exports.mapping import Result, map_exports, reference_data
from tests.product import command

SAMPLES = {"ogp-2016": ("data/ship/ogp_irm_2016_live__founding8.csv", 2), "ogp-2024": ("data/ship/ogp_commitments_2024__sample.csv", 1)}
NEEDED = {
    "ogp-2016": {"Country", "Action Plan Number", "Comm No", "Commitment Title"},
    "ogp-2024": {"Country/Locality", "Action Plan Number", "Commitment Number", "Commitment Title"},
}
SECRET = "ana.perez@example.org"
ROWS = [
    row("Kenya", "1", "1", "Open budgets") | {"Specificity": "c. high", "_Specificity": "3", "Open Data": "1", "Contact Email": SECRET},
    row("Kenya", "1", "2", "Water for all") | {"Specificity": "b. medium", "_Specificity": "2", "Cluster": "NR"},
]  # fmt: skip
Cells = list[str]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return reference_data(tmp_path / "data")


def lines_of(path: Path) -> list[Cells]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def save(path: Path, lines: Iterable[Cells]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(lines)
    return path


def changed(
    lines: list[Cells], header_row: int, *, drop: Iterable[str] = (), rename: dict[str, str] | None = None,
    add: dict[str, Callable[[int], str]] | None = None, above: int = 0,
) -> list[Cells]:  # fmt: skip
    """Lines of an export with columns dropped, renamed and added behind the others, and with lines above its header."""
    header, body, added = lines[header_row - 1], lines[header_row:], list((add or {}).items())
    kept = [at for at, name in enumerate(header) if name not in set(drop)]
    first = [(rename or {}).get(header[at], header[at]) for at in kept] + [name.rstrip("\0") for name, _ in added]
    rest = [[cells[at] for at in kept] + [cell(number) for _, cell in added] for number, cells in enumerate(body)]
    return [*([["A database", *[""] * (len(first) - 1)]] * above), first, *rest]


def made(tmp_path: Path, **how) -> Path:
    return save(tmp_path / "export.csv", changed(lines_of(write(tmp_path / "made.csv", "ogp-2016", ROWS)), 2, **how))


def refused(data: Path, path: Path, **how) -> list[str]:
    with pytest.raises(SourceProblems) as caught:
        map_exports(data, f"ogp-2016-12-31={path}", **how)
    return [str(problem) for problem in caught.value]


def columns(result: Result, edition: str = "ogp-2016-12-31") -> tuple[dict[str, int], list[str]]:
    """(unread column -> cells, missing columns) as the quality report lists them."""
    quality = result.quality["sources"][edition]
    return {entry["column"]: entry["cells"] for entry in quality["unread_columns"]}, quality["missing_columns"]


NEW = {"Mood": lambda at: "good", "Mail": lambda at: SECRET if at else "", "": lambda at: "stray" if at else " ", "Cluster\0": lambda at: "twice", "Never": lambda at: ""}


def test_new_columns_stop_a_build_which_says_how_to_go_on(data: Path, tmp_path: Path) -> None:
    said = refused(data, made(tmp_path, add=NEW))
    assert "all headers of one known layout" in said[0]  # the verdict comes before the headers it speaks of
    assert sum("--other-columns accept" in line and "other_columns: accept" in line for line in said) == 1
    for header in ("Mood", "Mail", "Never"):
        assert any(f'found "{header}"' in line and "new header" in line for line in said)
    assert any("repeated header" in line for line in said) and any("empty header" in line for line in said)


def test_cells_of_new_columns_are_set_aside_one_by_one_without_their_values(data: Path, tmp_path: Path) -> None:
    result = map_exports(data, f"ogp-2016-12-31={made(tmp_path, add=NEW)}", accept=True)
    place = len(lines_of(made(tmp_path))[0]) + 3
    aside = sorted((entry["row"], entry["column"], entry["found"], entry["cells"]) for entry in result.quarantine if entry["code"] == "undeclared-column")
    assert aside == sorted(
        (number, column, "", "1") for number, column in
        [("2", "Mood"), ("3", "Mood"), ("3", "Mail"), ("3", f"({place})"), ("2", "Cluster (2)"), ("3", "Cluster (2)")]
    )  # fmt: skip
    assert columns(result) == ({"Mood": 2, "Mail": 1, f"({place})": 1, "Cluster (2)": 2, "Never": 0}, [])
    account = result.account("ogp-2016-12-31")
    assert account["quarantined"] == 6 and account["rows"] == 2
    for where, text in result.everything():
        assert SECRET not in text and "stray" not in text, where
    assert all("person" in entry["reason_en"] and "persona" in entry["reason_es"] for entry in result.quarantine)


def test_all_else_is_read_as_if_the_new_columns_were_not_there(data: Path, tmp_path: Path) -> None:
    plain = map_exports(data, f"ogp-2016-12-31={made(tmp_path)}")
    result = map_exports(data, f"ogp-2016-12-31={made(tmp_path, add=NEW, above=3)}", accept=True)

    def said(of: Result) -> list[str]:
        return [line for line in of["ogp-2016-12-31"].lines if "/passage/" not in line and "/id/source/" not in line]

    assert said(plain) == said(result) != []
    assert {name: plain.account("ogp-2016-12-31")[name] for name in ("mapped", "absence", "derived", "ignored")} == {
        name: result.account("ogp-2016-12-31")[name] for name in ("mapped", "absence", "derived", "ignored")
    }


def test_missing_columns_are_reported_and_leave_their_facts_absent(data: Path, tmp_path: Path) -> None:
    gone = ["Cluster", "Specificity", "Open Data", "Start Date", "Lead Institution"]
    path = made(tmp_path, drop=gone)
    assert sum("missing header" in line for line in refused(data, path)) == len(gone)
    result = map_exports(data, f"ogp-2016-12-31={path}", accept=True)
    # The number of a rating means nothing without its label: it is set aside, like a column that nobody declared.
    assert columns(result) == ({"_Specificity": 2}, sorted(gone))
    graph = result["ogp-2016-12-31"]
    assert graph.assessments(graph.commitment("Open budgets")) == [] and graph.values("commitment/KE-1-01", "dct:subject") == []


@pytest.mark.parametrize("needed", sorted(NEEDED["ogp-2016"]))
def test_without_what_identifies_a_commitment_nothing_is_read(data: Path, tmp_path: Path, needed: str) -> None:
    for how in ({"drop": [needed]}, {"rename": {needed: "Something else altogether"}}):
        said = refused(data, made(tmp_path, **how), accept=True)
        assert any(f"it cannot be read without these columns: {needed}" in line for line in said)
        assert not any("--other-columns accept" in line for line in said)


def test_the_closest_declared_column_is_named_where_a_new_one_looks_like_it(data: Path, tmp_path: Path) -> None:
    rename = {
        "Potential impact": "Impact (potential)", "Completion (end of term)": "Completion (End-of-Term Report)", "Full Text": "Commitment Full Text",
        "Contact Email": "E-mail of the contact", "Aid": "Mood",
    }  # fmt: skip
    path = made(tmp_path, rename=rename)
    expected = {"Impact (potential)": "Potential impact", "Completion (End-of-Term Report)": "Completion (end of term)", "Commitment Full Text": "Full Text"}
    said = refused(data, path)
    for new, old in expected.items():
        assert any(f'found "{new}"' in line and f'(is it "{old}"?)' in line for line in said), new
    assert not any('found "Mood"' in line and "is it" in line for line in said)
    result = map_exports(data, f"ogp-2016-12-31={path}", accept=True)
    perhaps = {entry["column"]: entry["perhaps"] for entry in result.quality["sources"]["ogp-2016-12-31"]["unread_columns"]}
    assert {name: perhaps[name] for name in expected} == expected
    text = result.reports["quality.es.txt"].decode()
    assert "«Impact (potential)» 0 (¿es «Potential impact»?)" in text and "faltan en el archivo: «Aid»" in text
    assert not any(SECRET in text for _, text in result.everything())


def test_a_method_is_not_concluded_from_the_columns_that_are_left(data: Path, tmp_path: Path) -> None:
    """Without the column that tells the newest method, a row of it would look like one of the method before."""
    rows = [row("Kenya", "4", "1", "Open budgets") | {"Verifiable": "Yes", "Potential for Results": "Modest", "Early Results": "Moderate"}]
    path = save(tmp_path / "export.csv", changed(lines_of(write(tmp_path / "made.csv", "ogp-2024", rows)), 1, drop=["Potential for Results"]))
    graph = map_exports(data, f"ogp-2024-07-03={path}", accept=True)["ogp-2024-07-03"]
    assert {(dimension, method) for dimension, _, _, method, _ in graph.assessments(graph.commitment("Open budgets"))} == {("verifiability", ""), ("early-results", "")}


def test_a_header_that_is_an_address_is_not_shown(data: Path, tmp_path: Path) -> None:
    path = made(tmp_path, add={SECRET: lambda at: "x"})
    assert not any(SECRET in line for line in refused(data, path))
    result = map_exports(data, f"ogp-2016-12-31={path}", accept=True)
    assert list(columns(result)[0].values()) == [2]
    assert not any(SECRET in text for _, text in result.everything())


def test_what_nobody_sees_of_a_header_is_written_out_and_alone_is_none(data: Path, tmp_path: Path) -> None:
    path = made(tmp_path, add={"Commitment\u200b title (long)": lambda at: "x", "\u200b": lambda at: "y"}, rename={"Commitment Title": "Commitment\xa0TITLE\u200b"})
    result = map_exports(data, f"ogp-2016-12-31={path}", accept=True)
    assert list(columns(result)[0]) == ["Commitment\\u200b title (long)", "(110)"]
    path = made(tmp_path, add={"Clus\u200bters": lambda at: "x"}, drop=["Cluster"])
    result = map_exports(data, f"ogp-2016-12-31={path}", accept=True)
    assert result.quality["sources"]["ogp-2016-12-31"]["unread_columns"] == [{"column": "Clus\\u200bters", "cells": 2, "perhaps": "Cluster"}]


def test_the_command_publishes_on_demand_and_lists_the_columns(data: Path, tmp_path: Path) -> None:
    path = made(tmp_path, add={"Mood": lambda at: "good"}, drop=["Cluster"])
    given = ("build", "--input", f"ogp-2016-12-31={path}", "--lang", "en")
    stopped = command(data, *given)
    assert stopped.returncode == 1 and "--other-columns accept" in stopped.stderr and current_release(data / "releases") is None
    done = command(data, *given, "--other-columns", "accept")
    assert done.returncode == 0, done.stderr
    assert 'column not read "Mood": 2 cells quarantined' in done.stderr and 'missing column "Cluster"' in done.stderr
    release = current_release(data / "releases")
    assert release is not None
    quality = json.loads((release.path / "reports" / "quality.json").read_text(encoding="utf-8"))
    assert quality["sources"]["ogp-2016-12-31"]["missing_columns"] == ["Cluster"]
    # The same files without the option stop again: that a release exists does not answer for them.
    assert command(data, *given).returncode == 1
    looked = command(data, "validate", str(path), "--other-columns", "accept", "--lang", "es")
    assert looked.returncode == 0 and "«Mood» 2" in looked.stderr


def test_a_contract_may_accept_for_its_file(data: Path, tmp_path: Path) -> None:
    folder = data / "sources" / "kenya"
    folder.mkdir()
    made(tmp_path, add={"Mood": lambda at: "good"}).rename(folder / "export.csv")
    contract = 'contract_version: "1.0"\nlayout: ogp-2016\nkey: ogp-2016-12-31\nissued: 2016-12-31\ntables:\n  commitments: {file: export.csv}\n'
    (folder / "contract.yml").write_text(contract, encoding="utf-8")
    with pytest.raises(SourceProblems) as caught:
        map_exports(data)
    assert any("other_columns: accept" in str(problem) for problem in caught.value)
    (folder / "contract.yml").write_text(f"{contract}other_columns: accept\n", encoding="utf-8")
    assert columns(map_exports(data)) == ({"Mood": 2}, [])
    with pytest.raises(SourceProblems):
        map_exports(data, accept=False)


def test_a_file_may_lack_a_column_in_which_sums_are_looked_for(data: Path, tmp_path: Path) -> None:
    folder = data / "sources" / "ogp-2016-12-31"
    folder.mkdir()
    lines = lines_of(write(tmp_path / "export.csv", "ogp-2016", [*ROWS, row("Sum", "", "", "")]))
    save(folder / "export.csv", changed(lines, 2, drop=["Theme"]))
    contract = "layout: ogp-2016\nother_columns: accept\ntables: {commitments: {sum_rows: {columns: [Country, Theme], values: [Sum]}}}\n"
    (folder / "contract.yml").write_text(contract, encoding="utf-8")
    result = map_exports(data)
    assert columns(result) == ({}, ["Theme"])
    assert result.quality["sources"]["ogp-2016-12-31"]["rows_set_aside"] == {"sum-row": 1}


def test_only_exports_can_accept_other_columns(data: Path) -> None:
    contract = data / "reference" / "contract.yml"
    contract.write_text(f"{contract.read_text(encoding='utf-8')}\nother_columns: accept\n", encoding="utf-8")
    with pytest.raises(SourceProblems) as caught:
        map_exports(data)
    assert "other_columns: accept is for tables of mode export" in str(caught.value)


LAYOUT = """
contract_version: "1.0"
layout: by-place
key: by-place
series: by-place
title: {en: By place}
source_type: tracker
mapping: ogp_export
other_columns: accept
tables:
  commitments:
    title: {en: Commitments}
    mode: export
    row_key: hash
    columns:
      Where: {kind: verbatim, means: jurisdiction, required: true}
      Plan: {kind: verbatim, means: plan-number, required: true}
      No.: {kind: verbatim, means: number}
      Promise: {kind: verbatim, means: title}
      Theme: {kind: verbatim, property: ogcm:themeText}
"""
BY_PLACE = [["Where", "Plan", "No.", "Promise", "Theme", ""], ["Kenya", "1", "1", "Open budgets", "Money", "The group of budgets"]]


def test_a_layout_may_accept_and_then_columns_known_by_their_place_cannot_move(data: Path, tmp_path: Path) -> None:
    (data / "layouts").mkdir()
    layout = data / "layouts" / "by-place.yml"
    layout.write_text(LAYOUT, encoding="utf-8")
    assert columns(map_exports(data, f"by-place-2020-01-01={save(tmp_path / 'a.csv', BY_PLACE)}"), "by-place-2020-01-01") == ({"(6)": 1}, [])
    layout.write_text(f'{LAYOUT}      "(6)": {{kind: verbatim, property: ogcm:clusterText}}\n', encoding="utf-8")
    exact = map_exports(data, f"by-place-2020-01-01={save(tmp_path / 'b.csv', BY_PLACE)}")
    assert exact["by-place-2020-01-01"].values("commitment/KE-1-01", "ogcm:clusterText") == ["The group of budgets"]
    moved = [["Mood", *BY_PLACE[0]], ["good", *BY_PLACE[1]]]
    renamed = [["Where", "Plan", "No.", "Promise", "Mood", ""], BY_PLACE[1]]
    for name, lines in (("c.csv", moved), ("d.csv", renamed)):
        said = refused(data, save(tmp_path / name, lines))
        assert any("these columns are known by their place only: (6)" in line for line in said), said


def test_workbooks_are_read_the_same_way(data: Path, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for line in lines_of(made(tmp_path, add={"Mood": lambda at: "good", "Mail": lambda at: SECRET}, drop=["Cluster"])):
        book.active.append(line)
    book.save(tmp_path / "export.xlsx")
    result = map_exports(data, f"ogp-2016-12-31={tmp_path / 'export.xlsx'}", accept=True)
    assert columns(result) == ({"Mood": 2, "Mail": 2}, ["Cluster"])
    assert not any(SECRET in text for _, text in result.everything())


@pytest.mark.parametrize("layout", sorted(SAMPLES))
@pytest.mark.parametrize("seed", range(3))
def test_a_real_export_with_other_columns_is_recognized_and_counted(data: Path, tmp_path: Path, layout: str, seed: int) -> None:
    """About a fifth of the headers gone, some renamed, ten new, the header line further down: the layout is still known."""
    relative, header_row = SAMPLES[layout]
    lines = lines_of(needs_shared(relative))
    header, rng = lines[header_row - 1], random.Random(seed)
    free = sorted({name for name in header if name} - NEEDED[layout])
    drop = rng.sample(free, len(free) // 6)
    renamed = rng.sample(sorted(set(free) - set(drop)), 5)
    add = {f"Extra {number}": lambda at, number=number: "x" if at % (number + 1) == 0 else "" for number in range(10)}
    path = save(tmp_path / "export.csv", changed(lines, header_row, drop=drop, rename={name: f"{name} zz" for name in renamed}, add=add, above=seed))
    edition = f"{layout}-12-31"
    result = map_exports(data, f"{edition}={path}", accept=True)
    assert result.mapped.folders[-1].contract.layout == layout
    unread, missing = columns(result, edition)
    rows = len(lines) - header_row
    for number in range(10):
        assert unread[f"Extra {number}"] == -(-rows // (number + 1))
    assert {name for name in renamed if name in missing or f"{name} zz" in unread} == set(renamed)
    assert {name for name in missing if name} <= set(drop) | set(renamed)
    quarantined = [entry for entry in result.quarantine if entry["code"] == "undeclared-column"]
    assert len(quarantined) == sum(unread.values()) and not any(entry["found"] for entry in quarantined)
    account = result.account(edition)
    assert account["cells"] == rows * (len(header) - len(drop) + 10)
