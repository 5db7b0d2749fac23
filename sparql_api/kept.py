"""Which releases lie beside the one that is served, and which were published once: by id, never by a path from outside."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from commitments.computed_names import Name
from commitments.release import PUBLICATION_LOG, Release, ReleaseError, open_release

RELEASE_ID = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9a-f]{8}\Z")


@lru_cache(maxsize=64)
def _open_once(path: Path) -> Release:
    return open_release(path)


def open_kept(folder: Path, identifier: str) -> Release | None:
    """The release with this id in the folder of releases, or None where there is no such, finished one."""
    if not RELEASE_ID.match(identifier):
        return None
    path = folder / identifier
    if path.is_symlink() or not path.is_dir():
        return None
    try:
        return _open_once(path)
    except ReleaseError:
        return None


def kept_releases(folder: Path) -> list[Release]:
    """The releases that are kept, the one made last first: an id tells the date of the data only, which several may share."""
    names = [item.name for item in folder.iterdir() if RELEASE_ID.match(item.name)]
    found = [release for release in (open_kept(folder, name) for name in names) if release is not None]
    return sorted(found, key=lambda release: (datetime.fromisoformat(release.manifest.created), release.id), reverse=True)


def published(folder: Path) -> dict[str, set[str]]:
    """Every release that the publication log names, with the BASEs that it was published under."""
    return _log_of(folder).published


def pruned_names(folder: Path, base: str) -> set[Name]:
    """What pruned releases below BASE had named and no other kept release did then, as the publication log says it."""
    return _log_of(folder).names.get(base, set())


@dataclass
class _Log:
    """What the publication log says: release id -> BASEs it was published under; BASE -> names that went with a pruned release."""

    published: dict[str, set[str]] = field(default_factory=dict)
    names: dict[str, set[Name]] = field(default_factory=dict)


def _log_of(folder: Path) -> _Log:
    log = folder / PUBLICATION_LOG
    if not log.is_file():
        return _Log()
    state = log.stat()
    return _read_log(log, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _read_log(log: Path, _modified: int, _size: int) -> _Log:
    found = _Log()
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue  # cut off by a full disk
        if not isinstance(entry, dict) or not RELEASE_ID.match(str(entry.get("release"))):
            continue
        base = str(entry.get("base"))
        found.published.setdefault(entry["release"], set()).add(base)
        for kind, keys in dict(entry.get("names") or {}).items():
            found.names.setdefault(base, set()).update((kind, str(key)) for key in keys)
    return found
