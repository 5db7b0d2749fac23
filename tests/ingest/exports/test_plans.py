"""Where rows belong, and what all rows of a plan say of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.exports.made import row, write
from tests.ingest.exports.mapping import ID, Result, last, map_exports

EDITION = "ogp-2024-07-03"
PROGRESS, END = "Report Publication Year (Progress Report)", "Report Publication Year (End Of Term)"


def placed(name: str, code: str, title: str) -> dict[str, str]:
    return row(name, "1", "1", title, jurisdiction_code=code)


PLACES = [
    placed("Testville, Mexico", "MXTV", "a member that no table knows"),
    placed("Otherville, Mexico", "", "one without a code"),
    placed("Testburg, Mexico", "BRTB", "one with a code of Brazil's form"),
    placed("Testford, Mexico", "BRA", "one with the code of Brazil"),
    placed("Testham, Mexico", "ARBA", "one with the code of Buenos Aires"),
    placed("Teston, Mexico", "MEX", "one with the code of its country"),
    placed("Testpool, Atlantis", "BRA", "one of a country that is none"),
    placed("Atlantis", "", "no country"),
    placed("Brasilien", "BRA", "a spelling that only the code explains"),
    placed("Jalisco, Mexico", "MXJL", "a known member"),
    placed("Jalisco, Mexico", "ARBA", "a known member with the code of another"),
    placed("Peru", "BRA", "a country with the code of another"),
    placed("Macedonia", "", "the old name"),
    placed("North Macedonia", "MKD", "the new name"),
    placed("UK", "", "a short name"),
    placed("United Kingdom", "GBR", "the whole name"),
    placed("Morocco", "MAR", "Morocco"),
    placed("Kosovo", "XKX", "Kosovo"),
    placed("  South   Korea ", "", "blanks in the name"),
]
FILLED = 5  # cells of such a row: name, plan, number, title, text; one more with a code


@pytest.fixture(scope="module")
def places(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Result:
    return map_exports(reference, f"{EDITION}={write(tmp_path_factory.mktemp('places') / 'rows.csv', 'ogp-2024', PLACES)}")


def area_of(result: Result, title: str) -> str:
    graph = result[EDITION]
    return last(graph.one(graph.one(graph.commitment(title), "dct:isPartOf"), "ogcm:jurisdiction"))


@pytest.mark.parametrize(
    ("title", "area"),
    [
        ("a member that no table knows", "MX-x-testville"), ("one without a code", "MX-x-otherville"), ("a known member", "MX-JAL"),
        ("a known member with the code of another", "MX-JAL"), ("a country with the code of another", "PE"), ("the old name", "MK"), ("the new name", "MK"),
        ("a short name", "GB"), ("the whole name", "GB"), ("Morocco", "MA"), ("Kosovo", "XK"), ("blanks in the name", "KR"),
        ("a spelling that only the code explains", "BR"),
    ],
)  # fmt: skip
def test_rows_belong_where_their_name_says(places: Result, title: str, area: str) -> None:
    assert area_of(places, title) == area


def test_an_unknown_member_is_described_as_part_of_its_country(places: Result) -> None:
    for graph in (places[EDITION], places.view):
        assert graph.objects("area/MX-x-testville", "dct:isPartOf") == [f"{ID}area/MX>"]
        assert graph.values("area/MX-x-testville", "rdfs:label") == ["Testville"]
        assert graph.objects("area/MX-x-testville", "ogcm:statedIn")
    # One that the tables know is described there.
    assert places[EDITION].objects("area/MX-JAL", "rdfs:label") == []


@pytest.mark.parametrize("name", ["Testburg, Mexico", "Testford, Mexico", "Testham, Mexico", "Teston, Mexico", "Testpool, Atlantis", "Atlantis"])
def test_a_place_that_cannot_be_told_costs_its_row_and_no_other(places: Result, name: str) -> None:
    assert [(column, found) for _, column, found in places.aside("unknown-place") if found == name] == [("Country/Locality", name)]
    slug = name.partition(",")[0].lower()
    assert not any(slug in line.lower() for line in places[EDITION].lines)


def test_the_account_says_what_became_of_their_cells(places: Result) -> None:
    lost = [entry for entry in PLACES if entry["jurisdiction"] in {found for _, _, found in places.aside("unknown-place")}]
    assert len(lost) == 6
    account = places.account(EDITION)
    in_lost_rows = sum(FILLED + bool(entry["jurisdiction-code"]) for entry in lost)
    assert account["quarantined"] == in_lost_rows + 2  # and two codes
    assert account["rows"] == len(PLACES) - 6 and account["rows_quarantined"] == 6 and account["cells"] == len(PLACES) * 171
    assert len(places[EDITION].instances("Commitment")) == len(PLACES) - 6


def test_a_code_that_says_otherwise_is_set_aside(places: Result) -> None:
    assert sorted((row, found) for row, _, found in places.aside("place-and-code")) == [("12", "ARBA"), ("13", "BRA")]
    assert [(column, found) for _, column, found in places.aside("place-by-code")] == [("Country/Locality", "Brasilien")]


def test_old_and_new_names_are_one_country_and_each_is_kept(places: Result) -> None:
    graph = places[EDITION]
    for titles, names in (
        (("the old name", "the new name"), ("Macedonia, plan 1", "North Macedonia, plan 1")),
        (("a short name", "the whole name"), ("UK, plan 1", "United Kingdom, plan 1")),
    ):
        commitments = [graph.commitment(title) for title in titles]
        assert len({graph.one(commitment, "dct:isPartOf") for commitment in commitments}) == 1
        for commitment, name in zip(commitments, names, strict=True):
            assert graph.values(graph.one(commitment, "ogcm:statedIn"), "ogcm:locator")[0].startswith(name)


# -- facts of plans -----------------------------------------------------------------------------------------------


def of_plan(number: int, title: str, **facts: str) -> dict[str, str]:
    return row("Peru", "3", str(number), title, **facts)


FACTS = [
    # Nine rows agree on the year of submission, one does not; on the first report half and half.
    *(
        of_plan(number, f"Peru {number}", submitted="2019" if number == 7 else "2018", plan_end="2020", plan_id="AP_PER03")
        | {PROGRESS: "2019" if number % 2 else "2020", END: "2021"}
        for number in range(1, 11)
    ),
    row("Kenya", "1", "1", "Kenya 1", submitted="2001", plan_end="2038", plan_id="plan one") | {PROGRESS: "soon", END: "ND"},
    row("Kenya", "2", "1", "Kenya 2", plan_id="AP_PER03"),
    row("Ghana", "1", "1", "Ghana 1", submitted="2015") | {END: "2017"},
    row("Ghana", "1st plan!", "1", "Ghana 2"),
]  # fmt: skip


@pytest.fixture(scope="module")
def facts(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Result:
    return map_exports(reference, f"{EDITION}={write(tmp_path_factory.mktemp('facts') / 'rows.csv', 'ogp-2024', FACTS)}")


def test_what_nearly_all_rows_say_is_said_of_the_plan(facts: Result) -> None:
    graph = facts[EDITION]
    assert graph.values("plan/PE-3", "dct:dateSubmitted") == ["2018"]
    assert graph.values(graph.one("plan/PE-3", "dct:temporal"), "dcat:endDate") == ["2020"]
    assert graph.values("plan/PE-3", "dct:identifier") == ["AP_PER03"]


def test_a_row_that_says_otherwise_is_set_aside_with_what_the_others_say(facts: Result) -> None:
    entries = [entry for entry in facts.quarantine if entry["code"] == "rows-disagree"]
    slip = [entry for entry in entries if entry["column"] == "Year Of Submission"]
    assert [(entry["row"], entry["found"]) for entry in slip] == [("8", "2019")]
    assert "2018 ×9, 2019 ×1" in slip[0]["reason_en"] and "2018 ×9, 2019 ×1" in slip[0]["reason_es"]


def test_where_rows_are_at_odds_nothing_is_said(facts: Result) -> None:
    graph = facts[EDITION]
    assert sum(1 for entry in facts.quarantine if entry["code"] == "rows-disagree" and entry["column"] == PROGRESS) == 10
    assert graph.values("report/int-irm_PE-3_irm-progress", "dct:issued") == []
    assert graph.values("report/int-irm_PE-3_irm-end-of-term", "dct:issued") == ["2021"]


def test_the_year_of_a_report_without_ratings_is_said(facts: Result) -> None:
    graph = facts[EDITION]
    assert graph.values("report/int-irm_GH-1_irm-end-of-term", "dct:issued") == ["2017"]
    assert graph.objects("report/int-irm_GH-1_irm-end-of-term", "ogcm:forPlan") == [f"{ID}plan/GH-1>"]
    assert graph.objects("report/int-irm_GH-1_irm-end-of-term", "ogcm:statedIn") == graph.objects("commitment/GH-1-01", "ogcm:statedIn")
    assert graph.of.get(f"{ID}report/int-irm_GH-1_irm-progress>") is None


def test_what_is_no_year_and_no_id_is_set_aside(facts: Result) -> None:
    assert {(column, found) for row, column, found in facts.aside("plan-fact") if row == "12"} == {
        ("Year Of Submission", "2001"), ("Action Plan End Year", "2038"), ("Action Plan ID", "plan one"), (PROGRESS, "soon"),
    }  # fmt: skip
    graph = facts[EDITION]
    assert graph.values("plan/KE-1", "ogcm:number") == ["1"]
    for name in ("dct:dateSubmitted", "dct:temporal", "dct:identifier"):
        assert graph.objects("plan/KE-1", name) == []
    assert END in graph.values(graph.one("commitment/KE-1-01", "ogcm:statedIn"), "ogcm:noData")


def test_the_id_of_a_plan_belongs_to_one(facts: Result) -> None:
    assert facts.aside("id-of-another-plan") == [("13", "Action Plan ID", "AP_PER03")]
    assert facts[EDITION].values("plan/KE-2", "dct:identifier") == []


def test_a_number_that_is_none_costs_its_row(facts: Result) -> None:
    assert facts.aside("plan-number") == [("15", "Action Plan Number", "1st plan!")]
    assert facts[EDITION].where("dct:title", "Ghana 2") == []


@pytest.mark.parametrize("digits", ["٠١", "０１"])
def test_ids_in_other_figures_are_set_aside_and_their_row_is_kept(reference: Path, tmp_path: Path, digits: str) -> None:
    """What no key can hold: an id of the plan ended the build, one of the commitment cost its row."""
    ids = {"plan-id": f"AP_KEN{digits}", "commitment-id": f"KE00{digits}"}
    result = map_exports(reference, f"{EDITION}={write(tmp_path / 'a.csv', 'ogp-2024', [row('Kenya', '1', '1', 'Open budgets') | ids])}")
    assert result.quality["sources"][EDITION]["cells_quarantined"]["by_reason"] == {"ogp-id": 1, "plan-fact": 1}
    assert result[EDITION].commitment("Open budgets")


@pytest.mark.parametrize(("cell", "code"), [("20118", "plan-fact"), ("2018-01-01", "plan-fact"), ("2017", "rows-disagree")])
def test_a_cell_that_is_no_year_contradicts_nobody(cell: str, code: str, reference: Path, tmp_path: Path) -> None:
    """Four rows are few: one that says another year leaves it open, one that says none does not."""
    rows = [of_plan(number, f"Peru {number}", submitted=cell if number == 2 else "2018") for number in range(1, 5)]
    result = map_exports(reference, f"{EDITION}={write(tmp_path / 'rows.csv', 'ogp-2024', rows)}")
    said = code == "plan-fact"
    assert result[EDITION].values("plan/PE-3", "dct:dateSubmitted") == (["2018"] if said else [])
    assert result.aside(code) == [("3", "Year Of Submission", cell)] if said else len(result.aside(code)) == 4
