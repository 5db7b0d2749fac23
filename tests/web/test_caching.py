"""Validators: an ETag names the very bytes sent; 304 when the client holds them; files in parts."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
from pathlib import Path

import brotli
import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from sparql_api.caching import Representation, RepresentationCache, etag_of, respond, with_vary
from tests.releases import DEFAULT_BASE, make_release, sample_quads
from tests.web.conftest import Service

DOCUMENT = "/doc/commitment/MX-4-01"


def coded(service: Service, path: str, coding: str | None, **more: str) -> httpx.Response:
    headers = [(name.replace("_", "-"), value) for name, value in more.items()]
    return service.get(path, headers=headers + ([("Accept-Encoding", coding)] if coding else []))


def raw(answer: httpx.Response) -> bytes:
    """The bytes as sent. The client undoes the coding, so it is done again; ours is deterministic."""
    coding = answer.headers.get("content-encoding")
    if coding == "gzip":
        return gzip.compress(answer.content, compresslevel=6, mtime=0)
    return brotli.compress(answer.content, quality=5) if coding == "br" else answer.content


def test_validators_on_several_lines_are_one_list(service: Service) -> None:
    tag = service.get(DOCUMENT).headers["etag"]
    assert service.get(DOCUMENT, headers=[("If-None-Match", '"x"'), ("If-None-Match", tag)]).status_code == 304
    assert service.get(DOCUMENT, headers=[("If-None-Match", '"x"'), ("If-None-Match", '"y"')]).status_code == 200
    assert service.get(DOCUMENT, headers=[("If-Match", '"x"'), ("If-Match", tag)]).status_code == 200
    assert service.get(DOCUMENT, headers=[("If-Match", '"x"'), ("If-Match", '"y"')]).status_code == 412


@pytest.mark.parametrize("path", [DOCUMENT, f"{DOCUMENT}.ttl", f"{DOCUMENT}.jsonld", "/def", "/static/site.css", "/openapi.json"])
def test_each_coding_has_its_own_etag_of_the_bytes_sent(service: Service, path: str) -> None:
    answers = {coding: coded(service, path, coding) for coding in (None, "gzip", "br")}
    assert answers[None].content == answers["gzip"].content == answers["br"].content
    tags = [answer.headers["etag"] for answer in answers.values()]
    if len(answers[None].content) >= 512:
        assert len(set(tags)) == 3
    for answer in answers.values():
        assert answer.headers["etag"] == etag_of(raw(answer))
        assert not answer.headers["etag"].startswith("W/")
        assert int(answer.headers["content-length"]) == len(raw(answer))
        assert "accept-encoding" in answer.headers["vary"].lower()


@pytest.mark.parametrize("path", [DOCUMENT, f"{DOCUMENT}.nt", "/catalog", "/dumps/commitments.nt", "/sitemap.xml"])
def test_not_modified(service: Service, path: str) -> None:
    for coding in (None, "gzip"):
        first = coded(service, path, coding)
        etag = first.headers["etag"]
        for sent in (etag, f"W/{etag}", f'"x", {etag}', "*"):
            again = coded(service, path, coding, If_None_Match=sent)
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == etag
            assert again.headers.get("vary") == first.headers.get("vary")
            assert again.headers.get("cache-control") == first.headers.get("cache-control")
            assert "content-type" not in again.headers
        assert coded(service, path, coding, If_None_Match='"other"').status_code == 200
    identity, zipped = coded(service, path, None), coded(service, path, "gzip")
    if identity.headers["etag"] != zipped.headers["etag"]:
        assert coded(service, path, "gzip", If_None_Match=identity.headers["etag"]).status_code == 200


def test_not_modified_since(service: Service) -> None:
    modified = service.get(DOCUMENT).headers["last-modified"]
    assert modified == "Fri, 02 Jan 2026 03:04:05 GMT"
    assert coded(service, DOCUMENT, None, If_Modified_Since=modified).status_code == 304
    assert coded(service, DOCUMENT, None, If_Modified_Since="Thu, 01 Jan 2026 00:00:00 GMT").status_code == 200
    assert coded(service, DOCUMENT, None, If_Modified_Since="nonsense").status_code == 200
    assert coded(service, DOCUMENT, None, If_Modified_Since=modified, If_None_Match='"x"').status_code == 200


@pytest.mark.parametrize("path", [DOCUMENT, "/dumps/commitments.nt"])
def test_if_match(service: Service, path: str) -> None:
    etag = service.get(path).headers["etag"]
    assert coded(service, path, None, If_Match=etag).status_code == 200
    assert coded(service, path, None, If_Match="*").status_code == 200
    for other in ('"other"', f"W/{etag}"):
        refused = coded(service, path, None, If_Match=other)
        assert refused.status_code == 412 and refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", [DOCUMENT, f"{DOCUMENT}.ttl", "/dumps/commitments.nt", "/releases/{id}/commitments.ttl", "/sparql"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_if_unmodified_since(service: Service, path: str, method: str) -> None:
    path = path.format(id=service.release.id)
    whole = service.get(path)
    modified, before, long_ago = whole.headers["last-modified"], "Fri, 02 Jan 2026 03:04:04 GMT", "Sat, 01 Jan 2000 00:00:00 GMT"

    def status(**headers: str) -> int:
        return service.get(path, method=method, headers=[(name.replace("_", "-"), value) for name, value in headers.items()]).status_code

    assert status(If_Unmodified_Since=modified) == status(If_Unmodified_Since="Tue, 01 Jan 2030 00:00:00 GMT") == 200
    assert status(If_Unmodified_Since=before) == status(If_Unmodified_Since=long_ago) == 412
    assert status(If_Unmodified_Since="nonsense") == 200
    assert status(If_Unmodified_Since=long_ago, If_Match=whole.headers["etag"]) == 200
    assert status(If_Unmodified_Since=long_ago, If_Match="*") == 200
    assert status(If_Unmodified_Since=modified, If_Match='"other"') == 412
    assert status(If_Unmodified_Since=long_ago, If_None_Match=whole.headers["etag"]) == 412
    assert status(If_Unmodified_Since=modified, If_None_Match=whole.headers["etag"]) == 304
    assert status(If_Unmodified_Since=long_ago, Range="bytes=0-9") == 412


def test_only_what_says_when_it_changed_heeds_if_unmodified_since(service: Service) -> None:
    long_ago = [("If-Unmodified-Since", "Sat, 01 Jan 2000 00:00:00 GMT")]
    for path in ("/sparql?query=ASK%7B%7D", "/openapi.json", "/dumps/"):
        answer = service.get(path, headers=long_ago)
        assert answer.status_code == 200 and "last-modified" not in answer.headers
    assert service.get("/id/plan/MX-4", headers=long_ago).status_code == 303
    assert service.get("/id/org/mx-gone", headers=long_ago).status_code == 410
    assert service.get("/doc/plan/MX-99", headers=long_ago).status_code == 404
    assert "If-Unmodified-Since" in service.get(DOCUMENT, method="OPTIONS").headers["access-control-allow-headers"]


def test_representations_differ_by_language_and_format(service: Service) -> None:
    tags = {
        service.get(DOCUMENT, accept, headers=[("Accept-Language", language)]).headers["etag"]
        for accept in ("text/html", "text/turtle", "application/rdf+xml")
        for language in ("es", "en")
    }
    assert len(tags) == 4


def test_vary_names_only_what_matters(service: Service) -> None:
    def vary(path: str) -> str:
        return service.get(path).headers["vary"]

    assert vary(DOCUMENT) == "Accept, Accept-Language, Accept-Encoding"
    assert vary(f"{DOCUMENT}.ttl") == "Accept-Encoding"
    assert vary(f"{DOCUMENT}.html") == "Accept-Language, Accept-Encoding"
    assert vary(f"{DOCUMENT}.html?lang=en") == "Accept-Encoding"


def test_a_page_is_rendered_once(make_service) -> None:
    service = make_service()
    service.get(DOCUMENT)
    before = len(service.engine.queries)
    assert before > 0
    service.get(DOCUMENT)
    assert len(service.engine.queries) == before


def test_cache_is_bounded() -> None:
    cache = RepresentationCache(max_bytes=100_000)
    for number in range(200):
        cache.put(number, Representation(bytes(1000), "text/html"))
    assert 5 < len(cache) < 40
    assert cache.get(199) is not None and cache.get(0) is None
    cache.put("large", Representation(bytes(90_000), "text/html"))
    assert cache.get("large") is None


def held_representation(size: int = 1_000) -> Representation:
    return Representation(b"x" * size, "text/plain")


def test_what_was_asked_for_last_is_kept_longest() -> None:
    room = 3 * held_representation().weight()
    cache = RepresentationCache(max_bytes=3 * room, max_share=1)
    for key in ("a", "b", "c"):
        cache.put(key, held_representation())
    assert cache.get("a") is not None
    cache.put("d", held_representation())
    assert [key for key in "abcd" if cache.get(key) is not None] == ["a", "c", "d"]


def test_what_replaces_another_takes_its_room() -> None:
    room = 3 * held_representation().weight()
    cache = RepresentationCache(max_bytes=2 * room, max_share=1)
    cache.put("a", held_representation())
    for _ in range(5):
        cache.put("b", held_representation())
    assert cache.get("a") is not None and len(cache) == 2


def test_what_would_fill_the_cache_alone_is_not_kept() -> None:
    cache = RepresentationCache(max_bytes=100_000)
    cache.put("small", held_representation())
    cache.put("large", held_representation(10_000))
    assert cache.get("large") is None and cache.get("small") is not None


def answered(representation: Representation, status: int, **headers: str) -> Response:
    lines = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
    return respond(Request({"type": "http", "method": "GET", "path": "/", "headers": lines}), representation, status)


def test_a_304_repeats_only_what_says_something_of_what_is_kept() -> None:
    page = Representation(b"x" * 1_000, "text/plain", {"Content-Language": "es", "Link": "<a>; rel=b", "Cache-Control": "no-cache", "Vary": "Accept"})
    answer = answered(page, 200, If_None_Match=page.form("identity")[1])
    assert answer.status_code == 304 and answer.body == b""
    assert set(answer.headers) == {"etag", "vary", "link", "cache-control"}
    assert answer.headers["vary"] == "Accept, Accept-Encoding"


@pytest.mark.parametrize("name", ["If-None-Match", "If-Match"])
def test_conditions_are_about_a_200_alone(name: str) -> None:
    """A 404 or 410 with a body is no representation that a client could hold."""
    gone = Representation(b"gone", "text/plain")
    condition = {"If-None-Match": gone.form("identity")[1], "If-Match": '"another"'}[name]
    answer = answered(gone, 410, **{name: condition})
    assert answer.status_code == 410 and answer.body == b"gone"


def test_vary_is_not_repeated() -> None:
    assert with_vary("Accept, origin", "Origin", "Accept-Encoding") == "Accept, origin, Accept-Encoding"
    assert with_vary(None, "Accept") == "Accept"


# --- files


def test_every_file_of_the_release_is_served_with_its_checksum(service: Service) -> None:
    sums = dict(reversed(line.split("  ")) for line in service.get("/dumps/SHA256SUMS").text.splitlines())
    assert len(sums) == len(service.release.manifest.files)
    for file in service.release.manifest.files:
        for path in (f"/dumps/{file.path}", f"/releases/{service.release.id}/{file.path}"):
            answer = service.get(path)
            assert answer.status_code == 200
            assert hashlib.sha256(answer.content).hexdigest() == sums[file.path]
            assert answer.headers["etag"] == f'"{file.sha256[:32]}"'
            assert answer.headers["content-type"].split(";")[0] == file.media_type
            assert int(answer.headers["content-length"]) == file.bytes
            immutable = "immutable" in answer.headers["cache-control"]
            assert immutable == path.startswith("/releases/")
    listing = json.loads(service.get("/dumps/", accept="application/json").content)
    assert {file["sha256"] for file in listing["files"]} >= set(sums.values())
    for path in ("/dumps/", f"/releases/{service.release.id}/", "/releases/"):
        assert service.get(path, accept="text/turtle").content == service.get("/catalog.ttl").content
        assert service.get(path, accept="image/png").status_code == 406


def test_packed_form_is_sent_to_clients_that_take_it(service: Service) -> None:
    path = "/dumps/commitments.nt"
    plain, packed = coded(service, path, None), coded(service, path, "gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert packed.headers["content-type"] == plain.headers["content-type"] == "application/n-triples"
    assert packed.headers["etag"] != plain.headers["etag"]
    own = service.get(f"{path}.gz")
    assert own.headers["content-type"] == "application/gzip" and "content-encoding" not in own.headers
    assert own.headers["etag"] == packed.headers["etag"]
    assert "Accept-Encoding" in plain.headers["vary"]


@pytest.mark.parametrize(
    ("asked", "start", "stop"), [("bytes=0-9", 0, 10), ("bytes=10-", 10, None), ("bytes=-5", -5, None), ("bytes=5-5", 5, 6)]
)
def test_ranges(service: Service, asked: str, start: int, stop: int | None) -> None:
    whole = service.get("/dumps/commitments.nt")
    for coding in (None, "gzip"):
        part = coded(service, "/dumps/commitments.nt", coding, Range=asked)
        assert part.status_code == 206
        assert part.content == whole.content[start:stop]
        assert part.headers["etag"] == whole.headers["etag"]
        assert part.headers["content-range"].endswith(f"/{len(whole.content)}")


def test_if_range(service: Service) -> None:
    path, whole = "/dumps/commitments.nt", service.get("/dumps/commitments.nt")
    fresh = coded(service, path, None, Range="bytes=0-9", If_Range=whole.headers["etag"])
    assert fresh.status_code == 206
    stale = coded(service, path, None, Range="bytes=0-9", If_Range='"other"')
    assert (stale.status_code, stale.content) == (200, whole.content)
    date = coded(service, path, None, Range="bytes=0-9", If_Range=whole.headers["last-modified"])
    assert date.status_code == 206


@pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=-0"])
def test_unsatisfiable_range(service: Service, asked: str) -> None:
    answer = coded(service, "/dumps/commitments.nt", None, Range=asked)
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{service.release.file('commitments.nt').stat().st_size}"


@pytest.mark.parametrize("asked", ["bytes=x-y", "lines=0-9", "bytes", "bytes=", "0-9", "bytes=5"])
def test_unreadable_range_is_ignored(service: Service, asked: str) -> None:
    assert coded(service, "/dumps/commitments.nt", None, Range=asked).status_code == 200


def test_several_ranges_and_head(service: Service) -> None:
    parts = coded(service, "/dumps/commitments.nt", None, Range="bytes=0-1,10-11")
    assert parts.status_code == 206 and parts.headers["content-type"].startswith("multipart/byteranges")
    head = service.get("/dumps/commitments.nt", method="HEAD", headers=[("Range", "bytes=0-9")])
    assert head.status_code == 200 and int(head.headers["content-length"]) > 10


@pytest.mark.parametrize(
    "path",
    [
        "/dumps/../manifest.json", "/dumps/..%2f..%2fmanifest.json", "/dumps/%2e%2e/current/manifest.json", "/dumps//etc/passwd",
        "/dumps/graphs/../../publication-log.jsonl", "/releases/../secret", "/releases/current/manifest.json", "/dumps/commitments.nt/",
        "/releases/%2e%2e/publication-log.jsonl", "/static/..%2fapp.py", "/static/%2e%2e/site.py", "/dumps/graphs",
        "/releases/publication-log.jsonl/x", "/dumps/commitments.nt%00", "/graph/..%2f..%2fmanifest", "/graph/%2e%2e/x",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_the_release(service: Service, path: str) -> None:
    assert service.get(path).status_code == 404


def test_old_releases_stay_and_pruned_ones_are_gone(tmp_path) -> None:
    old = make_release(tmp_path, DEFAULT_BASE)
    extra = f'<{DEFAULT_BASE}id/org/mx-new> <http://www.w3.org/2000/01/rdf-schema#label> "Nueva" .\n'
    service = Service(make_release(tmp_path, DEFAULT_BASE, sample_quads() + extra))
    assert service.release.id != old.id
    assert service.get(f"/releases/{old.id}/commitments.nt").content == old.file("commitments.nt").read_bytes()
    assert service.get(f"/releases/{old.id}/commitments.nt").headers["commitments-release"] == old.id
    assert service.get("/dumps/commitments.nt").headers["commitments-release"] == service.release.id
    assert service.get("/dumps/commitments.nt").content != old.file("commitments.nt").read_bytes()
    assert service.get(f"/releases/{old.id}").headers["location"] == f"/releases/{old.id}/"
    kept = json.loads(service.get("/releases/", accept="application/json").content)
    assert {item["id"] for item in kept["releases"]} == {old.id, service.release.id}
    shutil.rmtree(old.path)
    gone = service.get(f"/releases/{old.id}/commitments.nt")
    assert gone.status_code == 410 and json.loads(gone.content)["type"].endswith("release-pruned")


def test_releases_are_listed_by_when_they_were_made(tmp_path: Path) -> None:
    """Ids begin with the date of the data, which several may share."""
    made = [
        make_release(tmp_path, DEFAULT_BASE, sample_quads() + f'<urn:a> <urn:b> "{number}" .\n', created=f"2026-01-0{number}T03:04:05Z") for number in (2, 3, 1)
    ]
    service = Service(made[0])
    listed = [item["id"] for item in json.loads(service.get("/releases/", accept="application/json").content)["releases"]]
    assert listed == [made[1].id, made[0].id, made[2].id]
    page = service.get("/releases/?lang=en", accept="text/html").text
    assert page.count("served now") == 1 and page.index(made[0].id) < page.index("served now") < page.index(made[2].id)


def test_the_recipe_of_each_folder_checks_its_own_files(service: Service, tmp_path: Path) -> None:
    for folder in ("dumps/", f"releases/{service.release.id}/"):
        page = service.get(f"/{folder}", accept="text/html").text
        recipe = page[page.index('id="check-title"') :]
        assert re.findall(r"-O (\S+)", recipe) == [f"{service.base}{folder}commitments.ttl", f"{service.base}{folder}SHA256SUMS"]
        link = service.get(f"/{folder}commitments.ttl").headers["link"]
        assert f'<{service.base}{folder}SHA256SUMS>; rel="describedby"' in link


def test_switch_of_releases(tmp_path) -> None:
    service = Service(make_release(tmp_path, DEFAULT_BASE))
    before = service.get("/doc/plan/MX-4.ttl")
    assert service.get("/id/org/mx-new").status_code == 404
    extra = f'<{DEFAULT_BASE}id/org/mx-new> <http://www.w3.org/2000/01/rdf-schema#label> "Nueva" .\n'
    newer = Service(make_release(tmp_path, DEFAULT_BASE, sample_quads() + extra))
    service.run(service.app.state.site.publish(newer.release, newer.engine))
    after = service.get("/doc/plan/MX-4.ttl")
    assert service.get("/id/org/mx-new").status_code == 303
    assert before.headers["commitments-release"] != after.headers["commitments-release"] == newer.release.id
    assert before.headers["etag"] != after.headers["etag"]  # the document names its release
