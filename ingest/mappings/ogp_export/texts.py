"""Texts of cells as they may be published: without data of persons, repaired where that is certain, with their language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from ingest.cleaning.language import detect
from ingest.cleaning.redaction import redact
from ingest.cleaning.text import as_original, repair
from ingest.context import SourceContext


def written(cell: str) -> str:
    """A cell as the source wrote it, on one line, in characters that every syntax can hold."""
    line = " ".join(cell.split())
    return line if line.isprintable() else as_original(line)


_SHORT = 5  # characters that hold no address


@dataclass(frozen=True)
class Text:
    """`original` is the text as the source wrote it, where repairs changed it; `language` a BCP 47 tag or None."""

    value: str
    original: str | None
    language: str | None


class Texts:
    """Cleans the texts of one source and counts what was done to them."""

    def __init__(self, context: SourceContext):
        self._quality = context.build.quality.source(context.contract.key)
        self._threshold = Decimal(context.contract.language_confidence)
        self._declared = context.contract.language_tag

    def clean(self, column: str, cell: str, region: str, *, detected: bool = False) -> Text:
        """`region` is the ISO 3166-1 code that telephone numbers are read by; `detected`: find the language out."""
        value, original, repairs, hidden = (_repeated if len(cell) <= _NAME else _cleaned)(cell, region)
        if repairs:
            self._quality.repairs.update(repairs)
        for kind, count in hidden.items():
            self._quality.redactions[column, kind] += count
        return Text(value, original, self._language(column, value) if detected else self._declared)

    def holds_person(self, column: str, cell: str, region: str) -> bool:
        """Whether a cell that is not free text holds an address or a telephone number, which is then counted as hidden; the caller sets it aside."""
        if len(cell) <= _SHORT:
            return False
        counts = redact(cell, region).counts
        for kind, count in counts.items():
            self._quality.redactions[column, kind] += count
        return bool(counts)

    def _language(self, column: str, value: str) -> str | None:
        if not value:
            return None
        found = detect(value, self._threshold)
        self._quality.language(column, found.best, found.tag, found.confidence)
        return found.tag


_NAME = 160  # characters: names and titles come again and again, longer texts hardly ever


def _cleaned(cell: str, region: str) -> tuple[str, str | None, tuple[str, ...], Mapping[str, int]]:
    """The text to publish, the original where it is to be kept beside it, what was repaired, and how much of a person was hidden."""
    hidden = redact(cell, region)
    repaired = repair(hidden.text)
    value, counts = repaired.text, hidden.counts
    if not repaired.changes:
        return value, None, (), counts
    # An address that a line break had cut in two is whole only now; the original, which still has it, is not kept then.
    again = redact(value, region)
    if again.counts:
        return again.text, None, repaired.changes, {kind: counts.get(kind, 0) + again.counts.get(kind, 0) for kind in {*counts, *again.counts}}
    original = as_original(hidden.text)
    return value, original if original != value else None, repaired.changes, counts


_repeated = lru_cache(maxsize=8192)(_cleaned)
