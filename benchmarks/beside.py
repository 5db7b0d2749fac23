"""Clients in processes of their own, so that what one does is no part of what another measures.

    python -m benchmarks.beside ask PORT PATH              one request, read to its end
    python -m benchmarks.beside probe PORT PATH MILLISECONDS   a small query in a steady beat until standard input ends

Both print one line of JSON.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.machine import ROOT
from benchmarks.processes import Broken, Server
from benchmarks.session import Session

ACCEPT = "application/sparql-results+json"
PROBE_SECONDS = 5.0  # a probe that takes longer counts as failed


@dataclass(frozen=True)
class Outcome:
    """How a query ended: HTTP status (0 without one), bytes of its body, wall seconds, and whether the body was whole."""

    status: int
    size: int
    seconds: float
    complete: bool

    @property
    def what(self) -> str:
        """For people: `503`, or `200 cut`."""
        return f"{self.status}" if self.complete else f"{self.status} cut"


@dataclass
class Probes:
    """Latencies in milliseconds, each counted from the moment the beat asked for it, and how many were not answered 200."""

    latencies: list[float] = field(default_factory=list)
    failed: int = 0


def start_asking(server: Server, path: str) -> subprocess.Popen[str]:
    """Begin one request; `outcome_of` waits for its end."""
    return subprocess.Popen([*_COMMAND, "ask", str(server.port), path], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def outcome_of(asking: subprocess.Popen[str], timeout: float) -> Outcome:
    """Raises Broken when the request has not ended after `timeout` seconds."""
    try:
        said, _ = asking.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        asking.kill()
        asking.communicate()
        raise Broken(f"a query was still running after {timeout:g} s") from None
    return Outcome(**json.loads(said))


@contextmanager
def probing(server: Server, path: str, milliseconds: int) -> Iterator[Probes]:
    """Probe until the block ends; the result is filled in then."""
    found = Probes()
    process = subprocess.Popen(
        [*_COMMAND, "probe", str(server.port), path, str(milliseconds)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        process.stdout.readline()  # it says when its first probe has been answered
        yield found
    finally:
        said, _ = process.communicate()
    result = json.loads(said)
    found.latencies, found.failed = result["latencies"], result["failed"]


_COMMAND = [sys.executable, "-m", "benchmarks.beside"]


def _ask(port: int, path: str) -> None:
    begin = time.perf_counter()
    with Session(port) as session:
        try:
            reply = session.get(path, ACCEPT)
            outcome = Outcome(reply.status, reply.size, reply.seconds, reply.complete)
        except OSError:
            outcome = Outcome(0, 0, time.perf_counter() - begin, False)
    print(json.dumps(outcome.__dict__))


def _probe(port: int, path: str, milliseconds: int) -> None:
    """A beat that a slow answer delays is made up for: its latency counts from when it was due."""
    latencies: list[float] = []
    failed = 0
    with Session(port, timeout=PROBE_SECONDS) as session:
        session.get(path, ACCEPT)
        print("ready", flush=True)
        due = time.perf_counter()
        while True:
            wait = due - time.perf_counter()
            if select.select([sys.stdin], [], [], max(0.0, wait))[0]:
                break
            try:
                answered = session.get(f"{path}%0A%23{len(latencies)}", ACCEPT)
                failed += answered.status != 200 or not answered.complete
            except OSError:
                session.close()
                failed += 1
            latencies.append((time.perf_counter() - due) * 1000)
            due += milliseconds / 1000
    print(json.dumps({"latencies": latencies, "failed": failed}))


if __name__ == "__main__":
    what, port, *rest = sys.argv[1:]
    if what == "ask":
        _ask(int(port), rest[0])
    else:
        _probe(int(port), rest[0], int(rest[1]))
