"""Small queries past ASGI: `GET /sparql?query=…` from a client whose like has been answered before.

What an answer's header lines are is decided in one place, the route. This lane only repeats them: it learns the lines of a
complete answer by the bytes of the request's header block, and gives them to a later query with the same block whose
result is as small, with its own body, length and ETag. Whatever is not so simple (another parameter, a condition, a larger
result, an error, no free place) goes the ordinary way; a query that was begun here is taken over there, not asked twice.
"""

from __future__ import annotations

import time
from urllib.parse import unquote_to_bytes

from sparql_api.caching import WORTH_COMPRESSING, etag_of
from sparql_api.engine import EngineProblem
from sparql_api.engine.embedded import EmbeddedEngine
from sparql_api.engine.started import Request, Started
from sparql_api.http_protocol import HEAD, STARTED, STATUS_LINE, Protocol
from sparql_api.lessons import Block, query_of, split
from sparql_api.observation.requests import GONE, RequestRecord, new_id, own_lines
from sparql_api.observation.state import Observation
from sparql_api.repeated import Repeated
from sparql_api.settings import Settings
from sparql_api.site import Edition, Site
from sparql_api.sparql.guard import GuardedQuery, QueryRefused, QuerySyntaxError
from sparql_api.sparql.verdicts import Guard, guard_for

LONGEST_QUERY = 5_000  # characters; longer ones are read in a thread


class FastQueries:
    """The lane of one service. What it answers is counted and logged by `observation`, like everything else."""

    def __init__(self, site: Site, settings: Settings, observation: Observation) -> None:
        self._site = site
        self._limits = settings.limits
        self._caps = settings.caps
        self.observation = observation
        self._prefix = b""
        self._edition: Edition | None = None
        self._guard: Guard

    def take(self, connection: Protocol, head: bytes) -> bool:
        """Whether the request with this head will be answered here, or has been handed back with what was begun."""
        edition = self._site.current
        if edition is None or self.observation.stopping:
            return False
        if edition is not self._edition:
            self._edition = edition
            self._guard = guard_for(edition.links.absolute("sparql"), self._caps)
            self._prefix = b"GET %s?query=" % edition.links.path("sparql").encode()
        if not head.startswith(self._prefix):
            return False
        line, block = split(head)
        known = edition.lessons.get(block)
        escaped = query_of(line)
        if known is None or escaped is None or not isinstance(edition.engine, EmbeddedEngine):
            return False
        query = self._read(escaped)
        if query is None:
            return False
        graph = query.form in ("CONSTRUCT", "DESCRIBE")
        media_type = known.media_type.get(graph)
        if media_type is None or query.volatile or query.functions or query.default_graphs is not None:
            return False
        try:
            started = edition.engine.begin_now(Request(query, None, media_type, self._limits))
        except EngineProblem:
            return False
        if started is None:
            return False
        _Exchange(self, edition, connection, head, known, graph, started)
        return True

    def _read(self, escaped: bytes) -> GuardedQuery | None:
        """The guarded query, or None for one that the ordinary way has to look at."""
        try:
            text = unquote_to_bytes(escaped.replace(b"+", b" ")).decode()
            return self._guard(text) if len(text) < LONGEST_QUERY and text.strip() else None
        except (QuerySyntaxError, QueryRefused, UnicodeDecodeError):
            return None


class _Exchange:
    """One query of the lane, from its start to its answer."""

    def __init__(self, lane: FastQueries, edition: Edition, connection: Protocol, head: bytes, known: Block, graph: bool, started: Started) -> None:
        self._lane = lane
        self._edition = edition
        self._connection = connection
        self._head = head
        self._known = known
        self._graph = graph
        self._started = started
        self._record = RequestRecord("GET", edition.links.prefix + "sparql", new_id(), connection.client[0] if connection.client else None)
        started.on_news = self._news
        connection.begin_exchange(self._left)

    def _news(self) -> None:
        started = self._started
        if not started.complete or len(started.held) != 1 or started.notices:
            self._hand_back()
            return
        body = started.take_all()
        lines = self._known.lines.get((self._graph, len(body) >= WORTH_COMPRESSING))
        if lines is None:
            started.give_back(body)
            self._hand_back()
            return
        started.on_news = None
        etag = etag_of(body).encode()
        rest = b"%setag: %s\r\ncontent-length: %d\r\n" % (lines, etag, len(body))
        own = self._end("answered", 200, len(body))
        kept = self._edition.repeated.wants(self._head)
        answer = Repeated(STATUS_LINE[200], rest, body, 200, self._lane.observation.label(self._record) if kept else None)
        if kept:
            self._edition.repeated.put(self._head, answer)
        self._connection.end_exchange(answer, own)

    def _left(self) -> None:
        """The client has gone."""
        self._started.on_news = None
        self._started.cancel()
        self._end("cancelled", GONE, 0)

    def _end(self, outcome: str, status: int, sent: int) -> bytes:
        """Count and log; gives the header lines that no other answer has."""
        record, observation = self._record, self._lane.observation
        seconds = time.perf_counter() - record.started
        release = self._edition.release.id
        record.route, record.release, record.query = "sparql", release, self._started.request.query.text
        record.outcome, record.status, record.sent = outcome, status, sent
        record.took("engine", seconds)
        observation.query_ended(outcome, seconds, release=release)
        observation.end(record)
        return own_lines(record)

    def _hand_back(self) -> None:
        """Let the ordinary way answer, with the query that was begun."""
        self._started.on_news = None
        if not self._connection.hand_back(self._head, {HEAD: self._head, STARTED: self._started}):
            self._started.cancel()
