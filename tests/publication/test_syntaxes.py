"""Every syntax is written as pyoxigraph's own serializers write it, byte by byte."""

from __future__ import annotations

import io
from itertools import groupby
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import sorting
from ingest.publication import dumps, publish, syntaxes
from ingest.publication.grouping import subjects
from ingest.publication.statistics import NotSorted
from ingest.publication.syntaxes import SYNTAXES, Turtle
from ingest.sorting import by_subject
from ontology.namespaces import RDF, RDFS
from tests.publication.sample import BASE, sample_draft, sample_lines

XSD = "http://www.w3.org/2001/XMLSchema#"
PREFIXES = {"a": "https://a.example/", "aa": "https://a.example/a/", "def": "https://w3id.org/ogcm/def#", "rdfs": str(RDFS), "x": "https://a.example/x#"}
TYPE, LABEL = str(RDF.type), str(RDFS.label)

# Names that prefixes shorten, or do not, or only with escapes; some are reserved in RDF/XML.
NAMES = st.sampled_from([
    "https://a.example/s", "https://a.example/a/b", "https://a.example/a/", "https://a.example/", "https://a.example/x#y", "https://a.example/x#1",
    "https://a.example/ñ/%20(1)?q=a&b='c'", "https://a.example/-.x.", "https://w3id.org/ogcm/def#Plan", "urn:x-y:z", "x:0", "x:1", "x:p", "http://b.example",
    "https://a.example/s2",
])  # fmt: skip
PREDICATES = st.sampled_from([TYPE, LABEL, "https://a.example/p", "https://a.example/q", "https://w3id.org/ogcm/def#r", "https://b.example/a/p#q", "x:p"])
CLASSES = st.sampled_from(["https://a.example/C", "https://w3id.org/ogcm/def#Plan", "https://b.example/x/D", f"{RDF}Description", f"{RDF}Bag", f"{RDF}li"])
TEXTS = st.one_of(
    st.sampled_from(['"', "\\", " .\n", "\n\t", "]},{\"@id\":\"x:1\",", "</rdf:Description>", ' , "', "<&>'", "", "a .", "x" * 600, "_:b", "\u007f\u0085\u2028"]),
    st.text(st.characters(min_codepoint=0x20, exclude_characters="\ufffe\uffff", exclude_categories=["Cs"]), max_size=12),
    st.text(st.sampled_from('"\\\n\t .,;<>{}[]:@^_aé🌎'), max_size=12),
)
LITERALS = st.one_of(
    st.builds(ox.Literal, TEXTS),
    st.builds(lambda text, tag: ox.Literal(text, language=tag), TEXTS, st.sampled_from(["es", "en", "es-mx", "zh-hans-cn"])),
    st.builds(
        lambda text, name: ox.Literal(text, datatype=ox.NamedNode(f"{XSD}{name}")),
        st.sampled_from(["1", "-2", "1.5", "true", "1E0", "2021-05-31", "x", ""]),
        st.sampled_from(["integer", "decimal", "double", "boolean", "date", "nonNegativeInteger"]),
    ),
)
STATEMENTS = st.one_of(
    st.tuples(NAMES, PREDICATES, st.one_of(NAMES.map(ox.NamedNode), LITERALS)),
    st.tuples(NAMES, st.just(TYPE), CLASSES.map(ox.NamedNode)),
)
GRAPHS = st.lists(STATEMENTS, max_size=25).map(lambda found: sorted({f"{ox.Triple(ox.NamedNode(s), ox.NamedNode(p), o)} .\n".encode() for s, p, o in found}))


def readable(lines: list[bytes]) -> bytes:
    """Each subject's types and labels before the rest."""
    first = [f"<{TYPE}>".encode(), f"<{LABEL}>".encode()]

    def place(line: bytes) -> int:
        predicate = line.split(b" ", 2)[1]
        return first.index(predicate) if predicate in first else 2

    return b"".join(line for _, group in by_subject([lines] if lines else []) for line in sorted(group, key=place))


def library(lines: list[bytes], syntax: ox.RdfFormat, prefixes: dict[str, str]) -> bytes:
    return ox.serialize(ox.parse(readable(lines), format=ox.RdfFormat.N_TRIPLES), format=syntax, prefixes=prefixes)


