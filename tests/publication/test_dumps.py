"""Every dump says what the store says, term by term, whoever parses it."""

from __future__ import annotations

import gzip
import hashlib

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.compare import isomorphic

from commitments.release import CONSOLIDATED, EVERYTHING
from ingest.publication import dumps
from ingest.publication.statistics import NotSorted, checked
from ingest.publication.syntaxes import JsonLd, RdfXml, Turtle
from tests.publication.sample import BASE, sample_lines

TRIPLES = {
    "commitments.ttl": (ox.RdfFormat.TURTLE, "turtle"),
    "commitments.jsonld": (ox.RdfFormat.JSON_LD, "json-ld"),
    "commitments.rdf": (ox.RdfFormat.RDF_XML, "xml"),
    "commitments.nt": (ox.RdfFormat.N_TRIPLES, "nt"),
}
QUADS = {"commitments.nq": (ox.RdfFormat.N_QUADS, "nquads"), "commitments.trig": (ox.RdfFormat.TRIG, "trig")}
# Texts that a careless writer changes: quotes, escapes, white space at the ends, other alphabets, typed numbers.
HARD = [
    b'"a \\"quoted\\" \\\\ back\\\\slash"', b'"two\\nlines and\\ta tab"', b'"  spaces  "@es', b'"<b>&amp;\'"@en',
    '"ñandú 🌎 ﷽ e\u0301"@es-MX'.encode(), b'""', b'"12.50"', b'"2021-08"^^<http://www.w3.org/2001/XMLSchema#gYearMonth>',
    b'"true"^^<http://www.w3.org/2001/XMLSchema#boolean>', b'"-1.5"^^<http://www.w3.org/2001/XMLSchema#decimal>',
    b'"a\xc2\x85b\xe2\x80\xa8c\xc2\xa0"', b"<https://example.org/%C3%B1?a=1&b=%20#x.y>",
    "<https://example.org/ñ>".encode(),
]  # fmt: skip


@pytest.fixture(scope="module")
def store(published) -> ox.Store:
    store = ox.Store()
    store.bulk_load(path=str(published.file(EVERYTHING)), format=ox.RdfFormat.N_QUADS)
    return store


def default_graph(store: ox.Store) -> set[ox.Triple]:
    return {quad.triple for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph())}


@pytest.mark.parametrize("name", TRIPLES)
def test_triples_are_those_of_the_default_graph(published, store, name):
    syntax, rdflib_name = TRIPLES[name]
    expected = default_graph(store)
    assert expected == {quad.triple for quad in ox.parse(path=str(published.file(name)), format=syntax)}
    other = rdflib.Graph().parse(published.file(name), format=rdflib_name)
    assert {f"{s.n3()} {p.n3()} {as_written(o)}" for s, p, o in other} == {
        f"{triple.subject} {triple.predicate} {as_written(rdflib_term(triple.object))}" for triple in expected
    }


def as_written(term: rdflib.term.Node) -> tuple[str, ...]:
    if isinstance(term, rdflib.Literal):
        return (str(term), str(term.datatype or ""), (term.language or "").lower())
    return (str(term),)


def rdflib_term(term) -> rdflib.term.Node:
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    plain = term.language or term.datatype.value == str(rdflib.XSD.string)
    return rdflib.Literal(term.value, lang=term.language, datatype=None if plain else term.datatype.value, normalize=False)


NON_NEGATIVE = ox.NamedNode("http://www.w3.org/2001/XMLSchema#nonNegativeInteger")
INTEGER = ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")


def as_stored(term):
    """The term as the store gives it back.

    Blank nodes, which only vocabulary and shapes have, all look alike. The store keeps every derived integer type as
    xsd:integer (engine traps); in what we publish that meets `dcat:byteSize`, whose type DCAT-AP prescribes, and cardinalities
    of the vocabulary, whose type OWL prescribes.
    """
    if isinstance(term, ox.BlankNode):
        return "_:"
    if isinstance(term, ox.Literal) and term.datatype == NON_NEGATIVE:
        return ox.Literal(term.value, datatype=INTEGER)
    return term


