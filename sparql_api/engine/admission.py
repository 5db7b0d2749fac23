"""Who may run now: a bounded number of queries at once, a bounded queue, and a smaller number of long ones.

A query that looks heavy waits for one of the places for long queries before it starts. One that turns out to be long
(it has run for `slow_after` seconds) needs such a place from then on; when all are taken it is overdue, and has to go as
soon as another query finds no place. So short queries get through however many long ones are asked, and nothing is ended
while there is room: on a busy machine an ordinary query takes long, too.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from sparql_api.engine import problems


@dataclass(frozen=True)
class Places:
    """How many queries run at once, how many of them may be long, how many may wait and for how many seconds."""

    total: int = 16
    slow: int = 4
    slow_after: float = 0.5
    queue: int = 64
    wait_seconds: float = 10.0


class Counter:
    """A number of places with a queue, first come first served."""

    def __init__(self, places: int) -> None:
        self.places = places
        self.taken = 0
        self.waiting: deque[asyncio.Future[None]] = deque()

    def take_now(self) -> bool:
        if self.taken >= self.places or self.waiting:
            return False
        self.taken += 1
        return True

    async def take(self) -> None:
        """Wait for a place; cancelling the wait loses none."""
        if self.take_now():
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append(place)
        try:
            await place
        except BaseException:
            if place.done() and not place.cancelled():
                self.give_back()  # the place came in the same moment as the end of waiting
            else:
                with contextlib.suppress(ValueError):  # already passed over
                    self.waiting.remove(place)
            raise

    def give_back(self) -> None:
        """Pass a place on to whoever waits longest; `taken` then counts it already."""
        while self.waiting:
            place = self.waiting.popleft()
            if not place.done():
                place.set_result(None)
                return
        self.taken -= 1


class Ticket:
    """The right of one query to run; given back exactly once by `leave`."""

    def __init__(self, admission: Admission, *, slow: bool) -> None:
        self._admission = admission
        self.slow = slow
        self._gone = False

    @property
    def slow_after(self) -> float:
        return self._admission.places.slow_after

    @property
    def slow_places(self) -> int:
        return self._admission.places.slow

    def become_slow(self, crowd_out: Callable[[], None]) -> bool:
        """Move to the places for long queries; False when they are all taken.

        The query is overdue then: `crowd_out` is called when another one needs its place, at once if one waits already.
        """
        if not self._gone and not self.slow:
            self.slow = self._admission.slow.take_now()
            if not self.slow:
                self._admission.overdue[self] = crowd_out
                if self._admission.total.waiting:
                    self._admission.make_room()
        return self._gone or self.slow

    def leave(self) -> None:
        if not self._gone:
            self._gone = True
            self._admission.overdue.pop(self, None)
            self._admission.total.give_back()
            if self.slow:
                self._admission.slow.give_back()


class Admission:
    """The places of one service; shared by all its engines."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.total = Counter(places.total)
        self.slow = Counter(places.slow)
        self.overdue: dict[Ticket, Callable[[], None]] = {}  # oldest first

    @property
    def running(self) -> int:
        """Queries that hold a place now."""
        return self.total.taken

    def make_room(self) -> None:
        """End the query that is overdue for longest, if there is one."""
        for ticket, crowd_out in list(self.overdue.items())[:1]:
            del self.overdue[ticket]
            crowd_out()

    def enter_now(self, *, heavy: bool = False) -> Ticket | None:
        """A place without waiting, or None when there is none."""
        if heavy and not self.slow.take_now():
            return None
        if self.total.take_now():
            return Ticket(self, slow=heavy)
        if heavy:
            self.slow.give_back()
        return None

    async def enter(self, *, heavy: bool = False) -> Ticket:
        """Wait for a place; a query that looks heavy waits for a place for long ones first.

        Raises EngineProblem 503 when the queue is full or no place became free in time.
        """
        lane = self.slow if heavy else self.total
        if len(lane.waiting) >= self.places.queue:
            raise problems.busy(lane.places)
        try:
            async with asyncio.timeout(self.places.wait_seconds):
                if heavy:
                    await self.slow.take()
                try:
                    if self.total.taken >= self.places.total:
                        self.make_room()
                    await self.total.take()
                except BaseException:
                    if heavy:
                        self.slow.give_back()
                    raise
        except TimeoutError:
            raise problems.busy(lane.places) from None
        return Ticket(self, slow=heavy)
