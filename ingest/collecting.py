"""Python's search for objects that only refer to each other, less often while a build makes millions of objects that do not."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

OBJECTS = 20_000  # new ones, less those that are gone, after which the youngest are looked through; Python's own number is 700


@contextmanager
def rarely() -> Iterator[None]:
    """What rows become has no cycles and goes when nothing refers to it; looking for some again and again took a tenth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
