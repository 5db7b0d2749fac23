"""Typed values of cells: dates with their precision, numbers in canonical form, damage done by spreadsheet programs.

Each function takes the text of a cell and returns a value, or raises ValueError whose two arguments say in Spanish and
English what was expected. Nothing here guesses: an ambiguous text is an error.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from pyoxigraph import NamedNode


@dataclass(frozen=True, order=True)
class PartialDate:
    """A date in the precision its source states: year, year and month, or day."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def text(self) -> str:
        """XSD lexical form: 2019, 2019-12 or 2019-12-24."""
        parts = [f"{self.year:04}"]
        if self.month is not None:
            parts.append(f"{self.month:02}")
        if self.day is not None:
            parts.append(f"{self.day:02}")
        return "-".join(parts)

    @property
    def datatype(self) -> str:
        """Local name of the XSD datatype."""
        if self.month is None:
            return "gYear"
        return "gYearMonth" if self.day is None else "date"

    @property
    def earliest(self) -> dt.date:
        return dt.date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> dt.date:
        if self.day is not None and self.month is not None:
            return dt.date(self.year, self.month, self.day)
        if self.month is None or self.month == 12:
            return dt.date(self.year, 12, 31)
        return dt.date(self.year, self.month + 1, 1) - dt.timedelta(days=1)

    def agrees_with(self, other: PartialDate) -> bool:
        """Equal at the coarser of the two precisions."""
        mine, theirs = self.text, other.text
        shorter = min(len(mine), len(theirs))
        return mine[:shorter] == theirs[:shorter]


_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_MONTHS = {
    "ene": 1, "enero": 1, "jan": 1, "feb": 2, "febrero": 2, "mar": 3, "marzo": 3, "abr": 4, "abril": 4, "apr": 4,
    "may": 5, "mayo": 5, "jun": 6, "junio": 6, "jul": 7, "julio": 7, "ago": 8, "agosto": 8, "aug": 8,
    "sep": 9, "sept": 9, "septiembre": 9, "oct": 10, "octubre": 10, "nov": 11, "noviembre": 11,
    "dic": 12, "diciembre": 12, "dec": 12,
}  # fmt: skip
# What spreadsheet programs make of a typed date: dic-19, 24-may-19, 24/05/2019, 43609.
_REWRITTEN = re.compile(r"(\d{1,2}[-/ ])?[a-zA-Z]{3,4}\.?[-/ ]\d{2,4}|\d{1,2}[/-]\d{1,2}[/-]\d{2,4}|[34]\d{4}", re.IGNORECASE)
WEEKDAYS = {"lu": 0, "lun": 0, "ma": 1, "mar": 1, "mie": 2, "mié": 2, "mi": 2, "jue": 3, "ju": 3, "vie": 4, "vi": 4, "sab": 5, "sáb": 5, "dom": 6}


def partial_date(text: str) -> PartialDate:
    """Read YYYY, YYYY-MM or YYYY-MM-DD; a date that a spreadsheet program rewrote is named as such."""
    match = _PARTIAL.fullmatch(text)
    if match is None:
        if _REWRITTEN.fullmatch(text):
            raise ValueError(
                "AAAA, AAAA-MM o AAAA-MM-DD (una hoja de cálculo parece haber reescrito la fecha)",
                "YYYY, YYYY-MM or YYYY-MM-DD (a spreadsheet program seems to have rewritten the date)",
            )
        raise ValueError("una fecha AAAA, AAAA-MM o AAAA-MM-DD", "a date YYYY, YYYY-MM or YYYY-MM-DD")
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    if not 1800 <= year <= 2200:
        raise ValueError("un año entre 1800 y 2200", "a year between 1800 and 2200")
    try:
        dt.date(year, month or 1, day or 1)
    except ValueError:
        raise ValueError("una fecha que exista en el calendario", "a date that exists in the calendar") from None
    return PartialDate(year, month, day)


def full_date(text: str) -> PartialDate:
    value = partial_date(text)
    if value.day is None:
        raise ValueError("una fecha completa AAAA-MM-DD", "a full date YYYY-MM-DD")
    return value


_WRITTEN_DAY = re.compile(r"(?:(?P<weekday>[^\W\d]+)[/ ])?(?P<day>\d{1,2})[/ ](?P<month>[^\W\d]+)(?:[/ ](?P<year>\d{4}|\d{2}))?")
_WRITTEN_MONTH = re.compile(r"(?P<month>[^\W\d]+)(?:/| de | )(?P<year>\d{4})")
_WRITTEN_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True)
class WrittenDate:
    """What a Spanish date as printed says, no more: the year may be missing, the weekday (0 = Monday) may be given."""

    year: int | None
    month: int | None
    day: int | None
    weekday: int | None = None

    def allows(self, value: PartialDate) -> bool:
        """The value repeats everything that is printed, adding at most the year."""
        same_year = self.year is None or self.year == value.year
        same_day = (self.month, self.day) == (value.month, value.day)
        return same_year and same_day and (self.weekday is None or value.earliest.weekday() == self.weekday)


