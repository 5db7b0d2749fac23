"""Queries made to kill a service, one by one and many at once, and what they leave behind."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from tests.conftest import needs_program
from tests.sparql.service import SECONDS, Service, running_service, wait_for

CROSS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"
# Time that a killer may cost others, each. The machine that runs the tests may be busy: the median of several counts, and
# what the same query took before.
OTHERS_SECONDS = 0.05
END_SECONDS = 2.0  # to start a killer, and to free what it held, on a busy machine

KILLERS = {
    "triple cross join": (f"SELECT (COUNT(*) AS ?n) {{ {CROSS} }}", 503, "query-timeout"),
    "cross join sorted": (f"SELECT * {{ {CROSS} }} ORDER BY ?a ?i", 507, "query-memory"),
    "cross join grouped": (f"SELECT ?a ?d ?g (COUNT(*) AS ?n) {{ {CROSS} }} GROUP BY ?a ?d ?g", 503, "query-timeout"),
    "regular expressions": (f"SELECT (COUNT(*) AS ?n) {{ {CROSS} FILTER(REGEX(CONCAT(STR(?c), STR(?f), STR(?i)), '(a|b|c)*zzz')) }}", 503, "query-timeout"),
    "endless paths": ("SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>|^!<urn:x>)* ?b . ?c (!<urn:x>|^!<urn:x>)* ?d . ?e (!<urn:x>)* ?f }", 503, "query-timeout"),
}  # fmt: skip
NESTED = "ASK " + "{" * 5_000 + "}" * 5_000


def median_of_small_queries(service: Service, number: int = 9) -> float:
    return sorted(service.seconds_of_a_small_query() for _ in range(number))[number // 2]


@pytest.mark.parametrize("name", KILLERS)
def test_a_killer_is_ended_while_others_are_answered(service: Service, name: str) -> None:
    query, status, slug = KILLERS[name]
    before = median_of_small_queries(service)

    def kill() -> tuple[httpx.Response, float]:
        start = time.monotonic()
        return service.ask(query), time.monotonic() - start

    with ThreadPoolExecutor(1) as pool:
        killer = pool.submit(kill)
        time.sleep(0.3)
        during = median_of_small_queries(service)
        response, taken = killer.result()
    reached = (response.status_code, response.json()["type"].rsplit("/", 1)[-1])
    assert reached == (status, slug) or (status == 507 and reached == (503, "query-timeout"))  # on a slow machine
    assert taken < SECONDS + END_SECONDS
    assert during < OTHERS_SECONDS + 2 * before
    assert "retry-after" not in response.headers  # the same query would meet the same limit
    assert wait_for(lambda: not service.busy_workers())
    assert median_of_small_queries(service) < OTHERS_SECONDS + 2 * before


def test_nested_brackets_are_refused_at_once(service: Service) -> None:
    start = time.monotonic()
    response = service.ask(NESTED)
    assert response.status_code == 400 and response.json()["code"] == "too-complex"
    assert time.monotonic() - start < 3.0


def test_many_killers_at_once(service: Service) -> None:
    """More than there are places: each gets an honest answer, and short queries pass them by."""
    query = KILLERS["triple cross join"][0]
    before = median_of_small_queries(service)
    with ThreadPoolExecutor(24) as pool:
        killers = [pool.submit(service.ask, query) for _ in range(24)]
        time.sleep(0.5)
        during = median_of_small_queries(service)
        assert len(service.workers()) <= 16 + 2  # the places of the settings and the spare ones
        statuses = {killer.result().status_code for killer in killers}
    assert during < 2 * OTHERS_SECONDS + 2 * before
    assert statuses == {503}
    assert wait_for(lambda: not service.busy_workers())


def test_a_cut_result_never_looks_complete(service: Service) -> None:
    query = f"SELECT * {{ {CROSS} }}"
    received = 0
    before = median_of_small_queries(service)
    with (
        pytest.raises(httpx.RemoteProtocolError),
        httpx.stream("POST", service.url, data={"query": query}, headers={"accept": "text/csv", "accept-encoding": "identity"}, timeout=60) as response,
    ):
        assert response.status_code == 200
        for chunk in response.iter_raw():
            received += len(chunk)
    assert received > 1_000_000
    assert median_of_small_queries(service) < OTHERS_SECONDS + 2 * before


def test_curl_notices_the_cut(service: Service) -> None:
    curl = needs_program("curl")
    for more in ([], ["--compressed"], ["--http1.0"]):
        command = [curl, "-s", "-o", "/dev/null", *more, service.url, "--data-urlencode", f"query=SELECT * {{ {CROSS} }}"]
        ended = subprocess.run(command, timeout=60)
        if "--http1.0" not in more:  # without chunks there is no mark of the end; HTTP/1.0 cannot tell
            assert ended.returncode == 18  # CURLE_PARTIAL_FILE


def test_the_work_ends_when_the_client_leaves(service: Service) -> None:
    for query in (KILLERS["triple cross join"][0], f"SELECT * {{ {CROSS} }}"):
        body = f"query={query.replace(' ', '+').replace('?', '%3F')}"
        with socket.create_connection(("127.0.0.1", httpx.URL(service.url).port)) as client:
            head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
            client.sendall((head + body).encode())
            assert wait_for(lambda: len(service.busy_workers()) == 1, SECONDS)
        start = time.monotonic()
        assert wait_for(lambda: not service.busy_workers(), SECONDS)
        assert time.monotonic() - start < SECONDS / 2
    assert "Traceback" not in service.log.read_text()


def test_a_slow_reader_does_not_fill_memory(service: Service) -> None:
    """The worker waits for the client; nothing piles up on the way."""
    with httpx.stream("POST", service.url, data={"query": f"SELECT * {{ {CROSS} }}"}, headers={"accept-encoding": "identity"}, timeout=60) as response:
        next(response.iter_raw(1000))
        front = psutil.Process(service.process.pid)
        before = front.memory_info().rss
        time.sleep(1.0)
        assert front.memory_info().rss - before < 32 * 2**20


@pytest.fixture(scope="module")
def small_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with few places, to fill them."""
    settings = {"query_places": 2, "query_slow_places": 1, "query_queue": 1, "query_wait": 1.0, "query_seconds": 2.0}
    with running_service(tmp_path_factory.mktemp("small"), **settings) as running:
        yield running


