"""Texts of cells as they may be published: without data of persons, repaired where that is certain, with their language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import NamedTuple

from ingest.cleaning.language import Detection, Expected, detect
from ingest.cleaning.persons import redacted, without_persons
from ingest.cleaning.text import as_original, repair
from ingest.context import SourceContext
from ingest.remembering import remembering


def written(cell: str) -> str:
    """A cell as the source wrote it, on one line, in characters that every syntax can hold."""
    line = " ".join(cell.split())
    return line if line.isprintable() else as_original(line)


_SHORT = 5  # characters that hold no address


class Text(NamedTuple):
    """`original` is the text as the source wrote it, where repairs changed it; `language` a BCP 47 tag or None."""

    value: str
    original: str | None
    language: str | None


class Cleaned(NamedTuple):
    """What a cell is without data of persons and repaired; `original` as in Text."""

    value: str
    original: str | None
    repairs: tuple[str, ...]
    hidden: Mapping[str, int]  # kind of data of persons -> places


def cleaned(cell: str, region: str) -> Cleaned:
    """A cell by the steps `repair` and `redact`; the language of its text is a third one.

    The original is kept where it holds nothing that was taken out of the repaired text: repaired, it must be that text.
    """
    found, hidden, repaired = without_persons(cell, region)
    if not repaired.changes:
        return Cleaned(found.text, None, (), found.counts)
    original = None
    if not (found.counts or hidden.counts) or repair(hidden.text).text == found.text:
        original = as_original(hidden.text)
    return Cleaned(found.text, original if original != found.text else None, repaired.changes, found.counts)


_repeated = remembering(8192)(cleaned)

Found = tuple[Cleaned, Detection | None]
Find = Callable[[str, str], Found | None]  # (cell, region) -> what is known of it already


class Texts:
    """Cleans the texts of one source and counts what was done to them. What `find` knows is not worked out again."""

    def __init__(self, context: SourceContext, find: Find, expected: Expected):
        self._find = find
        self._expected = expected
        self._quality = context.build.quality.source(context.contract.key)
        self._threshold = Decimal(context.contract.language_confidence)
        self._declared = context.contract.language_tag

    def clean(self, column: str, cell: str, region: str, *, detected: bool = False) -> Text:
        """`region` is the ISO 3166-1 code that telephone numbers are read by; `detected`: find the language out."""
        text, detection = self._find(cell, region) or (_repeated(cell, region), None)
        if text.repairs:
            self._quality.repairs.update(text.repairs)
        for kind, count in text.hidden.items():
            self._quality.redactions[column, kind] += count
        return Text(text.value, text.original, self._language(column, text.value, detection) if detected else self._declared)

    def holds_person(self, column: str, cell: str, region: str) -> bool:
        """Whether a cell that is not free text holds an address or a telephone number, which is then counted as hidden; the caller sets it aside."""
        if len(cell) <= _SHORT:
            return False
        counts = redacted(cell, region).counts
        for kind, count in counts.items():
            self._quality.redactions[column, kind] += count
        return bool(counts)

    def _language(self, column: str, value: str, detection: Detection | None) -> str | None:
        if not value:
            return None
        found = detection or detect(value, self._threshold, expected=self._expected)
        self._quality.language(column, found.best, found.tag, found.confidence)
        return found.tag
