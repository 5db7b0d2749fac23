"""What `commitments serve` says when it is ready."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from commitments.release import Release
from sparql_api.announcement import TEXTS, announcement
from sparql_api.engine import EngineStatus
from sparql_api.settings import Settings
from tests.releases import make_release


class Engine:
    """As much of one as is announced."""

    def __init__(self, release: Release, triples: int = 0) -> None:
        self.release = release
        self._triples = triples

    def status(self) -> EngineStatus:
        return EngineStatus(triples=self._triples)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("releases"), "https://data.example.org/abierto/")


def said(release: Release, language: str, triples: int = 4321, **settings: Any) -> str:
    return announcement(Settings(**settings), Engine(release, triples), language)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["es", "en"])
def test_it_says_what_is_served_within_which_limits_and_where(release: Release, language: str) -> None:
    text = said(release, language, query_seconds=7.5, query_memory=300, query_places=9, query_slow_places=3, query_queue=11, query_wait=2.5)
    for expected in ("7.5 s, 300 MiB", "9", "3", "11", "2.5 s", "4321", "timeout", "maxrows", "100000", "1000000", "/metrics", "/health/ready", release.id):
        assert expected in text, expected
    assert text.splitlines()[-1].endswith("http://localhost:8000/abierto/"), "the address comes last"


def test_languages_differ_in_every_sentence(release: Release) -> None:
    for texts in TEXTS.values():
        assert texts["es"] and texts["en"] and texts["es"] != texts["en"]
    spanish, english = said(release, "es").splitlines(), said(release, "en").splitlines()
    assert len(spanish) == len(english) and not set(spanish) & set(english)


def test_row_limit_engine_log_and_metrics_are_those_of_the_settings(release: Release, tmp_path: Path) -> None:
    plain = said(release, "en")
    assert "any number of rows" in plain and "in memory" in plain and "JSON on standard error." in plain and "/metrics: this machine only" in plain
    other = said(
        release, "en", query_rows=500, engine="disk", stores=tmp_path, log_queries=True, log_clients=True, metrics="10.0.0.0/8",
    )  # fmt: skip
    assert "500 rows" in other and "on disk" in other and "with queries, with addresses of clients" in other and "/metrics: 10.0.0.0/8" in other
    assert "Request log: none" in said(release, "en", access_log=False)


def test_a_remote_engine_is_named_without_its_secrets(release: Release) -> None:
    text = said(release, "en", triples=0, engine="https://someone:secret@engine.example.org:8443/query?key=hidden")
    assert "remote, at engine.example.org." in text and "secret" not in text and "hidden" not in text and " 0 triples" not in text


def test_a_wide_service_is_said_to_be_one(release: Release) -> None:
    text = said(release, "en", hosts=("0.0.0.0", "::"))
    assert "reachable from other machines" in text and text.splitlines()[-1].endswith("http://0.0.0.0:8000/abierto/")
