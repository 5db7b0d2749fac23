"""The garbage collector works as before once a mapping is over, however it ends."""

from __future__ import annotations

import gc

import pytest

from ingest import collecting


def test_the_collector_is_left_as_it_was() -> None:
    before = gc.get_threshold()

    @collecting.rarely()
    def work(fail: bool) -> tuple[int, ...]:
        if fail:
            raise ValueError
        return gc.get_threshold()

    assert work(False) == (collecting.OBJECTS, *before[1:]) == work(False)
    with pytest.raises(ValueError):
        work(True)
    assert gc.get_threshold() == before
