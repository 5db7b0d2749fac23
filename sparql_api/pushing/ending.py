"""Ctrl-C and SIGTERM during a push: the request under way is waited for, then what was begun is cleared up.

An engine that has received a whole request carries it out, whoever hangs up meanwhile. A staging graph that is listed and
dropped before such a request ends would come into being afterwards, and stay.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Ending:
    """A context manager that handles both signals, if it is entered by the main thread.

    The first one raises KeyboardInterrupt between two requests; within one it waits for the answer. The second one raises at
    once. Once `past_return` was called, the first one changes nothing any more.
    """

    def __init__(self) -> None:
        self._within = False
        self._asked = False
        self._past_return = False
        self._former: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._former = {number: signal.signal(number, self._signalled) for number in _SIGNALS}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)

    @contextmanager
    def request(self) -> Iterator[None]:
        """Around one request and its answer. Raises KeyboardInterrupt at the end when a signal came meanwhile."""
        self._within = True
        try:
            yield
        finally:
            self._within = False
        self._end_if_asked()

    def past_return(self) -> None:
        """What follows is finished whatever comes: half of it would be neither the former state nor the newer one."""
        self._past_return = True

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
        if not self._within:
            self._end_if_asked()

    def _end_if_asked(self) -> None:
        if self._asked and not self._past_return:
            self._past_return = True  # the clearing up is finished, too
            raise KeyboardInterrupt
