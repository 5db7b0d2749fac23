"""What the row at hand changed in what a build knows, so that a row that is set aside leaves nothing behind.

Look-ups (keys of the registry, labels, plans) are noted before they change and put back by `undo`. What only adds up, and is not
asked for while rows are mapped, is put off with `later` until the row is kept. Between rows nothing is noted.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

_MISSING = object()


class Journal:
    """Open from `begin` until `keep` or `undo`, once per row."""

    __slots__ = ("_changes", "_later", "open")

    def __init__(self) -> None:
        self.open = False
        self._changes: list[tuple[MutableMapping[Any, Any], Any, Any]] = []
        self._later: list[Callable[[], object]] = []

    def begin(self) -> None:
        self.open = True

    def note(self, mapping: MutableMapping[Any, Any], key: Any) -> None:
        """Call this before `mapping[key]` is set to another object."""
        if self.open:
            self._changes.append((mapping, key, mapping.get(key, _MISSING)))

    def note_as(self, mapping: MutableMapping[Any, Any], key: Any, before: Any) -> None:
        """Call this before the object under `key` changes in itself; `before` is a copy of it."""
        if self.open:
            self._changes.append((mapping, key, before))

    def later(self, act: Callable[[], object]) -> None:
        """Do this when the row is kept; outside a row at once."""
        if self.open:
            self._later.append(act)
        else:
            act()

    def keep(self) -> None:
        acts, self._later = self._later, []
        self._changes.clear()
        self.open = False
        for act in acts:
            act()

    def undo(self) -> None:
        for mapping, key, before in reversed(self._changes):
            if before is _MISSING:
                mapping.pop(key, None)
            else:
                mapping[key] = before
        self._changes.clear()
        self._later.clear()
        self.open = False
