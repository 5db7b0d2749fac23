"""The folder that `commitments build --static` writes."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from commitments.release import Release
from sparql_api.rendered import PageKey, RenderedPages, RenderedWriter, rendered_file
from sparql_api.static_site.addresses import Address, addresses
from sparql_api.static_site.folder import MARK, NotOurs, write_site
from sparql_api.static_site.rendering import Renderer
from tests.static_site.conftest import Served


def listed(served: Served) -> list[Address]:
    async def collect() -> list[Address]:
        return [address async for address in addresses(served.renderer.edition)]

    return served.run(collect())


def test_every_file_is_what_serve_sends(site: Path, served: Served) -> None:
    found = listed(served)
    assert len({address.file for address in found}) == len(found), "two addresses share a file"
    for address in found:
        languages = [("Accept-Language", address.language)] if address.language else []
        answer = served.ask(address.target, ("Accept", address.accept), *languages)
        assert answer.status == address.status, address
        body = (site / "public" / address.file).read_bytes()
        assert body == answer.body, address
        packed = site / "public" / f"{address.file}.gz"
        assert not packed.exists() or gzip.decompress(packed.read_bytes()) == body, address


def test_nothing_that_pages_link_to_is_left_out(site: Path, served: Served) -> None:
    """Each address below BASE in a page is answered by a file, is a name of a thing, or needs a query."""
    prefix = served.renderer.edition.links.prefix
    known = {address.target for address in listed(served)}
    stems = {address.page.path for address in listed(served) if address.page} | known
    dead = set()
    for page in (site / "public").rglob("*.html.en"):
        for href in re.findall(r'href="([^"#]+)', page.read_text(encoding="utf-8")):
            if href.startswith(prefix):
                target = href.removeprefix(prefix).replace("&amp;", "&")
                whole = target.partition("?")[0]
                path = re.sub(r"\.(html|ttl|jsonld|rdf|nt)\Z", "", whole)
                if path.split("/")[0] not in ("id", "concept", "sparql") and not (site / "public" / whole).is_file() and not {target, path} & stems:
                    dead.add(target)
    # The sample's pages name terms and things that its small graphs do not hold: serve has none of them either.
    assert {target for target in dead if served.ask(target, ("Accept", "text/html")).status != 404} == set()


def test_links_that_keep_the_language_lead_to_files(site: Path, served: Served) -> None:
    """Pages whose address chose the language link to such addresses only, and each has its file or is a name."""
    prefix = served.renderer.edition.links.prefix
    known = {address.target for address in listed(served)}
    asked = set()
    for page in (path for path in (site / "public").rglob("*.html.lang-en*") if path.suffix != ".gz"):
        for href in re.findall(r'<a [^>]*?href="([^"#]+)', page.read_text(encoding="utf-8")):
            if href.startswith(prefix) and href.endswith("lang=en") and not re.match(r"(?:id|concept|sparql)\b", href.removeprefix(prefix)):
                asked.add(re.sub(r"\.html\?", "?", href.removeprefix(prefix).replace("&amp;", "&")))
    files = {target for target in asked if (site / "public" / target.partition("?")[0]).is_file()}
    dead = {target for target in asked - known - files if served.ask(target, ("Accept", "text/html")).status != 404}
    assert len(asked) > 20 and dead == set()
    name = served.ask("id/plan/MX-4?lang=en", ("Accept", "text/html"))
    assert name.headers["location"] == f"{prefix}doc/plan/MX-4?lang=en" and "doc/plan/MX-4?lang=en" in known


def test_same_release_same_bytes(site: Path, release: Release, tmp_path: Path) -> None:
    second = tmp_path / "second"
    write_site(release, release.path.parent.parent, second)

    def content(folder: Path) -> dict[str, tuple[str, float]]:
        files = (path for path in folder.rglob("*") if path.is_file())
        return {
            str(path.relative_to(folder)): (hashlib.sha256(path.read_bytes().replace(str(folder).encode(), b"")).hexdigest(),
                                            path.stat().st_mtime if "public" in path.parts else 0)
            for path in files
        }  # fmt: skip

    assert content(second) == content(site)


def test_files_of_one_address_differ_in_their_time(site: Path) -> None:
    """nginx and Apache make strong ETags of time and size: two bodies under one address must never share one."""
    pages = [site / "public" / f"index.{suffix}" for suffix in ("html", "html.en", "html.lang-es", "html.lang-en", "ttl", "jsonld", "rdf", "nt")]
    assert len({page.stat().st_mtime for page in pages}) == len(pages)


def test_a_folder_of_others_is_left_alone(release: Release, tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("mine")
    with pytest.raises(NotOurs):
        write_site(release, release.path.parent.parent, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["diary.txt"]


def test_a_failure_leaves_the_former_site(site: Path, release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = sorted(path.name for path in site.parent.iterdir())
    monkeypatch.setattr("sparql_api.static_site.folder._copy_releases", fail)
    with pytest.raises(OSError, match="No space"):
        write_site(release, release.path.parent.parent, site)
    assert sorted(path.name for path in site.parent.iterdir()) == before
    assert (site / "public" / "index.html").is_file()


def test_a_site_that_cannot_take_its_place_leaves_the_former(site: Path, release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    rename, closed = Path.rename, []

    def fail(path: Path, target: Path) -> Path:
        if target == site and not path.name.endswith(".former"):
            raise PermissionError(13, "Permission denied")
        return rename(path, target)

    async def close(_: Renderer) -> None:
        closed.append(True)

    before = sorted(path.name for path in site.parent.iterdir())
    monkeypatch.setattr(Path, "rename", fail)
    monkeypatch.setattr(Renderer, "close", close)
    with pytest.raises(PermissionError):
        write_site(release, release.path.parent.parent, site)
    assert sorted(path.name for path in site.parent.iterdir()) == before
    assert (site / "public" / "index.html").is_file() and closed == [True]


def test_the_renderer_is_closed_when_rendering_fails(release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    async def close(_: Renderer) -> None:
        closed.append(True)

    monkeypatch.setattr("sparql_api.static_site.folder._render", fail)
    monkeypatch.setattr(Renderer, "close", close)
    with pytest.raises(OSError, match="No space"):
        write_site(release, release.path.parent.parent, tmp_path / "site")
    assert closed == [True] and list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_swept(release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has ended leaves its folder; one that goes on, or a folder with another name, keeps it."""

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    target = tmp_path / "site"
    others = [f".site.{os.getppid()}", ".site.backup", f".sites.{ended.pid}"]
    for name in (f".site.{ended.pid}/public", f".site.{ended.pid}.former/public", *others):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / f".site.{ended.pid}.former" / MARK).write_text("{}")
    monkeypatch.setattr("sparql_api.static_site.folder._render", fail)
    with pytest.raises(OSError, match="No space"):
        write_site(release, release.path.parent.parent, target)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*others, "site"])
    assert (target / MARK).is_file()


