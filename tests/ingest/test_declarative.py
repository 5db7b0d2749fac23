"""Tables that the contract alone maps: keys that are none, and rows without a column of their own for their key."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import pipeline
from ingest.problems import SourceProblems
from ingest.settings import BuildSettings
from ingest.starter import write_starter
from tests.ingest.conftest import BASE

TOPICS = """
  topics:
    title: {en: Topics, es: Temas}
    row_key: label
    columns:
      code: {kind: curated}
      label: {kind: verbatim, required: true}
    record: {kind: concept, scheme: zz-topic, key: "{code}", classes: ["skos:Concept"], label: {en: "{label}"}}
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    write_starter(tmp_path / "data")
    return tmp_path / "data" / "sources" / "zz_example_plan"


def _map(source: Path) -> pipeline.Mapped:
    return pipeline.map_sources(source.parents[1], BASE, BuildSettings(), [])


def test_a_concept_without_a_code_does_not_become_its_scheme(source: Path) -> None:
    contract = source / "contract.yml"
    contract.write_text(contract.read_text(encoding="utf-8") + TOPICS, encoding="utf-8")
    (source / "topics.csv").write_text("code,label\na,First\n,Second\nx/y?z,Third\n", encoding="utf-8")
    with pytest.raises(SourceProblems) as error:
        _map(source)
    assert [(problem.row, problem.code) for problem in error.value] == [(3, "key"), (4, "key")]


def test_an_address_that_is_none_is_shown_as_it_is_written(source: Path) -> None:
    contract = source / "contract.yml"
    contract.write_text(contract.read_text(encoding="utf-8") + TOPICS.replace("concept, scheme: zz-topic", "iri"), encoding="utf-8")
    (source / "topics.csv").write_text("code,label\nnowhere,First\n", encoding="utf-8")
    with pytest.raises(SourceProblems) as error:
        _map(source)
    assert [(problem.row, problem.found) for problem in error.value] == [(2, "nowhere")]


def test_a_row_may_be_named_by_the_hash_of_its_cells(source: Path) -> None:
    contract = source / "contract.yml"
    text = contract.read_text(encoding="utf-8")
    assert "row_key: number" in text
    contract.write_text(text.replace("row_key: number", "row_key: hash"), encoding="utf-8")
    passages = [line for line in _map(source).graphs["zz-example-plan"] if line.startswith(f"<{BASE}id/passage/zz-example-plan_commitments_")]
    assert {len(line.split(">")[0].rpartition("_")[2]) for line in passages} == {12}
