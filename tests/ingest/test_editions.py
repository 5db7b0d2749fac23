"""Editions of one database: the newest one speaks, older ones keep their own graph, and what it leaves out was last seen there."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ingest import terms, uris
from ingest.authority import Authority
from ingest.consolidation import Consolidation, SourceGraph
from ingest.context import Build
from ingest.contract import Contract, Table
from ingest.identifiers import Registry
from ingest.problems import ProblemList
from ingest.sorting import SortedFile, write_sorted
from tests.ingest.conftest import BASE


def contract(key: str, issued: str, series: str = "database", source_type: str = "ogp-database", layout: str | None = "made-up") -> Contract:
    stated = dt.date.fromisoformat(issued) if issued else "not-stated"
    tables = {"rows": Table.model_construct(mode="export" if layout else "strict")}
    return Contract.model_construct(key=key, series=series, issued=stated, source_type=source_type, layout=layout, tables=tables)


class Editions:
    """Sources in the making; what is consolidated of them."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.registry = Registry()
        self.sources: list[SourceGraph] = []
        self.build = Build(uris.Addresses(BASE), self.registry, Authority(), {}, ProblemList(), None)

    def add(self, described: Contract, *statements: tuple[str, str, str]) -> None:
        lines = []
        for subject, predicate, obj in statements:
            self.registry.use(*subject.split("/"))
            lines.append(f"<{BASE}id/{subject}> {terms.curie(predicate)} {obj} .")
        self.sources.append(SourceGraph(described, write_sorted(lines, self.folder / f"{described.key}.nt")))

    def consolidate(self) -> tuple[set[tuple[str, str, str]], set[tuple[str, str, str]]]:
        """(subject, predicate, object) of the view and of what was computed, shortened."""
        result = Consolidation(self.build, self.sources, self.folder).run()
        found = []
        for path in (result.default, result.derived):
            triples = (line[:-2].split(" ", 2) for line in SortedFile(path))
            found.append({(subject.removeprefix(f"<{BASE}id/")[:-1], predicate[1:-1].rpartition("#")[2], obj) for subject, predicate, obj in triples})
        return found[0], found[1]


@pytest.fixture
def editions(tmp_path: Path) -> Editions:
    return Editions(tmp_path)


COMMITMENT = ("commitment/MX-1-01", "rdf:type", terms.curie("ogcm:Commitment"))


@pytest.mark.parametrize(("layout", "labels"), [("made-up", {'"b"@en'}), (None, {'"b"@en', '"á"@es'})])
def test_the_newest_edition_wins_without_a_discrepancy(editions: Editions, layout: str | None, labels: set[str]) -> None:
    editions.add(contract("new", "2024-01-01", layout=layout), COMMITMENT, ("commitment/MX-1-01", "ogcm:number", '"2"'), ("commitment/MX-1-01", "rdfs:label", '"b"@en'))
    editions.add(
        contract("old", "2016-01-01", layout=layout), COMMITMENT,
        ("commitment/MX-1-01", "ogcm:number", '"1"'), ("commitment/MX-1-01", "rdfs:label", '"a"@en'), ("commitment/MX-1-01", "rdfs:label", '"á"@es'),
    )  # fmt: skip
    view, derived = editions.consolidate()
    assert {obj for _, predicate, obj in view if predicate == "number"} == {'"2"'}
    # where the sources are no exports, an older one is still heard in a language that the newest does not speak
    assert {obj for _, predicate, obj in view if predicate == "label"} == labels
    assert not derived


@pytest.mark.parametrize(("one", "other"), [("2016-01-01", ""), ("2016-01-01", "2015-12-31"), ("", "")])
def test_an_edition_without_a_date_is_the_oldest_and_keys_break_ties(editions: Editions, one: str, other: str) -> None:
    editions.add(contract("z", one), ("commitment/MX-1-01", "ogcm:number", '"1"'))
    editions.add(contract("a", other), ("commitment/MX-1-01", "ogcm:number", '"2"'))
    view, _ = editions.consolidate()
    assert {obj for _, predicate, obj in view if predicate == "number"} == {'"1"'}


