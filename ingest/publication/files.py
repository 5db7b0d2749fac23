"""Every call that changes the file system, in one place, so that nothing is lost by a crash and each can be tested.

Order matters more than speed here: a file is complete and on disk before its folder is renamed, and the folder's entry is
on disk before anything points to it.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol, TextIO

from commitments.release import File
from ingest.publication.working import Worked, unwatched

try:
    # ISA-L packs several times faster than zlib, into files a tenth larger. Readers see no difference.
    from isal import igzip

    _GZIP, _GZIP_LEVEL = igzip.IGzipFile, 2
except ImportError:  # no wheel for this platform
    _GZIP, _GZIP_LEVEL = gzip.GzipFile, 6  # type: ignore[assignment,misc]

TEMPORARY = ".tmp-"
SCRATCH = ".scratch-"
_BUFFER = 1 << 20


class Writable(Protocol):
    def write(self, data: bytes, /) -> object: ...


class GivenUp(Exception):
    """The release that a file belongs to will not be published."""


class HashedFile(io.RawIOBase):
    """A new file that counts and hashes what is written to it, and is on disk once closed."""

    def __init__(self, path: Path, wanted: Callable[[], bool] = lambda: True):
        self._file: BinaryIO = open(path, "xb", buffering=0)  # noqa: SIM115 - closed in close()
        self._wanted = wanted
        self._digest = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:  # type: ignore[override]
        """Write all of `data`; raises OSError (no space, quota) as the system reports it, and GivenUp."""
        if not self._wanted():
            raise GivenUp
        view = memoryview(data).cast("B")
        while len(view):
            written = write_some(self._file, view)
            self._digest.update(view[:written])
            self.size += written
            view = view[written:]
        return len(data)

    def close(self) -> None:
        if not self.closed:
            try:
                os.fsync(self._file.fileno())
            finally:
                self._file.close()
                super().close()

    def abandon(self) -> None:
        """Close without waiting for the disk: the file belongs to a release that failed."""
        if not self.closed:
            self._file.close()
            super().close()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def write_some(file: BinaryIO, data: memoryview) -> int:
    """One write(2). Kept apart so that tests can break it."""
    return file.write(data) or 0


class ReleaseFolder:
    """A release in the making: a temporary folder and the list of files written so far.

    `helper`: another process made the folder and will collect what is written here. `wanted`: set to False when the release is given
    up, so that a thread which still writes into it ends soon. `worked`: told how many bytes of the graphs each step worked through.
    """

    def __init__(self, path: Path, *, helper: bool = False):
        self.path = path
        self.files: list[File] = []
        self._folders: set[Path] = {path}
        self._helper = helper
        self.wanted = True
        self.worked: Worked = unwatched
        if not helper:
            os.mkdir(path)

    @contextlib.contextmanager
    def create(self, name: str, media_type: str, *, compressed: bool = False) -> Iterator[BinaryIO]:
        """A new file of the release; with `compressed`, `{name}.gz` is written beside it in the same pass.

        The gzip header holds no time and no name, and the content is packed in pieces of one size however it is written, so
        equal content gives equal bytes.
        """
        targets = [name, f"{name}.gz"] if compressed else [name]
        with contextlib.ExitStack() as undo:
            plain, *packed = [self._open(target, undo) for target in targets]
            if packed:
                buffer = io.BufferedWriter(packed[0], _BUFFER)
                zipped = _GZIP(filename="", mode="wb", compresslevel=_GZIP_LEVEL, fileobj=buffer, mtime=0)
                both = _Both(plain, zipped)
                buffered = io.BufferedWriter(both, _BUFFER)
                yield buffered
                buffered.flush()
                both.finish()
                zipped.close()
                buffer.flush()
            else:
                buffered = io.BufferedWriter(plain, _BUFFER)
                yield buffered
                buffered.flush()
            for target, handle in zip(targets, [plain, *packed], strict=True):
                handle.close()
                kind = "application/gzip" if target.endswith(".gz") else media_type
                self.files.append(File(path=target, bytes=handle.size, sha256=handle.sha256, media_type=kind))
            undo.pop_all()

    def add(self, name: str, content: bytes, media_type: str) -> None:
        with self.create(name, media_type) as out:
            out.write(content)

    def _open(self, name: str, undo: contextlib.ExitStack) -> HashedFile:
        path = self.path / name
        self.folder(path.parent)
        handle = HashedFile(path, lambda: self.wanted)
        undo.callback(handle.abandon)
        return handle

    def copy(self, name: str, source: Path, media_type: str) -> None:
        """A file that lies elsewhere, as it is."""
        with open(source, "rb") as content, self.create(name, media_type) as out:
            shutil.copyfileobj(content, out, _BUFFER)

    def folder(self, path: Path) -> None:
        """Make sure that a folder below the release's exists; one level at a time, as the release has no more than two."""
        if path in self._folders:
            return
        self.folder(path.parent)
        if not (self._helper and path.is_dir()):
            os.mkdir(path)
        self._folders.add(path)

    def sync(self) -> None:
        """Bring the folders' entries to disk, deepest first."""
        for folder in sorted(self._folders, key=lambda path: len(path.parts), reverse=True):
            sync_folder(folder)


