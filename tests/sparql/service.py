"""A really running service for tests: `commitments serve` in a process of its own, on a free port of this machine."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from commitments.release import Release
from tests.conftest import ROOT
from tests.releases import make_release, sample_quads

SECONDS = 3.0  # time limit of a query in the tests
START_SECONDS = 60.0

# Values that formats stumble over: markup, quotes, separators, line ends, control characters, other scripts.
HOSTILE = {
    "markup": "<script>alert(1)</script> & \"quoted\" 'single'",
    "separators": "a,b;c\td\"e\"",
    "lines": "first\nsecond\r\nthird\rend",
    "control": "bell\x07 form\x0c escape\x1b noncharacter\ufffe",
    "scripts": "ñandú 日本語 עברית 😀 e\u0301",
    "empty": "",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def hostile_quads(base: str) -> str:
    """Statements `{base}hostile/{name} {base}value "…"` in the default graph, as N-Quads."""
    import pyoxigraph as ox

    lines = []
    for name, text in HOSTILE.items():
        subject, predicate = ox.NamedNode(f"{base}hostile/{name}"), ox.NamedNode(f"{base}value")
        lines.append(f"{ox.Quad(subject, predicate, ox.Literal(text))} .\n")
    return "".join(lines)


@dataclass
class Service:
    """Address and process of a running service."""

    url: str
    base: str
    process: subprocess.Popen[bytes]
    data: Path
    release: Release
    log: Path

    def ask(self, query: str, accept: str = "application/sparql-results+json", **more: Any) -> httpx.Response:
        headers = {"accept": accept, **more.pop("headers", {})}
        return httpx.post(self.url, data={"query": query}, headers=headers, timeout=60, **more)

    def loaders(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()

    def workers(self) -> list[psutil.Process]:
        return [child for loader in self.loaders() for child in loader.children()]

    def busy_workers(self) -> list[psutil.Process]:
        """Those that have had a query for so long that they lost priority, and have it still."""
        found = []
        for loader in self.loaders():
            for child in loader.children():
                with contextlib.suppress(psutil.NoSuchProcess):
                    if child.nice() > loader.nice():
                        found.append(child)
        return found

    def seconds_of_a_small_query(self) -> float:
        """Over a new connection, with the least work on our side: what another client would wait."""
        port = httpx.URL(self.url).port
        start = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/sparql?query=ASK%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D")
        response = connection.getresponse()
        body = response.read()
        taken = time.monotonic() - start
        connection.close()
        assert response.status == 200 and b"true" in body
        return taken


@contextmanager
def running_service(
    folder: Path, *, text: str | None = None, prepare: Callable[[Release], object] | None = None, **settings: object
) -> Iterator[Service]:
    """Serve a small release below `folder`, after `prepare`; further settings are those of `sparql_api.settings`."""
    port = free_port()
    base = f"http://localhost:{port}/"
    quads = text if text is not None else sample_quads(base) + hostile_quads(base)
    release = make_release(folder / "releases", base, quads)
    if prepare:
        prepare(release)
    given = {"query_seconds": SECONDS, "query_memory": 256, "port": port, "data": folder, **settings}
    environment = {**os.environ, **{f"COMMITMENTS_{name.upper()}": str(value) for name, value in given.items()}}
    log = folder / "serve.log"
    with open(log, "wb") as output:
        command = [sys.executable, "-m", "commitments", "serve", "--data", str(folder)]
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=output, stderr=output)
    service = Service(f"http://127.0.0.1:{port}/sparql", base, process, folder, release, log)
    try:
        _wait_until_ready(service)
        yield service
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(service: Service) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if service.process.poll() is not None:
            break
        try:
            if httpx.get(service.url, params={"query": "ASK {}"}, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the service did not start:\n{service.log.read_text(errors='replace')}")


def wait_for(condition, seconds: float = 10.0) -> bool:
    """Whether `condition()` becomes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())
