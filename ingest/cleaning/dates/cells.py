"""What a cell of a date column says: its readings, how they are known, and for the others why it is no date of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ingest.values import PartialDate

FIRST, LAST = 2005, 2035  # the Partnership began in 2011; plans and laws they name reach a little further both ways
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
    "typed-order": (
        "la hoja de cálculo puede haber confundido día y mes: los textos del mismo país prueban un orden y ninguna de sus fechas pasa del día 12",
        "the spreadsheet program may have exchanged day and month: texts of the same country prove an order, and none of its dates is after the 12th",
    ),
    "order": ("no se sabe si el día o el mes va primero", "whether day or month comes first is not known"),
}


@dataclass(frozen=True)
class Reading:
    """One reading: a date in its precision, or a stretch (quarter, half, range) from `start` to `end`, both inclusive."""

    start: PartialDate
    end: PartialDate
    precision: Precision


@dataclass(frozen=True)
class DateCell:
    """What a cell says. `basis` names what decides, `code` the kind of doubt, fault or rewriting ("" for none)."""

    status: Status
    readings: tuple[Reading, ...] = ()
    basis: str = ""
    code: str = ""
    literal: str = ""

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
