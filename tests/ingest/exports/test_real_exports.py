"""The two real samples, mapped with the repository's data, against what the csv module alone finds in them.

Nothing here asks our code what a cell means: the tables below say it once more, by hand, from the headers of the exports.
"""

from __future__ import annotations

import csv
import random
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import needs_shared
from tests.ingest.exports.mapping import CODE, ID, XSD, Result, Statements, datatype, last, map_exports, value
from tests.product import copy_data

OLD, NEW = "ogp-2016-11-30", "ogp-2024-07-03"
MID, END = "irm-progress", "irm-end-of-term"

# Country as written -> its area, for the names of the samples.
AREAS = {
    "Argentina": "AR", "Brazil": "BR", "Buenos Aires, Argentina": "AR-C", "Chile": "CL", "Colombia": "CO", "Costa Rica": "CR", "France": "FR", "Ghana": "GH",
    "Greece": "GR", "Indonesia": "ID", "Jalisco, Mexico": "MX-JAL", "Kosovo": "XK", "Mexico": "MX", "Morocco": "MA", "Norway": "NO", "Papua New Guinea": "PG",
    "Philippines": "PH", "Scotland, United Kingdom": "GB-SCT", "South Africa": "ZA", "Spain": "ES", "UK": "GB", "Ukraine": "UA", "United Kingdom": "GB",
    "United States": "US", "USA": "US", "US": "US",
}  # fmt: skip

# Rating columns -> dimension and report.
_VALUES = ("relevance-access-to-information", "relevance-civic-participation", "relevance-public-accountability", "relevance-technology")
RATINGS = {
    OLD: {
        "PoC Specified? (Delete?)": ("contact-point", ""), "Specificity": ("specificity", ""),
        **dict(zip(("Value -Info", "Value -Part", "Value -Acc", "Value -Tech"), ((name, "") for name in _VALUES), strict=True)),
        "Potential impact": ("potential-impact", ""), "Completion (progress report)": ("completion", MID), "Completion (end of term)": ("completion", END),
        "Change in completion": ("completion-change", END), "Did it open government (end of term only)": ("open-government", END),
        "Starred (pre-June 2014 assessments)": ("starred", MID), "Starred (2015 only)": ("starred", MID),
        "Starred (current formula) progress report": ("starred", MID), "Starred (current formula) end of term": ("starred", END),
    },
    NEW: {
        "Specificity": ("specificity", ""), "Verifiable": ("verifiability", ""),
        "OGP Value Access To Information": (_VALUES[0], ""), "OGP Value Civic Participation": (_VALUES[1], ""), "OGP Value Public Accountability": (_VALUES[2], ""),
        "OGP Value Technology": (_VALUES[3], ""), "Potential Impact": ("potential-impact", ""), "Potential for Results": ("potential-impact", ""),
        "Completion (Progress Report)": ("completion", MID), "Completion (End Of Term)": ("completion", END), "Change In Completion": ("completion-change", END),
        "Early Results": ("early-results", ""), "Did It Open Government (Overall)": ("open-government", ""),
        "Did It Open Government (Access To Information)": ("open-government-access-to-information", ""),
        "Did It Open Government (Civic Participation)": ("open-government-civic-participation", ""),
        "Did It Open Government: Public Accountability": ("open-government-public-accountability", ""),
        "Starred (2015 Only)": ("starred", MID),
        "Starred (Current Formula) Progress Report": ("starred", MID), "Starred (Current Formula) End of Term": ("starred", END),
        "Carried Forward": ("carried-forward", ""),
    },
}  # fmt: skip
NUMBERS = {  # their columns of numbers
    OLD: ("_Specificity", "_Pot Impact Coded", "_CompletionProgress", "_CompletionEndTerm", "_ChangeCompletion", "_OpenGovt"),
    NEW: (
        "_Specificity", "_Potential Impact", "_Potential for Results", "_CompletionProgress", "_CompletionEndTerm", "_ChangeCompletion", "_Early Results",
        "_OpenGovernment", "_DIOGATI", "_DIOGCP", "_DIOGPA",
    ),
}  # fmt: skip
# Columns from the first to the last policy area, with working groups and grand challenges.
TAGS = {OLD: ("Anti-corruption", "GC-SafComm"), NEW: ("Anti-Corruption and Integrity", "Money in Politics")}
IGNORED = {
    OLD: {"Contact Name", "Contact Position", "Contact Email", "Contact Telephone", *(f"({number})" for number in range(99, 109))},
    NEW: {"Updated? (Website)", "Active Commitment", "id"},
}
DERIVED = {
    OLD: {"Comm Dummy", "Checksum", "_Relevant"},
    NEW: {
        "Region", "National Or Local", "Commitment Dummy", "_Relevant", "Action Plan Duration (Years)", "Most Recently Assessed", "Star - Most Recently Assessed",
        "Max star", "Ambition Assessed", "Comp Assessed", "DIOG Assessed", "Midterm Only", "Max Completion", "Raw Completion", "High Completion", "High Ambition",
        "High DIOG", "Ambitious and complete, or DIOG", "Ambitious but not complete", "Complete but not ambitious", "Not complete or ambitious", "Not reviewed",
        "CHECKSUM", "IRM-Based Score", "Binding constraint", "Latest IRM Report", "Subnational in NAPs",
    },
}  # fmt: skip
ABSENT = {
    "NR": "notReviewed", "ND": "noData", "NA": "notApplicable", "N/A": "notApplicable", "Not Applicable": "notApplicable", "Not Specified": "notSpecified",
    "Not specified": "notSpecified", "None Specified": "noneSpecified", "None specified": "noneSpecified", "Unclear": "unclear",
}  # fmt: skip
LABELLED = {"Unclear"}  # absence codes that are verdicts where a rating column has them


