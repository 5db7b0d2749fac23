"""Counting on the hot path: an increment costs no more than a dictionary access, everything else waits for a scrape."""

from __future__ import annotations

from bisect import bisect_left

# Upper bounds in seconds. Pages take parts of a millisecond, queries up to their limit.
SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Histogram:
    """Observations by fixed upper bounds; an observation equal to a bound is counted there, as Prometheus' `le` says."""

    __slots__ = ("bounds", "counts", "sum")

    def __init__(self, bounds: tuple[float, ...] = SECONDS) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def observe(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value

    @property
    def count(self) -> int:
        return sum(self.counts)

    def cumulative(self) -> list[tuple[str, int]]:
        """Pairs of bound, as text, and observations up to it; the last bound is `+Inf`."""
        pairs, total = [], 0
        for bound, count in zip([*map(str, self.bounds), "+Inf"], self.counts, strict=True):
            total += count
            pairs.append((bound, total))
        return pairs
