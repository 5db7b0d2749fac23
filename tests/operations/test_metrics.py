"""`/metrics`: parsed as Prometheus parses it, true to what was asked, and shown to those who may see it."""

from __future__ import annotations

import asyncio
import http.client
import re
import socket
import time
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text
from pydantic import ValidationError

from sparql_api.app import create_app
from sparql_api.observation.counting import Histogram
from sparql_api.observation.memory import sample
from sparql_api.observation.queries import OUTCOMES, outcome_of
from sparql_api.problems import SLUGS
from sparql_api.settings import Settings
from tests.releases import make_release, sample_quads
from tests.sparql.service import Service, running_service, wait_for

CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
STREAMING = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
SORTED = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i"

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def scrape(service: Service, accept: str = "") -> Samples:
    """Every sample by name and sorted labels."""
    answer = httpx.get(service.url.replace("/sparql", "/metrics"), headers={"accept": accept} if accept else {}, timeout=30)
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    openmetrics = answer.headers["content-type"].startswith("application/openmetrics-text")
    families = (parse_openmetrics if openmetrics else parse_text)(answer.text)
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for family in families for one in family.samples}


def grown(service: Service, act: Callable[[], object], name: str, label: str) -> dict[str, float]:
    """By the value of a label, how much the samples of a counter grew while something was done, as soon as they did."""

    def values() -> dict[str, float]:
        return {dict(labels)[label]: value for (found, labels), value in scrape(service).items() if found == name}

    def at_rest() -> bool:
        """What an earlier test left to be ended is counted: a worker may take a while to go."""
        seen = values()
        time.sleep(0.3)
        return values() == seen and not service.busy_workers()

    assert wait_for(at_rest, 20)
    before = values()
    act()
    wait_for(lambda: values() != before, 5)
    return {key: value - before.get(key, 0) for key, value in values().items() if value != before.get(key, 0)}


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("", "text/plain; version=0.0.4"),
        ("*/*", "text/plain; version=0.0.4"),
        ("application/openmetrics-text; version=1.0.0", "application/openmetrics-text; version=1.0.0"),
        (  # what Prometheus 3 sends
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,"
            "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            "application/openmetrics-text; version=1.0.0",
        ),
        ("application/openmetrics-text; version=abc; escaping=<script>", "application/openmetrics-text; version=1.0.0"),
        ("image/png", "text/plain; version=0.0.4"),
    ],
)
def test_both_formats_are_what_their_parsers_take(service: Service, accept: str, content_type: str) -> None:
    answer = httpx.get(service.url.replace("/sparql", "/metrics"), headers={"accept": accept})
    assert answer.headers["content-type"].startswith(content_type)
    assert answer.text.endswith("# EOF\n") == ("openmetrics" in content_type)
    samples = scrape(service, accept)
    assert samples["commitments_release_info", (("base", service.base), ("release", service.release.id))] == 1
    assert samples["commitments_release_triples", ()] == len({line for line in service.release.everything.read_text().splitlines() if line})
    assert samples["commitments_workers", (("state", "idle"),)] >= 1
    assert samples["commitments_stopping", ()] == 0


def test_head_is_get_without_body(service: Service) -> None:
    answer = httpx.head(service.url.replace("/sparql", "/metrics"))
    assert answer.status_code == 200 and not answer.content and int(answer.headers["content-length"]) > 1_000


# --- queries

ENDINGS: dict[str, Callable[[Service], object]] = {
    "answered": lambda service: service.ask("ASK { ?s ?p ?o }"),
    "syntax": lambda service: service.ask("SELECT"),
    "refused": lambda service: service.ask("SELECT * { SERVICE <http://192.0.2.1/> { ?s ?p ?o } }"),
    "timeout": lambda service: service.ask(CROSS),
    "memory": lambda service: service.ask(SORTED),
    "cut": lambda service: _cut(service),
    "cancelled": lambda service: _leave(service),
}


def _cut(service: Service) -> None:
    with pytest.raises(httpx.TransportError):
        service.ask(STREAMING, "text/csv")


def _leave(service: Service) -> None:
    port = httpx.URL(service.url).port
    with socket.create_connection(("127.0.0.1", port)) as connection:
        body = f"query={CROSS}".replace(" ", "+").encode()
        head = f"POST /sparql HTTP/1.1\r\nHost: t\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)
        time.sleep(0.2)


@pytest.mark.parametrize("outcome", ENDINGS)
def test_each_query_is_counted_once_by_its_outcome(service: Service, outcome: str) -> None:
    assert grown(service, lambda: ENDINGS[outcome](service), "commitments_queries_total", "outcome") == {outcome: 1}


