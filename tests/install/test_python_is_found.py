"""`deploy/install.sh` on machines whose Python is old, absent, or lacks venv: one line that names the package."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from tests.install.checkout import copy_checkout, make, program_folder

OLD = 'case "$*" in *platform*) echo 3.9.2;; --version) echo Python 3.9.2;; *) exit 1;; esac'
NEW = f'exec {shlex.quote(sys.executable)} "$@"'
# Debian's Python without the package python3-venv: the module ensurepip is not there.
NO_VENV = f'case "$*" in *ensurepip*) exit 1;; esac\n{NEW}'
# Makes an environment that says it is complete, so that nothing is downloaded here.
VENV_ONLY = f'case "$*" in "-m venv"*) echo "venv by $0" >&2; exit 9;; esac\n{NEW}'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return copy_checkout(tmp_path / "Datos públicos")


@pytest.mark.parametrize(("locale", "words"), [("C", "is needed"), ("en_US.UTF-8", "is needed"), ("es_MX.UTF-8", "Se necesita")])
def test_an_old_python_is_refused_in_one_line(checkout: Path, tmp_path: Path, locale: str, words: str) -> None:
    path = program_folder(tmp_path / "bin", python3=OLD)
    done = make(checkout, "installed", environment={"PATH": str(path), "LC_ALL": locale})
    said = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert done.returncode != 0
    assert len(said) == 1, done.stderr
    assert words in said[0] and "3.9.2" in said[0] and "python3.11-venv" in said[0]
    assert not (checkout / ".venv").exists()


def test_no_python_at_all_is_said_in_one_line(checkout: Path, tmp_path: Path) -> None:
    done = make(checkout, "installed", environment={"PATH": str(program_folder(tmp_path / "bin"))})
    said = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert done.returncode != 0
    assert len(said) == 1 and "python3: none" in said[0]


@pytest.mark.parametrize(
    ("name", "package"), [("python3", "python3-venv"), ("python3_12", f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")]
)
def test_a_python_without_venv_names_the_package(checkout: Path, tmp_path: Path, name: str, package: str) -> None:
    path = program_folder(tmp_path / "bin", **{name: NO_VENV})
    done = make(checkout, "installed", environment={"PATH": str(path), "LC_ALL": "es_ES.UTF-8"})
    said = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert done.returncode != 0
    assert len(said) == 1, done.stderr
    assert said[0].endswith(f"apt install {package}")


@pytest.mark.parametrize("newer", ["python3_11", "python3_12", "python3_13", "python3_14"])
def test_a_newer_python_beside_an_old_one_is_taken(checkout: Path, tmp_path: Path, newer: str) -> None:
    path = program_folder(tmp_path / "bin", **{"python3": OLD, newer: VENV_ONLY})
    done = make(checkout, "installed", environment={"PATH": str(path)})
    assert f"venv by {path / newer.replace('_', '.')}" in done.stderr


def test_the_setting_python_wins(checkout: Path, tmp_path: Path) -> None:
    path = program_folder(tmp_path / "bin", python3=NEW, mine=VENV_ONLY)
    done = make(checkout, "installed", "PYTHON=mine", environment={"PATH": str(path)})
    assert f"venv by {path / 'mine'}" in done.stderr


def test_the_setting_python_is_checked(checkout: Path, tmp_path: Path) -> None:
    path = program_folder(tmp_path / "bin", python3=NEW, mine=OLD)
    done = make(checkout, "installed", "PYTHON=mine", environment={"PATH": str(path)})
    assert done.returncode != 0
    assert "PYTHON=mine is not Python 3.11 or newer" in done.stderr
