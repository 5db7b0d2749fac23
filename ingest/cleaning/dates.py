"""Dates of the exports, read by evidence: an order of day and month is proven by a file's own cells, never assumed.

Two passes over a file. First every date cell is shown to `DateEvidence.observe`; a cell such as 28/5/2014 exists in one
order only and so proves it for its group (the country). Then `read_date` reads each cell and says how it knows:

- `certain`: the cell itself, or the proven order of its group, leaves one reading;
- `inferred`: one reading, by something outside the cell and its group: the order of all other groups of the file, of the
  same plan in a country that writes both ways, or the plan's own years (two-digit years, numbers that a spreadsheet program
  made of dates, dates of 1905 that it made of years);
- `ambiguous`: two readings, both kept, with what they agree on;
- `text`: a fact that is no date (Ongoing, 18 months), kept as written;
- `impossible` and `unreadable`: for the quarantine, with a reason in Spanish and English;
- `empty`: nothing in the cell.

Nothing outside the years FIRST to LAST is ever a reading. The grammar is our own and closed: general parsers of dates
(dateutil, dateparser) fill missing parts from today's date and choose an order by locale, which is guessing.
"""

from __future__ import annotations

import calendar
import contextlib
import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from ingest.values import PartialDate

FIRST, LAST = 2005, 2035  # the Partnership began in 2011; plans and laws they name reach a little further both ways
SLACK = 3  # years around a plan's own in which a year without century or a serial number is believed
LONGEST = 120  # characters; longer cells are no dates

Order = Literal["dmy", "mdy"]
Status = Literal["certain", "inferred", "ambiguous", "text", "impossible", "unreadable", "empty"]
Precision = Literal["year", "month", "quarter", "half", "day", "range"]

# Why a cell is no date of ours, for people: Spanish, English.
REASONS: dict[str, tuple[str, str]] = {
    "no-such-day": ("ese día no existe en el calendario", "that day does not exist in the calendar"),
    "no-such-month": ("ese mes o periodo no existe", "that month or period does not exist"),
    "year-out-of-range": (f"el año no está entre {FIRST} y {LAST}", f"the year is not between {FIRST} and {LAST}"),
    "range-reversed": ("el periodo termina antes de empezar", "the period ends before it begins"),
    "excel-year": (
        "parece un año que una hoja de cálculo escribió como fecha de 1905, pero los años del plan faltan o no coinciden",
        "looks like a year that a spreadsheet program wrote as a date of 1905, but the plan's years are missing or do not fit",
    ),
    "excel-serial": (
        "parece el número de serie de una hoja de cálculo, pero los años del plan faltan o no coinciden",
        "looks like a spreadsheet program's serial number, but the plan's years are missing or do not fit",
    ),
    "two-digit-year": ("año de dos cifras que los años del plan no deciden", "a year of two digits that the plan's years do not decide"),
    "no-year": ("falta el año", "the year is missing"),
    "spreadsheet-error": ("un error de la hoja de cálculo", "an error of the spreadsheet program"),
    "unknown-form": ("no tiene la forma de una fecha conocida", "not in the form of a known date"),
    "too-long": ("demasiado largo para ser una fecha", "too long to be a date"),
    "month-or-years": ("puede ser un mes o un periodo de dos años", "may be a month or a stretch of two years"),
    "order": ("no se sabe si el día o el mes va primero", "whether day or month comes first is not known"),
}


@dataclass(frozen=True)
class Reading:
    """One reading: a date in its precision, or a stretch (quarter, half, range) from `start` to `end`, both inclusive."""

    start: PartialDate
    end: PartialDate
    precision: Precision

    @property
    def single(self) -> PartialDate | None:
        """The date where the reading is one (a year, month or day), None for a stretch of several."""
        return self.start if self.start == self.end else None


