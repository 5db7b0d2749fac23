"""The vocabulary's own files, found in a checkout and in an installed wheel alike (blueprint 8)."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

VOCABULARY_FOLDERS = ("modules", "concepts")
ALIGNMENTS = "alignments.ttl"


def resource(name: str) -> Traversable:
    """A file or folder of this package, such as `alignments.ttl` or `questions`."""
    return files("ontology").joinpath(name)


def listing(folder: str, suffix: str = ".ttl") -> list[Traversable]:
    """The files of a folder with that suffix, sorted by name; empty when the folder is not there."""
    place = resource(folder)
    if not place.is_dir():
        return []
    return sorted((entry for entry in place.iterdir() if entry.name.endswith(suffix)), key=lambda entry: entry.name)


def vocabulary_files() -> Iterator[Traversable]:
    """Everything that graph `vocabulary` holds: the modules, the code lists, the alignments, in this order."""
    for folder in VOCABULARY_FOLDERS:
        yield from listing(folder)
    yield resource(ALIGNMENTS)
