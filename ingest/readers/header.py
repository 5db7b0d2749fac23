"""The header line of a table against its contract. How headers are compared is in `ingest/formats/headers.py`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from commitments.plain import visible
from ingest.contract import Table
from ingest.formats import Record
from ingest.formats.headers import folded, is_repetition, named, refuse_copy
from ingest.quarantine import shown
from ingest.readers.table_file import TableFile


@dataclass(frozen=True)
class Header:
    """A sound header line as it stands, with the records above it."""

    cells: list[str]
    above: list[list[str]]


def fits(file: TableFile, header: list[str]) -> bool:
    """Whether a line holds every column that the table cannot do without."""
    return _needed(file.table) <= set(named(header, file.table.known_columns, fold=file.export))


def read_header(file: TableFile, records: Iterator[Record]) -> Header | None:
    """Take the header line from the records and tell `file` the names of its columns; None when it is not sound, which is then reported."""
    above: list[list[str]] = []
    for record in records:
        if record.number < file.table.header_row:
            above.append(record.cells)
        elif record.number == file.table.header_row:
            return Header(record.cells, above) if _is_sound(file, record.cells) else None
        else:
            break  # a sheet that does not hold the row
    file.report(file.table.header_row, "", "no-header", "", "una fila de encabezados", "a header row")
    return None


def _needed(table: Table) -> frozenset[str]:
    return table.known_columns - frozenset(table.ignored) - frozenset(table.derived)


def _is_sound(file: TableFile, header: list[str]) -> bool:
    known, line = file.table.known_columns, file.table.header_row
    refuse_copy(header, line)
    names = file.names = named(header, known, fold=file.export)
    sound = True
    for position, (name, text) in enumerate(zip(names, header, strict=True), start=1):
        if name in known:
            continue
        if file.export and file.contract.other_columns == "accept":
            # A header may itself hold what nobody declared: a person's address.
            file.unknown[name] = visible(shown(name, file.accounting.redact))
            if folded(text):  # one without a header is worth a word only where it holds something
                file.undeclared[file.unknown[name]] += 0
            continue
        sound = False
        if not folded(text):
            es, en = f"un encabezado, o «({position})» declarado en el contrato", f"a header, or '({position})' declared in the contract"
            file.report(line, f"({position})", "empty-column", text, es, en)
        elif is_repetition(name) and name.rpartition(" (")[0] in names[: position - 1]:
            es, en = f"cada columna una vez, o «{name}» declarada en el contrato", f"each column once, or '{name}' declared in the contract"
            file.report(line, name.rpartition(" (")[0], "repeated-column", text, es, en)
        else:
            file.report(line, name, "unknown-column", text, *_either(known - set(names)))
    for name in sorted(_needed(file.table) - set(names)):
        file.report(line, name, "missing-column", "", f"la columna {name}", f"the column {name}")
        sound = False
    file.unread = file.unread or not sound
    return sound


def _either(names: Iterable[str]) -> tuple[str, str]:
    listed = ", ".join(sorted(names))
    if not listed:
        return "ninguna columna más", "no further column"
    return f"una de: {listed}", f"one of: {listed}"
