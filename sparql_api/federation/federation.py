"""A query with SERVICE in, the same query with the other services' solutions in its text out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from weakref import WeakValueDictionary

from sparql_api.engine import Answer, Dataset, Engine, EngineProblem, Limits, problems
from sparql_api.federation.budget import Budget
from sparql_api.federation.cache import Cache
from sparql_api.federation.client import Client, Reply
from sparql_api.federation.failures import ServiceFailure
from sparql_api.federation.rewriting import query_for, with_rows
from sparql_api.federation.solutions import Rows, one_empty_solution, read_rows
from sparql_api.sparql.guard import Caps, GuardedQuery, ServiceCall

log = logging.getLogger(__name__)
FAILURE_BYTES = 500  # what a remembered failure counts for in the cache, with its key


@dataclass(frozen=True)
class Resolved:
    """A query without SERVICE, and what is left of its limits. `silenced` are the failures that SILENT let pass."""

    query: GuardedQuery
    limits: Limits
    silenced: tuple[ServiceFailure, ...] = ()


@dataclass
class _Request:
    """One call: what is sent, by which endpoint of ours, and the time on the loop's clock by which it must be answered."""

    call: ServiceCall
    text: str
    asker: str | None
    deadline: float
    seconds: float  # from the start of the query to `deadline`
    sent_at: float | None = None

    @property
    def endpoint(self) -> str:
        return self.call.endpoint

    @property
    def key(self) -> tuple[str, str]:
        return self.endpoint, self.text


class _Gate:
    """Who may ask one endpoint: a slow one holds up nobody who asks another.

    `places` are for calls under way; all who want something of the endpoint, by a call or by waiting for one, are counted.
    """

    def __init__(self, places: int, most_waiting: int) -> None:
        self.places = asyncio.Semaphore(places)
        self._most = places + most_waiting
        self._inside = 0

    @contextlib.contextmanager
    def entered(self, endpoint: str) -> Iterator[None]:
        """Raises ServiceFailure when too many are inside already."""
        if self._inside >= self._most:
            raise ServiceFailure(endpoint, "busy")
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1