@dataclass
class Export:
    """One sample as the csv module reads it."""

    key: str
    path: Path
    above: list[list[str]]
    header: list[str]  # as written
    names: list[str]  # an empty header by its position
    rows: list[dict[str, str]]

    @property
    def country(self) -> str:
        return "Country" if self.key == OLD else "Country/Locality"

    @property
    def plan(self) -> str:
        return "Action Plan Number"

    @property
    def tags(self) -> list[str]:
        first, final = (self.names.index(name) for name in TAGS[self.key])
        others = {*RATINGS[self.key], *NUMBERS[self.key], *DERIVED[self.key], "Compound", "Cluster"}
        return [name for name in self.names[first : final + 1] if name not in others]

    def column(self, name: str) -> list[str]:
        return [row[name].strip() for row in self.rows]


def read(key: str, path: Path, header_row: int) -> Export:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.reader(stream))
    header = lines[header_row - 1]
    names = [name or f"({position})" for position, name in enumerate(header, start=1)]
    assert len(set(names)) == len(names)
    return Export(key, path, lines[: header_row - 1], header, names, [dict(zip(names, line, strict=True)) for line in lines[header_row:]])


@pytest.fixture(scope="module")
def exports() -> dict[str, Export]:
    return {
        OLD: read(OLD, needs_shared("data/ship/ogp_irm_2016_live__founding8.csv"), 2),
        NEW: read(NEW, needs_shared("data/ship/ogp_commitments_2024__sample.csv"), 1),
    }


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository's data; read it, never change it."""
    return copy_data(tmp_path_factory.mktemp("real") / "data")


@pytest.fixture(scope="module")
def result(exports: dict[str, Export], data: Path) -> Result:
    return map_exports(data, *(f"{key}={export.path}" for key, export in exports.items()))


@pytest.fixture(params=[OLD, NEW])
def one(request: pytest.FixtureRequest, exports: dict[str, Export]) -> Export:
    return exports[request.param]


# -- counts -------------------------------------------------------------------------------------------------------


def test_the_samples_are_those_that_these_tests_know(exports: dict[str, Export]) -> None:
    assert [(len(export.rows), len(export.names)) for export in exports.values()] == [(394, 108), (58, 171)]
    for key, export in exports.items():
        known = {*RATINGS[key], *NUMBERS[key], *IGNORED[key], *DERIVED[key], *export.tags}
        assert known <= set(export.names), known - set(export.names)


def test_commitments_of_each_country_and_plan(one: Export, result: Result) -> None:
    expected = Counter((AREAS[row[one.country].strip()], row[one.plan].strip()) for row in one.rows)
    graph = result[one.key]
    found: Counter[tuple[str, str]] = Counter()
    for commitment in graph.instances("Commitment"):
        plan = graph.one(commitment, "dct:isPartOf")
        found[last(graph.one(plan, "ogcm:jurisdiction")), value(graph.one(plan, "ogcm:number"))] += 1
    assert found == expected


