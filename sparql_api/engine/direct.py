"""An engine in this process, without limits: for rendering a whole release, for tests, and where no process can be forked.

It answers from the same texts through the same serializers as a worker does; only nobody stops it.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pyoxigraph as ox

from commitments.release import Release
from sparql_api.engine import Answer, Dataset, Limits, channel, problems
from sparql_api.engine.evaluation import NotExpressible, answer, evaluate
from sparql_api.engine.job import make_job
from sparql_api.engine.results import ResultWriter
from sparql_api.sparql.guard import GuardedQuery

_Result = tuple[dict[str, str], bytes]


class DirectEngine:
    """Answers queries over one release from a store in this process; each query holds up all else.

    `remembered` is how many of the last results are kept, for callers that ask the same several times in a row.
    """

    def __init__(self, release: Release, *, remembered: int = 0) -> None:
        self.release = release
        self.release_id = release.id
        self._remembered = remembered
        self._results: OrderedDict[tuple[Any, ...], _Result] = OrderedDict()
        self._store: ox.Store | None = None

    async def start(self) -> None:
        """Load the release, on the thread of the caller."""
        store = ox.Store()
        store.bulk_load(path=str(self.release.everything), format=ox.RdfFormat.N_QUADS)
        self._store = store

    async def close(self) -> None:
        self._store = None
        self._results.clear()

    async def answer(self, query: GuardedQuery, dataset: Dataset | None, media_type: str, limits: Limits) -> Answer:
        """The whole result; of `limits` only that on rows is kept. Raises EngineProblem as a worker would have it."""
        if self._store is None:
            raise problems.not_ready()
        key = (query.text, query.base, dataset, media_type, limits.rows)
        result = self._results.get(key)
        if result is None:
            result = _result(self._store, make_job(self.release, query, dataset, media_type, limits))
            if self._remembered:
                self._results[key] = result
                if len(self._results) > self._remembered:
                    self._results.popitem(last=False)
        headers, body = result

        async def chunks() -> AsyncIterator[bytes]:
            yield body

        return Answer(200, {**headers, "Content-Length": str(len(body))}, chunks(), lambda: None)


def _result(store: ox.Store, job: channel.Job) -> _Result:
    """Headers and body of an answer. Raises EngineProblem."""
    headers: dict[str, str] = {}
    parts: list[bytes] = []

    def take(kind: bytes, data: bytes) -> None:
        if kind == channel.NOTICE:
            headers.update(json.loads(data))
        else:
            parts.append(data)

    writer = ResultWriter(take, job.media_type)
    try:
        answer(partial(evaluate, store, job), job, writer)
    except SyntaxError as error:
        raise problems.refused(str(error)) from error
    except NotExpressible as error:
        raise problems.not_expressible(str(error)) from error
    writer.finish()
    return headers, b"".join(parts)
