"""Names of a release that follow from it and stand in no registry: its version of the dataset, distributions, runs, periods. Bottom module."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from commitments.release import CONSOLIDATED, Release
from commitments.sorted_statements import lines_with, mapped

Name = tuple[str, str]  # (kind, key)

_CATALOG = "graphs/catalog.nt"
# Kinds of such names, and the sorted file of the release that describes them.
DESCRIBED_IN = {"dataset": _CATALOG, "distribution": _CATALOG, "service": _CATALOG, "catalog": _CATALOG, "run": _CATALOG, "period": CONSOLIDATED}


def computed_names(release: Release) -> set[Name]:
    """(kind, key) of every thing of these kinds that the release describes. Raises OSError when a file cannot be read."""
    found = set()
    for kind, file in DESCRIBED_IN.items():
        start = f"<{release.base}id/{kind}/".encode()
        keys = {line[len(start) : line.index(b">")] for line in lines_of(release.file(file), start)}
        found |= {(kind, unquote(key.decode())) for key in keys}
    return found


def lines_of(path: Path, start: bytes) -> list[bytes]:
    """The lines of a sorted file that begin with `start`; none where there is no such file."""
    if not path.is_file():
        return []
    with mapped(path) as text:
        return list(lines_with(text, start))
