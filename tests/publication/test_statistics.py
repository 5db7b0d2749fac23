"""What is counted and checked in blocks is what a walk line by line finds."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest

from ingest.publication import dumps, statistics
from ingest.publication.files import ReleaseFolder
from ingest.publication.statistics import Counting, Distinct, Namespaces, NotSorted, checked, checked_blocks
from tests.publication.sample import BASE, sample_lines

LINE = b"<a:a> <p:p> %s .\n"


def blocks(lines: list[bytes], size: int) -> list[list[bytes]]:
    return [lines[start : start + size] for start in range(0, len(lines), size)]


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_namespaces_are_those_that_counting_finds(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "_REMEMBERED", 20)
    extra = [b'<a:b#c/d> <http://p.example/x#p> "x"^^<http://t.example/y/z> .\n', b"_:b <http://q.example/p> _:c .\n", b'<urn:x> <urn:y> "<http://no.example/>"@es .\n']
    lines = sorted({*sample_lines(), *extra})
    counting, namespaces = Counting(BASE, "graph"), Namespaces("graph")
    for block in blocks(lines, size):
        counting.add(block)
        namespaces.add(block)
    assert namespaces.found == counting.statistics.namespaces
    assert {"http://p.example/x#", "http://q.example/", "http://t.example/y/", "a:b#"} <= namespaces.found
    assert "http://no.example/" not in namespaces.found


@pytest.mark.parametrize("line", [b"<a:a> <p:p> .\n", b"<a:a> .\n"])
def test_a_line_that_is_no_statement_is_not_counted(line: bytes) -> None:
    for counting in (Counting(BASE, "graph"), Namespaces("graph")):
        with pytest.raises(NotSorted, match="not one statement"):
            counting.add([line])


def test_distinct_values_are_counted_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Distinct, "_UNSORTED", 10)
    values = [b"%d" % random.Random(1).randrange(50) for _ in range(3)] + [b"%d" % (number % 137) for number in range(1000)]
    distinct = Distinct()
    assert distinct.count() == 0
    for start in range(0, len(values), 7):
        distinct.add(values[start : start + 7])
        assert distinct.count() == len(set(values[: start + 7]))


def test_objects_are_counted(tmp_path: Path) -> None:
    counting = Counting(BASE, "graph")
    for block in blocks(sample_lines(), 5):
        counting.add(block)
    assert counting.statistics.objects == len({line.split(b" ", 2)[2] for line in sample_lines()})


FAULTY = [b"_:b0", b'"a\\bb"', b'"a\\r\\nb"', b'"a\\u0000"', b'"x\\\\\\fy"', b'"\\uFFFE"', b'"01"^^<http://www.w3.org/2001/XMLSchema#integer>']
SOUND = [b'"a\\\\b"', b'"\\t\\n\\"\\\\"', b'"says _:b"', b'"x^^<y>"', b'"\\u007F"', b'"1"^^<http://www.w3.org/2001/XMLSchema#integer>', b'"^^<"^^<a:b>']


@pytest.mark.parametrize("value", [*FAULTY, *SOUND])
@pytest.mark.parametrize("size", [1, 4, 10_000])
def test_blocks_are_refused_when_one_of_their_lines_is(value: bytes, size: int) -> None:
    lines = sorted({*sample_lines(), LINE % value})
    found = blocks(lines, size)
    if value in SOUND:
        assert list(checked_blocks(found, "graph", dumps.unpublishable)) == [(block, b"".join(block)) for block in found]
        return
    with pytest.raises(NotSorted) as line_by_line:
        list(checked(lines, "graph", dumps.unpublishable))
    with pytest.raises(NotSorted) as in_blocks:
        list(checked_blocks(found, "graph", dumps.unpublishable))
    assert str(in_blocks.value) == str(line_by_line.value)


def test_a_subject_without_an_iri_is_refused() -> None:
    lines = sorted({*sample_lines(), b"_:b <p:p> <a:b> .\n"})
    with pytest.raises(NotSorted, match=f"graph:{len(lines)}: a blank node"):
        list(checked_blocks([lines], "graph", dumps.unpublishable))


def test_what_is_packed_does_not_depend_on_how_it_is_written(tmp_path: Path) -> None:
    """Less and more than one piece, in writes of all sizes."""
    data = random.Random(2).randbytes(100_000) * 37
    packed = []
    for number, size in enumerate((1 << 12, 999_983, 1 << 20, 1_500_001, len(data))):
        folder = ReleaseFolder(tmp_path / str(number))
        with folder.create("a.nt", "application/n-triples", compressed=True) as out:
            for start in range(0, len(data), size):
                out.write(data[start : start + size])
        assert (folder.path / "a.nt").read_bytes() == data
        packed.append((folder.path / "a.nt.gz").read_bytes())
        assert gzip.decompress(packed[-1]) == data
    assert len(set(packed)) == 1
