"""`/dumps/…` and `/releases/{id}/…`: the files of a release, with Range, strong ETags and checksums.

A path is looked up in the manifest and never joined unseen to a folder, so no request reads another file.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, Response

from commitments.release import CHECKSUMS, MANIFEST, File, Release
from sparql_api.caching import Representation, changed, has_changed, is_unmodified, respond, with_vary
from sparql_api.documents import FRESH, RELEASE_HEADER, View, answer, language_of
from sparql_api.formats import GRAPH_FORMATS, N_TRIPLES, by_media_type, content_type, read_turtle, write
from sparql_api.identifiers import Gone
from sparql_api.kept import kept_releases, open_kept, published
from sparql_api.links import Links
from sparql_api.negotiation import choose, choose_coding
from sparql_api.pages_files import files_page, releases_page
from sparql_api.pages_tombstone import graph_tombstone_document
from sparql_api.problems import Problem, not_acceptable, not_found
from sparql_api.routes.single import METHODS
from sparql_api.site import Edition, edition_of

router = APIRouter(tags=["files"])
_IMMUTABLE = "public, max-age=31536000, immutable"
# RFC 9110 section 14.1.2; anything else is ignored, as section 14.2 asks.
_PART = r"(?:\d{1,18}-\d{0,18}|-\d{1,18})"
_RANGE = re.compile(rf"bytes=\s*{_PART}(?:\s*,\s*{_PART})*\s*\Z", re.IGNORECASE | re.ASCII)
_GRAPH_FILE = re.compile(r"graphs/([^/]+)\.nt\Z")
# A list of files is a page, plain JSON, or as RDF the catalogue of the release that describes these files.
_FOLDER_OFFERS = ("text/html", "application/json", *(row.media_type for row in GRAPH_FORMATS))


@router.api_route("/dumps", methods=METHODS, include_in_schema=False)
@router.api_route("/releases", methods=METHODS, include_in_schema=False)
async def without_slash(request: Request) -> Response:
    edition = edition_of(request)
    name = "dumps/" if request.url.path.rstrip("/").endswith("dumps") else "releases/"
    return Response(status_code=301, headers={"Location": edition.links.path(name), "Cache-Control": FRESH})


@router.api_route("/dumps/", methods=METHODS, summary="Files of the newest release, under stable names")
async def dumps(request: Request) -> Response:
    edition = edition_of(request)
    return _folder(request, edition, edition.release, "dumps/", FRESH)


@router.api_route("/dumps/{path:path}", methods=METHODS, summary="One file of the newest release")
async def dump(request: Request, path: str) -> Response:
    edition = edition_of(request)
    source = _source_that_left(edition, path)
    if source is not None:  # its file goes with its graph
        return await answer(request, edition, graph_tombstone_document(edition, source), N_TRIPLES)
    return _file(request, edition, edition.release, "dumps/", path, FRESH)


def _source_that_left(edition: Edition, path: str) -> Gone | None:
    """The withdrawn source whose graph was the file `path` of earlier releases."""
    name = _GRAPH_FILE.match(path)
    fate = edition.identifiers.resolve("source", name[1]) if name and all(file.path != path for file in edition.release.manifest.files) else None
    return fate if isinstance(fate, Gone) else None


@router.api_route("/releases/", methods=METHODS, summary="The releases that are kept")
async def releases(request: Request) -> Response:
    edition = edition_of(request)
    kept = kept_releases(edition.release.path.parent)
    listing = [{"id": r.id, "created": r.manifest.created, "href": edition.links.path(f"releases/{r.id}/")} for r in kept]
    return _negotiated(request, edition, edition.release, {"releases": listing}, lambda view: releases_page(view, kept), FRESH)


@router.api_route("/releases/{identifier}/", methods=METHODS, summary="Files of one release; they never change")
async def release(request: Request, identifier: str) -> Response:
    edition = edition_of(request)
    found = _kept(edition, identifier)
    return _folder(request, edition, found, f"releases/{found.id}/", FRESH)


@router.api_route("/releases/{identifier}", methods=METHODS, include_in_schema=False)
async def release_without_slash(request: Request, identifier: str) -> Response:
    edition = edition_of(request)
    location = edition.links.path(f"releases/{_kept(edition, identifier).id}/")
    return Response(status_code=301, headers={"Location": location, "Cache-Control": FRESH})


@router.api_route("/releases/{identifier}/{path:path}", methods=METHODS, summary="One file of one release; immutable")
async def release_file(request: Request, identifier: str, path: str) -> Response:
    edition = edition_of(request)
    found = _kept(edition, identifier)
    return _file(request, edition, found, f"releases/{found.id}/", path, _IMMUTABLE)


def _kept(edition: Edition, identifier: str) -> Release:
    """A release by id. Raises Problem 410 for one that was published and pruned, 404 for one that never was."""
    if identifier == edition.release.id:
        return edition.release
    folder = edition.release.path.parent
    found = open_kept(folder, identifier)
    if found is not None:
        return found
    if identifier in published(folder):
        raise Problem(
            410,
            "release-pruned",
            {
                "es": f"La versión {identifier} se publicó, pero ya no se conserva.",
                "en": f"Release {identifier} was published but is no longer kept.",
            },
        )
    raise not_found(edition.links.path(f"releases/{identifier}/"))


def _folder(request: Request, edition: Edition, release: Release, path: str, fresh: str) -> Response:
    files = _files(release)
    listing = {
        "release": release.id,
        "files": [
            {"href": edition.links.path(path + file.path), "bytes": file.bytes, "sha256": file.sha256, "type": file.media_type}
            for file in files
        ],
    }
    return _negotiated(request, edition, release, listing, lambda view: files_page(view, release, files, path), fresh)


def _negotiated(
    request: Request,
    edition: Edition,
    release: Release,
    listing: dict[str, Any],
    page: Callable[[View], str],
    fresh: str,
) -> Response:
    """A list of files as a page, as JSON, or as the catalogue that describes them."""
    chosen = choose(request.headers.getlist("accept"), _FOLDER_OFFERS, "text/html")
    here = str(request.scope["path"])
    if chosen is None:
        raise not_acceptable([{"href": edition.links.path(here.lstrip("/")), "type": row} for row in _FOLDER_OFFERS])
    headers = {"Cache-Control": fresh, "Vary": "Accept, Accept-Language"}
    if chosen == "application/json":
        body = (json.dumps(listing, ensure_ascii=False, indent=1) + "\n").encode()
        return respond(request, Representation(body, chosen, headers))
    if chosen != "text/html":
        body = write(read_turtle(release.file("catalog.ttl")), by_media_type(GRAPH_FORMATS, chosen))
        return respond(request, Representation(body, chosen, headers))
    language, fixed = language_of(request)
    headers["Content-Language"] = language
    return respond(request, Representation(page(View(edition, language, fixed)).encode(), chosen, headers))


@lru_cache(maxsize=64)
def _own_files(path: Path) -> tuple[File, ...]:
    """The two files that the manifest cannot list: itself and the checksums."""
    found = []
    for name, media_type in ((MANIFEST, "application/json"), (CHECKSUMS, "text/plain")):
        content = (path / name).read_bytes()
        found.append(File(path=name, bytes=len(content), sha256=hashlib.sha256(content).hexdigest(), media_type=media_type))
    return tuple(found)


def _files(release: Release) -> list[File]:
    return [*release.manifest.files, *_own_files(release.path)]


def _file(request: Request, edition: Edition, release: Release, folder: str, path: str, fresh: str) -> Response:
    """One file of a release, `path` below `folder`. A client that takes gzip gets the packed form that lies beside it."""
    known = {file.path: file for file in _files(release)}
    plain = known.get(path)
    if plain is None:
        raise not_found(edition.links.path(str(request.scope["path"]).lstrip("/")))
    packed = known.get(f"{path}.gz")
    wants_range = request.method == "GET" and bool(_RANGE.match(request.headers.get("range", "")))
    coding = "identity"
    if packed is not None and not wants_range:  # parts are always of the plain bytes, whose length people know
        coding = choose_coding(request.headers.getlist("accept-encoding"), ("gzip",))
    sent = packed if coding == "gzip" and packed is not None else plain
    checksums = edition.links.absolute(f"{folder}{CHECKSUMS}")
    created = datetime.fromisoformat(release.manifest.created)
    headers = {
        RELEASE_HEADER.lower(): release.id,
        "etag": f'"{sent.sha256[:32]}"',
        "last-modified": format_datetime(created, usegmt=True),
        "cache-control": fresh,
        "accept-ranges": "bytes",
        "link": f'<{Links.header(edition.licence)}>; rel="license", <{Links.header(checksums)}>; rel="describedby"',
    }
    if packed is not None:
        headers["vary"] = with_vary(None, "Accept-Encoding")
    if has_changed(request.headers, headers["etag"], headers["last-modified"]):
        raise changed()
    if is_unmodified(request.headers, headers["etag"], headers["last-modified"]):
        return Response(status_code=304, headers=headers)
    if coding == "gzip":
        headers["content-encoding"] = "gzip"
    if wants_range:
        _check_range(request.headers["range"], sent.bytes)
    else:
        _drop_range(request)
    return FileResponse(release.file(sent.path), headers={**headers, "content-type": content_type(plain.media_type)})


def _check_range(value: str, size: int) -> None:
    """Raises Problem 416 when no part that is asked for exists."""
    for part in value.split("=", 1)[1].split(","):
        start, _, end = part.strip().partition("-")
        if start and int(start) < size and (not end or int(start) <= int(end)):
            return
        if not start and int(end) > 0:
            return
    raise Problem(
        416,
        "range-not-satisfiable",
        {"es": f"El archivo tiene {size} bytes.", "en": f"The file has {size} bytes."},
        headers={"Content-Range": f"bytes */{size}"},
    )


def _drop_range(request: Request) -> None:
    """Forget a Range that does not count: on HEAD, or one that cannot be read."""
    request.scope["headers"] = [(name, value) for name, value in request.scope["headers"] if name.lower() != b"range"]
