"""`deployment.yml`: what an operator writes is taken as it stands, or refused with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.problems import SourceProblems
from ingest.settings import load_settings


@pytest.mark.parametrize(
    ("text", "row", "says"),
    [
        ("- publisher: x\n", 0, "settings by name"),
        ("publisher", 0, "settings by name"),
        ("publisher: a\nlicence: https://example.org/\npublisher: b\n", 3, "repeated key 'publisher'"),
        ("publisher: [a\nb: c\n", 2, "valid YAML"),
        ("publisher: 2021-13-45\n", 0, "month must be in 1..12"),
        ("? [a]\n: b\n", 1, "unhashable"),
        ("1: b\n", 0, "valid settings"),
        ("surprise: b\n", 0, "surprise"),
        ("publisher: " + "[" * 20_000, 0, "fewer levels"),
    ],
    ids=["list", "text", "repeated", "broken", "no-day", "list-as-key", "number-as-key", "unknown", "deep"],
)
def test_what_is_no_setting_is_named(tmp_path: Path, text: str, row: int, says: str) -> None:
    (tmp_path / "deployment.yml").write_text(text, encoding="utf-8")
    with pytest.raises(SourceProblems) as refused:
        load_settings(tmp_path)
    (problem,) = refused.value
    assert (problem.file, problem.row, problem.code) == ("deployment.yml", row, "settings")
    assert says in problem.message("en") and problem.message("es") != problem.message("en")


@pytest.mark.parametrize("text", ["", "# nothing decided yet\n", "publisher: A council\n"])
def test_settings_may_be_few(tmp_path: Path, text: str) -> None:
    (tmp_path / "deployment.yml").write_text(text, encoding="utf-8")
    assert load_settings(tmp_path).publisher == ("A council" if "publisher" in text else "")
