"""Data of persons in a cell: as it is written, and as it will be read once it is repaired."""

from __future__ import annotations

from ingest.cleaning.redaction import Redacted, redact
from ingest.cleaning.text import Repaired, repair


def redacted(cell: str, region: str | None = None) -> Redacted:
    """As `redact`; where only the repaired text holds something, or more, that text without it."""
    return without_persons(cell, region)[0]


def as_shown(cell: str, region: str | None = None) -> str:
    """A cell as messages and reports show it: as it is written where nothing of it has to be taken out, so that its owner finds it."""
    found, hidden, _ = without_persons(cell, region)
    return found.text if found.counts or hidden.counts else cell


def without_persons(cell: str, region: str | None) -> tuple[Redacted, Redacted, Repaired]:
    """The repaired cell without data of persons; the cell as it is written without them; what was repaired."""
    hidden, repaired = redact(cell, region), repair(cell)
    if not repaired.changes:
        return hidden, hidden, repaired
    found = redact(repaired.text, region)
    if sum(found.counts.values()) < sum(hidden.counts.values()):
        # A repair took away what an address was known by.
        again = redact(repair(hidden.text).text, region)
        found = Redacted(again.text, {kind: hidden.counts.get(kind, 0) + again.counts.get(kind, 0) for kind in {**hidden.counts, **again.counts}})
    return found, hidden, repaired
