"""`/def`, `/code/…`, `/shapes`: the vocabulary, served where w3id redirects to (blueprint 2)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from commitments.release import all_releases
from ontology import jsonld_context
from sparql_api.caching import Representation, respond
from sparql_api.documents import FRESH, Document, answer, split_suffix
from sparql_api.pages_vocabulary import code_document, codes_document, definition_document, shapes_document
from sparql_api.problems import not_found
from sparql_api.routes.single import METHODS, add_document
from sparql_api.site import VOCABULARY_LICENCE, Edition, edition_of
from sparql_api.vocabulary import Vocabulary

router = APIRouter(tags=["vocabulary"])


def _definition(edition: Edition) -> Document:
    version = edition.release.manifest.vocabulary_version
    return definition_document(edition, edition.vocabulary, "def", version)


add_document(router, "def", _definition, "The vocabulary: documentation and RDF")
add_document(router, "code", codes_document, "All code lists")
add_document(router, "shapes", shapes_document, "The SHACL shapes: documentation and RDF")


@router.api_route("/def/context.jsonld", methods=METHODS, summary="JSON-LD context of the vocabulary, for other publishers")
async def context(request: Request) -> Response:
    headers = {"Cache-Control": FRESH, "Link": f'<{VOCABULARY_LICENCE}>; rel="license"'}
    return respond(request, Representation(jsonld_context(), "application/ld+json", headers))


@router.api_route("/def/{version}", methods=METHODS, summary="One version of the vocabulary; old ones stay served")
async def version(request: Request, version: str) -> Response:
    edition = edition_of(request)
    number, suffix = split_suffix(version)
    vocabulary = _vocabulary_of(edition, number)
    if vocabulary is None:
        raise not_found(edition.links.path(f"def/{version}"))
    document = definition_document(edition, vocabulary, f"def/{number}", number)
    return await answer(request, edition, document, suffix)


def _vocabulary_of(edition: Edition, version: str) -> Vocabulary | None:
    """The vocabulary of a version: this release's, else that of the newest kept release that was made with it."""
    if version == edition.release.manifest.vocabulary_version:
        return edition.vocabulary
    kept = [r for r in all_releases(edition.release.path.parent) if r.manifest.vocabulary_version == version]
    return Vocabulary(kept[-1].file("graphs/vocabulary.nt")) if kept else None


@router.api_route("/code/{scheme}", methods=METHODS, summary="A code list with its codes")
async def scheme(request: Request, scheme: str) -> Response:
    edition = edition_of(request)
    name, suffix = split_suffix(scheme)
    return await answer(request, edition, code_document(edition, name, None), suffix)


@router.api_route("/code/{scheme}/{code}", methods=METHODS, summary="One code")
async def code(request: Request, scheme: str, code: str) -> Response:
    edition = edition_of(request)
    name, suffix = split_suffix(code)
    return await answer(request, edition, code_document(edition, scheme, name), suffix)
