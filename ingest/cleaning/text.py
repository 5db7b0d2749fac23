"""Damage of texts that is certain is repaired; what is not is left.

A text that came through web pages, word processors, spreadsheet programs and a few encodings carries marks of each. `repair`
undoes what has one meaning only, says by a code what it did, and leaves everything else: a lost letter stays U+FFFD unless
the same text has the word whole. The result can be written in every RDF syntax. `as_original` gives the text before the
repair in a form that can be published beside it.

Encodings are put right by `ftfy` (6.3), with the steps left out that lose bytes or guess them.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from html.entities import html5

import ftfy

# Every code of `Repaired.changes`, with what it means for people: Spanish, English.
CHANGES: dict[str, tuple[str, str]] = {
    "html-break": ("saltos de línea de HTML", "line breaks of HTML"),
    "html-tag": ("etiquetas de HTML", "tags of HTML"),
    "entity": ("entidades de HTML", "entities of HTML"),
    "bullet": ("viñetas de un tipo de letra de símbolos", "bullets of a symbol font"),
    "ligature": ("ligaduras", "ligatures"),
    "control-character": ("caracteres de control", "control characters"),
    "zero-width": ("caracteres sin ancho", "characters without width"),
    "line-ending": ("finales de línea", "line endings"),
    "mojibake": ("codificación equivocada", "wrong encoding"),
    "replacement-character": ("letras perdidas que el mismo texto muestra", "lost letters that the same text shows"),
    "non-breaking-space": ("espacios de no separación", "non-breaking spaces"),
    "spreadsheet-escape": ("caracteres escritos como _x000D_ por una hoja de cálculo", "characters written as _x000D_ by a spreadsheet program"),
    "decomposed": ("letras y acentos separados", "letters and accents apart"),
}
ROUNDS = 50  # one repair can bring another to light: &amp;lt;br&amp;gt;. Each shortens the text, so few rounds are ever needed


@dataclass(frozen=True)
class Repaired:
    """The text, and codes of what was changed (empty: the text is as it came)."""

    text: str
    changes: tuple[str, ...] = ()


# --- what a text must have to be looked at ---------------------------------------------------------------------

_ASCII_SUSPECT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]|<[A-Za-z/!]|&[#A-Za-z]|_x[0-9A-Fa-f]{4}_")
# Beyond ASCII: controls, no-break spaces, zero-width and bidirectional marks, separators, ligatures, private use,
# noncharacters, surrogates, U+FFFD, combining marks, tags.
_SUSPECT = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u0300-\u036f\u061c\u2007\u200b-\u200f\u2028-\u202f\u2060-\u206f\ue000-\uf8ff\ufb00-\ufb06\ufdd0-\ufdef\ufeff\ufff0-\uffff"
    r"\ud800-\udfff\U000e0000-\U0010ffff]|<[A-Za-z/!]|&[#A-Za-z]|_x[0-9A-Fa-f]{4}_"
)
_PAIR = re.compile(r"[^\x00-\x7f]{2}")  # wrongly decoded UTF-8 has two such characters together
_ENCODING = ftfy.TextFixerConfig(
    unescape_html=False, remove_terminal_escapes=False, restore_byte_a0=False, replace_lossy_sequences=False, decode_inconsistent_utf8=True, fix_c1_controls=False
)

_ESCAPE = re.compile(r"_x00(0[0-9A-Fa-f]|1[0-9A-Fa-f])_")
_ENTITY = re.compile(r"&(#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BLANKS = " \t\u00a0"
_BREAK = re.compile(r"<\s?br\s{0,5}/?\s{0,5}>", re.IGNORECASE)
_SPLIT_AT_END = re.compile(r"(?<![^\W\d_])([^\W\d_]{2,60})-$")
_SPLIT_AT_START = re.compile(r"([^\W\d_]{2,60})(?![^\W\d_])")
_LINK = re.compile(r"<a\s[^<>]{0,500}?href\s*=\s*[\"']?([^\"'\s<>]{1,400})[\"']?[^<>]{0,500}>([^<>]{0,2000})</a\s*>", re.IGNORECASE)
_ITEM = re.compile(r"<li(?:\s[^<>]{0,500})?>[ \t]{0,20}", re.IGNORECASE)
_BLOCK = re.compile(r"[ \t]{0,20}</?(?:p|div|ul|ol|h[1-6]|tr|table|tbody|thead|blockquote|section|article|hr|pre)(?:\s[^<>]{0,500})?/?>[ \t]{0,20}", re.IGNORECASE)
_INLINE = re.compile(
    r"</?(?:a|b|i|u|s|em|strong|span|font|sup|sub|small|big|li|td|th|col|colgroup|center|code|abbr|cite|mark|strike|img|o:p|label|caption|style|script)(?:\s[^<>]{0,500})?/?>"
    r"|<!--[^<>]{0,2000}-->",
    re.IGNORECASE,
)
_LINE_END = re.compile(r"\r\n?|[\u2028\u2029\x0b\x0c]")
_NO_BREAK = re.compile(r"[\u00a0\u202f\u2007]")
_LIGATURE = re.compile(r"[\ufb00-\ufb06]")
_CONTROL = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufff0-\ufffb\ufffe\uffff\ud800-\udfff]|[\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U000ffffe\U000fffff\U0010fffe\U0010ffff]"
)
_PRIVATE = re.compile(r"[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")
# Symbol and Wingdings as word processors write them to plain text: the byte of the font above U+F000.
_BULLETS = frozenset("\uf0b7\uf0a7\uf0d8\uf06c\uf06e\uf076\uf0a8\uf071\uf075\uf0d2\uf0be")
_SIGNS = {"\uf0fc": "✓", "\uf0e0": "→", "\uf0e8": "→"}
_C1 = re.compile(r"[\x80-\x9f]")
_RTL = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001eeff]")
_BIDI = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_OVERRIDE = re.compile(r"[\u202d\u202e]")
_INVISIBLE = re.compile(r"[\u200b\u2060-\u2064\ufeff]")
_JOINER = re.compile(r"[\u200c\u200d]")
# Scripts whose letters join, or that part words without spaces, and pictures made of several: joiners and U+200B stay there.
_JOINING = re.compile(
    r"[\u0600-\u109f\u1780-\u18af\u1900-\u1cff\u2600-\u27bf\ua8e0-\uabff\ufb50-\ufdff\ufe00-\ufe0f\ufe70-\ufefc\U0001e900-\U0001e95f\U0001f000-\U0001faff]"
)
_TAG = re.compile(r"[\U000e0000-\U000e007f]")
_SOFT_HYPHEN = re.compile(r"([^\W\d_]*)\u00ad+([^\W\d_]*)")
_LOST = re.compile(r"[\w’'-]*\ufffd[\w’'\ufffd-]*")
_CONTRACTION = re.compile(r"\b((?:do|does|did|is|are|was|were|ca|wo|would|could|should|have|has|had)n)\ufffd(t)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_HYPHENED = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


def repair(raw: str) -> Repaired:
    """Undo certain damage. A formula (=...) keeps every character that can be published. Never raises."""
    suspect = _ASCII_SUSPECT if raw.isascii() else _SUSPECT
    if not suspect.search(raw) and (raw.isascii() or (not _wrongly_decoded(raw) and unicodedata.is_normalized("NFC", raw))):
        return Repaired(raw)
    changes: dict[str, None] = {}
    text = raw
    for _ in range(ROUNDS):
        before = text
        text = _controls(text, changes) if text.lstrip().startswith("=") else _round(text, changes)
        if text == before:
            break
    return Repaired(text, tuple(changes) if text != raw else ())


def _round(text: str, changes: dict[str, None]) -> str:
    def apply(code: str, changed: str) -> None:
        nonlocal text
        if changed != text:
            changes[code] = None
            text = changed

    if "_x" in text:
        apply("spreadsheet-escape", _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text))
    if "&" in text:
        apply("entity", _ENTITY.sub(_entity, text))
    if not text.isascii() and _wrongly_decoded(text):
        apply("mojibake", ftfy.fix_encoding(text, _ENCODING))
    if "<" in text:
        apply("html-break", _breaks(text))
        if "<" in text:
            apply("html-tag", _tags(text))
    apply("line-ending", _LINE_END.sub("\n", text))
    if not text.isascii():
        apply("mojibake", _C1.sub(_windows, text))
    text = _controls(text, changes)
    if text.isascii():
        return text
    apply("non-breaking-space", _NO_BREAK.sub(" ", text))
    apply("ligature", _LIGATURE.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text))
    apply("bullet", _PRIVATE.sub(_bullet, text))
    apply("zero-width", _zero_width(text))
    if "\ufffd" in text:
        apply("replacement-character", _lost_letters(text))
    if not unicodedata.is_normalized("NFC", text):
        apply("decomposed", unicodedata.normalize("NFC", text))
    return text


def _controls(text: str, changes: dict[str, None]) -> str:
    """Without the characters that XML or RDF cannot hold, or that no one can see."""
    cleaned = _CONTROL.sub("", text)
    # A carriage return is left only in formulas, whose lines are not ours to choose.
    cleaned = _LINE_END.sub("\n", cleaned)
    if cleaned != text:
        changes["control-character"] = None
    return cleaned


def _windows(match: re.Match[str]) -> str:
    """What a control character of the second kind is in Windows-1252, as every web browser reads it."""
    return match[0].encode("latin-1").decode("cp1252", "ignore") or match[0]


def _wrongly_decoded(text: str) -> bool:
    return _PAIR.search(text) is not None and bool(ftfy.badness.is_bad(text))


def _entity(match: re.Match[str]) -> str:
    """The character; an unknown name, or a number of no character, stays."""
    if match[1][0] != "#":
        return html5.get(f"{match[1]};", match[0])
    character = html.unescape(match[0])
    return match[0] if character in ("", "\ufffd") else character


class _Words:
    """The words of one text, read once, and at the first question only."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._words: frozenset[str] | None = None
        self._masked: dict[str, set[str]] | None = None

    def joined(self, first: str, second: str) -> str | None:
        """How the text writes the two halves elsewhere: together or with a hyphen. None where it doesn't, or both."""
        if self._words is None:
            self._words = frozenset(_HYPHENED.findall(self._text.casefold()))
        together, hyphened = ((first + sign + second).casefold() in self._words for sign in ("", "-"))
        if together == hyphened:
            return None
        return first + second if together else f"{first}-{second}"

    def whole(self, lost: str) -> str | None:
        """The one word of the text that differs from this one only by letters beyond ASCII where this one lost some."""
        if self._masked is None:
            self._masked = {}
            for word in set(_WORD.findall(self._text)):
                if not word.isascii():
                    self._masked.setdefault(_BEYOND_ASCII.sub("\ufffd", word), set()).add(word)
        like = self._masked.get(_BEYOND_ASCII.sub("\ufffd", lost), set())
        fits = [word for word in like if all(there == here or here == "\ufffd" for there, here in zip(word, lost, strict=True))]
        return fits[0] if len(fits) == 1 else None


