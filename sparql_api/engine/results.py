"""From what the serializers write to frames on a wire, with XML and TSV mended on the way.

pyoxigraph writes characters that XML 1.0 forbids, carriage returns that an XML reader changes, and in TSV characters
that many readers take for the end of a line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from sparql_api.engine import channel

XML_TYPES = ("application/sparql-results+xml", "application/rdf+xml")
TSV_TYPE = "text/tab-separated-values"

# Nothing is sent before this many bytes or the end, so a failure of a smaller result still gets its own status.
FIRST_BYTES = 256 * 1024
NEXT_BYTES = 64 * 1024

# Characters outside the Char production of XML 1.0 that valid UTF-8 can hold, and the carriage return, which an XML
# reader would turn into a line feed.
_NOT_IN_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
# What Unicode counts among line ends (UAX 14, and `str.splitlines`): in TSV terms are written as in Turtle, with escapes.
_NOT_IN_LINE = re.compile(rb"[\x0b-\x0d\x1c-\x1e]|\xc2\x85|\xe2\x80[\xa8\xa9]")
_REPLACED = "\N{REPLACEMENT CHARACTER}".encode()


class ResultWriter:
    """A binary file for the serializers that turns what they write into frames (`engine.channel`), each given to `send`."""

    def __init__(self, send: Callable[[bytes, bytes], None], media_type: str) -> None:
        self.started = False
        self._send_frame = send
        self._xml = media_type in XML_TYPES
        self._tsv = media_type == TSV_TYPE
        self._buffer = bytearray()
        self._threshold = FIRST_BYTES
        self._replaced = 0

    def add_header(self, name: str, value: str) -> None:
        """A header of the answer, which has to go before its first byte."""
        self._send_frame(channel.NOTICE, json.dumps({name: value}).encode())

    def write(self, data: bytes) -> int:
        self._buffer += data
        if len(self._buffer) >= self._threshold:
            self._send()
        return len(data)

    def flush(self) -> None:
        """The serializers flush at their end; frames go out by size, so there is nothing to do."""

    def finish(self, *, last_of_all: bool = False) -> None:
        """Send what is left, marked as the last (of this worker, too, if `last_of_all`). Without a mark the reader takes the
        result as cut."""
        self._send(channel.LAST_OF_ALL if last_of_all else channel.LAST)

    def _send(self, kind: bytes = channel.DATA) -> None:
        last = kind != channel.DATA
        data, rest = bytes(self._buffer), b""
        if (self._xml or self._tsv) and not last:
            data, rest = _whole_characters(data)
        self._buffer = bytearray(rest)
        if self._tsv:
            data = in_lines(data)
        elif self._xml:
            data, count = well_formed(data)
            self._replaced += count
            if last and self._replaced:
                data += b"<!-- %d characters that XML 1.0 cannot hold were replaced by U+FFFD -->" % self._replaced
        self.started = True
        self._threshold = NEXT_BYTES
        while len(data) > channel.MAX_FRAME:
            self._send_frame(channel.DATA, data[: channel.MAX_FRAME])
            data = data[channel.MAX_FRAME :]
        self._send_frame(kind, data)


def well_formed(data: bytes) -> tuple[bytes, int]:
    """XML text with only characters that XML 1.0 has, and how many had to be replaced by U+FFFD."""
    data, count = _NOT_IN_XML.subn(_REPLACED, data)
    return data.replace(b"\r", b"&#13;"), count


def mended(data: bytes, media_type: str) -> bytes:
    """A whole result as `ResultWriter` would send it, but for the comment about replaced characters."""
    if media_type in XML_TYPES:
        return well_formed(data)[0]
    return in_lines(data) if media_type == TSV_TYPE else data


def in_lines(data: bytes) -> bytes:
    """TSV whose only line ends are those of its rows."""
    return _NOT_IN_LINE.sub(_escape, data)


def _escape(match: re.Match[bytes]) -> bytes:
    return b"\\f" if match.group() == b"\f" else b"\\u%04X" % ord(match.group().decode())


def _whole_characters(data: bytes) -> tuple[bytes, bytes]:
    """Cut before the last character when its bytes may still be missing: a UTF-8 sequence has at most four."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte >= 0xC0:
            return data[:-back], data[-back:]
        if byte < 0x80:
            break
    return data, b""
