"""Competency questions, their expected rows, and how an engine's answer becomes comparable with them.

A table is (names of the columns, rows); a row is a tuple of text cells. An unbound cell is "", text is in NFC and
trimmed, a number has no superfluous zeros, and a column called `numbers` is a set: its items are sorted, because the
order inside GROUP_CONCAT is the engine's own.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyoxigraph
import rdflib

from tests.conftest import ROOT

XSD = "http://www.w3.org/2001/XMLSchema#"
NUMERIC = frozenset(XSD + name for name in ("integer", "decimal", "double", "float", "nonNegativeInteger"))
SET_COLUMNS = frozenset({"numbers"})

Table = tuple[tuple[str, ...], list[tuple[str, ...]]]


@dataclass(frozen=True)
class Question:
    """One `ontology/questions/*.rq` with the rows of `tests/questions/*.csv` that answer it."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def query(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def header(self) -> list[str]:
        """The comment lines at the top of the file, without "# "."""
        lines = []
        for line in self.query.splitlines():
            if not line.startswith("#"):
                break
            lines.append(line.removeprefix("#").strip())
        return lines

    def text(self, language: str) -> str:
        """The question in words. Raises ValueError when the header has no line for the language."""
        for line in self.header:
            if line.startswith(f"{language}: "):
                return line.removeprefix(f"{language}: ")
        raise ValueError(f"{self.path.name}: no line '# {language}: …'")

    @property
    def body(self) -> str:
        """The query without comments and prefix declarations."""
        lines = [line for line in self.query.splitlines() if not line.startswith(("#", "PREFIX"))]
        return "\n".join(re.sub(r"\s#\s.*$", "", line) for line in lines)

    @property
    def expected(self) -> Table:
        with (ROOT / "tests" / "questions" / f"{self.name}.csv").open(encoding="utf-8", newline="") as file:
            columns, *rows = csv.reader(file)
        return tuple(columns), [_row(columns, row) for row in rows]


QUESTIONS = [Question(path) for path in sorted((ROOT / "ontology" / "questions").glob("*.rq"))]


def question(code: str) -> Question:
    """The question of a code such as S01."""
    return next(item for item in QUESTIONS if item.name.startswith(f"{code.lower()}-"))


def load_pyoxigraph(nquads: Path) -> pyoxigraph.Store:
    store = pyoxigraph.Store()
    store.bulk_load(path=str(nquads), format=pyoxigraph.RdfFormat.N_QUADS)
    return store


def load_rdflib(nquads: Path) -> rdflib.Dataset:
    dataset = rdflib.Dataset()
    dataset.parse(nquads, format="nquads")
    return dataset


def ask_pyoxigraph(store: pyoxigraph.Store, query: str) -> Table:
    answer = store.query(query)
    columns = tuple(variable.value for variable in answer.variables)
    rows = [[_term(term.value, getattr(term, "datatype", None)) if term is not None else "" for term in solution] for solution in answer]
    return columns, [_row(columns, row) for row in rows]


def ask_rdflib(dataset: rdflib.Dataset, query: str) -> Table:
    answer = dataset.query(query)
    columns = tuple(str(variable) for variable in answer.vars or ())
    rows = [[_term(str(term), getattr(term, "datatype", None)) if term is not None else "" for term in solution] for solution in answer]
    return columns, [_row(columns, row) for row in rows]


def read_json_results(results: Mapping[str, Any]) -> Table:
    """SPARQL 1.1 JSON results, as a client parsed them."""
    columns = tuple(results["head"]["vars"])
    rows = [
        [_term(binding[name]["value"], binding[name].get("datatype")) if name in binding else "" for name in columns]
        for binding in results["results"]["bindings"]
    ]
    return columns, [_row(columns, row) for row in rows]


def _term(value: str, datatype: object) -> str:
    name = datatype.value if isinstance(datatype, pyoxigraph.NamedNode) else str(datatype)
    if name in NUMERIC:
        return format(Decimal(value).normalize(), "f")
    return value


def _row(columns: Iterable[str], cells: Iterable[str]) -> tuple[str, ...]:
    return tuple(_cell(column, cell) for column, cell in zip(columns, cells, strict=True))


def _cell(column: str, text: str) -> str:
    folded = unicodedata.normalize("NFC", text).strip()
    return " ".join(sorted(folded.split())) if column in SET_COLUMNS else folded


STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
NUMBER = re.compile(r"(?<![\w.\"/-])\d+(?:\.\d+)?(?![\w.\"-])")
LANGUAGE_TEST = re.compile(r'LANG\(\?\w+\) = "[a-z]+"')


def smuggled_answers(item: Question) -> list[str]:
    """Literals of the query that give away cells of its own answer and that the question does not name.

    A literal counts as named only if the question names it in both languages. Long texts count as given away when
    they are part of a cell, short ones only when they are a whole cell.
    """
    named = [item.text("es"), item.text("en")]
    cells = {cell for row in item.expected[1] for cell in row if cell}
    body = LANGUAGE_TEST.sub("", item.body)
    literals = {*STRING.findall(body), *NUMBER.findall(STRING.sub("", body))}
    given_away = {text for text in literals if text in cells or (len(text) > 3 and any(text in cell for cell in cells))}
    return sorted(text for text in given_away if not all(text in sentence for sentence in named))
