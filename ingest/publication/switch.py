"""The one atomic step that makes a finished folder the current release and its registry the registry.

The order is: intent noted, folder renamed, `current` switched, registry written back, publication logged, intent removed.
Before the switch the old release and the old registry hold; from the switch on the new ones do, and whatever a crash left
undone after it is done by `recover`, which every later build and serve calls first.
"""

from __future__ import annotations

import csv
import datetime as dt
import filecmp
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from commitments.computed_names import computed_names
from commitments.release import (
    CURRENT,
    IDENTIFIERS,
    PUBLICATION_LOG,
    RELEASES,
    Release,
    ReleaseError,
    all_releases,
    current_release,
    open_release,
)
from ingest.publication import files
from ingest.publication.lock import BuildInProgress, build_lock

INTENT = ".intent.json"

RegistryFiles = Mapping[str, bytes | Path]  # kind -> its log, or a file that holds it


class RegistryConflict(Exception):
    """The registry on disk holds events that the registry about to be written lacks: nobody's event may be lost.

    `published`: the release that is current already and whose registry waits to be written; "" = the build has published nothing.
    """

    def __init__(self, path: Path, events: list[tuple[str, ...]], published: str = ""):
        self.path = path
        self.events = events
        self.published = published
        super().__init__(f"{path}: holds {len(events)} event(s) that this release does not know, first {','.join(events[0])!r}; it was edited while a build ran")


