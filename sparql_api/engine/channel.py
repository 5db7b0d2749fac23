"""The two wires between front, loader and workers.

*Control* (front <-> loader): messages of fixed size, so that a stream socket keeps their borders; the order to fork a
worker carries one end of a fresh socket pair as SCM_RIGHTS. *Data* (front <-> worker): jobs in, frames out, one job after
the other over the same wire. A job is four bytes of length (big endian) and its fields in Python's own `marshal` form:
both ends are one program, and only the front writes it. A frame is one byte of kind and four bytes of length, then the
bytes.
"""

from __future__ import annotations

import json
import marshal
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

CONTROL = struct.Struct("!cQqq")  # kind, worker number, two integers
FRAME = struct.Struct("!cI")
LENGTH = struct.Struct("!I")

# control, front to loader; the first integer of NICE is the niceness
FORK, KILL, NICE = b"F", b"K", b"N"
# control, loader to front; READY carries the number of statements, FORKED the process id of a worker, ENDED why a worker
# ended and its wait status
READY, FORKED, ENDED = b"R", b"F", b"X"
# frames, worker to front
# NOTICE may come first and is JSON; DATA is followed by more; LAST ends a complete result, LAST_OF_ALL does so and
# says that the worker ends, too; PROBLEM stands alone, PROBLEM_OF_ALL is one after which the worker ends
NOTICE, DATA, LAST, LAST_OF_ALL, PROBLEM, PROBLEM_OF_ALL = b"N", b"D", b"L", b"E", b"P", b"Q"

# why a worker ended, in the first integer of ENDED
ENDED_ITSELF, ENDED_BY_TIME, ENDED_BY_US, ENDED_BY_MEMORY, ENDED_IN_SORT, NEVER_BEGAN = 0, 1, 2, 3, 4, 5

MAX_FRAME = 1 << 20


@dataclass(frozen=True)
class Job:
    """One query as the worker gets it. Graph lists are IRIs; None leaves the dataset to the query text.

    `rows` is the most rows or triples of the result; then `text_capped` is the query limited to them and `text_probe` the
    query limited to one more.
    """

    text: str
    media_type: str
    memory_bytes: int
    seconds: float
    base: str | None
    prefixes: dict[str, str]
    functions: list[str]  # that do not exist: a call is an error
    default_graphs: list[str] | None
    named_graphs: list[str] | None
    rows: int | None = None
    text_capped: str | None = None
    text_probe: str | None = None

    def encode(self) -> bytes:
        body = marshal.dumps(vars(self))
        return LENGTH.pack(len(body)) + body


def read_job(wire: socket.socket) -> Job | None:
    """Worker: the next job, or None when the front has closed the wire."""
    head = _exactly(wire, LENGTH.size)
    body = None if head is None else _exactly(wire, LENGTH.unpack(head)[0])
    return None if body is None else Job(**marshal.loads(body))


def _exactly(wire: socket.socket, length: int) -> bytes | None:
    part = wire.recv(length)
    if len(part) == length:
        return part
    parts = bytearray(part)
    while part and len(parts) < length:
        part = wire.recv(length - len(parts))
        parts += part
    return bytes(parts) if part else None


def send_frame(wire: socket.socket, kind: bytes, body: bytes) -> None:
    """Worker: write one frame; blocks while the reader is slow, which is the backpressure."""
    wire.sendall(FRAME.pack(kind, len(body)) + body)


def send_problem(wire: socket.socket, problem: dict[str, Any], *, last: bool) -> None:
    """Worker: say why there is no answer; `last` when the worker ends after it."""
    send_frame(wire, PROBLEM_OF_ALL if last else PROBLEM, json.dumps(problem).encode())


class FrameReader:
    """Front: frames out of what arrives, in pieces of any size."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """The frames that `data` completes: kind and body."""
        if self._held:
            data = self._held + data
            self._held = b""
        start, end = 0, len(data)
        while end - start >= FRAME.size:
            kind, length = FRAME.unpack_from(data, start)
            after = start + FRAME.size + length
            if after > end:
                break
            yield kind, data[start + FRAME.size : after]
            start = after
        if start < end:
            self._held = data[start:] if start else data


def control(kind: bytes, number: int = 0, first: int = 0, second: int = 0) -> bytes:
    return CONTROL.pack(kind, number, first, second)
