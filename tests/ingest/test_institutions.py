"""Institution cells of exports: sure splits only, roles by contract, no name across countries, no cell lost."""

from __future__ import annotations

import csv
import io
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest import uris
from ingest.authority import Authority, Body, Decision
from ingest.institutions import CellReading, InstitutionReader, InstitutionRules, mixed_scripts, odd_letters, shown
from ingest.review import COLUMNS, Review
from tests.conftest import needs_shared
from tests.ingest.conftest import Data
from tests.ingest.exports import made
from tests.ingest.exports.mapping import map_exports, value

ROLES = {
    "Responsable": "responsible", "Corresponsable": "co-responsible", "Corresponsables": "co-responsible", "Organizaciones corresponsables": "co-responsible",
    "Responsible institution": "responsible", "Lead": "lead", "CSOs": None, "Government": None, "Civil Society": None,
}  # fmt: skip
RULES = InstitutionRules(separators=(";", "•", " / "), roles=ROLES)
BY_LINE = InstitutionRules(separators=(";", "\n"))


@pytest.fixture
def authority() -> Authority:
    found = Authority()
    for key, name, parent, country, spellings, public in [
        ("aa-finance", "Ministry of Finance", None, "AA", ("MoF",), True),
        ("aa-trade", "Ministry of Trade, Industry and Crafts", None, "AA", (), True),
        ("aa-justice", "Ministry of Justice", None, "AA", (), True),
        ("aa-audit", "Audit Office", "aa-finance", "AA", (), True),
        ("aa-river", "River Watch", None, "AA", ("RW",), False),
        ("aa-open", "Open Budget & Law", None, "AA", (), False),
        ("aa-xx-parliament", "Regional Parliament", None, "AA-XX", (), True),
        ("bb-finance", "Ministry of Finance", None, "BB", (), True),
        ("mx-sep", "Secretaría de Educación Pública", None, "MX", ("Secretaría de Educación", "SEP"), True),
        ("mx-fundar", "Fundar", None, "MX", ("IMCO",), False),
        ("int-bank", "World Bank", None, "int", (), True),
    ]:
        assert found.add(Body("org", key, name, parent, country, spellings, public)) is None
    return found


def read(authority: Authority, cell: str, country: str = "AA", rules: InstitutionRules = RULES) -> CellReading:
    return InstitutionReader(authority, rules).read(cell, country, "lead")


def named(reading: CellReading) -> list[tuple[str, str]]:
    return [(role, mention.body.key) for role, mention in reading.mentions]


def keys(reading: CellReading) -> list[str]:
    return [mention.body.key for _, mention in reading.mentions]


def left(reading: CellReading) -> list[tuple[str, str]]:
    return [(item.text, item.kind) for item in reading.unresolved]


# -- splitting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Ministry of Trade, Industry and Crafts", ["aa-trade"]),  # one name
        ("Ministry of<br/>Trade, Industry<br/>and Crafts<br/>", ["aa-trade"]),  # a narrow column
        ("ministry of FINANCE (MoF)", ["aa-finance"]),
        ("Ministry of Finance; Ministry of Justice", ["aa-finance", "aa-justice"]),
        ("Ministry of Finance / Ministry of Justice", ["aa-finance", "aa-justice"]),
        # every part is known
        ("Ministry of Finance, Ministry of Trade, Industry and Crafts and the Ministry of Justice", ["aa-finance", "aa-trade", "aa-justice"]),
        ("Ministry of Finance & Open Budget & Law", ["aa-finance", "aa-open"]),
        ("Ministry of\nFinance\nMinistry of Justice", ["aa-finance", "aa-justice"]),
        ("Ministry of Finance\nMinistry of Justice", ["aa-finance", "aa-justice"]),
        ("World Bank and River Watch", ["int-bank", "aa-river"]),
        # lists
        ("● Ministry of Finance\n● River Watch", ["aa-finance", "aa-river"]),
        ("1. Ministry of Finance\n2. River Watch", ["aa-finance", "aa-river"]),
        ("(a) Ministry of Finance,\n(b) River Watch.", ["aa-finance", "aa-river"]),
        ("- Ministry of Trade,\n  Industry and Crafts\n- River Watch", ["aa-trade", "aa-river"]),
        ("- Ministry of Fin-\n ance\n- River Watch", ["aa-finance", "aa-river"]),
        ("Audit Office, Ministry of Finance", ["aa-audit"]),  # a unit and its parent
    ],
)
def test_what_is_sure_is_split(authority: Authority, cell: str, expected: list[str]) -> None:
    reading = read(authority, cell)
    assert keys(reading) == expected
    assert (reading.literal is None) == bool(expected)


