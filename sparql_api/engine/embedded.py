"""The embedded engine: the front's side of a loader process that holds one release in memory (blueprint 7).

The front keeps no store. Per query it makes a socket pair, hands one end to the loader, and reads frames from the other;
the reader's buffer limit is the backpressure that makes the child wait for a slow client.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from commitments.release import Release
from sparql_api.engine import Answer, AnswerCut, Dataset, EngineProblem, Limits, channel, problems
from sparql_api.engine.admission import Admission, Places, Ticket
from sparql_api.sparql.guard import GuardedQuery

log = logging.getLogger(__name__)

GRACE_SECONDS = 2.0  # how much later than the loader the front gives a query up, should the loader be stuck
RESTART_SECONDS = 1.0  # between the end of a loader and the start of the next
STOP_SECONDS = 5.0


class EmbeddedEngine:
    """Answers queries over one release from an in-memory store in a process of its own."""

    def __init__(self, release: Release, admission: Admission | None = None) -> None:
        self.release = release
        self.release_id = release.id
        self.triples = 0  # statements in all graphs, known once started
        self._admission = admission or Admission(Places())
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._ready: asyncio.Future[None] | None = None
        self._queries: dict[int, _Query] = {}
        self._last = 0
        self._received = b""
        self._closing = False
        self._restart: asyncio.Task[None] | None = None

    @property
    def loader_pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def open_queries(self) -> int:
        return len(self._queries)

    async def start(self) -> None:
        """Load the release. Raises EngineProblem 503 when the loader ends before it is ready."""
        self._spawn()
        assert self._ready is not None
        await self._ready

    async def close(self) -> None:
        """End every query and the loader."""
        self._closing = True
        if self._restart:
            self._restart.cancel()
        self._hang_up()
        for query in list(self._queries.values()):
            query.ended(channel.ENDED_BY_US, 0)
        if self._process:
            await asyncio.to_thread(_wait_or_kill, self._process)

    async def drained(self) -> None:
        """Return when no query is under way."""
        while self._queries:
            await asyncio.sleep(0.05)

    async def answer(self, query: GuardedQuery, dataset: Dataset | None, media_type: str, limits: Limits) -> Answer:
        """Begin one query; see `Engine.answer`. The first bytes are here when it returns."""
        if self._control is None or self._ready is None or not self._ready.done():
            raise problems.not_ready()
        start = asyncio.get_running_loop().time()
        try:
            return await self._answer(query, dataset, media_type, limits)
        except _BrokenSort:
            # The engine compares some terms in circles and dies of it; sorted by a key of ours they have one order.
            left = limits.seconds - (asyncio.get_running_loop().time() - start)
            again = replace(query, text=query.text_with_order_keys)
            return await self._answer(again, dataset, media_type, replace(limits, seconds=max(left, 0.1)))

    async def _answer(self, query: GuardedQuery, dataset: Dataset | None, media_type: str, limits: Limits) -> Answer:
        ticket = await self._admission.enter(heavy=query.heavy)
        task = None
        try:
            task = _Query(self, ticket, limits, self._next_number())
            self._queries[task.number] = task
            await task.begin(make_job(self.release, query, dataset, media_type, limits))
        except BaseException:
            if task:
                task.cancel()
            else:
                ticket.leave()
            raise
        headers = {"Content-Type": media_type}
        if task.complete:
            headers["Content-Length"] = str(len(task.first))
        return Answer(200, headers, task.chunks(), task.cancel)

    def _next_number(self) -> int:
        self._last += 1
        return self._last

    def _spawn(self) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        home = str(Path(__file__).resolve().parent.parent.parent)
        path = os.pathsep.join(filter(None, [home, os.environ.get("PYTHONPATH")]))
        command = [sys.executable, "-m", "sparql_api.engine.loader", "--control", str(theirs.fileno())]
        command += ["--data", str(self.release.everything), "--parent", str(os.getpid())]
        self._process = subprocess.Popen(
            command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": path}
        )
        theirs.close()
        self._control = ours
        loop = asyncio.get_running_loop()
        self._ready = loop.create_future()
        loop.add_reader(ours.fileno(), self._hear)

    def _hear(self) -> None:
        """Control messages from the loader."""
        assert self._control is not None
        try:
            data = self._control.recv(channel.CONTROL.size * 64)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._loader_ended()
            return
        self._received += data
        while len(self._received) >= channel.CONTROL.size:
            message, self._received = self._received[: channel.CONTROL.size], self._received[channel.CONTROL.size :]
            kind, number, _, first, second = channel.CONTROL.unpack(message)
            if kind == channel.READY and self._ready and not self._ready.done():
                self.triples = first
                self._ready.set_result(None)
            elif kind == channel.ENDED and number in self._queries:
                self._queries[number].ended(first, second)

    def _loader_ended(self) -> None:
        started = self._ready is not None and self._ready.done()
        self._hang_up()
        for query in list(self._queries.values()):
            query.ended(channel.ENDED_BY_US, 0)
        if self._ready and not self._ready.done():
            self._ready.set_exception(problems.not_ready())
        if started and not self._closing:
            log.error("the loader of release %s ended; starting another", self.release_id)
            self._restart = asyncio.get_running_loop().create_task(self._start_again())

    async def _start_again(self) -> None:
        while not self._closing:
            if self._process:
                await asyncio.to_thread(_wait_or_kill, self._process)
            await asyncio.sleep(RESTART_SECONDS)
            with contextlib.suppress(EngineProblem):
                await self.start()
                return

    def _hang_up(self) -> None:
        if self._control is not None:
            asyncio.get_running_loop().remove_reader(self._control.fileno())
            self._control.close()
            self._control = None
            self._received = b""

    def tell(self, kind: bytes, number: int, seconds: float = 0.0, wire: socket.socket | None = None) -> None:
        """Send one control message. Raises EngineProblem 503 when there is no loader."""
        if self._control is None:
            raise problems.not_ready()
        message = channel.control(kind, number, seconds)
        try:
            if wire is None:
                self._control.send(message)
            else:
                socket.send_fds(self._control, [message], [wire.fileno()])
        except OSError as error:
            raise problems.not_ready() from error

    def forget(self, number: int) -> None:
        self._queries.pop(number, None)


class _BrokenSort(EngineProblem):
    """The engine's sort broke off because its order of terms has a circle."""

    def __init__(self) -> None:
        failed = problems.failed("the engine's sort broke off")
        super().__init__(failed.status, failed.slug, failed.detail, message=failed.message)


