"""`commitments build --static DIR`: a release as a folder that any web server can publish, with rules for nginx beside it.

    DIR/public/   the site: one file per address and representation, `.gz` beside those worth packing, the files of the releases
    DIR/nginx/    `http.conf` and `server.conf` to include, and `example.conf`, a whole configuration
    DIR/site.json what it was made from

The same release gives the same bytes. The folder is made under another name and takes its place as a whole; one that was
not made here is never replaced.
"""

from __future__ import annotations

import asyncio
import glob
import json
import multiprocessing
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from commitments.release import Release, all_releases
from sparql_api.caching import WORTH_COMPRESSING, Representation
from sparql_api.processes import another_runs
from sparql_api.rendered import PageKey, RenderedWriter, rendered_file
from sparql_api.static_site.nginx import write_rules
from sparql_api.static_site.rendering import Rendered, Renderer

MARK = "site.json"
_REPORT_SECONDS = 0.2
# Called as `progress(answers so far)`.
Progress = Callable[[int], None]


class NotOurs(Exception):
    """The folder holds something that was not made here."""


@dataclass(frozen=True)
class Written:
    """What a finished site holds: number of answers, bytes of their bodies."""

    answers: int
    bytes: int


def write_site(release: Release, data: Path, target: Path, progress: Progress = lambda done: None) -> Written:
    """Render the release into `target`, and keep its pages for `serve` below the data folder.

    Raises NotOurs when `target` holds anything else, WrongAnswer when an address is not answered as it should be, OSError
    when the disk is full; `target` is then as it was.
    """
    target = target.absolute()
    if target.exists() and any(target.iterdir()) and not (target / MARK).is_file():
        raise NotOurs(str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        written = _write(release, data, unfinished, target, progress)
        _take_place(unfinished, target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return written


def _sweep(target: Path) -> None:
    """Take away what runs that were killed left beside the target; a site that was being replaced comes back."""
    for path in sorted(target.parent.glob(f".{glob.escape(target.name)}.*")):
        left = re.fullmatch(r"\.(\d+)(\.former)?", path.name.removeprefix(f".{target.name}"))
        if left is None or another_runs(int(left[1])):
            continue
        if left[2] and not target.exists():
            path.rename(target)
        else:
            shutil.rmtree(path, ignore_errors=True)


def _take_place(unfinished: Path, target: Path) -> None:
    """Two renames: between them, for an instant, there is no site. Where the second fails, the former one comes back."""
    former = target.with_name(f".{target.name}.{os.getpid()}.former")
    try:
        if target.exists():
            target.rename(former)
        unfinished.rename(target)
    except BaseException:
        if former.exists() and not target.exists():
            former.rename(target)
        raise
    shutil.rmtree(former, ignore_errors=True)


def _write(release: Release, data: Path, folder: Path, target: Path, progress: Progress) -> Written:
    public = folder / "public"
    public.mkdir(parents=True)
    renderer = Renderer(release, data)
    try:
        asyncio.run(renderer.open())
        pages = _render(renderer, public, progress)
        _keep_for_serve(release, public, pages)
        _copy_releases(release, public)
        asyncio.run(write_rules(renderer, folder / "nginx", target / "public"))
    finally:
        asyncio.run(renderer.close())
    about = {"release": release.id, "base": release.base, "answers": len(pages)}
    (folder / MARK).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    return Written(len(pages), sum((public / file).stat().st_size for file, _ in pages))


# --- rendering, in as many processes as there are cores

Page = tuple[str, PageKey | None]


def _render(renderer: Renderer, public: Path, progress: Progress) -> list[Page]:
    """Write every answer below `public`; the store is shared with the processes that are forked for it."""
    if sys.platform != "linux":
        return asyncio.run(_render_part(renderer, public, (0, 1), progress))
    parts = os.cpu_count() or 1
    fork = multiprocessing.get_context("fork")
    done = fork.Array("Q", parts, lock=False)
    with fork.Pool(parts, _begin, (renderer, public, done)) as pool:
        work = pool.map_async(_forked, [(part, parts) for part in range(parts)], chunksize=1)
        while not work.ready():
            work.wait(_REPORT_SECONDS)
            progress(sum(done))
        return sorted((page for pages in work.get() for page in pages), key=lambda page: page[0])


_shared: tuple[Renderer, Path, object]


def _begin(*shared: object) -> None:
    global _shared
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that forked this one, and ends it
    _shared = shared  # type: ignore[assignment]


def _forked(part: tuple[int, int]) -> list[Page]:
    renderer, public, done = _shared
    parent = os.getppid()

    def progress(count: int) -> None:
        if os.getppid() != parent:  # killed: nobody waits for the rest
            os._exit(1)
        done[part[0]] = count  # type: ignore[index]

    return asyncio.run(_render_part(renderer, public, part, progress))


async def _render_part(renderer: Renderer, public: Path, part: tuple[int, int], progress: Progress) -> list[Page]:
    created = datetime.fromisoformat(renderer.edition.release.manifest.created).timestamp()
    pages: list[Page] = []
    async for rendered in renderer.render(part):
        _write_answer(public, rendered, created)
        pages.append((rendered.address.file, rendered.address.page))
        progress(len(pages))
    return sorted(pages, key=lambda page: page[0])


def _write_answer(public: Path, rendered: Rendered, created: float) -> None:
    """The body and, where it pays, the packed form that `serve` would send.

    Web servers make ETags of time and size, so the files that one address may answer with differ in their time.
    """
    path = public / rendered.address.file
    if not path.resolve().is_relative_to(public.resolve()):
        raise ValueError(f"an address leads out of the site: {rendered.address.file!r}")
    path.parent.mkdir(parents=True, exist_ok=True)
    body = rendered.answer.body
    files = [(path, body)]
    if len(body) >= WORTH_COMPRESSING:
        files.append((path.with_name(f"{path.name}.gz"), Representation(body, "").form("gzip")[0]))
    for file, content in files:
        file.write_bytes(content)
        os.utime(file, (created + rendered.address.variant,) * 2)


def _keep_for_serve(release: Release, public: Path, pages: list[Page]) -> None:
    """The same pages in the one file that `serve` looks into."""
    writer = RenderedWriter(rendered_file(release))
    try:
        for file, key in pages:
            if key is not None:
                writer.add(key, (public / file).read_bytes())
        writer.finish()
    except BaseException:
        writer.abandon()
        raise


def _copy_releases(release: Release, public: Path) -> None:
    """The files of every kept release under `releases/{id}/`, and those of this one under `dumps/` as well."""
    for kept in all_releases(release.path.parent):
        created = datetime.fromisoformat(kept.manifest.created).timestamp()
        folder = public / "releases" / kept.id
        shutil.copytree(kept.path, folder, dirs_exist_ok=True)
        for path in sorted(kept.path.rglob("*")):
            if not path.is_file():
                continue
            file = folder / path.relative_to(kept.path)
            os.utime(file, (created, created))
            if kept.id == release.id:
                _link(file, public / "dumps" / path.relative_to(kept.path))


def _link(source: Path, target: Path) -> None:
    """The same file under a second name, or a copy where the system has no hard links."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):
        os.link(source, target)
        return
    shutil.copy2(source, target)
