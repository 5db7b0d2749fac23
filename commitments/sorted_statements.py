"""Where the lines with a prefix stand in sorted N-Triples, found by bisection without reading the rest. Bottom module."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

Text = mmap.mmap | bytes


@contextmanager
def mapped(path: Path) -> Iterator[Text]:
    """The content of a file, of which only what is looked at is read."""
    with open(path, "rb") as file:
        if file.seek(0, 2) == 0:
            yield b""  # nothing cannot be mapped
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            yield text


def start_of(text: Text, prefix: bytes) -> int:
    """Where the first line with the prefix starts, or would. Lines out of order give some place."""
    low, high = 0, len(text)  # low: no line before it qualifies; high: no line from there on stands before those that do
    while low < high:
        middle = (low + high) // 2
        start = max(text.rfind(b"\n", low, middle) + 1, low)
        if text[start : start + len(prefix)] < prefix:
            low = text.find(b"\n", middle) + 1 or len(text)
        else:
            high = start
    return low


def lines_with(text: Text, prefix: bytes) -> Iterator[bytes]:
    """The lines that start with the prefix, each with its line feed."""
    start = start_of(text, prefix)
    while start < len(text) and text[start : start + len(prefix)] == prefix:
        end = text.find(b"\n", start) + 1 or len(text)
        yield text[start:end]
        start = end
