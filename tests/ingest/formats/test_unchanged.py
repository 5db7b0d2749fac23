"""A file that changes while it is read, or between two passes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.accounting import Accounting
from ingest.formats import FileChanged, Passes, ReadOnce, open_records
from ingest.problems import ProblemList
from ingest.readers import UNREADABLE, TableReader
from tests.ingest.formats.exports import contract, csv_bytes, lines, sheet_xml, write_csv, write_workbook


def make(folder: Path, suffix: str, rows: int = 3) -> Path:
    records = [*lines(), *([lines()[2]] * rows)]
    if suffix == ".csv":
        return write_csv(folder / "rows.csv", records)
    return write_workbook(folder / "rows.xlsx", {"Data": sheet_xml(records)})


def replaced(path: Path) -> None:
    """As editors save: a new file takes the place of the old one."""
    other = path.with_suffix(".new")
    other.write_bytes(path.read_bytes())
    os.replace(other, path)


def appended(path: Path) -> None:
    with path.open("ab") as stream:
        stream.write(b"\n")


def same_size(path: Path) -> None:
    """Other content of the same length, with the time of change put back: only the digest tells, and only a second look."""
    before = path.stat()
    content = path.read_bytes().replace(b"Mexico", b"Brazil")
    with path.open("r+b") as stream:
        stream.write(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))


CHANGES: list[Callable[[Path], None]] = [replaced, appended, same_size, Path.unlink]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_during_a_pass_stops_the_build(tmp_path: Path, suffix: str, change: Callable[[Path], None]) -> None:
    path = make(tmp_path, suffix, 3000)
    problems = ProblemList()
    reader = TableReader(tmp_path, "made_up", contract(file=path.name), "rows", problems, Accounting())
    for count, row in enumerate(reader.rows()):
        row.take(reader.file.names)
        if count == 2:
            change(path)
    assert "file-changed" in {problem.code for problem in problems.problems} and reader.file.unread
    assert "file-changed" in UNREADABLE


def test_a_change_between_two_passes_stops_the_build(tmp_path: Path) -> None:
    path = make(tmp_path, ".csv")
    passes = Passes()
    list(open_records(path, passes=passes))
    list(open_records(path, passes=passes))
    path.write_bytes(path.read_bytes().replace(b"Mexico", b"Brazil"))
    with pytest.raises(FileChanged) as caught:
        list(open_records(path, passes=passes))
    assert caught.value.code == "file-changed" and "SHA-256" in caught.value.found


def test_two_readers_of_one_build_may_share_their_passes(tmp_path: Path) -> None:
    path = make(tmp_path, ".csv")
    passes, problems = Passes(), ProblemList()
    for content in (csv_bytes(lines()), csv_bytes(lines()[:-1])):
        path.write_bytes(content)
        reader = TableReader(tmp_path, "made_up", contract(file=path.name), "rows", problems, Accounting(), passes)
        for row in reader.rows():
            row.take(reader.file.names)
    assert [problem.code for problem in problems.problems] == ["file-changed"]


@pytest.mark.parametrize("seekable", [False, True])
def test_the_digest_is_that_of_the_bytes(tmp_path: Path, seekable: bool) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(bytes(range(256)) * 9000)
    with ReadOnce(path, seekable=seekable) as source:
        while source.read(10_000):
            pass
        found = source.finish()
    assert found == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_that_is_not_read_to_its_end_has_no_digest(tmp_path: Path) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(b"x" * 100_000)
    with ReadOnce(path) as source:
        source.read(10)
        with pytest.raises(FileChanged):
            source.finish()
