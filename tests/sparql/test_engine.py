"""The embedded engine without HTTP: isolation of children, crashes, cancelling, datasets, places and queues."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pyoxigraph as ox
import pytest

from sparql_api.engine import Answer, AnswerCut, Dataset, EngineProblem, Limits, disk
from sparql_api.engine.admission import Admission, Places
from sparql_api.engine.embedded import EmbeddedEngine
from sparql_api.engine.job import resolve_dataset
from sparql_api.engine.order import sort_key
from sparql_api.sparql.guard import GuardedQuery, guard
from tests.releases import make_release, sample_quads

JSON = "application/sparql-results+json"
LIMITS = Limits(seconds=3.0, memory_bytes=256 * 2**20)
CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def with_engine(folder: Path, work: Callable[[EmbeddedEngine], Awaitable[None]], stores: Path | None = None) -> None:
    """Run `work` with a started engine over the sample, in memory or on disk."""

    async def run() -> None:
        engine = EmbeddedEngine(make_release(folder), stores=stores)
        await engine.start()
        try:
            await work(engine)
        finally:
            await engine.close()
        assert engine.open_queries == 0

    asyncio.run(run())


async def busy_worker(engine: EmbeddedEngine) -> psutil.Process:
    """The one worker that has a query, once it has it for long enough to have lost priority."""
    while True:
        await asyncio.sleep(0.02)
        found = [psutil.Process(pid) for pid in engine.status().pids["worker"]]
        busy = [process for process in found if process.nice() > psutil.Process(engine.loader_pid).nice()]
        if busy:
            assert len(busy) == 1
            return busy[0]


def unguarded(text: str) -> GuardedQuery:
    """A query that never went through the guard: what stands behind it must hold by itself."""
    return GuardedQuery(text=text, form="SELECT")


async def body_of(answer: Answer) -> bytes:
    return b"".join([chunk async for chunk in answer.chunks])


def test_a_child_can_open_nothing(tmp_path: Path) -> None:
    async def work(engine: EmbeddedEngine) -> None:
        accepted = asyncio.Event()

        async def on_connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            accepted.set()
            writer.close()

        server = await asyncio.start_server(on_connect, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        for text in (
            f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}",
            f"SELECT * {{ SERVICE SILENT <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}",
        ):
            with contextlib.nullcontext() if "SILENT" in text else pytest.raises(EngineProblem):
                await body_of(await engine.answer(unguarded(text), None, JSON, LIMITS))
        assert not accepted.is_set()
        server.close()

    with_engine(tmp_path, work)


def test_a_child_holds_no_file_of_the_front(tmp_path: Path) -> None:
    async def work(engine: EmbeddedEngine) -> None:
        running = asyncio.create_task(engine.answer(guard(CROSS), None, JSON, LIMITS))
        child = await busy_worker(engine)
        assert sorted(int(name) for name in os.listdir(f"/proc/{child.pid}/fd")) == [0, 1, 2, 3, 4]
        assert os.readlink(f"/proc/{child.pid}/fd/4") == f"/proc/{child.pid}/statm"
        limits = Path(f"/proc/{child.pid}/limits").read_text()
        assert "Max open files            5" in limits
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    with_engine(tmp_path, work)


@pytest.mark.parametrize(
    "text",
    [
        "ASK " + "{" * 20_000 + "}" * 20_000,
        "ASK { FILTER(" + "(" * 60_000 + "1" + ")" * 60_000 + ") }",
        "ASK { " + "OPTIONAL {} " * 60_000 + "}",
    ],
    ids=["braces", "parentheses", "optionals"],
)
def test_a_crash_of_the_parser_is_a_500_and_no_more(tmp_path: Path, text: str) -> None:
    async def work(engine: EmbeddedEngine) -> None:
        with pytest.raises(EngineProblem) as caught:
            await engine.answer(unguarded(text), None, JSON, Limits(20.0, 2**30))
        assert (caught.value.status, caught.value.slug) == (500, "query-failed")
        assert b"true" in await body_of(await engine.answer(guard("ASK {}"), None, JSON, LIMITS))

    with_engine(tmp_path, work)


def test_time_and_memory(tmp_path: Path) -> None:
    async def work(engine: EmbeddedEngine) -> None:
        for text, seconds, status in ((CROSS, 0.4, 503), (CROSS.replace("(COUNT(*) AS ?n)", "*") + " ORDER BY ?a ?i", 20.0, 507)):
            with pytest.raises(EngineProblem) as caught:
                await engine.answer(guard(text), None, JSON, Limits(seconds, 64 * 2**20))
            assert caught.value.status == status

    with_engine(tmp_path, work)


def test_a_store_on_disk_has_the_same_answers_and_limits(tmp_path: Path) -> None:
    asked = ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o")
    answers: list[list[bytes]] = []

    async def work(engine: EmbeddedEngine) -> None:
        answers.append([await body_of(await engine.answer(guard(text), None, JSON, LIMITS)) for text in asked])
        with pytest.raises(EngineProblem) as caught:
            await engine.answer(guard(CROSS), None, JSON, Limits(0.4, 2**28))
        assert caught.value.status == 503
        answers[-1].append(str(engine.triples).encode())

    with_engine(tmp_path / "memory", work)
    stores = tmp_path / "stores"
    for _ in range(2):  # the second time it is there already
        with_engine(tmp_path / "disk", work, stores)
    assert answers[0] == answers[1] == answers[2]
    (store,) = stores.iterdir()
    os.utime(store, times=(0, 0))
    asyncio.run(disk.store_of(make_release(tmp_path / "disk"), stores))
    assert store.stat().st_mtime > time.time() - disk.DAY, "it is taken up again"
    disk.remove_orphans(stores, tmp_path / "disk")
    assert store.is_dir()
    disk.remove_orphans(stores, tmp_path / "elsewhere")
    assert not store.exists()


@pytest.mark.parametrize(
    ("ours", "theirs", "goes"),
    [(2, 30, True), (0.5, 30, False), (30, 2, False), (None, 30, False)],
    ids=["after a day", "before a day is over", "on the way back", "we have none"],
)
def test_a_store_of_another_engine_version_goes_once_ours_has_replaced_it(tmp_path: Path, ours: float | None, theirs: float, goes: bool) -> None:
    """`ours` and `theirs` are the ages of the two stores in days."""
    stores, releases = tmp_path / "stores", tmp_path / "releases"
    for age, version in ((ours, ox.__version__), (theirs, "0.4.0")):
        if age is not None:
            folder = stores / f"2021-05-31-aaaaaaaa{disk.STORE_MARK}{version}"
            folder.mkdir(parents=True)
            os.utime(folder, times=(time.time() - age * disk.DAY,) * 2)
    (releases / "2021-05-31-aaaaaaaa").mkdir(parents=True)
    disk.remove_orphans(stores, releases)
    left = {folder.name.partition(disk.STORE_MARK)[2] for folder in stores.iterdir()}
    assert left == {version for version, kept in ((ox.__version__, ours is not None), ("0.4.0", not goes)) if kept}


def test_a_store_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    release = make_release(tmp_path)
    release.everything.write_text("this is no N-Quads\n")

    async def run() -> None:
        engine = EmbeddedEngine(release, stores=tmp_path / "stores")
        with pytest.raises(EngineProblem):
            await engine.start()
        await engine.close()

    asyncio.run(run())
    assert list((tmp_path / "stores").iterdir()) == []


def test_a_cut_raises_after_the_first_bytes(tmp_path: Path) -> None:
    async def work(engine: EmbeddedEngine) -> None:
        answer = await engine.answer(guard(CROSS.replace("(COUNT(*) AS ?n)", "*")), None, JSON, Limits(1.0, 2**28))
        assert "Content-Length" not in answer.headers
        with pytest.raises(AnswerCut):
            await body_of(answer)

    with_engine(tmp_path, work)


def test_cancel_ends_the_child_and_frees_its_place(tmp_path: Path) -> None:
    async def work(engine: EmbeddedEngine) -> None:
        answer = await engine.answer(guard(CROSS.replace("(COUNT(*) AS ?n)", "*")), None, JSON, LIMITS)
        child = await busy_worker(engine)
        answer.cancel()
        for _ in range(100):
            await asyncio.sleep(0.02)
            if engine.open_queries == 0:
                break
        assert engine.open_queries == 0 and not child.is_running()

    with_engine(tmp_path, work)


def test_a_worker_answers_many_queries_and_goes_when_it_has_grown(tmp_path: Path) -> None:
    async def work(engine: EmbeddedEngine) -> None:
        await body_of(await engine.answer(guard("ASK {}"), None, JSON, LIMITS))
        await asyncio.sleep(0.5)  # until the spare ones are there
        before = set(engine.status().pids["worker"])
        for _ in range(50):
            await body_of(await engine.answer(guard("ASK {}"), None, JSON, LIMITS))
        assert set(engine.status().pids["worker"]) <= before
        greedy = 'SELECT (STRLEN(GROUP_CONCAT(?x)) AS ?n) { { SELECT ?x { ?s ?p ?o . ?s2 ?p2 ?o2 BIND(CONCAT(STR(?p), STR(?p2), STR(?o)) AS ?x) } LIMIT 60000 } }'
        await body_of(await engine.answer(guard(greedy), None, JSON, Limits(20.0, 2**30)))
        assert b"true" in await body_of(await engine.answer(guard("ASK {}"), None, JSON, LIMITS))
        assert engine.held_bytes == 0

    with_engine(tmp_path, work)


def test_a_worker_that_dies_idle_is_replaced(tmp_path: Path) -> None:
    async def work(engine: EmbeddedEngine) -> None:
        for _ in range(3):
            for pid in engine.status().pids["worker"]:
                os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(0.5)
            assert b"true" in await body_of(await engine.answer(guard("ASK {}"), None, JSON, LIMITS))
            assert engine.status().workers_idle >= 1

    with_engine(tmp_path, work)


@pytest.mark.parametrize("loader_ends", [False, True], ids=["in-time", "with-the-loader"])
def test_a_worker_that_stands_still_while_it_gets_a_large_job_holds_nobody_up(tmp_path: Path, loader_ends: bool) -> None:
    large = "ASK {} #" + "x" * 2**21  # more than a socket takes at once

    async def work(engine: EmbeddedEngine) -> None:
        async with asyncio.timeout(20):
            while engine.status().workers_idle < 2 or len(engine.status().pids["worker"]) < 2:
                await asyncio.sleep(0.02)
            assert b"true" in await body_of(await engine.answer(unguarded(large), None, JSON, LIMITS))
            for pid in engine.status().pids["worker"]:
                os.kill(pid, signal.SIGSTOP)
            running = asyncio.create_task(engine.answer(unguarded(large), None, JSON, Limits(0.3, 2**28)))
            await asyncio.sleep(0.1)
            assert engine.open_queries == 1
            if loader_ends:
                os.kill(engine.loader_pid, signal.SIGKILL)
            with pytest.raises(EngineProblem) as caught:
                await running
            assert (caught.value.status, caught.value.slug) == (503, "engine-not-ready" if loader_ends else "query-timeout")

    with_engine(tmp_path, work)


def test_a_signal_from_outside_is_a_problem(tmp_path: Path) -> None:
    async def work(engine: EmbeddedEngine) -> None:
        for number, status in ((signal.SIGSEGV, 500), (signal.SIGKILL, 507), (signal.SIGXCPU, 503)):
            running = asyncio.create_task(engine.answer(guard(CROSS), None, JSON, LIMITS))
            (await busy_worker(engine)).send_signal(number)
            with pytest.raises(EngineProblem) as caught:
                await running
            assert caught.value.status == status

    with_engine(tmp_path, work)


def test_a_release_that_cannot_be_read(tmp_path: Path) -> None:
    release = make_release(tmp_path)
    release.everything.write_text("this is no N-Quads\n")

    async def run() -> None:
        engine = EmbeddedEngine(release)
        with pytest.raises(EngineProblem):
            await engine.start()
        with pytest.raises(EngineProblem) as caught:
            await engine.answer(guard("ASK {}"), None, JSON, LIMITS)
        assert caught.value.status == 503
        await engine.close()

    asyncio.run(run())


def test_which_graphs_a_query_sees() -> None:
    base = "http://a/"
    plain, named = guard("ASK {}"), guard("ASK FROM <http://a/graph/x> FROM NAMED <http://a/graph/y> {}")
    assert resolve_dataset(base, plain, None) == (None, None)
    assert resolve_dataset(base, named, None) == (["http://a/graph/x"], ["http://a/graph/y"])
    assert resolve_dataset(base, named, Dataset(None, ("http://a/graph/z",))) == ([], ["http://a/graph/z"])
    assert resolve_dataset(base, named, Dataset(("http://a/graph/consolidated",), None)) == ([""], [])
    assert resolve_dataset(base, named, Dataset(None, None)) == (["http://a/graph/x"], ["http://a/graph/y"])


def test_places_are_given_in_order_and_never_lost() -> None:
    async def run() -> None:
        admission = Admission(Places(total=2, slow=1, queue=2, wait_seconds=0.2))
        first, second = await admission.enter(), await admission.enter()
        third = asyncio.create_task(admission.enter())
        fourth = asyncio.create_task(admission.enter())
        await asyncio.sleep(0)
        with pytest.raises(EngineProblem) as full:
            await admission.enter()
        assert full.value.status == 503 and full.value.retry_after
        ended: list[str] = []
        assert first.become_slow(lambda: ended.append("first")) and not second.become_slow(lambda: ended.append("second"))
        assert ended == ["second"]  # others wait, so it has to go
        first.leave()
        assert (await third).become_slow(lambda: ended.append("third"))
        with pytest.raises(EngineProblem):  # nobody else left in time
            await fourth
        second.leave()
        second.leave()  # twice is once
        third.result().leave()
        assert admission.running == 0
        cancelled = asyncio.create_task(admission.enter())
        await cancelled
        cancelled.result().leave()
        assert admission.running == 0 and admission.slow.taken == 0

    asyncio.run(run())


def test_an_overdue_query_goes_only_when_its_place_is_needed() -> None:
    async def run() -> None:
        admission = Admission(Places(total=2, slow=1, queue=2, wait_seconds=0.2))
        ended: list[str] = []
        first, second = await admission.enter(), await admission.enter()
        assert first.become_slow(lambda: ended.append("first"))
        assert not second.become_slow(lambda: ended.append("second"))
        assert ended == []
        waiting = asyncio.create_task(admission.enter())
        await asyncio.sleep(0)
        assert ended == ["second"]
        second.leave()
        (await waiting).leave()
        first.leave()
        assert admission.running == 0 and not admission.overdue

    asyncio.run(run())


def test_queries_that_look_heavy_wait_for_a_place_for_long_ones() -> None:
    async def run() -> None:
        admission = Admission(Places(total=4, slow=1, queue=4, wait_seconds=5))
        heavy = await admission.enter(heavy=True)
        waiting = asyncio.create_task(admission.enter(heavy=True))
        await asyncio.sleep(0)
        light = await admission.enter()  # passes by
        assert not waiting.done() and heavy.slow and not light.slow
        heavy.leave()
        await waiting
        waiting.cancel()
        waiting.result().leave()
        light.leave()
        assert admission.running == 0 and admission.slow.taken == 0

    asyncio.run(run())


def test_a_wait_that_is_cancelled_loses_no_place() -> None:
    async def run() -> None:
        admission = Admission(Places(total=1, slow=1, queue=4, wait_seconds=5))
        first = await admission.enter()
        waiting = asyncio.create_task(admission.enter())
        await asyncio.sleep(0)
        first.leave()  # the place goes to the one who waits, in the same moment as it gives up
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert admission.running == 0

    asyncio.run(run())


def test_keys_have_a_total_order_that_agrees_with_sparql() -> None:
    xsd = "http://www.w3.org/2001/XMLSchema#"

    def literal(text: str, datatype: str) -> ox.Literal:
        return ox.Literal(text, datatype=ox.NamedNode(xsd + datatype))

    ordered = [
        ox.BlankNode("a"), ox.NamedNode("http://a/"), ox.NamedNode("http://b/"),
        literal("-1e300", "double"), literal("-2.5", "decimal"), literal("-1", "integer"), literal("0", "integer"),
        literal("0.5", "double"), literal("1", "byte"), literal("1000", "integer"), literal("1e300", "double"),
        ox.Literal(""), ox.Literal("a"), ox.Literal("a", language="en"), ox.Literal("b"), ox.Literal("é"),
        literal("false", "boolean"), literal("true", "boolean"),
        literal("2019-12", "gYearMonth"), literal("2020-01-01T00:00:00+05:00", "dateTime"), literal("2020", "gYear"),
        literal("2020-01-01T12:00:00Z", "dateTime"), literal("2021-08-31", "date"),
        literal("P1D", "dayTimeDuration"),
    ]  # fmt: skip
    keys = [sort_key(term) for term in ordered]
    assert keys == sorted(keys) and len(set(keys)) == len(keys)


def test_order_conditions_are_rewritten_where_they_stand() -> None:
    query = guard("SELECT ?a (COUNT(?b) AS ?n) { { SELECT * { ?a ?b ?c } ORDER BY ?c } } GROUP BY ?a ORDER BY DESC(?n) STR(?a) ASC(1+1) LIMIT 3")
    key = "<urn:commitments:order-key>"
    assert query.text_with_order_keys == (
        f"SELECT ?a (COUNT(?b) AS ?n) {{ {{ SELECT * {{ ?a ?b ?c }} ORDER BY ({key}(?c)) }} }} GROUP BY ?a "
        f"ORDER BY DESC({key}((?n))) ({key}(STR(?a))) ASC({key}((1+1))) LIMIT 3"
    )
    ox.Store().query(query.text_with_order_keys, custom_functions={ox.NamedNode(key[1:-1]): lambda term: term})


def test_the_engine_counts_what_it_loaded(tmp_path: Path) -> None:
    async def work(engine: EmbeddedEngine) -> None:
        assert engine.triples == len(set(sample_quads("http://localhost:8000/").splitlines()))
        assert engine.release_id == engine.release.id

    with_engine(tmp_path, work)
