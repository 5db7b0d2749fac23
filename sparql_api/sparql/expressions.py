"""Expressions, literals and IRIs: productions 107 to 138 of the SPARQL 1.1 grammar.

The recogniser takes operators in one loop, since precedence does not matter to what is allowed; only brackets recurse.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urljoin

import pyoxigraph as ox

from sparql_api.sparql import tokens as t
from sparql_api.sparql.cursor import Cursor
from sparql_api.sparql.tokens import Token, TokenStream

AGGREGATES = ("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT")
# Name -> least and greatest number of arguments (section 17.4); None is any number.
BUILT_INS: dict[str, tuple[int, int | None]] = {
    **dict.fromkeys(("RAND", "NOW", "UUID", "STRUUID"), (0, 0)),
    **dict.fromkeys(("CONCAT", "COALESCE"), (0, None)),
    **dict.fromkeys(("LANGMATCHES", "CONTAINS", "STRSTARTS", "STRENDS", "STRBEFORE", "STRAFTER"), (2, 2)),
    **dict.fromkeys(("STRLANG", "STRDT", "SAMETERM"), (2, 2)),
    **dict.fromkeys(("REGEX", "SUBSTR"), (2, 3)),
    **dict.fromkeys(("STR", "LANG", "DATATYPE", "BOUND", "IRI", "URI", "ABS", "CEIL", "FLOOR", "ROUND"), (1, 1)),
    **dict.fromkeys(("STRLEN", "UCASE", "LCASE", "ENCODE_FOR_URI", "YEAR", "MONTH", "DAY", "HOURS"), (1, 1)),
    **dict.fromkeys(("MINUTES", "SECONDS", "TIMEZONE", "TZ", "MD5", "SHA1", "SHA256", "SHA384", "SHA512"), (1, 1)),
    **dict.fromkeys(("ISIRI", "ISURI", "ISBLANK", "ISLITERAL", "ISNUMERIC"), (1, 1)),
    "BNODE": (0, 1),
    "IF": (3, 3),
    "REPLACE": (3, 4),
}
XSD = "http://www.w3.org/2001/XMLSchema#"
# Constructor functions of XML Schema that the engine has (SPARQL 1.1, 17.5, and its further date and duration types); each takes one argument.
CASTS = frozenset(
    XSD + name
    for name in (
        "boolean", "double", "float", "decimal", "integer", "dateTime", "string", "date", "time", "duration",
        "yearMonthDuration", "dayTimeDuration", "gYear", "gYearMonth", "gMonth", "gMonthDay", "gDay",
    )
)  # fmt: skip
# Functions whose value is another one each time.
VOLATILE = ("RAND", "NOW", "UUID", "STRUUID")
RELATIONS = ("=", "!=", "<", ">", "<=", ">=")
OTHER_OPERATORS = ("&&", "||", "+", "-", "*", "/")


@dataclass
class Uses:
    """Variables that an expression reads outside aggregates, and whether it holds an aggregate."""

    variables: list[Token] = field(default_factory=list)
    aggregate: Token | None = None


class ExpressionReader(Cursor):
    """Reads expressions; `group_graph_pattern` comes from the reader of patterns."""

    def __init__(self, stream: TokenStream, base: str | None) -> None:
        super().__init__(stream)
        self.base = base
        self.prefixes: dict[str, str] = {}
        self.functions: dict[str, Token] = {}
        self.decisive: list[int] = []  # offsets of IRIs that the verdict depends on, beyond being IRIs
        self.booleans: list[Token] = []
        self.volatile = False
        self._uses = Uses()
        self._in_aggregate = False
        self._aggregates_allowed = False

    def measured_expression(self, *, aggregates: bool) -> Uses:
        """Read an expression and tell what it uses."""
        outer, self._uses = self._uses, Uses()
        allowed, self._aggregates_allowed = self._aggregates_allowed, aggregates
        self.expression()
        used, self._uses = self._uses, outer
        self._aggregates_allowed = allowed
        return used

    def measured_constraint(self, *, aggregates: bool) -> Uses:
        outer, self._uses = self._uses, Uses()
        allowed, self._aggregates_allowed = self._aggregates_allowed, aggregates
        self.constraint()
        used, self._uses = self._uses, outer
        self._aggregates_allowed = allowed
        return used

    def expression(self) -> None:
        related = False
        self._operand()
        while True:
            if self.at(*RELATIONS):
                if related:  # comparisons do not chain
                    self.fail("unexpected", ")", "&&", "||")
                related = True
                self.advance()
                self._operand()
            elif self.at(*OTHER_OPERATORS):
                related = related and not self.at("&&", "||")
                self.advance()
                self._operand()
            elif self.at_word("IN") or (self.at_word("NOT") and self.peek().upper == "IN"):
                if related:
                    self.fail("unexpected", ")", "&&", "||")
                related = True
                self.accept_word("NOT")
                self.advance()
                self._arguments((0, None))
            else:
                return

    def _operand(self) -> None:
        while self.at("!", "+", "-"):
            self.advance()
        token = self.token
        if self.accept("("):
            self.expression()
            self.expect(")", "operator")
        elif token.kind == t.VARIABLE:
            self.advance()
            if not self._in_aggregate:
                self._uses.variables.append(token)
        elif token.kind in (t.IRI, t.NAME):
            iri = self.iri()
            if self.at("("):
                self._function(iri, token)
        elif token.kind in (t.STRING, t.NUMBER) or self.at_word("TRUE", "FALSE"):
            self.literal()
        elif token.kind == t.WORD:
            self.built_in()
        else:
            self.fail("missing-expression", "expression")

    def _function(self, iri: str, token: Token) -> None:
        self.functions.setdefault(iri, token)
        self.decisive.append(token.start)
        if iri in CASTS:
            self._arguments((1, 1), token)
        elif self.peek().upper == "DISTINCT":
            self.advance()
            self.advance()
            self.expression()
            while self.accept(","):
                self.expression()
            self.expect(")", ",")
        else:
            self._arguments((0, None))

    def _arguments(self, bounds: tuple[int, int | None], name: Token | None = None) -> None:
        """A bracketed list of expressions whose number lies within bounds."""
        least, most = bounds
        self.expect("(")
        count = 0
        if not self.at(")"):
            self.expression()
            count = 1
            while self.at(","):
                if most is not None and count >= most:
                    self.fail("too-many-arguments", ")", name=name.text if name else "", most=most)
                self.advance()
                self.expression()
                count += 1
        elif least > 0:
            self.fail("missing-expression", "expression")
        if count < least:
            self.fail("too-few-arguments", ",", name=name.text if name else "", least=least)
        if most == 0 and count:
            self.fail("too-many-arguments", ")", token=name, name=name.text if name else "", most=0)
        self.expect(")", "operator", ",")

    def built_in(self) -> None:
        """A call of a built-in function, an aggregate, EXISTS or NOT EXISTS."""
        name = self.token
        word = name.upper
        if word in ("EXISTS", "NOT"):
            if word == "NOT":
                self.advance()
                if not self.at_word("EXISTS"):
                    self.fail("unexpected", "EXISTS")
            self.advance()
            self._pattern_inside()
        elif word in AGGREGATES:
            self._aggregate()
        elif word in BUILT_INS:
            self.volatile = self.volatile or word in VOLATILE
            self.advance()
            if word == "BOUND":
                self.expect("(")
                tested = self.variable()
                if not self._in_aggregate:
                    self._uses.variables.append(tested)
                self.expect(")")
            else:
                self._arguments(BUILT_INS[word], name)
        else:
            self.fail("unknown-word", "expression", *BUILT_INS, *AGGREGATES, "EXISTS", "NOT EXISTS")

    def _pattern_inside(self) -> None:
        """The pattern of EXISTS: what it uses is not used by the expression around it."""
        outer, self._uses = self._uses, Uses()
        inside, self._in_aggregate = self._in_aggregate, False
        self.group_graph_pattern()
        self._uses, self._in_aggregate = outer, inside

    def _aggregate(self) -> None:
        name = self.token
        if not self._aggregates_allowed or self._in_aggregate:
            self.fail("aggregate-here", name=name.text)
        self.advance()
        self._uses.aggregate = self._uses.aggregate or name
        self.expect("(")
        self.accept_word("DISTINCT")
        self._in_aggregate = True
        if not (name.upper == "COUNT" and self.accept("*")):
            self.expression()
        if name.upper == "GROUP_CONCAT" and self.accept(";"):
            self.expect_word("SEPARATOR")
            self.expect("=")
            if self.token.kind != t.STRING:
                self.fail("unexpected", "string")
            self.advance()
        self._in_aggregate = False
        self.expect(")")

    def constraint(self) -> None:
        """What may follow FILTER and HAVING: an expression in brackets, a built-in call or a function call."""
        token = self.token
        if self.accept("("):
            self.expression()
            self.expect(")", "operator")
        elif token.kind == t.WORD:
            self.built_in()
        elif token.kind in (t.IRI, t.NAME):
            iri = self.iri()
            if not self.at("("):
                self.fail("unexpected", "(")
            self._function(iri, token)
        else:
            self.fail("filter-brackets", "(")

    def variable(self) -> Token:
        if self.token.kind != t.VARIABLE:
            self.fail("unexpected", "variable")
        return self.advance()

    def iri(self) -> str:
        """An IRI in brackets or a prefixed name, resolved and checked."""
        token = self.token
        if token.kind == t.NAME:
            prefix, local = token.text.split(":", 1)
            if prefix not in self.prefixes:
                self.fail("undeclared-prefix", prefix=prefix)
            self.advance()
            return self.prefixes[prefix] + _unescaped_local(local)
        if token.kind != t.IRI:
            self.fail("unexpected", "iri")
        iri = self.resolved(token)
        self.advance()
        return iri

    def resolved(self, token: Token) -> str:
        """The absolute IRI that an IRI token stands for, checked by the engine's own rules (RFC 3987)."""
        try:
            return absolute_iri(token.text[1:-1], self.base)
        except ValueError:
            self.fail("bad-iri", token=token)

    def literal(self) -> None:
        """A string with its language or datatype, a number or a boolean."""
        if self.token.kind == t.STRING:
            self.advance()
            if self.token.kind == t.LANGUAGE:
                self.advance()
            elif self.accept("^^"):
                self.iri()
            return
        if self.token.kind == t.WORD:
            self.booleans.append(self.token)
        self.advance()


def absolute_iri(written: str, base: str | None) -> str:
    """What an IRI reference means. Raises ValueError when that is no absolute IRI."""
    iri = urljoin(base, written) if base and ":" not in written.split("/")[0] else written
    return ox.NamedNode(iri).value


def _unescaped_local(local: str) -> str:
    if "\\" not in local:
        return local
    parts = local.split("\\")
    return parts[0] + "".join(parts[1:])
