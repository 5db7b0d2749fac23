"""Asking the service in this process: the same application that `serve` runs, without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers
from starlette.types import ASGIApp


@dataclass(frozen=True)
class Answered:
    """A whole answer."""

    status: int
    headers: Headers
    body: bytes


async def ask(app: ASGIApp, target: str, headers: Iterable[tuple[str, str]] = (), method: str = "GET") -> Answered:
    """One request for `target` (path with its leading "/" and query, escaped), with exactly these headers."""
    path, _, query = target.partition("?")
    scope: dict[str, Any] = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": unquote_to_bytes(path).decode(), "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        "client": None, "server": None,
    }  # fmt: skip
    started: dict[str, Any] = {}
    parts: list[bytes] = []

    waiting = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.Event().wait()  # this client never leaves; whoever watches for that is cancelled at the end
        return waiting.pop()

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            started.update(message)
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    return Answered(started["status"], Headers(raw=list(started["headers"])), b"".join(parts))
