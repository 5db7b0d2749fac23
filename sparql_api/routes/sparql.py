"""`/sparql`: SPARQL 1.1 Protocol for programs, the query page for browsers, the service description for RDF clients.

What a request means is in `sparql_api.sparql.protocol`, whether its query may run in `sparql_api.sparql.guard`; here the
answer is negotiated and sent, and the work ended when the client leaves.
"""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sparql_api.caching import Representation, etag_of, respond, with_vary
from sparql_api.documents import FRESH, View, language_of
from sparql_api.engine import Answer, Dataset, EngineProblem, Limits
from sparql_api.formats import CONSTRUCT_FORMATS, GRAPH_FORMATS, HTML, RESULT_FORMATS, RESULTS_JSON, TURTLE, Format, by_media_type, content_type, offers, write
from sparql_api.http_protocol import STARTED
from sparql_api.leaving import while_connected
from sparql_api.negotiation import choose, choose_coding
from sparql_api.observation.queries import observed
from sparql_api.observation.requests import GONE, record_of
from sparql_api.pages_query import query_page
from sparql_api.problems import Problem, not_acceptable, of_engine
from sparql_api.settings import Settings
from sparql_api.site import Edition, edition_of
from sparql_api.sparql import protocol
from sparql_api.sparql.guard import GuardedQuery, QueryRefused, QuerySyntaxError
from sparql_api.sparql.service_description import service_description
from sparql_api.sparql.syntax_errors import from_engine
from sparql_api.sparql.verdicts import guard_for

if TYPE_CHECKING:
    from sparql_api.federation.federation import Federation

router = APIRouter(tags=["sparql"])
# A result page in a browser holds at most this much; larger results are for the downloads.
PAGE_BYTES = 8 * 2**20
BODY_SECONDS = 30.0
# Queries this long are read in a thread, so that reading them does not hold up other requests.
LONG_QUERY = 5_000
MOST_NOTICES = 10
MOST_FOUND = 200  # characters of the token that is wrong
LEAST_SECONDS = 0.001  # a shorter limit is no clock's
IRI_CHARACTERS = "/:@!$&'()*+,;=-._~%?#"  # that stand as they are in a header
MOST_FORMAT = 100  # characters of a format that is not known
FORMAT_CHARACTERS = "/+."  # besides letters, digits and "-_~": what media types hold
STREAM_CODINGS = ("gzip",)
STREAM_LEVEL = 3  # a stream is packed between other requests, so quickly rather than well


@router.api_route("/sparql", methods=["GET", "HEAD", "POST"], summary="SPARQL 1.1 Protocol")
async def sparql(request: Request) -> Response:
    """Run a query, or describe the service when there is none."""
    try:
        return await _answer(request)
    except ClientDisconnect:
        return Response(status_code=GONE)  # the work has been ended, and nobody is there to read this


async def _answer(request: Request) -> Response:
    edition = edition_of(request)
    settings: Settings = request.app.state.site.settings
    body = await _body(request, settings.body_bytes) if request.method == "POST" else b""
    types = request.headers.getlist("content-type")
    operation = protocol.read_operation(request.method, request.scope["query_string"], types, body)
    empty_form = operation.query is not None and not operation.query.strip() and _wants_page(request, operation)
    if operation.query is None or operation.show == "query" or empty_form:
        return await _without_query(request, edition, operation)
    return await _with_query(request, edition, operation, settings)


async def _body(request: Request, most: int) -> bytes:
    """The body of a POST. Raises Problem 413 as soon as it is too long, 408 when it does not come."""
    parts, size = [], 0
    too_large = Problem(
        413,
        "body-too-large",
        {"es": f"El cuerpo de la petición supera {most} bytes.", "en": f"The request body exceeds {most} bytes."},
        limit={"name": "body", "value": most, "unit": "bytes"},
    )
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most:
        raise too_large
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size > most:
                    raise too_large
                parts.append(part)
    except TimeoutError:
        slow = {"es": "El cuerpo de la petición no llegó a tiempo.", "en": "The request body did not come in time."}
        raise Problem(408, "bad-request", slow, headers={"Connection": "close"}) from None
    return b"".join(parts)


# --- without a query


