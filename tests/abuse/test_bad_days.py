"""Bad days of a running service: after each it is healthy, and holds no more than before."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import httpx
import psutil
import pytest

from tests.abuse.conftest import bad_day, is_ready
from tests.releases import make_release
from tests.sparql.service import Service, free_port, running_service, wait_for
from tests.web.raw import Connection, ask_for, port_of

ENDLESS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
KILLER = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def test_ten_thousand_small_queries_from_64_connections(abused: Service) -> None:
    """All different, and each gets its own answer."""
    each = 157  # 64 times that are more than 10,000

    def ask(client: int) -> Counter[int]:
        seen: Counter[int] = Counter()
        with Connection(port_of(abused)) as connection:
            for number in range(each):
                value = client * each + number
                answer = connection.ask(ask_for(f"SELECT ({value} AS ?n) {{}}", "Accept: text/csv"))
                seen[answer.status] += 1
                assert answer.status != 200 or answer.body == f"n\r\n{value}\r\n".encode()
        return seen

    with bad_day(abused), ThreadPoolExecutor(64) as pool:
        total = sum(pool.map(ask, range(64)), Counter())
    assert total == {200: 64 * each}


def test_workers_killed_at_random_under_load(abused: Service) -> None:
    """Small queries are asked again by themselves; long ones get an error or a broken connection, never a wrong answer."""
    stop = threading.Event()
    large_query = "SELECT * { ?s ?p ?o . ?a ?b ?c } LIMIT 20000"
    expected = abused.ask(large_query, "text/csv").content

    def ask_small(client: int) -> Counter[int]:
        seen: Counter[int] = Counter()
        with Connection(port_of(abused)) as connection:
            for number in range(10**9):
                if stop.is_set():
                    return seen
                answer = connection.ask(ask_for(f"SELECT ({client} + {number} AS ?n) {{}}", "Accept: text/csv"))
                seen[answer.status] += 1
                assert answer.status != 200 or answer.body == f"n\r\n{client + number}\r\n".encode()
        return seen

    def ask_large(_: int) -> Counter[int]:
        seen: Counter[int] = Counter()
        while not stop.is_set():
            try:
                answer = abused.ask(large_query, "text/csv", headers={"accept-encoding": "identity"})
            except httpx.RemoteProtocolError:
                seen[0] += 1
                continue
            seen[answer.status_code] += 1
            assert answer.status_code != 200 or answer.content == expected
        return seen

    with bad_day(abused), ThreadPoolExecutor(8) as pool:
        small = [pool.submit(ask_small, client) for client in range(5)]
        large = [pool.submit(ask_large, client) for client in range(2)]
        chance, killed, end = random.Random(3), 0, time.monotonic() + 4
        while time.monotonic() < end:
            workers = abused.workers()
            if workers:
                with contextlib.suppress(psutil.NoSuchProcess):
                    chance.choice(workers).kill()
                    killed += 1
            time.sleep(chance.uniform(0, 0.05))
        stop.set()
        answers = sum((future.result() for future in small), Counter())
        streams = sum((future.result() for future in large), Counter())
    assert killed > 20
    assert answers[200] > 0.9 * answers.total() and set(answers) <= {200, 503, 507}
    assert set(streams) <= {0, 200, 503, 507} and streams.total() > 0


def test_the_loader_killed_under_load(tmp_path: Path) -> None:
    with running_service(tmp_path, access_log=False) as service, bad_day(service):
        stop = threading.Event()

        def ask(_: int) -> Counter[int]:
            seen: Counter[int] = Counter()
            while not stop.is_set():
                seen[service.ask("ASK { ?s ?p ?o }").status_code] += 1
            return seen

        with ThreadPoolExecutor(4) as pool:
            clients = [pool.submit(ask, client) for client in range(4)]
            for _ in range(2):
                time.sleep(0.3)
                (loader,) = service.loaders()
                loader.kill()
                assert wait_for(lambda gone=loader: not gone.is_running() and is_ready(service), 30)
            stop.set()
            assert set(sum((client.result() for client in clients), Counter())) == {200, 503}


def test_a_loader_without_descriptors_costs_queries_and_no_more(tmp_path: Path) -> None:
    """No worker can be made: an honest 503, until it can."""
    with running_service(tmp_path, access_log=False) as service:
        (loader,) = service.loaders()
        before = loader.rlimit(psutil.RLIMIT_NOFILE)
        loader.rlimit(psutil.RLIMIT_NOFILE, (3, before[1]))
        for worker in service.workers():
            worker.kill()
        assert wait_for(lambda: not service.workers())
        answer = service.ask("ASK {}")
        assert answer.status_code == 503 and answer.json()["type"].endswith("engine-not-ready") and "retry-after" in answer.headers
        loader.rlimit(psutil.RLIMIT_NOFILE, before)
        assert wait_for(lambda: service.ask("ASK {}").status_code == 200)
        assert [process.pid for process in service.loaders()] == [loader.pid]


def test_clients_that_vanish(abused: Service) -> None:
    """In the middle of results, before them, and while they send their query."""
    body = f"query={quote(ENDLESS)}"
    post = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    chance = random.Random(5)

    def vanish(number: int) -> None:
        request = (post, post[:-10], ask_for(KILLER), ask_for(f"ASK {{}} # {number}"), ask_for("SELECT * " + " " * 6000 + ENDLESS[8:]))[number % 5]
        with Connection(port_of(abused)) as connection:
            connection.send(request)
            if number % 2:
                time.sleep(chance.uniform(0, 0.3))
            if number % 3 == 0:
                connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with bad_day(abused), ThreadPoolExecutor(16) as pool:
        list(pool.map(vanish, range(150)))


def test_500_slow_readers(tmp_path: Path) -> None:
    """Each takes a little of an endless result: they share the places, and whoever asks for little is still answered."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4096)), hard))
    with running_service(tmp_path, access_log=False, query_wait=1) as service, bad_day(service), contextlib.ExitStack() as stack:
        readers = [stack.enter_context(Connection(port_of(service))) for _ in range(500)]
        for reader in readers:
            reader.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.send(ask_for(ENDLESS))
        statuses: Counter[bytes] = Counter()
        slowest = 0.0
        for number, reader in enumerate(readers):
            reader.socket.settimeout(30)
            statuses[reader.socket.recv(12)[-3:]] += 1
            if number % 100 == 0:
                slowest = max(slowest, service.seconds_of_a_small_query())
        assert set(statuses) <= {b"200", b"503"} and statuses[b"200"] >= 4
        assert slowest < 5


