"""The guard with a memory: what was checked before is not read again, and what differs only in values hardly.

Reading a query costs more than the engine often needs to answer it. Only verdicts that let a query through are kept, an
error is always made from the text at hand.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Hashable
from functools import lru_cache
from threading import Lock
from typing import Generic, TypeVar

from sparql_api.sparql.guard import Caps, GuardedQuery, read_and_check
from sparql_api.sparql.skeletons import Cut, Lesson, cut, learn, make_ready

T = TypeVar("T")

MEMORY_BYTES = 16 * 2**20
# What an entry takes besides its texts: measured at 1.5 to 2.5 KiB for queries of every kind.
ENTRY_BYTES = 2048
LARGEST_SHARE = 0.1  # of the memory, that one entry may take


class Memory(Generic[T]):
    """Least-recently-used values, bounded by the bytes that they are said to take. For any number of threads."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._held: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._lock = Lock()
        self.bytes = 0

    def get(self, key: Hashable) -> T | None:
        with self._lock:
            found = self._held.get(key)
            if found is None:
                return None
            self._held.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, value: T, weight: int) -> None:
        if weight > self._most * LARGEST_SHARE:
            return
        with self._lock:
            if key in self._held:
                self.bytes -= self._held.pop(key)[1]
            self._held[key] = (value, weight)
            self.bytes += weight
            while self.bytes > self._most:
                _, (_, dropped) = self._held.popitem(last=False)
                self.bytes -= dropped

    def __len__(self) -> int:
        return len(self._held)


class Guard:
    """`guard` for one base, one set of caps and one list of opened services, remembering. Same results, same errors."""

    def __init__(
        self, base: str | None = None, caps: Caps = Caps(), open_services: frozenset[str] = frozenset(), memory_bytes: int = MEMORY_BYTES
    ) -> None:
        self._base = base
        self._caps = caps
        self._open_services = open_services
        self._queries: Memory[GuardedQuery] = Memory(memory_bytes // 2)
        self._lessons: Memory[Lesson] = Memory(memory_bytes // 2)
        make_ready()

    def __call__(self, text: str) -> GuardedQuery:
        """Check a query. Raises QuerySyntaxError and QueryRefused as `guard` does."""
        known = self._queries.get(text)
        if known is not None:
            return known
        # Beyond the cap on length only `guard` looks at a text.
        pieces = cut(text) if len(text) <= self._caps.length else None
        query = (self._recall(text, pieces) if pieces else None) or self._read(text, pieces)
        self._queries.put(text, query, sys.getsizeof(text) + ENTRY_BYTES)
        return query

    def _recall(self, text: str, pieces: Cut) -> GuardedQuery | None:
        lesson = self._lessons.get(pieces.key)
        return None if lesson is None else lesson.apply(text, pieces)

    def _read(self, text: str, pieces: Cut | None) -> GuardedQuery:
        query, parsed, stream = read_and_check(text, self._base, self._caps, self._open_services)
        lesson = learn(pieces, query, parsed, stream) if pieces else None
        if pieces and lesson:
            # The texts between values are held by the key, the text of the first query by the lesson.
            kept = sum(map(sys.getsizeof, pieces.key[0]))
            self._lessons.put(pieces.key, lesson, kept + sys.getsizeof(text) + ENTRY_BYTES)
        return query


@lru_cache(maxsize=8)
def guard_for(base: str | None = None, caps: Caps = Caps(), open_services: frozenset[str] = frozenset()) -> Guard:
    """The guard of these circumstances, one for all who ask; former ones (of an older release) are forgotten."""
    return Guard(base, caps, open_services)
