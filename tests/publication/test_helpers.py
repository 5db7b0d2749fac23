"""Large releases are written by several processes: the same bytes, and the same errors, as one process gives."""

from __future__ import annotations

import errno
import gc
import hashlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from commitments.__main__ import main
from commitments.console import Exit
from commitments.release import MANIFEST
from ingest.apart import Apart, ProcessFailed, ProcessKilled, Stream
from ingest.publication import publish, sweep, writing
from ingest.publication.files import SCRATCH, TEMPORARY, ReleaseFolder
from ingest.publication.helpers import Helpers, uncollected
from ingest.publication.jobs import nquads_dump
from ingest.publication.tables import TableError
from tests.conftest import ROOT
from tests.publication.sample import sample_draft


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_helpers_write_the_bytes_that_one_process_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = publish(sample_draft(tmp_path / "draft"), tmp_path / "alone").release
    monkeypatch.setattr(writing, "_ALONE", 0)
    helped = publish(sample_draft(tmp_path / "draft2"), tmp_path / "helped").release
    assert helped.id == alone.id
    assert digests(helped.path) == digests(alone.path)
    assert [file.path for file in helped.manifest.files] == [file.path for file in alone.manifest.files]
    assert not list((tmp_path / "helped" / "releases").glob(".tmp-*"))


