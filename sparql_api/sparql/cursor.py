"""Reading tokens one by one, and stopping at the first one that the grammar has no place for.

The SPARQL grammar can be read with one token of look-ahead, so the first token without a place is exactly where a
person's mistake shows: neither the furthest look-ahead nor the start of the statement.
"""

from __future__ import annotations

from typing import NoReturn

from sparql_api.sparql import tokens as t
from sparql_api.sparql.tokens import Token, TokenStream

CLOSING = {"{": "}", "(": ")", "[": "]"}
OPENING, CLOSED = frozenset(CLOSING), frozenset(CLOSING.values())


class Fault(Exception):
    """The query breaks a rule at `token`. `code` names the rule, `expected` what could stand there instead.

    Members of `expected` are keywords, marks, or keys of `syntax_errors.THINGS`; `values` fill the message.
    """

    def __init__(self, code: str, token: Token, expected: tuple[str, ...] = (), **values: object) -> None:
        super().__init__(f"{code} at {token.start}: {token.text}")
        self.code = code
        self.token = token
        self.expected = expected
        self.values = values


class Cursor:
    """A place in the tokens of one query, with the brackets that are open there."""

    def __init__(self, stream: TokenStream) -> None:
        self._tokens = stream.tokens
        self._next = 0
        self.open: list[Token] = []
        self.token = self._tokens[0]
        self.last = self.token

    def advance(self) -> Token:
        """Take the current token."""
        taken = self.token
        tag = taken.tag
        if tag in OPENING:
            self.open.append(taken)
        elif tag in CLOSED and self.open:
            self.open.pop()
        elif tag == t.BAD:
            self.fail("unexpected")
        self._next += 1
        self.token = self._tokens[self._next]
        self.last = taken
        return taken

    def peek(self) -> Token:
        """The token after the current one."""
        return self._tokens[min(self._next + 1, len(self._tokens) - 1)]

    def at(self, *marks: str) -> bool:
        return self.token.tag in marks

    def at_word(self, *words: str) -> bool:
        return self.token.tag in words

    def accept(self, mark: str) -> Token | None:
        return self.advance() if self.token.tag == mark else None

    def accept_word(self, *words: str) -> Token | None:
        return self.advance() if self.token.tag in words else None

    def expect(self, mark: str, *others: str) -> Token:
        if self.token.tag != mark:
            self.fail("unexpected", mark, *others)
        return self.advance()

    def expect_word(self, word: str) -> Token:
        if self.token.tag != word:
            self.fail("unexpected", word)
        return self.advance()

    def fail(self, code: str, *expected: str, token: Token | None = None, **values: object) -> NoReturn:
        """Raise the Fault that says most about the token: a broken terminal and the end of the text go first."""
        token = token or self.token
        if token.kind == t.BAD:
            code = _bad(token)
        elif token.kind == t.END and self.open:
            code, values = "unclosed", {"bracket": self.open[-1], **values}
            expected = tuple(dict.fromkeys((CLOSING[self.open[-1].text], *expected)))
        elif token.kind == t.MARK and token.text in ")]}" and code == "unexpected":
            if not self.open:
                code = "stray-bracket"
            elif CLOSING[self.open[-1].text] != token.text:
                code, values = "wrong-bracket", {"bracket": self.open[-1], **values}
        raise Fault(code, token, expected, **values)


def _bad(token: Token) -> str:
    match token.text[0]:
        case "'" | '"':
            return "unclosed-string"
        case "<":
            return "bad-iri"
        case "=":
            return "double-equals"
        case "@":
            return "bad-language"
    return "bad-character"
