"""Data of persons in every cell from which something is published, in the ways in which they are hidden: by a break, a bullet, a tag."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ingest.cleaning.emails import EMAIL, holds_email
from ingest.cleaning.seen import as_seen
from ingest.cleaning.telephones import TELEPHONE
from tests.ingest.exports.made import row, write
from tests.ingest.exports.mapping import Result, map_exports

EDITION = "ogp-2024-07-03"
BULLET = "\uf0b7"
# Each holds "zq" or "5123" or "7946", which nothing else in these files does, and is written as one text must not be published.
HIDDEN = [
    f"zq12@exam{BULLET}ple.org", "zq12@exam-\nple.org", "zq12@exam-<br/>ple.org", "zq12@exam<b></b>ple.org", "zq12 [a] example.org", "zq12 -at- example.org",
    "zq12@@example.org", "zq12@example,org", "zq12@exa&#109;ple.org", "zq12@exam&amp;#8203;ple.org", "+52 55 5123<br/>4527", "+52 55 5123 45&lt;br&gt;27",
    f"+52 55 51{BULLET}23 4527", "＋52 55 5123 4512", "T: 51234515", "((55) 5123-4502)", "0044 20 7946 4517", "55 5123-\n4527", "tel. 5123<br/>4519",
]  # fmt: skip
DIGITS = re.compile(r"(?<![0-9A-Za-z_/-])(?:5123|4527|4519|4512|4515|4502|4517|7946)")  # not in a hash


def rows() -> list[dict[str, str]]:
    found = []
    for at, hidden in enumerate(HIDDEN):
        first, second = 10 + 2 * at, 11 + 2 * at
        found.append(
            row("Mexico", "7", str(first), f"Title ({hidden})", f"Text one ({hidden}).<br/>End", commitment_id=f"MX77{first:02}", short_title=f"Short ({hidden})",
                lead_institution=f"Office of Tests ({hidden})", supporting_institution=f"Unit of Trials ({hidden}); Agency of Errors")
            | {"Theme": f"Theme ({hidden})", "Cluster": f"Cluster ({hidden})", "Cluster Commitment ID(s)": hidden}
        )  # fmt: skip
        found.append(
            row("Mexico", "7", f"{second} ({hidden})", f"Cells {second}", commitment_id=f"MX77{second:02}", start_date=f"ask ({hidden})", end_date=hidden,
                submitted=hidden, plan_end=hidden, plan_id=hidden, page=f"https://example.org/contact ({hidden})")
            | {"Aid": hidden, "Compound": hidden, "IRM Assessed": hidden, "Verifiable": hidden, "Specificity": "High", "_Specificity": hidden,
               "Report Publication Year (Progress Report)": hidden}
        )  # fmt: skip
        found.append(row(f"{hidden}, Mexico", "7", "9", "place", commitment_id="MX7709"))
        found.append(row("Mexico", hidden, "11", "plan"))
        found.append(row("Mexico", "7", str(second + 100), "id") | {"Commitment Unique Identifier": hidden})
    return found


@pytest.fixture(scope="module")
def result(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Result:
    # That it comes to an end says that the last gate found nothing.
    return map_exports(reference, f"{EDITION}={write(tmp_path_factory.mktemp('persons') / 'rows.csv', 'ogp-2024', rows())}")


def test_nothing_of_them_is_published(result: Result) -> None:
    for where, text in result.everything():
        for line in text.splitlines():
            seen = as_seen(line).replace("\\n", "\n")
            assert "zq" not in seen and not holds_email(line), (where, line[:300])
            if not where.startswith("identifiers"):
                assert DIGITS.search(seen) is None, (where, line[:300])


@pytest.mark.parametrize("at", range(len(HIDDEN)))
def test_a_text_says_where_it_was(result: Result, at: int) -> None:
    graph, commitment = result[EDITION], f"commitment/MX-7-{10 + 2 * at}"
    for name in ("dct:title", "ogcm:shortTitle"):
        (text,) = graph.values(commitment, name)
        assert text.count(EMAIL) + text.count(TELEPHONE) == 1, text
    (text,) = graph.values(commitment, "dct:description")
    assert text.startswith("Text one (") and text.endswith(").\nEnd") and text.count("[redacted: ") == 1


def test_an_original_is_kept_only_where_it_holds_no_more_than_the_text(result: Result) -> None:
    graph = result[EDITION]
    assert graph.values("commitment/MX-7-10", "ogcm:descriptionAsWritten") == [f"Text one ({EMAIL}).<br/>End"]
    cut = HIDDEN.index("zq12@exam&amp;#8203;ple.org")  # only the repaired text shows it
    assert graph.values(f"commitment/MX-7-{10 + 2 * cut}", "ogcm:descriptionAsWritten") == []
