"""A page that several ask for at the same moment is made once; errors reach all of them, and who leaves disturbs nobody."""

from __future__ import annotations

import asyncio

import pytest

from sparql_api.caching import Representation, RepresentationCache


def test_one_making_for_all_who_ask() -> None:
    made = []

    async def make() -> Representation:
        made.append(1)
        await asyncio.sleep(0.01)
        return Representation(b"x" * 10, "text/plain")

    async def main() -> list[Representation]:
        cache = RepresentationCache()
        found = await asyncio.gather(*(cache.obtain("page", make) for _ in range(20)))
        return [*found, await cache.obtain("page", make)]

    assert len({id(found) for found in asyncio.run(main())}) == 1 and len(made) == 1


def test_an_error_reaches_all_and_is_not_kept() -> None:
    tries = []

    async def make() -> Representation:
        tries.append(1)
        await asyncio.sleep(0)
        if len(tries) == 1:
            raise KeyError("no")
        return Representation(b"y", "text/plain")

    async def main() -> None:
        cache = RepresentationCache()
        errors = await asyncio.gather(cache.obtain("page", make), cache.obtain("page", make), return_exceptions=True)
        assert [type(error) for error in errors] == [KeyError, KeyError] and len(tries) == 1
        assert (await cache.obtain("page", make)).body == b"y"

    asyncio.run(main())


def test_who_leaves_does_not_take_the_page_along() -> None:
    async def main() -> None:
        cache = RepresentationCache()
        finish = asyncio.Event()

        async def make() -> Representation:
            await finish.wait()
            return Representation(b"z", "text/plain")

        first = asyncio.create_task(cache.obtain("page", make))
        second = asyncio.create_task(cache.obtain("page", make))
        await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        finish.set()
        assert (await second).body == b"z"

    asyncio.run(main())