def written(path: Path, suffixes: list[str], prefixes: dict[str, str]) -> list[bytes]:
    outputs = [(SYNTAXES[suffix](prefixes), io.BytesIO()) for suffix in suffixes]
    dumps.write_triples(path, outputs)
    return [out.getvalue() for _, out in outputs]


ONE_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@ONE_FOLDER
@given(GRAPHS, st.sampled_from([PREFIXES, {}]))
def test_graphs_are_written_as_the_library_writes_them(tmp_path: Path, lines: list[bytes], prefixes: dict[str, str]) -> None:
    path = tmp_path / "graph.nt"
    path.write_bytes(b"".join(lines))
    for suffix, text in zip(SYNTAXES, written(path, list(SYNTAXES), prefixes), strict=True):
        assert text == library(lines, SYNTAXES[suffix].format, prefixes)
    out = io.BytesIO()
    dumps.write_statements(lines, out, prefixes)
    assert out.getvalue() == library(lines, ox.RdfFormat.TURTLE, prefixes)


@pytest.mark.parametrize("suffix", SYNTAXES)
def test_batches_and_forgotten_ends_leave_no_seam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    monkeypatch.setattr(syntaxes, "_BATCH", 3)
    monkeypatch.setattr(syntaxes, "_REMEMBERED", 5)
    path = tmp_path / "graph.nt"
    path.write_bytes(b"".join(sample_lines()))
    assert written(path, [suffix], PREFIXES) == [library(sample_lines(), SYNTAXES[suffix].format, PREFIXES)]


def trig(folder: Path, default: list[bytes], named: dict[str, list[bytes]], prefixes: dict[str, str], more: dict[str, str]) -> bytes:
    """TriG as a release is given it: Turtle and blocks first, with fewer prefixes."""
    (folder / "default.nt").write_bytes(b"".join(default))
    turtle, out, blocks = io.BytesIO(), io.BytesIO(), {name: io.BytesIO() for name in named}
    also = []
    for name, lines in named.items():
        (folder / f"{name}.nt").write_bytes(b"".join(lines))
        also.append(dumps.Block(folder / f"{name}.nt", prefixes, blocks[name]))
    dumps.write_triples(folder / "default.nt", [(Turtle(prefixes), turtle)], also)
    (folder / "default.ttl").write_bytes(turtle.getvalue())
    for name, block in blocks.items():
        (folder / name).write_bytes(block.getvalue())
    dumps.write_trig((folder / "default.ttl", prefixes), {name: folder / name for name in named}, BASE, out, more)
    return out.getvalue()


def library_trig(default: list[bytes], named: dict[str, list[bytes]], prefixes: dict[str, str]) -> bytes:
    quads = readable(default) + b"".join(
        readable(lines).replace(b" .\n", f" <{BASE}graph/{name}> .\n".encode()) for name, lines in sorted(named.items())
    )
    return ox.serialize(ox.parse(quads, format=ox.RdfFormat.N_QUADS), format=ox.RdfFormat.TRIG, prefixes=prefixes)


@ONE_FOLDER
@given(GRAPHS.filter(bool), GRAPHS, st.data())
def test_trig_is_written_as_the_library_writes_it(tmp_path: Path, default: list[bytes], other: list[bytes], data: st.DataObject) -> None:
    """A graph that says some of what the default graph says, and more."""
    some = data.draw(st.lists(st.sampled_from([group for _, group in by_subject([default])]), unique_by=tuple))
    named = {"b": sorted({*other, *(line for group in some for line in group)}), "a": other}
    more = {**PREFIXES, "graph": f"{BASE}graph/"}
    assert trig(tmp_path, default, named, PREFIXES, more) == library_trig(default, named, more)


def test_large_blocks_are_written_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dumps, "_TOGETHER", 2)
    monkeypatch.setattr(syntaxes, "_BATCH", 7)
    lines = sample_lines()
    named = {"all": lines, "half": lines[::2], "one": lines[:1], "last": lines[-1:], "none": []}
    for default in (lines, lines[1:-1], lines[:3]):
        assert trig(tmp_path, default, named, PREFIXES, PREFIXES) == library_trig(default, named, PREFIXES)