@dataclass(frozen=True)
class DateCell:
    """What a cell says. `basis` names what decides, `code` the kind of doubt, fault or rewriting ("" for none)."""

    status: Status
    readings: tuple[Reading, ...] = ()
    basis: str = ""
    code: str = ""
    literal: str = ""

    @property
    def precision(self) -> Precision | None:
        return self.readings[0].precision if self.readings else None

    @property
    def reading(self) -> Reading | None:
        """The reading where there is exactly one."""
        return self.readings[0] if len(self.readings) == 1 else None

    @property
    def agreed_start(self) -> PartialDate | None:
        """The finest date that the starts of all readings share: for 1/10/2013 in unknown order, the year."""
        return _shared([reading.start for reading in self.readings])

    @property
    def agreed_end(self) -> PartialDate | None:
        return _shared([reading.end for reading in self.readings])

    @property
    def quarantined(self) -> bool:
        return self.status in ("impossible", "unreadable")

    @property
    def reason(self) -> tuple[str, str] | None:
        """Spanish and English, for cells that are quarantined or ambiguous."""
        return REASONS[self.code] if self.quarantined or self.status == "ambiguous" else None


def _shared(dates: list[PartialDate]) -> PartialDate | None:
    if not dates:
        return None
    if len(set(dates)) == 1:
        return dates[0]
    for parts in (2, 1):
        cut = {(date.year, date.month)[:parts] for date in dates}
        if len(cut) == 1 and not (parts == 2 and any(date.month is None for date in dates)):
            return PartialDate(*cut.pop())
    return None


class _Refusal(Exception):
    """The text is not a date in the order tried. `status` is that of the cell when no order does better."""

    def __init__(self, code: str, status: Status = "impossible") -> None:
        super().__init__(code)
        self.code = code
        self.status = status


@dataclass(frozen=True)
class _Found:
    reading: Reading
    basis: str = "stated"  # anything else is inferred from outside the cell
    code: str = ""


# --- evidence ---------------------------------------------------------------------------------------------------

# Four digits of year only: 13/10/01 may begin with its year.
_NUMERIC = re.compile(r"(?<![0-9/.\-])([0-9]{1,2}) ?([/.\-]) ?([0-9]{1,2}) ?\2 ?([0-9]{4})(?![0-9/])")


@dataclass
class DateEvidence:
    """Proofs of an order of day and month, counted per group (country) and per part of a group (plan)."""

    proofs: dict[str, Counter[Order]] = field(default_factory=dict)
    part_proofs: dict[tuple[str, str], Counter[Order]] = field(default_factory=dict)
    _file: Order | None = None
    _file_known: bool = False

    def observe(self, group: str, cell: str, part: str = "") -> None:
        """Count what the cell proves. A date that exists in no order, or in both, proves nothing."""
        if len(cell) > LONGEST or len(cell) < 8:
            return
        for first, _, second, year in _NUMERIC.findall(_plain(cell)):
            day_first, month_first = _exists(year, second, first), _exists(year, first, second)
            if day_first == month_first:
                continue
            order: Order = "dmy" if day_first else "mdy"
            self.proofs.setdefault(group, Counter())[order] += 1
            if part:
                self.part_proofs.setdefault((group, part), Counter())[order] += 1
            self._file_known = False

    def order(self, group: str, part: str = "") -> Order | None:
        """The order proven for the group, or None: unproven, or proven both ways."""
        return _only(self.proofs.get(group))

    def contradicts(self, group: str) -> bool:
        """Whether the group writes both orders, so that each of its dates can only speak for itself."""
        return len(self.proofs.get(group, ())) > 1

    @property
    def file_order(self) -> Order | None:
        """The order on which all groups of the file that prove any agree, or None."""
        if not self._file_known:
            total: Counter[Order] = Counter()
            for counts in self.proofs.values():
                total.update(counts)
            self._file, self._file_known = _only(total), True
        return self._file

    def decide(self, group: str, part: str = "") -> tuple[Order | None, str]:
        """The order to read a cell in and its basis: `group`, `part`, `file`, or "" with None."""
        order = self.order(group)
        if order:
            return order, "group"
        if self.contradicts(group):
            order = _only(self.part_proofs.get((group, part)))
            return order, "part" if order else ""
        return self.file_order, "file" if self.file_order else ""


def _only(counts: Counter[Order] | None) -> Order | None:
    return next(iter(counts)) if counts and len(counts) == 1 else None


def _exists(year: str, month: str, day: str) -> bool:
    return 1 <= int(month) <= 12 and 1 <= int(year) <= 9999 and 1 <= int(day) <= calendar.monthrange(int(year), int(month))[1]


