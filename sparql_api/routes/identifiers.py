"""`/id/…` and `/concept/…`: names of things. They answer with where to go, or why there is nothing left to go to."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from ontology.namespaces import AUTHORITIES, KINDS
from sparql_api.documents import FRESH, answer
from sparql_api.earlier import Earlier
from sparql_api.i18n import LANGUAGES
from sparql_api.identifiers import CONCEPT, Gone, Live, Moved, Name
from sparql_api.near_names import near_aliases, near_names
from sparql_api.pages_tombstone import tombstone_document
from sparql_api.problems import not_found
from sparql_api.site import Edition, edition_of

router = APIRouter(tags=["things"])
_METHODS = ["GET", "HEAD"]
_ALIAS_FRESH = "public, max-age=86400"


def redirect(
    request: Request, status: int, relative: str, *, fresh: str = FRESH, link: str | None = None
) -> Response:
    """A redirect below BASE that keeps the chosen language of pages.

    `Location` is path-absolute: no byte depends on the host that was asked.
    """
    language = request.query_params.get("lang")
    edition = edition_of(request)
    location = edition.links.path(relative, lang=language if language in LANGUAGES else None)
    headers = {"Location": location, "Cache-Control": fresh}
    if link:
        headers["Link"] = link
    return Response(status_code=status, headers=headers)


@router.api_route("/id/{kind}", methods=_METHODS, summary="All things of a kind: 303 to their list")
async def kind(request: Request, kind: str) -> Response:
    edition = edition_of(request)
    right = kind.lower()
    if right not in KINDS:
        raise not_found(edition.links.path(f"id/{kind}"))
    return redirect(request, 303, f"doc/{right}") if right == kind else redirect(request, 301, f"id/{right}")


@router.api_route(
    "/id/{kind}/{key:path}",
    methods=_METHODS,
    summary="A thing: 303 to its description; 301 merged, other letter case or alias; 410 withdrawn; 404 unknown",
)
async def thing(request: Request, kind: str, key: str) -> Response:
    edition = edition_of(request)
    if kind.lower() in AUTHORITIES:
        found = await edition.alias(kind.lower(), key)
        if found is None:
            raise not_found(edition.links.path(f"id/{kind}/{key}"), await near_aliases(edition, kind.lower(), key))
        return redirect(request, 301, f"id/{found[0]}/{found[1]}", fresh=_ALIAS_FRESH)
    if kind.lower() == CONCEPT:
        raise not_found(edition.links.path(f"id/{kind}/{key}"))
    return await _name(request, edition, (kind, key))


@router.api_route("/concept", methods=_METHODS, summary="The deployment's concept schemes: 303 to their list")
async def concepts(request: Request) -> Response:
    return redirect(request, 303, "doc/concept")


@router.api_route(
    "/concept/{key:path}", methods=_METHODS, summary="A concept scheme or concept: 303 to its description"
)
async def concept(request: Request, key: str) -> Response:
    return await _name(request, edition_of(request), (CONCEPT, key))


async def _name(request: Request, edition: Edition, name: Name) -> Response:
    fate = edition.fate(*name)
    if isinstance(fate, Moved):
        return redirect(request, 301, name_path(fate.target))
    if isinstance(fate, Live | Earlier):
        document = f"doc/{name[0]}/{name[1]}"
        link = f'<{edition.links.header(edition.links.absolute(document))}>; rel="describedby"'
        return redirect(request, 303, document, link=link)
    if isinstance(fate, Gone):
        return await answer(request, edition, tombstone_document(edition, fate), None)
    raise not_found(edition.links.path(name_path(name)), near_names(edition, *name))


def name_path(name: Name) -> str:
    """Address of a thing or concept below BASE."""
    return f"{CONCEPT}/{name[1]}" if name[0] == CONCEPT else f"id/{name[0]}/{name[1]}"
