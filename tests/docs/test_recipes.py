"""The README's recipes, cut out and run as they stand against the running service, answer their questions exactly."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, needs_program
from tests.docs.documents import Recipe, recipes
from tests.questions.answers import Table, _row, question

PUBLISHED = "http://localhost:8000/"
PROGRAMS = {"sh": ("bash", "bash", ["-euo", "pipefail", "-c"]), "r": ("Rscript", "r-base-core", ["-e"]), "python": (None, None, ["-c"])}


def run(recipe: Recipe, server: str, folder: Path) -> Table:
    """The table that the recipe prints. Only the address of the service is another: the tests' server has its own port."""
    text = recipe.text.replace(PUBLISHED, server)
    name, package, options = PROGRAMS[recipe.language]
    program = sys.executable if name is None else needs_program(name, package)
    if recipe.language == "sh":
        needs_program("curl")
    (folder / "ontology").symlink_to(ROOT / "ontology")  # recipes run where the checkout's files are
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [program, *options, text], cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False
    )
    assert done.returncode == 0, f"{recipe.text}\n{done.stdout}\n{done.stderr}"
    columns, *rows = [row for row in csv.reader(done.stdout.splitlines()) if row]
    return tuple(columns), [_row(columns, row) for row in rows]


def test_there_are_five_recipes() -> None:
    found = recipes()
    assert len(found) == 5
    assert {recipe.language for recipe in found} == {"sh", "python", "r"}
    text = "\n".join(recipe.text for recipe in found)
    assert all(word in text for word in ("curl", "SPARQLWrapper", "pandas", "read.csv", "/dumps/"))


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: f"{recipe.question}-{recipe.language}")
def test_a_recipe_answers_its_question(server: str, tmp_path: Path, recipe: Recipe) -> None:
    assert run(recipe, server, tmp_path) == question(recipe.question).expected
