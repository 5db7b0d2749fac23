"""Same inputs, same bytes: in any folder, time zone, locale and hash seed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

SURROUNDINGS = [
    ("plain", {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "0"}),
    ("con espacios y eñes", {"TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8", "LANG": "es_MX.UTF-8", "PYTHONHASHSEED": "4242"}),
]


def build(folder: Path, data: Path, surroundings: dict[str, str]) -> dict[str, str]:
    target = folder / "data"
    shutil.copytree(data, target, ignore=shutil.ignore_patterns("releases"))
    environment = {**os.environ, **surroundings}
    command = [sys.executable, "-m", "commitments", "--data", str(target), "build", "--base", "https://data.example.org/", "--quiet"]
    subprocess.run(command, check=True, env=environment, cwd=folder, timeout=300)
    release = (target / "releases" / "current").resolve()
    files = {path.relative_to(release).as_posix(): path for path in release.rglob("*") if path.is_file() and path.name != "manifest.json"}
    digests = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    registry = {f"registry/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest() for path in (target / "identifiers").glob("*.csv")}
    return {"id": release.name} | digests | registry


def test_two_builds_are_equal_byte_for_byte(tmp_path: Path, root: Path) -> None:
    results = []
    for name, surroundings in SURROUNDINGS:
        folder = tmp_path / name
        folder.mkdir()
        results.append(build(folder, root / "data", surroundings))
    first, second = results
    assert {name for name in first if first[name] != second.get(name)} == set()
    assert first.keys() == second.keys() and len(first) > 60
