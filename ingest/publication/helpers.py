"""Files of a large release that do not depend on each other are written by processes of their own, on all cores.

A helper is given one of the functions of `ingest.publication.jobs` with its arguments and writes into the release's temporary
folder; which files it wrote is noted here. What it raises is raised here.
"""

from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from commitments.release import File
from ingest.apart import Apart, ProcessFailed
from ingest.publication.files import ReleaseFolder

Job = Callable[..., Any]


class Helpers:
    """Runs jobs on a release folder: in helper processes, or with `processes` = 0 at once and in this one."""

    def __init__(self, folder: ReleaseFolder, processes: int):
        self._folder = folder
        self._threads = ThreadPoolExecutor(processes) if processes else None  # each waits for a process
        self._running: set[Apart] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def __enter__(self) -> Helpers:
        return self

    def __exit__(self, *_raised: object) -> None:
        """End helpers that still run: something failed, or their results would have been awaited."""
        if self._threads is None:
            return
        with self._lock:
            self._stopped = True
            for process in self._running:
                process.kill()
        self._threads.shutdown(cancel_futures=True)

    def start(self, job: Job, **arguments: Any) -> Future[Any]:
        """Run `job(folder, **arguments)`."""
        if self._threads is not None:
            return self._threads.submit(self._run, job, arguments)
        done: Future[Any] = Future()
        done.set_result(job(self._folder, **arguments))
        return done

    def beside(self, job: Job, **arguments: Any) -> Future[Any]:
        """Run `job(folder, **arguments)` in a thread: for one that hashes and packs what is there, and computes nothing."""
        if self._threads is not None:
            return self._threads.submit(job, self._folder, **arguments)
        return self.start(job, **arguments)

    def _run(self, job: Job, arguments: dict[str, Any]) -> Any:
        with self._lock:
            if self._stopped:
                raise ProcessFailed(job.__name__)
            process = Apart(help_with, job, self._folder.path, arguments)
            self._running.add(process)
        try:
            result, files = process.result()
        finally:
            with self._lock:
                self._running.discard(process)
        with self._lock:
            self._folder.files += files
        return result


def help_with(job: Job, path: Path, arguments: dict[str, Any]) -> tuple[Any, list[File]]:
    """The helper's side: the job's result and the files it wrote."""
    folder = ReleaseFolder(path, helper=True)
    with uncollected():
        return job(folder, **arguments), folder.files


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Spare the search for garbage: jobs make millions of small objects, none of them in circles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
