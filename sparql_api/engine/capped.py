"""How an answer says that it holds fewer rows or triples than there are.

Every answer does by its header `Commitments-Notice`, so a client that keeps only the body has to look there for CSV, TSV
and JSON-LD. The others have a place inside: SPARQL JSON and XML results a link in their head (SPARQL 1.1 Query Results
JSON Format, 3.1.2; SPARQL Query Results XML Format, 2.2), Turtle and its relatives a last line of comment, RDF/XML a
comment after its end.
"""

from __future__ import annotations

import json
from typing import Protocol
from xml.sax.saxutils import quoteattr

# The notice, and the fragment of the link, which leads to the service description.
ROWS_CAPPED = "rows-capped"
HEADER = "Commitments-Notice"
_LINE_COMMENTS = ("text/turtle", "application/n-triples", "application/trig", "application/n-quads")
_RDF_XML = "application/rdf+xml"


class Writer(Protocol):
    """What the serializers write to."""

    def write(self, data: bytes) -> int: ...

    def flush(self) -> None: ...


def notice(most: int) -> str:
    """The value of the header for a result of `most` rows or triples."""
    return f"{ROWS_CAPPED}; maxrows={most}"


def comment(media_type: str, most: int) -> bytes:
    """What comes after the triples; nothing in a format without comments."""
    if media_type in _LINE_COMMENTS:
        return f"# {HEADER}: {notice(most)}\n".encode()
    return f"<!-- {HEADER}: {notice(most)} -->".encode() if media_type == _RDF_XML else b""


class LinkInHead:
    """Passes on to `target` what a serializer of SELECT results writes, with a link at the end of the head."""

    def __init__(self, target: Writer, media_type: str, base: str | None) -> None:
        href = f"{base or ''}#{ROWS_CAPPED}"
        places = {  # what ends the head, which holds nothing but names of variables, and what goes before it
            "application/sparql-results+json": (b"}", f',"link":[{json.dumps(href)}]'.encode()),
            "application/sparql-results+xml": (b"</head>", f"<link href={quoteattr(href)}/>".encode()),
        }
        self._target = target
        self._place = places.get(media_type)
        self._head = b""

    def write(self, data: bytes) -> int:
        if self._place is None:
            return self._target.write(data)
        self._head += data
        end, link = self._place
        if end in self._head:
            self._target.write(self._head.replace(end, link + end, 1))
            self._place = None
        return len(data)

    def flush(self) -> None:
        self._target.flush()
