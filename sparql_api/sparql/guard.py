"""Whether a stranger's query may run: caps on its size first, then what it means. Stands in front of every engine.

The caps come before any parser, since the engine's reads by recursion and has no depth limit. What a query wants is
read off the grammar, never searched for in its text: SERVICE is refused where a pattern starts with that keyword, not
where a comment, a string, a variable or an IRI holds the word.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sparql_api.engine.order import ORDER_KEY
from sparql_api.sparql import tokens as t
from sparql_api.sparql.cursor import Fault
from sparql_api.sparql.grammar import NotAQuery, ParsedQuery, QueryReader
from sparql_api.sparql.syntax_errors import QuerySyntaxError, Words, describe
from sparql_api.sparql.tokens import Token, TokenStream

__all__ = ["Caps", "GuardedQuery", "QueryRefused", "QuerySyntaxError", "guard"]

XSD = "http://www.w3.org/2001/XMLSchema#"
# Constructor functions of XML Schema that the engine has (SPARQL 1.1, 17.5, and its further date and duration types).
CASTS = frozenset(
    XSD + name
    for name in (
        "boolean", "double", "float", "decimal", "integer", "dateTime", "string", "date", "time", "duration",
        "yearMonthDuration", "dayTimeDuration", "gYear", "gYearMonth", "gMonth", "gMonthDay", "gDay", "anyURI",
    )
)  # fmt: skip
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
    operators: int = 1_000  # of each of OPERATORS
    separators: int = 10_000  # of each of SEPARATORS


KEYWORDS = ("UNION", "OPTIONAL", "BIND", "MINUS", "FILTER", "GRAPH", "SELECT", "EXISTS", "VALUES", "SERVICE")
OPERATORS = ("!", "&&", "||", "^", "/", "|", "+", "-", "*", "?", "=", "!=", "<", ">", "<=", ">=")
SEPARATORS = (".", ";", ",")


class QueryRefused(Exception):
    """The query is understood but not run. `code` is stable, `place` its line and column when it has one."""

    def __init__(self, code: str, detail: Words, place: tuple[int, int] | None = None) -> None:
        super().__init__(detail["en"])
        self.code = code
        self.detail = detail
        self.place = place


@dataclass(frozen=True)
class GuardedQuery:
    """A query that may run. Only `guard` makes one.

    `text` is what the engine parses (escapes outside strings resolved, booleans in lower case), `form` SELECT, ASK, CONSTRUCT or DESCRIBE.
    Graph lists are those of FROM and FROM NAMED; both None when the query has no such clause. `functions` are IRIs of
    called functions that no engine of ours has: a call is an error in its expression (SPARQL 1.1, 17.6). `heavy` says that
    the query looks long from its text (`patterns.looks_heavy`). `volatile` that its answer is another one
    each time (RAND, NOW, UUID, STRUUID). `order_conditions` are offsets of what ORDER BY sorts by.
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
    stream: TokenStream | None = field(default=None, compare=False, repr=False)

    @property
    def text_with_order_keys(self) -> str:
        """The same query, sorted by the keys of `engine.order` instead of by the terms themselves."""
        parts, last = [], 0
        for start, end in sorted(self.order_conditions):
            if start >= last:  # a condition inside another one, in EXISTS, keeps its own order, which changes nothing
                parts += [self.text[last:start], f"(<{ORDER_KEY}>({self.text[start:end]}))"]
                last = end
        return "".join([*parts, self.text[last:]])


