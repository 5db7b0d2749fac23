"""Results are remembered for short texts, and long ones take no memory."""

from __future__ import annotations

from ingest.remembering import NAME, remembering


def test_short_texts_are_asked_once_and_long_ones_each_time() -> None:
    asked: list[tuple[str, int]] = []

    @remembering(2)
    def length(text: str, more: int = 0) -> int:
        """Told by its name."""
        asked.append((text, more))
        return len(text) + more

    long = "x" * (NAME + 1)
    assert [length("a"), length("a"), length("a", 1), length(long), length(long)] == [1, 1, 2, NAME + 1, NAME + 1]
    assert asked == [("a", 0), ("a", 1), (long, 0), (long, 0)]
    length("b"), length("c")
    assert length("a") == 1 and asked[-1] == ("a", 0)  # no more than two are kept
    assert length.__doc__ == "Told by its name."


def test_methods_are_remembered_for_each_object() -> None:
    class Counter:
        def __init__(self) -> None:
            self.asked = 0
            self.read = remembering(10, longest=3)(self._read)

        def _read(self, text: str, area: str) -> str:
            self.asked += 1
            return f"{text} {area}"

    one, two = Counter(), Counter()
    assert [one.read("abc", "MX"), one.read("abc", "MX"), one.read("abc", "CL"), one.read("abcd", "MX"), one.read("abcd", "MX"), two.read("abc", "MX")] == [
        "abc MX", "abc MX", "abc CL", "abcd MX", "abcd MX", "abc MX",
    ]  # fmt: skip
    assert (one.asked, two.asked) == (4, 1)
