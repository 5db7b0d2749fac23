"""Tables that the contract alone maps: each row describes one resource, each column is one property.

`record` in the contract says what a row is (see `ingest.contract.Record`). A column's type says how its cell is
read; `{column}` in templates is the cell's text, with Python's format codes (`{numero:0>2}`).
"""

from __future__ import annotations

from collections.abc import Callable
from string import Formatter

from ingest import terms, uris, values
from ingest.context import SourceContext
from ingest.contract import Record
from ingest.readers import Row


def map_row(context: SourceContext, row: Row) -> None:
    """Statements of one row by the `record` of its table."""
    record = row.table.record
    assert record is not None, "only tables with a record come here"
    cells = {name: row.peek(name) for name in row.table.columns}
    key = ""
    try:
        key = record.key.format_map(cells)
        subject = _subject(context, record, key)
    except ValueError as error:
        found = str(error) if len(error.args) == 1 else key  # those of `ingest.values` say in two languages what was expected
        row.problem(row.table.row_keys[0], "key", found, f"una clave de la forma {record.key}", f"a key of the form {record.key}")
        return
    labels = labels_of(record, cells)
    context.describe(subject, record.classes, labels, context.passage(row))
    if record.kind == "concept":
        _concept(context, record, subject, key, labels)
    for column, names in record.properties.items():
        value = _value(context, row, column)
        if value is not None:
            for name in [names] if isinstance(names, str) else names:
                context.add(subject, name, value)
    if record.kind == "plan":
        _plan_known(context, row, record, key)
    for name, constant in record.constants.items():
        context.add(subject, name, terms.iri(constant) if "://" in constant else terms.curie(constant))
    # Columns that only a template or the row key reads are mapped too. A row key may be the hash of all cells, which is no column.
    for column in {*_fields(record), *row.table.row_keys} & row.cells.keys():
        row.text(column)


def _plan_known(context: SourceContext, row: Row, record: Record, key: str) -> None:
    """Exports find the plans that tables describe by initiative, area and number; a record that does not say all three is not found."""
    said = {name: row.peek(column) for column, names in record.properties.items() for name in ([names] if isinstance(names, str) else names)}
    known = [said.get(name) for name in ("ogcm:underInitiative", "ogcm:jurisdiction", "ogcm:number")]
    if all(known):
        context.plan_known(*map(str, known), key)


def _fields(record: Record) -> set[str]:
    """Columns that the key and label templates read."""
    return {name for template in (record.key, *record.label.values()) for name in _read_by(template)}


def _read_by(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def labels_of(record: Record, cells: dict[str, str]) -> dict[str, str]:
    """Language -> label; a template whose cells are all empty gives none.

    >>> record = Record(kind="org", key="{n}", classes=(), label={"en": "Goal {n}", "es": "{es}"})
    >>> labels_of(record, {"n": "1", "es": ""}), labels_of(record, {"n": "", "es": ""})
    ({'en': 'Goal 1'}, {})
    """
    empty = {name for name, cell in cells.items() if not cell}
    said = {language: template for language, template in record.label.items() if not (_read_by(template) and _read_by(template) <= empty)}
    return {language: " ".join(template.format_map(cells).split()) for language, template in said.items()}


def _subject(context: SourceContext, record: Record, key: str) -> str:
    if record.kind == "iri":
        return terms.iri(values.iri(key))
    if record.kind == "concept":
        if not record.scheme:
            raise ValueError("a concept needs a scheme")
        return terms.iri(context.build.addresses.concept(record.scheme, uris.check_key(key)))
    return context.mint(record.kind, key)


def _concept(context: SourceContext, record: Record, subject: str, key: str, labels: dict[str, str]) -> None:
    for language, label in labels.items():
        context.add(subject, "skos:prefLabel", terms.text(label, language or None))
    context.add(subject, "skos:notation", terms.text(key))
    scheme = terms.iri(context.build.addresses.concept(record.scheme or ""))
    # Deployment schemes are flat lists, so every concept is a top concept.
    context.add(subject, "skos:inScheme", scheme)
    context.add(subject, "skos:topConceptOf", scheme)


def _value(context: SourceContext, row: Row, name: str) -> str | None:
    column = row.column(name)
    readers: dict[str, Callable[[], str | None]] = {
        "text": lambda: context.literal(row, name),
        "code": lambda: context.code(row, name),
        "key": lambda: _key(context, row, name),
        "iri": lambda: _typed(context, row, name, values.iri, terms.iri),
        "integer": lambda: _typed(context, row, name, values.integer, terms.integer),
        "decimal": lambda: _typed(context, row, name, values.decimal, terms.decimal),
        "boolean": lambda: _typed(context, row, name, values.boolean, terms.boolean),
        "date": lambda: _typed(context, row, name, values.full_date, terms.date),
        "partial-date": lambda: _typed(context, row, name, values.partial_date, terms.date),
        "number-token": lambda: _typed(context, row, name, values.number_token, terms.text),
    }
    return readers.get(column.type, lambda: terms.text(row.text(name)) if row.text(name) else None)()


def _key(context: SourceContext, row: Row, name: str) -> str | None:
    key, kind = context.key(row, name), row.column(name).key_kind
    return context.thing(kind, key) if key and kind else None


def _typed(context: SourceContext, row: Row, name: str, read: Callable, write: Callable[..., str]) -> str | None:
    value = context.value(row, name, read)
    return None if value is None else write(value)
