"""A function of ours in a process of its own: beside this one on another core, and with its memory given back at the end.

The process starts with a fresh interpreter, not as a copy of this one, so it may have threads of its own, and nobody's
main module runs twice. It ends when this process does, however that happens.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

_START = "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); from ingest.apart import main; main()"


class ProcessFailed(Exception):
    """A process of ours ended without a result: killed, out of memory, or with an error that cannot be passed on."""


class Apart:
    """`function(*arguments, **named)` in a process of its own. The function must be found by its module and name, and all
    that goes in and out must be what pickle takes."""

    def __init__(self, function: Callable[..., Any], *arguments: Any, **named: Any):
        self._name = f"{function.__module__}.{function.__qualname__}"
        self._process = subprocess.Popen([sys.executable, "-c", _START], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin is not None
        # The pipe stays open while the process works: its end tells that nobody waits any longer.
        pickle.dump(sys.path, self._process.stdin)
        pickle.dump((function, arguments, named), self._process.stdin)
        self._process.stdin.flush()

    def result(self) -> Any:
        """Wait for the function's result. Raises what it raised, or ProcessFailed."""
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        try:
            said = process.stdout.read()
        finally:
            process.stdin.close()
            process.stdout.close()
            code = process.wait()
        if not said:
            raise ProcessFailed(f"{self._name} ended with {code}")
        value, error = pickle.loads(said)
        if error is not None:
            raise error
        return value

    def kill(self) -> None:
        self._process.kill()


def cores() -> int:
    """How many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on this system
        return os.cpu_count() or 1


def main() -> None:
    """The other side: what to call comes by standard input, its outcome leaves by what was standard output."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed goes where messages go
    function, arguments, named = pickle.load(sys.stdin.buffer)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    outcome: tuple[Any, Exception | None]
    try:
        outcome = function(*arguments, **named), None
    except Exception as error:
        outcome = None, error
    out.write(_packed(outcome))
    out.flush()
    os._exit(0)  # without taking a large store apart piece by piece


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
