"""Which layout a file has, where its header line stands, and what is new in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import layouts
from ingest.contract_reading import contract_of_layout
from ingest.formats.headers import folded, is_number_line, named
from ingest.formats.recognition import Layout, recognize
from tests.conftest import needs_shared
from tests.ingest.formats.exports import HEADER, contract, csv_bytes, lines, sheet_xml, write_csv, write_workbook

MADE_UP = Layout.of("made-up", contract().tables["rows"])
OTHER = Layout("other", frozenset({"Country", "Plan", "Title", "Score", "Comment", "Source"}))


def known_layouts() -> list[Layout]:
    found = []
    for name, path in layouts.known().items():
        loaded = contract_of_layout(path, {"document": {"status": "not-held", "reason": {"en": "a test"}}}, path.parent, path.name)
        found += [Layout.of(name, table) for table in loaded.contract.tables.values()]
    return found


@pytest.mark.parametrize(
    ("name", "layout", "row"),
    [("ogp_irm_2016_live__founding8.csv", "ogp-2016", 2), ("ogp_commitments_2024__sample.csv", "ogp-2024", 1)],
)
def test_the_real_exports_are_recognized(name: str, layout: str, row: int) -> None:
    found = recognize(needs_shared(f"data/ship/{name}"), known_layouts())
    assert (found.layout, found.header_row, found.exact, found.score) == (layout, row, True, 1.0)


def test_the_layouts_of_this_project_are_told_apart(tmp_path: Path) -> None:
    all_of_them = known_layouts()
    assert len(all_of_them) >= 3
    for layout in all_of_them:
        header = [name for name in sorted(layout.headers) if not name.startswith("(") and not name.endswith("(2)")]
        path = write_csv(tmp_path / "rows.csv", [header])
        assert recognize(path, all_of_them).layout == layout.name


def test_the_header_line_is_found_and_nothing_is_new(tmp_path: Path) -> None:
    found = recognize(write_csv(tmp_path / "rows.csv"), [OTHER, MADE_UP])
    assert (found.layout, found.header_row, found.exact) == ("made-up", 2, True)
    assert found.message("es") == "formato made-up: encabezados en la fila 2; 100% en común"


@pytest.mark.parametrize("above", [0, 1, 4, 8])
def test_the_header_line_may_stand_elsewhere_in_the_first_lines(tmp_path: Path, above: int) -> None:
    path = write_csv(tmp_path / "rows.csv", [*([["Export", "", ""]] * above), *lines()[1:]])
    found = recognize(path, [MADE_UP])
    assert (found.layout, found.header_row) == ("made-up", above + 1)


def test_what_is_new_missing_repeated_or_empty_is_said_in_both_languages(tmp_path: Path) -> None:
    header = ["Country", "Plan", "Title", "Start date (planned)", "Potential", "_Potential", "", "Contact Email", "Plan", "", "Title", "Early Results"]
    found = recognize(write_csv(tmp_path / "rows.csv", [["x"], header]), [MADE_UP])
    assert found.layout == "made-up" and not found.exact
    assert found.new == ("Start date (planned)", "Early Results") and found.missing == ("Budget", "Start Date")
    assert (found.repeated, found.empty) == (("Title (2)",), ("(7)",))
    for lang, words in (("en", ["new header", "missing header", "repeated header", "empty header"]), ("es", ["encabezado nuevo", "falta el", "repetido", "vacío"])):
        message = found.message(lang)
        assert all(word in message for word in words) and "Early Results" in message and "(7)" in message


def test_a_renamed_header_is_suggested(tmp_path: Path) -> None:
    header = ["Start Dates" if name == "Start Date" else name for name in HEADER]
    found = recognize(write_csv(tmp_path / "rows.csv", lines(header=header)), [MADE_UP])
    assert found.suggested == (("Start Dates", "Start Date"),)
    assert 'new header: "Start Dates" (is it "Start Date"?)' in found.message("en")


def test_spelling_blanks_and_order_do_not_matter(tmp_path: Path) -> None:
    header = [f" {name.upper()}\u00a0" if name else "" for name in HEADER]
    header[3] = "start\n date"
    found = recognize(write_csv(tmp_path / "rows.csv", lines(header=header)), [MADE_UP])
    assert found.exact and found.score == 1.0


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (["Comm. No.", "Start Date?"], ["Comm No", "Start Date"]),
        (["Comm No", "Comm. No."], ["Comm No", "Comm. No."]),  # the known one is there
        (["Comm. No.", "(Comm No)"], ["Comm. No.", "(Comm No)"]),  # two that might be it
        (["_Comm No", "Comm No %", "CommNo"], ["_Comm No", "Comm No %", "CommNo"]),  # signs that say something, other words
        (["Plan 2", "Plan"], ["Plan 2", "Plan"]),  # not the second column "Plan"
        (["Start-Date", "Value +"], ["Start Date", "Value +"]),
    ],
)
def test_a_header_may_differ_in_punctuation_where_it_is_certain(header: list[str], names: list[str]) -> None:
    assert named(header, ["Comm No", "Start Date", "Plan", "Plan (2)", "Value", "(7)"]) == names
    assert named(header, ["Comm No", "Start Date"], fold=False) == header


def test_punctuation_of_known_headers_that_share_their_words_counts() -> None:
    assert named(["Value, Info"], ["Value -Info", "Value (Info)"]) == ["Value, Info"]


def test_an_unknown_file_has_no_layout_and_names_the_nearest(tmp_path: Path) -> None:
    found = recognize(write_csv(tmp_path / "rows.csv", [["Country", "Plan", "Name", "Budget line", "Currency"], ["a", "b", "c", "d", "e"]]), [MADE_UP, OTHER])
    assert found.layout is None and found.nearest in {"made-up", "other"} and found.new == ("Name", "Budget line", "Currency")
    assert "no known layout" in found.message("en") and "Currency" in found.message("en")


def test_a_file_with_nothing_in_common_is_not_said_to_lack_anything(tmp_path: Path) -> None:
    found = recognize(write_csv(tmp_path / "rows.csv", [["a", "b"], ["1", "2"]]), [MADE_UP])
    assert (found.layout, found.nearest, found.missing, found.new) == (None, None, (), ("a", "b"))


def test_an_empty_file_has_no_layout(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b"\n\n")
    assert recognize(path, [MADE_UP]).message("es") == "ningún formato conocido"


def test_layouts_that_fit_equally_are_not_guessed_between(tmp_path: Path) -> None:
    twin = Layout("twin", MADE_UP.headers, MADE_UP.optional, (2,))
    found = recognize(write_csv(tmp_path / "rows.csv"), [MADE_UP, twin])
    assert found.layout is None and found.rivals == ("made-up", "twin")
    assert "made-up, twin" in found.message("en")


def test_how_far_a_layout_is_ahead_of_the_others_is_said(tmp_path: Path) -> None:
    near = Layout("near", (MADE_UP.headers - {"Budget", "Title"}) | {"Heading", "Costs"}, MADE_UP.optional, (2,))
    assert recognize(write_csv(tmp_path / "rows.csv"), [MADE_UP, near]).lead == pytest.approx(1 - 7 / 11, abs=1e-3)
    header = [{"Budget": "Costs"}.get(name, name) for name in HEADER]
    between = recognize(write_csv(tmp_path / "rows.csv", lines(header=header)), [MADE_UP, near])
    assert between.lead < 0.1  # nearly as near to the one as to the other: nothing is read of it


@pytest.mark.parametrize(
    ("new", "old"),
    [("Dates of Start", "Start Date"), ("Planned Start Date", "Start Date"), ("START-DATES", "Start Date"), ("Starter", None), ("Mood", None)],
)
def test_a_renamed_header_is_suggested_by_its_words(tmp_path: Path, new: str, old: str | None) -> None:
    header = [new if name == "Start Date" else name for name in HEADER]
    found = recognize(write_csv(tmp_path / "rows.csv", lines(header=header)), [MADE_UP])
    assert found.suggested == (((new, old),) if old else ())


def test_one_missing_header_is_suggested_once(tmp_path: Path) -> None:
    header = [*("Start Dates" if name == "Start Date" else name for name in HEADER[:-1]), "Date of Start", ""]
    found = recognize(write_csv(tmp_path / "rows.csv", lines(header=header, rows=[])), [MADE_UP])
    assert found.suggested == (("Start Dates", "Start Date"),)


def test_another_delimiter_is_found(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(csv_bytes(lines(), ";"))
    found = recognize(path, [MADE_UP])
    assert (found.layout, found.delimiter) == ("made-up", ";")


def test_the_sheet_of_a_workbook_is_found(tmp_path: Path) -> None:
    notes = sheet_xml([["Country", "Notes"]])
    path = write_workbook(tmp_path / "rows.xlsx", {"Notes": notes, "Data": sheet_xml(lines())})
    found = recognize(path, [MADE_UP, OTHER])
    assert (found.layout, found.sheet, found.header_row, found.exact) == ("made-up", "Data", 2, True)


def test_headers_are_named_by_position_where_they_repeat_or_are_empty() -> None:
    assert named(["A", "", "a", " A ", "", "B"], ["A", "B"]) == ["A", "(2)", "A (2)", "A (3)", "(5)", "B"]
    assert named(["A", "\u200b", "\ufeff "], ["A"]) == ["A", "(2)", "(3)"]
    assert named(["A", "a"], ["A"], fold=False) == ["A", "a"]
    assert folded("Start\u00a0Date\u200b ") == folded("START  date") != folded("StartDate")
    assert is_number_line(["1", "2", "3"]) and is_number_line(["0", "1", "2"]) and not is_number_line(["1", "3", "4"]) and not is_number_line(["1", "2"])
