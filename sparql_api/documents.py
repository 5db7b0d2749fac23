"""Answering for a document in every representation: suffix or negotiation, language, validators, `Link` headers.

Every negotiated address of blueprint 4 is one `Document`; routes say where its statements and its page come from, and
`answer` does the rest the same way for all of them.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import cached_property

import pyoxigraph as ox
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from sparql_api import i18n
from sparql_api.caching import Representation, respond, with_vary
from sparql_api.formats import DOCUMENT_FORMATS, HTML, TURTLE, Format, NotRepresentable, by_media_type, by_suffix, offers, write
from sparql_api.links import Links
from sparql_api.negotiation import choose, choose_language
from sparql_api.observation.requests import record_of
from sparql_api.problems import Problem, not_acceptable
from sparql_api.rendered import PageKey
from sparql_api.site import Edition

FRESH = "public, max-age=60"  # after a new release a page may be this old, in seconds
_WRITTEN_AT_ONCE = 2_000
RELEASE_HEADER = "Commitments-Release"
DOCUMENT_OFFERS = tuple(offers(DOCUMENT_FORMATS))


@dataclass(frozen=True)
class View:
    """What a page may depend on besides its document: language, and the query parameters that it declared.

    `fixed` says that the address chose the language (`?lang=`); the links of the page then keep choosing it.
    """

    edition: Edition
    language: str
    fixed: bool = False
    parameters: tuple[tuple[str, str], ...] = ()

    @cached_property
    def links(self) -> Links:
        """Addresses as this page links to them: where its own address chose the language, they go on choosing it."""
        return Links(self.edition.links.base, self.language) if self.fixed else self.edition.links

    @property
    def chosen(self) -> str | None:
        """The value of `lang` in the links of this page: its language, None where the browser chose that."""
        return self.language if self.fixed else None

    def parameter(self, name: str) -> str | None:
        return dict(self.parameters).get(name)


@dataclass(frozen=True)
class Document:
    """One negotiated document.

    path        address below BASE, without suffix
    triples     gives all its statements, the document's own included
    page        gives its HTML
    topic       IRI of the thing it describes, None when it is about itself
    default     what a client without a preference gets
    status      200, or 410 for a tombstone
    parameters  query parameters that all its representations depend on
    page_parameters   further ones that only its page depends on, besides `lang`
    links       further items of the `Link` header
    licence     IRI of its licence, None for that of the data
    stem        address that the suffixes are added to, where it is not `path`
    """

    path: str
    triples: Callable[[], Awaitable[list[ox.Triple]]]
    page: Callable[[View], Awaitable[str]]
    topic: str | None = None
    default: Format = HTML
    status: int = 200
    parameters: tuple[str, ...] = ()
    page_parameters: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    licence: str | None = None
    stem: str | None = None

    def variant(self, form: Format) -> str:
        """Address of one representation, below BASE."""
        if form is HTML and self.stem is not None:
            return self.path
        return f"{self.path if self.stem is None else self.stem}.{form.suffix}"


def split_suffix(path: str) -> tuple[str, Format | None]:
    """`plan/MX-4.ttl` as `plan/MX-4` and Turtle; a path without a served suffix comes back whole, with None."""
    stem, dot, suffix = path.rpartition(".")
    found = by_suffix(DOCUMENT_FORMATS, suffix) if dot else None
    return (stem, found) if found and stem else (path, None)


def language_of(request: Request) -> tuple[str, bool]:
    """The language of the page, and whether the address itself chose it (`?lang=`)."""
    asked = request.query_params.get("lang")
    if asked in i18n.LANGUAGES:
        return asked, True
    return choose_language(request.headers.getlist("accept-language"), i18n.LANGUAGES, i18n.DEFAULT_LANGUAGE), False


async def answer(request: Request, edition: Edition, document: Document, suffix: Format | None) -> Response:
    """The answer to a GET or HEAD for `document`; `suffix` is the format that the address named, if any.

    Raises Problem 406 when nothing of what the client accepts exists.
    """
    if suffix is not None:
        media_type = suffix.media_type
    else:
        accept = request.headers.getlist("accept")
        chosen = choose(accept, DOCUMENT_OFFERS, document.default.media_type)
        if chosen is None:
            raise _not_acceptable(edition, document)
        media_type = chosen
    target = by_media_type(DOCUMENT_FORMATS, media_type)
    language, fixed = language_of(request) if target is HTML else ("", True)
    names = document.parameters + (document.page_parameters if target is HTML else ())
    asked = request.query_params
    parameters = tuple((name, asked[name]) for name in names if name in asked)
    key = (document.path, document.status, media_type, suffix is None, language, fixed, parameters)
    representation = edition.cache.get(key)
    record = record_of(request.scope)
    record.cache = "hit" if representation else "miss"
    if representation is None:
        started = time.perf_counter()

        async def make() -> Representation:
            view = View(edition, language, fixed, parameters)
            headers = _headers(view, document, target, suffix is None, fixed)
            page = PageKey(document.path, target.suffix, language, fixed, parameters)
            made = edition.rendered.get(page)
            if made is not None:
                return replace(made, media_type=media_type, headers=headers)
            return Representation(await _body(document, target, view), media_type, headers)

        representation = await edition.cache.obtain(key, make)
        record.took("render", time.perf_counter() - started)
    return respond(request, representation, document.status)


async def _body(document: Document, target: Format, view: View) -> bytes:
    if target is HTML:
        return (await document.page(view)).encode()
    triples = await document.triples()
    try:
        if len(triples) > _WRITTEN_AT_ONCE:  # long texts are made in a thread, so that other requests go on
            return await to_thread.run_sync(write, triples, target)
        return write(triples, target)
    except NotRepresentable as error:
        raise Problem(
            406,
            "not-expressible",
            {
                "es": "El documento contiene un carácter de control que XML no admite; pida Turtle, JSON-LD o N-Triples.",
                "en": "The document holds a control character that XML does not have; ask for Turtle, JSON-LD or N-Triples.",
            },
        ) from error


def _headers(view: View, document: Document, target: Format, negotiated: bool, fixed: bool) -> dict[str, str]:
    edition = view.edition
    query = dict(view.parameters)
    language = view.language if target is HTML else None
    vary = []
    if negotiated:
        vary += ["Accept", "Accept-Language"]
    elif target is HTML and not fixed:
        vary.append("Accept-Language")
    headers = {
        "Cache-Control": FRESH,
        "Content-Location": edition.links.path(document.variant(target), **query, lang=language),
        "Last-Modified": edition.last_modified,
        "Link": ", ".join(link_items(edition, document, target, query)),
    }
    if vary:
        headers["Vary"] = with_vary(None, *vary)
    if language:
        headers["Content-Language"] = language
    return headers


def link_items(edition: Edition, document: Document, target: Format | None, query: dict[str, str]) -> list[str]:
    """Items of the `Link` header: all relations that blueprint 4 names, absolute below BASE."""

    def item(iri: str, relation: str, *more: str) -> str:
        return "; ".join([f"<{Links.header(iri)}>", f'rel="{relation}"', *more])

    links = edition.links
    items = [item(links.absolute(document.path, **query), "canonical")]
    if document.topic:
        items.append(item(document.topic, "describes"))
        items.append(item(document.topic, "cite-as"))
    for other in DOCUMENT_FORMATS:
        if other is not target:
            address = links.absolute(document.variant(other), **query)
            items.append(item(address, "alternate", f'type="{other.media_type}"'))
    if target is HTML:
        address = links.absolute(document.variant(TURTLE), **query)
        items.append(item(address, "describedby", f'type="{TURTLE.media_type}"'))
    items.append(item(links.absolute(".well-known/void"), "describedby", f'type="{TURTLE.media_type}"'))
    items.append(item(document.licence or edition.licence, "license"))
    return [*items, *document.links]


def release_link(edition: Edition, identifier: str) -> str:
    """The `Link` item that names a release: the collection that the answer belongs to."""
    address = Links.header(edition.links.absolute(f"releases/{identifier}/"))
    return f'<{address}>; rel="collection"; title="{identifier}"'


def _not_acceptable(edition: Edition, document: Document) -> Problem:
    variants = [
        {"href": edition.links.path(document.variant(row)), "type": row.media_type} for row in DOCUMENT_FORMATS
    ]
    problem = not_acceptable(variants)
    problem.headers["Link"] = ", ".join(link_items(edition, document, None, {}))
    return problem
