"""Ratings: by label and never by number, one Assessment each, methods by evidence."""

from __future__ import annotations

from pathlib import Path

import pytest

import ontology
from ingest.contract import Rating
from ingest.mappings.ogp_export import ratings as ratings_of_rows
from tests.ingest.exports.made import LAYOUTS, row, table, write
from tests.ingest.exports.mapping import ID, Result, map_exports, value

EDITION = "ogp-2024-07-03"


def rated(number: int, title: str, **cells: str) -> dict[str, str]:
    return row("Chile", "2", str(number), title) | cells


ROWS = [
    rated(1, "unknown label", Specificity="Enormous", _Specificity="4"),
    rated(2, "label and number", Specificity="Low", _Specificity="3"),
    rated(3, "number alone", Specificity="", _Specificity="3"),
    rated(4, "number of an absence", Specificity="NR", _Specificity="3"),
    rated(5, "another way of writing", Specificity="  LOW ", _Specificity=" 1 "),
    rated(6, "None of the roads") | {"Specificity": "None", "Potential Impact": "None", "_Potential Impact": "0", "Cluster": "None"},
    rated(7, "both potentials", Specificity="High", _Specificity="3", Verifiable="Yes") | {
        "Potential Impact": "Minor", "_Potential Impact": "1", "Potential for Results": "Modest", "_Potential for Results": "1",
        "Completion (Progress Report)": "Unclear",
    },
    rated(8, "only verifiable", Verifiable="No") | {
        "Completion (End Of Term)": "No Evidence Available", "OGP Value Technology": "1", "OGP Value Civic Participation": "0",
    },
    rated(9, "no evidence of a method") | {"Completion (Progress Report)": "Completed", "_CompletionProgress": "5"},
    rated(10, "opened") | {
        "Did It Open Government (Overall)": "Major", "_OpenGovernment": "3", "Did It Open Government (Access To Information)": "Major", "_DIOGATI": "4",
        "Did It Open Government (Civic Participation)": "Not Applicable", "_DIOGCP": "0", "Did It Open Government: Public Accountability": "Major", "_DIOGPA": "3",
    },
    rated(11, "stars") | {
        "Starred (2015 Only)": "1", "Starred (Current Formula) Progress Report": "0", "Starred (Current Formula) End of Term": "1", "Carried Forward": "NR",
    },
    rated(13, "a number as a spreadsheet program writes it", Specificity="Low", _Specificity="1.0") | {"Carried Forward": "1.0"},
    rated(14, "unknown label and number", Specificity="Hgih", _Specificity="3"),
    rated(12, "reviewed?", Specificity="ND", _Specificity="ND", Verifiable="NR") | {
        "Potential Impact": "NA", "Early Results": "Not Applicable", "Change In Completion": "N/A",
    },
    rated(15, "the number of an absence as a program writes it") | {"Did It Open Government (Civic Participation)": "Not Applicable", "_DIOGCP": "0.0"},
]  # fmt: skip


