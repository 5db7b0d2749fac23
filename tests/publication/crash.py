"""Break `publish` at each of its file-system calls in turn and look at what is left. Run as a script by test_crash.py.

Usage: crash.py MODE SCENARIO WORK_DIR, where MODE says what happens at the n-th call: `kill` (the process dies, a write
half done), `error` (that call alone fails with EIO), `full` (from there on nothing can be created or written, ENOSPC),
and SCENARIO what stood before: `first` (nothing) or `second` (one release). Prints one JSON object: the number of calls
broken and the faults found.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import sys
from pathlib import Path

import numpy.ma  # noqa: F401 - what publishing loads late is loaded before any child is made

from commitments.release import CHECKSUMS, CURRENT, IDENTIFIERS, RELEASES, all_releases, current_release
from ingest.publication import Draft, files, publish, recover, tables
from ingest.publication.switch import INTENT
from tests.publication.sample import sample_draft

DONE, KILLED, FAILED, SURVIVED = 0, 77, 78, 79
CREATING = {"open", "write", "os.mkdir", "os.symlink", "os.fsync", "os.truncate"}
OLD, NEW = "", "One more title"


class Breaker:
    """Counts the calls that change files below `root` and breaks the n-th."""

    def __init__(self, mode: str, target: int, root: Path):
        self.mode, self.target, self.root = mode, target, str(root)
        self.count = 0

    def install(self) -> None:
        real_fsync, real_write = os.fsync, files.write_some

        def fsync(handle: int) -> None:
            self.hit("os.fsync")
            real_fsync(handle)

        def write(file, data: memoryview) -> int:
            self.hit("write", before_dying=lambda: file.write(data[: len(data) // 2]))
            return real_write(file, data)

        os.fsync, files.write_some = fsync, write
        sys.addaudithook(self.audit)

    def audit(self, event: str, arguments: tuple) -> None:
        if event == "open":
            path, _mode, flags = arguments
            writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if isinstance(path, str | bytes | os.PathLike) and writes and os.fsdecode(path).startswith(self.root):
                self.hit(event)
        elif event in ("os.mkdir", "os.rename", "os.symlink", "os.remove", "os.rmdir"):
            paths = [os.fsdecode(value) for value in arguments if isinstance(value, str | bytes | os.PathLike)]
            if any(path.startswith(self.root) or not os.path.isabs(path) for path in paths):
                self.hit(event)

    def hit(self, call: str, before_dying=lambda: None) -> None:
        self.count += 1
        if self.mode == "kill" and self.count == self.target:
            before_dying()
            os._exit(KILLED)
        if self.mode == "error" and self.count == self.target:
            raise OSError(errno.EIO, "broken by the test")
        if self.mode == "full" and self.count >= self.target and call in CREATING:
            raise OSError(errno.ENOSPC, "full by the test")


def attempt(draft: Draft, work: Path, mode: str, target: int) -> int:
    """Publish the draft in a child that breaks at the target; its exit code."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    breaker = Breaker(mode, target, work / "data")
    breaker.install()
    try:
        publish(draft, work / "data")
    except OSError:
        os._exit(FAILED)
    os._exit(SURVIVED if breaker.count >= target else DONE)


def small_draft(folder: Path, extra: str) -> Draft:
    """The sample with three graphs: the calls for a fourth are the same."""
    draft = sample_draft(folder, extra=extra)
    draft.graphs = {name: draft.graphs[name] for name in ("", "curated", "mx-ogp-pages")}
    return draft


def publish_in_child(draft: Draft, work: Path) -> None:
    """Publish without a fault, in a child: a process that forks must not have started the store's threads."""
    child = os.fork()
    if not child:
        publish(draft, work / "data")
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0, "publishing failed without a fault"


def broken_files(release) -> list[str]:
    """Files of a release that are missing or differ from SHA256SUMS."""
    wrong = []
    for line in (release.path / CHECKSUMS).read_text().splitlines():
        expected, name = line.split("  ", 1)
        path = release.path / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != expected:
            wrong.append(name)
    return wrong


def faults(data: Path, code: int, mode: str, old: str | None, new: str) -> list[str]:
    """What is not as promised after an interrupted publication; empty when all is well."""
    found = []
    releases = data / RELEASES
    before = current_release(releases)
    if (before is None and old is not None) or (before is not None and before.id not in (old, new)):
        found.append(f"current is {before and before.id}")
    if before is not None and broken_files(before):
        found.append(f"the current release is incomplete: {broken_files(before)}")
    if mode != "kill" and list(releases.glob(f"{files.TEMPORARY}*")):
        found.append(f"left behind: {[path.name for path in releases.glob(files.TEMPORARY + '*')]}")
    recover(data)
    after = current_release(releases)
    if (after and after.id) != (before and before.id):
        found.append(f"recovering changed current from {before and before.id} to {after and after.id}")
    if code in (DONE, SURVIVED) and (after is None or after.id != new):
        found.append("publish returned, but the new release is not current")
    if (releases / INTENT).exists():
        found.append("the intent is still there")
    known = {release.id for release in all_releases(releases)}
    if known - {identifier for identifier in (old, after and after.id) if identifier}:
        found.append(f"a release that never became current is listed: {sorted(known)}")
    registry = {path.name: path.read_bytes() for path in (data / IDENTIFIERS).glob("*.csv")}
    stated = {path.name: path.read_bytes() for path in (after.path / IDENTIFIERS).glob("*.csv")} if after else {}
    if registry != stated:
        found.append("the registry is not the current release's")
    return found


def run(mode: str, scenario: str, work: Path) -> dict:
    """Break every call of one mode and scenario; restore the state before each."""
    two = tables.table_queries()[:2]  # read before any child is made; two tables show what twenty would
    tables.table_queries = lambda: two
    pristine = work / "pristine"
    (work / "data").mkdir(parents=True)
    draft = small_draft(work / "new", NEW)
    if scenario == "second":
        publish_in_child(small_draft(work / "old", OLD), work)
    shutil.copytree(work / "data", pristine, symlinks=True)
    old = current_release(pristine / RELEASES)
    publish_in_child(draft, work)
    new = current_release(work / "data" / RELEASES)
    found: dict[int, list[str]] = {}
    target, code = 0, KILLED
    while code != DONE:
        target += 1
        shutil.rmtree(work / "data")
        shutil.copytree(pristine, work / "data", symlinks=True)
        code = attempt(draft, work, mode, target)
        if problems := faults(work / "data", code, mode, old.id if old else None, new.id):
            found[target] = problems
        if target % 25 == 0:
            publish_in_child(draft, work)
            if current_release(work / "data" / RELEASES).id != new.id:
                found.setdefault(target, []).append("the next build did not publish")
            if list((work / "data" / RELEASES).glob(f"{files.TEMPORARY}*")) or not (work / "data" / RELEASES / CURRENT).is_symlink():
                found.setdefault(target, []).append("the next build did not sweep")
    return {"calls": target - 1, "faults": found}


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], sys.argv[2], Path(sys.argv[3]))))
