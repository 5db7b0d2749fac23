"""One build at a time: a lock that names who holds it and that the system releases when its holder dies."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from commitments.release import RELEASES

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]
    import msvcrt

LOCK_FILE = ".lock"
_POLL_SECONDS = 0.1
_WINDOWS_LOCK_BYTE = 1 << 30  # beyond the text, which others must be able to read while it is locked


class _Mine(threading.local):
    """How often this thread holds each lock."""

    def __init__(self) -> None:
        self.depth: dict[Path, int] = {}


_mine = _Mine()


class BuildInProgress(Exception):
    """Another build is running in this data folder. `holder` has pid, host, start (RFC 3339) and command."""

    def __init__(self, path: Path, holder: dict[str, str]):
        self.path = path
        self.holder = holder
        who = ", ".join(f"{name} {value}" for name, value in holder.items()) or "unknown holder"
        super().__init__(f"{path}: another build is running ({who})")


@contextlib.contextmanager
def build_lock(data_dir: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Hold the build lock of a data folder, from before its registry is read until the release is published.

    Nested use by the same thread is allowed. `wait` is how many seconds to wait for another build before refusing.
    Raises BuildInProgress naming the other build, be it of another process or of another thread of this one: the system
    refuses both, as each has opened the file for itself.
    """
    path = (data_dir / RELEASES).resolve() / LOCK_FILE
    depth = _mine.depth
    if depth.get(path):
        depth[path] += 1
        try:
            yield
        finally:
            depth[path] -= 1
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+b", buffering=0) as file:
        _acquire(file, path, wait)
        depth[path] = 1
        try:
            _sign(file)
            yield
        finally:
            del depth[path]
            with contextlib.suppress(OSError):
                file.truncate(0)
            _release(file)


def _acquire(file: BinaryIO, path: Path, wait: float) -> None:
    deadline = time.monotonic() + wait
    while not _try(file):
        if time.monotonic() >= deadline:
            raise BuildInProgress(path, holder(path))
        time.sleep(_POLL_SECONDS)


def _try(file: BinaryIO) -> bool:
    try:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            file.seek(_WINDOWS_LOCK_BYTE)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    except OSError as error:
        if isinstance(error, (BlockingIOError, PermissionError)):
            return False
        raise
    return True


def _release(file: BinaryIO) -> None:
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_UN)
    else:
        file.seek(_WINDOWS_LOCK_BYTE)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)


def _sign(file: BinaryIO) -> None:
    file.truncate(0)
    started = dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    entry = {"pid": str(os.getpid()), "host": socket.gethostname(), "start": started, "command": " ".join(sys.argv)}
    file.write(json.dumps(entry, ensure_ascii=False).encode(errors="backslashreplace"))  # an argument may be a name that is not UTF-8


def holder(path: Path) -> dict[str, str]:
    """Who holds the lock, as its holder wrote it; empty when the holder had no time to sign."""
    try:
        entry = json.loads(path.read_bytes() or b"{}")
    except (OSError, ValueError):
        return {}
    return {str(name): str(value) for name, value in entry.items()} if isinstance(entry, dict) else {}
