"""Editions side by side: what changed, what the view shows, and loading the same again."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.problems import SourceProblems
from tests.ingest.exports.made import row, write
from tests.ingest.exports.mapping import CODE, ID, Result, last, map_exports, value

OLDER, NEWER = "ogp-2016-01-15", "ogp-2016-11-30"


def rows(newer: bool) -> list[dict[str, str]]:
    first = row("Kenya", "1", "1", "Open budgets") | {"Specificity": "Low", "Short Title": "Budgets", "Aid": "1"}
    second = row("Kenya", "1", "2", "Water", start_date="1/15/2014") | {"Specificity": "Medium"}
    found = [first, second, row("Kenya", "1", "3", "Roads", lead_institution="Ministry of Roads"), row("Kenya", "1", "4", "The same in both")]
    if newer:
        first |= {"Specificity": "High", "Short Title": "Budgets for all"}
        second |= {"Start Date": "2/15/2014", "Labor": "1"}
        found[2] |= {"Lead Institution": "Ministry of Works"}
    found += [row("Kenya", "2", "1", "Only in the newer")] if newer else [row("Kenya", "1", "5", "Only in the older"), row("Ghana", "1", "1", "A plan of the older")]
    return found


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("editions")
    return {name: write(folder / f"{name}.csv", "ogp-2016", rows(name == NEWER)) for name in (OLDER, NEWER)}


@pytest.fixture(scope="module")
def result(reference: Path, paths: dict[str, Path]) -> Result:
    return map_exports(reference, *(f"{name}={path}" for name, path in paths.items()))


def test_each_edition_is_a_source_with_its_own_counts(result: Result) -> None:
    for name, count in ((OLDER, 6), (NEWER, 5)):
        assert len(result[name].instances("Commitment")) == count == result.account(name)["rows"]
        assert result[name].values(f"source/{name}", "dct:issued") == [name[4:]]
        assert result[name].values(f"source/{name}", "ogcm:sourceSeries") == ["ogp"]
    assert len(result.view.instances("Commitment")) == 7


def test_the_difference_is_counted(result: Result) -> None:
    (difference,) = result.quality["editions"]
    assert (difference["older"], difference["newer"]) == (OLDER, NEWER)
    assert (difference["both"], difference["added"], difference["missing"], difference["changed"]) == (4, 1, 2, 3)
    assert difference["changed_by_part"] == {"names": 1, "dates": 1, "flags": 1, "ratings": 1, "institutions": 1}
    assert difference["added_keys"] == ["KE-2-01"] and difference["missing_keys"] == ["GH-1-01", "KE-1-05"]
    for language, word in (("es", "con cambios"), ("en", "changed")):
        assert f"3 {word}" in result.reports[f"quality.{language}.txt"].decode()


def test_the_same_written_otherwise_is_no_change(reference: Path, tmp_path: Path) -> None:
    older = row("Kenya", "1", "2", "Open data", start_date="July 2014", end_date="31/12/2015", lead_institution="Ministry of Works\nand Roads")
    newer = older | {
        "number": "2.0", "title": "<b>Open data</b>", "start-date": "07/2014", "end-date": "2015-12-31", "lead-institution": " Ministry of Works and Roads",
    }  # fmt: skip
    words = [row("Kenya", "1", "3", "Worded", start_date=word) for word in ("Ongoing", "Underway")]
    paths = {name: write(tmp_path / f"{name}.csv", "ogp-2016", rows) for name, rows in ((OLDER, [older, words[0]]), (NEWER, [newer, words[1]]))}
    result = map_exports(reference, *(f"{name}={path}" for name, path in paths.items()))
    (difference,) = result.quality["editions"]
    assert difference["both"] == 2 and difference["changed"] == 1
    assert difference["changed_by_part"] == {"names": 0, "dates": 1, "flags": 0, "ratings": 0, "institutions": 0}


def test_the_newest_edition_holds_in_the_view(result: Result) -> None:
    commitment = f"{ID}commitment/KE-1-01>"
    assert [entry[2] for entry in result.view.assessments(commitment)] == ["irm-specificity-2011/high"]
    assert result.view.values(commitment, "rdfs:label") == ["Budgets for all"]
    node = result.view.where("ogcm:target", value(commitment))
    assert [result.view.values(one, "ogcm:ratingAsWritten") for one in node] == [["High"]]


def test_what_the_older_one_said_stays_in_its_graph(result: Result) -> None:
    commitment = f"{ID}commitment/KE-1-01>"
    older = result[OLDER]
    assert [entry[2] for entry in older.assessments(commitment)] == ["irm-specificity-2011/low"]
    assert older.values(commitment, "rdfs:label") == older.values(commitment, "ogcm:shortTitle") == ["Budgets"]
    assert older.objects(commitment, "dct:subject") == [f"<{CODE}ogp-policy-area-2016/aid>"]
    assert older.values("commitment/KE-1-02", "ogcm:startDateAsWritten") == ["1/15/2014"]


def test_editions_of_one_database_do_not_contradict_each_other(result: Result) -> None:
    assert result.view.instances("Discrepancy") == []


def test_what_the_newest_leaves_out_was_last_seen_before(result: Result) -> None:
    seen = {
        last(subject): [last(term) for term in said["https://w3id.org/ogcm/def#lastSeenIn"]]
        for subject, said in result.view.of.items()
        if "https://w3id.org/ogcm/def#lastSeenIn" in said
    }
    assert seen == {"GH-1-01": [OLDER], "KE-1-05": [OLDER], "GH-1": [OLDER]}
    for name in (OLDER, NEWER):
        assert not any("lastSeenIn" in line for line in result[name].lines)


def test_the_order_in_which_files_are_given_does_not_matter(result: Result, reference: Path, paths: dict[str, Path]) -> None:
    again = map_exports(reference, *(f"{name}={path}" for name, path in reversed(paths.items())))
    assert result.bytes() == again.bytes()


def test_loading_the_same_again_mints_nothing(result: Result, own_data: Path, paths: dict[str, Path]) -> None:
    result.keep_identifiers(own_data)
    again = map_exports(own_data, *(f"{name}={path}" for name, path in paths.items()))
    assert again.mapped.build.registry.serialized() == result.mapped.build.registry.serialized()
    assert {name: graph.lines for name, graph in again.graphs.items()} == {name: graph.lines for name, graph in result.graphs.items()}
    assert again.quality["sources"][NEWER]["identity"] == {"edition": 5}


def test_an_edition_that_comes_later_changes_no_address(own_data: Path, paths: dict[str, Path], result: Result) -> None:
    first = map_exports(own_data, f"{OLDER}={paths[OLDER]}")
    first.keep_identifiers(own_data)
    both = map_exports(own_data, *(f"{name}={path}" for name, path in paths.items()))
    assert set(first[OLDER].instances("Commitment")) == set(both[OLDER].instances("Commitment")) == set(result[OLDER].instances("Commitment"))
    assert set(first[OLDER].instances("Passage")) == set(both[OLDER].instances("Passage"))
    assert {key for kind, key in both.mapped.build.registry.minted() if kind == "commitment"} == {last(term) for term in both.view.instances("Commitment")}


def test_an_edition_alone_has_nothing_to_be_compared_with(reference: Path, paths: dict[str, Path]) -> None:
    alone = map_exports(reference, f"{NEWER}={paths[NEWER]}")
    assert alone.quality["editions"] == []
    assert not any("lastSeenIn" in line for line in alone.view.lines)


def test_three_editions_are_compared_one_after_the_other(reference: Path, paths: dict[str, Path], tmp_path: Path) -> None:
    latest = write(tmp_path / "latest.csv", "ogp-2024", [row("Kenya", "1", "4", "The same in both"), row("Kenya", "1", "5", "Only in the older")])
    result = map_exports(reference, f"ogp-2024-07-03={latest}", *(f"{name}={path}" for name, path in paths.items()))
    assert [(entry["older"], entry["newer"], entry["both"], entry["added"], entry["missing"]) for entry in result.quality["editions"]] == [
        (OLDER, NEWER, 4, 1, 2), (NEWER, "ogp-2024-07-03", 1, 1, 4),
    ]  # fmt: skip
    assert result.view.objects("commitment/KE-1-05", "ogcm:lastSeenIn") == []
    assert result.view.objects("commitment/GH-1-01", "ogcm:lastSeenIn") == [f"{ID}source/{OLDER}>"]
    assert result.view.objects("commitment/KE-1-01", "ogcm:lastSeenIn") == [f"{ID}source/{NEWER}>"]


def test_each_graph_names_its_plans(result: Result) -> None:
    for name in (OLDER, NEWER):
        for plan in result[name].instances("ActionPlan"):
            assert len(result[name].values(plan, "rdfs:label")) == 2, (name, plan)
    assert len(result.view.values("plan/KE-1", "rdfs:label")) == 2


def test_a_dated_edition_revises_the_one_before_it(result: Result) -> None:
    assert [last(term) for term in result[NEWER].objects(f"source/{NEWER}", "prov:wasRevisionOf")] == [OLDER]
    assert result[OLDER].objects(f"source/{OLDER}", "prov:wasRevisionOf") == []


def test_a_year_in_the_name_orders_editions_but_states_no_day(reference: Path, paths: dict[str, Path]) -> None:
    result = map_exports(reference, f"ogp-2024={paths[NEWER]}", f"{OLDER}={paths[OLDER]}")
    (difference,) = result.quality["editions"]
    assert (difference["older"], difference["newer"]) == (OLDER, "ogp-2024")
    assert result.view.values("commitment/KE-1-05", "ogcm:lastSeenIn") == [f"{ID}source/{OLDER}>".strip("<>")]
    assert result.view.values("commitment/KE-2-01", "ogcm:lastSeenIn") == []
    assert result["ogp-2024"].values("source/ogp-2024", "dct:issued") == []


# -- which is newer -------------------------------------------------------------------------------------------------


def folder_of(data: Path, name: str, contract: str, file: str, rows: list[dict[str, str]]) -> None:
    folder = data / "sources" / name
    folder.mkdir(parents=True)
    (folder / "contract.yml").write_text(contract, encoding="utf-8")
    write(folder / file, "ogp-2016", rows)


@pytest.mark.parametrize(
    ("key", "more", "newer"),
    [
        ("ogp-2016-12-31", "", True), ("ogp-2016-12", "", True), ("ogp-2017", "", True), ("ogp-2016-05-30", "", False), ("ogp-2016", "", False),
        ("ogp-december", "issued: 2016-12-31", True), ("ogp-2016", "issued: 2016-12-31", True), ("ogp-2015", "issued: 2016-12-31", False),
        ("ogp-2016-12-31", "issued: 2016-01-01", True), ("ogp-december", "", False),
    ],
)  # fmt: skip
def test_a_contract_s_edition_is_as_old_as_its_name_says_else_as_its_issue(key: str, more: str, newer: bool, own_data: Path, tmp_path: Path) -> None:
    may = write(tmp_path / "may.csv", "ogp-2016", [row("Kenya", "1", "1", "Open budgets") | {"Specificity": "Low"}])
    contract = f'contract_version: "1.0"\nlayout: ogp-2016\nkey: {key}\ntables: {{commitments: {{file: december.csv}}}}\n{more}\n'
    folder_of(own_data, "december", contract, "december.csv", [row("Kenya", "1", "1", "Open budgets") | {"Specificity": "High"}])
    result = map_exports(own_data, f"ogp-2016-05-31={may}")
    assert [entry[2] for entry in result.view.assessments(f"{ID}commitment/KE-1-01>")] == [f"irm-specificity-2011/{'high' if newer else 'low'}"]
    (difference,) = result.quality["editions"]
    assert difference["newer"] == (key if newer else "ogp-2016-05-31")
    # The day of a name is published as the day of issue, with a contract as without.
    assert result[key].values(f"source/{key}", "dct:issued") == ([more[8:]] if more else [key[4:]] if key.count("-") == 3 else [])
    notes = [(note.message("es"), note.message("en")) for note in result.mapped.build.problems.notes if "ogp-december" in note.en]
    assert len(notes) == (key == "ogp-december" and not more)
    for es, en in notes:
        assert "sources/december/contract.yml" in en and "cuenta como la más antigua" in es and "counts as the oldest" in en


def test_editions_without_any_date_are_not_remarked_upon(reference: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "one.csv", "ogp-2016", [row("Kenya", "1", "1", "Open budgets")])
    assert not [note for note in map_exports(reference, path).mapped.build.problems.notes if "oldest" in note.en]


def test_a_contract_named_by_a_day_that_no_calendar_has_is_refused(own_data: Path) -> None:
    folder_of(own_data, "odd", 'contract_version: "1.0"\nlayout: ogp-2016\nkey: ogp-2016-02-30\n', "commitments.csv", [row("Kenya", "1", "1", "Open budgets")])
    with pytest.raises(SourceProblems) as caught:
        map_exports(own_data)
    (problem,) = caught.value
    assert (problem.file, problem.column, problem.found) == ("sources/odd/contract.yml", "key", "ogp-2016-02-30")


def test_so_is_one_without_a_layout(own_data: Path, root: Path) -> None:
    contract = (root / "ingest/layouts/ogp-2016.yml").read_text(encoding="utf-8").replace("layout: ogp-2016\nkey: ogp-2016\n", "key: ogp-2016-02-30\n")
    contract += "document: {status: not-held, reason: {en: made up}}\n"
    folder_of(own_data, "odd", contract, "commitments.csv", [row("Kenya", "1", "1", "Open budgets")])
    with pytest.raises(SourceProblems) as caught:
        map_exports(own_data)
    assert [(problem.file, problem.column, problem.found) for problem in caught.value] == [("sources/odd/contract.yml", "key", "ogp-2016-02-30")]


# -- a contract that says only where it differs from its layout -------------------------------------------------------


def test_a_short_contract_is_that_of_the_only_file_beside_it(own_data: Path) -> None:
    """Without `key` and `file` all is as without a contract: the folder's name, with its date, and the file that lies there."""
    folder_of(own_data, "ogp-2016-12-31", 'contract_version: "1.0"\nlayout: ogp-2016\n', "Export of December.csv", [row("Kenya", "1", "1", "Open budgets")])
    result = map_exports(own_data)
    assert result["ogp-2016-12-31"].values("source/ogp-2016-12-31", "dct:issued") == ["2016-12-31"]
    assert len(result["ogp-2016-12-31"].values("source/ogp-2016-12-31", "ogcm:sha256")) == 1
    assert result.account("ogp-2016-12-31")["rows"] == 1