# --- words ------------------------------------------------------------------------------------------------------

_MONTH_NAMES = {
    "en": "january february march april may june july august september october november december",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
_MONTH_SHORT = {
    "en": "jan feb mar apr may jun jul aug sep oct nov dec",
    "es": "ene feb mar abr may jun jul ago sep oct nov dic",
    "pt": "jan fev mar abr mai jun jul ago set out nov dez",
    "fr": "janv févr mars avr mai juin juil août sept oct nov déc",
}


def _bare(text: str) -> str:
    """Lower case without accents: août and aout, março and marco are one. Raised figures stay what they are: notes, not digits."""
    return "".join(char for char in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(char))


_MONTHS: dict[str, int] = {_bare(name): number for names in (_MONTH_NAMES, _MONTH_SHORT) for line in names.values() for number, name in enumerate(line.split(), 1)}
_MONTHS |= {"setiembre": 9, "sept": 9, "set": 9}
_ORDINALS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4,
    "primer": 1, "primero": 1, "1er": 1, "1o": 1, "segundo": 2, "2do": 2, "2o": 2, "tercer": 3, "tercero": 3, "3er": 3, "3o": 3,
    "cuarto": 4, "4to": 4, "4o": 4, "primeiro": 1, "terceiro": 3, "quarto": 4,
    "premier": 1, "deuxieme": 2, "2e": 2, "2eme": 2, "troisieme": 3, "3e": 3, "3eme": 3, "quatrieme": 4, "4e": 4, "4eme": 4,
    "1": 1, "2": 2, "3": 3, "4": 4, "i": 1, "ii": 2, "iii": 3, "iv": 4,
}  # fmt: skip
# Facts about the course of things, known to stand in date columns.
_STATUS_WORDS = {
    "ongoing", "on going", "on-going", "underway", "under way", "continuous", "continuing", "continual", "permanent", "tbd", "tbc",
    "to be determined", "to be decided", "to be confirmed", "to be defined", "immediate", "immediately", "completed", "complete", "finished",
    "not started", "new", "in progress", "in process", "annual", "annually", "monthly", "quarterly", "various", "en curso", "en proceso",
    "en ejecucion", "continuo", "continua", "permanente", "por definir", "por determinar", "inmediato", "finalizado", "concluido", "em andamento",
    "em curso", "a definir", "imediato", "en cours", "continu", "a determiner", "immediat", "acheve",
}  # fmt: skip
_DURATION = re.compile(
    r"(?:within |in |dentro de |en |em |dans )?[0-9]{1,3}(?: ?(?:-|to|a) ?[0-9]{1,3})?[ -]?"
    r"(?:days?|weeks?|months?|years?|dias?|semanas?|mes(?:es)?|anos?|jours?|semaines?|mois|ans?|annees?)"
)
# Spring and autumn lie in one year in both halves of the Earth; summer in the southern and winter in the northern do not.
_SEASON_IN_YEAR = {"spring", "autumn", "fall", "primavera", "otono", "outono", "printemps", "automne"}
_SEASON_OVER_YEARS = {"summer", "winter", "verano", "invierno", "verao", "inverno", "ete", "hiver"}
_PARTS = (
    "early|mid|middle of|late|end of|end|beginning of|start of|principios de|mediados de|finales de|fines de|inicio de|inicios de|fin de|final de"
    "|inicio do|fim de|meados de|debut|mi|fin"
)

_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_OF = r"(?: de | del | do | of |, ?| |-|/)"
_ORDINAL = "(?P<ordinal>" + "|".join(sorted((re.escape(word) for word in _ORDINALS), key=len, reverse=True)) + ")"
_YEAR = "(?P<year>[0-9]{4})"
_DAY = r"(?:the |el |le )?(?P<day>[0-9]{1,2})(?:st|nd|rd|th|er|o|°|\.)?"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


