"""Numbers, ids, years and ones in other spellings than the usual: what is the same is one thing, and the position of a row never matters."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from ingest.problems import Problem
from tests.ingest.exports.made import row, write
from tests.ingest.exports.mapping import ID, Result, last, map_exports

EDITION = "ogp-2024-07-03"


def mapped(reference: Path, path: Path, rows: list[dict[str, str]], layout: str = "ogp-2024") -> Result:
    return map_exports(reference, f"{EDITION}={write(path, layout, rows)}")


def plan_of(result: Result, title: str) -> str:
    graph = result[EDITION]
    return last(graph.one(graph.commitment(title), "dct:isPartOf"))


# -- plans ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "key"),
    [
        (["1", "01", "1.0", "001", " 1 "], "KE-1"), (["1a", "1A"], "KE-1A"), (["2<br/>", "2"], "KE-2"), (["0", "00"], "KE-0"), (["1.1", "1.1<br/>"], "KE-1.1"),
        (["1–2", "1-2", "1—2"], "KE-1-2"),
    ],
)  # fmt: skip
def test_one_plan_in_several_spellings(numbers: list[str], key: str, reference: Path, tmp_path: Path) -> None:
    rows = [row("Kenya", number, str(index), f"Title {index}") for index, number in enumerate(numbers)]
    results = [mapped(reference, tmp_path / f"{index}.csv", ordered) for index, ordered in enumerate((rows, rows[::-1]))]
    for result in results:
        assert result.quarantine == []
        assert result[EDITION].instances("ActionPlan") == [f"{ID}plan/{key}>"]
        assert len(result[EDITION].instances("Commitment")) == len(numbers)
        assert len(result[EDITION].values(f"plan/{key}", "ogcm:number")) == 1
        assert len(result[EDITION].values(f"plan/{key}", "ogcm:position")) == key.removeprefix("KE-").isdigit()
    assert set(results[0][EDITION].lines) ^ set(results[1][EDITION].lines) == _of_files(*results)


def _of_files(*results: Result) -> set[str]:
    """What two results differ in as their files do."""
    one, other = (set(result[EDITION].lines) for result in results)
    return {line for line in one ^ other if line.startswith((f"{ID}run/", f"{ID}source/"))}


def test_a_plan_that_an_earlier_build_spelled_in_small_letters_keeps_its_address(own_data: Path, tmp_path: Path) -> None:
    (own_data / "identifiers").mkdir()
    (own_data / "identifiers" / "plan.csv").write_text("seq,event,kind,key,natural_key,date,by,reason,target\n1,mint,plan,KE-1a,,2020-01-01,build,,\n", encoding="utf-8")
    result = mapped(own_data, tmp_path / "a.csv", [row("Kenya", "1A", "1", "Roads"), row("Kenya", "1a", "2", "Rivers")])
    assert result.quarantine == [] and {plan_of(result, "Roads"), plan_of(result, "Rivers")} == {"KE-1a"}


def test_which_plan_an_id_belongs_to_does_not_depend_on_the_order(reference: Path, tmp_path: Path) -> None:
    rows = [row("Kenya", "2", "1", "Roads", plan_id="AP_PER03"), row("Peru", "3", "1", "Rivers", plan_id="AP_PER03")]
    rows += [row("Kenya", "4", "1", "Hills", plan_id="AP_KEN09"), row("Kenya", "5", "1", "Lakes", plan_id="AP_KEN09")]
    for index, ordered in enumerate((rows, rows[::-1])):
        result = mapped(reference, tmp_path / f"{index}.csv", ordered)
        ids = {last(plan): result[EDITION].values(plan, "dct:identifier") for plan in result[EDITION].instances("ActionPlan")}
        assert ids == {"PE-3": ["AP_PER03"], "KE-2": [], "KE-4": [], "KE-5": []}
        assert sorted(found for _, _, found in result.aside("id-of-another-plan")) == ["AP_KEN09", "AP_KEN09", "AP_PER03"]


# -- the position of a row ------------------------------------------------------------------------------------------

MIXED = [
    row("Kenya", "1A", "A1", "Roads", "One text."), row("Kenya", "1a", "a1", "Roads", "One text."), row("Kenya", "1A", "a1", "Roads", "ONE TEXT!"),
    row("Kenya", "1a", "b1", "Rivers"), row("Kenya", "1A", "B1", "Rivers"), row("Kenya", "1a", "b1", "1. Rivers"), row("Kenya", "01", "1", "Lakes", plan_id="AP_KEN01"),
    row("Kenya", "1", "01", "Lakes", plan_id="AP_KEN01"), row("Kenya", "1.0", "1<br/>", "Lakes", "More."), row("testville, Kenya", "1", "1", "Seas"),
    row("Testville, Kenya", "1", "2", "Seas"), row("TESTVILLE, Kenya", "2", "1", "Seas"), row("Kenya", "3", "1–2", "Hills"), row("Kenya", "3", "1-2", "Hills"),
    row("Chile", "1", "1", "Trees", commitment_id="CL0900"), row("Argentina", "1", "1", "Trees", commitment_id="CL0900"),
]  # fmt: skip


def stated(result: Result) -> tuple[set[str], set[tuple[str, str]]]:
    lines = {line for line in result[EDITION].lines if not line.startswith((f"{ID}run/", f"{ID}source/"))}
    return lines, {key for key in result.mapped.build.registry.minted() if key[0] != "run"}


@pytest.mark.parametrize("seed", range(6))
def test_shuffled_rows_say_the_same(seed: int, reference: Path, tmp_path: Path) -> None:
    rows = list(MIXED)
    random.Random(seed).shuffle(rows)
    moved, result = mapped(reference, tmp_path / "b.csv", rows), mapped(reference, tmp_path / "a.csv", MIXED)
    assert stated(moved) == stated(result)
    assert len(result[EDITION].instances("Commitment")) == len(MIXED)
    assert len({key.lower() for key in result[EDITION].instances("Commitment")}) == len(MIXED)
    assert sorted((entry["code"], entry["found"]) for entry in moved.quarantine) == sorted((entry["code"], entry["found"]) for entry in result.quarantine)


# -- numbers of commitments -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "key", "number", "as_written"),
    [
        ("1.1<br/>", "KE-1-1.1", "1.1", ["1.1<br/>"]), ("1–2", "KE-1-1-2", "1-2", ["1–2"]), ("1 — 2", "KE-1-1-2", "1 - 2", ["1 — 2"]), ("1-2", "KE-1-1-2", "1-2", []),
        ("<b>7</b>", "KE-1-07", "7", ["<b>7</b>"]), ("3&nbsp;", "KE-1-03", "3", ["3&nbsp;"]), ("4.0", "KE-1-04", "4", ["4.0"]),
    ],
)  # fmt: skip
def test_numbers_are_repaired_as_texts_are(cell: str, key: str, number: str, as_written: list[str], reference: Path, tmp_path: Path) -> None:
    graph = mapped(reference, tmp_path / "a.csv", [row("Kenya", "1", cell, "Roads")])[EDITION]
    assert last(graph.commitment("Roads")) == key
    assert graph.values(f"commitment/{key}", "ogcm:number") == [number]
    assert graph.values(f"commitment/{key}", "ogcm:numberAsWritten") == as_written


# -- ids of another country -----------------------------------------------------------------------------------------


def test_an_id_of_another_country_is_no_id_of_the_row(own_data: Path, tmp_path: Path) -> None:
    chile = row("Chile", "1", "1", "Trees", commitment_id="CL0900")
    slip = row("Argentina", "1", "1", "Roads", commitment_id="CL0900")
    local = [row("Buenos Aires, Argentina", "1", "2", "Hills", commitment_id="AR0001"), row("Andorra", "1", "3", "Seas", commitment_id="ZZ0001")]
    mapped(own_data, tmp_path / "first.csv", [chile]).keep_identifiers(own_data)
    for index, rows in enumerate(([chile, slip, *local], [slip, *local, chile], [slip, *local])):
        result = map_exports(own_data, f"{EDITION}={write(tmp_path / f'{index}.csv', 'ogp-2024', rows)}", withdraw=True)
        graph = result[EDITION]
        assert [(entry["column"], entry["code"], entry["found"], entry["cells"]) for entry in result.quarantine] == [
            ("Commitment Unique Identifier", "id-of-another-country", "CL0900", "1"),
        ]
        assert last(graph.commitment("Roads")) == "AR-1-01" and graph.values("commitment/AR-1-01", "dct:identifier") == []
        assert graph.values("commitment/CL-1-01", "dct:identifier") == (["CL0900"] if chile in rows else [])
        # One of the country's national plan is believed, and one with a prefix that nobody knows where the country's own is not known, either.
        assert graph.values(graph.commitment("Hills"), "dct:identifier") == ["AR0001"] and graph.values(graph.commitment("Seas"), "dct:identifier") == ["ZZ0001"]


def test_what_an_earlier_build_registered_holds(own_data: Path, tmp_path: Path) -> None:
    """Ids are never taken back from the commitment that has them."""
    first = mapped(own_data, tmp_path / "a.csv", [row("Argentina", "1", "1", "Roads", commitment_id="AR0900")])
    first.keep_identifiers(own_data)
    path = own_data / "identifiers" / "commitment.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("AR0900", "CL0900"), encoding="utf-8")
    result = mapped(own_data, tmp_path / "b.csv", [row("Argentina", "1", "7", "Renamed", commitment_id="CL0900")])
    assert result.quarantine == [] and last(result[EDITION].commitment("Renamed")) == "AR-1-01"


# -- ".0" of whole numbers ------------------------------------------------------------------------------------------


def test_years_and_ones_with_a_fraction_of_nothing(reference: Path, tmp_path: Path) -> None:
    rows = [
        row("Kenya", "1", "1", "Roads", submitted="2011.0", plan_end="2013.0") | {"Aid": "1.0", "Energy": "0.0", "Report Publication Year (Progress Report)": "2012.0"},
        row("Kenya", "1", "2", "Rivers", submitted="2011", plan_end="2013") | {"Report Publication Year (Progress Report)": "2012"},
    ]  # fmt: skip
    result = mapped(reference, tmp_path / "a.csv", rows)
    graph = result[EDITION]
    assert result.quarantine == []
    assert graph.values("plan/KE-1", "dct:dateSubmitted") == ["2011"]
    assert graph.values("report/int-irm_KE-1_irm-progress", "dct:issued") == ["2012"]
    assert [last(term) for term in graph.objects("commitment/KE-1-01", "dct:subject")] == ["aid"]


@pytest.mark.parametrize(("cell", "said"), [("1.0", "true"), ("0.0", "false"), ("1", "true"), (" 1.0 ", "true")])
def test_booleans_with_a_fraction_of_nothing(cell: str, said: str, reference: Path, tmp_path: Path) -> None:
    result = mapped(reference, tmp_path / "a.csv", [row("Kenya", "1", "1", "Roads") | {"IRM Assessed": cell}])
    assert result.quarantine == []
    assert any(line.endswith(f'"{said}"^^<http://www.w3.org/2001/XMLSchema#boolean> .') and "commitment/KE-1-01>" in line for line in result[EDITION].lines)


# -- what is counted ------------------------------------------------------------------------------------------------


def test_cells_withheld_and_characters_lost_are_counted(reference: Path, tmp_path: Path) -> None:
    rows = [
        row("Kenya", "1", "1", "Ro\ufffdds", "L\ufffdst and l\ufffdst.", lead_institution="Mr. John Example", supporting_institution="Dr. Jane Example"),
        row("Kenya", "1", "2", "Write to ana@example.org"),
    ]
    result = mapped(reference, tmp_path / "a.csv", rows)
    english, spanish = (result.reports[f"quality.{language}.txt"].decode() for language in ("en", "es"))
    assert "data of persons hidden: e-mail addresses 2; cells that name persons, withheld whole: 2" in english
    assert "datos de personas ocultados: direcciones de correo 2; celdas que nombran personas, retenidas enteras: 2" in spanish
    assert "characters lost in the source, left: 3" in english and "caracteres perdidos en la fuente, que quedan así: 3" in spanish
    assert result.quality["sources"][EDITION]["characters_lost"] == {"Commitment Title": 1, "Full Text": 2}
    assert sum(result.quality["sources"][EDITION]["cells_withheld"].values()) == 2


@pytest.mark.parametrize("cell", ["responsable", "Responsable:", "Responsables", "Corresponsable:\nResponsable:", "Responsable: Responsable"])
def test_the_bare_word_of_a_role_is_no_body_to_decide_on(cell: str, reference: Path, tmp_path: Path) -> None:
    rows = [row("Kenya", "1", "1", "Roads", lead_institution=cell), row("Kenya", "1", "2", "Hills", lead_institution="Body of Tests")]
    result = mapped(reference, tmp_path / "a.csv", rows)
    lines = result.reports["institutions-review.csv"].decode().splitlines()
    assert len(lines) == 2 and "Body of Tests" in lines[1]
    assert result[EDITION].values("commitment/KE-1-01", "ogcm:leadInstitutionText") == [" ".join(cell.split())]


def test_a_number_that_became_a_day_is_set_aside(reference: Path, tmp_path: Path) -> None:
    """Spreadsheet programs make a date of 1.1; which number it was, nobody can tell."""
    rows = [row("Kenya", "1", "2016-01-01", "Roads"), row("Kenya", "1", "1.2", "Rivers")]
    result = map_exports(reference, f"{EDITION}={write(tmp_path / 'a.csv', 'ogp-2016', rows)}")
    graph = result[EDITION]
    assert [found for _, _, found in result.aside("number")] == ["2016-01-01"]
    assert graph.values(graph.commitment("Roads"), "ogcm:number") == [] and graph.values(graph.commitment("Rivers"), "ogcm:number") == ["1.2"]
    assert last(graph.commitment("Roads")).startswith("KE-1-x-")


# -- what stands around a cell and nobody sees ----------------------------------------------------------------------


@pytest.mark.parametrize("around", ["{} ", " {}", "{}\n", "{}\xa0", "\u200b{}", "{}\ufeff", "{}\u00ad"])
def test_blanks_of_any_kind_around_a_cell_are_none_of_it(around: str, reference: Path, tmp_path: Path) -> None:
    """OGP's ids, addresses, years, dates, flags and codes of countries; two rows with one id in two spellings are two rows with one id."""
    cells = {
        "commitment-id": "KE0901", "plan-id": "AP_KEN01", "page": "https://example.org/ke", "submitted": "2012", "start-date": "2013-06-01", "Aid": "1",
        "jurisdiction-code": "KEN", "IRM Assessed": "1",
    }  # fmt: skip
    rows = [row("Kenya", "1", "1", "Roads") | cells, row("Kenya", "1", "2", "Rivers", commitment_id="KE0902"), row("Kenya", "1", "3", "Hills", commitment_id="KE0902")]
    spelled = [rows[0] | {name: around.format(cell) for name, cell in cells.items()}, rows[1] | {"commitment-id": around.format("KE0902")}, rows[2]]
    plain, odd = (mapped(reference, tmp_path / f"{name}.csv", found) for name, found in (("plain", rows), ("odd", spelled)))
    for result in (plain, odd):
        graph = result[EDITION]
        assert [(entry["code"], entry["column"]) for entry in result.quarantine] == [("repeated-id", "Commitment Unique Identifier")] * 2
        assert graph.values("commitment/KE-1-01", "dct:identifier") == ["KE0901"] and graph.values("commitment/KE-1-01", "foaf:page") == ["https://example.org/ke"]
        assert graph.values("plan/KE-1", "dct:identifier") == ["AP_KEN01"] and graph.values("plan/KE-1", "dct:dateSubmitted") == ["2012"]
        assert [last(term) for term in graph.objects("commitment/KE-1-01", "dct:subject")] == ["aid"]
        assert len(graph.objects("commitment/KE-1-01", "dct:temporal")) == 1
    assert odd.mapped.build.registry.alias("commitment", "KE0901") == "KE-1-01"


