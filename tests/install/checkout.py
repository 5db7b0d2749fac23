"""A copy of the checkout in another folder, and `make` run in it as a stranger would."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.conftest import ROOT, needs_program

COPIED = (
    "Makefile", "pyproject.toml", "requirements.lock", "requirements-test.lock", "README.md", "LICENSE", "deploy", "data",
    "commitments", "ontology", "shapes", "ingest", "sparql_api",
)  # fmt: skip
LEFT_OUT = shutil.ignore_patterns("__pycache__", "releases")
TOOLS = ("sh", "make", "env", "cat", "cksum", "flock", "rm", "find", "dirname", "grep", "sed", "test", "printf", "pwd", "true")


def copy_checkout(target: Path) -> Path:
    target.mkdir(parents=True)
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=LEFT_OUT)
        else:
            shutil.copy2(source, target / name)
    return target


def make(
    checkout: Path, *goals: str, environment: dict[str, str] | None = None, before: tuple[str, ...] = (), seconds: float = 300
) -> subprocess.CompletedProcess[str]:
    """`make GOALS` in the folder with exactly this environment (and a PATH); `before` is a program to run it under."""
    clean = {"PATH": os.environ["PATH"], "HOME": str(checkout), **(environment or {})}
    return subprocess.run(
        [*before, needs_program("make"), "--no-print-directory", *goals],
        cwd=checkout, env=clean, capture_output=True, text=True, encoding="utf-8", errors="replace", timeout=seconds, check=False,
    )  # fmt: skip


def program_folder(folder: Path, **scripts: str) -> Path:
    """A folder for PATH with the system's basic tools and these shell scripts under their names (`_` stands for `.`)."""
    folder.mkdir(parents=True)
    for name in TOOLS:
        found = shutil.which(name)
        if found:
            (folder / name).symlink_to(found)
    for name, text in scripts.items():
        script = folder / name.replace("_", ".")
        script.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        script.chmod(0o755)
    return folder
