"""XLSX as it is stored: values, dates by cell type, formulas, sheets, and archives that are not what they seem."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from ingest.formats import FormatFault, open_records, sheets, workbook
from tests.ingest.formats.exports import MAIN, contract, lines, read, sheet_xml, write_workbook

PLAIN = f'<worksheet xmlns="{MAIN}"><sheetData>{{}}</sheetData></worksheet>'


def one_row(tmp_path: Path, cells: str, **workbook_parts: str):
    path = write_workbook(tmp_path / "one.xlsx", {"S": PLAIN.format(f'<row r="1">{cells}</row>')}, **workbook_parts)
    (record,) = open_records(path)
    return record


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ('<c r="A1"><v>4.0999999999999996</v></c>', "4.0999999999999996"),
        ('<c r="A1"><v>0.30000000000000004</v></c>', "0.30000000000000004"),
        ('<c r="A1"><v>7</v></c>', "7"),
        ('<c r="A1"><v>5.0</v></c>', "5"),
        ('<c r="A1"><v>1E-3</v></c>', "0.001"),
        ('<c r="A1"><v>1.2345678901234568E+17</v></c>', "123456789012345680"),
        ('<c r="A1" t="b"><v>1</v></c>', "TRUE"),
        ('<c r="A1" t="b"><v>0</v></c>', "FALSE"),
        ('<c r="A1" t="e"><v>#NAME?</v></c>', "#NAME?"),
        ('<c r="A1" t="s"><v>1</v></c>', "rich text"),
        ('<c r="A1" t="s"><v>2</v></c>', "line\r\nbreak _x0041_"),
        ('<c r="A1" t="s"><v>3</v></c>', "課税"),
        ('<c r="A1" t="str"><f>A2</f><v>from a formula</v></c>', "from a formula"),
        ('<c r="A1" t="str"><f>""</f><v></v></c>', ""),
        ('<c r="A1"><f>1+1</f><v>2</v></c>', "2"),
        ('<c r="A1" t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c>', "inline"),
        ('<c r="A1" t="inlineStr"><is><t>&lt;p&gt;a &amp; b</t></is></c>', "<p>a & b"),
        ('<c r="A1" s="1"/>', ""),
        ('<c><v>9</v></c>', "9"),
    ],
)  # fmt: skip
def test_values_are_what_the_file_stores(tmp_path: Path, xml: str, text: str) -> None:
    strings = (
        "<si><t>plain</t></si><si><r><t>rich </t></r><r><t>text</t></r></si><si><t>line_x000D_\nbreak _x005F_x0041_</t></si>"
        '<si><t>課税</t><rPh sb="0" eb="2"><t>カゼイ</t></rPh></si>'
    )
    record = one_row(tmp_path, xml, strings=strings)
    assert record.cells == ([text] if text else []) and not record.faults


@pytest.mark.parametrize(
    ("style", "serial", "text"),
    [
        (1, "43832", "2020-01-02"),
        (2, "43832", "2020-01-02"),
        (1, "43832.5", "2020-01-02T12:00:00"),
        (2, "43832.999999999", "2020-01-03"),
        (1, "2023", "1905-07-15"),
        (1, "1", "1900-01-01"),
        (1, "59", "1900-02-28"),
        (1, "61", "1900-03-01"),
        (3, "0.5", "12:00:00"),
        (3, "43832.5", "2020-01-02T12:00:00"),
    ],
)
def test_cells_typed_as_dates_are_iso(tmp_path: Path, style: int, serial: str, text: str) -> None:
    record = one_row(tmp_path, f'<c r="A1" t="inlineStr"><is><t>x</t></is></c><c r="B1" s="{style}"><v>{serial}</v></c>')
    assert record.cells == ["x", text]


def test_dates_agree_with_the_calendar_for_a_century() -> None:
    first = dt.date(1900, 3, 1)
    for day in range(0, 50_000, 37):
        assert workbook.as_date(str(61 + day), "date") == (first + dt.timedelta(days=day)).isoformat()


@pytest.mark.parametrize(("style", "serial"), [(0, "43832"), (4, "1.5"), (5, "43832"), (1, "-3"), (1, "2958466"), (99, "5")])
def test_other_numbers_are_not_dates(tmp_path: Path, style: int, serial: str) -> None:
    record = one_row(tmp_path, f'<c r="A1" s="{style}"><v>{serial}</v></c>')
    assert record.cells == [serial]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("yyyy-mm-dd", "date"), ("d/m/yy;@", "date"), ("[$-80A]d mmm yyyy", "date"), ("mmm", "date"), ("mm:ss", "time"), ("h:mm AM/PM", "time"), ("[mm]:ss", ""),
        ("mmm-yy", "month"), ("[$-409]mmm\\-yy;@", "month"), ("MMMM YYYY", "month"), ("yyyy", "year"), ("yyyy h:mm", "date"),
        ("General", ""), ("0.00E+00", ""), ('0" days"', ""), ("#,##0.00 [$MXN]", ""), ("[Red]0", ""), ("@", ""), (r"0\d", ""),
    ],
)  # fmt: skip
def test_a_format_code_makes_a_date_or_not(code: str, kind: str) -> None:
    assert workbook.kind_of_format(164, code) == kind


@pytest.mark.parametrize(
    ("kind", "serial", "text"),
    [
        ("month", "41821", "07/2014"), ("month", "40483", "11/2010"), ("month", "41835", "2014-07-15"), ("month", "41821.5", "2014-07-01T12:00:00"),
        ("year", "41640", "2014"), ("year", "41821", "2014-07-01"), ("month", "2009", "1905-07-01"), ("year", "2023", "1905-07-15"), ("date", "41821", "2014-07-01"),
    ],
)  # fmt: skip
def test_what_a_format_does_not_show_is_no_day(kind: str, serial: str, text: str) -> None:
    """July 2014, typed into a cell, is stored as its first day and shown as Jul-14; another day was typed; a year kept as 1905 is told by its day."""
    assert workbook.as_date(serial, kind) == text
    assert workbook.kind_of_format(17, None) == "month"


def test_workbooks_that_count_from_1904(tmp_path: Path) -> None:
    assert one_row(tmp_path, '<c r="A1" s="1"><v>42370</v></c>', properties='<workbookPr date1904="1"/>').cells == ["2020-01-02"]


@pytest.mark.parametrize("serial", ["2958465", "2957004", "2957003.9999999"])
def test_a_day_behind_the_last_one_is_a_number(tmp_path: Path, serial: str) -> None:
    assert one_row(tmp_path, f'<c r="A1" s="1"><v>{serial}</v></c>', properties='<workbookPr date1904="1"/>').cells == [serial]
    assert workbook.as_date("2957003", "date", since_1904=True) == workbook.as_date("2958465", "date") == "9999-12-31"


def test_a_date_reaches_the_row_as_a_date(tmp_path: Path) -> None:
    from ingest.accounting import Accounting
    from ingest.problems import ProblemList
    from ingest.readers import TableReader

    xml = sheet_xml(lines()).replace('<c r="D3" t="inlineStr"><is><t xml:space="preserve">31/08/2019</t></is></c>', '<c r="D3" s="2"><v>43708</v></c>')
    write_workbook(tmp_path / "rows.xlsx", {"S": xml})
    reader = TableReader(tmp_path, "made_up", contract(file="rows.xlsx"), "rows", ProblemList(), Accounting())
    found = {row.number: row.peek("Start Date") for row in reader.rows()}
    assert found == {3: "2019-08-31", 4: "2018", 5: ""}


def test_a_formula_without_a_stored_value_is_set_aside(tmp_path: Path) -> None:
    xml = sheet_xml(lines()).replace('<c r="C3" t="inlineStr"><is><t xml:space="preserve">Gasto abierto</t></is></c>', '<c r="C3"><f>A1&amp;B1</f></c>')
    reading = read(write_workbook(tmp_path / "rows.xlsx", {"S": xml}))
    assert reading.aside == [(3, "Title", "formula-without-value")]
    assert reading.quarantine[0].found == "=A1&B1" and reading.rows[3]["Title"] == "" and reading.rows[3]["Country"] == "Mexico"


def test_a_formula_without_a_stored_value_stops_a_strict_table(tmp_path: Path) -> None:
    columns = {"a": {"kind": "verbatim"}, "b": {"kind": "verbatim"}}
    model = contract(mode="strict", header_row=1, file="t.xlsx", columns=columns, flags=[], ratings={}, ignored={}, derived={}, sum_rows=None)
    xml = PLAIN.format(
        '<row r="1"><c r="A1" t="str"><v>a</v></c><c r="B1" t="str"><v>b</v></c></row><row r="2"><c r="A2" t="str"><v>x</v></c><c r="B2"><f>1</f></c></row>'
    )
    reading = read(write_workbook(tmp_path / "t.xlsx", {"S": xml}), model)
    assert "formula-without-value" in reading.codes


def test_hidden_rows_and_sheets_are_read(tmp_path: Path) -> None:
    xml = sheet_xml(lines()).replace('<row r="4">', '<row r="4" hidden="1">')
    path = write_workbook(tmp_path / "rows.xlsx", {"Data": xml}, hidden=("Data",))
    assert list(read(path).rows) == [3, 4, 5] and sheets(path) == ["Data"]


def test_rows_that_the_file_leaves_out_keep_the_numbers_of_the_others(tmp_path: Path) -> None:
    xml = sheet_xml(lines()).replace('<row r="5">', '<row r="9">').replace('5" t=', '9" t=')
    assert list(read(write_workbook(tmp_path / "rows.xlsx", {"Data": xml})).rows) == [3, 4, 9]


def test_the_only_sheet_with_the_headers_is_read(tmp_path: Path) -> None:
    notes = sheet_xml([["Notes"], ["Country", "Plan"]])
    path = write_workbook(tmp_path / "rows.xlsx", {"Notes": notes, "Data": sheet_xml(lines()), "Empty": PLAIN.format("")})
    assert list(read(path).rows) == [3, 4, 5]


def test_the_contract_may_name_the_sheet(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "rows.xlsx", {"2019": sheet_xml(lines()), "2020": sheet_xml(lines()[:4])})
    assert read(path).codes == ["sheet"]
    assert list(read(path, sheet="2020").rows) == [3, 4]
    assert read(path, sheet="2021").codes == ["sheet"]


def test_what_lies_outside_the_archive_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.xml"
    outside.write_text(sheet_xml([["secret"]]), encoding="utf-8")
    relation = f'<Relationship Id="r9" Type="x/worksheet" Target="{outside.as_uri()}" TargetMode="External"/>'
    relation += '<Relationship Id="r8" Type="x/worksheet" Target="../../outside.xml"/>'
    path = write_workbook(tmp_path / "rows.xlsx", {"Data": sheet_xml(lines())}, relations=relation)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"</sheets>", b'<sheet name="A" r:id="r9"/><sheet name="B" r:id="r8"/></sheets>')
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert sheets(path) == ["Data"]


# -- archives -----------------------------------------------------------------------------------------------------


def fault(path: Path) -> FormatFault:
    with pytest.raises(FormatFault) as caught:
        list(open_records(path))
    return caught.value


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    write_workbook(path, {"Data": sheet_xml(lines())}, others={"xl/media/a.bin": bytes(workbook.RATIO_FROM + 1)})
    assert path.stat().st_size < 200_000
    assert fault(path).code == "unpacked-size"


def test_a_bomb_of_many_entries_is_refused(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "many.xlsx", {"Data": sheet_xml(lines())}, others={f"x/{number}": b"" for number in range(workbook.MOST_ENTRIES)})
    assert fault(path).code == "unpacked-size"


def test_a_bomb_that_declares_more_than_a_machine_holds_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_workbook(tmp_path / "rows.xlsx", {"Data": sheet_xml(lines())})
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo("xl/worksheets/s1.xml")
    at = content.rindex(b"xl/worksheets/s1.xml") - 46  # the entry of the central directory
    assert content[at : at + 4] == b"PK\x01\x02" and int.from_bytes(content[at + 24 : at + 28], "little") == entry.file_size
    content[at + 24 : at + 28] = (0xF0000000).to_bytes(4, "little")
    path.write_bytes(content)
    assert fault(path).code == "unpacked-size"


def test_an_entry_that_is_longer_than_declared_is_not_read_beyond_it(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "rows.xlsx", {"Data": sheet_xml(lines())})
    content = bytearray(path.read_bytes())
    at = content.rindex(b"xl/worksheets/s1.xml") - 46
    content[at + 24 : at + 28] = (100).to_bytes(4, "little")
    path.write_bytes(content)
    assert fault(path).code == "workbook"


def test_entities_that_grow_are_refused(tmp_path: Path) -> None:
    xml = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + PLAIN.format('<row r="1"><c r="A1" t="str"><v>&b;</v></c></row>')
    assert fault(write_workbook(tmp_path / "dtd.xlsx", {"Data": xml})).found == "DOCTYPE"


def named_outside_utf8(raw: bytes) -> bytes:
    """The list of an archive with a name that says that it is UTF-8, and is not."""
    at = raw.rindex(b"xl/styles.xml") - 46
    assert raw[at : at + 4] == b"PK\x01\x02"
    return raw[: at + 9] + b"\x08" + raw[at + 10 : at + 46] + b"\xb5" + raw[at + 47 :]


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw[: len(raw) // 2],
        lambda raw: raw[:-30],
        lambda raw: b"PK\x03\x04 and nothing else",
        lambda raw: raw.replace(b"xl/workbook.xml", b"xl/workbook.bad"),
        lambda raw: named_outside_utf8(raw),
    ],
    ids=["half", "end-lost", "no-archive", "no-workbook", "no-name"],
)
def test_a_damaged_workbook_is_named(tmp_path: Path, change) -> None:
    path = write_workbook(tmp_path / "rows.xlsx", {"Data": sheet_xml(lines())})
    path.write_bytes(change(path.read_bytes()))
    assert fault(path).code == "workbook"


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="2"/><row r="1"/>',
        '<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="ZZZ1"><v>1</v></c></row>',
        '<row r="1"><c r="1A"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>5</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>²</v></c></row>',
        f'<row r="1"><c r="A1" t="s"><v>{"9" * 5000}</v></c></row>',
        '<row r="9999999"/>',
        '<row r="²"/>',
        f'<row r="{"9" * 5000}"/>',
        '<row r="1"><c r="A1"><v>1</v></c>',
    ],
)
def test_a_sheet_out_of_order_is_named(tmp_path: Path, rows: str) -> None:
    assert fault(write_workbook(tmp_path / "rows.xlsx", {"Data": PLAIN.format(rows)})).code == "workbook"


@pytest.mark.parametrize("style", ["²", "9" * 5000, "-1"])
def test_a_style_that_does_not_exist_is_none(tmp_path: Path, style: str) -> None:
    assert one_row(tmp_path, f'<c r="A1" s="{style}"><v>43832</v></c>').cells == ["43832"]
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="{style}"/></cellXfs></styleSheet>'
    assert one_row(tmp_path, '<c r="A1" s="0"><v>43832</v></c>', others={"xl/styles.xml": styles.encode()}).cells == ["43832"]


@pytest.mark.parametrize("encoding", ["no-such-thing", "rot13", "shift_jis"])
def test_xml_in_an_encoding_that_no_workbook_has_is_named(tmp_path: Path, encoding: str) -> None:
    declared = f'<?xml version="1.0" encoding="{encoding}"?>'
    found = fault(write_workbook(tmp_path / "rows.xlsx", {"Data": declared + sheet_xml(lines())}))
    assert (found.code, found.found) == ("workbook", f"XML: encoding {encoding}")


def test_xml_in_utf_16_is_read(tmp_path: Path) -> None:
    xml = '<?xml version="1.0" encoding="UTF-16" standalone="yes"?>' + PLAIN.format('<row r="1"><c r="A1" t="str"><v>año</v></c></row>')
    (record,) = open_records(write_workbook(tmp_path / "rows.xlsx", {"Data": ""}, others={"xl/worksheets/s1.xml": xml.encode("utf-16")}))
    assert record.cells == ["año"]


def test_a_compression_that_no_workbook_has_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.xlsx"
    with zipfile.ZipFile(write_workbook(tmp_path / "plain.xlsx", {"Data": sheet_xml(lines())})) as plain, zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for name in plain.namelist():
            archive.writestr(name, plain.read(name))
    raw = bytearray(path.read_bytes())
    raw[200] ^= 0xFF
    path.write_bytes(raw)
    assert (fault(path).code, fault(path).found) == ("workbook", f"compression {zipfile.ZIP_LZMA}")


def test_files_of_other_programs_are_named(tmp_path: Path) -> None:
    old = tmp_path / "old.xls"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512))
    locked = tmp_path / "locked.xlsx"
    locked.write_bytes(old.read_bytes())
    assert fault(old).code == fault(locked).code == "encoding" and "password" in fault(locked).en
    packed = tmp_path / "rows.csv.gz"
    packed.write_bytes(b"\x1f\x8b\x08\0")
    other = tmp_path / "rows.ods"
    other.write_bytes(b"PK\x03\x04")
    assert fault(packed).code == fault(other).code == "unknown-format"
    text = tmp_path / "text.xlsx"
    text.write_text("a,b\n", encoding="utf-8")
    assert fault(text).code == "encoding"
    plain = tmp_path / "plain.xlsx"
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("a.csv", "a,b\n")
    assert fault(plain).code == "workbook"


def test_a_locked_entry_is_named(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "rows.xlsx", {"Data": sheet_xml(lines())})
    content = bytearray(path.read_bytes())
    at = content.rindex(b"xl/worksheets/s1.xml") - 46
    content[at + 8] |= 1
    path.write_bytes(content)
    assert "password" in fault(path).en


# -- the libraries' reading of the same files -----------------------------------------------------------------------


def test_what_openpyxl_writes_is_read_as_calamine_reads_it(tmp_path: Path) -> None:
    """Both libraries turn numbers into floats; on numbers that floats hold, all three agree."""
    openpyxl = pytest.importorskip("openpyxl")
    calamine = pytest.importorskip("python_calamine")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["text", "number", "date", "moment", "truth"])
    for number in range(200):
        day = dt.date(2011, 9, 20) + dt.timedelta(days=17 * number)
        sheet.append([f"línea {number}\n<b>&amp;", number / 4, day, dt.datetime(2020, 1, 2, number % 24, number % 60), number % 2 == 0])
    path = tmp_path / "library.xlsx"
    book.save(path)

    def as_text(value: object) -> str:
        if isinstance(value, bool):
            return str(value).upper()
        if isinstance(value, float):
            return format(Decimal(repr(value)).normalize(), "f")
        if isinstance(value, dt.datetime):
            return value.isoformat() if value.time() != dt.time() else value.date().isoformat()
        return value.isoformat() if isinstance(value, dt.date) else str(value)

    theirs = calamine.CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes())).get_sheet_by_index(0).to_python()
    ours = [record.cells for record in open_records(path)]
    assert ours == [[as_text(value) for value in row] for row in theirs] and len(ours) == 201
