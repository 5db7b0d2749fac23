"""Files of others that come without a contract: which edition they are, and what their layout says of them."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest import layouts, uris
from ingest.contract import Contract, LoadedContract, contract_of_layout
from ingest.formats import FormatFault
from ingest.formats.recognition import Layout, Recognition, recognize
from ingest.problems import Problem, SourceProblems

_LISTED = 20  # headers of one sort that are named: a file of another kind has as many as it has columns
_NEAR = 0.5  # share of headers in common from which those that are missing are named
_DATED = re.compile(r"(?:^|-)(\d{4}-\d{2}-\d{2})$")


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


def recognized(path: Path, edition: str | None, shown: str, layout_folders: Sequence[Path]) -> Contract:
    """The contract of a file by the layout that its header line has; `shown` is how messages name the file.

    Raises SourceProblems where no layout fits, naming what is new, missing, repeated or empty in the header.
    """
    found = _recognize(path, shown, layouts.known(layout_folders))
    assert found.layout is not None
    key = uris.slug(edition) if edition else found.layout
    fields: dict[str, object] = {"key": key, "document": {"status": "held", "sha256": sha256(path)}, "delimiter": found.delimiter}
    dated = _DATED.search(key)
    if dated:
        try:
            fields["issued"] = dt.date.fromisoformat(dated[1])
        except ValueError:
            es, en = "una fecha que exista al final del nombre de la edición", "a date that exists at the end of the edition's name"
            raise SourceProblems([Problem(shown, 0, "", "edition", key, es, en)]) from None
    layout = layouts.known(layout_folders)[found.layout]
    loaded = contract_of_layout(layout, fields, path.parent, shown)
    titles = {language: f"{title} ({key})" for language, title in loaded.contract.title.items()} if edition else loaded.contract.title
    return _placed(loaded.contract.model_copy(update={"title": titles}), path.name, found)


def located(loaded: LoadedContract, shown: str) -> Contract:
    """A contract that rests on a layout, with the line in which its file's headers really stand."""
    contract = loaded.contract
    if len(contract.tables) != 1:
        return contract
    slug, table = next(iter(contract.tables.items()))
    path = loaded.folder / table.file_name(slug)
    if not path.is_file():
        return contract  # the reader says so
    found = _compare(path, [Layout.of(slug, table)], f"{shown}/{path.name}")
    return _placed(contract, table.file_name(slug), found) if found.layout is not None else contract


def _placed(contract: Contract, file: str, found: Recognition) -> Contract:
    slug, table = next(iter(contract.tables.items()))
    placed = table.model_copy(update={"file": file, "header_row": found.header_row, "sheet": table.sheet or found.sheet})
    return contract.model_copy(update={"tables": {slug: placed}})


def _recognize(path: Path, shown: str, known: dict[str, Path]) -> Recognition:
    tables = []
    for name, file in known.items():
        contract = contract_of_layout(file, {"document": {"status": "held", "sha256": "0" * 64}}, file.parent, file.name).contract
        tables += [Layout.of(name, table) for table in contract.tables.values()]
    found = _compare(path, tables, shown)
    if not found.exact:
        raise SourceProblems(_differences(found, path.name, shown))
    return found


def _differences(found: Recognition, name: str, shown: str) -> Iterator[Problem]:
    """What keeps a header line from being that of a layout: the verdict, then the headers concerned, of each sort the first few."""

    def problem(of: str, es: str, en: str) -> Problem:
        return Problem(shown, found.header_row, "", "unknown-layout", of, es, en)

    verdict_es, verdict_en = found.message("es").splitlines()[0], found.message("en").splitlines()[0]
    yield problem(name, f"los encabezados completos de un formato conocido ({verdict_es})", f"all headers of one known layout ({verdict_en})")
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


def _compare(path: Path, tables: list[Layout], shown: str) -> Recognition:
    try:
        return recognize(path, tables)
    except FormatFault as fault:
        raise SourceProblems([Problem(shown, fault.row, "", fault.code, fault.found, fault.es, fault.en)]) from None


def sha256(path: Path) -> str:
    """SHA-256 in hex of a file of any size."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
