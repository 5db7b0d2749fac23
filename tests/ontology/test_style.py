"""The naming rules of ontology/STYLE.md hold for the vocabulary, and each rule finds what breaks it and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import RDF, SH, Graph, URIRef

from ontology import NAMESPACE_DOCUMENT, vocabulary
from ontology.namespaces import OGCM_SH
from tests.conftest import ROOT
from tests.ontology import style

EXAMPLES = sorted((ROOT / style.BROKEN).glob("*.ttl"))


def test_the_vocabulary_keeps_its_rules() -> None:
    assert style.findings(style.whole()) == []


def test_each_rule_has_a_broken_example() -> None:
    assert {example.stem for example in EXAMPLES} == style.rules()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_a_broken_example_fails_with_exactly_its_rule(example: Path) -> None:
    found = {rule for _, rule in style.findings(Graph().parse(example))}
    assert found == {example.stem}


def test_rules_speak_both_languages() -> None:
    graph = style.shapes()
    for rule in style.rules():
        for text in (SH.name, SH.description, SH.message):
            languages = sorted(value.language for value in graph.objects(OGCM_SH[rule], text))
            assert languages == ["en", "es"], (rule, text)


def test_every_exception_is_needed_and_has_its_reason_in_both_languages() -> None:
    listed = style.exceptions()
    excepted = Graph()
    excepted += vocabulary().triples((URIRef(NAMESPACE_DOCUMENT), None, None))  # the focus of rules about the whole
    for subject in set(listed.subjects()):
        excepted += vocabulary().triples((subject, None, None))
        for predicate in set(listed.predicates(subject)):
            languages = sorted(reason.language for reason in listed.objects(subject, predicate))
            assert languages == ["en", "es"], subject
    rules = {OGCM_SH.hasNoDomainBecause: "PropertyHasDomain", OGCM_SH.hasNoRangeBecause: "PropertyHasRange"}
    expected = {(str(subject), rules[predicate]) for subject, predicate in listed.subject_predicates()}
    assert {found for found in style.findings(excepted) if found[1] in rules.values()} == expected


def test_the_style_page_names_every_rule() -> None:
    page = (ROOT / "ontology" / "STYLE.md").read_text(encoding="utf-8")
    assert {rule for rule in style.rules() if f"`{rule}`" not in page} == set()


def test_no_two_shapes_files_define_one_name() -> None:
    """The style rules share a namespace with the shapes over the data."""
    for path in (ROOT / "shapes").glob("*.ttl"):
        if path.name != "vocabulary-style.ttl":
            others = Graph().parse(path)
            assert {rule for rule in style.rules() if (URIRef(OGCM_SH[rule]), RDF.type, None) in others} == set(), path