@pytest.mark.parametrize(("ending", "cause"), [("timeout", "time"), ("memory", "memory"), ("cancelled", "cancelled")])
def test_killed_workers_are_counted_by_cause(service: Service, ending: str, cause: str) -> None:
    killed = grown(service, lambda: ENDINGS[ending](service), "commitments_workers_ended_total", "cause")
    assert killed.pop(cause) == 1 and not set(killed) - {"finished"}


def test_the_fast_ways_are_counted_like_all_others(service: Service) -> None:
    """The same head several times goes past ASGI, and equal headers with another query do."""
    port = httpx.URL(service.url).port
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def ask(texts: list[str]) -> list[http.client.HTTPResponse]:
        answers = []
        for text in texts:
            connection.request("GET", f"/sparql?query=ASK%7B%3Fs%20%3Fp%20%22{text}%22%7D")
            answer = connection.getresponse()
            answer.read()
            answers.append(answer)
        return answers

    before = scrape(service)
    answers = ask(["a", "a", "a", "a", "b", "c", "d", "a", "d", "d", "d"])
    after = scrape(service)
    connection.close()
    assert {answer.status for answer in answers} == {200}
    assert len({answer.getheader("x-request-id") for answer in answers}) == len(answers)

    def more(name: str, *labels: tuple[str, str]) -> float:
        return after[name, labels] - before.get((name, labels), 0)

    assert more("commitments_http_requests_total", ("method", "GET"), ("route", "sparql"), ("status", "200")) == len(answers)
    repeated = more("commitments_cache_lookups_total", ("cache", "repeated"), ("result", "hit"))
    assert repeated >= 3, "the same head is answered from kept bytes"
    assert more("commitments_queries_total", ("outcome", "answered")) == len(answers) - repeated
    assert any("guard" not in answer.getheader("server-timing") and "engine" in answer.getheader("server-timing") for answer in answers)


def test_a_busy_service_says_so(tmp_path: Path) -> None:
    with running_service(tmp_path, query_seconds=2, query_places=1, query_slow_places=1, query_queue=0) as busy:
        connections = [socket.create_connection(("127.0.0.1", httpx.URL(busy.url).port)) for _ in range(3)]
        for connection in connections:
            connection.sendall(f"GET /sparql?query={CROSS.replace(' ', '+')} HTTP/1.1\r\nHost: t\r\n\r\n".encode())
        statuses = sorted(connection.recv(12)[-3:] for connection in connections)
        for connection in connections:
            connection.close()
        assert statuses == [b"503"] * 3
        samples = scrape(busy)
        assert samples["commitments_queries_total", (("outcome", "busy"),)] >= 1
        ended = sum(samples["commitments_queries_total", (("outcome", outcome),)] for outcome in ("busy", "timeout", "crowded-out"))
        assert ended == 3


# --- requests, memory, releases


def test_requests_are_counted_by_class_method_and_status(service: Service) -> None:
    root = service.url.removesuffix("sparql")
    cases = [
        ("GET", "doc/plan/MX-4.ttl", "doc", 200), ("HEAD", "doc/plan/MX-4", "doc", 200), ("GET", "nothing/here", "other", 404),
        ("DELETE", "doc/plan/MX-4", "doc", 405), ("OPTIONS", "sparql", "sparql", 204), ("GET", "health/live", "health", 200),
    ]  # fmt: skip
    before = scrape(service)
    for method, path, _, status in cases:
        assert httpx.request(method, root + path).status_code == status
    after = scrape(service)
    for method, _, route, status in cases:
        key = ("commitments_http_requests_total", (("method", method), ("route", route), ("status", str(status))))
        assert after[key] - before.get(key, 0) == 1, key


def test_what_is_no_request_is_counted_too(service: Service) -> None:
    key = ("commitments_http_requests_total", (("method", "other"), ("route", "other"), ("status", "400")))
    before = scrape(service).get(key, 0)
    with socket.create_connection(("127.0.0.1", httpx.URL(service.url).port)) as connection:
        connection.sendall(b"this is no HTTP\r\n\r\n")
        assert b" 400 " in connection.recv(100)
    assert scrape(service)[key] == before + 1


def test_bytes_are_those_of_the_bodies(service: Service) -> None:
    address = service.url.replace("sparql", "static/site.css")
    size = len(httpx.get(address, headers={"accept-encoding": "identity"}).content)
    key = ("commitments_http_sent_bytes_total", (("route", "static"),))
    before = scrape(service)[key]
    httpx.get(address, headers={"accept-encoding": "identity"})
    assert scrape(service)[key] - before == size > 0


