"""The recogniser of SPARQL 1.1 queries: productions 1 to 106, with the notes of section 19.8 on scope and aggregates.

It builds no algebra; it says whether a text is a query, where it is not, and what the query asks of the service: its
form, its graphs, the functions it calls and whether it wants to reach another service.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sparql_api.sparql import tokens as t
from sparql_api.sparql.patterns import PatternReader, ServiceClause
from sparql_api.sparql.tokens import Token, TokenStream

UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH")
FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")


class NotAQuery(Exception):
    """The text is an update."""

    def __init__(self, token: Token) -> None:
        super().__init__(token.text)
        self.token = token


@dataclass
class ParsedQuery:
    """What a query asks: `default_graphs` and `named_graphs` in the order written, IRIs resolved.

    `base` is what relative IRIs after the prologue are resolved against. `limit` is the number after the outermost LIMIT,
    `modifiers_end` the offset where the outermost modifiers end (where one could be added), before a VALUES clause.
    `patterns` are offsets of what an engine joins or describes: triples, groups, things. `decisive` are offsets of the IRIs that say
    what all this is, `whole_numbers` of those after LIMIT and OFFSET: apart from them, another valid IRI, number or string
    in the place of one would change nothing here but offsets.
    """

    form: str
    base: str | None
    prefixes: dict[str, str]
    modifiers_end: int
    limit: Token | None = None
    default_graphs: list[tuple[str, Token]] = field(default_factory=list)
    named_graphs: list[tuple[str, Token]] = field(default_factory=list)
    services: list[ServiceClause] = field(default_factory=list)
    functions: dict[str, Token] = field(default_factory=dict)
    booleans: list[Token] = field(default_factory=list)
    order_conditions: list[tuple[int, int]] = field(default_factory=list)
    heavy: bool = False
    volatile: bool = False
    decisive: list[int] = field(default_factory=list)
    whole_numbers: list[int] = field(default_factory=list)
    patterns: list[int] = field(default_factory=list)


class QueryReader(PatternReader):
    """Reads one query unit. Raises Fault or NotAQuery."""

    def __init__(self, stream: TokenStream, base: str | None) -> None:
        super().__init__(stream, base)
        self._default_graphs: list[tuple[str, Token]] = []
        self._named_graphs: list[tuple[str, Token]] = []

    def read(self) -> ParsedQuery:
        self._prologue()
        form = self.token
        if form.upper in UPDATES:
            raise NotAQuery(form)
        if form.upper == "SELECT":
            self.select(datasets=self._dataset)
        elif form.upper == "CONSTRUCT":
            self._construct()
        elif form.upper == "DESCRIBE":
            self._describe()
        elif form.upper == "ASK":
            self.advance()
            self._dataset()
            self.where()
            self.modifiers()
        else:
            self.fail("unknown-word" if form.kind == t.WORD else "unexpected", *FORMS, "PREFIX", "BASE")
        modifiers_end, limit = self.last.end, self.limit
        if self.accept_word("VALUES"):
            self.data_block()
        if self.token.kind != t.END:
            self.fail("unexpected" if self.at(")", "]", "}") else "trailing", *self.after_pattern)
        return ParsedQuery(
            form.upper, self.base, self.prefixes, modifiers_end, limit, self._default_graphs, self._named_graphs, self.services, self.functions,
            self.booleans, self.order_conditions, self.heavy, self.volatile, self.decisive, self.whole_numbers, self.patterns,
        )  # fmt: skip

    def _prologue(self) -> None:
        while True:
            if self.accept_word("BASE"):
                if self.token.kind != t.IRI:
                    self.fail("unexpected", "iri-in-brackets")
                self.decisive.append(self.token.start)
                self.base = self.resolved(self.token)
                self.advance()
            elif self.accept_word("PREFIX"):
                name = self.token
                if name.kind != t.NAME or not name.text.endswith(":") or name.text.count(":") > 1:
                    self.fail("prefix-name", "prefix-name")
                self.advance()
                if self.token.kind != t.IRI:
                    self.fail("prefix-iri", "iri-in-brackets")
                self.decisive.append(self.token.start)
                self.prefixes[name.text[:-1]] = self.resolved(self.token)
                self.advance()
            else:
                return

    def _dataset(self) -> None:
        while self.accept_word("FROM"):
            graphs = self._named_graphs if self.accept_word("NAMED") else self._default_graphs
            token = self.token
            self.decisive.append(token.start)
            graphs.append((self.iri(), token))

    def _construct(self) -> None:
        self.advance()
        if self.at("{"):
            self.template()
            self._dataset()
            self.where()
        else:
            self._dataset()
            if not self.at_word("WHERE"):
                self.fail("unexpected", "{", "WHERE")
            self.advance()
            self.template(pattern=True)
        self.modifiers()

    def _describe(self) -> None:
        self.advance()
        if not self.accept("*"):
            if self.token.kind not in (t.VARIABLE, t.IRI, t.NAME):
                self.fail("unexpected", "variable", "iri", "*")
            while self.token.kind in (t.VARIABLE, t.IRI, t.NAME):
                self.patterns.append(self.token.start)
                self.variable_or_iri()
        self._dataset()
        if self.at_word("WHERE") or self.at("{"):
            self.where()
        self.modifiers()
