"""`commitments build --input` as a person with an export in hand meets it."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

from commitments.release import current_release
from ingest.problems import SourceProblems
from tests.ingest.exports.made import header, names, row, write
from tests.ingest.exports.mapping import map_exports, reference_data
from tests.product import command

ROWS = [
    row("Kenya", "1", "1", "Open budgets", "Write to ana.perez@example.org for a copy of the budget.") | {"Specificity": "c. high", "_Specificity": "3"},
    row("Kenya", "1", "2", "Water for all") | {"Specificity": "Enormous"},
]  # fmt: skip


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return reference_data(tmp_path / "data")


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[str, ...]]:
    """A data folder with the release that `ROWS` became, and the options that gave them; read it, never change it."""
    folder = tmp_path_factory.mktemp("released")
    data, path = reference_data(folder / "data"), write(folder / "downloaded.csv", "ogp-2016", ROWS)
    given = ("--input", f"ogp-2016-11-30={path}")
    done = command(data, "build", *given, "--lang", "en")
    assert done.returncode == 0, done.stderr
    return data, given


def nothing_published(data: Path) -> bool:
    return not (data / "identifiers").exists() and current_release(data / "releases") is None


def test_an_export_becomes_a_release_with_its_reports(released: tuple[Path, tuple[str, ...]]) -> None:
    data, given = released
    release = current_release(data / "releases")
    assert release is not None
    folder = release.path
    assert (folder / "graphs" / "ogp-2016-11-30.nt").is_file()
    quality = json.loads((folder / "reports" / "quality.json").read_text(encoding="utf-8"))
    assert quality["sources"]["ogp-2016-11-30"]["account"][0]["rows"] == 2
    with (folder / "reports" / "quarantine.csv").open(encoding="utf-8", newline="") as stream:
        assert [(entry["row"], entry["column"], entry["found"]) for entry in csv.DictReader(stream)] == [("4", "Specificity", "Enormous")]
    for file in (
        file for file in sorted(data.rglob("*")) if file.is_file() and file.suffix in (".nt", ".nq", ".ttl", ".csv", ".json", ".txt", ".jsonld", ".xml", ".trig")
    ):
        assert b"ana.perez" not in file.read_bytes(), file
    again = command(data, "build", *given, "--force", "--lang", "en")
    assert again.returncode == 0, again.stderr
    same = current_release(data / "releases")
    assert same is not None and same.id == release.id


def test_a_header_that_nobody_knows_is_said_line_by_line(data: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "other.csv", "ogp-2016", ROWS)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Commitment Title", "Name of the commitment", 1).replace("Full Text,", "Mood of the minister,", 1), encoding="utf-8")
    done = command(data, "build", "--input", f"ogp-2016-11-30={path}", "--lang", "en")
    assert done.returncode == 1
    said = done.stderr.splitlines()
    for header_name in ("Name of the commitment", "Mood of the minister", "Commitment Title", "Full Text"):
        lines = [line for line in said if f'"{header_name}"' in line]
        assert lines, (header_name, done.stderr)
    new = [line for line in said if "new header" in line]
    missing = [line for line in said if "missing header" in line]
    assert len(new) == 2 and len(missing) == 2, done.stderr
    assert any("ogp-2016" in line for line in said)
    assert nothing_published(data)
    spanish = command(data, "build", "--input", f"ogp-2016-11-30={path}", "--lang", "es")
    assert spanish.returncode == 1 and "encabezado nuevo" in spanish.stderr and "falta el encabezado" in spanish.stderr
    assert "Traceback" not in done.stderr + spanish.stderr


def test_a_path_that_is_not_there_is_a_fault_of_the_call(data: Path, tmp_path: Path) -> None:
    for given in (f"ogp-2016-11-30={tmp_path / 'nowhere.csv'}", str(tmp_path / "nowhere.csv")):
        done = command(data, "build", "--input", given, "--lang", "en")
        assert done.returncode == 2
        assert "nowhere.csv" in done.stderr and "Traceback" not in done.stderr
    assert nothing_published(data)


def test_a_pipe_is_refused_at_once(data: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    for call in (("build", "--input", f"ogp-2016-11-30={pipe}"), ("validate", str(pipe))):
        done = command(data, *call, "--lang", "en")
        assert done.returncode == 2 and "neither a file nor a folder" in done.stderr
    assert nothing_published(data)


def test_a_name_that_cannot_name_an_edition_is_said(data: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "ogp-2016", ROWS)
    for name in ("My edition", "edición"):
        done = command(data, "build", "--input", f"{name}={path}", "--lang", "en")
        assert done.returncode == 2 and f'"{name}" cannot name an edition' in done.stderr
    assert nothing_published(data)


def test_an_export_that_lies_loose_in_the_data_folder_is_never_passed_over(data: Path) -> None:
    for place, code in ((data / "export.csv", "unknown-layout"), (data / "sources" / "export.csv", "loose-file")):
        place.parent.mkdir(exist_ok=True)
        place.write_text("Country;Mood\nKenya;good\n", encoding="utf-8")
        done = command(data, "validate", str(place), "--lang", "en")
        assert done.returncode == 1 and f"[{code}]" in done.stderr, done.stderr
    done = command(data, "build", "--lang", "en")
    assert done.returncode == 1 and "sources/EDITION/export.csv" in done.stderr
    assert nothing_published(data)


def test_two_exports_in_one_folder_are_named(data: Path, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        write(tmp_path / name, "ogp-2016", ROWS)
    done = command(data, "build", "--input", f"ogp-2016-11-30={tmp_path}", "--lang", "en")
    assert done.returncode == 1 and "a.csv, b.csv" in done.stderr and "one export (CSV, XLSX) alone" in done.stderr
    assert nothing_published(data)


def test_an_export_in_capital_letters_is_built_again_when_it_changes(data: Path) -> None:
    folder = data / "sources" / "ogp-2016-11-30"
    folder.mkdir(parents=True)
    write(folder / "export.csv", "ogp-2016", ROWS).rename(folder / "EXPORT.CSV")
    assert command(data, "build", "--lang", "en").returncode == 0
    before = current_release(data / "releases")
    write(folder / "export.csv", "ogp-2016", ROWS[:1]).rename(folder / "EXPORT.CSV")
    assert command(data, "build", "--lang", "en").returncode == 0
    after = current_release(data / "releases")
    assert before is not None and after is not None and after.id != before.id


def test_of_very_many_headers_only_some_are_listed(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"h{number}" for number in range(5000)) + "\n", encoding="utf-8")
    done = command(data, "build", "--input", f"ogp-2016-11-30={path}", "--lang", "en")
    assert "missing header" not in done.stderr
    assert done.returncode == 1 and len(done.stderr.splitlines()) < 40 and "4980 more differences" in done.stderr


def test_two_files_of_one_layout_need_names(data: Path, tmp_path: Path) -> None:
    first, second = write(tmp_path / "a.csv", "ogp-2016", ROWS), write(tmp_path / "b.csv", "ogp-2016", ROWS[:1])
    done = command(data, "build", "--input", str(first), "--input", str(second), "--lang", "en")
    assert done.returncode == 1
    assert "duplicate-key" in done.stderr or "a key that" in done.stderr, done.stderr
    assert "ogp-2016" in done.stderr and "Traceback" not in done.stderr
    assert nothing_published(data)
    named = command(data, "build", "--input", f"ogp-2016-01-15={first}", "--input", f"ogp-2016-11-30={second}", "--lang", "en")
    assert named.returncode == 0, named.stderr
    assert "ogp-2016-11-30 against ogp-2016-01-15:" in named.stdout + named.stderr


def test_a_name_with_a_day_that_does_not_exist_is_refused(data: Path, tmp_path: Path) -> None:
    done = command(data, "build", "--input", f"ogp-2016-02-30={write(tmp_path / 'a.csv', 'ogp-2016', ROWS)}", "--lang", "en")
    assert done.returncode == 1 and "2016-02-30" in done.stderr and "Traceback" not in done.stderr
    assert nothing_published(data)


def test_a_truncated_file_publishes_nothing(data: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "ogp-2016", ROWS)
    path.write_bytes(path.read_bytes()[:-60])
    done = command(data, "build", "--input", f"ogp-2016-11-30={path}", "--lang", "en")
    assert done.returncode == 1 and "truncated" in done.stderr
    assert nothing_published(data)


def test_the_made_up_header_is_the_one_of_the_layout() -> None:
    assert [len(names(layout)) for layout in ("ogp-2015", "ogp-2016", "ogp-2024")] == [95, 108, 171]
    assert header("ogp-2016")[-10:] == [""] * 10 and header("ogp-2015").count("Action Plan No.") == 2


def test_a_build_without_the_export_of_the_last_one_says_which_source_is_missing(data: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "ogp-2016", [row("Kenya", "1", str(number), f"Promise {number}") for number in range(1, 90)])
    assert command(data, "build", "--input", f"ogp-2016-11-30={path}", "--lang", "en").returncode == 0
    done = command(data, "build", "--lang", "en")
    assert done.returncode == 1 and "ogp-2016-11-30" in done.stderr and "--input NAME=PATH" in done.stderr
    # Looking at another file judges that file, not what a build would withdraw.
    other = command(data, "validate", str(write(tmp_path / "b.csv", "ogp-2016", ROWS[:1])), "--lang", "en")
    assert other.returncode == 0 and "table commitments: 1 rows" in other.stderr, other.stderr


def test_an_export_without_rows_is_refused(data: Path, tmp_path: Path) -> None:
    done = command(data, "build", "--input", f"ogp-2016-11-30={write(tmp_path / 'a.csv', 'ogp-2016', [])}", "--lang", "en")
    assert done.returncode == 1 and "at least 1 row " in done.stderr


def test_the_flat_table_keeps_titles_of_no_stated_language(released: tuple[Path, tuple[str, ...]]) -> None:
    with (released[0] / "releases" / "current" / "tables" / "commitments.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows and all(row["title_es"] or row["title_en"] or row["title_other"] for row in rows)
    assert any(row["title_other"] for row in rows)


def test_an_edition_is_not_named_like_a_graph_of_the_publication(data: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "downloaded.csv", "ogp-2016", ROWS)
    for name in ("curated", "derived", "candidates", "catalog", "vocabulary", "shapes", "consolidated", "release", "staging"):
        with pytest.raises(SourceProblems) as caught:
            map_exports(data, f"{name}={path}")
        (problem,) = caught.value
        assert (problem.code, problem.found) == ("reserved-key", name) and "--input NAME=PATH" in problem.message("en"), name
    done = command(data, "build", "--input", f"staging={path}", "--lang", "en")
    assert done.returncode == 1 and 'found "staging"' in done.stderr and "[reserved-key]" in done.stderr
    assert "--input NAME=PATH" in done.stderr and "Traceback" not in done.stderr
    assert nothing_published(data)


@pytest.mark.parametrize("holding", ["", "readme.txt.bak", "sub/export.csv"])
def test_a_folder_that_holds_no_source_is_said(released: tuple[Path, tuple[str, ...]], tmp_path: Path, holding: str) -> None:
    """Also when nothing else changed since the last build."""
    data, given = released
    folder = tmp_path / "folder"
    (folder / holding).parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(exist_ok=True)
    if holding:
        (folder / holding).write_text("x", encoding="utf-8")
    done = command(data, "build", *given, "--input", f"ogp-2020-01-01={folder}", "--lang", "en")
    assert done.returncode == 1 and "contract.yml" in done.stderr and "up to date" not in done.stdout, done.stderr + done.stdout


def test_no_path_of_this_machine_is_published(data: Path, tmp_path: Path) -> None:
    """A folder with an export, given by its absolute path: messages show it as typed, files name the edition."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    write(folder / "export.csv", "ogp-2016", ROWS)
    done = command(data, "build", "--input", f"ogp-2016-11-30={folder}", "--lang", "en")
    assert done.returncode == 0, done.stderr
    release = current_release(data / "releases")
    assert release is not None
    with (release.path / "reports" / "quarantine.csv").open(encoding="utf-8", newline="") as stream:
        assert {entry["file"] for entry in csv.DictReader(stream)} == {"input/ogp-2016-11-30/elsewhere/export.csv"}
    for file in (file for file in sorted(data.rglob("*")) if file.is_file() and file.suffix != ".gz"):
        assert str(tmp_path).encode() not in file.read_bytes(), file
    (folder / "export.csv").write_text("a;b\n", encoding="utf-8")
    assert f"{folder}/export.csv:1: " in command(data, "build", "--input", f"ogp-2016-11-30={folder}", "--lang", "en").stderr


def test_an_edition_that_is_not_given_again_is_named(data: Path, tmp_path: Path) -> None:
    """Few of its addresses go with it, so the build does not stop; that it left the graph has to be said."""
    older, newer = (f"--input={name}={write(tmp_path / f'{name}.csv', 'ogp-2016', ROWS)}" for name in ("ogp-2016-01-15", "ogp-2016-11-30"))
    assert command(data, "build", older, newer).returncode == 0
    for language, words in (("en", "was not given this time"), ("es", "no se dio esta vez")):
        if language == "es":  # again with both: read anew, while in the first round it would be up to date, and silent
            assert words not in command(data, "build", older, newer, "--lang", language).stderr
        done = command(data, "build", newer, "--lang", language)
        assert done.returncode == 0 and f"ogp-2016-01-15: {words}" in done.stderr, done.stderr
