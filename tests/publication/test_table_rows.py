"""Tables made in one pass hold what a SPARQL engine answers to their queries."""

from __future__ import annotations

import contextlib
import csv
import io
import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.publication import TableError, tables
from ingest.publication.tables import rows
from ingest.publication.tables.patterns import Language, PatternError, read_pattern
from ingest.publication.tables.rows import SortedText
from ontology.namespaces import PREFIXES, RDF
from tests.publication.sample import BASE, sample_lines

TYPE = f"<{RDF.type}>"
QUERIES = tables.table_queries()


def answered(query: tables.TableQuery, lines: list[bytes]) -> list[list[str]]:
    """The table as an engine's solutions make it: those with one key are one row, the values of a cell sorted and joined."""
    store = ox.Store()
    store.load(b"".join(lines), format=ox.RdfFormat.N_TRIPLES)
    found: dict[str, list[set[str]]] = {}
    for solution in store.query(query.sparql, base_iri=BASE):
        cells = found.setdefault(solution[0].value, [set() for _ in query.columns])
        for values, term in zip(cells, solution, strict=True):
            if term is not None and term.value:
                values.add(term.value)
    return [[tables.SEPARATOR.join(sorted(values)) for values in cells] for _, cells in sorted(found.items())]


def made(queries: list[tables.TableQuery], lines: list[bytes], folder: Path) -> dict[str, list[list[str]]]:
    source, out = folder / "graph.nt", {}
    source.write_bytes(b"".join(lines))

    @contextlib.contextmanager
    def create(path):
        out[path] = io.BytesIO()
        yield out[path]

    counts = tables.write_tables(queries, source, create, folder)
    found = {query.name: list(csv.reader(io.StringIO(out[query.path].getvalue().decode(), newline="")))[1:] for query in queries}
    assert counts == {name: len(content) for name, content in found.items()}
    return found


@pytest.fixture(scope="module")
def many() -> list[tables.TableQuery]:
    """All tables, with any number of values allowed everywhere: made-up graphs know no rules."""
    return [
        tables.TableQuery(query.name, query.title, tuple(tables.Column(c.name, "string", c.description) for c in query.columns), query.sparql, query.pattern)
        for query in QUERIES
    ]


def test_the_sample_gives_what_the_engine_answers(tmp_path: Path) -> None:
    found = made(QUERIES, sample_lines(), tmp_path)
    assert {query.name: answered(query, sample_lines()) for query in QUERIES} == found
    assert sum(map(bool, found.values())) > 8


def terms() -> tuple[list[str], list[str]]:
    """The predicates and the classes that all queries name."""
    predicates, classes = set(), set()
    for query in QUERIES:
        key = query.pattern.key
        predicates |= {key.predicate, *(step for branch in query.pattern.branches for step in branch.path)}
        classes |= key.values or set()
    return sorted(predicates), sorted(classes)


PREDICATES, CLASSES = terms()
THINGS = [f"<{BASE}id/{name}>" for name in ("a", "a-b", "a/b", "b", "ñ", "c")]
TEXTS = st.sampled_from(["", "x", "uno", "dos, \\\"tres\\\"", "a\\nb\\t\\\\n", "\\u00E9\\U0001F30E", "=1", " | ", "x^^<y>", "@es"])
ENDS = st.one_of(st.just(""), st.sampled_from(["@es", "@en", "@es-mx", "@est", "@fr", "@en-us"]), st.just("^^<http://www.w3.org/2001/XMLSchema#date>"))
OBJECTS = st.one_of(st.sampled_from(THINGS), st.builds(lambda text, end: f'"{text}"{end}', TEXTS, ENDS))
STATEMENTS = st.one_of(
    st.builds(lambda s, o: f"{s} {TYPE} {o}", st.sampled_from(THINGS), st.sampled_from(CLASSES)),
    st.builds(lambda s, p, o: f"{s} {p} {o}", st.sampled_from(THINGS), st.sampled_from(PREDICATES), OBJECTS),
)


