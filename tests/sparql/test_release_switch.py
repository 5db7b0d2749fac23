"""From one release to the next: what is refused, what goes on, and what ends."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from commitments.release import Release
from sparql_api import release_switch
from sparql_api.engine import EngineProblem, problems
from sparql_api.engine.admission import Admission, Places
from sparql_api.release_switch import ReleaseSwitch, available_memory
from sparql_api.settings import Settings
from sparql_api.site import Edition, Site
from tests.releases import make_release, sample_quads
from tests.sparql.service import running_service, wait_for

MEBIBYTE = 2**20


class Engine:
    """Stands for an engine: only its start and its end matter here."""

    def __init__(self, release: Release, fails: Exception | None = None) -> None:
        self.release = release
        self.release_id = release.id
        self.open_queries = 0
        self.closed = False
        self._fails = fails

    async def start(self) -> None:
        if self._fails:
            raise self._fails

    async def close(self) -> None:
        self.closed = True


class Switching:
    """A switch between two small releases, with engines that stand for real ones."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, fails: Exception | None = None) -> None:
        self.old = make_release(folder / "releases")
        self.engine = Engine(self.old)
        settings = Settings(data=folder, release_seconds=0.02)
        self.site = Site(settings, Edition(self.old, self.engine))
        self.switch = ReleaseSwitch(settings, self.site, self.engine, Admission(Places()))
        self.new = make_release(folder / "releases", nquads_text=sample_quads() + "<urn:a> <urn:b> <urn:c> .\n")
        self.made: list[Engine] = []

        def make(release: Release, *_: Any, **__: Any) -> Engine:
            self.made.append(Engine(release, fails))
            return self.made[-1]

        monkeypatch.setattr(release_switch, "make_engine", make)

    async def run(self, until: Callable[[], object] = lambda: False, seconds: float = 0.5) -> None:
        """Watch for a while, or until something has happened; the watch may not end by itself."""
        watching = asyncio.create_task(self.switch.watch())
        end = time.monotonic() + seconds
        while not until() and time.monotonic() < end:
            await asyncio.sleep(0.02)
        assert not watching.done()
        watching.cancel()

    def until_served(self, release: Release) -> dict[str, Any]:
        return {"until": lambda: self.served == release.id and self.engine.closed, "seconds": 30.0}

    def until_tried(self) -> dict[str, Any]:
        return {"until": lambda: self.made and self.made[-1].closed, "seconds": 30.0}

    @property
    def served(self) -> str:
        assert self.site.current is not None
        return self.site.current.release.id


def test_no_memory_is_said_once_and_the_release_taken_up_when_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    switching = Switching(tmp_path, monkeypatch)
    room = 1 * MEBIBYTE
    monkeypatch.setattr(release_switch, "available_memory", lambda: room)
    with caplog.at_level(logging.ERROR):
        asyncio.run(switching.run())
    assert switching.served == switching.old.id and not switching.made
    (line,) = [record.getMessage() for record in caplog.records]
    assert switching.new.id in line and switching.old.id in line and "about 64 MiB" in line and "1 MiB are available" in line
    assert switching.site.observation.releases_refused == 1
    room = 200 * MEBIBYTE
    asyncio.run(switching.run(**switching.until_served(switching.new)))
    assert switching.served == switching.new.id and switching.engine.closed


@pytest.mark.parametrize("error", [problems.not_ready(), OSError(11, "no process left"), RuntimeError("unforeseen")], ids=lambda error: type(error).__name__)
def test_an_engine_that_does_not_start_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception) -> None:
    switching = Switching(tmp_path, monkeypatch, fails=error)
    with caplog.at_level(logging.ERROR):
        asyncio.run(switching.run(**switching.until_tried()))
        asyncio.run(switching.run())
    assert switching.served == switching.old.id and not switching.engine.closed
    (engine,) = switching.made  # tried once
    assert engine.closed and len(caplog.records) == 1


