"""Altered tables are refused: each with file, row, column, what was found and what was expected; nothing is published."""

from __future__ import annotations

import os
import re

import pytest

from ingest import pipeline
from ingest.problems import SourceProblems
from ingest.settings import BuildSettings
from tests.ingest.conftest import BASE, DECK, Data

COCREATED = f"{DECK}/compromisos-cocreados.csv"
TOPICS = f"{DECK}/temas-mas-votados.csv"

# what is done to a cell: (table, row, column, text) and the code, row and column of the expected problem
CELLS = [
    (COCREATED, 2, "numero", "dic-19", "number-token"),
    (COCREATED, 2, "numero", "", "required"),
    (COCREATED, 3, "numero", "1", "duplicate-key"),
    (COCREATED, 2, "nombre_corto", "", "required"),
    (COCREATED, 2, "tema", "Desarrollo Rural", "label"),
    (COCREATED, 2, "tema_codigo", "corupcion", "code"),
    (COCREATED, 2, "dependencia_responsable", "Secretaría de Cultura", "unknown-institution"),
    (COCREATED, 2, "oscs_corresponsables", "Fundar, GESOC, Greenpeace", "unknown-institution"),
    (COCREATED, 2, "oscs_corresponsables", "Fundar, Fundar", "repeated-institution"),
    (COCREATED, 2, "nombre_corto", "Gasto abierto \ufffd", "encoding"),
    (COCREATED, 2, "nombre_corto", "EducaciÃ³n abierta", "encoding"),
    (COCREATED, 2, "nombre_corto", " Gasto abierto", "blanks"),
    (COCREATED, 2, "nombre_corto", "#REF!", "spreadsheet-error"),
    (f"{DECK}/cifras.csv", 2, "valor", "setenta", "integer"),
    (f"{DECK}/cifras.csv", 2, "cota", "aproximado", "not-in-list"),
    (f"{DECK}/cifras.csv", 2, "a_la_fecha", "31/05/2021", "date"),
    (f"{DECK}/cifras.csv", 2, "sobre_clave", "mx-unknown", "unknown-key"),
    (f"{DECK}/planes.csv", 6, "inicio", "dic-19", "partial-date"),
    (f"{DECK}/planes.csv", 6, "fin", "2018-02-30", "partial-date"),
    (f"{DECK}/planes.csv", 6, "jurisdiccion", "MX-XXX", "unknown-key"),
    (f"{DECK}/cocreacion.csv", 2, "inicio", "2019-05-25", "date"),
    (f"{DECK}/cocreacion.csv", 2, "inicio_escrito", "24/05/2019", "date-as-written"),
    (f"{DECK}/participantes.csv", 2, "hombres", "7.3", "integer"),
    (f"{DECK}/participantes.csv", 2, "sector", "ong", "code"),
    (f"{DECK}/estados.csv", 2, "estado", "México", "key"),
    (f"{DECK}/compromisos-locales.csv", 2, "avance", "195", "percent"),
    (f"{DECK}/compromisos-locales.csv", 2, "titulo", "Otro título", "recased"),
    (f"{DECK}/compromisos-locales.csv", 2, "rastreador", "http://example.org/", "link"),
    (TOPICS, 2, "eje_nombre", "Bienestar para todas las personas", "label"),
    (TOPICS, 2, "fecha_escrita", "21-ago", "date-as-written"),
    ("curated/years.csv", 2, "start", "2020-08-21", "year-basis"),
    ("curated/years.csv", 2, "weekday", "Jue", "year-basis"),
    ("curated/years.csv", 2, "basis", "process/MX-4_cocreacion 24/may/20", "year-basis"),
    ("curated/years.csv", 2, "basis", "24/may/19", "pattern"),
    ("curated/years.csv", 2, "basis", "24/may/19", "year-basis"),
    ("curated/years.csv", 2, "basis", "process/ 24/may/19", "year-basis"),
    ("curated/identity.csv", 2, "key", "MX-9-99", "unknown-key"),
    ("curated/identity.csv", 2, "kind", "commitmnt", "not-in-list"),
    ("curated/candidates.csv", 2, "kind", "ogr", "not-in-list"),
    ("curated/links-out.csv", 2, "target", "javascript:alert(1)", "iri"),
    ("reference/mx-entities.csv", 2, "inegi", "1", "pattern"),
    ("reference/countries.csv", 2, "numeric", "8", "pattern"),
    ("reference/organizations.csv", 3, "class", "org:Club", "not-in-list"),
]


