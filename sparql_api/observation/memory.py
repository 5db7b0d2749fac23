"""Memory of processes, as Linux tells it in /proc. Elsewhere there are no figures, and no metrics of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


@dataclass(frozen=True)
class Memory:
    """Bytes of some processes together.

    resident       in RAM; a page that several of them share counts once for each
    proportional   in RAM; a shared page counts once in all (PSS), None where the system does not tell
    """

    processes: int = 0
    resident: int = 0
    proportional: int | None = 0


def sample(pids: Mapping[str, Iterable[int]], proc: Path = PROC) -> dict[str, Memory]:
    """Memory by role. A process that has ended meanwhile is left out. Walks page tables: some milliseconds per GiB, so
    not for the event loop."""
    found = {}
    for role, members in pids.items():
        processes, resident, proportional = 0, 0, 0
        complete = True
        for pid in members:
            pages = _resident(proc / str(pid))
            if pages is None:
                continue
            processes += 1
            resident += pages
            share = _proportional(proc / str(pid))
            complete = complete and share is not None
            proportional += share or 0
        found[role] = Memory(processes, resident, proportional if complete else None)
    return found


def _resident(process: Path) -> int | None:
    try:
        return int((process / "statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError, ValueError):
        return None


def _proportional(process: Path) -> int | None:
    try:
        for line in (process / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except (OSError, IndexError, ValueError):
        return None
    return None
