"""Rendering a whole release: every address is asked of the application itself, so that bytes equal what `serve` sends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from commitments.release import Release
from sparql_api.app import create_app
from sparql_api.caching import RepresentationCache
from sparql_api.engine.direct import DirectEngine
from sparql_api.rendered import RenderedPages
from sparql_api.settings import Settings
from sparql_api.site import Edition
from sparql_api.static_site.addresses import Address, addresses
from sparql_api.static_site.asking import Answered, ask

# A page asks up to four queries, and its variants follow each other.
_REMEMBERED = 16


class WrongAnswer(Exception):
    """An address that should be answered was not, or otherwise: a fault of this program, and nothing is published."""


@dataclass(frozen=True)
class Rendered:
    """An address and its answer, without content-coding."""

    address: Address
    answer: Answered


class Renderer:
    """The service over one release, in this process. `open` it first, `close` it last."""

    def __init__(self, release: Release, data: Path) -> None:
        self._engine = DirectEngine(release, remembered=_REMEMBERED)
        self.app = create_app(Settings(data=data), self._engine)
        self.edition: Edition = self.app.state.site.current
        self.edition.cache = RepresentationCache(max_bytes=0)  # nothing is asked for twice
        self.edition.rendered = RenderedPages()

    async def open(self) -> None:
        """Load the release."""
        await self._engine.start()
        self.edition.read()

    async def close(self) -> None:
        await self._engine.close()

    async def ask(self, target: str, *headers: tuple[str, str]) -> Answered:
        """Ask for an address below BASE."""
        return await ask(self.app, self.edition.links.prefix + target, headers)

    async def render(self, part: tuple[int, int] = (0, 1)) -> AsyncIterator[Rendered]:
        """Every address, or the share `part[0]` of `part[1]`, with its answer. Raises WrongAnswer for one with another status than it should have."""
        async for address in addresses(self.edition, part):
            languages = [("Accept-Language", address.language)] if address.language else []
            answer = await self.ask(address.target, ("Accept", address.accept), *languages)
            if answer.status != address.status:
                raise WrongAnswer(f"{address.target}: {answer.status} in place of {address.status}: {answer.body[:300]!r}")
            yield Rendered(address, answer)
