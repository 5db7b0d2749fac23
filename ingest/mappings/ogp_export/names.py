"""Numbers and titles as they enter keys and comparisons."""

from __future__ import annotations

import re
import unicodedata

from ingest import uris
from ingest.cleaning.dates import FIRST, LAST
from ingest.cleaning.persons import redacted
from ingest.cleaning.text import repair
from ingest.places import Places
from ingest.remembering import remembering

# What a spreadsheet program made of 4.1: 4.0999999999999996.
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]+)?|[0-9]{2}/[0-9]{4}")
_FLOAT = re.compile(r"-?\d+\.\d{10,}")
_WHOLE = re.compile(r"(?<=\d)\.0+$")
_DASH = re.compile(r"(?<=\w)(\s?)[\u2010-\u2015\u2212](?=\s?\w)")
_PUNCTUATION = re.compile(r"[.-]+")
_SHORT = 5  # characters that hold no address


@remembering(4096)
def repaired_number(cell: str) -> str:
    """A printed number without the damage of binary fractions and without markup; dashes of every length are one.

    >>> repaired_number("4.0999999999999996"), repaired_number("2.0"), repaired_number(" 1:a "), repaired_number("1.1<br/>"), repaired_number("1–2")
    ('4.1', '2', '1:a', '1.1', '1-2')
    """
    text = _DASH.sub(r"\1-", " ".join(repair(cell).text.split()))
    if _FLOAT.fullmatch(text):
        text = repr(round(float(text), 10))
    return _WHOLE.sub("", text)


def year_of(cell: str) -> str:
    """A cell that may be a year, without blanks and without the ".0" that programs append to whole numbers.

    >>> year_of(" 2011.0 "), year_of("2011"), year_of("AP_PER03")
    ('2011', '2011', 'AP_PER03')
    """
    return _WHOLE.sub("", " ".join(uris.trimmed(cell).split()))


PLAN_ID = re.compile(r"AP_[A-Z]{2,5}[0-9]{2}")


def year(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"[0-9]{4}", text) and FIRST <= int(text) <= LAST else None


def of_another_country(places: Places, outside_id: str, country: str) -> str | None:
    """The area that OGP's prefix of a commitment's id means, where that is not in the country; None where it is, or nobody knows the prefix."""
    area = places.by_code(outside_id.rstrip("0123456789"))
    return None if area is None or uris.country_of(area) == country else area


def of_no_country(places: Places, outside_id: str, area: str) -> str | None:
    """OGP's own prefix of an area, where it is known and an id has one that no area has; None where the id may be the area's.

    What begins as the ids of the country do may be of a member of it that no table has; of a local member only its own prefix tells.
    """
    prefix, own = outside_id.rstrip("0123456789"), places.prefix_of(area)
    country = uris.country_of(area)
    if own is None or places.is_code(prefix) or prefix.startswith((own, country, places.prefix_of(country) or own)):
        return None
    return own


@remembering(4096)
def is_number(cell: str, region: str) -> bool:
    """Whether a cell can be the printed number of something: whatever it is, no address, no telephone number, and no day or month, which is what
    spreadsheet programs make of 1.1 and 5-12 (a typed date of a workbook is read as this).

    >>> is_number("4.0999999999999996", "MX"), is_number("ana@example.org", "MX"), is_number("2016-01-01", "MX"), is_number("05/2012", "MX")
    (True, False, False, False)
    """
    if _DAY.fullmatch(cell.strip()):
        return False
    return len(cell) <= _SHORT or _FLOAT.fullmatch(cell.strip()) is not None or not redacted(cell, region).counts


def token(number: str) -> str:
    """The token of a number in a key; "x" where nothing of it can stand in one.

    >>> token("1(a)"), token("7"), token("Nº 3"), token("—")
    ('1.a', '07', 'No.3', 'x')
    """
    ascii_only = unicodedata.normalize("NFKD", number).encode("ascii", "ignore").decode()
    bare = re.sub(r"[^A-Za-z0-9.-]+", ".", ascii_only)
    bare = _PUNCTUATION.sub(lambda run: "-" if "-" in run[0] else run[0], bare).strip(".-")
    found = uris.without_suffix(uris.number_token(bare))
    # A long number is a text, not a number; its hash tells rows apart.
    return found if len(found) <= 20 else "x"


# A number in front of a title: "1.", "1.8)", "4.24 ", "(3)"; never a bare one, which may be a year.
_IN_FRONT = re.compile(r"\s*(?:\(?\d{1,3}(?:\.\d{1,3})*\s?[A-Za-z]?[.):]+|\d{1,3}(?:\.\d{1,3})+[A-Za-z]?)(?=\s|[A-Z])")


@remembering(4096, 600)
def title_digest(title: str) -> str:
    """12 hex digits of the normalised title, "" for none.

    Markup and a number in front of it do not count: one edition prints "1.8) Advocate …<br/>", the next "Advocate …". Any other number does.

    >>> title_digest("1.8) Open  contracts<br/>") == title_digest("Open contracts"), title_digest("2013 budget") == title_digest("budget")
    (True, False)
    >>> title_digest("Law 27.275 in force") == title_digest("Law 19.628 in force")
    False
    """
    text = repair(title).text
    in_front = _IN_FRONT.match(text)
    bare = text[in_front.end() :] if in_front else text
    folded = uris.folded(bare) or uris.folded(title)
    return uris.digest(folded, 12) if folded else ""
