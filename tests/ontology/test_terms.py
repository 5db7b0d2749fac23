"""The vocabulary holds what the design names, under exactly those names, and comes out equal on every machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pyoxigraph
import pytest
from rdflib import OWL, RDF, RDFS, Graph, URIRef

import ontology
from ontology.namespaces import CODE, FOAF, OGCM, PREFIXES
from tests.conftest import ROOT, needs_shared

KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)


def declared(term: URIRef) -> bool:
    return any((term, RDF.type, kind) in ontology.vocabulary() for kind in KINDS)


def design(start: str, end: str) -> str:
    text = needs_shared("design/ontology_design.md").read_text(encoding="utf-8")
    return text[text.index(f"\n## {start}") : text.index(f"\n## {end}")]


def test_every_term_of_the_design_is_declared() -> None:
    text = design("3. Classes", "5. Code lists")
    names = set(re.findall(r"`ogcm:([A-Za-z0-9]+)`", text))
    assert len(names) > 100
    assert {name for name in names if not declared(OGCM[name])} == set()


def test_every_reused_term_of_the_design_is_declared() -> None:
    text = design("3. Classes", "5. Code lists")
    found = {(prefix, name) for prefix, name in re.findall(r"`([a-z-]+):([A-Za-z]+)`", text) if prefix in PREFIXES}
    # org:unitOf, and org:role on a responsibility, are named there as what is not used.
    missing = {f"{prefix}:{name}" for prefix, name in found if not declared(URIRef(PREFIXES[prefix] + name))}
    assert missing <= {"org:unitOf"}


def test_the_design_names_what_we_added() -> None:
    """Beyond the design's names: declared inverses, the properties that describe code lists, and what rows of exports say."""
    named = set(re.findall(r"ogcm:([A-Za-z0-9]+)", design("3. Classes", "5. Code lists")))
    graph = ontology.vocabulary()
    ours = {str(term).removeprefix(str(OGCM)) for kind in KINDS for term in graph.subjects(RDF.type, kind) if term in OGCM}
    ours -= {str(graph.value(OGCM[name], OWL.inverseOf)).removeprefix(str(OGCM)) for name in named} | named
    assert ours == {
        "codeList", "forDimension", "forMethod",
        "shortTitle", "themeText", "clusterText", "compound", "clustered", "irmAssessed", "recommendedNextSteps",
        "startDateAsWritten", "endDateAsWritten", "possibleStartDate", "possibleEndDate", "textAsWritten", "numberAsWritten", "unclear",
        "titleAsWritten", "shortTitleAsWritten", "descriptionAsWritten", "themeTextAsWritten", "clusterTextAsWritten", "recommendedNextStepsAsWritten",
        "leadInstitutionAsWritten", "supportingInstitutionAsWritten",
    }  # fmt: skip


def test_the_sketch_of_the_design_uses_declared_terms_and_codes_only() -> None:
    text = design("12. Turtle sketch", "13. Rejected")
    sketch = Graph().parse(data=text[text.index("```turtle") + 9 : text.rindex("```")], format="turtle")
    terms = {*sketch.predicates(), *sketch.objects(None, RDF.type)} - {RDF.type}
    assert {term for term in terms if not declared(term)} == set()
    codes = {value for value in sketch.objects() if isinstance(value, URIRef) and value in CODE}
    assert codes and {code for code in codes if (code, RDF.type, None) not in ontology.vocabulary()} == set()


def designed_codes() -> dict[str, set[str]]:
    """Scheme -> codes, read from the design's table of section 5 (rows such as "`a` · `b` | one, two · three")."""
    found: dict[str, set[str]] = {}
    for row in design("5. Code lists", "6. Patterns").splitlines():
        cells = [cell.strip() for cell in row.strip().strip("|").split(" | ")]
        if len(cells) != 2 or not row.startswith("|") or "policy-area" in row or cells[0] == "Scheme":
            continue
        if cells[0].startswith("IRM scales"):
            for scheme, codes in re.findall(r"`([a-z]+[0-9a-z-]*)` ([a-z][a-z, -]*)(?:;|$)", cells[1]):
                found[scheme] = {code.strip() for code in codes.split(",")}
            continue
        schemes = re.findall(r"`([a-z-]+)`", cells[0])
        for scheme, codes in zip(schemes, cells[1].split(" · "), strict=True):
            found[scheme] = {code.strip() for code in re.sub(r"\(.*?\)", "", codes).split(",")}
    return found