async def _without_query(request: Request, edition: Edition, operation: protocol.Operation) -> Response:
    """The service description, or the query page for those who ask for HTML. Turtle for clients without a wish."""
    accept = request.headers.getlist("accept")
    rows = (*GRAPH_FORMATS, HTML)
    chosen = choose(accept, offers(rows), TURTLE.media_type)
    if operation.show == "query" and operation.query is not None:
        chosen = HTML.media_type
    if chosen is None:
        if choose(accept, offers(RESULT_FORMATS), RESULTS_JSON.media_type):
            raise protocol.missing_query()
        raise not_acceptable([{"href": edition.links.path("sparql"), "type": row.media_type} for row in rows])
    headers = {"Cache-Control": FRESH, "Vary": "Accept, Accept-Language", "Last-Modified": edition.last_modified}
    if chosen == HTML.media_type:
        view = _view(request, edition)
        headers["Content-Language"] = view.language
        page = query_page(view, query=operation.query or "")
        return respond(request, Representation(page.encode(), chosen, headers))
    key = ("sparql", "service description", chosen)
    representation = edition.cache.get(key)
    if representation is None:
        federation: Federation | None = request.app.state.federation
        triples = service_description(edition.release, sorted(federation.endpoints) if federation else [])
        body = write(triples, by_media_type(GRAPH_FORMATS, chosen))
        representation = Representation(body, chosen, headers)
        edition.cache.put(key, representation)
    return respond(request, representation)


def _view(request: Request, edition: Edition) -> View:
    language, fixed = language_of(request)
    return View(edition, language, fixed)


# --- with a query


async def _with_query(
    request: Request, edition: Edition, operation: protocol.Operation, settings: Settings
) -> Response:
    text = operation.query or ""
    try:
        query = await _guarded(request, text, edition, settings)
    except (QuerySyntaxError, QueryRefused) as error:
        problem = _problem_of(error)
        if _wants_page(request, operation):
            return _page(request, edition, text, problem=problem)
        raise problem from None
    media_type = _negotiate(request, edition, operation, query)
    if media_type == HTML.media_type:
        return await _result_page(request, edition, operation, query, settings)
    rows = CONSTRUCT_FORMATS if query.form in ("CONSTRUCT", "DESCRIBE") else RESULT_FORMATS
    form = by_media_type(rows, media_type)
    limits, notices = _allowed(operation, settings)
    answer = await _start(request, edition, operation, query, form, limits)
    notices = [*_notices(edition, operation, query), *_ignored(operation, query), *notices, *_told(answer)]
    lasting = request.method != "POST" and not query.volatile
    headers = {"Vary": "Accept", "Cache-Control": FRESH if lasting else "no-store"}
    if notices:
        headers["Commitments-Notice"] = ", ".join(notices)
    if "Content-Length" in answer.headers:
        body = b"".join([chunk async for chunk in answer.chunks])
        if request.method == "POST":
            return Response(body, headers={**headers, "Content-Type": content_type(media_type), "ETag": etag_of(body)})
        return respond(request, Representation(body, media_type, headers))
    if request.method == "HEAD":
        answer.cancel()
        return Response(headers={**headers, "Content-Type": content_type(media_type)})
    coding = choose_coding(request.headers.getlist("accept-encoding"), STREAM_CODINGS)
    headers["Vary"] = with_vary(headers["Vary"], "Accept-Encoding")
    return StreamedAnswer(answer, coding, {**headers, "Content-Type": content_type(media_type)})


def _notices(edition: Edition, operation: protocol.Operation, query: GuardedQuery) -> list[str]:
    """What the query names and the service does not have: allowed by SPARQL, but most often a slip of the pen."""
    dataset = operation.dataset or Dataset(query.default_graphs, query.named_graphs)
    asked = (*(dataset.default_graphs or ()), *(dataset.named_graphs or ()))
    if not asked and not query.functions:
        return []
    known = {*edition.graph_iris(), edition.links.absolute("graph/consolidated")}
    graphs = [iri for iri in asked if iri not in known]
    named = [("unknown-function", iri) for iri in query.functions] + [("unknown-graph", iri) for iri in graphs]
    return [f"{what} <{quote(iri, safe=IRI_CHARACTERS)}>" for what, iri in named[:MOST_NOTICES]]


def _told(answer: Answer) -> list[str]:
    """What the engine has to say about its answer: that rows are missing."""
    return [answer.headers["Commitments-Notice"]] if "Commitments-Notice" in answer.headers else []


