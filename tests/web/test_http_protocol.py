"""The connection itself, with raw sockets: what is answered without parsing, what is refused, and what ends when nothing moves."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import uvicorn

from sparql_api import http_protocol
from sparql_api.engine.pool import IDLE_SECONDS
from sparql_api.http_protocol import HEAD, MOST_HEAD, protocol_for
from sparql_api.repeated import Repeated
from tests.releases import make_release, sample_quads
from tests.sparql.service import Service, running_service, wait_for
from tests.web.raw import SECONDS, Connection, ask_for, get, port_of


@pytest.fixture(scope="module")
def port(served: Service) -> int:
    return port_of(served)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(tmp_path_factory.mktemp("served")) as running:
        yield running


# --- repeated requests

REPEATED = [
    "/", "/doc/plan/MX-4", "/doc/plan/MX-4.ttl", "/id/plan/MX-4", "/sparql?query=ASK%7B%7D",
    "/sparql?query=CONSTRUCT%20WHERE%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D", "/sparql", "/catalog.ttl",
]  # fmt: skip


@pytest.mark.parametrize("lines", [(), ("Accept-Encoding: gzip",), ("Accept: text/html", "Accept-Language: es")], ids=["plain", "gzip", "html"])
@pytest.mark.parametrize("target", REPEATED)
def test_a_repeated_answer_is_the_first_one_again(port: int, target: str, lines: tuple[str, ...]) -> None:
    with Connection(port) as connection:
        answers = [connection.ask(get(target, *lines)) for _ in range(5)]
    assert len({answer.headers["x-request-id"] for answer in answers}) == 5
    assert all(answer.lasting == answers[0].lasting for answer in answers)
    no_cache = answers[0].headers.get("cache-control", "") == "no-cache"
    assert answers[-1].was_repeated != no_cache


@pytest.mark.parametrize("target", ["/health/live", "/health/ready", "/metrics", "/nothing", "/sparql?query=SELECT%20%28RAND%28%29%20AS%20%3Fx%29%20%7B%7D"])
def test_what_may_change_is_never_repeated(port: int, target: str) -> None:
    with Connection(port) as connection:
        assert not any(connection.ask(get(target)).was_repeated for _ in range(5))


def test_an_id_of_the_client_is_repeated_and_the_answer_is_not(port: int) -> None:
    with Connection(port) as connection:
        answers = [connection.ask(get("/doc/plan/MX-4.ttl", "x-Request-ID: of-the-client")) for _ in range(5)]
    assert {answer.headers["x-request-id"] for answer in answers} == {"of-the-client"}
    assert not any(answer.was_repeated for answer in answers)


def test_conditions_have_answers_of_their_own(port: int) -> None:
    target = "/doc/plan/MX-4.ttl"
    with Connection(port) as connection:
        whole = [connection.ask(get(target)) for _ in range(4)]
        etag = whole[0].headers["etag"]
        for _ in range(4):
            same = connection.ask(get(target, f"If-None-Match: {etag}"))
            assert (same.status, same.body, same.headers["etag"]) == (304, b"", etag)
            other = connection.ask(get(target, 'If-None-Match: "another"'))
            assert other.lasting == whole[0].lasting
            assert connection.ask(get(target, 'If-Match: "another"')).status == 412
            assert connection.ask(get(target, "If-Unmodified-Since: Sat, 01 Jan 2000 00:00:00 GMT")).status == 412
            assert connection.ask(get(target, f"If-Unmodified-Since: {whole[0].headers['last-modified']}")).lasting == whole[0].lasting
            assert connection.ask(get(target)).lasting == whole[0].lasting


def test_a_new_release_forgets_them_all(tmp_path: Path) -> None:
    with running_service(tmp_path, release_seconds=0.1) as service, Connection(port_of(service)) as connection:
        heads = [ask_for("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"), get("/sparql"), get("/doc/plan/MX-4.ttl")]
        before = [[connection.ask(head) for _ in range(4)][-1] for head in heads]
        assert all(answer.was_repeated for answer in before)
        newer = make_release(service.data / "releases", service.base, sample_quads(service.base) + f'<{service.base}n> <{service.base}p> "x" .\n')

        def release() -> str:
            with Connection(port_of(service)) as other:
                return other.ask(heads[0]).headers["commitments-release"]

        assert wait_for(lambda: release() == newer.id, 20)
        after = [connection.ask(head) for head in heads]
        assert {answer.headers["commitments-release"] for answer in after} == {newer.id}
        assert after[0].body != before[0].body


def test_http_1_0_closes_whatever_it_asks_for(port: int) -> None:
    for _ in range(4):
        with Connection(port) as connection:
            answer = connection.ask(get("/doc/plan/MX-4.ttl", "Connection: keep-alive", version="1.0"))
            assert answer.status == 200 and answer.headers["connection"] == "close" and connection.is_closed()


# --- heads in pieces, several at once, and what follows them


def test_pipelined_requests_are_answered_in_order(port: int) -> None:
    numbers = [ask_for(f"SELECT ({number} AS ?n) {{}}") for number in range(8)]
    kept = get("/doc/plan/MX-4.ttl")
    with Connection(port) as connection:
        first = [connection.ask(kept) for _ in range(3)][-1]
        connection.send(b"".join(head for number in numbers for head in (number, kept)))
        for number in range(8):
            assert json.loads(connection.read().body)["results"]["bindings"][0]["n"]["value"] == str(number)
            assert connection.read().lasting == first.lasting


def test_a_request_sent_while_another_is_answered_waits(port: int) -> None:
    """The first is in the fast lane, the second comes in pieces."""
    slow, fast = ask_for("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f }"), ask_for("SELECT (2 AS ?n) {}")
    with Connection(port) as connection:
        connection.ask(ask_for("ASK {}"))
        for cut in (1, 20, len(fast) - 2):
            connection.send(slow)
            connection.send(fast[:cut])
            time.sleep(0.02)
            connection.send(fast[cut:])
            assert int(json.loads(connection.read().body)["results"]["bindings"][0]["n"]["value"]) > 1000
            assert json.loads(connection.read().body)["results"]["bindings"][0]["n"]["value"] == "2"


def test_a_head_may_come_byte_by_byte(port: int) -> None:
    head = ask_for("ASK {}")
    with Connection(port) as connection:
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for place in range(len(head)):
            connection.send(head[place : place + 1])
        assert connection.read().status == 200


def test_the_body_of_a_get_is_no_request(port: int) -> None:
    inner = get("/health/live")
    with Connection(port) as connection:
        for _ in range(3):
            connection.send(get("/doc/plan/MX-4.ttl", f"Content-Length: {len(inner)}"))
            assert connection.read().headers["content-type"].startswith("text/turtle")
            connection.send(inner)
            assert connection.ask(get("/sparql?query=ASK%7B%7D")).headers["content-type"] == "application/sparql-results+json"


def test_an_offer_to_upgrade_is_declined_and_the_connection_goes_on(port: int) -> None:
    """As Java's HttpClient and `curl --http2` make it with the first request."""
    offer = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA")
    websocket = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
    for lines in (offer, websocket):
        with Connection(port) as connection:
            for _ in range(3):
                assert connection.ask(ask_for("ASK {}", *lines)).status == 200
                assert connection.ask(ask_for("ASK {}")).status == 200
            connection.send(ask_for("ASK {}", *lines) + get("/health/live"))
            assert [connection.read().status, connection.read().status] == [200, 200]


