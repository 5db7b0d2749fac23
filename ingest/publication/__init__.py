"""From a finished draft to an immutable release on disk, all or nothing (blueprint, section 6)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from commitments.release import RELEASES, Release, ReleaseError, open_release
from ingest.publication import dumps, files, switch
from ingest.publication.draft import CATALOG_GRAPH, CONSOLIDATED_GRAPH, Draft, SourceFacts, inputs_digest
from ingest.publication.dumps import canonical_lines
from ingest.publication.files import SCRATCH, sweep
from ingest.publication.lock import BuildInProgress, build_lock
from ingest.publication.statistics import NotSorted
from ingest.publication.switch import RegistryConflict, prune, recover
from ingest.publication.tables import SeveralValues, TableError
from ingest.publication.working import Work
from ingest.publication.writing import Writing, work_on

__all__ = [
    "SCRATCH", "BuildInProgress", "Draft", "NotSorted", "PublishedRelease", "RegistryConflict", "SeveralValues", "SourceFacts", "TableError",
    "build_lock", "canonical_lines", "inputs_digest", "prune", "publish", "recover", "sweep",
]  # fmt: skip

_GRAPH_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class PublishedRelease:
    """What `publish` did.

    `new` is False when the same content was published before: a release is immutable, so nothing was rewritten.
    `unapplied` then names the settings whose value differs from that release's; they will stand in the next one.
    """

    release: Release
    new: bool
    unapplied: tuple[str, ...] = ()
    switched: bool = False  # not new, and another release was the current one


def publish(
    draft: Draft,
    data_dir: Path,
    *,
    keep: int | None = None,
    progress: Callable[[str], None] | None = None,
    wait: float = 0.0,
    accept: Callable[[Path], None] | None = None,
    within: Callable[[int, int], None] | None = None,
) -> PublishedRelease:
    """Write one release below `data_dir/releases`, switch `current` to it, write its registry to `data_dir/identifiers`.

    A crash at any moment leaves the old release with the old registry or the new one with the new one, once `recover` has
    run; every build and `serve` runs it first. `progress` is told each file about to be written, `within` how much
    of the work is done and how much there is, by any thread. `wait` is how many
    seconds to wait for another build; `accept` sees the finished folder before anything is switched, and what it raises
    leaves all as it was; a caller that reads the registry must hold `build_lock` from then on itself.

    Raises BuildInProgress, NotSorted, TableError, RegistryConflict, ReleaseError, ValueError (a draft that is not
    complete), OSError; releases and registry are then as they were.
    """
    _check(draft)
    with build_lock(data_dir, wait=wait):
        recover(data_dir)
        releases = data_dir / RELEASES
        files.sweep(releases)
        content = {name: path for name, path in draft.graphs.items() if name != CATALOG_GRAPH}
        work = work_on(content, within)
        sha256 = dumps.content_sha256(content, draft.base, work)
        release_id = f"{draft.issued.isoformat()}-{sha256[:8]}"
        new, switched = not (releases / release_id).exists(), False
        if new:
            release = _write(draft, data_dir, release_id, sha256, progress or (lambda _: None), accept, work)
        else:
            release = _published_before(releases / release_id, sha256)
            switched = switch.reinstate(release, data_dir, draft.registry)
            switch.log(releases, "unchanged", release, fingerprint=draft.fingerprint)
        if keep is not None:
            prune(data_dir, keep)
    stated = release.manifest.settings
    unapplied = sorted(name for name in {*stated, *draft.settings} if stated.get(name, "") != draft.settings.get(name, ""))
    return PublishedRelease(release, new, tuple(unapplied), switched)


def _write(
    draft: Draft, data_dir: Path, release_id: str, sha256: str, progress: Callable[[str], None], accept: Callable[[Path], None] | None, work: Work
) -> Release:
    temporary = data_dir / RELEASES / f"{files.TEMPORARY}{release_id}-{os.getpid()}"
    try:
        switch.check_registry(data_dir, draft.registry)
        folder = files.ReleaseFolder(temporary)
        folder.worked = work
        Writing(draft, release_id, sha256, folder, progress).everything()
        if accept is not None:
            accept(temporary)
        return switch.install(temporary, release_id, data_dir, draft.registry)
    finally:
        files.remove_beside(temporary)
        if temporary.exists():
            files.remove_folder(temporary)


def _published_before(path: Path, sha256: str) -> Release:
    """The release of this id. Raises ReleaseError when its content is another: eight digits can meet by chance."""
    release = open_release(path)
    if release.manifest.content_sha256 != sha256:
        raise ReleaseError(f"{path}: holds other content under the same id ({release.manifest.content_sha256})")
    return release


def _check(draft: Draft) -> None:
    if not draft.base.endswith("/"):
        raise ValueError(f"BASE must end in a slash: {draft.base}")
    if CONSOLIDATED_GRAPH not in draft.graphs:
        raise ValueError("the draft has no consolidated graph")
    for name in draft.graphs:
        if name and (not _GRAPH_NAME.fullmatch(name) or name in ("consolidated", CATALOG_GRAPH)):
            raise ValueError(f"not the name of a graph a build may bring: {name!r}")
