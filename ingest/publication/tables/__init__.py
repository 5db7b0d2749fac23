"""Flat CSV tables of a release with their data package. One more table is one more `.rq` file in this folder.

A query is preceded by lines `#+ …` which together are YAML: `title` and, per column in the order of the file, a description
in `es` and `en`, and where it is not text a `type` of Frictionless Table Schema (`integer`, `number`, `boolean`, `date`,
`uri`). The first column is the key: all solutions with one key become one row, in the order of the keys. Several values of
one cell are sorted and joined by `SEPARATOR`. So a query is a UNION of one branch per column and never multiplies; every
branch binds the key, or an engine would compare each row with each. All prefixes of `ontology.namespaces` are declared.

Queries of this form (`ingest.publication.tables.patterns`) need no engine: all tables are made in one pass through the
sorted graph, in a fraction of the time that a store takes to load it.
"""

from __future__ import annotations

import csv
import importlib.resources
import json
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import yaml

from ingest.publication import for_excel
from ingest.publication.files import as_text
from ingest.publication.tables import rows
from ingest.publication.tables.patterns import Pattern, PatternError, read_pattern
from ingest.publication.tables.rows import SEPARATOR
from ingest.publication.working import Worked, unwatched
from ontology.namespaces import PREFIXES

__all__ = ["SEPARATOR", "Column", "SeveralValues", "TableError", "TableQuery", "data_package", "read_query", "table_queries", "write_tables"]

_SINGLE = frozenset({"integer", "number", "boolean", "date"})


class TableError(Exception):
    """A table query is not as this package asks, or the data give two values where a column declares one (`SeveralValues`)."""


class SeveralValues(TableError):
    """The data give a resource two values where a column of a table declares one."""

    def __init__(self, table: str, key: str, column: str, values: list[str]):
        super().__init__(table, key, column, values)  # so it can be passed on by another process
        self.table, self.key, self.column, self.values = table, key, column, values

    def __str__(self) -> str:
        return f"{self.table}: {self.key}: {self.column} has {len(self.values)} values: {', '.join(self.values)}"


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    description: dict[str, str]


@dataclass(frozen=True)
class TableQuery:
    """One table: its name (that of the file), titles by language, columns in order, the SPARQL text and what it asks for."""

    name: str
    title: dict[str, str]
    columns: tuple[Column, ...]
    sparql: str
    pattern: Pattern

    @property
    def path(self) -> str:
        return f"tables/{self.name}.csv"


@cache
def table_queries() -> tuple[TableQuery, ...]:
    """All tables, by name; read once per process."""
    folder = importlib.resources.files(__name__)
    texts = {entry.name: entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.name.endswith(".rq")}
    return tuple(read_query(name.removesuffix(".rq"), text) for name, text in sorted(texts.items()))


def read_query(name: str, text: str) -> TableQuery:
    """Read one query with its header. Raises TableError when header or query are not as the package asks."""
    header = "\n".join(line[3:] for line in text.splitlines() if line.startswith("#+ "))
    try:
        described: dict[str, Any] = yaml.safe_load(header)
        columns = tuple(
            Column(column, entry.pop("type", "string"), dict(entry)) for column, entry in described["columns"].items()
        )
        title = dict(described["title"])
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise TableError(f"{name}.rq: header: {error!r}") from error
    try:
        pattern = read_pattern(text)
    except PatternError as error:
        raise TableError(f"{name}.rq: {error}") from error
    names = [variable.removeprefix("?") for variable in pattern.columns]
    if names != [column.name for column in columns]:
        raise TableError(f"{name}.rq: the header describes other columns than {', '.join(names)}")
    prologue = "".join(f"PREFIX {prefix}: <{space}>\n" for prefix, space in PREFIXES.items())
    return TableQuery(name, title, columns, prologue + text, pattern)


def write_tables(
    queries: Iterable[TableQuery], source: Path, create: Callable[[str], AbstractContextManager[BinaryIO]], scratch: Path, worked: Worked = unwatched
) -> dict[str, int]:
    """Write tables as CSV (UTF-8, comma, `\\n`, header row), each with its copy for spreadsheet programs; gives the number of rows by name.

    `source` is a sorted N-Triples file without blank nodes, `create` opens a file of the release by its path, `scratch` is a
    folder for rows on their way into order. Raises TableError.
    """
    queries = list(queries)
    sinks = rows.collect({query.name: query.pattern for query in queries}, source, scratch, worked)
    counts = {}
    for query in queries:
        with create(query.path) as exact, create(for_excel.copy_path(query.path)) as altered, closing(rows.in_order(sinks.pop(query.name))) as found:
            counts[query.name] = _write(query, found, exact, altered)
    return counts


def _write(query: TableQuery, found: Iterable[tuple[list[str], list[int]]], exact: BinaryIO, altered: BinaryIO) -> int:
    single = {number for number, column in enumerate(query.columns) if column.type in _SINGLE}
    count = 0
    with as_text(exact) as text, for_excel.Copy(altered) as copy:
        writer = csv.writer(_Line(), lineterminator="\n")
        header = [column.name for column in query.columns]
        text.write(writer.writerow(header))
        copy.header(header)
        for count, (cells, several) in enumerate(found, 1):  # noqa: B007 - the last count is the number of rows
            if several and not single.isdisjoint(several):
                number = min(single.intersection(several))
                raise SeveralValues(query.name, cells[0], query.columns[number].name, cells[number].split(SEPARATOR))
            line = writer.writerow(cells)
            text.write(line)
            copy.row(cells, line)
    return count


class _Line:
    """What a writer of the csv module writes to so that it gives each line back."""

    def write(self, line: str) -> str:
        return line


def data_package(tables: list[tuple[TableQuery, int, str, int]], title: str, licence: str | None, rights: dict[str, str], release: str) -> bytes:
    """`datapackage.json` (Frictionless Data Package 1) of the tables given as (query, bytes, SHA-256, rows).

    Titles and descriptions are in Spanish under the standard names; `title_en`, `description_en` hold the English ones.
    `rights` says by language what the licence does not cover, if anything.
    """
    package: dict[str, Any] = {
        "profile": "tabular-data-package",
        "name": "open-commitments",
        "title": title,
        "version": release,
    }
    if rights:
        package |= {"description": rights["es"], "description_en": rights["en"]}
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
