"""The quarantine: sorted, short, without personal data, and on disk when there is much of it."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from types import SimpleNamespace

import pytest

from ingest.accounting import Accounting
from ingest.cleaning.persons import as_shown
from ingest.problems import Problem, ProblemList
from ingest.quarantine import HEADER, LONGEST_FOUND, Quarantine, Quarantined, shown
from ingest.readers.table_file import TableFile


def item(row: int, column: str = "Title", found: str = "x", file: str = "a.csv") -> Quarantined:
    return Quarantined(file, row, column, found, "se esperaba y", "expected y", "code")


def redact(text: str) -> str:
    return " ".join("[…]" if "@" in word else word for word in text.split(" "))


def test_entries_come_sorted_and_as_often_as_wanted() -> None:
    quarantine = Quarantine()
    quarantine.extend([item(3), item(2, "Title"), item(2, "Country"), item(1, file="b.csv")])
    wanted = [("a.csv", 2, "Country"), ("a.csv", 2, "Title"), ("a.csv", 3, "Title"), ("b.csv", 1, "Title")]
    for _ in range(2):
        assert [(entry.file, entry.row, entry.column) for entry in quarantine] == wanted
    assert len(quarantine) == 4


def test_many_entries_go_to_disk_and_nothing_of_them_changes() -> None:
    entries = [item(row * 7919 % 1009, f"C{row % 3}", f'"quoted",\nlines \r and ’ {row}') for row in range(1000)]
    held, spilled = Quarantine(), Quarantine(held=64)
    held.extend(entries)
    spilled.extend(entries)
    assert list(spilled) == list(held) and len(spilled) == 1000 and len(spilled._items) < 64
    one, other = io.BytesIO(), io.BytesIO()
    held.write_csv(one)
    spilled.write_csv(other)
    assert one.getvalue() == other.getvalue()
    rows = list(csv.DictReader(io.StringIO(one.getvalue().decode(), newline="")))
    assert tuple(rows[0]) == HEADER and len(rows) == 1000
    assert {row["found"] for row in rows} == {entry.found for entry in entries}


def test_any_text_is_read_back_from_the_report() -> None:
    texts = ["\r", "a\rb", "a\nb", "a\r\nb", '"', "a,b", "", "=1", "\u2028"]  # an end of line that nobody sees is written out
    quarantine = Quarantine()
    quarantine.extend(item(row, found=text) for row, text in enumerate(texts))
    out = io.BytesIO()
    quarantine.write_csv(out)
    assert [row["found"] for row in csv.DictReader(io.StringIO(out.getvalue().decode(), newline=""), strict=True)] == [*texts[:-1], "\\u2028"]


def test_what_was_found_is_kept_short() -> None:
    accounting = Accounting()
    accounting.quarantine.append(item(1, found="word " * 2_000_000))
    (entry,) = accounting.quarantine
    assert len(entry.found) == LONGEST_FOUND and entry.found.endswith("…")


def test_personal_data_is_taken_out_before_the_text_is_cut() -> None:
    accounting = Accounting(redact)
    address = "nobody@example.org"
    for length in range(LONGEST_FOUND - 30, LONGEST_FOUND + 1):
        accounting.quarantine.append(item(length, found="x" * length + f" {address} y"))
    assert not any("@" in entry.found or "nobody" in entry.found for entry in accounting.quarantine)


def test_an_address_that_the_window_cuts_is_not_shown() -> None:
    for before in range(1900, 2001):
        text = "nobody@example.org " * (before // 19) + "a" * (before % 19) + " secret.person@example.org"
        assert "secret" not in shown(text * 3, lambda given: given.replace("nobody@example.org ", "").replace("secret.person@example.org", "[…]"))


@pytest.mark.parametrize("before", range(0, 45, 4))
def test_nor_one_of_a_list_without_blanks(before: int) -> None:
    listed = "x" * before + ";" + "ana.perez@organizacion.example.org;" * 100
    assert "perez" not in shown(listed, as_shown) and shown(listed, as_shown)
    assert "perez" not in shown("x" * before + "/" + "ana.perez@organizacion.example.org/" * 100, as_shown)


def test_problems_are_short_and_redacted_too() -> None:
    problems = ProblemList(redact)
    problems.add(Problem("a.csv", 1, "Title", "markup", "ask nobody@example.org " + "z" * 500, "x", "y"))
    (problem,) = problems.problems
    assert problem.found.startswith("ask […] zzz") and len(problem.found) == LONGEST_FOUND


def test_the_name_of_a_file_stands_in_reports_without_control_characters(tmp_path: Path) -> None:
    table = SimpleNamespace(file_name=lambda slug: f"{slug}\n\a.csv", mode="export", derived=(), number_columns=frozenset())
    accounting = Accounting()
    file = TableFile(tmp_path, "input/ed", SimpleNamespace(tables={"a": table}, key="ed"), "a", ProblemList(), accounting)  # type: ignore[arg-type]
    file.set_aside(2, "", "row-length", "x", "", "", 1)
    assert [item.file for item in accounting.quarantine] == [r"input/ed/a\n\x07.csv"]
    assert file.path.name == "a\n\a.csv"
