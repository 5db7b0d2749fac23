"""Results as rows of VALUES: every term comes out of the engine as it came in."""

from __future__ import annotations

import json

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparql_api.federation.client import Reply
from sparql_api.federation.failures import ServiceFailure
from sparql_api.federation.solutions import RESULT_FORMATS, Rows, one_empty_solution, read_rows
from tests.federation.endpoint import RESULTS_JSON, Term, literal, results, uri

XSD = "http://www.w3.org/2001/XMLSchema#"
ENDPOINT = "https://data.example/sparql"


def rows_of(body: bytes, variables: tuple[str, ...] = ("x",), media_type: str = RESULTS_JSON, most: int = 100, cap: int | None = None, size: int = 10_000) -> Rows:
    return read_rows(ENDPOINT, Reply(media_type, body, cap), variables, most, size)


def code_of(body: bytes, variables: tuple[str, ...] = ("x",), media_type: str = RESULTS_JSON, **more: int) -> str:
    with pytest.raises(ServiceFailure) as failed:
        rows_of(body, variables, media_type, **more)
    return failed.value.code


def engine_reads(rows: Rows, *variables: str) -> list[tuple[object, ...]]:
    """The rows as the engine understands them, after the way of a query to a worker."""
    text = f"SELECT * {{ VALUES ({' '.join('?' + name for name in variables)}) {{{rows.text}}} }}"
    found = ox.Store().query(json.loads(json.dumps(text)), base_iri="http://ours.example/")
    assert isinstance(found, ox.QuerySolutions)
    return [tuple(row[name] for name in variables) for row in found]


TERMS: dict[str, tuple[Term, object]] = {
    "IRI": (uri("http://e.example/a"), ox.NamedNode("http://e.example/a")),
    "IRI with dots in its path": (uri("http://e.example/a/../b/./c"), ox.NamedNode("http://e.example/a/../b/./c")),
    "IRI with letters and escapes": (uri("urn:ñ:%7e'()?#ü"), ox.NamedNode("urn:ñ:%7e'()?#ü")),
    "string": (literal("a"), ox.Literal("a")),
    "empty": (literal(""), ox.Literal("")),
    "xsd:string": (literal("a", datatype=XSD + "string"), ox.Literal("a")),
    "language": (literal("hola", lang="es"), ox.Literal("hola", language="es")),
    "language with region": (literal("hola", lang="es-MX"), ox.Literal("hola", language="es-mx")),
    "date": (literal("2021-05-31", datatype=XSD + "date"), ox.Literal("2021-05-31", datatype=ox.NamedNode(XSD + "date"))),
    "no integer": (literal("x", datatype=XSD + "integer"), ox.Literal("x", datatype=ox.NamedNode(XSD + "integer"))),
    "type of its own": (literal("}\"", datatype="http://e.example/t"), ox.Literal('}"', datatype=ox.NamedNode("http://e.example/t"))),
    "old Virtuoso": ({"type": "typed-literal", "value": "7", "datatype": XSD + "integer"}, ox.Literal("7", datatype=ox.NamedNode(XSD + "integer"))),
    "quotes": (literal("\"'\"\"\"'''"), ox.Literal("\"'\"\"\"'''")),
    "backslashes": (literal("\\ \\\\ \\\" \\n \\u0041 \\U00000041 \\"), ox.Literal("\\ \\\\ \\\" \\n \\u0041 \\U00000041 \\")),
    "brackets and comment": (literal("}) # UNDEF } SERVICE <x> {"), ox.Literal("}) # UNDEF } SERVICE <x> {")),
    "line ends": (literal("a\nb\rc\r\nd\u2028e\u2029f\x85g"), ox.Literal("a\nb\rc\r\nd\u2028e\u2029f\x85g")),
    "controls": (literal("".join(map(chr, range(32))) + "\x7f"), ox.Literal("".join(map(chr, range(32))) + "\x7f")),
    "far planes": (literal("\U0001f600\U0010ffff\ufffe\ufeff"), ox.Literal("\U0001f600\U0010ffff\ufffe\ufeff")),
}  # fmt: skip


@pytest.mark.parametrize("name", TERMS)
def test_terms_come_out_as_they_came_in(name: str) -> None:
    written, meant = TERMS[name]
    rows = rows_of(results(["x"], [{"x": written}]))
    assert "\n" not in rows.text and "\r" not in rows.text
    assert engine_reads(rows, "x") == [(meant,)]


@given(st.text(), st.sampled_from([{}, {"lang": "en"}, {"datatype": "http://e.example/t"}]))
def test_any_text_comes_out_as_it_came_in(text: str, more: dict[str, str]) -> None:
    [(term,)] = engine_reads(rows_of(results(["x"], [{"x": literal(text, **more)}])), "x")
    assert isinstance(term, ox.Literal)
    assert (term.value, term.language) == (text, more.get("lang"))


def test_order_duplicates_and_gaps_are_kept() -> None:
    one, two = uri("urn:a:1"), uri("urn:a:2")
    rows = rows_of(results(["y", "x"], [{"x": two}, {"x": one, "y": two}, {}, {"x": one, "y": two}, {"y": one}]), ("x", "y"))
    assert (rows.count, rows.size) == (5, len(rows.text))
    a, b = ox.NamedNode("urn:a:1"), ox.NamedNode("urn:a:2")
    assert engine_reads(rows, "x", "y") == [(b, None), (a, b), (None, None), (a, b), (None, a)]


