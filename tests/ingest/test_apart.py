"""Processes of ours when the command is interrupted: they hear nothing of it, say nothing, and are gone with who started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest import apart
from ingest.apart import Apart, Processes, Stream
from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signals of a terminal")

PARENT = """
    import sys, time
    from pathlib import Path
    from ingest.apart import Apart, Processes, Stream
    from tests.ingest.test_apart import chatter, wait
    folder = Path(sys.argv[1])
    try:
        stream, one = Stream(chatter), Apart(wait, folder / "one")
        with Processes(2) as processes:
            other = processes.start(wait, folder / "other", told=print)
            print("started", flush=True)
            other.result()
    except KeyboardInterrupt:
        stream.close()
        sys.exit(130)
"""


def wait(note: Path) -> None:
    """Say again and again that this goes on, for two minutes."""
    note.write_text(str(os.getpid()), encoding="utf-8")
    for _ in range(1200):
        apart.tell(0)
        time.sleep(0.1)


def chatter() -> Iterator[bytes]:
    while True:
        yield b"-" * 1000


def parent(folder: Path) -> subprocess.Popen[str]:
    """A process with three of ours, in a group of processes as a terminal makes one for each command."""
    command = [sys.executable, "-c", textwrap.dedent(PARENT), str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, text=True, start_new_session=True, **pipes)  # type: ignore[call-overload]
    assert process.stdout.readline() == "started\n"
    return process  # type: ignore[no-any-return]


def until_noted(folder: Path, *names: str) -> None:
    for _ in range(1000):
        if all((folder / name).exists() and (folder / name).read_text(encoding="utf-8") for name in names):
            return
        time.sleep(0.02)
    pytest.fail("the processes did not begin")


# Signals that come at once meet processes whose interpreters are still starting.
@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_command_ends_with_all_its_processes_and_they_say_nothing(tmp_path: Path, number: int, begun: bool) -> None:
    process = parent(tmp_path)
    if begun:
        until_noted(tmp_path, "one", "other")
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does
    else:
        process.send_signal(number)
    # Both streams end when the last process that holds them does: all are gone.
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (130 if number == signal.SIGINT else -number, "")


def test_nothing_that_was_started_within_is_left(tmp_path: Path) -> None:
    with pytest.raises(OSError), apart.none_left():
        Apart(wait, tmp_path / "one")
        stream = Stream(chatter)
        next(stream)
        until_noted(tmp_path, "one")
        raise OSError
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "one").read_text(encoding="utf-8")), 0)


def told_sum(*numbers: int) -> int:
    for number in numbers:
        apart.tell(number)
    return sum(numbers)


def test_what_a_process_tells_is_heard_before_its_result() -> None:
    heard: list[int] = []
    assert Apart(told_sum, 1, 2, 39).result(heard.append) == 42
    assert heard == [1, 2, 39]
    assert Apart(told_sum, 1, 2).result() == 3  # whether anybody listens or not
    with Processes(1) as processes:
        assert processes.start(told_sum, 4, 5, told=heard.append, then=str).result() == "9"
    assert heard == [1, 2, 39, 4, 5]
    assert told_sum(7) == 7 and heard[-1] == 5  # here nobody is told
