"""`.ci/run` installs every program that a test asks for, so that none fails on a bare machine."""

from __future__ import annotations

import ast
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT, needs_program

CI = ROOT / ".ci" / "run"
# Essential packages of Debian: there on every machine.
ESSENTIAL = {"bash", "coreutils", "util-linux"}
PACKAGE_OF = {"bash": "bash", "sha256sum": "coreutils", "mount": "util-linux", "umount": "util-linux", "unshare": "util-linux"}


def asked_for() -> Iterator[tuple[str, str]]:
    """(program, Debian package) of every literal needs_program(...) in the tests."""
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "needs_program":
                words = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
                if words:
                    yield words[0], words[-1] if len(words) > 1 else PACKAGE_OF.get(words[0], words[0])
    from tests.docs.test_recipes import PROGRAMS

    yield from ((name, package) for name, package, _ in PROGRAMS.values() if name and package)


def test_every_program_is_installed() -> None:
    installed = dict(re.findall(r"([\w-]+)=([\w-]+)", re.search(r'needed="([^"]*)"', CI.read_text(encoding="utf-8"))[1]))
    asked = {(name, package) for name, package in asked_for() if package not in ESSENTIAL}
    assert len(asked) >= 4
    assert asked <= set(installed.items())


def test_it_can_be_run() -> None:
    assert os.access(CI, os.X_OK)
    subprocess.run([needs_program("bash"), "-n", str(CI)], check=True)


def test_a_user_who_may_not_install_is_told_what_is_missing(tmp_path: Path) -> None:
    bare = tmp_path / "bin"
    bare.mkdir()
    for name, text in {"id": "echo 1000", "dirname": 'echo "${1%/*}"', "python3": "exit 1"}.items():
        (bare / name).write_text(f"#!{needs_program('bash')}\n{text}\n", encoding="utf-8")
        (bare / name).chmod(0o755)
    done = subprocess.run([needs_program("bash"), str(CI)], env={"PATH": str(bare)}, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert "r-base-core" in done.stderr and "python3-venv" in done.stderr
