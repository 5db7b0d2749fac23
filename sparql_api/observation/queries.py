"""The outcome of a query, the same for every engine, and the one place where queries are counted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from sparql_api.engine import Answer, AnswerCut, EngineProblem
from sparql_api.observation.requests import RequestRecord

if TYPE_CHECKING:
    from sparql_api.observation.state import Observation

# outcome -> what it means; the order is that of docs/operations.md
OUTCOMES = {
    "answered": "complete result",
    "timeout": "ended at the time limit, before the first byte",
    "memory": "ended at the memory limit, before the first byte",
    "cut": "broke off after the first byte, for whatever reason: the connection was dropped",
    "busy": "no place in the queue, or none free in time",
    "crowded-out": "a long query that had to make room",
    "cancelled": "the client went, or needed no more",
    "syntax": "not SPARQL 1.1",
    "refused": "SPARQL that this service does not run, or a result that the format cannot hold",
    "not-ready": "no engine",
    "service-failed": "another service, asked by SERVICE, gave no complete result",
    "failed": "a fault of the service or of its engine",
}
_OF_SLUG = {
    "query-timeout": "timeout",
    "query-memory": "memory",
    "too-many-queries": "busy",
    "too-many-long-queries": "crowded-out",
    "query-syntax": "syntax",
    "engine-not-ready": "not-ready",
    "query-failed": "failed",
    "service-failed": "service-failed",
}


def outcome_of(slug: str, status: int) -> str:
    """The outcome of a query that ended with a problem, given its slug and HTTP status."""
    return _OF_SLUG.get(slug) or ("refused" if status < 500 else "failed")


async def observed(observation: Observation, record: RequestRecord, release: str, work: Awaitable[Answer]) -> Answer:
    """Await `work`, the beginning of a query, and count the query when it ends, whichever way.

    `record` learns its outcome and timings: `wait` before a worker took it, `engine` from then to its first bytes.
    """
    started = time.perf_counter()

    def ended(outcome: str, waited: float = 0.0) -> None:
        record.outcome = outcome
        observation.query_ended(outcome, time.perf_counter() - started, waited=waited, release=release)

    try:
        answer = await work
    except EngineProblem as error:
        ended(outcome_of(error.slug, error.status))
        raise
    except asyncio.CancelledError:
        ended("cancelled")
        raise
    except BaseException:
        ended("failed")
        raise
    record.took("wait", answer.waited)
    record.took("engine", time.perf_counter() - started - answer.waited)
    if "Content-Length" in answer.headers:  # the whole result is here
        ended("answered", answer.waited)
        return answer
    return _Watched(answer, ended).answer


class _Watched:
    """An answer whose end is told once: `answered`, `cut` or `cancelled`."""

    def __init__(self, answer: Answer, ended: Callable[[str, float], None]) -> None:
        self._inner = answer
        self._ended = ended
        self._open = True
        self.answer = replace(answer, chunks=self._chunks(), cancel=self._cancel)

    def _end(self, outcome: str) -> None:
        if self._open:
            self._open = False
            self._ended(outcome, self._inner.waited)

    async def _chunks(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._inner.chunks:
                yield chunk
        except AnswerCut:
            self._end("cut")
            raise
        except Exception:
            self._end("failed")
            raise
        except BaseException:  # the reader has gone
            self._end("cancelled")
            raise
        self._end("answered")

    def _cancel(self) -> None:
        self._end("cancelled")
        self._inner.cancel()