@pytest.mark.parametrize(
    "cell",
    [
        "Ministry of Finance, Bureau of Nobody",  # a part is unknown: it may be a unit, a place or half a name
        "Ministry of Finance and others",
        "Office of Trade, Ministry of Justice",
        "Directorate of River Watch and Ministry of Justice",
        "Ministry of Justice, Audit Office, Ministry of Finance",  # is the parent named for itself?
        "Ministry of Finance - Ministry of Nobody",
        "The group: • Ministry of Finance • River Watch",  # a heading that the contract does not know
        "Actors\n- Ministry of Finance\n- River Watch",
    ],
)
def test_what_is_not_sure_stays_one_text(authority: Authority, cell: str) -> None:
    reading = read(authority, cell)
    assert reading.mentions == ()
    assert [kind for _, kind in left(reading)] == ["several-bodies"]
    assert reading.literal == " ".join(cell.split())
    assert [code for code, *_ in reading.quarantine()] == ["several-bodies"]


def test_known_parts_of_a_declared_split_become_bodies_and_the_text_stays(authority: Authority) -> None:
    reading = read(authority, "Ministry of Finance; Bureau of Nobody; RW")
    assert keys(reading) == ["aa-finance", "aa-river"]
    assert left(reading) == [("Bureau of Nobody", "unknown-name")]
    assert reading.literal == "Ministry of Finance; Bureau of Nobody; RW"
    assert list(reading.quarantine()) == []


def test_a_body_named_twice_answers_once(authority: Authority) -> None:
    reading = read(authority, "MoF; River Watch; Ministry of Finance")
    assert [(role, mention.written) for role, mention in reading.mentions] == [("lead", "MoF"), ("lead", "River Watch")]
    assert named(read(authority, "Lead: MoF\nResponsable: MoF")) == [("lead", "aa-finance"), ("responsible", "aa-finance")]


def test_lines_part_only_where_declared_and_never_inside_a_name(authority: Authority) -> None:
    assert keys(read(authority, "Ministry of Finance\nBureau of Nobody", rules=BY_LINE)) == ["aa-finance"]
    assert keys(read(authority, "Ministry of Finance\nBureau of Nobody")) == []
    for wrapped in ("Association of\nRiver Watch", "Ministry of Finance\nand friends of rivers", "Friends\nRiver Watch", "River Watch\n(a branch)"):
        assert keys(read(authority, wrapped, rules=BY_LINE)) == [], wrapped


def test_a_name_that_holds_a_separator_is_not_parted(authority: Authority) -> None:
    authority.add(Body("org", "aa-pair", "Bread; Roses", None, "AA", (), False))
    assert keys(read(authority, "River Watch; Bread; Roses; Ministry of Justice")) == ["aa-river", "aa-pair", "aa-justice"]


def test_a_cell_beyond_reason_is_not_looked_into(authority: Authority) -> None:
    rules = InstitutionRules(longest=100)
    assert left(read(authority, "Ministry of Finance;" * 6, rules=rules))[0][1] == "several-bodies"
    with_person = read(authority, "Ministry of Finance;" * 6 + "Dr. Ana Pérez", rules=rules)
    assert with_person.withheld and with_person.literal is None  # what names a person stays out, however long


@pytest.mark.parametrize("cell", ["a, " * 6000, "a; " * 6000, "MoF, " * 3000, "RW (b) and " * 1500, "Responsable " * 1500, "(a) x\n" * 3000, "•" * 19000, "-\n" * 9000])
def test_no_cell_takes_long(authority: Authority, cell: str) -> None:
    """The worst of these took 80 s before runs of parts were bounded; each takes a tenth of a second."""
    start = time.process_time()
    reading = read(authority, cell)
    assert time.process_time() - start < 5
    assert reading.mentions or reading.unresolved


# -- roles ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Responsable:<br/>River<br/>Watch<br/>Corresponsable<br/>s: <br/>MoF", [("responsible", "aa-river"), ("co-responsible", "aa-finance")]),
        ("Responsable: RW Corresponsables: MoF", [("responsible", "aa-river"), ("co-responsible", "aa-finance")]),
        ("Responsable:\nRW\nOrganizaciones\ncorresponsables:\nMoF", [("responsible", "aa-river"), ("co-responsible", "aa-finance")]),
        ("RW\nCorresponsables\n: MoF", [("lead", "aa-river"), ("co-responsible", "aa-finance")]),
        ("CSOs: RW, World Bank", [("lead", "aa-river"), ("lead", "int-bank")]),
        ("CSOs:RW", [("lead", "aa-river")]),
        ("Government • MoF • Ministry of Justice \n\nCivil Society • RW", [("lead", "aa-finance"), ("lead", "aa-justice"), ("lead", "aa-river")]),
        ("• Government\n- MoF\n- Ministry of Justice\n• Civil Society\n- RW", [("lead", "aa-finance"), ("lead", "aa-justice"), ("lead", "aa-river")]),
    ],
)
def test_role_words_of_the_contract_assign_roles(authority: Authority, cell: str, expected: list[tuple[str, str]]) -> None:
    reading = read(authority, cell)
    assert named(reading) == expected
    assert reading.literal is None