def canonical(statements: list[str]) -> list[bytes]:
    quads = ox.parse("".join(f"{line} .\n" for line in statements).encode(), format=ox.RdfFormat.N_TRIPLES)
    return sorted({f"{quad.triple} .\n".encode() for quad in quads})


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(statements=st.lists(STATEMENTS, min_size=1, max_size=40))
def test_any_graph_gives_what_the_engine_answers(tmp_path: Path, many: list[tables.TableQuery], statements: list[str]) -> None:
    lines = canonical(statements)
    assert made(many, lines, tmp_path) == {query.name: answered(query, lines) for query in many}


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data(), name=st.sampled_from([query.name for query in QUERIES]))
def test_each_table_alone_gives_what_the_engine_answers(tmp_path: Path, many: list[tables.TableQuery], data: st.DataObject, name: str) -> None:
    """Graphs that say nearly nothing but what one table asks for."""
    (query,) = [query for query in many if query.name == name]
    key = query.pattern.key
    own = st.sampled_from([step for branch in query.pattern.branches for step in branch.path])
    objects = st.one_of(st.sampled_from(sorted(key.values or THINGS)), OBJECTS)
    statement = st.one_of(
        st.builds(lambda s, o: f"{s} {key.predicate} {o}", st.sampled_from(THINGS), objects),
        st.builds(lambda s, p, o: f"{s} {p} {o}", st.sampled_from(THINGS), own, OBJECTS),
    )
    lines = canonical(data.draw(st.lists(statement, min_size=1, max_size=30)))
    assert made([query], lines, tmp_path)[name] == answered(query, lines)


def test_little_memory_gives_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = made(QUERIES, sample_lines(), tmp_path)
    monkeypatch.setattr(rows, "_RUN", 300)
    monkeypatch.setattr(rows, "_REMEMBERED", 1)
    monkeypatch.setattr(rows, "_SEARCHES", 2)
    assert made(QUERIES, sample_lines(), tmp_path) == whole
    assert [path.name for path in tmp_path.iterdir()] == ["graph.nt"], "what was on its way into order is gone"


def test_statements_of_a_subject_are_found_wherever_they_stand(tmp_path: Path) -> None:
    lines = sorted({*sample_lines(), b"<a:a> <p:p> <a:b> .\n", b"<a:a-b> <p:p> <a:b> .\n", b"<zz:z> <p:p> <a:b> .\n"})
    path = tmp_path / "graph.nt"
    path.write_bytes(b"".join(lines))
    with SortedText(path) as text:
        for subject in {line.split(b" ")[0] for line in lines}:
            assert list(text.of(subject)) == [line for line in lines if line.startswith(subject + b" ")]
        assert [list(text.of(subject)) for subject in (b"<a:>", b"<a:a", b"<zzz:z>", b"")] == [[], [], [], []]
    path.write_bytes(b"")
    with SortedText(path) as text:
        assert list(text.of(b"<a:a>")) == []


def test_lines_out_of_order_do_not_keep_the_search_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "graph.nt"
    path.write_bytes(b"".join(sample_lines()[::-1]) + b"no line feed")
    with SortedText(path) as text:
        for line in sample_lines():
            list(text.of(line.split(b" ")[0]))


SOUND = "SELECT ?a ?b WHERE { ?a a ogcm:Plan . { ?a a ogcm:Plan } UNION { ?a dct:title ?b } }"


@pytest.mark.parametrize("language", ["es", "es-mx", "en", "est", ""])
@pytest.mark.parametrize("tag", ["es", "es-MX", "en", "*"])
@pytest.mark.parametrize("sign", ["", "!"])
def test_languages_match_as_in_the_engine(language: str, tag: str, sign: str) -> None:
    store = ox.Store()
    store.load(f'<a:a> <p:p> "x"{"@" + language if language else ""} .'.encode(), format=ox.RdfFormat.N_TRIPLES)
    answer = store.query(f'ASK {{ ?a ?p ?b FILTER({sign}LANGMATCHES(LANG(?b), "{tag}")) }}')
    assert Language(tag.lower(), not sign).holds(language) == bool(answer)


