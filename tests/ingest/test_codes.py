"""Every code of the quality report has a name in Spanish and in English, and the report shows names."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from ingest.accounting import FATES, ROWS
from ingest.cleaning.dates import Status
from ingest.cleaning.redaction import redact
from ingest.codes import LANGUAGES, NAMES, name
from ingest.quality import Quality
from tests.conftest import ROOT


def sources(folder: str = "") -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "ingest" / folder).rglob("*.py")))


def used() -> dict[str, set[str]]:
    """Codes that the code counts, read from the code: what is counted -> codes."""
    code = sources()
    return {
        "identity": set(re.findall(r'\b_count\("([a-z-]+)"\)', code)),
        "dates": {*get_args(Status), *re.findall(r'quality\.dates\[[^\]]*, "([a-z-]+)", ', code)},
        "redactions": set(re.findall(r'"\[redacted: ([a-z-]+)\]"', sources("cleaning"))),
        "repairs": set(re.findall(r'changes\["([a-z-]+)"\]', code)) | set(NAMES["repairs"]),
    }


def test_every_reason_of_the_quarantine_has_a_name() -> None:
    """Those that readers and mappings of exports give; remarks, which keep no cell out, are not counted."""
    code = sources("mappings/ogp_export")
    given = set(re.findall(r'row\.(?:quarantine|problem|refuse)\([^()"]*(?:\([^()]*\)[^()"]*)?"([a-z-]+)"', code, re.DOTALL))
    given |= {"person"}  # given by the reading of institutions
    assert {"ogp-id", "unknown-label", "flag", "date", "unknown-place"} <= given
    booked = set(re.findall(r'set_(?:row_)?aside\([^"]*"([a-z-]+)"', sources("readers")))
    assert (given | booked) - set(NAMES["quarantine"]) <= {""}


@pytest.mark.parametrize("group", sorted(set(NAMES) - {"quarantine"}))
def test_every_code_that_is_counted_has_a_name(group: str) -> None:
    assert used()[group] == set(NAMES[group]) != set()


def test_names_are_words_of_two_languages() -> None:
    for group, names in NAMES.items():
        for code, both in names.items():
            assert len(both) == len(LANGUAGES) and all(text.strip() == text != "" for text in both), (group, code)
            assert both[0] != both[1] and code not in both[0].split(", "), (group, code)


def test_what_is_hidden_is_counted_under_codes_with_names() -> None:
    counts = redact("Write to ana.perez@example.org or call +52 55 5658 1111.", "MX").counts
    assert set(counts) == set(NAMES["redactions"])


def test_a_code_without_a_name_is_still_shown() -> None:
    assert name("dates", "unheard-of", "es") == "unheard-of"


def test_the_report_in_sentences_shows_names_and_no_codes() -> None:
    quality = Quality()
    noticed = quality.source("ogp-2016-11-30")
    for code in NAMES["identity"]:
        noticed.identity[code] = 1
    for code in NAMES["dates"]:
        noticed.dates["MX", code, ""] = 2
    for code in NAMES["redactions"]:
        noticed.redactions["Full Text", code] = 3
    for code in NAMES["repairs"]:
        noticed.repairs[code] = 4
    for code in NAMES["quarantine"]:
        noticed.quarantined[code, "Full Text"] = 5
    account = [{"source": "ogp-2016-11-30", "table": "commitments"} | dict.fromkeys((*ROWS, "cells", *FATES), 0)]
    texts = {lang: quality.to_text(lang, account).decode() for lang in LANGUAGES}
    for lang, text in texts.items():
        for group, names in NAMES.items():
            for code in names:
                assert f"{name(group, code, lang)} {'12345'[list(NAMES).index(group)]}" in text
                assert not re.search(rf"(?:: |, ){re.escape(code)} \d", text) or code == name(group, code, lang), (lang, code)
    assert len(texts["es"].splitlines()) == len(texts["en"].splitlines())
