"""Whether a file is the same at the end of a pass, and at the next pass, as it was at the beginning.

A spreadsheet program that saves while the build reads gives a mixture of two files; a mapping that reads a file twice may
see two of them. Within a pass size, time of change and inode are compared, of a workbook the SHA-256, too; between two passes
the SHA-256 alone. The digest costs no pass of its own for text files.
"""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

from ingest.formats.faults import FileChanged

_CHUNK = 1 << 20


class ReadOnce(io.RawIOBase):
    """A file opened for one pass, digested while it is read. `finish()` gives its SHA-256 in hex or raises FileChanged.

    For formats that jump about in their file (XLSX) `seekable=True` digests it whole before and after.
    """

    def __init__(self, path: Path, *, seekable: bool = False):
        self._path = path
        self._file = open(path, "rb", buffering=0)  # noqa: SIM115 - closed in close()
        self._begun = os.fstat(self._file.fileno())
        self._seekable = seekable
        self._digest = hashlib.sha256()
        self._read = 0
        if seekable:
            self._whole()
            self._file.seek(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._seekable

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell() if self._seekable else self._read

    def readinto(self, buffer) -> int:  # type: ignore[override]
        count = self._file.readinto(buffer) or 0
        if not self._seekable:
            self._digest.update(memoryview(buffer)[:count])
            self._read += count
        return count

    def close(self) -> None:
        self._file.close()
        super().close()

    def finish(self) -> str:
        """Call it when everything was read, before closing."""
        if self._seekable:
            before = self._digest.digest()
            self._file.seek(0)
            self._digest, self._read = hashlib.sha256(), 0
            self._whole()
            if self._digest.digest() != before:
                raise FileChanged("SHA-256")
        try:
            now = os.stat(self._path)
        except OSError as error:
            raise FileChanged(str(error.strerror)) from error
        for name in ("st_size", "st_mtime_ns", "st_ino", "st_dev"):
            if getattr(now, name) != getattr(self._begun, name):
                raise FileChanged(f"{name}: {getattr(self._begun, name)} → {getattr(now, name)}")
        if self._read != now.st_size:
            raise FileChanged(f"st_size: {self._read} → {now.st_size}")
        return self._digest.hexdigest()

    def _whole(self) -> None:
        while chunk := self._file.read(_CHUNK):
            self._digest.update(chunk)
            self._read += len(chunk)


def sha256(path: Path) -> str:
    """SHA-256 in hex of a file of any size."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class Passes:
    """The digests of files read so far in a build; a later pass over a file must find the same."""

    def __init__(self) -> None:
        self._seen: dict[Path, str] = {}

    def check(self, path: Path, sha256: str) -> None:
        """Raise FileChanged when an earlier pass over `path` found other content."""
        earlier = self._seen.setdefault(path, sha256)
        if earlier != sha256:
            raise FileChanged(f"SHA-256: {earlier[:12]}… → {sha256[:12]}…")
