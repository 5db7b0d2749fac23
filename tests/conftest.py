"""Shared helpers: where `../shared` is, and how a test says that it needs something which may be absent.

Under COMMITMENTS_TEST_STRICT=1 (set by .ci/run) a missing requirement is a failure, never a skip.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import TypeVar

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def _strict(report: Report) -> Report:
    """A skip of any kind (`pytest.skip`, `skipif`, `importorskip`, of a test or of a whole file) as the failure that it is here."""
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("COMMITMENTS_TEST_STRICT") == "1":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"required under COMMITMENTS_TEST_STRICT=1: {reason.removeprefix('Skipped: ')}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _strict((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _strict((yield))


def needs_shared(relative: str) -> Path:
    """The file or folder below `../shared`; the test skips, saying so, where it is absent."""
    path = SHARED / relative
    if not path.exists():
        pytest.skip(f"../shared/{relative} is not here; the project's shared folder holds it")
    return path


def needs_program(name: str, package: str | None = None) -> str:
    """Path of a system program; the test skips, naming the Debian package, where it is absent."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"the program {name} is not installed (Debian package: {package or name})")
    return str(found)


def needs_root(purpose: str) -> None:
    """The test skips, saying what it wants to do, where it does not run as root."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip(f"{purpose} needs root")


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Packed bytes are named by their argument: gzip writes the time into its header, and two workers must collect the same names."""
    return argname if isinstance(val, bytes) and not val.isascii() else None
