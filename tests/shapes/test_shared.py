"""A graph that another repeats is judged where they differ: the same report as by judging all of it."""

from __future__ import annotations

import logging
import random
from dataclasses import replace
from pathlib import Path

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

import shapes
from benchmarks.generated import BASE
from ontology.namespaces import DCT, OGCM, OGCM_SH, PREFIXES, QB, RDF, RDFS, SKOS
from shapes import shared
from shapes.large import OF_NAMES
from shapes.sparql import predicates_read
from tests.shapes.test_alike import mutated
from tests.shapes.test_engines import VALUES
from tests.shapes.test_large import same, write

CONTEXT = shapes.Context(BASE)
LIMIT = 2_000
# Constraints on these read any statement, or are no business of the view's.
NOT_HERE = {QB.Observation, URIRef("http://www.w3.org/ns/org#ChangeEvent"), OGCM.Link}


def without_faulty_names(graph: Graph, path: Path) -> Graph:
    """The graph without statements that constraints about names complain of."""
    while True:
        report = shapes.validate_file(write(path, graph), context=CONTEXT, reference_limit=LIMIT)
        values = {result.value for result in report.results if result.shape in OF_NAMES}
        if not values:
            return graph
        for value in values:
            for triple in ((value, None, None), (None, value, None), (None, None, value)):
                graph.remove(triple)


