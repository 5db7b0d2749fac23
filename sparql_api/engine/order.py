"""A total order of RDF terms as sortable strings, for when the engine's own order has a circle.

SPARQL 1.1 (15.1) orders unbound, blank nodes, IRIs and literals, and among literals only those that `<` compares; the
rest is left open. Here literals of one kind are ordered by value and the kinds one after the other.
"""

from __future__ import annotations

import datetime
import math
import struct

import pyoxigraph as ox

ORDER_KEY = "urn:commitments:order-key"
XSD = "http://www.w3.org/2001/XMLSchema#"
NUMBERS = frozenset(
    XSD + name
    for name in (
        "integer", "decimal", "double", "float", "long", "int", "short", "byte", "nonNegativeInteger",
        "positiveInteger", "nonPositiveInteger", "negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort",
        "unsignedByte",
    )
)  # fmt: skip
STRINGS = (XSD + "string", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString")


def order_key(*terms: ox.NamedNode | ox.BlankNode | ox.Literal) -> ox.Literal:
    """A string literal whose code point order is the order of the terms it is made for. Takes one term."""
    return ox.Literal(sort_key(terms[0]))


def sort_key(term: ox.NamedNode | ox.BlankNode | ox.Literal) -> str:
    """The key of one term: a letter for its kind, then its value in sortable form, then what tells equal values apart.

    >>> sort_key(ox.BlankNode("b")) < sort_key(ox.NamedNode("http://a/")) < sort_key(ox.Literal("a"))
    True
    >>> sort_key(ox.Literal(-2)) < sort_key(ox.Literal(1.5)) < sort_key(ox.Literal(10))
    True
    """
    if isinstance(term, ox.BlankNode):
        return f"a{term.value}"
    if isinstance(term, ox.NamedNode):
        return f"b{term.value}"
    if not isinstance(term, ox.Literal):
        return f"h{term}"
    datatype = term.datatype.value
    if datatype in NUMBERS:
        number = _number(term.value)
        return f"h{term}" if number is None else f"c{number}{term.value}"
    if datatype in STRINGS:
        return f"d{term.value}\0{term.language or ''}"
    if datatype == XSD + "boolean":
        return f"e{int(term.value in ('true', '1'))}"
    moment = _moment(term.value) if datatype.startswith((XSD + "date", XSD + "gYear")) else None
    return f"h{datatype}\0{term.value}" if moment is None else f"f{moment}{datatype}\0{term.value}"


def _number(written: str) -> str | None:
    """The bits of a double so turned that they sort as its value does, in hexadecimal."""
    try:
        value = float(written)
    except ValueError:
        return None
    if math.isnan(value):
        return "0" * 16
    (bits,) = struct.unpack(">Q", struct.pack(">d", value + 0.0))
    return f"{bits ^ (2**64 - 1) if bits >> 63 else bits | 2**63:016x}"


def _moment(written: str) -> str | None:
    """A date, time stamp, year or year and month as the moment at which it starts, in UTC where no zone is given."""
    padded = written + {4: "-01-01", 7: "-01"}.get(len(written), "")
    try:
        value = datetime.datetime.fromisoformat(padded)
    except ValueError:
        return None
    aware = value if value.tzinfo else value.replace(tzinfo=datetime.UTC)
    seconds = (aware - datetime.datetime(1, 1, 2, tzinfo=datetime.UTC)).total_seconds()
    return _number(str(seconds))
