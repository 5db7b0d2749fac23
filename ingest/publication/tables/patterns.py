"""What a table's query asks for, read from its text: which subjects have a row, and where the values of a column stand.

Only the form that tables have is understood, so that a table can be made in one pass through the sorted statements
(`ingest.publication.tables.rows`) and the query still means in any SPARQL engine what it means here:

    SELECT ?key ?column … WHERE {
      ?key a class .                                    or  VALUES ?class { … } ?key a ?class .  or  ?key predicate ?column .
      { ?key predicate/predicate ?column FILTER(…) }    a path of one or two steps
      UNION { ?column predicate ?key }                  what points to the key
      UNION { ?x predicate ?key ; predicate ?column }   and what that says
      UNION { ?key predicate ?x BIND(LANG(?x) AS ?column) FILTER(…) }
    }

A filter is one or more of `LANGMATCHES(LANG(?x), "tag")` and `!LANGMATCHES(…)`, joined by `&&`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ontology.namespaces import PREFIXES, RDF

_TOKEN = re.compile(
    r"""\s*(?: (?P<comment>\#[^\n]*) | (?P<variable>\?\w+) | (?P<iri><[A-Za-z][A-Za-z0-9+.-]*:[^<>"{}|^`\\\s]*>)
    | (?P<name>[a-z][a-z0-9-]*:[A-Za-z0-9_-]+) | (?P<tag>"[A-Za-z0-9-]+") | (?P<word>[A-Za-z]+) | (?P<sign>&&|[{}().;,/!]) )""",
    re.VERBOSE,
)
_TYPE = f"<{RDF.type}>"


class PatternError(Exception):
    """The query is not of the form that tables have; says what stands where something else was expected."""


@dataclass(frozen=True)
class Key:
    """Which subjects have a row: those with this predicate and one of these values, or any value. Terms are N-Triples."""

    predicate: str
    values: frozenset[str] | None
    variable: str | None = None  # what the query calls the value


@dataclass(frozen=True)
class Language:
    """A literal's language must, or must not, be this one or a variety of it (RFC 4647, basic filtering)."""

    tag: str
    wanted: bool = True

    def holds(self, language: str) -> bool:
        """`language` in lower case; "" for a literal without one, which no tag matches."""
        matches = bool(language) and (self.tag == "*" or language == self.tag or language.startswith(f"{self.tag}-"))
        return matches is self.wanted


@dataclass(frozen=True)
class Branch:
    """Where values of one column stand: at the end of one or two predicates, the first of which may lead to the key (`inverse`).

    An inverse branch with one predicate gives the subject itself. `said`: the column holds the value's language.
    """

    column: str
    path: tuple[str, ...]
    inverse: bool = False
    said: bool = False
    languages: tuple[Language, ...] = ()


@dataclass(frozen=True)
class Pattern:
    """One query: its columns in order, the first of which is the key, and where their values come from."""

    columns: tuple[str, ...]
    key: Key
    branches: tuple[Branch, ...]


def read_pattern(sparql: str) -> Pattern:
    """Read a query without prologue; the prefixes of `ontology.namespaces` are known. Raises PatternError."""
    return _Reader(sparql).query()


@dataclass(frozen=True)
class _Triple:
    subject: str
    path: tuple[str, ...]
    object: str


class _Reader:
    def __init__(self, text: str):
        self._tokens = list(_tokens(text))
        self._at = 0

    def query(self) -> Pattern:
        self._take("SELECT")
        columns = []
        while self._next.startswith("?"):
            columns.append(self._variable())
        if len(columns) < 2 or len(set(columns)) < len(columns):
            raise PatternError(f"a key and other columns expected, each once, found {' '.join(columns) or self._next}")
        self._take("WHERE")
        self._take("{")
        key = self._key(columns[0])
        branches = [self._branch(columns[0], key)]
        while self._next == "UNION":
            self._take("UNION")
            branches.append(self._branch(columns[0], key))
        self._take("}")
        if self._next:
            raise PatternError(f"the end expected, found {self._next}")
        filled = [branch.column for branch in branches]
        if wrong := [column for column in dict.fromkeys([*columns, *filled]) if filled.count(column) != 1 and column != columns[0]]:
            raise PatternError(f"one branch per column expected, not so for {', '.join(wrong)}")
        if Branch(key.variable or columns[0], (key.predicate,)) not in branches:
            raise PatternError("a branch that says again which subjects have a row expected")  # else some would have none
        return Pattern(tuple(columns), key, tuple(branches))

    def _key(self, key: str) -> Key:
        values, listed = None, None
        if self._next == "VALUES":
            self._take("VALUES")
            listed = self._variable()
            self._take("{")
            values = set()
            while self._next != "}":
                values.add(self._iri())
            self._take("}")
        triple = self._triple(self._variable())
        self._take(".")
        if triple.subject != key or len(triple.path) != 1 or (listed is not None and triple.object != listed):
            raise PatternError(f"a pattern that says which {key} have a row expected, found {triple}")
        if triple.object.startswith("?"):
            return Key(triple.path[0], None if values is None else frozenset(values), triple.object)
        return Key(triple.path[0], frozenset({triple.object}))

    def _branch(self, key: str, named: Key) -> Branch:
        self._take("{")
        first = self._triple(self._variable())
        if first.subject == key:
            branch = self._forward(first, named)
        elif first.object == key and len(first.path) == 1:
            branch = Branch(first.subject, first.path, inverse=True)
            if self._next == ";":
                self._take(";")
                second = self._triple(first.subject)
                if len(second.path) != 1 or not second.object.startswith("?"):
                    raise PatternError(f"one step to a variable expected, found {second}")
                branch = Branch(second.object, first.path + second.path, inverse=True)
        else:
            raise PatternError(f"a pattern with {key} expected, found {first}")
        branch = self._language(branch)
        self._take("}")
        return branch

    def _forward(self, triple: _Triple, key: Key) -> Branch:
        if len(triple.path) > 2:
            raise PatternError(f"a path of one or two steps expected, found {triple}")
        if triple.object.startswith("?"):
            return Branch(triple.object, triple.path)
        if triple.path != (key.predicate,) or key.values != {triple.object}:
            raise PatternError(f"a variable expected, found {triple.object}")
        return Branch(triple.subject, triple.path)  # says again what the key is

    def _language(self, branch: Branch) -> Branch:
        value = branch.column
        if self._next == "BIND":
            for word in ("BIND", "(", "LANG", "(", value, ")", "AS"):
                self._take(word)
            branch = replace(branch, column=self._variable(), said=True)
            self._take(")")
        if self._next != "FILTER":
            return branch
        if branch.inverse or branch.path == (_TYPE,):
            raise PatternError("no filter expected here")
        self._take("FILTER")
        self._take("(")
        languages = [self._matches(value)]
        while self._next == "&&":
            self._take("&&")
            languages.append(self._matches(value))
        self._take(")")
        return replace(branch, languages=tuple(languages))

    def _matches(self, value: str) -> Language:
        wanted = self._next != "!"
        if not wanted:
            self._take("!")
        for word in ("LANGMATCHES", "(", "LANG", "(", value, ")", ","):
            self._take(word)
        tag = self._any()
        self._take(")")
        if not tag.startswith('"'):
            raise PatternError(f"a language tag expected, found {tag}")
        return Language(tag.strip('"').lower(), wanted)

    def _triple(self, subject: str) -> _Triple:
        path = [self._predicate()]
        while self._next == "/":
            self._take("/")
            path.append(self._predicate())
        return _Triple(subject, tuple(path), self._variable() if self._next.startswith("?") else self._iri())

    def _predicate(self) -> str:
        if self._next == "a":
            self._take("a")
            return _TYPE
        return self._iri()

    def _iri(self) -> str:
        token = self._any()
        if token.startswith("<"):
            return token
        prefix, colon, name = token.partition(":")
        if not colon or prefix not in PREFIXES:
            raise PatternError(f"an IRI expected, found {token or 'the end'}")
        return f"<{PREFIXES[prefix]}{name}>"

    def _variable(self) -> str:
        token = self._any()
        if not token.startswith("?"):
            raise PatternError(f"a variable expected, found {token or 'the end'}")
        return token

    def _take(self, expected: str) -> None:
        if (token := self._any()) != expected:
            raise PatternError(f"{expected} expected, found {token or 'the end'}")

    def _any(self) -> str:
        token = self._next
        self._at += 1
        return token

    @property
    def _next(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""


def _tokens(text: str) -> Iterator[str]:
    at, text = 0, text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise PatternError(f"not understood: {text[at : at + 40].strip()!r}")
        at = found.end()
        if found.lastgroup != "comment":
            yield found[found.lastgroup or 0]