@pytest.mark.parametrize(("table", "row", "column", "text", "code"), CELLS, ids=[f"{t.rsplit('/', 1)[-1]}-{c}-{k}-{i}" for i, (t, _, c, _, k) in enumerate(CELLS)])
def test_one_spoiled_cell_is_named(data: Data, table: str, row: int, column: str, text: str, code: str) -> None:
    data.set(table, row, column, text)
    problems = data.problems()
    named = [problem for problem in problems if (problem.file, problem.row, problem.code) == (table, row, code)]
    assert named, problems
    assert named[0].message("es") != named[0].message("en")
    assert named[0].message("en").startswith(f"{table}:{row}:")


@pytest.mark.parametrize(
    ("table", "column", "text"),
    [
        ("identity", "kind", "commitmnt"),
        ("identity", "kind", "report"),  # a kind, but nobody gives ids to reports
        ("identity", "authority", "wikidata"),
        ("candidates", "kind", "ogr"),
        ("not-same", "kind", "ogr"),
        ("years", "subject_kind", "topics"),
        ("links-out", "kind", "aera"),
        ("links-out", "property", "olw:sameAs"),
        ("years", "property", "dct temporal"),
        ("candidates", "relation", "ogcm:posiblySame"),
    ],
)
def test_a_kind_that_does_not_exist_is_a_fault_of_its_row_whatever_the_contract_lists(data: Data, table: str, column: str, text: str) -> None:
    data.recode("curated/contract.yml", lambda raw: re.sub(rb"(  (kind|subject_kind|authority|property|relation): \{.*), values: \[.*\]\}", rb"\1}", raw))
    rows = data.rows(f"curated/{table}.csv")
    first = dict(zip(rows[0], rows[1] if len(rows) > 1 else ["1", "commitment", "MX-4-01", "MX-4-02", "data editor", "Two.", "Dos."], strict=True))
    data.write(f"curated/{table}.csv", [rows[0], list((first | {column: text}).values()), *rows[2:]])
    (problem,) = [problem for problem in data.problems() if problem.code == "not-in-list"]
    assert (problem.file, problem.row, problem.column, problem.found) == (f"curated/{table}.csv", 2, column, text)


@pytest.mark.parametrize(("column", "text"), [("kind", "orgg"), ("class", "cv PublicOrganisation"), ("class", "vc:PublicOrganisation")])
def test_so_is_one_of_a_body(data: Data, column: str, text: str) -> None:
    data.recode("reference/contract.yml", lambda raw: re.sub(rb"(  (kind|class): \{.*), values: \[.*\]\}", rb"\1}", raw))
    data.set("reference/organizations.csv", 3, column, text)
    (problem,) = [problem for problem in data.problems() if problem.code == "not-in-list"]
    assert (problem.file, problem.row, problem.column, problem.found) == ("reference/organizations.csv", 3, column, text)


def test_swapped_cells_are_found(data: Data) -> None:
    rows = data.rows(COCREATED)
    left, right = rows[0].index("nombre_corto"), rows[0].index("dependencia_responsable")
    rows[1][left], rows[1][right] = rows[1][right], rows[1][left]
    data.write(COCREATED, rows)
    assert "unknown-institution" in {problem.code for problem in data.problems()}


def test_swapped_columns_by_header_are_found(data: Data) -> None:
    rows = data.rows(f"{DECK}/estados.csv")
    left, right = rows[0].index("nombre_escrito"), rows[0].index("estado")
    rows[0][left], rows[0][right] = rows[0][right], rows[0][left]
    data.write(f"{DECK}/estados.csv", rows)
    assert {"key"} <= {problem.code for problem in data.problems()}


def test_a_blank_column_is_reported_for_every_row(data: Data) -> None:
    rows = data.rows(COCREATED)
    column = rows[0].index("dependencia_responsable")
    data.write(COCREATED, [rows[0], *([*row[:column], "", *row[column + 1 :]] for row in rows[1:])])
    blank = [problem for problem in data.problems() if problem.code == "required"]
    assert [problem.row for problem in blank] == [2, 3, 4, 5, 6, 7]


def test_unknown_missing_and_repeated_columns(data: Data) -> None:
    rows = data.rows(COCREATED)
    rows[0][rows[0].index("tema")] = "asunto"
    data.write(COCREATED, rows)
    codes = {(problem.code, problem.column) for problem in data.problems()}
    assert {("unknown-column", "asunto"), ("missing-column", "tema")} <= codes
    rows[0][rows[0].index("asunto")] = "numero"
    data.write(COCREATED, rows)
    assert ("repeated-column", "numero") in {(problem.code, problem.column) for problem in data.problems()}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda raw: raw.decode().encode("latin-1", "replace"), "encoding"),
        (lambda raw: raw.decode().encode("utf-16"), "encoding"),
        (lambda raw: raw.replace(b",", b";"), "delimiter"),
        (lambda raw: raw.replace(b",", b"\t"), "delimiter"),
        (lambda raw: raw[: len(raw) // 2] + b'"', "csv"),
        (lambda raw: b"", "no-header"),
        (lambda raw: b"PK\x03\x04" + raw, "encoding"),
        (lambda raw: raw + b",,,,,,\n", "blank-row"),
        (lambda raw: raw + b"9,x\n", "row-length"),
    ],
    ids=["latin-1", "utf-16", "semicolons", "tabs", "open-quote", "empty", "xlsx", "blank-row", "short-row"],
)
def test_spoiled_files(data: Data, change, code: str) -> None:
    data.recode(COCREATED, change)
    assert code in {problem.code for problem in data.problems() if problem.file == COCREATED}


