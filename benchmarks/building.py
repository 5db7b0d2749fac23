"""`commitments build` from the tables to a release, against the raw load of what it wrote."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figures
from benchmarks.processes import MEBIBYTE, Broken, commitments, environment
from commitments.release import Release, current_release
from ingest.pipeline import STEPS

REFERENCE = "pyoxigraph bulk_load"

# The reference runs in a process of its own, so that it finds memory as fresh as the product does. VmHWM is the peak of
# this process only, which ru_maxrss is not: that one begins with the size of whoever started the process.
_BULK_LOAD = """
import json, re, sys, time
import pyoxigraph as ox
store, begin = ox.Store(), time.perf_counter()
store.bulk_load(path=sys.argv[1])  # the format by the suffix: .nt, .nq
seconds = time.perf_counter() - begin
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read()).group(1)) * 1024
print(json.dumps({"seconds": seconds, "peak": peak, "quads": len(store)}))
"""


@dataclass(frozen=True)
class Build:
    """One run of `commitments build`: wall seconds, those of each step, peak resident bytes, whether a release is new."""

    seconds: float
    steps: dict[str, float]
    peak: int
    new: bool


@dataclass(frozen=True)
class BulkLoad:
    seconds: float
    peak: int
    quads: int


def copy_data(data: Path, target: Path) -> Path:
    """A copy of a data folder without its releases; the checkout's own are never touched."""
    shutil.copytree(data, target, ignore=shutil.ignore_patterns("releases"))
    return target


def build(data: Path, *arguments: str) -> Build:
    """Run `commitments build` on a folder, with more arguments if given. Raises Broken when it fails."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        commitments("build", "--json", "--lang", "en", *arguments), env=environment(data), cwd=data,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    assert process.stdout is not None and process.stderr is not None
    marks: list[float] = []
    said: list[str] = []
    for line in process.stderr:  # one line as each step begins: "[1/3] …"
        said.append(line)
        if line.startswith(f"[{len(marks) + 1}/{len(STEPS)}]"):
            marks.append(time.perf_counter() - begin)
    outcome = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Broken("commitments build failed:\n" + "".join(said)[-2000:])
    ends = [*marks[1:], seconds]
    steps = {step: end - mark for step, mark, end in zip(STEPS, marks, ends, strict=False)}
    if marks:
        steps = {"start": marks[0], **steps}
    return Build(seconds, steps, usage.ru_maxrss * 1024, bool(json.loads(outcome)["new"]))


def bulk_load(path: Path) -> BulkLoad:
    """Load an N-Triples or N-Quads file into an empty in-memory store, in a process of its own."""
    command = [sys.executable, "-c", _BULK_LOAD, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return BulkLoad(**json.loads(done.stdout))


def released(data: Path) -> Release:
    """The current release of a folder that has been built. Raises Broken without one."""
    release = current_release(data / "releases")
    if release is None:
        raise Broken(f"no release in {data}")
    return release


def measure(data: Path, rounds: int, figures: Figures) -> dict[str, int]:
    """Add the figures of `rounds` builds; gives facts about the release. Each round builds from a fresh copy."""
    facts: dict[str, int] = {}
    for number in range(rounds):
        with tempfile.TemporaryDirectory(prefix="commitments-bench-") as folder:
            copy = copy_data(data, Path(folder) / "data")
            first = build(copy)
            if not first.new:
                raise Broken("the first build of a fresh copy published nothing")
            release = released(copy)
            reference = bulk_load(release.everything)
            again = build(copy)
            if again.new:
                raise Broken("the second build of unchanged data published a release")
            _add(figures, first, again, reference)
            facts = {"quads": reference.quads, "default_graph": release.manifest.graphs.get("", 0), "nquads_bytes": release.everything.stat().st_size}
        print(f"build {number + 1}/{rounds}: {first.seconds:.2f} s", file=sys.stderr, flush=True)
    return facts


def _add(figures: Figures, first: Build, again: Build, reference: BulkLoad) -> None:
    figures.add("build, wall time", "s", first.seconds, reference.seconds, reference=REFERENCE)
    for step, seconds in first.steps.items():
        figures.add(f"build, step {step}", "s", seconds, reference.seconds, reference=REFERENCE)
    figures.add("build, peak RSS", "MiB", first.peak / MEBIBYTE, reference.peak / MEBIBYTE, reference=REFERENCE)
    figures.add("build again, nothing changed", "s", again.seconds, first.seconds, reference="first build")
