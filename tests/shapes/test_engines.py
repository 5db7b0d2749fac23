"""The two engines of SHACL Core find the same, fault by fault; and asking SPARQL constraints at once finds what asking one by one finds."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import pytest
from rdflib import Graph, Literal, URIRef

import shapes
from ontology.namespaces import DCT, OGCM, OGCM_SH, RDF, SH, XSD
from shapes.context import background, context_triples
from shapes.engines import EnginesDisagree, Failure
from shapes.engines.fast import CANNOT, Limit, Pyshifty, lines
from shapes.engines.reference import PySHACL, for_pyshacl
from shapes.files import select_profile, shapes_graph
from shapes.sparql import solutions_at_once, sparql_results
from shapes.terms import store_of
from tests.shapes.examples import BASE, CONTEXT, alone, broken, examples, profile_of

CONSTRAINTS = {constraint.name: constraint for constraint in shapes.constraints()}
CORE = sorted(name for name, constraint in CONSTRAINTS.items() if constraint.parameter != SH.sparql)
SPARQL = sorted(set(CONSTRAINTS) - set(CORE))
FILES = sorted({constraint.file for constraint in CONSTRAINTS.values()})


@cache
def known() -> bytes:
    return lines(background())


def both(data: Graph, core: Graph) -> tuple[set[Failure], set[Failure]]:
    text = lines(data)
    return Pyshifty().failures(text, known(), core), PySHACL().failures(text, known(), core)


@pytest.mark.parametrize("name", CORE)
def test_both_engines_find_the_fault_of_an_example(name: str) -> None:
    constraint = CONSTRAINTS[name]
    fast, reference = both(broken(examples()[name], profile_of(constraint)), for_pyshacl(alone(constraint)))
    assert fast == reference
    assert {shape for shape, *_ in fast} == {constraint.shape}


@pytest.mark.parametrize("file", FILES)
def test_both_engines_find_the_same_in_all_faults_of_a_file_together(file: str) -> None:
    by_profile: dict[str, Graph] = defaultdict(lambda: Graph(bind_namespaces="none"))
    for constraint in CONSTRAINTS.values():
        if constraint.file == file:
            for triple in broken(examples()[constraint.name], profile_of(constraint)):
                by_profile[profile_of(constraint)].add(triple)
    for profile, data in by_profile.items():
        for triple in [*data.triples((None, None, None))]:
            if any(not isinstance(term, URIRef | Literal) for term in triple):
                data.remove(triple)
        fast, reference = both(data, core_of(profile))
        assert fast == reference


@cache
def core_of(profile: str) -> Graph:
    core = Graph(bind_namespaces="none")
    for triple in for_pyshacl(select_profile(shapes_graph(), profile)):
        if triple[1] != SH.sparql:
            core.add(triple)
    return core


@pytest.mark.parametrize("name", SPARQL)
def test_one_query_for_all_focus_nodes_finds_what_one_for_each_finds(name: str) -> None:
    constraint = CONSTRAINTS[name]
    data = Graph(bind_namespaces="none")
    for triples in (broken(examples()[name], profile_of(constraint)), background(), context_triples(CONTEXT)):
        for triple in triples:
            data.add(triple)
    store = store_of(data)
    apart = {(focus, frozenset(bound.items())) for _, focus, bound in sparql_results(alone(constraint), data, store)}
    assert {(focus, frozenset(bound.items())) for focus, bound in solutions_at_once(shapes_graph(), constraint.shape, store)} == apart
    assert apart


SUBJECT = URIRef(f"{BASE}id/commitment/MX-4-01")
VALUES = (  # what a table may bring: wrong types, wrong spellings, values that cannot be compared
    Literal("2020-02-30", datatype=XSD.date, normalize=False), Literal("2020", datatype=XSD.gYear), Literal("20", datatype=XSD.gYear, normalize=False),
    Literal("2020-13", datatype=XSD.gYearMonth, normalize=False), Literal("2021-01-01", datatype=XSD.date), Literal("x", datatype=XSD.integer, normalize=False),
    Literal("007", datatype=XSD.integer, normalize=False), Literal("1.50", datatype=XSD.decimal, normalize=False), Literal("1e3", datatype=XSD.double, normalize=False),
    Literal("-1", datatype=XSD.decimal), Literal("101", datatype=XSD.decimal), Literal("TRUE", datatype=XSD.boolean, normalize=False),
    Literal("1", datatype=XSD.boolean, normalize=False),
    Literal(""), Literal(" \t\n"), Literal("\u00a0"), Literal("\u2003"), Literal("\u200b"), Literal('"\\\n'), Literal("texto", lang="es"), Literal("texto", lang="ES"),
    Literal("text", lang="en-GB"), Literal("a@b"), URIRef("https://example.org/x"), URIRef(f"{BASE}id/plan/MX-4"),
)  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value.n3())
def test_any_value_in_any_property_is_judged_alike(value: Literal | URIRef) -> None:
    """Every class that is a target, with the value in every property that a shape asks something about."""
    core = core_of("consolidated")
    data = Graph(bind_namespaces="none")
    paths = sorted(path for path in set(core.objects(None, SH.path)) if isinstance(path, URIRef) and path != RDF.type)
    for number, target in enumerate(sorted(set(core.objects(None, SH.targetClass)))):
        subject = URIRef(f"{BASE}id/thing/{number}")
        data.add((subject, RDF.type, target))
        for path in paths:
            data.add((subject, path, value))
            data.add((subject, path, Literal("otro", lang="es")))
    fast, reference = both(data, core)
    assert fast == reference
    assert len(fast) > 100


@pytest.mark.parametrize(("start", "end"), [("2021-01-01", "2020-02-30"), ("2020-02-30", "2021-01-01"), ("2020-02-30", "2020-02-31")])
def test_an_ill_typed_value_is_in_no_order(start: str, end: str) -> None:
    """rdflib cannot compare these two, and pySHACL would end with its TypeError."""
    period = URIRef(f"{BASE}id/period/x")
    data = Graph()
    data.add((period, RDF.type, DCT.PeriodOfTime))
    data.add((period, OGCM.earliestStart, Literal(start, datatype=XSD.date, normalize=False)))
    data.add((period, OGCM.latestEnd, Literal(end, datatype=XSD.date, normalize=False)))
    fast, reference = both(data, core_of("consolidated"))
    assert fast == reference
    assert (OGCM_SH["Period-EndsAfterItStarts"], period) in {(shape, focus) for shape, _, focus, _ in reference}
    assert shapes.validate(data, context=CONTEXT).violations


def test_only_what_is_asked_for_is_reported() -> None:
    data = broken(examples()["labelRequired"], "consolidated")
    everything = Pyshifty().failures(lines(data), known(), core_of("consolidated"))
    one = next(iter(sorted(focus for _, _, focus, _ in everything)))
    for engine in (Pyshifty(), PySHACL()):
        assert engine.failures(lines(data), known(), core_of("consolidated"), {one}) == {failure for failure in everything if failure[2] == one}


def test_what_is_only_known_is_looked_at_and_not_judged() -> None:
    core = core_of("consolidated")
    plan = URIRef(f"{BASE}id/plan/MX-4")
    data = lines([(SUBJECT, RDF.type, OGCM.Commitment), (SUBJECT, URIRef("http://purl.org/dc/terms/isPartOf"), plan)])
    for engine in (Pyshifty(), PySHACL()):
        without = engine.failures(data, known(), core, {SUBJECT})
        typed = engine.failures(data, known() + lines([(plan, RDF.type, OGCM.ActionPlan)]), core, {SUBJECT})
        gone = {shape.fragment for shape, *_ in without - typed}
        assert gone and not typed - without
        assert {focus for _, _, focus, _ in engine.failures(data, known() + lines([(plan, RDF.type, OGCM.ActionPlan)]), core)} == {SUBJECT}


def test_what_is_described_may_have_its_class_from_what_is_known() -> None:
    scheme = URIRef("https://w3id.org/ogcm/code/irm-starred-current")
    data = Graph(bind_namespaces="none")
    data.add((scheme, DCT.title, Literal("without a language")))
    fast, reference = both(data, core_of("consolidated"))
    assert fast == reference
    assert (OGCM_SH.titleDatatype, SH.DatatypeConstraintComponent, scheme, Literal("without a language")) in fast


def test_a_disagreement_names_what_only_one_engine_finds() -> None:
    failure = (OGCM_SH.labelRequired, SH.MinCountConstraintComponent, SUBJECT, None)
    error = EnginesDisagree({failure}, set(), names=("fast", "pySHACL"))
    assert f"only fast finds 1: {failure[0]}" in str(error) and "pySHACL" not in str(error)
    many = EnginesDisagree(set(), {(*failure[:3], Literal(number)) for number in range(7)}, names=("fast", "pySHACL"))
    assert "only pySHACL finds 7" in str(many) and "and 2 more" in str(many)


@pytest.mark.parametrize("limit", CANNOT, ids=lambda limit: " ".join(sorted(parameter.fragment for parameter in limit.parameters)))
def test_what_the_fast_engine_is_not_asked_about_has_a_reason(limit: Limit) -> None:
    assert limit.reason and limit.parameters


def test_a_shape_with_two_qualified_counts_stays_with_pyshacl() -> None:
    """pyshifty names the component of the maximum where the minimum fails."""
    core = Graph().parse(
        format="turtle",
        data=f"""
        @prefix sh: <{SH}> . @prefix x: <urn:x:> .
        x:S a sh:PropertyShape ; sh:targetClass x:C ; sh:path x:p ; sh:qualifiedValueShape x:V ; sh:qualifiedMinCount 1 ; sh:qualifiedMaxCount 2 .
        x:V a sh:NodeShape ; sh:class x:D .
        """,
    )
    data = lines([(URIRef("urn:x:a"), RDF.type, URIRef("urn:x:C")), (URIRef("urn:x:a"), URIRef("urn:x:p"), URIRef("urn:x:b"))])
    expected = {(URIRef("urn:x:S"), SH.QualifiedMinCountConstraintComponent, URIRef("urn:x:a"), None)}
    assert Pyshifty().failures(data, b"", core) == PySHACL().failures(data, b"", core) == expected
    typed = lines([(URIRef("urn:x:b"), RDF.type, URIRef("urn:x:D"))])
    assert Pyshifty().failures(data, typed, core) == PySHACL().failures(data, typed, core) == set()


def test_equal_shapes_keep_their_names() -> None:
    """pyshifty's quick verdict gives one name to equal shapes; what is reported has the right one."""
    core = Graph().parse(
        format="turtle",
        data=f"""
        @prefix sh: <{SH}> . @prefix x: <urn:x:> .
        x:A a sh:PropertyShape ; sh:targetClass x:C ; sh:path x:p ; sh:minCount 1 .
        x:B a sh:PropertyShape ; sh:targetClass x:D ; sh:path x:p ; sh:minCount 1 .
        """,
    )
    data = lines([(URIRef(f"urn:x:{name}"), RDF.type, URIRef(f"urn:x:{kind}")) for name, kind in (("a", "C"), ("b", "D"))])
    fast = Pyshifty().failures(data, b"", core)
    assert fast == PySHACL().failures(data, b"", core)
    assert {(str(shape), str(focus)) for shape, _, focus, _ in fast} == {("urn:x:A", "urn:x:a"), ("urn:x:B", "urn:x:b")}
