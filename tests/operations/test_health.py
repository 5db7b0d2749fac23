"""`/health/ready` tells the truth, costs one query however many ask, and gives a balancer time before the end."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import httpx
import psutil
import pytest

from sparql_api.observation import readiness
from sparql_api.observation.readiness import Readiness
from sparql_api.observation.state import Observation
from tests.sparql.service import Service, running_service, wait_for

CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def ready(service: Service, client: httpx.Client | None = None) -> httpx.Response:
    return (client or httpx).get(service.url.replace("/sparql", "/health/ready"), timeout=20)


def test_ready_names_the_release(service: Service) -> None:
    answer = ready(service)
    assert answer.status_code == 200 and answer.json() == {"status": "ready", "release": service.release.id}
    assert answer.headers["cache-control"] == "no-store"
    assert httpx.get(service.url.replace("/sparql", "/health/live")).json() == {"status": "live"}


def test_an_engine_that_stands_still_is_not_ready_and_alive(tmp_path: Path) -> None:
    """Stopped processes take queries and never answer: only a real query finds out."""
    with running_service(tmp_path) as running:
        assert ready(running).status_code == 200
        stopped = [*running.loaders(), *running.workers()]
        for process in stopped:
            process.suspend()
        try:
            time.sleep(readiness.FRESH_SECONDS + 0.2)  # older answers are no evidence any more
            start = time.monotonic()
            answer = ready(running)
            assert answer.status_code == 503 and answer.json()["type"].endswith("/problems/engine-not-ready")
            assert time.monotonic() - start < readiness.PROBE_SECONDS + 5
            assert httpx.get(running.url.replace("/sparql", "/health/live")).status_code == 200
        finally:
            for process in stopped:
                with suppress(psutil.NoSuchProcess):  # the probe's deadline may have ended a worker that stood still
                    process.resume()
        assert wait_for(lambda: ready(running).status_code == 200, 20)


def test_a_lost_engine_is_noticed_and_comes_back(tmp_path: Path) -> None:
    with running_service(tmp_path) as running:
        for loader in running.loaders():
            loader.kill()
        assert wait_for(lambda: ready(running).status_code == 503, 10)
        assert wait_for(lambda: ready(running).status_code == 200, 30)


def test_a_full_queue_is_ready_as_long_as_answers_come(tmp_path: Path) -> None:
    """All places for long queries are held and small ones crowd: the replica answers, so it stays in."""
    with running_service(tmp_path, query_seconds=4, query_places=2, query_slow_places=1, query_queue=0) as busy:
        stop = threading.Event()

        def ask_all_the_time(query: str) -> None:
            with httpx.Client(timeout=30) as client:
                while not stop.is_set():
                    client.post(busy.url, data={"query": query})

        threads = [threading.Thread(target=ask_all_the_time, args=(query,)) for query in (CROSS, CROSS, "ASK { ?s ?p ?o }", "ASK { ?s a ?o }")]
        for thread in threads:
            thread.start()
        try:
            time.sleep(1)
            with httpx.Client() as client:
                statuses = [ready(busy, client).status_code for _ in range(20)]
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        assert statuses == [200] * 20


# --- one query for all who ask


class Counting:
    """An edition whose engine takes a while."""

    def __init__(self, answer: bool = True, seconds: float = 0.05) -> None:
        self.release = SimpleNamespace(id="r1")
        self.asked = 0
        self._answer = answer
        self._seconds = seconds

    async def is_ready(self) -> bool:
        self.asked += 1
        await asyncio.sleep(self._seconds)
        return self._answer


def test_many_probes_are_one_query() -> None:
    edition = Counting()

    async def ask() -> list[bool]:
        check = Readiness(Observation()).check
        return await asyncio.gather(*(check(edition) for _ in range(50)))

    assert asyncio.run(ask()) == [True] * 50 and edition.asked == 1


def test_one_who_leaves_takes_nothing_from_the_others() -> None:
    edition = Counting()

    async def ask() -> bool:
        check = Readiness(Observation()).check
        leaving, staying = asyncio.create_task(check(edition)), asyncio.create_task(check(edition))
        await asyncio.sleep(0.01)
        leaving.cancel()
        return await staying

    assert asyncio.run(ask()) is True and edition.asked == 1


def test_an_answer_to_anybody_is_evidence_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    edition = Counting(answer=False)
    observation = Observation()

    async def ask() -> list[bool]:
        health = Readiness(observation)
        seen = [await health.check(edition)]
        observation.query_ended("answered", 0.1, release="r1")
        seen.append(await health.check(edition))
        observation.query_ended("answered", 0.1, release="another")
        seen.append(await health.check(edition))
        observation.query_ended("answered", 0.1, release="r1")
        observation.query_ended("not-ready", 0.1, release="r1")
        seen.append(await health.check(edition))
        observation.query_ended("answered", 0.1, release="r1")
        monkeypatch.setattr(readiness, "FRESH_SECONDS", 0.0)
        seen.append(await health.check(edition))
        return seen

    assert asyncio.run(ask()) == [False, True, False, False, False]


def test_a_probe_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "PROBE_SECONDS", 0.05)
    start = time.monotonic()
    assert asyncio.run(Readiness(Observation()).check(Counting(seconds=60))) is False
    assert time.monotonic() - start < 5


# --- the end


def test_a_watched_service_says_so_first_and_answers_on(tmp_path: Path) -> None:
    with running_service(tmp_path, drain_seconds=3) as running:
        for _ in range(readiness.WATCHED_TIMES):
            assert ready(running).status_code == 200
        # begun before, so it may finish
        slow = httpx.Client(timeout=20)
        running.process.send_signal(signal.SIGTERM)
        assert wait_for(lambda: ready(running).status_code == 503, 2)
        answer = ready(running)
        assert answer.json()["type"].endswith("/problems/stopping") and answer.headers["connection"] == "close"
        for _ in range(3):
            still = slow.get(running.url, params={"query": "ASK { ?s ?p ?o }"})
            assert still.status_code == 200 and still.headers["connection"] == "close"
        slow.close()
        assert running.process.wait(20) == 0


def test_a_service_that_nobody_watches_ends_at_once_with_what_is_under_way(tmp_path: Path) -> None:
    with running_service(tmp_path, query_seconds=3, drain_seconds=60) as running:
        with socket.create_connection(("127.0.0.1", httpx.URL(running.url).port)) as connection:
            connection.sendall(f"GET /sparql?query={CROSS.replace(' ', '+')} HTTP/1.1\r\nHost: t\r\n\r\n".encode())
            time.sleep(0.5)
            family = [*running.loaders(), *running.workers()]
            running.process.send_signal(signal.SIGTERM)
            assert connection.recv(12).endswith(b"503"), "its time limit, not the end of the service"
        assert running.process.wait(20) == 0
        assert not psutil.wait_procs(family, timeout=10)[1]
    lines = running.log.read_text().splitlines()
    assert '"outcome":"timeout"' in lines[-1], "the last request is logged"


def test_a_second_signal_ends_it_now(tmp_path: Path) -> None:
    with running_service(tmp_path, drain_seconds=60) as running:
        for _ in range(readiness.WATCHED_TIMES):
            ready(running)
        running.process.send_signal(signal.SIGTERM)
        assert wait_for(lambda: ready(running).status_code == 503, 5)
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(20) == 0
