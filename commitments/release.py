"""Layout and manifest of a release folder: what `ingest` writes and `sparql_api` reads. Imports nothing of ours.

The layout is that of blueprint section 6; `docs/architecture.md` lists every file.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

RELEASES = "releases"  # below the data folder
IDENTIFIERS = "identifiers"  # below the data folder, and below each release: the registry as of it
MANIFEST = "manifest.json"
CHECKSUMS = "SHA256SUMS"
CURRENT = "current"
PUBLICATION_LOG = "publication-log.jsonl"
CONSOLIDATED = "commitments.nt"
EVERYTHING = "commitments.nq"


class ReleaseError(Exception):
    """A release folder is missing, incomplete, or of a layout this version does not know."""


class File(BaseModel):
    """One file of a release: path relative to the release folder, size in bytes, SHA-256 in hex."""

    path: str
    bytes: int
    sha256: str
    media_type: str


class Input(BaseModel):
    """One input file of the build: path relative to the data folder, SHA-256 in hex."""

    path: str
    sha256: str


class Manifest(BaseModel):
    """`manifest.json`: the only file of a release that holds a real time (`created`, RFC 3339, UTC)."""

    model_config = ConfigDict(extra="forbid")

    layout: int = 1
    id: str
    base: str
    created: str
    fingerprint: str  # SHA-256 over inputs, BASE and code: decides whether a build is needed
    software_version: str
    vocabulary_version: str
    content_sha256: str  # of the sorted N-Quads without graph/catalog; the release id carries its first 8 digits
    graphs: dict[str, int]  # named graph -> triples; "" is the consolidated default graph
    counts: dict[str, int]  # class IRI -> instances in the default graph
    severities: dict[str, int]  # Violation/Warning/Info -> results
    settings: dict[str, str]  # publisher, licence ... of the deployment that stand in the data
    inputs: list[Input]
    files: list[File]


@dataclass(frozen=True)
class Release:
    """A finished release on disk. `path` is the real folder, never the `current` link."""

    path: Path
    manifest: Manifest

    @property
    def id(self) -> str:
        return self.manifest.id

    @property
    def base(self) -> str:
        return self.manifest.base

    def file(self, name: str) -> Path:
        return self.path / name

    @property
    def everything(self) -> Path:
        """N-Quads of all graphs; the truth from which every other file derives."""
        return self.path / EVERYTHING


def open_release(path: Path) -> Release:
    """Read one release folder.

    Raises ReleaseError when the manifest is missing or not ours.
    """
    folder = path.resolve()
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except OSError as error:
        raise ReleaseError(f"{folder / MANIFEST}: {error.strerror}") from error
    except ValueError as error:
        raise ReleaseError(f"{folder / MANIFEST}: {error}") from error
    return Release(folder, manifest)


def current_release(releases: Path) -> Release | None:
    """The release that `releases/current` points to, or None when nothing has been published yet.

    Raises ReleaseError like `open_release`.
    """
    link = releases / CURRENT
    if not link.is_symlink() and not link.exists():
        return None
    if not link.is_file():
        return open_release(link)
    try:  # a file that holds the name, where the system grants no symbolic links
        name = link.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ReleaseError(f"{link}: {error}") from error
    return open_release(releases / name)


def all_releases(releases: Path) -> list[Release]:
    """Every finished release below the folder, sorted by id. Left out are temporary folders (name starts with a dot) and what is damaged:
    it is no release to serve, to compare with or to delete unasked."""
    if not releases.is_dir():
        return []
    found = []
    for folder in sorted(releases.iterdir()):
        finished = folder.is_dir() and not folder.is_symlink() and not folder.name.startswith(".")
        if finished and (folder / MANIFEST).is_file():
            with contextlib.suppress(ReleaseError):
                found.append(open_release(folder))
    return found
