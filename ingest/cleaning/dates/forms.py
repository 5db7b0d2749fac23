"""The grammar: every form in which a date is written, read in an order of day and month that is given."""

from __future__ import annotations

import calendar
import contextlib
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from ingest.cleaning.dates.cells import FIRST, LAST, Order, Reading, Status
from ingest.cleaning.dates.evidence import exists
from ingest.cleaning.dates.words import MONTHS, ORDINALS, SEASON_IN_YEAR, SEASON_OVER_YEARS
from ingest.values import PartialDate

SLACK = 3  # years around a plan's own in which a year without century or a serial number is believed


class Refusal(Exception):
    """The text is not a date in the order tried. `status` is that of the cell when no order does better."""

    def __init__(self, code: str, status: Status = "impossible") -> None:
        super().__init__(code)
        self.code = code
        self.status = status


@dataclass(frozen=True)
class Found:
    """What the text says in the order tried."""

    reading: Reading
    basis: str = "stated"  # anything else is inferred from outside the cell
    code: str = ""


# --- patterns

_PARTS = (
    "early|mid|middle of|late|end of|end|beginning of|start of|principios de|mediados de|finales de|fines de|inicio de|inicios de|fin de|final de"
    "|inicio do|fim de|meados de|debut|mi|fin"
)
_MONTH = "(?P<month>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?"
_OF = r"(?: de | del | do | of |, ?| |-|/)"
_ORDINAL = "(?P<ordinal>" + "|".join(sorted((re.escape(word) for word in ORDINALS), key=len, reverse=True)) + ")"
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
_EXCEL_ZERO = dt.date(1899, 12, 30)  # serial numbers count from here since 1 March 1900


# --- reading


def _checked(year: int, month: int | None = None, day: int | None = None) -> PartialDate:
    if month is not None and not 1 <= month <= 12:
        raise Refusal("no-such-month")
    if day is not None and month is not None and not exists(str(year), str(month), str(day)):
        raise Refusal("no-such-day")
    if not FIRST <= year <= LAST:
        raise Refusal("year-out-of-range")
    return PartialDate(year, month, day)


def _one(date: PartialDate) -> Reading:
    return Reading(date, date, "year" if date.month is None else "month" if date.day is None else "day")


def _near(year: int, years: tuple[int, int] | None) -> bool:
    return years is not None and years[0] - SLACK <= year <= years[1] + SLACK


def _full(year: int, month: int, day: int, years: tuple[int, int] | None) -> Found:
    """A day with a year of four digits, or the year that a spreadsheet program wrote as a day of 1905."""
    if year == 1905 and exists("1905", str(month), str(day)):
        serial = (dt.date(1905, month, day) - _EXCEL_ZERO).days
        if not FIRST <= serial <= LAST:
            raise Refusal("year-out-of-range")
        if not _near(serial, years):
            raise Refusal("excel-year")
        return Found(_one(PartialDate(serial)), "plan-years", "excel-year")
    return Found(_one(_checked(year, month, day)))


def _short_year(two: int, month: int, day: int | None, years: tuple[int, int] | None) -> Found:
    """A date whose year has two digits; only the plan's years give the century."""
    if not 1 <= month <= 12:
        raise Refusal("no-such-month")
    candidates = []
    if _near(2000 + two, years) and FIRST <= 2000 + two <= LAST:
        candidates.append(Found(_one(_checked(2000 + two, month, day)), "plan-years", "two-digit-year"))
    if two == 5 and day is not None:
        with contextlib.suppress(Refusal):
            candidates.append(_full(1905, month, day, years))
    if len(candidates) != 1:
        raise Refusal("two-digit-year", "unreadable")
    return candidates[0]


def _group(match: re.Match[str], *names: str) -> str:
    return next(match[name] for name in names if match[name])


def _iso(text: str, order: Order, years: tuple[int, int] | None) -> Found | None:
    match = _ISO.fullmatch(text)
    return match and _full(int(match["year"]), int(match["month"]), int(match["day"]), years)


def _numbers(text: str, order: Order, years: tuple[int, int] | None) -> Found | None:
    match = _NUMBERS.fullmatch(text)
    if not match:
        return None
    first, second = int(match["a"]), int(match["b"])
    day, month = (first, second) if order == "dmy" else (second, first)
    if len(match["year"]) == 2:
        return _short_year(int(match["year"]), month, day, years)
    return _full(int(match["year"]), month, day, years)


def _year(text: str, order: Order, years: tuple[int, int] | None) -> Found | None:
    match = _PLAIN_YEAR.fullmatch(text)
    return match and Found(_one(_checked(int(match[1]))))


