"""The terminals of the SPARQL 1.1 grammar (section 19.8) as a stream of tokens with their places.

One regular expression finds every terminal, longest match first, so that comments, strings and IRIs can hide nothing.
Codepoint escapes are resolved before (section 19.2), and the resolved text is what the engine gets: both read the same
characters.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import NamedTuple

IRI, NAME, BLANK, VARIABLE, LANGUAGE, NUMBER, STRING = "iri", "name", "blank", "variable", "language", "number", "string"
WORD, MARK, BAD, END = "word", "mark", "bad", "end"

# An escape must name a character: no surrogate, and nothing beyond U+10FFFF.
_UCHAR = (
    r"\\u(?![dD][89a-fA-F])[0-9A-Fa-f]{4}"
    r"|\\U(?:0000(?![dD][89a-fA-F])[0-9A-Fa-f]|000[1-9a-fA-F][0-9A-Fa-f]|0010[0-9A-Fa-f])[0-9A-Fa-f]{3}"
)
_ECHAR = rf"\\[tbnrf\\\"']|{_UCHAR}"
_EXPONENT = "[eE][+-]?[0-9]+"

# Possessive repetitions throughout: no text makes these patterns go back over what they have read.
SPACE = r"[ \t\r\n]++"
COMMENT = r"\#[^\r\n]*+"
LONG_STRING = rf"'''(?:[^'\\]++|'{{1,2}}(?!')|{_ECHAR})*+'''|\"\"\"(?:[^\"\\]++|\"{{1,2}}(?!\")|{_ECHAR})*+\"\"\""
SHORT_STRING = rf"'(?!'')(?:[^'\\\n\r]++|{_ECHAR})*+'|\"(?!\"\")(?:[^\"\\\n\r]++|{_ECHAR})*+\""
IRI_IN_BRACKETS = rf"<(?:[^<>\"{{}}|^`\\\x00-\x20]++|{_UCHAR})*+>"
LANGUAGE_TAG = "@[A-Za-z]++(?:-[A-Za-z0-9]++)*+"
NUMERAL = rf"[0-9]+\.[0-9]*{_EXPONENT}|\.?[0-9]+{_EXPONENT}|[0-9]*\.[0-9]+|[0-9]+"
_MARKS = r"[{}()\[\].,;]|\^\^|&&|\|\||!=|<=|>=|[<>=!+\-*/|^?]"
# What no terminal starts with, read as far as a person meant it: a wrong operator, an unclosed string, a bad IRI.
_UNCLOSED = r"'''[\s\S]*+|\"\"\"[\s\S]*+|['\"][^\n\r]*+"
_BROKEN = rf"===?|<[A-Za-z][A-Za-z0-9+.\-]*+://[^<>\n\r]*+>|{_UNCLOSED}|[\s\S]"

_ESCAPABLE = re.compile(
    rf"(?P<comment>{COMMENT})|(?P<iri>{IRI_IN_BRACKETS})|(?P<string>{LONG_STRING}|{SHORT_STRING})"
    rf"|(?P<broken>{_UNCLOSED})|(?P<name>\\[_~.\-!$&'()*+,;=/?#@%])|(?P<escape>{_UCHAR})"
)
_ESCAPE = re.compile(rf"(?P<escape>{_UCHAR})|\\[\s\S]")
_IRI_CHARACTER = re.compile(r"[^<>\"{}|^`\\\x00-\x20]")
_NO_STRUCTURE = "\\'\""  # written as an escape outside strings, these would change what is inside
_IN_STRING = {"\n": "\\n", "\r": "\\r", "\\": "\\\\", '"': '\\"', "'": "\\'"}
_LINE_END = re.compile(r"\r\n|\n|\r")


class Letters(NamedTuple):
    """Insides of character classes: what a word starts with (PN_CHARS_BASE) and goes on with (PN_CHARS), the same for a
    variable, and patterns of the local part of a prefixed name and of a blank node label."""

    first: str
    more: str
    variable: str
    local: str
    blank: str


@cache
def letters(*, ascii_only: bool) -> Letters:
    """The classes of all of Unicode or, for text of ASCII alone, what is left of them there.

    Both read such a text alike. The small ones are compiled at once, the large ones take 30 ms, so they wait for a text
    that needs them.
    """
    beyond = (
        "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
        "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
    )
    joining = "\u00b7\u0300-\u036f\u203f-\u2040"
    first = "A-Za-z" if ascii_only else f"A-Za-z{beyond}"
    more = f"{first}_\\-0-9" if ascii_only else f"{first}_\\-0-9{joining}"
    variable = f"{first}_0-9" if ascii_only else f"{first}_0-9{joining}"
    escaped = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
    # Neither ends in a dot: dots are taken only when more of the name follows.
    local = rf"(?:[{first}_:0-9]|{escaped})(?:[{more}:]++|\.++(?=[{more}:]|{escaped})|{escaped})*+"
    blank = rf"_:[{first}_0-9](?:[{more}]++|\.++(?=[{more}]))*+"
    return Letters(first, more, variable, local, blank)


@cache
def _terminals(*, ascii_only: bool) -> re.Pattern[str]:
    """One terminal with the space and the comments before it.

    A dot can stand inside a prefix, so a run such as `a.a.a.` is a name if a colon follows it and words and marks if not.
    It is taken as a whole (`dotted`), read once, and looked at by `_dotted`.
    """
    use = letters(ascii_only=ascii_only)
    return re.compile(
        f"(?:{SPACE}|{COMMENT})*+(?:"
        + "|".join(
            (
                f"(?P<variable>[?$][{use.first}_0-9][{use.variable}]*+)",
                f"(?P<word>[{use.first}][{use.more}]*+(?![.:]))",
                f"(?P<name>(?:[{use.first}][{use.more}]*+)?+:(?:{use.local})?+)",
                f"(?P<dotted>[{use.first}][{use.more}.]*+)",
                f"(?P<iri>{IRI_IN_BRACKETS})",
                f"(?P<string>{LONG_STRING}|{SHORT_STRING})",
                f"(?P<number>{NUMERAL})",
                f"(?P<blank>{use.blank})",
                f"(?P<language>{LANGUAGE_TAG})",
                f"(?P<mark>(?!==|<[A-Za-z][A-Za-z0-9+.\\-]*+://[^<>\n\r]*+>)(?:{_MARKS}))",
                f"(?P<bad>{_BROKEN})",
                r"(?P<end>\Z)",
            )
        )
        + ")"
    )


@cache
def _in_dotted(*, ascii_only: bool) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Terminals that can start inside a dotted run without a colon, and a local part."""
    use = letters(ascii_only=ascii_only)
    pieces = rf"(?P<word>[{use.first}][{use.more}]*+)|(?P<number>{NUMERAL})|(?P<mark>[.\-])|(?P<bad>[\s\S])"
    return re.compile(pieces), re.compile(use.local)


