"""GROUP_CONCAT as SPARQL and its other engines have it, said in a way that pyoxigraph understands.

pyoxigraph leaves the aggregate unbound when a value is a number or an IRI, where the others take STR of each value, and
makes a text with a language of texts that share one, where the result has to be a simple literal (SPARQL 1.1, 18.5.1.7).
The rewritten query asks for STR. Under DISTINCT it is taken of what is no text with a language, and of the result,
so that "x"@es and "x"@en stay two; that is said for a variable, while any other expression gives strings, as good as always.
"""

from __future__ import annotations

import re

from sparql_api.sparql import tokens as t
from sparql_api.sparql.tokens import Token, TokenStream

_NAME = "GROUP_CONCAT"
_MENTIONED = re.compile(_NAME, re.IGNORECASE)


def with_strings(query: str) -> str:
    """The query with every GROUP_CONCAT rewritten. The query must be one, since only its brackets are looked at."""
    if not _MENTIONED.search(query):
        return query
    stream = TokenStream(query)
    insertions: list[tuple[int, str]] = []
    for place, token in enumerate(stream.tokens):
        if token.tag == _NAME:
            insertions += _around(stream.tokens, place)
    parts, last = [], 0
    for offset, text in sorted(insertions, key=lambda insertion: insertion[0]):
        parts += [stream.text[last:offset], text]
        last = offset
    return "".join([*parts, stream.text[last:]])


def _around(tokens: list[Token], place: int) -> list[tuple[int, str]]:
    """What goes into the text, and where, for the aggregate whose name is the token at `place`."""
    distinct = tokens[place + 2].tag == "DISTINCT"
    first = place + (3 if distinct else 2)  # after the bracket
    end = _end(tokens, first)
    start, after = tokens[first].start, tokens[end].start
    if not distinct or end > first + 1 or tokens[first].kind != t.VARIABLE:
        return [(start, "STR("), (after, ")")]
    name = tokens[first].text
    closing = _end(tokens, end + 1) if tokens[end].tag == ";" else end
    return [
        (tokens[place].start, "STR("),
        (start, f'IF(ISLITERAL({name}) && LANG({name}) != "", {name}, STR('),
        (after, "))"),
        (tokens[closing].end, ")"),
    ]


def _end(tokens: list[Token], place: int) -> int:
    """The place of the first `;` or `)` after `place` that belongs to no bracket opened since."""
    depth = 0
    while depth or tokens[place].tag not in (";", ")"):
        depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(tokens[place].tag, 0)
        place += 1
    return place