@pytest.mark.parametrize("files", [(), ("a.csv", "b.csv")])
def test_which_file_a_contract_means_is_asked_where_it_cannot_be_told(files: tuple[str, ...], own_data: Path) -> None:
    folder = own_data / "sources" / "ogp-2016-12-31"
    folder_of(own_data, folder.name, 'contract_version: "1.0"\nlayout: ogp-2016\nissued: 2016-12-31\n', "a.csv", [row("Kenya", "1", "1", "Open budgets")])
    write(folder / "b.csv", "ogp-2016", [row("Kenya", "1", "1", "Open budgets")])
    for name in {"a.csv", "b.csv"} - set(files):
        (folder / name).unlink()
    with pytest.raises(SourceProblems) as caught:
        map_exports(own_data)
    (problem,) = caught.value
    assert (problem.file, problem.column, problem.found) == ("sources/ogp-2016-12-31/contract.yml", "tables.commitments.file", ", ".join(files))
    assert f"tables: {{commitments: {{file: {files[0] if files else '…'}}}}}" in problem.expected_en and "qué archivo es" in problem.expected_es


def test_a_missing_field_is_named_in_a_sentence(own_data: Path) -> None:
    folder = own_data / "sources" / "made"
    folder.mkdir()
    (folder / "contract.yml").write_text('contract_version: "1.0"\nkey: made\n', encoding="utf-8")
    with pytest.raises(SourceProblems) as caught:
        map_exports(own_data)
    said = [problem.message("en") for problem in caught.value if problem.column == "document"]
    assert len(said) == 1 and "expected this field, which is required" in said[0]
