"""Complete bodies with strong validators: ETag over the bytes sent, 304, gzip and Brotli, HEAD (RFC 9110, 8.8 and 13).

A `Representation` holds one body and, made on first use, its compressed forms; each form has an ETag of its own,
because a strong ETag names the bytes of one content-coding. `respond` turns it into the answer to one request.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import partial
from threading import Lock
from typing import Any

import brotli
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from sparql_api.formats import content_type
from sparql_api.negotiation import choose_coding
from sparql_api.problems import Problem

# Below this size the headers of compression cost more than it saves.
WORTH_COMPRESSING = 512
_STRONG = re.compile(r'(?<!W/)"[^"]*"')
_ETAG = re.compile(r'(?:W/)?"[^"]*"')
# RFC 9110 section 15.4.5: what a 304 repeats from the 200.
_KEPT_BY_304 = frozenset({"cache-control", "content-location", "date", "etag", "expires", "vary", "link", "last-modified"})


def etag_of(body: bytes) -> str:
    """A strong ETag: the SHA-256 of the bytes sent, its first 128 bits in hex, in quotes."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


@dataclass
class Representation:
    """One complete body. `headers` are those of this representation (Vary, Link, Content-Location ...).

    media_type   without charset; text types are sent as UTF-8
    compress     False for bodies that are compressed already
    """

    body: bytes
    media_type: str
    headers: dict[str, str] = field(default_factory=dict)
    compress: bool = True
    _forms: dict[str, tuple[bytes, str]] = field(default_factory=dict, repr=False)

    @classmethod
    def from_gzip(cls, packed: bytes, body: bytes) -> Representation:
        """A body whose gzip form is at hand; media type and headers are left to the caller."""
        return cls(body, "", _forms={"gzip": (packed, etag_of(packed))})

    def form(self, coding: str) -> tuple[bytes, str]:
        """Bytes and ETag in a content-coding: `identity`, `gzip` or `br`."""
        if coding not in self._forms:
            body = _encode(self.body, coding)
            self._forms[coding] = (body, etag_of(body))
        return self._forms[coding]

    def weight(self) -> int:
        """Bytes held, for the cache's bound."""
        return len(self.body) + sum(len(body) for coding, (body, _) in self._forms.items() if coding != "identity") + 512


def _encode(body: bytes, coding: str) -> bytes:
    if coding == "gzip":
        return gzip.compress(body, compresslevel=6, mtime=0)  # no time: equal bodies give equal bytes and ETags
    if coding == "br":
        return brotli.compress(body, quality=5)
    return body


def respond(request: Request, representation: Representation, status: int = 200) -> Response:
    """The answer to a GET or HEAD: coding chosen, validators set, 304 when the client holds these very bytes."""
    compressible = representation.compress and len(representation.body) >= WORTH_COMPRESSING
    coding = choose_coding(request.headers.getlist("accept-encoding")) if compressible else "identity"
    body, etag = representation.form(coding)
    headers = {name.lower(): value for name, value in representation.headers.items()}
    headers["etag"] = etag
    if compressible:
        headers["vary"] = with_vary(headers.get("vary"), "Accept-Encoding")
    if status == 200 and has_changed(request.headers, etag, headers.get("last-modified")):
        raise changed()
    if status == 200 and is_unmodified(request.headers, etag, headers.get("last-modified")):
        kept = {name: value for name, value in headers.items() if name in _KEPT_BY_304}
        return Response(status_code=304, headers=kept)
    headers["content-type"] = content_type(representation.media_type)
    if coding != "identity":
        headers["content-encoding"] = coding
    headers["content-length"] = str(len(body))
    return Response(b"" if request.method == "HEAD" else body, status, headers)


def with_vary(present: str | None, *names: str) -> str:
    """A Vary value that also names `names`, each once."""
    parts = [part.strip() for part in (present or "").split(",") if part.strip()]
    known = {part.lower() for part in parts}
    return ", ".join(parts + [name for name in names if name.lower() not in known])