def test_a_release_with_a_file_missing_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its statements load; what the pages read besides does not."""
    switching = Switching(tmp_path, monkeypatch)
    switching.new.file("graphs/vocabulary.nt").write_bytes(b"\xff no N-Triples")
    asyncio.run(switching.run(**switching.until_tried()))
    assert switching.served == switching.old.id and not switching.engine.closed
    (engine,) = switching.made
    assert engine.closed
    third = make_release(tmp_path / "releases", nquads_text=sample_quads() + "<urn:d> <urn:e> <urn:f> .\n")
    asyncio.run(switching.run(**switching.until_served(third)))
    assert switching.served == third.id and switching.engine.closed


def test_a_release_that_is_pruned_while_looked_at_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    switching = Switching(tmp_path, monkeypatch)
    switching.new.everything.unlink()
    asyncio.run(switching.run())
    assert switching.served == switching.old.id


def test_the_old_engine_ends_with_its_last_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    switching = Switching(tmp_path, monkeypatch)
    edition = switching.site.current
    assert edition is not None

    async def work() -> None:
        edition.open_requests, switching.engine.open_queries = 1, 1
        await switching.run(lambda: switching.site.retiring, 30.0)
        assert switching.served == switching.new.id and not switching.engine.closed
        assert switching.site.retiring == [switching.engine]
        edition.open_requests = 0
        await asyncio.sleep(0.3)
        assert not switching.engine.closed
        switching.engine.open_queries = 0
        await switching.run(lambda: not switching.site.retiring, 30.0)
        assert switching.engine.closed and switching.site.retiring == []
        await switching.switch.close()
        assert switching.made[0].closed

    asyncio.run(work())


def test_a_stop_in_the_middle_of_a_switch_leaves_no_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    switching = Switching(tmp_path, monkeypatch)

    async def never(self: Engine) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(Engine, "start", never)
    asyncio.run(switching.run(lambda: switching.made, 30.0))
    assert switching.made[0].closed and switching.served == switching.old.id


# --- memory


def control_group(folder: Path, maximum: str, current: int, inactive: int) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "memory.max").write_text(f"{maximum}\n")
    (folder / "memory.current").write_text(f"{current}\n")
    (folder / "memory.stat").write_text(f"anon 1\nfile 2\ninactive_file {inactive}\n")
    return folder


def proc(folder: Path, text: str = "MemTotal: 8000 kB\nMemAvailable:    4000 kB\n") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "meminfo").write_text(text)
    return folder


def test_the_smaller_of_machine_and_container_counts(tmp_path: Path) -> None:
    machine = proc(tmp_path / "proc")
    nowhere = tmp_path / "nowhere"
    assert available_memory(machine, nowhere) == 4000 * 1024
    assert available_memory(machine, control_group(tmp_path / "large", str(2**40), 2**20, 0)) == 4000 * 1024
    tight = control_group(tmp_path / "tight", "1000000", 700_000, 200_000)
    assert available_memory(machine, tight) == 500_000  # what the page cache holds can be had
    assert available_memory(nowhere, tight) == 500_000
    assert available_memory(machine, control_group(tmp_path / "free", "max", 1, 0)) == 4000 * 1024
    assert available_memory(nowhere, nowhere) is None


def test_the_group_of_a_service_counts_and_those_around_it(tmp_path: Path) -> None:
    """As systemd makes them for a unit with MemoryMax, below the root of the file system."""
    machine = proc(tmp_path / "proc")
    (machine / "self").mkdir()
    (machine / "self" / "cgroup").write_text("0::/system.slice/commitments.service\n")
    root = tmp_path / "cgroup"
    (root / "system.slice").mkdir(parents=True)
    unit = control_group(root / "system.slice" / "commitments.service", "1000000", 600_000, 0)
    assert available_memory(machine, root) == 400_000
    control_group(root / "system.slice", "2000000", 1_900_000, 0)
    assert available_memory(machine, root) == 100_000
    control_group(root / "system.slice", "max", 1_900_000, 0)
    (unit / "memory.max").write_text("max\n")
    assert available_memory(machine, root) == 4000 * 1024


@pytest.mark.parametrize("text", ["", "MemAvailable:", "MemAvailable: many kB\n", "MemFree: 1 kB\n"])
def test_what_cannot_be_read_is_unknown(tmp_path: Path, text: str) -> None:
    broken = control_group(tmp_path / "broken", "1000", 1, 0)
    (broken / "memory.stat").write_text("inactive_file\n")
    assert available_memory(proc(tmp_path / "proc", text), broken) is None


# --- the running service


def test_a_stream_ends_on_the_release_it_began_with_and_its_loader_after_it(tmp_path: Path) -> None:
    with running_service(tmp_path, release_seconds=0.1, query_seconds=20) as service:
        (old,) = service.loaders()
        marks = " ".join(f'"{"x" * 200}{number}"' for number in range(300))
        query = f"SELECT ?s ?p ?mark {{ ?s ?p ?o VALUES ?mark {{ {marks} }} }}"
        expected = service.ask(query, "text/csv").content
        with httpx.stream("POST", service.url, data={"query": query}, headers={"accept": "text/csv", "accept-encoding": "identity"}, timeout=60) as stream:
            received = stream.iter_raw(1000)
            parts = [next(received)]
            newer = make_release(tmp_path / "releases", service.base, sample_quads(service.base) + f'<{service.base}n> <{service.base}p> "x" .\n')
            assert wait_for(lambda: service.ask("ASK {}").headers["commitments-release"] == newer.id, 30)
            assert old.is_running() and len(service.loaders()) == 2
            parts += received
        assert stream.headers["commitments-release"] == service.release.id
        assert sorted(b"".join(parts).splitlines()) == sorted(expected.splitlines())
        assert wait_for(lambda: not old.is_running(), 20) and len(service.loaders()) == 1
        assert service.ask(query, "text/csv").content != expected


def test_loaders_killed_during_the_switch(tmp_path: Path) -> None:
    """The new one, while it loads: the old release stays. The old one, afterwards: nobody needs it."""
    with running_service(tmp_path, release_seconds=0.1) as service:
        (old,) = service.loaders()
        quads = sample_quads(service.base)
        many = quads + "".join(f"<urn:s{number}> <urn:p> <urn:o> .\n" for number in range(20_000))
        slow = make_release(tmp_path / "releases", service.base, many, name="2021-06-01-00000000")

        def the_new_one() -> list[psutil.Process]:
            return [loader for loader in service.loaders() if loader.pid != old.pid]

        assert wait_for(the_new_one, 20)
        the_new_one()[0].send_signal(signal.SIGKILL)
        assert wait_for(lambda: f"{slow.id} could not be loaded" in service.log.read_text(), 20)
        answer = service.ask("ASK {}")
        assert answer.status_code == 200 and answer.headers["commitments-release"] == service.release.id
        newer = make_release(tmp_path / "releases", service.base, quads + "<urn:a> <urn:b> <urn:c> .\n", name="2021-06-02-00000000")
        assert wait_for(lambda: service.ask("ASK {}").headers.get("commitments-release") == newer.id, 30)
        assert wait_for(lambda: len(service.loaders()) == 1, 20)
        assert {service.ask("ASK { <urn:a> ?p ?o }").json()["boolean"] for _ in range(3)} == {True}


def test_a_killed_loader_that_cannot_be_started_at_once_is_started_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sparql_api.engine import embedded
    from sparql_api.engine.embedded import EmbeddedEngine
    from sparql_api.sparql.guard import guard

    monkeypatch.setattr(embedded, "RESTART_SECONDS", 0.05)
    failures = [OSError(11, "no process left"), OSError(12, "no memory")]
    spawn = embedded.subprocess.Popen

    def no_process(*arguments: Any, **more: Any) -> Any:
        if failures:
            raise failures.pop()
        return spawn(*arguments, **more)

    async def work() -> None:
        engine = EmbeddedEngine(make_release(tmp_path))
        await engine.start()
        monkeypatch.setattr(embedded.subprocess, "Popen", no_process)
        psutil.Process(engine.loader_pid).kill()
        for _ in range(200):
            await asyncio.sleep(0.05)
            try:
                answer = await engine.answer(guard("ASK {}"), None, "text/csv", Settings().limits)
            except EngineProblem as problem:
                assert problem.slug == "engine-not-ready"
                continue
            if not failures:
                break
        assert b"".join([chunk async for chunk in answer.chunks]) == b"true\r\n" and not failures
        await engine.close()

    asyncio.run(work())
