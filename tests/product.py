"""The real product for tests: a release built from a copy of the repository's `data/`, and a server over it.

Both go through the `commitments` command in a process of its own, as a user's do. A conftest imports the fixtures:
`from tests.product import product_data, release, server`.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import httpx
import pytest

from commitments.release import Release, current_release
from tests.conftest import ROOT

BASE = "http://localhost:8000/"
BUILD_SECONDS = 300
START_SECONDS = 60


def copy_data(target: Path) -> Path:
    """A copy of the repository's data folder without its releases; builds in it leave the repository alone."""
    shutil.copytree(ROOT / "data", target, ignore=shutil.ignore_patterns("releases"))
    return target


def _environment(data: Path, base: str, port: int | None = None) -> dict[str, str]:
    """The caller's environment with exactly these settings of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COMMITMENTS_")}
    ours = {"COMMITMENTS_DATA": str(data), "COMMITMENTS_BASE": base}
    if port is not None:
        ours["COMMITMENTS_PORT"] = str(port)
    return {**kept, **ours, "PYTHONPATH": str(ROOT)}


def command(data: Path, *arguments: str, base: str = BASE) -> subprocess.CompletedProcess[str]:
    """Run `commitments` with these arguments over a data folder; the caller judges the exit code."""
    return subprocess.run(
        [sys.executable, "-m", "commitments", *arguments],
        env=_environment(data, base), cwd=data, capture_output=True, text=True, encoding="utf-8", timeout=BUILD_SECONDS, check=False,
    )  # fmt: skip


def build(data: Path, base: str = BASE) -> Release:
    """Build a release of the data folder and open it; what the command said is the failure's message."""
    done = command(data, "build", base=base)
    assert done.returncode == 0, f"commitments build ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    release = current_release(data / "releases")
    assert release is not None, f"commitments build published nothing:\n{done.stdout}\n{done.stderr}"
    assert release.base == base
    return release


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(data: Path, base: str = BASE) -> Iterator[str]:
    """Serve the current release of the data folder; gives the address to ask, ending in "/"."""
    port = free_port()
    log = data.parent / f"serve-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "commitments", "serve"],
            env=_environment(data, base, port), cwd=data, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}/"
    try:
        wait_until_ready(process, address, log)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_ready(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    """Return once the service at `address` says it is ready; fail with its log when it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, f"commitments serve ended with {process.returncode}:\n{log.read_text(errors='replace')}"
        try:
            if httpx.get(f"{address}health/ready", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"not ready after {START_SECONDS} s:\n{log.read_text(errors='replace')}")


@pytest.fixture(scope="session")
def product_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository's data in which `release` is built; read it, never change it.

    One for all workers of a run, which share the parent of their temporary folders: whoever is first builds, the others wait for it.
    """
    folder = tmp_path_factory.getbasetemp()
    return (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "product" / "data"


@cache
def _built(data: Path) -> Release:
    """Built once per run, whichever worker comes first. Raises what `build` raises, in each of them."""
    data.parent.mkdir(parents=True, exist_ok=True)
    with (data.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = data.parent / "built"
        if done.exists():
            found = current_release(data / "releases")
            assert found is not None
            return found
        found = build(data if data.exists() else copy_data(data))
        done.touch()
        return found


@pytest.fixture(scope="session")
def release(product_data: Path) -> Release:
    """The release of the repository's data under the default BASE."""
    return _built(product_data)


@cache
def _served(data: Path, config: pytest.Config) -> str:
    """One server per worker, however many conftests import the fixture; it ends with the run."""
    stack = ExitStack()
    config.add_cleanup(stack.close)
    return stack.enter_context(serving(data))


@pytest.fixture(scope="session")
def server(release: Release, product_data: Path, pytestconfig: pytest.Config) -> str:
    """Address, ending in "/", of a server over `release`."""
    return _served(product_data, pytestconfig)