def is_unmodified(headers: Mapping[str, str], etag: str, last_modified: str | None) -> bool:
    """Whether If-None-Match or, without it, If-Modified-Since makes the answer a 304 (RFC 9110 section 13.2.2).

    `headers` are those of the request, by lower-case name. If-None-Match compares weakly, as section 13.1.2 asks.
    """
    candidates = _all_lines(headers, "if-none-match")
    if candidates is not None:
        return candidates.strip() == "*" or any(
            candidate.removeprefix("W/") == etag for candidate in _ETAG.findall(candidates)
        )
    return _modified_after(headers.get("if-modified-since"), last_modified) is False


def _modified_after(since: str | None, last_modified: str | None) -> bool | None:
    """Whether what was last modified then is newer than a date that the client names; None when one of both is not known.

    An unreadable date is ignored (RFC 9110 sections 13.1.3 and 13.1.4).
    """
    if since is None or last_modified is None:
        return None
    try:
        return parsedate_to_datetime(last_modified) > parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return None


def _all_lines(headers: Mapping[str, str], name: str) -> str | None:
    """A list header as one value: several lines of it are one list (RFC 9110 section 5.3). None when it is absent."""
    lines = headers.getlist(name) if isinstance(headers, Headers) else [headers[name]] if name in headers else []
    return ", ".join(lines) if lines else None


def has_changed(headers: Mapping[str, str], etag: str, last_modified: str | None) -> bool:
    """Whether If-Match names other bytes than these (RFC 9110 section 13.1.1, strong comparison) or, without it,
    If-Unmodified-Since an earlier time than that of the last change (section 13.1.4)."""
    wanted = _all_lines(headers, "if-match")
    if wanted is None:
        return _modified_after(headers.get("if-unmodified-since"), last_modified) is True
    return wanted.strip() != "*" and etag not in _STRONG.findall(wanted)


def changed() -> Problem:
    """412 for an If-Match or If-Unmodified-Since that no longer holds."""
    return Problem(
        412,
        "precondition-failed",
        {
            "es": "El recurso ya no es el que suponen If-Match o If-Unmodified-Since.",
            "en": "The resource is no longer the one that If-Match or If-Unmodified-Since assume.",
        },
    )


class RepresentationCache:
    """Least-recently-used store of representations, bounded by the bytes they hold. One per release."""

    def __init__(self, max_bytes: int = 64 * 1024 * 1024, max_share: float = 0.1) -> None:
        """`max_bytes` is the bound; a single body larger than `max_share` of it is not kept."""
        self.max_bytes = max_bytes
        self._largest = int(max_bytes * max_share)
        self._held: OrderedDict[Hashable, tuple[Representation, int]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()
        self._making: dict[Hashable, asyncio.Task[Representation]] = {}

    def get(self, key: Hashable) -> Representation | None:
        with self._lock:
            found = self._held.get(key)
            if found is None:
                return None
            self._held.move_to_end(key)
            return found[0]

    async def obtain(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, Representation]]) -> Representation:
        """The representation under `key`, made and kept when it is missing: once, however many ask for it meanwhile.

        Raises what `make` raises, for all of them. Making goes on when those who asked leave. On one event loop only.
        """
        found = self.get(key)
        if found is not None:
            return found
        task = self._making.get(key)
        if task is None:
            task = self._making[key] = asyncio.create_task(make())
            task.add_done_callback(partial(self._made, key))
        return await asyncio.shield(task)

    def _made(self, key: Hashable, task: asyncio.Task[Representation]) -> None:
        del self._making[key]
        if not task.cancelled() and task.exception() is None:
            self.put(key, task.result())

    def put(self, key: Hashable, representation: Representation) -> None:
        # Counted at three times the body: the two compressed forms are made later and are smaller than it.
        weight = 3 * representation.weight()
        if weight > self._largest:
            return
        with self._lock:
            if key in self._held:
                self._bytes -= self._held.pop(key)[1]
            self._held[key] = (representation, weight)
            self._bytes += weight
            while self._bytes > self.max_bytes:
                _, (_, dropped) = self._held.popitem(last=False)
                self._bytes -= dropped

    def __len__(self) -> int:
        return len(self._held)
