"""The authority table of bodies: every name that a source may use, and the body it means.

Names resolve within one country only; nothing is matched approximately here (a near miss is the curator's to decide).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingest import uris

INTERNATIONAL = "int"  # instead of an area: the body is known by its names everywhere


@dataclass(frozen=True)
class Body:
    """One body of `data/reference/organizations.csv`. `kind` is org or initiative."""

    kind: str
    key: str
    name: str
    parent: str | None
    country: str  # ISO 3166-1 alpha-2, INTERNATIONAL, or the area's own key ("MX-JAL") for a body known there only
    spellings: tuple[str, ...]
    public: bool = True  # a body of government: its name may stand for another one in every state or city


@dataclass(frozen=True)
class Mention:
    """One body named in a cell: as written, and which body it is. `parent` only when the cell names it too."""

    written: str
    body: Body
    parent: Body | None = None
    spelling: bool = True  # False: the text names other bodies too, so it is no other name of this one


@dataclass(frozen=True)
class Decision:
    """What a curator decided about a text in one area (`data/curated/institutions.csv`).

    `kind`: `body` and `new-body` (another spelling of the one body), `split` (these bodies), `text-only` (stays text). `row`: where it
    stands in the table, which is no part of it.
    """

    kind: str
    orgs: tuple[str, ...]
    role: str | None = None
    row: int = field(default=0, compare=False)


class UnresolvedName(ValueError):
    """A part of a cell that names no body of the authority table."""


@dataclass
class Authority:
    bodies: dict[tuple[str, str], Body] = field(default_factory=dict)
    _by_name: dict[tuple[str, str], Body] = field(default_factory=dict)
    _decisions: dict[tuple[str, str], Decision] = field(default_factory=dict)
    _met: set[tuple[str, str]] = field(default_factory=set)  # decisions on texts that were looked up, so that a source writes them

    def add(self, body: Body) -> Body | None:
        """Register a body; returns the other body that already has one of its names in that country, if any."""
        self.bodies[body.kind, body.key] = body
        clash = None
        for name in (body.name, *body.spellings):
            other = self._by_name.setdefault((body.country, uris.folded(name)), body)
            if other is not body:
                clash = other
        return clash

    def decide(self, area: str, as_written: str, decision: Decision) -> Decision | None:
        """Register a curator's decision; returns the other decision about that text in that area, if any."""
        other = self._decisions.setdefault((area, uris.folded(as_written)), decision)
        return None if other is decision else other

    def meet(self, area: str, wanted: str) -> Decision | None:
        """The decision about a folded text that a source writes, in that very area; a state does not inherit those of its country.

        From now on `decided` says of it that it was met.
        """
        decision = self._decisions.get((area, wanted))
        if decision is not None:
            self._met.add((area, wanted))
        return decision

    def decided(self, area: str, wanted: str) -> tuple[Decision | None, bool]:
        """For who checks decisions: the one about a folded text in that very area, and whether it was met."""
        return self._decisions.get((area, wanted)), (area, wanted) in self._met

    def find(self, name: str, country: str) -> Body | None:
        """The body of that name: of the country (or area) itself, else an international one; see `find_folded`."""
        return self.find_folded(uris.folded(name), country)

    def find_folded(self, wanted: str, area: str) -> Body | None:
        """The body of a folded name in an area ("MX", "MX-JAL"); None where nobody has it.

        A name of the country counts in its states and cities only for bodies that are not of government: a state's
        "Secretaría de Educación" is its own, never the federal one.
        """
        body = self.listed(wanted, area) or self._body_decided(wanted, area)
        if body is not None:
            self.meet(area, wanted)
        elif "-" in area:
            national = self.national(wanted, area)
            if national is not None and not national.public:
                self.meet(uris.country_of(area), wanted)
                body = national
        return body or self._by_name.get((INTERNATIONAL, wanted))

    def listed(self, wanted: str, area: str) -> Body | None:
        """The body with that folded name in the table itself, in that very area."""
        return self._by_name.get((area, wanted))

    def national(self, wanted: str, area: str) -> Body | None:
        """The body of that folded name in the country that the area lies in."""
        country = uris.country_of(area)
        return self._by_name.get((country, wanted)) or self._body_decided(wanted, country)

    def _body_decided(self, wanted: str, area: str) -> Body | None:
        decision = self._decisions.get((area, wanted))
        if decision is None or decision.kind not in ("body", "new-body"):
            return None
        return self.body(decision.orgs[0])

    def body(self, key: str) -> Body | None:
        """The body of a key; keys of organisations and initiatives are unique together."""
        return self.bodies.get(("org", key)) or self.bodies.get(("initiative", key))

    def names(self, area: str) -> Iterator[tuple[str, Body]]:
        """Every folded name that may be suggested for a text of that area: its own, its country's, international ones."""
        scopes = {area, uris.country_of(area), INTERNATIONAL}
        for (scope, name), body in self._by_name.items():
            if scope in scopes:
                yield name, body
        for scope, name in self._decisions:
            decided = self._body_decided(name, scope) if scope in scopes else None
            if decided is not None:
                yield name, decided

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
