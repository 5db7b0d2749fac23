"""Moving a running service to a newer release: without a failed request, and only when both fit into memory.

For a while there are two loaders: the new one, and the old one until the last request that began with it has ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path

from commitments.release import Release, ReleaseError, current_release
from sparql_api.engine import Engine
from sparql_api.engine.admission import Admission
from sparql_api.engine.factory import DISK, MEMORY, make_engine
from sparql_api.settings import MEBIBYTE, Settings
from sparql_api.site import Edition, Site

log = logging.getLogger(__name__)

# Bytes of memory that a store takes per byte of N-Quads, measured (docs/operations.md), rounded up.
STORE_PER_BYTE = 3
LOADER_BYTES = 64 * MEBIBYTE
DRAIN_SECONDS = 0.1


class ReleaseSwitch:
    """Watches `releases/current` and moves the site to a newer release without dropping a request."""

    def __init__(self, settings: Settings, site: Site, engine: Engine, admission: Admission) -> None:
        self._settings = settings
        self._site = site
        self._engine = engine
        self._admission = admission
        self._retiring: set[asyncio.Task[None]] = set()
        self._refused: str | None = None  # a release that could not be loaded is not tried again
        self._told: str | None = None  # a release that could not be loaded yet, which was said once

    async def watch(self) -> None:
        """Look every `release_seconds`; never ends by itself."""
        while True:
            await asyncio.sleep(self._settings.release_seconds)
            try:
                release = current_release(self._settings.releases)
                if release is not None and release.id not in (self._engine.release_id, self._refused) and self._fits(release):
                    await self._move_to(release)
            except (ReleaseError, OSError) as error:
                log.warning("%s", error)

    def _fits(self, release: Release) -> bool:
        """Whether a second store fits into memory now; if not, that is logged once, and looked at again later."""
        if self._settings.engine != "memory":
            return True
        needed = LOADER_BYTES + STORE_PER_BYTE * release.everything.stat().st_size
        available = available_memory()
        if available is None or needed <= available:
            return True
        if self._told != release.id:
            self._told = release.id
            self._site.observation.release_refused()
            log.error(
                "release %s is not loaded: beside %s it needs about %d MiB of memory and %d MiB are available; %s stays. "
                "Free memory, restart the service, or set COMMITMENTS_ENGINE=disk",
                release.id, self._engine.release_id, needed // MEBIBYTE, available // MEBIBYTE, self._engine.release_id,
            )  # fmt: skip
        return False

    async def _move_to(self, release: Release) -> None:
        observation = self._site.observation
        engine = make_engine(release, self._settings, self._admission, on_worker_ended=observation.worker_ended)
        edition = self._site.current
        try:
            await engine.start()
            await self._site.publish(release, engine)
        except asyncio.CancelledError:
            await engine.close()
            raise
        except Exception as error:  # whatever is wrong with it, the release that is served stays
            if self._told != release.id:
                self._told = release.id
                log.error("release %s could not be loaded (%s); %s stays", release.id, error, self._engine.release_id)
                observation.release_refused()
            if self._settings.engine in (MEMORY, DISK):
                self._refused = release.id
            # else it is tried again: `commitments push` may load it into a remote store at any time
            await engine.close()
            return
        old, self._engine = self._engine, engine
        log.info("release %s is served now, after %s", release.id, old.release_id)
        task = asyncio.create_task(self._retire(old, edition))
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)

    async def _retire(self, engine: Engine, edition: Edition | None) -> None:
        """End an engine with the last request that began with it. Each has a limit of its own, so that comes."""
        self._site.retiring.append(engine)
        try:
            while (edition is not None and edition.open_requests) or getattr(engine, "open_queries", 0):
                await asyncio.sleep(DRAIN_SECONDS)
        finally:
            await engine.close()
            self._site.retiring.remove(engine)
            log.info("the engine of release %s has ended", engine.release_id)

    async def close(self) -> None:
        """End all engines."""
        for task in list(self._retiring):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self._engine.close()


def available_memory(proc: Path = Path("/proc"), cgroup: Path = Path("/sys/fs/cgroup")) -> int | None:
    """Bytes that this machine, or the container we are in, can still give; None where nobody says."""
    groups = [_of_group(folder) for folder in _groups(proc, cgroup)]
    found = [value for value in (_of_machine(proc), *groups) if value is not None]
    return min(found) if found else None


def _of_machine(proc: Path) -> int | None:
    try:
        for line in (proc / "meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, IndexError, ValueError):
        pass
    return None


def _groups(proc: Path, cgroup: Path) -> list[Path]:
    """Folders of the control groups (version 2) that we are in, outermost first: a limit of each of them holds."""
    try:
        lines = (proc / "self" / "cgroup").read_text().splitlines()
    except OSError:
        lines = []
    own = next((line.removeprefix("0::") for line in lines if line.startswith("0::")), "/")
    parts = own.strip("/").split("/") if own.strip("/") else []
    return [cgroup.joinpath(*parts[:number]) for number in range(len(parts) + 1)]


def _of_group(cgroup: Path) -> int | None:
    """Limit of a control group less what it uses, the page cache not counted as used."""
    try:
        limit = (cgroup / "memory.max").read_text().strip()
        if limit == "max":
            return None
        used = int((cgroup / "memory.current").read_text())
        statistics = dict(line.split() for line in (cgroup / "memory.stat").read_text().splitlines())
        return int(limit) - used + int(statistics.get("inactive_file", 0))
    except (OSError, ValueError):
        return None