def named_statements(quads) -> set[tuple]:
    return {tuple(map(as_stored, (quad.subject, quad.predicate, quad.object, quad.graph_name))) for quad in quads}


def test_in_the_sample_only_the_catalogue_has_a_type_that_the_store_widens(published):
    quads = ox.parse(path=str(published.everything), format=ox.RdfFormat.N_QUADS)
    widened = [quad for quad in quads if as_stored(quad.object) != quad.object and not isinstance(quad.object, ox.BlankNode)]
    assert {quad.predicate.value for quad in widened} == {"http://www.w3.org/ns/dcat#byteSize"}
    assert {quad.graph_name.value for quad in widened} == {f"{BASE}graph/catalog"}


@pytest.mark.parametrize("name", QUADS)
def test_quads_are_those_of_the_store(published, store, name):
    syntax, _ = QUADS[name]
    parsed = list(ox.parse(path=str(published.file(name)), format=syntax))
    assert len(parsed) == len(store)
    assert named_statements(parsed) == named_statements(store)


def test_trig_and_quads_are_alike_in_rdflib(published):
    quads = rdflib.Dataset().parse(published.file("commitments.nq"), format="nquads")
    trig = rdflib.Dataset().parse(published.file("commitments.trig"), format="trig")
    names = {str(graph.identifier) for graph in quads.graphs() if len(graph)}
    assert names == {str(graph.identifier) for graph in trig.graphs() if len(graph)}
    for name in names:
        assert isomorphic(quads.graph(rdflib.URIRef(name)), trig.graph(rdflib.URIRef(name))), name


def test_graph_files_are_the_named_graphs(published, store):
    for name, count in published.manifest.graphs.items():
        path = published.file(f"graphs/{name}.nt" if name else CONSOLIDATED)
        node = ox.NamedNode(f"{BASE}graph/{name}") if name else ox.DefaultGraph()
        inside = list(store.quads_for_pattern(None, None, None, node))
        parsed = [ox.Quad(*quad.triple, node) for quad in ox.parse(path=str(path), format=ox.RdfFormat.N_TRIPLES)]
        assert len(parsed) == len(inside) == count
        assert named_statements(parsed) == named_statements(inside)


def test_sorted_files_are_sorted_by_bytes_and_canonical(published):
    for path in [published.file(CONSOLIDATED), published.everything, *published.path.glob("graphs/*.nt")]:
        lines = path.read_bytes().splitlines(keepends=True)
        assert lines == sorted(set(lines)), path.name
        syntax = ox.RdfFormat.N_QUADS if path.suffix == ".nq" else ox.RdfFormat.N_TRIPLES
        if b"_:" not in path.read_bytes():
            assert ox.serialize(ox.parse(path=str(path), format=syntax), format=syntax) == path.read_bytes()


def test_release_id_is_the_hash_of_the_quads_without_the_catalogue(published):
    catalogue = f" <{BASE}graph/catalog> .\n".encode()
    lines = [line for line in published.everything.read_bytes().splitlines(keepends=True) if not line.endswith(catalogue)]
    digest = hashlib.sha256(b"".join(lines)).hexdigest()
    assert published.id == f"2021-05-31-{digest[:8]}"
    assert published.manifest.content_sha256 == digest


def test_compressed_files_hold_the_plain_ones_and_no_time(published):
    packed = sorted(published.path.glob("*.gz"))
    assert len(packed) == 6
    for path in packed:
        assert gzip.decompress(path.read_bytes()) == path.with_suffix("").read_bytes()
        assert path.read_bytes()[3] == 0, "no file name, no extra field"
        assert path.read_bytes()[4:8] == bytes(4), "no time"


