"""E-mail addresses and telephone numbers in free text are replaced before anything is written.

`redact` goes over a text before it is mapped, quarantined or logged. It looks at a text as it is seen (`ingest.cleaning.seen`):
without markup and unseen characters, figures and signs of full width as plain ones. What it leaves is said in `emails` and `telephones`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ingest.cleaning.emails import may_hold_emails, take_emails
from ingest.cleaning.seen import ROUNDS, View, has_bullets, is_plain
from ingest.cleaning.telephones import SPLIT_NUMBER, may_hold_telephones, take_telephones

_NOTHING: Mapping[str, int] = {}  # never changed


class Redacted(NamedTuple):
    """The text without addresses and numbers, and how many of each (`e-mail`, `telephone`) were taken out."""

    text: str
    counts: Mapping[str, int] = _NOTHING


def redact(text: str, region: str | None = None) -> Redacted:
    """Replace addresses and numbers. `region` is the ISO 3166-1 alpha-2 code of the country whose national numbers are known."""
    if is_plain(text):
        if not (may_hold_emails(text) or may_hold_telephones(text)):
            return Redacted(text)
        view = View(text)
        emails, telephones = take_emails(view), take_telephones(view, region)
        return Redacted(view.text, _counted(emails, telephones)) if emails or telephones else Redacted(text)
    emails = telephones = 0
    for _ in range(ROUNDS):
        found = emails + telephones
        # A bullet in an address parts no words; between figures it may part two numbers.
        view = View(text, "")
        emails += take_emails(view)
        if may_hold_telephones(view.text):
            bullets = has_bullets(view.written)
            if not bullets or SPLIT_NUMBER.search(view.written) is not None:
                telephones += take_telephones(view, region)
            if bullets:
                view = View(view.written, " ")
                telephones += take_telephones(view, region)
        text = view.written
        if "@" in text:  # the last check looks at a text as it is written, too
            view = View(text)
            emails += take_emails(view)
            text = view.text
        if emails + telephones == found:
            break
    return Redacted(text, _counted(emails, telephones)) if emails or telephones else Redacted(text)


def _counted(emails: int, telephones: int) -> dict[str, int]:
    return {name: count for name, count in (("e-mail", emails), ("telephone", telephones)) if count}
