"""Pages of a release rendered beforehand: one read-only SQLite file, so that a page's first request costs a look-up.

A file belongs to one release and one state of this software: its name holds a fingerprint of both, and a file with
another fingerprint is never opened. It holds bodies only; headers are made per request as for any other page.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sqlite3
import sys
import time
import zlib
from collections.abc import Iterable
from contextlib import closing
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from commitments.release import MANIFEST, Release
from sparql_api.caching import Representation

log = logging.getLogger(__name__)

RENDERED = "rendered"  # below the data folder
# What decides the bytes of a page besides the release.
_PACKAGES = ("sparql_api", "ontology", "commitments")
_DISTRIBUTIONS = ("jinja2", "markupsafe", "fluent.runtime", "pyoxigraph", "rdflib")
_SCHEMA = """
CREATE TABLE page (name TEXT PRIMARY KEY, packed BLOB NOT NULL, size INTEGER NOT NULL) WITHOUT ROWID
"""
_LOOK_SECONDS = 5.0  # between two looks for a file that was not there
_GZIP = 31  # zlib's name of the gzip format with the largest window


class PageKey(NamedTuple):
    """What the bytes of a page depend on. `path` is the document's address below BASE, `suffix` names the format,
    `language` is "" for RDF, `fixed` says that the address chose it, `parameters` are those that the document declares."""

    path: str
    suffix: str
    language: str = ""
    fixed: bool = False
    parameters: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        language = f".{self.language}{'!' if self.fixed else ''}" if self.language else ""
        return f"{self.path}.{self.suffix}{language}?{urlencode(self.parameters)}"


class RenderedPages:
    """The pages in one file; while there is no such file there are none. For one thread at a time."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._next_look = 0.0

    def get(self, key: PageKey) -> Representation | None:
        """A page without headers and with the media type left open, or None. A file that cannot be read is left alone."""
        if self._connection is None and not self._found():
            return None
        assert self._connection is not None
        try:
            row = self._connection.execute("SELECT packed, size FROM page WHERE name = ?", (key.name,)).fetchone()
            if row is None:
                return None
            packed, size = row
            return Representation.from_gzip(packed, zlib.decompress(packed, wbits=_GZIP, bufsize=size or 1))
        except (sqlite3.Error, zlib.error) as error:
            log.warning("%s: %s; pages are rendered when they are asked for", self._path, error)
            self._path, self._connection = None, None
            return None

    def _found(self) -> bool:
        """Open the file if there is one by now."""
        if self._path is None or time.monotonic() < self._next_look:
            return False
        self._next_look = time.monotonic() + _LOOK_SECONDS
        if not self._path.is_file():
            return False
        # Immutable: the file is only ever replaced as a whole, so no lock is taken.
        address = f"{self._path.resolve().as_uri()}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        return True


def rendered_file(release: Release) -> Path:
    """Where the pages of a release, as this software renders them, are kept: beside the folder of releases."""
    made_of = hashlib.sha256(_software().encode() + (release.path / MANIFEST).read_bytes()).hexdigest()
    return release.path.parent.parent / RENDERED / f"{release.id}-{made_of[:16]}.sqlite"


@cache
def _software() -> str:
    """SHA-256 over our own files that pages are made from, and the versions of what makes them."""
    digest = hashlib.sha256()
    for package in _PACKAGES:
        for name, content in _contents(files(package), package):
            digest.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
    for distribution in _DISTRIBUTIONS:
        digest.update(f"{distribution} {version(distribution)}\n".encode())
    digest.update(sys.version.encode())
    return digest.hexdigest()


def _contents(folder: Traversable, name: str) -> Iterable[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name.startswith((".", "__pycache__")):
            continue
        if entry.is_dir():
            yield from _contents(entry, f"{name}/{entry.name}")
        else:
            yield f"{name}/{entry.name}", entry.read_bytes()


class RenderedWriter:
    """Makes the file of a release; it appears whole under its name with `finish`, or not at all."""

    def __init__(self, target: Path) -> None:
        self._target = target
        target.parent.mkdir(parents=True, exist_ok=True)
        self._unfinished = target.with_name(f".{target.name}.{os.getpid()}")
        self._unfinished.unlink(missing_ok=True)
        self._connection = sqlite3.connect(self._unfinished, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = OFF")  # until its name changes nobody reads it
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute(_SCHEMA)
        self._connection.execute("BEGIN")

    def add(self, key: PageKey, body: bytes) -> None:
        self._connection.execute("INSERT INTO page VALUES (?, ?, ?)", (key.name, Representation(body, "").form("gzip")[0], len(body)))

    def finish(self) -> None:
        """Show the file; those of other states of release or software go, but for the newest two."""
        self._connection.execute("COMMIT")
        self._connection.close()
        with open(self._unfinished, "rb") as written:
            os.fsync(written.fileno())
        os.replace(self._unfinished, self._target)
        others = [path for path in self._target.parent.glob("*.sqlite") if path != self._target]
        for old in sorted(others, key=lambda path: path.stat().st_mtime)[:-2]:
            old.unlink(missing_ok=True)

    def abandon(self) -> None:
        with closing(self._connection):
            self._unfinished.unlink(missing_ok=True)
