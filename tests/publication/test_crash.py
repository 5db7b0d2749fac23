"""Killing the publish step, or failing it, at every file-system call leaves the old release or the new one, whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.mark.parametrize(("mode", "scenario"), [("kill", "second"), ("kill", "first"), ("error", "second"), ("full", "second")])
def test_every_file_system_call_may_fail(mode, scenario, tmp_path):
    memory = Path("/dev/shm")  # waiting for a real disk some ten thousand times proves nothing more
    where = memory if memory.is_dir() and os.access(memory, os.W_OK) else tmp_path
    with tempfile.TemporaryDirectory(prefix="commitments-crash-", dir=where) as work:
        command = [sys.executable, "-m", "tests.publication.crash", mode, scenario, work]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["faults"] == {}
    assert result["calls"] > 50, "the harness no longer sees the calls it should break"