_ISO = _pattern(r"(?P<year>[0-9]{4})(?P<sep>[-/.])(?P<month>[0-9]{1,2})(?P=sep)(?P<day>[0-9]{1,2})")
_TIME = _pattern(r"(?:t| )[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?: ?[ap]\.?m\.?)?(?: ?z| ?[+-][0-9]{2}:?[0-9]{2}| utc| gmt)?$")
_NUMBERS = _pattern(r"(?P<a>[0-9]{1,2}) ?(?P<sep>[-/.]) ?(?P<b>[0-9]{1,2}) ?(?P=sep) ?(?P<year>[0-9]{4}|[0-9]{2})")
_YEAR_MONTH = _pattern(r"(?P<year>[0-9]{4}) ?[-/] ?(?P<month>[0-9]{1,2})")
_MONTH_YEAR = _pattern(r"(?P<month>[0-9]{1,2}) ?[-/] ?(?P<year>[0-9]{4})")
_NAMED_MONTH = _pattern(rf"{_MONTH} ?{_OF} ?{_YEAR}|{_YEAR.replace('year', 'year2')}[ ,-]+{_MONTH.replace('month', 'month2')}")
_NAMED_MONTH_SHORT = _pattern(rf"{_MONTH}(?:-| ?')(?P<year>[0-9]{{2}})")
_NAMED_DAY = _pattern(rf"{_DAY} ?{_OF} ?{_MONTH} ?{_OF} ?(?P<year>[0-9]{{4}}|[0-9]{{2}})")
_NAMED_DAY_US = _pattern(rf"{_MONTH}[ -]+{_DAY.replace('|er|o', '')}(?:,? | ?, ?|-)(?P<year>[0-9]{{4}})")
_NO_YEAR = _pattern(rf"(?:{_MONTH}|{_DAY} ?{_OF} ?{_MONTH.replace('month', 'month2')}|{_MONTH.replace('month', 'month3')}[ -]{_DAY.replace('day', 'day2')})")
_QUARTER = _pattern(
    rf"(?:q|t|quarter |trimestre |trim )(?P<number>[0-9])(?:{_OF}|)(?: ?){_YEAR}"
    rf"|{_YEAR.replace('year', 'year2')}[ -]?(?:q|t|quarter |trimestre )(?P<number2>[0-9])"
    rf"|(?:the |el |le |o )?{_ORDINAL} ?(?:quarter|trimestre|trim\.?|q)(?:{_OF}){_YEAR.replace('year', 'year3')}"
)
_HALF = _pattern(
    rf"(?:h|s|semester |semestre )(?P<number>[0-9]){_OF}{_YEAR}"
    rf"|{_YEAR.replace('year', 'year2')}[ -]?(?:h|s)(?P<number2>[0-9])"
    rf"|(?:the |el |le |o )?{_ORDINAL} ?(?:half|semester|semestre)(?:{_OF}){_YEAR.replace('year', 'year3')}"
)
_SEASON = _pattern(rf"(?P<season>[a-z]+)(?:{_OF}){_YEAR}")
_PART_OF = _pattern(rf"(?:{_PARTS})(?: |-)(?:(?P<whole>.+))")
_PLAIN_YEAR = _pattern(r"([0-9]{4})(?:\.0+)?")
_SERIAL = _pattern(r"([0-9]{5})(?:\.[0-9]+)?")
_SHORT_RANGE = _pattern(r"(?P<year>[0-9]{4}) ?(?P<sep>[-/]) ?(?P<last>[0-9]{2})")
_FROM = _pattern(r"(?:from |between |desde |entre |de |du )(.+)")
_RANGE_WORDS = (" - ", " to ", " until ", " through ", " thru ", " and ", " a ", " al ", " hasta ", " ate ", " au ", " y ", " e ", " et ")
_BETWEEN = (" and ", " y ", " e ", " et ")  # join a range only after "between"
_SPREADSHEET_ERROR = _pattern(r"#(?:name\?|ref!|value!|n/a|null!|num!|div/0!|error!|#+)|#+")
_ALIKE = {ord(char): "-" for char in "‐‑‒–—―−"} | {ord("º"): "o", ord("’"): "'"}
_EXCEL_ZERO = dt.date(1899, 12, 30)  # serial numbers count from here since 1 March 1900


def _plain(cell: str) -> str:
    """One line in lower case without accents, dashes alike, spaces single."""
    text = cell if cell.isascii() else _bare(cell.translate(_ALIKE))
    return " ".join(text.casefold().split())


# --- reading a text in an assumed order -----------------------------------------------------------------------------


