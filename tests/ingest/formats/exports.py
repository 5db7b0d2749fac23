"""A small export of a made-up layout, as CSV or XLSX, and what the reader makes of it."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from ingest.accounting import Accounting
from ingest.contract import Contract
from ingest.problems import Problem, ProblemList
from ingest.quarantine import Quarantined
from ingest.readers import TableReader

HEADER = ["Country", "Plan", "Title", "Start Date", "Potential", "_Potential", "Budget", "Contact Email", "Plan", ""]
ROWS = [
    ["Mexico", "4", "Gasto abierto", "31/08/2019", "High", "3", "1", "NR", "4", "17"],
    ["Morocco", "1", "Accès à l’information", "2018", "None", "0", "0", "NR", "1", ""],
    ["Georgia", "3", "Open parliament", "ND", "NR", "NR", "NR", "", "3", ""],
]
TABLE: dict[str, Any] = {
    "mode": "export",
    "header_row": 2,
    "row_key": "hash",
    "columns": {
        "Country": {"kind": "verbatim", "required": True},
        "Plan": {"kind": "verbatim"},
        "Title": {"kind": "verbatim"},
        "Start Date": {"kind": "verbatim", "type": "date-as-written"},
    },
    "flags": [{"scheme": "made-up-area", "columns": {"Budget": "budget"}}],
    "ratings": {
        "Potential": {"number": "_Potential", "dimension": "potential-impact", "schemes": ["irm-potential-impact-2011"], "labels": {"None": "none", "High": "high"}},
    },
    "ignored": {"Contact Email": "data of a person"},
    "derived": {"Plan (2)": "the plan once more", "(10)": "a sum without header"},
    "sum_rows": {"columns": ["Country"], "values": ["Sum", "Total"]},
}


def contract(**table: Any) -> Contract:
    return Contract.model_validate(
        {
            "contract_version": "1.0", "key": "made-up-2020", "series": "made-up", "title": {"en": "Made up"}, "source_type": "ogp-database",
            "document": {"status": "not-held", "reason": {"en": "made up"}},
            "absence": {"NR": "notReviewed", "ND": "noData", "None": "noneSpecified"}, "tables": {"rows": {**TABLE, **table}},
        }
    )  # fmt: skip


@dataclass
class Reading:
    """All that one pass over a file gave: the cells of each row, faults, quarantine and account."""

    rows: dict[int, dict[str, str]] = field(default_factory=dict)
    absent: dict[int, dict[str, str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    quarantine: list[Quarantined] = field(default_factory=list)
    account: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def codes(self) -> list[str]:
        return [problem.code for problem in self.problems]

    @property
    def aside(self) -> list[tuple[int, str, str]]:
        return [(item.row, item.column, item.code) for item in self.quarantine]


def read(path: Path, model: Contract | None = None, **table: Any) -> Reading:
    """Read `path` as the made-up layout, taking every cell, and check that the account adds up."""
    model = model or contract(file=path.name, **table)
    problems, accounting = ProblemList(), Accounting()
    reader = TableReader(path.parent, "sources/made_up", model, "rows", problems, accounting)
    reading = Reading()
    for row in reader.rows():
        row.take(reader.file.names)
        reading.rows[row.number] = {name: row.peek(name) for name in row.cells}
        reading.absent[row.number] = dict(row.absent)
    accounting.check()
    reading.problems, reading.quarantine = problems.problems, list(accounting.quarantine)
    reading.account = accounting.as_rows()[-1]
    reading.notes = [note.message("en") for note in problems.notes]
    assert reading.account["quarantined"] == sum(item.cells for item in reading.quarantine)
    return reading


def lines(rows: list[list[str]] | None = None, header: list[str] | None = None) -> list[list[str]]:
    """Number line, header and rows of the layout."""
    header = HEADER if header is None else header
    return [[str(number) for number in range(len(header))], header, *(ROWS if rows is None else rows)]


def csv_bytes(records: list[list[str]], delimiter: str = ",") -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerows(records)
    return stream.getvalue().encode()


def write_csv(path: Path, records: list[list[str]] | None = None) -> Path:
    path.write_bytes(csv_bytes(lines() if records is None else records))
    return path


# -- workbooks, written by hand: what libraries write is not all that programs write ---------------------------------

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = (  # style index -> number format: 0 general, 1 built-in date, 2 own date, 3 own time, 4 elapsed, 5 a number with a literal d
    f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/><numFmt numFmtId="165" formatCode="hh:mm"/>'
    '<numFmt numFmtId="166" formatCode="[h]:mm"/><numFmt numFmtId="167" formatCode="0&quot; días&quot;"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/>'
    '<xf numFmtId="166"/><xf numFmtId="167"/></cellXfs></styleSheet>'
)


def cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>' if text else ""


def letters(column: int) -> str:
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def sheet_xml(rows: list[list[str]], extra: str = "") -> str:
    """A worksheet of texts; empty cells are left out, as programs do. `extra` is put behind the rows."""
    body = "".join(
        f'<row r="{number}">' + "".join(cell(f"{letters(at)}{number}", text) for at, text in enumerate(row, start=1)) + "</row>"
        for number, row in enumerate(rows, start=1)
    )
    return f'<worksheet xmlns="{MAIN}"><sheetData>{body}{extra}</sheetData></worksheet>'


def write_workbook(
    path: Path, sheets: dict[str, str], *, strings: str = "", hidden: tuple[str, ...] = (), properties: str = "", relations: str = "",
    others: dict[str, bytes] | None = None,
) -> Path:  # fmt: skip
    """A workbook of the given sheets (name -> XML); `strings` is the inside of the shared strings' part."""
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{at}" r:id="r{at}"{" state=" + chr(34) + "hidden" + chr(34) if name in hidden else ""}/>'
        for at, name in enumerate(sheets, start=1)
    )
    related = "".join(f'<Relationship Id="r{at}" Type="{OFFICE}/worksheet" Target="worksheets/s{at}.xml"/>' for at in range(1, len(sheets) + 1))
    related += f'<Relationship Id="rs" Type="{OFFICE}/styles" Target="styles.xml"/>'
    related += f'<Relationship Id="rt" Type="{OFFICE}/sharedStrings" Target="/xl/strings.xml"/>{relations}'
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="r" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{properties}<sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}">{related}</Relationships>',
        "xl/styles.xml": STYLES,
        "xl/strings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
        **{f"xl/worksheets/s{at}.xml": xml for at, xml in enumerate(sheets.values(), start=1)},
        **(others or {}),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path
