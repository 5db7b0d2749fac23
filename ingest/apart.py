"""A function of ours in a process of its own: beside this one on another core, and with its memory given back at the end.

The process starts with a fresh interpreter, not as a copy of this one, so it may have threads of its own, and nobody's
main module runs twice. It ends when this process does, however that happens.

Ctrl-C in a terminal is sent to all processes of a command. It is for this one to hear: the others take no notice, and are ended.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

_START = """
import pickle, sys
try:
    sys.path[:] = pickle.load(sys.stdin.buffer)
except (EOFError, pickle.UnpicklingError):  # who asked is gone
    sys.exit(1)
from ingest.apart import {0}
{0}()
"""
_PIPE = 1 << 20  # bytes that a stream may be ahead, where the system lets a pipe be that large

_started_here: ContextVar[list[subprocess.Popen[bytes]] | None] = ContextVar("_started_here", default=None)


class ProcessFailed(Exception):
    """A process of ours ended without a result: killed, out of memory, or with an error that cannot be passed on."""


class ProcessKilled(ProcessFailed):
    """A process of ours was ended by a signal, mostly by the system because memory ran out. `function`, `signal`: which, by what."""

    def __init__(self, function: str, signal: int):
        super().__init__(function, signal)
        self.function, self.signal = function, signal

    def __str__(self) -> str:
        return f"{self.function} ended by signal {self.signal}"


def _ended(function: str, code: int) -> ProcessFailed:
    return ProcessKilled(function, -code) if code < 0 else ProcessFailed(f"{function} ended with {code}")


class Apart:
    """`function(*arguments, **named)` in a process of its own. The function must be found by its module and name, and all
    that goes in and out must be what pickle takes."""

    def __init__(self, function: Callable[..., Any], *arguments: Any, **named: Any):
        self._name = f"{function.__module__}.{function.__qualname__}"
        self._process = _started("main", function, arguments, named)

    def result(self, told: Callable[[Any], None] | None = None) -> Any:
        """Wait for the function's result; what it tells meanwhile (`tell`) is handed to `told`. Raises what it raised, or ProcessFailed."""
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        try:
            while isinstance(said := pickle.load(process.stdout), _Told):
                if told is not None:
                    told(said.what)
        except (EOFError, pickle.UnpicklingError):  # nothing, or not all of it
            said = None
        except BaseException:
            process.kill()
            raise
        finally:
            process.stdin.close()
            process.stdout.close()
            code = process.wait()
        if said is None:
            raise _ended(self._name, code)
        value, error = said
        if error is not None:
            raise error
        return value

    def kill(self) -> None:
        self._process.kill()


class Stream(Iterator[Any]):
    """What the generator `function(*arguments, **named)` yields in a process of its own, in its order; close it at the end.

    The process works ahead as far as the pipe between the two holds. `next` raises what the generator raised, or ProcessFailed.
    """

    def __init__(self, function: Callable[..., Iterator[Any]], *arguments: Any, **named: Any):
        self._name = f"{function.__module__}.{function.__qualname__}"
        self._process = _started("yielding", function, arguments, named)
        assert self._process.stdout is not None
        with contextlib.suppress(ImportError, AttributeError, OSError):  # then it is as large as it is
            import fcntl

            fcntl.fcntl(self._process.stdout, fcntl.F_SETPIPE_SZ, _PIPE)

    def __next__(self) -> Any:
        process = self._process
        assert process.stdout is not None
        if process.stdout.closed:
            raise StopIteration
        try:
            value, error = pickle.load(process.stdout)
        except (EOFError, pickle.UnpicklingError):  # between two things, or within one
            self._end()
            raise _ended(self._name, process.returncode) from None
        if error is not None:
            self._end()
            raise error
        return value

    def close(self) -> None:
        """End the process, whatever it has still to say."""
        self._process.kill()
        self._end()

    def _end(self) -> None:
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        process.stdin.close()
        process.stdout.close()
        process.wait()


