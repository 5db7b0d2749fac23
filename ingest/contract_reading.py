"""From a contract file, or a layout and a few fields, to a checked `Contract`: what stands between the text and the model.

A contract may name a layout and say no more than where it differs from it; what of it follows from the folder (its key, its file,
the file's digest, the day in its name) need not be typed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ingest import contract_faults, layouts, model_faults, strict_yaml, uris
from ingest.contract import Contract, Model
from ingest.formats import is_table, sha256
from ingest.problems import Problem, SourceProblems

_DAY = re.compile(r"(?:^|-)(\d{4}-\d{2}-\d{2})$")


class LoadedContract(Model):
    """A contract with the folder it was read from and the path that messages name."""

    contract: Contract
    folder: Path
    shown: str  # path of the contract file relative to the data folder


def load_contract(path: Path, shown: str, layout_folders: Sequence[Path] = ()) -> LoadedContract:
    """Read and check one contract file, with the layout that it names (of `layout_folders`, else one of ours) below it.

    Raises SourceProblems naming the file, the line where YAML stops, or the field that does not fit.
    """
    raw = _read_yaml(path, shown)
    if isinstance(raw, dict) and raw.get("layout"):
        layout = layouts.find(str(raw["layout"]), layout_folders)
        if layout is None:
            known = ", ".join(sorted(layouts.known(layout_folders)))
            raise SourceProblems([_problem(shown, 0, "layout", str(raw["layout"]), f"uno de: {known}", f"one of: {known}")])
        merged = layouts.merged(_read_layout(layout), raw)
        if "key" not in raw:
            merged["key"] = uris.slug(path.parent.resolve().name)  # as of a folder without a contract
        _add_file(merged, path.parent, shown)
        _add_digest(merged, path.parent)
        _add_day(merged, shown)
        return _checked(merged, path.parent, shown, raw, layout.name)
    return _checked(raw, path.parent, shown)


def _add_file(raw: dict[str, Any], folder: Path, shown: str) -> None:
    """The table that a contract with a layout describes is the only file beside it, whatever its name, where it names none."""
    tables = raw.get("tables")
    if not isinstance(tables, dict) or len(tables) != 1:
        return
    slug, table = next(iter(tables.items()))
    if not isinstance(table, dict) or table.get("file") or table.get("mode") != "export" or (folder / f"{slug}.csv").is_file():
        return
    files = sorted(file.name for file in folder.iterdir() if is_table(file))
    if len(files) == 1:
        raw["tables"] = {slug: {**table, "file": files[0]}}
        return
    wanted = f"tables: {{{slug}: {{file: {files[0] if files else '…'}}}}}"
    es, en = "qué archivo es: ", "which file it is: "
    if not files:
        es, en = f"una exportación (CSV, XLSX) junto al contrato, o {es}", f"an export (CSV, XLSX) beside the contract, or {en}"
    raise SourceProblems([_problem(shown, 0, f"tables.{slug}.file", ", ".join(files[:5]), f"{es}{wanted}", f"{en}{wanted}")])


def _add_digest(raw: dict[str, Any], folder: Path) -> None:
    """The file that a contract with a layout describes is its document: its SHA-256 need not be typed."""
    tables = raw.get("tables")
    if "document" in raw or not isinstance(tables, dict) or len(tables) != 1:
        return
    slug, table = next(iter(tables.items()))
    path = folder / str(table.get("file") or f"{slug}.csv") if isinstance(table, dict) else folder
    if path.is_file():
        raw["document"] = {"status": "held", "sha256": sha256(path)}


def _add_day(raw: dict[str, Any], shown: str) -> None:
    """An edition whose key ends in a day was issued on it, as one without a contract, unless the contract says something else."""
    try:
        day = day_of(str(raw.get("key", "")))
    except ValueError:
        raise SourceProblems([no_such_day(shown, "key", str(raw["key"]))]) from None
    if day is not None:
        raw.setdefault("issued", day)


def contract_of_layout(layout: Path, fields: Mapping[str, Any], folder: Path, shown: str) -> LoadedContract:
    """The contract of a file for which nobody wrote one: its layout and the few fields that the command line gives.

    Raises SourceProblems like `load_contract`.
    """
    return _checked(layouts.merged(_read_layout(layout), dict(fields)), folder, shown)


def _read_layout(path: Path) -> Any:
    """The content of a layout's file. It is known by the name of the file, so `layout` in it says that, or nothing."""
    raw = _read_yaml(path, path.name)
    if isinstance(raw, dict) and raw.get("layout", path.stem) != path.stem:
        es, en = f"el nombre del archivo: {path.stem}", f"the name of the file: {path.stem}"
        raise SourceProblems([_problem(path.name, 0, "layout", str(raw["layout"]), es, en)])
    return {**raw, "layout": path.stem} if isinstance(raw, dict) else raw


def _read_yaml(path: Path, shown: str) -> Any:
    try:
        return strict_yaml.read(path, shown, "contract")
    except FileNotFoundError:
        raise SourceProblems([_problem(shown, 0, "", "", "el contrato de la fuente", "the source's contract")]) from None


def _checked(raw: Any, folder: Path, shown: str, own: Any = None, layout: str = "") -> LoadedContract:
    """`own`: what of `raw` the contract's file says itself, where the rest is that of a layout: faults of that are told of its file."""

    def file_of(field: contract_faults.Place) -> str:
        part = own
        for name in field if layout else ():
            if isinstance(part, list):
                break  # a list is the contract's as a whole, or the layout's
            if not isinstance(part, dict) or name not in part:
                return layout
            part = part[name]
        return shown

    try:
        contract = Contract.model_validate(raw)
    except ValidationError as error:
        raise SourceProblems(
            _problem(file_of(item["loc"][: -1 if item["type"] == "missing" else None]), 0, _dotted(item["loc"]), model_faults.found(item), *model_faults.expected(item))
            for item in error.errors()
        ) from error
    faults = [_problem(file_of(field), 0, _dotted(field), found, es, en) for field, found, es, en in contract_faults.faults(contract)]
    if faults:
        raise SourceProblems(faults)
    return LoadedContract(contract=contract, folder=folder, shown=shown)


def _dotted(field: contract_faults.Place) -> str:
    return ".".join(map(str, field))


def _problem(shown: str, row: int, column: str, found: str, es: str, en: str) -> Problem:
    return Problem(shown, row, column, "contract", found, es, en)


def day_of(key: str) -> dt.date | None:
    """The day at the end of an edition's name, on which it was issued; None without one. Raises ValueError where no calendar has it."""
    named = _DAY.search(key)
    return dt.date.fromisoformat(named[1]) if named else None


def no_such_day(shown: str, field: str, key: str) -> Problem:
    return Problem(shown, 0, field, "edition", key, *contract_faults.NO_SUCH_DAY)