def written_date(text: str) -> WrittenDate:
    """Read 24/may/19, Mie/21/ago, 24 mayo, 31/agosto/2021, Diciembre/2019, febrero de 2014, 2011.

    A two-digit year is of this century: all sources of that form are.
    """
    expected = ("una fecha como está impresa, p. ej. 24/may/19 o Mie/21/ago", "a date as printed, e.g. 24/may/19 or Mie/21/ago")
    if _WRITTEN_YEAR.fullmatch(text):
        return WrittenDate(int(text), None, None)
    match = _WRITTEN_MONTH.fullmatch(text)
    if match and match["month"].lower() in _MONTHS:
        return WrittenDate(int(match["year"]), _MONTHS[match["month"].lower()], None)
    match = _WRITTEN_DAY.fullmatch(text)
    if match is None or match["month"].lower() not in _MONTHS:
        raise ValueError(*expected)
    weekday = None
    if match["weekday"]:
        weekday = WEEKDAYS.get(match["weekday"].lower())
        if weekday is None:
            raise ValueError(*expected)
    year = int(match["year"]) if match["year"] else None
    if year is not None and year < 100:
        year += 2000
    return WrittenDate(year, _MONTHS[match["month"].lower()], int(match["day"]), weekday)


def integer(text: str) -> int:
    """Digits only; grouping and decimal signs differ between countries and are refused."""
    if not re.fullmatch(r"-?(0|[1-9]\d*)", text):
        raise ValueError("un entero en cifras, sin separadores", "an integer in digits, without separators")
    return int(text)


_NUMBER_WORDS = ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez")
_PRINTED_NUMBER = re.compile(r"\d{1,3}(?:[, ]\d{3})+(?!\d)|\d+")


def prints_number(written: str, number: str) -> bool:
    """Whether a Spanish text prints this whole number: in digits (thousands may be parted) or as a word up to ten.

    >>> prints_number("Más de 1,100 participaciones", "1100"), prints_number("Dos perspectivas", "2"), prints_number("78 países", "7")
    (True, True, False)
    """
    digits = {re.sub(r"[, ]", "", found) for found in _PRINTED_NUMBER.findall(written)}
    words = {str(_NUMBER_WORDS.index(word)) for word in re.findall(r"\w+", written.casefold()) if word in _NUMBER_WORDS}
    return number in digits | words


def decimal(text: str) -> Decimal:
    if not re.fullmatch(r"-?\d+(\.\d+)?", text):
        raise ValueError("un número con punto decimal", "a number with a decimal point")
    try:
        return Decimal(text)
    except InvalidOperation:  # pragma: no cover - the pattern admits only what Decimal reads
        raise ValueError("un número con punto decimal", "a number with a decimal point") from None


def canonical_decimal(value: Decimal) -> str:
    """Canonical form of xsd:decimal as the store writes it: 95, 12.5, never 95.0 or 1E+2."""
    text = format(value, "f")  # not normalize(), which rounds to the 28 digits of the context
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def boolean(text: str) -> bool:
    values = {"true": True, "false": False, "sí": True, "si": True, "no": False, "yes": True}
    if text.lower() not in values:
        raise ValueError("sí o no", "yes or no")
    return values[text.lower()]


_TRUTHS = {word: value for value, words in ((True, "1 1.0 true yes y sí"), (False, "0 0.0 false no n")) for word in words.split()}


def truth(text: str) -> bool | None:
    """What a cell of an export says where 1 and 0 are usual, None where it says neither; spreadsheet programs write 1.0 and TRUE, too.

    >>> truth("1"), truth("FALSE"), truth("-1")
    (True, False, None)
    """
    return _TRUTHS.get(text.lower())


_IRI_FORBIDDEN = re.compile(r'[\x00-\x20<>"{}|\\^`]')


def iri(text: str) -> str:
    """An absolute http(s) IRI that can be written to N-Triples as it stands."""
    if not re.match(r"https?://[^/?#\s]+", text) or _IRI_FORBIDDEN.search(text):
        raise ValueError("una dirección http(s) completa, sin espacios ni barras invertidas", "a full http(s) address without blanks or backslashes")
    try:
        NamedNode(text)  # the store refuses what RFC 3987 does not allow: "http://[x", "…/%zz"
    except ValueError:
        raise ValueError("una dirección que siga la norma (RFC 3987)", "an address that follows the standard (RFC 3987)") from None
    return text


def number_token(text: str) -> str:
    """A number as printed in a plan: 1, 1A, 1.1, A1, 1:a, 1(a)."""
    if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z.:()/ -]{0,19}", text):
        raise ValueError("un número como está impreso (1, 1.1, A1)", "a number as printed (1, 1.1, A1)")
    if _REWRITTEN.fullmatch(text):
        raise ValueError("un número, no una fecha escrita por una hoja de cálculo", "a number, not a date written by a spreadsheet program")
    return text
