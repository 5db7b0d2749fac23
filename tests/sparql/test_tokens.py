"""Terminals, their places, and that no text takes the tokenizer long."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparql_api.sparql import tokens as t
from sparql_api.sparql.tokens import TokenStream


def kinds(text: str) -> list[tuple[str, str]]:
    return [(token.kind, token.text) for token in TokenStream(text).tokens[:-1]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<http://a/b#c> # <x>", [(t.IRI, "<http://a/b#c>")]),
        ("ex:a.b. x", [(t.NAME, "ex:a.b"), (t.MARK, "."), (t.WORD, "x")]),
        (r"ex:a\,b%20c:d", [(t.NAME, r"ex:a\,b%20c:d")]),
        ("a.b:c", [(t.NAME, "a.b:c")]),
        (": _:b.1.", [(t.NAME, ":"), (t.BLANK, "_:b.1"), (t.MARK, ".")]),
        ("?a<?b", [(t.VARIABLE, "?a"), (t.MARK, "<"), (t.VARIABLE, "?b")]),
        ("?a<5&&?b>7", [(t.VARIABLE, "?a"), (t.IRI, "<5&&?b>"), (t.NUMBER, "7")]),  # longest match, as the grammar says
        ("?a < 5 && ?b > 7", [
            (t.VARIABLE, "?a"), (t.MARK, "<"), (t.NUMBER, "5"), (t.MARK, "&&"), (t.VARIABLE, "?b"), (t.MARK, ">"), (t.NUMBER, "7"),
        ]),
        ("1 1.5 .5 1e3 1.e3 1.", [(t.NUMBER, "1"), (t.NUMBER, "1.5"), (t.NUMBER, ".5"), (t.NUMBER, "1e3"), (t.NUMBER, "1.e3"), (t.NUMBER, "1"), (t.MARK, ".")]),
        ("\"a\\\"b\"@es-MX 'it'", [(t.STRING, '"a\\"b"'), (t.LANGUAGE, "@es-MX"), (t.STRING, "'it'")]),
        ("'''a''b''' '' \"\"\"\"x\"\"\"", [(t.STRING, "'''a''b'''"), (t.STRING, "''"), (t.STRING, '""""x"""')]),
        ("'# no comment' # comment '", [(t.STRING, "'# no comment'")]),
        ("foaf:knows* ^foaf:x", [(t.NAME, "foaf:knows"), (t.MARK, "*"), (t.MARK, "^"), (t.NAME, "foaf:x")]),
    ],
)  # fmt: skip
def test_terminals(text: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(text) == expected


def test_escapes_outside_strings_are_resolved_inside_they_stay() -> None:
    stream = TokenStream("SERVIC\\u0045 <x\\u0041> \"\\u0041\" # \\u0041")
    assert [token.text for token in stream.tokens] == ["SERVICE", "<x\\u0041>", '"\\u0041"', ""]
    assert stream.place(stream.tokens[1].start) == (1, 14)


@given(st.text(alphabet="a:.<>\"'\\?{}()#\n é😀u0041_-@1e+", max_size=80))
def test_tokens_tile_the_text(text: str) -> None:
    """What lies between tokens is space and comments only, and every token is where it says."""
    stream = TokenStream(text)
    position = 0
    for token in stream.tokens[:-1]:
        gap = stream.text[position : token.start]
        assert all(line.strip() == "" or line.lstrip().startswith("#") for line in gap.splitlines())
        assert stream.text[token.start : token.end] == token.text != ""
        position = token.end


LONG = 20_000
HARD = ["a.", "a..", "'''\\'", '"', '"\\q', "<", "<a:", "<http://:", ":.", "_:a..", "1.", "e+", "\\u0041", "@a-", "'a\n", "''' ", "a.:"]


@pytest.mark.parametrize("piece", HARD)
def test_reading_takes_time_in_proportion(piece: str) -> None:
    """Ten times the text must not take a hundred times as long: the bound is generous, quadratic reading exceeds it."""

    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        start = time.process_time()
        TokenStream(text)
        return time.process_time() - start

    short = max(min(seconds(LONG // 10) for _ in range(3)), 0.002)
    assert min(seconds(LONG) for _ in range(2)) < 40 * short
