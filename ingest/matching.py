"""Candidates: commitments that different sources may describe twice, scored by stated evidence.

A candidate is a Link in `graph/candidates` and nothing else: never `owl:sameAs`, never a redirect, never merged. Only
commitments of one plan are compared, and only those that no edition lists side by side: an edition that has both says
that they are two.

Evidence of a pair of commitments, each from 0 to 1:
- title: likeness of the closest two titles (rapidfuzz `ratio` over folded words in alphabetical order, without the printed number
  of the commitment itself), 1 only where their words also stand in one order, else at most NEARLY; titles with different figures
  in them ("phase 1", "phase 2") count at most FIGURES_DIFFER, and those under MIN_WORDS words only beside other evidence;
- text: the same over the beginnings of the full texts, when both have at least MIN_TEXT characters;
- number: both have the same number in the plan.
A pair is a candidate when title >= TITLE, or text >= TEXT, or title >= TITLE_WITH_NUMBER and the numbers are equal.
Its score is 0.85 of the better likeness, and 0.15 for equal numbers, half of that where a number is unknown.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from itertools import combinations
from sys import intern

from rapidfuzz import fuzz

from ingest import patterns, terms, uris
from ingest.context import SourceContext

TITLE, TITLE_WITH_NUMBER, TEXT = 0.85, 0.70, 0.90
NEARLY = 0.99
FIGURES_DIFFER, MIN_WORDS, MIN_TEXT = 0.80, 3, 40
TEXT_START = 200  # characters of a full text that are compared
BEST = 3  # candidates kept per commitment
LARGEST = 1000  # commitments of a plan that are all compared with each other; in a larger one only those with a number or title word in common
CURATOR = "machine (ingest.matching)"
_NUMBERED = re.compile(r"\s*(\d[\d.]*[A-Za-z]?)[.):]*\s+(?=\S)")
_UNKNOWN = ("", "x")  # number tokens that say nothing


@dataclass(frozen=True, slots=True)
class CommitmentFacts:
    """What one source (an edition, the deck) says of one commitment. `passage` is the term of its row's passage."""

    key: str
    plan: str
    number_token: str
    titles: tuple[str, ...]
    text_start: str
    source: str
    passage: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two keys of one kind, `from_key` < `to_key`, with a score of two places and its evidence in Spanish and English."""

    from_key: str
    to_key: str
    score: Decimal
    evidence: dict[str, str]
    passages: tuple[str, ...] = ()
    kind: str = "commitment"

    @property
    def confidence(self) -> str:
        """code/finding-confidence of the score."""
        return "high" if self.score >= Decimal("0.95") else "medium" if self.score >= Decimal("0.85") else "low"


class _Known:
    """One commitment, as all its sources describe it. Of each there are one or two: tuples take far less memory than sets."""

    __slots__ = ("key", "numbers", "passages", "sources", "spelled", "texts", "titles")

    def __init__(self, key: str) -> None:
        self.key = key
        self.sources: tuple[str, ...] = ()
        self.numbers: tuple[str, ...] = ()
        self.titles: tuple[str, ...] = ()  # words in alphabetical order
        self.spelled: tuple[int, ...] = ()  # hashes of the titles' words in their own order
        self.texts: tuple[str, ...] = ()
        self.passages: tuple[str, ...] = ()

    def add(self, name: str, value: str | int) -> None:
        have = getattr(self, name)
        if value and value not in have:
            setattr(self, name, (*have, value))


def candidates(
    commitments: Iterable[CommitmentFacts], on_cut: Callable[[str, int], None] = lambda plan, count: None,
    decided: Callable[[Candidate], bool] = lambda candidate: False,
) -> Iterator[Candidate]:  # fmt: skip
    """Candidates of all plans, in the order of plan, falling score and keys; the order of the facts does not matter.

    `on_cut` is told of a plan with more than LARGEST commitments, which was not compared whole. `decided` says of a candidate
    whether a curator has: it is left out before the best are chosen, and keeps no other from being one of them.
    """
    plans: dict[str, dict[str, _Known]] = defaultdict(dict)
    for facts in commitments:
        plan = plans[facts.plan]
        known = plan.get(facts.key) or plan.setdefault(facts.key, _Known(facts.key))
        known.add("sources", intern(facts.source))
        known.add("numbers", "" if facts.number_token in _UNKNOWN else intern(facts.number_token))
        for title in facts.titles:
            folded = uris.folded(_without_number(title, facts.number_token))
            known.add("titles", _sorted(folded))
            known.add("spelled", hash(folded))
        text = uris.folded(facts.text_start[: 2 * TEXT_START])[:TEXT_START]
        known.add("texts", text if len(text) >= MIN_TEXT else "")
        known.add("passages", facts.passage)
    for key in sorted(plans):
        by_key = plans.pop(key)
        yield from _of_plan(key, [by_key[item] for item in sorted(by_key)], on_cut, decided)


def _without_number(title: str, token: str) -> str:
    """The title without the commitment's own number printed before it: "18. Publish …", "1.6a) Advocate …"."""
    match = _NUMBERED.match(title)
    return title[match.end() :] if match and uris.number_token(match[1]).casefold() == token.casefold() else title


def _sorted(words: str) -> str:
    return " ".join(sorted(words.split()))


