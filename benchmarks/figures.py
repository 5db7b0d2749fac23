"""Figures out of rounds: medians, interquartile ranges, and ratios taken round by round."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Spread:
    """Median and quartiles of `n` samples; the quartiles of fewer than 2 samples are the sample itself."""

    median: float
    low: float
    high: float
    n: int


def spread(samples: Sequence[float]) -> Spread:
    """Median and inclusive quartiles. Raises ValueError without samples."""
    if not samples:
        raise ValueError("no samples")
    if len(samples) == 1:
        return Spread(samples[0], samples[0], samples[0], 1)
    low, median, high = statistics.quantiles(samples, n=4, method="inclusive")
    return Spread(median, low, high, len(samples))


@dataclass(frozen=True)
class Goal:
    """What a median has to reach: that of the ratios, or of our own samples. `at_most` or else at least `value`."""

    value: float
    at_most: bool
    of: Literal["ratio", "ours"] = "ratio"

    def met(self, median: float) -> bool:
        return median <= self.value if self.at_most else median >= self.value

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {self.value:g}"


@dataclass
class Figure:
    """One line of the table: our samples in round order, and those of a reference from the same rounds, if any.

    `better` says which way is good: "lower" (times, memory) or "higher" (requests per second).
    """

    what: str
    unit: str
    better: str = "lower"
    reference: str = ""
    goal: Goal | None = None
    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)

    def ratios(self) -> list[float]:
        """Ours over the reference, round by round; a machine that is slower in one round is so for both."""
        return [ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True)] if self.theirs else []

    def met(self) -> bool | None:
        """Whether the median of this run reaches the goal; None without a goal."""
        if self.goal is None:
            return None
        return self.goal.met(spread(self.ratios() if self.goal.of == "ratio" else self.ours).median)

    def as_json(self) -> dict[str, Any]:
        ratios = self.ratios()
        return {
            **asdict(self),
            "ours_spread": asdict(spread(self.ours)),
            "theirs_spread": asdict(spread(self.theirs)) if self.theirs else None,
            "ratio_spread": asdict(spread(ratios)) if ratios else None,
            "met": self.met(),
        }


class Figures:
    """All figures of a run by name, in the order in which they first came up."""

    def __init__(self) -> None:
        self._held: dict[str, Figure] = {}

    def add(
        self, what: str, unit: str, ours: float, theirs: float | None = None, *, reference: str = "", better: str = "lower", goal: Goal | None = None
    ) -> None:
        """Add the samples of one round. A figure has a reference in every round or in none."""
        figure = self._held.setdefault(what, Figure(what, unit, better, reference, goal))
        figure.ours.append(ours)
        if theirs is not None:
            figure.theirs.append(theirs)

    def __iter__(self) -> Iterator[Figure]:
        return iter(self._held.values())
