"""Files of others that come without a contract: which edition they are, and what their layout says of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest import layouts, uris
from ingest.contract import Contract, Table
from ingest.contract_reading import LoadedContract, contract_of_layout, day_of, no_such_day
from ingest.formats import FormatFault, sha256
from ingest.formats.recognition import LEAST_LEAD, Layout, Recognition, recognize
from ingest.problems import Problem, SourceProblems

_LISTED = 20  # headers of one sort that are named: a file of another kind has as many as it has columns
_NEAR = 0.5  # share of headers in common from which those that are missing are named


@dataclass(frozen=True)
class Edition:
    """An input as the command line gives it, `[NAME=]PATH`: a folder, or a file and which edition it is.

    The name becomes the source's key; a date at its end (`ogp-2016-11-30`) is the day on which the edition was issued.
    """

    path: Path
    name: str | None = None

    @classmethod
    def parse(cls, text: str) -> Edition:
        """Read `[NAME=]PATH`; a path that exists as it stands is never parted."""
        name, equals, path = text.partition("=")
        if equals and not Path(text).exists() and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
            return cls(Path(path), name)
        return cls(Path(text))

    @property
    def shown(self) -> str:
        """How messages, the manifest and the fingerprint name the input: with the edition's name, which decides what it becomes."""
        name = f"{self.name}/{self.path.name}" if self.name else self.path.name
        return f"input/{name}"


@dataclass(frozen=True)
class Fitted:
    """The contract of one file, fitted to its header line: where that stands, and without the columns that the file does not have."""

    contract: Contract
    missing: tuple[str, ...] = ()  # columns that the contract declares and the file lacks
    suggested: tuple[tuple[str, str], ...] = ()  # new header -> column of the layout that it may be, which the file lacks


def recognized(path: Path, edition: str | None, shown: str, layout_folders: Sequence[Path], *, accept: bool | None = None) -> Fitted:
    """The contract of a file by the layout that its header line has; `shown` is how messages name the file.

    Raises SourceProblems where no layout fits, naming what is new, missing, repeated or empty in the header. With `accept`, or where
    it is None and the layout says so, a file of a known layout may have other columns and lack some.
    """
    found = _recognize(path, shown, layouts.known(layout_folders))
    if found.layout is None:
        raise SourceProblems(_differences(found, path.name, shown))
    key = uris.slug(edition) if edition else found.layout
    fields: dict[str, object] = {"key": key, "document": {"status": "held", "sha256": sha256(path)}, "delimiter": found.delimiter}
    try:
        day = day_of(key)
    except ValueError:
        raise SourceProblems([no_such_day(shown, "", key)]) from None
    if day is not None:
        fields["issued"] = day
    if accept is not None:
        fields["other_columns"] = _word(accept)
    layout = layouts.known(layout_folders)[found.layout]
    loaded = contract_of_layout(layout, fields, path.parent, shown)
    titles = {language: f"{title} ({key})" for language, title in loaded.contract.title.items()} if edition else loaded.contract.title
    return _fitted(loaded.contract.model_copy(update={"title": titles}), path.name, found, shown)


def located(loaded: LoadedContract, shown: str, *, accept: bool | None = None) -> Fitted:
    """A contract of one export, with the line in which its file's headers really stand. Raises SourceProblems like `recognized`."""
    contract = loaded.contract
    if len(contract.tables) != 1:
        return Fitted(contract)
    slug, table = next(iter(contract.tables.items()))
    path = loaded.folder / table.file_name(slug)
    if table.mode != "export" or not path.is_file():
        return Fitted(contract)  # what is wrong with it, the reader says
    found = _compare(path, [Layout.of(contract.layout or contract.key, table)], f"{shown}/{path.name}", sheet=table.sheet)
    if found.layout is None:
        return Fitted(contract)
    if accept is not None:
        contract = contract.model_copy(update={"other_columns": _word(accept)})
    if "delimiter" not in contract.model_fields_set:
        contract = contract.model_copy(update={"delimiter": found.delimiter})
    return _fitted(contract, table.file_name(slug), found, f"{shown}/{path.name}")


def _word(accept: bool) -> str:
    """As `other_columns` of a contract says it."""
    return "accept" if accept else "stop"


