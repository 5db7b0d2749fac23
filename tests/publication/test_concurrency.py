"""Two builds at once: the second refuses, or waits, and names the first."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import re
import subprocess
import sys
import threading
import time

import pytest

from commitments.release import ReleaseError, all_releases, current_release
from ingest.publication import BuildInProgress, build_lock, publish, recover
from tests.conftest import ROOT
from tests.publication.sample import sample_draft

HOLD = """
import sys, pathlib
from ingest.publication import build_lock
with build_lock(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextlib.contextmanager
def other_build(data):
    """Another process that holds the lock until told to end."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(data)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_the_second_build_refuses_naming_the_first(tmp_path):
    data = tmp_path / "data"
    with other_build(data) as process:
        with pytest.raises(BuildInProgress) as refused:
            publish(sample_draft(tmp_path / "draft"), data)
        assert refused.value.holder["pid"] == str(process.pid)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", refused.value.holder["start"])
        assert refused.value.holder["host"] and refused.value.holder["command"]
        assert str(process.pid) in str(refused.value)
        assert all_releases(data / "releases") == []


def test_the_second_build_waits_when_asked(tmp_path):
    data = tmp_path / "data"
    with other_build(data) as process:
        process.stdin.write("\n")
        process.stdin.flush()
        assert publish(sample_draft(tmp_path / "draft"), data, wait=30).new


def test_waiting_ends(tmp_path):
    with other_build(tmp_path / "data"):
        start = time.monotonic()
        with pytest.raises(BuildInProgress):
            publish(sample_draft(tmp_path / "draft"), tmp_path / "data", wait=0.5)
        assert 0.4 < time.monotonic() - start < 10


def test_the_lock_of_a_killed_build_is_free(tmp_path):
    with other_build(tmp_path / "data") as process:
        process.kill()
        process.wait()
        assert publish(sample_draft(tmp_path / "draft"), tmp_path / "data").new


def test_a_build_may_hold_the_lock_around_publish(tmp_path):
    with build_lock(tmp_path / "data"):
        assert publish(sample_draft(tmp_path / "draft"), tmp_path / "data").new
    with build_lock(tmp_path / "data"):
        pass
    assert (tmp_path / "data/releases/.lock").read_bytes() == b""


def test_another_thread_is_another_build(tmp_path):
    held, done, outcomes = threading.Event(), threading.Event(), []

    def build():
        with build_lock(tmp_path / "data"):
            held.set()
            done.wait(30)

    def attempt():
        with contextlib.suppress(BuildInProgress), build_lock(tmp_path / "elsewhere"):
            outcomes.append("another folder")
        start = time.monotonic()
        try:
            with build_lock(tmp_path / "data", wait=0.5):
                outcomes.append("held by two")
        except BuildInProgress as refused:
            outcomes.append(refused.holder["pid"])
        outcomes.append(time.monotonic() - start)

    threads = [threading.Thread(target=work, daemon=True) for work in (build, attempt)]
    threads[0].start()
    assert held.wait(10)
    threads[1].start()
    threads[1].join(timeout=10)
    in_time = not threads[1].is_alive()
    done.set()
    threads[0].join(timeout=10)
    assert in_time and outcomes[:2] == ["another folder", str(os.getpid())]
    assert 0.4 < outcomes[2] < 5
    with build_lock(tmp_path / "data"):
        pass


def test_recover_leaves_a_running_build_alone(tmp_path):
    data = tmp_path / "data"
    with other_build(data):
        intent = data / "releases" / ".intent.json"
        intent.write_text(json.dumps({"release": "2021-05-31-00000000"}))
        assert recover(data) is None
        assert intent.exists()


@pytest.mark.parametrize("text", ["{", "[]", '"2021-05-31-00000000"', "{}", '{"release": 1}'])
def test_an_intent_that_names_no_release_is_an_error_by_its_file(tmp_path, text):
    (tmp_path / "releases").mkdir()
    (tmp_path / "releases" / ".intent.json").write_text(text, encoding="utf-8")
    with pytest.raises(ReleaseError, match=r"\.intent\.json"):
        recover(tmp_path)


def _build(data, draft_folder, results):
    try:
        outcome = publish(sample_draft(draft_folder), data)
        results.put(("new" if outcome.new else "unchanged", os.getpid()))
    except BuildInProgress as refused:
        results.put(("refused", int(refused.holder.get("pid", 0))))


def test_racing_builds_publish_once_and_whole(tmp_path):
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    builds = [context.Process(target=_build, args=(tmp_path / "data", tmp_path / f"draft{n}", results)) for n in range(4)]
    for build in builds:
        build.start()
    outcomes = [results.get(timeout=120)[0] for _ in builds]
    for build in builds:
        build.join(timeout=60)
    assert outcomes.count("new") == 1
    assert set(outcomes) <= {"new", "unchanged", "refused"}
    assert len(all_releases(tmp_path / "data/releases")) == 1
    assert current_release(tmp_path / "data/releases") is not None
