"""Policy areas, texts and their repair, data of persons, institutions and dates of made-up rows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.ingest.exports.made import LAYOUTS, meaning, row, table, write
from tests.ingest.exports.mapping import CODE, ID, Result, datatype, last, map_exports, value

EDITION = "ogp-2024-07-03"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_flag_is_a_concept_of_its_own(layout: str, reference: Path, tmp_path: Path) -> None:
    """One row per column that says 1, one that says nothing but 0, one that was not reviewed."""
    flags = [(column, f"{entry['scheme']}/{code}") for entry in table(layout)["flags"] for column, code in entry["columns"].items()]
    columns = [column for column, _ in flags]
    rows = [row("Chile", "1", str(number), f"{number} {column}") | dict.fromkeys(columns, "0") | {column: "1"} for number, column in enumerate(columns, start=1)]
    rows += [row("Chile", "1", "900", "nothing") | dict.fromkeys(columns, "0"), row("Chile", "1", "901", "not reviewed") | dict.fromkeys(columns, "NR")]
    result = map_exports(reference, f"some-2020-01-01={write(tmp_path / 'rows.csv', layout, rows)}")
    graph = result["some-2020-01-01"]
    found = [value(term).removeprefix(CODE) for cells in rows for term in graph.objects(graph.commitment(cells["title"]), "dct:subject")]
    assert found == [code for _, code in flags] and len(set(found)) == len(found)
    assert result.quarantine == []  # an absence code is no fault of a flag
    passages = {title: graph.one(graph.commitment(title), "ogcm:statedIn") for title in ("nothing", "not reviewed")}
    assert graph.values(passages["not reviewed"], "ogcm:notReviewed") == sorted(columns)
    assert graph.values(passages["nothing"], "ogcm:notReviewed") == []


MAIL, ABROAD, NATIONAL = "ana.perez@example.org", "+52 55 5093 5300", "(55) 5093 5300"
CUT = "ana.perez@<br/>example.org"
BULLET = "\uf0b7"


def cells(number: int, title: str, text: str = "", **more: str) -> dict[str, str]:
    return row("Mexico", "7", str(number), title, text, commitment_id=f"MX77{number:02}", **more)


ROWS = [
    cells(1, f"Write to {MAIL}", f"Call {ABROAD} or {NATIONAL}, or write to {MAIL} or to {CUT}.", short_title=f"Ask {MAIL}",
          lead_institution=f"Office of the people {MAIL}", supporting_institution=f"Unit of tests {NATIONAL}; Office {ABROAD}")
    | {"Theme": f"Theme of {MAIL}", "Cluster": f"Cluster {NATIONAL} {MAIL}", "Cluster Commitment ID(s)": MAIL},
    row("Mexico", "7", MAIL, "address for a number", commitment_id="MX7702"),
    row("Mexico", "7", ABROAD, "telephone for a number", commitment_id="MX7703"),
    cells(4, "address in an address", page=f"https://example.org/contact?to={MAIL}"),
    cells(5, "address to write to", page=f"mailto:{MAIL}"),
    cells(6, "dates", start_date=f"ask {MAIL}", end_date=f"call {NATIONAL}"),
    cells(7, "everything else", submitted=MAIL, plan_end=NATIONAL, plan_id=MAIL)
    | {"Aid": MAIL, "Compound": MAIL, "IRM Assessed": ABROAD, "Verifiable": MAIL, "Specificity": "High", "_Specificity": MAIL, "Early Results": "",
       "_Early Results": MAIL,
       "Report Publication Year (Progress Report)": MAIL},
    cells(8, "id") | {"Commitment Unique Identifier": MAIL},
    row(f"{MAIL}, Mexico", "7", "9", "address for a place", commitment_id="MX7709"),
    row(MAIL, "7", "10", "address for a country", jurisdiction_code="MEX"),
    row("Mexico", MAIL, "11", "address for a plan"),
    cells(12, "=cmd|' /C calc'!A0", "=1+1\n@SUM(A1:A9)\n-2+3", short_title="+cmd|' /C calc'!A0"),
    cells(13, "Water<br/>for all &amp; more", f"{BULLET} first<br>{BULLET} second\n\nend", short_title="  two   blanks "),
    cells(14, "<br/>", "<br/>"),
    cells(15, "Of blanks only", "   ", short_title=" \n "),
    cells(16, "A & B < C > D, \"quoted\" \\ and 'so'", "tab\there\nline\r\nline \u0001 control"),
    cells(17, "Right to left \u202eabc\u202c and \u200bzero", "ok"),
    cells(18, "Persons", "ok", lead_institution="Lic. Ana Pérez López", supporting_institution="Instituto Nacional de Pruebas Inventadas"),
    cells(19, "Several bodies", "ok", lead_institution="Ministry of Tests, Ministry of Trials and Agency of Errors"),
    cells(20, "Absent texts", "NR", short_title="ND", lead_institution="Not Specified", supporting_institution="NA", start_date="NR", end_date="ND", page="NR")
    | {"Theme": "None Specified"},
]  # fmt: skip


@pytest.fixture(scope="module")
def result(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Result:
    return map_exports(reference, f"{EDITION}={write(tmp_path_factory.mktemp('texts') / 'rows.csv', 'ogp-2024', ROWS)}")


# -- persons ------------------------------------------------------------------------------------------------------


def test_no_address_and_no_number_is_in_any_output(result: Result) -> None:
    searched = 0
    for where, text in result.everything():
        searched += len(text)
        assert "perez@" not in text and "ana.perez" not in text, where
        assert "ana-perez" not in text, where
        assert "5093" not in text, where
    assert searched > 1_000_000


def test_what_was_hidden_is_counted(result: Result) -> None:
    counted = {(entry["column"], entry["kind"]): entry["places"] for entry in result.quality["sources"][EDITION]["redactions"]}
    expected = {
        ("Commitment Title", "e-mail"): 1, ("Short Title", "e-mail"): 1, ("Full Text", "e-mail"): 2, ("Full Text", "telephone"): 2, ("Theme", "e-mail"): 1,
        ("Cluster", "e-mail"): 1, ("Cluster", "telephone"): 1, ("Cluster Commitment ID(s)", "e-mail"): 1, ("Lead Institution", "e-mail"): 1,
        ("Supporting Institution(s)", "telephone"): 2, ("Commitment Number", "e-mail"): 1, ("Commitment Number", "telephone"): 1, ("URL", "e-mail"): 1,
        ("Start Date", "e-mail"): 1,
    }  # fmt: skip
    assert {key: counted.get(key) for key in expected} == expected
    assert "e-mail" in result.reports["quality.en.txt"].decode()


def test_a_text_says_where_something_was_hidden(result: Result) -> None:
    graph = result[EDITION]
    commitment = "commitment/MX-7-01"
    assert graph.values(commitment, "dct:title") == ["Write to [redacted: e-mail]"]
    (text,) = graph.values(commitment, "dct:description")
    assert text.startswith("Call [redacted: telephone] or [redacted: telephone], or write to [redacted: e-mail] or to ") and text.endswith(".")


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [("3", "Commitment Number", "number"), ("4", "Commitment Number", "number"), ("5", "URL", "iri"), ("6", "URL", "iri"), ("7", "Start Date", "date"),
     ("7", "End Date", "date"), ("8", "Aid", "flag"), ("8", "Compound", "boolean"), ("8", "Verifiable", "unknown-label"), ("8", "_Specificity", "label-and-number"),
     ("8", "_Early Results", "number-without-label"), ("8", "Year Of Submission", "plan-fact"), ("9", "Commitment Unique Identifier", "ogp-id"),
     ("10", "Country/Locality", "unknown-place"), ("11", "Country/Locality", "unknown-place"), ("12", "Action Plan Number", "plan-number")],
)  # fmt: skip
def test_where_no_text_can_stand_the_cell_is_set_aside(result: Result, row: str, column: str, code: str) -> None:
    found = [text for number, name, text in result.aside(code) if (number, name) == (row, column)]
    assert len(found) == 1 and re.search(r"\[redacted: (e-mail|telephone)\]", found[0])


def test_a_person_is_withheld_and_a_body_is_not(result: Result) -> None:
    graph = result[EDITION]
    assert graph.values("commitment/MX-7-18", "ogcm:leadInstitutionText") == []
    assert graph.values("commitment/MX-7-18", "ogcm:supportingInstitutionText") == ["Instituto Nacional de Pruebas Inventadas"]
    assert [(row, column) for row, column, _ in result.aside("person")] == [("19", "Lead Institution")]
    for where, text in result.everything():
        assert "Pérez López" not in text and "P\\u00E9rez L" not in text, where


def test_several_bodies_stay_one_text_and_go_to_the_curator(result: Result) -> None:
    graph = result[EDITION]
    assert graph.values("commitment/MX-7-19", "ogcm:leadInstitutionText") == ["Ministry of Tests, Ministry of Trials and Agency of Errors"]
    assert ("20", "Lead Institution") in [(row, column) for row, column, _ in result.aside("several-bodies")]
    review = result.reports["institutions-review.csv"].decode()
    assert "Ministry of Trials" in review and "Instituto Nacional de Pruebas Inventadas" in review


# -- texts --------------------------------------------------------------------------------------------------------


def test_formulas_stay_as_they_are(result: Result) -> None:
    graph = result[EDITION]
    assert graph.values("commitment/MX-7-12", "dct:title") == ["=cmd|' /C calc'!A0"]
    assert graph.values("commitment/MX-7-12", "ogcm:shortTitle") == ["+cmd|' /C calc'!A0"]
    assert graph.values("commitment/MX-7-12", "dct:description") == ["=1+1\n@SUM(A1:A9)\n-2+3"]
    assert not any("AsWritten" in predicate for predicate in graph.of[f"{ID}commitment/MX-7-12>"])


def test_what_is_repaired_keeps_the_original(result: Result) -> None:
    graph = result[EDITION]
    assert graph.values("commitment/MX-7-13", "dct:title") == ["Water for all & more"]
    assert graph.values("commitment/MX-7-13", "ogcm:shortTitle") == ["two blanks"]
    assert graph.values("commitment/MX-7-13", "dct:description") == ["• first\n• second\n\nend"]
    assert graph.values("commitment/MX-7-13", "ogcm:titleAsWritten") == ["Water<br/>for all &amp; more"]
    assert len(graph.values("commitment/MX-7-13", "ogcm:descriptionAsWritten")) == 1
    assert graph.values("commitment/MX-7-13", "ogcm:textAsWritten") == []  # each original says of which text it is
    repairs = result.quality["sources"][EDITION]["repairs"]
    assert repairs["html-break"] == 5 and repairs["bullet"] == 1  # the address that a break cut in two, and two cells of nothing else


def test_a_cell_of_markup_alone_is_no_text(result: Result) -> None:
    graph = result[EDITION]
    commitment = "commitment/MX-7-14"
    assert graph.values(commitment, "dct:title") == graph.values(commitment, "dct:description") == []
    assert graph.values(commitment, "ogcm:titleAsWritten") == ["<br/>"]
    assert graph.values(commitment, "rdfs:label") == ["Commitment 14 (MX-7)", "Compromiso 14 (MX-7)"]
    for subject, said in graph.of.items():
        assert not any(value(term) == "" for terms in said.values() for term in terms), subject


def test_cells_of_blanks_are_empty(result: Result) -> None:
    graph = result[EDITION]
    assert graph.values("commitment/MX-7-15", "dct:description") == graph.values("commitment/MX-7-15", "ogcm:shortTitle") == []


def test_signs_of_every_syntax_survive(result: Result) -> None:
    graph = result[EDITION]
    assert graph.values("commitment/MX-7-16", "dct:title") == ["A & B < C > D, \"quoted\" \\ and 'so'"]
    (text,) = graph.values("commitment/MX-7-16", "dct:description")
    assert text.startswith("tab\there\nline\n") and "\x01" not in text


def test_a_language_is_a_tag_or_nothing(result: Result, reference: Path, tmp_path: Path) -> None:
    spanish = "La Secretaría publicará en su portal los datos abiertos del presupuesto para que la ciudadanía pueda consultarlos y descargarlos cada mes."
    english = "The ministry will publish the data of its budget on a public website so that every citizen is able to read and download them each month."
    rows = [row("Chile", "1", "1", "uno", spanish), row("Chile", "1", "2", "two", english), row("Chile", "1", "3", "x", "2014 - 2016 / 17")]
    graph = map_exports(reference, f"{EDITION}={write(tmp_path / 'rows.csv', 'ogp-2016', rows)}")[EDITION]
    tags = {number: [term.rpartition('"')[2] for term in graph.objects(f"commitment/CL-1-0{number}", "dct:description")] for number in (1, 2, 3)}
    assert tags == {1: ["@es"], 2: ["@en"], 3: [""]}
    languages = result.quality["sources"][EDITION]["languages"]
    assert set(languages) == {"Commitment Title", "Short Title", "Full Text"}
    assert sum(languages["Full Text"]["confidence"].values()) == sum(languages["Full Text"]["tagged"].values()) + sum(languages["Full Text"]["untagged"].values())


def test_the_long_texts_of_a_file_say_what_its_titles_are_in(reference: Path, tmp_path: Path) -> None:
    title, english = "Open Congress Action Plan", "The ministry will publish the data of its budget on a public website so that every citizen is able to read them. "
    rows = [row("Kenya", "1", str(number), f"{title} {number}", f"{english * 2}Part {number}.") for number in range(1, 31)]
    alone = [row("Kenya", "1", str(number), f"{title} {number}") for number in range(1, 31)]
    tags = []
    for name, edition in (("among", rows), ("moved", rows[::-1]), ("alone", alone)):
        result = map_exports(reference, f"{EDITION}={write(tmp_path / f'{name}.csv', 'ogp-2016', edition)}")
        tags.append({term.rpartition('"')[2] for term in result[EDITION].objects("commitment/KE-1-07", "dct:title")})
        found = result.quality["sources"][EDITION]
        assert found["languages_of_long_texts"] == ({} if name == "alone" else {"en": 30})
    assert tags == [{"@en"}, {"@en"}, {""}]


def test_what_is_absent_is_said_of_the_row(result: Result) -> None:
    graph = result[EDITION]
    said = graph.of[f"{ID}commitment/MX-7-20>"]
    assert {last(name) for name in said} == {
        "22-rdf-syntax-ns#type",
        "rdf-schema#label",
        "title",
        "def#number",
        "def#position",
        "isPartOf",
        "def#statedIn",
        "identifier",
        "adms#identifier",
    }
    passage = graph.one("commitment/MX-7-20", "ogcm:statedIn")
    assert graph.values(passage, "ogcm:notReviewed") == ["Full Text", "Start Date", "URL"]
    assert graph.values(passage, "ogcm:noData") == ["End Date", "Short Title"]
    assert graph.values(passage, "ogcm:notSpecified") == ["Lead Institution"]
    assert graph.values(passage, "ogcm:notApplicable") == ["Supporting Institution(s)"]
    assert graph.values(passage, "ogcm:noneSpecified") == ["Theme"]


def test_the_account_balances(result: Result) -> None:
    account = result.account(EDITION)
    assert account["cells"] == len(ROWS) * 171 == sum(account[name] for name in ("empty", "mapped", "absence", "ignored", "derived", "quarantined"))
    assert account["quarantined"] == sum(int(entry["cells"]) for entry in result.quarantine)
    assert account["absence"] == 8


def test_a_flag_is_one_or_nothing(reference: Path, tmp_path: Path) -> None:
    cells = {"Aid": " 1", "Energy": "1.0", "Tax": "TRUE", "Lobbying": "False", "Debt": "ND", "Youth": "0", "Gender": "1", "Justice": "-1"}
    result = map_exports(reference, f"{EDITION}={write(tmp_path / 'rows.csv', 'ogp-2024', [row('Chile', '2', '7', 'Flags') | cells])}")
    assert [last(term) for term in result[EDITION].objects("commitment/CL-2-07", "dct:subject")] == ["aid", "energy", "gender", "tax"]
    assert sorted((column, found) for _, column, found in result.aside("flag")) == [("Justice", "-1")]
    assert result[EDITION].values(result[EDITION].one("commitment/CL-2-07", "ogcm:statedIn"), "ogcm:noData") == ["Debt"]


@pytest.mark.parametrize("layout", ["ogp-2015", "ogp-2016"])
def test_contact_columns_are_never_loaded(layout: str, reference: Path, tmp_path: Path) -> None:
    columns = [name for name, why in table(layout)["ignored"].items() if "person" in why.lower()]
    assert len(columns) == 4
    path = write(tmp_path / "rows.csv", layout, [row("Chile", "1", "1", "Contacts") | dict.fromkeys(columns, "Zyxwvut Qponmlk, +56 2 2222 3333")])
    result = map_exports(reference, f"some-2016-01-01={path}")
    for where, text in result.everything():
        assert "Zyxwvut" not in text and "2222 3333" not in text, where
    assert result.account("some-2016-01-01")["ignored"] == 4


# -- dates --------------------------------------------------------------------------------------------------------


def dated(country: str, number: int, start: str, end: str) -> dict[str, str]:
    return row(country, "3", str(number), f"{country} {number}", start_date=start, end_date=end)


DATES = [
    dated("Chile", 1, "15/3/2014", "4/5/2015"),  # the first proves the order of its column's country
    dated("Ghana", 1, "3/15/2014", "4/5/2015"),
    dated("Kenya", 1, "3/4/2014", "2015"),  # nothing proves an order
    dated("Peru", 1, "July 2014", "31/2/2015"),
    dated("Peru", 2, "Underway", "May 2013"),
    dated("Peru", 3, "January 2016", "January 2015"),
    dated("Peru", 4, "1999", "2099"),
]


def test_dates_are_read_by_evidence_and_kept_as_written(reference: Path, tmp_path: Path) -> None:
    result = map_exports(reference, f"{EDITION}={write(tmp_path / 'rows.csv', 'ogp-2016', DATES)}")
    graph = result[EDITION]

    def period(key: str) -> tuple[list[str], list[str]]:
        nodes = graph.objects(f"commitment/{key}", "dct:temporal")
        return [text for node in nodes for text in graph.values(node, "dcat:startDate")], [text for node in nodes for text in graph.values(node, "dcat:endDate")]

    assert period("CL-3-01") == (["2014-03-15"], ["2015-05-04"])
    assert period("GH-3-01") == (["2014-03-15"], ["2015-04-05"])
    assert period("KE-3-01") == (["2014"], ["2015"])
    assert graph.values("commitment/KE-3-01", "ogcm:possibleStartDate") == ["2014-03-04", "2014-04-03"]
    assert period("PE-3-01") == (["2014-07"], [])
    assert graph.values("commitment/PE-3-02", "ogcm:startDateAsWritten") == ["Underway"]
    assert period("PE-3-03") == period("PE-3-04") == ([], [])
    assert graph.values("commitment/PE-3-03", "ogcm:startDateAsWritten") == ["January 2016"]
    assert {(row, column, found) for row, column, found in result.aside("date")} == {
        ("6", "End Date", "31/2/2015"),
        ("9", "Start Date", "1999"),
        ("9", "End Date", "2099"),
    }
    assert sorted((row, column) for row, column, _ in result.aside("dates-reversed")) == [("8", "End Date"), ("8", "Start Date")]
    for subject, said in graph.of.items():
        for term in (term for terms in said.values() for term in terms if datatype(term).endswith(("#date", "#gYear", "#gYearMonth"))):
            assert 2005 <= int(value(term)[:4]) <= 2035, subject


def test_the_layouts_say_what_their_columns_mean() -> None:
    """The helper writes rows by meaning: what it leaves out of a layout must be what the layout does not have."""
    assert set(meaning("ogp-2024")) - set(meaning("ogp-2016")) == {"commitment-id", "jurisdiction-code", "plan-end", "page", "plan-id"}
    assert set(meaning("ogp-2016")) - set(meaning("ogp-2015")) == {"number", "short-title", "submitted"}