# --- what is no request

LEARNT = ("Host: localhost", "Accept: text/csv")
NO_REQUESTS = [
    b"GET /sparql?query=ASK {} HTTP/1.1\r\nHost: localhost\r\nAccept: text/csv\r\n\r\n",
    b"GET /sparql?query=ASK\t{} HTTP/1.1\r\nHost: localhost\r\nAccept: text/csv\r\n\r\n",
    b"GET /sparql?query=ASK{}\nX: y HTTP/1.1\r\nHost: localhost\r\nAccept: text/csv\r\n\r\n",
    b"GET /sparql?query=ASK{}\x00 HTTP/1.1\r\nHost: localhost\r\nAccept: text/csv\r\n\r\n",
    b"GET /sparql?query=ASK{}%20\xc3\xb1 HTTP/1.1\r\nHost: localhost\r\nAccept: text/csv\r\n\r\n",
    b"GET /sparql?query=ASK{} HTTP/1.1 HTTP/1.1\r\nHost: localhost\r\nAccept: text/csv\r\n\r\n",
    b"GET /sparql?query=ASK{} HTTP/1.2\r\nHost: localhost\r\nAccept: text/csv\r\n\r\n",
    b"GET /sparql?query=ASK{} HTTP/1.1\nHost: localhost\n\n\r\n\r\n",
    b"GET /sparql?query=ASK{} HTTP/1.1\r\nHost: localhost\nAccept: text/csv\r\n\r\n",
    b"GET /sparql?query=ASK{} HTTP/1.1\r\nHost: localhost\r\nAccept: text/csv\r\n folded\r\n\r\n",
    b"GET /sparql?query=ASK{} HTTP/1.1\r\nHost : localhost\r\n\r\n",
    b"GET /sparql?query=ASK{} HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n",
    b"GET /sparql?query=ASK{} HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n",
    b"GET /sparql?query=ASK{} HTTP/1.1\r\nAccept: text/csv\r\n\r\n",
    b"GET /sparql?query=ASK{} HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
    b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    b"GET /sparql\r\nHost: localhost\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # the beginning of TLS
    b"SSH-2.0-OpenSSH_9.2\r\n",
]  # fmt: skip