def test_blank_nodes_of_a_named_graph_keep_their_names(tmp_path: Path) -> None:
    named = {"shapes": [b'<https://a.example/s> <https://a.example/p> _:b0 .\n', b'_:b0 <https://a.example/p> "x" .\n', b"_:b1 <https://a.example/p> _:b0 .\n"]}
    assert trig(tmp_path, sample_lines(), named, PREFIXES, PREFIXES) == library_trig(sample_lines(), named, PREFIXES)


@pytest.mark.parametrize("inside", ["", "a/b", "a#b"])
def test_a_prefix_of_the_catalogue_that_shortens_names_in_the_data_shortens_them_in_trig_alone(tmp_path: Path, inside: str) -> None:
    """`id-service` is a prefix only because the catalogue describes the endpoint."""
    draft = sample_draft(tmp_path / "draft")
    if inside:
        line = f"<{BASE}id/plan/MX-4> <http://xmlns.com/foaf/0.1/page> <{BASE}id/service/{inside}> .\n".encode()
        draft.graphs[""].write_bytes(b"".join(sorted({*draft.graphs[""].read_bytes().splitlines(keepends=True), line})))
    release = publish(draft, tmp_path / "data").release
    assert (b"id-service:" in release.file("commitments.ttl").read_bytes()) is False
    prefixes = dict(line.split()[1:3] for line in release.file("commitments.trig").read_text(encoding="utf-8").splitlines() if line.startswith("@prefix"))
    prefixes = {name.removesuffix(":"): space.strip("<>") for name, space in prefixes.items()}
    graphs = {name: release.file(f"graphs/{name}.nt").read_bytes().splitlines(keepends=True) for name in release.manifest.graphs if name}
    default = release.file("commitments.nt").read_bytes().splitlines(keepends=True)
    assert release.file("commitments.trig").read_bytes() == library_trig(default, graphs, prefixes)
    if inside:
        assert b"id-service:a" in release.file("commitments.trig").read_bytes()


def test_groups_are_those_of_a_walk_line_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = sorted({*sample_lines(), b"<a:a> <p:p> <a:b> .\n", b"<a:a-b> <p:p> <a:b> .\n", b"<a:aa> <p:p> <a:b> .\n", b"_:a <p:p> <a:b> .\n", b"_:a1 <p:p> <a:b> .\n"})
    path = tmp_path / "graph.nt"
    path.write_bytes(b"".join(lines))
    expected = [(subject, list(group)) for subject, group in groupby(lines, key=lambda line: line.split(b" ")[0])]
    for block in (1, 100, 1000, 1 << 20):
        monkeypatch.setattr(sorting, "BLOCK", block)
        assert list(subjects(path)) == list(sorting.subjects(path)) == expected
    path.write_bytes(b"")
    assert list(subjects(path)) == []


def test_lines_out_of_order_come_to_an_end() -> None:
    lines = sample_lines()[::-1]
    assert [line for _, group in by_subject([lines]) for line in group] == lines


@pytest.mark.parametrize(
    ("more", "namespaces", "alike"),
    [
        ({"a": "https://a.example/"}, {"https://a.example/"}, True),
        ({"a": "https://a.example/", "b": "https://b.example/"}, {"https://a.example/"}, True),
        ({"a": "https://a.example/", "b": "https://b.example/"}, {"https://b.example/c/"}, False),
        ({"a": "https://b.example/"}, set(), False),
        ({}, set(), False),
    ],
)
def test_more_prefixes_change_only_what_they_shorten(more: dict[str, str], namespaces: set[str], alike: bool) -> None:
    assert dumps.alike({"a": "https://a.example/"}, more, namespaces) is alike


@pytest.mark.parametrize("suffix", SYNTAXES)
def test_pieces_never_stand_in_wrong_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    """A library that writes otherwise than the one that this was written for."""
    path = tmp_path / "graph.nt"
    path.write_bytes(b"".join(sample_lines()))
    pieces = SYNTAXES[suffix].pieces
    monkeypatch.setattr(SYNTAXES[suffix], "pieces", lambda self, document: tuple(found[:-1] for found in pieces(self, document)))
    with pytest.raises(NotSorted, match="one piece for each"):
        written(path, [suffix], PREFIXES)


def test_two_statements_in_a_line_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "graph.nt"
    path.write_bytes(b'<a:a> <p:p> "x" . <a:b> <p:p> "y" .\n<a:c> <p:p> "z" .\n')
    with pytest.raises((NotSorted, SyntaxError)):
        written(path, [".ttl"], PREFIXES)
