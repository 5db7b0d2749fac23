"""Which jurisdiction and which plan a row is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from ingest import uris
from ingest.cleaning.persons import redacted
from ingest.contract import Table
from ingest.mappings.ogp_export import names
from ingest.places import Places
from ingest.readers import Row


@dataclass(frozen=True)
class Place:
    """A jurisdiction: its key and the ISO 3166-1 code of its country; `own_word` names a local member that no table knows."""

    area: str
    country: str
    own_word: str = ""
    doubt: str = ""  # "other-code": OGP's code means another area than the name; "by-code": only the code says it


@dataclass(frozen=True)
class PlanOfRow:
    place: Place
    number: str  # repaired, as `ingest.uris.plan_number` tells plans apart
    token: str


class PlaceOfRow:
    """Reads the columns that say where a row belongs. `of` returns None, and sets the row aside, when it cannot be told."""

    def __init__(self, places: Places, table: Table):
        self._places = places
        self._name = table.means("jurisdiction") or ""
        self._code = table.means("jurisdiction-code")
        self._plan = table.means("plan-number") or ""
        self._find = cache(self._found)

    def of(self, row: Row, *, report: bool) -> PlanOfRow | None:
        name = row.peek(self._name)
        code = row.peek(self._code) if self._code else ""
        place = self._find(" ".join(name.split()), uris.trimmed(code))
        # What is said of the row's cells is said without the telephone numbers of its country.
        row.region = place.country if place is not None else self._parted(" ".join(name.split()))[1] or ""
        if place is None:
            if report:
                es = "el nombre de un país o miembro local de data/reference/"
                row.refuse(self._name, "unknown-place", row.cells[self._name], es, "the name of a country or local member of data/reference/")
            return None
        if report and place.doubt:
            self._say(row, place, name, code)
        number = uris.plan_number(names.repaired_number(row.peek(self._plan)))
        if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z.-]{0,9}", number) or not names.is_number(number, place.country):
            if report:
                row.refuse(self._plan, "plan-number", row.cells[self._plan], "el número de un plan", "the number of a plan")
            return None
        return PlanOfRow(place, number, names.token(number))

    def _say(self, row: Row, place: Place, name: str, code: str) -> None:
        if place.doubt == "by-code":
            es, en = f"un nombre de {place.area} en data/reference/; vale el código {code}", f"a name of {place.area} in data/reference/; the code {code} holds"
            row.report(self._name, "place-by-code", name, es, en)
        else:
            es, en = f"el código de {place.area}; vale el nombre «{name}»", f'the code of {place.area}; the name "{name}" holds'
            row.quarantine(self._code or "", "place-and-code", code, es, en)

    def _found(self, name: str, code: str) -> Place | None:
        """A country or local member by any of its names; a name that no table has by OGP's code, or by its own word: "Name, Country".

        The code never overrules a name: where a table has both and they differ, the name holds. Of an unknown "Name, Country" the
        code must be that of a member of this country, or one that no table has and that begins with its ISO code.
        """
        if redacted(name).counts:
            return None
        places = self._places
        coded = places.by_code(code) if code else None
        named = places.country(name) or places.local(name)
        if named is not None:
            return Place(named, uris.country_of(named), doubt="other-code" if coded not in (None, named) else "")
        word, country = self._parted(name)
        # Whatever country it is taken for, its name is published.
        if (region := country or (uris.country_of(coded) if coded is not None else None)) is not None and redacted(name, region).counts:
            return None
        if country is None:
            # A spelling that no table has. After a comma stands a country: whose member it is, then, nobody knows.
            return Place(coded, uris.country_of(coded), doubt="by-code") if coded is not None and not ("," in name and coded == uris.country_of(coded)) else None
        if coded is not None:
            return Place(coded, country, doubt="by-code") if coded != country and uris.country_of(coded) == country else None
        if not uris.slug(word) or (code and not code.upper().startswith(country)):
            return None
        return Place(uris.local_area(country, word), country, word)

    def _parted(self, name: str) -> tuple[str, str | None]:
        """The word before the country and the country of "Name, Country"; the country's own name may hold a comma."""
        parts = name.split(",")
        for end in range(1, len(parts)):
            country = self._places.country(",".join(parts[end:]))
            if country is not None:
                return ",".join(parts[:end]).strip(), country
        return name, None
