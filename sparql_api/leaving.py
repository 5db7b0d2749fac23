"""Ending work when its client leaves."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from sparql_api.engine import EngineProblem
from sparql_api.http_protocol import CONNECTION, Protocol

T = TypeVar("T")


async def while_connected(scope: Scope, receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """Await `work`, cancelling it when the client goes; the body of the request has been read. Raises ClientDisconnect then."""
    connection: Protocol | None = scope.get(CONNECTION)
    if connection is None:
        return await _while_listening(receive, work)
    task = asyncio.current_task()
    assert task is not None
    connection.when_lost = task.cancel
    if connection.lost:  # already: while its query was being read, say
        task.cancel()
    try:
        done = await work
        if connection.lost:
            await asyncio.sleep(0)  # where a cancellation strikes that `work` was too quick for
        return done
    except asyncio.CancelledError:
        if not connection.lost:
            raise
        task.uncancel()
        raise ClientDisconnect from None
    finally:
        connection.when_lost = None


async def _while_listening(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """The same under any ASGI server, at the price of two tasks."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise ClientDisconnect
    finally:
        for each in (task, gone):
            if not each.done():
                each.cancel()
                with contextlib.suppress(asyncio.CancelledError, EngineProblem):
                    await each


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
