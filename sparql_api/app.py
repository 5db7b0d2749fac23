"""`create_app`: the one place that knows every route, and what all answers have in common.

Routes know nothing of each other. Below them lies a middleware that does what no single route should repeat: the path
of BASE, OPTIONS, CORS, security headers, the name of the release, and an answer to errors nobody foresaw.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI, Request
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from commitments.release import current_release
from sparql_api import problems
from sparql_api.caching import with_vary
from sparql_api.documents import RELEASE_HEADER, language_of, release_link
from sparql_api.engine import Engine
from sparql_api.federation.opening import open_federation
from sparql_api.http_protocol import HEAD, STARTED, STATUS_LINE
from sparql_api.negotiation import choose
from sparql_api.observation.metrics import Metrics
from sparql_api.observation.readiness import Readiness
from sparql_api.observation.requests import RequestRecord, route_of
from sparql_api.observation.state import Observation
from sparql_api.pages import problem_page, problem_title
from sparql_api.problems import Problem, not_found
from sparql_api.repeated import Repeated, header_lines, lasting
from sparql_api.routes import catalogue, doc, files, health, identifiers, meta, metrics, sparql, vocabulary
from sparql_api.settings import Settings
from sparql_api.site import EDITION, Edition, Site

log = logging.getLogger(__name__)

ROUTERS: tuple[APIRouter, ...] = (
    identifiers.router, doc.router, vocabulary.router, catalogue.router, files.router, sparql.router, health.router,
    metrics.router, meta.router,
)  # fmt: skip
_ERROR_OFFERS = ("text/html", problems.MEDIA_TYPE, "application/json")
_EXPOSED = (
    "Allow, Accept-Ranges, Commitments-Notice, Commitments-Release, Content-Encoding, Content-Language, Content-Length, Content-Location, "
    "Content-Range, ETag, Last-Modified, Link, Location, Retry-After, Server-Timing, Vary, X-Request-Id"
)
_ALLOWED_HEADERS = "Accept, Accept-Language, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Range, If-Unmodified-Since, Range"
# Nothing is loaded from elsewhere and no script runs inline; the JSON-LD block of a page is data, not script.
_CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def create_app(settings: Settings, engine: Engine | None = None, observation: Observation | None = None) -> FastAPI:
    """The service as an ASGI application.

    With `engine` (started by its owner) it serves that engine's release. Without, it loads the current release of
    `settings` into an embedded engine when it starts, and answers 503 while there is none. `app.state.site.publish`
    switches to a newer release. What happens is counted, and logged, by `observation`.
    """
    observation = observation or Observation()
    site = Site(settings, Edition(engine.release, engine, observation) if engine is not None else None, observation)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        own = await _load_current(site, settings) if site.current is None else None
        if site.current is not None:
            site.current.read()
        yield
        if own is not None:
            await own.close()

    app = FastAPI(
        title="Open Commitments",
        docs_url=None,  # FastAPI's pages load scripts from elsewhere
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.site = site
    app.state.federation = open_federation(settings)
    app.state.observation = observation
    app.state.metrics = Metrics(observation, site)
    app.state.readiness = Readiness(observation)
    for router in ROUTERS:
        app.include_router(router)
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_middleware(CommonLayer, site=site, observation=observation)
    return app


async def _load_current(site: Site, settings: Settings) -> Engine | None:
    from sparql_api.engine.factory import make_engine

    release = current_release(settings.releases)
    if release is None:
        return None
    engine = make_engine(release, settings)
    await engine.start()
    await site.publish(release, engine)
    return engine


def allowed_methods(scope: Scope) -> list[str]:
    """Methods that the path of a request takes, sorted; empty for an unknown path."""
    methods: set[str] = set()
    for router in ROUTERS:
        for route in router.routes:
            match, _ = route.matches(scope)
            if match is not Match.NONE:
                methods |= getattr(route, "methods", None) or set()
    return sorted(methods | {"OPTIONS"}) if methods else []


async def _on_problem(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return problem_response(request, problem)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    """What Starlette itself answers: unknown paths and methods."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        allow = ", ".join(allowed_methods(request.scope))
        return problem_response(request, _method_not_allowed(request.method, allow))
    if error.status_code == 404:
        return problem_response(request, not_found(request.scope["path"]))
    slug = "bad-request" if error.status_code < 500 else "internal-error"
    return problem_response(request, Problem(error.status_code, slug))