@pytest.mark.parametrize(("cell", "shown"), [("ke0903", "ke0903"), ("KE 0903", "KE 0903"), ("KE\u200b0903", "KE\\u200b0903"), ("KE\xa00903", "KE\\xa00903")])
def test_an_id_of_another_form_is_set_aside_and_shown_with_what_nobody_sees(cell: str, shown: str, reference: Path, tmp_path: Path) -> None:
    result = mapped(reference, tmp_path / "a.csv", [row("Kenya", "1", "1", "Roads", commitment_id=cell)])
    assert [found for _, _, found in result.aside("ogp-id")] == [shown]
    assert result[EDITION].values("commitment/KE-1-01", "dct:identifier") == []


def test_messages_show_what_nobody_sees() -> None:
    message = Problem("a.csv", 2, "Id", "ogp-id", "KE\u200b0903\xa0\ufeff", "un id", "an id").message
    assert '"KE\\u200b0903\\xa0\\ufeff"' in message("es") and '"KE\\u200b0903\\xa0\\ufeff"' in message("en")


# -- ids of nobody --------------------------------------------------------------------------------------------------

NOBODY = [
    row("Chile", "1", "1", "Roads", commitment_id="QQ0001"), row("Jalisco, Mexico", "1", "2", "Rivers", commitment_id="QQ0002"),
    # A member whose prefix nobody knows, one of the country that no table has, and the country's own id for one of its members.
    row("Yerevan, Armenia", "1", "3", "Hills", commitment_id="YER0001"), row("Chile", "1", "4", "Lakes", commitment_id="CLST0001"),
    row("Jalisco, Mexico", "1", "5", "Seas", commitment_id="MX0901"), row("United Kingdom", "1", "6", "Woods", commitment_id="GB0001"),
]  # fmt: skip


