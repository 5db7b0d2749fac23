"""Whether a stranger's query may run: caps on its size first, then what it means. Stands in front of every engine.

The caps come before any parser, since the engine's reads by recursion and has no depth limit. What a query wants is
read off the grammar, never searched for in its text: SERVICE is refused where a pattern starts with that keyword, not
where a comment, a string, a variable or an IRI holds the word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from sparql_api.engine.order import ORDER_KEY
from sparql_api.sparql.cursor import CLOSED, OPENING, Fault
from sparql_api.sparql.expressions import CASTS, XSD
from sparql_api.sparql.grammar import NotAQuery, ParsedQuery, QueryReader
from sparql_api.sparql.syntax_errors import QuerySyntaxError, Words, describe
from sparql_api.sparql.tokens import Token, TokenStream

__all__ = ["Caps", "GuardedQuery", "QueryRefused", "QuerySyntaxError", "ServiceCall", "guard"]

MOST_ROWS = 2**63 - 1
GRAPH_SCHEMES = ("http", "https", "urn", "tag")


@dataclass(frozen=True)
class Caps:
    """The largest query that is read: characters, tokens, open brackets, and repetitions of what parsers recurse on.

    The engine's parser was seen to crash from 2,500 nested braces and 5,000 OPTIONALs on (engine_traps); these stay
    well below, and a crash would end a child only.
    """

    length: int = 100_000
    tokens: int = 30_000
    nesting: int = 100
    keywords: int = 500  # of each of KEYWORDS
    services: int = 10  # SERVICE clauses: each is a call
    operators: int = 1_000  # of each of OPERATORS
    separators: int = 10_000  # of each of SEPARATORS
    patterns: int = 1_000  # triples and groups to be joined, things to be described: both crash at 9,000


KEYWORDS = ("UNION", "OPTIONAL", "BIND", "AS", "MINUS", "FILTER", "GRAPH", "SELECT", "EXISTS", "VALUES")
OPERATORS = ("!", "&&", "||", "^", "/", "|", "+", "-", "*", "?", "=", "!=", "<", ">", "<=", ">=")
SEPARATORS = (".", ";", ",")


class QueryRefused(Exception):
    """The query is understood but not run. `code` is stable, `place` its line and column when it has one.

    `limit` is the cap that it exceeds: `name`, `value` and `unit`.
    """

    def __init__(
        self, code: str, detail: Words, place: tuple[int, int] | None = None, limit: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(detail["en"])
        self.code = code
        self.detail = detail
        self.place = place
        self.limit = limit


@dataclass(frozen=True)
class ServiceCall:
    """A SERVICE clause that the service lets through, with offsets in the text of its query.

    The clause reaches from `start` to `end`, its group graph pattern with the braces from `pattern_start` to `pattern_end`.
    `base` is what relative IRIs of the pattern are resolved against. `variables` (without mark) are those of the pattern
    that are visible outside it (SPARQL 1.1, 18.2.1), in the order of their first mention.
    """

    endpoint: str
    silent: bool
    start: int
    end: int
    pattern_start: int
    pattern_end: int
    variables: tuple[str, ...]
    base: str | None = None


@dataclass(frozen=True)
class GuardedQuery:
    """A query that may run. Only `guard` makes one.

    `text` is what the engine parses (`\\u` escapes resolved, booleans in lower case), `form` SELECT, ASK, CONSTRUCT or DESCRIBE.
    Graph lists are those of FROM and FROM NAMED; both None when the query has no such clause. `functions` are IRIs of
    called functions that no engine of ours has: a call is an error in its expression (SPARQL 1.1, 17.6). `heavy` says that
    the query looks long from its text (`patterns.looks_heavy`). `volatile` that its answer is another one
    each time (RAND, NOW, UUID, STRUUID) or follows from what other services say. `order_conditions` are offsets of what ORDER BY sorts by. `limit` is the number
    after the outermost LIMIT, `limit_place` where that number stands or, as an empty span, where a LIMIT clause could be put.
    `services` are the calls of opened services in the order written. `sent` is the text as it came.
    """

    text: str
    form: str
    base: str | None = None
    prefixes: tuple[tuple[str, str], ...] = ()
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    functions: tuple[str, ...] = ()
    heavy: bool = False
    volatile: bool = False
    order_conditions: tuple[tuple[int, int], ...] = ()
    limit: int | None = None
    limit_place: tuple[int, int] = (0, 0)
    services: tuple[ServiceCall, ...] = ()
    sent: str = ""

    @cached_property
    def stream(self) -> TokenStream:
        """The tokens of the query as it was sent, read again: only the error of an engine asks for them."""
        return TokenStream(self.sent or self.text)

    @property
    def text_with_order_keys(self) -> str:
        """The same query, sorted by the keys of `engine.order` instead of by the terms themselves."""
        parts, last = [], 0
        for start, end in sorted(self.order_conditions):
            if start >= last:  # a condition inside another one, in EXISTS, keeps its own order, which changes nothing
                parts += [self.text[last:start], f"(<{ORDER_KEY}>({self.text[start:end]}))"]
                last = end
        return "".join([*parts, self.text[last:]])

    @property
    def with_order_keys(self) -> GuardedQuery:
        """The query with `text_with_order_keys` as its text, to which further limits can be put."""
        text = self.text_with_order_keys
        grown = len(text) - len(self.text)  # all of it before the outermost LIMIT, which follows every ORDER BY
        return replace(self, text=text, order_conditions=(), limit_place=(self.limit_place[0] + grown, self.limit_place[1] + grown))

    def text_with_limit(self, most: int) -> str:
        """The same query with at most `most` solutions: of ASK, CONSTRUCT and DESCRIBE, too, LIMIT counts solutions."""
        start, end = self.limit_place
        number = most if self.limit is None else min(most, self.limit)
        clause = str(number) if start < end else f" LIMIT {number} "
        return f"{self.text[:start]}{clause}{self.text[end:]}"


def guard(
    text: str, base: str | None = None, caps: Caps = Caps(), open_services: frozenset[str] = frozenset()
) -> GuardedQuery:
    """Check a query. `base` is what relative IRIs are resolved against, when the query sets no BASE of its own.

    `open_services` are the IRIs that SERVICE may name, each exactly as it is given there; by default none.

    Raises QuerySyntaxError when it is no query and QueryRefused when it is one that may not run.
    """
    return read_and_check(text, base, caps, open_services)[0]


def read_and_check(
    text: str, base: str | None, caps: Caps, open_services: frozenset[str]
) -> tuple[GuardedQuery, ParsedQuery, TokenStream]:
    """`guard`, and what it knows besides."""
    if len(text) > caps.length:
        raise QueryRefused(
            "too-long",
            {
                "es": f"La consulta tiene {len(text)} caracteres; el máximo es {caps.length}.",
                "en": f"The query has {len(text)} characters; the most is {caps.length}.",
            },
            limit={"name": "length", "value": caps.length, "unit": "characters"},
        )
    stream = TokenStream(text, caps.tokens)
    _check_size(stream, caps)
    try:
        parsed = QueryReader(stream, base).read()
    except Fault as fault:
        raise describe(fault, stream) from None
    except NotAQuery as update:
        raise _update(update.token, stream) from None
    if len(parsed.patterns) > caps.patterns:
        raise _too_complex(parsed.patterns[caps.patterns], stream, "triples and groups", "tripletas y grupos", "patterns", caps.patterns)
    _check_meaning(parsed, stream, open_services)
    datasets = bool(parsed.default_graphs or parsed.named_graphs)
    checked = _with_lower_booleans(stream.text, parsed.booleans)
    query = GuardedQuery(
        text=checked,
        form=parsed.form,
        base=base,
        prefixes=tuple(parsed.prefixes.items()),
        default_graphs=tuple(iri for iri, _ in parsed.default_graphs) if datasets else None,
        named_graphs=tuple(iri for iri, _ in parsed.named_graphs) if datasets else None,
        functions=tuple(iri for iri in parsed.functions if iri not in CASTS),
        heavy=parsed.heavy,
        volatile=parsed.volatile or bool(parsed.services),
        order_conditions=tuple(parsed.order_conditions),
        limit=None if parsed.limit is None else whole_number(parsed.limit.text),
        limit_place=(parsed.modifiers_end,) * 2 if parsed.limit is None else (parsed.limit.start, parsed.limit.end),
        services=_calls(parsed),
        sent=text,
    )
    return query, parsed, stream


def _with_lower_booleans(text: str, booleans: list[Token]) -> str:
    """TRUE and False as the engine reads them; the grammar allows any case. No place changes."""
    parts, last = [], 0
    for token in booleans:
        parts += [text[last : token.start], token.text.lower()]
        last = token.end
    return "".join([*parts, text[last:]])


def _check_size(stream: TokenStream, caps: Caps) -> None:
    """Caps that need no grammar. Raises QueryRefused."""
    if len(stream.tokens) - 1 > caps.tokens:  # the last one is the end
        raise _too_complex(stream.tokens[caps.tokens].start, stream, "tokens", "símbolos", "tokens", caps.tokens)
    counts = Counter([token.tag for token in stream.tokens])
    if sum(counts[bracket] for bracket in OPENING) > caps.nesting:
        _check_nesting(stream, caps.nesting)
    for names, most in ((KEYWORDS, caps.keywords), (("SERVICE",), caps.services), (OPERATORS, caps.operators), (SEPARATORS, caps.separators)):
        for name in names:
            if counts[name] > most:
                token = [token for token in stream.tokens if token.tag == name][most]
                raise _too_complex(token.start, stream, f"times “{name}”", f"veces «{name}»", "repetitions", most, unit=name)


def _check_nesting(stream: TokenStream, most: int) -> None:
    depth = 0
    for token in stream.tokens:
        if token.tag in OPENING:
            depth += 1
            if depth > most:
                raise _too_complex(token.start, stream, "nested brackets", "paréntesis o llaves anidados", "nesting", most, unit="brackets")
        elif token.tag in CLOSED:
            depth = max(0, depth - 1)


def _too_complex(
    offset: int, stream: TokenStream, what: str, que: str, name: str, most: int, *, unit: str = ""
) -> QueryRefused:
    """Refusal for the cap `name`, which is the unit, too, where none is given."""
    return QueryRefused(
        "too-complex",
        {
            "es": f"La consulta es demasiado compleja: más de {most} {que}.",
            "en": f"The query is too complex: more than {most} {what}.",
        },
        stream.place(offset),
        {"name": name, "value": most, "unit": unit or name},
    )


def _update(token: Token, stream: TokenStream) -> QueryRefused:
    return QueryRefused(
        "update",
        {
            "es": f"Este servicio solo lee: {token.upper} es una actualización y no se ejecuta.",
            "en": f"This service is read-only: {token.upper} is an update and is not run.",
        },
        stream.place(token.start),
    )


def whole_number(written: str) -> int:
    """The value of a whole number. One of more digits than any result has rows is as good as the largest below that."""
    digits = written.lstrip("0")[: len(str(MOST_ROWS)) + 1]
    return min(int(digits or "0"), MOST_ROWS)


def _calls(parsed: ParsedQuery) -> tuple[ServiceCall, ...]:
    calls = [
        ServiceCall(
            clause.endpoint or "", clause.silent, clause.token.start, clause.end, clause.pattern_start, clause.pattern_end,
            clause.variables, parsed.base,
        )
        for clause in parsed.services
    ]  # fmt: skip
    return tuple(sorted(calls, key=lambda call: call.start))


def _check_meaning(parsed: ParsedQuery, stream: TokenStream, open_services: frozenset[str]) -> None:
    """Refuse what reaches outside the store. Raises QueryRefused or QuerySyntaxError."""
    refused = [clause.token.start for clause in parsed.services if clause.nested or clause.endpoint not in open_services]
    if refused:
        closed = {
            "es": "Este servicio no consulta a otros: quite SERVICE y combine los resultados de su lado.",
            "en": "This service does not ask others: remove SERVICE and combine the results on your side.",
        }
        not_listed = {
            "es": "SERVICE solo puede nombrar los servicios que enumera la descripción de este, sin otro SERVICE dentro.",
            "en": "SERVICE may name only the services that the description of this one lists, without another SERVICE inside.",
        }
        raise QueryRefused("service", not_listed if open_services else closed, stream.place(min(refused)))
    for iri, token in (*parsed.default_graphs, *parsed.named_graphs):
        if not may_name_graph(iri):
            raise refused_graph(iri, stream.place(token.start))
    for iri, token in parsed.functions.items():
        if iri.startswith(XSD) and iri not in CASTS:
            raise describe(Fault("unknown-function", token), stream)


def may_name_graph(iri: str) -> bool:
    """Whether an absolute IRI could be the name of a graph; what names a file or the like could not."""
    return iri.split(":", 1)[0].lower() in GRAPH_SCHEMES


def refused_graph(iri: str, place: tuple[int, int] | None = None) -> QueryRefused:
    """A graph name that could only mean something outside the store, such as a file."""
    scheme = iri.split(":", 1)[0][:20]
    return QueryRefused(
        "remote-graph",
        {
            "es": f"Solo hay grafos de este servicio: de una dirección «{scheme}:» no se lee nada.",
            "en": f"There are only graphs of this service: nothing is read from a “{scheme}:” address.",
        },
        place,
    )
