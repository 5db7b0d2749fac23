"""`git pull` into a checkout where people added a source of their own: nothing of theirs is lost, both sides' keys stand."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from commitments.release import all_releases
from ingest.starter import write_starter
from tests.conftest import ROOT, needs_program
from tests.product import build

OWN = "zz_second_plan"


def git(folder: Path, *arguments: str) -> None:
    identity = {f"GIT_{role}_{part}": "tests@localhost" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder.parent), "GIT_CONFIG_NOSYSTEM": "1", **identity}
    subprocess.run([needs_program("git"), *arguments], cwd=folder, env=environment, check=True, capture_output=True)


def keys(data: Path, kind: str) -> list[str]:
    with (data / "identifiers" / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        return [row["key"] for row in csv.DictReader(file)]


def add_commitment(data: Path, source: str, plan: str, number: int, title: str) -> None:
    with (data / "sources" / source / "commitments.csv").open("a", encoding="utf-8") as table:
        table.write(f'{plan},{number},{number},{title},,proactive,"Commitments, row {number}"\n')


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    """A repository with the starter data, its registry and the project's git settings."""
    repository = tmp_path / "upstream"
    write_starter(repository / "data")
    for name in (".gitignore", ".gitattributes"):
        shutil.copy2(ROOT / name, repository / name)
    build(repository / "data")
    git(repository, "init", "--quiet", "--initial-branch=main")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message=Starter")
    return repository


def test_pulling_keeps_sources_registry_and_releases(upstream: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    git(tmp_path, "clone", "--quiet", str(upstream), str(mine))
    data = mine / "data"
    assert not (data / "releases").exists()  # releases are not in git
    example, own = data / "sources" / "zz_example_plan", data / "sources" / OWN
    shutil.copytree(example, own)
    for path in own.iterdir():
        text = path.read_text(encoding="utf-8").replace("ZZ-1", "ZZ-2").replace("zz-example-plan", "zz-second-plan").replace("_example", "_second")
        path.write_text(text, encoding="utf-8")
    published = build(data)
    git(mine, "add", "--all")
    git(mine, "commit", "--quiet", "--message=A source of our own")

    add_commitment(upstream / "data", "zz_example_plan", "ZZ-1", 3, "Publish the example contracts")
    build(upstream / "data")
    git(upstream, "commit", "--quiet", "--all", "--message=One more commitment")

    git(mine, "pull", "--quiet", "--no-rebase", "--no-edit")
    merged = keys(data, "commitment")
    assert sorted(merged) == sorted(set(merged))
    assert {"ZZ-1-01", "ZZ-1-03", "ZZ-2-01"} <= set(merged)
    newest = build(data)
    assert {published.id, newest.id} == {release.id for release in all_releases(data / "releases")}
    assert keys(data, "commitment") == sorted(merged)
    statements = newest.file("commitments.nt").read_text(encoding="utf-8")
    assert "/id/commitment/ZZ-1-03>" in statements and "/id/commitment/ZZ-2-01>" in statements