def test_every_code_of_the_design_is_published() -> None:
    designed, ours = designed_codes(), ontology.code_schemes()
    assert {"role", "measure", "dimension", "method", "irm-completion-2018", "iap2"} <= designed.keys()
    missing = {scheme: codes - ours.get(scheme, {}).keys() for scheme, codes in designed.items()}
    assert {scheme: codes for scheme, codes in missing.items() if codes} == {}


def test_code_schemes_keep_the_order_of_their_scale_and_both_languages() -> None:
    schemes = ontology.code_schemes()
    assert list(schemes["irm-specificity-2011"]) == ["none", "low", "medium", "high"]
    assert schemes["role"]["co-responsible"] == {"es": "corresponsable", "en": "co-responsible"}
    assert all(set(labels) == {"es", "en"} for codes in schemes.values() for labels in codes.values())


def test_each_verdict_scale_says_where_it_fits() -> None:
    graph = ontology.vocabulary()
    for scheme in ontology.code_schemes():
        if scheme.startswith("irm-") or scheme == "iap2":
            for relation, codes in ((OGCM.forDimension, "dimension"), (OGCM.forMethod, "method")):
                fits = {str(value) for value in graph.objects(CODE[scheme], relation)}
                assert fits and fits <= {f"{CODE}{codes}/{code}" for code in ontology.code_schemes()[codes]}, scheme


def test_no_range_or_union_types_an_actor() -> None:
    graph = ontology.vocabulary()
    agents = set(graph.transitive_subjects(RDFS.subClassOf, FOAF.Agent))
    assert OGCM.Jurisdiction in agents and OGCM.Forum in agents
    for term in graph.subjects(RDFS.range, None):
        if term in OGCM:
            ranges = {value for each in graph.objects(term, RDFS.range) for value in [each, *_members(graph, each)]}
            assert not ranges & agents, term


def _members(graph: Graph, union: object) -> list[object]:
    first = graph.value(union, OWL.unionOf)
    return list(graph.items(first)) if first is not None else []


def test_versions_agree() -> None:
    header = URIRef(ontology.NAMESPACE_DOCUMENT)
    assert str(ontology.vocabulary().value(header, OWL.versionIRI)) == ontology.VERSION_IRI
    assert str(ontology.vocabulary().value(header, OWL.versionInfo)) == ontology.VERSION


def test_ntriples_are_the_vocabulary_sorted() -> None:
    lines = ontology.vocabulary_ntriples().splitlines(keepends=True)
    assert lines == sorted(lines) and len(lines) == len(set(lines)) == len(ontology.vocabulary())
    through_rdflib = pyoxigraph.Dataset(
        pyoxigraph.parse(ontology.vocabulary().serialize(format="nt", encoding="utf-8"), format=pyoxigraph.RdfFormat.N_TRIPLES)
    )
    through_rdflib.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    assert len(through_rdflib) == len(lines)
    ours = pyoxigraph.Dataset(pyoxigraph.parse(b"".join(lines), format=pyoxigraph.RdfFormat.N_TRIPLES))
    assert through_rdflib == ours


@pytest.mark.parametrize("seed", ["0", "4711"])
def test_ntriples_are_equal_in_another_process(seed: str) -> None:
    code = "import sys, ontology; sys.stdout.buffer.write(ontology.vocabulary_ntriples())"
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    output = subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, check=True).stdout
    assert output == ontology.vocabulary_ntriples()


def test_documents_name_and_explain_every_term() -> None:
    documents = {document.iri: document for document in ontology.documents()}
    assert documents[str(OGCM.ActionPlan)].kind == "class" and documents[str(OGCM.ActionPlan)].module == "plan"
    assert documents[str(OGCM.ActionPlan)].labels == {"es": "Plan de acción", "en": "Action plan"}
    assert documents[str(CODE["role/lead"])].kind == "code"
    assert not documents[str(FOAF.Agent)].ours and set(documents[str(FOAF.Agent)].definitions) == {"es", "en"}
    for document in documents.values():
        assert set(document.labels) == {"es", "en"}, document.iri
        assert document.kind == "code" or set(document.definitions) == {"es", "en"}, document.iri