def test_role_words_mean_nothing_where_the_contract_does_not_list_them(authority: Authority) -> None:
    reading = read(authority, "Responsable: RW", rules=InstitutionRules())
    assert (named(reading), left(reading)) == ([], [("Responsable: RW", "unknown-name")])


def test_a_heading_with_nothing_below_it_is_not_lost(authority: Authority) -> None:
    reading = read(authority, "Responsable: RW\nGovernment")
    assert named(reading) == [("responsible", "aa-river")]
    assert left(reading) == [("Government", "unknown-name")]
    assert left(read(authority, "Civil Society")) == [("Civil Society", "unknown-name")]


# -- countries and areas --------------------------------------------------------------------------------------------


def test_names_never_cross_countries(authority: Authority) -> None:
    assert keys(read(authority, "Ministry of Finance", "BB")) == ["bb-finance"]
    assert keys(read(authority, "River Watch", "BB")) == []
    assert keys(read(authority, "River Watch; Ministry of Finance", "BB")) == ["bb-finance"]
    assert keys(read(authority, "World Bank", "BB")) == ["int-bank"]


def test_a_state_has_its_own_ministries(authority: Authority) -> None:
    assert keys(read(authority, "Regional Parliament", "AA-XX")) == ["aa-xx-parliament"]
    assert keys(read(authority, "Regional Parliament", "AA")) == []
    assert keys(read(authority, "River Watch", "AA-XX")) == ["aa-river"]  # of no government: the name is the country's
    reading = read(authority, "Ministry of Finance", "AA-XX")
    assert (keys(reading), left(reading)) == ([], [("Ministry of Finance", "national-name")])
    assert keys(read(authority, "Regional Parliament, Ministry of Finance", "AA-XX")) == []


# -- persons and look-alikes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        "Dr. Ana Ejemplo",
        "Bureau of Nobody; Hon. Ana Ejemplo, Minister",
        "Diputada Ana Ejemplo Prueba, Bureau of Nobody",
        "• Mr Ejemplo Person, Bureau\n• Another Person, Bureau",
        "Sra. Ejemplo",
        "Minister for Rivers -Hon Ana Ejemplo",
    ],
)
def test_a_cell_that_names_a_person_is_withheld(authority: Authority, cell: str) -> None:
    reading = read(authority, cell)
    assert (reading.mentions, reading.literal, reading.withheld) == ((), None, True)
    entries = list(reading.quarantine())
    assert [code for code, *_ in entries] == ["person"]
    review = Review(authority)
    review.add(reading, "AA", "p1")
    for output in (repr(entries), review.to_csv().decode()):
        assert "Ejemplo" not in output and "Person," not in output
    assert review.summary()["cells-withheld"] == 1


@pytest.mark.parametrize("cell", ["Hon. Cámara de Nadie", "Cámara de Diputados", "Office of the Honorable Senate", "Mixed Markets Board", "Senador de la República"])
def test_offices_and_houses_are_no_persons(authority: Authority, cell: str) -> None:
    assert not read(authority, cell).withheld


def test_a_known_body_named_after_a_person_stays_a_body(authority: Authority) -> None:
    authority.add(Body("org", "aa-fund", "Fund Dr. Example", None, "AA", (), False))
    assert keys(read(authority, "Fund Dr. Example; River Watch")) == ["aa-fund", "aa-river"]


@pytest.mark.parametrize("cell", ["Ministry оf Finance and", "Ministry of Finаnce", "Fundаr"])
def test_letters_of_two_alphabets_match_nobody(authority: Authority, cell: str) -> None:
    assert mixed_scripts("Finаnce") and not mixed_scripts("Міністерство Finance") and not mixed_scripts("Café")
    if mixed_scripts(cell):
        for country in ("AA", "MX"):
            reading = read(authority, cell, country)
            assert (keys(reading), [kind for _, kind in left(reading)]) == ([], ["homoglyph"])
            assert reading.literal == cell
    assert odd_letters("Finаnce") == "а U+0430"


