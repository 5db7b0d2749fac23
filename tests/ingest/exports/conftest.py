"""Data folders for made-up exports."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.exports.mapping import reference_data


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the reference tables alone; read it, never change it."""
    return reference_data(tmp_path_factory.mktemp("reference") / "data")


@pytest.fixture
def own_data(tmp_path: Path) -> Path:
    """The same for a test that keeps identifiers in it."""
    return reference_data(tmp_path / "data")