def test_the_view_has_them_too_and_each_in_one_plan(exports: dict[str, Export], result: Result) -> None:
    view = result.view
    both = set()
    for key in exports:
        both |= set(result[key].instances("Commitment"))
    assert both <= set(view.instances("Commitment"))
    for commitment in both:
        view.one(commitment, "dct:isPartOf")
        assert view.objects(commitment, "rdfs:label"), commitment
    # Seven rows of 2024 are rows of 2016, too.
    assert len(both) == 394 + 58 - 7


def label_code(cell: str) -> str:
    bare = re.sub(r"^[a-d]\. ", "", cell.strip()).lower()
    return {"1": "yes", "0": "no", "completed": "complete", "worsens": "worsened", "no early results to report yet": "no-results-yet"}.get(bare, bare.replace(" ", "-"))


def is_rating(cell: str) -> bool:
    return bool(cell) and (cell not in ABSENT or cell in LABELLED)


def test_ratings_of_each_column_and_label(one: Export, result: Result) -> None:
    expected: Counter[tuple[str, str, str, str]] = Counter()
    for column, (dimension, report) in RATINGS[one.key].items():
        expected.update((dimension, report, cell, label_code(cell)) for cell in one.column(column) if is_rating(cell))
    found: Counter[tuple[str, str, str, str]] = Counter()
    graph = result[one.key]
    for node in graph.instances("Assessment"):
        report = graph.objects(node, "ogcm:report")
        kind = last(graph.one(report[0], "ogcm:reportType")) if report else ""
        found[last(graph.one(node, "ogcm:dimension")), kind, value(graph.one(node, "ogcm:ratingAsWritten")), last(graph.one(node, "ogcm:verdict"))] += 1
    assert found == expected
    assert sum(found.values()) > 500


def test_no_assessment_says_two_things(one: Export, result: Result) -> None:
    graph = result[one.key]
    seen = Counter()
    for node in graph.instances("Assessment"):
        for name in ("ogcm:target", "ogcm:dimension", "ogcm:verdict", "ogcm:ratingAsWritten", "ogcm:statedIn"):
            graph.one(node, name)
        rest = tuple(tuple(graph.objects(node, name)) for name in ("ogcm:target", "ogcm:dimension", "ogcm:methodVersion", "ogcm:report"))
        seen[rest] += 1
    assert max(seen.values()) == 1


def test_stars_of_each_formula(exports: dict[str, Export], result: Result) -> None:
    current = ("Starred (current formula) progress report", "Starred (current formula) end of term")
    formulas = {
        OLD: {"Starred (pre-June 2014 assessments)": "star-2011", "Starred (2015 only)": "star-2015", **dict.fromkeys(current, "star-current")},
        NEW: {"Starred (2015 Only)": "star-2015", "Starred (Current Formula) Progress Report": "star-current", "Starred (Current Formula) End of Term": "star-current"},
    }
    for key, columns in formulas.items():
        expected = Counter((method, cell) for column, method in columns.items() for cell in exports[key].column(column) if is_rating(cell))
        graph = result[key]
        found = Counter(
            (last(graph.one(node, "ogcm:methodVersion")), value(graph.one(node, "ogcm:ratingAsWritten")))
            for node in graph.instances("Assessment")
            if last(graph.one(node, "ogcm:dimension")) == "starred"
        )
        assert found == expected and found


def test_none_is_a_rating_of_specificity_and_potential_impact(exports: dict[str, Export], result: Result) -> None:
    for key, column, dimension in ((OLD, "Specificity", "specificity"), (OLD, "Potential impact", "potential-impact"), (NEW, "Potential Impact", "potential-impact")):
        graph = result[key]
        nodes = [node for node in graph.instances("Assessment") if last(graph.one(node, "ogcm:dimension")) == dimension]
        found = [node for node in nodes if value(graph.one(node, "ogcm:ratingAsWritten")) == "None"]
        assert len(found) == exports[key].column(column).count("None")
        assert all(last(graph.one(node, "ogcm:verdict")) == "none" for node in found)
        assert not any(column in graph.values(passage, "ogcm:noneSpecified") for passage in graph.instances("Passage"))
    assert exports[OLD].column("Specificity").count("None") == 5


