"""One request while it is answered: its id, the class of its address, its timings, and its line in the log.

A line is one JSON object in ASCII, so nothing that a client sends can end it, start another or move a terminal's cursor.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable
from itertools import count
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from starlette.types import Scope

# Key of the ASGI scope under which the record of a request stands.
RECORD = "commitments.record"
# Status of a request whose client has gone before its answer; only the log sees it.
GONE = 499
# Longest path and query text in a line, in characters.
MOST_PATH = 512
MOST_QUERY = 2_000

_SAFE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_PROCESS = os.urandom(6).hex()
_NUMBERS = count(1)

# First part of a path below BASE -> class of address. What is not named here is "other": labels have to stay few.
ROUTES = {
    "": "landing", "sparql": "sparql", "id": "id", "doc": "doc", "concept": "concept", "def": "def", "code": "code", "shapes": "shapes",
    "graph": "graph", "catalog": "catalog", ".well-known": "catalog", "dumps": "files", "releases": "files", "problems": "problems",
    "static": "static", "health": "health", "metrics": "metrics", "openapi.json": "crawlers", "sitemap.xml": "crawlers",
    "robots.txt": "crawlers",
}  # fmt: skip
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"})


def route_of(path: str) -> str:
    """The class of an address, given its path below BASE: one of a small fixed set."""
    end = path.find("/", 1)
    first = path[1:] if end < 0 else path[1:end]
    return ROUTES.get(first) or ROUTES.get(first.partition(".")[0]) or "other"


def new_id() -> str:
    """An id that no other request has: random by process, counted within it."""
    return f"{_PROCESS}-{next(_NUMBERS):x}"


def id_of(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The client's `X-Request-Id` where it is short and plain, so that a proxy's id goes through; else a new one."""
    for name, value in headers:
        if name == b"x-request-id":
            return value.decode("ascii") if _SAFE_ID.fullmatch(value) else new_id()
    return new_id()


class RequestRecord:
    """What is known of one request. Routes add to it through `record_of`.

    route     class of address (`route_of`)
    release   id of the release that the answer came from, None without one
    outcome   of its query (`queries.OUTCOMES`), `cut` or `failed` for another answer that broke off, else None
    cache     `hit` or `miss` where a cache was asked
    query     text of its query, logged only when the operator wants that
    """

    # What most requests leave as it is stands in the class: a record is made for each of them.
    route = "other"
    release: str | None = None
    status = 0
    sent = 0
    outcome: str | None = None
    cache: str | None = None
    query: str | None = None
    _timings = ""

    def __init__(self, method: str, path: str, request_id: str, client: str | None = None) -> None:
        self.id = request_id
        self.method = method
        self.path = path
        self.client = client
        self.started = time.perf_counter()

    def took(self, what: str, seconds: float) -> None:
        """Add one duration to `Server-Timing`; `what` is a token of ours."""
        self._timings += f"{what};dur={seconds * 1000:.3f}, "

    def server_timing(self) -> str:
        """The value of `Server-Timing` (W3C): what was measured, in milliseconds, and last what all took up to now."""
        cache = f"cache;desc={self.cache}, " if self.cache else ""
        return f"{self._timings}{cache}total;dur={(time.perf_counter() - self.started) * 1000:.3f}"


def record_of(scope: Scope) -> RequestRecord:
    """The record of a request; one that leads nowhere where nobody observes."""
    return scope.get(RECORD) or RequestRecord("", "", "")


def own_lines(record: RequestRecord) -> bytes:
    """As header lines, what no other answer has."""
    return f"x-request-id: {record.id}\r\nserver-timing: {record.server_timing()}\r\n".encode()


class LogLine:
    """Makes the lines of the request log; what most lines share is made once.

    queries   whether lines hold the text of queries
    clients   whether lines hold the address that the connection comes from
    """

    def __init__(self, *, queries: bool = False, clients: bool = False) -> None:
        self._queries = queries
        self._clients = clients
        self._millisecond = 0
        self._prefix = ""

    def of(self, record: RequestRecord, seconds: float) -> str:
        more = f',"cache":"{record.cache}"' if record.cache else ""
        if self._clients and record.client:
            more += f',"client":{quoted(record.client)}'
        return f'{self._start()}Z","id":"{record.id}",{self.what(record)},"seconds":{seconds:.6f}{more}}}\n'

    def again(self, what: str, request_id: str, client: str | None) -> str:
        """The line of a request that was answered from kept bytes, `what` being that of the first one."""
        more = f',"client":{quoted(client)}' if self._clients and client else ""
        return f'{self._start()}Z","id":"{request_id}",{what},"seconds":0.0,"cache":"repeated"{more}}}\n'

    def what(self, record: RequestRecord) -> str:
        """Members that are the same for every request with this one's head."""
        release = f'"{record.release}"' if record.release else "null"
        outcome = f'"{record.outcome}"' if record.outcome else "null"
        query = f',"query":{quoted(record.query[:MOST_QUERY])}' if self._queries and record.query is not None else ""
        return (
            f'"method":{quoted(record.method)},"path":{quoted(record.path[:MOST_PATH])},"route":"{record.route}",'
            f'"status":{record.status},"bytes":{record.sent},"release":{release},"outcome":{outcome}{query}'
        )

    def _start(self) -> str:
        """A line up to the milliseconds of its time; made once per millisecond."""
        now = int(time.time() * 1000)
        if now != self._millisecond:
            self._millisecond = now
            seconds, milliseconds = divmod(now, 1000)
            self._prefix = time.strftime('{"time":"%Y-%m-%dT%H:%M:%S.', time.gmtime(seconds)) + f"{milliseconds:03d}"
        return self._prefix


def client_of(scope: Scope) -> str | None:
    """The address that a connection comes from; headers that claim another are not believed."""
    client: Any = scope.get("client")
    return client[0] if client else None
