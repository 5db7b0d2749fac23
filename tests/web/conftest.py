"""The service over the sample release, called in process: no socket, no other process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from commitments.release import Release
from sparql_api.app import create_app
from sparql_api.settings import Settings
from tests.releases import DEFAULT_BASE, make_release
from tests.web.engine import InProcessEngine

T = TypeVar("T")


class Service:
    """A client of one running app, which never follows redirects by itself."""

    def __init__(self, release: Release, host: str = "http://testserver") -> None:
        self.release = release
        self.base = release.base
        self.engine = InProcessEngine(release)
        settings = Settings(data=release.path.parent.parent)
        self.app = create_app(settings, self.engine)
        self._loop = asyncio.Runner()
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url=host, follow_redirects=False)

    def get(
        self,
        path: str,
        accept: str | None = None,
        method: str = "GET",
        headers: Sequence[tuple[str, str] | tuple[bytes, bytes]] = (),
        content: bytes | None = None,
    ) -> httpx.Response:
        """One request with exactly these headers: without `accept` no Accept header is sent at all."""
        sent = [*headers] + ([("Accept", accept)] if accept is not None else [])
        request = self._client.build_request(method, path, headers=sent, content=content)
        given = {name.decode("latin-1").lower() for name, _ in httpx.Headers(list(sent)).raw}
        for name in {"accept", "accept-encoding", "accept-language"} - given:
            request.headers.pop(name, None)
        return self.run(self._client.send(request))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the loop of this service."""
        return self._loop.run(work)


def lasting_headers(answer: httpx.Response) -> dict[str, str]:
    """The headers of an answer without what each answer has of its own."""
    own = {"x-request-id", "server-timing"}
    assert own <= set(answer.headers)
    return {name: value for name, value in answer.headers.items() if name not in own}


@pytest.fixture(scope="session")
def make_service(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Service]:
    def make(base: str = DEFAULT_BASE, nquads: str | None = None, name: str | None = None) -> Service:
        folder: Path = tmp_path_factory.mktemp("data") / "releases"
        return Service(make_release(folder, base, nquads, name=name))

    return make


@pytest.fixture(scope="session")
def service(make_service: Callable[..., Service]) -> Iterator[Service]:
    yield make_service()
