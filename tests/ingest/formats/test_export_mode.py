"""Exports: what is wrong with a row or cell is set aside with row, column and reason; what is wrong with the file stops the build."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.accounting import Accounting
from ingest.formats import FormatFault, open_records
from ingest.problems import ProblemList
from ingest.readers import LONGEST_CELL, TableReader
from tests.ingest.formats.exports import HEADER, ROWS, contract, csv_bytes, lines, read, sheet_xml, write_csv, write_workbook


@pytest.fixture(params=["csv", "xlsx"])
def write(request: pytest.FixtureRequest, tmp_path: Path):
    """Write records as the format says; both must read alike."""

    def written(records: list[list[str]] | None = None) -> Path:
        records = lines() if records is None else records
        if request.param == "csv":
            return write_csv(tmp_path / "rows.csv", records)
        return write_workbook(tmp_path / "rows.xlsx", {"Data": sheet_xml(records)})

    written.suffix = request.param  # type: ignore[attr-defined]
    return written


def test_a_sound_export_is_read_whole(write) -> None:
    reading = read(write())
    assert not reading.problems and not reading.quarantine
    assert list(reading.rows) == [3, 4, 5]
    assert reading.rows[3]["Country"] == "Mexico" and reading.rows[4]["Title"] == "Accès à l’information"
    assert {name: reading.account[name] for name in ("rows", "cells", "empty", "absence", "ignored", "derived", "mapped", "quarantined")} == {
        "rows": 3, "cells": 30, "empty": 3, "absence": 4, "ignored": 2, "derived": 6, "mapped": 15, "quarantined": 0,
    }  # fmt: skip


def test_a_label_of_a_rating_is_no_absence_code_in_its_own_column(write) -> None:
    rows = [list(row) for row in ROWS]
    rows[0][2] = "None"
    reading = read(write(lines(rows)))
    assert (reading.absent[3], reading.absent[4]) == ({"Title": "noneSpecified"}, {})
    assert reading.absent[5] == {"Start Date": "noData", "Potential": "notReviewed", "_Potential": "notReviewed", "Budget": "notReviewed"}
    assert reading.rows[4]["Potential"] == "None"


def test_an_absence_code_with_blanks_around_is_one(write) -> None:
    rows = [list(row) for row in ROWS]
    rows[0][3], rows[1][3], rows[1][4] = " ND ", "NR\u00a0", " NR"
    reading = read(write(lines(rows)))
    assert (reading.absent[3], reading.absent[4]) == ({"Start Date": "noData"}, {"Start Date": "notReviewed", "Potential": "notReviewed"})


def test_a_cell_of_blanks_is_empty(write) -> None:
    rows = [list(row) for row in ROWS]
    rows[0][2] = " \u00a0\n"
    reading = read(write(lines(rows)))
    assert reading.rows[3]["Title"] == "" and reading.account["empty"] == 4


@pytest.mark.parametrize("text", ["<p>Gasto</p>", "a &amp; b", "Gasto \ufffd", "EducaciÃ³n", "Gasto\u00a0abierto", "\u200fGasto\u200b", " Gasto ", "\uf0b7 Gasto"])
def test_dirt_is_left_to_the_cleaning(write, text: str) -> None:
    rows = [list(row) for row in ROWS]
    rows[0][2] = text
    reading = read(write(lines(rows)))
    assert not reading.problems and not reading.quarantine and reading.rows[3]["Title"] == text


@pytest.mark.parametrize("text", ["=1+1", "=cmd|'/c calc'!A1", "+cmd|x", "-cmd|x", "@SUM(A1)", "'=1"])
def test_formulas_are_exact_values(write, text: str) -> None:
    rows = [list(row) for row in ROWS]
    rows[0][2] = text
    reading = read(write(lines(rows)))
    assert not reading.quarantine and reading.rows[3]["Title"] == text


@pytest.mark.parametrize("text", ["#NAME?", "#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#¿NOMBRE?", "#####", " #NAME? "])
def test_an_error_of_a_spreadsheet_is_set_aside_and_the_row_is_read(write, text: str) -> None:
    rows = [list(row) for row in ROWS]
    rows[0][2] = rows[0][7] = text
    reading = read(write(lines(rows)))
    assert reading.aside == [(3, "Title", "spreadsheet-error")]  # not the ignored column
    assert (reading.quarantine[0].found.strip(), reading.rows[3]["Title"], reading.rows[3]["Country"]) == (text.strip(), "", "Mexico")
    assert (reading.account["quarantined"], reading.account["mapped"]) == (1, 14)


def test_ten_megabytes_in_a_cell_are_set_aside_without_their_content(write) -> None:
    rows = [list(row) for row in ROWS]
    rows[0][2] = "secreto " * 1_310_720
    reading = read(write(lines(rows)))
    assert reading.aside == [(3, "Title", "length")]
    assert reading.quarantine[0].found == str(len(rows[0][2])) and len(rows[0][2]) > 10_000_000 > LONGEST_CELL
    assert set(reading.rows) == {3, 4, 5} and reading.rows[3]["Country"] == "Mexico"


def test_a_cell_beyond_every_measure_stops_the_build(write) -> None:
    rows = [list(row) for row in ROWS]
    rows[1][2] = "x " * (9 << 20)
    reading = read(write(lines(rows)))
    assert [(problem.code, problem.row) for problem in reading.problems] == [("line-length", 4)]


@pytest.mark.parametrize("header", [HEADER, [name.upper() for name in HEADER], [f" {name}\u00a0" if name else "" for name in HEADER]])
def test_a_header_block_repeated_mid_file_is_set_aside(write, header: list[str]) -> None:
    numbers = [str(number) for number in range(len(HEADER))]
    reading = read(write(lines([ROWS[0], numbers, header, *ROWS[1:]])))
    assert reading.aside == [(4, "", "repeated-header"), (5, "", "repeated-header")]
    assert list(reading.rows) == [3, 6, 7] and not reading.problems
    assert (reading.account["rows"], reading.account["rows_quarantined"], reading.account["quarantined"]) == (3, 2, 19)


def test_a_row_of_numbers_counted_from_one_is_a_number_line(write) -> None:
    reading = read(write(lines([[str(number) for number in range(1, 11)], *ROWS])))
    assert reading.aside == [(3, "", "repeated-header")]


@pytest.mark.parametrize("word", ["Sum", "total", " TOTAL "])
def test_a_sum_row_is_set_aside(write, word: str) -> None:
    reading = read(write(lines([*ROWS, [word, "", "", "", "3", "3", "1", "", "", ""]])))
    assert reading.aside == [(6, "", "sum-row")] and list(reading.rows) == [3, 4, 5]
    assert (reading.account["quarantined"], reading.account["rows_quarantined"]) == (4, 1)


def test_blank_rows_are_skipped_and_counted(write) -> None:
    reading = read(write(lines([ROWS[0], [""] * 10, [" "] * 10, *ROWS[1:]])))
    assert not reading.problems and not reading.quarantine
    assert (list(reading.rows), reading.account["rows"], reading.account["rows_blank"]) == ([3, 6, 7], 3, 2)


def test_a_required_cell_that_is_missing_is_reported_with_its_row(write) -> None:
    rows = [list(row) for row in ROWS]
    rows[1][0] = ""
    reading = read(write(lines(rows)))
    assert reading.aside == [(4, "Country", "required")] and reading.quarantine[0].cells == 0


# -- text files only: a sheet has no ragged rows, and no last record that was cut ------------------------------------------


@pytest.mark.parametrize("row", [ROWS[0][:-1], [*ROWS[0], "x"], ["Mexico"]])
def test_a_ragged_row_is_set_aside(tmp_path: Path, row: list[str]) -> None:
    reading = read(write_csv(tmp_path / "rows.csv", lines([ROWS[0], row, *ROWS[1:]])))
    assert reading.aside == [(4, "", "row-length")] and list(reading.rows) == [3, 5, 6]
    assert reading.quarantine[0].cells == len([text for text in row if text]) and "expected 10 cells" in reading.quarantine[0].reason_en


def test_a_short_last_record_is_a_truncated_file(tmp_path: Path) -> None:
    content = csv_bytes(lines())
    path = tmp_path / "rows.csv"
    path.write_bytes(content[:-12])
    reading = read(path)
    assert reading.codes == ["truncated"] and reading.problems[0].row == 5


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n\n"])
def test_a_short_last_line_with_its_line_end_is_no_cut(tmp_path: Path, end: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(csv_bytes(lines()) + b"Source: made up" + end.encode())
    reading = read(path)
    assert reading.aside == [(6, "", "row-length")] and list(reading.rows) == [3, 4, 5] and not reading.problems
    path.write_bytes(csv_bytes(lines()) + b"Source: made up")
    assert read(path).codes == ["truncated"]


@pytest.mark.parametrize(
    ("change", "code", "row"),
    [
        (lambda raw: raw.replace(b"Open parliament", b'"Open parliament'), "csv", 5),
        (lambda raw: csv_bytes(lines(), ";"), "delimiter", 2),
        (lambda raw: csv_bytes(lines(), "\t"), "delimiter", 2),
        (lambda raw: raw.decode().replace("’", "'").encode("latin-1"), "encoding", 4),
        (lambda raw: raw.decode().encode("utf-16"), "encoding", 1),
        (lambda raw: raw.decode().encode("utf-16-le"), "binary", 1),
        (lambda raw: raw.decode().encode("utf-32"), "encoding", 1),
        (lambda raw: b"", "no-header", 2),
        (lambda raw: b"<!DOCTYPE html>\n<html>\n</html>\n", "unknown-column", 2),
        (lambda raw: b"%PDF-1.7\n\0\0", "binary", 1),
        (lambda raw: b"\x1f\x8b\x08" + raw, "encoding", 1),
        (lambda raw: b"PK\x03\x04" + raw, "encoding", 1),
        (lambda raw: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + raw, "encoding", 0),
    ],
    ids=["open-quote", "semicolons", "tabs", "latin-1", "utf-16", "utf-16-without-mark", "utf-32", "empty", "html", "pdf", "gzip", "zip", "xls"],
)
def test_a_fault_of_the_whole_file_stops_the_build(tmp_path: Path, change, code: str, row: int) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(change(csv_bytes(lines())))
    reading = read(path)
    assert (code, row) in {(problem.code, problem.row) for problem in reading.problems}
    assert not reading.quarantine
    problem = reading.problems[0]
    assert problem.message("es") != problem.message("en") and problem.message("en").startswith("sources/made_up/rows.csv")


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (b'"Ministry; agency; other",Plan\nHealth,2\n', 1),
        (b'"Note; one\nb;c;d;e",x\nPlan,Number\n1,2\n', 2),
        (b"A; note; of; many; parts\nPlan,Number\n1,2\n", 2),
        (b'"Plan\n(a;b;c;d)",Number\n1,2\n', 1),
    ],
    ids=["separators in quotes", "a preamble of two lines", "separators of the preamble", "a header of two lines"],
)
def test_a_sound_header_is_not_taken_for_one_with_another_delimiter(tmp_path: Path, text: bytes, row: int) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(text)
    records = list(open_records(path, header_row=row))
    assert [len(record.cells) for record in records[row - 1 :]] == [2, 2]
    assert [record.number for record in records] == list(range(1, len(records) + 1))


@pytest.mark.parametrize("text", [b"a;b\n1;2\n", b'"a";"b"\n"1";"2"\n', b'"a, b";c\n', b'"a\nb";c;"d"\n'], ids=["plain", "quoted", "comma within", "two lines"])
def test_another_delimiter_is_told_from_malformed_quotes(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(text)
    with pytest.raises(FormatFault) as fault:
        list(open_records(path))
    assert (fault.value.code, fault.value.row, fault.value.found) == ("delimiter", 1, ";")


@pytest.mark.parametrize(
    ("change", "code", "column"),
    [
        ({3: "Begin"}, "unknown-column", "Begin"),
        ({3: "Begin"}, "missing-column", "Start Date"),
        ({3: "Title"}, "repeated-column", "Title"),
        ({3: "title "}, "repeated-column", "Title"),
        ({3: ""}, "empty-column", "(4)"),
        ({6: ""}, "missing-column", "Budget"),
        ({5: "Number"}, "missing-column", "_Potential"),
    ],
)
def test_headers_that_the_contract_does_not_know_stop_the_build(write, change: dict[int, str], code: str, column: str) -> None:
    header = [change.get(index, name) for index, name in enumerate(HEADER)]
    reading = read(write(lines(header=header)))
    assert (code, column) in {(problem.code, problem.column) for problem in reading.problems}
    assert not reading.rows and reading.account["cells"] == 0


def test_headers_in_other_spelling_and_order_are_the_contracts(write) -> None:
    order = [9, 3, 2, 1, 0, 8, 7, 6, 5, 4]  # the empty header moves to column 1, the second "Plan" stays behind the first
    header = [HEADER[index] for index in order]
    header[1] = "START\u00a0 DATE "
    rows = [[row[index] for index in order] for row in ROWS]
    reading = read(write(lines(rows, header)), derived={"Plan (2)": "again", "(1)": "a sum"})
    assert not reading.problems
    assert (reading.rows[3]["Start Date"], reading.rows[3]["Plan"], reading.rows[3]["Plan (2)"], reading.rows[3]["(1)"]) == ("31/08/2019", "4", "4", "17")


def test_a_row_keeps_its_digest_wherever_it_stands(write, tmp_path: Path) -> None:
    def digests(records: list[list[str]]) -> set[str]:
        path = write(records)
        reader = TableReader(path.parent, "made_up", contract(file=path.name), "rows", ProblemList(), Accounting())
        return {row.digest() for row in reader.rows()}

    first = digests(lines())
    assert first == digests(lines([ROWS[2], [""] * 10, ROWS[0], ROWS[1]])) and len(first) == 3


def test_a_cell_that_no_mapping_takes_is_a_fault_of_the_contract_said_once(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "rows.csv")
    problems, accounting = ProblemList(), Accounting()
    reader = TableReader(tmp_path, "made_up", contract(file=path.name), "rows", problems, accounting)
    for row in reader.rows():
        row.take({"Country", "Plan", "Start Date", "Potential", "Budget"})
    assert [(problem.code, problem.column, problem.found) for problem in problems.problems] == [("not-mapped", "Title", "3 filled cells")]
    accounting.check()


def test_a_mapping_that_gives_a_row_up_sets_the_rest_of_it_aside(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "rows.csv")
    problems, accounting = ProblemList(), Accounting()
    reader = TableReader(tmp_path, "made_up", contract(file=path.name), "rows", problems, accounting)
    for row in reader.rows():
        if row.number == 3:
            row.quarantine("Country", "unknown-place", row.peek("Country"), "un país", "a country")
            assert row.text("Country") == ""
        else:
            row.take(reader.file.names)
    assert [(item.row, item.column, item.code, item.cells) for item in accounting.quarantine] == [(3, "", "rest-of-row", 5), (3, "Country", "unknown-place", 1)]
    assert accounting.as_rows()[-1]["quarantined"] == 6 and not problems.problems


def test_a_first_look_books_nothing_and_sees_the_same_rows(write) -> None:
    rows = [list(row) for row in ROWS]
    rows[0][2] = "#REF!"
    path = write(lines([*rows, ["Sum", *[""] * 9]]))
    problems, accounting = ProblemList(), Accounting()
    reader = TableReader(path.parent, "made_up", contract(file=path.name), "rows", problems, accounting)
    seen = {row.number: {name: row.peek(name) for name in row.cells} for row in reader.observations()}
    assert seen == read(path).rows and not problems.problems
    assert accounting.as_rows()[-1]["rows"] == 0


def test_a_report_leaves_the_cell_as_it_is(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "rows.csv")
    accounting = Accounting()
    reader = TableReader(tmp_path, "made_up", contract(file=path.name), "rows", ProblemList(), accounting)
    for row in reader.rows():
        row.report("Title", "several-bodies", row.peek("Title"), "un solo organismo", "one body")
        row.take(reader.file.names)
        assert row.text("Title")
    assert {item.cells for item in accounting.quarantine} == {0} and accounting.as_rows()[-1]["quarantined"] == 0


def test_homoglyphs_are_read_as_they_stand(write) -> None:
    rows = [list(row) for row in ROWS]
    rows[0][2] = "Gаsto"  # a Cyrillic а: told apart and reported where names are matched, never changed here
    assert read(write(lines(rows))).rows[3]["Title"] == "Gаsto"
