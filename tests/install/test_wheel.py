"""The wheel, installed in a fresh environment in another folder: everything but `data/` is in it, and it works there.

Libraries come from the environment the tests run in (PYTHONPATH), so nothing is downloaded; the product's own packages
can come from the wheel only, because an editable installation is not seen through PYTHONPATH.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import httpx
import pytest

from commitments import __version__
from tests.conftest import ROOT
from tests.product import free_port, wait_until_ready

PACKAGES = {"commitments", "ontology", "shapes", "ingest", "sparql_api"}
PLANS = """
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX ogcm: <https://w3id.org/ogcm/def#>
SELECT ?number ?title WHERE { ?plan a ogcm:ActionPlan ; ogcm:number ?number ; dct:title ?title }
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--no-deps", "--no-index", "--no-build-isolation", "--quiet", "--disable-pip-version-check"]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", str(folder), str(ROOT)], check=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def home(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder whose `env` is a virtual environment with the wheel in it."""
    folder = tmp_path_factory.mktemp("otra máquina")
    environment = folder / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    options = ["--no-deps", "--no-index", "--quiet", "--disable-pip-version-check"]
    subprocess.run([sys.executable, "-m", "pip", "--python", str(environment / "bin" / "python"), "install", *options, str(wheel)], check=True)
    return folder


def surroundings() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": sysconfig.get_paths()["purelib"], "LC_ALL": "C"}


def commitments(home: Path, *arguments: str) -> str:
    """What the installed command prints."""
    done = subprocess.run(
        [str(home / "env" / "bin" / "commitments"), *arguments], cwd=home, env=surroundings(), capture_output=True, text=True, encoding="utf-8",
        timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def data(home: Path) -> Path:
    """A starter data folder with its release built, by the installed command alone."""
    commitments(home, "init", "mis datos")
    commitments(home, "--data", "mis datos", "build")
    return home / "mis datos"


def test_everything_that_is_read_at_run_time_is_in_the_wheel(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {Path(name).suffix for name in wanted} >= {".py", ".ttl", ".rq", ".ftl", ".html", ".css", ".csv", ".yml", ".json"}
    assert not wanted - inside


def test_nothing_else_is_in_the_wheel(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    information = f"open_commitments-{__version__}.dist-info"
    assert {name.split("/")[0] for name in names} == PACKAGES | {information}
    assert f"{information}/licenses/LICENSE" in names


def test_the_packages_come_from_the_wheel(home: Path) -> None:
    program = f"import importlib\nfor name in {sorted(PACKAGES)}: print(importlib.import_module(name).__file__)"
    done = subprocess.run([str(home / "env" / "bin" / "python"), "-c", program], cwd=home, env=surroundings(), capture_output=True, text=True, check=True)
    assert done.stdout.count("site-packages") == len(PACKAGES)
    assert str(ROOT) not in done.stdout


def test_a_starter_folder_builds_without_a_violation(home: Path, data: Path) -> None:
    manifest = json.loads((data / "releases" / "current" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["severities"]["Violation"] == 0
    outcome = json.loads(commitments(home, "build", "--data", "mis datos", "--json"))
    assert outcome["release"] == manifest["id"] and outcome["new"] is False


def test_a_starter_folder_can_be_asked(home: Path, data: Path) -> None:
    answer = commitments(home, "query", "--data", "mis datos", "--format", "csv", PLANS)
    assert list(csv.reader(answer.splitlines())) == [["number", "title"], ["1", "First example action plan"]]


def test_a_starter_folder_is_served(home: Path, data: Path) -> None:
    port = free_port()
    log = home / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(home / "env" / "bin" / "commitments"), "serve", "--data", "mis datos", "--port", str(port)],
            cwd=home, env=surroundings(), stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        wait_until_ready(process, f"http://127.0.0.1:{port}/", log)
        page = httpx.get(f"http://127.0.0.1:{port}/doc/commitment/ZZ-1-01", headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert "Publish the example budget" in page.text
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_a_folder_with_something_in_it_is_left_alone(home: Path, data: Path) -> None:
    before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file() and not path.is_symlink()}
    done = subprocess.run([str(home / "env" / "bin" / "commitments"), "init", "mis datos"], cwd=home, env=surroundings(), capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert "not empty" in done.stderr
    assert {path: path.read_bytes() for path in data.rglob("*") if path.is_file() and not path.is_symlink()} == before
