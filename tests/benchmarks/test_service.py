"""The measuring of the service at scale: its client, its goals, and one tiny run from end to end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import report, service
from benchmarks.beside import outcome_of, probing, start_asking
from benchmarks.building import released
from benchmarks.figures import Figures, Goal
from benchmarks.generated import write_release
from benchmarks.load import get, wrk_over
from benchmarks.machine import program
from benchmarks.peers import PEERS, Peer
from benchmarks.processes import Broken
from benchmarks.session import Session
from tests.benchmarks.servers import small_server
from tests.conftest import needs_program


def test_a_session_tells_a_cut_answer_from_a_whole_one(tmp_path: Path) -> None:
    with small_server(tmp_path) as server, Session(server.port) as session:
        whole = session.get("/ok", "*/*", keep=True)
        assert (whole.status, whole.size, whole.body, whole.complete) == (200, 3, b"/ok", True)
        cut = session.get("/cut", "*/*")
        assert (cut.status, cut.complete) == (200, False) and cut.size < len("/cut")
        again = session.get("/busy", "*/*")  # over a new connection
        assert (again.status, again.complete, again.seconds > 0) == (503, True, True)


def test_a_query_and_the_probe_beside_it(tmp_path: Path) -> None:
    with small_server(tmp_path) as server:
        with probing(server, "/busy?", 5) as probes:
            asked = [start_asking(server, path) for path in ("/busy", "/cut")]
            outcomes = [outcome_of(asking, 30) for asking in asked]
        assert [outcome.what for outcome in outcomes] == ["503", "200 cut"]
        assert probes.failed == len(probes.latencies) > 1
        with probing(server, "/ok", 5) as probes:
            outcome_of(start_asking(server, "/ok"), 30)
        assert probes.failed == 0 and min(probes.latencies) > 0


def test_a_goal_is_held_against_ratios_or_our_own_samples() -> None:
    figures = Figures()
    for _ in range(5):
        figures.add("latency", "ms", 3.0, 2.0, reference="bound", goal=Goal(1.5, at_most=True))
        figures.add("throughput", "1/s", 4.0, 10.0, reference="bound", better="higher", goal=Goal(0.5, at_most=False))
        figures.add("stopped", "s", 3.05, goal=Goal(3.1, at_most=True, of="ours"))
        figures.add("free", "s", 1.0)
    assert {figure.what: figure.met() for figure in figures} == {"latency": True, "throughput": False, "stopped": True, "free": None}
    table = report.table(figures)
    assert "≤ 1.5 met" in table and "≥ 0.5 MISSED" in table


def test_a_goal_is_met_in_two_runs_of_five_rounds(tmp_path: Path) -> None:
    def result(name: str, sample: float, rounds: int) -> Path:
        figures = Figures()
        for _ in range(rounds):
            figures.add("stopped", "s", sample, goal=Goal(3.1, at_most=True, of="ours"))
        path = tmp_path / name
        path.write_text(json.dumps({"figures": [figure.as_json() for figure in figures]}), encoding="utf-8")
        return path

    good, better, bad, short = result("good", 3.0, 5), result("better", 2.9, 5), result("bad", 3.2, 5), result("short", 3.0, 2)
    assert "2 of 2: met" in report.goals([good, better])
    assert "1 of 2: NOT MET" in report.goals([good, bad])
    assert "1 of 2: NOT MET" in report.goals([good, short])


def test_digests_do_not_depend_on_the_order_of_rows() -> None:
    def body(*values: str) -> bytes:
        return json.dumps({"results": {"bindings": [{"x": {"type": "literal", "value": value}} for value in values]}}).encode()

    assert service.digest(body("a", "b"), service.JSON) == service.digest(body("b", "a"), service.JSON)
    assert service.digest(body("a", "b"), service.JSON) != service.digest(body("a", "c"), service.JSON)
    assert service.digest(b"<a> <b> <c> .\n<a> <b> <d> .\n", service.N_TRIPLES)[0] == 2


def test_a_list_of_paths_is_asked_for_in_turn(tmp_path: Path) -> None:
    needs_program("wrk", "wrk")
    with small_server(tmp_path) as server:
        load = wrk_over(server, ["/ok/1", "/busy/2"], {}, connections=1, seconds=1, home=tmp_path)
        assert load.requests > 2 and abs(load.failed - load.requests / 2) <= 1


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generated")
    write_release(60_000, folder)
    return folder


def test_a_tiny_run_from_end_to_end(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start, latency and one hostile query; all 17 queries give the same rows as the reference does."""
    if program("oxigraph") is None:
        pytest.skip("the program oxigraph is not installed (pip install oxigraph)")
    monkeypatch.setattr(service, "LATENCY_SECONDS", 0.01)
    monkeypatch.setattr(service, "LATENCY_REPEATS", (1, 1))
    monkeypatch.setattr(service, "QUERY_SECONDS", 1.0)
    monkeypatch.setattr(service, "hostile", lambda: service._read_queries("killers")[:1])
    figures = Figures()
    facts = service.measure("S", 1, figures, ("start", "latency", "killers"), data)
    found = {figure.what: figure for figure in figures}
    answers = facts["answers"]
    assert isinstance(answers, dict) and len(answers) == 17 and all(answer["rows"] > 0 for answer in answers.values())
    assert found["S: latency, geometric mean of 17"].ratios()[0] > 0
    assert found["S: start of serve until ready"].ratios()[0] > 0
    assert found["S: memory at rest, PSS"].ours[0] > 1
    assert facts["outcomes"] == {"k1-triple-cross": {"503": 1}, "all at once": {"503": 1}}
    assert service.outcomes_text("S", facts).splitlines() == ["S: k1-triple-cross: 503 ×1", "S: all at once: 503 ×1"]
    assert found["S: k1-triple-cross, ended after"].ours[0] >= 1.0
    assert found["S: k1-triple-cross, small query beside, p95"].ours[0] > 0


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_a_peer_answers_over_the_same_statements(peer: Peer, data: Path, tmp_path: Path) -> None:
    if not peer.installed:
        pytest.skip(f"{peer.name} is not installed ({peer.origin})")
    release = released(data)
    query = next(query for query in service.realistic() if query.name == "q14-minus")
    with peer.start(release, tmp_path / peer.name) as server:
        body = get(server, peer.endpoint(release) + query.escaped, {"Accept": service.JSON})
    assert service.digest(body, service.JSON)[0] > 20


def test_two_engines_that_differ_stop_the_run(tmp_path: Path) -> None:
    with small_server(tmp_path, rows=2) as one, small_server(tmp_path, rows=3) as other, pytest.raises(Broken, match=r"q01-describe: .* differ"):
        service.check_same_digests(one, other)
