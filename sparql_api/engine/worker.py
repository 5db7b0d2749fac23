"""What a forked worker does: put limits on itself, then evaluate one query after the other and write frames, until told to go.

Everything it needs is imported before the fork: afterwards it can open nothing, which is what RLIMIT_NOFILE below sees
to. The wall-clock limit is a timer of the kernel with its default effect, the end of the process: it works whatever the
engine is doing, needs no thread, and no other process has to be awake for it.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pyoxigraph as ox

from sparql_api.engine import channel
from sparql_api.engine.evaluation import NotExpressible, answer, evaluate
from sparql_api.engine.results import ResultWriter

WIRE = 3  # a worker's own descriptors: 0, 1 and 2 lead to /dev/null and to the loader, then come these two
STATM = 4
HIGHEST_DESCRIPTOR = 4096
MOST_LAST_WORDS = 64 * 1024  # bytes
STATM_BYTES = 64
# A worker that holds this much more address space after a query than at its start makes way for a fresh one.
MOST_KEPT = 32 * 2**20
PAGE = resource.getpagesize()


@dataclass(frozen=True)
class Stores:
    """Where a worker's store comes from. `descriptors` is how many files it needs open: none for a store in memory."""

    open: Callable[[], ox.Store]
    descriptors: int = 0


def run(stores: Stores, wire: socket.socket, null: int, last_words: int) -> None:
    """Answer the queries that come over `wire`, then end the process. Never returns.

    `null` leads to /dev/null; `last_words` becomes standard error, where a dying engine says why.
    Exit code 0 means that everything was said over the wire, a problem included.
    """
    code = 1
    try:
        connection = _isolate(wire, null, last_words, stores.descriptors)
        Worker(stores.open(), connection).serve()
        code = 0
    except (BrokenPipeError, ConnectionResetError):
        code = 0  # the front has gone or wants no more; there is nobody to tell
    finally:
        os._exit(code)


def address_space() -> int | None:
    """Bytes of address space this process has now, or None where the system does not say (macOS)."""
    try:
        return int(os.pread(STATM, STATM_BYTES, 0).split()[0]) * PAGE
    except OSError:
        return None


def _isolate(wire: socket.socket, null: int, last_words: int, descriptors: int) -> socket.socket:
    """Keep five descriptors and forbid more than the store needs: no file and no socket can be opened, whatever the query does."""
    try:
        statm = os.open("/proc/self/statm", os.O_RDONLY)
    except OSError:
        statm = os.dup(null)
    for standard, target in enumerate((null, null, last_words)):
        os.dup2(target, standard)
    # Both may stand where the other has to go, so they first move out of the way.
    high = [os.dup(descriptor) for descriptor in (wire.detach(), statm)]
    while min(high) <= STATM:
        high = [os.dup(descriptor) for descriptor in high]
    os.dup2(high[0], WIRE)
    os.dup2(high[1], STATM)
    os.closerange(STATM + 1, HIGHEST_DESCRIPTOR)
    most = STATM + 1 + descriptors
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_LAST_WORDS, MOST_LAST_WORDS))
    return socket.socket(fileno=WIRE)


class Worker:
    """The loop of one worker process."""

    def __init__(self, store: ox.Store, wire: socket.socket) -> None:
        self._store = store
        self._wire = wire
        bool(store.query("ASK { ?s ?p ?o }"))  # the first query of a process is slow: not at the cost of a request
        self._at_start = address_space()
        self._memory_bytes = -1

    def serve(self) -> None:
        """Until the front closes the wire, or this process is no longer as good as new."""
        going_on = True
        while going_on:
            job = channel.read_job(self._wire)
            if job is None:
                return
            self._limit(job)
            going_on = self._answer(job)
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _limit(self, job: channel.Job) -> None:
        signal.setitimer(signal.ITIMER_REAL, job.seconds)
        if job.memory_bytes == self._memory_bytes:
            return
        self._memory_bytes = job.memory_bytes
        if self._at_start is not None:
            resource.setrlimit(resource.RLIMIT_AS, (self._at_start + job.memory_bytes, resource.RLIM_INFINITY))

    def _answer(self, job: channel.Job) -> bool:
        """Answer one query; False when this process should end."""
        writer = ResultWriter(partial(channel.send_frame, self._wire), job.media_type)
        try:
            answer(partial(evaluate, self._store, job), job, writer)
            good = self._as_good_as_new()
            writer.finish(last_of_all=not good)
            return good
        except MemoryError:
            problem, last = {"kind": "memory", "message": ""}, True
        except SyntaxError as error:
            problem, last = {"kind": "syntax", "message": str(error)}, False
        except NotExpressible as error:
            problem, last = {"kind": "format", "message": str(error)}, False
        except (BrokenPipeError, ConnectionResetError):
            raise
        except Exception as error:  # the last resort of a process that ends right after it
            problem, last = _describe(error), True
        if writer.started:
            return False  # without an end mark the front knows that the result was cut
        channel.send_problem(self._wire, problem, last=last)
        return not last

    def _as_good_as_new(self) -> bool:
        now = address_space()
        return now is None or self._at_start is None or now - self._at_start <= MOST_KEPT


def _describe(error: Exception) -> dict[str, str]:
    message = str(error)
    if "function" in message and "not supported" in message:
        return {"kind": "function", "message": message}
    return {"kind": "internal", "message": "".join(traceback.format_exception(error))[-4000:]}