def guard(text: str, base: str | None = None, caps: Caps = Caps()) -> GuardedQuery:
    """Check a query. `base` is what relative IRIs are resolved against, when the query sets no BASE of its own.

    Raises QuerySyntaxError when it is no query and QueryRefused when it is one that may not run.
    """
    if len(text) > caps.length:
        raise QueryRefused(
            "too-long",
            {
                "es": f"La consulta tiene {len(text)} caracteres; el máximo es {caps.length}.",
                "en": f"The query has {len(text)} characters; the most is {caps.length}.",
            },
        )
    stream = TokenStream(text)
    _check_size(stream, caps)
    try:
        parsed = QueryReader(stream, base).read()
    except Fault as fault:
        raise describe(fault, stream) from None
    except NotAQuery as update:
        raise _update(update.token, stream) from None
    _check_meaning(parsed, stream)
    datasets = bool(parsed.default_graphs or parsed.named_graphs)
    checked = _with_lower_booleans(stream.text, parsed.booleans)
    return GuardedQuery(
        text=checked,
        form=parsed.form,
        base=base,
        prefixes=tuple(parsed.prefixes.items()),
        default_graphs=tuple(iri for iri, _ in parsed.default_graphs) if datasets else None,
        named_graphs=tuple(iri for iri, _ in parsed.named_graphs) if datasets else None,
        functions=tuple(iri for iri in parsed.functions if iri not in CASTS),
        heavy=parsed.heavy,
        volatile=parsed.volatile,
        order_conditions=tuple(parsed.order_conditions),
        stream=stream,
    )


def _with_lower_booleans(text: str, booleans: list[Token]) -> str:
    """TRUE and False as the engine reads them; the grammar allows any case. No place changes."""
    parts, last = [], 0
    for token in booleans:
        parts += [text[last : token.start], token.text.lower()]
        last = token.end
    return "".join([*parts, text[last:]])


def _check_size(stream: TokenStream, caps: Caps) -> None:
    """Caps that need no grammar. Raises QueryRefused."""
    if len(stream.tokens) > caps.tokens:
        raise _too_complex(stream.tokens[caps.tokens], stream, "tokens", "símbolos", caps.tokens)
    depth = 0
    for token in stream.tokens:
        if token.kind == t.MARK and token.text in ("{", "(", "["):
            depth += 1
            if depth > caps.nesting:
                raise _too_complex(token, stream, "nested brackets", "paréntesis o llaves anidados", caps.nesting)
        elif token.kind == t.MARK and token.text in ("}", ")", "]"):
            depth = max(0, depth - 1)
    counts: Counter[str] = Counter()
    bounds = {**dict.fromkeys(KEYWORDS, caps.keywords), **dict.fromkeys(OPERATORS, caps.operators)}
    bounds |= dict.fromkeys(SEPARATORS, caps.separators)
    for token in stream.tokens:
        name = token.upper or token.text if token.kind in (t.WORD, t.MARK) else ""
        if name in bounds:
            counts[name] += 1
            if counts[name] > bounds[name]:
                raise _too_complex(token, stream, f"times “{name}”", f"veces «{name}»", bounds[name])


def _too_complex(token: Token, stream: TokenStream, what: str, que: str, most: int) -> QueryRefused:
    return QueryRefused(
        "too-complex",
        {
            "es": f"La consulta es demasiado compleja: más de {most} {que}.",
            "en": f"The query is too complex: more than {most} {what}.",
        },
        stream.place(token.start),
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


def _check_meaning(parsed: ParsedQuery, stream: TokenStream) -> None:
    """Refuse what reaches outside the store. Raises QueryRefused or QuerySyntaxError."""
    if parsed.services:
        raise QueryRefused(
            "service",
            {
                "es": "Este servicio no consulta a otros: quite SERVICE y combine los resultados de su lado.",
                "en": "This service does not ask others: remove SERVICE and combine the results on your side.",
            },
            stream.place(parsed.services[0].start),
        )
    for iri, token in (*parsed.default_graphs, *parsed.named_graphs):
        if iri.split(":", 1)[0].lower() not in GRAPH_SCHEMES:
            raise refused_graph(iri, stream.place(token.start))
    for iri, token in parsed.functions.items():
        if iri.startswith(XSD) and iri not in CASTS:
            raise describe(Fault("unknown-function", token), stream)


def refused_graph(iri: str, place: tuple[int, int] | None = None) -> QueryRefused:
    """A graph name that could only mean something outside the store, such as a file."""
    scheme = iri.split(":", 1)[0][:20]
    return QueryRefused(
        "remote-graph",
        {
            "es": f"Solo hay grafos de este servicio: FROM con una dirección «{scheme}:» no se lee.",
            "en": f"There are only graphs of this service: FROM with a “{scheme}:” address is not read.",
        },
        place,
    )
