"""What the log of identifiers costs when a release is opened."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from sparql_api.identifiers import Identifiers
from tests.releases import REGISTRY, make_release


def test_a_large_log_is_read_line_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    minted = [(1, "mint", "passage", f"ogp-2016_commitments_{number:012x}", "", "2021-05-31", "build", "", "") for number in range(20_000)]
    monkeypatch.setitem(REGISTRY, "passage", minted)
    release = make_release(tmp_path / "releases")
    tracemalloc.start()
    try:
        identifiers = Identifiers(release)
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(identifiers.names()) > 20_000
    assert peak - kept < 2 * 2**20, "more than the keys themselves stood in memory"  # as a list of rows 5 MiB, read line by line 0.2
