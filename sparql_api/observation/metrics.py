"""The counters as Prometheus families. Nothing here runs until somebody asks for `/metrics`.

Names follow the conventions of prometheus.io/docs/practices/naming: base units, `_total` for counters, labels from small
fixed sets. What each means for an operator stands in docs/operations.md.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterable, Sequence
from typing import Any

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily, Metric
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST as CONTENT_TYPE_OPENMETRICS
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics

import commitments
from sparql_api.engine import EngineStatus, ObservableEngine
from sparql_api.negotiation import choose
from sparql_api.observation.counting import Histogram
from sparql_api.observation.memory import Memory, sample
from sparql_api.observation.state import Observation
from sparql_api.site import Site

# Memory is read at most this often, however many scrape: it takes the system some work.
MEMORY_SECONDS = 5.0
_OPENMETRICS, _TEXT = "application/openmetrics-text", "text/plain"


class Metrics:
    """The exposition of one service."""

    def __init__(self, observation: Observation, site: Site) -> None:
        self._observation = observation
        self._site = site
        self._process = ProcessCollector(registry=None)
        self._memory: dict[str, Memory] = {}
        self._memory_read = float("-inf")
        self._reading = asyncio.Lock()

    async def exposition(self, accept: Sequence[str]) -> tuple[bytes, str]:
        """Body and Content-Type: OpenMetrics for those who prefer it, else the text format 0.0.4."""
        statuses = self._statuses()
        await self._read_memory(statuses)
        families = list(self._families(statuses))  # on the loop's thread, where the counters are changed
        if choose(accept, (_TEXT, _OPENMETRICS), _TEXT) == _OPENMETRICS:
            return await asyncio.to_thread(generate_openmetrics, _Families(families)), CONTENT_TYPE_OPENMETRICS
        return await asyncio.to_thread(generate_latest, _Families(families)), CONTENT_TYPE_PLAIN_0_0_4

    def _statuses(self) -> list[EngineStatus]:
        """Of the engine that serves now, then of those that finish what began with them."""
        current = self._site.current
        engines = [*([current.engine] if current else []), *self._site.retiring]
        return [engine.status() for engine in engines if isinstance(engine, ObservableEngine)]

    async def _read_memory(self, statuses: list[EngineStatus]) -> None:
        async with self._reading:
            if time.monotonic() - self._memory_read < MEMORY_SECONDS:
                return
            pids: dict[str, list[int]] = {"front": [os.getpid()], "loader": [], "worker": []}
            for status in statuses:
                for role, members in status.pids.items():
                    pids.setdefault(role, []).extend(members)
            self._memory = await asyncio.to_thread(sample, pids)
            self._memory_read = time.monotonic()

    # --- families

    def _families(self, statuses: list[EngineStatus]) -> Iterable[Metric]:
        yield from self._service()
        yield from self._requests()
        yield from self._queries()
        yield from self._engine(statuses)
        yield from self._memory_of_processes()
        yield from self._process.collect()

    def _service(self) -> Iterable[Metric]:
        seen = self._observation
        current = self._site.current
        version = InfoMetricFamily("commitments_build", "Version of the program.")
        version.add_metric([], {"version": commitments.__version__})
        yield version
        yield _gauge("commitments_stopping", "1 after SIGTERM: requests are still answered, readiness is not.", int(seen.stopping))
        if current is not None:
            release = InfoMetricFamily("commitments_release", "The release that is served.")
            release.add_metric([], {"release": current.release.id, "base": current.release.base})
            yield release
        yield _counter("commitments_release_switches", "Changes to another release since the start.", seen.release_switches)
        yield _counter("commitments_releases_refused", "Newer releases that could not be taken up.", seen.releases_refused)
        yield _counter("commitments_log_lines_dropped", "Lines of the log that were lost: disk full, or nobody reads.", seen.lines_dropped)

    def _requests(self) -> Iterable[Metric]:
        seen = self._observation
        requests = CounterMetricFamily(
            "commitments_http_requests", "Requests answered, by class of address, method and status.", labels=["route", "method", "status"]
        )
        for (route, method, status), count in sorted(seen.requests.items()):
            requests.add_metric([route, method, str(status)], count)
        yield requests
        yield _histograms(
            "commitments_http_request_seconds", "Seconds until the last byte was handed over; answers to repeated heads are not in it.",
            "route", seen.request_seconds,
        )  # fmt: skip
        sent = CounterMetricFamily("commitments_http_sent_bytes", "Bytes of bodies sent.", labels=["route"])
        for route, count in sorted(seen.bytes_sent.items()):
            sent.add_metric([route], count)
        yield sent
        if self._site.current is not None:
            yield _gauge("commitments_http_open_requests", "Requests that the release served now is answering.", self._site.current.open_requests)
        cache = CounterMetricFamily("commitments_cache_lookups", "Lookups in the caches of finished answers.", labels=["cache", "result"])
        for (name, result), count in sorted(seen.cache.items()):
            cache.add_metric([name, result], count)
        yield cache

    def _queries(self) -> Iterable[Metric]:
        seen = self._observation
        queries = CounterMetricFamily("commitments_queries", "SPARQL queries ended, by outcome; those of our own pages too.", labels=["outcome"])
        for outcome, count in seen.queries.items():
            queries.add_metric([outcome], count)
        yield queries
        yield _histograms("commitments_query_seconds", "Seconds from a query's arrival to its last byte, by outcome.", "outcome", seen.query_seconds)
        wait = HistogramMetricFamily("commitments_query_wait_seconds", "Seconds that a query waited for a worker.")
        wait.add_metric([], seen.query_wait.cumulative(), seen.query_wait.sum)
        yield wait

    def _engine(self, statuses: list[EngineStatus]) -> Iterable[Metric]:
        ended = CounterMetricFamily("commitments_workers_ended", "Workers ended, by cause; all but `finished` were killed.", labels=["cause"])
        for cause in sorted({*_CAUSES, *self._observation.workers_ended}):
            ended.add_metric([cause], self._observation.workers_ended[cause])
        yield ended
        if not statuses:
            return
        workers = GaugeMetricFamily("commitments_workers", "Workers by what they do.", labels=["state"])
        workers.add_metric(["idle"], sum(status.workers_idle for status in statuses))
        workers.add_metric(["busy"], sum(status.workers_busy for status in statuses))
        yield workers
        yield _gauge("commitments_query_queue_length", "Queries that wait for a worker.", statuses[0].waiting)
        yield _gauge("commitments_release_triples", "Statements in all graphs of the release that is served.", statuses[0].triples)
        yield _gauge("commitments_engines", "Engines alive; more than one while a newer release takes over.", len(statuses))

    def _memory_of_processes(self) -> Iterable[Metric]:
        labels = ["role"]
        processes = GaugeMetricFamily("commitments_processes", "Processes of the service.", labels=labels)
        resident = GaugeMetricFamily("commitments_memory_resident_bytes", "Memory in RAM; shared pages count for each process.", labels=labels)
        proportional = GaugeMetricFamily("commitments_memory_proportional_bytes", "Memory in RAM; shared pages count once.", labels=labels)
        for role, memory in self._memory.items():
            processes.add_metric([role], memory.processes)
            resident.add_metric([role], memory.resident)
            if memory.proportional is not None:
                proportional.add_metric([role], memory.proportional)
        yield from (processes, resident, proportional)


_CAUSES = ("time", "memory", "cancelled", "sort", "never-began", "signal", "finished")


class _Families:
    """Families that have been made already, as prometheus_client wants them."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Any:
        return self._families


def _counter(name: str, text: str, value: float) -> Metric:
    family = CounterMetricFamily(name, text)
    family.add_metric([], value)
    return family


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _histograms(name: str, text: str, label: str, by_label: dict[str, Histogram]) -> Metric:
    family = HistogramMetricFamily(name, text, labels=[label])
    for value, histogram in sorted(by_label.items()):
        family.add_metric([value], histogram.cumulative(), histogram.sum)
    return family
