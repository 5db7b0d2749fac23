"""The order in which people look for things: numbers as they count, names without regard to accents and letter case."""

from __future__ import annotations

import re
import unicodedata

_DIGITS = re.compile("([0-9]+)")
_PARTS = re.compile("[0-9]+|[^0-9.]+")


def folded(text: str) -> str:
    """A name as one looks it up: "Órgano" stands with "organo"."""
    if text.isascii():
        return text.casefold()
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def natural(text: str) -> tuple:
    """Sort key of a name or key with numbers in it: MX-2 before MX-10, "1.9 …" before "1.10 …"."""
    parts: list = _DIGITS.split(folded(text))
    parts[1::2] = map(_amount, parts[1::2])  # texts and numbers alternate, so that like is compared with like
    return tuple(parts), text


def counted(number: str | None) -> tuple:
    """Sort key of a number as people count: 1, 1.2, 1.10, 2, 2.A; what has none comes last."""
    parts = _PARTS.findall(number or "")
    return not parts, [(True, _amount(part), part) if part[0] in "0123456789" else (False, (0, ""), part) for part in parts]


def _amount(digits: str) -> tuple[int, str]:
    """Digits by their value, however many: `int` refuses very long ones."""
    short = digits.lstrip("0")
    return len(short), short
