"""Sorting and merging files of lines in pieces gives what sorting all of them at once gives."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from ingest import sorting
from ingest.apart import ProcessFailed
from ingest.sorting import LineSink, SortedFile, merge_files, merge_into, merged, read_blocks, subjects, with_prefix


def some_lines(count: int, seed: int) -> list[str]:
    """Lines with a few subjects, many repeated, and characters of one to four bytes."""
    chance = random.Random(seed)
    return [f'<s{chance.randrange(count // 8 + 1)}> <p{chance.randrange(3)}> "{chance.choice("aáé€𐍈 ~")}{chance.randrange(9)}" .' for _ in range(count)]


def written(folder: Path, name: str, lines: list[str]) -> Path:
    return sorting.write_sorted(lines, folder / name)


@pytest.mark.parametrize("run", [1, 40, 1_000, 1 << 20])
@pytest.mark.parametrize("together", [1, 3])
def test_runs_of_any_size_give_the_same_file(tmp_path: Path, run: int, together: int) -> None:
    lines = some_lines(500, 1)
    sink = LineSink(tmp_path / "out.nt", run)
    for start in range(0, len(lines), together):
        sink.emit("".join(f"{line}\n" for line in lines[start : start + together]))
    path = sink.finish()
    assert path.read_bytes() == b"".join(sorted({f"{line}\n".encode() for line in lines}))
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.nt"]


def test_runs_that_another_process_sorts_give_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorting, "APART", 0)
    monkeypatch.setattr(sorting, "cores", lambda: 2)
    lines = some_lines(500, 2)
    sink = LineSink(tmp_path / "out.nt", 2_000)
    for line in lines:
        sink.emit(f"{line}\n")
    assert sink.finish().read_bytes() == b"".join(sorted({f"{line}\n".encode() for line in lines}))
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.nt"]


def end_at_once(path: Path) -> None:
    os._exit(9)


def test_a_sorting_process_that_dies_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorting, "APART", 0)
    monkeypatch.setattr(sorting, "cores", lambda: 2)
    monkeypatch.setattr(sorting, "sort_file", end_at_once)
    sink = LineSink(tmp_path / "out.nt", 10)
    sink.emit("<a> <b> <c> .\n")
    with pytest.raises(ProcessFailed, match="end_at_once ended with 9"):
        sink.finish()


def test_a_line_repeated_across_the_pieces_of_a_run_is_written_once(tmp_path: Path) -> None:
    sink = LineSink(tmp_path / "out.nt")
    sink.emit("<a> <b> <c> .\n" * 70_000 + "<d> <e> <f> .\n" * 70_000)
    assert sink.finish().read_bytes() == b"<a> <b> <c> .\n<d> <e> <f> .\n"


def test_nothing_gives_an_empty_file(tmp_path: Path) -> None:
    path = LineSink(tmp_path / "out.nt").finish()
    assert path.read_bytes() == b"" and list(SortedFile(path)) == [] and not SortedFile(path)
    assert list(merged([read_blocks(path), read_blocks(path)])) == [] and list(subjects(path)) == []


@pytest.mark.parametrize("block", [1, 30, 200, 1 << 20])
@pytest.mark.parametrize("files", [1, 2, 5])
def test_merging_in_blocks_of_any_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int, files: int) -> None:
    monkeypatch.setattr(sorting, "BLOCK", block)
    parts = [some_lines(200, seed) for seed in range(files)]
    paths = [written(tmp_path, f"{number}.nt", lines) for number, lines in enumerate(parts)]
    found = [line for lines in merged(read_blocks(path) for path in paths) for line in lines]
    assert found == sorted({f"{line}\n".encode() for lines in parts for line in lines})


@pytest.mark.parametrize("block", [1, 30, 500, 1 << 20])
@pytest.mark.parametrize("sizes", [(200, 3, 0), (200, 40, 5), (1, 200, 3), (0, 5, 5), (200, 0, 0), (0, 0, 0)])
def test_merging_small_files_into_a_large_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int, sizes: tuple[int, ...]) -> None:
    monkeypatch.setattr(sorting, "BLOCK", block)
    parts = [some_lines(size, seed) for seed, size in enumerate(sizes)]
    parts[1] += parts[0][:2]  # in both
    large, *others = [written(tmp_path, f"{number}.nt", lines) for number, lines in enumerate(parts)]
    expected = merge_files([large, *others], tmp_path / "expected.nt").read_bytes()
    assert merge_into(large, others, tmp_path / "out.nt").read_bytes() == expected
    assert expected == b"".join(sorted({f"{line}\n".encode() for lines in parts for line in lines}))


def test_lines_by_subject(tmp_path: Path) -> None:
    lines = sorted(set(some_lines(300, 3)))
    path = written(tmp_path, "a.nt", lines)
    found = list(subjects(path))
    assert [line for _, group in found for line in group] == [f"{line}\n".encode() for line in lines]
    assert all(line.startswith(subject + b" ") for subject, group in found for line in group)
    assert len({subject for subject, _ in found}) == len(found)


def test_lines_with_a_prefix_are_found_without_reading_the_rest(tmp_path: Path) -> None:
    lines = sorted({*some_lines(300, 4), "<s> <p> <o> .", f'<t> <p> "{"x" * 70_000}" .'})
    path = written(tmp_path, "a.nt", lines)
    for prefix in ("", "<", "<s1", "<s12>", "<s> ", "<t> ", "<a", "<z", "<s9> <p1> "):
        assert list(with_prefix(path, prefix.encode())) == [f"{line}\n".encode() for line in lines if line.startswith(prefix)], prefix


def test_a_sorted_file_is_like_its_list_of_lines(tmp_path: Path) -> None:
    lines = sorted(set(some_lines(50, 5)))
    one, other = SortedFile(written(tmp_path, "a.nt", lines)), SortedFile(written(tmp_path, "b.nt", lines[1:]))
    assert one == lines and len(one) == len(lines) and one and list(one) == lines
    assert one != other and other != lines


def test_merging_lines_out_of_order_comes_to_an_end(tmp_path: Path) -> None:
    one, other = tmp_path / "a.nt", tmp_path / "b.nt"
    one.write_bytes(b"c\nb\na\n")
    other.write_bytes(b"b\n")
    found = [line for block in merged([read_blocks(one), read_blocks(other)]) for line in block]
    assert set(found) == {b"a\n", b"b\n", b"c\n"}
