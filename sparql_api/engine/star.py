"""The columns of `SELECT *` in the order in which the query first names them; pyoxigraph has them in alphabetical order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from sparql_api.sparql import tokens as t
from sparql_api.sparql.tokens import TokenStream

_MENTIONED = re.compile(r"\bSELECT\s*(?:(?:DISTINCT|REDUCED)\s*)?\*", re.IGNORECASE)


def with_columns(query: str, visible: Callable[[], Iterable[str]]) -> str:
    """The query with the names of its columns in place of the star of its outermost SELECT.

    `visible` gives the names, without mark, of the variables that the star stands for; it is only asked when there is one.
    """
    if not _MENTIONED.search(query):
        return query
    stream = TokenStream(query)
    # Before the keyword there can only be PREFIX and BASE, with names and IRIs.
    form = next((place for place, token in enumerate(stream.tokens) if token.tag in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")), None)
    if form is None or stream.tokens[form].tag != "SELECT":
        return query
    star = stream.tokens[form + (2 if stream.tokens[form + 1].tag in ("DISTINCT", "REDUCED") else 1)]
    if star.tag != "*":
        return query
    names = set(visible())
    columns = [name for name in dict.fromkeys(token.text[1:] for token in stream.tokens if token.kind == t.VARIABLE) if name in names]
    if not columns:
        return query
    return f"{stream.text[: star.start]} ?{' ?'.join(columns)} {stream.text[star.end :]}"
