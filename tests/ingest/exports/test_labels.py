"""A label says in its tag which language it is in: what is composed of known words, and never of a title in another language."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.context import label_in
from tests.ingest.exports.made import row, write
from tests.ingest.exports.mapping import Result, last, map_exports

EDITION = "ogp-2016-11-30"
TITLE = "Acceso a la información pública sobre los servicios de salud del municipio"
RATED = {"Completion (progress report)": "Limited", "Completion (end of term)": "Complete", "Specificity": "c. high"}
ROWS = [
    row("Mexico", "9", "5", TITLE) | RATED,
    row("Mexico", "9", "6", "Six, the first") | RATED,
    row("Mexico", "9", "6", "Six, the second") | RATED,
    row("Mexico", "9", "", "Without a number") | RATED,
    row("Kenya", "9", '"1"', "Quoted") | RATED,
]  # fmt: skip


@pytest.fixture(scope="module")
def result(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Result:
    return map_exports(reference, f"{EDITION}={write(tmp_path_factory.mktemp('labels') / 'rows.csv', 'ogp-2016', ROWS)}")


def labels(result: Result, commitment: str) -> list[str]:
    graph = result[EDITION]
    return sorted(label for node in graph.where("ogcm:target", commitment.strip("<>")) for label in graph.objects(node, "rdfs:label"))


def test_an_assessment_is_named_by_plan_and_number_in_each_language(result: Result) -> None:
    assert labels(result, result[EDITION].commitment(TITLE)) == sorted(
        [
            '"Mexico, plan 9, commitment 5: completion (IRM progress report), limited"@en',
            '"México, plan 9, compromiso 5: cumplimiento (informe de avance del MRI), limitado"@es',
            '"Mexico, plan 9, commitment 5: completion (IRM end-of-term report), complete"@en',
            '"México, plan 9, compromiso 5: cumplimiento (informe final del MRI), completo"@es',
            '"Mexico, plan 9, commitment 5: specificity, high"@en',
            '"México, plan 9, compromiso 5: especificidad, alta"@es',
        ]
    )


def test_the_commitment_itself_is_named_by_its_title_in_the_title_s_language(result: Result) -> None:
    assert result[EDITION].objects(result[EDITION].commitment(TITLE), "rdfs:label") == [f'"{TITLE}"@es']


def test_where_a_row_stands_has_no_tag_where_the_edition_states_no_language(result: Result) -> None:
    passages = result[EDITION].instances("Passage")
    said = [text for passage in passages for name in ("ogcm:locator", "rdfs:label") for text in result[EDITION].objects(passage, name)]
    assert len(said) == 2 * len(ROWS) and all(text.endswith('"') for text in said)


@pytest.mark.parametrize("title", ["Six, the first", "Six, the second", "Without a number"])
def test_without_a_number_of_its_own_it_is_named_by_its_key(result: Result, title: str) -> None:
    commitment = result[EDITION].commitment(title)
    assert all(f" {last(commitment)}: " in label for label in labels(result, commitment))


def test_labels_keep_to_the_syntax(result: Result) -> None:
    assert any('commitment \\"1\\": specificity' in label for label in labels(result, result[EDITION].commitment("Quoted")))


def test_no_composed_label_holds_a_title_that_is_not_in_its_language(result: Result) -> None:
    for graph in (result[EDITION], result.view):
        for subject, said in graph.of.items():
            if "/id/commitment/" not in subject:
                assert not any(TITLE in label for label in said.get("http://www.w3.org/2000/01/rdf-schema#label", ())), subject


@pytest.mark.parametrize(
    ("language", "known", "kind", "expected"),
    [
        ("es", {"es": "Gasto abierto", "en": "Open budget"}, "commitment", "Gasto abierto"),
        ("en", {"es": "Gasto abierto"}, "commitment", "KEY"),
        ("en", {"": "MX0075"}, "identifier", "MX0075"),
        ("en", {"es": "Secretaría de Salud"}, "org", "Secretaría de Salud"),
        ("es", {"fr": "Ville"}, "area", "Ville"),
        ("es", {}, "org", "KEY"),
    ],
)
def test_what_a_label_calls_a_thing(language: str, known: dict[str, str], kind: str, expected: str) -> None:
    assert label_in(language, known, kind, "KEY") == expected
