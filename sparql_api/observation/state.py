"""Everything counted since the process started. One object per process, `app.state.observation`.

All of it runs on the event loop's thread, so plain numbers do; `sparql_api.observation.metrics` reads them when asked.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass

from starlette.types import Scope

from sparql_api.observation.counting import Histogram
from sparql_api.observation.lines import LineWriter
from sparql_api.observation.queries import OUTCOMES
from sparql_api.observation.requests import METHODS, RECORD, LogLine, RequestRecord, client_of, id_of, new_id
from sparql_api.repeated import Repeated

REPEATED = "repeated"  # the cache of whole answers to repeated heads; the other one is `documents`


@dataclass(frozen=True, slots=True)
class Label:
    """What is known beforehand of every further request with the same head."""

    key: tuple[str, str, int]
    sent: int
    what: str


class Observation:
    """Counters of one process. `line` and `writer` are None where no request is logged."""

    def __init__(self, line: LogLine | None = None, writer: LineWriter | None = None) -> None:
        self._line = line
        self.writer = writer
        self.stopping = False  # SIGTERM has come
        self.started = time.time()
        # requests
        self.requests: Counter[tuple[str, str, int]] = Counter()  # by route class, method and status
        self.request_seconds: dict[str, Histogram] = {}  # by route class, until the last byte was handed over
        self.bytes_sent: Counter[str] = Counter()  # of bodies, by route class
        self.cache: Counter[tuple[str, str]] = Counter()  # by cache and result, hit or miss
        # queries
        self.queries: Counter[str] = Counter(dict.fromkeys(OUTCOMES, 0))
        self.query_seconds: dict[str, Histogram] = {}  # by outcome, the wait included
        self.query_wait = Histogram()
        self.last_answer: tuple[str, float] = ("", 0.0)  # release and monotonic time of the last complete answer
        self.workers_ended: Counter[str] = Counter()  # by cause
        # releases
        self.release_switches = 0
        self.releases_refused = 0

    # --- requests

    def begin(self, scope: Scope) -> RequestRecord:
        """The record of a request, put into its scope. `end` has to follow."""
        record = RequestRecord(scope["method"], scope["path"], id_of(scope["headers"]), client_of(scope))
        scope[RECORD] = record
        return record

    def end(self, record: RequestRecord) -> None:
        """Count a request whose answer has been handed over, or broke off, and log it."""
        seconds = time.perf_counter() - record.started
        self._count(_key(record), record.sent)
        histogram = self.request_seconds.get(record.route)
        if histogram is None:
            histogram = self.request_seconds[record.route] = Histogram()
        histogram.observe(seconds)
        if record.cache:
            self.cache["documents", record.cache] += 1
        if self._line is not None and self.writer is not None:
            self.writer.write(self._line.of(record, seconds))

    def label(self, record: RequestRecord) -> Label:
        """What `repeated` needs to know of a request whose answer is kept."""
        return Label(_key(record), record.sent, "" if self._line is None else self._line.what(record))

    def repeated(self, answer: Repeated, client: tuple[str, int] | None) -> bytes:
        """Count and log one more request with a head that was answered before; gives the header lines of its own."""
        label = answer.label
        assert isinstance(label, Label)
        self._count(label.key, label.sent)
        self.cache[REPEATED, "hit"] += 1
        request_id = new_id()
        if self._line is not None and self.writer is not None:
            self.writer.write(self._line.again(label.what, request_id, client[0] if client else None))
        return b"x-request-id: %s\r\nserver-timing: cache;desc=repeated\r\n" % request_id.encode()

    def refused(self, status: int, client: tuple[str, int] | None) -> None:
        """Count and log what was no request: not HTTP, too long a head, or one that did not come in time."""
        record = RequestRecord("", "", new_id(), client[0] if client else None)
        record.status = status
        self.end(record)

    def _count(self, key: tuple[str, str, int], sent: int) -> None:
        self.requests[key] += 1
        self.bytes_sent[key[0]] += sent

    @property
    def lines_dropped(self) -> int:
        return self.writer.dropped if self.writer else 0

    # --- queries and workers

    def query_ended(self, outcome: str, seconds: float, *, waited: float = 0.0, release: str = "") -> None:
        """Count one query. `seconds` run from its arrival to its last byte; `waited` is the part before a worker took it.

        Called once per query by whoever asked the engine (`queries.observed`), so that every engine is counted alike.
        """
        self.queries[outcome] += 1
        histogram = self.query_seconds.get(outcome)
        if histogram is None:
            histogram = self.query_seconds[outcome] = Histogram()
        histogram.observe(seconds)
        self.query_wait.observe(waited)
        if outcome == "answered":
            self.last_answer = (release, time.monotonic())
        elif outcome == "not-ready":
            self.last_answer = ("", 0.0)  # what was true a moment ago no longer is

    def worker_ended(self, cause: str) -> None:
        """Count the end of a worker: `time`, `memory`, `cancelled`, `sort`, `never-began`, `signal`, or `finished` for an orderly one."""
        self.workers_ended[cause] += 1

    # --- releases

    def release_switched(self) -> None:
        self.release_switches += 1

    def release_refused(self) -> None:
        """A newer release is there and could not be taken up."""
        self.releases_refused += 1

    def close(self) -> None:
        """Write the last lines."""
        if self.writer is not None:
            self.writer.close()


def _key(record: RequestRecord) -> tuple[str, str, int]:
    return record.route, record.method if record.method in METHODS else "other", record.status
