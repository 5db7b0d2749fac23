"""The pages over the engine of the product: forked children over a loaded store give the bytes of the test engine."""

from __future__ import annotations

import asyncio

import httpx

from sparql_api.app import create_app
from sparql_api.engine.embedded import EmbeddedEngine
from sparql_api.settings import Settings
from tests.web.conftest import Service

PATHS = [
    "/", "/doc/commitment/MX-4-01", "/doc/commitment/MX-4-01.ttl", "/doc/plan/MX-4.jsonld", "/doc/org", "/doc/org/mx-sfp.rdf",
    "/doc/dataset/commitments.nt", "/doc/link/a", "/id/org/mx-both", "/doc/source/deck-2021-05-31?incoming=dct:isPartOf",
]  # fmt: skip


def test_same_bytes_as_in_process(service: Service) -> None:
    expected = {path: service.get(path).content for path in PATHS}

    async def ask() -> dict[str, bytes]:
        engine = EmbeddedEngine(service.release)
        await engine.start()
        try:
            app = create_app(Settings(data=service.release.path.parent.parent), engine)
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://t", headers={"Accept-Encoding": "identity"}) as client:
                assert (await client.get("/health/ready")).status_code == 200
                return {path: (await client.get(path)).content for path in PATHS}
        finally:
            await engine.close()

    assert asyncio.run(ask()) == expected
