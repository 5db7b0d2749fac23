"""A text as whoever reads it sees it, and the way back to what is written.

Between two figures of a telephone number or two letters of an address there may stand what nobody sees (a character without
width, a tag, a bullet of a font that is not there), a line break in one of its writings, or a figure of another script.
`as_seen` gives the text without these, `View` replaces in it and gives the replaced text with all else as it was written.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import chain

# Attributes that hold nothing of what is looked for: no at sign, no number.
_ATTRIBUTES = r"(?:\s(?:[^<>@%&+0-9]|[0-9]{1,3}(?![0-9 ().-])){0,300})?"
_LINE = (
    r"</(?:p|div|li|tr)>\s{0,3}<(?:p|div|li|tr)" + _ATTRIBUTES + r">|<\s?br\s{0,5}/?\s{0,5}>"
    r"|</?(?:p|div|ul|ol|li|h[1-6]|tr|table|tbody|thead|blockquote|section|article|hr|pre)" + _ATTRIBUTES + r"/?>"
    r"|\r\n?|[\u2028\u2029\x0b\x0c\x85]|␍\n?|[␊␋␌]"
)
_TAG = rf"</?(?:b|i|u|s|em|strong|span|font|sup|sub|small|big|td|th|code|abbr|mark|strike|label|wbr|o:p){_ATTRIBUTES}/?>|<a\s*>|</a\s*>"
_ENTITY = r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
_ESCAPE = r"_x00[01][0-9A-Fa-f]_"
# No width, no sign of their own: controls and their pictures, joiners, marks of direction, soft hyphens, variation selectors, tags.
_UNSEEN = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20e3\u2400-\u2409\u240e-\u2421"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
)
# Bullets, private-use characters, lost letters: they stand between two words, or in one by mistake.
_BULLETS = "\u00b7\u2022\u2023\u2043\u2219\u22c5\u25a0-\u25ff\ue000-\uf8ff\ufdd0-\ufdef\ufffd-\uffff\ud800-\udfff"
# Figures and signs that are written with others: full width, Arabic, of scripts of India and South-East Asia.
_OTHER = "\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59\u0ed0-\u0ed9\u1040-\u1049\u17e0-\u17e9\u2024\u207a\u3000\ufe52\ufe62\ufe63\ufe6b\uff01-\uff5e"
# The same beyond the first plane. One range of all of them is looked for several times faster than each.
_FAR_UNSEEN, _FAR_BULLETS, _FAR_OTHER, _FAR = "\U0001d173-\U0001d17a\U000e0000-\U000e01ef", "\U000f0000-\U0010ffff", "\U0001d7ce-\U0001d7ff", "\U00010000-\U0010ffff"
_ASCII_TOKEN = re.compile(rf"(?P<line>(?i:{_LINE}))|(?P<tag>(?i:{_TAG}))|(?P<entity>{_ENTITY})|(?P<escape>{_ESCAPE})|(?P<unseen>[\x00-\x08\x0e-\x1f\x7f])")
_TOKEN = re.compile(
    rf"(?P<line>(?i:{_LINE}))|(?P<tag>(?i:{_TAG}))|(?P<entity>{_ENTITY})|(?P<escape>{_ESCAPE})|(?P<unseen>[{_UNSEEN}{_FAR_UNSEEN}]|⟨U\+[0-9A-F]{{4}}⟩)"
    rf"|(?P<bullet>[{_BULLETS}{_FAR_BULLETS}])|(?P<other>[{_OTHER}{_FAR_OTHER}])"
)
_ODD = re.compile(rf"[{_UNSEEN}{_BULLETS}{_OTHER}{_FAR}\u2028\u2029\x0b\x0c\r\x85␊-␍⟨]")
# What a token may begin with: a set of characters is looked for many times faster.
_ASCII_BEGINS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f<&_]")
_BEGINS = re.compile(rf"[{_UNSEEN}{_BULLETS}{_OTHER}{_FAR}\u2028\u2029\x0b\x0c\r\x85␊-␍⟨<&_]")
_ODD_BULLET = re.compile(f"[{_BULLETS}{_FAR_BULLETS}]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_MARKUP = re.compile(r"<[/A-Za-z\s]|&[#A-Za-z]|_x00")


def is_plain(text: str) -> bool:
    """Whether the text is written as it is seen."""
    if ("<" in text or "&" in text or "_x00" in text) and _MARKUP.search(text) is not None:
        return False
    if text.isascii():
        return text.isprintable() or _CONTROL.search(text) is None
    return _ODD.search(text) is None


def has_bullets(text: str) -> bool:
    """Whether it makes a difference what stands for a bullet."""
    return not text.isascii() and _ODD_BULLET.search(text) is not None


def as_seen(text: str, bullet: str = "") -> str:
    """The text as it is seen; `bullet` is what stands for a bullet: nothing, as in a word, or a blank, as between two."""
    if "<br" in text:  # the most frequent by far
        text = text.replace("<br/>", "\n").replace("<br />", "\n").replace("<br>", "\n")
    parts, at = [], 0
    for match in _tokens(text):
        parts += [text[at : match.start()], _seen(match, bullet)]
        at = match.end()
    return "".join([*parts, text[at:]]) if at else text


def _tokens(text: str) -> Iterator[re.Match[str]]:
    begins, token = (_ASCII_BEGINS, _ASCII_TOKEN) if text.isascii() else (_BEGINS, _TOKEN)
    at = 0
    while (found := begins.search(text, at)) is not None:
        match = token.match(text, found.start())
        at = found.end() if match is None else match.end()
        if match is not None:
            yield match


def _seen(match: re.Match[str], bullet: str) -> str:
    kind = match.lastgroup
    if kind == "line":
        return "\n"
    if kind in ("tag", "unseen"):
        return ""
    if kind == "bullet":
        return bullet
    if kind == "escape":
        return as_seen(chr(int(match[0][4:6], 16)), bullet)
    if kind == "entity":
        text = html.unescape(match[0])
        return as_seen(text, bullet) if len(text) <= 2 else text
    return unicodedata.normalize("NFKC", match[0]) if (figure := unicodedata.decimal(match[0], None)) is None else str(figure)


_LONG = 300  # characters of a text of which only places are looked at
_BEFORE, _BEHIND = 120, 150  # characters around what is found: longer than any pattern

ROUNDS = 5  # of replacing: a replacement can bring what stood around it together, at most a few times


class View:
    """A text in which `sub` replaces what is seen; `written` is what became of the text itself."""

    def __init__(self, written: str, bullet: str | None = None):
        """`bullet` as for `as_seen`; None: the text is looked at as it is written."""
        self._written = written
        self._bullet = bullet
        self.text = written if bullet is None else as_seen(written, bullet)
        # What is written for each character that is seen, and what stands unseen behind it; made where something is replaced.
        self._sources: tuple[list[str], list[str]] | None = None
        self._as_written = self.text == written

    @property
    def written(self) -> str:
        if self._as_written:
            return self.text
        return self._written if self._sources is None else "".join(chain.from_iterable(zip(*self._sources, strict=True)))

    def sub(self, pattern: re.Pattern[str], replace: str | Callable[[re.Match[str]], str], near: re.Pattern[str] | None = None) -> int:
        """The number of places where the pattern was found; `near`: looked for only around what this one finds."""
        if near is None or len(self.text) < _LONG:
            if self._as_written:
                self.text, found = pattern.subn(replace, self.text)
                return found
            matches = list(pattern.finditer(self.text))
        else:
            matches = [match for start, end in _places(near, self.text) for match in pattern.finditer(self.text, start, end)]
        for match in reversed(matches):
            new = replace if isinstance(replace, str) else replace(match)
            if new != match[0]:
                self._put(match, new)
        return len(matches)

    def _put(self, match: re.Match[str], new: str) -> None:
        """Only what differs is replaced, so that the text around keeps its markup."""
        old, most = match[0], min(len(match[0]), len(new))
        begin = next((at for at in range(most) if old[at] != new[at]), most)
        end = next((at for at in range(most - begin) if old[-1 - at] != new[-1 - at]), most - begin)
        first, last = match.start() + begin, match.end() - end
        if self._sources is None and not self._as_written:
            self._sources = _sources(self._written, self._bullet or "")
        put = new[begin : len(new) - end]
        if self._sources is not None:
            own, behind = self._sources
            after = [""] * len(put)
            if put and last > first:
                after[-1] = behind[last - 1]
            own[first:last], behind[first:last] = list(put), after
        self.text = f"{self.text[:first]}{put}{self.text[last:]}"


def _places(near: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    """The surroundings of what is found, those that overlap as one."""
    places: list[tuple[int, int]] = []
    for match in near.finditer(text):
        start, end = max(0, match.start() - _BEFORE), match.end() + _BEHIND
        if places and start <= places[-1][1]:
            places[-1] = places[-1][0], end
        else:
            places.append((start, end))
    return places


def _sources(written: str, bullet: str) -> tuple[list[str], list[str]]:
    own: list[str] = []
    behind: list[str] = []
    before, at = "", 0  # what stands unseen before the first character
    for match in _tokens(written):
        own.extend(written[at : match.start()])
        at = match.end()
        seen = _seen(match, bullet)
        own += [match[0], *([""] * (len(seen) - 1))] if seen else []
        behind += [""] * (len(own) - len(behind))
        if not seen and behind:
            behind[-1] += match[0]
        elif not seen:
            before += match[0]
    own.extend(written[at:])
    behind += [""] * (len(own) - len(behind))
    if own:
        own[0] = before + own[0]
    return own, behind
