"""Which jurisdiction and which plan a row is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from ingest import uris
from ingest.context import SourceContext
from ingest.contract import Table
from ingest.mappings.ogp_export import names
from ingest.readers import Row


@dataclass(frozen=True)
class Place:
    """A jurisdiction: its key and the ISO 3166-1 code of its country; `own_word` names a local member that no table knows."""

    area: str
    country: str
    own_word: str = ""


@dataclass(frozen=True)
class PlanOfRow:
    place: Place
    number: str  # as printed, repaired
    token: str


class PlaceOfRow:
    """Reads the columns that say where a row belongs. `of` returns None and reports the cell when it cannot be told."""

    def __init__(self, context: SourceContext, table: Table):
        self._context = context
        self._name = table.means("jurisdiction") or ""
        self._code = table.means("jurisdiction-code")
        self._plan = table.means("plan-number") or ""
        self._find = cache(self._found)

    def of(self, row: Row, *, report: bool) -> PlanOfRow | None:
        name = row.peek(self._name)
        code = row.peek(self._code) if self._code else ""
        place = self._find(" ".join(name.split()), code.strip())
        if place is None:
            if report:
                es = "el nombre de un país o miembro local de data/reference/"
                row.quarantine(self._name, "unknown-place", name, es, "the name of a country or local member of data/reference/")
            return None
        number = names.repaired_number(row.peek(self._plan))
        if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z.-]{0,9}", number):
            if report:
                row.quarantine(self._plan, "plan-number", row.peek(self._plan), "el número de un plan", "the number of a plan")
            return None
        return PlanOfRow(place, number, names.token(number))

    def _found(self, name: str, code: str) -> Place | None:
        """A country by any of its names, a local member by the reference table, else by its own word: "Name, Country".

        The last is believed only where OGP's code of the member, if there is one, begins with the country's ISO code.
        """
        places = self._context.build.places
        country = places.country(name)
        if country is not None:
            return Place(country, country)
        local = places.local(name, code) or (places.by_code(code) if code else None)
        if local is not None:
            return Place(local, local.partition("-")[0])
        word, comma, rest = name.rpartition(",")
        country = places.country(rest) if comma else None
        slug = uris.slug(word)
        if country is None or not slug or (code and not code.upper().startswith(country)):
            return None
        return Place(f"{country}-x-{slug}", country, word.strip())
