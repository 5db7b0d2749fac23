"""`commitments serve`: start-up, memory, pages against nginx, queries against `oxigraph serve`.

Each round starts all servers anew and takes them down again. Within a round our side and the reference go one right after
the other, and who goes first changes from round to round.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType

import psutil

from benchmarks import rivals
from benchmarks.building import copy_data, released
from benchmarks.figures import Figures
from benchmarks.load import Load, once_each, wrk
from benchmarks.processes import HOST, Broken, Server, commitments, environment, free_port, memory, started
from benchmarks.subjects import HTML, JSON, SUFFIX, TURTLE, Pages, Query, check_same_answers, check_same_pages, choose_pages, file_of, mirror, queries
from commitments.release import Release

CONNECTIONS = (1, 8)
LOAD_SECONDS = 2  # whole ones, which is all that wrk takes
WARM_SECONDS = 1
SAMPLE_SECONDS = 0.03
NGINX, OXIGRAPH = "nginx static", "oxigraph serve"


@contextmanager
def ours(data: Path, log: Path, settings: Mapping[str, str] = MappingProxyType({})) -> Iterator[Server]:
    """Our service over the current release of a data folder until /health/ready is 200; default settings but for those given."""
    port = free_port()
    command = commitments("serve", "--host", HOST, "--port", str(port), "--data", str(data))
    with started(command, port, "/health/ready", log, {**environment(data), **settings}) as server:
        yield server


@dataclass(frozen=True)
class Bench:
    """What all rounds share. `root` is the folder of mirrored pages; `home` takes configurations and logs."""

    release: Release
    data: Path
    home: Path
    root: Path
    pages: Pages
    figures: Figures


def measure(data: Path, rounds: int, figures: Figures, favourite: str) -> dict[str, object]:
    """Add the figures of `rounds` rounds over a freshly built copy of `data`; gives facts about what was asked.

    Raises Broken when two servers answer differently, or one of them not at all.
    """
    with tempfile.TemporaryDirectory(prefix="commitments-bench-") as folder:
        home = Path(folder)
        copy = copy_data(data, home / "data")
        subprocess.run(commitments("build", "--quiet"), env=environment(copy), cwd=copy, check=True)
        release = released(copy)
        pages = choose_pages(release, favourite, CONNECTIONS)
        bench = Bench(release, copy, home, home / "root", pages, figures)
        facts = _prepare(bench)
        for number in range(rounds):
            _round(bench, number)
            print(f"serve {number + 1}/{rounds}", file=sys.stderr, flush=True)
        return facts


def _prepare(bench: Bench) -> dict[str, object]:
    """Mirror the pages and see that all answer alike; a first start also fills the caches of the file system."""
    with ExitStack() as stack:
        server = stack.enter_context(ours(bench.data, bench.home / "serve.log"))
        mirror(server, bench.pages, bench.root)
        nginx = stack.enter_context(rivals.nginx(bench.root, bench.home / "nginx"))
        oxigraph = stack.enter_context(rivals.oxigraph(bench.release.everything, bench.home / "oxigraph"))
        check_same_pages(server, nginx, bench.pages)
        rows = check_same_answers(server, oxigraph)
    sizes = {SUFFIX[media]: (bench.root / file_of(bench.pages.favourite, media)).stat().st_size for media in (HTML, TURTLE)}
    fresh = {f"{SUFFIX[media]}, {number} connections": len(found) for (media, number), found in bench.pages.fresh.items()}
    return {"page": bench.pages.favourite, "page_bytes": sizes, "pages_asked_once": fresh, "rows": rows}


def _round(bench: Bench, number: int) -> None:
    """One round. The order of the two sides depends on its number."""
    with ExitStack() as stack:
        server = stack.enter_context(ours(bench.data, bench.home / "serve.log"))
        oxigraph = stack.enter_context(rivals.oxigraph(bench.release.everything, bench.home / "oxigraph"))
        nginx = stack.enter_context(rivals.nginx(bench.root, bench.home / "nginx"))
        _start(bench.figures, server, oxigraph)
        turn = bool(number % 2)
        _fresh_pages(bench, server, nginx, turn)
        for connections in CONNECTIONS:
            for media_type in (HTML, TURTLE):
                _cached_page(bench, server, nginx, media_type, connections, turn)
            for query in queries():
                _query(bench, server, oxigraph, query, connections, turn)
        _memory_under_load(bench, server, oxigraph)


def _start(figures: Figures, server: Server, oxigraph: Server) -> None:
    """Start-up and memory at rest: of the whole service, of its front, and of the engine (the loader and its idle workers)."""
    family = server.family()
    if len(family) < 2:
        raise Broken(f"expected a front and an engine, found {[process.cmdline() for process in family]}")
    reference_resident, reference_proportional = memory(oxigraph.family())
    figures.add("start-up until ready", "s", server.seconds, oxigraph.seconds, reference=f"{OXIGRAPH}, POST of the N-Quads included")
    resident, proportional = memory(family)
    figures.add("memory at rest, RSS summed", "MiB", resident, reference_resident, reference=OXIGRAPH)
    figures.add("memory at rest, PSS", "MiB", proportional, reference_proportional, reference=OXIGRAPH)
    for name, processes in (("front", family[:1]), ("engine", family[1:])):
        resident, proportional = memory(processes)
        figures.add(f"memory at rest, RSS of the {name}", "MiB", resident)
        figures.add(f"memory at rest, PSS of the {name}", "MiB", proportional)


def in_turn(first: Callable[[], Load], second: Callable[[], Load], turn: bool) -> tuple[Load, Load]:
    """Both loads, one right after the other; with `turn` the second goes first."""
    if turn:
        later = second()
        return first(), later
    return first(), second()


def _add(figures: Figures, what: str, connections: int, pair: tuple[Load, Load], reference: str, *, brief: bool = False) -> None:
    """Add the figures of a pair; with `brief` the reference worked too shortly for the ticks of its processor time."""
    load, bound = pair
    where = f"{what}, c={connections}"
    figures.add(f"{where}, p50", "ms", load.p50, bound.p50, reference=reference)
    figures.add(f"{where}, requests/s", "1/s", load.per_second, bound.per_second, reference=reference, better="higher")
    figures.add(f"{where}, processor per request", "ms", load.processor, None if brief else bound.processor, reference="" if brief else reference)
    figures.add(f"{where}, requests not answered 200", "1", load.failed)
    if bound.failed:
        raise Broken(f"{reference} failed on {bound.failed} requests: {where}")


def _fresh_pages(bench: Bench, server: Server, nginx: Server, turn: bool) -> None:
    """Pages that this server has never made, each asked for once."""
    for (media_type, connections), documents in bench.pages.fresh.items():
        files = [f"/{file_of(document, media_type)}" for document in documents]
        ask_us = partial(once_each, server, documents, {"Accept": media_type}, connections=connections)
        ask_nginx = partial(once_each, nginx, files, {"Accept": media_type}, connections=connections)
        pair = in_turn(ask_us, ask_nginx, turn)
        _add(bench.figures, f"page {SUFFIX[media_type]}, first hit", connections, pair, NGINX, brief=True)


def _cached_page(bench: Bench, server: Server, nginx: Server, media_type: str, connections: int, turn: bool) -> None:
    def load(target: Server, path: str) -> Load:
        wrk(target, path, {"Accept": media_type}, connections=connections, seconds=WARM_SECONDS, home=bench.home)
        return wrk(target, path, {"Accept": media_type}, connections=connections, seconds=LOAD_SECONDS, home=bench.home)

    file = f"/{file_of(bench.pages.favourite, media_type)}"
    pair = in_turn(lambda: load(server, bench.pages.favourite), lambda: load(nginx, file), turn)
    _add(bench.figures, f"page {SUFFIX[media_type]}, cached", connections, pair, NGINX)


def _query(bench: Bench, server: Server, oxigraph: Server, query: Query, connections: int, turn: bool) -> None:
    def load(target: Server, path: str) -> Load:
        address = f"{path}?{query.parameters}"
        wrk(target, address, {"Accept": JSON}, connections=connections, seconds=WARM_SECONDS, home=bench.home, counted=True)
        return wrk(target, address, {"Accept": JSON}, connections=connections, seconds=LOAD_SECONDS, home=bench.home, counted=True)

    pair = in_turn(lambda: load(server, "/sparql"), lambda: load(oxigraph, "/query"), turn)
    _add(bench.figures, query.name, connections, pair, OXIGRAPH)


def _memory_under_load(bench: Bench, server: Server, oxigraph: Server) -> None:
    """The greatest memory seen while 8 clients ask the small SELECT without a pause."""
    ours_resident, ours_proportional, children = _greatest_memory(bench, server, "/sparql")
    resident, proportional, _ = _greatest_memory(bench, oxigraph, "/query")
    bench.figures.add("memory, 8 queries at once, RSS summed", "MiB", ours_resident, resident, reference=OXIGRAPH)
    bench.figures.add("memory, 8 queries at once, PSS", "MiB", ours_proportional, proportional, reference=OXIGRAPH)
    bench.figures.add("most query processes seen at once", "1", children)


def _greatest_memory(bench: Bench, server: Server, path: str) -> tuple[float, float, int]:
    """Greatest summed RSS and PSS in MiB, and most processes besides the first two, sampled while the load runs."""
    address = f"{path}?{queries()[-1].parameters}"
    over = threading.Event()
    faults: list[Exception] = []

    def load() -> None:
        try:
            wrk(server, address, {"Accept": JSON}, connections=8, seconds=LOAD_SECONDS, home=bench.home, counted=True)
        except Exception as error:
            faults.append(error)
        finally:
            over.set()

    thread = threading.Thread(target=load)
    thread.start()
    resident = proportional = 0.0
    children = 0
    while not over.wait(SAMPLE_SECONDS):
        try:
            family = server.family()
        except psutil.NoSuchProcess:
            continue
        one, other = memory(family)
        resident, proportional, children = max(resident, one), max(proportional, other), max(children, len(family) - 2)
    thread.join()
    if faults:
        raise faults[0]
    return resident, proportional, max(children, 0)
