"""Whether this process should get requests: a worker answered a moment ago, and the service is not being stopped.

Ordinary queries are evidence as good as a probe's own, so a service under load spends nothing on being asked. A full queue
alone is not "not ready": taking a busy replica out would send its load to the others and topple them one by one. A service
whose places are all held and out of which no answer comes is not ready, and says so.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING

from sparql_api.observation.state import Observation

if TYPE_CHECKING:
    from sparql_api.site import Edition

FRESH_SECONDS = 1.0  # how old an answer may be to count
PROBE_SECONDS = 2.0
# Who asks this often is a balancer, and has to be given time to notice that the service stops.
WATCHED_TIMES = 3
WATCHED_SECONDS = 30.0


class Readiness:
    """Answers `/health/ready`; however many ask at once, one query runs."""

    def __init__(self, observation: Observation) -> None:
        self._observation = observation
        self._asked: deque[float] = deque(maxlen=WATCHED_TIMES)
        self._probe: tuple[str, asyncio.Task[bool]] | None = None

    async def check(self, edition: Edition) -> bool:
        """Whether the engine of this edition answers; takes at most PROBE_SECONDS."""
        now = time.monotonic()
        self._asked.append(now)
        if self._answered_since(edition, now - FRESH_SECONDS):
            return True
        release = edition.release.id
        if self._probe is None or self._probe[0] != release or self._probe[1].done():
            self._probe = (release, asyncio.create_task(_probe(edition)))
        # Not cancelled with the one who asked: others may wait for it, too.
        return await asyncio.shield(self._probe[1]) or self._answered_since(edition, now)

    def _answered_since(self, edition: Edition, moment: float) -> bool:
        release, when = self._observation.last_answer
        return release == edition.release.id and when >= moment

    def is_watched(self) -> bool:
        """Whether somebody has asked repeatedly of late."""
        return len(self._asked) == WATCHED_TIMES and time.monotonic() - self._asked[0] <= WATCHED_SECONDS


async def _probe(edition: Edition) -> bool:
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            return await edition.is_ready()
    except TimeoutError:
        return False
