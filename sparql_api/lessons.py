"""What the header lines of small query answers are, learnt from answers of the ordinary way.

The lines of an answer follow from the header block of its request, from whether its body is rows or a graph, and from
whether that is large enough to be compressed. `Lessons` keeps them by these three, for `fast_queries`.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, field

from sparql_api.caching import WORTH_COMPRESSING
from sparql_api.formats import CONSTRUCT_FORMATS, RESULT_FORMATS
from sparql_api.repeated import header_lines, lasting

MOST_BLOCKS = 1000
MOST_BLOCK = 2048  # bytes
# Headers on which an answer may depend in a way that is not in its body's size and the query's form.
_PARTICULAR = frozenset(
    {b"if-match", b"if-none-match", b"if-modified-since", b"if-unmodified-since", b"if-range", b"range", b"expect", b"upgrade", b"te",
     b"content-length", b"transfer-encoding", b"cookie", b"authorization", b"x-request-id"}
)  # fmt: skip
# Registered media types, by whether they hold graphs. Generic ones (application/json) mean one thing for rows and another
# for graphs, and the engine knows only what they stand for.
_GRAPH = {row.media_type: graph for graph, rows in ((False, RESULT_FORMATS), (True, CONSTRUCT_FORMATS)) for row in rows}
# A request line with one parameter, in the characters that the parser takes: visible ASCII. `#` would begin a fragment.
_QUERY_LINE = re.compile(rb"GET [!\"$->@-~]+\?query=([!\"$%'-~]+) HTTP/1\.1")


@dataclass
class Block:
    """What was learnt from answers to one header block: for rows (False) and graphs (True), the media type, and the header
    lines of large and small answers (by whether they are worth compressing)."""

    media_type: dict[bool, str] = field(default_factory=dict)
    lines: dict[tuple[bool, bool], bytes] = field(default_factory=dict)


class Lessons:
    """Blocks by their bytes, of one edition: the lines name its release."""

    def __init__(self) -> None:
        self._blocks: OrderedDict[bytes, Block] = OrderedDict()
        self.get = self._blocks.get

    def learn(self, head: bytes, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        """Look at an answer of the ordinary way to the request with this head."""
        line, block = split(head)
        by_name = {name.lower(): value for name, value in headers}
        simple = status == 200 and b"content-encoding" not in by_name and b"commitments-notice" not in by_name
        if not simple or query_of(line) is None or not plain(block) or not lasting("GET", status, headers):
            return
        media_type = by_name[b"content-type"].decode("latin-1").split(";")[0]
        graph = _GRAPH.get(media_type)
        if graph is None:
            return
        known = self._blocks.setdefault(block, Block())
        known.media_type[graph] = media_type
        others = [(name, value) for name, value in headers if name.lower() not in (b"etag", b"content-length")]
        known.lines[graph, len(body) >= WORTH_COMPRESSING] = header_lines(others)
        while len(self._blocks) > MOST_BLOCKS:
            self._blocks.popitem(last=False)


def split(head: bytes) -> tuple[bytes, bytes]:
    """Request line and header block of a request head."""
    line, _, block = head.partition(b"\r\n")
    return line, block


def query_of(line: bytes) -> bytes | None:
    """The value of `query`, as escaped in a request line, when it is the only parameter; else None."""
    found = _QUERY_LINE.fullmatch(line)
    return found[1] if found else None


def plain(block: bytes) -> bool:
    """Whether a header block holds nothing particular."""
    if len(block) > MOST_BLOCK:
        return False
    for line in block.split(b"\r\n"):
        name, _, value = line.partition(b":")
        name = name.lower()
        if name in _PARTICULAR or (name == b"connection" and value.strip().lower() != b"keep-alive"):
            return False
    return True
