"""Starting, announcing, taken ports, settings, and the change to a newer release under load."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import psutil
import pytest
from pydantic import ValidationError

from commitments.console import Exit, Failure
from sparql_api.ports import CannotListen, PortTaken, holder_of, open_sockets
from sparql_api.server import serve
from sparql_api.settings import Settings, only_this_machine
from tests.releases import make_release, sample_quads
from tests.sparql.service import Service, free_port, running_service, wait_for


def test_it_says_where_to_look_and_what_the_limits_are(service: Service) -> None:
    limits, *more, address = [line for line in service.log.read_text().splitlines() if not line.startswith("{")][:5]
    assert re.search(r"3 s, 256 MiB", limits)
    assert any("/health/ready" in line and "/metrics" in line for line in more) and any("in memory" in line for line in more)
    assert address.endswith(f"http://localhost:{httpx.URL(service.url).port}/")


def test_it_answers_on_both_loopback_addresses_and_no_other(service: Service) -> None:
    port = httpx.URL(service.url).port
    assert httpx.get(f"http://[::1]:{port}/sparql?query=ASK%7B%7D").status_code == 200
    listening = {one.laddr.ip for one in psutil.net_connections("tcp") if one.status == psutil.CONN_LISTEN and one.laddr.port == port}
    assert listening == {"127.0.0.1", "::1"}


def test_a_taken_port_is_reported_with_its_holder(service: Service) -> None:
    port = httpx.URL(service.url).port
    with pytest.raises(PortTaken) as taken:
        open_sockets(("127.0.0.1",), port)
    assert f"(pid {service.process.pid})" in str(taken.value.holder)
    environment = {**os.environ, "LC_ALL": "es_MX.UTF-8", "LANGUAGE": ""}
    command = [sys.executable, "-m", "commitments", "serve", "--data", str(service.data), "--port", str(port)]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode == Exit.ENVIRONMENT
    assert "ocupado" in ended.stderr and f"pid {service.process.pid}" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_an_address_that_is_not_ours() -> None:
    with pytest.raises(CannotListen):
        open_sockets(("192.0.2.1",), free_port())
    assert holder_of(free_port()) is None


def test_nothing_to_serve(tmp_path: Path) -> None:
    with pytest.raises(Failure) as caught:
        serve(Settings(data=tmp_path, port=free_port()))
    assert caught.value.code == Exit.ENVIRONMENT and str(tmp_path) in caught.value.lines[0]


def test_a_release_of_another_layout_is_refused(tmp_path: Path) -> None:
    release = make_release(tmp_path / "releases")
    (release.path / "manifest.json").write_text("{}")
    with pytest.raises(Failure) as caught:
        serve(Settings(data=tmp_path, port=free_port()))
    assert caught.value.code == Exit.ENVIRONMENT


def test_every_setting_has_a_sentence_in_both_languages() -> None:
    for name, field in Settings.model_fields.items():
        assert isinstance(field.json_schema_extra, dict)
        spanish = str(field.json_schema_extra["description_es"])
        assert field.description and field.description.endswith(".") and spanish.endswith("."), name
        assert field.description != spanish


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("COMMITMENTS_"):
            monkeypatch.delenv(name)
    assert Settings().hosts == ("127.0.0.1", "::1") and Settings().port == 8000
    monkeypatch.setenv("COMMITMENTS_HOSTS", "0.0.0.0, ::")
    monkeypatch.setenv("COMMITMENTS_PORT", "9000")
    monkeypatch.setenv("COMMITMENTS_QUERY_MEMORY", "64")
    settings = Settings()
    assert settings.hosts == ("0.0.0.0", "::") and settings.port == 9000
    assert settings.limits.memory_bytes == 64 * 2**20
    assert not only_this_machine(settings.hosts) and only_this_machine(Settings(hosts=("localhost",)).hosts)
    assert Settings(port=9001).port == 9001
    monkeypatch.setenv("COMMITMENTS_PORT", "99999")
    with pytest.raises(ValidationError):
        Settings()


def test_a_newer_release_is_served_without_a_failed_request(tmp_path: Path) -> None:
    with running_service(tmp_path, release_seconds=0.2, query_seconds=2) as running:
        base = running.base
        query = f"ASK {{ <{base}new> ?p ?o }}"
        outcomes: list[tuple[int, str]] = []
        stop = threading.Event()

        def ask_all_the_time() -> None:
            with httpx.Client(timeout=30) as client:
                while not stop.is_set():
                    response = client.get(running.url, params={"query": query})
                    outcomes.append((response.status_code, response.headers["commitments-release"]))

        threads = [threading.Thread(target=ask_all_the_time) for _ in range(3)]
        for thread in threads:
            thread.start()
        old_loaders = running.loaders()
        newer = make_release(tmp_path / "releases", base, sample_quads(base) + f'<{base}new> <{base}p> "x" .\n')
        switched = wait_for(lambda: (200, newer.id) in outcomes, 20)
        time.sleep(0.3)
        stop.set()
        for thread in threads:
            thread.join()
        assert switched and {status for status, _ in outcomes} == {200}
        assert {name for _, name in outcomes} == {running.release.id, newer.id}
        assert httpx.get(running.url, params={"query": query}).json()["boolean"] is True
        assert wait_for(lambda: not any(loader.is_running() for loader in old_loaders), 20)
        assert len(running.loaders()) == 1


def test_a_release_that_cannot_be_loaded_changes_nothing(tmp_path: Path) -> None:
    with running_service(tmp_path, release_seconds=0.2) as running:
        broken = make_release(tmp_path / "releases", running.base, name="2021-06-01-00000000")
        broken.everything.write_text("this is no N-Quads\n")
        assert wait_for(lambda: broken.id in running.log.read_text(), 20)
        response = running.ask("ASK {}")
        assert response.status_code == 200 and response.headers["commitments-release"] == running.release.id
