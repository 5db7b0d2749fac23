"""The loader: a process that holds one release and forks the workers that answer queries over it (blueprint 7).

    python -m sparql_api.engine.loader --control FD --data FILE --parent PID     a store in memory, shared copy-on-write
    python -m sparql_api.engine.loader --control FD --store FOLDER --parent PID  a store on disk, opened by each worker

Single-threaded, without event loop: it reads orders from the control wire, forks, kills, and tells how workers ended. It
ends when the control wire does, and with it every worker (parent-death signal); when it is killed, so are they.
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
from dataclasses import dataclass

import pyoxigraph as ox

from sparql_api.engine import channel, worker

PR_SET_PDEATHSIG = 1
LAST_WORDS_READ = 2000  # bytes
WORKER_OOM_SCORE = "900"  # when the machine runs out of memory, a query dies before anything else does
# Files that RocksDB keeps open for a store that is only read.
DISK_DESCRIPTORS = 1024


@dataclass
class Child:
    pid: int
    last_words: int  # a file without a name where the worker's standard error goes
    ended_by: int = channel.ENDED_ITSELF


class Loader:
    """The loop between the control wire and the ends of workers."""

    def __init__(self, stores: worker.Stores, control: socket.socket, statements: int) -> None:
        self._stores = stores
        self._control = control
        self._statements = statements
        self._pid = os.getpid()
        self._children: dict[int, Child] = {}  # by the front's number
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
        self._tell(channel.READY, first=self._statements)
        try:
            while True:
                ready = {descriptor for descriptor, _ in poll.poll()}
                if self._wake.fileno() in ready:
                    with contextlib.suppress(BlockingIOError):
                        self._wake.recv(4096)
                self._reap()
                if self._control.fileno() in ready and not self._take_order():
                    return
        finally:
            # Before the interpreter closes the socket that the ends of children are announced on.
            signal.set_wakeup_fd(-1)
            for child in self._children.values():
                os.kill(child.pid, signal.SIGKILL)

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
        kind, number, first, _ = channel.CONTROL.unpack(data)
        if kind == channel.FORK:
            if descriptors:
                self._fork(number, socket.socket(fileno=descriptors[0]))
            else:  # this process may hold no more
                self._tell(channel.ENDED, number, first=channel.NEVER_BEGAN)
            return True
        child = self._children.get(number)  # None when it has ended meanwhile
        if child is not None and kind == channel.KILL:
            # Reaped only by _reap, so its process number cannot have passed to another process.
            child.ended_by = channel.ENDED_BY_US
            os.kill(child.pid, signal.SIGKILL)
        elif child is not None and kind == channel.NICE:
            os.setpriority(os.PRIO_PROCESS, child.pid, first)
        return True

    def _fork(self, number: int, wire: socket.socket) -> None:
        """Make one worker; without memory, process numbers or descriptors for it, say that it never began."""
        try:
            last_words = os.memfd_create("last words") if hasattr(os, "memfd_create") else os.dup(self._null)
            try:
                pid = os.fork()
            except OSError:
                os.close(last_words)
                raise
        except OSError as error:
            wire.close()
            _say(f"a worker could not be made: {error}")
            self._tell(channel.ENDED, number, first=channel.NEVER_BEGAN)
            return
        if pid == 0:
            try:
                _become_worker(self._pid)
                worker.run(self._stores, wire, self._null, last_words)
            finally:
                os._exit(1)
        wire.close()
        self._children[number] = Child(pid, last_words)
        self._tell(channel.FORKED, number, first=pid)

    def _reap(self) -> None:
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            number = next(number for number, child in self._children.items() if child.pid == pid)
            child = self._children.pop(number)
            reason = child.ended_by or _reason(child.last_words, status)
            os.close(child.last_words)
            self._tell(channel.ENDED, number, first=reason, second=status)

    def _tell(self, kind: bytes, number: int = 0, *, first: int = 0, second: int = 0) -> None:
        with contextlib.suppress(BrokenPipeError):  # the front has gone; the next read says so
            self._control.sendall(channel.control(kind, number, first, second))


def _reason(last_words: int, status: int) -> int:
    """Why a worker ended by itself: the kernel's timer, or what the engine said as it died (Rust panics and aborts on
    standard error)."""
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM:
        return channel.ENDED_BY_TIME
    said = os.pread(last_words, LAST_WORDS_READ, 0).decode(errors="replace")
    if "memory allocation" in said:
        return channel.ENDED_BY_MEMORY
    if "total order" in said:
        return channel.ENDED_IN_SORT
    if said:
        _say(f"a query ended with: {said}")
    return channel.ENDED_ITSELF


def _say(line: str) -> None:
    """A line on standard error, unless nobody reads there: a full pipe must not hold up the loader.

    The descriptor is shared with the front, so it is not made non-blocking; what is written into a pipe that has room at
    all, and is no longer than PIPE_BUF, does not block (POSIX, write).
    """
    with contextlib.suppress(OSError):
        if select.select([], [sys.stderr], [], 0)[1]:
            os.write(sys.stderr.fileno(), f"{line}\n".encode()[: select.PIPE_BUF])


def _become_worker(loader: int) -> None:
    """The first acts of a worker: die with the loader, let signals mean what they say."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    die_with_parent()
    if os.getppid() != loader:
        os._exit(1)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write(WORKER_OOM_SCORE)


def die_with_parent() -> None:
    """Ask Linux to kill this process when its parent ends; elsewhere the end of the wire has to do."""
    if sys.platform == "linux":
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


_LIBC = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Load, then serve. Exits with 1 and a line on stderr when the data cannot be loaded."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--control", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data")
    source.add_argument("--store")
    arguments = parser.parse_args()
    die_with_parent()
    if os.getppid() != arguments.parent:
        sys.exit(1)
    # A terminal or a service manager signals the whole group; the front decides when the loader ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    control = socket.socket(fileno=arguments.control)
    try:
        stores, statements = _on_disk(arguments.store) if arguments.store else _in_memory(arguments.data)
    except (OSError, SyntaxError, ValueError) as error:
        sys.exit(f"{arguments.store or arguments.data}: {error}")
    gc.collect()
    gc.freeze()  # a collection in a worker would copy every page that holds a Python object
    Loader(stores, control, statements).serve()


def _in_memory(path: str) -> tuple[worker.Stores, int]:
    store = ox.Store()
    store.bulk_load(path=path, format=ox.RdfFormat.N_QUADS)
    return worker.Stores(lambda: store), len(store)


def _on_disk(folder: str) -> tuple[worker.Stores, int]:
    """RocksDB has threads of its own, which a fork does not take along: each worker opens the store for itself."""
    statements = len(ox.Store.read_only(folder))
    return worker.Stores(lambda: ox.Store.read_only(folder), DISK_DESCRIPTORS), statements


if __name__ == "__main__":
    main()