def test_a_whole_name_in_lookalike_letters_is_reported(authority: Authority) -> None:
    assert left(read(authority, "ІМСО", "MX")) == [("ІМСО", "homoglyph")]
    assert left(read(authority, "МОЗ", "MX")) == [("МОЗ", "unknown-name")]


# -- decisions --------------------------------------------------------------------------------------------------------


def test_decisions_count_where_they_were_made(authority: Authority) -> None:
    split = "Finance and Justice Ministries"
    authority.decide("AA", "Treasury", Decision("body", ("aa-finance",)))
    authority.decide("AA", split, Decision("split", ("aa-finance", "aa-justice"), "implementer"))
    authority.decide("AA", "Other agencies, and more", Decision("text-only", ()))
    authority.decide("AA-XX", "Ministry of Finance", Decision("body", ("aa-finance",)))
    assert keys(read(authority, "TREASURY; River Watch")) == ["aa-finance", "aa-river"]
    assert keys(read(authority, "Treasury and River Watch")) == ["aa-finance", "aa-river"]
    assert keys(read(authority, "Treasury", "BB")) == []
    reading = read(authority, f"{split}; RW")
    assert named(reading) == [("implementer", "aa-finance"), ("implementer", "aa-justice"), ("lead", "aa-river")]
    assert [mention.spelling for _, mention in reading.mentions] == [False, False, True]
    text = read(authority, "Other agencies, and more")
    assert (text.literal, text.open, list(text.quarantine())) == ("Other agencies, and more", (), [])
    assert keys(read(authority, "Ministry of Finance", "AA-XX")) == ["aa-finance"]


def test_a_long_text_can_be_decided_on_by_what_the_review_prints(authority: Authority) -> None:
    cell = "Board of a very long name " * 60
    printed = shown(cell)
    assert len(printed) < 700 and shown(printed) == printed and printed != shown(cell + "x")
    authority.decide("AA", printed, Decision("text-only", ()))
    assert read(authority, cell).open == ()


ORGANIZATION = "mx-imco"


def decisions(data: Data, *rows: list[str]) -> None:
    data.write("curated/institutions.csv", [data.rows("curated/institutions.csv")[0], *rows])


def test_the_curated_table_is_used_by_the_build(data: Data) -> None:
    decisions(data, ["1", "MX", "Instituto de los Ejemplos (IMCO)", "body", ORGANIZATION, "", "", "data editor", "Same acronym.", "La misma sigla."])
    mapped = data.map()
    found = mapped.build.authority.find("instituto de los ejemplos IMCO", "MX")
    assert found is not None and found.key == ORGANIZATION
    assert mapped.build.authority.find("Instituto de los Ejemplos (IMCO)", "GT") is None


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["1", "MX", "Un nombre", "body", "", "", "", "data editor", "r", "r"], "decision"),
        (["1", "MX", "Un nombre", "split", "", "mx-imco", "", "data editor", "r", "r"], "decision"),
        (["1", "MX", "Un nombre", "text-only", "mx-imco", "", "", "data editor", "r", "r"], "decision"),
        (["1", "MX", "Un nombre", "body", "mx-nadie", "", "", "data editor", "r", "r"], "unknown-key"),
        (["1", "MX", "Un nombre", "split", "", "mx-imco;mx-nadie", "", "data editor", "r", "r"], "unknown-key"),
        (["1", "MX", "GESOC", "body", "mx-imco", "", "", "data editor", "r", "r"], "ambiguous-name"),
        (["1", "QQ", "Un nombre", "body", "mx-imco", "", "", "data editor", "r", "r"], "unknown-key"),
        (["1", "MX", "Un nombre", "merge", "mx-imco", "", "", "data editor", "r", "r"], "not-in-list"),
        (["1", "MX", "Un nombre", "body", "ogp", "", "", "data editor", "r", "r"], "unknown-key"),
        (["1", "MX", "Un nombre", "split", "", "ogp; mx-imco", "", "data editor", "r", "r"], "unknown-key"),
    ],
)
def test_decisions_that_do_not_fit_stop_the_build(data: Data, row: list[str], code: str) -> None:
    decisions(data, row)
    assert code in [problem.code for problem in data.problems() if problem.file == "curated/institutions.csv"]


@pytest.mark.parametrize(("decision", "org"), [("body", "mx-gesoc"), ("new-body", "mx-gesoc")])
def test_a_decision_may_say_what_the_table_says(data: Data, decision: str, org: str) -> None:
    """Who adds a body because of a text, under that very name, has decided rightly."""
    decisions(data, ["1", "MX", "Gesoc", decision, org, "", "", "data editor", "r", "r"])
    assert data.problems() == []


