"""N-Triples in blocks of whole lines, so that neither side has to hold a large graph at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

BLOCK_BYTES = 8 * 2**20


def blocks(path: Path, most: int = BLOCK_BYTES) -> Iterator[bytes]:
    """The lines of a file, together `most` bytes or, for a single line, more. An empty file is one empty block."""
    with path.open("rb") as file:
        block = file.read(most)
        while True:
            block += file.readline()  # the rest of a line that was cut; at the border of one nothing is lost
            yield block
            block = file.read(most)
            if not block:
                return