def _method_not_allowed(method: str, allow: str) -> Problem:
    return Problem(
        405,
        "method-not-allowed",
        {"es": f"Esta dirección no admite {method}. Admite: {allow}.", "en": f"This address does not take {method}. It takes: {allow}."},
        headers={"Allow": allow},
    )


def problem_response(request: Request, problem: Problem) -> Response:
    """A problem as a page for people who asked for HTML, as problem+json for everyone else."""
    edition = request.scope.get(EDITION)
    base = edition.release.base if edition else None
    accept = request.headers.getlist("accept")
    wants_page = choose(accept, _ERROR_OFFERS, problems.MEDIA_TYPE) == "text/html"
    language, chosen = language_of(request)
    if wants_page:
        body, media_type = problem_page(problem, language, base, chosen=chosen).encode(), "text/html; charset=utf-8"
    else:
        title = problem_title(problem.slug, language)
        body, media_type = problem.to_json(base or "/", language, title), problems.MEDIA_TYPE
    headers = {
        "Cache-Control": "no-store" if problem.status >= 500 else "public, max-age=10",
        **problem.headers,
        "Content-Type": media_type,
        "Content-Language": language,
        "Content-Length": str(len(body)),
    }
    headers["Vary"] = with_vary(headers.get("Vary"), "Accept", "Accept-Language")
    return Response(b"" if request.method == "HEAD" else body, problem.status, headers)


class CommonLayer:
    """ASGI middleware around all routes. It reads neither Host nor X-Forwarded-*: no byte depends on them."""

    def __init__(self, app: ASGIApp, site: Site, observation: Observation) -> None:
        self.app = app
        self.site = site
        self.observation = observation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        record = self.observation.begin(scope)
        edition = self.site.current  # taken once: a switch of releases never mixes two in one answer
        if edition is not None:
            record.release = edition.release.id
        path = edition.links.below(scope["path"]) if edition else scope["path"]
        scope = {**scope, EDITION: edition, "path": path, "root_path": ""}
        record.route = route_of(path)
        started = False
        keeper = _Keeper(edition, scope[HEAD], path == "/sparql", self.observation, record) if edition and HEAD in scope else None

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                record.status = message["status"]
                _complete(MutableHeaders(scope=message), edition)
                if keeper is not None:
                    keeper.see(message)
                message["headers"] += self._own_headers(record)
            else:
                record.sent += len(message.get("body", b""))
                if keeper is not None:
                    keeper.see(message)
            await send(message)

        if edition is not None:
            edition.open_requests += 1
        try:
            if scope["method"] == "OPTIONS":
                await _options(scope)(scope, receive, send_with_headers)
            elif (work := straight(scope, receive)) is not None:
                await (await _answered(work, Request(scope, receive)))(scope, receive, send_with_headers)
            else:
                await self.app(scope, receive, send_with_headers)
        except Exception:
            if started:
                record.outcome = record.outcome or "cut"
                raise  # the server cuts the connection: a half-sent answer never looks whole
            log.exception("%s %s failed", scope["method"], scope["path"])
            problem = Problem(
                500,
                "internal-error",
                {"es": "Algo falló en el servicio; el error quedó registrado.", "en": "Something failed in the service; the error was logged."},
            )
            await problem_response(Request(scope), problem)(scope, receive, send_with_headers)
        finally:
            if edition is not None:
                edition.open_requests -= 1
            if STARTED in scope:
                scope[STARTED].cancel()  # in case nobody took the query over
            self.observation.end(record)

    def _own_headers(self, record: RequestRecord) -> list[tuple[bytes, bytes]]:
        """What no two answers share, so it is never kept with one."""
        headers = [(b"x-request-id", record.id.encode()), (b"server-timing", record.server_timing().encode())]
        if self.observation.stopping:
            headers.append((b"connection", b"close"))  # the next request of this client goes to another replica
        return headers


