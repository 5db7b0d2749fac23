"""Answers that can be read off the tables before any graph is built (competency_shared.md, question in brackets)."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations

import pytest

from tests.conftest import needs_shared
from tests.data.deck import DECK, fold
from tests.data.tables import PAGES_FOLDER, deck, plan_4, resolve, rows


def parties(column: str) -> dict[str, set[int]]:
    """Body -> the numbers of the commitments of plan 4 that name it in `agencies` or `csos`."""
    found: dict[str, set[int]] = {}
    for row in plan_4():
        for part in row[column].split("|"):
            found.setdefault(resolve(part) or part, set()).add(int(row["numero"]))
    return found


def test_thirteen_commitments_in_order() -> None:  # S01
    assert [int(row["numero"]) for row in plan_4()] == list(range(1, 14))
    assert len({row["nombre_corto"] for row in plan_4()}) == 13


def test_size_of_the_network() -> None:  # S07
    agencies, csos = parties("agencies"), parties("csos")
    assert (len(agencies), len(csos)) == (22, 25)
    assert sum(map(len, agencies.values())) == 34
    assert sum(map(len, csos.values())) == 34


def test_spellings_before_and_after_resolving() -> None:
    """24 spellings of 22 agencies: two are written in two ways."""
    names = {part for row in plan_4() for part in row["agencies"].split("|")}
    assert len(names) == 24
    assert len({part for row in plan_4() for part in row["csos"].split("|")}) == 25


def test_counts_by_origin() -> None:  # S02
    for table, agencies, csos in (("compromisos-cocreados", 14, 13), ("compromisos-proactivos", 16, 18)):
        numbers = {int(row["numero"]) for row in deck(table)}
        assert sum(bool(named & numbers) for named in parties("agencies").values()) == agencies
        assert sum(bool(named & numbers) for named in parties("csos").values()) == csos


def test_agencies_of_several_commitments() -> None:  # S03
    several = {key: numbers for key, numbers in parties("agencies").items() if len(numbers) > 1}
    assert several == {
        "mx-sfp": {1, 9, 11, 13}, "mx-sep": {1, 3}, "mx-stps": {1, 5}, "mx-conapesca": {2, 10}, "mx-conafor": {2, 10},
        "mx-conagua": {2, 10}, "mx-semarnat": {2, 10}, "mx-sader": {2, 10}, "mx-conapred": {5, 8}, "mx-sspc": {6, 7},
    }  # fmt: skip


def test_organisations_of_several_commitments() -> None:  # S04, S05
    several = {key: numbers for key, numbers in parties("csos").items() if len(numbers) > 1}
    assert several == {
        "mx-fundar": {1, 6, 9, 11}, "mx-gesoc": {1, 13}, "mx-transparencia-mexicana": {1, 11}, "mx-causa-natura": {2, 10},
        "mx-ilsb": {4, 8}, "mx-articulo-19": {6, 7}, "mx-mexico-evalua": {9, 12},
    }  # fmt: skip


def test_actors_of_commitment_ten() -> None:  # S06
    row = next(row for row in plan_4() if row["numero"] == "10")
    assert [resolve(part) for part in row["agencies"].split("|")] == [
        "mx-semarnat", "mx-sader", "mx-conagua", "mx-conafor", "mx-asea", "mx-conapesca", "mx-profepa",
    ]  # fmt: skip
    assert [resolve(part) for part in row["csos"].split("|")] == ["mx-causa-natura", "mx-cartocritica", "mx-fcea", "mx-reforestamos-mexico"]


def test_actors_per_commitment() -> None:  # S08, S09
    counts = {int(row["numero"]): (len(row["agencies"].split("|")), len(row["csos"].split("|"))) for row in plan_4()}
    assert counts == {
        1: (4, 3), 2: (5, 1), 3: (1, 3), 4: (1, 3), 5: (2, 1), 6: (3, 3), 7: (1, 3), 8: (2, 2), 9: (1, 3), 10: (7, 4),
        11: (3, 3), 12: (2, 3), 13: (2, 2),
    }  # fmt: skip


def test_pairs_that_meet_twice() -> None:  # S10, S11
    csos = parties("csos")
    together = [{one, other} for one, other in combinations(csos, 2) if len(csos[one] & csos[other]) > 1]
    assert together == [{"mx-fundar", "mx-transparencia-mexicana"}]
    mixed = {(agency, cso) for agency, a in parties("agencies").items() for cso, c in csos.items() if len(a & c) > 1}
    assert len(mixed) == 9
    assert ("mx-sfp", "mx-fundar") in mixed and ("mx-sspc", "mx-articulo-19") in mixed


def figure(kind: str, key: str, measure: str) -> int:
    """The value of one figure; exactly one row states it."""
    (row,) = [row for row in deck("cifras") if (row["sobre_tipo"], row["sobre_clave"], row["medida"]) == (kind, key, measure)]
    return int(row["valor"])


def test_figures_agree_with_the_tables_they_count() -> None:
    assert figure("plan", "MX-4", "commitments") == len(plan_4())
    assert figure("plan", "MX-3", "commitments") == len(deck("compromisos-plan-3"))
    assert figure("initiative", "mx-ejercicios-locales", "states") == len(deck("estados"))
    assert figure("initiative", "mx-ejercicios-locales", "phases") == len(deck("fases-locales"))
    assert figure("plan", "MX-2", "axes") == 5 and len(deck("ejes-plan-2")) == 3  # S13: declared 5, named 3


def test_headline_figures() -> None:  # S22
    ogp = {row["medida"]: (row["cota"], row["valor"], row["a_la_fecha"]) for row in deck("cifras") if row["sobre_clave"] == "ogp"}
    assert ogp == {
        "countries": ("exacto", "78", "2021-05-31"),
        "subnational-governments": ("exacto", "56", "2021-05-31"),
        "commitments": ("minimo-exclusivo", "1000", "2021-05-31"),
        "csos": ("minimo-exclusivo", "500", "2021-05-31"),
    }


def test_founders() -> None:  # S21
    founders = deck("fundadores")
    assert [row["pais"] for row in founders] == ["MX", "BR", "US", "GB", "PH", "NO", "ZA", "ID"]
    sentence = founders[0]["como_escrito"]
    assert re.search(rf"grupo de {len(founders)} países fundadores", sentence)
    assert {row["pais"] for row in founders if row["region"] == "latin-america"} == {"MX", "BR"}
    assert {row["pais"]: row["rol"] for row in founders if row["rol"] != "founder"} == {"BR": "founder; co-sponsor"}


def test_the_shadow_report_judges_each_commitment_once() -> None:  # S15
    verdicts = deck("informe-sombra")
    assert {row["compromiso"] for row in verdicts} == {f"MX-3-{int(row['numero']):02}" for row in deck("compromisos-plan-3")}
    counted = Counter((row["conclusion"], row["frase"]) for row in verdicts)
    assert sorted(counted.values()) == [2, 2, 3]
    for (_, sentence), count in counted.items():
        assert sentence.startswith(f"{count} compromisos")
    for row in verdicts:
        assert row["nombre_escrito"] in row["frase"].split(":")[1]
        assert (row["modalidad"] == "possible") == ("podrían" in row["frase"])
        title = next(c["titulo"] for c in deck("compromisos-plan-3") if row["compromiso"] == f"MX-3-{int(c['numero']):02}")
        assert row["nombre_escrito"].split()[0].casefold() in title.casefold()


def test_participants_add_up() -> None:  # S19
    *parts, sexes, total = deck("participantes")
    assert {row["sector"] for row in (sexes, total)} == {"total"}
    for row in [*parts, sexes]:
        assert int(row["hombres"]) + int(row["mujeres"]) == int(row["participantes"]), row
    for column in ("hombres", "mujeres", "participantes"):
        assert sum(int(row[column]) for row in parts) == int(sexes[column])
    assert total["participantes"] == sexes["participantes"] == "480"


def test_the_total_of_institutions_is_not_printed() -> None:
    *parts, sexes, total = deck("participantes")
    unprinted = str(sum(int(row["instituciones"]) for row in parts))
    assert sexes["instituciones"] == total["instituciones"] == ""
    assert unprinted not in fold(needs_shared(DECK).read_text(encoding="utf-8")).split()
    assert unprinted not in {row["valor"] for row in deck("cifras")}


def test_states_in_the_order_of_the_slide() -> None:  # S20
    order = "AGU BCN BCS CAM CMX CHP COA CHH COL DUR MEX GUA GRO HID JAL MIC MOR NAY NLE OAX QUE ROO SLP SIN SON TAB TLA VER ZAC YUC"
    assert [row["estado"] for row in deck("estados")] == [f"MX-{code}" for code in order.split()]
    entities = {row["iso"] for row in rows("reference", "mx-entities")}
    assert entities - {row["estado"] for row in deck("estados")} == {"MX-PUE", "MX-TAM"}


def test_the_card_of_the_jalisco_commitment() -> None:  # S23
    row = next(row for row in deck("compromisos-locales") if row["plan"] == "MX-JAL-2")
    assert (row["avance"], row["meta"]) == ("95", "100")
    assert row["rastreador"] == "http://micrositios.itei.org.mx/compromiso_3/"
    assert row["numero"] in re.findall(r"\d+", row["rastreador"]) and "solo está en la dirección" in row["lugar"]
    objectives = [text["texto"] for text in deck("objetivos-locales") if text["compromiso"] == row["clave"]]
    assert len(objectives) == 3 and "selección" in objectives[0] and "imparcial" in objectives[1] and "costo" in objectives[2]


def test_why_and_when_the_nosc_left() -> None:  # S16
    (row,) = deck("pertenencias")
    assert (row["organizacion"], row["miembro"], row["fin"], row["durante_plan"]) == ("mx-stt", "mx-nosc", "2017", "MX-3")
    assert "#GobiernoEspía" in row["motivo"] and "#GobiernoEspía" in row["motivo_escrito"]


def test_what_ogp_says_of_commitment_one() -> None:  # S24
    said = [(row["role"], row["org"]) for row in rows(PAGES_FOLDER, "responsibilities") if row["ogp_id"] == "MX0075"]
    assert said[0] == ("lead", "mx-sfp")
    assert set(said[1:]) == {("support", key) for key in ("mx-gesoc", "mx-fundar", "mx-transparencia-mexicana")}


def test_counts_of_the_review_mechanism_add_up() -> None:
    value = {(row["about_key"], row["measure"]): int(row["value"]) for row in rows(PAGES_FOLDER, "figures")}
    early = [value["MX-4", f"commitments-with-{word}-early-results"] for word in ("marginal", "significant", "outstanding")]
    assert sum(early) == value["MX-4", "commitments-with-early-results"]
    assert value["MX-4", "commitments-with-early-results"] + value["MX-4", "commitments-without-early-results"] == len(plan_4())
    assert value["MX-4", "inactive-commitments"] <= value["MX-4", "commitments-without-early-results"]
    assert value["MX-4", "relevant-commitments"] == len(plan_4())
    assert (value["MX-3", "commitments"], value["MX-JAL-ogp-2", "commitments"]) == (11, 8)


@pytest.mark.parametrize("table", ["figures", "assessments"])
def test_nothing_is_quoted_from_pages_that_are_not_held(table: str) -> None:
    assert {row["as_written"] for row in rows(PAGES_FOLDER, table)} == {""}
