"""Cells whose meaning is less, or other, than a quick reading makes of them: quarters, stretches of years, codes in other letters, divided cells."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.exports.made import row, write
from tests.ingest.exports.mapping import Result, map_exports

EDITION = "ogp-2024-07-03"


def cells(number: int, title: str, **more: str) -> dict[str, str]:
    return row("Kenya", "2", str(number), title, "Text.", commitment_id=f"KE77{number:02}", **more)


ROWS = [
    cells(1, "quarter", start_date="Q3 2014", end_date="second half of 2015"),
    cells(2, "quarters", start_date="Q1 2014 - Q3 2015"),
    cells(3, "end in a stretch", start_date="Not Specified", end_date="2014/15"),
    cells(4, "start in a stretch", start_date="July-December 2014"),
    cells(5, "divided", lead_institution="Land Registry of Tests<br/>Office of Trials", supporting_institution="Ministry\n  of\tTests"),
    cells(6, "plain", lead_institution="Land Registry of Tests"),
    cells(7, "codes", lead_institution="none specified", supporting_institution="NOT  SPECIFIED", start_date=" nr ")
    | {"Theme": "unclear", "Cluster": "None Specified", "Specificity": "NOT APPLICABLE"},
    cells(8, "None of the roads") | {"Cluster": "None", "Specificity": "none"},
    cells(9, "early, 2018") | {"Verifiable": "Yes", "Early Results": "Marginal"},
    cells(10, "early, 2020") | {"Potential for Results": "Modest", "Early Results": "Marginal"},
    cells(11, "early, 2018, of the later list") | {"Verifiable": "Yes", "Early Results": "Significant"},
]  # fmt: skip


@pytest.fixture(scope="module")
def result(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Result:
    return map_exports(reference, f"{EDITION}={write(tmp_path_factory.mktemp('written') / 'rows.csv', 'ogp-2024', ROWS)}")


def said(result: Result, title: str, name: str) -> list[str]:
    graph = result[EDITION]
    return graph.values(graph.commitment(title), name)


def period(result: Result, title: str) -> tuple[list[str], list[str]]:
    graph = result[EDITION]
    found = graph.objects(graph.commitment(title), "dct:temporal")
    return ([], []) if not found else (graph.values(found[0], "dcat:startDate"), graph.values(found[0], "dcat:endDate"))


def absent(result: Result, title: str, name: str) -> list[str]:
    graph = result[EDITION]
    return graph.values(graph.one(graph.commitment(title), "ogcm:statedIn"), f"ogcm:{name}")


def test_of_a_quarter_the_year_is_certain_and_each_month_possible(result: Result) -> None:
    assert period(result, "quarter") == (["2014"], ["2015"])
    assert said(result, "quarter", "ogcm:possibleStartDate") == ["2014-07", "2014-08", "2014-09"]
    assert said(result, "quarter", "ogcm:possibleEndDate") == [f"2015-{month:02}" for month in range(7, 13)]
    assert said(result, "quarter", "ogcm:startDateAsWritten") == ["Q3 2014"]
    assert period(result, "quarters") == (["2014"], [])


def test_a_stretch_tells_its_own_end_alone(result: Result) -> None:
    assert period(result, "end in a stretch") == ([], ["2015"])
    assert absent(result, "end in a stretch", "notSpecified") == ["Start Date"]
    assert period(result, "start in a stretch") == (["2014-07"], [])


def test_a_divided_or_folded_cell_is_kept_as_written(result: Result) -> None:
    assert said(result, "divided", "ogcm:leadInstitutionAsWritten") == ["Land Registry of Tests<br/>Office of Trials"]
    assert said(result, "divided", "ogcm:supportingInstitutionText") == ["Ministry of Tests"]
    assert said(result, "divided", "ogcm:supportingInstitutionAsWritten") == ["Ministry\n  of\tTests"]
    assert said(result, "plain", "ogcm:leadInstitutionText") == ["Land Registry of Tests"]
    assert said(result, "plain", "ogcm:leadInstitutionAsWritten") == []


def test_an_absence_code_is_one_in_any_letters(result: Result) -> None:
    assert absent(result, "codes", "noneSpecified") == ["Cluster", "Lead Institution"]
    assert absent(result, "codes", "notSpecified") == ["Supporting Institution(s)"]
    assert absent(result, "codes", "notReviewed") == ["Start Date"]
    assert absent(result, "codes", "unclear") == ["Theme"]
    assert absent(result, "codes", "notApplicable") == ["Specificity"]


def test_none_is_a_fact_and_no_code(result: Result) -> None:
    assert said(result, "None of the roads", "ogcm:clusterText") == ["None"]
    assert not any(absent(result, "None of the roads", code) for code in ("noneSpecified", "notSpecified", "notApplicable"))


def test_early_results_are_of_the_list_that_the_method_used(result: Result) -> None:
    graph = result[EDITION]
    found = {
        title: [entry[2:4] for entry in graph.assessments(graph.commitment(title)) if entry[0] == "early-results"]
        for title in ("early, 2018", "early, 2020", "early, 2018, of the later list")
    }
    assert found == {
        "early, 2018": [("irm-early-results-2018/marginal", "irm-2018")],
        "early, 2020": [("irm-early-results-2020/marginal", "irm-2020")],
        "early, 2018, of the later list": [("irm-early-results-2020/significant", "irm-2018")],
    }
