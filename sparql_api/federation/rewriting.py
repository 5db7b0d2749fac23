"""The two texts that a SERVICE clause turns into: the query for its endpoint, and the VALUES block in its place.

SPARQL 1.1 Federated Query (section 4) joins the solutions of the clause, found by themselves, with those of the pattern
around it. A VALUES block is joined in the same way (SPARQL 1.1 Query, 18.2.2.5), so the query means what it meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from sparql_api.federation.solutions import Rows
from sparql_api.sparql import tokens as t
from sparql_api.sparql.guard import Caps, GuardedQuery, ServiceCall, guard
from sparql_api.sparql.tokens import Token

_ABSOLUTE = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*:")


def query_for(query: GuardedQuery, call: ServiceCall, most_rows: int) -> str:
    """The pattern of a clause as a query of its own.

    It names the prefixes and the base that the pattern uses and nothing else of the query; comments stay behind. LIMIT is
    one more than we take, so that a longer result shows and an endless one does not come.
    """
    tokens = [token for token in query.stream.tokens if call.pattern_start <= token.start < call.pattern_end]
    prefixes = dict(query.prefixes)
    used = dict.fromkeys(token.text.split(":", 1)[0] for token in tokens if token.kind == t.NAME)
    relative = any(token.kind == t.IRI and not _ABSOLUTE.match(token.text) for token in tokens)
    head = [f"BASE <{call.base}>"] if relative and call.base else []
    head += [f"PREFIX {prefix}: <{prefixes[prefix]}>" for prefix in used]
    columns = " ".join(f"?{name}" for name in call.variables) or "*"
    return "\n".join([*head, f"SELECT {columns} WHERE {_written(query.text, tokens)} LIMIT {most_rows + 1}"])


def _written(text: str, tokens: Sequence[Token]) -> str:
    """Tokens with one space wherever something stood between them, so that what touched still does, as in `-5`."""
    parts, last = [], tokens[0].start
    for token in tokens:
        parts += [" " if token.start > last else "", text[token.start : token.end]]
        last = token.end
    return "".join(parts)


def with_rows(query: GuardedQuery, solutions: Sequence[Rows], caps: Caps) -> GuardedQuery:
    """The query with the solutions of its calls, in their order, in place of the clauses.

    What the guard reads is the query with empty VALUES blocks: its caps are for strangers' text, and the rows, made of
    whole terms by `solutions`, can add nothing that it would have to know. They are put in afterwards, so ten thousand of
    them cost no reading. The result is volatile, since nobody knows when another service changes its mind.
    """
    parts, places, length, last = [], [], 0, 0
    for call in query.services:
        before = f"{query.text[last : call.start]} VALUES ({' '.join(f'?{name}' for name in call.variables)}) {{"
        parts += [before, "}"]
        length += len(before)
        places.append(length)
        length += 1
        last = call.end
    skeleton = "".join([*parts, query.text[last:]])
    guarded = guard(skeleton, query.base, replace(caps, length=len(skeleton)))

    def moved(offset: int) -> int:
        return offset + sum(len(rows.text) for place, rows in zip(places, solutions, strict=True) if place <= offset)

    pieces, last = [], 0
    for place, rows in zip(places, solutions, strict=True):
        pieces += [guarded.text[last:place], rows.text]
        last = place
    return replace(
        guarded,
        text="".join([*pieces, guarded.text[last:]]),
        volatile=True,
        order_conditions=tuple((moved(start), moved(end)) for start, end in guarded.order_conditions),
        limit_place=(moved(guarded.limit_place[0]), moved(guarded.limit_place[1])),
    )
