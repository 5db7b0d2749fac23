"""Imports go one way (blueprint section 8): read from the syntax trees, so that an import inside a function counts too."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGES = ("commitments", "ontology", "shapes", "ingest", "sparql_api")
# The command itself: may import everything, and nothing else may import it.
TOP = ("commitments.__main__", "commitments.explaining", "commitments.verbs")

# What each package may import of ours besides itself. Of `commitments` only the bottom modules, never the top one.
ALLOWED = {
    "ontology": set(),
    "shapes": {"ontology", "commitments"},
    "ingest": {"ontology", "shapes", "commitments"},
    "sparql_api": {"ontology", "shapes", "commitments"},
    "commitments": set(),
}
# The engines of SHACL are used by one package; everyone else asks `shapes`.
ONLY_IN = {"pyshacl": "shapes", "shifty": "shapes"}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(source: str, module: str, *, is_package: bool) -> Iterator[str]:
    """Full names of all modules (or of the things in them) that a source text imports, anywhere in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = module.split(".") if is_package else module.split(".")[:-1]
                base = ".".join([*package[: len(package) - node.level + 1], *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and _imports_by_name(node.func) and node.args:
            argument = node.args[0]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value
            elif isinstance(argument, ast.JoinedStr) and isinstance(argument.values[0], ast.Constant):
                yield str(argument.values[0].value)


def _imports_by_name(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in ("import_module", "__import__")


def _is_top(module: str) -> bool:
    return any((module + ".").startswith(top + ".") for top in TOP)


def faults(source: str, module: str, *, is_package: bool = False) -> list[str]:
    package = module.split(".")[0]
    found = []
    for name in imported(source, module, is_package=is_package):
        target = name.split(".")[0]
        if not _is_top(module) and target in PACKAGES and target != package and target not in ALLOWED[package]:
            found.append(f"{module} imports {name}: {package} may not import {target}")
        if not _is_top(module) and _is_top(name):
            found.append(f"{module} imports {name}: nothing may import the command")
        if target in ("tests", "benchmarks", "deploy"):
            found.append(f"{module} imports {name}: not part of the product")
        if target in ONLY_IN and package != ONLY_IN[target]:
            found.append(f"{module} imports {name}: only {ONLY_IN[target]} does")
    return found


def sources() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def test_imports_go_one_way() -> None:
    paths = sources()
    assert {path.relative_to(ROOT).parts[0] for path in paths} == set(PACKAGES)
    found = []
    for path in paths:
        found += faults(path.read_text(encoding="utf-8"), module_name(path), is_package=path.name == "__init__.py")
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("ontology.namespaces", "import shapes"),
        ("ontology.namespaces", "from commitments.release import Release"),
        ("shapes.report", "from ingest import problems"),
        ("ingest.pipeline", "def late():\n    from sparql_api.server import serve"),
        ("sparql_api.app", "import ingest.contract as contract"),
        ("sparql_api.routes.entity", "from importlib import import_module\nimport_module('ingest.contract')"),
        ("ingest.pipeline", "from commitments.__main__ import main"),
        ("ingest.pipeline", "from commitments import __main__"),
        ("sparql_api.app", "from commitments.verbs.build import build"),
        ("commitments.release", "from commitments import explaining"),
        ("commitments.console", "import ontology"),
        ("ingest.pipeline", "import pyshacl"),
        ("sparql_api.app", "from shifty import PreparedValidator"),
        ("ingest.pipeline", "from tests.releases import make_release"),
    ],
)
def test_a_planted_import_is_refused(module: str, source: str) -> None:
    assert faults(source, module)


def test_the_wheel_lists_the_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == set(PACKAGES)


def test_no_other_code_folder() -> None:
    """Folders with Python files at the top of the checkout: the packages, the tests, and what may stand beside them."""
    folders = [folder for folder in ROOT.iterdir() if folder.is_dir() and not folder.name.startswith(".")]
    code = {folder.name for folder in folders if next(folder.rglob("*.py"), None)}
    assert code - {"build", "dist"} <= {*PACKAGES, "tests", "benchmarks", "deploy", "docs"}