def test_a_missing_file_is_named(data: Data) -> None:
    data.path(COCREATED).unlink()
    assert ("missing-file", COCREATED) in {(problem.code, problem.file) for problem in data.problems()}


def test_a_byte_order_mark_is_accepted_and_noted(data: Data) -> None:
    data.recode(COCREATED, lambda raw: b"\xef\xbb\xbf" + raw)
    mapped = data.map()
    assert [note.file for note in mapped.build.problems.notes] == [COCREATED]


def test_windows_line_ends_and_changed_column_order_change_nothing(data: Data, mapped) -> None:
    rows = [list(reversed(row)) for row in data.rows(COCREATED)]
    data.write(COCREATED, rows)
    data.recode(f"{DECK}/estados.csv", lambda raw: raw.replace(b"\n", b"\r\n"))
    assert data.map().graphs[""] == mapped.graphs[""]


def test_all_problems_are_listed_in_one_go(data: Data) -> None:
    data.set(COCREATED, 2, "dependencia_responsable", "Secretaría de Cultura")
    data.set(f"{DECK}/cifras.csv", 2, "valor", "muchos")
    data.path("curated/years.csv").unlink()
    files = {problem.file for problem in data.problems()}
    assert {COCREATED, f"{DECK}/cifras.csv", "curated/years.csv"} <= files


def test_nothing_is_published_from_bad_input(data: Data) -> None:
    before = {path.name: path.read_bytes() for path in data.folder.glob("identifiers/*.csv")}
    data.set(COCREATED, 2, "numero", "dic-19")
    with pytest.raises(SourceProblems):
        pipeline.build(data.folder, base=BASE)
    assert not list(data.folder.glob("releases/*/manifest.json"))
    assert {path.name: path.read_bytes() for path in data.folder.glob("identifiers/*.csv")} == before


def test_a_broken_contract_is_named(data: Data) -> None:
    data.recode(f"{DECK}/contract.yml", lambda raw: raw.replace(b"series: deck", b"serie: deck"))
    columns = {problem.column for problem in data.problems() if problem.file == f"{DECK}/contract.yml"}
    assert {"series", "serie"} <= columns


def test_a_broken_yaml_file_is_named_with_its_line(data: Data) -> None:
    data.recode(f"{DECK}/contract.yml", lambda raw: b"a: [1\nb: 2\n")
    (problem,) = [problem for problem in data.problems() if problem.file == f"{DECK}/contract.yml"]
    assert problem.row >= 1


def test_two_sources_may_not_share_a_key(data: Data) -> None:
    data.recode("sources/mx_ogp_pages/contract.yml", lambda raw: raw.replace(b"key: mx-ogp-pages", b"key: deck-2021-05-31"))
    assert "duplicate-key" in {problem.code for problem in data.problems()}


def test_a_pipe_in_place_of_a_table_is_refused_at_once(data: Data) -> None:
    data.path(COCREATED).unlink()
    os.mkfifo(data.path(COCREATED))
    assert ("unreadable", COCREATED) in {(problem.code, problem.file) for problem in data.problems()}


def test_a_repeated_key_of_a_contract_is_refused(data: Data) -> None:
    data.recode(f"{DECK}/contract.yml", lambda raw: raw + b"\nkey: other\n")
    (problem,) = [problem for problem in data.problems() if problem.file == f"{DECK}/contract.yml"]
    assert "repeated key" in problem.found


def test_a_file_that_no_contract_declares_is_refused(data: Data) -> None:
    data.path(f"{DECK}/copia.csv").write_text("a\n1\n", encoding="utf-8")
    assert ("undeclared-file", f"{DECK}/copia.csv") in {(problem.code, problem.file) for problem in data.problems()}


def test_a_table_that_cannot_be_read_does_not_bury_its_own_fault(data: Data) -> None:
    data.path(COCREATED).unlink()
    assert {problem.code for problem in data.problems()} == {"missing-file"}


