"""What an endpoint may answer instead of a whole result: never passed on as one. Each case was seen of a real engine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from sparql_api.engine import AnswerCut, Dataset, EngineProblem, Limits
from sparql_api.engine.layout import EMPTY_GRAPH, Layout
from sparql_api.engine.remote import RemoteEngine, portable
from sparql_api.sparql.guard import guard
from tests.product import free_port
from tests.releases import make_release

BASE = "http://localhost:8000/"
JSON = "application/sparql-results+json"
LIMITS = Limits(seconds=20, memory_bytes=2**20)
ROWS = "SELECT ?x WHERE { ?x ?y ?z }"
TRIPLES = "CONSTRUCT WHERE { ?x ?y ?z }"

Reply = tuple[str, dict[str, str], bytes, int | None]  # status line, headers, body, announced length (None: in chunks)


def results(rows: int) -> bytes:
    bindings = [{"x": {"type": "literal", "value": f"cell {number} {'x' * 50}"}} for number in range(rows)]
    return json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": bindings}}).encode()


class Endpoint:
    """A SPARQL endpoint that holds the release until `holds` is false, and answers everything else with `reply`."""

    def __init__(self) -> None:
        self.reply: Reply = ("200 OK", {"Content-Type": JSON}, results(1), None)
        self.holds = True
        self.hangs_up_after: int | None = None  # requests of one connection; then it is closed when the next one is here
        self.forms: list[dict[str, list[str]]] = []
        self.broken = 0
        self.hung_up = 0
        self.address = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken = 0
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
                form = parse_qs((await reader.readexactly(length)).decode())
                taken += 1
                if self.hangs_up_after is not None and taken > self.hangs_up_after:
                    self.hung_up += 1
                    break
                marker = "graph/release>" in form["query"][0]
                if not marker:
                    self.forms.append(form)
                answer: Reply = ("200 OK", {"Content-Type": JSON}, json.dumps({"head": {}, "boolean": self.holds}).encode(), None)
                if not await self._write(writer, answer if marker else self.reply):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            self.broken += 1
        finally:
            writer.close()

    async def _write(self, writer: asyncio.StreamWriter, reply: Reply) -> bool:
        """Send a reply; False when it is shorter than announced, so that the connection has to end."""
        status, headers, body, announced = reply
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers.items()), f"Content-Length: {announced or len(body)}"]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await writer.drain()
        return announced is None


@asynccontextmanager
async def asking(folder: Path) -> AsyncIterator[tuple[Endpoint, Callable]]:
    """The endpoint, and a way to ask it through the remote engine: gives the bytes of the whole result."""
    endpoint = Endpoint()
    server = await asyncio.start_server(endpoint.serve, "127.0.0.1", 0, limit=2**20)
    endpoint.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/sparql"
    engine = RemoteEngine(make_release(folder / "releases", BASE), endpoint.address)

    async def ask(query: str = ROWS, media_type: str = "text/csv", dataset: Dataset | None = None, limits: Limits = LIMITS) -> bytes:
        answer = await engine.answer(guard(query, f"{BASE}sparql"), dataset, media_type, limits)
        return b"".join([chunk async for chunk in answer.chunks])

    try:
        yield endpoint, ask
        async with asyncio.timeout(10):
            await engine.drained()
    finally:
        await engine.close()
        server.close()


def with_reply(folder: Path, reply: Reply, query: str = ROWS, media_type: str = "text/csv") -> bytes:
    async def run() -> bytes:
        async with asking(folder) as (endpoint, ask):
            endpoint.reply = reply
            return await ask(query, media_type)

    return asyncio.run(run())


CUT = "The SPARQL operation has been cancelled"  # oxigraph serve --timeout-s, in the middle of a body that ends cleanly
CASES: dict[str, tuple[Reply, str, int, str]] = {
    "limit-of-rows": (("200 OK", {"Content-Type": JSON, "X-SPARQL-MaxRows": "100"}, results(100), None), ROWS, 503, "query-timeout"),
    "anytime-query": (("200 OK", {"Content-Type": JSON, "X-SQL-State": "S1TAT"}, results(3), None), ROWS, 503, "query-timeout"),
    "estimate": (("500 SPARQL Request Failed", {}, b"Virtuoso 42000 Error The estimated execution time 4642 (sec) exceeds the limit", None), ROWS, 503, "query-timeout"),
    "not-compiled": (("500 SPARQL Request Failed", {}, b"Virtuoso 37000 Error SP031: SPARQL compiler", None), ROWS, 400, "query-syntax"),
    "syntax": (("400 Bad Request", {}, b"error at 1:20: expected something", None), ROWS, 400, "query-syntax"),
    "failure": (("500 Internal Server Error", {}, b"boom", None), ROWS, 500, "query-failed"),
    "busy": (("503 Service Unavailable", {}, b"", None), ROWS, 503, "too-many-queries"),
    "forbidden": (("401 Unauthorized", {"WWW-Authenticate": "Basic"}, b"", None), ROWS, 502, "engine-answer"),
    "redirect": (("302 Found", {"Location": "http://127.0.0.1/"}, b"", None), ROWS, 502, "engine-answer"),
    "page": (("200 OK", {"Content-Type": "text/html"}, b"<html>", None), ROWS, 502, "engine-answer"),
    "cut-json": (("200 OK", {"Content-Type": JSON}, results(50)[:-20], None), ROWS, 502, "engine-answer"),
    "text-after-json": (("200 OK", {"Content-Type": JSON}, results(50) + CUT.encode(), None), ROWS, 502, "engine-answer"),
    "text-in-json": (("200 OK", {"Content-Type": JSON}, results(50)[:900] + CUT.encode(), None), ROWS, 502, "engine-answer"),
    "text-in-triples": (("200 OK", {"Content-Type": "application/n-triples"}, b"<a:a> <b:b> <c:c> .\n" + CUT.encode(), None), TRIPLES, 502, "engine-answer"),
    "broken-triples": (("200 OK", {"Content-Type": "application/n-triples"}, b"<a:a> <b:b> <c:c> .\n", 9999), TRIPLES, 502, "engine-answer"),
    "broken-json": (("200 OK", {"Content-Type": JSON}, results(50), 99999), ROWS, 502, "engine-answer"),
    "empty": (("200 OK", {"Content-Type": JSON}, b"", None), ROWS, 502, "engine-answer"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_before_the_first_byte_it_is_a_problem(case: str, tmp_path: Path) -> None:
    reply, query, status, slug = CASES[case]
    with pytest.raises(EngineProblem) as raised:
        with_reply(tmp_path, reply, query, "text/turtle" if query == TRIPLES else "text/csv")
    assert (raised.value.status, raised.value.slug) == (status, slug)


ODD_COUNTS = [b"[]", b"7", b"{}", b'{"results": {"bindings": []}}', b'{"results": {"bindings": [{"triples": {"value": "many"}}]}}', b'{"results": [1]}']


@pytest.mark.parametrize("body", ODD_COUNTS)
def test_counts_of_another_shape_are_a_problem_at_the_start(body: bytes, tmp_path: Path) -> None:
    async def run() -> None:
        async with asking(tmp_path) as (endpoint, _):
            endpoint.reply = ("200 OK", {"Content-Type": JSON}, body, None)
            engine = RemoteEngine(make_release(tmp_path / "another", BASE), endpoint.address)
            try:
                await engine.start()
            finally:
                await engine.close()

    with pytest.raises(EngineProblem) as raised:
        asyncio.run(run())
    assert (raised.value.status, raised.value.slug) == (502, "engine-answer")


@pytest.mark.parametrize("announced", [None, 99_999_999], ids=["ends", "breaks"])
def test_after_the_first_byte_it_is_cut(announced: int | None, tmp_path: Path) -> None:
    with pytest.raises(AnswerCut):
        with_reply(tmp_path, ("200 OK", {"Content-Type": JSON}, results(20_000)[:-20], announced))


def test_a_whole_result(tmp_path: Path) -> None:
    body = with_reply(tmp_path, ("200 OK", {"Content-Type": f"{JSON}; charset=utf-8"}, results(20_000), None))
    assert len(body.splitlines()) == 20_001


def test_another_release_is_never_answered_from(tmp_path: Path) -> None:
    """Neither before nor after the first byte: the store was switched while it answered."""

    async def run() -> None:
        async with asking(tmp_path) as (endpoint, ask):
            assert b"cell 0" in await ask()
            endpoint.holds = False
            with pytest.raises(EngineProblem) as raised:
                await ask()
            assert (raised.value.status, raised.value.slug) == (503, "engine-not-ready")
            endpoint.reply = ("200 OK", {"Content-Type": JSON}, results(20_000), None)
            with pytest.raises(AnswerCut):
                await ask()
            endpoint.holds = True
            assert await ask()

    asyncio.run(run())


def test_nobody_there(tmp_path: Path) -> None:
    async def run() -> None:
        engine = RemoteEngine(make_release(tmp_path / "releases", BASE), f"http://127.0.0.1:{free_port()}/sparql")
        with pytest.raises(EngineProblem) as raised:
            await engine.start()
        assert (raised.value.status, raised.value.slug) == (503, "engine-not-ready")
        await engine.close()

    asyncio.run(run())


def test_the_time_limit_and_a_client_that_leaves_close_the_connection(tmp_path: Path) -> None:
    async def run() -> None:
        async with asking(tmp_path) as (endpoint, ask):
            endpoint.reply = ("200 OK", {"Content-Type": JSON}, results(5), 99_999)  # and then nothing
            endpoint._write = _and_wait(endpoint._write)
            with pytest.raises(EngineProblem) as raised:
                await ask(limits=Limits(seconds=0.3, memory_bytes=1))
            assert raised.value.slug == "query-timeout"
            asked = asyncio.create_task(ask())
            await asyncio.sleep(0.3)
            asked.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asked
            async with asyncio.timeout(10):
                while endpoint.broken < 2:
                    await asyncio.sleep(0.05)

    asyncio.run(run())


def _and_wait(write: Callable) -> Callable:
    """Write what there is and leave the connection open."""

    async def written(writer: asyncio.StreamWriter, reply: Reply) -> bool:
        await write(writer, reply)
        return True

    return written


def test_a_slow_reader_holds_little(tmp_path: Path) -> None:
    """The thread waits for the client: of 20 MB only a few chunks are here before they are taken."""

    async def run() -> None:
        async with asking(tmp_path) as (endpoint, _):
            endpoint.reply = ("200 OK", {"Content-Type": JSON}, results(200_000), None)
            engine = RemoteEngine(make_release(tmp_path / "releases", BASE), endpoint.address)
            answer = await engine.answer(guard(ROWS), None, "text/csv", LIMITS)
            await asyncio.sleep(1)
            (query,) = engine._queries
            assert sum(map(len, query._held)) < 2**21
            assert len(b"".join([chunk async for chunk in answer.chunks]).splitlines()) == 200_001
            await engine.close()

    asyncio.run(run())


def test_every_query_names_its_whole_dataset(tmp_path: Path) -> None:
    layout = Layout(make_release(tmp_path / "releases", BASE))
    stranger, one = "http://elsewhere.example.org/graph", layout.named[0]
    cases = [
        (ROWS, None, [layout.consolidated], layout.named),
        (f"SELECT ?x FROM <{one}> WHERE {{ ?x ?y ?z }}", None, [one], [EMPTY_GRAPH]),
        (f"SELECT ?x FROM NAMED <{one}> WHERE {{ ?x ?y ?z }}", None, [EMPTY_GRAPH], [one]),
        (f"SELECT ?x FROM <{stranger}> WHERE {{ ?x ?y ?z }}", None, [EMPTY_GRAPH], [EMPTY_GRAPH]),
        (ROWS, Dataset((layout.consolidated, one), None), [layout.consolidated, one], [EMPTY_GRAPH]),
        (ROWS, Dataset(None, (one, stranger, layout.consolidated)), [EMPTY_GRAPH], [one]),
    ]

    async def run() -> None:
        async with asking(tmp_path) as (endpoint, ask):
            for query, dataset, default, named in cases:
                await ask(query, dataset=dataset)
                form = endpoint.forms[-1]
                assert (form["default-graph-uri"], form["named-graph-uri"]) == (default, named)
                assert "FROM" not in form["query"][0]

    asyncio.run(run())


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("SELECT * FROM <a:b> { ?from ?p 'FROM <x:y>' }", "BASE <b:> SELECT *   { ?from ?p 'FROM <x:y>' }"),
        ("PREFIX from: <a:> ASK FROM NAMED from:b FROM from:c { from:d ?p ?o }", "BASE <b:> PREFIX from: <a:> ASK     { from:d ?p ?o }"),
        ("ASK { ?s ?p ?o } # FROM <a:b>", "BASE <b:> ASK { ?s ?p ?o } # FROM <a:b>"),
    ],
)
def test_from_clauses_are_left_out(text: str, sent: str) -> None:
    assert portable(text, "b:") == sent


@pytest.mark.parametrize("query", ["SELECT (<bif:http_get>('http://127.0.0.1/') AS ?x) {}", "ASK { FILTER(<http://example.org/f>(1)) }"])
def test_functions_of_the_engine_are_not_called(query: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with asking(tmp_path) as (endpoint, ask):
            with pytest.raises(EngineProblem) as raised:
                await ask(query)
            assert (raised.value.status, raised.value.slug) == (400, "unknown-function")
            assert not endpoint.forms

    asyncio.run(run())


def test_a_kept_connection_on_which_the_server_hangs_up_costs_nothing(tmp_path: Path) -> None:
    async def run() -> None:
        async with asking(tmp_path) as (endpoint, ask):
            endpoint.hangs_up_after = 1
            for _ in range(4):
                assert await ask() == b"x\r\n" + f"cell 0 {'x' * 50}\r\n".encode()
            assert endpoint.hung_up >= 3

    asyncio.run(run())


def test_a_new_connection_on_which_the_server_hangs_up_is_a_problem(tmp_path: Path) -> None:
    async def run() -> None:
        async with asking(tmp_path) as (endpoint, ask):
            endpoint.hangs_up_after = 0
            with pytest.raises(EngineProblem) as raised:
                await ask()
            assert (raised.value.status, raised.value.slug, endpoint.hung_up) == (503, "engine-not-ready", 1)

    asyncio.run(run())
