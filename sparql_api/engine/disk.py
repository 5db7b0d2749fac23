"""Stores on disk, for graphs larger than memory: made once per release, then only read.

    python -m sparql_api.engine.disk --data commitments.nq --store FOLDER [--parent PID]

A store stands in a folder named after its release and the version of the engine that wrote it. The folder appears under
that name only when it is complete, so whoever finds it may open it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import pyoxigraph as ox

from commitments.release import Release
from sparql_api.engine import EngineProblem, problems
from sparql_api.engine.loader import die_with_parent

UNFINISHED = ".unfinished-"
STORE_MARK = "-oxigraph-"  # between the release and the version of the engine
DAY = 24 * 60 * 60


async def store_of(release: Release, stores: Path) -> Path:
    """Folder of the store of a release below `stores`, made first where there is none.

    Making takes as long as reading the release, in a process of its own. Raises EngineProblem 503 when it fails.
    """
    folder = stores / f"{release.id}{STORE_MARK}{ox.__version__}"
    if folder.is_dir():
        with contextlib.suppress(OSError):
            os.utime(folder)  # `remove_orphans` asks which version of the engine was at work last
        return folder
    command = [sys.executable, "-m", "sparql_api.engine.disk", "--data", str(release.everything), "--store", str(folder), "--parent", str(os.getpid())]
    home = str(Path(__file__).resolve().parent.parent.parent)
    path = os.pathsep.join(filter(None, [home, os.environ.get("PYTHONPATH")]))
    process = await asyncio.create_subprocess_exec(*command, env={**os.environ, "PYTHONPATH": path})
    try:
        code = await process.wait()
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        raise
    if code != 0:
        raise EngineProblem(503, "engine-not-ready", problems.not_ready().detail, message=f"the store {folder} could not be made")
    return folder


def remove_orphans(stores: Path, releases: Path) -> None:
    """Remove the stores of releases that have been pruned, those of another version of the engine, and what makers left
    that were interrupted a day ago.

    A store of another version goes when this version has been at work since, for more than a day: until then a service
    that has not been updated yet, or the way back to it, may need it. An open store stays readable to who has it open.
    """
    yesterday = time.time() - DAY
    times = _times(stores)
    ours = [when for name, when in times.items() if name.endswith(f"{STORE_MARK}{ox.__version__}") and when < yesterday]
    for name, when in times.items():
        release, mark, version = name.partition(STORE_MARK)
        pruned = mark and not (releases / release).exists()
        outdated = mark and version != ox.__version__ and when < max(ours, default=0)
        left = name.startswith(UNFINISHED) and when < yesterday
        if pruned or outdated or left:
            shutil.rmtree(stores / name, ignore_errors=True)


def _times(stores: Path) -> dict[str, float]:
    """Name -> when it was made or taken up last, of all that stands in the folder of stores."""
    times = {}
    for folder in stores.iterdir() if stores.is_dir() else ():
        with contextlib.suppress(FileNotFoundError):  # another process removes them, too
            times[folder.name] = folder.stat().st_mtime
    return times


def make(data: Path, folder: Path) -> None:
    """Write the store of a file of N-Quads. Raises OSError or SyntaxError, leaving nothing."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=folder.parent))
    try:
        store = ox.Store(str(unfinished))
        store.bulk_load(path=str(data), format=ox.RdfFormat.N_QUADS)
        store.optimize()
        store.flush()
        del store  # RocksDB writes the last of it when it is closed
        try:
            unfinished.rename(folder)
        except OSError:
            if not folder.is_dir():  # another process was faster
                raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def main() -> None:
    """Exits with 1 and a line on stderr when the store cannot be made."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--parent", type=int)
    arguments = parser.parse_args()
    if arguments.parent is not None:
        die_with_parent()
        if os.getppid() != arguments.parent:
            sys.exit(1)
    try:
        make(arguments.data, arguments.store)
    except (OSError, SyntaxError, ValueError) as error:
        sys.exit(f"{arguments.store}: {error}")


if __name__ == "__main__":
    main()