@pytest.mark.parametrize("row", [["text-only", "", ""], ["split", "", "mx-gesoc; mx-imco"], ["body", "mx-imco", ""]])
def test_a_decision_against_the_table_says_what_to_take_away(data: Data, row: list[str]) -> None:
    decisions(data, ["1", "MX", "Gesoc", *row, "", "data editor", "r", "r"])
    (problem,) = data.problems()
    assert (problem.file, problem.row, problem.column, problem.code) == ("curated/institutions.csv", 2, "as_written", "ambiguous-name")
    assert "mx-gesoc" in problem.message("es") and "take away this row" in problem.message("en")


FOREIGN = {"key": "no-hod", "area": "NO", "name": "Helse- og omsorgsdepartementet", "language": "no"}


@pytest.mark.parametrize(
    ("country", "decision", "org", "parts", "refused"),
    [
        ("DE", "body", "mx-salud", "", {("org", "mx-salud")}),
        ("DE", "new-body", "mx-jal-poder-judicial", "", {("org", "mx-jal-poder-judicial")}),
        ("FR", "split", "", "mx-salud; no-hod; int-undp", {("parts", "mx-salud"), ("parts", "no-hod")}),
        ("NO", "body", "no-hod", "", set()),
        ("MX-JAL", "body", "mx-salud", "", set()),
        ("MX", "split", "", "mx-jal-poder-judicial; mx-salud", set()),
        ("MX-JAL", "split", "", "int-undp; int-irm", set()),
        ("DE", "body", "int-seated", "", set()),
    ],
)
def test_no_decision_crosses_a_border(data: Data, country: str, decision: str, org: str, parts: str, refused: set[tuple[str, str]]) -> None:
    bodies(
        data, FOREIGN, {"key": "int-undp", "class": "ogcm:InternationalOrganisation", "name": "United Nations Development Programme", "language": "en"},
        {"key": "int-seated", "class": "ogcm:InternationalOrganisation", "area": "FR", "name": "OECD", "language": "en"},
    )  # fmt: skip
    decisions(data, ["1", country, "Cour des comptes", decision, org, parts, "", "data editor", "r", "r"])
    problems = data.problems()
    assert {(problem.file, problem.row, problem.code) for problem in problems} <= {("curated/institutions.csv", 2, "other-country")}
    assert {(problem.column, problem.found) for problem in problems} == refused
    assert all(country in problem.message("es") and "border" in problem.message("en") for problem in problems)


def test_a_faulty_row_is_no_second_decision(data: Data) -> None:
    decisions(data, ["1", "MX", "Un nombre", "body", "mx-imco", "", "", "somebody", "r", "r"])
    assert [problem.code for problem in data.problems() if problem.file == "curated/institutions.csv"] == ["not-in-list"]


def test_two_decisions_on_one_text_stop_the_build(data: Data) -> None:
    rest = ["", "", "data editor", "r", "r"]
    decisions(data, ["1", "MX", "Un nombre", "body", "mx-imco", *rest], ["9", "MX", "UN, NOMBRE", "body", "mx-gesoc", *rest])
    (problem,) = data.problems()
    assert (problem.row, problem.column, problem.code) == (3, "as_written", "duplicate-key")
    assert "row 2" in problem.message("en") and "la fila 2" in problem.message("es") and "punctuation" in problem.message("en")


def test_two_spellings_of_one_text_may_be_decided_alike(data: Data) -> None:
    """The review lists both, since they are written differently; who decides each of its rows is not told off."""
    rest = ["", "", "data editor", "r", "r"]
    decisions(data, ["1", "MX", "Un nombre", "body", "mx-imco", *rest], ["2", "MX", "Un: nombre", "body", "mx-imco", *rest])
    assert data.problems() == []


def test_of_an_area_that_nobody_knows_only_that_is_said(data: Data) -> None:
    decisions(data, ["1", "UK", "Un nombre", "body", "mx-imco", "", "", "data editor", "r", "r"])
    assert [(problem.column, problem.code) for problem in data.problems()] == [("country", "unknown-key")]


