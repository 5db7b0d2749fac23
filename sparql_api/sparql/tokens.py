"""The terminals of the SPARQL 1.1 grammar (section 19.8) as a stream of tokens with their places.

One regular expression finds every terminal, longest match first, so that comments, strings and IRIs can hide nothing.
Codepoint escapes outside strings and IRIs are resolved before (section 19.2), and the resolved text is what the engine
gets: both read the same characters.
"""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass

IRI, NAME, BLANK, VARIABLE, LANGUAGE, NUMBER, STRING = "iri", "name", "blank", "variable", "language", "number", "string"
WORD, MARK, BAD, END = "word", "mark", "bad", "end"

_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_U = _BASE + "_"
_CHARS = _U + "\\-0-9\u00b7\u0300-\u036f\u203f-\u2040"
_ESCAPED = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_LOCAL = f"(?:[{_U}:0-9]|{_ESCAPED})(?:(?:[{_CHARS}.:]|{_ESCAPED})*(?:[{_CHARS}:]|{_ESCAPED}))?"
# An escape must name a character: no surrogate, and nothing beyond U+10FFFF.
_UCHAR = (
    r"\\u(?![dD][89a-fA-F])[0-9A-Fa-f]{4}"
    r"|\\U(?:0000(?![dD][89a-fA-F])[0-9A-Fa-f]|000[1-9a-fA-F][0-9A-Fa-f]|0010[0-9A-Fa-f])[0-9A-Fa-f]{3}"
)
_ECHAR = rf"\\[tbnrf\\\"']|{_UCHAR}"
_EXPONENT = "[eE][+-]?[0-9]+"

# Possessive repetitions throughout: no text makes these patterns go back over what they have read.
_LONG = rf"'''(?:[^'\\]|'{{1,2}}(?!')|{_ECHAR})*+'''|\"\"\"(?:[^\"\\]|\"{{1,2}}(?!\")|{_ECHAR})*+\"\"\""
_SHORT = rf"'(?!'')(?:[^'\\\n\r]|{_ECHAR})*+'|\"(?!\"\")(?:[^\"\\\n\r]|{_ECHAR})*+\""
_IRIREF = rf"<(?:[^<>\"{{}}|^`\\\x00-\x20]|{_UCHAR})*+>"

_TOKEN = re.compile(
    "|".join(
        (
            r"(?P<space>[ \t\r\n]++|\#[^\r\n]*+)",
            f"(?P<iri>{_IRIREF})",
            f"(?P<string>{_LONG}|{_SHORT})",
            f"(?P<blank>_:[{_U}0-9](?:[{_CHARS}.]*[{_CHARS}])?)",
            f"(?P<variable>[?$][{_U}0-9][{_U}0-9\u00b7\u0300-\u036f\u203f-\u2040]*+)",
            "(?P<language>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+)",
            f"(?P<number>[0-9]+\\.[0-9]*{_EXPONENT}|\\.?[0-9]+{_EXPONENT}|[0-9]*\\.[0-9]+|[0-9]+)",
            f"(?P<word>[{_BASE}][{_CHARS}]*+)",
            r"(?P<bad>===?|<[A-Za-z][A-Za-z0-9+.\-]*+://[^<>\n\r]*+>|'''[\s\S]*+|\"\"\"[\s\S]*+|['\"][^\n\r]*+|@)",
            r"(?P<mark>\^\^|&&|\|\||!=|<=|>=|[{}()\[\]<>=!+\-*/|^?.,;])",
        )
    )
)
# A prefix is looked for apart: a long run such as `a.a.a.` without a colon must be read once, not once per start.
_PREFIX_RUN = re.compile(f"[{_BASE}][{_CHARS}.]*+")
_LOCAL_PART = re.compile(_LOCAL)
_ESCAPABLE = re.compile(
    rf"(?P<keep>\#[^\r\n]*+|{_IRIREF}|{_LONG}|{_SHORT}|\\[_~.\-!$&'()*+,;=/?#@%])|(?P<escape>{_UCHAR})"
)
_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Token:
    """One terminal: `kind` as above, `text` as written, `start` and `end` as offsets in the text of the stream."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def upper(self) -> str:
        """The word in capitals, as keywords are compared; empty for anything that is not a word."""
        return self.text.upper() if self.kind == WORD else ""


class TokenStream:
    """The tokens of one query, and where they stand in the text as it was sent."""

    def __init__(self, sent: str) -> None:
        self.text, self._shifts = resolve_escapes(sent)
        self.tokens = list(_tokens(self.text))
        self._lines = [0, *(match.end() for match in _LINE_END.finditer(sent))]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset: characters (code points), both from 1, in the text as it was sent."""
        position = bisect.bisect_right(self._shifts, (offset, float("inf"))) - 1
        sent = offset + (self._shifts[position][1] if position >= 0 else 0)
        line = bisect.bisect_right(self._lines, sent)
        return line, sent - self._lines[line - 1] + 1


def resolve_escapes(sent: str) -> tuple[str, list[tuple[int, float]]]:
    """Resolve `\\u` escapes outside comments, IRIs and strings.

    Returns the text and, for each resolved escape, (offset after it in the new text, characters lost up to there).
    """
    if "\\" not in sent:
        return sent, []
    parts, shifts, last, lost, length = [], [], 0, 0, 0
    for match in _ESCAPABLE.finditer(sent):
        if match["escape"] is None:
            continue
        before = sent[last : match.start()]
        parts += [before, chr(int(match["escape"][2:], 16))]
        length += len(before) + 1
        lost += len(match["escape"]) - 1
        shifts.append((length, float(lost)))
        last = match.end()
    parts.append(sent[last:])
    return "".join(parts), [(offset, int(by)) for offset, by in shifts]


def _tokens(text: str) -> list[Token]:
    found = []
    position, colonless = 0, 0
    while position < len(text):
        name_end = -1
        if position >= colonless:
            name_end, colonless = _name(text, position, colonless)
        match = None if name_end >= 0 else _TOKEN.match(text, position)
        if name_end >= 0:
            found.append(Token(NAME, text[position:name_end], position, name_end))
            position = name_end
        elif match is None:
            found.append(Token(BAD, text[position], position, position + 1))
            position += 1
        else:
            if match.lastgroup != "space":
                found.append(Token(match.lastgroup or BAD, match.group(), position, match.end()))
            position = match.end()
    last = found[-1].end if found else 0
    found.append(Token(END, "", last, last))
    return found


def _name(text: str, position: int, colonless: int) -> tuple[int, int]:
    """End of the prefixed name that starts here, or -1; and the offset before which no further one can start."""
    colon = position
    if text[position] != ":":
        run = _PREFIX_RUN.match(text, position)
        if run is None:
            return -1, colonless
        colon = run.end()
        if not text.startswith(":", colon) or text[colon - 1] == ".":
            return -1, colon
    local = _LOCAL_PART.match(text, colon + 1)
    return (local.end() if local else colon + 1), colonless