class _Query:
    """One query under way: its place, its wire, and how it ended."""

    def __init__(self, engine: EmbeddedEngine, ticket: Ticket, limits: Limits, number: int) -> None:
        self.number = number
        self.first = b""
        self.complete = False
        self._engine = engine
        self._ticket = ticket
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._end: asyncio.Future[tuple[int, int]] = self._loop.create_future()
        self._crowded_out = False
        self._timers: list[asyncio.TimerHandle] = []
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def begin(self, job: channel.Job) -> None:
        """Start the child and wait for its first bytes. Raises EngineProblem."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._engine.tell(channel.QUERY, self.number, self._limits.seconds, theirs)
            except EngineProblem:
                ours.close()
                self.ended(channel.ENDED_BY_US, 0)  # there is no child to wait for
                raise
        ours.setblocking(False)
        self._reader, self._writer = await asyncio.open_unix_connection(sock=ours, limit=channel.MAX_FRAME)
        self._timers = [
            self._loop.call_later(0 if self._ticket.slow else self._ticket.slow_after, self._grow_old),
            self._loop.call_later(self._limits.seconds + GRACE_SECONDS, self.cancel),
        ]
        try:
            self._writer.write(job.encode())
            await self._writer.drain()
            kind, body = await channel.read_frame(self._reader)
        except (asyncio.IncompleteReadError, ConnectionError):
            raise await self._why() from None
        if kind == channel.PROBLEM:
            raise self._problem(json.loads(body))
        self.first = body
        if kind == channel.LAST:
            self.complete = True
            self._finish()

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes of the result. Raises AnswerCut when there is no end mark."""
        try:
            if self.first:
                yield self.first
            while not self.complete:
                assert self._reader is not None
                kind, body = await channel.read_frame(self._reader)
                self.complete = kind == channel.LAST
                yield body
        except (asyncio.IncompleteReadError, ConnectionError):
            problem = await self._why()
            raise AnswerCut(f"{problem.slug} after the first byte") from None
        finally:
            self.cancel()

    def cancel(self) -> None:
        """End the child, if it still runs, and give the place back as soon as it has gone."""
        if not self.complete and not self._end.done():
            with contextlib.suppress(EngineProblem):
                self._engine.tell(channel.KILL, self.number)
        self._finish()

    def _finish(self) -> None:
        for timer in self._timers:
            timer.cancel()
        if self._writer is not None:
            self._writer.close()
        if self._end.done():
            self._leave()

    def ended(self, reason: int, status: int) -> None:
        """The loader says that the child has gone (or the loader itself has)."""
        if not self._end.done():
            self._end.set_result((reason, status))
        for timer in self._timers:
            timer.cancel()
        self._leave()

    def _leave(self) -> None:
        self._ticket.leave()
        self._engine.forget(self.number)

    def _grow_old(self) -> None:
        if not self._ticket.slow:
            self._ticket.become_slow(self._crowd_out)
        with contextlib.suppress(EngineProblem):
            self._engine.tell(channel.SLOW, self.number)

    def _crowd_out(self) -> None:
        self._crowded_out = True
        self.cancel_child()

    def cancel_child(self) -> None:
        with contextlib.suppress(EngineProblem):
            self._engine.tell(channel.KILL, self.number)

    async def _why(self) -> EngineProblem:
        """Why the child ended without an answer; the loader's word follows the end of the wire at once."""
        if self._crowded_out:
            return problems.crowded_out()
        try:
            async with asyncio.timeout(GRACE_SECONDS):
                reason, status = await asyncio.shield(self._end)
        except TimeoutError:
            return problems.failed("the loader did not say how the child ended")
        if reason == channel.ENDED_BY_TIME:
            return problems.out_of_time(self._limits.seconds)
        if reason == channel.ENDED_BY_MEMORY:
            return problems.out_of_memory(self._limits.memory_bytes)
        if reason == channel.ENDED_IN_SORT:
            return _BrokenSort()
        if reason == channel.ENDED_BY_US:
            return problems.not_ready()
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0
        problem = problems.from_exit(number, code, self._limits.seconds, self._limits.memory_bytes)
        if problem.status == 500:
            log.error("query %d: %s", self.number, problem.message)
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
        log.error("query %d: %s", self.number, message)
        return problems.failed(message)


