"""The embedded engine: the front's side of a loader process that holds one release (blueprint 7).

The front keeps no store. A query goes to an idle worker over a wire that was made when the worker was forked, and comes
back as frames; a small result takes one message each way. What limits a query is in the worker itself (`engine.worker`);
the front ends workers whose client has gone, or whose place is needed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from commitments.release import Release
from sparql_api.engine import Answer, AnswerCut, Dataset, EngineProblem, EngineStatus, Limits, channel, disk, problems
from sparql_api.engine.admission import Admission, Places, Ticket
from sparql_api.engine.pool import Pool, Wire
from sparql_api.sparql.guard import GuardedQuery

log = logging.getLogger(__name__)

GRACE_SECONDS = 2.0  # how much later than the kernel's timer the front gives a query up, should that have failed
RESTART_SECONDS = 1.0  # between the end of a loader and the start of the next
STOP_SECONDS = 5.0
TICK_SECONDS = 0.1
# A query starts with the same right to the processor as the front and loses it in steps, so that new ones go first.
FRESH_SECONDS = 0.1
NICENESS = 10
SLOW_NICENESS = 19
# Bytes of results held for clients that read slowly: of one query, and of one while all together hold more than the last.
HELD_BYTES = 2**20
HELD_BYTES_WHEN_FULL = 64 * 1024
HELD_BYTES_OF_ALL = 64 * 2**20

# What a worker's end is called in the metrics.
CAUSES = {
    channel.ENDED_BY_TIME: "time",
    channel.ENDED_BY_US: "cancelled",
    channel.ENDED_BY_MEMORY: "memory",
    channel.ENDED_IN_SORT: "sort",
    channel.NEVER_BEGAN: "never-began",
}


class EmbeddedEngine:
    """Answers queries over one release from a store in processes of its own, in memory or (with `stores`) on disk.

    stores            folder of stores on disk (`engine.disk`), None to load the release into memory
    on_worker_ended   is told why each worker ended: time, memory, sort, cancelled, never-began, signal or finished
    """

    def __init__(
        self,
        release: Release,
        admission: Admission | None = None,
        *,
        stores: Path | None = None,
        on_worker_ended: Callable[[str], None] | None = None,
    ) -> None:
        self.release = release
        self.release_id = release.id
        self.triples = 0  # statements in all graphs, known once started
        self._admission = admission or Admission(Places())
        self._stores = stores
        self._store: Path | None = None
        self.on_worker_ended = on_worker_ended
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._ready: asyncio.Future[None] | None = None
        self._pool = Pool(self._fork)
        self._queries: dict[int, Started] = {}  # by the number of the worker
        self._pids: dict[int, int] = {}
        self._last = 0
        self._received = b""
        self._closing = False
        self._restart: asyncio.Task[None] | None = None
        self._ticking: asyncio.TimerHandle | None = None
        self.held_bytes = 0  # of results that clients have not read yet
        self.loop: asyncio.AbstractEventLoop  # set by `start`

    @property
    def loader_pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def open_queries(self) -> int:
        return len(self._queries)

    def status(self) -> EngineStatus:
        """See `ObservableEngine`."""
        waiting = len(self._admission.total.waiting) + len(self._admission.slow.waiting)
        loader = (self._process.pid,) if self._process else ()
        pids = {"loader": loader, "worker": tuple(self._pids.values())}
        return EngineStatus(len(self._pool.idle), len(self._queries), waiting, self.triples, pids)

    async def start(self) -> None:
        """Load the release, or make and open its store on disk. Raises EngineProblem 503 when that fails."""
        self.loop = asyncio.get_running_loop()
        if self._stores is not None:
            await asyncio.to_thread(disk.remove_orphans, self._stores, self.release.path.parent)
            self._store = await disk.store_of(self.release, self._stores)
        try:
            self._spawn()
        except OSError as error:  # no memory, process numbers or descriptors for it
            log.error("the loader of release %s cannot be started: %s", self.release_id, error)
            raise problems.not_ready() from error
        assert self._ready is not None
        await self._ready
        self._tick()

    async def close(self) -> None:
        """End every query, every worker and the loader."""
        self._closing = True
        for pending in (self._restart, self._ticking):
            if pending:
                pending.cancel()
        self._lose_workers()
        if self._process:
            await asyncio.to_thread(_wait_or_kill, self._process)

    async def drained(self) -> None:
        """Return when no query is under way."""
        while self._queries:
            await asyncio.sleep(0.05)

    async def answer(self, query: GuardedQuery, dataset: Dataset | None, media_type: str, limits: Limits) -> Answer:
        """Begin one query; see `Engine.answer`. The first bytes are here when it returns."""
        request = Request(query, dataset, media_type, limits)
        return await self.answer_started(self.begin_now(request) or await self._begin(request))

    def begin_now(self, request: Request) -> Started | None:
        """Begin one query without waiting, or None when it would have to wait for a place or a worker.

        Raises EngineProblem 503 when there is no loader.
        """
        if not self._pool.idle:
            return None
        self._check_loader()
        ticket = self._admission.enter_now(heavy=request.query.heavy)
        return None if ticket is None else self._send(request, ticket)

    async def _begin(self, request: Request) -> Started:
        self._check_loader()
        since = self.loop.time()
        ticket = self._admission.enter_now(heavy=request.query.heavy) or await self._admission.enter(heavy=request.query.heavy)
        started = self._send(request, ticket)
        started.waited = started.since - since
        return started

    def _check_loader(self) -> None:
        if self._control is None or self._ready is None or not self._ready.done():
            raise problems.not_ready()

    def _send(self, request: Request, ticket: Ticket) -> Started:
        try:
            job = make_job(self.release, request.query, request.dataset, request.media_type, request.limits).encode()
            started = Started(self, request, self._pool.take(), ticket)
        except BaseException:
            ticket.leave()
            raise
        self._queries[started.wire.number] = started
        started.send(job)
        return started

    async def answer_started(self, started: Started) -> Answer:
        """The answer of a query that was begun. Raises EngineProblem; cancelling the call ends the work."""
        request = started.request
        try:
            return await self._first_bytes(started)
        except _BrokenSort:
            # The engine compares some terms in circles and dies of it; sorted by a key of ours they have one order.
            left = request.limits.seconds - (asyncio.get_running_loop().time() - started.since)
            limits = replace(request.limits, seconds=max(left, 0.1))
            again = replace(request, query=request.query.with_order_keys, limits=limits)
            return await self._first_bytes(await self._begin(again))
        except _WorkerLost:
            return await self._first_bytes(await self._begin(request))

    async def _first_bytes(self, started: Started) -> Answer:
        try:
            await started.first()
        except BaseException:
            started.cancel()
            raise
        headers = {"Content-Type": started.request.media_type, **started.notices}
        if started.complete and len(started.held) == 1:
            headers["Content-Length"] = str(len(started.held[0]))
        return Answer(200, headers, started.chunks(), started.cancel, started.waited)

    # --- loader and workers

    def _spawn(self) -> None:
        home = str(Path(__file__).resolve().parent.parent.parent)
        path = os.pathsep.join(filter(None, [home, os.environ.get("PYTHONPATH")]))
        source = ["--store", str(self._store)] if self._store else ["--data", str(self.release.everything)]
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "sparql_api.engine.loader", "--control", str(theirs.fileno()), "--parent", str(os.getpid()), *source]
        with theirs:
            try:
                self._process = subprocess.Popen(
                    command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": path}
                )
            except OSError:
                ours.close()
                raise
        ours.setblocking(False)
        self._control = ours
        loop = asyncio.get_running_loop()
        self._ready = loop.create_future()
        loop.add_reader(ours.fileno(), self._hear)

    def _fork(self) -> Wire:
        """Order one more worker. Raises EngineProblem 503 when there is no loader, or no descriptor for its wire."""
        self._last += 1
        try:
            ours, theirs = socket.socketpair()
        except OSError as error:
            raise problems.not_ready() from error
        with theirs:
            try:
                self._tell(channel.FORK, self._last, descriptor=theirs.fileno())
            except EngineProblem:
                ours.close()
                raise
        return Wire(self._last, ours, self._wire_closed)

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
            kind, number, first, second = channel.CONTROL.unpack(message)
            if kind == channel.READY and self._ready and not self._ready.done():
                self.triples = first
                self._ready.set_result(None)
            elif kind == channel.FORKED:
                self._pids[number] = first
            elif kind == channel.ENDED:
                self._worker_ended(number, first, second)

    def _worker_ended(self, number: int, reason: int, status: int) -> None:
        self._pids.pop(number, None)
        if self.on_worker_ended:
            self.on_worker_ended(CAUSES.get(reason) or ("signal" if os.WIFSIGNALED(status) else "finished"))
        self._pool.ended(number)
        query = self._queries.get(number)
        if query:
            query.worker_ended(reason, status)

    def _wire_closed(self, wire: Wire) -> None:
        self._pool.forget(wire)
        if wire.listener is not None:  # still, even when the loader has said first that the worker ended
            wire.listener.wire_closed()

    def _loader_ended(self) -> None:
        started = self._ready is not None and self._ready.done()
        self._lose_workers()
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
            with contextlib.suppress(EngineProblem, OSError):
                await self.start()
                return

    def _lose_workers(self) -> None:
        """Hang up: without a loader there are no workers either."""
        if self._ticking:
            self._ticking.cancel()
        if self._control is not None:
            asyncio.get_running_loop().remove_reader(self._control.fileno())
            self._control.close()
            self._control = None
            self._received = b""
        self._pool.close()
        self._pids.clear()
        for query in list(self._queries.values()):
            query.wire.close()
            query.worker_ended(channel.ENDED_BY_US, 0)
            query.wire_closed()

    def _tell(self, kind: bytes, number: int, first: int = 0, descriptor: int | None = None) -> None:
        """Send one control message. Raises EngineProblem 503 when there is no loader."""
        if self._control is None:
            raise problems.not_ready()
        message = channel.control(kind, number, first)
        try:
            if descriptor is None:
                self._control.send(message)
            else:
                socket.send_fds(self._control, [message], [descriptor])
        except OSError as error:
            raise problems.not_ready() from error

    def _tick(self) -> None:
        """What time does to workers: those with long queries lose priority, spare ones are kept ready."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._ticking = loop.call_later(TICK_SECONDS, self._tick)
        for query in list(self._queries.values()):
            query.grow_older(now)
        with contextlib.suppress(EngineProblem):
            self._pool.refill(now)
        self._pool.trim(now)

    # --- what a query tells

    def make_nice(self, wire: Wire, niceness: int) -> None:
        wire.aged = True
        with contextlib.suppress(EngineProblem):
            self._tell(channel.NICE, wire.number, niceness)

    def kill(self, wire: Wire) -> None:
        with contextlib.suppress(EngineProblem):
            self._tell(channel.KILL, wire.number)

    def finished(self, query: Started) -> None:
        """The worker has done its part."""
        if self._queries.pop(query.wire.number, None) and self._control is not None:
            with contextlib.suppress(EngineProblem):
                self._pool.give_back(query.wire, self.loop.time())

    def forget(self, query: Started) -> None:
        """The worker has gone in the middle of it."""
        self._queries.pop(query.wire.number, None)


