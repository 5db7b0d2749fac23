"""`commitments push` into real engines: nothing but whole releases is seen, whatever happens to the push."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from commitments.console import Exit
from commitments.release import Release
from sparql_api.engine.layout import Layout
from sparql_api.pushing import Outcome, PushProblem, Target
from sparql_api.pushing.store import RemoteStore
from tests.conftest import ROOT
from tests.engines.relay import relay
from tests.engines.servers import PASSWORD, USER, Server, running_oxigraph
from tests.product import free_port
from tests.releases import make_release
from tests.sparql.service import wait_for

EACH = pytest.mark.parametrize("name", ["oxigraph", "virtuoso"])
FOREIGN = "http://elsewhere.example.org/graph"


def statements(base: str, sizes: dict[str, int], word: str) -> str:
    """N-Quads: so many statements about `word` in the graph of each name; "" is the unnamed graph."""
    lines = []
    for name, size in sizes.items():
        graph = f"<{base}graph/{name}> " if name else ""
        lines += [f'<{base}thing/{number}> <{base}says> "{word} {number}" {graph}.\n' for number in range(size)]
    return "".join(lines)


def small_release(folder: Path, base: str, sizes: dict[str, int], word: str) -> Release:
    sizes = {"vocabulary": 3, "shapes": 2, "catalog": 1} | sizes
    return make_release(folder / "releases", base, statements(base, sizes, word))


@pytest.fixture
def base() -> str:
    """Another one for each test, so that they share an engine without meeting."""
    return f"http://localhost:8000/{uuid4().hex}/"


def command(release: Release, server: Server, *more: str, **environment: str) -> dict[str, Any]:
    """What `subprocess` takes to run the push."""
    return {
        "args": [sys.executable, "-m", "commitments", "push", server.address, "--release", str(release.path), *more],
        "cwd": ROOT,
        "env": {**os.environ, "COMMITMENTS_LANG": "en", **credentials(server), **environment},
        "text": True,
        "encoding": "utf-8",
    }


def credentials(server: Server) -> dict[str, str]:
    """Harmless to an engine that asks for none."""
    return {"COMMITMENTS_ENGINE_USER": USER, "COMMITMENTS_ENGINE_PASSWORD": PASSWORD} if server.name == "virtuoso" else {}


def run(release: Release, server: Server, *more: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(**command(release, server, *more, **environment), capture_output=True, timeout=300, check=False)


def whole(server: Server, release: Release) -> bool:
    """Whether the engine holds all graphs of the release, its name, and no staging graph of it."""
    layout = Layout(release)
    counts = {graph: server.count(graph) for graph in layout.graphs}
    named = server.ask(layout.ask_marker, default="urn:none", named=layout.marker)["boolean"]
    return counts == layout.graphs and named and not server.graphs(layout.staging)


@EACH
def test_first_second_and_newer_release(name: str, servers: Callable[[str], Server], base: str, tmp_path: Path) -> None:
    server = servers(name)
    old = small_release(tmp_path, base, {"": 40, "gone": 5, "source": 7}, "old")
    done = run(old, server, "--json")
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout)
    assert outcome["new"] and outcome["release"] == old.id and outcome["triples"] == 58
    assert whole(server, old)
    if name == "oxigraph":
        assert outcome["unnamed"] and outcome["compressed"]
        assert int(server.ask("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")["results"]["bindings"][0]["n"]["value"]) == 40
    again = run(old, server)
    assert again.returncode == 0 and "nothing done" in again.stdout
    new = small_release(tmp_path, base, {"": 41, "source": 7}, "new")
    done = run(new, server)
    assert done.returncode == 0 and new.id in done.stdout and "Switching" in done.stderr
    assert whole(server, new)
    assert server.count(f"{base}graph/gone") == 0
    back = run(old, server, "--quiet")
    assert back.returncode == 0 and back.stdout == back.stderr == ""
    assert whole(server, old)


@EACH
def test_readers_see_the_old_release_or_the_new_one(name: str, servers: Callable[[str], Server], base: str, tmp_path: Path) -> None:
    server = servers(name)
    old = small_release(tmp_path, base, {"": 3000, "source": 1500}, "old")
    new = small_release(tmp_path, base, {"": 2000, "source": 1000}, "new")
    server.push(old)
    both = f"""SELECT (COUNT(*) AS ?n) (COUNT(DISTINCT ?word) AS ?words) WHERE {{
      {{ ?s ?p ?o }} UNION {{ GRAPH <{base}graph/source> {{ ?s ?p ?o }} }} BIND(STRBEFORE(?o, " ") AS ?word) }}"""
    seen, stop = set(), threading.Event()

    def named() -> Release | None:
        """The release that the store says it holds; None while it changes."""
        for each in (old, new):
            layout = Layout(each)
            if server.ask(layout.ask_marker, default="urn:none", named=layout.marker)["boolean"]:
                return each
        return None

    def read() -> None:
        """Virtuoso moves one graph after the other, so its readers look for the marker, as the remote engine does."""
        while not stop.is_set():
            before = named() if name == "virtuoso" else old
            row = server.ask(both, default=f"{base}graph/consolidated", named=f"{base}graph/source")["results"]["bindings"][0]
            if name != "virtuoso" or (before is not None and named() is before):
                seen.add((int(row["n"]["value"]), int(row["words"]["value"])))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        assert wait_for(lambda: seen, 60)
        server.push(new)
        server.push(old)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert seen <= {(4500, 1), (3000, 1)} and (4500, 1) in seen


@EACH
def test_a_graph_that_did_not_change_is_not_loaded_again(name: str, servers: Callable[[str], Server], base: str, tmp_path: Path) -> None:
    server = servers(name)
    same = statements(base, {"same": 6, "vocabulary": 2, "shapes": 2}, "any")
    old = make_release(tmp_path / "releases", base, statements(base, {"": 9}, "old") + same)
    new = make_release(tmp_path / "releases", base, statements(base, {"": 8}, "new") + same)
    assert server.push(old).loaded == list(Layout(old).graphs)
    assert server.push(new).loaded == [f"{base}graph/consolidated"]
    assert whole(server, new)


@EACH
def test_what_is_not_ours_stays(name: str, servers: Callable[[str], Server], base: str, tmp_path: Path) -> None:
    server = servers(name)
    with RemoteStore(server.target) as store:
        store.check_writable(FOREIGN)
        store.update(f"INSERT DATA {{ GRAPH <{FOREIGN}> {{ <urn:a> <urn:b> <urn:c> }} }}")
    server.push(small_release(tmp_path, base, {"": 10}, "old"))
    server.push(small_release(tmp_path, base, {"": 11}, "new"))
    assert server.count(FOREIGN) == 1


@EACH
def test_killed(name: str, servers: Callable[[str], Server], base: str, tmp_path: Path) -> None:
    """The old release goes on, and the next push clears up."""
    server = servers(name)
    old = small_release(tmp_path, base, {"": 50, "a": 5}, "old")
    new = small_release(tmp_path, base, {"": 40, "a": 6, "b": 15}, "new")
    server.push(old)
    loads = count(1)
    with relay(server.address, lambda method, body: method == "PUT" and len(body) > 100 and next(loads) == 2) as between:
        through = replace(server, target=replace(server.target, query=between.address))
        process = subprocess.Popen(**command(new, through), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        assert between.held.wait(60)
        process.kill()
        assert process.wait(60) == -signal.SIGKILL
        between.release.set()
        assert between.done.wait(60)
    assert len(server.graphs(Layout(old).staging)) >= 2
    assert {graph: server.count(graph) for graph in Layout(old).graphs} == Layout(old).graphs
    assert server.push(new).new
    assert whole(server, new)


Signalled = Callable[[str, Callable[[str, bytes], bool], float], tuple[Server, Release, Release, int, str]]


@pytest.fixture
def signalled(servers: Callable[[str], Server], base: str, tmp_path: Path) -> Signalled:
    """A push of a second release that gets a signal while a request of it is under way: which one, `holds` says of its method and
    body. It is carried out `later` seconds after the signal. Gives the engine, both releases, the exit code, and what was said."""

    def signal_to(name: str, holds: Callable[[str, bytes], bool], later: float) -> tuple[Server, Release, Release, int, str]:
        server = servers(name)
        old = small_release(tmp_path, base, {"": 50, "a": 5}, "old")
        new = small_release(tmp_path, base, {"": 40, "a": 6, "b": 15}, "new")
        server.push(old)
        with relay(server.address, holds) as between:
            through = replace(server, target=replace(server.target, query=between.address))
            process = subprocess.Popen(**command(new, through), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
            assert between.held.wait(60)
            process.send_signal(signal.SIGTERM)
            time.sleep(later)
            between.release.set()
            said = process.communicate(timeout=120)[1]
            assert between.done.wait(60)
        return server, old, new, process.returncode, said

    return signal_to


@EACH
def test_ended_while_the_engine_takes_a_graph(name: str, signalled: Signalled) -> None:
    """Nothing is left behind, although the engine has the whole graph already and loads it after the signal."""
    server, old, _, code, said = signalled(name, lambda method, body: method == "PUT" and len(body) > 100, 0.5)
    assert code == Exit.INTERRUPTED and "Traceback" not in said
    assert whole(server, old)


@EACH
def test_ended_while_the_engine_switches(name: str, signalled: Signalled) -> None:
    """What has begun is finished, and reported as done."""
    server, _, new, code, said = signalled(name, lambda method, body: b"MOVE" in body, 0.5)
    assert code == Exit.DONE and "Traceback" not in said
    assert whole(server, new)


def test_wrong_password(servers: Callable[[str], Server], base: str, tmp_path: Path) -> None:
    server = servers("virtuoso")
    release = small_release(tmp_path, base, {"": 5}, "old")
    done = run(release, server, COMMITMENTS_ENGINE_PASSWORD="wrong")
    assert done.returncode == 4 and "COMMITMENTS_ENGINE_PASSWORD" in done.stderr and "Traceback" not in done.stderr
    assert "wrong" not in done.stderr.replace("missing or wrong", "")
    assert server.graphs(base) == set()
    done = run(release, server, COMMITMENTS_ENGINE_USER="", COMMITMENTS_ENGINE_PASSWORD="")
    assert done.returncode == 4 and server.graphs(base) == set()


def test_engine_down(base: str, tmp_path: Path) -> None:
    release = small_release(tmp_path, base, {"": 5}, "old")
    done = subprocess.run(
        [sys.executable, "-m", "commitments", "push", f"http://127.0.0.1:{free_port()}/query", "--release", str(release.path), "--lang", "es"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 4 and "sin conexión" in done.stderr and "Traceback" not in done.stderr


def test_addresses_of_unknown_software(servers: Callable[[str], Server], base: str, tmp_path: Path) -> None:
    """An address that is not the usual one of its software: where updates and graphs go has to be said."""
    server = servers("oxigraph")
    release = small_release(tmp_path, base, {"": 5}, "old")
    root = server.address.removesuffix("/query")
    with pytest.raises(PushProblem) as raised:
        Target(f"{root}/other").completed("Oxigraph/0.5.13")
    assert raised.value.code == "push-addresses"
    done = run(release, server, "--update", f"{root}/nowhere", "--graph-store", f"{root}/store")
    assert done.returncode == 4 and "/nowhere" in done.stderr
    done = run(release, server, "--update", f"{root}/update", "--graph-store", f"{root}/store")
    assert done.returncode == 0 and whole(server, release)


def test_a_file_that_lost_lines_is_not_switched_to(servers: Callable[[str], Server], base: str, tmp_path: Path) -> None:
    """The engine counts otherwise than the manifest: the old release stays, and nothing is left behind."""
    server = servers("oxigraph")
    old = small_release(tmp_path, base, {"": 10, "source": 4}, "old")
    server.push(old)
    new = small_release(tmp_path, base, {"": 12, "source": 9}, "new")
    file = new.file("graphs/source.nt")
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:-1]))
    done = run(new, server)
    assert done.returncode == 4 and "counts 8 triples of 9" in done.stderr
    assert whole(server, old)


def test_an_engine_that_dies_while_it_is_loaded(base: str, tmp_path: Path) -> None:
    """It comes back with the old release."""
    old = small_release(tmp_path, base, {"": 50}, "old")
    new = small_release(tmp_path, base, {"": 4000, "b": 1500}, "new")
    with running_oxigraph(tmp_path / "engine") as server:
        server.push(old)
        process = subprocess.Popen(**command(new, server), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        for line in process.stderr:
            if "[3/" in line:
                server.process.kill()
                break
        said = process.communicate(timeout=120)[1]
        assert process.returncode == 4 and "Traceback" not in said
    with running_oxigraph(tmp_path / "engine") as server:
        assert {graph: server.count(graph) for graph in Layout(old).graphs} == Layout(old).graphs
        assert isinstance(server.push(new), Outcome) and whole(server, new)
