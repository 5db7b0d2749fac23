"""The service at scale, against the goals set for it: latency, throughput, pages, hostile queries, start, memory.

Over releases of generated commitments (`generated.py`) at each scale. Each round starts our service and the references
anew; within a round the two sides of a figure alternate, request by request or stretch by stretch.
"""

from __future__ import annotations

import csv
import hashlib
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from statistics import geometric_mean, median, quantiles
from typing import Any
from urllib.parse import quote

from benchmarks import generated, rivals
from benchmarks.beside import Outcome, Probes, outcome_of, probing, start_asking
from benchmarks.building import bulk_load, released
from benchmarks.figures import Figures, Goal
from benchmarks.load import Load, get, wrk, wrk_over
from benchmarks.peers import PEERS
from benchmarks.processes import Broken, Server, memory
from benchmarks.serving import NGINX, OXIGRAPH, in_turn, ours
from benchmarks.session import Session
from benchmarks.subjects import HTML, JSON, SUFFIX, TURTLE, Query, file_of
from commitments.release import IDENTIFIERS, Release
from sparql_api.settings import Settings

ROWS = ("start", "latency", "throughput", "pages", "killers")
OPTIONAL_ROWS = ("peers",)
N_TRIPLES = "application/n-triples"
OURS, THEIRS = "/sparql?query=", "/query?query="  # addresses up to the text, of us and of oxigraph
FAVOURITE = "/doc/commitment/MX-4-01"

LATENCY = Goal(1.25, at_most=True)
THROUGHPUT = Goal(0.5, at_most=False)
CACHED_PAGE = Goal(0.6, at_most=False)
UNCACHED_PAGE = Goal(0.3, at_most=False)
START = Goal(1.3, at_most=True)
START_FROM = 1_000_000  # statements; below, the start is that of the interpreter

QUERY_SECONDS = 3.0  # the time limit while hostile queries run
STOPPED = Goal(QUERY_SECONDS + 0.1, at_most=True, of="ours")
WITHIN_BUDGET = Goal(Settings.model_fields["query_memory"].default, at_most=True, of="ours")  # MiB, the default of the product
BESIDE = Goal(50.0, at_most=True, of="ours")

CONNECTIONS = 8
PAGE_CONNECTIONS = (1, 8, 64)
LOAD_SECONDS = 2  # whole ones, which is all that wrk takes
WARM_SECONDS = 1
PEER_SECONDS = 10  # pages of a peer may take a second each
DISTINCT = 100_000  # small queries, all different; more than the fastest answers in a stretch
MIRRORED = 300  # pages of nginx that stand for those asked for once
LATENCY_SECONDS = 0.4  # for which each side answers one query, again and again, per round
LATENCY_REPEATS = (3, 40)
PROBE_MILLISECONDS = 20
SAMPLE_SECONDS = 0.1
PATIENCE_SECONDS = 30.0  # beyond the time limit; a query that still runs is a failure of the run


def _read_queries(folder: str) -> list[Query]:
    files = sorted(Path(__file__).with_name(folder).glob("*.rq"))
    return [Query(file.stem, file.read_text(encoding="utf-8")) for file in files]


def realistic() -> list[Query]:
    """What people ask: from one commitment to a table of all."""
    return _read_queries("queries")


def hostile() -> list[Query]:
    """What must be stopped."""
    return _read_queries("killers")


