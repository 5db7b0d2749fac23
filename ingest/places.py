"""Which area a source means by a name or by OGP's code: only what the reference tables say, nothing approximate.

OGP's codes and prefixes are its own (MO starts ids of Morocco, UK those of the United Kingdom, ARBA is Buenos Aires), so
a code of ISO that OGP does not use is not found here. A name or code that means two areas means none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ingest import uris


@dataclass
class Places:
    """Keys of areas by folded name (`ingest.uris.folded`) and by OGP's code; filled from the tables of `data/reference`."""

    _countries: dict[str, set[str]] = field(default_factory=dict)  # folded name -> keys
    _locals: dict[str, set[str]] = field(default_factory=dict)  # folded bare name -> keys
    _codes: dict[str, set[str]] = field(default_factory=dict)  # OGP's code or prefix, upper case -> keys
    _country_of: dict[str, str] = field(default_factory=dict)  # key of a local area -> key of its country
    _prefixes: dict[str, str] = field(default_factory=dict)  # key of an area -> prefix of its commitments' ids, where the tables have it
    entities: set[str] = field(default_factory=set)  # keys of areas that a table of federal entities describes
    _words: int = 1  # of the country's name that has most

    def add_country(self, key: str, names: Iterable[str], codes: Iterable[str] = (), prefix: str = "") -> None:
        """A country under all its names; `codes` are those OGP uses: alpha-3 (plans) and the prefix of commitment ids, which is also given alone."""
        self._add_prefix(key, prefix)
        folded = [uris.folded(name) for name in names]
        _register(self._countries, folded, key)
        self._words = max(self._words, *(name.count(" ") + 1 for name in folded))
        _register(self._codes, (code.upper() for code in codes), key)

    def add_local(self, key: str, country: str, names: Iterable[str], codes: Iterable[str] = (), prefix: str = "") -> None:
        """A local area of a country under all its names, without the country's."""
        self._add_prefix(key, prefix)
        self._country_of[key] = country
        _register(self._locals, map(uris.folded, names), key)
        _register(self._codes, (code.upper() for code in codes), key)

    def country(self, name: str) -> str | None:
        """The key of the country of that name, in any of the spellings that the reference table has.

        >>> places = Places(); places.add_country("KR", ["South Korea", "Korea, Republic of"])
        >>> places.country("Korea, republic of"), places.country("Korea")
        ('KR', None)
        """
        return _only(self._countries.get(uris.folded(name), ()))

    def local(self, name: str) -> str | None:
        """The key of the local area called "Name, Country" or "Name"; a bare name is enough where one area has it.

        >>> places = Places(); places.add_country("MX", ["Mexico"]); places.add_local("MX-JAL", "MX", ["Jalisco"])
        >>> places.local("Jalisco, Mexico"), places.local("Jalisco"), places.local("Jalisco, Spain")
        ('MX-JAL', 'MX-JAL', None)
        """
        # Alone, a name that is also a country's means the country (Mexico, Georgia).
        if uris.folded(name) in self._countries:
            return None
        if (key := _only(self._locals.get(uris.folded(name), ()))) is not None:
            return key
        word, country = self.parted(name)
        return None if country is None else _only(key for key in self._locals.get(uris.folded(word), ()) if self._country_of[key] == country)

    def parted(self, name: str) -> tuple[str, str | None]:
        """The word before the country and the country of "Name, Country"; the whole name and None where no country follows a comma.

        The country's own name may hold a comma ("Seoul, Korea, Republic of"): every comma is tried behind which no more parts stand than a
        country's name has words, the first first.
        """
        parts = name.rsplit(",", self._words)
        for end in range(1, len(parts)):
            country = self.country(",".join(parts[end:]))
            if country is not None:
                return ",".join(parts[:end]).strip(), country
        return name, None

    def by_code(self, code: str) -> str | None:
        """The key of the country or local area that OGP gives this code or prefix: ARG, MO, ARBA, JAL."""
        return _only(self._codes.get(code.strip().upper(), ()))

    def prefix_of(self, key: str) -> str | None:
        """OGP's prefix of the ids of an area's commitments, where the tables have it."""
        return self._prefixes.get(key)

    def is_code(self, code: str) -> bool:
        """Whether OGP gives some area this code or prefix, perhaps more than one."""
        return code.upper() in self._codes

    def _add_prefix(self, key: str, prefix: str) -> None:
        if prefix:
            self._prefixes[key] = prefix.upper()


def _register(table: dict[str, set[str]], names: Iterable[str], key: str) -> None:
    for name in names:
        if name:
            table.setdefault(name, set()).add(key)


def _only(keys: Iterable[str]) -> str | None:
    found = list(keys)
    return found[0] if len(found) == 1 else None
