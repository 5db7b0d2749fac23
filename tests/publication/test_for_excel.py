"""The copies for spreadsheet programs: altered, saying so, refused as inputs; the tables themselves keep exact values."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats import FormatFault
from ingest.formats.recognition import Layout, recognize
from ingest.publication import for_excel
from tests.ingest.formats.exports import contract, csv_bytes, lines, read


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def copy_of(header: list[str], *rows: list[str]) -> bytes:
    out = io.BytesIO()
    with for_excel.Copy(out) as copy:
        copy.header(header)
        for row in rows:
            copy.row(row, csv_line(row))
    return out.getvalue()


def csv_line(row: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(row)
    return text.getvalue()


CELLS = st.text(st.sampled_from("=+-@＝a, \"'\n\t\r"), max_size=4)


@given(st.lists(CELLS, min_size=2, max_size=4))
def test_a_row_is_the_same_whether_or_not_it_is_written_anew(row: list[str]) -> None:
    expected = io.StringIO()
    csv.writer(expected, lineterminator="\r\n").writerow([*map(for_excel.shown, row), ""])
    assert copy_of(["a", "b"], row).decode().split("\r\n", 1)[1] == expected.getvalue()


@pytest.mark.parametrize("text", ["=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\n=x", "＝1"])
def test_a_cell_that_would_run_gets_an_apostrophe(text: str) -> None:
    copy = copy_of(["a", "b"], ["1", text], ["a=b", "it's"])
    assert rows_of(copy) == [["a", "b", for_excel.FOR_EXCEL], ["1", f"'{text}", ""], ["a=b", "it's", ""]]


def test_the_copy_has_a_mark_and_the_line_ends_of_windows() -> None:
    assert copy_of(["a"], ["Gestión"]) == f'\ufeffa,"{for_excel.FOR_EXCEL}"\r\nGestión,\r\n'.encode()


def test_a_cell_longer_than_an_input_may_have_is_copied() -> None:
    assert len(copy_of(["a"], ["x" * (17 << 20)])) > 17 << 20


def test_every_table_of_a_release_has_its_copy(published) -> None:
    tables = sorted(published.path.glob("tables/*.csv"))
    assert tables
    listed = {file.path for file in published.manifest.files}
    for table in tables:
        copy = published.file(f"{for_excel.FOLDER}/{table.name}")
        exact, altered = rows_of(table.read_bytes()), rows_of(copy.read_bytes())
        assert [[cell.removeprefix("'") if cell.startswith(("'=", "'+", "'-", "'@")) else cell for cell in row[:-1]] for row in altered] == exact
        assert altered[0][-1] == for_excel.FOR_EXCEL and copy.read_bytes().startswith(b"\xef\xbb\xbf")
        assert f"{for_excel.FOLDER}/{table.name}" in listed


def test_the_copies_are_no_distributions_of_the_data(published) -> None:
    assert "for-excel" not in published.file("catalog.ttl").read_text(encoding="utf-8")
    assert "for-excel" not in published.file("tables/datapackage.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("mode", ["export", "strict"])
def test_a_copy_is_refused_as_an_input(tmp_path: Path, mode: str) -> None:
    records = lines()[1:]
    (tmp_path / "rows.csv").write_bytes(copy_of(*records))
    reading = read(tmp_path / "rows.csv", header_row=1, mode=mode)
    assert reading.codes == ["for-excel"] and not reading.rows
    assert "copia" in reading.problems[0].message("es")
    with pytest.raises(FormatFault) as caught:
        recognize(tmp_path / "rows.csv", [Layout.of("made-up", contract().tables["rows"])])
    assert caught.value.code == "for-excel"


def test_a_copy_is_refused_after_a_spreadsheet_program_saved_it_again(tmp_path: Path, published) -> None:
    path = tmp_path / "rows.csv"
    shutil.copyfile(published.file(f"{for_excel.FOLDER}/commitments.csv"), path)
    records = rows_of(path.read_bytes())
    path.write_bytes(csv_bytes(records))  # no mark, other line ends
    columns = {name: {"kind": "verbatim"} for name in records[0][:-1]}
    model = contract(header_row=1, mode="strict", columns=columns, flags=[], ratings={}, ignored={}, derived={}, sum_rows=None, file=path.name)
    assert read(path, model).codes == ["for-excel"]