def media_type_of(query: Query) -> str:
    """JSON for rows, N-Triples for graphs: what every engine writes the same way."""
    words = (line.split(" ", 1)[0] for line in query.text.splitlines())
    form = next(word for word in words if word in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"))
    return JSON if form in ("SELECT", "ASK") else N_TRIPLES


@dataclass
class Bench:
    """What all rounds at one scale share."""

    scale: str
    data: Path
    release: Release
    home: Path
    figures: Figures
    rows: tuple[str, ...]
    pages: list[str] = field(default_factory=list)  # documents of all kinds, in a fixed random order
    outcomes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    @property
    def root(self) -> Path:
        return self.home / "root"

    def add(self, what: str, unit: str, sample: float, reference: float | None = None, *, beside: str = "", better: str = "lower", goal: Goal | None = None) -> None:
        self.figures.add(f"{self.scale}: {what}", unit, sample, reference, reference=beside, better=better, goal=goal)


def measure(scale: str, rounds: int, figures: Figures, rows: Sequence[str] = ROWS, data: Path | None = None) -> dict[str, object]:
    """Add the figures of `rounds` rounds at one scale; gives facts about what was asked.

    `data` is a data folder that `generated.write_release` has filled; without one the release is generated.
    Raises Broken when two engines answer differently, or one of them not at all.
    """
    data = data or generated.data_folder(scale)
    release = released(data)
    with tempfile.TemporaryDirectory(prefix="commitments-bench-") as folder:
        bench = Bench(scale, data, release, Path(folder), figures, tuple(rows))
        facts = _prepare(bench)
        for number in range(rounds):
            _round(bench, turn=bool(number % 2))
            print(f"service {scale} {number + 1}/{rounds}", file=sys.stderr, flush=True)
    return {**facts, "outcomes": {name: dict(found) for name, found in bench.outcomes.items()}}


def outcomes_text(scale: str, facts: Mapping[str, Any]) -> str:
    """How the hostile queries of a run ended, a line each: `S: k1-triple-cross: 503 ×5`."""
    lines = []
    for name, found in facts["outcomes"].items():
        lines.append(f"{scale}: {name}: " + ", ".join(f"{outcome} ×{times}" for outcome, times in found.items()))
    return "\n".join(lines)


def _prepare(bench: Bench) -> dict[str, object]:
    """Mirror pages, and see that both engines give the same answers; a first start also fills the caches of the file system."""
    bench.pages = documents(bench.release)
    facts: dict[str, object] = {"release": bench.release.id, "nquads_bytes": bench.release.everything.stat().st_size, "graphs": len(bench.release.manifest.graphs)}
    with ExitStack() as stack:
        server = stack.enter_context(ours(bench.data, bench.home / "serve.log"))
        if "pages" in bench.rows:
            for media_type in (HTML, TURTLE):
                for document in (FAVOURITE, *bench.pages[:MIRRORED]):
                    file = bench.root / file_of(document, media_type)
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(get(server, document, {"Accept": media_type}))
        if {"latency", "throughput"} & set(bench.rows):
            oxigraph = stack.enter_context(rivals.oxigraph(bench.release.everything, bench.home / "oxigraph"))
            facts["answers"] = check_same_digests(server, oxigraph)
    return facts


def documents(release: Release) -> list[str]:
    """The documents of everything whose key was minted, as paths, in an order that is random but always the same."""
    found = []
    for path in sorted(release.file(IDENTIFIERS).glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found += [f"/doc/{row['kind']}/{quote(row['key'])}" for row in csv.DictReader(file) if row["event"] == "mint"]
    found = [document for document in found if document != FAVOURITE]
    random.Random("pages").shuffle(found)
    return found


def check_same_digests(server: Server, oxigraph: Server) -> dict[str, dict[str, object]]:
    """Rows and SHA-256 of each realistic query. Raises Broken unless both engines give the same rows, and some."""
    found = {}
    for query in realistic():
        media_type = media_type_of(query)
        sides = [digest(get(side, endpoint + query.escaped, {"Accept": media_type}), media_type) for side, endpoint in ((server, OURS), (oxigraph, THEIRS))]
        if sides[0] != sides[1] or not sides[0][0]:
            raise Broken(f"{query.name}: {sides[0][0]} rows of ours differ from {sides[1][0]} of oxigraph")
        found[query.name] = {"rows": sides[0][0], "sha256": sides[0][1]}
    return found


def digest(body: bytes, media_type: str) -> tuple[int, str]:
    """Number of rows (or triples) and a SHA-256 that does not depend on their order."""
    if media_type == N_TRIPLES:
        rows = sorted(set(body.split(b"\n")) - {b""})
    else:
        rows = sorted(json.dumps(row, sort_keys=True).encode() for row in json.loads(body)["results"]["bindings"])
    return len(rows), hashlib.sha256(b"\n".join(rows)).hexdigest()


def _round(bench: Bench, *, turn: bool) -> None:
    """One round. The order of the two sides depends on `turn`."""
    loaded = bulk_load(bench.release.everything) if "start" in bench.rows and turn else None
    with ExitStack() as stack:
        server = stack.enter_context(ours(bench.data, bench.home / "serve.log"))
        if "start" in bench.rows:
            _start(bench, server, loaded.seconds if loaded else bulk_load(bench.release.everything).seconds)
        if {"latency", "throughput"} & set(bench.rows):
            oxigraph = stack.enter_context(rivals.oxigraph(bench.release.everything, bench.home / "oxigraph"))
            if "latency" in bench.rows:
                _latency(bench, server, oxigraph)
            if "throughput" in bench.rows:
                _throughput(bench, server, oxigraph, turn)
    if "pages" in bench.rows:
        with ours(bench.data, bench.home / "serve.log") as server, rivals.nginx(bench.root, bench.home / "nginx") as nginx:
            _uncached_pages(bench, server, nginx, turn)
            _cached_pages(bench, server, nginx, turn)
    if "peers" in bench.rows:
        _peers(bench, turn)
    if "killers" in bench.rows:
        with ours(bench.data, bench.home / "serve.log", {"COMMITMENTS_QUERY_SECONDS": f"{QUERY_SECONDS:g}"}) as server:
            _killers(bench, server)


# -- start and memory -----------------------------------------------------------------------------------------------


def _start(bench: Bench, server: Server, loading: float) -> None:
    """Seconds until ready against those of the load alone, and memory at rest, also per million statements."""
    millions = sum(bench.release.manifest.graphs.values()) / 1e6
    _, proportional = memory(server.family())
    bench.add("start of serve until ready", "s", server.seconds, loading, beside="bulk_load alone", goal=START if generated.SCALES[bench.scale] >= START_FROM else None)
    bench.add("start of serve, per million statements", "s", server.seconds / millions)
    bench.add("memory at rest, PSS", "MiB", proportional)
    bench.add("memory at rest, PSS, per million statements", "MiB", proportional / millions)


# -- queries ----------------------------------------------------------------------------------------------------------


def _latency(bench: Bench, server: Server, oxigraph: Server) -> None:
    """Each query asked of both sides in turn by one keep-alive client, once with texts that are all new, once with one text."""
    for fresh, name in ((True, "latency"), (False, "latency, same text again")):
        medians: list[tuple[float, float]] = []
        for query in realistic():
            pair = _alternate(query, (server, OURS), (oxigraph, THEIRS), fresh=fresh)
            medians.append(pair)
            if fresh:
                bench.add(f"{name} of {query.name}", "ms", *pair, beside=OXIGRAPH)
        ours_mean, reference_mean = (geometric_mean(side) for side in zip(*medians, strict=True))
        bench.add(f"{name}, geometric mean of {len(medians)}", "ms", ours_mean, reference_mean, beside=OXIGRAPH, goal=LATENCY if fresh else None)


def _alternate(query: Query, one: tuple[Server, str], other: tuple[Server, str], *, fresh: bool) -> tuple[float, float]:
    """Median milliseconds of both sides, each a server and what comes before the text; the first answer of each is not counted."""
    accept, least, most = media_type_of(query), *LATENCY_REPEATS
    times: tuple[list[float], list[float]] = ([], [])
    with Session(one[0].port) as first, Session(other[0].port) as second:
        sides = ((first, one[1] + query.escaped), (second, other[1] + query.escaped))
        begin, number = time.perf_counter(), random.randrange(10**9) * 1000
        while len(times[0]) <= least or (len(times[0]) <= most and time.perf_counter() - begin < 2 * LATENCY_SECONDS):
            number += 1
            for (session, path), samples in zip(sides, times, strict=True):
                reply = session.get(f"{path}%0A%23{number}" if fresh else path, accept)
                if reply.status != 200 or not reply.complete:
                    raise Broken(f"{query.name}: {reply.status}, complete: {reply.complete}")
                samples.append(reply.seconds * 1000)
    return median(times[0][1:]), median(times[1][1:])


def _throughput(bench: Bench, server: Server, oxigraph: Server, turn: bool) -> None:
    """Small queries that are all different, then one of them again and again."""
    texts = list(distinct_queries(bench, DISTINCT))
    for name, chosen, goal in (("distinct small queries", texts, THROUGHPUT), ("one small query again", texts[:1], None)):
        pair = in_turn(partial(_load, bench, server, OURS, chosen), partial(_load, bench, oxigraph, THEIRS, chosen), turn)
        if goal is not None and pair[0].requests > _measured(chosen):
            raise Broken(f"{name}: some of {_measured(chosen)} were asked twice; raise DISTINCT")
        _add_loads(bench, f"{name}, c={CONNECTIONS}", pair, OXIGRAPH, goal)


def _measured(texts: Sequence[str]) -> int:
    """How many of the texts are asked while measuring, the first quarter having warmed up."""
    return len(texts) - len(texts) // 4


def _load(bench: Bench, target: Server, endpoint: str, texts: Sequence[str]) -> Load:
    """Escaped query texts one after the other; the quarter that warms up is not asked for again."""
    paths = [endpoint + text for text in texts]
    first = len(paths) - _measured(paths)
    wrk_over(target, paths[:first] or paths, {"Accept": N_TRIPLES}, connections=CONNECTIONS, seconds=WARM_SECONDS, home=bench.home)
    return wrk_over(target, paths[first:], {"Accept": N_TRIPLES}, connections=CONNECTIONS, seconds=LOAD_SECONDS, home=bench.home)


def distinct_queries(bench: Bench, number: int) -> Iterable[str]:
    """Percent-encoded DESCRIBE queries of things of all kinds, each text different: by its IRI, after the last IRI by a comment."""
    base = bench.release.base
    things = [f"{base}id/{document.removeprefix('/doc/')}" for document in bench.pages]
    for count, thing in enumerate(islice(cycle(things), number)):
        text = f"DESCRIBE <{thing}>" + (f"\n#{count}" if count >= len(things) else "")
        yield quote(text, safe="")


def _add_loads(bench: Bench, what: str, pair: tuple[Load, Load], reference: str, goal: Goal | None) -> None:
    load, bound = pair
    bench.add(f"{what}, requests/s", "1/s", load.per_second, bound.per_second, beside=reference, better="higher", goal=goal)
    bench.add(f"{what}, processor per request", "ms", load.processor, bound.processor, beside=reference)
    bench.add(f"{what}, requests not answered 200", "1", load.failed)
    bench.add(f"{what}, requests that {reference} did not answer 200", "1", bound.failed)
    if bound.failed and reference in (OXIGRAPH, NGINX):
        raise Broken(f"{reference} failed on {bound.failed} requests: {what}")


# -- peers ------------------------------------------------------------------------------------------------------------


def _peers(bench: Bench, turn: bool) -> None:
    """Latency, throughput and one page beside each peer that is installed, one peer at a time."""
    texts = list(distinct_queries(bench, DISTINCT))
    for peer in PEERS:
        if not peer.installed:
            print(f"{peer.name} is not installed ({peer.origin}) and left out", file=sys.stderr)
            continue
        endpoint = peer.endpoint(bench.release)
        with ours(bench.data, bench.home / "serve.log") as server, peer.start(bench.release, bench.home / f"{peer.name}-{turn}") as other:
            alike = [query for query in realistic() if _rows_of(server, OURS, query) == _rows_of(other, endpoint, query)]
            bench.outcomes[f"{peer.name}, queries with as many rows"][str(len(alike))] += 1
            pairs = [_alternate(query, (server, OURS), (other, endpoint), fresh=True) for query in alike]
            mean, other_mean = (geometric_mean(side) for side in zip(*pairs, strict=True))
            bench.add(f"latency beside {peer.name}, geometric mean", "ms", mean, other_mean, beside=peer.name)
            pair = in_turn(partial(_load, bench, server, OURS, texts), partial(_load, bench, other, endpoint, texts), turn)
            _add_loads(bench, f"distinct small queries beside {peer.name}, c={CONNECTIONS}", pair, peer.name, None)
            if peer.page is not None:
                page = partial(wrk, headers={"Accept": HTML}, connections=CONNECTIONS, seconds=PEER_SECONDS, home=bench.home)
                pair = in_turn(partial(page, server, FAVOURITE), partial(page, other, peer.page), turn)
                _add_loads(bench, f"page html beside {peer.name}, c={CONNECTIONS}", pair, peer.name, None)


def _rows_of(server: Server, endpoint: str, query: Query) -> int:
    """How many rows or triples a query has there; peers write terms in ways of their own, so that only the number is compared."""
    media_type = media_type_of(query)
    return digest(get(server, endpoint + query.escaped, {"Accept": media_type}), media_type)[0]


# -- pages ------------------------------------------------------------------------------------------------------------


def _cached_pages(bench: Bench, server: Server, nginx: Server, turn: bool) -> None:
    for connections in PAGE_CONNECTIONS:
        for media_type in (HTML, TURTLE):

            def load(target: Server, path: str, connections: int = connections, media_type: str = media_type) -> Load:
                wrk(target, path, {"Accept": media_type}, connections=connections, seconds=WARM_SECONDS, home=bench.home)
                return wrk(target, path, {"Accept": media_type}, connections=connections, seconds=LOAD_SECONDS, home=bench.home)

            file = f"/{file_of(FAVOURITE, media_type)}"
            pair = in_turn(lambda load=load: load(server, FAVOURITE), lambda load=load, file=file: load(nginx, file), turn)
            _add_loads(bench, f"page {SUFFIX[media_type]}, cached, c={connections}", pair, NGINX, CACHED_PAGE)


def _uncached_pages(bench: Bench, server: Server, nginx: Server, turn: bool) -> None:
    """Pages that this server has never made, each asked for once; nginx sends a sample of them."""
    half = len(bench.pages) // 2
    for media_type, pages in ((HTML, bench.pages[:half]), (TURTLE, bench.pages[half:])):
        files = [f"/{file_of(document, media_type)}" for document in bench.pages[:MIRRORED]]
        headers = {"Accept": media_type}

        def load(target: Server, paths: Sequence[str], headers: dict[str, str] = headers) -> Load:
            return wrk_over(target, paths, headers, connections=CONNECTIONS, seconds=LOAD_SECONDS, home=bench.home)

        pair = in_turn(lambda load=load, pages=pages: load(server, pages), lambda load=load, files=files: load(nginx, files), turn)
        name = f"page {SUFFIX[media_type]}, uncached, c={CONNECTIONS}"
        if pair[0].requests > len(pages):
            print(f"{bench.scale}: {name}: {len(pages)} pages are too few for this speed; see a larger scale", file=sys.stderr)
            continue
        _add_loads(bench, name, pair, NGINX, UNCACHED_PAGE)


# -- hostile queries --------------------------------------------------------------------------------------------------


def _killers(bench: Bench, server: Server) -> None:
    """One hostile query at a time, with a small query in a steady beat beside it; then all of them at once."""
    probe = OURS + quote(f"ASK {{ <{bench.release.base}id/commitment/MX-4-01> ?p ?o }}", safe="")
    _, rest = memory(server.family())
    with probing(server, probe, PROBE_MILLISECONDS) as alone:
        time.sleep(1.0)
    _add_probes(bench, "small query, nothing beside it", alone, None)
    for killer in hostile():
        outcomes, probes, highest = _attack(server, [killer], probe)
        bench.outcomes[killer.name][outcomes[0].what] += 1
        bench.add(f"{killer.name}, ended after", "s", outcomes[0].seconds, goal=STOPPED)
        bench.add(f"{killer.name}, memory beyond the store, PSS", "MiB", highest - rest, goal=WITHIN_BUDGET)
        _add_probes(bench, f"{killer.name}, small query beside", probes, BESIDE)
    outcomes, probes, _ = _attack(server, hostile(), probe)
    bench.outcomes["all at once"].update(outcome.what for outcome in outcomes)
    _add_probes(bench, "all killers at once, small query beside", probes, None)


def _attack(server: Server, queries: Sequence[Query], probe: str) -> tuple[list[Outcome], Probes, float]:
    """How the queries ended when begun at once, the probes beside them, and the greatest PSS of the service in MiB."""
    with _PeakMemory(server) as peak, probing(server, probe, PROBE_MILLISECONDS) as probes:
        asking = [start_asking(server, OURS + query.escaped) for query in queries]
        outcomes = [outcome_of(process, QUERY_SECONDS + PATIENCE_SECONDS) for process in asking]
    return outcomes, probes, peak.highest


def _add_probes(bench: Bench, what: str, probes: Probes, goal: Goal | None) -> None:
    if len(probes.latencies) < 2:
        raise Broken(f"{what}: only {len(probes.latencies)} probes were answered")
    bench.add(f"{what}, p50", "ms", median(probes.latencies))
    bench.add(f"{what}, p95", "ms", quantiles(probes.latencies, n=20, method="inclusive")[-1], goal=goal)
    bench.add(f"{what}, not answered 200", "1", probes.failed)


class _PeakMemory:
    """The greatest PSS of a server and all its processes in MiB while the block runs, sampled; a peak in between is missed."""

    def __init__(self, server: Server) -> None:
        self.highest = 0.0
        self._server = server
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample)

    def __enter__(self) -> _PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._over.wait(SAMPLE_SECONDS):
            _, proportional = memory(self._server.family())
            self.highest = max(self.highest, proportional)
