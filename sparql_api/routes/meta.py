"""`/openapi.json`, `/sitemap.xml`, `/robots.txt`, `/problems/…`, `/static/…`: what crawlers, tools and pages need."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from xml.sax.saxutils import escape

from fastapi import APIRouter, Request
from starlette.responses import Response

from sparql_api.caching import Representation, respond
from sparql_api.documents import FRESH, View, language_of
from sparql_api.openapi import description
from sparql_api.pages_problems import problem_type_page, problem_types_page
from sparql_api.problems import SLUGS, not_found
from sparql_api.routes.single import METHODS
from sparql_api.site import Edition, edition_of

router = APIRouter(tags=["operations"])
SITEMAP_LIMIT = 50_000  # addresses per file, sitemaps.org
# Kinds that only support others: reachable from them, not worth a search engine's visit of their own.
_NOT_IN_SITEMAP = frozenset({"passage", "identifier", "period", "run", "claim", "link", "responsibility", "observation"})
_MEDIA_TYPES = {"css": "text/css", "svg": "image/svg+xml", "js": "text/javascript"}


@router.api_route("/openapi.json", methods=METHODS, include_in_schema=False)
async def openapi(request: Request) -> Response:
    edition = edition_of(request)
    representation = edition.cache.get("openapi.json")
    if representation is None:
        body = description(request.app, edition)
        representation = Representation(body, "application/json", {"Cache-Control": FRESH})
        edition.cache.put("openapi.json", representation)
    return respond(request, representation)


@router.api_route("/robots.txt", methods=METHODS, summary="Rules for crawlers")
async def robots(request: Request) -> Response:
    links = edition_of(request).links
    text = f"User-agent: *\nDisallow: {links.path('sparql')}\nAllow: /\n\nSitemap: {links.absolute('sitemap.xml')}\n"
    return respond(request, Representation(text.encode(), "text/plain", {"Cache-Control": FRESH}))


@router.api_route("/sitemap.xml", methods=METHODS, summary="Sitemap; with many pages an index of sitemaps")
async def sitemap(request: Request) -> Response:
    edition = edition_of(request)
    addresses = list(sitemap_addresses(edition))
    page = request.query_params.get("page")
    parts = -(-len(addresses) // SITEMAP_LIMIT)
    if page is not None and not (page.isascii() and page.isdigit() and 1 <= int(page[:9]) <= parts):
        raise not_found(edition.links.path("sitemap.xml", page=page))
    if page is None and parts > 1:
        locations = [edition.links.absolute("sitemap.xml", page=number) for number in range(1, parts + 1)]
        body = _xml("sitemapindex", "sitemap", locations)
    else:
        start = (int(page or 1) - 1) * SITEMAP_LIMIT
        date = edition.release.manifest.created[:10]
        body = _xml("urlset", "url", addresses[start : start + SITEMAP_LIMIT], date)
    headers = {"Cache-Control": FRESH, "Last-Modified": edition.last_modified}
    return respond(request, Representation(body, "application/xml", headers))


def sitemap_addresses(edition: Edition) -> Iterator[str]:
    """Canonical addresses of the pages worth finding."""
    yield from (edition.links.absolute(path) for path in ("", "def", "code", "shapes", "catalog", "dumps/", "sparql"))
    for kind, keys in edition.identifiers.keys.items():
        if kind not in _NOT_IN_SITEMAP:
            yield edition.links.absolute(f"doc/{kind}")
            yield from (edition.links.absolute(f"doc/{kind}/{key}") for key in keys)


def _xml(root: str, item: str, locations: list[str], date: str | None = None) -> bytes:
    modified = f"<lastmod>{date}</lastmod>" if date else ""
    rows = "\n".join(f"<{item}><loc>{escape(location)}</loc>{modified}</{item}>" for location in locations)
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{space}">\n{rows}\n</{root}>\n'.encode()


@router.api_route("/problems", methods=METHODS, summary="The kinds of errors this site answers with")
async def problems(request: Request) -> Response:
    return _page(request, problem_types_page)


@router.api_route("/problems/{slug}", methods=METHODS, summary="What one kind of error means")
async def problem(request: Request, slug: str) -> Response:
    if slug not in SLUGS:
        raise not_found(edition_of(request).links.path(f"problems/{slug}"))
    return _page(request, lambda view: problem_type_page(view, slug))


def _page(request: Request, page) -> Response:
    language, fixed = language_of(request)
    body = page(View(edition_of(request), language, fixed)).encode()
    headers = {"Cache-Control": FRESH, "Content-Language": language, "Vary": "Accept-Language"}
    return respond(request, Representation(body, "text/html", headers))


@router.api_route("/static/{name}", methods=METHODS, include_in_schema=False)
async def static(request: Request, name: str) -> Response:
    found = _static_files().get(name)
    if found is None:
        raise not_found(f"/static/{name}")
    return respond(request, found)


@lru_cache(maxsize=1)
def _static_files() -> dict[str, Representation]:
    """Every file of `static/`, read once: a request names one of them and never a path."""
    found = {}
    for entry in files("sparql_api").joinpath("static").iterdir():
        media_type = _MEDIA_TYPES.get(entry.name.rpartition(".")[2])
        if media_type:
            headers = {"Cache-Control": "public, max-age=3600"}
            found[entry.name] = Representation(entry.read_bytes(), media_type, headers)
    return found


@router.api_route("/favicon.ico", methods=METHODS, include_in_schema=False)
async def favicon(request: Request) -> Response:
    return respond(request, _static_files()["icon.svg"])