class _Both(io.RawIOBase):
    """Writes the same bytes to a plain and a compressed file, to the latter in pieces of one size: what is packed depends on them."""

    def __init__(self, plain: Writable, packed: Writable):
        self._plain = plain
        self._packed = packed
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:  # type: ignore[override]
        self._plain.write(data)
        self._waiting += data
        while len(self._waiting) >= _BUFFER:
            with memoryview(self._waiting) as waiting, waiting[:_BUFFER] as piece:
                self._packed.write(piece)
            del self._waiting[:_BUFFER]
        return len(data)

    def finish(self) -> None:
        """Pack what is left."""
        self._packed.write(bytes(self._waiting))
        self._waiting.clear()


@contextlib.contextmanager
def as_text(out: BinaryIO) -> Iterator[TextIO]:
    """Write UTF-8 to a file that stays open; line ends are written as they come."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="")
    try:
        yield text
        text.flush()
    finally:
        text.detach()


def beside(temporary: Path) -> Path:
    """The folder beside a release in the making for what will not be part of it."""
    return temporary.with_name(f"{temporary.name}-store")


def remove_beside(temporary: Path) -> None:
    folder = beside(temporary)
    if folder.exists():
        shutil.rmtree(folder)


def sync_folder(folder: Path) -> None:
    """Bring a folder's entries to disk. Windows has no such call; its renames are journalled."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def rename(source: Path, target: Path) -> None:
    os.replace(source, target)
    sync_folder(target.parent)


@contextlib.contextmanager
def _replacement(path: Path) -> Iterator[Path]:
    """A temporary neighbour of `path` that takes its place at the end, or is gone after a failure."""
    temporary = path.with_name(f"{TEMPORARY}{path.name}")
    temporary.unlink(missing_ok=True)
    try:
        yield temporary
        rename(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def replace_file(path: Path, content: bytes | Path) -> None:
    """Write `content`, or what that file holds, to `path` so that a reader, or a crash, finds the old or the new content, never a part."""
    with _replacement(path) as temporary:
        handle = HashedFile(temporary)
        try:
            if isinstance(content, bytes):
                handle.write(content)
            else:
                with open(content, "rb") as source:
                    shutil.copyfileobj(source, handle, _BUFFER)
        except BaseException:
            handle.abandon()
            raise
        handle.close()


def point(link: Path, target: str) -> None:
    """Make the symbolic link `link` point to its neighbour `target` in one step.

    Where the system grants no symbolic links (Windows without that right) the link is a file that holds the name.
    """
    with _replacement(link) as temporary:
        try:
            os.symlink(target, temporary, target_is_directory=True)
        except (NotImplementedError, OSError):
            if os.name != "nt":
                raise
            temporary.write_text(target, encoding="ascii")


def append_line(path: Path, line: str) -> None:
    """Append one line; a line torn by a crash is closed first, so that it spoils no other."""
    data = (line + "\n").encode()
    with open(path, "a+b", buffering=0) as file:
        end = file.seek(0, os.SEEK_END)
        if end:
            file.seek(end - 1)
            if file.read(1) != b"\n":
                data = b"\n" + data
        view = memoryview(data)
        while len(view):
            view = view[write_some(file, view) :]
        os.fsync(file.fileno())


def remove_folder(folder: Path) -> None:
    """Remove a folder so that it never looks like a release while half gone."""
    if not folder.name.startswith(TEMPORARY):
        doomed = folder.with_name(f"{TEMPORARY}removed-{folder.name}")
        if doomed.exists():
            shutil.rmtree(doomed)
        os.replace(folder, doomed)
        folder = doomed
    try:
        sync_folder(folder.parent)
    finally:
        shutil.rmtree(folder)


def sweep(folder: Path, *, scratch: bool = False) -> list[str]:
    """Remove what interrupted builds left behind; returns the names removed. Call it under the build lock.

    `scratch`: what lies ready for publication too, as nothing is going to be published yet.
    """
    swept = []
    for entry in sorted([*folder.glob(f"{TEMPORARY}*"), *(folder.glob(f"{SCRATCH}*") if scratch else ())]):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
        swept.append(entry.name)
    return swept