def test_memory_of_all_processes(service: Service) -> None:
    samples = scrape(service)
    for role in ("front", "loader", "worker"):
        assert samples["commitments_processes", (("role", role),)] >= 1
        resident = samples["commitments_memory_resident_bytes", (("role", role),)]
        proportional = samples["commitments_memory_proportional_bytes", (("role", role),)]
        assert 0 < proportional <= resident, role
    assert samples["process_open_fds", ()] > 3


def test_a_process_that_ended_meanwhile_is_left_out() -> None:
    assert sample({"worker": [2**22 + 1]})["worker"].processes == 0


def test_a_switch_of_releases_is_seen(tmp_path: Path) -> None:
    with running_service(tmp_path, release_seconds=0.2) as running:
        assert scrape(running)["commitments_release_switches_total", ()] == 0
        broken = make_release(tmp_path / "releases", running.base, name="2021-06-01-00000000")
        broken.everything.write_text("this is no N-Quads\n")
        assert wait_for(lambda: scrape(running)["commitments_releases_refused_total", ()] == 1, 30)
        newer = make_release(tmp_path / "releases", running.base, sample_quads(running.base) + f'<{running.base}n> <{running.base}p> "x" .\n')
        assert wait_for(lambda: scrape(running)["commitments_release_switches_total", ()] == 1, 30)
        samples = scrape(running)
        assert samples["commitments_release_info", (("base", running.base), ("release", newer.id))] == 1
        assert wait_for(lambda: scrape(running)["commitments_engines", ()] == 1, 30), "the old engine has ended"


# --- who may see it


def test_what_a_proxy_passed_on_is_refused(service: Service) -> None:
    address = service.url.replace("sparql", "metrics")
    for header in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"):
        answer = httpx.get(address, headers={header: "for=127.0.0.1"})
        assert answer.status_code == 403 and answer.json()["type"].endswith("/problems/operators-only"), header
        assert "commitments_" not in answer.text


@pytest.mark.parametrize(
    ("metrics", "client", "headers", "status"),
    [
        ("local", "127.0.0.1", {}, 200), ("local", "::1", {}, 200), ("local", "192.0.2.7", {}, 403), ("local", "testclient", {}, 403),
        ("everyone", "192.0.2.7", {}, 200), ("everyone", "192.0.2.7", {"via": "1.1 proxy"}, 200), ("nobody", "127.0.0.1", {}, 404),
        ("10.0.0.0/8, 192.0.2.7", "192.0.2.7", {}, 200), ("10.0.0.0/8", "10.1.2.3", {}, 200), ("10.0.0.0/8", "127.0.0.1", {}, 403),
    ],
)  # fmt: skip
def test_who_may_see_it(metrics: str, client: str, headers: dict[str, str], status: int, tmp_path: Path) -> None:
    app = create_app(Settings(data=tmp_path, metrics=metrics))

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(client, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://t") as asking:
            return await asking.get("/metrics", headers=headers)

    assert asyncio.run(ask()).status_code == status


def test_the_setting() -> None:
    assert Settings(metrics="nobody").metrics_networks == () and Settings(metrics="everyone").metrics_networks is None
    assert ip_network("::1") in (Settings().metrics_networks or ())
    with pytest.raises(ValidationError):
        Settings(metrics="10.0.0.0/99")


# --- parts


def test_histogram_bounds_are_inclusive() -> None:
    histogram = Histogram((1.0, 2.0))
    for value in (0.5, 1.0, 1.5, 2.0, 9.0):
        histogram.observe(value)
    assert histogram.cumulative() == [("1.0", 2), ("2.0", 4), ("+Inf", 5)] and histogram.sum == 14 and histogram.count == 5


def test_every_problem_of_an_engine_has_an_outcome() -> None:
    assert {outcome_of(slug, status) for slug, status in SLUGS.items()} <= set(OUTCOMES)
    assert outcome_of("query-memory", 507) == "memory" and outcome_of("something-new", 503) == "failed" and outcome_of("new", 400) == "refused"


def test_documented(root: Path) -> None:
    """Every family and outcome stands in docs/operations.md."""
    text = (root / "docs" / "operations.md").read_text(encoding="utf-8")
    source = (root / "sparql_api" / "observation" / "metrics.py").read_text(encoding="utf-8")
    names = set(re.findall(r'"(commitments_\w+)"', source))
    assert len(names) > 15
    assert not [name for name in names if f"`{name}" not in text]
    assert not [outcome for outcome in OUTCOMES if f"`{outcome}`" not in text]