def test_no_rows_and_rows_of_nothing() -> None:
    assert engine_reads(rows_of(results(["x"], [])), "x") == []
    assert rows_of(results([], [{}, {}]), ()).text == "() ()"
    assert engine_reads(rows_of(results([], [{}, {}]), ())) == [(), ()]
    assert engine_reads(one_empty_solution(["x", "y"]), "x", "y") == [(None, None)]
    assert engine_reads(one_empty_solution([])) == [()]


def test_columns_nobody_asked_for_are_left_out_and_missing_ones_unbound() -> None:
    rows = rows_of(results(["z", "x"], [{"z": {"type": "bnode", "value": "b"}, "x": uri("urn:a:1")}]), ("x", "y"))
    assert engine_reads(rows, "x", "y") == [(ox.NamedNode("urn:a:1"), None)]


def test_xml_results() -> None:
    body = """<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="x"/></head><results>
      <result><binding name="x"><literal xml:lang="es">&lt;a&gt; ñ "</literal></binding></result><result></result></results></sparql>"""
    for media_type, form in RESULT_FORMATS.items():
        if form == ox.QueryResultsFormat.XML:
            assert engine_reads(rows_of(body.encode(), media_type=media_type), "x") == [(ox.Literal('<a> ñ "', language="es"),), (None,)]


def test_entities_of_an_xml_result_are_not_expanded() -> None:
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    body = f"""<?xml version="1.0"?><!DOCTYPE s [<!ENTITY l0 "ha">{laughs}<!ENTITY f SYSTEM "file:///etc/passwd">]>
      <sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="x"/></head><results>
      <result><binding name="x"><literal>&l9;&f;</literal></binding></result></results></sparql>"""
    assert code_of(body.encode(), media_type="application/sparql-results+xml") == "not-results"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", b"[]", b"{}", b"null", b'{"head":{"vars":["x"]}}', b'{"head":{},"boolean":true}', b"\xff\xfe",
        results(["x"], [{"x": uri("urn:a:1")}])[:-1], results(["x"], [{"x": uri("urn:a:1")}])[:-20], results(["x"], []) + b"{}",
        results(["x"], [{"x": uri("relative")}]), results(["x"], [{"x": uri("http://a b/")}]), results(["x"], [{"x": uri("http://a/>}<b")}]),
        results(["x"], [{"x": literal("a", lang='en" } UNION')}]), results(["x"], [{"x": literal("a", datatype="b c")}]),
        results(["x"], [{"x": {"type": "unknown", "value": "a"}}]), results(["x"], [{"x": {"type": "literal"}}]), results(["x"], [{"y": literal("a")}]),
        b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"\\ud800"}}]}}',
        b'{"head":{"vars":["x"]},"results":{"bindings":' + b"[" * 100_000,
        b"s,p\r\nERROR",
    ],
    ids=range(22),
)  # fmt: skip
def test_what_is_no_result_is_refused_whole(body: bytes) -> None:
    assert code_of(body) == "not-results"


@pytest.mark.parametrize("media_type", ["", "text/html", "text/csv", "application/rdf+xml", "application/problem+json"])
def test_other_media_types(media_type: str) -> None:
    assert code_of(results(["x"], []), media_type=media_type) == "not-results"


def test_blank_nodes_are_refused_by_name() -> None:
    with pytest.raises(ServiceFailure) as failed:
        rows_of(results(["x"], [{"x": literal("a")}, {"x": {"type": "bnode", "value": "b0"}}]))
    assert failed.value.code == "blank-node"
    assert all("isBlank(?x)" in text for text in failed.value.detail.values())


@pytest.mark.parametrize(
    "term",
    [
        {"type": "triple", "value": {"subject": uri("urn:a:1"), "predicate": uri("urn:a:2"), "object": literal("z")}},
        {"type": "literal", "value": "a", "xml:lang": "ar", "its:dir": "rtl"},
        literal("a", datatype="http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"),
    ],
)
def test_terms_beyond_rdf_11_are_refused(term: Term) -> None:
    assert code_of(results(["x"], [{"x": term}])) == "term"


def test_too_many_rows_are_no_result() -> None:
    body = results(["x"], [{"x": literal(str(number))} for number in range(11)])
    assert rows_of(body, most=11).count == 11
    assert code_of(body, most=10) == "too-many-rows"


def test_a_small_reply_does_not_grow_large() -> None:
    """Ten bytes a row, and a query of a thousand variables that nobody binds."""
    variables = tuple(f"v{number}" for number in range(1000))
    row = len(f"({' '.join(['UNDEF'] * 1000)})")
    assert rows_of(results([], [{}] * 3), variables, size=3 * row).count == 3
    assert code_of(results([], [{}] * 4), variables, size=3 * row) == "too-large"


def test_a_result_that_reaches_the_limit_of_its_endpoint_may_have_been_cut() -> None:
    body = results(["x"], [{"x": literal(str(number))} for number in range(10)])
    assert rows_of(body, cap=11).count == 10
    assert code_of(body, cap=10) == "partial"
