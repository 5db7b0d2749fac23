"""An engine for tests: a pyoxigraph store in this process, behind the interface of `sparql_api.engine`.

It has no limits and no isolation; those are the business of `tests/sparql`. Here it only has to give right answers fast.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pyoxigraph as ox

from commitments.release import Release
from sparql_api.engine import Answer, Dataset, EngineProblem, Limits
from sparql_api.sparql.guard import GuardedQuery


class InProcessEngine:
    """Answers queries of the pages over one release. `broken` makes every query fail, as a dead loader would."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self.release_id = release.id
        self.broken = False
        self.queries: list[str] = []
        self._store = ox.Store()
        self._store.bulk_load(path=release.everything, format=ox.RdfFormat.N_QUADS)

    async def start(self) -> None:
        return None

    async def close(self) -> None:
        return None

    async def answer(self, query: GuardedQuery, dataset: Dataset | None, media_type: str, limits: Limits) -> Answer:
        if self.broken:
            raise EngineProblem(503, "engine-not-ready", {"es": "no", "en": "no"}, retry_after=5)
        self.queries.append(query.text)
        results = self._store.query(query.text)
        if isinstance(results, ox.QueryTriples):
            body = results.serialize(format=ox.RdfFormat.N_TRIPLES)
        else:
            body = results.serialize(format=ox.QueryResultsFormat.JSON)

        async def chunks() -> AsyncIterator[bytes]:
            yield body or b""

        return Answer(200, {"Content-Type": media_type}, chunks(), lambda: None)
