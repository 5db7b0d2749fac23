"""Dates by evidence: forms, orders proven by a file's cells, the plan's years, and what no date may be made of."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.cleaning.dates import FIRST, LAST, REASONS, DateCell, DateEvidence, read_date
from tests.ingest.cleaning.samples import rows

PLAN = (2013, 2015)


def read(cell: str, years: tuple[int, int] | None = PLAN, proofs: tuple[str, ...] = ()) -> DateCell:
    evidence = DateEvidence()
    for proof in proofs:
        evidence.observe("X", proof)
    return read_date(cell, evidence, "X", years)


def shown(cell: DateCell) -> list[str]:
    return [f"{reading.start.text}" if reading.start == reading.end else f"{reading.start.text}/{reading.end.text}" for reading in cell.readings]


@pytest.mark.parametrize(
    ("cell", "expected", "precision"),
    [
        ("2013", "2013", "year"),
        (" 2013 ", "2013", "year"),
        ("2014.0", "2014", "year"),
        ("July 2014", "2014-07", "month"),
        ("Jul. 2014", "2014-07", "month"),
        ("June, 2014", "2014-06", "month"),
        ("2014 June", "2014-06", "month"),
        ("agosto de 2014", "2014-08", "month"),
        ("março de 2014", "2014-03", "month"),
        ("août 2014", "2014-08", "month"),
        ("2013-10", "2013-10", "month"),
        ("10/2013", "2013-10", "month"),
        ("Quarter 1 2014", "2014-01/2014-03", "quarter"),
        ("Q4 2014", "2014-10/2014-12", "quarter"),
        ("2014-Q2", "2014-04/2014-06", "quarter"),
        ("third quarter of 2014", "2014-07/2014-09", "quarter"),
        ("primer trimestre de 2014", "2014-01/2014-03", "quarter"),
        ("H2 2014", "2014-07/2014-12", "half"),
        ("segundo semestre de 2014", "2014-07/2014-12", "half"),
        ("28/5/2014", "2014-05-28", "day"),
        ("9/30/2018", "2018-09-30", "day"),
        ("31.12.2014", "2014-12-31", "day"),
        ("1/1/2014", "2014-01-01", "day"),
        ("Dec 31 2014", "2014-12-31", "day"),
        ("December 31st, 2014", "2014-12-31", "day"),
        ("31 December 2014", "2014-12-31", "day"),
        ("31-Dec-2014", "2014-12-31", "day"),
        ("15 de agosto de 2014", "2014-08-15", "day"),
        ("1º de enero de 2014", "2014-01-01", "day"),
        ("1er janvier 2014", "2014-01-01", "day"),
        ("2014-03-01", "2014-03-01", "day"),
        ("2014-03-01T00:00:00Z", "2014-03-01", "day"),
        ("2014-03-01 00:00:00", "2014-03-01", "day"),
        ("2012-2013", "2012/2013", "range"),
        ("2013-14", "2013/2014", "range"),
        ("2012/2013", "2012/2013", "range"),
        ("from 2012 to 2014", "2012/2014", "range"),
        ("July 2014 – June 2016", "2014-07/2016-06", "range"),
        ("July-December 2014", "2014-07/2014-12", "range"),
        ("1 - 31 May 2014", "2014-05-01/2014-05-31", "range"),
        ("01/01/2014 - 31/12/2014", "2014-01-01/2014-12-31", "range"),
        ("early 2014", "2014", "year"),
        ("end of June 2014", "2014-06", "month"),
        ("Autumn 2014", "2014", "year"),
    ],
)
def test_one_reading_in_the_precision_of_the_cell(cell: str, expected: str, precision: str) -> None:
    result = read(cell)
    assert (result.status, shown(result), result.readings[0].precision, result.literal) == ("certain", [expected], precision, cell)


@pytest.mark.parametrize(
    ("cell", "status", "code"),
    [
        ("2/29/2014", "impossible", "no-such-day"),
        ("31/06/2022", "impossible", "no-such-day"),
        ("13/13/2014", "impossible", "no-such-month"),
        ("13/2013", "impossible", "no-such-month"),
        ("Quarter 5 2014", "impossible", "no-such-month"),
        ("1999", "impossible", "year-out-of-range"),
        ("2036", "impossible", "year-out-of-range"),
        ("31/12/0204", "impossible", "year-out-of-range"),
        ("31 December 1999", "impossible", "year-out-of-range"),
        ("2003-2013", "impossible", "year-out-of-range"),
        ("2016-2014", "impossible", "range-reversed"),
        ("December", "unreadable", "no-year"),
        ("12-Aug", "unreadable", "no-year"),
        ("Aug 12", "unreadable", "no-year"),
        ("#NAME?", "unreadable", "spreadsheet-error"),
        ("########", "unreadable", "spreadsheet-error"),
        ("by 2014", "unreadable", "unknown-form"),
        ("2014?", "unreadable", "unknown-form"),
        ("2012 and 2014", "unreadable", "unknown-form"),
        ("January 2014 - ongoing", "unreadable", "unknown-form"),
        ("2014²", "unreadable", "unknown-form"),
        ("May 1¹ 2014", "unreadable", "unknown-form"),
        ("1/10/20133", "unreadable", "unknown-form"),
        ("20014", "unreadable", "unknown-form"),
        ("1", "unreadable", "unknown-form"),
        ("x" * 500, "unreadable", "too-long"),
        ("Ongoing", "text", "status-word"),
        ("Underway", "text", "status-word"),
        ("TBD", "text", "status-word"),
        ("En curso", "text", "status-word"),
        ("18 months", "text", "duration"),
        ("within 6 months", "text", "duration"),
        ("After the law is passed", "text", "words"),
        ("Summer 2014", "text", "season"),  # in the southern half of the Earth it lies in two years
        ("", "empty", ""),
        (" \u00a0", "empty", ""),
    ],
)
def test_what_is_no_date_stays_as_written(cell: str, status: str, code: str) -> None:
    result = read(cell)
    assert (result.status, result.code, result.readings) == (status, code, ())
    assert result.literal == (cell if status != "empty" else "")
    assert (result.reason is not None) == (status in ("impossible", "unreadable")) == result.quarantined


def test_order_unknown_keeps_both_readings_and_what_they_agree_on() -> None:
    result = read("1/10/2013")
    assert (result.status, shown(result), result.code) == ("ambiguous", ["2013-10-01", "2013-01-10"], "order")
    assert result.agreed_start is not None and result.agreed_start.text == "2013"
    assert result.reason == REASONS["order"]


def test_both_readings_of_a_month_or_two_years() -> None:
    result = read("2010-11", None)
    assert (result.status, shown(result)) == ("ambiguous", ["2010-11", "2010/2011"])
    assert result.agreed_start is not None and result.agreed_start.text == "2010"


@pytest.mark.parametrize(("proof", "expected"), [("28/5/2014", "2013-10-01"), ("9/30/2018", "2013-01-10")])
def test_a_proof_in_the_group_decides(proof: str, expected: str) -> None:
    result = read("1/10/2013", proofs=(proof,))
    assert (result.status, result.basis, shown(result)) == ("certain", "group", [expected])


def test_a_date_that_exists_in_no_order_proves_nothing() -> None:
    assert read("1/10/2013", proofs=("2/29/2014", "31/06/2022", "1/2/2014", "13/10/01")).status == "ambiguous"


def test_a_group_that_writes_both_orders_leaves_each_date_to_itself() -> None:
    proofs = ("28/5/2014", "9/30/2018")
    assert read("1/10/2013", proofs=proofs).status == "ambiguous"
    assert shown(read("28/5/2014", proofs=proofs)) == ["2014-05-28"]


def test_a_plan_of_such_a_group_decides_for_itself_as_an_inference() -> None:
    evidence = DateEvidence()
    evidence.observe("Indonesia", "28/5/2014", "3")
    evidence.observe("Indonesia", "9/30/2018", "5")
    found = read_date("8/1/2018", evidence, "Indonesia", None, "5")
    assert (found.status, found.basis, shown(found)) == ("inferred", "part", ["2018-08-01"])
    assert read_date("8/1/2018", evidence, "Indonesia", None, "4").status == "ambiguous"


def test_the_file_decides_only_where_all_proven_groups_agree() -> None:
    evidence = DateEvidence()
    evidence.observe("A", "28/5/2014")
    evidence.observe("B", "30/6/2014")
    found = read_date("1/10/2013", evidence, "C", None)
    assert (found.status, found.basis, shown(found)) == ("inferred", "file", ["2013-10-01"])
    evidence.observe("D", "9/30/2018")
    assert evidence.file_order is None
    assert read_date("1/10/2013", evidence, "C", None).status == "ambiguous"
    assert read_date("1/10/2013", evidence, "A", None).basis == "group"


def test_a_contradictory_group_stops_the_file_from_deciding() -> None:
    evidence = DateEvidence()
    for cell in ("28/5/2014", "9/30/2018"):
        evidence.observe("A", cell)
    assert evidence.contradicts("A") and evidence.order("A") is None
    assert read_date("1/10/2013", evidence, "B", None).status == "ambiguous"


@pytest.mark.parametrize("cell", ["7/15/1905", "15/7/1905", "1905-07-15", "15-Jul-1905", "7/15/05"])
def test_a_year_that_a_spreadsheet_program_wrote_as_1905(cell: str) -> None:
    found = read(cell, (2022, 2024))
    assert (found.status, found.code, found.basis, shown(found)) == ("inferred", "excel-year", "plan-years", ["2023"])
    assert read(cell, (2013, 2015)).quarantined
    assert read(cell, None).quarantined


def test_every_year_in_its_1905_form_comes_back_in_both_orders() -> None:
    for year in range(FIRST, LAST + 1):
        day = dt.date(1899, 12, 30) + dt.timedelta(days=year)
        assert day.year == 1905
        for text in (f"{day.day}/{day.month}/1905", f"{day.month}/{day.day}/1905"):
            assert shown(read(text, (year, year + 2))) == [str(year)]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("Aug-13", "2013-08"), ("31-Dec-14", "2014-12-31"), ("13/1/14", "2014-01-13"), ("41640", "2014-01-01"), ("41640.5", "2014-01-01")],
)
def test_the_plans_years_decide_a_short_year_and_a_serial_number(cell: str, expected: str) -> None:
    found = read(cell)
    assert (found.status, found.basis, shown(found)) == ("inferred", "plan-years", [expected])
    assert read(cell, None).quarantined
    assert read(cell, (2024, 2026)).quarantined


def test_proofs_are_counted_for_the_report() -> None:
    evidence = DateEvidence()
    for cell in ("28/5/2014", "31/12/2014 - 30/6/2015", "Ongoing", "7/15/1905"):
        evidence.observe("A", cell)
    assert evidence.proofs == {"A": Counter(dmy=3, mdy=1)}


def test_every_code_has_a_reason_in_both_languages() -> None:
    assert all(es and en and es != en for es, en in REASONS.values())


_PIECES = st.sampled_from(
    ["1", "10", "31", "2013", "1905", "14", "05", "/", "-", ".", " ", "July", "de", "Q1", "to", "first", "quarter", "T00:00", "end of", "43609", "º", "'", "#", "\n", "²"]
)
_CELLS = st.one_of(st.text(max_size=40), st.lists(_PIECES, max_size=9).map("".join), st.lists(_PIECES, max_size=9).map(" ".join))


@settings(deadline=None, derandomize=True, database=None, max_examples=300)
@given(_CELLS, st.sampled_from([None, (2011, 2013), (2022, 2024)]), st.lists(_CELLS, max_size=3))
def test_nothing_crashes_and_nothing_leaves_the_years(cell: str, years: tuple[int, int] | None, others: list[str]) -> None:
    evidence = DateEvidence()
    for other in [cell, *others]:
        evidence.observe("X", other)
    found = read_date(cell, evidence, "X", years)
    assert bool(found.readings) == (found.status in ("certain", "inferred", "ambiguous"))
    assert len(found.readings) == (2 if found.status == "ambiguous" else 1 if found.readings else 0)
    for reading in found.readings:
        assert FIRST <= reading.start.year <= reading.end.year <= LAST
        assert reading.start.earliest <= reading.end.latest
    assert found.reason is None or all(found.reason)


@settings(deadline=None, derandomize=True, database=None)
@given(st.dates(min_value=dt.date(FIRST, 1, 1), max_value=dt.date(LAST, 12, 31)), st.sampled_from("/.-"), st.booleans())
def test_a_written_day_is_read_back_when_its_order_is_proven(day: dt.date, separator: str, month_first: bool) -> None:
    first, second = (day.month, day.day) if month_first else (day.day, day.month)
    found = read(separator.join(map(str, (first, second, day.year))), proofs=("12/31/2014" if month_first else "31/12/2014",))
    assert (found.status, shown(found)) == ("certain", [day.isoformat()])


SENTINELS = {"", "NA", "NR", "ND", "Not Specified"}


@pytest.mark.parametrize(
    ("edition", "country", "plan", "years", "expected"),
    [
        ("2016", "Country", "Action Plan Number", ("Year of submission", "Year of submission"), {"impossible": 1}),
        ("2024", "Country/Locality", "Action Plan Number", ("Year Of Submission", "Action Plan End Year"), {}),
    ],
)
def test_every_date_of_the_real_samples_is_classified(edition: str, country: str, plan: str, years: tuple[str, str], expected: dict[str, int]) -> None:
    table = list(rows(edition))
    evidence = DateEvidence()
    dated = [(row, row[column]) for row in table for column in ("Start Date", "End Date") if row[column] not in SENTINELS]
    for row, cell in dated:
        evidence.observe(row[country], cell, row[plan])
    found = Counter()
    for row, cell in dated:
        result = read_date(cell, evidence, row[country], (int(row[years[0]]), int(row[years[1]])), row[plan])
        found[result.status] += 1
        if result.status == "certain" and result.basis == "itself":
            assert cell.count("/") == 2
    assert {status: count for status, count in found.items() if status in ("impossible", "unreadable")} == expected
    assert found["certain"] > len(dated) / 2
    assert sum(found.values()) == len(dated)


# -- dates that a spreadsheet program typed ---------------------------------------------------------------------------------

TEXTS = ("28/5/2014", "13/10/2014")  # what a program that expects months first leaves as texts


def typed(cell: str, *others: str, group: str = "X", **settings: object) -> DateCell:
    evidence = DateEvidence(typed=True, **settings)  # type: ignore[arg-type]
    for other in (cell, *others):
        evidence.observe(group, other)
    return read_date(cell, evidence, "X", PLAN)


def test_a_typed_date_beside_texts_that_prove_an_order_may_be_the_wrong_way_round() -> None:
    found = typed("2014-03-04", *TEXTS)
    assert (found.status, found.code, shown(found)) == ("ambiguous", "typed-order", ["2014-03-04", "2014-04-03"])
    assert found.agreed_start is not None and found.agreed_start.text == "2014" and found.reason == REASONS["typed-order"]
    assert typed("2014-03-04", "5/28/2014").status == "ambiguous"  # as one that expects days first leaves it


@pytest.mark.parametrize(
    "others",
    [(), ("2013",), (*TEXTS, "2014-03-28"), (*TEXTS, "3/4/2014"), (*TEXTS, "5/28/2014")],
    ids=["nothing else", "no text proves an order", "a day after the 12th was typed", "a text in both orders was left alone", "texts prove both orders"],
)
def test_a_typed_date_is_believed_otherwise(others: tuple[str, ...]) -> None:
    found = typed("2014-03-04", *others)
    assert (found.status, shown(found)) == ("certain", ["2014-03-04"])


def test_only_what_may_be_exchanged_is_in_doubt() -> None:
    for cell in ("2014-05-05", "2014-07", "2014"):
        assert typed(cell, "2014-03-04", *TEXTS).status == "certain", cell
    assert typed("2014-03-04", *TEXTS, declared="dmy").status == "certain"
    assert read_date("2014-03-04", DateEvidence(), "X", PLAN).status == "certain"
    evidence = DateEvidence(typed=True)
    for group, cell in (("X", "2014-03-04"), *(("Y", text) for text in TEXTS)):
        evidence.observe(group, cell)
    assert read_date("2014-03-04", evidence, "X", PLAN).status == "certain"  # another country's texts prove nothing of its own
