"""Pages that list the files of a release, and the releases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from commitments.release import CHECKSUMS, File, Release
from sparql_api import i18n
from sparql_api.documents import View
from sparql_api.pages import crumb, home, render

_GROUPS = (
    ("files-graph", lambda path: path.startswith("commitments.")),
    ("files-tables", lambda path: path.startswith("tables/") and not path.startswith("tables/for-excel/")),
    ("files-for-excel", lambda path: path.startswith("tables/for-excel/")),
    ("files-graphs", lambda path: path.startswith("graphs/")),
    ("files-reports", lambda path: path.startswith("reports/")),
    ("files-identifiers", lambda path: path.startswith("identifiers/")),
    ("files-other", lambda path: True),
)


@dataclass(frozen=True)
class FileRow:
    """One file: name, address, readable size, SHA-256, media type."""

    path: str
    href: str
    size: str
    sha256: str
    media_type: str


def readable_size(count: int) -> str:
    """Bytes as a person reads them, in powers of 1024: `512 B`, `1.4 MiB`."""
    if count < 1024:
        return f"{count} B"
    size = float(count)
    for unit in ("KiB", "MiB", "GiB"):
        size /= 1024
        if size < 1024 or unit == "GiB":
            break
    return f"{size:.1f} {unit}"


def files_page(view: View, release: Release, files: Sequence[File], path: str) -> str:
    """HTML of `/dumps/` or `/releases/{id}/`: every file in groups, with size and checksum."""
    links = view.edition.links
    groups: dict[str, list[FileRow]] = {message: [] for message, _ in _GROUPS}
    for file in files:
        message = next(message for message, belongs in _GROUPS if belongs(file.path))
        href = links.path(path + file.path)
        groups[message].append(FileRow(file.path, href, readable_size(file.bytes), file.sha256, file.media_type))
    newest = path == "dumps/"
    title = i18n.text(view.language, "dumps-title") if newest else i18n.text(view.language, "release-title", id=release.id)
    return render(
        "files.html",
        view,
        path=path,
        stem="",
        title=title,
        crumbs=[home(view), crumb(view, title)],
        groups=[(i18n.text(view.language, message), rows) for message, rows in groups.items() if rows],
        shown=release,
        newest=newest,
        example=links.absolute(f"{path}commitments.ttl"),
        checksums=links.absolute(f"{path}{CHECKSUMS}"),
        immutable=links.path(f"releases/{release.id}/", lang=view.chosen),
    )


def releases_page(view: View, releases: Sequence[Release]) -> str:
    """HTML of `/releases/`, newest first."""
    title = i18n.text(view.language, "releases-title")
    return render(
        "releases.html",
        view,
        path="releases/",
        stem="",
        title=title,
        crumbs=[home(view), crumb(view, title)],
        releases=[(item, view.edition.links.path(f"releases/{item.id}/", lang=view.chosen)) for item in releases],
    )
