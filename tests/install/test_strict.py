"""Under COMMITMENTS_TEST_STRICT=1 no test is passed over, whatever says so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

SKIPPED = """
import pytest
from tests.conftest import needs_program, needs_shared

@pytest.fixture
def absent():
    pytest.skip("reason-fixture")

def test_fixture(absent): pass

def test_call(): pytest.skip("reason-call")

@pytest.mark.skipif(True, reason="reason-mark")
def test_mark(): pass

def test_import(): pytest.importorskip("reason_import")

def test_program(): needs_program("reason-program")

def test_shared(): needs_shared("reason-shared")

@pytest.mark.xfail(reason="known")
def test_known(): assert False
"""
REASONS = ["reason-fixture", "reason-call", "reason-mark", "reason_import", "reason-program", "reason-shared"]


@pytest.mark.parametrize("strict", [True, False], ids=["strict", "not-strict"])
@pytest.mark.parametrize(
    ("text", "reasons", "others"),
    [(SKIPPED, REASONS, "1 xfailed"), ('import pytest\npytest.skip("reason-file", allow_module_level=True)\n', ["reason-file"], "")],
    ids=["tests", "file"],
)
def test_a_skip_is_a_failure(text: str, reasons: list[str], others: str, strict: bool, tmp_path: Path) -> None:
    (tmp_path / "test_these.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", "-rs", "--rootdir", str(tmp_path), "-c", os.devnull, str(tmp_path)]
    environment = {**os.environ, "COMMITMENTS_TEST_STRICT": "1" if strict else "0", "PYTEST_ADDOPTS": ""}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert all(reason in done.stdout for reason in reasons), done.stdout + done.stderr
    assert others in done.stdout
    if strict:
        assert done.returncode not in (0, 5) and " skipped" not in done.stdout and done.stdout.count("required under") >= len(reasons)
    else:
        assert done.returncode in (0, 5) and f"{len(reasons)} skipped" in done.stdout
