"""Addresses that are one document each: registered once with negotiation and once for every suffix."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from starlette.responses import Response

from sparql_api.documents import Document, answer
from sparql_api.formats import DOCUMENT_FORMATS, Format
from sparql_api.site import Edition, edition_of

METHODS = ["GET", "HEAD"]


def add_document(
    router: APIRouter, path: str, build: Callable[[Edition], Document], summary: str, *, suffixes: bool = True
) -> None:
    """Serve `build(edition)` at `/{path}` and, unless told otherwise, at `/{path}.ttl` and its like."""
    router.add_api_route(f"/{path}", _endpoint(build, None), methods=METHODS, summary=summary, name=path or "landing")
    for row in DOCUMENT_FORMATS if suffixes else ():
        address = f"/{path}.{row.suffix}"
        router.add_api_route(address, _endpoint(build, row), methods=METHODS, include_in_schema=False)


def _endpoint(build: Callable[[Edition], Document], suffix: Format | None):
    async def endpoint(request: Request) -> Response:
        edition = edition_of(request)
        return await answer(request, edition, build(edition), suffix)

    return endpoint