def _breaks(text: str) -> str:
    """Breaks become line ends. A word split by one is put together only where the same text shows the word."""
    lines = _BREAK.split(text)
    if len(lines) == 1:
        return text
    parts, words = [lines[0].rstrip(_BLANKS)], _Words(text)
    for line in lines[1:]:
        line = line.strip(_BLANKS)
        if parts[-1].endswith("-") and (first := _SPLIT_AT_END.search(parts[-1][-64:])) and (second := _SPLIT_AT_START.match(line)):
            word = words.joined(first[1], second[1])
            if word:
                parts[-1] = parts[-1][: -len(first[0])] + word + line[second.end() :]
                continue
        parts.append(line)
    return "\n".join(parts).strip()


def _tags(text: str) -> str:
    """Text of the page without its tags; the address of a link stays in brackets behind its words."""
    bare = _LINK.sub(lambda match: match[2] if match[1] in match[2] else f"{match[2]} ({match[1]})", text)
    bare = _ITEM.sub("\n• ", bare)
    bare = _INLINE.sub("", _BLOCK.sub("\n", bare))
    return text if bare == text else re.sub(r"\n{3,}", "\n\n", bare).strip()


def _bullet(match: re.Match[str]) -> str:
    character, text = match[0], match.string
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    in_word = before.isalnum() and after.isalnum()
    if character in _SIGNS and not in_word:
        return _SIGNS[character]
    if character in _BULLETS and not in_word:
        return "•"
    # Any other sign of such a font is a bullet where a list item begins, and unknown elsewhere.
    begins_item = not before.isalnum() and after.isspace()
    return "•" if "\uf020" <= character <= "\uf0ff" and begins_item else character