class Token(NamedTuple):
    """One terminal: `kind` as above, `text` as written, `start` and `end` as offsets in the text of the stream.

    `tag` is what the grammar looks at: a keyword in capitals, a mark as it is, the kind (in small letters) of all else.
    """

    kind: str
    text: str
    start: int
    end: int
    tag: str

    @property
    def upper(self) -> str:
        """The word in capitals, as keywords are compared; empty for anything that is not a word."""
        return self.tag if self.kind == WORD else ""


class TokenStream:
    """The tokens of one query, and where they stand in the text as it was sent."""

    def __init__(self, sent: str, most: int | None = None) -> None:
        """Read a text; `most` tokens and a few, if there are more."""
        self.text, self._shifts = resolve_escapes(sent)
        self.tokens = _tokens(self.text, most)
        self._sent = sent
        self._lines: list[int] | None = None

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset: characters (code points), both from 1, in the text as it was sent."""
        if self._lines is None:
            self._lines = [0, *(match.end() for match in _LINE_END.finditer(self._sent))]
        position = bisect.bisect_right(self._shifts, (offset, float("inf"))) - 1
        sent = offset + (self._shifts[position][1] if position >= 0 else 0)
        line = bisect.bisect_right(self._lines, sent)
        return line, sent - self._lines[line - 1] + 1


def resolve_escapes(sent: str) -> tuple[str, list[tuple[int, int]]]:
    """Resolve `\\u` escapes (section 19.2), everywhere.

    An engine may resolve them before it looks for terminals, as the recommendation says, or after, as ours does. To both
    the text must mean the same, so an escape in a string gives way to the character or to an escape such as `\\"`, and a
    comment loses its backslashes. What is no character of an IRI stays an escape there, and so no IRI.
    Returns the text and, for each resolved escape, (offset after it in the new text, characters lost up to there).
    """
    if not has_escapes(sent):
        return sent, []
    parts: list[str] = []
    shifts: list[tuple[int, int]] = []
    last = lost = length = 0
    for place, escape, found in _escapes(sent):
        start, end = escape
        before = sent[last:start]
        parts += [before, found]
        length += len(before) + len(found)
        lost += end - start - len(found)
        if place != "comment":
            shifts.append((length, lost))
        last = end
    parts.append(sent[last:])
    return "".join(parts), shifts


def _escapes(sent: str) -> Iterator[tuple[str, tuple[int, int], str]]:
    """Where an escape stands, its span, and what it gives way to."""
    for match in _ESCAPABLE.finditer(sent):
        place = match.lastgroup or ""
        start, end = match.span()
        if place == "escape" and (character := _character(match.group())) not in _NO_STRUCTURE:
            yield place, (start, end), character
        elif place == "comment" and "\\" in match.group():
            yield place, (start, end), match.group().replace("\\", " ")
        elif place in ("iri", "string") and has_escapes(match.group()):
            for inside in _ESCAPE.finditer(sent, start, end):
                character = _character(inside.group()) if inside["escape"] else ""
                if place == "string" and character:
                    yield place, inside.span(), _IN_STRING.get(character, character)
                elif character and _IRI_CHARACTER.fullmatch(character):
                    yield place, inside.span(), character


def _character(escape: str) -> str:
    return chr(int(escape[2:], 16))


def has_escapes(text: str) -> bool:
    """Whether `\\u` or `\\U` stands anywhere in a text, be it an escape or not."""
    return "\\" in text and ("\\u" in text or "\\U" in text)


def _tokens(text: str, most: int | None = None) -> list[Token]:
    find = _terminals(ascii_only=text.isascii()).finditer
    found: list[Token] = []
    add, make = found.append, tuple.__new__  # half the time of calling Token
    position: int | None = 0
    while position is not None:
        matches, position = find(text, position), None
        if most is not None:
            matches = islice(matches, max(0, most + 1 - len(found)))
        for match in matches:
            kind = match.lastgroup or BAD
            if kind == END:
                break
            start, end = match.span(kind)
            written = text[start:end]
            if kind == MARK:
                tag = written
            elif kind == WORD:
                tag = written.upper() if written.isascii() else WORD  # no other letter is part of a keyword
            elif kind == "dotted":
                found += _dotted(text, start, end)
                position = found[-1].end
                break
            else:
                tag = kind
            add(make(Token, (kind, written, start, end, tag)))
    last = found[-1].end if found else 0
    add(Token(END, "", last, last, END))
    return found


def _dotted(text: str, start: int, end: int) -> list[Token]:
    """The tokens of a run of letters and dots, the last of which may reach beyond it."""
    pieces, local = _in_dotted(ascii_only=text.isascii())
    if text.startswith(":", end) and text[end - 1] != ".":
        match = local.match(text, end + 1)
        stop = match.end() if match else end + 1
        return [Token(NAME, text[start:stop], start, stop, NAME)]
    found = []
    while start < end:
        match = pieces.match(text, start)
        assert match is not None and match.lastgroup is not None, "the last alternative takes any character"
        kind, written = match.lastgroup, match.group()
        ascii_word = kind == WORD and written.isascii()
        tag = written.upper() if ascii_word else written if kind == MARK else kind
        found.append(Token(kind, written, start, match.end(), tag))
        start = match.end()
    return found
