"""Large files on a small machine: a message or constant memory, in a process that may not have more than a stated amount."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ingest.formats.exports import csv_bytes, lines, write_csv

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_AS is a limit of POSIX systems")

TWO_GIGABYTES = 2 << 30
SMALL = 512 << 20  # bytes of address space

READ = """
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, ({limit}, {limit}))
sys.path.insert(0, {root!r})
from tests.ingest.formats.exports import read
from ingest.fingerprint import _sha256
path = Path({path!r})
reading = read(path) if {whole} else None
if reading is None:
    from ingest.accounting import Accounting
    from ingest.problems import ProblemList
    from ingest.readers import TableReader
    from tests.ingest.formats.exports import contract
    accounting, problems = Accounting(), ProblemList()
    reader = TableReader(path.parent, "made_up", contract(file=path.name), "rows", problems, accounting)
    count = 0
    for row in reader.rows():
        row.take(reader.file.names)
        count += 1
    print(count, [problem.code for problem in problems.problems])
else:
    print(len(reading.rows), reading.codes)
"""


def in_a_small_process(path: Path, root: Path, *, whole: bool = True) -> str:
    script = READ.format(limit=SMALL, root=str(root), path=str(path), whole=whole)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=600, cwd=root, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def sparse(path: Path, beginning: bytes) -> Path:
    """A file of 2 GB that takes no room: the beginning, then null bytes."""
    with path.open("wb") as stream:
        stream.write(beginning)
        stream.truncate(TWO_GIGABYTES)
    return path


@pytest.mark.parametrize(
    ("beginning", "code"),
    [(csv_bytes(lines()), "binary"), (b"", "binary"), (csv_bytes(lines()[:2]) + b'"', "binary")],
    ids=["table", "nothing-else", "open-quote"],
)
def test_two_gigabytes_of_nothing_are_a_message(tmp_path: Path, root: Path, beginning: bytes, code: str) -> None:
    path = sparse(tmp_path / "rows.csv", beginning)
    assert path.stat().st_size == TWO_GIGABYTES and path.stat().st_blocks < 10_000
    assert in_a_small_process(path, root).endswith(f"['{code}']")


@pytest.mark.parametrize("beginning", ['"', ""], ids=["quoted", "plain"])
def test_a_line_without_end_is_a_message(tmp_path: Path, root: Path, beginning: str) -> None:
    path = write_csv(tmp_path / "rows.csv", lines()[:2])
    with path.open("ab") as stream:
        stream.write(beginning.encode())
        for _ in range(256):
            stream.write(b"x " * (1 << 20))
    assert path.stat().st_size > SMALL
    assert in_a_small_process(path, root) == "0 ['line-length']"


def test_a_quote_that_is_never_closed_is_a_message(tmp_path: Path, root: Path) -> None:
    path = write_csv(tmp_path / "rows.csv", lines()[:2])
    with path.open("ab") as stream:
        stream.write(b'"')
        for _ in range(256):
            stream.write((b"x" * 1023 + b"\n") * 2048)
    assert path.stat().st_size > SMALL
    assert in_a_small_process(path, root) == "0 ['line-length']"


def test_many_rows_take_no_more_memory_than_few(tmp_path: Path, root: Path) -> None:
    """More bytes than the process may have, every one of them read."""
    path = write_csv(tmp_path / "rows.csv")
    row = csv_bytes([["Mexico", "4", "word " * 20_000, "31/08/2019", "High", "3", "1", "NR", "4", "17"]])
    with path.open("ab") as stream:
        while stream.tell() < SMALL + (64 << 20):
            stream.write(row)
    rows = 3 + (os.path.getsize(path) - len(csv_bytes(lines()))) // len(row)
    assert in_a_small_process(path, root, whole=False) == f"{rows} []"
