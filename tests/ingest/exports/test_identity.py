"""Which commitment a row describes: numbers of every form, repeated ones, OGP's ids, and rows that move."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
import yaml

from ingest.identifiers import Registry
from ingest.mappings.ogp_export import names
from ingest.problems import SourceProblems
from tests.conftest import ROOT
from tests.ingest.exports.made import row, write
from tests.ingest.exports.mapping import ID, Result, last, map_exports

EDITION = "ogp-2016-11-30"

NUMBERED = [
    row("Kenya", "9", "4.0999999999999996", "Fractions of a spreadsheet"),
    row("Kenya", "9", "1:a", "With a colon"),
    row("Kenya", "9", "1(a)", "With brackets"),
    row("Kenya", "9", "A1", "Letter first"),
    row("Kenya", "9", "b2", "Small letter"),
    row("Kenya", "9", "B2", "Capital letter"),
    row("Kenya", "9", "", "Without number"),
    row("Kenya", "9", "NR", "Number not reviewed"),
    row("Kenya", "9", "7", "Seven, the first"),
    row("Kenya", "9", "7", "Seven, the second"),
    row("Kenya", "9", "8", "Twins", "One text"),
    row("Kenya", "9", "8", "Twins", "Another text"),
    row("Kenya", "9", "10", "Alike in every cell", "The same words"),
    row("Kenya", "9", "10", "Alike in every cell", "The same words"),
    row("Kenya", "9", "10", "Alike in every cell", "The same words"),
    row("Kenya", "10", "7", "Seven of another plan"),
    row("Ghana", "9", "7", "Seven of another country"),
]


@pytest.fixture(scope="module")
def result(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Result:
    path = write(tmp_path_factory.mktemp("numbers") / "rows.csv", "ogp-2016", NUMBERED)
    return map_exports(reference, f"{EDITION}={path}")


def key_of(result: Result, title: str) -> str:
    return last(result[EDITION].commitment(title))


def test_all_rows_are_kept_and_told_apart(result: Result) -> None:
    commitments = result[EDITION].instances("Commitment")
    assert len(commitments) == len(NUMBERED)
    assert len({result[EDITION].one(commitment, "ogcm:statedIn") for commitment in commitments}) == len(NUMBERED)
    assert len({commitment.lower() for commitment in commitments}) == len(NUMBERED)
    assert result.quarantine == []


@pytest.mark.parametrize(
    ("title", "key", "number", "as_written"),
    [
        ("Fractions of a spreadsheet", "KE-9-4.1", "4.1", ["4.0999999999999996"]),
        ("Letter first", "KE-9-A1", "A1", []),
        ("Seven of another plan", "KE-10-07", "7", []),
        ("Seven of another country", "GH-9-07", "7", []),
    ],
)
def test_keys_speak_where_the_number_is_one(result: Result, title: str, key: str, number: str, as_written: list[str]) -> None:
    graph = result[EDITION]
    assert key_of(result, title) == key
    assert graph.values(f"commitment/{key}", "ogcm:number") == [number]
    assert graph.values(f"commitment/{key}", "ogcm:numberAsWritten") == as_written


@pytest.mark.parametrize(
    ("title", "start", "numbers"),
    [
        ("With a colon", "KE-9-1.a-", ["1:a"]),
        ("With brackets", "KE-9-1.a-", ["1(a)"]),
        ("Small letter", "KE-9-b2-", ["b2"]),
        ("Capital letter", "KE-9-B2-", ["B2"]),
        ("Without number", "KE-9-x-", []),
        ("Number not reviewed", "KE-9-x-", []),
        ("Seven, the first", "KE-9-07-", ["7"]),
        ("Seven, the second", "KE-9-07-", ["7"]),
    ],
)
def test_what_the_number_does_not_tell_a_hash_tells(result: Result, title: str, start: str, numbers: list[str]) -> None:
    key = key_of(result, title)
    assert key.startswith(start) and len(key) == len(start) + 6
    assert result[EDITION].values(f"commitment/{key}", "ogcm:number") == numbers


def test_only_whole_numbers_have_a_position(result: Result) -> None:
    graph = result[EDITION]
    assert graph.values(graph.commitment("Seven of another plan"), "ogcm:position") == ["7"]
    for title in ("Fractions of a spreadsheet", "With a colon", "Letter first", "Without number"):
        assert graph.values(graph.commitment(title), "ogcm:position") == []


def test_rows_alike_in_every_cell_are_counted(result: Result) -> None:
    graph = result[EDITION]
    alike = graph.where("dct:title", "Alike in every cell")
    passages = sorted(last(graph.one(commitment, "ogcm:statedIn")) for commitment in alike)
    assert len(alike) == 3
    assert passages[1:] == [f"{passages[0]}-2", f"{passages[0]}-3"]


def test_repeated_numbers_are_reported(result: Result) -> None:
    repeated = {(entry["plan"], entry["number"].lower()): entry["rows"] for entry in result.quality["sources"][EDITION]["repeated_numbers"]}
    assert repeated == {("KE 9", "07"): 2, ("KE 9", "08"): 2, ("KE 9", "10"): 3, ("KE 9", "1.a"): 2, ("KE 9", "b2"): 2}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_address_depends_on_the_order(result: Result, reference: Path, tmp_path: Path, seed: int) -> None:
    rows = list(NUMBERED)
    random.Random(seed).shuffle(rows)
    other = map_exports(reference, f"{EDITION}={write(tmp_path / 'moved.csv', 'ogp-2016', rows)}")
    assert stated(other, EDITION) == stated(result, EDITION)


def stated(result: Result, edition: str) -> set[tuple[str, str, str]]:
    graph = result[edition]
    return {(commitment, graph.one(commitment, "ogcm:statedIn"), *graph.values(commitment, "dct:title")) for commitment in graph.instances("Commitment")}


def test_the_registry_of_an_earlier_run_gives_the_same_keys(result: Result, own_data: Path, tmp_path: Path) -> None:
    result.keep_identifiers(own_data)
    again = map_exports(own_data, f"{EDITION}={write(tmp_path / 'moved.csv', 'ogp-2016', list(reversed(NUMBERED)))}")
    assert stated(again, EDITION) == stated(result, EDITION)
    assert again.mapped.build.registry.minted() == result.mapped.build.registry.minted()
    # All are known from before, those alike in every cell too.
    assert again.mapped.build.quality.source(EDITION).identity == {"edition": len(NUMBERED)}


def test_many_rows_alike_take_no_longer_than_others(own_data: Path, tmp_path: Path) -> None:
    """Each asks the registry and its own count once, however many there are: looking for the next free number would be quadratic."""
    rows = [row("Kenya", "9", "1", "Alike", "The same words")] * 40
    plain, asked = Registry.known, []

    def known(registry: Registry, kind: str, key: str) -> bool:
        asked.append(kind)
        return plain(registry, kind, key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Registry, "known", known)
        found = map_exports(own_data, f"{EDITION}={write(tmp_path / 'a.csv', 'ogp-2016', rows)}")
    assert len(found[EDITION].where("dct:title", "Alike")) == len(rows)
    assert asked.count("commitment") <= 2 * len(rows)


def test_what_a_curator_merged_is_written_under_the_key_that_stays(own_data: Path, tmp_path: Path) -> None:
    roads = row("Kenya", "9", "7", "Roads") | {"Completion (Progress Report)": "Completed", "_CompletionProgress": "4"}
    edition = "ogp-2024-07-03"
    table = f"{edition}={write(tmp_path / 'rows.csv', 'ogp-2024', [roads])}"
    first = map_exports(own_data, table)
    first.keep_identifiers(own_data)
    merged = [("passage", "Passage"), ("assessment", "Assessment"), ("report", "AssessmentReport")]
    keys = {kind: last(next(iter(first[edition].instances(name)))) for kind, name in merged}
    for kind, key in keys.items():
        with (own_data / "identifiers" / f"{kind}.csv").open("a", encoding="utf-8") as log:
            log.write(f"2,merge,{kind},{key},,2020-01-01,data editor,same,{key}.b\n1,mint,{kind},{key}.b,,2020-01-01,data editor,,\n")
    text = "\n".join(map_exports(own_data, table)[edition].lines)
    for kind, key in keys.items():
        assert f"/id/{kind}/{key}>" not in text and f"/id/{kind}/{key}.b>" in text


# -- ids of OGP ---------------------------------------------------------------------------------------------------


def with_id(outside_id: str, country: str, plan: str, number: str, title: str, **cells: str) -> dict[str, str]:
    return row(country, plan, number, title, commitment_id=outside_id, **cells)


def by_id(result: Result, edition: str, outside_id: str) -> list[str]:
    return [last(term) for term in result[edition].where("dct:identifier", outside_id) if term.startswith(f"{ID}commitment/")]


def test_an_id_finds_its_commitment_whatever_became_of_number_and_title(own_data: Path, tmp_path: Path) -> None:
    rows = [with_id("KE0101", "Kenya", "3", "1", "Roads"), with_id("KE0102", "Kenya", "3", "2", "Rivers")]
    first = map_exports(own_data, f"ogp-2023-01-01={write(tmp_path / 'a.csv', 'ogp-2024', rows)}")
    first.keep_identifiers(own_data)
    renamed = [with_id("KE0102", "Kenya", "3", "1", "Roads"), with_id("KE0101", "Kenya", "3", "5", "Streets and squares")]
    second = map_exports(own_data, f"ogp-2024-01-01={write(tmp_path / 'b.csv', 'ogp-2024', renamed)}", withdraw=True)
    assert by_id(first, "ogp-2023-01-01", "KE0101") == by_id(second, "ogp-2024-01-01", "KE0101") == ["KE-3-01"]
    assert by_id(first, "ogp-2023-01-01", "KE0102") == by_id(second, "ogp-2024-01-01", "KE0102") == ["KE-3-02"]


@pytest.mark.parametrize(
    ("ids", "aside"),
    [
        (("KE0102", "KE0101", "KE0103"), ["KE0101", "KE0102"]),  # exchanged
        (("KE0102", "KE0103", "KE0104"), ["KE0102", "KE0103"]),  # one more in front: each has its successor's
        (("KE0102", "", ""), ["KE0102"]),
        (("KE0101", "KE0102", "KE0103"), []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("together", [True, False])
def test_ids_that_were_renumbered_move_no_commitment(ids: tuple[str, ...], aside: list[str], together: bool, own_data: Path, tmp_path: Path) -> None:
    titles = ("Roads", "Rivers", "Lakes")
    older = [with_id(f"KE010{number}", "Kenya", "3", str(number), title) for number, title in enumerate(titles, 1)]
    newer = [with_id(outside, "Kenya", "3", str(number), title) for number, (outside, title) in enumerate(zip(ids, titles, strict=True), 1)]
    editions = [f"{name}={write(tmp_path / f'{name}.csv', 'ogp-2024', rows)}" for name, rows in (("ogp-2023-01-01", older), ("ogp-2024-01-01", newer))]
    if not together:
        map_exports(own_data, editions[0]).keep_identifiers(own_data)
    keys = []
    for _ in range(2):
        result = map_exports(own_data, *(editions if together else editions[1:]), withdraw=True)
        result.keep_identifiers(own_data)
        keys.append({title: last(result["ogp-2024-01-01"].commitment(title)) for title in titles})
    assert keys[0] == keys[1]
    if not together:
        assert [keys[0]["Roads"], keys[0]["Rivers"]] == ["KE-3-01", "KE-3-02"]
        assert sorted(found for _, _, found in result.aside("id-of-another-commitment")) == aside


def test_an_id_that_a_row_rightly_has_is_taken_by_no_other(own_data: Path, tmp_path: Path) -> None:
    """KE0102 stays with its commitment, whose number and title were changed, so the row that has those of before is told by its own id, too."""
    older = [with_id("KE0101", "Kenya", "3", "1", "Roads"), with_id("KE0102", "Kenya", "3", "2", "Rivers")]
    map_exports(own_data, f"ogp-2023-01-01={write(tmp_path / 'a.csv', 'ogp-2024', older)}").keep_identifiers(own_data)
    newer = [with_id("KE0101", "Kenya", "3", "2", "Rivers"), with_id("KE0102", "Kenya", "3", "3", "Lakes")]
    for ordered in (newer, newer[::-1]):
        result = map_exports(own_data, f"ogp-2024-01-01={write(tmp_path / 'b.csv', 'ogp-2024', ordered)}", withdraw=True)
        assert [last(result["ogp-2024-01-01"].commitment(title)) for title in ("Rivers", "Lakes")] == ["KE-3-01", "KE-3-02"]
        assert [(entry["code"], entry["found"], entry["cells"]) for entry in result.quarantine] == [("id-and-title", "KE0101", "0")]


def test_a_long_row_of_ids_each_waiting_for_the_next_takes_no_longer_than_others(own_data: Path, tmp_path: Path) -> None:
    """Each row has the id of its successor, and the first row, with another title, rightly has its own: so all others hold, one after the other."""
    count = 3000
    older = [with_id(f"KE{number:05}", "Kenya", "3", str(number), f"Road {number}") for number in range(1, count)]
    map_exports(own_data, f"ogp-2023-01-01={write(tmp_path / 'a.csv', 'ogp-2024', older)}").keep_identifiers(own_data)
    newer = [with_id("KE00001", "Kenya", "3", str(count), "Streets")]
    newer += [with_id(f"KE{number + 1:05}", "Kenya", "3", str(number), f"Road {number}") for number in range(1, count - 1)]
    started = time.process_time()
    result = map_exports(own_data, f"ogp-2024-01-01={write(tmp_path / 'b.csv', 'ogp-2024', newer)}", withdraw=True)
    assert time.process_time() - started < 60
    assert by_id(result, "ogp-2024-01-01", "KE00003") == ["KE-3-03"] and result.aside("id-of-another-commitment") == []


def test_a_row_without_id_takes_nothing_from_the_row_that_has_it(own_data: Path, tmp_path: Path) -> None:
    map_exports(own_data, f"ogp-2023-01-01={write(tmp_path / 'a.csv', 'ogp-2024', [with_id('KE0101', 'Kenya', '3', '1', 'Roads')])}").keep_identifiers(own_data)
    rows = [row("Kenya", "3", "1", "Roads"), with_id("KE0101", "Kenya", "3", "9", "Streets")]
    keys = []
    for name, ordered in (("b", rows), ("c", rows[::-1])):
        result = map_exports(own_data, f"ogp-2024-01-01={write(tmp_path / f'{name}.csv', 'ogp-2024', ordered)}")
        keys.append({title: last(result["ogp-2024-01-01"].commitment(title)) for title in ("Roads", "Streets")})
        assert result.quarantine == []
    assert keys[0] == keys[1] and keys[0]["Streets"] == "KE-3-01" != keys[0]["Roads"]


def test_a_repeated_id_costs_no_row(reference: Path, tmp_path: Path) -> None:
    rows = [with_id("KE0201", "Kenya", "3", "1", "Roads"), with_id("KE0201", "Kenya", "3", "2", "Rivers"), with_id("KE0203", "Kenya", "3", "3", "Lakes")]
    results = [map_exports(reference, f"ogp-2024-01-01={write(tmp_path / f'{index}.csv', 'ogp-2024', ordered)}") for index, ordered in enumerate((rows, rows[::-1]))]
    for result in results:
        assert {last(term) for term in result["ogp-2024-01-01"].instances("Commitment")} == {"KE-3-01", "KE-3-02", "KE-3-03"}
        assert by_id(result, "ogp-2024-01-01", "KE0201") == [] and by_id(result, "ogp-2024-01-01", "KE0203") == ["KE-3-03"]
        assert sorted(found for _, _, found in result.aside("repeated-id")) == ["KE0201", "KE0201"]


def test_an_id_of_another_plan_costs_no_row(own_data: Path, tmp_path: Path) -> None:
    newer = write(tmp_path / "newer.csv", "ogp-2024", [with_id("KE0301", "Kenya", "3", "1", "Roads")])
    older = write(tmp_path / "older.csv", "ogp-2024", [with_id("KE0301", "Kenya", "2", "1", "Roads"), with_id("KE0302", "Kenya", "2", "2", "Rivers")])
    editions = f"ogp-2023-01-01={older}", f"ogp-2024-01-01={newer}"
    result = map_exports(own_data, *editions)
    assert result.aside("id-of-another-plan") == [("2", "Commitment Unique Identifier", "KE0301")]
    assert {last(term) for term in result["ogp-2023-01-01"].instances("Commitment")} == {"KE-2-01", "KE-2-02"}
    assert by_id(result, "ogp-2024-01-01", "KE0301") == ["KE-3-01"] and by_id(result, "ogp-2023-01-01", "KE0301") == []
    account = result.account("ogp-2023-01-01")
    assert account["quarantined"] == 1 and account["cells"] == 2 * 171
    result.keep_identifiers(own_data)
    again = map_exports(own_data, *editions)
    assert stated(again, "ogp-2023-01-01") == stated(result, "ogp-2023-01-01")


def merge(data: Path, key: str, survivor: str) -> None:
    """What an editor adds to the register of an earlier build."""
    file = data / "identifiers" / "commitment.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    last_of_key = max(number for number, line in enumerate(lines) if line.split(",")[3] == key)
    lines.insert(last_of_key + 1, f"{int(lines[last_of_key].split(',')[0]) + 1},merge,commitment,{key},,2024-01-01,data editor,one commitment,{survivor}")
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")


def test_two_ids_that_became_one_commitment_cost_no_row(own_data: Path, tmp_path: Path) -> None:
    rows = [with_id("KE0401", "Kenya", "3", "1", "Roads"), with_id("KE0402", "Kenya", "3", "2", "Streets")]
    map_exports(own_data, f"ogp-2023-01-01={write(tmp_path / 'a.csv', 'ogp-2024', rows)}").keep_identifiers(own_data)
    merge(own_data, "KE-3-02", "KE-3-01")
    keys = []
    for name, ordered in (("b", rows), ("c", rows[::-1])):
        result = map_exports(own_data, f"ogp-2024-01-01={write(tmp_path / f'{name}.csv', 'ogp-2024', ordered)}")
        assert result.aside("repeated-id") == [("3" if name == "b" else "2", "Commitment Unique Identifier", "KE0402")]
        keys.append({title: last(result["ogp-2024-01-01"].commitment(title)) for title in ("Roads", "Streets")})
    assert keys[0] == keys[1] and keys[0]["Roads"] == "KE-3-01" != keys[0]["Streets"]


def test_a_merge_into_a_key_that_nobody_minted_is_a_fault_of_the_registry(own_data: Path, tmp_path: Path) -> None:
    edition = f"ogp-2024-01-01={write(tmp_path / 'a.csv', 'ogp-2024', [row('Kenya', '3', '1', 'Roads')])}"
    map_exports(own_data, edition).keep_identifiers(own_data)
    merge(own_data, "KE-3-01", "KE-3-99")
    write(tmp_path / "a.csv", "ogp-2024", [with_id("KE0401", "Kenya", "3", "1", "Roads")])
    with pytest.raises(SourceProblems) as refused:
        map_exports(own_data, edition)
    assert [(problem.file, problem.column, problem.found) for problem in refused.value] == [("identifiers/commitment.csv", "target", "KE-3-99")]


def decide(data: Path, outside_id: str, kind: str, key: str) -> None:
    """A curated identity table, under the contract of ours, with one decision in it."""
    contract = yaml.safe_load((ROOT / "data" / "curated" / "contract.yml").read_text(encoding="utf-8"))
    contract["tables"] = {"identity": contract["tables"]["identity"]}
    contract["tables"]["identity"].pop("expect")
    curated = data / "curated"
    curated.mkdir()
    (curated / "contract.yml").write_text(yaml.safe_dump(contract), encoding="utf-8")
    header = "row,series,authority,outside_id,kind,key,curator,reason,reason_es"
    (curated / "identity.csv").write_text(f"{header}\n100,ogp,ogp,{outside_id},{kind},{key},data editor,Same.,El mismo.\n", encoding="utf-8")


def test_a_curator_says_which_commitment_an_id_means(own_data: Path, tmp_path: Path) -> None:
    old = f"ogp-2016-11-30={write(tmp_path / 'old.csv', 'ogp-2016', [row('Kenya', '3', '1', 'Roads')])}"
    map_exports(own_data, old).keep_identifiers(own_data)
    decide(own_data, "KE0401", "commitment", "KE-3-01")
    new = f"ogp-2024-07-03={write(tmp_path / 'new.csv', 'ogp-2024', [with_id('KE0401', 'Kenya', '3', '5', 'Streets and squares')])}"
    assert by_id(map_exports(own_data, old, new), "ogp-2024-07-03", "KE0401") == ["KE-3-01"]


@pytest.mark.parametrize("known", ["to nobody", "to the registry"])
def test_a_misspelt_key_of_a_curator_mints_nothing(own_data: Path, tmp_path: Path, known: str) -> None:
    """Else the commitment that was meant would move to the misspelt address, and its own would be withdrawn."""
    edition = f"ogp-2024-07-03={write(tmp_path / 'a.csv', 'ogp-2024', [with_id('KE0401', 'Kenya', '3', '1', 'Roads')])}"
    if known == "to the registry":
        map_exports(own_data, edition).keep_identifiers(own_data)
    decide(own_data, "KE0401", "commitment", "KE-3-10")
    with pytest.raises(SourceProblems) as refused:
        map_exports(own_data, edition)
    assert [(problem.file, problem.row, problem.column, problem.code) for problem in refused.value] == [("curated/identity.csv", 2, "key", "unknown-key")]


def test_a_curator_says_which_plan_an_id_means(own_data: Path, tmp_path: Path) -> None:
    rows = [row("Kenya", "3", "1", "Roads") | {"Action Plan ID": "AP_KE03"}, row("Kenya", "2", "1", "Rivers") | {"Action Plan ID": "AP_KE02"}]
    edition = f"ogp-2024-07-03={write(tmp_path / 'a.csv', 'ogp-2024', rows)}"
    map_exports(own_data, edition).keep_identifiers(own_data)
    decide(own_data, "AP_KE03", "plan", "KE-2")
    result = map_exports(own_data, edition)
    assert result.aside("id-of-another-plan") == [("2", "Action Plan ID", "AP_KE03")]


def test_what_is_no_id_is_set_aside_alone(reference: Path, tmp_path: Path) -> None:
    result = map_exports(reference, f"ogp-2024-01-01={write(tmp_path / 'a.csv', 'ogp-2024', [with_id('row 17', 'Kenya', '3', '1', 'Roads')])}")
    assert result.aside("ogp-id") == [("2", "Commitment Unique Identifier", "row 17")]
    assert last(result["ogp-2024-01-01"].commitment("Roads")) == "KE-3-01"


# -- between editions ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("together", [True, False], ids=["one build", "one after the other"])
def test_editions_meet_by_plan_number_and_title_only(own_data: Path, tmp_path: Path, together: bool) -> None:
    old = [row("UK", "2", "1", "1. Open  contracts<br/>"), row("UK", "2", "2", "Budgets"), row("UK", "2", "3", "Land")]
    old += [row("UK", "2", "4", "Twins"), row("UK", "2", "4", "Twins", "other")]
    new = [
        with_id("UK0901", "United Kingdom", "2", "1", "Open contracts"), with_id("UK0902", "United Kingdom", "2", "2", "Spending"),
        with_id("UK0903", "United Kingdom", "3", "3", "Land"), with_id("UK0904", "United Kingdom", "2", "4", "Twins"),
    ]  # fmt: skip
    first, second = f"ogp-2016-11-30={write(tmp_path / 'old.csv', 'ogp-2016', old)}", f"ogp-2024-07-03={write(tmp_path / 'new.csv', 'ogp-2024', new)}"
    if together:
        before = after = map_exports(own_data, first, second)
    else:
        before = map_exports(own_data, first)
        before.keep_identifiers(own_data)
        after = map_exports(own_data, second, withdraw=True)
    both = {last(term) for term in before["ogp-2016-11-30"].instances("Commitment")} & {last(term) for term in after["ogp-2024-07-03"].instances("Commitment")}
    # Another title, another plan, or a title that two rows have: a commitment of its own.
    assert both == {"GB-2-01"}
    assert len(after["ogp-2024-07-03"].instances("Commitment")) == 4
    assert {last(term) for term in before["ogp-2016-11-30"].instances("ActionPlan")} == {"GB-2"}


def test_an_edition_without_numbers_meets_by_title(reference: Path, tmp_path: Path) -> None:
    old = [row("Ghana", "1", "", "4.2 Records of courts"), row("Ghana", "1", "", "Twice"), row("Ghana", "1", "", "Twice", "other")]
    new = [row("Ghana", "1", "4", "Records of courts"), row("Ghana", "1", "5", "Twice")]
    result = map_exports(reference, f"ogp-2015-01-01={write(tmp_path / 'old.csv', 'ogp-2015', old)}", f"ogp-2016-01-01={write(tmp_path / 'new.csv', 'ogp-2016', new)}")
    assert last(result["ogp-2015-01-01"].commitment("4.2 Records of courts")) == last(result["ogp-2016-01-01"].commitment("Records of courts")) == "GH-1-04"
    assert len(result["ogp-2015-01-01"].instances("Commitment")) == 3
    assert "GH-1-05" not in {last(term) for term in result["ogp-2015-01-01"].instances("Commitment")}


def test_a_number_inside_a_title_is_part_of_it(reference: Path, tmp_path: Path) -> None:
    old = [row("Ghana", "1", "", "Law 27.275 in force"), row("Ghana", "1", "", "Portal, phase 1. Records")]
    new = [row("Ghana", "1", "4", "Law 19.628 in force"), row("Ghana", "1", "5", "Portal, phase 2. Records")]
    result = map_exports(reference, f"ogp-2015-01-01={write(tmp_path / 'old.csv', 'ogp-2015', old)}", f"ogp-2016-01-01={write(tmp_path / 'new.csv', 'ogp-2016', new)}")
    assert not set(result["ogp-2015-01-01"].instances("Commitment")) & set(result["ogp-2016-01-01"].instances("Commitment"))


def test_a_number_or_title_of_blanks_or_dots_is_read_in_one_pass() -> None:
    begin = time.process_time()
    assert names.title_digest("a" + " " * 50_000 + "b") == names.title_digest("a b")
    assert names.token("1" + "." * 50_000 + "2") == "1.2" and names.token("1.-.2") == "1-2"
    assert time.process_time() - begin < 5  # in square time it would be a minute
