"""One query under way in a worker: what comes over the wire, how fast the client takes it, and why it ended.

A query ages: it begins with the same right to the processor as the front, loses it in steps, and may be crowded out of a
place for slow ones. What limits it is in the worker itself (`engine.worker`); here it is given up when that should have failed.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol

from sparql_api.engine import AnswerCut, Dataset, EngineProblem, Limits, channel, problems
from sparql_api.engine.admission import Ticket
from sparql_api.engine.pool import Wire
from sparql_api.sparql.guard import GuardedQuery

log = logging.getLogger("sparql_api.engine.embedded")  # for who reads the log, what becomes of a worker is told by the engine

GRACE_SECONDS = 2.0  # how much later than the kernel's timer the front gives a query up, should that have failed
# A query starts with the same right to the processor as the front and loses it in steps, so that new ones go first.
FRESH_SECONDS = 0.1
NICENESS = 10
SLOW_NICENESS = 19
# Bytes of results held for clients that read slowly: of one query, and of one while all together hold more than the last.
HELD_BYTES = 2**20
HELD_BYTES_WHEN_FULL = 64 * 1024
HELD_BYTES_OF_ALL = 64 * 2**20


@dataclass(frozen=True)
class Request:
    """What `Engine.answer` takes."""

    query: GuardedQuery
    dataset: Dataset | None
    media_type: str
    limits: Limits


class BrokenSort(EngineProblem):
    """The engine's sort broke off because its order of terms has a circle."""

    def __init__(self) -> None:
        failed = problems.failed("the engine's sort broke off")
        super().__init__(failed.status, failed.slug, failed.detail, message=failed.message)


class WorkerLost(EngineProblem):
    """The worker ended for no fault of the query: worth a second try. Should that be lost, too, it means `meant`."""

    def __init__(self, meant: EngineProblem) -> None:
        super().__init__(meant.status, meant.slug, meant.detail, limit=meant.limit, retry_after=meant.retry_after)


class QueryKeeper(Protocol):
    """What a query tells its engine, and what all queries of one have in common."""

    loop: asyncio.AbstractEventLoop
    held_bytes: int  # of results that clients have not read yet

    def make_nice(self, wire: Wire, niceness: int) -> None: ...

    def kill(self, wire: Wire) -> None: ...

    def finished(self, query: Started) -> None: ...

    def forget(self, query: Started) -> None: ...


