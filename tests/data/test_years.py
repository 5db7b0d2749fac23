"""No year is invented: a year that is not printed is curated, with a basis that can be recomputed."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from ingest.values import WEEKDAYS, PartialDate, partial_date, written_date
from tests.data.tables import DECK_FOLDER, contract, deck, rows

WORKSHOPS = [row for row in rows("curated", "years") if row["property"] == "ogcm:workshopDate"]
STAGES = [row for row in rows("curated", "years") if row["property"] == "dct:temporal"]
SPAN = re.compile(r"(\d{1,2} \w+) al (\d{1,2} \w+)")


def process_start() -> dt.date:
    row = deck("cocreacion")[0]
    start = partial_date(row["inicio"])
    assert written_date(row["inicio_escrito"]).allows(start)
    return start.earliest


def first_year(day: int, month: int, weekday: int | None, start: dt.date) -> int:
    """The first year in which this day comes on or after `start` and, where a weekday is printed, falls on it."""
    for year in range(start.year, start.year + 30):
        date = dt.date(year, month, day)
        if date >= start and weekday in (None, date.weekday()):
            return year
    raise AssertionError("no year fits")


@pytest.mark.parametrize("row", WORKSHOPS, ids=lambda row: row["subject_key"])
def test_the_year_of_a_workshop_follows_from_start_and_weekday(row: dict[str, str]) -> None:
    topic = next(topic for topic in deck("temas-mas-votados") if topic["clave"] == row["subject_key"])
    assert row["as_written"] == topic["fecha_escrita"]
    assert row["as_written"].split("/")[0] == row["weekday"]
    printed = written_date(row["as_written"])
    date = partial_date(row["start"])
    assert printed.year is None and printed.weekday == WEEKDAYS[row["weekday"].lower()]
    assert printed.allows(date)
    assert date.earliest.weekday() == printed.weekday
    assert date.earliest >= process_start()
    assert printed.day is not None and printed.month is not None
    assert date.year == first_year(printed.day, printed.month, printed.weekday, process_start())
    assert row["end"] == ""


@pytest.mark.parametrize("year", [2018, 2020, 2021])
def test_the_weekday_refuses_the_years_beside(year: int) -> None:
    printed = written_date("Mie/21/ago")
    assert printed.allows(PartialDate(2019, 8, 21))
    assert not printed.allows(PartialDate(year, 8, 21))


@pytest.mark.parametrize("row", STAGES, ids=lambda row: row["subject_key"])
def test_the_year_of_a_stage_follows_from_the_start(row: dict[str, str]) -> None:
    stage = next(stage for stage in deck("etapas") if stage["clave"] == row["subject_key"])
    assert row["as_written"] == stage["periodo_escrito"]
    match = SPAN.fullmatch(row["as_written"])
    assert match is not None
    start, end = partial_date(row["start"]), partial_date(row["end"])
    assert written_date(match[1]).allows(start) and written_date(match[2]).allows(end)
    assert process_start() <= start.earliest < end.earliest
    for date in (start, end):
        assert date.month and date.day
        assert date.year == first_year(date.day, date.month, None, process_start())


def test_the_stages_follow_each_other_from_the_start() -> None:
    first, second = sorted(STAGES, key=lambda row: row["subject_key"])
    assert partial_date(first["start"]).earliest == process_start()
    assert partial_date(second["start"]).earliest - partial_date(first["end"]).earliest == dt.timedelta(days=1)
    assert partial_date(second["end"]).earliest < min(partial_date(row["start"]).earliest for row in WORKSHOPS)


def test_each_yearless_line_has_its_decision_and_a_basis() -> None:
    assert {row["subject_key"] for row in WORKSHOPS} == {row["clave"] for row in deck("temas-mas-votados")}
    assert {row["subject_key"] for row in STAGES} == {row["clave"] for row in deck("etapas")}
    start = deck("cocreacion")[0]
    for row in [*WORKSHOPS, *STAGES]:
        assert row["basis"] == f"process/{start['clave']} {start['inicio_escrito']}"


def test_workshops_sort_into_commitments_one_to_six() -> None:
    date = {row["subject_key"]: row["start"] for row in WORKSHOPS}
    links = sorted(rows("curated", "topic-links"), key=lambda row: date[row["topic"]])
    assert [row["commitment"] for row in links] == [f"MX-4-{n:02}" for n in range(1, 7)]
    subject = {row["clave"]: row["tema_codigo"] for row in deck("temas-mas-votados")}
    topics = {f"MX-4-{int(row['numero']):02}": row["tema_codigo"] for row in deck("compromisos-cocreados")}
    assert [row["topic"] for row in links if subject[row["topic"]] != topics[row["commitment"]]] == []


def test_dates_of_the_deck_tables_repeat_a_printed_year() -> None:
    """A date in a deck table has its year, in two digits at least, in the row's own words or its place."""
    issued = str(contract(DECK_FOLDER).issued)
    checked = 0
    for table, model in contract(DECK_FOLDER).tables.items():
        for row in deck(table):
            printed = " ".join(text for name, text in row.items() if model.columns[name].kind in ("verbatim", "locator"))
            for name, column in model.columns.items():
                if column.type not in ("date", "partial-date") or not row[name]:
                    continue
                checked += 1
                if name == "a_la_fecha":
                    assert row[name] == issued
                else:
                    year = str(partial_date(row[name]).year)
                    assert year in printed or re.search(rf"/{year[2:]}\b", printed), (table, row)
    assert checked > 15


def test_what_the_deck_does_not_date_stays_empty() -> None:
    plans = {row["clave"]: (row["inicio"], row["fin"]) for row in deck("planes")}
    assert plans == {
        "MX-1": ("", ""), "MX-1A": ("", ""), "MX-2": ("", ""), "MX-3": ("2016", "2018"), "MX-4": ("2019-12", "2021-08-31"),
        "MX-JAL-2": ("", ""), "MX-CAM-2": ("", ""),
    }  # fmt: skip
    undated = {row["clave"] for row in deck("momentos") if not row["fecha"]}
    assert undated == {"mx-gobierno-espia", "mx-nosc-shadow-report"}
    assert next(row for row in deck("cambios") if row["tipo"] == "succession")["fecha"] == ""
    assert {row["pais"]: row["miembro_desde"] for row in deck("fundadores") if row["miembro_desde"]} == {"MX": "2011"}
    assert not any("date" in name or "fecha" in name for name in contract(DECK_FOLDER).tables["informes"].columns)
