"""Texts of others as a message may show them: on one line, and without what a terminal would act on. Imports nothing of ours."""

from __future__ import annotations

import re

# Control characters, other ends of lines, marks that turn the direction of what follows, and bytes of a file's name that are not UTF-8.
_ACTING = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def plain(text: str, keep: str = "") -> str:
    """The text with such characters written out (`\\n`, `\\x1b`, `\\u202e`); all others stay as they are, and those of `keep`."""
    return _ACTING.sub(lambda found: found[0] if found[0] in keep else _written(found[0]), text)


# What nobody sees, or takes for a plain blank: other blanks, soft hyphens, joiners, marks of direction, fillers, selectors, tags;
# and halves of a character, as a workbook can store them, which no file in UTF-8 can hold.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164"
    "\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e01ef]"
)


def visible(text: str) -> str:
    """The text with characters that are not seen, or look like a blank, written out: what differs from another text only by them is seen to differ.

    >>> visible("CL0906\\u200b"), visible("MX\\xa01")
    ('CL0906\\\\u200b', 'MX\\\\xa01')
    """
    return text if text.isascii() and text.isprintable() else _UNSEEN.sub(lambda found: _escape(found[0], ord(found[0])), text)


def _written(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # as Python holds such a byte
        code -= 0xDC00
    return _escape(character, code)


def _escape(character: str, code: int) -> str:
    return _NAMED.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