class Federation:
    """Asks the endpoints of the allow-list. Belongs to one event loop; `endpoints` is what `guard` may let through."""

    def __init__(self, endpoints: Iterable[str], client: Client, budget: Budget, caps: Caps = Caps()) -> None:
        self.endpoints = frozenset(endpoints)
        self._client = client
        self._budget = budget
        self._caps = caps
        self._cache: Cache[Rows | ServiceFailure] = Cache(budget.cache_bytes)
        self._gates = {endpoint: _Gate(budget.at_once, budget.waiting) for endpoint in self.endpoints}
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def answer(self, engine: Engine, query: GuardedQuery, dataset: Dataset | None, media_type: str, limits: Limits) -> Answer:
        """`Engine.answer` for a query with SERVICE: the other services first, then our engine. What SILENT let pass is told
        in the header `Commitments-Notice`. Raises ServiceFailure besides."""
        resolved = await self.resolve(query, limits)
        try:
            answer = await engine.answer(resolved.query, dataset, media_type, resolved.limits)
        except EngineProblem as error:
            if error.slug != "query-timeout":
                raise
            raise problems.out_of_time(limits.seconds) from error  # which the calls have shared
        notices = [f"service-failed <{endpoint}>" for endpoint in dict.fromkeys(failure.endpoint for failure in resolved.silenced)]
        if notices:
            told = answer.headers.get("Commitments-Notice")
            answer.headers["Commitments-Notice"] = ", ".join([*notices, *([told] if told else [])])
        return answer

    async def resolve(self, query: GuardedQuery, limits: Limits) -> Resolved:
        """Replace the SERVICE clauses of a query by their solutions. Cancelling it ends the calls.

        The time spent is taken off the limits. Raises ServiceFailure when a call without SILENT fails. How many there may
        be is up to the guard (`Caps.services`).
        """
        if not query.services:
            return Resolved(query, limits)
        start = asyncio.get_running_loop().time()
        seconds = min(self._budget.seconds, limits.seconds * self._budget.share)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._part(query, call, start + seconds, seconds)) for call in query.services]
        except BaseExceptionGroup as failed:  # each call is a whole of its own: the first fault says it all
            raise failed.exceptions[0] from None
        parts = [task.result() for task in tasks]
        self._check_size(query, [rows for rows, _ in parts])
        spent = asyncio.get_running_loop().time() - start
        return Resolved(
            query=with_rows(query, [rows for rows, _ in parts], self._caps),
            limits=replace(limits, seconds=limits.seconds - spent),
            silenced=tuple(failure for _, failure in parts if failure is not None),
        )

    async def _part(
        self, query: GuardedQuery, call: ServiceCall, deadline: float, seconds: float
    ) -> tuple[Rows, ServiceFailure | None]:
        """The solutions of one clause, and the failure that SILENT turned into one empty solution."""
        try:
            return await self._solutions(_Request(call, query_for(query, call, self._budget.rows), query.base, deadline, seconds)), None
        except ServiceFailure as failure:
            log.warning("SERVICE <%s>: %s %r", call.endpoint, failure.code, failure.message)
            if not call.silent:
                raise
            return one_empty_solution(call.variables), failure

    async def _solutions(self, request: _Request) -> Rows:
        """From the cache, or from the endpoint; who asks the same at the same time waits for the first one's answer."""
        kept = self._cache.get(request.key)
        if kept is None:
            with self._gates[request.endpoint].entered(request.endpoint):
                kept = await self._in_turn(request)
        if isinstance(kept, ServiceFailure):
            raise kept.repeated()
        return kept

    async def _in_turn(self, request: _Request) -> Rows | ServiceFailure:
        """One after the other for each text. Raises ServiceFailure when time is over."""
        turn = self._turns.setdefault(request.key, asyncio.Lock())
        try:
            async with asyncio.timeout_at(request.deadline), turn:
                kept = self._cache.get(request.key)
                if kept is None:
                    async with self._gates[request.endpoint].places:
                        request.sent_at = asyncio.get_running_loop().time()
                        kept = await self._asked(request)
                return kept
        except TimeoutError:
            failure = ServiceFailure(request.endpoint, "timeout", seconds=request.seconds)
            if request.sent_at is not None and request.deadline - request.sent_at >= self._budget.seconds * self._budget.share:
                self._remember_failure(request, failure)  # it had time enough: the endpoint is slow, not the asker impatient
            raise failure from None

    async def _asked(self, request: _Request) -> Rows | ServiceFailure:
        """Ask the endpoint and remember what came of it."""
        try:
            reply = await self._client.ask(request.endpoint, request.text, request.asker)
            outcome = await asyncio.to_thread(_read, request.call, reply, self._budget)
        except ServiceFailure as failure:
            outcome = failure
        if isinstance(outcome, ServiceFailure):
            self._remember_failure(request, outcome)
        else:
            self._cache.put(request.key, outcome, outcome.size + len(request.text), self._budget.keep_seconds)
        return outcome

    def _remember_failure(self, request: _Request, failure: ServiceFailure) -> None:
        self._cache.put(request.key, failure.repeated(), FAILURE_BYTES + len(request.text), self._budget.keep_failure_seconds)

    def _check_size(self, query: GuardedQuery, parts: list[Rows]) -> None:
        total = 0
        for call, rows in zip(query.services, parts, strict=True):
            total += rows.size
            if total > self._budget.inlined_bytes:
                raise ServiceFailure(call.endpoint, "too-large", most=self._budget.inlined_bytes)


def _read(call: ServiceCall, reply: Reply, budget: Budget) -> Rows | ServiceFailure:
    """`read_rows` for a thread. A failure comes back new, without its traceback: that holds the parser, which pyoxigraph
    lets only the thread that made it free."""
    try:
        return read_rows(call.endpoint, reply, call.variables, budget.rows, budget.inlined_bytes)
    except ServiceFailure as failure:
        return failure.repeated()