@pytest.fixture(scope="module")
def result(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Result:
    return map_exports(reference, f"{EDITION}={write(tmp_path_factory.mktemp('ratings') / 'rows.csv', 'ogp-2024', ROWS)}")


def ratings(result: Result, title: str) -> list[tuple[str, str, str, str, str]]:
    graph = result[EDITION]
    return graph.assessments(graph.commitment(title))


def absent(result: Result, title: str, name: str) -> list[str]:
    graph = result[EDITION]
    return graph.values(graph.one(graph.commitment(title), "ogcm:statedIn"), f"ogcm:{name}")


def test_an_unknown_label_is_set_aside_with_row_column_and_reason(result: Result) -> None:
    entries = [entry for entry in result.quarantine if entry["code"] == "unknown-label"]
    told = [(entry["row"], entry["column"], entry["found"], entry["cells"]) for entry in entries]
    assert told == [("2", "Specificity", "Enormous", "1"), ("14", "Specificity", "Hgih", "1")]
    assert "Low, Medium, High" in entries[0]["reason_en"] and "Low, Medium, High" in entries[0]["reason_es"]
    assert ratings(result, "unknown label") == []


def test_where_label_and_number_differ_the_label_holds(result: Result) -> None:
    assert ratings(result, "label and number") == [("specificity", "", "irm-specificity-2011/low", "irm-2011", "Low")]
    assert {(row, column, found) for row, column, found in result.aside("label-and-number") if row == "3"} == {("3", "_Specificity", "3")}
    disagreements = result.quality["sources"][EDITION]["labels_and_numbers"]
    assert {"column": "Specificity", "label": "Low", "number": "3", "expected": "1", "rows": 1} in disagreements


def test_a_number_without_a_label_says_nothing(result: Result) -> None:
    assert {row for row, column, found in result.aside("number-without-label") if (column, found) == ("_Specificity", "3")} == {"4", "5", "14"}
    assert ratings(result, "number alone") == ratings(result, "number of an absence") == []


def test_letter_case_and_blanks_do_not_change_a_label(result: Result) -> None:
    assert ratings(result, "another way of writing") == [("specificity", "", "irm-specificity-2011/low", "irm-2011", "LOW")]
    assert not [entry for entry in result.quarantine if entry["row"] == "6"]


def test_none_is_a_rating_where_the_irm_rates_and_a_text_elsewhere(result: Result) -> None:
    assert [entry[:3] for entry in ratings(result, "None of the roads")] == [
        ("potential-impact", "", "irm-potential-impact-2011/none"), ("specificity", "", "irm-specificity-2011/none"),
    ]  # fmt: skip
    assert absent(result, "None of the roads", "noneSpecified") == []
    graph = result[EDITION]
    assert graph.values(graph.commitment("None of the roads"), "ogcm:clusterText") == ["None"]


def test_two_methods_of_one_dimension_are_two_assessments(result: Result) -> None:
    found = ratings(result, "both potentials")
    potentials = [entry for entry in found if entry[0] == "potential-impact"]
    assert potentials == [
        ("potential-impact", "", "irm-potential-impact-2011/minor", "", "Minor"), ("potential-impact", "", "irm-potential-results-2020/modest", "irm-2020", "Modest"),
    ]  # fmt: skip
    assert [entry[2] for entry in found if entry[0] == "completion"] == ["irm-completion-2011/unclear"]
    assert absent(result, "both potentials", "unclear") == []


def test_the_method_is_read_from_what_only_it_rates(result: Result) -> None:
    assert ratings(result, "only verifiable") == [
        ("completion", "irm-end-of-term", "irm-completion-2018/no-evidence", "irm-2018", "No Evidence Available"),
        ("relevance-civic-participation", "", "irm-relevance-2011/no", "irm-2018", "0"),
        ("relevance-technology", "", "irm-relevance-2011/yes", "irm-2018", "1"),
        ("verifiability", "", "irm-verifiable-2018/no", "irm-2018", "No"),
    ]
    assert ratings(result, "no evidence of a method") == [("completion", "irm-progress", "irm-completion-2011/complete", "", "Completed")]


def test_the_label_of_an_assessment_says_which_report_gave_it(result: Result) -> None:
    graph = result[EDITION]
    labels = {value(term) for title in ("no evidence of a method", "label and number") for node in graph.where("ogcm:target", graph.commitment(title).strip("<>"))
              for term in graph.objects(node, "rdfs:label")}  # fmt: skip
    assert labels == {
        "Chile, plan 2, commitment 9: completion (IRM progress report), complete", "Chile, plan 2, compromiso 9: cumplimiento (informe de avance del MRI), completo",
        "Chile, plan 2, commitment 2: specificity, low", "Chile, plan 2, compromiso 2: especificidad, baja",
    }  # fmt: skip


def test_a_spelling_that_could_be_two_labels_is_none() -> None:
    rating = Rating(dimension="specificity", schemes=("irm-specificity-2011",), labels={"not-started": "low", "not started": "high", "on-time": "medium"})
    compiled = ratings_of_rows._compiled("Specificity", rating)
    assert compiled.codes == {"not-started": "low", "not started": "high", "on-time": "medium"}
    assert compiled.loose == {"on time": "medium"}


def test_the_same_label_has_another_number_in_another_column(result: Result) -> None:
    assert [entry[:3] for entry in ratings(result, "opened")] == [
        ("open-government", "", "irm-open-government-2015/major"), ("open-government-access-to-information", "", "irm-open-government-2015/major"),
        ("open-government-public-accountability", "", "irm-open-government-2015/major"),
    ]  # fmt: skip
    assert [(column, found) for row, column, found in result.aside("label-and-number") if row == "11"] == [("_DIOGPA", "3")]
    assert absent(result, "opened", "notApplicable") == ["Did It Open Government (Civic Participation)"]


def test_the_number_of_an_absence_code_may_end_in_a_zero(result: Result) -> None:
    assert absent(result, "the number of an absence as a program writes it", "notApplicable") == ["Did It Open Government (Civic Participation)"]
    assert [column for _, column, found in result.aside("number-without-label") if found == "0.0"] == []


def test_each_formula_of_the_star_is_a_method(result: Result) -> None:
    assert ratings(result, "stars") == [
        ("starred", "irm-end-of-term", "irm-starred-current/yes", "star-current", "1"), ("starred", "irm-progress", "irm-starred-2015/yes", "star-2015", "1"),
        ("starred", "irm-progress", "irm-starred-current/no", "star-current", "0"),
    ]  # fmt: skip


def test_what_was_not_rated_stays_apart_by_reason(result: Result) -> None:
    assert ratings(result, "reviewed?") == []
    assert absent(result, "reviewed?", "noData") == ["Specificity", "_Specificity"]
    assert absent(result, "reviewed?", "notReviewed") == ["Verifiable"]
    assert absent(result, "reviewed?", "notApplicable") == ["Change In Completion", "Early Results", "Potential Impact"]


def test_reports_are_named_by_the_ratings_that_stand_in_them(result: Result) -> None:
    assert sorted(subject.rsplit("/", 1)[1] for subject in result[EDITION].instances("AssessmentReport")) == [
        "int-irm_CL-2_irm-end-of-term>", "int-irm_CL-2_irm-progress>",
    ]  # fmt: skip


# -- every layout -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_label_of_a_layout_is_a_verdict(layout: str, reference: Path, tmp_path: Path) -> None:
    """One row for each label of each column: as many Assessments as rows, none in the quarantine but those of two methods."""
    rows, expected = [], []
    for column, rating in table(layout)["ratings"].items():
        for label, code in rating["labels"].items():
            title = f"{column} {label} {len(rows)}"
            rows.append(row("Chile", "2", str(len(rows) + 1), title) | {column: label})
            expected.append((title, rating["dimension"], rating.get("report", ""), code, label))
    result = map_exports(reference, f"some-2020-01-01={write(tmp_path / 'rows.csv', layout, rows)}")
    assert result.quarantine == []
    codes = ontology.code_schemes()
    for title, dimension, report, code, label in expected:
        found = result["some-2020-01-01"].assessments(result["some-2020-01-01"].commitment(title))
        assert [(entry[0], entry[1], entry[2].partition("/")[2], entry[4]) for entry in found] == [(dimension, report, code, label)]
        scheme = found[0][2].partition("/")[0]
        assert code in codes[scheme]
    assert len(expected) > 40


def test_a_decimal_that_is_whole_is_that_number(result: Result) -> None:
    title = "a number as a spreadsheet program writes it"
    assert [entry[2] for entry in ratings(result, title)] == ["irm-carried-forward-2015/yes", "irm-specificity-2011/low"]
    assert not [entry for entry in result.quarantine if entry["found"] in ("1", "1.0")]


def test_the_number_of_an_unknown_label_is_set_aside_with_it(result: Result) -> None:
    assert ratings(result, "unknown label and number") == []
    (label,) = (row for row, column, found in result.aside("unknown-label") if found == "Hgih")
    assert (label, "_Specificity", "3") in result.aside("number-without-label")


# -- labels in other spellings ----------------------------------------------------------------------------------------

SPECIFICITY, COMPLETION, CHANGE, IMPACT = "Specificity", "Completion (progress report)", "Did it open government (end of term only)", "Potential impact"


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        (SPECIFICITY, "c.high", "high"), (SPECIFICITY, "c . high", "high"), (SPECIFICITY, "C.  High", "high"),
        (SPECIFICITY, "c. high (3)", "high"), (SPECIFICITY, "3 - High", "high"),
        (COMPLETION, "d.Complete", "complete"), (COMPLETION, "not-started", "not-started"), (COMPLETION, "Not\u2013Started", "not-started"),
        (COMPLETION, "5 - Complete", "complete"), (COMPLETION, "d.complete(5)", "complete"), (CHANGE, "Did-not-change", "did-not-change"),
        (IMPACT, "Mod\u00aderate", "moderate"), (IMPACT, "\u200bNone\xa0", "none"), (IMPACT, "None (0)", "none"),
        # No guesses: another number than the label's, one whose label has none, another letter, other letters, half a label.
        (SPECIFICITY, "c. high (2)", None), (COMPLETION, "4 - Complete", None), (CHANGE, "Major (3)", None), (SPECIFICITY, "h\u00edgh", None),
        (COMPLETION, "a. Complete", None),
        (COMPLETION, "notstarted", None), (COMPLETION, "Complete - Limited", None), (SPECIFICITY, "high 3", None),
    ],
)  # fmt: skip
def test_a_label_in_a_spelling_that_is_certain(column: str, cell: str, code: str | None, reference: Path, tmp_path: Path) -> None:
    result = map_exports(reference, f"ogp-2016-12-31={write(tmp_path / 'a.csv', 'ogp-2016', [row('Kenya', '1', '1', 'Roads') | {column: cell}])}")
    found = result["ogp-2016-12-31"].assessments(f"{ID}commitment/KE-1-01>")
    assert [verdict.rpartition("/")[2] for _, _, verdict, _, _ in found] == ([code] if code else [])
    assert [entry["code"] for entry in result.quarantine] == ([] if code else ["unknown-label"])
    if code and cell.isascii():
        assert [written for *_, written in found] == [" ".join(cell.split())]
