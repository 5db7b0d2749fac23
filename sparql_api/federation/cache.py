"""A cache bounded by bytes, whose entries end by themselves."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class Cache(Generic[V]):
    """The least recently used entries go first when `most_bytes` are reached."""

    def __init__(self, most_bytes: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most_bytes = most_bytes
        self._clock = clock
        self._entries: OrderedDict[Hashable, tuple[float, int, V]] = OrderedDict()
        self.held_bytes = 0

    def get(self, key: Hashable) -> V | None:
        """What is kept under `key`, or None when there is nothing or its time is over."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry[0] <= self._clock():
            self._drop(key)
            return None
        self._entries.move_to_end(key)
        return entry[2]

    def put(self, key: Hashable, value: V, size: int, seconds: float) -> None:
        """Keep a value of `size` bytes for `seconds`; one larger than the whole cache is not kept."""
        if key in self._entries:
            self._drop(key)
        if size > self._most_bytes:
            return
        self._entries[key] = (self._clock() + seconds, size, value)
        self.held_bytes += size
        while self.held_bytes > self._most_bytes:
            self._drop(next(iter(self._entries)))

    def _drop(self, key: Hashable) -> None:
        self.held_bytes -= self._entries.pop(key)[1]