def _serial(text: str, order: Order, years: tuple[int, int] | None) -> Found | None:
    match = _SERIAL.fullmatch(text)
    if not match:
        return None
    if not 36526 <= int(match[1]) <= 55000:
        raise Refusal("unknown-form", "unreadable")
    date = _EXCEL_ZERO + dt.timedelta(days=int(match[1]))
    if not FIRST <= date.year <= LAST:
        raise Refusal("year-out-of-range")
    if not _near(date.year, years):
        raise Refusal("excel-serial")
    return Found(_one(PartialDate(date.year, date.month, date.day)), "plan-years", "excel-serial")


def _month(text: str, order: Order, years: tuple[int, int] | None) -> Found | None:
    match = _YEAR_MONTH.fullmatch(text) or _MONTH_YEAR.fullmatch(text)
    return match and Found(_one(_checked(int(match["year"]), int(match["month"]))))


def _named_month(text: str, order: Order, years: tuple[int, int] | None) -> Found | None:
    match = _NAMED_MONTH.fullmatch(text)
    if match:
        return Found(_one(_checked(int(_group(match, "year", "year2")), MONTHS[_group(match, "month", "month2")])))
    match = _NAMED_MONTH_SHORT.fullmatch(text)
    return match and _short_year(int(match["year"]), MONTHS[match["month"]], None, years)


def _named_day(text: str, order: Order, years: tuple[int, int] | None) -> Found | None:
    match = _NAMED_DAY.fullmatch(text) or _NAMED_DAY_US.fullmatch(text)
    if not match:
        return None
    month, day = MONTHS[match["month"]], int(match["day"])
    if len(match["year"]) == 2:
        return _short_year(int(match["year"]), month, day, years)
    return _full(int(match["year"]), month, day, years)


def _stretch(text: str, order: Order, years: tuple[int, int] | None) -> Found | None:
    """A quarter or half of a year, as its first and last month."""
    for pattern, count, precision in ((_QUARTER, 4, "quarter"), (_HALF, 2, "half")):
        match = pattern.fullmatch(text)
        if match:
            year = int(_group(match, "year", "year2", "year3"))
            number = ORDINALS[match["ordinal"]] if match["ordinal"] else int(_group(match, "number", "number2"))
            if not 1 <= number <= count:
                raise Refusal("no-such-month")
            months = 12 // count
            first = _checked(year, (number - 1) * months + 1)
            return Found(Reading(first, PartialDate(year, number * months), precision))  # type: ignore[arg-type]
    return None


def _season(text: str, order: Order, years: tuple[int, int] | None) -> Found | None:
    match = _SEASON.fullmatch(text)
    if not match:
        return None
    if match["season"] in SEASON_IN_YEAR:
        return Found(_one(_checked(int(match["year"]))), code="season")
    if match["season"] in SEASON_OVER_YEARS:
        raise Refusal("season", "text")
    return None


def _part(text: str, order: Order, years: tuple[int, int] | None) -> Found | None:
    """Early 2014, end of June 2014: the whole as stated; the part stays in the literal."""
    match = _PART_OF.fullmatch(text)
    if not match:
        return None
    found = _point(match["whole"], order, years)
    if found is None or found.reading.precision == "day":
        return None
    return Found(found.reading, found.basis, found.code or "part")


_FORMS: tuple[Callable[[str, Order, tuple[int, int] | None], Found | None], ...] = (
    _numbers, _year, _named_month, _iso, _month, _named_day, _stretch, _season, _serial, _part,
)  # fmt: skip


def _point(text: str, order: Order, years: tuple[int, int] | None) -> Found | None:
    text = _TIME.sub("", text) if ":" in text else text
    for form in _FORMS:
        found = form(text, order, years)
        if found:
            return found
    return None


def _whole(reading: Reading, end: PartialDate) -> PartialDate:
    """An end of a stretch, as finely as is known: of a quarter the year."""
    return PartialDate(end.year) if reading.precision in ("quarter", "half") else end


def _range(text: str, order: Order, years: tuple[int, int] | None) -> Found | None:
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
            raise Refusal("range-reversed")
        outside = [found for found in (start, end) if found.basis != "stated"]
        reading = Reading(_whole(start.reading, start.reading.start), _whole(end.reading, end.reading.end), "range")
        return Found(reading, outside[0].basis, outside[0].code) if outside else Found(reading)
    return None


def short_range(text: str) -> Found | None:
    """2013-14, 2013/14: a year and the last two digits of a later one."""
    match = _SHORT_RANGE.fullmatch(text)
    if not match or int(match["last"]) <= int(match["year"]) % 100:
        return None
    first = _checked(int(match["year"]))
    return Found(Reading(first, _checked(first.year // 100 * 100 + int(match["last"])), "range"))


def in_order(text: str, order: Order, years: tuple[int, int] | None) -> Found:
    """Raises Refusal where the text is no date in this order."""
    found = _point(text, order, years)
    if found is None:
        found = _range(text, order, years)
    if found is None:
        raise Refusal("unknown-form", "unreadable")
    return found


def lacks_year(text: str) -> bool:
    """Whether the text is a date but for its year."""
    return _NO_YEAR.fullmatch(text) is not None
