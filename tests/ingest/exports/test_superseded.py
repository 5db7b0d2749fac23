"""What a newer edition takes back or denies leaves the consolidated view and stays in the older edition's graph; its empty cells take nothing back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.exports.made import row, write
from tests.ingest.exports.mapping import ID, Result, last, map_exports, value

OLDER, NEWER, LATEST = "ogp-2016-01-15", "ogp-2016-11-30", "ogp-2024-07-03"
SAID = row(
    "Kenya", "1", "1", "Open budgets", "What is to be done.", start_date="July 2014", end_date="June 2016", lead_institution="Ministry of Tests",
    supporting_institution="Agency of Trials",
) | {"Theme": "Money", "Cluster": "Budget", "Aid": "1", "Specificity": "Low", "Potential impact": "Minor", "Short Title": "Budgets"}  # fmt: skip
OPENED = "Did it open government (end of term only)"


def edition(newer: bool) -> list[dict[str, str]]:
    found = [
        SAID | {"number": "1", "title": "taken back"}, SAID | {"number": "2", "title": "silent"}, SAID | {"number": "3", "title": "kept"},
        row("Kenya", "1", "4", "opened") | {"Specificity": "High", OPENED: "Marginal"},
    ]  # fmt: skip
    if newer:
        absent = {"text": "NR", "start-date": "Not Specified", "end-date": "ND", "lead-institution": "None Specified", "supporting-institution": "Unclear"}
        found[0] |= absent | {"Theme": "NA", "Cluster": "NR", "Aid": "0", "Specificity": "NR", "Potential impact": "ND"}
        empty = dict.fromkeys(("text", "start-date", "end-date", "lead-institution", "supporting-institution"), "")
        found[1] |= empty | dict.fromkeys(("Theme", "Cluster", "Aid", "Specificity", "Potential impact"), "")
    return found


@pytest.fixture(scope="module")
def result(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = tmp_path_factory.mktemp("superseded")
    paths = {name: write(folder / f"{name}.csv", "ogp-2016", edition(name == NEWER)) for name in (OLDER, NEWER)}
    latest = row("Kenya", "1", "4", "opened") | {"Specificity": "High", "Did It Open Government (Overall)": "Major", "Theme": "Money"}
    paths[LATEST] = write(folder / "latest.csv", "ogp-2024", [latest])
    return map_exports(reference, *(f"{name}={path}" for name, path in paths.items()))


def facts(result: Result, graph: str, title: str) -> dict[str, list[str]]:
    """What a graph says of a commitment beside its names."""
    statements = result[graph]
    commitment = statements.commitment(title)
    names = (
        "dct:description", "dct:temporal", "dct:subject", "ogcm:themeText", "ogcm:clusterText", "ogcm:leadInstitutionText", "ogcm:supportingInstitutionText",
        "ogcm:startDateAsWritten", "ogcm:endDateAsWritten",
    )  # fmt: skip
    found = {name.partition(":")[2]: [last(term) if term.startswith("<") else value(term) for term in statements.objects(commitment, name)] for name in names}
    found["ratings"] = [entry[2] for entry in statements.assessments(commitment)]
    return {name: values for name, values in found.items() if values}


def test_an_absence_code_and_a_zero_take_back(result: Result) -> None:
    assert facts(result, NEWER, "taken back") == {}
    assert facts(result, "", "taken back") == {}
    assert len(facts(result, OLDER, "taken back")) == 10


@pytest.mark.parametrize("title", ["silent", "kept"])
def test_an_empty_cell_takes_nothing_back(result: Result, title: str) -> None:
    assert facts(result, "", title) == facts(result, OLDER, title)


def test_the_newest_answer_to_a_question_holds_although_it_names_no_report(result: Result) -> None:
    commitment = result.view.commitment("opened")
    opened = [entry[1:3] for entry in result.view.assessments(commitment) if entry[0] == "open-government"]
    assert opened == [("", "irm-open-government-2015/major")]
    assert [entry[1:3] for entry in result[NEWER].assessments(commitment) if entry[0] == "open-government"] == [("irm-end-of-term", "irm-open-government-2015/marginal")]
    assert [entry[2] for entry in result.view.assessments(commitment) if entry[0] == "specificity"] == ["irm-specificity-2011/high"]


def test_nothing_in_the_view_points_at_what_has_left_it(result: Result) -> None:
    described = set(result.view.of)
    for said in result.view.of.values():
        for terms in said.values():
            assert {term for term in terms if term.startswith((f"{ID}assessment/", f"{ID}responsibility/"))} <= described


def test_roles_and_their_shortcuts_leave_together(reference: Path, tmp_path: Path) -> None:
    """Bodies that the authority table knows: the newer edition names another one, then none."""
    known, other = "Secretaría de la Función Pública", "Secretaría de Economía"
    older = [row("Mexico", "2", "1", "another", lead_institution=known), row("Mexico", "2", "2", "None of the roads", lead_institution=known)]
    newer = [row("Mexico", "2", "1", "another", lead_institution=other), row("Mexico", "2", "2", "None of the roads", lead_institution="None Specified")]
    paths = {name: write(tmp_path / f"{name}.csv", "ogp-2016", rows) for name, rows in ((OLDER, older), (NEWER, newer))}
    result = map_exports(reference, *(f"{name}={path}" for name, path in paths.items()))
    view = result.view
    assert [last(term) for term in view.objects(view.commitment("another"), "ogcm:lead")] == ["mx-economia"]
    assert view.objects(view.commitment("None of the roads"), "ogcm:lead") == []
    assert [last(view.one(node, "ogcm:actor")) for node in view.where("ogcm:forCommitment", value(view.commitment("another")))] == ["mx-economia"]
    assert view.where("ogcm:forCommitment", value(view.commitment("None of the roads"))) == []


def test_what_a_second_edition_took_back_a_silent_third_one_does_not_bring_back(reference: Path, tmp_path: Path) -> None:
    first, second = edition(False)[:1], edition(True)[:1]
    third = [{**edition(True)[1], "number": "1", "title": "taken back"}]  # all of it empty
    names = (OLDER, NEWER, "ogp-2017-01-31")
    paths = {name: write(tmp_path / f"{name}.csv", "ogp-2016", rows) for name, rows in zip(names, (first, second, third), strict=True)}
    result = map_exports(reference, *(f"{name}={path}" for name, path in paths.items()))
    assert len(facts(result, OLDER, "taken back")) == 10
    assert facts(result, "", "taken back") == {}


@pytest.mark.parametrize(
    ("start", "end", "period"),
    [
        ("", "31/12/2014", ("2014-05-28", "2014-12-31")), ("", "31/12/2015", ("2014-05-28", "2015-12-31")), ("NA", "", (None, "2014-12-31")),
        ("30/5/2014", "", ("2014-05-30", "2014-12-31")), ("NA", "ND", None), ("", "", ("2014-05-28", "2014-12-31")), ("", "ND", ("2014-05-28", None)),
    ],
)  # fmt: skip
def test_each_end_of_the_period_has_a_newest_edition_of_its_own(
    start: str, end: str, period: tuple[str | None, str | None] | None, reference: Path, tmp_path: Path,
) -> None:  # fmt: skip
    older = [row("Kenya", "1", "1", "dated", start_date="28/5/2014", end_date="31/12/2014")]
    newer = [row("Kenya", "1", "1", "dated", start_date=start, end_date=end)]
    paths = {name: write(tmp_path / f"{name}.csv", "ogp-2016", rows) for name, rows in ((OLDER, older), (NEWER, newer))}
    view = map_exports(reference, *(f"{name}={path}" for name, path in paths.items())).view
    found = view.objects(view.commitment("dated"), "dct:temporal")
    bounds = [tuple(view.values(term, f"dcat:{name}Date") for name in ("start", "end")) for term in found]
    assert bounds == ([] if period is None else [tuple([] if day is None else [day] for day in period)])


@pytest.mark.parametrize("nothing", ["#N/A", "#NAME?", "-", "?"])
def test_a_cell_that_says_nothing_takes_nothing_back(nothing: str, reference: Path, tmp_path: Path) -> None:
    older = edition(False)[1:2]
    columns = ("text", "start-date", "end-date", "lead-institution", "supporting-institution", "Theme", "Cluster")
    columns += ("Aid", "Specificity", "Potential impact") if nothing.startswith("#") else ()
    newer = [older[0] | dict.fromkeys(columns, nothing)]
    paths = {name: write(tmp_path / f"{name}.csv", "ogp-2016", rows) for name, rows in ((OLDER, older), (NEWER, newer))}
    result = map_exports(reference, *(f"{name}={path}" for name, path in paths.items()))
    assert facts(result, "", "silent") == facts(result, OLDER, "silent")
    assert len(result.aside("spreadsheet-error" if nothing.startswith("#") else "says-nothing")) == len(columns)


def test_a_label_that_nobody_knows_still_takes_back(reference: Path, tmp_path: Path) -> None:
    """The newer edition says something else; what, a person has to find out."""
    older = edition(False)[1:2]
    newer = [older[0] | {"Specificity": "Enormous"}]
    paths = {name: write(tmp_path / f"{name}.csv", "ogp-2016", rows) for name, rows in ((OLDER, older), (NEWER, newer))}
    result = map_exports(reference, *(f"{name}={path}" for name, path in paths.items()))
    assert [entry[0] for entry in result.view.assessments(result.view.commitment("silent"))] == ["potential-impact"]
