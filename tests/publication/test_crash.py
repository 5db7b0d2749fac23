"""Killing the publish step, or failing it, at every file-system call leaves the old release or the new one, whole."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT


@pytest.mark.parametrize(("mode", "scenario"), [("kill", "second"), ("kill", "first"), ("error", "second"), ("full", "second")])
def test_every_file_system_call_may_fail(mode, scenario, tmp_path):
    command = [sys.executable, "-m", "tests.publication.crash", mode, scenario, str(tmp_path / "work")]
    (tmp_path / "work").mkdir()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["faults"] == {}
    assert result["calls"] > 60, "the harness no longer sees the calls it should break"