def _fitted(contract: Contract, file: str, found: Recognition, shown: str) -> Fitted:
    slug, table = next(iter(contract.tables.items()))
    if not found.exact and (contract.other_columns != "accept" or _unreadable(table, found)):
        raise SourceProblems(_differences(found, file, shown, table))
    placed = table.without(found.missing).model_copy(update={"file": file, "header_row": found.header_row, "sheet": table.sheet or found.sheet})
    return Fitted(contract.model_copy(update={"tables": {slug: placed}}), found.missing, found.suggested)


def _unreadable(table: Table, found: Recognition) -> tuple[str, str] | None:
    """Why a file with other columns than its layout cannot be read with it even so, in Spanish and English; None where it can."""
    lost = sorted(table.indispensable.intersection(found.missing))
    if lost:
        listed = ", ".join(lost)
        return f"sin estas columnas no se puede leer: {listed}", f"it cannot be read without these columns: {listed}"
    if found.lead < LEAST_LEAD:
        return "otro formato es casi igual de cercano; hace falta uno propio", "another layout is almost as near; it needs one of its own"
    unsure = sorted(table.known_by_place)
    if unsure:
        listed = ", ".join(unsure)
        return f"estas columnas solo se conocen por su lugar: {listed}", f"these columns are known by their place only: {listed}"
    return None


def _recognize(path: Path, shown: str, known: dict[str, Path]) -> Recognition:
    tables = []
    for name, file in known.items():
        contract = contract_of_layout(file, {"document": {"status": "held", "sha256": "0" * 64}}, file.parent, file.name).contract
        tables += [Layout.of(name, table) for table in contract.tables.values()]
    return _compare(path, tables, shown)


def _differences(found: Recognition, name: str, shown: str, table: Table | None = None) -> Iterator[Problem]:
    """What keeps a header line from being that of a layout: the verdict, then the headers concerned, of each sort the first few.

    `table` is the layout's where one was recognized; the verdict then says whether the file may be read as it is.
    """

    def problem(of: str, es: str, en: str) -> Problem:
        return Problem(shown, found.header_row, "", "unknown-layout", of, es, en)

    verdict_es, verdict_en = found.message("es").splitlines()[0], found.message("en").splitlines()[0]
    next_es, next_en = _next_step(table, found) if table is not None else ("", "")
    es, en = f"los encabezados completos de un formato conocido ({verdict_es}){next_es}", f"all headers of one known layout ({verdict_en}){next_en}"
    yield Problem(shown, 0, "", "unknown-layout", name, es, en)  # of the file as a whole: problems are told in the order of rows
    suggested = dict(found.suggested)
    for header in found.new[:_LISTED]:
        es, en = "un encabezado del formato: encabezado nuevo", "a header of the layout: new header"
        if header in suggested:
            es, en = f"{es} (¿es «{suggested[header]}»?)", f'{en} (is it "{suggested[header]}"?)'
        yield problem(header, es, en)
    missing = found.missing if found.score >= _NEAR else ()  # far from every layout, what theirs have says nothing
    for header in missing[:_LISTED]:
        yield problem("", f"«{header}»: falta el encabezado", f'"{header}": missing header')
    for header in found.repeated[:_LISTED]:
        yield problem(header, "cada encabezado una sola vez: encabezado repetido", "each header once: repeated header")
    for column in found.empty[:_LISTED]:
        yield problem("", f"un encabezado en la columna {column}: encabezado vacío", f"a header in column {column}: empty header")
    more = sum(max(0, len(headers) - _LISTED) for headers in (found.new, missing, found.repeated, found.empty))
    if more:
        yield problem(name, f"los encabezados de un formato; {more} diferencias más no se listan", f"the headers of a layout; {more} more differences are not listed")


def _next_step(table: Table, found: Recognition) -> tuple[str, str]:
    """How to go on with a file whose layout is known and whose columns are not exactly that layout's."""
    reason = _unreadable(table, found)
    if reason is not None:
        return f"; {reason[0]}", f"; {reason[1]}"
    es = "; --other-columns accept (en un contrato, other_columns: accept) lo lee así: lo nuevo va a cuarentena sin su valor, lo que falta se informa"
    en = "; --other-columns accept (in a contract, other_columns: accept) reads it as it is: what is new is quarantined without its value, what is missing is reported"
    return es, en


def _compare(path: Path, tables: list[Layout], shown: str, *, sheet: str | None = None) -> Recognition:
    try:
        return recognize(path, tables, sheet=sheet)
    except FormatFault as fault:
        raise SourceProblems([Problem(shown, fault.row, "", fault.code, fault.found, fault.es, fault.en)]) from None
