"""The statements of one subject after the other, telling how far that is."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from ingest.publication.working import Worked, counted, unwatched
from ingest.sorting import Group, by_subject, read_blocks


def subjects(path: Path, worked: Worked = unwatched) -> Generator[Group, None, None]:
    """The lines of a sorted file by their subject. The file is closed when this is, or at its end."""
    return by_subject(counted(read_blocks(path), worked))
