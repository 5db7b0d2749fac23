"""A SPARQL endpoint for tests that behaves as badly as it is told to, over real sockets on 127.0.0.1."""

from __future__ import annotations

import gzip
import json
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

RESULTS_JSON = "application/sparql-results+json"
MEBIBYTE = 2**20
Term = dict[str, str]


def uri(value: str) -> Term:
    return {"type": "uri", "value": value}


def literal(value: str, **more: str) -> Term:
    """`lang` and `datatype` as in SPARQL 1.1 Results JSON."""
    names = {"lang": "xml:lang"}
    return {"type": "literal", "value": value, **{names.get(name, name): text for name, text in more.items()}}


def results(variables: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """A SPARQL 1.1 Results JSON document."""
    return json.dumps({"head": {"vars": list(variables)}, "results": {"bindings": list(rows)}}).encode()


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]  # names in small letters
    query: str


class Handler(BaseHTTPRequestHandler):
    """One request; what happens is the `Behaviour` of its path."""

    server: _Server

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        query = parse_qs(body.decode()).get("query", [""])[0]
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.endpoint.requests.append(Request(self.command, self.path, headers, query))
        self.close_connection = True
        with suppress(BrokenPipeError, ConnectionResetError, ssl.SSLError):  # the caller has had enough
            self.server.endpoint.behaviours[self.path](self)

    do_GET = do_POST = handle_any

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        """A whole answer; an underscore in a header's name stands for a hyphen."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


Behaviour = Callable[[Handler], None]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    endpoint: Endpoint


@dataclass
class Endpoint:
    """A running endpoint: what was asked of it so far, and what it does at each path."""

    port: int
    requests: list[Request] = field(default_factory=list)
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    released: threading.Event = field(default_factory=threading.Event)  # set at the end, for those who hang

    def at(self, path: str, behaviour: Behaviour, host: str = "127.0.0.1", scheme: str = "http") -> str:
        """Behave so at a path; gives its address."""
        self.behaviours[path] = behaviour
        return f"{scheme}://{host}:{self.port}{path}"

    def hanging(self, handler: Handler) -> None:
        """Take the request and say nothing."""
        self.released.wait(60)

    def dripping(self, handler: Handler) -> None:
        """Begin a result and go on with it a byte at a time, for ever."""
        handler.send_response(200)
        handler.send_header("Content-Type", RESULTS_JSON)
        handler.end_headers()
        while not self.released.wait(0.05):
            handler.wfile.write(b" ")
            handler.wfile.flush()


def sending(body: bytes, media_type: str = RESULTS_JSON, **headers: str) -> Behaviour:
    return lambda handler: handler.reply(200, body, Content_Type=media_type, **headers)


def redirecting(location: str, status: int = 307) -> Behaviour:
    return lambda handler: handler.reply(status, Location=location)


def flooding(handler: Handler) -> None:
    """100 MiB of spaces inside a result, without saying so before."""
    handler.send_response(200)
    handler.send_header("Content-Type", RESULTS_JSON)
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b" " * MEBIBYTE)


@cache
def gzip_bomb() -> bytes:
    """256 MiB of spaces in a quarter of one, as 16 members."""
    return gzip.compress(b" " * (16 * MEBIBYTE)) * 16


@contextmanager
def running_endpoint(context: ssl.SSLContext | None = None) -> Iterator[Endpoint]:
    """An endpoint on a free port of 127.0.0.1; with TLS when there is a context."""
    server = _Server(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.endpoint = Endpoint(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.endpoint
    finally:
        server.endpoint.released.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
