"""The guard with a memory says what the guard without one says, about every query and every change of its values."""

from __future__ import annotations

import threading
import time
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ontology import questions
from sparql_api.sparql import tokens as t
from sparql_api.sparql.guard import Caps, GuardedQuery, QueryRefused, QuerySyntaxError, guard
from sparql_api.sparql.skeletons import cut
from sparql_api.sparql.tokens import TokenStream
from sparql_api.sparql.verdicts import Guard, Memory
from tests.conftest import ROOT
from tests.sparql.mistakes import MISTAKES

BASE = "http://example.org/sparql"
OPEN = frozenset({"http://example.org/sparql1", "http://example.com/endpoint", "http://a/open"})

# Each value of these means something to the verdict, or has a place that the verdict tells.
MEANINGFUL = [
    "SELECT * FROM <http://a/g> FROM NAMED <urn:g:2> { ?s <p> 'x' FILTER(<http://a/f>(?s, 1) && ?s < 5) } ORDER BY DESC(?s + 1) <http://a/f>('k') LIMIT 10 OFFSET 5",
    "BASE <http://b/> PREFIX p: <q/> SELECT (p:f(1) AS ?x) FROM <g> { GRAPH <h> { ?s p:o 1.5e3, -2, +.5, 'a'@en, \"b\"^^<http://a/dt>, '''long 'x' ''' } } LIMIT 7",
    "SELECT * { { SELECT ?s { ?s ?p 12 } ORDER BY STRLEN('abc') LIMIT 3 } SERVICE <http://a/open> { ?s <http://a/p> 'in', 5 } SERVICE SILENT <http://a/open> { } }"
    " VALUES ?s { 1 <a> 'b' }",
    "CONSTRUCT { ?s <p> 1 } WHERE { ?s <p> ?o FILTER(<http://www.w3.org/2001/XMLSchema#integer>(?o) >= 2) } OFFSET 4",
    "DESCRIBE <http://a/b> <c> LIMIT 1",
    "ASK { ?a<1 ?b<= 2 }",
    "ASK { FILTER(?a <1 && ?a<= 2 && ?b> 3 && 'é' != 'x>') }",
    "ASK { ?s <p> true . FILTER(?s = TRUE || 'x' = ?s) }",
    "SELECT (GROUP_CONCAT(?x; SEPARATOR=', ') AS ?y) { VALUES (?x ?z) { ('a' 1) (<b> UNDEF) } } # 'no value' <x> 5",
]
VALUES = {
    t.IRI: [
        "<http://a/b>", "<x>", "<>", "<http://a/f>", "<http://a/open>", "<http://[bad/>", "<file:///etc/passwd>", "<a:b'c>",
        "<http://á/é>", "<#>", "<5&&?b>", "<%zz>", "<//a:b>",
    ],
    t.STRING: ["''", '"x"', "'LIMIT 5'", '"""a "b" c"""', "'''\n'''", "'it\\'s'", "'x>y'", "'<http://a/b>'", "'SERVICE <x> {}'", "'#'", "'\\n\\\\'", "'ñ'"],
    t.NUMBER: ["0", "10", "007", "1.5", ".5", "1e3", "1.e-3", "9" * 30],
}  # fmt: skip
ANYTHING = [
    *(value for values in VALUES.values() for value in values), "?v", "'unclosed", "<un closed>", "x:y", "\\u0041", "'\\u0041'", "§", "true", "<", "}", "", "# c\n",
]  # fmt: skip


@cache
def corpus() -> tuple[str, ...]:
    """Queries of every kind: ours, those of the W3C's suites where they are at hand, and usual mistakes."""
    files = sorted((ROOT.parent / "shared" / "suites").glob("**/*.rq"))
    texts = [path.read_bytes().decode("utf-8", "replace") for path in files]
    return (*MEANINGFUL, *(question.query for question in questions()), *(mistake.query for mistake in MISTAKES), *texts)