def straight(scope: Scope, receive: Receive) -> Awaitable[Response] | None:
    """The work on a request of the commonest kinds, which goes past the router: finding a route through it costs more
    than the answer. None for every other request. The routes stay registered, for OPTIONS and the OpenAPI document."""
    path: str = scope["path"]
    if scope["method"] not in ("GET", "HEAD"):
        return sparql.sparql(Request(scope, receive)) if path == "/sparql" and scope["method"] == "POST" else None
    if path == "/sparql":
        return sparql.sparql(Request(scope, receive))
    _, kind_of_address, kind, key = path.split("/", 3) if path.count("/") > 2 else ("", "", "", "")
    if kind and key and kind_of_address == "doc":
        return doc.description(Request(scope, receive), kind, key)
    if kind and key and kind_of_address == "id":
        return identifiers.thing(Request(scope, receive), kind, key)
    return None


async def _answered(work: Awaitable[Response], request: Request) -> Response:
    """What the exception handlers of the router would have done, too."""
    try:
        return await work
    except Problem as problem:
        return problem_response(request, problem)


class _Keeper:
    """Looks on while an answer is sent: keeps it for requests with the same head, and learns from those to queries."""

    def __init__(self, edition: Edition, head: bytes, is_query: bool, observation: Observation, record: RequestRecord) -> None:
        self._edition = edition
        self._observation = observation
        self._record = record
        self._head = head
        self._is_query = is_query
        self._start: Message | None = None

    def see(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message if lasting("GET", message["status"], message["headers"]) else None
            return
        start, self._start = self._start, None
        if start is None or message.get("more_body"):
            return
        status, headers, body = start["status"], start["headers"], message.get("body", b"")
        if self._is_query:
            self._edition.lessons.learn(self._head, status, headers, body)
        if self._edition.repeated.wants(self._head):
            label = self._observation.label(self._record)
            self._edition.repeated.put(self._head, Repeated(STATUS_LINE[status], header_lines(headers), body, status, label))


def _options(scope: Scope) -> Response:
    """OPTIONS, CORS preflight included: what the path takes, or 404."""
    methods = allowed_methods(scope)
    request = Request(scope)
    if not methods:
        return problem_response(request, not_found(scope["path"]))
    headers = {
        "Allow": ", ".join(methods),
        "Access-Control-Allow-Methods": ", ".join(methods),
        "Access-Control-Allow-Headers": _ALLOWED_HEADERS,
        "Access-Control-Max-Age": "86400",
    }
    if request.url.path.rstrip("/").endswith("sparql"):
        headers["Accept-Post"] = "application/sparql-query, application/x-www-form-urlencoded"
    return Response(status_code=204, headers=headers)


def _complete(headers: MutableHeaders, edition: Edition | None) -> None:
    """Headers of every answer. What a route has set itself stays."""
    headers.setdefault("Access-Control-Allow-Origin", "*")
    headers.setdefault("Access-Control-Expose-Headers", _EXPOSED)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    headers.setdefault("Content-Security-Policy", _CONTENT_SECURITY)
    headers.setdefault("Timing-Allow-Origin", "*")
    if edition is not None:
        # A file of an older release names that one itself.
        named = headers.setdefault(RELEASE_HEADER, edition.release.id)
        headers["Link"] = ", ".join(filter(None, [headers.get("link"), release_link(edition, named)]))