class _BrokenSort(EngineProblem):
    """The engine's sort broke off because its order of terms has a circle."""

    def __init__(self) -> None:
        failed = problems.failed("the engine's sort broke off")
        super().__init__(failed.status, failed.slug, failed.detail, message=failed.message)


class _WorkerLost(EngineProblem):
    """The worker ended for no fault of the query: worth a second try. Should that be lost, too, it means `meant`."""

    def __init__(self, meant: EngineProblem) -> None:
        super().__init__(meant.status, meant.slug, meant.detail, limit=meant.limit, retry_after=meant.retry_after)


@dataclass(frozen=True)
class Request:
    """What `Engine.answer` takes."""

    query: GuardedQuery
    dataset: Dataset | None
    media_type: str
    limits: Limits


class Started:
    """One query under way: its place, its worker, and what of its result the client has not taken yet.

    `on_news` is called at each change that someone may wait for, in place of waking `first` or `chunks`.
    """

    def __init__(self, engine: EmbeddedEngine, request: Request, wire: Wire, ticket: Ticket) -> None:
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
        self.unsent = b""
        self._news: asyncio.Future[None] | None = None
        self._end: asyncio.Future[tuple[int, int]] | None = None
        self._ended: tuple[int, int] | None = None
        self._crowded_out = False
        self._given_up = False
        self._killed = False
        wire.listener = self

    def send(self, job: bytes) -> None:
        """Send the job; what the socket does not take at once goes with `first`."""
        self.unsent = self.wire.send_now(job)

    async def first(self) -> None:
        """Wait for the first bytes. Raises EngineProblem."""
        if self.unsent:
            rest, self.unsent = self.unsent, b""
            await self.wire.send(rest)
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
            return _WorkerLost(problems.not_ready())  # by the timer of the query before, which ended at its limit
        if reason == channel.ENDED_BY_TIME or self._given_up:
            return problems.out_of_time(self._limits.seconds)
        if reason == channel.ENDED_BY_MEMORY:
            return problems.out_of_memory(self._limits.memory_bytes)
        if reason == channel.ENDED_IN_SORT:
            return _BrokenSort()
        if reason == channel.NEVER_BEGAN:
            return _WorkerLost(problems.not_ready())
        if reason == channel.ENDED_BY_US:
            return problems.not_ready()
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0
        if number == signal.SIGKILL and age < FRESH_SECONDS:
            return _WorkerLost(problems.out_of_memory(self._limits.memory_bytes))
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


def make_job(
    release: Release, query: GuardedQuery, dataset: Dataset | None, media_type: str, limits: Limits
) -> channel.Job:
    """The job for a worker. With a row limit it also holds the texts that `engine.evaluation` needs for it."""
    default, named = resolve_dataset(release.base, query, dataset)
    rows = limits.rows
    return channel.Job(
        text=query.text, media_type=media_type, memory_bytes=limits.memory_bytes, seconds=limits.seconds,
        base=query.base, prefixes=dict(query.prefixes), functions=list(query.functions),
        default_graphs=default, named_graphs=named, rows=rows,
        text_capped=None if rows is None else query.text_with_limit(rows),
        text_probe=None if rows is None else query.text_with_limit(rows + 1),
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
