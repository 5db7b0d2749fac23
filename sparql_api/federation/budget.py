"""What calls to other services may use."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 2**20


@dataclass(frozen=True)
class Budget:
    """Bounds per query, per process, and of the cache.

    seconds          wall clock for all calls of a query together; never more than `share` of the query's own limit
    share            of the query's limit, so that the engine has time left for the rest
    rows             solutions of one call
    answer_bytes     of one answer as received, and again once decompressed
    inlined_bytes    UTF-8 bytes of the solutions of a query's calls together, as they stand in its rewritten text
    at_once          calls under way to one endpoint, and `waiting` how many more may wait for it or for an answer
    cache_bytes      of solutions kept for `keep_seconds`; a failure is remembered for `keep_failure_seconds`
    """

    seconds: float = 10.0
    share: float = 0.5
    rows: int = 10_000
    answer_bytes: int = 8 * MEBIBYTE
    inlined_bytes: int = 8 * MEBIBYTE
    at_once: int = 4
    waiting: int = 64
    cache_bytes: int = 32 * MEBIBYTE
    keep_seconds: float = 60.0
    keep_failure_seconds: float = 5.0