WORKING_GROUPS = {
    "ODWG": "open-data",
    "FOWG": "fiscal-openness",
    "LOWG": "legislative-openness",
    "ATWG": "access-to-information",
    "ONRWG": "openness-in-natural-resources",
}
CHALLENGES = {
    "GC-PubInt": "increasing-public-integrity", "GC-PubRes": "more-effectively-managing-public-resources", "GC-PubSvc": "improving-public-services",
    "GC-CorpAcc": "increasing-corporate-accountability", "GC-SafComm": "creating-safer-communities",
}  # fmt: skip


def concept(key: str, column: str) -> str:
    if column in WORKING_GROUPS:
        return f"ogp-working-group/{WORKING_GROUPS[column]}"
    if column in CHALLENGES:
        return f"ogp-grand-challenge/{CHALLENGES[column]}"
    return f"ogp-policy-area-{key[4:8]}/" + re.sub(r"[^a-z0-9]+", "-", column.lower()).strip("-")


def test_policy_areas_are_what_says_one(one: Export, result: Result) -> None:
    graph = result[one.key]
    expected = {concept(one.key, column): count for column in one.tags if (count := one.column(column).count("1"))}
    found = Counter(value(term).removeprefix(CODE) for commitment in graph.instances("Commitment") for term in graph.objects(commitment, "dct:subject"))
    assert found == expected
    assert sum(found.values()) > 200


# -- absence ------------------------------------------------------------------------------------------------------


def test_absence_codes_stay_apart(one: Export, result: Result) -> None:
    """Per column and code; a column that is not published says nothing of what is missing in it."""
    expected: Counter[tuple[str, str]] = Counter()
    silent = IGNORED[one.key] | DERIVED[one.key]
    for column in one.names:
        if column in silent:
            continue
        for cell in one.column(column):
            if cell in ABSENT and not (cell in LABELLED and column in RATINGS[one.key]):
                expected[column, ABSENT[cell]] += 1
    graph = result[one.key]
    found = Counter((column, name) for passage in graph.instances("Passage") for name in sorted(set(ABSENT.values())) for column in graph.values(passage, f"ogcm:{name}"))
    assert found == expected
    assert len({name for _, name in found}) >= 4


def test_nothing_that_is_absent_became_text(one: Export, result: Result) -> None:
    graph = result[one.key]
    absent = {"NR", "ND", "NA", "N/A", "Not Applicable", "Not Specified", "None Specified", "#NAME?"}
    for subject in (*graph.instances("Commitment"), *graph.instances("Assessment"), *graph.instances("ActionPlan")):
        for predicate, terms in graph.of[subject].items():
            assert not absent.intersection(map(value, terms)), (subject, predicate)


# -- the account --------------------------------------------------------------------------------------------------


def test_the_account_adds_up(one: Export, result: Result) -> None:
    account = result.account(one.key)
    assert account["rows"] + account["rows_quarantined"] + account["rows_blank"] == len(one.rows)
    assert account["cells"] == len(one.rows) * len(one.names)
    assert account["cells"] == sum(account[name] for name in ("empty", "mapped", "absence", "ignored", "derived", "quarantined"))
    cells = [(column, row[column].strip()) for row in one.rows for column in one.names]
    assert account["empty"] == sum(1 for _, text in cells if not text)
    assert account["ignored"] == sum(1 for column, text in cells if text and column in IGNORED[one.key])
    numbers = set(NUMBERS[one.key])
    derived = sum(1 for column, text in cells if text and (column in DERIVED[one.key] or (column in numbers and text not in ABSENT)))
    aside = sum(int(entry["cells"]) for entry in result.quarantine if entry["file"].endswith(one.path.name))
    in_numbers = sum(int(entry["cells"]) for entry in result.quarantine if entry["file"].endswith(one.path.name) and entry["column"] in numbers)
    assert account["quarantined"] == aside
    assert account["derived"] == derived - in_numbers


def test_each_text_of_a_row_is_found_in_the_graph(one: Export, result: Result) -> None:
    """Texts that need no repair stand in the graph as they are written, blanks folded."""
    graph = result[one.key]
    said = {" ".join(value(term).split()) for subject in graph.of.values() for terms in subject.values() for term in terms}
    missing: Counter[str] = Counter()
    asked = 0
    for column in ("Commitment Title", "Short Title", "Full Text", "Theme", "Start Date", "End Date"):
        for cell in one.column(column):
            if not cell or cell in ABSENT or not re.fullmatch(r"[\x20-\x7e\n]+", cell) or re.search(r"[<&@]", cell):
                continue
            asked += 1
            if " ".join(cell.split()) not in said:
                missing[column, cell] += 1
    aside = Counter((entry["column"], entry["found"]) for entry in result.quarantine if entry["file"].endswith(one.path.name) and entry["cells"] != "0")
    assert asked > 100
    assert missing == Counter({key: count for key, count in aside.items() if key[0] in ("Start Date", "End Date")})


