"""Answers follow the data: a 14th commitment changes them, and another BASE changes none."""

from __future__ import annotations

import csv
from pathlib import Path

import pyoxigraph
import pytest

from tests.product import build, copy_data
from tests.questions.answers import QUESTIONS, Question, ask_pyoxigraph, load_pyoxigraph, question

OTHER_BASE = "https://datos.example.org/gobierno-abierto/"
TITLE = "Presupuestos abiertos para la atención a la salud"
each_question = pytest.mark.parametrize("item", QUESTIONS, ids=lambda item: item.name)


def add_commitment_14(data: Path) -> None:
    """One more row in the table of proactive commitments, as a person would add it in a spreadsheet program."""
    table = data / "sources" / "mx_ogp_deck" / "compromisos-proactivos.csv"
    with table.open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    row = {
        "numero": "14", "tema": "Salud", "tema_codigo": "salud", "nombre_corto": TITLE,
        "dependencia_responsable": "Secretaría de Salud\nSecretaría de Hacienda y Crédito Público",
        "oscs_corresponsables": "Fundar,\nTransparencia Mexicana", "lugar": "Compromisos (proactivos), fila 14",
    }  # fmt: skip
    with table.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, columns, lineterminator="\n").writerow(row)


@pytest.fixture(scope="module")
def store_with_14(tmp_path_factory: pytest.TempPathFactory) -> pyoxigraph.Store:
    data = copy_data(tmp_path_factory.mktemp("fourteen") / "data")
    add_commitment_14(data)
    return load_pyoxigraph(build(data).everything)


@pytest.fixture(scope="module")
def store_of_other_base(tmp_path_factory: pytest.TempPathFactory) -> pyoxigraph.Store:
    data = copy_data(tmp_path_factory.mktemp("base") / "data")
    return load_pyoxigraph(build(data, OTHER_BASE).everything)


def test_14th_commitment_is_listed(store_with_14: pyoxigraph.Store) -> None:
    columns, rows = question("S01").expected
    assert ask_pyoxigraph(store_with_14, question("S01").query) == (columns, [*rows, ("14", TITLE, "Salud", "proactive")])


def test_14th_commitment_is_counted(store_with_14: pyoxigraph.Store) -> None:
    """S07: one more agency (SHCP answers for nothing else by name), no new CSO, two more links of either kind."""
    columns, (before,) = question("S07").expected
    agencies, csos, agency_links, cso_links = (int(cell) for cell in before)
    after = (str(agencies + 1), str(csos), str(agency_links + 2), str(cso_links + 2))
    assert ask_pyoxigraph(store_with_14, question("S07").query) == (columns, [after])


def test_14th_commitment_joins_its_actors(store_with_14: pyoxigraph.Store) -> None:
    """S10: the pair Fundar - Transparencia Mexicana now meets three times."""
    columns, ((one, other, numbers),) = question("S10").expected
    after = (one, other, " ".join(sorted([*numbers.split(), "14"])))
    assert ask_pyoxigraph(store_with_14, question("S10").query) == (columns, [after])


@each_question
def test_other_base_same_rows(item: Question, store_of_other_base: pyoxigraph.Store) -> None:
    assert ask_pyoxigraph(store_of_other_base, item.query) == item.expected


def test_other_base_is_used(store_of_other_base: pyoxigraph.Store) -> None:
    asked = f"ASK {{ <{OTHER_BASE}id/commitment/MX-4-01> a <https://w3id.org/ogcm/def#Commitment> }}"
    assert bool(store_of_other_base.query(asked))
    assert not bool(store_of_other_base.query('ASK { ?s ?p ?o FILTER(STRSTARTS(STR(?s), "http://localhost")) }'))
