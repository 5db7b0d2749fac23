"""A small HTTP server for tests of the clients that measure."""

from __future__ import annotations

import http.server
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.processes import Server


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers by path: /ok 200, /busy 503, /cut half of what it announces; a query gives the rows that the server was told to give."""

    protocol_version = "HTTP/1.1"
    rows = 1

    def do_GET(self) -> None:
        if "query=" in self.path:
            bindings = [{"x": {"type": "literal", "value": str(number)}} for number in range(self.rows)]
            body = json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": bindings}}).encode()
        else:
            body = self.path.encode()
        self.send_response(503 if self.path.startswith("/busy") else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.path.startswith("/cut"):
            self.close_connection = True
            body = body[: len(body) // 2]
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def small_server(folder: Path, rows: int = 1) -> Iterator[Server]:
    """A server in a thread of this process; its log is empty and its processor time that of the tests."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Counted", (Handler,), {"rows": rows})) as http_server:
        thread = threading.Thread(target=http_server.serve_forever)
        thread.start()
        log = folder / "log"
        log.touch()
        idle = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        try:
            yield Server(idle, http_server.server_address[1], log)
        finally:
            idle.kill()
            idle.communicate()
            http_server.shutdown()
            thread.join()
