"""Writing results: which media type means which serializer, and what the serializers leave undone.

pyoxigraph writes characters that XML 1.0 forbids and leaves carriage returns for the XML reader to change, and it
invents an element name without a local part for a predicate such as `http://example.org/1`. The first two are mended
here, the third is refused.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator

import pyoxigraph as ox

from sparql_api.engine import channel

RESULT_TYPES = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
GRAPH_TYPES = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/trig": ox.RdfFormat.TRIG,
    "application/n-quads": ox.RdfFormat.N_QUADS,
}
XML_TYPES = ("application/sparql-results+xml", "application/rdf+xml")

# Nothing is sent before this many bytes or the end, so a failure of a smaller result still gets its own status.
FIRST_BYTES = 256 * 1024
NEXT_BYTES = 64 * 1024

# Characters outside the Char production of XML 1.0 that valid UTF-8 can hold, and the carriage return, which an XML
# reader would turn into a line feed.
_NOT_IN_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_REPLACED = "\N{REPLACEMENT CHARACTER}".encode()
_NCNAME_END = re.compile(r"[^\W\d][\w.\-·]*$")


class NotExpressible(Exception):
    """The result holds something that the format cannot write."""


class ResultWriter:
    """A binary file for the serializers that turns what they write into frames on a wire."""

    def __init__(self, wire: socket.socket, media_type: str) -> None:
        self.started = False
        self._wire = wire
        self._xml = media_type in XML_TYPES
        self._buffer = bytearray()
        self._threshold = FIRST_BYTES
        self._replaced = 0

    def write(self, data: bytes) -> int:
        self._buffer += data
        if len(self._buffer) >= self._threshold:
            self._send(last=False)
        return len(data)

    def flush(self) -> None:
        """The serializers flush at their end; frames go out by size, so there is nothing to do."""

    def finish(self) -> None:
        """Send what is left, marked as the last. Without the mark the reader takes the result as cut."""
        self._send(last=True)

    def _send(self, *, last: bool) -> None:
        data, rest = bytes(self._buffer), b""
        if self._xml and not last:
            data, rest = _whole_characters(data)
        self._buffer = bytearray(rest)
        if self._xml:
            data = self._well_formed(data)
            if last and self._replaced:
                data += b"<!-- %d characters that XML 1.0 cannot hold were replaced by U+FFFD -->" % self._replaced
        self.started = True
        self._threshold = NEXT_BYTES
        while len(data) > channel.MAX_FRAME:
            channel.send_frame(self._wire, channel.DATA, data[: channel.MAX_FRAME])
            data = data[channel.MAX_FRAME :]
        channel.send_frame(self._wire, channel.LAST if last else channel.DATA, data)

    def _well_formed(self, data: bytes) -> bytes:
        data, count = _NOT_IN_XML.subn(_REPLACED, data)
        self._replaced += count
        return data.replace(b"\r", b"&#13;")


def _whole_characters(data: bytes) -> tuple[bytes, bytes]:
    """Cut before the last character when its bytes may still be missing: a UTF-8 sequence has at most four."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte >= 0xC0:
            return data[:-back], data[-back:]
        if byte < 0x80:
            break
    return data, b""


def serialize(
    results: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples,
    media_type: str,
    prefixes: dict[str, str],
    writer: ResultWriter,
) -> None:
    """Write results of a query to `writer`.

    Raises NotExpressible when the format cannot hold them, and whatever the evaluation raises.
    """
    if not isinstance(results, ox.QueryTriples):
        _write_boolean_or_rows(results, media_type, writer)
        return
    form = GRAPH_TYPES[media_type]
    if form in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG):
        ox.serialize(results, writer, format=form, prefixes=prefixes)
    elif form == ox.RdfFormat.RDF_XML:
        ox.serialize(_checked_for_xml(results), writer, format=form)
    else:
        results.serialize(writer, format=form)


def _write_boolean_or_rows(
    results: ox.QuerySolutions | ox.QueryBoolean, media_type: str, writer: ResultWriter
) -> None:
    form = RESULT_TYPES[media_type]
    if isinstance(results, ox.QueryBoolean) and form in (ox.QueryResultsFormat.CSV, ox.QueryResultsFormat.TSV):
        # The CSV and TSV recommendation has no form for ASK: the bare word, as one line of text.
        writer.write(b"true\r\n" if bool(results) else b"false\r\n")
        return
    results.serialize(writer, format=form)


def _checked_for_xml(triples: Iterator[ox.Triple]) -> Iterator[ox.Triple]:
    """RDF/XML writes a predicate as an element name, so its IRI has to end in one (RDF 1.1 XML Syntax, 5)."""
    seen: set[str] = set()
    for triple in triples:
        predicate = triple.predicate.value
        if predicate not in seen:
            if not _NCNAME_END.search(predicate):
                raise NotExpressible(f"RDF/XML cannot write the predicate <{predicate}>")
            seen.add(predicate)
        yield triple
