"""Candidates: what counts as evidence, what is never compared, and how they stand in the graph."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from decimal import Decimal

import pytest
from rdflib import Graph

import shapes
from ingest import matching
from ingest.context import SourceContext
from ingest.matching import Candidate, CommitmentFacts, candidates
from tests.ingest.conftest import BASE, Data

TITLE = "Publish the budget of every school online"
TEXT = "The ministry will publish what every public school receives and spends, by month and by kind of expense."


def facts(key: str, source: str = "a", title: str = TITLE, plan: str = "AA-1", number: str = "01", text: str = "") -> CommitmentFacts:
    return CommitmentFacts(key, plan, number, (title,), text, source, f"<https://data.example.org/id/passage/{source}_{key}>")


def pairs(found: Iterable[CommitmentFacts]) -> list[tuple[str, str]]:
    return [(item.from_key, item.to_key) for item in candidates(found)]


def only(*found: CommitmentFacts) -> Candidate:
    (candidate,) = candidates(found)
    return candidate


def test_the_same_title_and_number_in_two_editions() -> None:
    candidate = only(facts("AA-1-01"), facts("AA-1-01-abc123", "b", "Publish online the budget of every school"))
    assert (candidate.from_key, candidate.to_key, candidate.score, candidate.confidence) == ("AA-1-01", "AA-1-01-abc123", Decimal("0.99"), "high")
    assert candidate.evidence == {
        "es": "Mismo plan (AA-1); títulos parecidos (0.99); mismo número (01).",
        "en": "Same plan (AA-1); similar titles (0.99); same number (01).",
    }
    assert len(candidate.passages) == 2


@pytest.mark.parametrize(
    ("other", "said"),
    [(TITLE, "1.00"), (f"1. {TITLE.upper()}", "1.00"), (f"{TITLE} x", "0.97"), (TITLE.replace("e", "i", 1), "0.97"), (" ".join(reversed(TITLE.split())), "0.99")],
)
def test_only_equal_titles_are_said_to_be_alike_in_full(other: str, said: str) -> None:
    assert f"similar titles ({said})" in only(facts("k1"), facts("k2", "b", other)).evidence["en"]


def test_a_letter_in_a_long_title_is_not_rounded_away() -> None:
    long = " ".join(f"word{letter}" for letter in "abcdefghijklmnopqrstuvwxyz") * 4
    candidate = only(facts("k1", title=f"{long} z"), facts("k2", "b", f"{long} y"))
    assert "similar titles (0.99)" in candidate.evidence["en"] and candidate.score == Decimal("0.99")


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (facts("AA-1-02", "b", number="02"), Decimal("0.85")),  # other number
        (facts("AA-1-02", "b", number="x"), Decimal("0.92")),  # no number
        (facts("AA-1-02", "b", "Publish budgets of all schools online"), Decimal("0.82")),  # a looser title, the same number
        (facts("AA-1-02", "b", "Publish budgets of all schools online", number="02"), None),  # …and without it
        (facts("AA-1-02", "b", "Train judges in plain language"), None),  # a number alone is nothing
        (facts("AA-1-02", "b", "Train judges in plain language", number="02", text=TEXT), Decimal("0.85")),  # the same text
        (facts("AA-1-02", "b", "Train judges in plain language", number="02", text=TEXT[:30]), None),  # too little of it
        (facts("AA-2-01", "b", plan="AA-2"), None),  # another plan
        (facts("AA-1-02", "a", number="02"), None),  # the same edition lists both
    ],
)
def test_evidence(other: CommitmentFacts, expected: Decimal | None) -> None:
    found = list(candidates([facts("AA-1-01", text=TEXT), other]))
    assert [item.score for item in found] == ([expected] if expected is not None else [])


def test_titles_that_differ_in_a_figure_or_say_little_need_more() -> None:
    assert pairs([facts("k1", title="Open data portal phase 1"), facts("k2", "b", "Open data portal phase 2", number="02")]) == []
    assert pairs([facts("k1", title="Open data"), facts("k2", "b", "Open data", number="02")]) == []
    assert pairs([facts("k1", title="Open data"), facts("k2", "b", "Open data")]) == [("k1", "k2")]


def test_the_commitments_own_number_is_no_part_of_its_title() -> None:
    assert only(facts("k1", title=f"1. {TITLE}"), facts("k2", "b")).score == Decimal("1.00")
    assert only(facts("k1", title=f"1.6a) {TITLE}", number="1.6A"), facts("k2", "b", number="1.6A")).score == Decimal("1.00")
    assert only(facts("k1", title=f"7 {TITLE}"), facts("k2", "b")).score < Decimal("0.90")


def test_one_edition_that_has_both_says_that_they_are_two() -> None:
    """`k1` stands in both editions, `k2` in the second only: the second tells them apart."""
    assert pairs([facts("k1"), facts("k1", "b"), facts("k2", "b", number="02")]) == []
    assert pairs([facts("k1"), facts("k1", "b"), facts("k2", "c", number="02")]) == [("k1", "k2")]


def many(count: int, plans: int) -> list[CommitmentFacts]:
    words = ["open", "data", "budget", "portal", "citizen", "access", "school", "health", "court", "law", "training", "audit", "water", "forest", "city", "vote"]
    chance = random.Random(4)
    made = []
    for plan in range(plans):
        for number in range(count):
            title = " ".join(chance.sample(words, 6))
            made.append(facts(f"P{plan}-{number:03}", "a", title, f"P{plan}", f"{number:02}", " ".join(chance.choices(words, k=30))))
            made.append(facts(f"P{plan}-{number:03}-b", "b", f"{title} programme", f"P{plan}", f"{number:02}"))
    return made


def test_the_order_of_rows_does_not_matter() -> None:
    made = many(20, 5)
    expected = list(candidates(made))
    assert len(expected) >= 100
    for seed in range(3):
        random.Random(seed).shuffle(made)
        assert list(candidates(made)) == expected
    mirrored = [CommitmentFacts(item.key[::-1], item.plan, item.number_token, item.titles, item.text_start, item.source, item.passage) for item in made]
    assert {frozenset((one[::-1], other[::-1])) for one, other in pairs(mirrored)} == {frozenset(pair) for pair in pairs(made)}


def test_plans_are_never_mixed_and_each_commitment_has_few_candidates() -> None:
    same = [facts(f"{plan}-{number:02}{source}", source, plan=plan, number=f"{number:02}") for plan in ("P1", "P2") for number in range(12) for source in "ab"]
    found = pairs(same)
    assert found and all(one[:2] == other[:2] for one, other in found)
    assert len(found) < 2 * 12 * 12


def test_a_very_large_plan_is_compared_in_blocks_and_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "LARGEST", 30)
    cut: list[tuple[str, int]] = []
    made = many(20, 1)
    found = list(candidates(made, on_cut=lambda plan, count: cut.append((plan, count))))
    assert cut == [("P0", 40)]
    assert {(f"P0-{number:03}", f"P0-{number:03}-b") for number in range(20)} <= {(item.from_key, item.to_key) for item in found}


def test_many_plans_take_seconds() -> None:
    """60,000 commitments in 3,000 plans take about 4 s on one core of a small machine: a tenth of them, with room for a busy one."""
    made = many(10, 300)
    start = time.process_time()
    assert len(list(candidates(made))) >= 3000
    assert time.process_time() - start < 8


def test_candidates_in_the_graph(data: Data) -> None:
    mapped = data.map()
    folder = next(folder for folder in mapped.folders if folder.contract.source_type == "curation")
    context = SourceContext(mapped.build, folder.contract)
    found = [
        only(facts("MX-4-01", plan="MX-4"), facts("MX-4-02", "b", plan="MX-4")),
        Candidate("mx-cmdh", "mx-cmdpdh", Decimal("0.90"), {"es": "x", "en": "x"}, kind="org"),  # the curator's table has it
        Candidate("mx-sep", "mx-sep", Decimal("0.90"), {"es": "x", "en": "x"}, kind="org"),
    ]
    assert matching.write(context, found) == 1
    text = "".join(context.sink.texts)
    (link,) = {line.split(" ")[0] for line in text.splitlines()}
    for predicate, value in [
        ("linkRelation", "<https://w3id.org/ogcm/def#possiblySame>"), ("score", '"1"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        ("confidence", "<https://w3id.org/ogcm/code/finding-confidence/high>"), ("curator", f'"{matching.CURATOR}"'),
        ("linkFrom", "<https://data.example.org/id/commitment/MX-4-01>"), ("linkTo", "<https://data.example.org/id/commitment/MX-4-02>"),
    ]:  # fmt: skip
        assert f"{link} <https://w3id.org/ogcm/def#{predicate}> {value} .\n" in text
    assert text.count("#statedIn>") == 2 and text.count("#reason>") == 2
    assert "sameAs" not in text
    graph = Graph().parse(data=text, format="nt")
    minted = {key for kind, key in mapped.build.registry.minted() if kind == "link"}
    report = shapes.validate(graph, profile="source", context=shapes.Context(base=BASE, registry={"link": minted}))
    assert [str(result) for result in report.violations] == []
