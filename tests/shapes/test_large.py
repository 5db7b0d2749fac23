"""Large files: the results of a graph in memory, from parts of a file; a reference that stops a wrong build; reports of bounded size."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection
from functools import cache
from pathlib import Path

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

import shapes
from benchmarks.generated import BASE as GENERATED
from benchmarks.generated import Generator
from ontology.namespaces import DCT, OGCM, OGCM_SH, RDF, RDFS, SH, XSD
from shapes import large
from shapes.engines import EnginesDisagree, Failure
from shapes.engines.fast import Pyshifty, lines
from shapes.files import select_profile, shapes_graph
from shapes.outline import outline_of, term
from shapes.reach import reach_of
from tests.shapes.examples import BASE, CONTEXT, GOOD, broken, examples, good, profile_of

PLAN = URIRef(f"{BASE}id/plan/MX-4")
COMMITMENT = URIRef(f"{BASE}id/commitment/MX-4-01")
EVERYTHING = 10**9


def write(path: Path, graph: Graph) -> Path:
    path.write_bytes(b"".join(sorted(lines(graph).splitlines(keepends=True))))
    return path


def same(one: shapes.Report, other: shapes.Report) -> bool:
    return (one.to_json(), one.to_turtle(BASE), one.to_text("es"), one.to_text("en")) == (
        other.to_json(),
        other.to_turtle(BASE),
        other.to_text("es"),
        other.to_text("en"),
    )


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "PART", 40)


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("profile", GOOD)
def test_a_file_is_judged_as_a_graph_is(tmp_path: Path, profile: str) -> None:
    path = write(tmp_path / "good.nt", good(profile))
    report = shapes.validate_file(path, profile=profile, context=CONTEXT, reference_limit=EVERYTHING)
    assert same(report, shapes.validate(good(profile), profile=profile, context=CONTEXT))
    assert report.reference is not None and report.reference.whole
    assert bool(report.results) == (profile == "consolidated")


# Those that an evaluation in parts could get wrong: classes of other nodes, who points at a node, all of the dataset.
DISTANT = [
    "Commitment-actorRequired", "Commitment-ShortcutHasResponsibility", "Commitment-NumberIsUniqueInPlan", "Graph-KeysAreRegistered", "Graph-ObjectsAreDescribed",
    "Graph-KeysDifferBeyondCase", "Graph-TombstonesAreNotLinked", "Graph-KeyFollowsGrammar", "Organisation-NameIsUnique", "statedInClass", "temporalClass",
    "ActionPlan-DeclaredCountIsHeld", "Responsibility-roleCode", "Finding-targetClass", "Period-EndsAfterItStarts", "Link-HasDirectTriple", "labelNotEmpty",
]  # fmt: skip


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("name", DISTANT)
def test_a_fault_is_found_in_a_file_as_in_a_graph(tmp_path: Path, name: str) -> None:
    [constraint] = [constraint for constraint in shapes.constraints() if constraint.name == name]
    profile = profile_of(constraint)
    graph = broken(examples()[name], profile)
    report = shapes.validate_file(write(tmp_path / "broken.nt", graph), profile=profile, context=CONTEXT, reference_limit=EVERYTHING)
    assert same(report, shapes.validate(graph, profile=profile, context=CONTEXT))
    assert constraint.shape in {result.shape for result in report.results}


def test_the_registry_is_asked_without_a_statement_for_each_key(tmp_path: Path) -> None:
    """The constraint in SHACL and the membership test while reading find the same resources."""
    graph = Graph()
    for key in ("MX-3-04_1", "MX-3-04_2", "ñ_1", "MX-3-04_1/x"):
        graph.add((URIRef(f"{BASE}id/objective/{key}"), RDF.type, OGCM.Objective))
    graph.add((URIRef(f"{BASE}id/objectives/MX-9"), RDF.type, OGCM.Objective))
    graph.add((URIRef("https://elsewhere.example.org/id/objective/MX-9"), RDF.type, OGCM.Objective))
    for registry in ({"objective": ["MX-3-04_1", "unused"]}, {"objective": []}, {"plan": ["MX-4"]}, None):
        context = shapes.Context(BASE, registry)
        found = [
            {result.value for result in report.results if result.shape == large.REGISTERED}
            for report in (shapes.validate(graph, context=context), shapes.validate_file(write(tmp_path / "a.nt", graph), context=context))
        ]
        assert found[0] == found[1]
        assert len(found[0]) == {"objective": 3 if registry and registry.get("objective") else 4}.get(next(iter(registry or {"": 0})), 0)


class Forgetful(Pyshifty):
    """An engine that does not see what fails at one node, and sees something at another."""

    name = "forgetful"

    def __init__(self, blind_to: Node | None = None, imagined: Failure | None = None) -> None:
        self.blind_to, self.imagined = blind_to, imagined

    def failures(self, data: bytes, known: bytes, core: Graph, only: Collection[Node] | None = None) -> set[Failure]:
        found = {failure for failure in super().failures(data, known, core, only) if failure[2] != self.blind_to}
        return found | {self.imagined} if self.imagined and term(self.imagined[2]) in data else found


@cache
def selection() -> Graph:
    return select_profile(shapes_graph(), "consolidated")


def judge(path: Path, engine: Pyshifty, changed: Collection[str] | None = None, limit: int = EVERYTHING) -> shapes.Report:
    return large.validate_file(path, selection(), "consolidated", CONTEXT, changed, limit, engine)


def test_an_engine_that_misses_a_fault_stops_the_build(tmp_path: Path) -> None:
    path = write(tmp_path / "a.nt", broken(examples()["ActionPlan-jurisdictionRequired"], "consolidated"))
    [missed] = [result for result in shapes.validate_file(path, context=CONTEXT).violations if result.shape == OGCM_SH["ActionPlan-jurisdictionRequired"]]
    with pytest.raises(EnginesDisagree) as caught:
        judge(path, Forgetful(blind_to=missed.focus))
    assert {result[2] for result in caught.value.only_reference} == {missed.focus} and not caught.value.only_fast
    assert "only pySHACL finds" in str(caught.value) and "ActionPlan-jurisdictionRequired" in str(caught.value)


def test_an_engine_that_sees_a_fault_which_is_none_stops_the_build(tmp_path: Path) -> None:
    path = write(tmp_path / "a.nt", good("consolidated"))
    imagined = (OGCM_SH["ActionPlan-jurisdictionRequired"], SH.MinCountConstraintComponent, PLAN, None)
    for limit in (EVERYTHING, 0):  # the first faults of each shape are always judged twice
        with pytest.raises(EnginesDisagree) as caught:
            judge(path, Forgetful(imagined=imagined), limit=limit)
        differing = {*caught.value.only_fast, *caught.value.only_reference}
        assert {failure[:2] for failure in differing} == {imagined[:2]}  # at this plan, or at one that looks the same to the shape


def test_what_changed_and_what_it_can_break_is_judged_twice(tmp_path: Path) -> None:
    """A fault at a responsibility shows when its commitment changed, and when neither did it is taken on trust."""
    graph = good("consolidated")
    [responsibility, *_] = sorted(graph.subjects(OGCM.forCommitment, COMMITMENT))
    copy = Graph()
    for triple in graph:
        copy.add(triple)
    copy.remove((responsibility, OGCM.actor, None))
    path = write(tmp_path / "a.nt", copy)
    size = len(copy) - 1
    for changed in ({str(responsibility)}, {str(COMMITMENT)}):
        with pytest.raises(EnginesDisagree):
            judge(path, Forgetful(blind_to=responsibility), changed, size)
    report = judge(path, Forgetful(blind_to=responsibility), {f"{BASE}id/org/mx-gesoc"}, size)
    assert report.reference is not None and 0 < report.reference.subjects < report.reference.of_subjects


def test_who_reads_a_changed_subject_is_affected(tmp_path: Path) -> None:
    outline = outline_of(write(tmp_path / "a.nt", good("consolidated")), reach_of(large.core_of(selection())))
    graph = good("consolidated")
    affected = outline.affected({term(PLAN)})
    assert {term(subject) for subject in graph.subjects(None, PLAN)} <= affected
    responsibility = next(iter(sorted(graph.subjects(OGCM.forCommitment, COMMITMENT))))
    assert term(COMMITMENT) in outline.affected({term(responsibility)})  # read against its direction
    assert outline.affected({b"<urn:x:unknown>"}) == set()
    gone = sorted(graph.objects(COMMITMENT, DCT.isPartOf))[0]
    assert term(COMMITMENT) in outline.affected({term(gone)})


@cache
def generated() -> tuple[Graph, shapes.Context]:
    generator = Generator()
    generator.run(30_000)
    registry: dict[str, set[str]] = {}
    for kind, key in generator.out.registry.minted():
        registry.setdefault(kind, set()).add(key)
    graph = Graph(bind_namespaces="none")
    graph.parse(data="\n".join(generator.out.graphs()[""]), format="nt")
    return graph, shapes.Context(GENERATED, registry)


def faulty() -> tuple[Graph, dict[str, set[URIRef]]]:
    """The generated graph with ten faults of each of ten kinds, and where they are: shape -> focus nodes."""
    graph = Graph(bind_namespaces="none")
    for triple in generated()[0]:
        graph.add(triple)

    def of(kind: URIRef) -> list[URIRef]:
        return sorted(graph.subjects(RDF.type, kind))

    commitments, assessments, responsibilities, passages = (of(kind) for kind in (OGCM.Commitment, OGCM.Assessment, OGCM.Responsibility, OGCM.Passage))
    faults: dict[str, set[URIRef]] = {}

    def inject(shape: str, subjects: list[URIRef], predicate: URIRef, value: Node | None) -> None:
        """Take the value of a property away, or give another."""
        assert len(subjects) == 10
        faults[shape] = set(subjects)
        for subject in subjects:
            if value is None or shape.endswith(("Class", "Code", "Datatype", "NotEmpty")):
                graph.remove((subject, predicate, None))
            if value is not None:
                graph.add((subject, predicate, value))

    inject("labelRequired", passages[:10], RDFS.label, None)
    inject("labelNotEmpty", passages[10:20], RDFS.label, Literal(" ", lang="es"))
    inject("Passage-sourceRequired", passages[20:30], DCT.isPartOf, None)
    inject("statedInClass", commitments[:10], OGCM.statedIn, commitments[0])
    inject("numberDatatype", commitments[10:20], OGCM.number, Literal(7, datatype=XSD.integer))
    inject("Responsibility-actorRequired", responsibilities[:10], OGCM.actor, None)
    inject("Responsibility-commitmentSingle", responsibilities[10:20], OGCM.forCommitment, commitments[-1])
    inject("Responsibility-roleCode", responsibilities[20:30], OGCM.role, passages[0])
    inject("Assessment-methodSingle", assessments[:10], OGCM.methodVersion, passages[1])
    inject("Finding-targetRequired", assessments[10:20], OGCM.target, None)
    return graph, faults


def test_every_injected_fault_is_found_and_the_engines_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "PART", 1500)
    graph, faults = faulty()
    path = write(tmp_path / "faulty.nt", graph)
    report = shapes.validate_file(path, context=generated()[1], reference_limit=EVERYTHING)
    assert report.reference is not None and report.reference.whole
    found: dict[str, set[Node]] = {}
    for result in report.results:
        found.setdefault(result.shape.fragment, set()).add(result.focus)
    assert {shape: faults[shape] & found.get(shape, set()) for shape in faults} == faults
    without = shapes.validate_file(path, context=generated()[1], reference_limit=0)
    assert without.results == report.results
    assert not without.reference.whole and without.reference.subjects


def test_only_a_share_is_judged_twice_above_the_limit_and_the_report_says_so(tmp_path: Path) -> None:
    graph, context = generated()
    path = write(tmp_path / "a.nt", graph)
    first, again = (shapes.validate_file(path, context=context, reference_limit=1000) for _ in range(2))
    assert first.reference == again.reference
    assert first.reference is not None and 500 < first.reference.triples < 2000 and first.reference.of_triples == len(graph)
    assert json.loads(first.to_json())["reference"]["triples"] == first.reference.triples
    for lang, start in (("en", "The reference engine (pySHACL) judged"), ("es", "El motor de referencia (pySHACL) evaluó")):
        assert first.to_text(lang).splitlines()[-1].startswith(f"{start} {first.reference.subjects} ")
    parsed = Graph().parse(data=first.to_turtle(BASE), format="turtle")
    assert {comment.language for comment in parsed.objects(None, RDFS.comment)} == {"es", "en"}
    whole = shapes.validate_file(path, context=context, reference_limit=EVERYTHING)
    assert whole.results == first.results and "reference" not in json.loads(whole.to_json())


def test_of_many_equal_results_the_first_are_listed_and_all_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graph, _ = faulty()
    path, context = write(tmp_path / "a.nt", graph), generated()[1]
    whole = shapes.validate_file(path, context=context, reference_limit=0)
    monkeypatch.setattr(large, "LISTED", {"Violation": 4, "Warning": 2, "Info": 1})
    short = shapes.validate_file(path, context=context, reference_limit=0)
    assert short.totals == whole.totals and short.counts == whole.counts and short.conforms == whole.conforms
    for (shape, severity), number in whole.totals.items():
        listed = [result for result in short.results if result.shape == shape]
        assert listed == [result for result in whole.results if result.shape == shape][: large.LISTED[severity]]
        assert short.unlisted.get((shape, severity), 0) == number - len(listed)
    document = json.loads(short.to_json())
    assert sum(entry["count"] for entry in document["unlisted"]) + len(document["results"]) == sum(short.counts.values())
    assert "Violation: 6 more, counted and not listed [rule ogcm-sh:labelRequired]" in short.to_text("en").splitlines()
    assert "Violación: 6 más, contados y no listados [regla ogcm-sh:labelRequired]" in short.to_text("es").splitlines()
    comments = {str(comment) for comment in Graph().parse(data=short.to_turtle(BASE), format="turtle").objects(None, RDFS.comment)}
    assert "Violation, ogcm-sh:labelRequired: 6 more, counted and not listed." in comments


def test_a_store_on_disk_finds_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.nt", broken(examples()["Commitment-ShortcutHasResponsibility"], "consolidated"))
    in_memory = shapes.validate_file(path, context=CONTEXT)
    monkeypatch.setattr(large, "IN_MEMORY", 0)
    assert same(shapes.validate_file(path, context=CONTEXT), in_memory)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<urn:b> <urn:p> <urn:o> .\n<urn:a> <urn:p> <urn:o> .\n<urn:b> <urn:p> <urn:q> .\n", "not sorted"),
        ("<urn:a> <urn:p> _:b .\n", "blank node"),
        ("_:a <urn:p> <urn:b> .\n", "blank node"),
        ("<urn:a> <urn:p> <urn:b> .\n<urn:a> <urn:p> _:b .\n", "blank node"),
        ("<urn:a> <urn:p> <urn:b> .\n<urn:c> <urn:p> <ur", "not a statement"),
        ("<urn:a> <urn:p> <urn:b> .\n<urn:a> <urn:p> <ur", "not a statement"),
        ("# comment\n", "not a statement"),
        ("<urn:a> <urn:p> <urn:\\u0062> .\n", "not written out"),
        ('<urn:a> <urn:p> "x .\n', "Unexpected end"),
    ],
)
def test_a_file_that_cannot_be_judged_in_parts_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "a.nt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(shapes.UnreadableRdf, match=reason):
        shapes.validate_file(path)


def test_an_empty_file_and_an_absent_one(tmp_path: Path) -> None:
    (tmp_path / "a.nt").touch()
    assert shapes.validate_file(tmp_path / "a.nt").results == []
    with pytest.raises(shapes.UnreadableRdf):
        shapes.validate_file(tmp_path / "absent.nt")
    with pytest.raises(ValueError, match="unknown profile"):
        shapes.validate_file(tmp_path / "a.nt", profile="other")


def test_text_that_looks_like_the_end_of_a_statement_or_a_blank_node(tmp_path: Path) -> None:
    graph = Graph()
    graph.add((PLAN, RDF.type, OGCM.ActionPlan))
    graph.add((PLAN, RDFS.label, Literal(' _:b <urn:x> .\n\\u0062 "\\"', lang="es")))
    path = write(tmp_path / "a.nt", graph)
    assert same(shapes.validate_file(path, context=CONTEXT), shapes.validate(graph, context=CONTEXT))


def test_subjects_that_differ_between_two_files(tmp_path: Path) -> None:
    old, new = tmp_path / "old.nt", tmp_path / "new.nt"
    old.write_text('<urn:a> <urn:p> <urn:b> .\n<urn:c> <urn:p> "1" .\n<urn:d> <urn:p> "1" .\n')
    new.write_text('<urn:a> <urn:p> <urn:e> .\n<urn:c> <urn:p> "1" .\n<urn:d> <urn:p> "1" .\n<urn:d> <urn:p> "2" .\n')
    assert shapes.changed_subjects(old, new) == {"urn:a", "urn:b", "urn:e", "urn:d"}
    assert shapes.changed_subjects(old, old) == set()


def test_what_is_written_on_the_way_stands_beside_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A killed build leaves nothing elsewhere: the next one sweeps the folder of its sorted files."""
    seen = []
    made = tempfile.TemporaryDirectory.__init__

    def noted(self: tempfile.TemporaryDirectory[str], *arguments: object, **named: object) -> None:
        made(self, *arguments, **named)
        seen.append(Path(self.name).parent)

    monkeypatch.setattr(tempfile.TemporaryDirectory, "__init__", noted)
    shapes.validate_file(write(tmp_path / "good.nt", good("source")), profile="source", context=CONTEXT)
    assert seen == [tmp_path]
    assert [path.name for path in tmp_path.iterdir()] == ["good.nt"]