def _allowed(operation: protocol.Operation, settings: Settings) -> tuple[Limits, list[str]]:
    """Limits of this query: those that the request asks for where they are below our own; else ours, and a notice."""
    ours, notices = settings.limits, []
    seconds, rows = ours.seconds, ours.rows
    if operation.timeout is not None:
        seconds = max(min(operation.timeout, ours.seconds), LEAST_SECONDS)
        if operation.timeout > ours.seconds:
            notices.append(f"timeout-clipped; timeout={ours.seconds:g}")
    if operation.maxrows is not None:
        rows = operation.maxrows if ours.rows is None else min(operation.maxrows, ours.rows)
        if rows < operation.maxrows:
            notices.append(f"maxrows-clipped; maxrows={rows}")
    return Limits(seconds, ours.memory_bytes, rows), notices


async def _guarded(request: Request, text: str, edition: Edition, settings: Settings) -> GuardedQuery:
    record = record_of(request.scope)
    record.query = text
    federation: Federation | None = request.app.state.federation
    guard = guard_for(edition.links.absolute("sparql"), settings.caps, federation.endpoints if federation else frozenset())
    started = time.perf_counter()
    try:
        return guard(text) if len(text) < LONG_QUERY else await asyncio.to_thread(guard, text)
    except (QuerySyntaxError, QueryRefused) as error:
        record.outcome = "refused" if isinstance(error, QueryRefused) else "syntax"
        request.app.state.observation.query_ended(record.outcome, time.perf_counter() - started)
        raise
    finally:
        record.took("guard", time.perf_counter() - started)


def _wants_page(request: Request, operation: protocol.Operation) -> bool:
    if operation.format == HTML.name:
        return True
    accept = request.headers.getlist("accept")
    names = [*offers(RESULT_FORMATS), *offers(CONSTRUCT_FORMATS), HTML.media_type]
    return choose(accept, list(dict.fromkeys(names)), RESULTS_JSON.media_type) == HTML.media_type


def _negotiate(request: Request, edition: Edition, operation: protocol.Operation, query: GuardedQuery) -> str:
    """The media type of the answer; the parameter `format` (suffix, name or media type) goes before Accept.

    Clients such as SPARQLWrapper send values of other services too: one that names nothing here is no wish, and the answer says so.
    """
    graph = query.form in ("CONSTRUCT", "DESCRIBE")
    rows = _possible(query)
    named = _named_format(operation, rows)
    if named is not None:
        return named
    default = TURTLE if graph else RESULTS_JSON
    chosen = choose(request.headers.getlist("accept"), offers(rows), default.media_type)
    if chosen is None:
        text = operation.query or ""
        href = {row: edition.links.path("sparql", query=text[:1000], format=row.suffix) for row in rows}
        raise not_acceptable([{"href": href[row], "type": row.media_type} for row in rows])
    return chosen


def _possible(query: GuardedQuery) -> tuple[Format, ...]:
    """What the answer to a query may be written in."""
    return (*(CONSTRUCT_FORMATS if query.form in ("CONSTRUCT", "DESCRIBE") else RESULT_FORMATS), HTML)


def _named_format(operation: protocol.Operation, rows: Sequence[Format]) -> str | None:
    """The media type that the parameter `format` means, or None when it is absent or means none of `rows`."""
    asked = (operation.format or "").replace(" ", "+")  # an unescaped "+" of a media type
    for row in rows:
        if asked in (row.suffix, row.name, *row.media_types):
            return asked if asked in row.media_types else row.media_type
    return None


def _ignored(operation: protocol.Operation, query: GuardedQuery) -> list[str]:
    """That the parameter `format` was there and did not count. Its value is a stranger's: it is cut and escaped."""
    if not operation.format or _named_format(operation, _possible(query)) is not None:
        return []
    return [f"format-ignored; format={quote(operation.format[:MOST_FORMAT], safe=FORMAT_CHARACTERS)}"]


async def _start(
    request: Request, edition: Edition, operation: protocol.Operation, query: GuardedQuery, form: Format, limits: Limits
) -> Answer:
    """Begin the query; when the client leaves before its first bytes, the work ends. Raises Problem."""
    begun = request.scope.get(STARTED)
    if begun is not None and begun.engine is edition.engine:
        work = begun.engine.answer_started(begun)
    elif query.services:
        work = request.app.state.federation.answer(edition.engine, query, operation.dataset, form.media_type, limits)
    else:
        work = edition.engine.answer(query, operation.dataset, form.media_type, limits)
    try:
        watched = observed(request.app.state.observation, record_of(request.scope), edition.release.id, work)
        return await while_connected(request.scope, request.receive, watched)
    except EngineProblem as error:
        raise _problem_of_engine(error, query) from error


