"""The two wires between front, loader and child.

*Control* (front <-> loader): messages of fixed size, so that a stream socket keeps their borders; a query message carries
one end of a fresh socket pair as SCM_RIGHTS. *Data* (front <-> child): the job as JSON in, frames out. A frame is one
byte of kind and four bytes of length (big endian), then the bytes.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from dataclasses import asdict, dataclass

CONTROL = struct.Struct("!cQdqq")  # kind, query number, seconds, two integers
FRAME = struct.Struct("!cI")

# control, front to loader
QUERY, KILL, SLOW = b"Q", b"K", b"N"
# control, loader to front
READY, ENDED = b"R", b"X"
# frames, child to front
# DATA is followed by more, LAST ends a complete result, PROBLEM stands alone
DATA, LAST, PROBLEM = b"D", b"L", b"P"

# why a child ended, in the first integer of ENDED; the second is the wait status
ENDED_ITSELF, ENDED_BY_TIME, ENDED_BY_US, ENDED_BY_MEMORY, ENDED_IN_SORT = 0, 1, 2, 3, 4

MAX_FRAME = 1 << 20


@dataclass(frozen=True)
class Job:
    """One query as the child gets it. Graph lists are IRIs; None leaves the dataset to the query text."""

    text: str
    media_type: str
    memory_bytes: int
    seconds: float
    base: str | None
    prefixes: dict[str, str]
    functions: list[str]  # that do not exist: a call is an error
    default_graphs: list[str] | None
    named_graphs: list[str] | None

    def encode(self) -> bytes:
        body = json.dumps(asdict(self)).encode()
        return struct.pack("!I", len(body)) + body


def read_job(wire: socket.socket) -> Job:
    """Child: read the job. Raises EOFError when the front has gone."""
    (length,) = struct.unpack("!I", _exactly(wire, 4))
    return Job(**json.loads(_exactly(wire, length)))


def _exactly(wire: socket.socket, length: int) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        part = wire.recv(length - len(parts))
        if not part:
            raise EOFError("the front has closed the wire")
        parts += part
    return bytes(parts)


def send_frame(wire: socket.socket, kind: bytes, body: bytes) -> None:
    """Child: write one frame; blocks while the reader is slow, which is the backpressure."""
    wire.sendall(FRAME.pack(kind, len(body)) + body)


async def read_frame(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Front: read one frame. Raises asyncio.IncompleteReadError when the child has ended."""
    kind, length = FRAME.unpack(await reader.readexactly(FRAME.size))
    return kind, await reader.readexactly(length) if length else b""


def control(kind: bytes, number: int = 0, seconds: float = 0.0, first: int = 0, second: int = 0) -> bytes:
    return CONTROL.pack(kind, number, seconds, first, second)
