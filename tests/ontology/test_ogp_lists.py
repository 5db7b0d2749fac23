"""The lists of OGP's editions: what a header or a cell of the real files says has a code, and links between editions are earned."""

from __future__ import annotations

import csv
from collections import defaultdict
from itertools import combinations

import pytest
from rdflib import OWL, RDF, RDFS, Graph

import ontology
from ingest.uris import folded, slug
from ontology.namespaces import CODE, OGCM, SKOS
from tests.conftest import needs_shared

EDITIONS = ("2015", "2016", "2024")
RELATIONS = (SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch)
FILES = {"2016": ("data/ship/ogp_irm_2016_live__founding8.csv", 1), "2024": ("data/ship/ogp_commitments_2024__sample.csv", 0)}
# What a rating cell may hold beside a code: what the source says is absent.
ABSENT = {"NR", "ND", "NA", "Not Applicable", ""}
RATINGS = {
    "2016": {
        "Specificity": ["irm-specificity-2011"],
        "Potential impact": ["irm-potential-impact-2011"],
        "Completion (progress report)": ["irm-completion-2011"],
        "Completion (end of term)": ["irm-completion-2011"],
        "Change in completion": ["irm-completion-change-2015"],
        "Did it open government (end of term only)": ["irm-open-government-2015"],
    },
    "2024": {
        "Specificity": ["irm-specificity-2011"],
        "Verifiable": ["irm-verifiable-2018"],
        "Potential Impact": ["irm-potential-impact-2011"],
        "Potential for Results": ["irm-potential-results-2020"],
        "Completion (Progress Report)": ["irm-completion-2011", "irm-completion-2018"],
        "Completion (End Of Term)": ["irm-completion-2011", "irm-completion-2018"],
        "Change In Completion": ["irm-completion-change-2015"],
        "Early Results": ["irm-early-results-2020"],
        "Did It Open Government (Overall)": ["irm-open-government-2015"],
        "Did It Open Government (Access To Information)": ["irm-open-government-2015"],
        "Did It Open Government (Civic Participation)": ["irm-open-government-2015"],
        "Did It Open Government: Public Accountability": ["irm-open-government-2015"],
    },
}


def table(edition: str) -> tuple[list[str], list[list[str]]]:
    """The headers and the rows of the edition's file beside the project."""
    name, header = FILES[edition]
    with needs_shared(name).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    return rows[header], rows[header + 1 :]


@pytest.mark.parametrize(("edition", "first", "last"), [("2016", "Anti-corruption", "OGP"), ("2024", "Anti-Corruption and Integrity", "Money in Politics")])
def test_every_flag_column_has_its_policy_area(edition: str, first: str, last: str) -> None:
    headers, _ = table(edition)
    flags = headers[headers.index(first) : headers.index(last) + 1]
    assert len(flags) > 40
    assert list(map(slug, flags)) == list(ontology.code_schemes()[f"ogp-policy-area-{edition}"])


def test_the_other_flags_of_2016_are_the_abbreviations_of_their_codes() -> None:
    headers, _ = table("2016")
    for scheme, relation in (("ogp-working-group", OGCM.acronym), ("ogp-grand-challenge", SKOS.altLabel)):
        codes = [CODE[f"{scheme}/{code}"] for code in ontology.code_schemes()[scheme]]
        short = [str(ontology.vocabulary().value(code, relation)) for code in codes]
        assert len(short) == 5 and short == headers[headers.index(short[0]) : headers.index(short[0]) + 5]


@pytest.mark.parametrize(("edition", "column"), [(edition, column) for edition, columns in RATINGS.items() for column in columns])
def test_every_rating_of_the_files_has_a_code(edition: str, column: str) -> None:
    headers, rows = table(edition)
    found = {row[headers.index(column)] for row in rows} - ABSENT
    labels = {folded(texts["en"]) for scheme in RATINGS[edition][column] for texts in ontology.code_schemes()[scheme].values()}
    # "a. low": the 2016 edition counts its levels with letters.
    assert {value for value in found if folded(value.split(". ")[-1]) not in labels} == set()


def test_each_star_formula_is_a_method_of_its_own() -> None:
    graph = ontology.vocabulary()
    for formula in ("2011", "2015", "current"):
        methods = set(graph.objects(CODE[f"irm-starred-{formula}"], OGCM.forMethod))
        assert {method for method in methods if "/star-" in str(method)} == {CODE[f"method/star-{formula}"]}


def labels(edition: str) -> dict[str, str]:
    """Address of each policy area of the edition -> its folded English label."""
    scheme = f"ogp-policy-area-{edition}"
    return {str(CODE[f"{scheme}/{code}"]): folded(texts["en"]) for code, texts in ontology.code_schemes()[scheme].items()}


def links(graph: Graph) -> list[tuple[str, str, str]]:
    return [(str(s), str(p), str(o)) for p in RELATIONS for s, o in graph.subject_objects(p)]


@pytest.mark.parametrize(("older", "newer"), list(combinations(EDITIONS, 2)))
def test_exact_links_join_equal_headers_and_all_of_them(older: str, newer: str) -> None:
    equal = {(a, b) for a, one in labels(older).items() for b, other in labels(newer).items() if one == other}
    exact = {(s, o) for s, p, o in links(ontology.vocabulary()) if p == str(SKOS.exactMatch)}
    assert equal and equal == {(a, b) for a, b in exact if a in labels(older) and b in labels(newer)}


def test_links_join_policy_areas_of_different_editions_once_and_without_contradiction() -> None:
    known = {iri: edition for edition in EDITIONS for iri in labels(edition)}
    found = links(ontology.vocabulary())
    assert len(found) > 80
    assert [link for link in found if not known[link[0]] < known[link[2]]] == []
    pairs = [(s, o) for s, _, o in found]
    assert len(pairs) == len(set(pairs))
    # Towards one edition an area has one match, or several parts.
    relations: dict[tuple[str, str], list[str]] = defaultdict(list)
    for subject, relation, target in found:
        relations[subject, known[target]].append(relation)
    assert [place for place, kinds in relations.items() if len(kinds) > 1 and set(kinds) != {str(SKOS.narrowMatch)}] == []


def test_each_link_has_its_own_reason() -> None:
    graph = ontology.vocabulary()
    reasons = {
        tuple(str(graph.value(node, part)) for part in (OWL.annotatedSource, OWL.annotatedProperty, OWL.annotatedTarget)): sorted(
            str(text.language) for text in graph.objects(node, RDFS.comment)
        )
        for node in graph.subjects(RDF.type, OWL.Axiom)
    }
    assert {link: reasons.get(link) for link in links(graph) if reasons.get(link) != ["en", "es"]} == {}
