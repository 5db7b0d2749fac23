"""A keep-alive HTTP client that costs little beside what it measures: one socket, and the parser of httptools.

`http.client` takes about 0.15 ms per request, as long as the fastest answers; it would make every ratio look nearer to 1.
"""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from types import TracebackType

import httptools

from benchmarks.processes import HOST

RECEIVE = 1 << 20  # bytes


@dataclass(frozen=True)
class Reply:
    """An answer. `seconds` passed from sending to its last byte; `complete` says whether it came to its proper end."""

    status: int
    size: int
    seconds: float
    complete: bool
    body: bytes = b""


class _Collector:
    """What httptools calls as it reads one answer."""

    def __init__(self, keep: bool) -> None:
        self.keep = keep
        self.size = 0
        self.parts: list[bytes] = []
        self.done = False

    def on_body(self, body: bytes) -> None:
        self.size += len(body)
        if self.keep:
            self.parts.append(body)

    def on_message_complete(self) -> None:
        self.done = True


class Session:
    """One connection to a server on this machine; opened again when the server has closed it. Not for several threads."""

    def __init__(self, port: int, timeout: float = 120.0) -> None:
        self._port = port
        self._timeout = timeout
        self._socket: socket.socket | None = None

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def get(self, path: str, accept: str, *, keep: bool = False) -> Reply:
        """GET a path. With `keep` the body comes back, else only its size. Raises OSError when there is no answer at all."""
        request = f"GET {path} HTTP/1.1\r\nHost: {HOST}:{self._port}\r\nAccept: {accept}\r\n\r\n".encode()
        if self._socket is None:
            self._socket = socket.create_connection((HOST, self._port), self._timeout)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        collector = _Collector(keep)
        parser = httptools.HttpResponseParser(collector)
        begin = time.perf_counter()
        self._socket.sendall(request)
        received = False
        while not collector.done:
            try:
                data = self._socket.recv(RECEIVE)
            except ConnectionResetError:
                data = b""
            if not data:
                break
            received = True
            parser.feed_data(data)
        seconds = time.perf_counter() - begin
        if not collector.done or not parser.should_keep_alive():
            self.close()
        if not received:
            raise ConnectionResetError(f"no answer to {path[:100]}")
        return Reply(parser.get_status_code(), collector.size, seconds, collector.done, b"".join(collector.parts))
