"""The layout that docs/layouts.md prints works as printed, for CSV and XLSX alike, with no line of Python."""

from __future__ import annotations

import csv
import datetime as dt
import re
from pathlib import Path
from textwrap import dedent

import pytest

from ingest import patterns
from ingest.problems import SourceProblems
from ontology import code_schemes
from tests.conftest import ROOT
from tests.ingest.exports import made
from tests.ingest.exports.mapping import Result, last, map_exports, reference_data

ROWS = [
    ["Where", "Plan", "No.", "Promise", "Details", "Begins", "Ends", "Who", "Heading", "Open data?", "Health?", "Done", "Done no.", "Total", "Mail"],
    ["Kenya", "4", "1", "Spend in the open", "All spending<br/>every month.", "28/5/2020", "1/6/2021", "?", "Money", "1", "0", "most", "2", "1", "a@example.org"],
    ["North Macedonia", "9", "A1", "Clean water", "?", "n/a", "2021", "A ministry", "Water", "0", "1", "all", "1", "1", ""],
    ["Macedonia", "9", "2", "Clean air", "Air.", "Q1 2020", "", "", "Air", "0", "x", "bogus", "", "1", ""],
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = reference_data(tmp_path / "data")
    text = (ROOT / "docs" / "layouts.md").read_text(encoding="utf-8")
    (printed,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (folder / "layouts").mkdir()
    (folder / "layouts" / "city-plans.yml").write_text(printed, encoding="utf-8")
    return folder


def as_csv(path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(ROWS)
    return path


def as_xlsx(path: Path) -> Path:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.save(path)
    return path


def check(result: Result, edition: str) -> None:
    graph = result[edition]
    assert {last(term) for term in graph.instances("Commitment")} == {"KE-4-01", "MK-9-A1", "MK-9-02"}
    assert graph.assessments(graph.commitment("Spend in the open")) == [("completion", "irm-progress", "irm-completion-2011/substantial", "irm-2011", "most")]
    assert graph.values("commitment/KE-4-01", "dct:subject") == ["https://w3id.org/ogcm/code/ogp-policy-area-2016/open-data"]
    assert graph.values("commitment/MK-9-02", "ogcm:startDateAsWritten") == ["Q1 2020"]
    # "all" goes with 3, not with 1: the label holds, the number is reported; the label that nobody declared is set aside.
    assert [row for row, _, _ in result.aside("label-and-number")] == ["3"]
    assert [row for row, _, _ in result.aside("unknown-label")] == ["4"]
    account = result.account(edition)
    assert account["cells"] == 45 and account["ignored"] == 1


@pytest.mark.parametrize(("write", "name"), [(as_csv, "plans.csv"), (as_xlsx, "plans.xlsx")])
def test_the_printed_layout_reads_both_formats(data: Path, tmp_path: Path, write, name: str) -> None:
    check(map_exports(data, f"city-2021-01-01={write(tmp_path / name)}"), "city-2021-01-01")


def test_a_file_alone_in_a_folder_is_an_edition(data: Path) -> None:
    folder = data / "sources" / "city-2021-01-01"
    folder.mkdir()
    as_csv(folder / "plans.csv")
    check(map_exports(data), "city-2021-01-01")


def test_a_code_that_no_list_has_is_a_fault_of_the_layout(data: Path, tmp_path: Path) -> None:
    layout = data / "layouts" / "city-plans.yml"
    printed = layout.read_text(encoding="utf-8")
    for right, wrong, said in (
        ("health-nutrition", "helth", "ogp-policy-area-2016/helth"),
        ("scheme: ogp-policy-area-2016", "scheme: ogp-policy", "ogp-policy/open-data"),
        ("dimension: completion", "dimension: complete", "dimension/complete"),
        ("nothing: not-started", "nothing: nought", "irm-completion-2011/nought"),
        ("report: irm-progress", "report: progress", "report-type/progress"),
    ):
        changed = printed.replace(right, wrong, 1).replace('not-started: "0"', 'nought: "0"' if wrong.endswith("nought") else 'not-started: "0"')
        layout.write_text(changed, encoding="utf-8")
        with pytest.raises(SourceProblems) as caught:
            map_exports(data, f"city-2021-01-01={as_csv(tmp_path / 'plans.csv')}")
        assert [(problem.file, problem.code, problem.found) for problem in caught.value if problem.found == said] == [("city-plans.yml", "unknown-code", said)]


@pytest.mark.parametrize(
    ("right", "wrong", "field", "found", "says"),
    [
        ("layout: city-plans", "layout: city-plan", "layout", "city-plan", "name of the file: city-plans"),
        ("layout: city-plans", "layout: ogp-2016", "layout", "ogp-2016", "nombre del archivo: city-plans"),
        ("role: lead", "role: boss", "tables.commitments.columns.Who.role", "boss", "responsible, co-responsible, lead"),
        ("property: ogcm:themeText", "property: foo:bar", "tables.commitments.columns.Heading.property", "foo:bar", "prefix of: adms"),
        ("property: ogcm:themeText", "property: theme", "tables.commitments.columns.Heading.property", "theme", "prefijo:nombre"),
        ("property: ogcm:themeText", "property: ogcm:themText", "tables.commitments.columns.Heading.property", "ogcm:themText", "such as ogcm:themeText"),
        ("scheme: ogp-policy-area-2016", "property: foo:bar, scheme: ogp-policy-area-2016", "tables.commitments.flags.0.property", "foo:bar", "prefix of"),
        ("means: jurisdiction, ", "", "tables.commitments.columns", "", "una columna con means: jurisdiction"),
        ("means: plan-number, ", "", "tables.commitments.columns", "", "a column with means: plan-number"),
        ("property: ogcm:themeText", "means: title", "tables.commitments.columns", "means: title ×2", "one column with that means"),
        ("row_key: hash", "row_key: hash\n    institutions: {roles: {Led by: boss}}", "tables.commitments.institutions.roles.Led by", "boss", "uno de: responsible"),
    ],
)
def test_a_slip_in_a_layout_is_named(data: Path, tmp_path: Path, right: str, wrong: str, field: str, found: str, says: str) -> None:
    layout = data / "layouts" / "city-plans.yml"
    layout.write_text(layout.read_text(encoding="utf-8").replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(SourceProblems) as caught:
        map_exports(data, f"city-2021-01-01={as_csv(tmp_path / 'plans.csv')}")
    (problem,) = caught.value
    assert (problem.file, problem.column, problem.code, problem.found) == ("city-plans.yml", field, "contract", found)
    assert says in problem.message("es") + problem.message("en") and problem.message("es") != problem.message("en")


def test_an_assessor_that_no_table_describes_is_named(data: Path, tmp_path: Path) -> None:
    layout = data / "layouts" / "city-plans.yml"
    layout.write_text(layout.read_text(encoding="utf-8").replace("assessor: int-irm", "assessor: int-nobody", 1), encoding="utf-8")
    with pytest.raises(SourceProblems) as caught:
        map_exports(data, f"city-2021-01-01={as_csv(tmp_path / 'plans.csv')}")
    assert [(problem.file, problem.column, problem.code, problem.found) for problem in caught.value] == [("city-plans.yml", "assessor", "unknown-key", "int-nobody")]


def test_a_layout_is_known_by_its_file(data: Path, tmp_path: Path) -> None:
    layout = data / "layouts" / "city-plans.yml"
    layout.write_text(layout.read_text(encoding="utf-8").replace("layout: city-plans\n", "", 1), encoding="utf-8")
    result = map_exports(data, f"city-2021-01-01={as_csv(tmp_path / 'plans.csv')}")
    assert {source.contract.layout for source in result.mapped.folders if source.file} == {"city-plans"}
    check(result, "city-2021-01-01")


def test_a_slip_is_told_of_the_file_that_it_stands_in(data: Path) -> None:
    """A contract and the layout below it are read as one, and are two files."""
    folder = data / "sources" / "kenya"
    folder.mkdir()
    as_csv(folder / "plans.csv")
    layout, contract = data / "layouts" / "city-plans.yml", folder / "contract.yml"
    own = 'contract_version: "1.0"\nlayout: city-plans\nkey: kenya-2021\nissued: 2021-01-01\ntables:\n  commitments:\n    file: plans.csv\n'
    contract.write_text(f"{own}    columns: {{Heading: {{property: foo:bar}}}}\n", encoding="utf-8")
    layout.write_text(layout.read_text(encoding="utf-8").replace("role: lead", "role: boss", 1), encoding="utf-8")
    with pytest.raises(SourceProblems) as caught:
        map_exports(data)
    assert {(problem.file, problem.column.rpartition(".")[2]) for problem in caught.value} == {("sources/kenya/contract.yml", "property"), ("city-plans.yml", "role")}


def test_the_printed_contract_of_a_file_with_a_renamed_column(data: Path) -> None:
    text = (ROOT / "docs" / "layouts.md").read_text(encoding="utf-8")
    (printed,) = re.findall(r"(?m)(?:^    .*\n)+", text.partition("## A file that differs")[2].partition("\n## ")[0])
    folder = data / "sources" / "december"
    folder.mkdir(parents=True)
    (folder / "contract.yml").write_text(dedent(printed), encoding="utf-8")
    made.write(folder / "december.csv", "ogp-2016", [made.row("Kenya", "1", "1", "Roads") | {"Start Date": "28/5/2013"}])
    content = (folder / "december.csv").read_text(encoding="utf-8")
    (folder / "december.csv").write_text(content.replace("Start Date", "Begins", 1), encoding="utf-8")
    graph = map_exports(data)["ogp-2016-12-31"]
    assert graph.values("commitment/KE-1-01", "ogcm:startDateAsWritten") == ["28/5/2013"]


@pytest.mark.parametrize(("another", "said"), [("2/6/2014", ["2014-03-04"]), ("29/5/2014", [])], ids=["typed by people", "typed by the program"])
def test_a_date_that_a_workbook_typed_is_doubted_where_texts_of_its_country_prove_an_order(another: str, said: list[str], data: Path, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    begins = ROWS[0].index("Begins")
    for number, begin in enumerate((dt.datetime(2014, 3, 4), "28/5/2014", another), start=1):
        line = [*ROWS[1]]
        line[2], line[3], line[begins], line[begins + 1] = str(number), f"Promise {number}", begin, ""
        if number == 1:
            book.active.append(ROWS[0])
        book.active.append(line)
    book.save(tmp_path / "b.xlsx")
    graph = map_exports(data, f"b-2022={tmp_path / 'b.xlsx'}")["b-2022"]
    periods = [graph.values(period, "dcat:startDate") for period in graph.objects("commitment/KE-4-01", "dct:temporal")]
    assert periods == [said or ["2014"]]
    assert sorted(graph.values("commitment/KE-4-01", "ogcm:possibleStartDate")) == ([] if said else ["2014-03-04", "2014-04-03"])


def with_list(data: Path) -> None:
    """The list of codes that docs/layouts.md prints, in the three places that it names."""
    text = (ROOT / "docs" / "layouts.md").read_text(encoding="utf-8")
    printed = dict(re.findall(r"<!-- list: (\S+) -->\n```\w+\n(.*?)```", text, re.DOTALL))
    reference = data / "reference"
    (reference / "cl-light.csv").write_text(printed["cl-light.csv"], encoding="utf-8")
    with (reference / "concept-schemes.csv").open("a", encoding="utf-8") as table:
        table.write(printed["concept-schemes.csv"])
    contract = (reference / "contract.yml").read_text(encoding="utf-8")
    (reference / "contract.yml").write_text(contract.replace("\ntables:\n", f"\ntables:\n{printed['contract.yml']}", 1), encoding="utf-8")


def say(data: Path, right: str, wrong: str) -> None:
    layout = data / "layouts" / "city-plans.yml"
    text = layout.read_text(encoding="utf-8")
    assert right in text
    layout.write_text(text.replace(right, wrong, 1), encoding="utf-8")


SCALE = """method: irm-2011, schemes: [irm-completion-2011],
        labels: {nothing: not-started, some: limited, most: substantial, all: complete},
        numbers: {not-started: "0", limited: "1", substantial: "2", complete: "3"}}"""


def test_ratings_may_be_on_a_scale_of_the_deployment(data: Path, tmp_path: Path) -> None:
    with_list(data)
    say(data, SCALE, 'schemes: [irm-completion-2018, cl-light], labels: {some: red, most: amber, all: green}, numbers: {red: "1", amber: "2", green: "3"}}')
    result = map_exports(data, f"city-2021-01-01={as_csv(tmp_path / 'plans.csv')}")
    graph = result["city-2021-01-01"]
    (key,) = [last(node) for node in graph.instances("Assessment") if "KE-4-01" in node]
    assert graph.values(f"assessment/{key}", "ogcm:verdict") == ["http://localhost:8000/concept/cl-light/amber"]
    assert graph.values(f"assessment/{key}", "ogcm:methodVersion") == []
    assert [label.rsplit(", ", 1)[1] for label in graph.values(f"assessment/{key}", "rdfs:label")] == ["amarillo", "amber"]
    # "all" goes with 3 here, too.
    assert [row for row, _, _ in result.aside("label-and-number")] == ["3"]


def test_the_method_of_a_list_is_that_of_the_table_of_lists(data: Path, tmp_path: Path) -> None:
    with_list(data)
    say(data, SCALE, "method: nosc, schemes: [cl-light], labels: {some: red, most: amber, all: green}}")
    schemes = data / "reference" / "concept-schemes.csv"
    schemes.write_text(schemes.read_text(encoding="utf-8").replace("Traffic light of the tracker,", "Traffic light of the tracker,nosc"), encoding="utf-8")
    graph = map_exports(data, f"city-2021-01-01={as_csv(tmp_path / 'plans.csv')}")["city-2021-01-01"]
    (node,) = [node for node in graph.instances("Assessment") if "KE-4-01" in node]
    assert graph.values(node, "ogcm:methodVersion") == ["https://w3id.org/ogcm/code/method/nosc"]


def test_flags_may_name_goals_and_codes_of_a_list_of_the_deployment(data: Path, tmp_path: Path) -> None:
    with_list(data)
    policy = '{scheme: ogp-policy-area-2016, columns: {"Open data?": open-data, "Health?": health-nutrition}}'
    say(data, policy, '{scheme: sdg, property: ogcm:contributesTo, columns: {"Open data?": "16"}}\n      - {scheme: cl-light, columns: {"Health?": green}}')
    graph = map_exports(data, f"city-2021-01-01={as_csv(tmp_path / 'plans.csv')}")["city-2021-01-01"]
    assert graph.values("commitment/KE-4-01", "ogcm:contributesTo") == ["http://metadata.un.org/sdg/16"]
    assert graph.values("commitment/MK-9-A1", "ogcm:contributesTo") == []
    assert graph.values("commitment/MK-9-A1", "dct:subject") == ["http://localhost:8000/concept/cl-light/green"]


def test_a_goal_that_nobody_has_is_a_fault_of_the_layout(data: Path, tmp_path: Path) -> None:
    say(data, 'scheme: ogp-policy-area-2016, columns: {"Open data?": open-data,', 'scheme: sdg, property: ogcm:contributesTo, columns: {"Open data?": "18",')
    with pytest.raises(SourceProblems) as caught:
        map_exports(data, f"city-2021-01-01={as_csv(tmp_path / 'plans.csv')}")
    assert "sdg/18" in [problem.found for problem in caught.value if problem.code == "unknown-code"]


@pytest.mark.parametrize("text", ["1", "yes"])
def test_what_yaml_takes_for_no_text_wants_quotes(data: Path, tmp_path: Path, text: str) -> None:
    say(data, 'limited: "1"', f"limited: {text}")
    with pytest.raises(SourceProblems) as caught:
        map_exports(data, f"city-2021-01-01={as_csv(tmp_path / 'plans.csv')}")
    (problem,) = caught.value
    assert problem.column == "tables.commitments.ratings.Done.numbers.limited"
    assert "in quotes" in problem.message("en") and "entre comillas" in problem.message("es")


def test_every_role_has_its_words() -> None:
    """A contract may name each role of the list; labels of responsibilities say it in both languages."""
    assert set(patterns._ROLE_WORDS) == set(code_schemes()["role"])


def test_a_contract_says_only_where_it_differs(data: Path) -> None:
    folder = data / "sources" / "kenya"
    folder.mkdir()
    as_csv(folder / "plans.csv")
    (folder / "contract.yml").write_text(
        'contract_version: "1.0"\nlayout: city-plans\nkey: kenya-2021\nissued: 2021-01-01\n'
        "tables:\n  commitments:\n    file: plans.csv\n    columns: {Heading: }\n    ignored: {Heading: not wanted here}\n",
        encoding="utf-8",
    )
    result = map_exports(data)
    assert result["kenya-2021"].values("commitment/KE-4-01", "ogcm:themeText") == []
    assert result.account("kenya-2021")["ignored"] == 4


def changed(path: Path, rows: list[list[str]], **form: object) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, **form).writerows(rows)  # type: ignore[arg-type]
    return path


def test_editions_follow_each_other_whatever_type_their_source_has(data: Path, tmp_path: Path) -> None:
    """The printed layout is a tracker's: what its newer edition takes back or no longer lists is told like that of OGP's database."""
    newer = [list(row) for row in ROWS[:2]]
    newer[1][ROWS[0].index("Done")] = "n/a"
    paths = as_csv(tmp_path / "older.csv"), changed(tmp_path / "newer.csv", newer)
    result = map_exports(data, f"city-2020-01-01={paths[0]}", f"city-2021-01-01={paths[1]}")
    kept, left = result.view.commitment("Spend in the open"), result.view.commitment("Clean air")
    assert result["city-2020-01-01"].assessments(kept) and result.view.assessments(kept) == []
    assert [last(term) for term in result.view.objects(left, "ogcm:lastSeenIn")] == ["city-2020-01-01"]
    assert result.view.objects(kept, "ogcm:lastSeenIn") == []


def test_an_edition_of_nothing_but_headers_takes_nothing_back(data: Path, tmp_path: Path) -> None:
    paths = as_csv(tmp_path / "older.csv"), changed(tmp_path / "newer.csv", ROWS[:1])
    with pytest.raises(SourceProblems) as caught:
        map_exports(data, f"city-2020-01-01={paths[0]}", f"city-2021-01-01={paths[1]}")
    assert [(problem.file, problem.code) for problem in caught.value] == [("input/city-2021-01-01/newer.csv", "row-count")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL], ids=["all-quoted", "few-quoted"])
def test_a_delimiter_is_found_whatever_is_quoted(data: Path, tmp_path: Path, delimiter: str, quoting: int) -> None:
    rows = [list(row) for row in ROWS]
    rows[1][ROWS[0].index("Details")] = '=HYPERLINK("http://example.org","x")'
    result = map_exports(data, f"city-2021-01-01={changed(tmp_path / 'plans.csv', rows, delimiter=delimiter, quoting=quoting)}")
    check(result, "city-2021-01-01")


def test_a_contract_that_says_nothing_of_the_delimiter_takes_that_of_the_file(data: Path) -> None:
    folder = data / "sources" / "city"
    folder.mkdir()
    changed(folder / "plans.csv", ROWS, delimiter=";")
    contract = 'contract_version: "1.0"\nlayout: city-plans\nkey: city-2021-01-01\nissued: 2021-01-01\ntables:\n  commitments: {file: plans.csv}\n'
    (folder / "contract.yml").write_text(contract, encoding="utf-8")
    check(map_exports(data), "city-2021-01-01")
    (folder / "contract.yml").write_text(contract + 'delimiter: ","\n', encoding="utf-8")
    with pytest.raises(SourceProblems) as caught:
        map_exports(data)
    assert {problem.code for problem in caught.value} <= {"delimiter", "no-header", "unknown-layout", "unknown-column", "missing-column"}


def test_what_is_wrong_with_a_text_is_said_of_the_delimiter_that_it_has(data: Path, tmp_path: Path) -> None:
    path = as_csv(tmp_path / "plans.csv")
    path.write_text(path.read_text(encoding="utf-8").replace("Clean water", '"Clean" water', 1), encoding="utf-8")
    with pytest.raises(SourceProblems) as caught:
        map_exports(data, f"city-2021-01-01={path}")
    assert [(problem.code, problem.row) for problem in caught.value] == [("csv", 3)]


def test_two_sheets_of_a_layout_are_not_chosen_between(data: Path, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    path = as_xlsx(tmp_path / "plans.xlsx")
    book = openpyxl.load_workbook(path)
    book.active.title = "2020"
    second = book.create_sheet("2021")
    for row in ROWS[:2]:
        second.append(row)
    book.create_sheet("notes").append(["nothing", "of", "this"])
    book.save(path)
    with pytest.raises(SourceProblems) as caught:
        map_exports(data, f"city-2021-01-01={path}")
    assert [(problem.code, problem.found) for problem in caught.value] == [("sheet", "2020, 2021")]
    folder = data / "sources" / "city-2021-01-01"
    folder.mkdir()
    path.rename(folder / "plans.xlsx")
    (folder / "contract.yml").write_text(
        'contract_version: "1.0"\nlayout: city-plans\nkey: city-2021-01-01\nissued: 2021-01-01\n'
        'tables:\n  commitments: {file: plans.xlsx, sheet: "2020"}\n', encoding="utf-8",
    )
    check(map_exports(data), "city-2021-01-01")


@pytest.mark.parametrize(("order", "day"), [("dmy", "2020-09-01"), ("mdy", "2020-01-09"), ("by-evidence", None)])
def test_a_declared_order_of_dates_holds(data: Path, tmp_path: Path, order: str, day: str | None) -> None:
    """One cell in the other order, which would leave all others of its country in doubt, is read by itself."""
    layout = data / "layouts" / "city-plans.yml"
    layout.write_text(layout.read_text(encoding="utf-8").replace("mapping: ogp_export", f"date_order: {order}\nmapping: ogp_export", 1), encoding="utf-8")
    rows = [list(row) for row in [*ROWS[:2], ROWS[1], ROWS[1]]]
    begins, number = ROWS[0].index("Begins"), ROWS[0].index("No.")
    rows[1][begins], rows[2][begins], rows[3][begins] = "1/9/2020", "28/5/2020", "5/28/2020"
    rows[2][number], rows[3][number] = "2", "3"
    graph = map_exports(data, f"city-2021-01-01={changed(tmp_path / 'plans.csv', rows)}")["city-2021-01-01"]
    possible = graph.values("commitment/KE-4-01", "ogcm:possibleStartDate")
    periods = graph.objects("commitment/KE-4-01", "dct:temporal")
    starts = [value for period in periods for value in graph.values(period, "dcat:startDate")]
    assert (starts, possible) == (([day], []) if day else (["2020"], ["2020-01-09", "2020-09-01"]))
