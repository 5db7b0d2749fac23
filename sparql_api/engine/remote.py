"""The remote engine: one release in a SPARQL 1.1 Protocol endpoint on this or another machine (blueprint 7).

Every query goes out with the whole dataset, so the answer depends neither on what else the store holds nor on what it
takes for its default graph. Results come as SPARQL JSON or N-Triples and are written anew by `engine.evaluation`, so
they are the bytes of the embedded engine but for the terms themselves. The last bytes of an answer leave only after the
store has said that it still holds the release (`engine.layout`).
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import AsyncIterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import replace

import httpx
import pyoxigraph as ox

from commitments.release import Release
from sparql_api.engine import Answer, AnswerCut, Dataset, EngineProblem, EngineStatus, Limits, channel, problems, remote_problems
from sparql_api.engine.admission import Admission, Places, Ticket
from sparql_api.engine.bridge import Bridge, Reader
from sparql_api.engine.endpoint import N_TRIPLES, RESULTS_JSON, Credentials, Endpoint, body_of
from sparql_api.engine.evaluation import NotExpressible, Results, answer, columns
from sparql_api.engine.group_concat import with_strings
from sparql_api.engine.job import make_job
from sparql_api.engine.layout import COUNT, EMPTY_GRAPH, Layout
from sparql_api.engine.results import ResultWriter
from sparql_api.engine.star import with_columns
from sparql_api.sparql.guard import GuardedQuery
from sparql_api.sparql.tokens import TokenStream

log = logging.getLogger(__name__)

HELD_CHUNKS = 8  # written results that wait for a client before the thread that writes them does
START_SECONDS = 600.0  # for counting every graph of a large store
# Asked at the start, to find out whether the server cuts results: Virtuoso says so for SELECT only, and cuts CONSTRUCT and
# DESCRIBE alike without a word. 100,001 rows out of any store of 317 triples, at little cost.
MANY_ROWS = """SELECT (1 AS ?one) WHERE {
  { SELECT ?a WHERE { ?a ?b ?c } LIMIT 400 } { SELECT ?d WHERE { ?d ?e ?f } LIMIT 400 }
} LIMIT 100001"""


class RemoteEngine:
    """Answers queries over one release through an endpoint into which `commitments push` has loaded it."""

    def __init__(
        self, release: Release, address: str, admission: Admission | None = None, credentials: Credentials | None = None
    ) -> None:
        self.release = release
        self.release_id = release.id
        self.triples = sum(release.manifest.graphs.values())
        self.layout = Layout(release)
        self._admission = admission or Admission(Places())
        places = self._admission.places.total
        self.endpoint = Endpoint(address, credentials, places)
        self.threads = ThreadPoolExecutor(places, thread_name_prefix="remote-engine")
        self._queries: set[_Query] = set()

    @property
    def open_queries(self) -> int:
        return len(self._queries)

    def status(self) -> EngineStatus:
        """See `ObservableEngine`."""
        waiting = len(self._admission.total.waiting) + len(self._admission.slow.waiting)
        return EngineStatus(workers_busy=len(self._queries), waiting=waiting, triples=self.triples)

    async def start(self) -> None:
        """Make sure that the endpoint holds exactly this release. Raises EngineProblem when it does not or cannot be asked."""
        try:
            async with asyncio.timeout(START_SECONDS):
                await self.check_release()
                for graph, expected in self.layout.graphs.items():
                    await self._check_count(graph, expected)
                if self.endpoint.is_virtuoso:
                    await self._check_that_nothing_is_cut()
        except TimeoutError:
            raise problems.out_of_time(START_SECONDS) from None
        except EngineProblem as problem:
            log.error("%s: %s", self.endpoint.address, problem)
            raise

    async def close(self) -> None:
        """End every query and every connection."""
        for query in list(self._queries):
            query.cancel()
        await asyncio.gather(*(query.task for query in list(self._queries)), return_exceptions=True)
        await self.endpoint.close()
        self.threads.shutdown(wait=False)

    async def drained(self) -> None:
        """Return when no query is under way."""
        while self._queries:
            await asyncio.sleep(0.05)

    async def answer(self, query: GuardedQuery, dataset: Dataset | None, media_type: str, limits: Limits) -> Answer:
        """Begin one query; see `Engine.answer`. The first bytes are here when it returns."""
        if query.services:
            raise problems.refused("SERVICE is not sent to another machine")
        if query.functions:
            # Here a call would be an error in its expression (SPARQL 1.1, 17.6); over there it may be a function.
            raise problems.unknown_function(f"<{query.functions[0]}>")
        job = self._job(query, dataset, media_type, limits)
        asked = time.monotonic()
        ticket = self._admission.enter_now(heavy=query.heavy) or await self._admission.enter(heavy=query.heavy)
        started = _Query(self, query, job, limits, ticket)
        started.waited = time.monotonic() - asked
        self._queries.add(started)
        started.task.add_done_callback(lambda _: self._queries.discard(started))
        return await started.first_bytes()

    def dataset(self, job: channel.Job) -> tuple[list[str], list[str]]:
        """Default and named graphs to ask for: those of the job that this release has, a graph that is empty for none.

        No graph name of a stranger goes to the store, which might hold such a graph or fetch it.
        """
        if job.default_graphs is None and job.named_graphs is None:
            return [self.layout.consolidated], self.layout.named or [EMPTY_GRAPH]
        default = [graph or self.layout.consolidated for graph in job.default_graphs or ()]
        known = [graph for graph in default if graph in self.layout.graphs]
        named = [graph for graph in job.named_graphs or () if graph in self.layout.named]
        return known or [EMPTY_GRAPH], named or [EMPTY_GRAPH]

    def _job(self, query: GuardedQuery, dataset: Dataset | None, media_type: str, limits: Limits) -> channel.Job:
        """The job, with its texts as this endpoint is asked them. Raises EngineProblem 400."""
        job = make_job(self.release, query, dataset, media_type, limits)
        texts = {name: text for name in ("text", "text_capped", "text_probe") if (text := getattr(job, name)) is not None}
        try:
            return replace(job, **{name: self._sent(text, query.base) for name, text in texts.items()})
        except SyntaxError as error:
            raise problems.refused(str(error)) from None

    def _sent(self, text: str, base: str | None) -> str:
        """A query as this endpoint is asked it; Oxigraph gets what the embedded engine gets."""
        if self.endpoint.is_oxigraph:
            text = with_strings(text)
            text = with_columns(text, lambda: columns(text, base, {}))
        return portable(text, base)

    async def check_release(self) -> None:
        """Raises EngineProblem 503 unless the store holds this release now."""
        response = await self.endpoint.query(
            self.layout.ask_marker, [EMPTY_GRAPH], [self.layout.marker], RESULTS_JSON, START_SECONDS
        )
        if (await _json(response)).get("boolean") is not True:
            raise remote_problems.other_release(self.release_id)

    async def _check_count(self, graph: str, expected: int) -> None:
        response = await self.endpoint.query(COUNT, [graph], [EMPTY_GRAPH], RESULTS_JSON, START_SECONDS)
        answer = await _json(response)
        try:
            found = int(answer["results"]["bindings"][0]["triples"]["value"])
        except (LookupError, TypeError, ValueError) as error:
            raise remote_problems.bad_answer("no number of triples") from error
        if found != expected:
            log.error("%s: <%s> has %d triples, not %d", self.endpoint.address, graph, found, expected)
            raise remote_problems.other_release(self.release_id)

    async def _check_that_nothing_is_cut(self) -> None:
        """Raises EngineProblem, and says what to change, when the server has a limit of rows."""
        try:
            response = await self.endpoint.query(MANY_ROWS, [self.layout.consolidated], [EMPTY_GRAPH], "text/csv", START_SECONDS)
        except EngineProblem as problem:
            log.error("%s gives no 100,001 rows (%s); if Virtuoso has ResultSetMaxRows set, remove it", self.endpoint.address, problem.message)
            raise
        await response.aclose()


async def _json(response: httpx.Response) -> dict:
    """A small result. Raises EngineProblem 502 when it is not a JSON object to its end."""
    try:
        answer = json.loads(b"".join([chunk async for chunk in body_of(response)]))
    except ValueError as error:
        raise remote_problems.bad_answer(str(error)) from error
    finally:
        await response.aclose()
    if not isinstance(answer, dict):
        raise remote_problems.bad_answer("no JSON object")
    return answer


def portable(text: str, base: str | None) -> str:
    """A query as it goes over the SPARQL Protocol: with its base, and without the FROM clauses that the parameters of
    the request stand for (Virtuoso 7 would take the graphs of both)."""
    kept, last = [f"BASE <{base}> " if base else ""], 0
    stream = TokenStream(text)
    for position, token in enumerate(stream.tokens):
        if token.upper == "FROM":
            following = stream.tokens[position + 1]
            end = stream.tokens[position + 2] if following.upper == "NAMED" else following
            kept += [stream.text[last : token.start], " "]
            last = end.end
    return "".join([*kept, stream.text[last:]])


class _Query:
    """One query under way: a thread that reads from the endpoint and writes the result, and what of it waits for the client."""

    def __init__(self, engine: RemoteEngine, query: GuardedQuery, job: channel.Job, limits: Limits, ticket: Ticket) -> None:
        self.waited = 0.0  # seconds, for a place
        self._engine = engine
        self._limits = limits
        self._ticket = ticket
        self._graphs = engine.dataset(job)
        self._job = job
        self._of_triples = query.form in ("CONSTRUCT", "DESCRIBE")
        self._headers = {"Content-Type": job.media_type}
        self._held: deque[bytes] = deque()
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._last_is_held = False
        self._crowded_out = False
        self._responses: list[httpx.Response] = []
        self._bridge = Bridge()
        self.task = asyncio.create_task(self._run())
        self.task.add_done_callback(self._ended)

    async def first_bytes(self) -> Answer:
        """The answer once its first bytes are here. Raises EngineProblem."""
        try:
            first = await self._take()
        except BaseException:
            self.cancel()
            raise
        if self._last_is_held and not self._held:
            self._headers["Content-Length"] = str(len(first))
        return Answer(200, self._headers, self._chunks(first), self.cancel, self.waited)

    def cancel(self) -> None:
        """End the work; its connection is closed, which is how the endpoint learns of it."""
        self.task.cancel()

    # --- in the event loop

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        growing_old = loop.call_later(0 if self._ticket.slow else self._ticket.slow_after, self._grow_old)
        try:
            async with asyncio.timeout(self._limits.seconds):
                problem = await loop.run_in_executor(self._engine.threads, self._work)
            if problem:
                raise problem
        except TimeoutError:
            raise problems.out_of_time(self._limits.seconds) from None
        finally:
            growing_old.cancel()
            await self._bridge.close()
            for response in self._responses:
                await response.aclose()
            self._ticket.leave()

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            task.exception()  # is told to whoever takes the next chunk, if anybody does
        self._news.set()

    def _grow_old(self) -> None:
        if not self._ticket.slow:
            self._ticket.become_slow(self._crowd_out)

    def _crowd_out(self) -> None:
        self._crowded_out = True
        self.task.cancel()

    async def _chunks(self, first: bytes) -> AsyncIterator[bytes]:
        try:
            yield first
            while self._held or not self._last_is_held:
                yield await self._take()
        except EngineProblem as problem:
            raise AnswerCut(f"{problem.slug} after the first byte: {problem.message}") from None
        finally:
            self.cancel()

    async def _take(self) -> bytes:
        """The next chunk. Raises EngineProblem when there will be none."""
        while not self._held:
            if self.task.done():
                if self.task.cancelled():
                    raise problems.crowded_out(self._ticket.slow_places) if self._crowded_out else problems.not_ready()
                self.task.result()
                raise problems.failed("a query ended without its last chunk")
            self._news.clear()
            await self._news.wait()
        self._room.set()
        return self._held.popleft()

    async def _put(self, chunk: bytes, last: bool) -> None:
        while len(self._held) >= HELD_CHUNKS:
            self._room.clear()
            await self._room.wait()
        self._held.append(chunk)
        self._last_is_held = last
        self._news.set()

    async def _request(self, text: str) -> httpx.Response:
        accept = N_TRIPLES if self._of_triples else RESULTS_JSON
        response = await self._engine.endpoint.query(text, *self._graphs, accept, self._limits.seconds)
        self._responses.append(response)
        return response

    # --- in the thread

    def _work(self) -> EngineProblem | None:
        """Write the result; what went wrong comes back without traceback, since objects of pyoxigraph in its frames must not
        outlive this thread."""
        try:
            self._write()
        except EngineProblem as problem:
            return problem.with_traceback(None)
        except NotExpressible as error:
            return problems.not_expressible(str(error))
        except SyntaxError as error:
            return remote_problems.bad_answer(str(error))
        except CancelledError:
            return problems.not_ready()  # nobody waits any longer
        except Exception as error:  # the last resort: the query ends, the service goes on
            log.exception("a query on %s failed", self._engine.endpoint.address)
            return problems.failed(repr(error))
        return None

    def _write(self) -> None:
        writer = ResultWriter(self._send, self._job.media_type)
        answer(self._ask, self._job, writer)
        self._bridge.wait(self._engine.check_release())
        writer.finish()

    def _ask(self, text: str) -> Results:
        """The results of a query text, read while they come."""
        reader = Reader(body_of(self._bridge.wait(self._request(text))), self._bridge)
        if self._of_triples:
            return (quad.triple for quad in ox.parse(reader, ox.RdfFormat.N_TRIPLES))
        return ox.parse_query_results(reader, ox.QueryResultsFormat.JSON)

    def _send(self, kind: bytes, body: bytes) -> None:
        """Take one frame of `ResultWriter`."""
        if kind == channel.NOTICE:
            self._headers.update(json.loads(body))
        else:
            self._bridge.wait(self._put(body, kind == channel.LAST))
