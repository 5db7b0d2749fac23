"""The loader: one process per release that holds the store, forks a child per query, and ends what overruns.

Run as `python -m sparql_api.engine.loader --control FD --data FILE --parent PID`. It has one thread and no event loop, so
that a fork copies nothing but a quiet process. It ends when the front does: PR_SET_PDEATHSIG where there is one, and the
end of the control wire everywhere; its children follow in the same two ways.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import gc
import os
import select
import signal
import socket
import sys
import time
from dataclasses import dataclass

import pyoxigraph as ox

from sparql_api.engine import channel, worker

PR_SET_PDEATHSIG = 1
# A query starts with the same right to the processor as the front and loses it in steps, so that new ones go first.
FRESH_SECONDS = 0.1
NICENESS = 10
SLOW_NICENESS = 19
LAST_WORDS_READ = 2000  # bytes
CHILD_OOM_SCORE = "900"  # when the machine runs out of memory, a query dies before anything else does


@dataclass
class Child:
    number: int
    deadline: float  # on the monotonic clock, as is `fresh_until`
    fresh_until: float
    last_words: int  # a file without a name where the child's standard error goes
    fresh: bool = True
    ended_by: int = channel.ENDED_ITSELF


class Loader:
    """The loop between the control wire, the deadlines and the ends of children."""

    def __init__(self, store: ox.Store, control: socket.socket) -> None:
        self._store = store
        self._control = control
        self._pid = os.getpid()
        self._children: dict[int, Child] = {}
        self._null = os.open(os.devnull, os.O_RDWR)
        self._wake, signal_end = socket.socketpair()
        for end in (self._wake, signal_end):
            end.setblocking(False)
        self._signal_end = signal_end
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(signal_end.fileno(), warn_on_full_buffer=False)

    def serve(self) -> None:
        """Until the front closes the control wire."""
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(self._wake, select.POLLIN)
        self._tell(channel.READY, first=len(self._store))
        try:
            while True:
                ready = {descriptor for descriptor, _ in poll.poll(self._milliseconds_left())}
                if self._wake.fileno() in ready:
                    with contextlib.suppress(BlockingIOError):
                        self._wake.recv(4096)
                self._reap()
                self._look_at_clock()
                if self._control.fileno() in ready and not self._take_order():
                    return
        finally:
            # Before the interpreter closes the socket that the ends of children are announced on.
            signal.set_wakeup_fd(-1)
            for pid in self._children:
                os.kill(pid, signal.SIGKILL)

    def _milliseconds_left(self) -> float | None:
        pending = [child.deadline for child in self._children.values() if child.ended_by == channel.ENDED_ITSELF]
        pending += [child.fresh_until for child in self._children.values() if child.fresh]
        return max(0.0, min(pending) - time.monotonic()) * 1000 + 1 if pending else None

    def _take_order(self) -> bool:
        """Read one control message; False when the front has gone."""
        try:
            data, descriptors, _, _ = socket.recv_fds(self._control, channel.CONTROL.size, 1)
        except ConnectionResetError:
            return False
        while data and len(data) < channel.CONTROL.size:
            more = self._control.recv(channel.CONTROL.size - len(data))
            if not more:
                return False
            data += more
        if not data:
            return False
        kind, number, seconds, _, _ = channel.CONTROL.unpack(data)
        if kind == channel.QUERY:
            self._fork(number, seconds, socket.socket(fileno=descriptors[0]))
            return True
        for pid, child in self._children.items():
            if child.number == number and kind == channel.KILL:
                self._end(pid, child, channel.ENDED_BY_US)
            elif child.number == number and kind == channel.SLOW:
                child.fresh = False
                os.setpriority(os.PRIO_PROCESS, pid, SLOW_NICENESS)
        return True

    def _fork(self, number: int, seconds: float, wire: socket.socket) -> None:
        now = time.monotonic()
        last_words = os.memfd_create("last words") if hasattr(os, "memfd_create") else os.dup(self._null)
        try:
            pid = os.fork()
        except OSError:
            wire.close()
            os.close(last_words)
            self._tell(channel.ENDED, number, first=channel.ENDED_ITSELF, second=signal.SIGKILL)
            return
        if pid == 0:
            try:
                _become_child(self._pid)
                worker.run(self._store, wire, self._null, last_words)
            finally:
                os._exit(1)
        wire.close()
        self._children[pid] = Child(number, now + seconds, now + FRESH_SECONDS, last_words)

    def _reap(self) -> None:
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            child = self._children.pop(pid)
            reason = child.ended_by or _reason(child.last_words)
            os.close(child.last_words)
            self._tell(channel.ENDED, child.number, first=reason, second=status)

    def _look_at_clock(self) -> None:
        now = time.monotonic()
        for pid, child in self._children.items():
            if child.fresh and child.fresh_until <= now:
                child.fresh = False
                os.setpriority(os.PRIO_PROCESS, pid, NICENESS)
            if child.deadline <= now:
                self._end(pid, child, channel.ENDED_BY_TIME)

    def _end(self, pid: int, child: Child, reason: int) -> None:
        # The child is reaped only by _reap, so its number cannot have passed to another process.
        if child.ended_by == channel.ENDED_ITSELF:
            child.ended_by = reason
            os.kill(pid, signal.SIGKILL)

    def _tell(self, kind: bytes, number: int = 0, *, first: int = 0, second: int = 0) -> None:
        with contextlib.suppress(BrokenPipeError):  # the front has gone; the next read says so
            self._control.sendall(channel.control(kind, number, 0.0, first, second))


def _reason(last_words: int) -> int:
    """What the engine said as it died, as one of the reasons of `channel`. Rust panics and aborts on standard error."""
    said = os.pread(last_words, LAST_WORDS_READ, 0).decode(errors="replace")
    if "memory allocation" in said:
        return channel.ENDED_BY_MEMORY
    if "total order" in said:
        return channel.ENDED_IN_SORT
    if said:
        print(f"a query ended with: {said}", file=sys.stderr, flush=True)
    return channel.ENDED_ITSELF


def _become_child(loader: int) -> None:
    """The first acts of a child: die with the loader, let signals mean what they say."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    die_with_parent()
    if os.getppid() != loader:
        os._exit(1)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write(CHILD_OOM_SCORE)


def die_with_parent() -> None:
    """Ask Linux to kill this process when its parent ends; elsewhere the end of the wire has to do."""
    if sys.platform == "linux":
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


_LIBC = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Load, then serve. Exits with 1 and a line on stderr when the data cannot be loaded."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--control", type=int, required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--parent", type=int, required=True)
    arguments = parser.parse_args()
    die_with_parent()
    if os.getppid() != arguments.parent:
        sys.exit(1)
    # A terminal or a service manager signals the whole group; the front decides when the loader ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    control = socket.socket(fileno=arguments.control)
    store = ox.Store()
    try:
        store.bulk_load(path=arguments.data, format=ox.RdfFormat.N_QUADS)
    except (OSError, SyntaxError, ValueError) as error:
        sys.exit(f"{arguments.data}: {error}")
    gc.collect()
    gc.freeze()  # a collection in a child would copy every page that holds a Python object
    Loader(store, control).serve()


if __name__ == "__main__":
    main()