def now() -> str:
    """The present moment as RFC 3339 in UTC; only for the manifest and the publication log."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def install(folder: Path, release_id: str, data_dir: Path, registry: RegistryFiles) -> Release:
    """Make the finished, synced temporary `folder` the release `release_id` and the current one.

    Raises RegistryConflict or OSError. Before the switch that means that what was there stays; after it, that the new
    release is there and `recover` has the rest to do.
    """
    releases = data_dir / RELEASES
    check_registry(data_dir, registry)
    _note_intent(releases, release_id)
    try:
        files.rename(folder, releases / release_id)
        files.point(releases / CURRENT, release_id)
    except BaseException:
        if _current_id(releases) != release_id:
            _abandon(releases, release_id)
        raise
    _complete(data_dir, release_id)
    return open_release(releases / release_id)


def reinstate(release: Release, data_dir: Path, registry: RegistryFiles) -> bool:
    """Content that is already published: switch `current` to it where it points elsewhere, keep the registry whole. Returns whether it did."""
    releases = data_dir / RELEASES
    check_registry(data_dir, registry)
    switched = _current_id(releases) != release.id
    if switched:
        files.point(releases / CURRENT, release.id)
        log(releases, "switched", release)
    write_registry(data_dir, registry)
    return switched


def recover(data_dir: Path) -> str | None:
    """Finish, or undo, a publication that was interrupted. Returns the id of the release it finished, else None.

    Safe to call at any time and by a server: does nothing without an interrupted publication, and nothing while a build
    runs. Raises RegistryConflict when someone edited the registry in between, ReleaseError when the note of it or the
    release cannot be read, OSError when the folder cannot be written.
    """
    releases = data_dir / RELEASES
    if not (releases / INTENT).exists():
        return None
    try:
        with build_lock(data_dir):
            return _recover_locked(data_dir)
    except BuildInProgress:
        return None


def _recover_locked(data_dir: Path) -> str | None:
    releases = data_dir / RELEASES
    intent = _read_intent(releases)
    if intent is None:
        return None
    release_id = intent["release"]
    if _current_id(releases) != release_id:
        _abandon(releases, release_id)
        return None
    _complete(data_dir, release_id)
    return str(release_id)


def _complete(data_dir: Path, release_id: str) -> None:
    """What follows the switch; every step may be repeated."""
    releases = data_dir / RELEASES
    release = open_release(releases / release_id)
    registry = {path.stem: path for path in sorted((release.path / IDENTIFIERS).glob("*.csv"))}
    check_registry(data_dir, registry, published=release_id)
    write_registry(data_dir, registry)
    log(releases, "published", release)
    _forget_intent(releases)


def _abandon(releases: Path, release_id: str) -> None:
    """Undo a publication that never became current."""
    folder = releases / release_id
    if folder.exists():
        files.remove_folder(folder)
    _forget_intent(releases)


def _note_intent(releases: Path, release_id: str) -> None:
    files.replace_file(releases / INTENT, json.dumps({"release": release_id}).encode())


def _read_intent(releases: Path) -> dict[str, str] | None:
    try:
        intent = json.loads((releases / INTENT).read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise ReleaseError(f"{releases / INTENT}: {error}") from error
    if not isinstance(intent, dict) or not isinstance(intent.get("release"), str):
        raise ReleaseError(f"{releases / INTENT}: no object that names a release")
    return intent


def _forget_intent(releases: Path) -> None:
    (releases / INTENT).unlink(missing_ok=True)
    files.sync_folder(releases)


def _current_id(releases: Path) -> str | None:
    try:
        release = current_release(releases)
    except ReleaseError:
        return None
    return release.id if release else None


def check_registry(data_dir: Path, registry: RegistryFiles, published: str = "") -> None:
    """Raise RegistryConflict unless every event on disk is among those about to be written."""
    for kind, content in registry.items():
        path = data_dir / IDENTIFIERS / f"{kind}.csv"
        if path.exists() and not _extends(path, content):
            with _opened(content) as stream:
                known = set(_events(stream))
            with open(path, "rb") as stream:
                lost = [event for event in _events(stream) if event not in known]
            if lost:
                raise RegistryConflict(path, lost, published)


def _opened(content: bytes | Path) -> BinaryIO:
    return io.BytesIO(content) if isinstance(content, bytes) else open(content, "rb")


def _extends(path: Path, content: bytes | Path) -> bool:
    """Whether the new log has the lines of the old one in their order, which is so unless someone edited the old one by hand.

    Both are sorted, so one walk tells, however long they are. A quoted cell may hold line breaks; then only `_events` tells.
    """
    with open(path, "rb") as old, _opened(content) as new:
        for line in old:
            if b'"' in line or not any(line == other for other in new):
                return False
    return True


def _events(content: BinaryIO) -> Iterator[tuple[str, ...]]:
    """The rows of a registry file, alike however a spreadsheet program quotes and ends them."""
    # What is no text is an event that nobody knows, and named as such.
    text = io.TextIOWrapper(content, encoding="utf-8-sig", errors="backslashreplace", newline="")
    for row in csv.reader(text):
        stripped = tuple(cell.strip() for cell in row)
        if any(stripped):
            yield stripped


def write_registry(data_dir: Path, registry: RegistryFiles) -> None:
    """Write each registry file whose content differs, whole or not at all."""
    folder = data_dir / IDENTIFIERS
    folder.mkdir(parents=True, exist_ok=True)
    for kind, content in sorted(registry.items()):
        path = folder / f"{kind}.csv"
        if not path.exists() or not _same(path, content):
            files.replace_file(path, content)


def _same(path: Path, content: bytes | Path) -> bool:
    return path.read_bytes() == content if isinstance(content, bytes) else filecmp.cmp(path, content, shallow=False)


def log(releases: Path, event: str, release: Release, **more: Any) -> None:
    """Append one event (published, unchanged, switched, pruned) with its real time to the publication log."""
    entry = {"time": now(), "event": event, "release": release.id, "base": release.base}
    if event == "published":
        entry |= {"created": release.manifest.created, "fingerprint": release.manifest.fingerprint}
    files.append_line(releases / PUBLICATION_LOG, json.dumps(entry | more, ensure_ascii=False))


def prune(data_dir: Path, keep: int) -> None:
    """Remove the oldest releases (by real time of publication) beyond `keep`, never the current one.

    The log keeps the names that go with one, by kind, so that they are known to have been: runs, periods and whatever else
    stands in no registry and in no release that stays. Those that end with the release's own id need no list, but where no
    release that stays has the like: a graph that left takes the names of its files along.
    """
    if keep < 1:
        raise ValueError("keep must be at least 1: the current release always stays")
    releases = data_dir / RELEASES
    current = _current_id(releases)
    published = all_releases(releases)
    others = [release for release in published if release.id != current]
    others.sort(key=lambda release: (release.manifest.created, release.id), reverse=True)
    going = others[max(keep - 1, 0) :]
    staying = [release for release in published if release not in going]
    for release in going:
        # Said before it is done: a list of names that a later try repeats does no harm, a missing one cannot be made up.
        log(releases, "pruned", release, names=_names_gone(release, staying))
        files.remove_folder(release.path)


def _names_gone(release: Release, staying: Sequence[Release]) -> dict[str, list[str]]:
    """The names that no registry knows and only this release has, among those below its BASE: kind -> keys, both sorted."""
    others = {(kind, key.removesuffix(f"_{other.id}")) for other in staying if other.base == release.base for kind, key in computed_names(other)}
    gone: dict[str, list[str]] = {}
    for kind, key in sorted(computed_names(release)):
        if (kind, key.removesuffix(f"_{release.id}")) not in others:
            gone.setdefault(kind, []).append(key)
    return gone
