"""A curator who says that two things are not the same is not asked again, and is quoted."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ingest.pipeline import reports_on
from ingest.problems import SourceProblems
from tests.conftest import ROOT
from tests.ingest.exports.made import row, write
from tests.ingest.exports.mapping import ID, Result, last, map_exports

HEADER = "row,kind,from,to,curator,reason,reason_es\n"
REASONS = "data editor,Two ministries publish two registers.,Dos secretarías publican dos registros."
OLDER = [row("Kenya", "1", "1", "Publish the register of beneficial owners")]
NEWER = [row("Kenya", "1", str(number), f"Publish the registers of beneficial owners {letter}") for number, letter in ((2, "of firms"), (3, "of trusts"))]
OWL_DIFFERENT = "http://www.w3.org/2002/07/owl#differentFrom"


@pytest.fixture
def data(own_data: Path) -> Path:
    """Reference tables, and the curated tables about likeness, with no decision in them."""
    contract = yaml.safe_load((ROOT / "data" / "curated" / "contract.yml").read_text(encoding="utf-8"))
    contract["tables"] = {name: contract["tables"][name] for name in ("candidates", "not-same")}
    contract["tables"]["candidates"].pop("expect")
    curated = own_data / "curated"
    curated.mkdir()
    (curated / "contract.yml").write_text(yaml.safe_dump(contract), encoding="utf-8")
    (curated / "candidates.csv").write_text("row,kind,from,to,relation,score,curator,reason,reason_es\n", encoding="utf-8")
    decide(own_data)
    return own_data


def decide(data: Path, *decisions: str) -> None:
    lines = [f"{number},{decision},{REASONS}\n" for number, decision in enumerate(decisions, start=1)]
    (data / "curated" / "not-same.csv").write_text(HEADER + "".join(lines), encoding="utf-8")


def mapped(data: Path) -> Result:
    editions = [("ogp-2015-06-30", OLDER), ("ogp-2016-11-30", NEWER)]
    return map_exports(data, *(f"{name}={write(data.parent / f'{name}.csv', 'ogp-2016', rows)}" for name, rows in editions))


def pairs(result: Result) -> set[frozenset[str]]:
    graph = result["candidates"]
    return {frozenset((last(graph.one(link, "ogcm:linkFrom")), last(graph.one(link, "ogcm:linkTo")))) for link in graph.instances("Link")}


FIRST, SECOND = frozenset(("KE-1-01", "KE-1-02")), frozenset(("KE-1-01", "KE-1-03"))


def test_the_repository_decides_nothing() -> None:
    assert (ROOT / "data" / "curated" / "not-same.csv").read_text(encoding="utf-8") == HEADER


@pytest.mark.parametrize("decision", ["commitment,KE-1-01,KE-1-02", "commitment,KE-1-02,KE-1-01"])
def test_a_rejected_pair_is_proposed_no_more(data: Path, decision: str) -> None:
    before = mapped(data)
    assert pairs(before) == {FIRST, SECOND} and before.quality["candidates"] == {"open": 2, "rejected": 0}
    decide(data, decision)
    after = mapped(data)
    assert pairs(after) == {SECOND} and after.quality["candidates"] == {"open": 1, "rejected": 1}
    assert "candidates for being the same: 1; rejected by a curator: 1" in after.reports["quality.en.txt"].decode()
    assert "candidatos a ser lo mismo: 1; rechazados por una persona: 1" in after.reports["quality.es.txt"].decode()


def test_the_decision_is_stated_with_its_reason(data: Path) -> None:
    decide(data, "commitment,KE-1-01,KE-1-02")
    result = mapped(data)
    for graph in (result["curated"], result.view):
        assert graph.of[f"{ID}commitment/KE-1-01>"][OWL_DIFFERENT] == [f"{ID}commitment/KE-1-02>"]
        (link,) = graph.instances("Link")
        assert graph.values(link, "ogcm:linkRelation") == [OWL_DIFFERENT]
        assert graph.values(link, "ogcm:reason") == ["Dos secretarías publican dos registros.", "Two ministries publish two registers."]
        assert all("≠" in label for label in graph.values(link, "rdfs:label"))
    assert not [result for report in reports_on(result.mapped).values() for result in report.violations]


def test_a_rejected_pair_takes_no_place_of_another(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.matching.BEST", 1)
    decide(data, "commitment,KE-1-01,KE-1-02", "commitment,KE-1-02,KE-1-03")
    assert pairs(mapped(data)) == {SECOND}


@pytest.mark.parametrize(
    ("decisions", "code"),
    [
        (["commitment,KE-1-01,KE-1-01"], "same-key"),
        (["commitment,KE-1-01,KE-1-02", "commitment,KE-1-02,KE-1-01"], "duplicate-key"),
        (["commitment,KE-1-01,KE-1-77"], "unknown-key"),
        (["plan,KE-1,KE-2"], "not-in-list"),
    ],
)
def test_a_decision_that_decides_nothing_is_a_fault(data: Path, decisions: list[str], code: str) -> None:
    decide(data, *decisions)
    with pytest.raises(SourceProblems) as caught:
        mapped(data)
    assert code in {problem.code for problem in caught.value}


def test_a_reason_with_an_address_is_refused(data: Path) -> None:
    """What people decide is published word for word."""
    decide(data, "commitment,KE-1-01,KE-1-02")
    path = data / "curated" / "not-same.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Dos secretarías", "Diga someone@example.org: dos secretarías"), encoding="utf-8")
    with pytest.raises(SourceProblems) as caught:
        mapped(data)
    assert [(problem.column, problem.code) for problem in caught.value] == [("reason_es", "e-mail")]
    assert "someone@" not in str(caught.value)


def test_a_pair_cannot_be_a_candidate_and_be_rejected(data: Path) -> None:
    candidates = data / "curated" / "candidates.csv"
    candidates.write_text(f"{candidates.read_text(encoding='utf-8')}1,commitment,KE-1-01,KE-1-02,ogcm:possiblySame,0.9,{REASONS}\n", encoding="utf-8")
    decide(data, "commitment,KE-1-02,KE-1-01")
    with pytest.raises(SourceProblems) as caught:
        mapped(data)
    assert {problem.code for problem in caught.value} == {"duplicate-key"}


def test_a_candidate_of_a_curator_is_not_proposed_again_after_a_merge(data: Path) -> None:
    mapped(data).keep_identifiers(data)
    register = data / "identifiers" / "commitment.csv"
    old = "1,mint,commitment,KE-1-09,,,build,,\n2,merge,commitment,KE-1-09,,2024-01-01,data editor,one commitment,KE-1-01\n"
    register.write_text(register.read_text(encoding="utf-8") + old, encoding="utf-8")
    candidates = data / "curated" / "candidates.csv"
    candidates.write_text(f"{candidates.read_text(encoding='utf-8')}1,commitment,KE-1-09,KE-1-02,ogcm:possiblySame,0.9,{REASONS}\n", encoding="utf-8")
    result = mapped(data)
    assert pairs(result) == {FIRST, SECOND} and len(result["candidates"].instances("Link")) == 2
    assert result.quality["candidates"] == {"open": 1, "rejected": 0}
