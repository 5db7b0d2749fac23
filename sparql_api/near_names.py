"""Addresses that someone may have meant who asked for one that does not exist: other zeros before a number, a suffix in capitals.

Only offered in the words of a 404, never a redirect: `MX-4-1` may mean another thing tomorrow. A bounded number of look-ups.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

from sparql_api.earlier import Earlier
from sparql_api.formats import DOCUMENT_FORMATS, by_suffix
from sparql_api.identifiers import CONCEPT, Live, Moved, Name
from sparql_api.site import Edition

_MOST_NUMBERS = 3  # in a name; each is tried in up to five spellings
_LONGEST = 100  # characters of a name that is worth a guess
_WIDTHS = range(1, 5)
_NUMBER = re.compile(r"([0-9]{1,6})")
MOST = 3  # addresses that a problem names


def near_documents(edition: Edition, kind: str, key: str) -> list[str]:
    """Addresses below BASE of documents that exist, for a name or document that does not; at most `MOST`."""
    stem, suffix = _without_suffix(key)
    ending = f".{suffix}" if suffix else ""
    return [f"doc/{kind}/{key}{ending}" for kind, key in _near(edition, kind, stem)]


def near_names(edition: Edition, kind: str, key: str) -> list[str]:
    """The same for a name asked for below `id/` or `concept/`: names, or documents where it ended like one."""
    if _without_suffix(key)[1]:
        return near_documents(edition, kind, key)
    return [f"{CONCEPT}/{key}" if kind == CONCEPT else f"id/{kind}/{key}" for kind, key in _near(edition, kind, key)]


async def near_aliases(edition: Edition, authority: str, outside: str) -> list[str]:
    """The same for an identifier of another authority."""
    found = [spelled for spelled in _spellings(outside) if await edition.alias(authority, spelled)]
    return [f"id/{authority}/{spelled}" for spelled in found[:MOST]]


def _without_suffix(key: str) -> tuple[str, str]:
    stem, dot, suffix = key.rpartition(".")
    known = by_suffix(DOCUMENT_FORMATS, suffix.lower()) if dot and stem else None
    return (stem, known.suffix) if known else (key, "")


def _near(edition: Edition, kind: str, key: str) -> list[Name]:
    found: dict[Name, None] = {}
    for spelled in _spellings(key):
        fate = edition.fate(kind, spelled)
        if isinstance(fate, Moved):
            target = edition.fate(*fate.target)
            fate = target if isinstance(target, Live | Earlier) else None
        if isinstance(fate, Live | Earlier):
            found[fate.name] = None
    return list(found)[:MOST]


def _spellings(key: str) -> Iterator[str]:
    """The name without slashes at its end, with its numbers as they are, without and with more zeros before them."""
    key = key.rstrip("/")
    parts = _NUMBER.split(key)  # texts and numbers by turns
    if not key or len(key) > _LONGEST or len(parts) // 2 > _MOST_NUMBERS:
        return
    choices = [[part] if place % 2 == 0 else list(dict.fromkeys([part, *(part.lstrip("0").zfill(width) for width in _WIDTHS)])) for place, part in enumerate(parts)]
    yield from dict.fromkeys("".join(chosen) for chosen in product(*choices))