def _zero_width(text: str) -> str:
    if _BIDI.search(text):
        # Right-to-left text needs its marks; nothing needs an override, which shows letters in another order than they stand.
        text = (_OVERRIDE if _RTL.search(text) else _BIDI).sub("", text)
    if _JOINER.search(text) or _INVISIBLE.search(text):
        text = _JOINER.sub(_keep_where_joining, _INVISIBLE.sub(_keep_where_joining, text))
    if _TAG.search(text) and "\U0001f3f4" not in text:
        text = _TAG.sub("", text)
    if "\u00ad" in text:
        words = _Words(text)
        text = _SOFT_HYPHEN.sub(lambda match: _soft_hyphen(match, words), text)
    return text


def _keep_where_joining(match: re.Match[str]) -> str:
    if match[0] in "\ufeff\u2060\u2061\u2062\u2063\u2064":
        return ""
    around = match.string[max(0, match.start() - 1) : match.end() + 1]
    return match[0] if _JOINING.search(around) else ""


def _soft_hyphen(match: re.Match[str], words: _Words) -> str:
    first, second = match[1], match[2]
    if not first or not second:
        return first + second  # at the end of a word it parts nothing
    return words.joined(first, second) or match[0]


def _lost_letters(text: str) -> str:
    words = _Words(text)
    text = _LOST.sub(lambda match: (len(match[0]) - match[0].count("\ufffd") >= 3 and words.whole(match[0])) or match[0], text)
    return _CONTRACTION.sub("\\1’\\2", text)


# --- the original ----------------------------------------------------------------------------------------------

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")


def as_original(raw: str) -> str:
    """The text as it came, with a sign for each character that RDF/XML cannot hold (␍ for a carriage return), all else as it is."""
    return _UNSEEN.sub(_sign, raw)


def _sign(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"⟨U+{code:04X}⟩"
