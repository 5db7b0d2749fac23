"""Starting, measuring and ending the processes of a run. All of them listen on 127.0.0.1 only."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.machine import ROOT

HOST = "127.0.0.1"
START_SECONDS = 600.0  # ten million statements on a busy machine
STOP_SECONDS = 20.0
POLL_SECONDS = 0.002
MEBIBYTE = 2**20


class Broken(Exception):
    """A measurement that cannot be had: a program ended, an answer was wrong. The text says which."""


def environment(data: Path) -> dict[str, str]:
    """The caller's environment without settings of ours, so that a run measures the defaults."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COMMITMENTS_")}
    return {**kept, "COMMITMENTS_DATA": str(data), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}


def commitments(*arguments: str) -> list[str]:
    """The command line of the product, run by this Python."""
    return [sys.executable, "-m", "commitments", *arguments]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Server:
    """A running server. `seconds` passed from its start until it answered (0 when nobody waited)."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    seconds: float = 0.0

    def family(self) -> list[psutil.Process]:
        """The process and all that descend from it now."""
        root = psutil.Process(self.process.pid)
        return [root, *root.children(recursive=True)]

    def url(self, path: str) -> str:
        return f"http://{HOST}:{self.port}{path}"


@contextmanager
def started(command: list[str], port: int, ready: str, log: Path, env: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Run a server until the block ends; it is waited for until GET `ready` answers 200.

    Raises Broken with the end of its log when it ends or stays silent.
    """
    with log.open("wb") as output:
        begin = time.perf_counter()
        process = subprocess.Popen(command, cwd=log.parent, env=env, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    try:
        _wait(process, port, ready, log)
        yield Server(process, port, log, time.perf_counter() - begin)
    finally:
        _stop(process)


def _wait(process: subprocess.Popen[bytes], port: int, ready: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        connection = http.client.HTTPConnection(HOST, port, timeout=START_SECONDS)
        try:
            connection.request("GET", ready)
            if connection.getresponse().status == 200:
                return
        except (OSError, http.client.HTTPException):
            time.sleep(POLL_SECONDS)
        finally:
            connection.close()
    raise Broken(f"{process.args!r} does not answer on port {port}:\n{log.read_text(errors='replace')[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def memory(processes: list[psutil.Process]) -> tuple[float, float]:
    """Resident and proportional set size in MiB, summed. A page shared by n processes counts n times in the first, once in
    the second. Processes that end meanwhile count nothing."""
    resident = proportional = 0
    for process in processes:
        try:
            found = process.memory_full_info()
        except (psutil.NoSuchProcess, psutil.ZombieProcess, psutil.AccessDenied):
            continue
        resident += found.rss
        proportional += found.pss
    return resident / MEBIBYTE, proportional / MEBIBYTE


def processor_seconds(server: Server) -> float:
    """Processor time of the server so far, that of its ended and reaped children included."""
    total = 0.0
    for process in server.family():
        try:
            times = process.cpu_times()
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total