SWAPS = [  # (table, two rows, column): the document's blocks hold each cell for its own row only
    (COCREATED, 2, 3, "nombre_corto", "not-in-document"),
    (COCREATED, 2, 4, "dependencia_responsable", "not-in-document"),
    (TOPICS, 2, 3, "problema", "not-in-document"),
    (TOPICS, 2, 3, "fecha_escrita", "not-in-document"),
    (f"{DECK}/fundadores.csv", 4, 5, "pais", "label"),
    (f"{DECK}/estados.csv", 4, 5, "estado", None),
    (f"{DECK}/informe-sombra.csv", 2, 5, "compromiso", "label"),
    (f"{DECK}/informe-sombra.csv", 5, 7, "conclusion", "code"),
    (f"{DECK}/cifras.csv", 2, 3, "valor", None),
]


@pytest.mark.parametrize(("table", "one", "other", "column", "code"), SWAPS)
def test_cells_swapped_between_rows_are_found(data: Data, table: str, one: int, other: int, column: str, code: str | None) -> None:
    rows = data.rows(table)
    at = rows[0].index(column)
    rows[one - 1][at], rows[other - 1][at] = rows[other - 1][at], rows[one - 1][at]
    data.write(table, rows)
    found = [problem for problem in data.problems() if problem.file == table]
    assert code == "code" or {problem.row for problem in found} & {one, other}  # a conclusion is held against its sentence's other rows
    assert code is None or code in {problem.code for problem in found}


def test_columns_swapped_within_a_table_row_are_found(data: Data) -> None:
    table = f"{DECK}/participantes.csv"
    rows = data.rows(table)
    men, women = rows[0].index("hombres"), rows[0].index("mujeres")
    data.write(table, [rows[0], *([*row[:men], row[women], *row[men + 1 : women], row[men], *row[women + 1 :]] for row in rows[1:])])
    assert "order-in-document" in {problem.code for problem in data.problems()}


def test_a_row_that_the_document_does_not_have_is_accepted_and_noted(data: Data) -> None:
    rows = data.rows(COCREATED)
    data.write(COCREATED, [*rows, ["14", *rows[1][1:3], "Un compromiso más", *rows[1][4:]]])
    notes = [note for note in data.map().build.problems.notes if note.file == f"{COCREATED}:8"]
    assert len(notes) == 1


def test_blocks_of_the_document_are_compared_however_they_are_spaced(data: Data) -> None:
    rows = data.rows(f"{DECK}/coverage.csv")
    data.write(f"{DECK}/coverage.csv", [rows[0], *([*row[:2], f" {row[2]} ".replace(" ", "  "), *row[3:]] for row in rows[1:])])
    assert data.problems() == []


@pytest.mark.parametrize(
    ("change", "row", "code"),
    [
        (lambda raw: raw.replace(b"\n2,paragraph,31 de mayo de 2021,,,document-title", b"\n2,paragraph,31 de mayo de 2021"), 3, "row-length"),
        (lambda raw: raw.replace(b"block,kind", b"block,sort"), 1, "unknown-column"),
        (lambda raw: raw + b'999,paragraph,"never closed,,,\n', None, "csv"),
        (lambda raw: raw.replace(b"31 de mayo", b"31 de may\xf3"), 3, "encoding"),
    ],
)
def test_faults_of_the_file_that_walks_the_document_are_named(data: Data, change, row: int | None, code: str) -> None:
    data.recode(f"{DECK}/coverage.csv", change)
    found = [problem for problem in data.problems() if problem.file == f"{DECK}/coverage.csv"]
    assert [problem.code for problem in found] == [code] and row in (None, found[0].row)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("=cmd|'/c calc'!A1", "formula"),
        ("<script>alert(1)</script>", "markup"),
        ("Gasto\u00a0abierto", "invisible-character"),
        ("Gasto\u200babierto", "invisible-character"),
        ("x" * 100_001, "length"),
    ],
)
def test_cells_that_no_table_should_hold(data: Data, text: str, code: str) -> None:
    data.set(COCREATED, 2, "nombre_corto", text)
    assert code in {problem.code for problem in data.problems() if problem.row == 2}


def test_losing_the_curated_decisions_is_no_silent_withdrawal(data: Data) -> None:
    import shutil

    (data.folder / "identifiers").mkdir(exist_ok=True)
    for kind, content in data.map().build.registry.serialized().items():
        (data.folder / "identifiers" / f"{kind}.csv").write_bytes(content)
    shutil.rmtree(data.path("curated"))
    assert {problem.code for problem in data.problems()} == {"mass-withdrawal"}
    mapped = pipeline.map_sources(data.folder, BASE, BuildSettings(), [], withdraw=True)
    assert len([line for line in mapped.graphs[""] if line.endswith("#Tombstone> .")]) > 400