def make_job(
    release: Release, query: GuardedQuery, dataset: Dataset | None, media_type: str, limits: Limits
) -> channel.Job:
    default, named = resolve_dataset(release.base, query, dataset)
    return channel.Job(
        text=query.text, media_type=media_type, memory_bytes=limits.memory_bytes, seconds=limits.seconds,
        base=query.base, prefixes=dict(query.prefixes), functions=list(query.functions),
        default_graphs=default, named_graphs=named,
    )  # fmt: skip


def resolve_dataset(
    base: str, query: GuardedQuery, dataset: Dataset | None
) -> tuple[list[str] | None, list[str] | None]:
    """The graphs a query sees: those of the request, else those of its FROM clauses, else all (None, None).

    `graph/consolidated` is the name of the unnamed graph, written "" here; it is never a named graph (blueprint 5).
    """
    default, named = query.default_graphs, query.named_graphs
    if dataset is not None and (dataset.default_graphs is not None or dataset.named_graphs is not None):
        default, named = dataset.default_graphs, dataset.named_graphs
    if default is None and named is None:
        return None, None
    consolidated = f"{base}graph/consolidated"
    return (
        ["" if graph == consolidated else graph for graph in default or ()],
        [graph for graph in named or () if graph != consolidated],
    )


def _wait_or_kill(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
