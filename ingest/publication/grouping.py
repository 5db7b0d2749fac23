"""The statements of one subject after the other, found by bisection: a sorted block holds them side by side."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Generator, Iterable
from pathlib import Path

from ingest.publication.working import Worked, counted, unwatched
from ingest.sorting import Lines, read_blocks

Group = tuple[bytes, Lines]  # a subject as N-Triples term, and its lines


def subjects(path: Path, worked: Worked = unwatched) -> Generator[Group, None, None]:
    """The lines of a sorted file by their subject. The file is closed when this is, or at its end."""
    return by_subject(counted(read_blocks(path), worked))


def by_subject(blocks: Iterable[Lines]) -> Generator[Group, None, None]:
    """The lines of sorted blocks by their subject, wherever blocks end."""
    left: Lines = []  # of the last subject so far: the next block may have more
    for block in blocks:
        lines, start = left + block, 0
        while True:
            subject = lines[start][: lines[start].index(b" ")]
            # "!" follows the space that ends a subject. Lines out of order give some group, but come to an end.
            end = max(bisect_left(lines, subject + b"!", start), start + 1)
            if end == len(lines):
                break
            yield subject, lines[start:end]
            start = end
        left = lines[start:]
    if left:
        yield left[0][: left[0].index(b" ")], left
