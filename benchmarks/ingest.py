"""An export of growing size from its file to a published release, against the raw load of the statements it became.

Two figures a size: mapping (the file read twice, every cell accounted for, sorted statements on disk) with the load of the
result into an empty store; and the whole build with validation and all dumps. Both over pyoxigraph's `bulk_load` of
the same N-Triples in the same round; the build also over that of all statements which it published. Rows are made up (`benchmarks/export_rows.py`).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import building, export_rows
from benchmarks.figures import Figures, Goal
from benchmarks.processes import MEBIBYTE, environment

# Statements of the export's own graph, about: rows of it. Half a million of them become a release of one million.
SIZES = {"0.1M": 600, "0.5M": 3_000, "1M": 6_000, "10M": 60_000}
EDITION = "made-up-2016-11-30"
# A release says nearly everything twice: in the graph of its source and in the consolidated view.
PUBLISHED = "pyoxigraph bulk_load of the release's N-Quads"

# Only the export is timed; the tables beside it are the same for every size and small.
_MAP = """
import json, re, sys, tempfile, time
from pathlib import Path
from ingest import pipeline
from ingest.exports import Edition
from ingest.settings import load_settings
data, edition, target = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
plain, spent = pipeline.map_source, {}
def timed(build, source, *rest):
    begin = time.perf_counter()
    path = plain(build, source, *rest)
    spent[source.contract.key] = time.perf_counter() - begin
    return path
pipeline.map_source = timed
mapped = pipeline.map_sources(data, "http://localhost:8000/", load_settings(data), [Edition.parse(edition)])
key = edition.partition("=")[0]
mapped.graphs[key].path.rename(target)
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read()).group(1)) * 1024
print(json.dumps({"seconds": spent[key], "peak": peak}))
"""


def measure(data: Path, sizes: tuple[str, ...], rounds: int, figures: Figures) -> dict[str, dict[str, int]]:
    """Add the figures of each size; gives its rows, triples and quads. The data folder is copied, never changed."""
    return {size: _size(data, size, rounds, figures) for size in sizes}


def _size(data: Path, size: str, rounds: int, figures: Figures) -> dict[str, int]:
    facts: dict[str, int] = {"rows": SIZES[size]}
    for number in range(rounds):
        with tempfile.TemporaryDirectory(prefix="commitments-bench-") as folder:
            copy = building.copy_data(data, Path(folder) / "data")
            export, triples = Path(folder) / "export.csv", Path(folder) / "export.nt"
            export_rows.write(export, SIZES[size], copy)
            edition = f"{EDITION}={export}"
            mapped = _run(_MAP, [str(copy), edition, str(triples)], copy)
            loaded = building.bulk_load(triples)
            built = building.build(copy, "--input", edition)
            everything = building.bulk_load(building.released(copy).everything)
            reference = building.REFERENCE
            figures.add(f"{size}: mapping and load", "s", mapped["seconds"] + loaded.seconds, loaded.seconds, reference=reference, goal=Goal(1.3, at_most=True))
            figures.add(f"{size}: mapping, peak RSS", "MiB", mapped["peak"] / MEBIBYTE, loaded.peak / MEBIBYTE, reference=reference)
            whole = Goal(8, at_most=True)
            figures.add(f"{size}: build with all dumps", "s", built.seconds, loaded.seconds, reference=reference, goal=whole)
            figures.add(f"{size}: build with all dumps, over all that it published", "s", built.seconds, everything.seconds, reference=PUBLISHED, goal=whole)
            for step, seconds in built.steps.items():
                figures.add(f"{size}: build, step {step}", "s", seconds, loaded.seconds, reference=reference)
            peaks = built.peak / MEBIBYTE, loaded.peak / MEBIBYTE
            figures.add(f"{size}: build, peak RSS of the largest process", "MiB", *peaks, reference=reference, goal=Goal(2, at_most=True))
            facts |= {"triples": loaded.quads, "quads": everything.quads}
        print(f"ingest {size} {number + 1}/{rounds}: {built.seconds:.1f} s for {facts['quads']} quads", file=sys.stderr, flush=True)
    return facts


def _run(program: str, arguments: list[str], data: Path) -> dict[str, float]:
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True, env=environment(data))
    return dict(json.loads(done.stdout.splitlines()[-1]))
