"""One service that is abused, and what it held before."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from tests.sparql.service import Service, running_service, wait_for

RECOVERY_SECONDS = 30.0
MORE_BYTES = 48 * 2**20  # of memory that a service may hold after a bad day: caches fill, allocators keep pages
MORE_DESCRIPTORS = 6  # of the front: wires of workers that are kept for a while


@dataclass(frozen=True)
class Held:
    """What all processes of a service hold. `memory` is the proportional set size, in bytes."""

    memory: int
    front_descriptors: int
    loader_descriptors: int
    sockets: int
    processes: int


def held_by(service: Service) -> Held:
    front = psutil.Process(service.process.pid)
    (loader,) = service.loaders()
    memory, processes = 0, 0
    for process in (front, loader, *loader.children()):
        with contextlib.suppress(psutil.NoSuchProcess):
            memory += process.memory_full_info().pss
            processes += 1
    return Held(memory, _descriptors(front), _descriptors(loader), len(front.net_connections("inet")), processes)


def _descriptors(process: psutil.Process) -> int:
    return len(os.listdir(f"/proc/{process.pid}/fd"))


def is_ready(service: Service) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"{service.base}health/ready", timeout=10).status_code == 200
    return False


@contextmanager
def bad_day(service: Service) -> Iterator[None]:
    """What happens inside leaves the service as healthy as it was: it answers, and holds no more than before."""
    if not Path("/proc/self/fd").exists():
        pytest.skip("what a process holds is read from /proc")
    assert is_ready(service)
    before = held_by(service)
    yield
    assert wait_for(lambda: is_ready(service), RECOVERY_SECONDS), service.log.read_text(errors="replace")[-4000:]
    found: list[Held | None] = [None]

    def is_as_before() -> bool:
        time.sleep(0.1)
        if len(service.loaders()) != 1:
            return False
        now = found[0] = held_by(service)
        return (
            now.memory <= before.memory + MORE_BYTES
            and now.front_descriptors <= before.front_descriptors + MORE_DESCRIPTORS
            and now.loader_descriptors <= before.loader_descriptors + MORE_DESCRIPTORS
            and now.sockets <= before.sockets
            and now.processes <= before.processes + MORE_DESCRIPTORS
        )

    assert wait_for(lambda: not service.busy_workers(), RECOVERY_SECONDS)
    assert wait_for(is_as_before, RECOVERY_SECONDS + 15), f"before {before}, after {found[0]}"
    assert "Traceback" not in service.log.read_text(errors="replace")


@pytest.fixture(scope="session")
def abused(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(tmp_path_factory.mktemp("abused"), access_log=False) as running:
        yield running
