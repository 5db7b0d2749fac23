"""How far the judging of a large file is, for who waits for it. Bottom module: imports nothing of ours."""

from __future__ import annotations

import threading
from collections.abc import Callable

Tell = Callable[[int, int], None]  # done, of all

# How much each kind of work counts, about as it takes time: reading the file, the fast engine, the reference, and the SPARQL
# constraints, of which some take long on some data.
_WEIGHTS = {"read": 1, "core": 2, "reference": 3, "sparql": 4}
_ALL = 1000


class Judging:
    """Tells `tell(thousandths done, 1000)` whenever another one is done; may be called by several threads."""

    def __init__(self, tell: Tell | None):
        self._tell = tell
        self._shares = dict.fromkeys(_WEIGHTS, 0.0)
        self._told = 0
        self._lock = threading.Lock()

    def of(self, work: str) -> Tell:
        """What to call with how much of one kind of work is done, and how much of it there is."""

        def done(part: int, whole: int) -> None:
            if self._tell is None:
                return
            with self._lock:
                self._shares[work] = min(part / whole, 1.0) if whole else 1.0
                now = int(_ALL * sum(_WEIGHTS[name] * share for name, share in self._shares.items()) / sum(_WEIGHTS.values()))
                if now > self._told:
                    self._told = now
                    self._tell(now, _ALL)

        return done