def test_a_full_queue_is_a_503_with_retry_after(small_service: Service) -> None:
    query = KILLERS["triple cross join"][0]
    with ThreadPoolExecutor(8) as pool:
        responses = [answer.result() for answer in [pool.submit(small_service.ask, query) for _ in range(8)]]
    slugs = {response.json()["type"].rsplit("/", 1)[-1] for response in responses}
    assert {response.status_code for response in responses} == {503}
    assert "too-many-queries" in slugs and "query-timeout" in slugs
    for response in responses:  # only those that were not run may succeed when they come again
        ended = response.json()["type"].endswith("query-timeout")
        assert ended != ("retry-after" in response.headers) and int(response.headers.get("retry-after", 5)) > 0


def test_the_loader_is_one_quiet_process(service: Service) -> None:
    (loader,) = service.loaders()
    assert loader.num_threads() == 1
    assert "sparql_api.engine.loader" in " ".join(loader.cmdline())


def test_killing_the_loader_costs_only_its_queries(small_service: Service) -> None:
    (loader,) = small_service.loaders()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(small_service.ask, KILLERS["triple cross join"][0])
        assert wait_for(lambda: small_service.busy_workers() != [], 5)
        (worker,) = small_service.busy_workers()
        loader.kill()
        response = running.result()
    assert response.status_code == 503 and response.json()["type"].endswith("engine-not-ready")
    assert wait_for(lambda: not worker.is_running())
    assert wait_for(lambda: small_service.ask("ASK {}").status_code == 200)
    assert small_service.loaders()[0].pid != loader.pid


def test_nothing_survives_the_front(tmp_path: Path) -> None:
    with running_service(tmp_path) as running:
        loaders = running.loaders()
        thread = threading.Thread(target=lambda: _ignore_transport_errors(running), daemon=True)
        thread.start()
        assert wait_for(lambda: running.busy_workers() != [], 5)
        family = [*loaders, *running.busy_workers()]
        running.process.kill()
        running.process.wait()
        assert wait_for(lambda: not any(_alive(process) for process in family))
        thread.join(10)


def _ignore_transport_errors(service: Service) -> None:
    with contextlib.suppress(httpx.TransportError):
        service.ask(KILLERS["triple cross join"][0])


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_sigterm_lets_requests_finish(tmp_path: Path) -> None:
    with running_service(tmp_path) as running, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(running.ask, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f }")
        assert wait_for(lambda: running.busy_workers() != [] or answer.done(), 5)
        running.process.terminate()
        assert answer.result().status_code == 200
        assert running.process.wait(20) in (0, -15)