def _of_plan(
    plan: str, commitments: list[_Known], on_cut: Callable[[str, int], None], decided: Callable[[Candidate], bool],
) -> Iterator[Candidate]:  # fmt: skip
    if len(set().union(*(item.sources for item in commitments))) < 2:
        return
    if len(commitments) > LARGEST:
        on_cut(plan, len(commitments))
        pairs: Iterable[tuple[_Known, _Known]] = _blocked(commitments)
    else:
        pairs = combinations(commitments, 2)
    compared = (candidate for one, other in pairs if _apart(one, other) and (candidate := _compared(plan, one, other)) is not None)
    found = [candidate for candidate in compared if not decided(candidate)]
    found.sort(key=lambda item: (-item.score, item.from_key, item.to_key))
    kept: dict[str, int] = defaultdict(int)
    for item in found:
        # Among the best of either side: the same pairs, whichever side one looks from.
        if kept[item.from_key] < BEST or kept[item.to_key] < BEST:
            yield item
        kept[item.from_key] += 1
        kept[item.to_key] += 1


def _apart(one: _Known, other: _Known) -> bool:
    """No source lists both."""
    return not any(source in other.sources for source in one.sources)


def _blocked(commitments: list[_Known]) -> Iterator[tuple[_Known, _Known]]:
    """Pairs of a very large plan that share a number or the longest word of a title; blocks above LARGEST are left out."""
    blocks: dict[str, list[_Known]] = defaultdict(list)
    for item in commitments:
        longest = {max(title.split(), key=lambda word: (len(word), word)) for title in item.titles}
        for block in sorted(longest | {f"#{number}" for number in item.numbers}):
            blocks[block].append(item)
    seen: set[tuple[str, str]] = set()
    for block in sorted(blocks):
        if len(blocks[block]) <= LARGEST:
            for one, other in combinations(blocks[block], 2):
                if (one.key, other.key) not in seen:
                    seen.add((one.key, other.key))
                    yield one, other


def _compared(plan: str, one: _Known, other: _Known) -> Candidate | None:
    number = _number(one, other)
    least = TITLE_WITH_NUMBER if number else TITLE
    title, long_enough = _title(one, other, least)
    text = _likeness(one.texts, other.texts, TEXT)
    if not ((title >= least and (long_enough or number or text)) or text >= TEXT):
        return None
    unknown = not (one.numbers and other.numbers)
    score = 0.85 * max(title, text) + (0.15 if number else 0.075 if unknown else 0.0)
    return Candidate(one.key, other.key, _two_places(score), _evidence(plan, title, text, number, unknown), tuple(sorted({*one.passages, *other.passages})))


def _number(one: _Known, other: _Known) -> str:
    return min((number for number in one.numbers if number in other.numbers), default="")


def _title(one: _Known, other: _Known, least: float) -> tuple[float, bool]:
    """Likeness of the closest titles (0 below `least`), and whether both are long enough to count alone."""
    best = (0.0, False)
    for first in one.titles:
        for second in other.titles:
            ratio = fuzz.ratio(first, second, score_cutoff=100 * least) / 100
            if not ratio:
                continue
            if re.findall(r"\d+", first) != re.findall(r"\d+", second):
                ratio = min(ratio, FIGURES_DIFFER)
            if ratio > NEARLY and (first != second or not any(spelling in other.spelled for spelling in one.spelled)):
                ratio = NEARLY
            best = max(best, (ratio, min(first.count(" "), second.count(" ")) + 1 >= MIN_WORDS))
    return best


def _likeness(one: Iterable[str], other: Iterable[str], least: float) -> float:
    return max((fuzz.ratio(first, second, score_cutoff=100 * least) / 100 for first in one for second in other), default=0.0)


def _two_places(score: float) -> Decimal:
    """Rounded down: 1.00 is said only of what is equal."""
    return Decimal(repr(round(score, 6))).quantize(Decimal("0.01"), ROUND_DOWN)


def _evidence(plan: str, title: float, text: float, number: str, unknown: bool) -> dict[str, str]:
    es, en = [f"mismo plan ({plan})"], [f"same plan ({plan})"]
    if title:
        es.append(f"títulos parecidos ({_two_places(title)})")
        en.append(f"similar titles ({_two_places(title)})")
    if text:
        es.append(f"comienzos del texto parecidos ({_two_places(text)})")
        en.append(f"similar beginnings of the text ({_two_places(text)})")
    if number:
        es.append(f"mismo número ({number})")
        en.append(f"same number ({number})")
    else:
        es.append("sin número en una de las fuentes" if unknown else "números distintos")
        en.append("no number in one of the sources" if unknown else "different numbers")
    return {"es": _sentence(es), "en": _sentence(en)}


def _sentence(parts: list[str]) -> str:
    joined = "; ".join(parts)
    return f"{joined[0].upper()}{joined[1:]}."


def write(context: SourceContext, found: Iterable[Candidate]) -> int:
    """Add each candidate as ogcm:Link to a context whose statements go to `graph/candidates`; returns how many.

    A pair that a curator's table names already, as a candidate or as two, is left to it. A candidate is stated where its two things are.
    """
    count = 0
    for item in found:
        origin, target = (context.thing(item.kind, key) for key in (item.from_key, item.to_key))
        known = context.build.passages
        passages = item.passages or sorted({*known.get(origin, ()), *known.get(target, ())})
        if origin == target or not passages or (item.kind, item.from_key, item.to_key) in context.build.linked:
            continue
        link = patterns.link(context, (item.kind, item.from_key), "ogcm:possiblySame", (item.kind, item.to_key), CURATOR, item.evidence, passages[0])
        for passage in passages[1:]:
            context.stated(link, passage, remember=False)
        context.add(link, "ogcm:score", terms.decimal(item.score))
        context.add(link, "ogcm:confidence", context.concept("finding-confidence", item.confidence))
        count += 1
    return count