def test_serve_finds_the_same_pages(site: Path, release: Release) -> None:
    pages = RenderedPages(rendered_file(release))
    found = pages.get(PageKey("doc/plan/MX-4", "ttl"))
    assert found is not None and found.body == (site / "public/doc/plan/MX-4.ttl").read_bytes()
    english = pages.get(PageKey("doc/plan/MX-4", "html", "en", fixed=True))
    assert english is not None and english.body == (site / "public/doc/plan/MX-4.html.lang-en").read_bytes()
    assert pages.get(PageKey("doc/plan/MX-99", "ttl")) is None


def test_pages_rendered_by_other_software_are_not_used(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = rendered_file(release)
    monkeypatch.setattr("sparql_api.rendered._software", lambda: "changed")
    assert rendered_file(release) != ours


def test_a_damaged_file_costs_nothing_but_time(tmp_path: Path) -> None:
    target = tmp_path / "pages.sqlite"
    writer = RenderedWriter(target)
    writer.add(PageKey("doc/plan/MX-4", "ttl"), b"<a> <b> <c> .\n")
    writer.finish()
    assert RenderedPages(target).get(PageKey("doc/plan/MX-4", "ttl")) is not None
    target.write_bytes(b"SQLite format 3\0" + b"\xff" * 200)
    assert RenderedPages(target).get(PageKey("doc/plan/MX-4", "ttl")) is None
