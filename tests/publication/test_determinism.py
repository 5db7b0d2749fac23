"""Same inputs, same bytes: in any folder, time zone, locale and hash seed."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.conftest import ROOT

PUBLISH = """
import pathlib, sys
from ingest.publication import publish
from tests.publication.sample import sample_draft
work = pathlib.Path(sys.argv[1])
print(publish(sample_draft(work / "draft"), work / "data").release.path)
"""


def release_files(work, **environment) -> dict[str, bytes]:
    command = [sys.executable, "-c", PUBLISH, str(work)]
    variables = {**os.environ, "PYTHONUTF8": "0", "PYTHONIOENCODING": "utf-8", **environment}
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    folder = os.path.realpath(done.stdout.strip())
    found = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = file.read()
    return found


def test_two_publications_are_equal_byte_by_byte(tmp_path):
    one = release_files(tmp_path / "one", TZ="Pacific/Kiritimati", LC_ALL="C", PYTHONHASHSEED="1", LANG="C")
    two = release_files(
        tmp_path / "otra carpeta con acentos á", TZ="America/Mexico_City", LC_ALL="C.UTF-8", PYTHONHASHSEED="4242", LANG="es_MX.UTF-8"
    )
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name] and name != "manifest.json"] == []
    lines = zip(one["manifest.json"].splitlines(), two["manifest.json"].splitlines(), strict=True)
    different = [line for line, other in lines if line != other]
    assert all(line.strip().startswith(b'"created":') for line in different)
