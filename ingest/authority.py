"""The authority table of bodies: every name that a source may use, and the body it means.

Names resolve within one country only; nothing is matched approximately here (a near miss is the curator's to decide).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingest import uris


@dataclass(frozen=True)
class Body:
    """One body of `data/reference/organizations.csv`. `kind` is org or initiative."""

    kind: str
    key: str
    name: str
    parent: str | None
    country: str  # ISO 3166-1 alpha-2, or "int"
    spellings: tuple[str, ...]


@dataclass(frozen=True)
class Mention:
    """One body named in a cell: as written, and which body it is. `parent` only when the cell names it too."""

    written: str
    body: Body
    parent: Body | None = None


class UnresolvedName(ValueError):
    """A part of a cell that names no body of the authority table."""


@dataclass
class Authority:
    bodies: dict[tuple[str, str], Body] = field(default_factory=dict)
    _by_name: dict[tuple[str, str], Body] = field(default_factory=dict)

    def add(self, body: Body) -> Body | None:
        """Register a body; returns the other body that already has one of its names in that country, if any."""
        self.bodies[body.kind, body.key] = body
        clash = None
        for name in (body.name, *body.spellings):
            other = self._by_name.setdefault((body.country, uris.folded(name)), body)
            if other is not body:
                clash = other
        return clash

    def find(self, name: str, country: str) -> Body | None:
        """The body of that name: of the country itself, else an international one."""
        wanted = uris.folded(name)
        return self._by_name.get((country, wanted)) or self._by_name.get(("int", wanted))

    def mentions(self, cell: str, separators: Sequence[str], country: str) -> Iterator[Mention]:
        """The bodies that a cell names, in its order.

        A part is looked up whole before any separator is tried on it, so a comma inside a name never splits it;
        "unit, parent" is read as such only when the table says that the parent is the unit's own.
        Raises UnresolvedName with the part that names nobody.
        """
        part = " ".join(cell.split()) if "\n" not in separators else cell.strip()
        body = self.find(part, country)
        if body is not None:
            yield Mention(" ".join(part.split()), body)
            return
        if "\n" in separators and "\n" in part:
            rest = tuple(item for item in separators if item != "\n")
            for line in part.split("\n"):
                cleaned = line.strip().rstrip(",;").strip()
                if cleaned:
                    yield from self.mentions(cleaned, rest, country)
            return
        part = " ".join(part.split())
        unit = self._unit_of_parent(part, country)
        if unit is not None:
            yield unit
            return
        yield from self._split(part, tuple(item for item in separators if item != "\n"), country)

    def _unit_of_parent(self, part: str, country: str) -> Mention | None:
        pieces = part.split(",")
        for cut in range(1, len(pieces)):
            unit = self.find(",".join(pieces[:cut]), country)
            parent = self.find(",".join(pieces[cut:]), country)
            if unit is not None and parent is not None and unit.parent == parent.key:
                return Mention(part, unit, parent)
        return None

    def _split(self, part: str, separators: tuple[str, ...], country: str) -> Iterator[Mention]:
        for separator in separators:
            pieces = part.split(separator)
            if len(pieces) < 2:
                continue
            start = 0
            while start < len(pieces):
                # The longest run of pieces that names a body wins: names may hold the separator themselves.
                for end in range(len(pieces), start, -1):
                    name = separator.join(pieces[start:end]).strip()
                    body = self.find(name, country) if name else None
                    if body is not None:
                        yield Mention(name, body)
                        start = end
                        break
                else:
                    if pieces[start].strip():
                        raise UnresolvedName(pieces[start].strip())
                    start += 1
            return
        raise UnresolvedName(part)
