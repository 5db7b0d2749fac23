"""RDF terms as N-Triples text: the bulk path writes lines and never builds objects (performance.md section 6).

Text is canonical N-Triples (RDF 1.2 N-Triples, "Canonical N-Triples", as pyoxigraph writes it): UTF-8, control characters
and `"` and `\\` escaped, one space between terms, so that sorting lines sorts the graph and equal graphs are equal bytes.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

from ingest.values import PartialDate, canonical_decimal
from ontology.namespaces import PREFIXES, XSD

_NAMED = {"\\": "\\\\", '"': '\\"', "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
_CONTROLS = [*range(0x20), 0x7F, 0xFFFE, 0xFFFF]
_ESCAPES = str.maketrans({chr(code): f"\\u{code:04X}" for code in _CONTROLS} | _NAMED)
_ESCAPED = re.compile("[" + re.escape("".join(map(chr, _ESCAPES))) + "]")
_FORBIDDEN = re.compile(r'[\x00-\x20<>"{}|\\^`]')
_XSD = str(XSD)


def iri(value: str) -> str:
    """`<value>`; raises ValueError for characters that an IRI may not hold."""
    if _FORBIDDEN.search(value):
        raise ValueError(f"not an IRI: {value!r}")
    return f"<{value}>"


@cache
def curie(value: str) -> str:
    """A prefixed name of `ontology.namespaces` as `<iri>`; raises KeyError for an unknown prefix."""
    prefix, _, local = value.partition(":")
    return f"<{PREFIXES[prefix]}{local}>"


def escaped(value: str) -> str:
    """The text as it stands between the quotes of a literal."""
    # Replacing the few characters that need it is many times faster than translating a long text letter by letter.
    return _ESCAPED.sub(_escape, value) if _ESCAPED.search(value) else value


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES[ord(found[0])]


def text(value: str, language: str | None = None) -> str:
    """A string literal, language-tagged when a language is given. White space is kept: callers fold it."""
    quoted = f'"{escaped(value)}"'
    return f"{quoted}@{language}" if language else quoted


_UNESCAPES = {value: key for key, value in _NAMED.items()}
_ESCAPE = re.compile(r"\\u([0-9A-F]{4})|\\.")


def lexical(term: str) -> str:
    """The lexical form of a literal that this module wrote, without escapes.

    >>> lexical(text('a "b"\\n', "es")), lexical(integer(7))
    ('a "b"\\n', '7')
    """
    quoted = term[1 : term.rindex('"')]
    if "\\" not in quoted:
        return quoted
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else _UNESCAPES[found[0]], quoted)


def typed(value: str, datatype: str) -> str:
    """A literal with a local name of XSD as datatype; the caller gives the canonical form."""
    return f'"{escaped(value)}"^^<{_XSD}{datatype}>'


def integer(value: int) -> str:
    return typed(str(value), "integer")


def decimal(value: Decimal) -> str:
    return typed(canonical_decimal(value), "decimal")


def number(value: Decimal) -> str:
    """xsd:integer for a whole number, else xsd:decimal."""
    return integer(int(value)) if value == value.to_integral_value() else decimal(value)


def boolean(value: bool) -> str:
    return typed("true" if value else "false", "boolean")


def date(value: PartialDate) -> str:
    return typed(value.text, value.datatype)


def split(line: str) -> tuple[str, str, str]:
    """Subject, predicate and object terms of one N-Triples line of ours."""
    subject, predicate, rest = line.split(" ", 2)
    return subject, predicate, rest[:-2]
