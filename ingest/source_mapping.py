"""The tables of one source become statements: which mapping each of its rows goes to, and what is said of it on the way.

What a row becomes is in `ingest/mappings/` and `ingest/declarative.py`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from contextlib import closing
from pathlib import Path

from commitments.plain import visible
from ingest import declarative, mappings, sources
from ingest.accounting import Accounting
from ingest.cleaning.emails import first_held
from ingest.context import Build, SourceContext
from ingest.fidelity import load_coverage
from ingest.formats import Passes
from ingest.mappings import curated, reference
from ingest.problems import Note, Problem, ProblemList
from ingest.quarantine import shown
from ingest.readers import Row, TableFile, TableReader
from ingest.reading_progress import Reading
from ingest.sorting import LineSink
from ingest.sources import SourceFolder

_MANY, _NAMED_LABELS = 20, 5  # cells of one unknown word that are worth a note, and such notes
_NAMED = 20  # columns of one sort that notes name; the quality report lists all


def first_pass(build_: Build, folders: list[SourceFolder]) -> None:
    """Authority table, concepts and identities are needed before any row that names them is mapped."""
    silent = ProblemList()  # the second pass reports the faults of these tables
    for folder in folders:
        context = SourceContext(build_, folder.contract)
        for slug, table in folder.contract.tables.items():
            reader = TableReader(folder.path, folder.shown, folder.contract, slug, silent, Accounting())
            if table.record is not None and table.record.kind == "concept" and table.record.scheme:
                for row in reader.rows():
                    cells = {name: row.peek(name) for name in table.columns}
                    build_.concepts[table.record.scheme][table.record.key.format_map(cells)] = declarative.labels_of(table.record, cells)
            elif folder.contract.source_type == "reference" and slug in reference.FIRST_PASS:
                for row in reader.rows():
                    _map_row(reference.FIRST_PASS[slug], context, row)
            elif folder.contract.source_type == "curation" and slug in curated.FIRST_PASS:
                for row in (row for row in reader.rows() if not row.faulty):
                    curated.FIRST_PASS[slug](context, row)
            elif folder.contract.source_type == "curation" and slug == "identity":
                for row in (row for row in reader.rows() if not row.faulty):
                    build_.identities[row.peek("authority"), row.peek("outside_id")] = row.peek("key")


def map_source(build_: Build, folder: SourceFolder, accounting: Accounting, scratch: Path, candidates: LineSink, reading: Reading) -> Path:
    """All statements of one source in a sorted file; those of candidate tables go to their own graph."""
    own = LineSink(scratch / f"source-{folder.contract.key}.nt")
    context = SourceContext(build_, folder.contract, own)
    sources.describe(context)
    opener = mappings.opener_of(folder.mapping)
    if opener is not None:
        for slug in folder.contract.tables:
            _map_twice(build_, folder, slug, opener, context, accounting, reading)
        return _without_addresses(build_, folder, own.finish())
    functions = mappings.tables_of(folder.mapping)
    apart = mappings.graphs_of(folder.mapping)
    order = [slug for slug in functions if slug in folder.contract.tables]
    order = [slug for slug, table in folder.contract.tables.items() if table.record is not None and slug not in functions] + order
    unmapped = sorted(set(folder.contract.tables) - set(order))
    for slug in unmapped:
        found = f"{folder.shown}/contract.yml: {slug}"
        build_.problems.add(Problem(f"{folder.shown}/contract.yml", 0, slug, "no-mapping", found, "un record o una función de mapeo", "a record or a mapping function"))
    coverage = load_coverage(folder.path / folder.contract.coverage, f"{folder.shown}/{folder.contract.coverage}", build_.problems) if folder.contract.coverage else None
    for slug in order:
        reader = TableReader(folder.path, folder.shown, folder.contract, slug, build_.problems, accounting)
        context.sink = candidates if slug in apart else own
        function = functions.get(slug, declarative.map_row)
        for row in reading.of(reader.file.path, reader.rows()):
            if coverage is not None:
                coverage.check(row)
            _map_row(function, context, row)
        _columns_of(build_, folder, reader.file)
    return own.finish()


def _without_addresses(build_: Build, folder: SourceFolder, path: Path) -> Path:
    """The last gate: what an export became is looked through once more, and nothing is published if an e-mail address is left in it."""
    line = first_held(path)
    if line:
        es, en = "ninguna dirección de correo en lo que se publica", "no e-mail address in what is published"
        build_.problems.add(Problem(folder.file or folder.shown, 0, "", "address-left", f"N-Triples {line}", es, en))
    return path


def _map_twice(
    build_: Build, folder: SourceFolder, slug: str, opener: mappings.OpenTable, context: SourceContext, accounting: Accounting, reading: Reading,
) -> None:  # fmt: skip
    """A table whose rows mean something only beside all others. A file that is another the second time is a fault."""
    passes, before = Passes(), len(build_.problems.problems)
    with closing(opener(context, slug, folder.contract.tables[slug])) as mapping:
        first = TableReader(folder.path, folder.shown, folder.contract, slug, build_.problems, Accounting(), passes)
        unseen: dict[int, str] = {}  # rows that could not even be looked at
        for row in reading.of(first.file.path, first.observations(), 2):
            try:
                mapping.observe(row)
            except ValueError as error:
                unseen[row.number] = str(error)
        if len(build_.problems.problems) > before:
            return  # the file as a whole is at fault; a second reading would only say so again
        second = TableReader(folder.path, folder.shown, folder.contract, slug, build_.problems, accounting, passes)
        for row in reading.of(second.file.path, second.rows(), 2):
            _map_whole(mapping, context, row, unseen.get(row.number))
        mapping.finish()
        _columns_of(build_, folder, second.file)
        _rows_aside(build_, folder, second.file)


def _map_whole(mapping: mappings.TableMapping, context: SourceContext, row: Row, unseen: str | None) -> None:
    """Map one row of an export, or set it aside and leave nothing of it: no statement, no key, no count."""
    context.begin()
    try:
        if unseen is not None:
            raise ValueError(unseen)
        mapping.map(row)
    except ValueError as error:
        # Something no rule foresaw, such as a number that no key can hold: this row is set aside, the others are not.
        es, en = "una fila que se pueda representar", "a row that can be mapped"
        row.refuse(mapping.at_work or next(iter(row.cells)), "unmappable", str(error), es, en)
    if row.refused is None:
        context.keep()
    else:
        context.undo()
        mapping.undone()


def _rows_aside(build_: Build, folder: SourceFolder, file: TableFile) -> None:
    """Tell the report how many rows of an export were set aside; an export of which none is left is a fault."""
    account = file.account
    _cells_aside(build_, folder, file)
    if account.aside:
        build_.quality.source(folder.contract.key).rows_aside.update(account.aside)
    if account.rows or not account.rows_quarantined or file.unread:
        return
    count = account.rows_quarantined
    listed = ", ".join(f"{code} {number}" for code, number in account.aside.most_common())
    es = f"al menos una fila que se pueda representar; las {count} están apartadas ({listed})"
    en = f"at least one row that can be mapped; all {count} are set aside ({listed})"
    build_.problems.add(Problem(file.shown, 0, "", "no-row-left", f"{count} rows", es, en))
    for example in account.examples:
        build_.problems.add(Problem(file.shown, *example))


def _cells_aside(build_: Build, folder: SourceFolder, file: TableFile) -> None:
    """Tell the report why cells of an export were quarantined, and who watches the build which unknown words are many: absence codes, perhaps."""
    account, redact = file.account, file.accounting.redact
    if not account.reasons:
        return
    quality = build_.quality.source(folder.contract.key)
    quality.quarantined.update(account.reasons)
    columns: dict[str, Counter[str]] = defaultdict(Counter)
    for (column, label), cells in account.labels.items():
        said = visible(shown(label, redact))
        quality.unknown_labels[column, said] += cells
        columns[said][column] += cells
    many = sorted(((found.total(), label) for label, found in columns.items() if found.total() >= _MANY), key=lambda item: (-item[0], item[1]))
    for count, label in many[:_NAMED_LABELS]:
        (column, _), *others = columns[label].most_common()
        more_es, more_en = (f" y {len(others)} columnas más", f" and {len(others)} more columns") if others else ("", "")
        es = f"«{label}» en {count} celdas en cuarentena («{column}»{more_es}): si es un código de ausencia, se declara en absence: de un contrato"
        en = f'"{label}" in {count} quarantined cells ("{column}"{more_en}): if it is an absence code, absence: of a contract declares it'
        build_.problems.note(Note(file.shown, es, en))


def _columns_of(build_: Build, folder: SourceFolder, file: TableFile) -> None:
    """Tell the report, and who watches the build, which columns of a file its layout does not declare and which of its own the file lacks."""
    if not (file.undeclared or folder.missing):
        return
    quality = build_.quality.source(folder.contract.key)
    quality.undeclared.update(file.undeclared)
    quality.missing.extend(folder.missing)
    quality.suggested.update((file.unknown.get(header, header), name) for header, name in folder.suggested)
    said = [(file.undeclared[name], name) for name in file.undeclared]
    for count, name in said[:_NAMED]:
        es, en = f"columna que no se lee «{name}»: {count} celdas en cuarentena, sin su valor", f'column not read "{name}": {count} cells quarantined, without values'
        if name in quality.suggested:
            es, en = f"{es} (¿es «{quality.suggested[name]}»?)", f'{en} (is it "{quality.suggested[name]}"?)'
        build_.problems.note(Note(file.shown, es, en))
    for name in folder.missing[:_NAMED]:
        build_.problems.note(Note(file.shown, f"falta la columna «{name}»: nada se dice de ella", f'missing column "{name}": nothing is said of it'))
    more = max(0, len(said) - _NAMED) + max(0, len(folder.missing) - _NAMED)
    if more:
        build_.problems.note(Note(file.shown, f"{more} columnas más están en reports/quality.json", f"{more} more columns are in reports/quality.json"))


def _map_row(function: mappings.RowMapping, context: SourceContext, row: Row) -> None:
    """Map one row; one that already has a refused cell may lack what the mapping needs, and its fault is listed."""
    try:
        function(context, row)
    except (ValueError, LookupError):
        if not row.faulty:
            raise