def _checked(year: int, month: int | None = None, day: int | None = None) -> PartialDate:
    if month is not None and not 1 <= month <= 12:
        raise _Refusal("no-such-month")
    if day is not None and month is not None and not _exists(str(year), str(month), str(day)):
        raise _Refusal("no-such-day")
    if not FIRST <= year <= LAST:
        raise _Refusal("year-out-of-range")
    return PartialDate(year, month, day)


def _one(date: PartialDate) -> Reading:
    return Reading(date, date, "year" if date.month is None else "month" if date.day is None else "day")


def _near(year: int, years: tuple[int, int] | None) -> bool:
    return years is not None and years[0] - SLACK <= year <= years[1] + SLACK


def _full(year: int, month: int, day: int, years: tuple[int, int] | None) -> _Found:
    """A day with a year of four digits, or the year that a spreadsheet program wrote as a day of 1905."""
    if year == 1905 and _exists("1905", str(month), str(day)):
        serial = (dt.date(1905, month, day) - _EXCEL_ZERO).days
        if not FIRST <= serial <= LAST:
            raise _Refusal("year-out-of-range")
        if not _near(serial, years):
            raise _Refusal("excel-year")
        return _Found(_one(PartialDate(serial)), "plan-years", "excel-year")
    return _Found(_one(_checked(year, month, day)))


def _short_year(two: int, month: int, day: int | None, years: tuple[int, int] | None) -> _Found:
    """A date whose year has two digits; only the plan's years give the century."""
    if not 1 <= month <= 12:
        raise _Refusal("no-such-month")
    candidates = []
    if _near(2000 + two, years) and FIRST <= 2000 + two <= LAST:
        candidates.append(_Found(_one(_checked(2000 + two, month, day)), "plan-years", "two-digit-year"))
    if two == 5 and day is not None:
        with contextlib.suppress(_Refusal):
            candidates.append(_full(1905, month, day, years))
    if len(candidates) != 1:
        raise _Refusal("two-digit-year", "unreadable")
    return candidates[0]


def _group(match: re.Match[str], *names: str) -> str:
    return next(match[name] for name in names if match[name])


def _iso(text: str, order: Order, years: tuple[int, int] | None) -> _Found | None:
    match = _ISO.fullmatch(text)
    return match and _full(int(match["year"]), int(match["month"]), int(match["day"]), years)


def _numbers(text: str, order: Order, years: tuple[int, int] | None) -> _Found | None:
    match = _NUMBERS.fullmatch(text)
    if not match:
        return None
    first, second = int(match["a"]), int(match["b"])
    day, month = (first, second) if order == "dmy" else (second, first)
    if len(match["year"]) == 2:
        return _short_year(int(match["year"]), month, day, years)
    return _full(int(match["year"]), month, day, years)


def _year(text: str, order: Order, years: tuple[int, int] | None) -> _Found | None:
    match = _PLAIN_YEAR.fullmatch(text)
    return match and _Found(_one(_checked(int(match[1]))))


def _serial(text: str, order: Order, years: tuple[int, int] | None) -> _Found | None:
    match = _SERIAL.fullmatch(text)
    if not match:
        return None
    if not 36526 <= int(match[1]) <= 55000:
        raise _Refusal("unknown-form", "unreadable")
    date = _EXCEL_ZERO + dt.timedelta(days=int(match[1]))
    if not FIRST <= date.year <= LAST:
        raise _Refusal("year-out-of-range")
    if not _near(date.year, years):
        raise _Refusal("excel-serial")
    return _Found(_one(PartialDate(date.year, date.month, date.day)), "plan-years", "excel-serial")


def _month(text: str, order: Order, years: tuple[int, int] | None) -> _Found | None:
    match = _YEAR_MONTH.fullmatch(text) or _MONTH_YEAR.fullmatch(text)
    return match and _Found(_one(_checked(int(match["year"]), int(match["month"]))))


def _named_month(text: str, order: Order, years: tuple[int, int] | None) -> _Found | None:
    match = _NAMED_MONTH.fullmatch(text)
    if match:
        return _Found(_one(_checked(int(_group(match, "year", "year2")), _MONTHS[_group(match, "month", "month2")])))
    match = _NAMED_MONTH_SHORT.fullmatch(text)
    return match and _short_year(int(match["year"]), _MONTHS[match["month"]], None, years)


