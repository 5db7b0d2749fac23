"""One of each kind stands for all: what is found through representatives is what judging every subject finds."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from ontology.namespaces import OGCM, RDF, RDFS, SH, SKOS, XSD
from shapes import large
from shapes.alike import Alike
from shapes.context import background
from shapes.engines import EnginesDisagree, Failure
from shapes.engines.fast import Pyshifty, lines
from shapes.engines.reference import PySHACL
from shapes.outline import Outline, skimmed
from shapes.reach import reach_of
from tests.shapes.test_engines import VALUES, core_of
from tests.shapes.test_large import generated, outline_of, write


def through_representatives(path: Path, core: Graph, known: bytes, engine: Pyshifty | PySHACL | None = None) -> tuple[set[Failure], set[Failure], Alike, Outline]:
    """What fails by representatives, what fails at every subject, and who the representatives are."""
    outline = skimmed(path, reach_of(core))
    alike = Alike(core, known, outline)
    outline.read(alike.visit)
    judging = large._Core(core, known, engine or Pyshifty())
    told = list(judging.everything(outline, alike))
    assert len(told) == len(set(told)), "each failure once"
    return set(told), judging.at(outline, outline.subjects), alike, outline


def mutated(seed: int) -> Graph:
    """The generated graph with several hundred faults of any kind, some of them many times over."""
    rng = random.Random(seed)
    graph = Graph(bind_namespaces="none")
    for triple in generated()[0]:
        graph.add(triple)
    triples = sorted(graph)
    predicates = sorted(set(graph.predicates()))
    subjects = sorted(set(graph.subjects()))
    for _ in range(150):
        graph.remove(rng.choice(triples))
    for _ in range(150):
        graph.add((rng.choice(subjects), rng.choice(predicates), rng.choice(VALUES)))
    for _ in range(150):
        s, p, o = rng.choice(triples)
        graph.remove((s, p, o))
        graph.add((s, p, rng.choice((rng.choice(subjects), rng.choice(triples)[2], rng.choice(VALUES), s))))
    for _ in range(10):  # the same fault at many
        kind, predicate = rng.choice(sorted(set(graph.objects(None, RDF.type)))), rng.choice(predicates)
        value = rng.choice((None, *VALUES))
        for subject in rng.sample(of := sorted(graph.subjects(RDF.type, kind)), min(30, len(of))):
            if value is None:
                graph.remove((subject, predicate, None))
            else:
                graph.add((subject, predicate, value))
    return graph


@pytest.mark.parametrize("seed", range(6))
def test_representatives_tell_what_every_subject_fails_with(tmp_path: Path, seed: int) -> None:
    path = write(tmp_path / "a.nt", mutated(seed))
    told, apart, alike, outline = through_representatives(path, core_of("consolidated"), lines(background()))
    assert told == apart
    assert len(told) > 100
    assert outline.size(alike.representatives) < outline.statements * 2 / 3


X = "urn:x:"


def shape(text: str) -> Graph:
    return Graph().parse(data=f"@prefix sh: <{SH}> . @prefix x: <{X}> . x:S sh:targetClass x:C ; {text}", format="turtle")


def nodes(*values: tuple[Node, ...], predicate: URIRef = URIRef(f"{X}p")) -> list[tuple[Node, Node, Node]]:
    found: list[tuple[Node, Node, Node]] = []
    for number, own in enumerate(values):
        subject = URIRef(f"{X}{number:02}")
        found.append((subject, RDF.type, URIRef(f"{X}C")))
        found += [(subject, predicate, value) for value in own]
    return found


A, B = URIRef(f"{X}a"), URIRef(f"{X}b")
TYPED = [(A, RDF.type, URIRef(f"{X}D")), (B, RDF.type, URIRef(f"{X}E")), (A, SKOS.inScheme, B)]
# A shape, values of its property at several nodes, and how many of these nodes have to be judged.
FORMS = {
    "count": ("sh:path x:p ; sh:maxCount 2 .", [(Literal("a"),), (Literal("b"),), tuple(map(Literal, "abc")), tuple(map(Literal, "abcdefg")), ()], 3),
    "datatype": (f"sh:path x:p ; sh:datatype <{XSD.string}> .", [(Literal("a"),), (Literal("b"),), (Literal("a", lang="en"),), (Literal("b", lang="es"),)], 2),
    "language": ("sh:path x:p ; sh:uniqueLang true .", [(Literal("a", lang="en"),), (Literal("b", lang="es"),), (Literal("b", lang="es"), Literal("c", lang="es"))], 3),
    "class": ("sh:path x:p ; sh:class x:D .", [(A,), (B,), (URIRef(f"{X}unknown"),), (URIRef(f"{X}other"),)], 3),
    "pattern": ('sh:path x:p ; sh:pattern "^a" .', [(Literal("a1"),), (Literal("a2"),), (Literal("b"),), (Literal("c"),)], 2),
    "constant": ("sh:path x:p ; sh:hasValue x:a .", [(A,), (A, B), (B,), (URIRef(f"{X}unknown"),)], 3),
    "list": ('sh:path x:p ; sh:in ("a" "b") .', [(Literal("a"),), (Literal("b"),), (Literal("c"),), (Literal("d"),)], 3),
    "range": ("sh:path x:p ; sh:minInclusive 3 .", [(Literal(1),), (Literal(5),), (Literal(5),), (Literal("5"),), (Literal("6"),)], 4),
    "own value": ("sh:path x:p ; sh:class x:D .", [(URIRef(f"{X}00"),), (URIRef(f"{X}00"),), (URIRef(f"{X}03"),)], 2),
    "length": ("sh:path x:p ; sh:maxLength 2 .", [(Literal("a"),), (Literal("a"),), (Literal("abc"),)], 2),
    "alternative": ("sh:path [ sh:alternativePath (x:p x:q) ] ; sh:maxCount 1 .", [(Literal("a"),), (Literal("b"),)], 1),
    "closed": ("sh:closed true .", [(Literal("a"),), (Literal("a"),)], 2),
    "sequence": ("sh:path (x:p <http://www.w3.org/2004/02/skos/core#inScheme>) ; sh:minCount 1 .", [(A,), (A,), (B,)], 3),
    "node": ("sh:path x:p ; sh:node [ sh:property [ sh:path <http://www.w3.org/2004/02/skos/core#inScheme> ; sh:hasValue x:b ] ] .", [(A,), (A,), (B,)], 2),
    "either": ("sh:or ([ sh:path x:p ; sh:minCount 1 ] [ sh:path x:q ; sh:minCount 1 ]) .", [(A,), (B,), (), ()], 2),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_shape_tells_apart_what_it_must(tmp_path: Path, form: str) -> None:
    text, values, expected = FORMS[form]
    data = Graph()
    for triple in nodes(*values) + TYPED:
        data.add(triple)
    told, apart, alike, _ = through_representatives(write(tmp_path / "a.nt", data), shape(text), b"", PySHACL())
    assert told == apart
    assert len({one for one in alike.representatives if one.startswith(b"<urn:x:0")}) == expected


def test_a_value_under_two_properties_of_an_alternative_is_one_value(tmp_path: Path) -> None:
    data = Graph()
    for number, (p, q) in enumerate([("a", "b"), ("a", "a"), ("c", "d"), ("e", "e")]):
        subject = URIRef(f"{X}{number:02}")
        data.add((subject, RDF.type, URIRef(f"{X}C")))
        data.add((subject, URIRef(f"{X}p"), Literal(p)))
        data.add((subject, URIRef(f"{X}q"), Literal(q)))
    told, apart, _, _ = through_representatives(write(tmp_path / "a.nt", data), shape("sh:path [ sh:alternativePath (x:p x:q) ] ; sh:maxCount 1 ."), b"")
    assert told == apart
    assert {str(focus) for _, _, focus, _ in told} == {f"{X}00", f"{X}02"}


@pytest.mark.parametrize("text", ["sh:path x:p ; sh:maxCount 1 .", "sh:path x:p ; sh:uniqueLang true .", "sh:path x:p ; sh:datatype x:D ."])
@pytest.mark.parametrize("again", ['"é"@es', '"\\u00E9"@es', '"\\U000000e9"@es'])
def test_a_value_that_stands_twice_is_one_value(tmp_path: Path, text: str, again: str) -> None:
    """Else a node that says one thing twice, in whatever spelling, would stand for those that say two things."""
    values = ['"é"@es', again], ['"a"@es', '"b"@es'], ['"a"@es', '"b"@es', '"c"@en'], ['"a"@es', '"b"@en']
    path = tmp_path / "a.nt"
    with path.open("w", encoding="utf-8") as file:
        for number, own in enumerate(values):
            file.write(f"<{X}{number:02}> <{RDF.type}> <{X}C> .\n")
            file.writelines(f"<{X}{number:02}> <{X}p> {value} .\n" for value in own)
    told, apart, _, _ = through_representatives(path, shape(text), b"", PySHACL())
    assert told == apart
    if "datatype" not in text:
        assert {str(focus) for _, _, focus, _ in told} == {f"{X}01", f"{X}02"} | ({f"{X}03"} if "maxCount" in text else set())


def test_who_points_at_a_node_tells_it_apart(tmp_path: Path) -> None:
    data = Graph()
    for triple in [*nodes((), (), ()), (A, URIRef(f"{X}p"), URIRef(f"{X}00")), (B, URIRef(f"{X}p"), URIRef(f"{X}01")), *TYPED]:
        data.add(triple)
    told, apart, _, _ = through_representatives(write(tmp_path / "a.nt", data), shape("sh:path [ sh:inversePath x:p ] ; sh:class x:D ; sh:minCount 1 ."), b"")
    assert told == apart
    assert {str(focus) for _, _, focus, _ in told} == {f"{X}01", f"{X}02"}


def test_a_kind_that_is_none_stops_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the sorting wrong, what the engine finds at representatives would not be what their kind is told."""
    monkeypatch.setattr(Alike, "_described", lambda *_: None)
    with pytest.raises(EnginesDisagree, match="its kind"):
        for seed in range(6):
            through_representatives(write(tmp_path / "a.nt", mutated(seed)), core_of("consolidated"), lines(background()))


def test_subclasses_stated_in_the_file_are_chosen(tmp_path: Path) -> None:
    data = Graph()
    data.add((URIRef(f"{X}F"), RDFS.subClassOf, URIRef(f"{X}C")))
    data.add((A, RDF.type, URIRef(f"{X}F")))
    told, apart, _, _ = through_representatives(write(tmp_path / "a.nt", data), shape("sh:path x:p ; sh:minCount 1 ."), b"")
    assert told == apart and len(told) == 1


def test_an_outline_reads_what_looks_like_a_statement_in_a_text(tmp_path: Path) -> None:
    data = Graph()
    data.add((A, RDFS.label, Literal(f"x <{RDF.type}> <{OGCM.Commitment}> .")))
    outline = outline_of(write(tmp_path / "a.nt", data), reach_of(core_of("consolidated")))
    assert outline.subjects == {f"<{A}>".encode(): ()}