def test_a_decision_on_a_text_that_no_cell_holds_is_a_remark(data: Data, tmp_path: Path) -> None:
    rest = ["", "", "data editor", "r", "r"]
    decisions(
        data, ["1", "MX", "Oficina de los Ejemplos", "body", ORGANIZATION, *rest], ["2", "MX", "Oficina de otros Ejemplos", "body", ORGANIZATION, *rest],
        ["3", "MX", "Parte conocida", "body", "mx-gesoc", *rest], ["4", "KE", "Oficina de los Ejemplos", "text-only", "", *rest],
        ["15", "MX", "Otras y otros", "text-only", "", *rest], ["14", "KE", "Otras", "text-only", "", *rest],
    )  # fmt: skip
    unmet = [(2, "1", "MX"), (3, "2", "MX"), (4, "3", "MX"), (5, "4", "KE"), (6, "15", "MX"), (7, "14", "KE")]
    assert data.map().build.quality.unmet == unmet
    cells = ["OFICINA de los ejemplos", "Fundar y Parte conocida", "Otras y otros"]
    rows = [made.row("Mexico", "9", str(number), f"Promesa {number}") | {"lead-institution": cell} for number, cell in enumerate(cells)]
    result = map_exports(data.folder, f"ogp-2016-11-30={made.write(tmp_path / 'export.csv', 'ogp-2016', rows)}")
    assert result.quality["decisions_without_cell"] == [
        {"row": 3, "number": "2", "country": "MX"}, {"row": 5, "number": "4", "country": "KE"}, {"row": 7, "number": "14", "country": "KE"},
    ]  # fmt: skip
    assert result.quality["decisions_without_cell_in_all"] == 3
    # Both numbers: the rows of the file are counted with its header, those in the column `row` are the curator's own.
    places = {
        "en": "rows of the file 3 (number 2, MX), 5 (number 4, KE), 7 (number 14, KE)",
        "es": "filas del archivo 3 (número 2, MX), 5 (número 4, KE), 7 (número 14, KE)",
    }
    for lang, words in places.items():
        assert words in result.reports[f"quality.{lang}.txt"].decode()


# -- the review -------------------------------------------------------------------------------------------------------


def reviewed(review: Review) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(review.to_csv().decode())))


def test_the_review_counts_and_suggests(authority: Authority) -> None:
    review = Review(authority)
    cells = [("Minstry of Finance", "AA", "p3"), ("Minstry of Finance", "AA", "p1"), ("Minstry of  Finance", "AA", "p2"), ("Minstry of Finance", "AA", "p0")]
    cells += [("Minstry of Finance", "BB", "p9"), ("Ministry of Finance, Unit X", "AA", "p4"), ("MoF", "AA", "p5"), ("", "AA", "p6")]
    for cell, area, passage in cells:
        review.add(read(authority, cell, area), area, passage)
    rows = reviewed(review)
    assert list(rows[0]) == COLUMNS
    assert [(row["country"], row["as_written"], row["count"]) for row in rows] == [
        ("AA", "Minstry of Finance", "4"), ("AA", "Ministry of Finance, Unit X", "1"), ("BB", "Minstry of Finance", "1"),
    ]  # fmt: skip
    assert (rows[0]["passages"], rows[0]["roles"]) == ("p0 p1 p2", "lead")
    assert [row["suggestion_1_key"] for row in rows] == ["aa-finance", "aa-finance", "bb-finance"]
    assert 0.9 < float(rows[0]["suggestion_1_score"]) <= 1
    everything = {row[f"suggestion_{number}_key"] for row in rows for number in (1, 2, 3) if row["country"] == "BB"}
    assert everything <= {"bb-finance", "int-bank", ""}
    summary = review.summary()
    assert (summary["cells-read"], summary["cells-resolved"], summary["unknown-name-texts"], summary["unknown-name-occurrences"]) == (7, 1, 2, 5)
    assert summary["cells-read"] == sum(summary[f"cells-{name}"] for name in ("resolved", "partly", "text", "withheld"))


def test_the_review_does_not_depend_on_the_order_of_rows(authority: Authority) -> None:
    cells = [(f"Bureau {number % 7}", f"p{number}") for number in range(40)]
    files = []
    for order in (cells, cells[::-1]):
        review = Review(authority)
        for cell, passage in order:
            review.add(read(authority, cell), "AA", passage)
        files.append(review.to_csv())
    assert files[0] == files[1]


def test_the_review_redacts_and_says_what_it_cut(authority: Authority) -> None:
    review = Review(authority, redact=lambda text: re.sub(r"\S+@\S+", "[e-mail]", text), limit=2)
    for number in range(5):
        review.add(read(authority, f"Bureau {number} someone@example.org"), "AA", f"p{number}")
    rows = reviewed(review)
    assert [row["as_written"] for row in rows[:2]] == ["Bureau 0 [e-mail]", "Bureau 1 [e-mail]"]
    assert (rows[2]["count"], "2" in rows[2]["problem_en"]) == ("3", True)
    summary = review.summary()
    assert (summary["unknown-name-occurrences"], summary["occurrences-not-listed"]) == (5, 3)


