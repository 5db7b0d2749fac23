"""Files of tables as rows of texts: one module per format, one table of them (`FORMATS`), chosen by the file's suffix.

    for record in open_records(path, encoding="utf-8", delimiter=",", header_row=1): ...

Everything streams. A fault of the file as a whole is a `FormatFault` with row, code and both languages; a fault of one cell
stands in the record. What a workbook holds besides values (links, scripts, drawings) is never looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.formats import text, workbook
from ingest.formats.faults import FileChanged, FormatFault
from ingest.formats.records import Record
from ingest.formats.unchanged import Passes, ReadOnce, sha256

__all__ = [
    "FORMATS", "SUFFIXES", "FileChanged", "Format", "FormatFault", "Passes", "ReadOnce", "Record", "is_table", "look", "open_records", "sha256", "sheets",
    "types_dates",
]  # fmt: skip

Fits = Callable[[list[str]], bool]  # does a header line belong to the table that is wanted?


@dataclass(frozen=True)
class Format:
    """A format that is read: the suffixes of its files, whether a reader has to jump about in them, and whether cells may be dates by themselves,
    which the program that wrote the file made of what was typed or opened."""

    name: str
    suffixes: tuple[str, ...]
    seekable: bool
    types_dates: bool


FORMATS = (Format("csv", (".csv", ".tsv", ".txt"), False, False), Format("xlsx", (".xlsx", ".xlsm"), True, True))
SUFFIXES = frozenset(suffix for format_ in FORMATS for suffix in format_.suffixes)

_OLE = b"\xd0\xcf\x11\xe0"  # compound file: XLS, or XLSX with a password
_PACKED = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zX": "xz", b"7z\xbc\xaf": "7z", b"\x28\xb5\x2f\xfd": "zstd", b"PK\x03\x04": "ZIP / XLSX", b"PK\x05\x06": "ZIP"}
_WIDE = {b"\xff\xfe\0\0": "UTF-32", b"\0\0\xfe\xff": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def is_table(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


def look(path: Path) -> tuple[Format, bool]:
    """The format of a file by its suffix, and whether it begins with a byte order mark.

    Raises FormatFault where the first bytes say that it is something else, or that there is no regular file.
    """
    if path.exists() and not path.is_file():
        # A folder, a pipe or a device; reading a pipe would wait for ever.
        raise FormatFault(0, "unreadable", path.name, "un archivo", "a regular file")
    try:
        with path.open("rb") as stream:
            start = stream.read(64)
    except FileNotFoundError:
        raise FormatFault(0, "missing-file", "", "la tabla que nombra el contrato", "the table that the contract names") from None
    except OSError as error:
        raise FormatFault(0, "unreadable", str(error.strerror), "un archivo legible", "a readable file") from None
    suffix = path.suffix.lower()
    format_ = next((entry for entry in FORMATS if suffix in entry.suffixes), None)
    if start.startswith(_OLE):
        es, en = "XLSX sin contraseña o CSV en UTF-8; un XLS antiguo se guarda como XLSX", "XLSX without a password, or CSV in UTF-8; an old XLS is to be saved as XLSX"
        raise FormatFault(0, "encoding", "XLS / XLSX (password)", es, en)
    if format_ is None:
        known = ", ".join(sorted(SUFFIXES))
        raise FormatFault(0, "unknown-format", suffix or path.name, f"un archivo sin comprimir: {known}", f"an unpacked file: {known}")
    if format_.name == "csv":
        _look_at_text(start)
    elif not start.startswith(b"PK"):
        raise FormatFault(0, "encoding", repr(start[:8])[2:-1], "un libro XLSX", "an XLSX workbook")
    return format_, start.startswith(b"\xef\xbb\xbf")


def _look_at_text(start: bytes) -> None:
    for mark, name in _WIDE.items():
        if start.startswith(mark):
            raise FormatFault(1, "encoding", name, "UTF-8", "UTF-8")
    for mark, name in _PACKED.items():
        if start.startswith(mark):
            es, en = "CSV en UTF-8, sin comprimir", "CSV in UTF-8, unpacked"
            raise FormatFault(1, "encoding", name, es, en)
    if b"\0" in start:
        raise FormatFault(1, "binary", "\\0", "texto UTF-8; hay un byte nulo (¿UTF-16?)", "UTF-8 text; there is a null byte (UTF-16?)")


def types_dates(path: Path) -> bool:
    return any(format_.types_dates for format_ in FORMATS if path.suffix.lower() in format_.suffixes)


def open_records(
    path: Path, *, encoding: str = "utf-8", delimiter: str = ",", header_row: int = 1, sheet: str | None = None, fits: Fits | None = None, width: int = 0,
    passes: Passes | None = None,
) -> Iterator[Record]:  # fmt: skip
    """Every record of a table, streamed; raises FormatFault.

    `sheet` names the sheet of a workbook; without it the only one that has a table, or the only one whose header line
    `fits`, filled up to `width` columns. With `passes`, content other than at an earlier pass is a FileChanged; a change during the pass always is.
    """
    if encoding.lower().replace("_", "-") not in {"utf-8", "utf-8-sig"}:
        raise FormatFault(0, "encoding", encoding, "UTF-8", "UTF-8")
    format_, _ = look(path)
    with ReadOnce(path, seekable=format_.seekable) as source:
        if format_.name == "csv":
            yield from text.records(source, path, delimiter=delimiter, header_row=header_row)
        else:
            yield from workbook.records(source, header_row=header_row, sheet=sheet, fits=fits, width=width)
        sha256 = source.finish()
        if passes is not None:
            passes.check(path, sha256)


def sheets(path: Path) -> list[str]:
    """Names of the sheets of a workbook, hidden ones too; [] for a text file. Raises FormatFault."""
    format_, _ = look(path)
    if format_.name == "csv":
        return []
    with ReadOnce(path, seekable=True) as source:
        return workbook.sheet_names(source)