def source_of(view: Graph, rng: random.Random) -> Graph:
    """Most of what a view says, some of it otherwise, and some things that it does not know."""
    found = Graph(bind_namespaces="none")
    away = {subject for kind in NOT_HERE for subject in view.subjects(RDF.type, kind)}
    codes = set(view.subjects(SKOS.inScheme))  # both must say the same of them
    subjects = sorted(set(view.subjects()) - away - codes)
    chosen = rng.sample(subjects, len(subjects) * 7 // 10)
    predicates = sorted(set(view.predicates()) - {RDF.type, SKOS.inScheme})
    for triple in view:
        if triple[0] in codes - away:
            found.add(triple)
    for number, subject in enumerate(chosen):
        for _, p, o in view.triples((subject, None, None)):
            found.add((subject, p, o))
            if number % 40 == 0:
                found.add((URIRef(f"{subject}-2"), p, o))
        if number % 25 == 0:
            found.add((subject, rng.choice(predicates), rng.choice([one for one in VALUES if isinstance(one, Literal)])))
        elif number % 26 == 0:
            found.remove(next(found.triples((subject, None, None))))
    return found


@pytest.fixture
def silent_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    """rdflib logs every ill-typed literal with its stack, which pytest keeps, and with it what a thread was doing."""
    monkeypatch.setattr(logging.getLogger("rdflib.term"), "disabled", True)


@pytest.mark.usefixtures("silent_terms")
@pytest.mark.parametrize("seed", range(4))
def test_the_report_is_that_of_judging_all(tmp_path: Path, seed: int) -> None:
    view = without_faulty_names(mutated(seed), tmp_path / "view.nt")
    source = source_of(view, random.Random(seed))
    view_file, source_file = write(tmp_path / "view.nt", view), write(tmp_path / "source.nt", source)
    report, told = shapes.validate_telling(view_file, "source", context=CONTEXT, reference_limit=LIMIT)
    assert same(report, shapes.validate_file(view_file, context=CONTEXT, reference_limit=LIMIT)) and told is not None
    rest = shapes.judge_rest(source_file, view_file, profile="source", context=CONTEXT, reference_limit=LIMIT)
    assert isinstance(rest, shapes.RestJudged)
    alone = rest.kept.report("source", lambda _node: (), rest.share)
    joined = shapes.report_of(source_file, "source", told, rest)
    whole = shapes.validate_file(source_file, profile="source", context=CONTEXT, reference_limit=LIMIT)
    assert same(replace(joined, reference=None), replace(whole, reference=None))
    # Both parts had something to find, and the smaller one was judged here.
    assert 0 < sum(alone.counts.values()) < sum(joined.counts.values())
    assert len(rest.apart) < len(set(source.subjects())) / 2
    assert joined.reference is not None and whole.reference is not None
    assert (joined.reference.of_subjects, joined.reference.of_triples) == (whole.reference.of_subjects, whole.reference.of_triples)
    assert 0 < joined.reference.subjects <= joined.reference.of_subjects


THING = URIRef(f"{BASE}id/commitment/XX-1-01")
CODE = URIRef("https://w3id.org/ogcm/code/origin/made-up")
PLAIN = [(URIRef(f"{BASE}id/commitment/XX-1-{number:02}"), p, o) for number in range(1, 9) for p, o in ((RDF.type, OGCM.Commitment), (OGCM.origin, CODE))]


def graph_of(*triples: tuple[Node, Node, Node]) -> Graph:
    found = Graph(bind_namespaces="none")
    for triple in triples:
        found.add(triple)
    return found


def judged(folder: Path, source: list[tuple[Node, Node, Node]], view: list[tuple[Node, Node, Node]]) -> shapes.RestJudged | shapes.Report:
    files = write(folder / "source.nt", graph_of(*source)), write(folder / "view.nt", graph_of(*view))
    return shapes.judge_rest(*files, profile="source", context=CONTEXT)


def test_what_the_view_says_more_of_others_is_no_matter(tmp_path: Path) -> None:
    rest = judged(tmp_path, PLAIN, [*PLAIN, (URIRef(f"{BASE}id/area/XX"), RDF.type, OGCM.Jurisdiction)])
    assert isinstance(rest, shapes.RestJudged) and rest.apart == frozenset()


@pytest.mark.parametrize(
    ("source", "view"),
    [
        ([(THING, RDF.type, QB.Observation)], []),
        ([(THING, RDF.type, OGCM.Link)], []),
        ([(OGCM.Mine, RDFS.subClassOf, OGCM.Commitment)], []),
        ([], [(OGCM.Mine, RDFS.subClassOf, OGCM.Commitment)]),
        ([], [(CODE, SKOS.inScheme, URIRef("https://w3id.org/ogcm/code/origin"))]),
        ([(CODE, SKOS.inScheme, URIRef("https://w3id.org/ogcm/code/origin"))], []),
        ([(one, OGCM.number, Literal("1")) for one, _, _ in PLAIN], []),
    ],
    ids=["reads anything", "judged otherwise", "a hierarchy of its own", "a hierarchy of the view's", "a code of the view's", "a code of its own", "too much"],
)
def test_all_is_judged_where_the_view_cannot_help(tmp_path: Path, source: list[tuple[Node, Node, Node]], view: list[tuple[Node, Node, Node]]) -> None:
    found = judged(tmp_path, [*PLAIN, *source], [*PLAIN, *view])
    assert isinstance(found, shapes.Report)
    assert same(found, shapes.validate_file(tmp_path / "source.nt", profile="source", context=CONTEXT))


def test_a_view_with_faulty_names_tells_nothing(tmp_path: Path) -> None:
    faulty = (URIRef(f"{BASE}id/nothing/XX"), RDF.type, OGCM.Commitment)
    report, told = shapes.validate_telling(write(tmp_path / "view.nt", graph_of(*PLAIN, faulty)), "source", context=CONTEXT)
    assert OGCM_SH["Graph-KindIsKnown"] in {result.shape for result in report.results} and told is None


def test_a_view_with_too_many_faults_tells_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shapes.large.TOLD", 3)
    _, told = shapes.validate_telling(write(tmp_path / "view.nt", graph_of(*PLAIN)), "source", context=CONTEXT)
    assert told is None


@pytest.mark.parametrize("line", [b"<urn:x:z> <urn:x:p> no term .\n", b"<urn:x:z>\n", b"<urn:x:b> <urn:x:p> <urn:x:z> .\n", b"_:b <urn:x:p> <urn:x:o> .\n"])
def test_a_file_that_is_none_is_refused_as_ever(tmp_path: Path, line: bytes) -> None:
    view = write(tmp_path / "view.nt", graph_of(*PLAIN))
    source = tmp_path / "source.nt"
    source.write_bytes(b"<urn:x:b> <urn:x:p> <urn:x:o> .\n" + view.read_bytes() + line)
    with pytest.raises(shapes.UnreadableRdf) as refused:
        shapes.judge_rest(source, view, profile="source", context=CONTEXT)
    with pytest.raises(shapes.UnreadableRdf) as whole:
        shapes.validate_file(source, profile="source", context=CONTEXT)
    assert str(refused.value) == str(whole.value)


@pytest.mark.parametrize("block", [1, 200, 4 << 20])
def test_stretches_of_both_files_are_whole_subjects(tmp_path: Path, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shapes.outline._BLOCK", block)
    monkeypatch.setattr(shared, "_PIECE", block)
    rng = random.Random(block)
    everything = [f"<urn:x:{subject}> <urn:x:p> {value} .\n".encode() for subject in ("a", "a-1", "a!", "b", "b/c", "c", "d") for value in ('"x"', '"y"', "<urn:x:o>")]
    for number in range(20):
        own, theirs = (sorted(line for line in everything if rng.random() < share) for share in (0.7, 0.6))
        files = [tmp_path / f"{name}{number}.nt" for name in ("own", "theirs")]
        for path, content in zip(files, (own, theirs), strict=True):
            path.write_bytes(b"".join(content))
        stretches = list(shared._side_by_side(*files))
        assert [line for mine, _ in stretches for line in mine] == own
        assert [line for _, other in stretches for line in other] == theirs
        placed: dict[bytes, set[int]] = {}
        for at, both in enumerate(stretches):
            for line in (*both[0], *both[1]):
                placed.setdefault(line.split(b" ")[0], set()).add(at)
        assert all(len(at) == 1 for subject, at in placed.items() if any(line.startswith(subject + b" ") for line in own))


P = "PREFIX x: <urn:x:> " + "".join(f"PREFIX {prefix}: <{space}> " for prefix, space in PREFIXES.items() if prefix in ("rdf", "skos"))
READ = {
    "SELECT $this WHERE { $this a x:C ; x:p/^x:q|x:r ?o }": ["p", "q", "r", "type"],
    "SELECT $this WHERE { $this x:p ?o FILTER NOT EXISTS { ?o x:q+ ?z } }": ["p", "q"],
    "SELECT $this WHERE { { SELECT $this (COUNT(?o) AS ?n) WHERE { OPTIONAL { $this x:p ?o } } GROUP BY $this } FILTER (?n > 1) }": ["p"],
    "SELECT $this WHERE { $this x:p ?o . ?o x:q* $this }": ["p", "q"],
    "SELECT $this WHERE { ?o x:q* x:constant }": ["q"],
    "SELECT $this WHERE { ?o x:q* $this }": None,
    "SELECT $this WHERE { { $this x:p ?o } UNION { ?o x:q? ?z } }": None,
    "SELECT $this WHERE { $this x:p ?o FILTER EXISTS { $this ?any ?o } }": None,
    "SELECT $this WHERE { $this !x:p ?o }": None,
    "SELECT $this WHERE { VALUES ?p { x:p } $this ?p ?o }": None,
}


@pytest.mark.parametrize("query", READ)
def test_what_a_query_reads(query: str) -> None:
    found, expected = predicates_read(P + query), READ[query]
    assert (None if found is None else sorted(str(one).removeprefix("urn:x:").rpartition("#")[2] for one in found)) == expected


def test_a_title_is_no_name() -> None:
    """The constraints about names look at nothing but which names there are: what `judge_rest` relies on when it asks them of new names alone."""
    one = graph_of(*PLAIN, (THING, DCT.title, Literal("x")))
    results = [
        {(result.shape, result.value) for result in shapes.validate(graph, profile="source", context=CONTEXT).results if result.shape in OF_NAMES}
        for graph in (one, graph_of(*PLAIN))
    ]
    assert results[0] == results[1]
