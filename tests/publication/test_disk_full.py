"""A disk that runs full leaves the old release, and the next build on a disk with room succeeds."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys

import pytest

from commitments.release import IDENTIFIERS, current_release
from ingest.publication import publish, recover
from tests.conftest import ROOT, needs_program, needs_root
from tests.publication.crash import broken_files
from tests.publication.sample import sample_draft


@pytest.fixture
def small_disk(tmp_path):
    """A tmpfs of 4 MiB."""
    needs_root("mounting a small tmpfs")
    mount, umount = needs_program("mount"), needs_program("umount")
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run([mount, "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    yield folder
    subprocess.run([umount, str(folder)], check=True)


@pytest.mark.parametrize("free", [0, 4096, 40_000, 150_000, 300_000])
def test_a_full_disk_changes_nothing(tmp_path, small_disk, free):
    data = small_disk / "data"
    old = publish(sample_draft(tmp_path / "draft"), data).release
    registry = {path.name: path.read_bytes() for path in (data / IDENTIFIERS).iterdir()}
    ballast = small_disk / "ballast"
    space = os.statvfs(small_disk)
    ballast.write_bytes(bytes(max(space.f_bavail * space.f_frsize - free, 0)))
    with pytest.raises(OSError) as failed:
        publish(sample_draft(tmp_path / "more", extra="More"), data)
    assert failed.value.errno == errno.ENOSPC
    assert current_release(data / "releases").id == old.id
    assert broken_files(old) == []
    assert {path.name: path.read_bytes() for path in (data / IDENTIFIERS).iterdir()} == registry
    assert not list((data / "releases").glob(".tmp-*"))
    ballast.unlink()
    recover(data)
    assert publish(sample_draft(tmp_path / "more", extra="More"), data).new


def _publish_with_limit(folder, data, limit: int) -> int:
    """Publish in a child whose files may not grow beyond `limit` bytes; 1 when that stopped it."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # so that the write fails instead of the process
    draft = sample_draft(folder, extra="More")
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        publish(draft, data)
    except OSError as error:
        os._exit(1 if error.errno == errno.EFBIG else 2)
    os._exit(0)


@pytest.mark.parametrize("limit", [100, 1000, 20_000])
def test_a_file_that_may_not_grow_changes_nothing(tmp_path, limit):
    """The same without a mount, so that it runs for every user: a quota on file size."""
    data = tmp_path / "data"
    command = "import sys, pathlib as p; from tests.publication.test_disk_full import _publish_with_limit as f;"
    command += "sys.exit(f(p.Path(sys.argv[1]), p.Path(sys.argv[2]), int(sys.argv[3])))"
    old = publish(sample_draft(tmp_path / "draft"), data).release
    done = subprocess.run([sys.executable, "-c", command, str(tmp_path / "more"), str(data), str(limit)], cwd=ROOT)
    assert done.returncode == 1
    assert current_release(data / "releases").id == old.id and broken_files(old) == []
    assert not list((data / "releases").glob(".tmp-*"))
