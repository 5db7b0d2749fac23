"""How far shapes look is derived from them, and what cannot be judged in parts is refused."""

from __future__ import annotations

import pytest
from rdflib import Graph, URIRef

from ontology.namespaces import ADMS, OGCM, RDF, SH, SKOS
from shapes.files import PROFILES, select_profile, shapes_graph
from shapes.large import core_of
from shapes.reach import reach_of

X = "urn:x:"


def core(text: str) -> Graph:
    return Graph().parse(format="turtle", data=f"@prefix sh: <{SH}> . @prefix x: <{X}> . {text}")


@pytest.mark.parametrize("profile", PROFILES)
def test_our_shapes_can_be_judged_in_parts(profile: str) -> None:
    reach = reach_of(core_of(select_profile(shapes_graph(), profile)))
    assert reach.links == 1
    assert RDF.type in reach.forward
    if profile == "consolidated":
        assert reach.forward >= {RDF.type, SKOS.inScheme}
        assert reach.backward >= {OGCM.forCommitment, ADMS.identifier}


@pytest.mark.parametrize(
    ("shape", "forward", "backward", "links"),
    [
        ("sh:path x:p ; sh:minCount 1", "", "", 0),
        ("sh:path x:p ; sh:class x:C", "type", "", 1),
        ("sh:path [ sh:inversePath x:p ] ; sh:minCount 1", "", "p", 1),
        ("sh:path ( x:p x:q x:r ) ; sh:minCount 1", "q r", "", 2),
        ("sh:path ( x:p [ sh:inversePath x:q ] ) ; sh:class x:C", "type", "q", 2),
        ("sh:path [ sh:alternativePath ( x:p ( x:q x:r ) ) ] ; sh:minCount 1", "r", "", 1),
        ("sh:path [ sh:zeroOrOnePath x:p ] ; sh:class x:C", "type", "", 1),
        ("sh:path x:p ; sh:node [ sh:property [ sh:path x:q ; sh:or ( [ sh:class x:C ] ) ] ]", "q type", "", 2),
        ("sh:path x:p ; sh:not [ sh:path x:q ; sh:lessThan x:r ]", "q r", "", 1),
        ("sh:path x:p ; sh:lessThan x:q", "", "", 0),
        ("sh:path x:p ; sh:qualifiedValueShape [ sh:class x:C ] ; sh:qualifiedMinCount 1", "type", "", 1),
    ],
)
def test_reach(shape: str, forward: str, backward: str, links: int) -> None:
    found = reach_of(core(f"x:S sh:targetClass x:T ; {shape} ."))

    def terms(names: str) -> set[URIRef]:
        return {RDF.type if name == "type" else URIRef(f"{X}{name}") for name in names.split()}

    assert (found.forward, found.backward, found.links) == (terms(forward), terms(backward), links)


@pytest.mark.parametrize(
    "shape",
    [
        "sh:targetClass x:T ; sh:path [ sh:zeroOrMorePath x:p ] ; sh:minCount 1",
        "sh:targetClass x:T ; sh:path [ sh:oneOrMorePath x:p ] ; sh:minCount 1",
        "sh:targetObjectsOf x:p ; sh:nodeKind sh:IRI",
        "sh:targetClass x:T ; sh:path x:p ; sh:node [ sh:closed true ]",
        "sh:targetClass x:T ; sh:path x:p ; sh:qualifiedValueShape [ sh:class x:C ] ; sh:qualifiedMinCount 1 ; sh:qualifiedValueShapesDisjoint true",
    ],
)
def test_what_cannot_be_judged_in_parts_is_refused(shape: str) -> None:
    with pytest.raises(ValueError, match=r"without bound|targetObjectsOf|sh:closed|siblings"):
        reach_of(core(f"x:S {shape} ."))
