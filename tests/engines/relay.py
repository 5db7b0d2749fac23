"""A relay in front of an engine that holds one request back, so that a test can do something while it is under way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

from tests.sparql.service import wait_for

HELD_SECONDS = 60.0
_OF_THE_CONNECTION = {"connection", "host", "content-length", "transfer-encoding", "content-encoding", "accept-encoding", "date", "server"}


@dataclass
class Relay:
    """`address` asks the engine. The first request that `holds` accepts (its method and body) has arrived whole when `held` is
    set, reaches the engine after `release` was set, and has been carried out when `done` is set, whether or not its client
    is still there."""

    address: str
    held: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)


@contextmanager
def relay(engine: str, holds: Callable[[str, bytes], bool]) -> Iterator[Relay]:
    """`engine` is the query address of the engine; its other addresses are relayed, too."""
    target = httpx.URL(engine)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def relayed(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            mine = holds(self.command, body) and not running.held.is_set()
            if mine:
                running.held.set()
                assert running.release.wait(HELD_SECONDS)
            path = target.copy_with(raw_path=self.path.encode("ascii"))
            kept = {name: value for name, value in self.headers.items() if name.lower() not in _OF_THE_CONNECTION - {"content-encoding"}}
            try:
                answer = httpx.request(self.command, path, headers=kept, content=body, timeout=HELD_SECONDS)
            finally:
                if mine:
                    running.done.set()
            self.send_response_only(answer.status_code)
            for name, value in answer.headers.multi_items():
                if name.lower() not in _OF_THE_CONNECTION - {"date", "server"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = do_PUT = do_DELETE = relayed

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Clients that have left are what this is for."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    running = Relay(str(target.copy_with(port=server.server_port)))
    thread.start()
    assert wait_for(thread.is_alive)
    try:
        yield running
    finally:
        running.release.set()
        server.shutdown()
        server.server_close()