def test_the_year_of_each_report_is_said(one: Export, result: Result) -> None:
    graph = result[one.key]
    headers = {name.lower(): name for name in one.names}
    for kind, words in ((MID, "progress report"), (END, "end of term")):
        column = headers[f"report publication year ({words})"]
        years: dict[tuple[str, str], set[str]] = defaultdict(set)
        for row in one.rows:
            if re.fullmatch(r"20\d\d", row[column].strip()):
                years[AREAS[row[one.country].strip()], row[one.plan].strip()].add(row[column].strip())
        found: dict[tuple[str, str], set[str]] = {}
        for report in graph.instances("AssessmentReport"):
            if last(graph.one(report, "ogcm:reportType")) == kind and graph.objects(report, "dct:issued"):
                plan = graph.one(report, "ogcm:forPlan")
                found[last(graph.one(plan, "ogcm:jurisdiction")), value(graph.one(plan, "ogcm:number"))] = set(graph.values(report, "dct:issued"))
        assert {plan: said for plan, said in years.items() if len(said) == 1} == {plan: said for plan, said in found.items() if len(years[plan]) == 1}


# -- dates and persons --------------------------------------------------------------------------------------------


def test_no_date_lies_outside_the_partnership(result: Result) -> None:
    kinds = {f"{XSD}{name}" for name in ("date", "gYear", "gYearMonth", "dateTime")}
    seen = 0
    for key in (OLD, NEW, ""):
        for subject, said in result[key].of.items():
            for predicate, terms in said.items():
                for term in terms:
                    if datatype(term) in kinds:
                        seen += 1
                        assert 2005 <= int(value(term)[:4]) <= 2035, (subject, predicate, term)
    assert seen > 300


ADDRESS = re.compile(r"[A-Za-z0-9_%+-]\s?@\s?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")


def test_no_address_of_a_person_is_anywhere(result: Result) -> None:
    assert ADDRESS.search("escriba a ana.perez@example.org, por favor")
    for where, text in result.everything():
        found = ADDRESS.search(text)
        assert found is None, (where, found)


def test_contact_columns_are_nowhere(exports: dict[str, Export], result: Result) -> None:
    people = {cell for column in ("Contact Name", "Contact Email", "Contact Telephone") for cell in exports[OLD].column(column)}
    people -= {*ABSENT, "None", "", "0", "1"}
    people = {cell for cell in people if len(cell) > 8}
    graph = result[OLD]
    said = {value(term) for subject in graph.of.values() for terms in subject.values() for term in terms}
    assert not people & said


# -- places -------------------------------------------------------------------------------------------------------


def row_of(export: Export, outside_id: str) -> dict[str, str]:
    found = [row for row in export.rows if row["Commitment Unique Identifier"].strip() == outside_id]
    assert len(found) == 1
    return found[0]


def by_id(graph: Statements, outside_id: str) -> str:
    found = [subject for subject in graph.where("dct:identifier", outside_id) if subject.startswith(f"{ID}commitment/")]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(("outside_id", "area", "country"), [("MO0019", "MA", None), ("JAL0008", "MX-JAL", "MX")])
def test_prefixes_of_ids_are_not_codes_of_countries(outside_id: str, area: str, country: str | None, exports: dict[str, Export], result: Result) -> None:
    row_of(exports[NEW], outside_id)
    for graph in (result[NEW], result.view):
        plan = graph.one(by_id(graph, outside_id), "dct:isPartOf")
        assert graph.one(plan, "ogcm:jurisdiction") == f"{ID}area/{area}>"
    parts = result.view.objects(f"area/{area}", "dct:isPartOf")
    assert parts == ([f"{ID}area/{country}>"] if country else [])


def test_every_id_of_ogp_is_an_alias(exports: dict[str, Export], result: Result) -> None:
    graph = result[NEW]
    found = {text for commitment in graph.instances("Commitment") for text in graph.values(commitment, "dct:identifier")}
    assert found == set(exports[NEW].column("Commitment Unique Identifier"))
    plans = {text for plan in graph.instances("ActionPlan") for text in graph.values(plan, "dct:identifier")}
    assert plans == set(exports[NEW].column("Action Plan ID"))