def test_the_review_runs_in_no_spreadsheet_program_and_comes_back(data: Data, tmp_path: Path) -> None:
    texts = ["=1+1 Bureau", "@Office of Examples", "-2+3 Agency", "+Bureau", "'=1 Board", "'t Zand office", "Plain office"]
    rows = [made.row("Mexico", "9", str(number), f"Promesa {number}") | {"lead-institution": text} for number, text in enumerate(texts)]
    export = f"ogp-2016-11-30={made.write(tmp_path / 'export.csv', 'ogp-2016', rows)}"
    listed = list(csv.DictReader(io.StringIO(map_exports(data.folder, export).reports["institutions-review.csv"].decode())))
    assert sorted(entry["as_written"] for entry in listed) == sorted(
        ["'=1+1 Bureau", "'@Office of Examples", "'-2+3 Agency", "'+Bureau", "''=1 Board", "'t Zand office", "Plain office"]
    )
    assert not [cell for entry in listed for cell in entry.values() if cell.startswith(("=", "+", "-", "@"))]
    rest = ["text-only", "", "", "", "data editor", "r", "r"]
    decisions(data, *([str(number), entry["country"], entry["as_written"], *rest] for number, entry in enumerate(listed, start=1)))
    result = map_exports(data.folder, export)
    assert len(result.reports["institutions-review.csv"].decode().splitlines()) == 1 and result.quality["decisions_without_cell"] == []
    written = "https://w3id.org/ogcm/def#asWritten"
    stated = {value(said) for predicates in result["curated"].of.values() for said in predicates.get(written, ())}
    assert stated >= set(texts)


# -- the real exports ---------------------------------------------------------------------------------------------------