class Started:
    """One query under way: its place, its worker, and what of its result the client has not taken yet.

    `on_news` is called at each change that someone may wait for, in place of waking `first` or `chunks`.
    """

    def __init__(self, engine: QueryKeeper, request: Request, wire: Wire, ticket: Ticket) -> None:
        self.engine = engine
        self.request = request
        self.wire = wire
        self.held: deque[bytes] = deque()
        self.notices: dict[str, str] = {}
        self.complete = False  # the end mark has come
        self.on_news: Callable[[], None] | None = None
        self._ticket = ticket
        self._limits = request.limits
        self._loop = engine.loop
        self.since = self._loop.time()
        self.waited = 0.0  # seconds, before `since`
        self._age = 0  # 0 fresh, 1 no longer, 2 long
        self._held_bytes = 0
        self._said: EngineProblem | None = None
        self._closed = False  # no frame will follow
        self._news: asyncio.Future[None] | None = None
        self._end: asyncio.Future[tuple[int, int]] | None = None
        self._ended: tuple[int, int] | None = None
        self._crowded_out = False
        self._given_up = False
        self._killed = False
        wire.listener = self

    async def first(self) -> None:
        """Wait for the first bytes. Raises EngineProblem."""
        while not (self.held or self.complete):
            if self._said:
                raise self._said
            if self._closed:
                raise await self._why()
            await self._wait()

    def take_all(self) -> bytes:
        """The one chunk of a complete result."""
        chunk = self.held.popleft()
        self._count(-len(chunk))
        return chunk

    def give_back(self, chunk: bytes) -> None:
        """Undo `take_all`."""
        self.held.appendleft(chunk)
        self._count(len(chunk))

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes of the result. Raises AnswerCut when there is no end mark."""
        try:
            while True:
                while self.held:
                    chunk = self.held.popleft()
                    self._count(-len(chunk))
                    self.wire_may_go_on()
                    yield chunk
                if self.complete:
                    return
                if self._closed or self._said:
                    problem = self._said or await self._why()
                    raise AnswerCut(f"{problem.slug} after the first byte")
                await self._wait()
        finally:
            self.cancel()

    async def _wait(self) -> None:
        self._news = self._loop.create_future()
        try:
            await self._news
        finally:
            self._news = None

    def _tell_news(self) -> None:
        if self.on_news is not None:
            self.on_news()
        elif self._news is not None and not self._news.done():
            self._news.set_result(None)

    # --- from the worker

    def frame(self, kind: bytes, body: bytes) -> None:
        """See `pool.Listener`."""
        if kind in (channel.DATA, channel.LAST, channel.LAST_OF_ALL):
            if body or not self.held:
                self.held.append(body)
                self._count(len(body))
            if kind == channel.DATA:
                if self._held_bytes > self._most_held():
                    self.wire.pause()
            else:
                self.complete = True
                self._worker_done(ends=kind == channel.LAST_OF_ALL)
        elif kind == channel.NOTICE:
            self.notices.update(json.loads(body))
            return
        else:
            self._said = self._problem(json.loads(body))
            self._worker_done(ends=kind == channel.PROBLEM_OF_ALL)
        self._tell_news()

    def _worker_done(self, *, ends: bool) -> None:
        if ends:
            self.wire.close()
        self._ticket.leave()
        self.engine.finished(self)

    def wire_closed(self) -> None:
        """See `pool.Listener`: there was no end mark."""
        self._closed = True
        self._tell_news()

    def worker_ended(self, reason: int, status: int) -> None:
        """The loader says that the worker has gone (or the loader itself has)."""
        self._ended = (reason, status)
        if self._end is not None and not self._end.done():
            self._end.set_result(self._ended)
        self._ticket.leave()
        self.engine.forget(self)

    # --- from the client and from the clock

    def cancel(self) -> None:
        """End the worker, if it still works on this; its place is free as soon as it has gone."""
        for chunk in self.held:
            self._count(-len(chunk))
        self.held.clear()
        if not self.complete and self._said is None and not self._killed:
            self._killed = True
            if self._ended is None:
                self.engine.kill(self.wire)
            self.wire.close()
            self.wire_closed()

    def grow_older(self, now: float) -> None:
        age = now - self.since
        if self._age == 0 and age >= FRESH_SECONDS:
            self._age = 1
            self.engine.make_nice(self.wire, NICENESS)
        if self._age == 1 and (self._ticket.slow or age >= self._ticket.slow_after):
            self._age = 2
            self.engine.make_nice(self.wire, SLOW_NICENESS)
            if not self._ticket.slow:
                self._ticket.become_slow(self._crowd_out)
        if age > self._limits.seconds + GRACE_SECONDS:
            self._given_up = True
            self.cancel()

    def _crowd_out(self) -> None:
        self._crowded_out = True
        self.engine.kill(self.wire)

    # --- backpressure

    def _count(self, change: int) -> None:
        self._held_bytes += change
        self.engine.held_bytes += change

    def _most_held(self) -> int:
        return HELD_BYTES if self.engine.held_bytes < HELD_BYTES_OF_ALL else HELD_BYTES_WHEN_FULL

    def wire_may_go_on(self) -> None:
        if not self.complete and not self._closed and self._held_bytes <= self._most_held() // 2:
            self.wire.resume()

    # --- why

    async def _why(self) -> EngineProblem:
        """Why the worker ended without an end mark; the loader's word follows the end of the wire at once."""
        if self._crowded_out:
            return problems.crowded_out(self._ticket.slow_places)
        if self._ended is None:
            self._end = self._loop.create_future()
            try:
                async with asyncio.timeout(GRACE_SECONDS):
                    await self._end
            except TimeoutError:
                return problems.failed("the loader did not say how the worker ended")
        assert self._ended is not None
        reason, status = self._ended
        age = self._loop.time() - self.since
        if reason == channel.ENDED_BY_TIME and age < self._limits.seconds:
            return WorkerLost(problems.not_ready())  # by the timer of the query before, which ended at its limit
        if reason == channel.ENDED_BY_TIME or self._given_up:
            return problems.out_of_time(self._limits.seconds)
        if reason == channel.ENDED_BY_MEMORY:
            return problems.out_of_memory(self._limits.memory_bytes)
        if reason == channel.ENDED_IN_SORT:
            return BrokenSort()
        if reason == channel.NEVER_BEGAN:
            return WorkerLost(problems.not_ready())
        if reason == channel.ENDED_BY_US:
            return problems.not_ready()
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0
        if number == signal.SIGKILL and age < FRESH_SECONDS:
            return WorkerLost(problems.out_of_memory(self._limits.memory_bytes))
        problem = problems.from_exit(number, code, self._limits.seconds, self._limits.memory_bytes)
        if problem.status == 500:
            log.error("worker %d: %s", self.wire.number, problem.message)
        return problem

    def _problem(self, said: dict[str, str]) -> EngineProblem:
        message = said.get("message", "")
        match said["kind"]:
            case "memory":
                return problems.out_of_memory(self._limits.memory_bytes)
            case "syntax":
                return problems.refused(message)
            case "function":
                return problems.unknown_function(message)
            case "format":
                return problems.not_expressible(message)
        log.error("worker %d: %s", self.wire.number, message)
        return problems.failed(message)
