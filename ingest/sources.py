"""Sources as folders: finding them, describing them in the graph, and their facts for the catalogue."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from commitments.release import Input
from ingest import exports, terms
from ingest.context import SourceContext
from ingest.contract import CONTRACT_FILE, Contract
from ingest.contract_reading import load_contract
from ingest.exports import Edition
from ingest.formats import is_table
from ingest.problems import Problem, ProblemList, SourceProblems
from ingest.publication import SourceFacts
from ingest.quarantine import Quarantine

LAYOUTS = "layouts"  # folder of a deployment's own layouts, below the data folder
OTHER_GRAPHS = frozenset({"", "curated", "derived", "candidates", "catalog", "vocabulary", "shapes"})  # of a release, and no source's own
_RESERVED = OTHER_GRAPHS | {"consolidated", "default", "release", "staging"}  # and addresses below /graph/ that mean something else
_EU_LANGUAGE = "http://publications.europa.eu/resource/authority/language/"


@dataclass(frozen=True)
class SourceFolder:
    """One source: its folder, how messages and the list of inputs name the folder, its contract, and where it is a single file, that file.

    Of an export also what its header line lacks, and what its new headers may be (`ingest.exports.Fitted`).
    """

    path: Path
    shown: str
    contract: Contract
    file: str | None = None
    missing: tuple[str, ...] = ()
    suggested: tuple[tuple[str, str], ...] = ()

    @property
    def mapping(self) -> str:
        """Name of the module below `ingest/mappings/` that maps its tables."""
        return self.contract.mapping or self.path.name


def find(data_dir: Path, inputs: Iterable[Edition], problems: ProblemList, *, accept: bool | None = None) -> list[SourceFolder]:
    """Reference first (names and labels), then the sources by folder name, then exports, newest first, then curated decisions.

    `accept`: whether exports whose columns are not exactly those of their layout are read all the same; None: as their contracts say.
    Faults of contracts, a missing folder, and two sources with one key are reported together.
    """
    own = [data_dir / "reference"]
    own += sorted(path for path in (data_dir / "sources").glob("*") if path.is_dir() and not path.name.startswith("."))
    editions = [Edition(folder) for folder in own] + [*inputs, Edition(data_dir / "curated")]
    layout_folders = [data_dir / LAYOUTS]
    for file in sorted(file for file in (data_dir / "sources").glob("*") if file.is_file() and is_table(file) and not file.name.startswith(".")):
        es, en = f"una carpeta para cada fuente: sources/EDICIÓN/{file.name}", f"a folder for each source: sources/EDITION/{file.name}"
        problems.add(Problem(f"sources/{file.name}", 0, "", "loose-file", file.name, es, en))
    found: list[SourceFolder] = []
    for edition in editions:
        path = edition.path
        if path in (data_dir / "reference", data_dir / "curated") and not path.exists():
            continue  # a deployment may do without; losing them later is refused as a mass withdrawal
        shown = path.relative_to(data_dir).as_posix() if path.is_relative_to(data_dir) else edition.shown
        try:
            found.append(_source(edition, shown, layout_folders, problems, accept))
        except SourceProblems as error:
            for problem in error:
                problems.add(problem)
    found.sort(key=_order)
    keys: dict[str, SourceFolder] = {}
    for source in found:
        if source.contract.key in _RESERVED:
            es, en = "una clave que no sea el nombre de un grafo de esta publicación", "a key that is not the name of a graph of this publication"
            problems.add(_of_key(source, "reserved-key", es, en))
        other = keys.setdefault(source.contract.key, source)
        if other is source:
            continue
        es, en = f"una clave que no use {other.file or other.shown}", f"a key that {other.file or other.shown} does not use"
        problems.add(_of_key(source, "duplicate-key", es, en))
    if not found:
        problems.add(Problem(str(data_dir), 0, "", "no-sources", "no contract.yml", "al menos una fuente en sources/", "at least one source in sources/"))
    return found


def _of_key(source: SourceFolder, code: str, es: str, en: str) -> Problem:
    if source.file is not None:
        es, en = f"{es}; --input NOMBRE=RUTA da una", f"{en}; --input NAME=PATH gives one"
    return Problem(source.file or f"{source.shown}/{CONTRACT_FILE}", 0, "key", code, source.contract.key, es, en)


def _source(edition: Edition, shown: str, layout_folders: Sequence[Path], problems: ProblemList, accept: bool | None) -> SourceFolder:
    """A folder with its contract; or one file, given as such or alone in a folder without contract, by the layout that its headers have."""
    path = edition.path
    if path.is_dir() and not (path / CONTRACT_FILE).exists():
        tables = [file for file in sorted(path.iterdir()) if is_table(file)]
        if len(tables) == 1:
            return _by_layout(tables[0], edition.name or path.name, shown, layout_folders, accept)
        names = ", ".join(file.name for file in tables[:5])
        es, en = "el contrato de la fuente, o una sola exportación (CSV, XLSX)", "the source's contract, or one export (CSV, XLSX) alone"
        raise SourceProblems([Problem(f"{shown}/{CONTRACT_FILE}", 0, "", "contract", names, es, en)])
    elif not path.is_dir():
        return _by_layout(path, edition.name, edition.shown.rpartition("/")[0], layout_folders, accept)
    loaded = load_contract(path / CONTRACT_FILE, f"{shown}/{CONTRACT_FILE}", layout_folders)
    contract = loaded.contract
    fitted = exports.located(loaded, shown, accept=accept) if contract.layout or contract.other_columns == "accept" else exports.Fitted(contract)
    contract = fitted.contract
    declared = {table.file_name(slug) for slug, table in contract.tables.items()} | {contract.coverage}
    for file in sorted(file for file in path.iterdir() if is_table(file)):
        if file.name not in declared:
            es, en = "un archivo que el contrato declare", "a file that the contract declares"
            problems.add(Problem(f"{shown}/{file.name}", 0, "", "undeclared-file", file.name, es, en))
    return SourceFolder(path, shown, contract, missing=fitted.missing, suggested=fitted.suggested)


def _by_layout(path: Path, edition: str | None, shown: str, layout_folders: Sequence[Path], accept: bool | None) -> SourceFolder:
    file = f"{shown}/{path.name}"
    fitted = exports.recognized(path, edition, file, layout_folders, accept=accept)
    return SourceFolder(path.parent, shown, fitted.contract, file, fitted.missing, fitted.suggested)


def _order(source: SourceFolder) -> tuple[int, int]:
    """Exports find what other sources describe, so they come after them; the newest first, whose numbers and titles are best.

    Sorting keeps the order of folders otherwise.
    """
    contract = source.contract
    if contract.source_type == "curation":
        return (2, 0)
    if not contract.is_edition:
        return (0, 0)
    return (1, -contract.age)


def describe(context: SourceContext) -> None:
    """ogcm:Source: what the contract says of the document and its tables."""
    contract = context.contract
    subject = context.mint("source", contract.key)
    context.describe(subject, ["ogcm:Source"], contract.title, None)
    for language, title in contract.title.items():
        context.add(subject, "dct:title", terms.text(title, language))
    context.add(subject, "ogcm:sourceSeries", terms.text(contract.series))
    context.add(subject, "dct:type", context.concept("source-type", contract.source_type))
    if isinstance(contract.issued, dt.date):
        context.add(subject, "dct:issued", terms.typed(contract.issued.isoformat(), "date"))
    if contract.language != "not-stated":
        context.add(subject, "dct:language", terms.iri(f"{_EU_LANGUAGE}{contract.language.upper()}"))
    if contract.licence == "not-stated":
        context.add(subject, "dct:rights", context.concept("rights", "not-stated"))
    else:
        context.add(subject, "dct:license", terms.iri(contract.licence))
    context.add(subject, "ogcm:documentStatus", context.concept("document-status", contract.document.status))
    if contract.document.sha256:
        context.add(subject, "ogcm:sha256", terms.text(contract.document.sha256))
    for language, reason in (contract.document.reason or {}).items():
        context.add(subject, "ogcm:reason", terms.text(reason, language))
    if contract.homepage:
        context.add(subject, "foaf:page", terms.iri(contract.homepage))
    if contract.revision_of:
        context.add(subject, "prov:wasRevisionOf", context.thing("source", contract.revision_of))


def facts(folder: SourceFolder, files: Iterable[Input]) -> SourceFacts:
    """What the catalogue says about the source, with the inputs that lie in its folder."""
    contract = folder.contract
    if folder.file is not None:
        own = tuple(file for file in files if file.path == folder.file)
    else:
        own = tuple(file for file in files if file.path.startswith(f"{folder.shown}/"))
    return SourceFacts(
        key=contract.key,
        title=dict(contract.title),
        publisher=contract.publisher,
        licence=contract.licence,
        issued=contract.issued if isinstance(contract.issued, dt.date) else None,
        language=contract.language,
        sha256=contract.document.sha256,
        status=contract.document.status,
        inputs=own,
        graph="curated" if contract.source_type == "curation" else contract.key,
    )


def quarantine_csv(items: Quarantine) -> bytes:
    """The cells kept out of the graph, one row each. `Quarantine.write_csv` streams the same bytes."""
    stream = io.BytesIO()
    items.write_csv(stream)
    return stream.getvalue()