def test_what_the_newest_edition_leaves_empty_the_older_one_still_says(editions: Editions) -> None:
    editions.add(contract("new", "2024-01-01"), COMMITMENT)
    editions.add(contract("old", "2016-01-01"), COMMITMENT, ("commitment/MX-1-01", "ogcm:number", '"1"'))
    view, _ = editions.consolidate()
    assert ("commitment/MX-1-01", "number", '"1"') in view


def test_other_series_are_compared_with_the_newest_edition_only(editions: Editions) -> None:
    editions.add(contract("new", "2024-01-01"), ("commitment/MX-1-01", "ogcm:number", '"2"'))
    editions.add(contract("old", "2016-01-01"), ("commitment/MX-1-01", "ogcm:number", '"1"'))
    editions.add(contract("slides", "2020-01-01", "slides", "presentation", None), ("commitment/MX-1-01", "ogcm:number", '"1"'))
    view, derived = editions.consolidate()
    assert {obj for _, predicate, obj in view if predicate == "number"} == {'"2"'}
    assert {(subject, obj) for subject, predicate, obj in derived if predicate == "claimedValue"} == {
        ("claim/commitment_MX-1-01_number_database", '"2"'), ("claim/commitment_MX-1-01_number_slides", '"1"'),
    }  # fmt: skip


def test_one_assessment_of_two_editions_has_the_newest_rating(editions: Editions) -> None:
    key = "assessment/commitment_MX-1-01_int-irm_x_completion_irm-2011"
    for name, issued, verdict, written in (("old", "2015-01-01", "limited", "Limited"), ("new", "2016-01-01", "complete", "Completed")):
        code = f"<https://w3id.org/ogcm/code/irm-completion-2011/{verdict}>"
        editions.add(contract(name, issued), (key, "ogcm:verdict", code), (key, "ogcm:ratingAsWritten", f'"{written}"'), (key, "rdfs:label", f'"{written}"@en'))
    view, derived = editions.consolidate()
    assert {obj for _, _, obj in view} == {"<https://w3id.org/ogcm/code/irm-completion-2011/complete>", '"Completed"', '"Completed"@en'}
    assert not derived


@pytest.mark.parametrize(("kind", "kept"), [("report", 1), ("source", 2)])
def test_the_date_of_a_report_is_single(editions: Editions, kind: str, kept: int) -> None:
    for year in ("2016", "2024"):
        editions.add(contract(f"e{year}", f"{year}-01-01"), (f"{kind}/x", "dct:issued", f'"{year}"^^<http://www.w3.org/2001/XMLSchema#gYear>'))
    view, _ = editions.consolidate()
    assert len(view) == kept


def test_what_the_newest_edition_leaves_out_was_last_seen_in_an_older_one(editions: Editions) -> None:
    plan = ("plan/MX-1", "rdf:type", terms.curie("ogcm:ActionPlan"))
    body = ("org/mx-x", "rdf:type", terms.curie("org:Organization"))
    named = ("commitment/MX-1-01", "ogcm:number", '"1"')  # named by a row of its own elsewhere, not described
    editions.add(contract("e1", "2015-01-01"), COMMITMENT, plan, body)
    editions.add(contract("e2", "2016-01-01"), COMMITMENT)
    editions.add(contract("e3", "2024-01-01"), named, ("commitment/MX-1-02", "rdf:type", terms.curie("ogcm:Commitment")))
    _, derived = editions.consolidate()
    assert derived == {
        ("commitment/MX-1-01", "lastSeenIn", f"<{BASE}id/source/e2>"), ("plan/MX-1", "lastSeenIn", f"<{BASE}id/source/e1>"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "newer",
    [
        contract("other", "2024-01-01", "another-database"),
        contract("pages", "2024-01-01", "database", "ogp-database", None),
        contract("slides", "2024-01-01", "database", "presentation", None),
    ],
)
def test_only_editions_of_the_same_database_tell_what_is_missing(editions: Editions, newer: Contract) -> None:
    editions.add(contract("e1", "2015-01-01"), COMMITMENT)
    editions.add(newer, ("commitment/MX-1-02", "rdf:type", terms.curie("ogcm:Commitment")))
    _, derived = editions.consolidate()
    assert not derived