def _named_day(text: str, order: Order, years: tuple[int, int] | None) -> _Found | None:
    match = _NAMED_DAY.fullmatch(text) or _NAMED_DAY_US.fullmatch(text)
    if not match:
        return None
    month, day = _MONTHS[match["month"]], int(match["day"])
    if len(match["year"]) == 2:
        return _short_year(int(match["year"]), month, day, years)
    return _full(int(match["year"]), month, day, years)


def _stretch(text: str, order: Order, years: tuple[int, int] | None) -> _Found | None:
    """A quarter or half of a year, as its first and last month."""
    for pattern, count, precision in ((_QUARTER, 4, "quarter"), (_HALF, 2, "half")):
        match = pattern.fullmatch(text)
        if match:
            year = int(_group(match, "year", "year2", "year3"))
            number = _ORDINALS[match["ordinal"]] if match["ordinal"] else int(_group(match, "number", "number2"))
            if not 1 <= number <= count:
                raise _Refusal("no-such-month")
            months = 12 // count
            first = _checked(year, (number - 1) * months + 1)
            return _Found(Reading(first, PartialDate(year, number * months), precision))  # type: ignore[arg-type]
    return None


def _season(text: str, order: Order, years: tuple[int, int] | None) -> _Found | None:
    match = _SEASON.fullmatch(text)
    if not match:
        return None
    if match["season"] in _SEASON_IN_YEAR:
        return _Found(_one(_checked(int(match["year"]))), code="season")
    if match["season"] in _SEASON_OVER_YEARS:
        raise _Refusal("season", "text")
    return None


def _part(text: str, order: Order, years: tuple[int, int] | None) -> _Found | None:
    """Early 2014, end of June 2014: the whole as stated; the part stays in the literal."""
    match = _PART_OF.fullmatch(text)
    if not match:
        return None
    found = _point(match["whole"], order, years)
    if found is None or found.reading.precision == "day":
        return None
    return _Found(found.reading, found.basis, found.code or "part")


_FORMS: tuple[Callable[[str, Order, tuple[int, int] | None], _Found | None], ...] = (
    _numbers, _year, _named_month, _iso, _month, _named_day, _stretch, _season, _serial, _part,
)  # fmt: skip


def _point(text: str, order: Order, years: tuple[int, int] | None) -> _Found | None:
    text = _TIME.sub("", text) if ":" in text else text
    for form in _FORMS:
        found = form(text, order, years)
        if found:
            return found
    return None


def _whole(reading: Reading, end: PartialDate) -> PartialDate:
    """An end of a stretch, as finely as is known: of a quarter the year."""
    return PartialDate(end.year) if reading.precision in ("quarter", "half") else end


def _range(text: str, order: Order, years: tuple[int, int] | None) -> _Found | None:
    match = _FROM.fullmatch(text)
    introduced = match is not None
    text = match[1] if match else text
    cuts = [(text[:at], text[at + len(word) :]) for word in _RANGE_WORDS if introduced or word not in _BETWEEN for at in [text.find(word)] if at > 0]
    # Without spaces a sign parts two dates only where it is the only one of its kind: 2012-2013, July 2014-June 2016.
    cuts += [(text[:at].rstrip(), text[at + 1 :].lstrip()) for sign in "-/" if text.count(sign) == 1 for at in [text.find(sign)] if at > 0]
    for left, right in cuts:
        end = _point(right, order, years)
        if end is None:
            continue
        start = _point(left, order, years)
        if start is None and end.reading.start.month is not None:
            # July - December 2014, 1 - 31 May 2014: the end states what the start leaves out.
            for missing in (f"{left} {end.reading.end.year}", f"{left} {calendar.month_name[end.reading.end.month or 1].lower()} {end.reading.end.year}"):
                start = start or _point(missing, order, years)
        if start is None:
            continue
        if start.reading.start.earliest > end.reading.end.latest:
            raise _Refusal("range-reversed")
        outside = [found for found in (start, end) if found.basis != "stated"]
        reading = Reading(_whole(start.reading, start.reading.start), _whole(end.reading, end.reading.end), "range")
        return _Found(reading, outside[0].basis, outside[0].code) if outside else _Found(reading)
    return None