def test_an_id_whose_prefix_no_area_has_is_no_id_where_the_own_prefix_is_known(reference: Path, tmp_path: Path) -> None:
    result = mapped(reference, tmp_path / "a.csv", NOBODY)
    graph = result[EDITION]
    assert [(entry["code"], entry["found"], entry["cells"]) for entry in result.quarantine] == [("id-of-no-country", "QQ0001", "1"), ("id-of-no-country", "QQ0002", "1")]
    assert "CL" in result.quarantine[0]["reason_es"] and "which begins with JAL" in result.quarantine[1]["reason_en"]
    assert graph.values(graph.commitment("Roads"), "dct:identifier") == graph.values(graph.commitment("Rivers"), "dct:identifier") == []
    for title, outside in (("Hills", "YER0001"), ("Lakes", "CLST0001"), ("Seas", "MX0901"), ("Woods", "GB0001")):
        assert graph.values(graph.commitment(title), "dct:identifier") == [outside]


def test_an_id_of_nobody_that_an_earlier_build_or_a_curator_gave_holds(own_data: Path, tmp_path: Path) -> None:
    mapped(own_data, tmp_path / "a.csv", [row("Chile", "1", "1", "Roads", commitment_id="CL0901")]).keep_identifiers(own_data)
    path = own_data / "identifiers" / "commitment.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("CL0901", "QQ0001"), encoding="utf-8")
    for plan, codes in (("1", []), ("2", ["id-of-no-country"])):
        result = map_exports(own_data, f"{EDITION}={write(tmp_path / 'b.csv', 'ogp-2024', [row('Chile', plan, '7', 'Renamed', commitment_id='QQ0001')])}", withdraw=True)
        assert [entry["code"] for entry in result.quarantine] == codes
        assert (last(result[EDITION].commitment("Renamed")) == "CL-1-01") == (plan == "1")
