"""Triples, collections, blank nodes and property paths (productions 52 and 75 to 106 of the SPARQL 1.1 grammar)."""

from __future__ import annotations

from dataclasses import dataclass

from sparql_api.sparql import tokens as t
from sparql_api.sparql.expressions import ExpressionReader
from sparql_api.sparql.tokens import TokenStream

TERM_KINDS = (t.VARIABLE, t.IRI, t.NAME, t.BLANK, t.STRING, t.NUMBER)


@dataclass(frozen=True)
class Part:
    """A statement or a group inside a group: its variables and blank nodes, whether its subject or a literal is given (so
    that it has few solutions), and whether it follows a path of any length."""

    names: set[str]
    rooted: bool
    endless: bool


class TripleReader(ExpressionReader):
    """Reads statements. `names` and `visible` collect variables without their mark and blank nodes with theirs."""

    def __init__(self, stream: TokenStream, base: str | None) -> None:
        super().__init__(stream, base)
        self._pattern_number = 0  # of the basic graph pattern being read
        self._patterns_made = 0
        self._blank_patterns: dict[str, int] = {}
        self._paths = True  # templates have none
        self._endless_path = False  # the statement being read has a path with * or +
        self.patterns: list[int] = []  # offsets of objects, items of collections and groups in patterns
        self._given_value = False  # its subject is an IRI or one of its objects a literal

    def new_pattern(self) -> None:
        """From here on blank node labels belong to another basic graph pattern."""
        self._patterns_made += 1
        self._pattern_number = self._patterns_made

    def statement(self) -> Part:
        """One subject with its predicates and objects, as a part of its group."""
        self._endless_path, self._given_value = False, self.token.kind in (t.IRI, t.NAME)
        names: set[str] = set()
        self.triples(names)
        return Part(names, self._given_value, self._endless_path)

    def at_term(self) -> bool:
        return self.token.kind in TERM_KINDS or self.at("(", "[", "+", "-") or self.at_word("TRUE", "FALSE")

    def triples(self, visible: set[str]) -> None:
        """One subject with its predicates and objects."""
        node = self.at("(", "[") and self.peek().text not in (")", "]")
        self.node(visible, "term")
        if not node or self._at_verb():
            self._properties(visible)

    def node(self, visible: set[str], expected: str) -> None:
        """A term, a collection or a blank node with properties."""
        token = self.token
        if token.kind == t.VARIABLE:
            visible.add(self.advance().text[1:])
        elif token.kind in (t.IRI, t.NAME):
            self.iri()
        elif token.kind == t.BLANK:
            known = self._blank_patterns.setdefault(token.text, self._pattern_number)
            if known != self._pattern_number:
                self.fail("blank-reused", name=token.text)
            visible.add(self.advance().text)
        elif self.accept("("):
            while not self.at(")"):
                self._count_pattern()
                self.node(visible, "term")
            self.expect(")")
        elif self.accept("["):
            if not self.at("]"):
                self._properties(visible)
            self.expect("]", ";", ",")
        elif not self.signed_literal():
            missing = "missing-object" if expected == "object" else "unexpected"
            self.fail("unknown-word" if token.kind == t.WORD else missing, expected)

    def signed_literal(self) -> bool:
        if self.at("+", "-"):
            if self.peek().kind != t.NUMBER or self.peek().start != self.token.end:
                return False
            self.advance()
        elif self.token.kind not in (t.STRING, t.NUMBER) and not self.at_word("TRUE", "FALSE"):
            return False
        self.literal()
        return True

    def _at_verb(self) -> bool:
        if self.token.kind in (t.VARIABLE, t.IRI, t.NAME) or self.token.text == "a":
            return True
        return self._paths and self.at("!", "^", "(")

    def _properties(self, visible: set[str]) -> None:
        self._property(visible)
        while self.accept(";"):
            if self._at_verb():
                self._property(visible)

    def _property(self, visible: set[str]) -> None:
        token = self.token
        if not self._at_verb():
            word = token.kind == t.WORD
            self.fail("unknown-word" if word else "missing-predicate", "predicate", "a")
        if token.kind == t.VARIABLE:
            visible.add(self.advance().text[1:])
        elif self._paths:
            self.path()
        else:
            self._path_iri()
        self._object(visible)
        while self.accept(","):
            self._object(visible)

    def _object(self, visible: set[str]) -> None:
        self._given_value = self._given_value or self.token.kind in (t.STRING, t.NUMBER)
        self._count_pattern()
        self.node(visible, "object")

    def _count_pattern(self) -> None:
        if self._paths:  # templates are not joined
            self.patterns.append(self.token.start)

    # --- property paths

    def path(self) -> None:
        while True:
            self.accept("^")
            self._path_primary()
            if self.at("?", "*", "+"):
                self._endless_path = self._endless_path or not self.at("?")
                self.advance()
            if not self.at("/", "|"):
                return
            self.advance()

    def _path_primary(self) -> None:
        if self.accept("("):
            self.path()
            self.expect(")", "/", "|")
        elif self.accept("!"):
            if not self.accept("("):
                self._path_one()
                return
            if not self.at(")"):
                self._path_one()
                while self.accept("|"):
                    self._path_one()
            self.expect(")", "|")
        else:
            self._path_iri()

    def _path_one(self) -> None:
        self.accept("^")
        self._path_iri()

    def _path_iri(self) -> None:
        if self.token.kind == t.WORD and self.token.text == "a":
            self.advance()
        elif self.token.kind in (t.IRI, t.NAME):
            self.iri()
        else:
            word = self.token.kind == t.WORD
            self.fail("unknown-word" if word else "missing-predicate", "predicate", "a")
