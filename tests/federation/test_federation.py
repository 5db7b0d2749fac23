"""Whole queries: budgets, SILENT, the cache, and who waits for whom."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from dataclasses import replace
from typing import Any

import pyoxigraph as ox
import pytest

from sparql_api.federation.failures import ServiceFailure
from sparql_api.federation.federation import Federation
from sparql_api.federation.opening import open_federation
from sparql_api.settings import Settings
from sparql_api.sparql.guard import QueryRefused, guard
from tests.conftest import ROOT
from tests.federation.asking import BUDGET, LIMITS, federation_for, guarded, resolve, run, solutions_of
from tests.federation.endpoint import Endpoint, Handler, flooding, literal, redirecting, results, sending, uri

THREE = results(["s", "l"], [{"s": uri(f"urn:s:{number}"), "l": literal(f"{number}", lang="es")} for number in range(3)])
FAST_LIMITS = replace(LIMITS, seconds=2.0)  # half of it for calls


def asking(address: str, silent: str = "") -> str:
    return f"SELECT * {{ ?s <urn:p> ?v . SERVICE {silent} <{address}> {{ ?s <urn:label> ?l }} }}"


def store_of(*numbers: int) -> ox.Store:
    store = ox.Store()
    for number in numbers:
        store.add(ox.Quad(ox.NamedNode(f"urn:s:{number}"), ox.NamedNode("urn:p"), ox.Literal(number)))
    return store


def by_value(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: str(row["v"]))


def failure_of(federation: Federation, text: str, **more: object) -> ServiceFailure:
    with pytest.raises(ServiceFailure) as failed:
        run(resolve(federation, text, **more))  # type: ignore[arg-type]
    return failed.value


def test_solutions_join_with_our_data(endpoint: Endpoint) -> None:
    address = endpoint.at("/sparql", sending(THREE))
    resolved = run(resolve(federation_for(address), asking(address)))
    assert by_value(solutions_of(resolved.query, store_of(1, 2, 7))) == [
        {"s": ox.NamedNode(f"urn:s:{n}"), "v": ox.Literal(n), "l": ox.Literal(f"{n}", language="es")} for n in (1, 2)
    ]
    assert resolved.silenced == ()
    assert 0 < resolved.limits.seconds < LIMITS.seconds and resolved.limits.memory_bytes == LIMITS.memory_bytes


def test_a_query_without_service_passes_as_it_is(endpoint: Endpoint) -> None:
    federation = federation_for(endpoint.at("/sparql", sending(THREE)))
    query = guarded("SELECT * { ?s ?p ?o }", federation)
    resolved = run(federation.resolve(query, LIMITS))
    assert resolved.query is query and resolved.limits is LIMITS


def test_only_the_list_is_let_through(endpoint: Endpoint) -> None:
    address = endpoint.at("/sparql", sending(THREE))
    federation = federation_for(address)
    for text in (
        asking(address + "/"), asking(address + "?x"), asking(address.replace("127.0.0.1", "localhost")), asking(address.upper()),
        asking("file:///etc/passwd"), asking("x"), asking(address, "SILENT").replace("SILENT", "SILENT <urn:x> {} SERVICE"),
        "SELECT * { ?s <urn:p> ?v . SERVICE ?v { ?s <urn:label> ?l } }",
        f"SELECT * {{ SERVICE <{address}> {{ SERVICE <{address}> {{ ?s ?p ?o }} }} }}",
    ):  # fmt: skip
        with pytest.raises(QueryRefused) as refused:
            guarded(text, federation)
        assert refused.value.code == "service"
    assert not endpoint.requests


def test_the_settings_open_nothing_by_default() -> None:
    assert open_federation(Settings(service_allow=())) is None
    federation = open_federation(Settings(service_allow="https://a.example/sparql, http://b.example/q"))  # type: ignore[arg-type]
    assert federation is not None and federation.endpoints == {"https://a.example/sparql", "http://b.example/q"}


def test_a_closed_service_does_not_even_load_a_client() -> None:
    code = "import sys, sparql_api.app; sys.exit(any(name.split('.')[0] in ('httpcore', 'h11') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, timeout=120).returncode == 0


@pytest.mark.parametrize("value", ["ftp://a.example/", "a.example", "https://u:p@a.example/", "https://a.example/#x", "https://a b/", "http://a:99999/", "https://a|b/"])
def test_settings_refuse_what_is_no_endpoint(value: str) -> None:
    with pytest.raises(ValueError, match=r"service_allow|COMMITMENTS"):
        Settings(service_allow=value)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"service_addresses|COMMITMENTS"):
        Settings(service_addresses="127.0.0.1/8,x")  # type: ignore[arg-type]


# --- failures


def test_a_failure_is_an_error_and_never_less_rows(endpoint: Endpoint) -> None:
    good, bad = endpoint.at("/good", sending(THREE)), endpoint.at("/bad", lambda handler: handler.reply(500))
    text = f"SELECT * {{ {{ SERVICE <{good}> {{ ?s ?p ?l }} }} UNION {{ SERVICE <{bad}> {{ ?s ?q ?l }} }} }}"
    failure = failure_of(federation_for(good, bad), text)
    assert (failure.slug, failure.code, failure.status, failure.endpoint) == ("service-failed", "status", 502, bad)


def test_silent_gives_one_empty_solution_and_tells(endpoint: Endpoint) -> None:
    bad = endpoint.at("/bad", lambda handler: handler.reply(500))
    resolved = run(resolve(federation_for(bad), asking(bad, "SILENT")))
    assert [failure.code for failure in resolved.silenced] == ["status"]
    assert by_value(solutions_of(resolved.query, store_of(1, 2))) == [{"s": ox.NamedNode(f"urn:s:{n}"), "v": ox.Literal(n)} for n in (1, 2)]


@pytest.mark.parametrize("silent", ["", "SILENT"])
@pytest.mark.parametrize("behaviour", ["hanging", "dripping"])
def test_who_hangs_or_drips_is_left_in_time(endpoint: Endpoint, behaviour: str, silent: str) -> None:
    address = endpoint.at("/slow", getattr(endpoint, behaviour))
    federation = federation_for(address)
    start = time.monotonic()
    if silent:
        resolved = run(resolve(federation, asking(address, silent), FAST_LIMITS))
        assert [failure.code for failure in resolved.silenced] == ["timeout"]
        assert 0 < resolved.limits.seconds <= 1.1
    else:
        failure = failure_of(federation, asking(address), limits=FAST_LIMITS)
        assert (failure.code, failure.status) == ("timeout", 504)
    assert 0.9 < time.monotonic() - start < 10


def test_a_resolver_that_hangs_is_left_in_time() -> None:
    async def hanging(host: str, port: int) -> list[str]:
        await asyncio.sleep(600)
        raise AssertionError("nobody waits that long")

    address = "http://data.example/sparql"
    assert failure_of(federation_for(address, resolver=hanging), asking(address), limits=FAST_LIMITS).code == "timeout"


def test_a_caller_that_leaves_ends_its_calls(endpoint: Endpoint) -> None:
    gone = threading.Event()

    def watching(handler: Handler) -> None:
        if handler.connection.recv(1) == b"":
            gone.set()

    address = endpoint.at("/slow", watching)

    async def leave() -> None:
        task = asyncio.create_task(resolve(federation_for(address), asking(address)))
        while not endpoint.requests:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(leave())
    assert gone.wait(10)


def test_the_first_failure_ends_the_other_calls(endpoint: Endpoint) -> None:
    slow, bad = endpoint.at("/slow", endpoint.hanging), endpoint.at("/bad", redirecting("file:///etc/passwd"))
    text = f"SELECT * {{ SERVICE <{slow}> {{ ?s ?p ?l }} SERVICE <{bad}> {{ ?s ?q ?l }} }}"
    start = time.monotonic()
    assert failure_of(federation_for(slow, bad), text).code == "redirect"
    assert time.monotonic() - start < BUDGET.seconds / 2


# --- budgets


def test_calls_of_a_query_are_counted() -> None:
    address = "https://a.example/sparql"
    clause = f"SERVICE <{address}> {{ ?s ?p ?l }} "
    assert len(guard(f"SELECT * {{ {clause * 10} }}", open_services=frozenset({address})).services) == 10
    with pytest.raises(QueryRefused) as refused:
        guard(f"SELECT * {{\n{clause * 11}}}", open_services=frozenset({address}))
    assert (refused.value.code, refused.value.place) == ("too-complex", (2, 10 * len(clause) + 1))


def test_rows_are_counted_and_the_endpoint_is_told(endpoint: Endpoint) -> None:
    address = endpoint.at("/sparql", sending(THREE))
    assert failure_of(federation_for(address, budget=replace(BUDGET, rows=2)), asking(address)).code == "too-many-rows"
    assert endpoint.requests[-1].query.endswith(" LIMIT 3")
    assert run(resolve(federation_for(address, budget=replace(BUDGET, rows=3)), asking(address))).query


def test_bytes_are_counted_per_answer_and_for_the_query(endpoint: Endpoint) -> None:
    address, flood = endpoint.at("/sparql", sending(THREE)), endpoint.at("/flood", flooding)
    assert failure_of(federation_for(flood), asking(flood)).code == "too-large"
    once = run(resolve(federation_for(address), asking(address)))
    inlined = len("".join(f'(<urn:s:{n}> "{n}"@es)' for n in range(3))) + 2
    assert once.query.text.count("urn:s:") == 3
    federation = federation_for(address, budget=replace(BUDGET, inlined_bytes=2 * inlined - 1))
    run(resolve(federation, asking(address)))
    twice = f"SELECT * {{ SERVICE <{address}> {{ ?s ?p ?l }} SERVICE <{address}> {{ ?s ?p ?l }} }}"
    assert failure_of(federation, twice.replace("?p", "<urn:label>")).code == "too-large"


class Counting:
    """An endpoint that answers when it is told to, and knows how many wait for it."""

    def __init__(self) -> None:
        self.now, self.most, self.lock, self.go = 0, 0, threading.Lock(), threading.Event()

    def __call__(self, handler: Handler) -> None:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.go.wait(30)
        with self.lock:
            self.now -= 1
        handler.reply(200, THREE, Content_Type="application/sparql-results+json")


def test_calls_at_once_are_bounded_and_so_are_those_who_wait(endpoint: Endpoint) -> None:
    counting = Counting()
    address = endpoint.at("/sparql", counting)
    federation = federation_for(address, budget=replace(BUDGET, at_once=2, waiting=3))

    async def all_at_once() -> list[object]:
        texts = [f"SELECT * {{ SERVICE <{address}> {{ ?s <urn:{number}> ?l }} }}" for number in range(8)]
        tasks = [asyncio.create_task(resolve(federation, text)) for text in texts]
        while sum(task.done() for task in tasks) < 3 or counting.now < 2:
            await asyncio.sleep(0.01)
        counting.go.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    outcomes = run(all_at_once())
    busy = [outcome for outcome in outcomes if isinstance(outcome, ServiceFailure)]
    assert [(failure.code, failure.status) for failure in busy] == [("busy", 503)] * 3
    assert all(failure.retry_after for failure in busy)
    assert len(endpoint.requests) == 5 and counting.most == 2


def test_a_slow_endpoint_holds_up_nobody_who_asks_another(endpoint: Endpoint) -> None:
    slow, quick = endpoint.at("/slow", endpoint.hanging), endpoint.at("/quick", sending(THREE))
    federation = federation_for(slow, quick, budget=replace(BUDGET, at_once=1, waiting=0))

    async def both() -> int:
        waiting = asyncio.create_task(resolve(federation, asking(slow)))
        while not endpoint.requests:
            await asyncio.sleep(0.01)
        rows = solutions_of((await resolve(federation, asking(quick))).query, store_of(0, 1, 2))
        waiting.cancel()
        return len(rows)

    assert run(both()) == 3


# --- cache


def test_the_same_call_is_made_once(endpoint: Endpoint) -> None:
    counting = Counting()
    address = endpoint.at("/sparql", counting)
    federation = federation_for(address)

    async def five() -> None:
        tasks = [asyncio.create_task(resolve(federation, asking(address).replace("?v", f"?v{number}"))) for number in range(5)]
        while not endpoint.requests:
            await asyncio.sleep(0.01)
        counting.go.set()
        await asyncio.gather(*tasks)
        await resolve(federation, asking(address) + "# said in another way")

    run(five())
    assert len(endpoint.requests) == 1


def test_when_the_first_asker_leaves_the_second_asks_itself(endpoint: Endpoint) -> None:
    counting = Counting()
    address = endpoint.at("/sparql", counting)
    federation = federation_for(address)

    async def two() -> None:
        first = asyncio.create_task(resolve(federation, asking(address)))
        while not endpoint.requests:
            await asyncio.sleep(0.01)
        second = asyncio.create_task(resolve(federation, asking(address)))
        await asyncio.sleep(0.05)
        first.cancel()
        counting.go.set()
        assert len(solutions_of((await second).query, store_of(0, 1, 2))) == 3

    run(two())
    assert len(endpoint.requests) == 2


@pytest.mark.parametrize(("code", "kept"), [(200, "keep_seconds"), (500, "keep_failure_seconds")])
def test_answers_and_failures_are_kept_for_their_time(endpoint: Endpoint, code: int, kept: str) -> None:
    address = endpoint.at("/sparql", lambda handler: handler.reply(code, THREE, Content_Type="application/sparql-results+json"))
    text = asking(address, "SILENT")

    async def twice(federation: Federation) -> None:
        await resolve(federation, text)
        await asyncio.sleep(0.05)
        await resolve(federation, text)

    run(twice(federation_for(address, budget=replace(BUDGET, **{kept: 600.0}))))
    assert len(endpoint.requests) == 1
    run(twice(federation_for(address, budget=replace(BUDGET, **{kept: 0.01}))))
    assert len(endpoint.requests) == 3


def test_a_failure_from_the_cache_says_the_same(endpoint: Endpoint) -> None:
    address = endpoint.at("/sparql", lambda handler: handler.reply(404))
    federation = federation_for(address)

    async def twice() -> list[ServiceFailure]:
        found = []
        for _ in range(2):
            with pytest.raises(ServiceFailure) as failed:
                await resolve(federation, asking(address))
            found.append(failed.value)
        return found

    first, second = run(twice())
    assert first is not second and first.detail == second.detail and first.code == second.code == "status"
    assert len(endpoint.requests) == 1


def test_a_timeout_is_remembered_only_when_the_endpoint_had_its_time(endpoint: Endpoint) -> None:
    address = endpoint.at("/sparql", endpoint.hanging)
    federation = federation_for(address, budget=replace(BUDGET, seconds=4.0, keep_failure_seconds=600.0))

    async def impatient_then_patient() -> list[str]:
        codes = []
        for seconds in (1.0, 6.0, 6.0):
            with pytest.raises(ServiceFailure) as failed:
                await resolve(federation, asking(address), replace(LIMITS, seconds=seconds))
            codes.append(failed.value.code)
        return codes

    assert run(impatient_then_patient()) == ["timeout"] * 3
    assert len(endpoint.requests) == 2  # the third was answered from memory
