"""Texts of others as a message may show them: on one line, and without what a terminal would act on. Imports nothing of ours."""

from __future__ import annotations

import re

# Control characters, other ends of lines, marks that turn the direction of what follows, and bytes of a file's name that are not UTF-8.
_ACTING = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def plain(text: str, keep: str = "") -> str:
    """The text with such characters written out (`\\n`, `\\x1b`, `\\u202e`); all others stay as they are, and those of `keep`."""
    return _ACTING.sub(lambda found: found[0] if found[0] in keep else _written(found[0]), text)


def _written(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # as Python holds such a byte
        code -= 0xDC00
    return _NAMED.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