def _short_range(text: str, years: tuple[int, int] | None) -> _Found | None:
    """2013-14, 2013/14: a year and the last two digits of a later one."""
    match = _SHORT_RANGE.fullmatch(text)
    if not match or int(match["last"]) <= int(match["year"]) % 100:
        return None
    first = _checked(int(match["year"]))
    return _Found(Reading(first, _checked(first.year // 100 * 100 + int(match["last"])), "range"))


def _in_order(text: str, order: Order, years: tuple[int, int] | None) -> _Found:
    """Raises _Refusal where the text is no date in this order."""
    found = _point(text, order, years)
    if found is None:
        found = _range(text, order, years)
    if found is None:
        raise _Refusal("unknown-form", "unreadable")
    return found


def _attempt(read: Callable[[], _Found | None]) -> _Found | _Refusal | None:
    try:
        return read()
    except _Refusal as refusal:
        return refusal


# --- the cell ---------------------------------------------------------------------------------------------------


def read_date(cell: str, evidence: DateEvidence, group: str, years: tuple[int, int] | None = None, part: str = "") -> DateCell:
    """Read one cell. `years` are the first and last year of the row's plan, where known; `part` names that plan. Never raises."""
    order, basis = evidence.decide(group, part)
    return _read(cell, order, basis, years)


@lru_cache(maxsize=16384)
def _read(cell: str, order: Order | None, basis: str, years: tuple[int, int] | None) -> DateCell:
    if len(cell) > LONGEST:
        return DateCell("unreadable", code="too-long", literal=cell)
    text = _plain(cell)
    if not text:
        return DateCell("empty")
    words = _words(text)
    if words:
        return DateCell(words[0], code=words[1], literal=cell)

    tried = {name: _attempt(lambda name=name: _in_order(text, name, years)) for name in ("dmy", "mdy")}  # type: ignore[misc,arg-type]
    found = {name: result for name, result in tried.items() if isinstance(result, _Found)}
    span = _attempt(lambda: _short_range(text, years))
    if isinstance(span, _Found):
        # 2010-11 is a month as well as two years; 2013-14 is no month.
        readings = (found["dmy"].reading, span.reading) if found else (span.reading,)
        return DateCell("ambiguous" if found else "certain", readings, "" if found else "stated", "month-or-years" if found else "", cell)
    if not found:
        # Of two refusals the one that understood more: a missing day before a missing month.
        refusals = sorted((result for result in tried.values() if isinstance(result, _Refusal)), key=lambda refusal: _UNDERSTOOD.index(refusal.code))
        code = refusals[0].code
        return DateCell(refusals[0].status, code="no-year" if code == "unknown-form" and _NO_YEAR.fullmatch(text) else code, literal=cell)
    if len(found) == 2 and found["dmy"] != found["mdy"]:
        if order is None:
            return DateCell("ambiguous", (found["dmy"].reading, found["mdy"].reading), "", "order", cell)
        chosen = found[order]
        certain = basis == "group" and chosen.basis == "stated"
        return DateCell("certain" if certain else "inferred", (chosen.reading,), basis, chosen.code, cell)
    only = next(iter(found.values()))
    decided = "itself" if len(found) == 1 and only.basis == "stated" else only.basis
    return DateCell("certain" if only.basis == "stated" else "inferred", (only.reading,), decided, only.code, cell)


_UNDERSTOOD = (
    "excel-year", "excel-serial", "season", "range-reversed", "no-such-day", "two-digit-year", "year-out-of-range", "no-such-month", "unknown-form",
)  # fmt: skip


def _words(text: str) -> tuple[Status, str] | None:
    """What a text without a full date is: a fact in words, an error of the spreadsheet program, a date without year."""
    if text in _STATUS_WORDS or text.rstrip(".") in _STATUS_WORDS:
        return "text", "status-word"
    if text[0] == "#" and _SPREADSHEET_ERROR.fullmatch(text):
        return "unreadable", "spreadsheet-error"
    if text in _MONTHS:
        return "unreadable", "no-year"
    if _DURATION.fullmatch(text):
        return "text", "duration"
    if not any(char.isnumeric() for char in text):
        return "text", "words"
    return None
