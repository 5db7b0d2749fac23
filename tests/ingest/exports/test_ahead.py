"""The texts of a large export are cleaned by a process of its own: the same statements and reports, and a clear error where it dies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ingest.apart import ProcessFailed
from ingest.cleaning.language import Expected
from ingest.mappings.ogp_export import ahead
from ingest.mappings.ogp_export.ahead import Ahead, texts_of_rows
from ingest.mappings.ogp_export.texts import cleaned
from ingest.places import Places
from ingest.readers import Row
from ingest.reading_progress import Reading
from tests.ingest.exports.made import row, write
from tests.ingest.exports.mapping import map_exports

EDITION = "ogp-2016-11-30"
LONG = "La secretaría publicará cada año los contratos de obra con sus montos y plazos, y responderá por escrito a quien pregunte. " * 3
ROWS = [
    *(row("Mexico", "9", str(number), f"{LONG[:60]} {number}") | {"Full Text": f"{LONG} {number}"} for number in range(1, 40)),
    row("Kenya", "2", "1", "Open budget") | {"Full Text": f"{LONG}<br/>Write to ana@example.org, Tel. +254 20 555 0123"},
    row("Kenya", "2", "2", "Open budget again") | {"Full Text": "NR"},
    row("Nowhere at all", "2", "3", "Lost") | {"Full Text": LONG},
    row("Kenya", "2", "4", LONG[:90]) | {"Full Text": LONG, "Short Title": LONG[:90]},
]  # fmt: skip


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return write(tmp_path / "rows.csv", "ogp-2016", ROWS)


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "LARGE", 0)
    monkeypatch.setattr(ahead, "cores", lambda: 2)


def test_the_process_changes_nothing_but_the_time(reference: Path, export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = map_exports(reference, f"{EDITION}={export}").bytes()
    found = []
    monkeypatch.setattr(ahead, "LARGE", 0)
    monkeypatch.setattr(ahead, "cores", lambda: 2)
    find = Ahead.find
    monkeypatch.setattr(Ahead, "find", lambda self, cell, region: found.append(find(self, cell, region)) or found[-1])
    assert map_exports(reference, f"{EDITION}={export}").bytes() == alone
    assert sum(entry is not None for entry in found) > 40  # it was asked, and had the answers
    assert alone == map_exports(reference, f"{EDITION}={export}").bytes()


def test_a_small_export_and_a_single_core_start_no_process(reference: Path, export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(ahead, "Stream", refuse)
    map_exports(reference, f"{EDITION}={export}")
    monkeypatch.setattr(ahead, "LARGE", 0)
    monkeypatch.setattr(ahead, "cores", lambda: 1)
    map_exports(reference, f"{EDITION}={export}")


def die(*_arguments: Any) -> Iterator[Any]:
    yield Expected()
    os._exit(9)


def say_nothing_of_rows(*arguments: Any) -> Iterator[Any]:
    yield next(texts_of_rows(*arguments))


def test_a_process_that_dies_is_an_error(reference: Path, export: Path, large: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "texts_of_rows", die)
    with pytest.raises(ProcessFailed, match=r"test_ahead\.die ended with 9"):
        map_exports(reference, f"{EDITION}={export}")


def test_what_the_process_did_not_see_is_cleaned_all_the_same(reference: Path, export: Path, large: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the file became another between two readings; that itself is found by the passes over it."""
    helped = map_exports(reference, f"{EDITION}={export}").bytes()
    monkeypatch.setattr(ahead, "texts_of_rows", say_nothing_of_rows)
    assert map_exports(reference, f"{EDITION}={export}").bytes() == helped


def test_the_process_is_ended_where_the_mapping_is(reference: Path, export: Path, large: None, monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    monkeypatch.setattr(ahead, "Stream", lambda *arguments, stream=ahead.Stream: started.append(stream(*arguments)) or started[-1])

    def fail(*_arguments: Any) -> Iterator[Row]:
        yield from list(_arguments[2])[:1]
        raise OSError("gone")

    monkeypatch.setattr(Reading, "of", lambda self, path, rows, passes=1: fail(self, path, rows) if passes == 2 else rows)
    with pytest.raises(OSError, match="gone"):
        map_exports(reference, f"{EDITION}={export}")
    assert [stream._process.returncode is not None for stream in started] == [True]


def test_a_cell_is_found_by_all_of_its_text_and_its_region_only() -> None:
    known = {("a text", "MX"): (cleaned("a text", "MX"), None)}
    table: Any = SimpleNamespace(columns={})
    mapping = Ahead(Places(), table)
    mapping._rows, mapping._next = iter([(3, known), (7, {})]), (0, {})
    reader: Any = None
    for number, found in ((2, False), (3, True), (4, False), (7, False), (9, False)):
        mapping.turn_to(Row(reader, number, {}))
        assert (mapping.find("a text", "MX") is not None) is found
        assert mapping.find("a text", "US") is None and mapping.find("a text ", "MX") is None
