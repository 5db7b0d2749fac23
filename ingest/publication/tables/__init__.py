"""Flat CSV tables of a release with their data package. One more table is one more `.rq` file in this folder.

A query is preceded by lines `#+ …` which together are YAML: `title` and, per column in the order of the file, a description
in `es` and `en`, and where it is not text a `type` of Frictionless Table Schema (`integer`, `number`, `boolean`, `date`,
`uri`). The first column is the key: all solutions with one key become one row, in the order of the keys. Several values of
one cell are sorted and joined by `SEPARATOR`. So a query is a UNION of one branch per column and never multiplies; every
branch binds the key, or the engine would compare each row with each. All prefixes of `ontology.namespaces` are declared.

Solutions are taken in the engine's order and put in the order of the keys here, through files where they are many: the
engine would hold all solutions in memory, each as wide as the table.
"""

from __future__ import annotations

import csv
import importlib.resources
import io
import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO

import pyoxigraph as ox
import yaml

from ingest.sorting import LineSink, read_lines
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


def write_table(query: TableQuery, store: ox.Store, base: str, out: BinaryIO, scratch: Path | None = None) -> int:
    """Write one table as CSV (UTF-8, comma, `\\n`, header row); returns the number of rows.

    `{BASE}` is available to the query as its base IRI; `scratch` is a folder for rows on their way into order. Raises TableError.
    """
    if scratch is None:
        with tempfile.TemporaryDirectory(prefix="commitments-") as folder:
            return write_table(query, store, base, out, Path(folder))
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in query.columns])
    count = 0
    for count, row in enumerate(_rows(query, store, base, scratch), 1):  # noqa: B007 - the last count is the number of rows
        writer.writerow(row)
    text.flush()
    text.detach()
    return count


def _rows(query: TableQuery, store: ox.Store, base: str, folder: Path) -> Iterator[list[str]]:
    solutions = store.query(query.sparql, base_iri=base)
    names = [variable.value for variable in solutions.variables]
    if names != [column.name for column in query.columns]:
        raise TableError(f"{query.name}.rq: the header describes other columns than {', '.join(names)}")
    sink = LineSink(folder / f"{query.name}.rows")
    for key, cells in _groups(query, solutions):
        sink.emit(_packed(key, cells))
    for key, lines in groupby(map(_unpacked, read_lines(sink.finish())), key=itemgetter(0)):
        together: list[set[str]] = [set() for _ in names]
        for _, cells in lines:  # more than one line where the engine gave a key's solutions apart
            for values, more in zip(together, cells, strict=True):
                values |= more
        yield [_cell(query, column, key, values) for column, values in zip(query.columns, together, strict=True)]
    sink.path.unlink()


def _groups(query: TableQuery, solutions: Iterable[ox.QuerySolution]) -> Iterator[tuple[str, list[set[str]]]]:
    """Keys with their values by column; a key may come again."""
    key: str | None = None
    cells: list[set[str]] = []
    for solution in solutions:
        first = solution[0]
        this = "" if first is None else first.value
        if not this:
            raise TableError(f"{query.name}.rq: {query.columns[0].name} is empty")
        if this != key:
            if key is not None:
                yield key, cells
            key, cells = this, [set() for _ in query.columns]
        for values, term in zip(cells, solution, strict=True):
            if term is not None and (value := term.value):
                values.add(value)
    if key is not None:
        yield key, cells


# Between columns and between values on a line, and for what ends lines: no text of a release holds these characters.
_COLUMN, _VALUE, _LINE = "\x1f", "\x1e", "\x1d"


def _packed(key: str, cells: list[set[str]]) -> str:
    line = _COLUMN.join([key, *(_VALUE.join(sorted(values)) for values in cells)])
    return line.replace("\n", _LINE) + "\n"


def _unpacked(line: bytes) -> tuple[str, list[set[str]]]:
    key, *cells = line[:-1].decode().replace(_LINE, "\n").split(_COLUMN)
    return key, [set(cell.split(_VALUE)) if cell else set() for cell in cells]


def _cell(query: TableQuery, column: Column, key: str, values: set[str]) -> str:
    if len(values) > 1 and column.type in _SINGLE:
        raise TableError(f"{query.name}: {key}: {column.name} has {len(values)} values: {', '.join(sorted(values))}")
    return SEPARATOR.join(sorted(values))


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