def test_a_query_is_read() -> None:
    pattern = read_pattern(SOUND)
    assert pattern.columns == ("?a", "?b")
    assert pattern.key.predicate == TYPE and pattern.key.values == {f"<{PREFIXES['ogcm']}Plan>"}
    assert [branch.path for branch in pattern.branches] == [(TYPE,), (f"<{PREFIXES['dct']}title>",)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("SELECT ?a ?b", "SELECT ?a"), "a key and other columns"),
        (("SELECT ?a ?b", "SELECT ?a ?b ?b"), "each once"),
        (("SELECT ?a ?b", "SELECT ?a ?b ?c"), r"one branch per column expected, not so for \?c"),
        (("SELECT ?a ?b", "SELECT DISTINCT ?a ?b"), "a key and other columns"),
        (("WHERE", ""), "WHERE expected"),
        (("dct:title", "dcd:title"), "an IRI expected, found dcd:title"),
        (("dct:title", "<title>"), "not understood"),
        (("dct:title", "dct:title/dct:title/dct:title"), "one or two steps"),
        (("dct:title", "dct:title|skos:note"), "not understood"),
        (("dct:title", "^dct:title"), "not understood"),
        (("{ ?a dct:title ?b }", "{ ?c dct:title ?b }"), "a pattern with"),
        (("{ ?a dct:title ?b }", "{ ?a dct:title ogcm:Plan }"), "a variable expected"),
        (("{ ?a dct:title ?b }", "{ ?a dct:title ?c }"), "one branch per column"),
        (("{ ?a dct:title ?b }", "{ ?a dct:title ?b } UNION { ?a skos:note ?b }"), r"not so for \?b"),
        (("{ ?a dct:title ?b }", "{ ?a dct:title ?b ; dct:title ?c }"), "} expected"),
        (("{ ?a dct:title ?b }", "{ ?b dct:title ?a FILTER(LANGMATCHES(LANG(?b), \"es\")) }"), "no filter"),
        (("{ ?a dct:title ?b }", "{ ?a dct:title ?b FILTER(?b > 1) }"), "not understood"),
        (("{ ?a dct:title ?b }", "{ ?a dct:title ?b FILTER(LANG(?b)) }"), "LANGMATCHES expected"),
        (("{ ?a dct:title ?b }", "{ ?a dct:title ?b FILTER(LANGMATCHES(LANG(?b), ?a)) }"), "a language tag"),
        (("{ ?a a ogcm:Plan } UNION ", ""), "which subjects have a row"),
        (("{ ?a a ogcm:Plan } UNION ", "{ ?a a ogcm:Stage } UNION "), "a variable expected"),
        (("?a a ogcm:Plan .", "?b a ogcm:Plan ."), "which .* have a row"),
        ((" } }", " } } LIMIT 1"), "not understood"),
        ((" } }", " } } UNION"), "the end expected"),
        ((" } }", " }"), "} expected"),
        ((" }", ""), "} expected"),
    ],
)
def test_a_query_of_another_form_is_refused(change: tuple[str, str], reason: str) -> None:
    text = SOUND.replace(*change)
    assert text != SOUND
    with pytest.raises(PatternError, match=reason):
        read_pattern(text)
    header = "#+ title: {es: a, en: b}\n#+ columns: {a: {es: a, en: b}, b: {es: a, en: b}}\n"
    with pytest.raises(TableError, match=re.escape("things.rq")):
        tables.read_query("things", header + text)


def test_a_name_in_neither_of_our_languages_is_in_the_table(tmp_path: Path) -> None:
    [query] = [query for query in QUERIES if query.name == "organisations"]
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    lines = []
    for key, name in (("br-cgu", '"Controladoria-Geral da União"@pt'), ("xx-none", '"R3D"')):
        org = f"<{BASE}id/org/{key}>"
        lines += [f"{org} {TYPE} <http://data.europa.eu/m8g/PublicOrganisation> .\n".encode(), f"{org} {label} {name} .\n".encode()]
    rows_found = made([query], sorted(lines), tmp_path)["organisations"]
    columns = [column.name for column in query.columns]
    found = [{name: row[columns.index(name)] for name in ("label_es", "label_en", "label_other", "label_other_language")} for row in rows_found]
    assert [list(row.values()) for row in found] == [["", "", "Controladoria-Geral da União", "pt"], ["", "", "R3D", ""]]
