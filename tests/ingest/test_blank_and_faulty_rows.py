"""A blanked column and a row with refused cells: named, never a crash, whichever table it is."""

from __future__ import annotations

import pytest

from tests.ingest.conftest import DECK, Data


@pytest.mark.parametrize(
    ("table", "column"),
    [
        (f"{DECK}/participantes.csv", "hombres"),
        (f"{DECK}/planes.csv", "inicio"),
        (f"{DECK}/momentos.csv", "fecha"),
        (f"{DECK}/compromisos-locales.csv", "avance"),
        (f"{DECK}/informe-sombra.csv", "impacto"),
        ("sources/mx_ogp_pages/commitments.csv", "title_en"),
        ("reference/organizations.csv", "parent"),
        ("curated/years.csv", "weekday"),
    ],
)
def test_a_blanked_optional_column_is_named(data: Data, table: str, column: str) -> None:
    rows = data.rows(table)
    index = rows[0].index(column)
    data.write(table, [rows[0], *([*row[:index], "", *row[index + 1 :]] for row in rows[1:])])
    assert ("filled-count", table, column) in {(problem.code, problem.file, problem.column) for problem in data.problems()}


@pytest.mark.parametrize(
    ("table", "row", "column"),
    [
        (f"{DECK}/cifras.csv", 2, "sobre_tipo"),
        ("sources/mx_ogp_pages/commitments.csv", 2, "ogp_id"),
        ("sources/mx_ogp_pages/figures.csv", 2, "about_kind"),
        ("reference/mx-entities.csv", 2, "inegi"),
        ("reference/organizations.csv", 9, "key"),
        ("reference/organizations.csv", 9, "class"),
        ("reference/organizations.csv", 9, "kind"),
        ("curated/identity.csv", 2, "authority"),
        ("curated/identity.csv", 2, "key"),
        ("curated/years.csv", 2, "property"),
        ("curated/links-out.csv", 2, "kind"),
        ("curated/candidates.csv", 2, "relation"),
    ],
)
def test_a_missing_value_that_the_mapping_needs_is_named(data: Data, table: str, row: int, column: str) -> None:
    data.set(table, row, column, "")
    assert ("required", table, row, column) in {(problem.code, problem.file, problem.row, problem.column) for problem in data.problems()}


@pytest.mark.parametrize(
    ("table", "column", "one", "other", "code"),
    [(f"{DECK}/estados.csv", "estado", 2, 3, "label"), (f"{DECK}/cifras.csv", "valor", 2, 3, "number")],
)
def test_cells_swapped_between_rows_are_named(data: Data, table: str, column: str, one: int, other: int, code: str) -> None:
    rows = data.rows(table)
    index = rows[0].index(column)
    rows[one - 1][index], rows[other - 1][index] = rows[other - 1][index], rows[one - 1][index]
    data.write(table, rows)
    assert {(problem.row, problem.code) for problem in data.problems()} == {(one, code), (other, code)}


def test_a_spelling_of_two_bodies_is_named(data: Data) -> None:
    rows = data.rows("reference/organizations.csv")
    index = rows[0].index("also_written")
    row = next(number for number, cells in enumerate(rows, start=1) if cells[0] == "mx-fundar")
    data.set("reference/organizations.csv", row, "also_written", "Transparencia Mexicana")
    assert rows[row - 1][index] != "Transparencia Mexicana"
    clashes = [problem for problem in data.problems() if problem.code == "ambiguous-name"]
    assert len(clashes) == 1 and "mx-fundar" in clashes[0].message("en")