# -- the same again -----------------------------------------------------------------------------------------------


def uris_of(graph: Statements) -> dict[str, set[str]]:
    return {name: set(graph.instances(name)) for name in ("Commitment", "Passage", "ActionPlan", "Assessment", "AssessmentReport", "Responsibility")}


def shuffled(export: Export, target: Path, seed: int) -> Path:
    """The export with its rows in another order, written by another program: other quotes, other line ends."""
    rows = [list(row.values()) for row in export.rows]
    random.Random(seed).shuffle(rows)
    with target.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([*export.above, export.header, *rows])
    return target


def passages_of(graph: Statements) -> dict[str, str]:
    """passage -> the commitment that it states."""
    return {graph.one(commitment, "ogcm:statedIn"): commitment for commitment in graph.instances("Commitment")}


def test_two_runs_are_identical(exports: dict[str, Export], data: Path, result: Result) -> None:
    again = map_exports(data, *(f"{key}={export.path}" for key, export in reversed(exports.items())))
    first, second = result.bytes(), again.bytes()
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []
    assert result.mapped.build.registry.serialized() == again.mapped.build.registry.serialized()


@pytest.fixture(scope="module")
def moved(exports: dict[str, Export], tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("moved")
    return [f"{key}={shuffled(export, folder / f'{key}.csv', seed)}" for seed, (key, export) in enumerate(exports.items(), start=7)]


def same_addresses(before: Result, after: Result) -> None:
    for key in (OLD, NEW):
        assert uris_of(before[key]) == uris_of(after[key])
        assert passages_of(before[key]) == passages_of(after[key])


def test_rows_that_moved_keep_their_addresses(moved: list[str], data: Path, result: Result) -> None:
    same_addresses(result, map_exports(data, *moved))


def test_they_keep_them_with_the_registry_of_an_earlier_run(moved: list[str], result: Result, tmp_path: Path) -> None:
    later = copy_data(tmp_path / "data")
    result.keep_identifiers(later)
    before = result.mapped.build.registry.minted()
    after = map_exports(later, *moved)
    same_addresses(result, after)
    assert after.mapped.build.registry.minted() == before
    rules = after.mapped.build.quality.source(OLD).identity
    assert rules["new"] == 0, rules


# Row of 2024 -> plan, and how the 2016 row's title begins.
KNOWN = {
    "ID0041": "Indonesia", "UK0051": "UK", "UK0059": "UK", "UK0062": "UK", "NO0036": "Norway", "US0005": "United States", "US0017": "United States",
}  # fmt: skip


def words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]{4,}", re.sub(r"<[^>]*>", " ", text.lower())))


def test_a_newer_edition_finds_what_the_older_one_described(exports: dict[str, Export], tmp_path: Path) -> None:
    own = copy_data(tmp_path / "data")
    first = map_exports(own, f"{OLD}={exports[OLD].path}")
    first.keep_identifiers(own)
    second = map_exports(own, f"{NEW}={exports[NEW].path}", withdraw=True)
    old, new = first[OLD], second[NEW]
    described = {value(old.one(commitment, "dct:title")) if old.objects(commitment, "dct:title") else "": commitment for commitment in old.instances("Commitment")}
    again = set(new.instances("Commitment")) & set(old.instances("Commitment"))
    assert {text for commitment in again for text in new.values(commitment, "dct:identifier")} == set(KNOWN)
    for outside_id in KNOWN:
        row = row_of(exports[NEW], outside_id)
        commitment = by_id(new, outside_id)
        # By our own count, the row of 2016 in the same plan whose text is most like it.
        area, plan = AREAS[row["Country/Locality"].strip()], row["Action Plan Number"].strip()
        rows = [other for other in exports[OLD].rows if AREAS[other["Country"].strip()] == area and other["Action Plan Number"].strip() == plan]
        mine = words(row["Commitment Title"]) | words(row["Full Text"])
        best = max(rows, key=lambda other: len(mine & (both := words(other["Commitment Title"]) | words(other["Full Text"]))) / len(mine | both))
        title = next(text for text in described if words(text) == words(best["Commitment Title"]))
        assert described[title] == commitment, outside_id