def cells_of(path: Path, header_row: int, country: str) -> Iterator[tuple[str, str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    header = rows[header_row - 1]
    for row in rows[header_row:]:
        for column, role in (("Lead Institution", "lead"), ("Supporting Institution(s)", "support")):
            if row[header.index(column)].strip():
                yield row[header.index(country)], row[header.index(column)], role


@pytest.mark.parametrize(
    ("file", "header_row", "column"),
    [("ogp_irm_2016_live__founding8.csv", 2, "Country"), ("ogp_commitments_2024__sample.csv", 1, "Country/Locality")],
)
def test_no_cell_of_the_real_exports_is_lost_or_named_abroad(root: Path, file: str, header_row: int, column: str) -> None:
    path = needs_shared(f"data/ship/{file}")
    authority = Authority()
    with (root / "data/reference/organizations.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            spellings = tuple(name.strip() for part in ("also_written", "also_written_en") for name in row[part].split(";") if name.strip())
            names = (*spellings, *([row["acronym"]] if row["acronym"] else [])) if "-" not in row["area"] else ()
            authority.add(Body(row["kind"], row["key"], row["name"], row["parent"] or None, row["area"] or "int", names))
    areas = {"Mexico": "MX", "Jalisco, Mexico": "MX-JAL"}
    reader = InstitutionReader(authority, RULES)
    review = Review(authority)
    outcomes: Counter[str] = Counter()
    total = 0
    for country, cell, role in cells_of(path, header_row, column):
        total += 1
        area = areas.get(country, "XX" if "," not in country else "XX-YY")
        reading = reader.read(cell, area, role)
        review.add(reading, area, f"p{total}")
        assert {mention.body.country for _, mention in reading.mentions} <= {area, area[:2], "int"}
        quarantined = [code for code, *_ in reading.quarantine()]
        assert reading.mentions or reading.literal or "person" in quarantined, cell
        # What became a body stands in the cell, word for word.
        text = f" {uris.folded(re.sub('<br/?>', ' ', cell))} "
        assert all(f" {uris.folded(mention.written)} " in text for _, mention in reading.mentions)
        outcomes["withheld" if reading.withheld else "text" if reading.literal else "resolved"] += 1
    assert outcomes.total() == total == review.summary()["cells-read"]
    listed = sum(int(row["count"]) for row in reviewed(review))
    assert listed >= outcomes["text"] + outcomes["withheld"] > 0


# -- the table of bodies ------------------------------------------------------------------------------------------------


def bodies(data: Data, *rows: dict[str, str]) -> None:
    """Add bodies to the authority table, by columns; what is not said is empty."""
    table = data.rows("reference/organizations.csv")
    common = {"class": "cv:PublicOrganisation", "kind": "org"}
    data.write("reference/organizations.csv", [*table, *([{**common, **row}.get(column, "") for column in table[0]] for row in rows)])


def graph_of(data: Data) -> str:
    mapped = data.map()  # its files last as long as it does
    return Path(mapped.graphs["reference"].path).read_text(encoding="utf-8")


def test_two_countries_may_have_a_ministry_of_one_name(data: Data) -> None:
    bodies(
        data, {"key": "cl-minsal", "area": "CL", "name": "Ministerio de Salud", "language": "es"},
        {"key": "uy-msp", "area": "UY", "name": "Ministerio de Salud", "language": "es", "acronym": "MSP"},
    )  # fmt: skip
    assert data.problems() == []
    authority = data.map().build.authority
    found = {area: authority.find("ministerio de salud", area) for area in ("CL", "UY", "AR", "MX")}
    assert {area: body.key if body else None for area, body in found.items()} == {"CL": "cl-minsal", "UY": "uy-msp", "AR": None, "MX": None}
    assert authority.find("MSP", "CL") is None


def test_one_area_has_a_name_once(data: Data) -> None:
    bodies(
        data, {"key": "cl-minsal", "area": "CL", "name": "Ministerio de Salud", "language": "es"},
        {"key": "cl-other", "area": "CL", "name": "Ministerio de Salud", "language": "es"},
        {"key": "cl-third", "area": "CL", "name": "Otro", "language": "es", "also_written": "Tercero; MINISTERIO  de salud"},
    )  # fmt: skip
    last = len(data.rows("reference/organizations.csv"))
    assert {(problem.row, problem.column, problem.code) for problem in data.problems()} == {
        (last - 1, "name", "duplicate-key"), (last - 1, "name", "ambiguous-name"), (last, "also_written", "ambiguous-name"),
    }  # fmt: skip


def test_a_body_of_a_state_is_known_there_by_all_its_names(data: Data) -> None:
    bodies(data, {"key": "mx-jal-sep", "area": "MX-JAL", "name": "Secretaría de Educación", "language": "es", "also_written": "Secretaría de Educación Jalisco"})
    authority = data.map().build.authority
    for name in ("Secretaría de Educación", "Secretaría de Educación Jalisco"):
        found = authority.find(name, "MX-JAL")
        assert found is not None and found.key == "mx-jal-sep"
    assert authority.find("Secretaría de Educación Jalisco", "MX") is None
    national = authority.find("Secretaría de Educación", "MX")
    assert national is not None and national.key == "mx-sep"


def test_an_international_organisation_is_known_everywhere(data: Data) -> None:
    bodies(data, {"key": "int-one", "class": "ogcm:InternationalOrganisation", "name": "Bank of Examples", "language": "en"})
    bodies(data, {"key": "int-two", "class": "ogcm:InternationalOrganisation", "area": "CL", "name": "Comisión de los Ejemplos", "language": "es"})
    authority = data.map().build.authority
    assert [body.key for area in ("DE", "MX-JAL") for name in ("Bank of Examples", "Comisión de los Ejemplos") if (body := authority.find(name, area))] == [
        "int-one", "int-two", "int-one", "int-two",
    ]  # fmt: skip


@pytest.mark.parametrize(("language", "tag"), [("no", "@no"), ("pt", "@pt"), ("pt-BR", "@pt-BR"), ("sr-Latn", "@sr-Latn"), ("fil", "@fil"), ("", "")])
def test_a_name_has_the_language_that_is_stated(data: Data, language: str, tag: str) -> None:
    bodies(data, {"key": "no-hod", "area": "NO", "name": "Helse- og omsorgsdepartementet", "language": language, "also_written": "HOD x"})
    graph = graph_of(data)
    for name, text in (("http://www.w3.org/2004/02/skos/core#prefLabel", "Helse- og omsorgsdepartementet"), ("http://www.w3.org/2004/02/skos/core#altLabel", "HOD x")):
        assert f'id/org/no-hod> <{name}> "{text}"{tag} .\n' in graph
    assert graph.count("Helse- og omsorgsdepartementet") == 2


@pytest.mark.parametrize("language", ["norsk", "PT", "pt_BR", "xx", "tl", "not-stated"])
def test_a_language_that_nobody_knows_is_refused(data: Data, language: str) -> None:
    bodies(data, {"key": "no-hod", "area": "NO", "name": "Helse- og omsorgsdepartementet", "language": language})
    (problem,) = data.problems()
    last = len(data.rows("reference/organizations.csv"))
    assert (problem.file, problem.row, problem.column, problem.found) == ("reference/organizations.csv", last, "language", language)
    assert "BCP 47" in problem.message("es") and "nothing where" in problem.message("en")
