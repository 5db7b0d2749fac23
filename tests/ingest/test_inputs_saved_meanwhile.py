"""A table that somebody saves while a build runs is neither recorded as read nor published half."""

from __future__ import annotations

from pathlib import Path

import pytest

from commitments.release import current_release
from ingest import pipeline
from ingest.problems import SourceProblems
from ingest.starter import write_starter

BASE = "https://data.example.org/"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_starter(tmp_path / "data")
    return tmp_path / "data"


TABLE = "sources/zz_example_plan/commitments.csv"


def _save(data: Path) -> None:
    """Change a title, as an editor does."""
    path = data / TABLE
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Open the example council", "Open the example parliament"), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != text


def test_a_table_saved_after_it_was_read_is_read_by_the_next_build(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = pipeline.validate

    def validate(*arguments: object) -> object:
        found = plain(*arguments)
        _save(data)
        return found

    monkeypatch.setattr(pipeline, "validate", validate)
    first = pipeline.build(data, base=BASE)
    monkeypatch.undo()
    second = pipeline.build(data, base=BASE)
    assert (first.new, second.new) == (True, True)
    assert second.release_id != first.release_id
    assert pipeline.build(data, base=BASE).new is False


def test_a_table_saved_while_it_is_read_stops_the_build(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = pipeline.map_sources

    def map_sources(*arguments: object, **others: object) -> object:
        mapped = plain(*arguments, **others)
        _save(data)
        return mapped

    monkeypatch.setattr(pipeline, "map_sources", map_sources)
    with pytest.raises(SourceProblems) as raised:
        pipeline.build(data, base=BASE)
    (problem,) = raised.value
    assert problem.code == "file-changed" and problem.file == TABLE
    assert current_release(data / "releases") is None
    monkeypatch.undo()
    assert pipeline.build(data, base=BASE).new is True