def _problem_of(error: QuerySyntaxError | QueryRefused) -> Problem:
    if isinstance(error, QueryRefused):
        known: dict[str, Any] = {"line": error.place[0], "column": error.place[1]} if error.place else {}
        if error.limit:
            known["limit"] = dict(error.limit)
        return Problem(400, "query-refused", error.detail, code=error.code, **known)
    extensions: dict[str, Any] = {"code": error.code, "line": error.line, "column": error.column, "found": error.found[:MOST_FOUND]}
    detail = error.detail
    if error.expected:
        extensions["expected"] = list(error.expected)
    if error.opened:
        extensions["opened"] = {"line": error.opened[0], "column": error.opened[1]}
    if error.hint:
        detail = {language: f"{text} {error.hint[language]}" for language, text in detail.items()}
    where = {"es": f"Línea {error.line}, columna {error.column}: ", "en": f"Line {error.line}, column {error.column}: "}
    return Problem(400, "query-syntax", {key: where[key] + text for key, text in detail.items()}, hint=error.hint, **extensions)


def _problem_of_engine(error: EngineProblem, query: GuardedQuery) -> Problem:
    if error.slug == "query-syntax":
        return _problem_of(from_engine(error.message, query.stream))
    return of_engine(error)


# --- pages


async def _result_page(
    request: Request, edition: Edition, operation: protocol.Operation, query: GuardedQuery, settings: Settings
) -> Response:
    text = operation.query or ""
    graph = query.form in ("CONSTRUCT", "DESCRIBE")
    downloads = GRAPH_FORMATS if graph else RESULT_FORMATS
    limits, notices = _allowed(operation, settings)
    try:
        answer = await _start(request, edition, operation, query, TURTLE if graph else RESULTS_JSON, limits)
        body = await _at_most(answer, PAGE_BYTES)
    except Problem as problem:
        too_large = problem.extensions.get("limit", {}).get("name") == "page"
        return _page(request, edition, text, problem=problem, downloads=downloads if too_large else ())
    notices = [*_notices(edition, operation, query), *_ignored(operation, query), *notices, *_told(answer)]
    return _page(request, edition, text, notices=notices, downloads=downloads, **{"graph" if graph else "results": body})


async def _at_most(answer: Answer, most: int) -> bytes:
    """The whole result, if a page can hold it. Raises Problem 406 for a larger one."""
    parts, size = [], 0
    async for chunk in answer.chunks:
        size += len(chunk)
        if size > most:
            answer.cancel()
            raise Problem(
                406,
                "not-expressible",
                {
                    "es": "El resultado es demasiado grande para una página; descárguelo o añada LIMIT.",
                    "en": "The result is too large for a page; download it or add LIMIT.",
                },
                hint={"es": "Los botones de abajo lo descargan completo.", "en": "The buttons below download all of it."},
                limit={"name": "page", "value": most, "unit": "bytes"},
            )
        parts.append(chunk)
    return b"".join(parts)


def _page(request: Request, edition: Edition, query: str, notices: Sequence[str] = (), **shown: Any) -> Response:
    view = _view(request, edition)
    problem: Problem | None = shown.get("problem")
    status = problem.status if problem else 200
    headers = {"Content-Language": view.language, "Vary": "Accept, Accept-Language", "Cache-Control": "no-cache"}
    headers |= problem.headers if problem else {}
    headers |= {"Commitments-Notice": ", ".join(notices)} if notices else {}
    page = query_page(view, query=query, notices=notices, **shown).encode()
    return respond(request, Representation(page, HTML.media_type, headers), status)


# --- long answers


class StreamedAnswer(Response):
    """An answer sent as it is made. It ends cleanly only when it is whole: a cut drops the connection."""

    def __init__(self, answer: Answer, coding: str, headers: dict[str, str]) -> None:
        super().__init__(headers=headers)
        del self.headers["content-length"]
        self._answer = answer
        self._gzip = coding == "gzip"
        if self._gzip:
            self.headers["Content-Encoding"] = "gzip"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await while_connected(scope, receive, self._send(send))
        except ClientDisconnect:
            pass  # the work has been ended; there is nobody left to tell
        finally:
            self._answer.cancel()

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async for chunk in self._coded():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _coded(self) -> AsyncIterator[bytes]:
        if not self._gzip:
            async for chunk in self._answer.chunks:
                yield chunk
            return
        packer = zlib.compressobj(STREAM_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)
        async for chunk in self._answer.chunks:
            packed = packer.compress(chunk)
            if packed:
                yield packed
        yield packer.flush()
