"""data/README.md says the same in both languages, and what it names exists."""

from __future__ import annotations

import re

from tests.data.tables import DATA, FOLDERS, contract

TEXT = (DATA / "README.md").read_text(encoding="utf-8")
SPANISH, ENGLISH = TEXT.split("\n## English\n")


def test_paths_exist() -> None:
    named = set(re.findall(r"`((?:sources|reference|curated)/[\w./-]*)`", TEXT)) | set(re.findall(r"data/([\w/]+)`", TEXT))
    assert len(named) >= 6
    assert [name for name in sorted(named) if not (DATA / name).exists()] == []


def test_every_folder_and_kind_is_explained_in_both_languages() -> None:
    kinds = {column.kind for folder in FOLDERS for table in contract(folder).tables.values() for column in table.columns.values()}
    for half in (SPANISH, ENGLISH):
        assert [folder for folder in FOLDERS if f"`{folder}/`" not in half] == []
        assert {kind for kind in kinds if f"**{kind}**" in half} == kinds


def test_both_halves_have_the_same_parts() -> None:
    assert len(re.findall(r"^### ", SPANISH, re.MULTILINE)) == len(re.findall(r"^### ", ENGLISH, re.MULTILINE))
    assert len(re.findall(r"^- ", SPANISH, re.MULTILINE)) == len(re.findall(r"^- ", ENGLISH, re.MULTILINE))
    code = re.compile(r"`([^`]+)`")
    spanish, english = set(code.findall(SPANISH)), set(code.findall(ENGLISH))
    assert {text for text in spanish ^ english if not re.search(r"A{2}|Y{2}|-19", text)} == set()


def test_columns_named_exist() -> None:
    columns = {name for folder in FOLDERS for table in contract(folder).tables.values() for name in table.columns}
    for name in ("lugar", "place", "sobre", "rol", "also_written", "clave", "key", "class", "curator", "cota"):
        assert f"`{name}`" in TEXT and name in columns, name
