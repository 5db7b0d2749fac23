"""What each request leaves: an id, timings, and one line in the log that tells no more than the operator wants."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import ROOT
from tests.sparql.service import Service, free_port, running_service, wait_for

SMALL = "ASK { ?s ?p ?o }"


def lines(service: Service) -> list[dict[str, Any]]:
    return [json.loads(line) for line in service.log.read_text().splitlines() if line.startswith("{")]


def line_of(service: Service, answer: httpx.Response) -> dict[str, Any]:
    """The one line of the request that got this answer."""

    def found() -> list[dict[str, Any]]:
        return [line for line in lines(service) if line["id"] == answer.headers["x-request-id"]]

    assert wait_for(lambda: found() != [], 10)
    assert len(found()) == 1
    return found()[0]


def test_a_line_says_what_happened(service: Service) -> None:
    answer = httpx.get(service.url, params={"query": SMALL}, headers={"accept": "text/csv"})
    line = line_of(service, answer)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    assert (line["method"], line["path"], line["route"], line["status"]) == ("GET", "/sparql", "sparql", 200)
    assert line["bytes"] == len(answer.content) and 0 < line["seconds"] < 10
    assert line["release"] == service.release.id and line["outcome"] == "answered"
    assert set(line) == {"time", "id", "method", "path", "route", "status", "bytes", "release", "outcome", "seconds"}


@pytest.mark.parametrize(("query", "status", "outcome"), [("SELECT", 400, "syntax"), ("LOAD <http://192.0.2.1/>", 400, None)])
def test_a_refused_query_has_its_outcome(service: Service, query: str, status: int, outcome: str | None) -> None:
    line = line_of(service, service.ask(query))
    assert line["status"] == status and line["outcome"] in ({outcome} if outcome else {"refused", "syntax"})


def test_a_document_says_whether_it_was_there_already(service: Service) -> None:
    address = service.url.replace("sparql", "doc/plan/MX-4.nt")
    seen = [line_of(service, httpx.get(address, headers={"x-request-id": f"document-{number}"})) for number in range(2)]
    assert [line["cache"] for line in seen] == ["miss", "hit"] and {line["route"] for line in seen} == {"doc"}


def test_a_cut_answer_is_logged_as_cut(service: Service) -> None:
    marked = {"x-request-id": "this-one-is-cut"}
    with pytest.raises(httpx.TransportError):
        httpx.get(service.url, params={"query": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"}, headers=marked, timeout=30)
    assert wait_for(lambda: any(line["id"] == "this-one-is-cut" for line in lines(service)), 10)
    assert [line["outcome"] for line in lines(service) if line["id"] == "this-one-is-cut"] == ["cut"]


def test_neither_query_nor_client_is_logged_unless_asked_for(service: Service) -> None:
    line_of(service, httpx.get(service.url, params={"query": 'ASK { ?s ?p "a secret" }'}))
    line_of(service, service.ask('ASK { ?s ?p "a secret" }'))
    text = service.log.read_text()
    assert "secret" not in text and '"client"' not in text


def test_nothing_that_a_client_sends_starts_a_line(service: Service) -> None:
    answer = httpx.get(service.url.replace("sparql", "x%0A%7B%22status%22%3A200%7D%0D%1B%5B2J%E2%80%A8"))
    line = line_of(service, answer)
    assert line["path"] == '/x\n{"status":200}\r\x1b[2J\u2028' and line["status"] == 404
    raw = service.log.read_text()
    assert "\x1b" not in raw and "\u2028" not in raw


def test_ids_are_echoed_only_when_they_are_plain(service: Service) -> None:
    address = service.url.replace("sparql", "health/live")
    assert httpx.get(address, headers={"x-request-id": "Proxy-1.2_3"}).headers["x-request-id"] == "Proxy-1.2_3"
    for hostile in ("x" * 65, 'a"b', "<script>", "a b"):
        made = httpx.get(address, headers={"x-request-id": hostile}).headers["x-request-id"]
        assert re.fullmatch(r"[0-9a-f]{12}-[0-9a-f]+", made)


def test_with_queries_and_clients(tmp_path: Path) -> None:
    with running_service(tmp_path, log_queries="true", log_clients="true") as running:
        answer = running.ask('ASK { ?s ?p "línea\n dos" }')
        line = line_of(running, answer)
        assert line["query"] == 'ASK { ?s ?p "línea\n dos" }' and line["client"] == "127.0.0.1"
        with httpx.Client() as client:  # past ASGI, too
            for _ in range(5):
                line = line_of(running, client.get(running.url, params={"query": SMALL}))
                assert line["query"].startswith("ASK") and line["client"] == "127.0.0.1"
        assert line["cache"] == "repeated"


def test_no_log_when_it_is_switched_off(tmp_path: Path) -> None:
    with running_service(tmp_path, access_log="false") as running:
        assert running.ask(SMALL).status_code == 200
    assert not lines(running)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
def test_a_full_disk_loses_lines_and_no_request(service: Service) -> None:
    """A second service over the same release, whose standard error is a full disk."""
    port = free_port()
    environment = {**os.environ, "COMMITMENTS_PORT": str(port), "COMMITMENTS_DATA": str(service.data)}
    with open("/dev/full", "wb") as full:
        process = subprocess.Popen([sys.executable, "-m", "commitments", "serve"], env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=full)
    try:
        address = f"http://127.0.0.1:{port}/"

        def is_up() -> bool:
            try:
                return httpx.get(f"{address}health/ready", timeout=5).status_code == 200
            except httpx.TransportError:
                return False

        assert wait_for(is_up, 60)
        with httpx.Client() as client:
            assert all(client.get(f"{address}sparql", params={"query": f"{SMALL} # {number}"}).status_code == 200 for number in range(100))
            assert wait_for(lambda: "commitments_log_lines_dropped_total 1" in client.get(f"{address}metrics").text, 10)
    finally:
        process.terminate()
        assert process.wait(30) == 0


# --- Server-Timing


def timings(answer: httpx.Response) -> dict[str, str]:
    return dict(part.strip().split(";", 1) for part in answer.headers["server-timing"].split(","))


def test_a_query_says_where_its_time_went(service: Service) -> None:
    answer = service.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?s2 ?p ?o2 }")
    seen = timings(answer)
    assert set(seen) == {"guard", "wait", "engine", "total"}
    spent = {name: float(value.removeprefix("dur=")) for name, value in seen.items()}
    assert all(value >= 0 for value in spent.values())
    assert spent["guard"] + spent["wait"] + spent["engine"] <= spent["total"] + 0.01
    assert answer.headers["timing-allow-origin"] == "*"
    exposed = {name.strip() for name in answer.headers["access-control-expose-headers"].split(",")}
    assert {"Server-Timing", "X-Request-Id"} <= exposed


def test_a_document_says_whether_it_was_rendered(service: Service) -> None:
    address = service.url.replace("sparql", "doc/plan/MX-4.jsonld")
    first, second = (timings(httpx.get(address, headers={"x-request-id": f"timed-{number}"})) for number in range(2))
    assert first["cache"] == "desc=miss" and "render" in first
    assert second["cache"] == "desc=hit" and "render" not in second


def test_timings_and_ids_are_no_part_of_what_is_cached(service: Service) -> None:
    address = service.url.replace("sparql", "doc/plan/MX-4.ttl")
    answers = [httpx.get(address) for _ in range(4)]
    assert len({answer.headers["etag"] for answer in answers}) == 1
    assert len({answer.headers["x-request-id"] for answer in answers}) == 4
    again = httpx.get(address, headers={"if-none-match": answers[0].headers["etag"]})
    assert again.status_code == 304 and again.headers["x-request-id"] and again.headers["server-timing"]