def test_the_service_takes_the_descriptors_it_may(tmp_path: Path) -> None:
    """A shell that allows few does not mean it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        with running_service(tmp_path, access_log=False) as service, contextlib.ExitStack() as stack:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            connections = [stack.enter_context(Connection(port_of(service))) for _ in range(300)]
            assert {connection.ask(ask_for("ASK {}")).status for connection in connections} == {200}
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_nothing_survives_a_front_that_is_killed(tmp_path: Path) -> None:
    with running_service(tmp_path, access_log=False) as service:
        with Connection(port_of(service)) as small, Connection(port_of(service)) as killer, Connection(port_of(service)) as stream:
            small.ask(ask_for("ASK {}"))
            killer.send(ask_for(KILLER))
            stream.send(ask_for(ENDLESS))
            assert wait_for(lambda: len(service.busy_workers()) == 2, 10)
            family = [*service.loaders(), *service.workers()]
            os.kill(service.process.pid, signal.SIGKILL)
            service.process.wait()
            assert wait_for(lambda: not any(_alive(process) for process in family))
        port = port_of(service)
        assert wait_for(lambda: _is_free(port), 10)


def test_no_maker_of_a_store_survives_either(tmp_path: Path) -> None:
    port = free_port()
    quads = "".join(f"<urn:s{number}> <urn:p> <urn:o{number}> .\n" for number in range(20_000))
    make_release(tmp_path / "releases", f"http://localhost:{port}/", quads)
    stores = tmp_path / "stores"
    command = [sys.executable, "-m", "commitments", "serve", "--data", str(tmp_path), "--port", str(port)]
    process = subprocess.Popen(command, env={**os.environ, "COMMITMENTS_ENGINE": "disk"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert wait_for(lambda: stores.exists() and any(stores.iterdir()), 60)
        makers = psutil.Process(process.pid).children()
        for maker in makers:
            with contextlib.suppress(psutil.NoSuchProcess):
                maker.suspend()  # so that it cannot end by itself
    finally:
        process.kill()
        process.wait()
    assert makers and wait_for(lambda: not any(_alive(maker) for maker in makers))


def _alive(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def test_a_full_disk_under_the_log(tmp_path: Path) -> None:
    """Every line of every process is refused by the system."""
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    port = free_port()
    make_release(tmp_path / "releases", f"http://localhost:{port}/")
    environment = {**os.environ, "COMMITMENTS_QUERY_SECONDS": "1"}
    command = [sys.executable, "-m", "commitments", "serve", "--data", str(tmp_path), "--port", str(port)]
    with open("/dev/full", "w") as full:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=full)
    url = f"http://127.0.0.1:{port}/sparql"
    try:

        def status(query: str) -> int:
            with contextlib.suppress(httpx.TransportError):
                return httpx.get(url, params={"query": query}, timeout=30).status_code
            return 0

        assert wait_for(lambda: status("ASK {}") == 200, 60)
        assert [status("ASK {"), status(KILLER), status("ASK { ?s ?p ?o }")] == [400, 503, 200]
        for worker in psutil.Process(process.pid).children(recursive=True)[1:]:
            worker.send_signal(signal.SIGSEGV)
        assert [status(f"ASK {{}} # {number}") for number in range(20)].count(200) >= 15
        (loader,) = psutil.Process(process.pid).children()
        loader.kill()
        assert wait_for(lambda: not loader.is_running() and status("ASK {}") == 200, 30)
    finally:
        process.terminate()
        assert process.wait(30) in (0, -15)


# --- queries


def _union(number: int) -> str:
    return "SELECT * { " + " UNION ".join(f"{{ ?s <urn:p{each}> ?o }}" for each in range(number)) + " }"


MONSTERS = {
    "a megabyte": ("ASK { ?s ?p \"" + "x" * 1_000_000 + "\" }", {413}),
    "a little less": ("ASK { ?s ?p \"" + "x" * 980_000 + "\" }", {400}),
    "unions": (_union(10_000), {400, 413}),
    "unions without spaces": ("ASK{" + "UNION".join(["{}"] * 10_000) + "}", {400}),
    "braces": ("ASK " + "{" * 10_000 + "}" * 10_000, {400}),
    "open braces": ("ASK " + "{" * 50_000, {400}),
    "parentheses": ("ASK { FILTER(" + "(" * 10_000 + "1" + ")" * 10_000 + ") }", {400}),
    "square brackets": ("ASK { ?s ?p " + "[ ?p " * 10_000 + "?o" + "]" * 10_000 + " }", {400}),
    "collections": ("ASK { ?s ?p " + "(" * 10_000 + "1" + ")" * 10_000 + " }", {400}),
    "negations": ("ASK { FILTER(" + "!" * 50_000 + "true) }", {400}),
    "minus signs": ("ASK { FILTER(" + "- " * 40_000 + "1) }", {400}),
    "conjunctions": ("ASK { FILTER(" + " && ".join(["true"] * 10_000) + ") }", {200, 400}),
    "sums": ("ASK { FILTER(" + "+".join(["1"] * 40_000) + ") }", {200, 400}),
    "paths": ("ASK { ?s " + "/".join(["<urn:p>"] * 10_000) + " ?o }", {200, 400}),
    "nested paths": ("ASK { ?s " + "(" * 10_000 + "<urn:p>" + ")*" * 10_000 + " ?o }", {400}),
    "optionals": ("ASK { " + "OPTIONAL {} " * 8_000 + "}", {200, 400}),
    "nested optionals": ("ASK { " + "OPTIONAL {" * 5_000 + "}" * 5_000 + "}", {400}),
    "subqueries": ("SELECT * {" * 5_000 + "}" * 5_000, {400}),
    "binds": ("ASK { " + " ".join(f"BIND(1 AS ?v{each})" for each in range(4_000)) + " }", {200, 400}),
    "values": ("SELECT * { VALUES ?v { " + "1 " * 45_000 + "} }", {200, 400}),
    "functions": ("ASK { FILTER(" + "STR(" * 10_000 + "1" + ")" * 10_000 + ") }", {400}),
    "prefixes": ("".join(f"PREFIX p{each}: <urn:{each}> " for each in range(4_000)) + "ASK {}", {200, 400}),
    "commas": ("ASK { ?s ?p " + ",".join(["1"] * 45_000) + " }", {200, 400}),
    "comment": ("#" * 99_000 + "\nASK {}", {200}),
    "quotes": ("ASK { ?s ?p " + "'" * 90_001 + " }", {400}),
}  # fmt: skip


@pytest.fixture(scope="module")
def after_all_monsters(abused: Service) -> Iterator[None]:
    with bad_day(abused):
        yield


@pytest.mark.usefixtures("after_all_monsters")
@pytest.mark.parametrize("name", MONSTERS)
def test_monstrous_queries_get_an_answer_of_their_own(abused: Service, name: str) -> None:
    query, statuses = MONSTERS[name]
    (loader,) = abused.loaders()
    answer = abused.ask(query)
    assert answer.status_code in statuses, answer.text[:500]
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json" and len(answer.content) < 20_000
    assert [process.pid for process in abused.loaders()] == [loader.pid]
    assert abused.ask("ASK {}").status_code == 200


# --- characters

CHARACTERS = [
    b"%00", b"%0d%0aX-Evil:%20y", b"%ff%fe", b"%c3", b"%ed%a0%80", b"%f4%90%80%80", b"%c0%af", b"%EF%BB%BF", b"%zz", b"%", b"%u0041", b"%7f", b"%e2%80%a8",
    b"+" * 3000,
]  # fmt: skip
PARAMETERS = [b"query", b"default-graph-uri", b"named-graph-uri", b"format", b"show", b"timeout", b"maxrows", b"lang", b"page", b"x"]
HEADERS = [
    b"Accept", b"Accept-Encoding", b"Accept-Language", b"Accept-Charset", b"If-None-Match", b"If-Match", b"If-Modified-Since", b"Range", b"If-Range", b"Content-Type",
    b"X-Request-Id", b"Origin", b"Access-Control-Request-Method", b"Host", b"User-Agent", b"Expect", b"Connection", b"Forwarded", b"Prefer", b"Cookie", b"Authorization",
]  # fmt: skip
BYTES = [
    b"\xff\xfe", b"\xc3\x28", b"\x80" * 100, b",,;;==", b'"' * 99, b"*;q=9999999999999999999", b"a/b;q=" + b"0." + b"0" * 500, b"\xe2\x80\xa8", b"a" * 60_000,
    b"\t \t", b"",
]  # fmt: skip


def _answered(service: Service, request: bytes) -> int:
    with Connection(port_of(service)) as connection:
        answer = connection.ask(request)
        assert "x-evil" not in answer.headers
        return answer.status


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_no_bytes_in_a_parameter_break_anything(abused: Service, parameter: bytes) -> None:
    for value in CHARACTERS:
        for before in (b"", b"query=ASK%20%7B%7D&"):
            pair = before + parameter + b"=" + value
            assert 200 <= _answered(abused, b"GET /sparql?%s HTTP/1.1\r\nHost: x\r\n\r\n" % pair) < 500
            head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n"
            assert 200 <= _answered(abused, head % len(pair) + pair) < 500
    for raw in (b"\x00", b"\r\nX-Evil: y", b"\xff", b"\n"):
        assert _answered(abused, b"GET /sparql?query=ASK%%7B%%7D&%s=a%s HTTP/1.1\r\nHost: x\r\n\r\n" % (parameter, raw)) == 400
        body = parameter + b"=" + raw + b"&x=y"
        assert 200 <= _answered(abused, head % len(body) + body) < 500


@pytest.mark.parametrize("header", HEADERS)
def test_no_bytes_in_a_header_break_anything(abused: Service, header: bytes) -> None:
    host = b"" if header == b"Host" else b"Host: x\r\n"
    for value in BYTES:
        status = _answered(abused, b"GET /sparql?query=ASK%%7B%%7D HTTP/1.1\r\n%s%s: %s\r\n\r\n" % (host, header, value))
        assert 200 <= status < 500, value[:50]
    for raw in (b"\x00", b"a\nb", b"a\rb"):
        assert _answered(abused, b"GET /sparql?query=ASK%%7B%%7D HTTP/1.1\r\n%s%s: %s\r\n\r\n" % (host, header, raw)) == 400


def test_direct_posts_of_any_bytes(abused: Service) -> None:
    chance = random.Random(7)
    with bad_day(abused):
        for size in (0, 1, 2, 10, 1000, 50_000):
            for _ in range(5):
                body = chance.randbytes(size)
                head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: %d\r\n\r\n" % size
                assert _answered(abused, head + body) == 400
        chunked = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nTransfer-Encoding: chunked\r\n\r\n"
        assert _answered(abused, chunked + b"".join(b"1\r\n%c\r\n" % byte for byte in b"ASK {}") + b"0\r\n\r\n") == 200
        assert _answered(abused, chunked + b"zz\r\nASK {}\r\n0\r\n\r\n") == 400
