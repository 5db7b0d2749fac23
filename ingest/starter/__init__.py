"""The data folder that `commitments init DIR` writes for a deployment that has only the wheel."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path


class FolderNotEmpty(Exception):
    """The folder holds something already; nothing of a person's is ever overwritten."""


def write_starter(folder: Path) -> list[Path]:
    """Copy the starter files into `folder`, made if it does not exist; returns the files written, sorted.

    Raises FolderNotEmpty, or OSError when the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FolderNotEmpty(folder)
    written = []
    with as_file(files("ingest.starter") / "template") as template:
        for source in sorted(path for path in template.rglob("*") if path.is_file()):
            target = folder / source.relative_to(template)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
            written.append(target)
    return written
