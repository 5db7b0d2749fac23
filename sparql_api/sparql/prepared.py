"""Queries of our own pages, guarded once: each request only fills in IRIs.

A gap is written as the IRI `<gap:name>`, so a prepared query is itself a SPARQL query and passes the guard as it stands.
What is filled in can only be an IRI (SPARQL 1.1, production IRIREF), so that it cannot change what the query means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property

from sparql_api.sparql.guard import GuardedQuery, guard

_GAP = re.compile(r"<gap:([a-z]+)>")
_IRI = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^<>"{}|^`\\\x00-\x20]*\Z')


class PreparedQuery:
    """A query with gaps for IRIs. Raises QuerySyntaxError or QueryRefused when it is first filled and is none."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _guarded(self) -> GuardedQuery:
        return guard(self._text)

    @cached_property
    def _parts(self) -> list[str]:
        """Text and names of gaps in turn, text first and last."""
        return _GAP.split(self._guarded.text)

    def fill(self, **gaps: str | Iterable[str]) -> GuardedQuery:
        """The query with an IRI, or several in a row (for VALUES), in each gap.

        Raises ValueError for what is no absolute IRI and KeyError for a gap that is left open.
        """
        terms = {name: " ".join(_term(iri) for iri in ([given] if isinstance(given, str) else given)) for name, given in gaps.items()}
        parts = self._parts
        text = "".join(terms[part] if position % 2 else part for position, part in enumerate(parts))
        return replace(self._guarded, text=text, sent=text)


def _term(iri: str) -> str:
    if not _IRI.match(iri):
        raise ValueError(f"not an absolute IRI: {iri!r}")
    return f"<{iri}>"
