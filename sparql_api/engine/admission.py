"""Who may run now: a bounded number of queries at once, a bounded queue, and a smaller number of long ones.

A query that runs longer than `slow_after` seconds needs one of the places for long queries; when these are taken it
has to go. So the remaining places always change hands within `slow_after`, and short queries get through however many
long ones are asked.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass

from sparql_api.engine import problems


@dataclass(frozen=True)
class Places:
    """How many queries run at once, how many of them may be long, how many may wait and for how many seconds."""

    total: int = 8
    slow: int = 4
    slow_after: float = 1.0
    queue: int = 64
    wait_seconds: float = 10.0


class Ticket:
    """The right of one query to run; given back exactly once by `leave`."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self.slow = False
        self._gone = False

    @property
    def slow_after(self) -> float:
        return self._admission.places.slow_after

    def become_slow(self) -> bool:
        """Move to the places for long queries; False when they are all taken."""
        return self._gone or self._admission._take_slow(self)

    def leave(self) -> None:
        if not self._gone:
            self._gone = True
            self._admission._give_back(self)


class Admission:
    """The places of one service; shared by all its engines."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self._running = 0
        self._slow = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def running(self) -> int:
        return self._running

    async def enter(self) -> Ticket:
        """Wait for a place, first come first served.

        Raises EngineProblem 503 when the queue is full or no place became free in time.
        """
        if self._running < self.places.total and not self._waiting:
            self._running += 1
            return Ticket(self)
        if len(self._waiting) >= self.places.queue:
            raise problems.busy()
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            async with asyncio.timeout(self.places.wait_seconds):
                await place
        except BaseException as error:
            if place.done() and not place.cancelled():
                self._pass_on()  # the place came in the same moment as the end of waiting
            else:
                with contextlib.suppress(ValueError):  # already passed over
                    self._waiting.remove(place)
            if isinstance(error, TimeoutError):
                raise problems.busy() from error
            raise
        return Ticket(self)

    def _take_slow(self, ticket: Ticket) -> bool:
        if self._slow >= self.places.slow:
            return False
        self._slow += 1
        ticket.slow = True
        return True

    def _give_back(self, ticket: Ticket) -> None:
        if ticket.slow:
            self._slow -= 1
        self._pass_on()

    def _pass_on(self) -> None:
        """Give a place that became free to whoever waits longest; `_running` already counts it."""
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(None)
                return
        self._running -= 1