def outcome(check: object, text: str) -> object:
    assert callable(check)
    try:
        return check(text)
    except QuerySyntaxError as error:
        return ("syntax", error.code, error.line, error.column, error.found, error.detail, error.hint, error.expected, error.opened)
    except QueryRefused as error:
        return ("refused", error.code, error.detail, error.place)


def plain(text: str) -> GuardedQuery:
    return guard(text, BASE, Caps(), OPEN)


@cache
def experienced() -> Guard:
    """A guard that has seen the whole corpus."""
    remembering = Guard(BASE, Caps(), OPEN, memory_bytes=256 * 2**20)
    for text in corpus():
        outcome(remembering, text)
    return remembering


def test_the_corpus_is_judged_alike() -> None:
    remembering = experienced()
    assert len(corpus()) > 80
    for text in corpus():
        expected = outcome(plain, text)
        assert outcome(remembering, text) == expected
        assert outcome(remembering, text + " ") == outcome(plain, text + " ")


def values_of(text: str) -> list[t.Token]:
    stream = TokenStream(text)
    return [token for token in stream.tokens if token.kind in VALUES] if stream.text == text else []


def test_each_value_changed_alone() -> None:
    for text in MEANINGFUL:
        for token in values_of(text):
            for value in ANYTHING:
                changed = text[: token.start] + value + text[token.end :]
                assert outcome(experienced(), changed) == outcome(plain, changed), changed


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_changed_values_are_judged_as_if_never_seen(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(corpus()))
    last, parts = 0, []
    for token in values_of(text):
        same_kind = st.sampled_from(VALUES[token.kind])
        change = data.draw(st.one_of(st.none(), same_kind, same_kind, st.sampled_from(ANYTHING), st.text(max_size=5)))
        if change is not None:
            parts += [text[last : token.start], change]
            last = token.end
    changed = "".join([*parts, text[last:]])
    assert outcome(experienced(), changed) == outcome(plain, changed)
    assert outcome(experienced(), changed) == outcome(plain, changed)  # and once more, from memory


PIECES = [
    *"ax:.<>\"'\\?$&|{}()[]# \n\té·😀_-@1e+=^!*/,;%", "<a:b>", "'x'", '"y"', "?v ", "ex:a ", "1.5", "'''", '"""', "http://",
    "a.b:c", "a.5e+3", "<=", "\\'", "&&", "^^", "ſ",
]  # fmt: skip


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_a_text_is_cut_at_its_tokens_and_what_is_kept_reads_the_same_alone(text: str) -> None:
    """So texts that are cut into the same kept pieces have the same tokens outside their values."""
    pieces, tokens = cut(text), TokenStream(text).tokens[:-1]
    if pieces is None or any(token.kind == t.BAD for token in tokens):  # not cut, or refused by the grammar anyway
        return
    expected = []
    for kept, value in zip(pieces.key[0], pieces.values, strict=True):
        expected += [(token.kind, token.text) for token in TokenStream(kept).tokens[:-1]]
        expected += [(TokenStream(value).tokens[0].kind, value)] if value and not value.startswith("#") else []
    assert [(token.kind, token.text) for token in tokens] == expected


def test_a_value_changed_is_answered_without_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    query = "SELECT ?s {{ ?s <http://a/{}> '{}' }} ORDER BY STR(?s) LIMIT {}"
    remembering = Guard(BASE)
    remembering(query.format("b", "c", 10))
    expected = guard(query.format("longer", "ñ", 5), BASE)
    monkeypatch.setattr("sparql_api.sparql.verdicts.read_and_check", None)  # to read would be an error
    assert remembering(query.format("longer", "ñ", 5)) == expected
    assert expected.limit == 5
    with pytest.raises(TypeError):
        remembering(query.format("not an iri", "x", 5))
    with pytest.raises(TypeError):
        remembering(query.format("b", "x", 5) + " OFFSET 1")


