"""Terminals, their places, and that no text takes the tokenizer long."""

from __future__ import annotations

import time

import pyoxigraph as ox
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


def test_escapes_are_resolved_everywhere_and_places_stay() -> None:
    stream = TokenStream("SERVIC\\u0045 <x\\u0041#'\\U00000042> \"\\u0041\" # \\u0041\n ?x")
    assert [token.text for token in stream.tokens] == ["SERVICE", "<xA#'B>", '"A"', "?x", ""]
    assert [stream.place(token.start) for token in stream.tokens[:4]] == [(1, 1), (1, 14), (1, 36), (2, 2)]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"'\u0027 \u0022 \u005C \u000A \u000D \u0009 \u00f1 \U0001F600'", "'\\' \\\" \\\\ \\n \\r \t ñ 😀'"),
        (r'"""\u0022\u0022\u0022 \u005Cn"""', r'"""\"\"\" \\n"""'),
        (r"'\\u0027'", r"'\\u0027'"),  # an escaped backslash, then a u
        (r"'\\\u0027'", r"'\\\''"),
        (r"<http://a/\u003E\u0020\u00e9>", r"<http://a/\u003E\u0020é>"),  # no IRI, before and after
        ("'x' # \\u000A \\\\u0041 '", "'x' #  u000A   u0041 '"),
        (r"ex:\u0061\,b", r"ex:a\,b"),
        (r"'x \u0027", r"'x \u0027"),  # no string, before and after
        (r"\u0027x\u0027 \u005Cu0041", r"\u0027x\u0027 \u005Cu0041"),
    ],
)
def test_an_engine_that_resolves_escapes_first_reads_the_same(written: str, read: str) -> None:
    assert TokenStream(written).text == read


def test_strings_keep_their_meaning_when_escapes_are_resolved() -> None:
    for text in (r"'a\u0027b\u005C\u000a\u0022'", r'"""\u0022\u0022\u0022\u005Cn"""', r"'\\u0041\\\u0041'", r"<http://a/#\u00e9'>"):
        plain, resolved = (ox.Store().query(f"SELECT * {{ BIND({each} AS ?x) }}") for each in (text, TokenStream(text).text))
        assert isinstance(plain, ox.QuerySolutions) and isinstance(resolved, ox.QuerySolutions)
        assert str(next(plain)["x"]) == str(next(resolved)["x"])


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
