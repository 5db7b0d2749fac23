"""Between a thread, where pyoxigraph reads and writes files, and the event loop, where the network is.

The thread waits for what it needs from the loop; `close` ends every such wait, and with it the thread's work.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

T = TypeVar("T")


class Bridge:
    """The way of one thread to the event loop in which it was made."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._waiting: Future[Any] | None = None
        self._task: asyncio.Task[Any] | None = None
        self._closed = False

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Thread: run `work` in the loop and return what it returns. Raises what it raises, CancelledError once closed."""
        with self._lock:
            if self._closed:
                work.close()
                raise CancelledError
            future = self._waiting = asyncio.run_coroutine_threadsafe(self._followed(work), self._loop)
        return future.result()

    async def _followed(self, work: Coroutine[Any, Any, T]) -> T:
        self._task = asyncio.current_task()
        try:
            return await work
        finally:
            self._task = None

    async def close(self) -> None:
        """Loop: end the thread's work at its next or present wait, and return when nothing of it goes on in the loop."""
        with self._lock:
            self._closed = True
            if self._waiting is not None:
                self._waiting.cancel()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})


class Reader:
    """The binary file a thread reads, out of chunks that come in the event loop."""

    def __init__(self, chunks: AsyncIterator[bytes], bridge: Bridge) -> None:
        self._chunks = chunks
        self._bridge = bridge
        self._held = b""

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, b"" at the end; all that is left without a size."""
        if size < 0:
            return b"".join(iter(lambda: self.read(2**16), b""))
        if not self._held:
            self._held = self._bridge.wait(self._next())
        part, self._held = self._held[:size], self._held[size:]
        return part

    async def _next(self) -> bytes:
        async for chunk in self._chunks:
            if chunk:
                return chunk
        return b""