@pytest.mark.parametrize("data", NO_REQUESTS, ids=range(len(NO_REQUESTS)))
def test_what_is_no_request_is_refused_whatever_was_learnt(port: int, data: bytes) -> None:
    with Connection(port) as connection:
        for query in ("ASK {}", "ASK { }"):
            connection.ask("\r\n".join([f"GET /sparql?query={quote(query)} HTTP/1.1", *LEARNT, "", ""]).encode())
        answer = connection.ask(data)
        assert answer.status == 400 and answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["connection"] == "close" and json.loads(answer.body)["status"] == 400
        assert connection.is_closed()


@pytest.mark.parametrize("pieces", [1, 7])
@pytest.mark.parametrize("size", [MOST_HEAD + 1, 150_000, 3_000_000])
@pytest.mark.parametrize("where", ["target", "one header", "many headers"])
def test_a_head_beyond_the_bound_is_a_431_that_arrives(port: int, where: str, size: int, pieces: int) -> None:
    if where == "target":
        head = get("/sparql?query=" + "a" * size)
    elif where == "one header":
        head = get("/sparql?query=ASK%7B%7D", "X-Long: " + "a" * size)
    else:
        head = get("/sparql?query=ASK%7B%7D", *[f"X-{number}: {'a' * 1000}" for number in range(size // 1000 + 1)])
    with Connection(port) as connection:
        step = len(head) // pieces + 1
        with contextlib.suppress(ConnectionError):  # the service may have stopped reading
            for start in range(0, len(head), step):
                connection.send(head[start : start + step])
        answer = connection.read()
        assert answer.status == 431 and json.loads(answer.body)["type"].endswith("head-too-large")


def test_a_head_within_the_bound_is_taken(port: int) -> None:
    filler = "a" * (MOST_HEAD - 1000)
    with Connection(port) as connection:
        assert connection.ask(get("/sparql?query=ASK%7B%7D", f"X-Long: {filler}")).status == 200
        assert connection.ask(get(f"/doc/plan/MX-4.ttl?x={filler}")).status == 200
        connection.send(ask_for("ASK {}") * 1200)  # more than that in one piece, but in many requests
        assert {connection.read().status for _ in range(1200)} == {200}


def test_many_connections_that_leave_leave_nothing(served: Service, port: int) -> None:
    """At every moment of a request: before it, within its head, after it, and while it is answered."""
    descriptors = Path(f"/proc/{served.process.pid}/fd")
    if not descriptors.exists():
        pytest.skip("no /proc here")
    query = ask_for("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f }")
    with Connection(port) as connection:
        connection.ask(ask_for("ASK {}"))
    before = len(os.listdir(descriptors))
    for data in (b"", b"GET", query[:40], query, query * 2, ask_for("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", "Accept-Encoding: identity")):
        for linger in (False, True):
            for _ in range(10):
                with Connection(port) as connection:
                    connection.send(ask_for("ASK {}"))
                    connection.send(data)
                    if linger:  # ended with a reset rather than in order
                        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    # Idle workers, which are one descriptor each, are kept for half a minute.
    assert wait_for(lambda: len(os.listdir(descriptors)) <= before + 2 and not served.busy_workers(), SECONDS + 2 * IDLE_SECONDS)
    assert "Traceback" not in served.log.read_text()


# --- a head and the first of its body are one write


@pytest.mark.parametrize("lines", [(), ("Connection: close",)], ids=["kept", "closed"])
@pytest.mark.parametrize("expecting", [False, True], ids=["at-once", "100-continue"])
def test_an_answer_comes_in_one_piece(port: int, lines: tuple[str, ...], expecting: bool) -> None:
    """What a replica that dies in between would leave half-said, and a balancer could not ask another one for."""
    for number in range(20):
        body = f"query=ASK%20%7B%20FILTER%28{number}%20%3C%200%29%20%7D".encode()
        more = ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}", *lines]
        head = get("/sparql", *more, *(["Expect: 100-continue"] if expecting else [])).replace(b"GET", b"POST", 1)
        with Connection(port) as connection:
            connection.send(head)
            if expecting:
                assert connection.socket.recv(2**16) == b"HTTP/1.1 100 Continue\r\n\r\n"
            connection.send(body)
            assert connection.socket.recv(2**16).endswith(b'\r\n\r\n{"head":{},"boolean":false}')


def test_an_answer_to_nobody_is_no_error() -> None:
    """uvloop's transport is closed one turn of the loop before uvicorn hears that its client has left, and then takes nothing."""

    class Closed:
        def __init__(self) -> None:
            self.closed = False

        def is_closing(self) -> bool:
            return self.closed

        def write(self, _: object) -> None:
            raise RuntimeError("the handler is closed")

        writelines = write

    async def answer(closed_before: str) -> None:
        transport = Closed()
        together = http_protocol._Together(transport, asyncio.get_running_loop())  # type: ignore[arg-type]
        for part in ("head", "body", "more"):
            transport.closed = transport.closed or part == closed_before
            together.write(part.encode())
        await asyncio.sleep(0)
        together.end_of_answer()

    for part in ("head", "body"):
        asyncio.run(answer(part))


def test_answers_without_a_body_keep_their_order(port: int) -> None:
    kept = get("/doc/plan/MX-4.ttl")
    with Connection(port) as connection:
        etag = [connection.ask(kept) for _ in range(3)][-1].headers["etag"]
        for _ in range(20):
            connection.send(get("/doc/plan/MX-4.ttl", f"If-None-Match: {etag}"))
            connection.send(kept)
            assert connection.read().status == 304
            assert connection.read().status == 200


# --- time, with a small application and small constants


@dataclass
class Small:
    """A server of this process whose bounds on time are small."""

    port: int
    server: uvicorn.Server


BODY = b"x" * 20_000_000


async def small_app(scope, receive, send) -> None:
    if scope["type"] != "http":
        return
    body = {"/large": BODY, "/small": b"small"}.get(scope["path"], b"")
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def small_server(lane: Callable[..., bool] = lambda connection, head: False, kept: Any = None) -> Iterator[Small]:
    """`kept`: stands in the place of `RepeatedRequests`."""
    protocol = protocol_for(lambda: kept, lambda answer, client: b"", lane, lambda status, client: None)
    config = uvicorn.Config(small_app, http=protocol, port=0, log_level="error", lifespan="off", timeout_keep_alive=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert wait_for(lambda: server.started)
    try:
        yield Small(server.servers[0].sockets[0].getsockname()[1], server)
    finally:
        server.should_exit = True
        thread.join(SECONDS)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[Small]:
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(http_protocol, "STALL_SECONDS", 0.5)
    with small_server() as small:
        yield small


@pytest.mark.parametrize("beginning", [b"G", get("/small")[:-2], b"POST /small HTTP/1.1\r\nHost: x\r\nContent-Length:"])
@pytest.mark.parametrize("after_another", [False, True])
def test_a_head_that_does_not_end_is_a_408(quick: Small, beginning: bytes, after_another: bool) -> None:
    with Connection(quick.port) as connection:
        if after_another:
            assert connection.ask(get("/small")).status == 200
        answer = connection.ask(beginning)
        assert answer.status == 408 and json.loads(answer.body)["status"] == 408 and connection.is_closed()


@pytest.mark.parametrize("data", [b"", b"\r\n", get("/small", "Content-Length: 9") + b"abc", b"POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc"])
@pytest.mark.parametrize("after_another", [False, True])
def test_a_connection_on_which_nothing_goes_on_ends(quick: Small, data: bytes, after_another: bool) -> None:
    """Whatever is dripped into it, once its last answer is complete."""
    with Connection(quick.port) as connection:
        if after_another:
            assert connection.ask(get("/small")).status == 200
        connection.send(data)
        if b"HTTP" in data:
            assert connection.read().status == 200
        with contextlib.suppress(ConnectionError):
            for _ in range(30):  # longer than any timer
                connection.send(b"\r\n" if b"HTTP" not in data else b"")
                time.sleep(0.1)
                if connection.socket.recv(1, socket.MSG_DONTWAIT) == b"":
                    break
        assert wait_for(lambda: not quick.server.server_state.connections)


def test_a_body_that_drips_after_its_answer_ends(quick: Small) -> None:
    with Connection(quick.port) as connection:
        assert connection.ask(b"POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n").status == 200
        with contextlib.suppress(ConnectionError):
            for _ in range(30):
                connection.send(b"x")
                time.sleep(0.1)
        assert wait_for(lambda: not quick.server.server_state.connections)


@pytest.mark.parametrize("lines", [(), ("Connection: close",)])
def test_a_client_that_takes_nothing_is_hung_up_on(quick: Small, lines: tuple[str, ...]) -> None:
    with Connection(quick.port) as connection:
        connection.send(get("/large", *lines))
        assert wait_for(lambda: quick.server.server_state.connections)
        assert wait_for(lambda: not quick.server.server_state.connections)
        received = 0
        with contextlib.suppress(ConnectionError):
            while data := connection.socket.recv(2**20):
                received += len(data)
        assert received < len(BODY)


def test_a_client_that_takes_its_time_gets_everything(quick: Small) -> None:
    with Connection(quick.port) as connection:
        connection.send(get("/large", "Connection: close"))
        received, start = 0, time.monotonic()
        while data := connection.socket.recv(2**18):
            received += len(data)
            time.sleep(0.02)  # longer than the bound in all, never for so long without taking anything
        assert time.monotonic() - start > 1 and received > len(BODY)


class Kept:
    """An answer to every request whose path begins with `/kept`."""

    def __init__(self, body: bytes) -> None:
        self._answer = Repeated(b"HTTP/1.1 200 OK\r\n", b"content-length: %d\r\n" % len(body), body, 200)

    def get(self, head: bytes) -> Repeated | None:
        return self._answer if head.startswith(b"GET /kept") else None


def test_a_connection_with_nothing_but_repeated_requests_stays_open() -> None:
    with small_server(kept=Kept(b"kept")) as small, Connection(small.port) as connection:
        for _ in range(6):  # in all twice as long as an idle connection may last
            assert connection.ask(get("/kept")).body == b"kept"
            time.sleep(0.4)


def test_repeated_answers_do_not_pile_up_for_a_client_that_takes_none() -> None:
    body = b"x" * 2**20
    with small_server(kept=Kept(body)) as small, Connection(small.port) as connection:
        for _ in range(30):
            connection.send(get("/kept"))
            time.sleep(0.02)  # each head alone
        (protocol,) = small.server.server_state.connections
        assert 0 < protocol.transport.get_write_buffer_size() < 8 * len(body)


class Lane:
    """Takes every request to `/lane` and leaves it under way until told."""

    def __init__(self) -> None:
        self.taken: list[http_protocol.Protocol] = []
        self.left = 0

    def __call__(self, connection: http_protocol.Protocol, head: bytes) -> bool:
        if not head.startswith(b"GET /lane"):
            return False
        self.taken.append(connection)
        connection.begin_exchange(self._leave)
        return True

    def _leave(self) -> None:
        self.left += 1


def test_the_lane_outlives_the_bound_on_heads_and_notices_who_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 0.2)
    lane = Lane()
    with small_server(lane) as small:
        loop_of = lambda: lane.taken[-1].loop  # noqa: E731
        answer = Repeated(b"HTTP/1.1 200 OK\r\n", b"content-length: 4\r\n", b"lane", 200)
        with Connection(small.port) as connection:
            connection.send(get("/lane"))
            time.sleep(0.6)  # three times the bound
            connection.send(get("/small"))
            loop_of().call_soon_threadsafe(lane.taken[-1].end_exchange, answer, b"")
            assert [connection.read().body, connection.read().body] == [b"lane", b"small"]
            connection.send(get("/lane"))
            assert wait_for(lambda: len(lane.taken) == 2)
            loop_of().call_soon_threadsafe(lane.taken[-1].hand_back, get("/small"), {HEAD: get("/small")})
            assert connection.read().body == b"small"
            connection.send(get("/lane"))
            assert wait_for(lambda: len(lane.taken) == 3)
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        assert wait_for(lambda: lane.left == 1 and not small.server.server_state.connections)
        gone = lane.taken[-1]
        assert gone.timeout_keep_alive_task is None  # else it would set itself again for ever
        loop_of().call_soon_threadsafe(gone.end_exchange, answer, b"")
        with Connection(small.port) as connection:
            assert connection.ask(get("/small")).body == b"small"


def test_a_lane_whose_request_the_parser_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    lane = Lane()
    told: list[bool] = []
    with small_server(lane) as small, Connection(small.port) as connection:
        connection.send(get("/lane"))
        assert wait_for(lambda: lane.taken)
        taken = lane.taken[0]
        taken.loop.call_soon_threadsafe(lambda: told.append(taken.hand_back(b"GET /a b HTTP/1.1\r\n\r\n", {})))
        assert connection.read().status == 400 and told == [False]


def test_the_service_still_answers(served: Service) -> None:
    assert httpx.get(f"{served.base}health/ready").status_code == 200
