"""The embedded engine: the front's side of a loader process that holds one release (blueprint 7).

The front keeps no store. A query goes to an idle worker over a wire that was made when the worker was forked, and comes
back as frames; a small result takes one message each way. What limits a query is in the worker itself (`engine.worker`);
the front ends workers whose client has gone, or whose place is needed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from commitments.release import Release
from sparql_api.engine import Answer, Dataset, EngineProblem, EngineStatus, Limits, channel, disk, problems
from sparql_api.engine.admission import Admission, Places, Ticket
from sparql_api.engine.job import make_job
from sparql_api.engine.pool import Pool, Wire
from sparql_api.engine.started import BrokenSort, Request, Started, WorkerLost
from sparql_api.sparql.guard import GuardedQuery

log = logging.getLogger(__name__)

RESTART_SECONDS = 1.0  # between the end of a loader and the start of the next
STOP_SECONDS = 5.0
TICK_SECONDS = 0.1

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
        started.wire.send(job)
        return started

    async def answer_started(self, started: Started) -> Answer:
        """The answer of a query that was begun. Raises EngineProblem; cancelling the call ends the work."""
        request = started.request
        try:
            return await self._first_bytes(started)
        except BrokenSort:
            # The engine compares some terms in circles and dies of it; sorted by a key of ours they have one order.
            left = request.limits.seconds - (asyncio.get_running_loop().time() - started.since)
            limits = replace(request.limits, seconds=max(left, 0.1))
            again = replace(request, query=request.query.with_order_keys, limits=limits)
            return await self._first_bytes(await self._begin(again))
        except WorkerLost:
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

    # --- what a query tells, see `started.QueryKeeper`

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


def _wait_or_kill(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
