"""Replicas of one service behind a real balancer, each on a loopback address of its own, and clients that never stop asking."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from commitments.release import Release
from tests.conftest import ROOT
from tests.releases import make_release, sample_quads
from tests.sparql.service import START_SECONDS, free_port, wait_for

HOSTS = ("127.0.0.2", "127.0.0.3")


class Replica:
    """One `commitments serve`; `start` after `kill` brings it back at the same address."""

    def __init__(self, host: str, port: int, data: Path, log: Path) -> None:
        self.address = f"{host}:{port}"
        self._log = log
        ours = {
            "HOSTS": host, "PORT": port, "DATA": data, "QUERY_SECONDS": 2, "QUERY_MEMORY": 128, "RELEASE_SECONDS": 0.2,
            "DRAIN_SECONDS": 3, "SHUTDOWN_SECONDS": 5, "QUERY_PLACES": 4,
        }  # fmt: skip
        kept = {name: value for name, value in os.environ.items() if not name.startswith("COMMITMENTS_")}
        self._environment = {**kept, **{f"COMMITMENTS_{name}": str(value) for name, value in ours.items()}}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as output:
            command = [sys.executable, "-m", "commitments", "serve"]
            self.process = subprocess.Popen(command, env=self._environment, cwd=ROOT, stdout=output, stderr=output)
        assert wait_for(self.is_ready, START_SECONDS), self._log.read_text(errors="replace")

    def is_ready(self) -> bool:
        assert self.process is not None and self.process.poll() is None, self._log.read_text(errors="replace")
        try:
            return httpx.get(f"http://{self.address}/health/ready", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def end(self, number: int = signal.SIGTERM, seconds: float = 30) -> int:
        """Send a signal and wait for the end; gives the exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        try:
            return self.process.wait(seconds)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()


@dataclass
class Answers:
    """What the clients got. `mixed` are answers that do not fit the release that they name."""

    count: int = 0
    failed: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    releases: set[str] = field(default_factory=set)
    by_method: dict[str, int] = field(default_factory=dict)


@dataclass
class Cluster:
    url: str
    base: str
    data: Path
    replicas: list[Replica]
    release: Release
    expected: dict[str, bool]  # by release: whether it has the statement that the clients ask for
    answers: Answers = field(default_factory=Answers)

    def publish_newer(self) -> Release:
        """A release that has one statement more."""
        text = sample_quads(self.base) + f'<{self.base}new> <{self.base}p> "x" .\n'
        newer = make_release(self.data / "releases", self.base, text)
        self.expected[newer.id] = True
        return newer

    def assert_nothing_was_lost(self) -> None:
        """No failed and no mixed answer; else what the balancer said is part of the failure."""
        said = (self.data.parent / "balancer.log").read_text(errors="replace")
        assert not self.answers.failed and not self.answers.mixed, f"{self.answers}\n{said}"

    def wait_for_answers(self, more: int, seconds: float = 30.0) -> None:
        goal = self.answers.count + more
        assert wait_for(lambda: self.answers.count >= goal, seconds), self.answers

    @contextmanager
    def under_load(self, clients: int = 3) -> Iterator[Answers]:
        """GET and POST queries, each different from all others, and pages, until the end of the block."""
        stop = threading.Event()
        self.answers = Answers()
        threads = [threading.Thread(target=self._ask, args=(number, stop)) for number in range(clients)]
        for thread in threads:
            thread.start()
        try:
            yield self.answers
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    def _ask(self, client_number: int, stop: threading.Event) -> None:
        number = 0
        with httpx.Client(timeout=30) as client:
            while not stop.is_set():
                number += 1
                query = f"ASK {{ <{self.base}new> ?p ?o }} # {client_number} {number}"
                asks: list[tuple[str, Callable[[], httpx.Response]]] = [
                    ("GET", lambda: client.get(f"{self.url}sparql", params={"query": query})),  # noqa: B023
                    ("POST", lambda: client.post(f"{self.url}sparql", data={"query": query})),  # noqa: B023
                    ("GET page", lambda: client.get(f"{self.url}doc/plan/MX-4.ttl")),
                ]
                for method, ask in asks:
                    self._note(method, ask)
                time.sleep(0.005)

    def _note(self, method: str, ask: Callable[[], httpx.Response]) -> None:
        answers = self.answers
        try:
            response = ask()
        except httpx.TransportError as error:
            answers.failed.append(f"{method}: {error!r}")
            return
        answers.count += 1
        answers.by_method[method] = answers.by_method.get(method, 0) + 1
        if response.status_code != 200:
            answers.failed.append(f"{method}: {response.status_code} {response.text[:200]}")
            return
        release = response.headers["commitments-release"]
        answers.releases.add(release)
        if "page" not in method and response.json()["boolean"] is not self.expected[release]:
            answers.mixed.append(f"{method}: {release} {response.text}")
        if "page" in method and f"/releases/{release}/" not in response.headers["link"]:
            answers.mixed.append(f"{method}: {release} {response.headers['link']}")


@contextmanager
def cluster(folder: Path, balancer: Callable[[Path, int, list[str]], tuple[list[str], dict[str, str]]]) -> Iterator[Cluster]:
    """Two replicas over one data folder, and a balancer in front of them; gives them running and ready.

    `balancer` writes its configuration, given a folder, its port and the replicas' addresses, and gives its command and
    environment.
    """
    port, public = free_port(), free_port()
    base = f"http://localhost:{public}/"
    data = folder / "data"
    release = make_release(data / "releases", base, sample_quads(base))
    replicas = [Replica(host, port, data, folder / f"{host}.log") for host in HOSTS]
    command, environment = balancer(folder, public, [replica.address for replica in replicas])
    with (folder / "balancer.log").open("wb") as output:
        running = subprocess.Popen(command, env={**os.environ, **environment}, cwd=folder, stdout=output, stderr=output)
    try:
        for replica in replicas:
            replica.start()
        built = Cluster(f"http://127.0.0.1:{public}/", base, data, replicas, release, {release.id: False})
        assert wait_for(lambda: _answers(built.url), 20), (folder / "balancer.log").read_text(errors="replace")
        yield built
    finally:
        running.terminate()
        running.wait(20)
        for replica in replicas:
            if replica.process is not None and replica.process.poll() is None:
                replica.end()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}health/live", timeout=5).status_code == 200
    except httpx.TransportError:
        return False