@pytest.mark.parametrize("syntax", [ox.RdfFormat.TURTLE, ox.RdfFormat.JSON_LD, ox.RdfFormat.RDF_XML], ids=str)
def test_hard_texts_survive(tmp_path, syntax):
    lines = sorted(b"<https://a.example/s> <https://a.example/p> " + value + b" .\n" for value in HARD)
    path = tmp_path / "hard.nt"
    path.write_bytes(b"".join(checked(lines, "hard", dumps.unpublishable)))
    ours = {ox.RdfFormat.TURTLE: Turtle, ox.RdfFormat.JSON_LD: JsonLd, ox.RdfFormat.RDF_XML: RdfXml}[syntax]
    with open(tmp_path / "out", "w+b") as out:
        dumps.write_triples(path, [(ours({"a": "https://a.example/"}), out)])
    expected = {quad.triple for quad in ox.parse(path=str(path), format=ox.RdfFormat.N_TRIPLES)}
    assert len(expected) == len(HARD)
    assert {quad.triple for quad in ox.parse(path=str(tmp_path / "out"), format=syntax)} == expected
    readable = rdflib.Graph().parse(tmp_path / "out", format={"Turtle": "turtle", "JSON-LD": "json-ld", "RDF/XML": "xml"}[syntax.name])
    assert {as_written(term) for term in readable.objects()} == {as_written(rdflib_term(triple.object)) for triple in expected}


XSD = b"http://www.w3.org/2001/XMLSchema#"
UNSTABLE = [
    b'"%s"^^<%s%s>' % (text, XSD, name)
    for text, name in [
        (b"01", b"integer"), (b"+1", b"integer"), (b"-0", b"integer"), (b"12.50", b"decimal"), (b"100.0", b"decimal"),
        (b".5", b"decimal"), (b"1", b"boolean"), (b"1", b"nonNegativeInteger"),
    ]
]  # fmt: skip
STABLE = [
    b'"%s"^^<%s%s>' % (text, XSD, name)
    for text, name in [
        (b"0", b"integer"), (b"-10", b"integer"), (b"12.5", b"decimal"), (b"100", b"decimal"), (b"-0.05", b"decimal"),
        (b"true", b"boolean"), (b"2021-08", b"gYearMonth"), (b"2011", b"gYear"), (b"2021-08-31", b"date"),
    ]
]  # fmt: skip


@pytest.mark.parametrize("value", [*UNSTABLE, *STABLE])
def test_stable_literals_are_those_the_store_gives_back(value):
    line = b"<s:s> <p:p> " + value + b" .\n"
    store = ox.Store()
    store.load(line, format=ox.RdfFormat.N_TRIPLES)
    kept = [f"{quad.triple} .\n".encode() for quad in store] == [line]
    assert kept == (value in STABLE) == (dumps.unpublishable(line) is None)


def test_small_graphs_are_made_canonical_and_keep_their_blank_nodes():
    text = b'_:b7 <p:p> "100.0"^^<%sdecimal> .\n_:b7 <p:a> _:b8 .\n_:b7 <p:q> "1"^^<%snonNegativeInteger> .\n' % (XSD, XSD)
    space = XSD.decode()
    assert dumps.canonical_lines(text) == [
        "_:b7 <p:a> _:b8 .",
        f'_:b7 <p:p> "100"^^<{space}decimal> .',
        f'_:b7 <p:q> "1"^^<{space}nonNegativeInteger> .',
    ]


@pytest.mark.parametrize("value", [b'"a\\u0000"', b'"a\\bb"', b'"x\\\\\\fy"', b'"a\\r\\nb"', b'"\\uFFFE"', b"_:b0", *UNSTABLE])
def test_what_a_syntax_cannot_hold_is_refused(value):
    with pytest.raises(NotSorted, match="graph:1"):
        list(checked([b"<s:s> <p:p> " + value + b" .\n"], "graph", dumps.unpublishable))


@pytest.mark.parametrize("value", [b'"a\\\\r"', b'"C:\\\\new\\\\u0000"', b'"tab\\t"', b'"says _:b"'])
def test_what_only_looks_like_it_is_not_refused(value):
    assert list(checked([b"<s:s> <p:p> " + value + b" .\n"], "graph", dumps.unpublishable))


def test_a_draft_out_of_order_is_refused():
    lines = sample_lines()
    with pytest.raises(NotSorted, match="graph:2"):
        list(checked([lines[1], lines[0]], "graph"))
    with pytest.raises(NotSorted, match="graph:2"):
        list(checked([lines[0], lines[0]], "graph"))
