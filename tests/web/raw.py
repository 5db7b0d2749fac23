"""A client that sends the bytes it is told to, over one connection, and reads answers by their Content-Length."""

from __future__ import annotations

import contextlib
import socket
from dataclasses import dataclass
from urllib.parse import quote

from tests.sparql.service import Service

OWN = ("date", "x-request-id", "server-timing")  # header lines that no two answers share
SECONDS = 20.0  # a client of these tests waits no longer


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def lasting(self) -> tuple[int, dict[str, str], bytes]:
        return self.status, {name: value for name, value in self.headers.items() if name not in OWN}, self.body

    @property
    def was_repeated(self) -> bool:
        return self.headers["server-timing"] == "cache;desc=repeated"


class Connection:
    """One raw connection; answers are read by their Content-Length."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
        self._received = b""

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def read(self) -> Answer:
        while b"\r\n\r\n" not in self._received:
            self._more()
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        while len(self._received) < length:
            self._more()
        body, self._received = self._received[:length], self._received[length:]
        return Answer(int(first.split()[1]), headers, body)

    def ask(self, head: bytes) -> Answer:
        self.send(head)
        return self.read()

    def _more(self) -> None:
        data = self.socket.recv(2**16)
        assert data, f"closed after {self._received[:200]!r}"
        self._received += data

    def is_closed(self) -> bool:
        """Whether the other side ends the connection, sending nothing more."""
        with contextlib.suppress(ConnectionResetError):
            return self._received == b"" and self.socket.recv(1) == b""
        return True


def get(target: str, *lines: str, version: str = "1.1") -> bytes:
    return "\r\n".join([f"GET {target} HTTP/{version}", "Host: localhost", *lines, "", ""]).encode("latin-1")


def ask_for(query: str, *lines: str) -> bytes:
    return get(f"/sparql?query={quote(query, safe='')}", *lines)


def port_of(service: Service) -> int:
    return int(service.base.rstrip("/").rsplit(":", 1)[1])
