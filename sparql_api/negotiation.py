"""Choosing a representation: Accept, Accept-Language and Accept-Encoding as RFC 9110 section 12.5 writes them.

Headers from the wild are tolerated: an element that cannot be read is skipped, and a header without one readable
element counts as absent. Nothing here raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

_QUOTED_OR_COMMA = re.compile(r'"(?:[^"\\]|\\.)*"|,')
_QUOTED_OR_SEMICOLON = re.compile(r'"(?:[^"\\]|\\.)*"|;')
_RANGE = re.compile(r"^([!#$%&'*+.^_`|~0-9A-Za-z-]+)/([!#$%&'*+.^_`|~0-9A-Za-z-]+)$")
_LANGUAGE = re.compile(r"^(\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)$")
_TOKEN = re.compile(r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
# Parameters that every representation of ours meets: text is UTF-8, a JSON-LD profile is a wish that may be ignored
# (JSON-LD 1.1 section C), and RDF 1.1 data is valid in the later version that `version` names.
_HARMLESS = {"profile", "version"}


@dataclass(frozen=True)
class MediaRange:
    """One element of Accept. `parameters` holds those before `q`; what follows `q` is ignored (RFC 9110 12.5.1)."""

    type: str
    subtype: str
    parameters: tuple[tuple[str, str], ...]
    weight: float

    def specificity(self) -> int:
        """0 for `*/*`, 1 for `type/*`, 2 for a media type, 3 and up with parameters."""
        if self.type == "*":
            return 0
        return 1 if self.subtype == "*" else 2 + len(self.parameters)

    def matches(self, offer: str, strict: bool) -> bool:
        kind, _, name = offer.partition("/")
        if self.type not in ("*", kind) or self.subtype not in ("*", name):
            return False
        return not strict or all(_is_met(key, value) for key, value in self.parameters)


def _is_met(key: str, value: str) -> bool:
    return key in _HARMLESS or (key == "charset" and value.lower() in ("utf-8", "utf8"))


def _split(text: str, pattern: re.Pattern[str]) -> Iterator[str]:
    """Parts between separators, which do not count inside quoted strings."""
    start = 0
    for match in pattern.finditer(text):
        if not match.group().startswith('"'):
            yield text[start : match.start()].strip()
            start = match.end()
    yield text[start:].strip()


def _weight(text: str) -> float:
    """`q` as a number from 0 to 1. What is no number counts as not written, which means 1."""
    try:
        value = float(text)
    except ValueError:
        return 1.0
    return min(max(value, 0.0), 1.0) if value == value else 1.0


def parse_accept(lines: Sequence[str]) -> list[MediaRange]:
    """The readable elements of all Accept lines of a request, in their order."""
    ranges = []
    for element in _split(",".join(lines), _QUOTED_OR_COMMA):
        name, *rest = _split(element, _QUOTED_OR_SEMICOLON)
        match = _RANGE.match("*/*" if name == "*" else name)  # "*" alone: an old client's way to say "*/*"
        if not match or (match[1] == "*" and match[2] != "*"):
            continue
        parameters: list[tuple[str, str]] = []
        weight = 1.0
        for parameter in rest:
            key, _, value = (part.strip() for part in parameter.partition("="))
            if key.lower() == "q":
                weight = _weight(value)
                break
            if key:
                parameters.append((key.lower(), value.strip('"')))
        ranges.append(MediaRange(match[1].lower(), match[2].lower(), tuple(parameters), weight))
    return ranges


def choose(accept: Sequence[str], offers: Sequence[str], default: str) -> str | None:
    """The offered media type that a client likes best, or None when it accepts none of them.

    `accept` is the list of Accept header lines as received, `offers` are media types without parameters in the order
    of the server's preference, `default` is what a client without a preference gets. The most specific range that
    matches an offer decides its weight, so `text/turtle;q=0, */*` excludes Turtle. Between equal weights an offer that
    was named beats one that only a wildcard met, then the default, then the order of `offers`.
    """
    if sum(map(len, accept)) > LONGEST_KEPT:
        return _choose(tuple(accept), tuple(offers), default)
    return _kept_choice(tuple(accept), tuple(offers), default)


def _choose(accept: tuple[str, ...], offers: tuple[str, ...], default: str) -> str | None:
    ranges = parse_accept(accept)
    if not ranges:
        return default
    return _best(ranges, offers, default, strict=True) or _best(ranges, offers, default, strict=False)


# Clients send the same few headers again and again; a long one is rare, and would fill memory.
LONGEST_KEPT = 500
_kept_choice = lru_cache(maxsize=1000)(_choose)


def _best(ranges: Sequence[MediaRange], offers: Sequence[str], default: str, *, strict: bool) -> str | None:
    best: tuple[float, int, bool, int] | None = None
    chosen = None
    for position, offer in enumerate(offers):
        matching = [item for item in ranges if item.matches(offer, strict)]
        if not matching:
            continue
        nearest = max(item.specificity() for item in matching)
        weight = max(item.weight for item in matching if item.specificity() == nearest)
        if weight == 0:
            continue
        rank = (weight, min(nearest, 2), offer == default, -position)
        if best is None or rank > best:
            best, chosen = rank, offer
    return chosen


def choose_language(lines: Sequence[str], available: Sequence[str], default: str) -> str:
    """The available language (two letters) that Accept-Language prefers; `default` when it names none of them.

    Basic filtering of RFC 4647 on the primary subtag: `es-MX` means `es`. Between equal weights the header's own
    order decides, because browsers list languages by preference.
    """
    named: dict[str, tuple[float, int]] = {}
    wildcard = 0.0
    for position, (name, weight) in enumerate(_weighted(lines, _LANGUAGE)):
        primary = name.split("-")[0]
        if primary == "*":
            wildcard = max(wildcard, weight)
        elif primary not in named or weight > named[primary][0]:
            named[primary] = (weight, -position)
    ranked = []
    for language in available:
        weight, position = named.get(language, (wildcard, -len(named)))
        ranked.append((weight, language in named, position, language == default, language))
    best = max(ranked)
    if best[0] > 0:
        return best[4]
    allowed = [language for language in available if language not in named]
    return default if default in allowed or not allowed else allowed[0]


def choose_coding(lines: Sequence[str], available: Sequence[str] = ("br", "gzip")) -> str:
    """The content-coding to send: one of `available` (server's preference first) or `identity`.

    Without Accept-Encoding, and whenever the client excludes everything else, it is `identity`: sending the plain
    bytes is better than refusing (RFC 9110 section 12.5.3 leaves that choice to the server).
    """
    weights: dict[str, float] = {}
    for name, weight in _weighted(lines, _TOKEN):
        weights.setdefault("gzip" if name == "x-gzip" else name, weight)
    best, chosen = 0.0, "identity"
    for coding in available:
        weight = weights.get(coding, weights.get("*", 0.0))
        if weight > best:
            best, chosen = weight, coding
    return "identity" if weights.get("identity", 0.0) > best else chosen


def _weighted(lines: Sequence[str], pattern: re.Pattern[str]) -> Iterator[tuple[str, float]]:
    """Readable elements of a list header without parameters but `q`: lower-case name and weight."""
    for element in ",".join(lines).split(","):
        name, *rest = (part.strip() for part in element.split(";"))
        if pattern.match(name):
            yield name.lower(), next((_weight(part[2:]) for part in rest if part.lower().startswith("q=")), 1.0)
