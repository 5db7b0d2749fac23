"""Whole answers to requests that come again byte for byte, found before anything of them is parsed.

An answer that carries a strong validator depends on nothing but the release and the request, so the same bytes of a GET
deserve the same bytes of an answer. `http_protocol` looks here first. An answer is kept when its request comes for the
second time: requests that are all different leave nothing but their hashes, and those are bounded, too.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

MOST_BYTES = 32 * 2**20
MOST_HEAD = 4096  # bytes of a request head that is worth keeping
MOST_BODY = 256 * 1024
MOST_SEEN = 20_000  # hashes of requests that came once
_LASTING = frozenset({200, 301, 303, 304, 410})
# Made anew for each answer, or by the web server.
_OWN = frozenset({b"date", b"x-request-id", b"server-timing", b"connection"})


@dataclass(frozen=True, slots=True)
class Repeated:
    """One answer: `rest` is its header lines after the status line, without an empty line at the end.

    `label` is what the observer of requests wants to know of it again, whatever that is.
    """

    status_line: bytes
    rest: bytes
    body: bytes
    status: int
    label: object = None


class RepeatedRequests:
    """Answers by the bytes of the request's head; those asked for longest ago go first."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._bytes = 0
        self._held: OrderedDict[bytes, Repeated] = OrderedDict()
        self._seen: OrderedDict[int, None] = OrderedDict()
        # Looking up costs one dictionary access; the order is only kept up when something is added.
        self.get = self._held.get

    def __len__(self) -> int:
        return len(self._held)

    def wants(self, head: bytes) -> bool:
        """Whether this request came before, so that its answer is worth keeping."""
        if len(head) > MOST_HEAD or head in self._held or b"x-request-id:" in head.lower():
            return False  # the last is the client's own, and its answer has to repeat that id
        mark = hash(head)
        if mark in self._seen:
            return True
        self._seen[mark] = None
        if len(self._seen) > MOST_SEEN:
            self._seen.popitem(last=False)
        return False

    def put(self, head: bytes, answer: Repeated) -> None:
        """Keep an answer, unless it is too large."""
        if len(answer.body) > MOST_BODY:
            return
        self._held[head] = answer
        self._bytes += _weight(head, answer)
        while self._bytes > self._most:
            old_head, old = self._held.popitem(last=False)
            self._bytes -= _weight(old_head, old)


def _weight(head: bytes, answer: Repeated) -> int:
    return len(head) + len(answer.rest) + len(answer.body) + 400


def lasting(method: str, status: int, headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether an answer with these headers is the same for every request with the same head: one to a GET that has a
    validator (or is a redirect, which follows from the release alone) and may be stored."""
    if method != "GET" or status not in _LASTING:
        return False
    by_name = {name.lower(): value for name, value in headers}
    cached = by_name.get(b"cache-control", b"")
    if b"no-store" in cached or b"no-cache" in cached or b"set-cookie" in by_name:
        return False
    return status in (301, 303) or b"etag" in by_name


def header_lines(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Header lines as they go over the wire, without those that each answer has of its own."""
    return b"".join(b"%s: %s\r\n" % (name, value) for name, value in headers if name.lower() not in _OWN)