def _started(main: str, function: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]) -> subprocess.Popen[bytes]:
    with _uninterrupted():
        process = subprocess.Popen([sys.executable, "-c", _START.format(main)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if (started := _started_here.get()) is not None:
            started.append(process)
    assert process.stdin is not None
    # The pipe stays open while the process works: its end tells that nobody waits any longer.
    pickle.dump(sys.path, process.stdin)
    pickle.dump((function, arguments, named), process.stdin)
    process.stdin.flush()
    return process


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C is heard afterwards. A process that is started meanwhile never hears it: that is handed down from its first moment on,
    when it could not yet say for itself that it does not want to."""
    if not hasattr(signal, "pthread_sigmask"):  # not on this system
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def none_left() -> Iterator[None]:
    """End the processes that this thread started within and that still run: nobody awaits them any longer, and what they write to goes."""
    started: list[subprocess.Popen[bytes]] = []
    before = _started_here.set(started)
    try:
        yield
    finally:
        _started_here.reset(before)
        for process in started:
            process.kill()  # nothing happens to one that has ended
            process.wait()


class Processes:
    """Functions in processes of their own, so many at once. On leaving, those that still run are ended: something failed, or
    their results would have been awaited."""

    def __init__(self, at_once: int):
        self._threads = ThreadPoolExecutor(at_once)  # each waits for a process
        self._running: set[Apart] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_raised: object) -> None:
        with self._lock:
            self._stopped = True
            for process in self._running:
                process.kill()
        self._threads.shutdown(cancel_futures=True)

    def start(
        self, function: Callable[..., Any], *arguments: Any, then: Callable[[Any], Any] | None = None, told: Callable[[Any], None] | None = None
    ) -> Future[Any]:
        """Run `function(*arguments)` in a process; the future gives its result, or what `then` makes of it in this process.

        `told` is handed what the function tells meanwhile (`tell`), in a thread of this process.
        """
        return self._threads.submit(self._run, function, arguments, then, told)

    def beside(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Future[Any]:
        """Run a function in a thread of this process in the place of one of the others."""
        return self._threads.submit(function, *arguments, **named)

    def _run(
        self, function: Callable[..., Any], arguments: tuple[Any, ...], then: Callable[[Any], Any] | None, told: Callable[[Any], None] | None
    ) -> Any:
        with self._lock:
            if self._stopped:
                raise ProcessFailed(function.__name__)
            process = Apart(function, *arguments)
            self._running.add(process)
        try:
            result = process.result(told)
        finally:
            with self._lock:
                self._running.discard(process)
        return result if then is None else then(result)


def cores() -> int:
    """How many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on this system
        return os.cpu_count() or 1


@dataclass(frozen=True)
class _Told:
    """What a function says while it works, so that it is not taken for its result."""

    what: Any


_out: IO[bytes] | None = None  # of a process of ours: where its result will go
_telling = threading.Lock()


def tell(what: Any) -> None:
    """Say something to who awaits the result of this process; nothing happens where this is no process of ours."""
    if _out is not None:
        with _telling:
            pickle.dump(_Told(what), _out)
            _out.flush()


def main() -> None:
    """The other side: what to call comes by standard input, its outcome leaves by what was standard output."""
    global _out
    out, call = _asked()
    _out = out
    outcome: tuple[Any, Exception | None]
    try:
        outcome = call(), None
    except Exception as error:
        outcome = None, error
    _leave(out, outcome)


def yielding() -> None:
    """The other side of a stream: each thing that is yielded leaves at once, at the end StopIteration or what went wrong."""
    out, call = _asked()
    end: Exception = StopIteration()
    try:
        for value in call():
            pickle.dump((value, None), out)
            out.flush()
    except Exception as error:
        end = error
    _leave(out, (None, end))


def _asked() -> tuple[IO[bytes], Callable[[], Any]]:
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed goes where messages go
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where it could not be handed down
    try:
        function, arguments, named = pickle.load(sys.stdin.buffer)
    except (EOFError, pickle.UnpicklingError):  # who asked is gone
        os._exit(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    return out, partial(function, *arguments, **named)


def _leave(out: IO[bytes], outcome: tuple[Any, Exception | None]) -> None:
    code = 0
    try:
        with _telling:
            out.write(_packed(outcome))
            out.flush()
    except BrokenPipeError:  # nobody wants to know any longer
        code = 1
    os._exit(code)  # without taking a large store apart piece by piece


def _packed(outcome: tuple[Any, Exception | None]) -> bytes:
    try:
        packed = pickle.dumps(outcome)
        pickle.loads(packed)  # an exception with a signature of its own may be written and not read
    except Exception:
        reason = outcome[1] or TypeError(f"not a result that can be passed on: {type(outcome[0]).__name__}")
        return pickle.dumps((None, ProcessFailed("".join(traceback.format_exception(reason)))))
    return packed


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)