@pytest.mark.parametrize("comment", ["#", "# 1", "# <http://a/>", "# 'x", '# "', "# } SERVICE <http://a/> {", "# ñ", "# a # b"])
def test_a_comment_changed_is_answered_without_reading(monkeypatch: pytest.MonkeyPatch, comment: str) -> None:
    queries = ["SELECT ?s { ?s <http://a/b> 'c' %s\n } LIMIT 10", "SELECT ?s { ?s ?p 1 } # first\r\n ORDER BY ?s %s", "%s\rASK {} %s"]
    remembering = Guard(BASE)
    for query in queries:
        remembering(query.replace("%s", "# first"))
    expected = [guard(query.replace("%s", comment), BASE) for query in queries]
    monkeypatch.setattr("sparql_api.sparql.verdicts.read_and_check", None)
    assert [remembering(query.replace("%s", comment)) for query in queries] == expected


def test_a_comment_is_no_way_around_the_guard() -> None:
    remembering = Guard(BASE)
    remembering("ASK { ?s ?p 1 # SERVICE <http://a/> {}\n }")
    with pytest.raises(QueryRefused):
        remembering("ASK { ?s ?p 1 #\n SERVICE <http://a/> {} }")
    with pytest.raises(QueryRefused):
        remembering("ASK { ?s ?p 1 # x\r SERVICE <http://a/> {}\n }")


def test_the_same_text_gives_the_same_object() -> None:
    remembering = Guard(BASE)
    assert remembering("ASK { ?s ?p 1 }") is remembering("ASK { ?s ?p 1 }")


def test_other_circumstances_are_other_guards() -> None:
    text = "SELECT * { SERVICE <http://a/open> { ?s <p> 'in' } }"
    assert Guard(BASE, open_services=OPEN)(text).services
    with pytest.raises(QueryRefused):
        Guard(BASE)(text)
    with pytest.raises(QuerySyntaxError):
        Guard(None, open_services=OPEN)(text)
    long = Guard(BASE, Caps(length=30))
    assert long("ASK { ?s ?p 'xxxxxxx' }")
    with pytest.raises(QueryRefused):
        long("ASK { ?s ?p 'xxxxxxxxxxxxxxxxxxxxxxxxxxx' }")


def test_memory_is_bounded_and_forgets_the_oldest() -> None:
    memory: Memory[int] = Memory(1000)
    for number in range(100):
        memory.put(number, number, 90)
        assert memory.get(0) == 0  # what is used stays
    assert memory.bytes <= 1000 and len(memory) == 11
    assert memory.get(99) == 99 and memory.get(50) is None
    memory.put("large", 1, 101)
    assert memory.get("large") is None
    memory.put(99, 1, 10)
    assert memory.bytes == 10 * 90 + 10 and memory.get(99) == 1


def test_a_remembering_guard_does_not_grow() -> None:
    remembering = Guard(BASE, memory_bytes=200_000)
    for number in range(500):
        remembering(f"ASK {{ ?s ?p{number} '{number}' }}")
    assert remembering._queries.bytes <= 100_000 and remembering._lessons.bytes <= 100_000
    assert 0 < len(remembering._queries) < 100


def test_many_threads_ask_one_guard() -> None:
    remembering = Guard(BASE, memory_bytes=100_000)
    wrong: list[object] = []

    def ask(offset: int) -> None:
        for number in range(200):
            text = f"ASK {{ ?s ?p{(number + offset) % 60} {number} }}"
            if remembering(text).text != text:
                wrong.append(text)

    threads = [threading.Thread(target=ask, args=(offset,)) for offset in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("text", ["§" * 100_000, "ASK { ?s ?p 1 } " + "x " * 40_000 + "§", "a." * 50_000, "?a<1 " * 20_000, "'" * 99_999, "<" * 100_000])
def test_cutting_takes_time_in_proportion(text: str) -> None:
    """Ten times the text, much less than a hundred times the time."""
    def seconds(part: str) -> float:
        start = time.process_time()
        cut(part)
        return time.process_time() - start

    short = max(min(seconds(text[: len(text) // 10]) for _ in range(3)), 0.002)
    assert min(seconds(text) for _ in range(2)) < 40 * short
