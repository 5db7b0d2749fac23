"""How far the writing of a release is: bytes of sorted N-Triples that have been worked through, of all that will be.

Every dump and table is made from such files, and how large they are is known before. Bottom module: imports nothing of ours.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator

Lines = list[bytes]
Worked = Callable[[int], None]  # told of so many bytes more, by any thread


def unwatched(_bytes: int) -> None:
    """Nobody wants to know."""


def counted(blocks: Iterable[Lines], worked: Worked) -> Iterator[Lines]:
    """Pass on blocks of lines, telling how long each was once it has been worked through."""
    for block in blocks:
        yield block
        worked(sum(map(len, block)))


class Work:
    """Tells `within(bytes done, of all)` of each piece of work; of none more than was announced."""

    def __init__(self, total: int, within: Callable[[int, int], None] | None):
        self._total, self._within = total, within
        self._done = 0
        self._lock = threading.Lock()

    def __call__(self, more: int) -> None:
        if self._within is None:
            return
        with self._lock:
            self._done = min(self._done + more, self._total)
            self._within(self._done, self._total)
