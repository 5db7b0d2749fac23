"""A copy of the project's data that a test may spoil, and what the build says about it."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest import pipeline
from ingest.pipeline import Mapped
from ingest.problems import Problem, SourceProblems
from ingest.settings import BuildSettings

BASE = "https://data.example.org/"
DECK = "sources/mx_ogp_deck"


class Data:
    """A data folder in the making; `table` paths are relative to it."""

    def __init__(self, folder: Path):
        self.folder = folder

    def path(self, table: str) -> Path:
        return self.folder / table

    def rows(self, table: str) -> list[list[str]]:
        with self.path(table).open(encoding="utf-8", newline="") as stream:
            return list(csv.reader(stream))

    def write(self, table: str, rows: list[list[str]]) -> None:
        with self.path(table).open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(rows)

    def set(self, table: str, row: int, column: str, text: str) -> None:
        """Change one cell; `row` as a spreadsheet program numbers it."""
        rows = self.rows(table)
        rows[row - 1][rows[0].index(column)] = text
        self.write(table, rows)

    def recode(self, table: str, change: Callable[[bytes], bytes]) -> None:
        self.path(table).write_bytes(change(self.path(table).read_bytes()))

    def map(self) -> Mapped:
        return pipeline.map_sources(self.folder, BASE, BuildSettings(), [])

    def problems(self) -> list[Problem]:
        """What stops the build; empty when nothing does."""
        try:
            self.map()
        except SourceProblems as error:
            return list(error)
        return []


@pytest.fixture
def data(tmp_path: Path, root: Path) -> Data:
    folder = tmp_path / "data"
    shutil.copytree(root / "data", folder, ignore=shutil.ignore_patterns("releases"))
    return Data(folder)


@pytest.fixture(scope="session")
def mapped(root: Path) -> Mapped:
    """The project's own data, mapped once."""
    return pipeline.map_sources(root / "data", BASE, BuildSettings(), [])
