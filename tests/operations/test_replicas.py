"""Replicas behind HAProxy and nginx with the configurations of this repository: one killed, one stopped, a newer release."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from tests.conftest import ROOT, needs_program
from tests.operations.replicas import Cluster, Replica, cluster
from tests.sparql.service import wait_for

STREAMING = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def haproxy(folder: Path, port: int, replicas: list[str]) -> tuple[list[str], dict[str, str]]:
    named = {f"COMMITMENTS_REPLICA_{number}": address for number, address in enumerate(replicas, 1)}
    command = [needs_program("haproxy"), "-f", str(ROOT / "deploy" / "haproxy" / "haproxy.cfg"), "-db"]
    return command, {"COMMITMENTS_BIND": f"127.0.0.1:{port}", **named}


def nginx(folder: Path, port: int, replicas: list[str]) -> tuple[list[str], dict[str, str]]:
    text = (ROOT / "deploy" / "nginx" / "replicas.conf").read_text(encoding="utf-8")
    for written, wanted in (("127.0.0.1:8080", f"127.0.0.1:{port}"), ("127.0.0.2:8000", replicas[0]), ("127.0.0.3:8000", replicas[1])):
        assert written in text
        text = text.replace(written, wanted)
    (folder / "replicas.conf").write_text(text, encoding="utf-8")
    paths = "".join(f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"daemon off;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{paths}include {folder}/replicas.conf;\n}}\n",
        encoding="utf-8",
    )
    return [needs_program("nginx", "nginx-light"), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")], {}


@pytest.fixture(scope="module", params=[haproxy, nginx], ids=["haproxy", "nginx"])
def replicas(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    balancer: Callable[[Path, int, list[str]], tuple[list[str], dict[str, str]]] = request.param
    for host in ("127.0.0.2", "127.0.0.3"):
        with socket.socket() as probe:
            try:
                probe.bind((host, 0))
            except OSError:
                pytest.skip(f"this machine has no {host}: loopback addresses beyond 127.0.0.1 have to be added to it")
    with cluster(tmp_path_factory.mktemp(balancer.__name__), balancer) as built:
        yield built


def posts_seen(replica: Replica) -> bool:
    return 'commitments_http_requests_total{method="POST",route="sparql",status="200"}' in httpx.get(f"http://{replica.address}/metrics").text


def test_both_replicas_get_requests(replicas: Cluster) -> None:
    with replicas.under_load() as answers:
        replicas.wait_for_answers(100)
        # Which replica gets which of the first hundred is the balancer's business; in the end each gets some of every kind.
        end = time.monotonic() + 30
        while not all(map(posts_seen, replicas.replicas)) and time.monotonic() < end:
            time.sleep(0.2)
    replicas.assert_nothing_was_lost()
    assert set(answers.by_method) == {"GET", "POST", "GET page"}
    assert all(map(posts_seen, replicas.replicas))


def test_metrics_do_not_go_through(replicas: Cluster) -> None:
    assert httpx.get(f"{replicas.url}metrics").status_code == 404
    other_spelling = httpx.get(f"{replicas.url}//metrics")
    assert "commitments_http_requests" not in other_spelling.text


def test_a_cut_result_stays_cut(replicas: Cluster) -> None:
    query = urlencode({"query": STREAMING, "format": "csv"})
    done = subprocess.run(
        [needs_program("curl"), "--silent", "--show-error", "--output", "/dev/null", f"{replicas.url}sparql?{query}"],
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 18, done  # curl: transfer closed with data remaining


def test_no_request_is_lost_when_a_replica_is_killed_and_comes_back(replicas: Cluster) -> None:
    victim = replicas.replicas[0]
    with replicas.under_load():
        replicas.wait_for_answers(60)
        assert victim.end(signal.SIGKILL) == -signal.SIGKILL
        replicas.wait_for_answers(150)
        victim.start()
        assert wait_for(lambda: _has_answered(victim.address), 20), "the replica gets requests again"
        replicas.wait_for_answers(60)
    replicas.assert_nothing_was_lost()


def test_no_request_is_lost_when_a_replica_is_stopped(replicas: Cluster) -> None:
    leaving = replicas.replicas[1]
    with replicas.under_load():
        replicas.wait_for_answers(60)
        assert leaving.end(signal.SIGTERM) == 0
        replicas.wait_for_answers(60)
        leaving.start()
        replicas.wait_for_answers(60)
    replicas.assert_nothing_was_lost()


def test_a_newer_release_is_taken_up_by_all_without_a_failed_or_mixed_answer(replicas: Cluster) -> None:
    with replicas.under_load() as answers:
        replicas.wait_for_answers(60)
        newer = replicas.publish_newer()
        for replica in replicas.replicas:
            address = f"http://{replica.address}/health/ready"
            assert wait_for(lambda: httpx.get(address).headers["commitments-release"] == newer.id, 30)  # noqa: B023
        replicas.wait_for_answers(60)
        assert newer.id in answers.releases
        last = httpx.post(f"{replicas.url}sparql", data={"query": f"ASK {{ <{replicas.base}new> ?p ?o }}"})
    assert last.headers["commitments-release"] == newer.id and last.json()["boolean"] is True
    replicas.assert_nothing_was_lost()
    assert answers.releases == {replicas.release.id, newer.id}


def _has_answered(address: str) -> bool:
    return 'route="sparql",status="200"' in httpx.get(f"http://{address}/metrics").text
