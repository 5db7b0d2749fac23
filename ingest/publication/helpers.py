"""Files of a large release that do not depend on each other are written by processes of their own, on all cores.

A helper is given one of the functions of `ingest.publication.jobs` with its arguments and writes into the release's temporary
folder; which files it wrote is noted here. What it raises is raised here.
"""

from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from commitments.release import File
from ingest.apart import Processes, tell
from ingest.publication.files import ReleaseFolder

Job = Callable[..., Any]


class Helpers:
    """Runs jobs on a release folder: in helper processes, or with `processes` = 0 at once and in this one."""

    def __init__(self, folder: ReleaseFolder, processes: int):
        self._folder = folder
        self._processes = Processes(processes) if processes else None
        self._lock = threading.Lock()

    def __enter__(self) -> Helpers:
        return self

    def __exit__(self, *raised: object) -> None:
        """End helpers that still run."""
        if raised[:1] != (None,):
            self._folder.wanted = False
        if self._processes is not None:
            self._processes.__exit__(*raised)

    def start(self, job: Job, **arguments: Any) -> Future[Any]:
        """Run `job(folder, **arguments)`."""
        if self._processes is not None:
            return self._processes.start(help_with, job, self._folder.path, arguments, then=self._written, told=self._folder.worked)
        done: Future[Any] = Future()
        done.set_result(job(self._folder, **arguments))
        return done

    def beside(self, job: Job, **arguments: Any) -> Future[Any]:
        """Run `job(folder, **arguments)` in a thread: for one that hashes and packs what is there, and computes nothing."""
        if self._processes is not None:
            return self._processes.beside(job, self._folder, **arguments)
        return self.start(job, **arguments)

    def _written(self, outcome: tuple[Any, list[File]]) -> Any:
        result, files = outcome
        with self._lock:
            self._folder.files += files
        return result


def help_with(job: Job, path: Path, arguments: dict[str, Any]) -> tuple[Any, list[File]]:
    """The helper's side: the job's result and the files it wrote."""
    folder = ReleaseFolder(path, helper=True)
    folder.worked = tell
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
