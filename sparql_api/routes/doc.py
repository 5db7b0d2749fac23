"""`/doc/{kind}/{key}` and `/doc/{kind}`: descriptions of things and paged lists, in every format."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from ontology.namespaces import KINDS
from sparql_api.documents import answer, split_suffix
from sparql_api.earlier import Earlier
from sparql_api.formats import Format
from sparql_api.identifiers import CONCEPT, Gone, Live, Moved
from sparql_api.near_names import near_documents
from sparql_api.pages_earlier import earlier_document
from sparql_api.pages_listing import list_document
from sparql_api.pages_resource import resource_document
from sparql_api.pages_tombstone import tombstone_document
from sparql_api.problems import not_found
from sparql_api.routes.identifiers import redirect
from sparql_api.site import edition_of

router = APIRouter(tags=["documents"])
_METHODS = ["GET", "HEAD"]
LISTED = (*KINDS, CONCEPT)


@router.api_route("/doc/{kind}", methods=_METHODS, summary="The things of a kind, 100 a page (`page` counts from 1)")
async def kind_list(request: Request, kind: str) -> Response:
    edition = edition_of(request)
    name, suffix = split_suffix(kind)
    if name.lower() not in LISTED:
        raise not_found(edition.links.path(f"doc/{kind}"))
    if name != name.lower():
        return redirect(request, 301, _with_suffix(f"doc/{name.lower()}", suffix))
    document = list_document(edition, name, request.query_params.get("page"))
    return await answer(request, edition, document, suffix)


@router.api_route(
    "/doc/{kind}/{key:path}",
    methods=_METHODS,
    summary="Description of a thing: HTML, Turtle, JSON-LD, RDF/XML or N-Triples, negotiated or by suffix",
)
async def description(request: Request, kind: str, key: str) -> Response:
    edition = edition_of(request)
    name, suffix = split_suffix(key)
    fate = edition.fate(kind, name)
    if isinstance(fate, Moved):
        return redirect(request, 301, _with_suffix(f"doc/{fate.target[0]}/{fate.target[1]}", suffix))
    if isinstance(fate, Live):
        return await answer(request, edition, resource_document(edition, fate, listing="incoming" in request.query_params), suffix)
    if isinstance(fate, Earlier):
        return await answer(request, edition, earlier_document(edition, fate), suffix)
    if isinstance(fate, Gone):
        return await answer(request, edition, tombstone_document(edition, fate), suffix)
    raise not_found(edition.links.path(f"doc/{kind}/{key}"), near_documents(edition, kind, key))


def _with_suffix(path: str, suffix: Format | None) -> str:
    return f"{path}.{suffix.suffix}" if suffix else path
