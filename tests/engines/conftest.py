"""Engines of other people, each started once, and the real release in every engine of ours."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from commitments.release import Release
from sparql_api.engine import Dataset, Limits
from sparql_api.engine.factory import make_engine
from sparql_api.settings import Settings
from sparql_api.sparql.guard import guard
from tests.engines.servers import RUNNING, Server
from tests.product import product_data, release

__all__ = ["product_data", "release"]

LIMITS = Limits(seconds=60, memory_bytes=2**29)


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Server]]:
    """A running engine by its name; started when it is first asked for."""
    with ExitStack() as running:

        @cache
        def start(name: str) -> Server:
            return running.enter_context(RUNNING[name](tmp_path_factory.mktemp(name)))

        yield start


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.Runner]:
    """The event loop in which the engines of `ask` live."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="session")
def ask(servers, loop: asyncio.Runner, release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., bytes]]:
    """`ask(engine, query, media_type, dataset)`: the whole result of a query on the real release."""
    stores = tmp_path_factory.mktemp("stores")
    engines = []

    @cache
    def started(name: str):
        if name in RUNNING:
            servers(name).push(release)
        address = servers(name).address if name in RUNNING else name
        engine = make_engine(release, Settings(engine=address, stores=stores))
        loop.run(engine.start())
        engines.append(engine)
        return engine

    async def whole(engine, query: str, media_type: str, dataset: Dataset | None) -> bytes:
        answer = await engine.answer(guard(query, f"{release.base}sparql"), dataset, media_type, LIMITS)
        return b"".join([chunk async for chunk in answer.chunks])

    def asked(name: str, query: str, media_type: str = "application/sparql-results+json", dataset: Dataset | None = None) -> bytes:
        return loop.run(whole(started(name), query, media_type, dataset))

    yield asked
    for engine in engines:
        loop.run(engine.close())
