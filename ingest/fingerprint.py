"""Whether a build is needed: a digest of inputs, BASE, settings and code (blueprint 6)."""

from __future__ import annotations

import hashlib
import importlib.resources
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from commitments.release import RELEASES, Input
from ingest.exports import Edition
from ingest.formats import SUFFIXES, sha256
from ingest.settings import BuildSettings

_CODE = ("commitments", "ingest", "ontology", "shapes")
_LIBRARIES = ("rdflib", "pyshacl", "pyoxigraph", "pyshifty", "rapidfuzz", "phonenumbers", "ftfy", "py3langid", "numpy", "isal")
_READ = {".yml", ".yaml"} | SUFFIXES

_LARGE = 64 << 20  # bytes


def input_files(data_dir: Path, extra: Iterable[Edition] = ()) -> list[Input]:
    """Every input file below the data folder and the further inputs, with its SHA-256, sorted by path."""
    found: dict[str, Path] = {}
    for path in sorted(data_dir.rglob("*")):
        relative = path.relative_to(data_dir)
        if relative.parts[0] != RELEASES and path.suffix.lower() in _READ and path.is_file() and not any(part.startswith(".") for part in relative.parts):
            found[relative.as_posix()] = path
    for edition in extra:
        if not edition.path.is_dir():
            found[edition.shown] = edition.path
            continue
        # Only what a source folder can hold; what else lies there, or below, is nobody's input.
        for path in sorted(edition.path.iterdir()):
            if path.suffix.lower() in _READ and path.is_file():
                found[f"{edition.shown}/{path.relative_to(edition.path).as_posix()}"] = path
    return [Input(path=name, sha256=_sha256(found[name])) for name in sorted(found)]


def _sha256(path: Path) -> str:
    """The digest of a file. That of a large one is remembered as long as the file looks untouched: a build asks thrice."""
    state = path.stat()
    if state.st_size < _LARGE:
        return sha256(path)
    return _sha256_of_large(path, state.st_ino, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=64)
def _sha256_of_large(path: Path, _inode: int, _size: int, _changed: int) -> str:
    return sha256(path)


def fingerprint(files: Iterable[Input], base: str, settings: BuildSettings, *, accept: bool | None = None) -> str:
    """SHA-256 in hex over inputs, BASE, settings, our own code and the versions of the libraries that write the data.

    `accept`: whether other columns of exports were accepted whatever their contracts say; otherwise the same files may stop a build.
    """
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.path}\0{file.sha256}\n".encode())
    digest.update(f"{base}\n{settings.model_dump_json()}\n".encode())
    if accept is not None:
        digest.update(f"other columns accepted: {accept}\n".encode())
    for library in _LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    for package in _CODE:
        root = Path(str(importlib.resources.files(package)))
        for path in sorted(root.rglob("*")):
            if path.suffix in {".py", ".ttl", ".rq", ".ftl", ".json", ".yml"} and "__pycache__" not in path.parts:
                digest.update(f"{package}/{path.relative_to(root).as_posix()}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
