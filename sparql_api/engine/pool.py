"""The front's side of the workers: which of them is idle, what each is sending, and when to have more or fewer.

A `Wire` is one worker seen from here: the socket to it and the query it works on. The pool keeps a few idle ones ready,
so that the end of one costs no request anything.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Protocol

from sparql_api.engine import channel

SPARE = 2  # idle workers that are kept ready
IDLE_SECONDS = 30.0  # an idle worker beyond those ends after this time
RECEIVE = 256 * 1024  # bytes read at once


class Listener(Protocol):
    """What takes the frames of one query."""

    def frame(self, kind: bytes, body: bytes) -> None: ...

    def wire_closed(self) -> None: ...


class Wire:
    """One worker. It is idle while `listener` is None."""

    def __init__(self, number: int, end: socket.socket, closed: Callable[[Wire], None]) -> None:
        self.number = number
        self.listener: Listener | None = None
        self.aged = False  # it has lost its right to the processor, and a process cannot get that back
        self.idle_since = 0.0
        self._end = end
        self._closed = closed
        self._reader = channel.FrameReader()
        self._loop = asyncio.get_running_loop()
        self._listening = False
        self._unsent = b""  # of a job larger than the socket takes at once
        self._sending = False
        end.setblocking(False)
        self.resume()

    @property
    def is_open(self) -> bool:
        return self._end.fileno() >= 0

    def send(self, data: bytes) -> None:
        """Send all: now what the socket takes, the rest as the worker reads, which nobody waits for.

        A worker that ends meanwhile shows when the wire is read; closing the wire ends the sending.
        """
        self._unsent += data
        self._writable()

    def _writable(self) -> None:
        try:
            self._unsent = self._unsent[self._end.send(self._unsent) :]
        except (BlockingIOError, InterruptedError):
            pass
        except OSError:
            self._unsent = b""
        if bool(self._unsent) != self._sending:
            self._sending = not self._sending
            if self._sending:
                self._loop.add_writer(self._end.fileno(), self._writable)
            else:
                self._loop.remove_writer(self._end.fileno())

    def pause(self) -> None:
        """Read no more for now: the worker waits once the socket is full."""
        if self._listening:
            self._listening = False
            self._loop.remove_reader(self._end.fileno())

    def resume(self) -> None:
        if not self._listening and self.is_open:
            self._listening = True
            self._loop.add_reader(self._end.fileno(), self._readable)

    def close(self) -> None:
        """Hang up: an idle worker ends by itself."""
        if self.is_open:
            self.pause()
            if self._sending:
                self._sending = False
                self._loop.remove_writer(self._end.fileno())
            self._end.close()

    def _readable(self) -> None:
        try:
            data = self._end.recv(RECEIVE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            self._closed(self)
            return
        for kind, body in self._reader.feed(data):
            if self.listener is not None:
                self.listener.frame(kind, body)


class Pool:
    """Idle workers, latest first; `fork` makes one more. Raises what `fork` raises."""

    def __init__(self, fork: Callable[[], Wire], spare: int = SPARE) -> None:
        self._fork = fork
        self.spare = spare
        self.idle: list[Wire] = []

    def take(self) -> Wire:
        """A worker for one query: the one that was idle for the shortest time, whose memory is warm, else a new one."""
        while self.idle:
            wire = self.idle.pop()
            if wire.is_open:
                return wire
        return self._fork()

    def give_back(self, wire: Wire, now: float) -> None:
        """A worker that has finished its query. One that has lost its priority ends."""
        wire.listener = None
        if wire.aged or not wire.is_open:
            wire.close()
            self.refill(now)
            return
        wire.idle_since = now
        self.idle.append(wire)

    def forget(self, wire: Wire) -> None:
        """A worker that has ended by itself."""
        with contextlib.suppress(ValueError):
            self.idle.remove(wire)

    def ended(self, number: int) -> None:
        """The worker of this number has ended, whether its wire says so already or not: nobody may get it."""
        for wire in [wire for wire in self.idle if wire.number == number]:
            self.idle.remove(wire)
            wire.close()

    def refill(self, now: float) -> None:
        """Have the spare ones ready."""
        while len(self.idle) < self.spare:
            wire = self._fork()
            wire.idle_since = now
            self.idle.insert(0, wire)

    def trim(self, now: float) -> None:
        """End those that nobody has needed for a while, except the spare ones."""
        while len(self.idle) > self.spare and now - self.idle[0].idle_since > IDLE_SECONDS:
            self.idle.pop(0).close()

    def close(self) -> None:
        for wire in self.idle:
            wire.close()
        self.idle.clear()
