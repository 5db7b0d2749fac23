"""Skeletons of queries: what is left of a text without its strings, numbers, comments and IRIs in brackets (its *values*).

Programs send the same query again and again with other values. Queries of one skeleton are read alike by the grammar,
which looks at values only where a `ParsedQuery` says so (`decisive`, `whole_numbers`) and to see that an IRI is one; so
what the guard found out about the first holds for the others, with offsets moved.

A text is cut by one regular expression made of the very terminals of `tokens`. Two texts of one skeleton have the same
tokens outside values, because (a) at every position at most one terminal of `_KEPT` and `_VALUE` together can start, the
one that `tokens` takes there, (b) each is taken as long as `tokens` takes it, and looks ahead at nothing but characters
that no value starts with, and (c) what `tokens` reads in another way (a dot after a word, broken terminals, `\\u` escapes)
is not cut at all, but left to the grammar.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, chain
from operator import itemgetter

from sparql_api.sparql import tokens as t
from sparql_api.sparql.expressions import absolute_iri
from sparql_api.sparql.grammar import ParsedQuery
from sparql_api.sparql.guard import GuardedQuery, ServiceCall, whole_number
from sparql_api.sparql.tokens import TokenStream

# How values end: IRIs, strings, numbers. What ends otherwise is a comment, with the end of its line, or the mark `<` or
# `<=`, cut out with them because an IRI starts alike.
_IRI, _QUOTES, _NUMBER = ">", "\"'", "0"
_COMMENT_AND_LINE_END = r"#[^\n\r]*+[\n\r]"
_ALL_DIGITS_ARE_ONE = str.maketrans("123456789", _NUMBER * 9)
_last_character = itemgetter(slice(-1, None))
_VALUE_KINDS = (t.IRI, t.STRING, t.NUMBER)


@cache
def _pieces(*, ascii_only: bool) -> re.Pattern[str]:
    """What is kept and then a value; or the whole rest, in no group, when neither that nor the end of the text follows."""
    use = t.letters(ascii_only=ascii_only)
    kept = "|".join(
        (
            t.SPACE,
            f"[?$](?:[{use.first}_0-9][{use.variable}]*+)?+",
            rf"[{use.first}][{use.more}]*+(?::(?:{use.local})?+|(?!\.))",
            r"[{}()\[\]>!+\-*/|,;]++",
            r"\.(?![0-9])",
            "=(?!=)",
            r"\^",
            "&&",
            f":(?:{use.local})?+",
            use.blank,
            t.LANGUAGE_TAG,
        )
    )
    value = "|".join((_COMMENT_AND_LINE_END, t.IRI_IN_BRACKETS, t.LONG_STRING, t.SHORT_STRING, t.NUMERAL, "<(?![A-Za-z])=?+"))
    return re.compile(rf"((?:{kept})*+)({value}|\Z)|[\s\S]++")


@dataclass(frozen=True, slots=True)
class Cut:
    """A text in pieces, kept and value by turns, where each `ends`, and the skeleton as a key."""

    values: list[str]
    ends: list[int]
    key: tuple[tuple[str, ...], str]

    def piece_of(self, offset: int) -> tuple[int, int]:
        """The piece that starts at or before an offset, and the offset in it."""
        piece = min(bisect_right(self.ends, offset), len(self.ends) - 1)
        return piece, offset - (self.ends[piece - 1] if piece else 0)

    def offset_of(self, place: tuple[int, int]) -> int:
        """The reverse of `piece_of` for any text of this skeleton."""
        piece, within = place
        return (self.ends[piece - 1] if piece else 0) + within


def make_ready() -> None:
    """Compile the large patterns now, which takes about 0.1 s, instead of at the first text that is not all ASCII."""
    _pieces(ascii_only=False)
    t.TokenStream("é")


def cut(text: str) -> Cut | None:
    """Cut a text; None when it has escapes or anything that is no terminal. Time grows with its length."""
    if t.has_escapes(text):
        return None
    whole = f"{text}\n" if "#" in text else text  # so that a comment at the end has a line end, too
    pieces = list(chain.from_iterable(_pieces(ascii_only=text.isascii()).findall(whole)))
    ends = list(accumulate(map(len, pieces)))
    if ends[-1] != len(whole):
        return None
    values = pieces[1::2]
    kinds = "".join(map(_last_character, values)).translate(_ALL_DIGITS_ARE_ONE)
    return Cut(values, ends, (tuple(pieces[::2]), kinds))


Place = tuple[int, int]  # of Cut.piece_of


@dataclass(frozen=True, slots=True)
class Lesson:
    """What the first query of a skeleton taught, with its offsets as places.

    `fixed` are the values (number, text) that another query must have, too; `iris` and `whole_numbers` numbers of values
    that must be such; `limit` that of the number after the outermost LIMIT; `base` what relative IRIs are resolved against.
    """

    query: GuardedQuery
    base: str | None
    fixed: tuple[tuple[int, str], ...]
    iris: tuple[int, ...]
    whole_numbers: tuple[int, ...]
    limit: int | None
    order_conditions: tuple[tuple[Place, Place], ...]
    limit_place: tuple[Place, Place]
    services: tuple[tuple[ServiceCall, tuple[Place, Place, Place, Place]], ...]

    def apply(self, text: str, given: Cut) -> GuardedQuery | None:
        """What `guard` says about a text of the same skeleton; None when that takes reading it."""
        values, first, offset = given.values, self.query, given.offset_of
        if any(values[number] != value for number, value in self.fixed):
            return None
        if not all(values[number].isdigit() for number in self.whole_numbers) or not self._are_iris(values):
            return None
        return GuardedQuery(
            text, first.form, first.base, first.prefixes, first.default_graphs, first.named_graphs, first.functions,
            first.heavy, first.volatile,
            order_conditions=tuple([(offset(start), offset(end)) for start, end in self.order_conditions]),
            limit=None if self.limit is None else whole_number(values[self.limit]),
            limit_place=(offset(self.limit_place[0]), offset(self.limit_place[1])),
            services=tuple([_moved(call, [offset(place) for place in places]) for call, places in self.services]),
            sent=text,
        )  # fmt: skip

    def _are_iris(self, values: Sequence[str]) -> bool:
        try:
            for number in self.iris:
                absolute_iri(values[number][1:-1], self.base)
        except ValueError:
            return False
        return True


def learn(given: Cut, query: GuardedQuery, parsed: ParsedQuery, stream: TokenStream) -> Lesson | None:
    """What a query teaches about others of its skeleton; None when its text had to be changed for the engine, or is not
    cut where its tokens are (no such text is known)."""
    kinds, ends = given.key[1], given.ends
    spans = [(ends[2 * number], ends[2 * number + 1]) for number, kind in enumerate(kinds) if kind in _IRI + _QUOTES + _NUMBER]
    tokens = [(token.start, token.end) for token in stream.tokens if token.kind in _VALUE_KINDS]
    if query.text != query.sent or spans != tokens:
        return None
    numbers = {ends[2 * number]: number for number in range(len(kinds))}  # by offset
    fixed = [numbers[offset] for offset in parsed.decisive if offset in numbers]  # others are prefixed names, which are kept
    place = given.piece_of
    return Lesson(
        query=query,
        base=parsed.base,
        fixed=tuple((number, given.values[number]) for number in fixed),
        iris=tuple(number for number, kind in enumerate(kinds) if kind == _IRI and number not in fixed),
        whole_numbers=tuple(numbers[offset] for offset in parsed.whole_numbers),
        limit=None if parsed.limit is None else numbers[parsed.limit.start],
        order_conditions=tuple((place(start), place(end)) for start, end in query.order_conditions),
        limit_place=(place(query.limit_place[0]), place(query.limit_place[1])),
        services=tuple(
            (call, (place(call.start), place(call.end), place(call.pattern_start), place(call.pattern_end)))
            for call in query.services
        ),
    )


def _moved(call: ServiceCall, offsets: Sequence[int]) -> ServiceCall:
    return ServiceCall(call.endpoint, call.silent, *offsets, call.variables, call.base)
