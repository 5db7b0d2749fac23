"""`/`, `/catalog`, `/.well-known/void`, `/graph/…`: what this site publishes, for people and for harvesters."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from sparql_api.documents import Document, answer, split_suffix
from sparql_api.earlier import Earlier
from sparql_api.identifiers import Gone
from sparql_api.pages_graph import file_document, graph_document, landing_document
from sparql_api.pages_tombstone import graph_tombstone_document
from sparql_api.problems import not_found
from sparql_api.routes.identifiers import redirect
from sparql_api.routes.single import METHODS, add_document
from sparql_api.site import Edition, edition_of

router = APIRouter(tags=["catalogue"])


def _catalog(edition: Edition) -> Document:
    topic = f"{edition.release.base}id/catalog/commitments"
    return file_document(edition, "catalog", "catalog.ttl", "catalog-title", "catalog-intro", topic=topic)


def _void(edition: Edition) -> Document:
    return file_document(
        edition, ".well-known/void", "void.ttl", "void-title", "void-intro", topic=edition.dataset_iri
    )


add_document(router, "", landing_document, "Landing page; as RDF the DCAT catalogue", suffixes=False)
add_document(router, "catalog", _catalog, "DCAT-AP 3 catalogue")
add_document(router, ".well-known/void", _void, "VoID description")


@router.api_route("/graph/{name}", methods=METHODS, summary="A named graph: its description and its data")
async def graph(request: Request, name: str) -> Response:
    edition = edition_of(request)
    wanted, suffix = split_suffix(name)
    if edition.links.absolute(f"graph/{wanted}") not in edition.graph_iris():
        source = edition.fate("source", wanted)
        if isinstance(source, Gone):  # a source's graph leaves with it
            return await answer(request, edition, graph_tombstone_document(edition, source), suffix)
        if isinstance(source, Earlier):  # that of a later release, where an older one is current again
            return redirect(request, 303, f"releases/{source.release.id}/graphs/{wanted}.nt")
        raise not_found(edition.links.path(f"graph/{name}"))
    return await answer(request, edition, graph_document(edition, wanted), suffix)