@pytest.mark.parametrize("alone", [0, 1 << 30])
def test_how_much_of_the_work_is_done_is_told_to_the_end(tmp_path: Path, alone: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_ALONE", alone)
    heard: list[tuple[int, int]] = []
    publish(sample_draft(tmp_path / "draft"), tmp_path / "data", within=lambda *both: heard.append(both))
    assert len(heard) > 10 and heard == sorted(heard)
    assert {total for _, total in heard} == {heard[-1][0]}  # all that was announced, and no more


def test_what_a_helper_raises_ends_the_publication(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_ALONE", 0)
    draft = sample_draft(tmp_path / "draft")
    wrong = f'<{draft.base}id/plan/MX-4> <https://w3id.org/ogcm/def#position> "99"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
    lines = {*draft.graphs[""].read_text(encoding="utf-8").splitlines(keepends=True), wrong, wrong.replace('"99"', '"98"')}
    draft.graphs[""].write_text("".join(sorted(lines)), encoding="utf-8")
    with pytest.raises(TableError, match="position has"):
        publish(draft, tmp_path / "data")
    assert not list((tmp_path / "data" / "releases").glob(".tmp-*"))


def test_a_missing_file_is_missing_in_a_helper_too(tmp_path: Path) -> None:
    folder = ReleaseFolder(tmp_path / "release")
    with Helpers(folder, 2) as helpers, pytest.raises(OSError) as failed:
        helpers.start(nquads_dump, path="a.nq", graphs={"": tmp_path / "none.nt"}, base="https://data.example.org/").result()
    assert failed.value.errno == errno.ENOENT and folder.files == []


def test_what_a_killed_build_left_ready_is_swept_by_the_next_one_only(tmp_path: Path) -> None:
    for name in (f"{SCRATCH}a", f"{TEMPORARY}b", "2021-05-31-00000000"):
        (tmp_path / name).mkdir()
    assert sweep(tmp_path) == [f"{TEMPORARY}b"]
    assert sweep(tmp_path, scratch=True) == [f"{SCRATCH}a"]
    assert [path.name for path in tmp_path.iterdir()] == ["2021-05-31-00000000"]


def end_without_a_word() -> None:
    os._exit(7)


class Odd(Exception):
    def __init__(self, one: int, other: int):
        super().__init__(one + other)


def raise_odd() -> None:
    raise Odd(20, 22)


def test_a_process_that_dies_is_an_error() -> None:
    with pytest.raises(ProcessFailed, match="end_without_a_word ended with 7"):
        Apart(end_without_a_word).result()


def be_killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def pass_on_a_kill() -> None:
    Apart(be_killed).result()


@pytest.mark.parametrize("how", [be_killed, pass_on_a_kill])
def test_who_is_killed_is_told_and_by_what(how: Callable[[], None]) -> None:
    with pytest.raises(ProcessKilled) as caught:
        Apart(how).result()
    assert (caught.value.function, caught.value.signal) == (f"{__name__}.be_killed", signal.SIGKILL)
    stream = Stream(fail_after, 1, how)
    assert next(stream) == 1
    with pytest.raises(ProcessKilled):
        next(stream)


def test_a_killed_process_is_no_fault_of_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The system kills the largest process when memory runs out; a traceback would tell nobody what to do."""

    def killed(*_: object, **__: object) -> None:
        raise ProcessKilled("ingest.validation._report_on", signal.SIGKILL)

    monkeypatch.setattr("ingest.pipeline.build", killed)
    monkeypatch.setenv("COMMITMENTS_LANG", "en")  # so that what `main` sets is undone
    for language, words in (("en", "memory runs out"), ("es", "se acaba la memoria")):
        with pytest.raises(SystemExit) as ended:
            main(["--data", str(ROOT / "data"), "--lang", language, "build"])
        told = capsys.readouterr().err
        assert ended.value.code == Exit.ENVIRONMENT
        assert words in told and "_report_on" in told and "Traceback" not in told


def test_an_error_that_cannot_be_passed_on_is_told() -> None:
    with pytest.raises(ProcessFailed, match="Odd: 42"):
        Apart(raise_odd).result()


def say_and_sum(*numbers: int) -> int:
    print("this is no result")
    return sum(numbers)


def test_what_a_process_prints_is_not_its_result() -> None:
    assert Apart(say_and_sum, 1, 2, 39).result() == 42


def count_to(last: int) -> Iterator[int]:
    for number in range(1, last + 1):
        print("this is none of them")
        yield number


def test_a_stream_gives_what_is_yielded_and_ends() -> None:
    stream = Stream(count_to, 3)
    assert list(stream) == [1, 2, 3] and list(stream) == []
    stream.close()


def test_a_stream_that_nobody_reads_on_is_ended() -> None:
    stream = Stream(count_to, 10_000_000)
    assert [next(stream), next(stream)] == [1, 2]
    stream.close()
    assert list(stream) == []


def fail_after(first: int, how: Callable[[], None]) -> Iterator[int]:
    yield first
    how()


@pytest.mark.parametrize(("how", "error", "words"), [(end_without_a_word, ProcessFailed, "fail_after ended with 7"), (raise_odd, ProcessFailed, "Odd: 42")])
def test_a_stream_that_breaks_is_an_error(how: Callable[[], None], error: type[Exception], words: str) -> None:
    stream = Stream(fail_after, 1, how)
    assert next(stream) == 1
    with pytest.raises(error, match=words):
        next(stream)


def note_and_wait(path: Path) -> None:
    path.write_text(str(os.getpid()))
    time.sleep(120)


def start_and_vanish(path: Path) -> None:
    Apart(note_and_wait, path)
    while not path.exists() or not path.read_text():
        time.sleep(0.01)
    os._exit(0)


def gone(pid: int) -> bool:
    """Ended, whether or not anybody has asked how."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (ProcessLookupError, FileNotFoundError):
        return True


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")
def test_a_process_ends_with_the_one_that_started_it(tmp_path: Path) -> None:
    with pytest.raises(ProcessFailed):
        Apart(start_and_vanish, tmp_path / "pid").result()
    pid = int((tmp_path / "pid").read_text())
    for _ in range(1000):  # it needs a moment to notice
        if gone(pid):
            return
        time.sleep(0.02)
    pytest.fail("the process is still there")


@pytest.mark.parametrize("processes", [0, 1, 2])
def test_a_job_beside_this_one_is_done_in_this_process(tmp_path: Path, processes: int) -> None:
    folder = ReleaseFolder(tmp_path / "release")
    (tmp_path / "a.nt").write_bytes(b"<a:a> <p:p> <a:b> .\n")
    with Helpers(folder, processes) as helpers:
        helpers.beside(nquads_dump, path="a.nq", graphs={"": tmp_path / "a.nt"}, base="https://data.example.org/").result()
        assert sorted(file.path for file in folder.files) == ["a.nq", "a.nq.gz"]
        with pytest.raises(FileExistsError):
            helpers.beside(nquads_dump, path="a.nq", graphs={}, base="https://data.example.org/").result()


def test_garbage_is_searched_for_again_afterwards(tmp_path: Path) -> None:
    gc.enable()
    with pytest.raises(OSError), uncollected():
        assert not gc.isenabled()
        raise OSError
    assert gc.isenabled()
