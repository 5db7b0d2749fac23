"""`make run` as a stranger types it: a folder with blanks and accents, LC_ALL=C, no network, twice.

The environment gets its libraries from the one the tests run in (PYTHONPATH), as if they had been downloaded before;
everything else is the real Makefile, the real pip and the real build.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest

from commitments.release import current_release
from tests.conftest import needs_program
from tests.install.checkout import copy_checkout, make
from tests.product import free_port

FIRST_START_SECONDS = 300
SECOND_START_SECONDS = 20

@dataclass
class Start:
    """One `make run`: what it said, how long it took until it answered, and a page it served."""

    output: str
    errors: str
    seconds: float
    turtle: str
    port: int


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copy_checkout(tmp_path_factory.mktemp("make") / "Datos públicos de México" / "open commitments")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / ".venv")], check=True)
    return folder


def environment(checkout: Path, **more: str) -> dict[str, str]:
    libraries = sysconfig.get_paths()["purelib"]
    return {"PATH": os.environ["PATH"], "HOME": str(checkout), "LC_ALL": "C", "PYTHONPATH": libraries, **more}


def start(checkout: Path, seconds: int, port: int = 0, **more: str) -> Start:
    """`make run` in a network namespace of its own that has no way out (where the system allows one)."""
    needs_program("ip", "iproute2")
    port = port or free_port()
    driver = Path(__file__).with_name("offline_start.py")
    done = subprocess.run(
        [needs_program("unshare", "util-linux"), "--user", "--map-root-user", "--net", sys.executable, str(driver), str(port), str(seconds)],
        cwd=checkout, env=environment(checkout, **more), capture_output=True, text=True, timeout=seconds + 60, check=False,
    )  # fmt: skip
    output, errors = ((checkout / name).read_text(encoding="utf-8", errors="replace") for name in ("out.log", "err.log"))
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["turtle"], f"{seen}\n{output}\n{errors}"
    return Start(output, errors, seen["seconds"], seen["turtle"], port)


@pytest.fixture(scope="module")
def first(checkout: Path) -> Start:
    return start(checkout, FIRST_START_SECONDS)


@pytest.fixture(scope="module")
def second(checkout: Path, first: Start) -> Start:
    # The same port, as a user's second start has it: BASE is part of what decides whether a build is needed.
    return start(checkout, SECOND_START_SECONDS, first.port)


def test_the_first_start_builds_and_serves(first: Start) -> None:
    assert f"http://localhost:{first.port}/id/commitment/MX-4-01" in first.turtle
    last = [line for line in first.output.splitlines() if line.strip()][-1]
    assert re.search(rf"http://localhost:{first.port}/", last), first.output


def test_progress_is_shown_without_bars_or_colours(first: Start) -> None:
    said = first.output + first.errors
    assert len(said.splitlines()) >= 5, said
    assert "\x1b" not in said and "\r" not in said


def test_the_second_start_takes_seconds_and_builds_nothing(checkout: Path, first: Start, second: Start) -> None:
    assert second.seconds < SECOND_START_SECONDS
    assert len(list((checkout / "data" / "releases").glob("2*"))) == 1
    assert "pip" not in second.output and "requirements" not in second.errors


def test_another_base_is_another_release(checkout: Path, first: Start) -> None:
    done = make(checkout, "build", "BASE=https://data.example.org/og/", environment=environment(checkout))
    assert done.returncode == 0, done.stderr
    release = current_release(checkout / "data" / "releases")
    assert release is not None and release.base == "https://data.example.org/og/"
    assert "https://data.example.org/og/" in done.stdout


def test_clean_leaves_what_people_edit(checkout: Path, first: Start) -> None:
    mine = checkout / "data" / "sources" / "mine" / "notes.csv"
    mine.parent.mkdir()
    mine.write_text("note\nmine\n", encoding="utf-8")
    before = {path: path.read_bytes() for path in (checkout / "data").rglob("*") if path.is_file()}
    assert make(checkout, "clean", environment=environment(checkout)).returncode == 0
    assert {path: path.read_bytes() for path in (checkout / "data").rglob("*") if path.is_file()} == before
    assert not (checkout / ".venv").exists()
    assert not list(checkout.rglob("__pycache__"))
