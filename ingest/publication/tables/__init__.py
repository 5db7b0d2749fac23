"""Flat CSV tables of a release with their data package. One more table is one more `.rq` file in this folder.

A query is preceded by lines `#+ …` which together are YAML: `title` and, per column in the order of the file, a description
in `es` and `en`, and where it is not text a `type` of Frictionless Table Schema (`integer`, `number`, `boolean`, `date`,
`uri`). The first column is the key: all solutions with one key become one row, in the order of the keys. Several values of
one cell are sorted and joined by `SEPARATOR`. So a query is a UNION of one branch per column and never multiplies; every
branch binds the key, or the engine would compare each row with each. All prefixes of `ontology.namespaces` are declared.
"""

from __future__ import annotations

import csv
import importlib.resources
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, BinaryIO

import pyoxigraph as ox
import yaml

from ontology.namespaces import PREFIXES

SEPARATOR = " | "
_SINGLE = frozenset({"integer", "number", "boolean", "date"})


class TableError(Exception):
    """A table query is not as this package asks, or the data give two values where a column declares one."""


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    description: dict[str, str]


@dataclass(frozen=True)
class TableQuery:
    """One table: its name (that of the file), titles by language, columns in order, the SPARQL text."""

    name: str
    title: dict[str, str]
    columns: tuple[Column, ...]
    sparql: str

    @property
    def path(self) -> str:
        return f"tables/{self.name}.csv"


def table_queries() -> list[TableQuery]:
    """All tables, by name."""
    folder = importlib.resources.files(__name__)
    texts = {entry.name: entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.name.endswith(".rq")}
    return [read_query(name.removesuffix(".rq"), text) for name, text in sorted(texts.items())]


def read_query(name: str, text: str) -> TableQuery:
    """Read one query with its header. Raises TableError when the header is not as the package asks."""
    header = "\n".join(line[3:] for line in text.splitlines() if line.startswith("#+ "))
    try:
        described: dict[str, Any] = yaml.safe_load(header)
        columns = tuple(
            Column(column, entry.pop("type", "string"), dict(entry)) for column, entry in described["columns"].items()
        )
        title = dict(described["title"])
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise TableError(f"{name}.rq: header: {error!r}") from error
    prologue = "".join(f"PREFIX {prefix}: <{space}>\n" for prefix, space in PREFIXES.items())
    return TableQuery(name, title, columns, prologue + text)


def write_table(query: TableQuery, store: ox.Store, base: str, out: BinaryIO) -> int:
    """Write one table as CSV (UTF-8, comma, `\\n`, header row); returns the number of rows.

    `{BASE}` is available to the query as its base IRI. Raises TableError.
    """
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in query.columns])
    count = 0
    for count, row in enumerate(_rows(query, store, base), 1):  # noqa: B007 - the last count is the number of rows
        writer.writerow(row)
    text.flush()
    text.detach()
    return count


def _rows(query: TableQuery, store: ox.Store, base: str) -> Iterator[list[str]]:
    solutions = store.query(f"{query.sparql}\nORDER BY ?{query.columns[0].name}", base_iri=base)
    names = [variable.value for variable in solutions.variables]
    if names != [column.name for column in query.columns]:
        raise TableError(f"{query.name}.rq: the header describes other columns than {', '.join(names)}")
    before = ""
    for key, group in groupby(solutions, key=lambda solution: _text(solution[0])):
        if key <= before:
            raise TableError(f"{query.name}.rq: {names[0]} {key!r} is empty or out of order")
        before = key
        cells: list[set[str]] = [set() for _ in names]
        for solution in group:
            for place, values in enumerate(cells):
                if value := _text(solution[place]):
                    values.add(value)
        yield [_cell(query, column, key, values) for column, values in zip(query.columns, cells, strict=True)]


def _cell(query: TableQuery, column: Column, key: str, values: set[str]) -> str:
    if len(values) > 1 and column.type in _SINGLE:
        raise TableError(f"{query.name}: {key}: {column.name} has {len(values)} values: {', '.join(sorted(values))}")
    return SEPARATOR.join(sorted(values))


def _text(term: Any) -> str:
    return "" if term is None else str(term.value)


def data_package(tables: list[tuple[TableQuery, int, str, int]], title: str, licence: str | None, release: str) -> bytes:
    """`datapackage.json` (Frictionless Data Package 1) of the tables given as (query, bytes, SHA-256, rows).

    Titles and descriptions are in Spanish under the standard names; `title_en`, `description_en` hold the English ones.
    """
    package: dict[str, Any] = {
        "profile": "tabular-data-package",
        "name": "open-commitments",
        "title": title,
        "version": release,
    }
    if licence:
        package["licenses"] = [{"path": licence}]
    package["resources"] = [_resource(query, size, sha256, rows) for query, size, sha256, rows in tables]
    return (json.dumps(package, ensure_ascii=False, indent=2) + "\n").encode()


def _resource(query: TableQuery, size: int, sha256: str, rows: int) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": query.name,
        "path": f"{query.name}.csv",
        "title": query.title["es"],
        "title_en": query.title["en"],
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": size,
        "hash": f"sha256:{sha256}",
        "rows": rows,
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": {
            "fields": [_field(column) for column in query.columns],
            "primaryKey": [query.columns[0].name],
            "missingValues": [""],
        },
    }


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": "string" if column.type == "uri" else column.type}
    if column.type == "uri":
        field["constraints"] = {"pattern": r"\S+( \| \S+)*"}
    field["description"] = column.description["es"]
    field["description_en"] = column.description["en"]
    return field
