"""What the last build was made from, so that the next one need not repeat it."""

from __future__ import annotations

import json
from pathlib import Path

from commitments.release import RELEASES, Release, ReleaseError, current_release

LAST_BUILD = "last-build.json"


def unchanged(data_dir: Path, mark: str) -> Release | None:
    """The current release when the last build that led to it had the same fingerprint."""
    releases = data_dir / RELEASES
    try:
        remembered = json.loads((releases / LAST_BUILD).read_text(encoding="utf-8"))
        release = current_release(releases)
    except (OSError, ValueError, ReleaseError):
        return None
    if release is None or remembered != {"fingerprint": mark, "release": release.id}:
        return None
    return release


def remember(data_dir: Path, mark: str, release: Release) -> None:
    """Which inputs led to the current release: code may change without changing the content, and so the release."""
    path = data_dir / RELEASES / LAST_BUILD
    path.write_text(json.dumps({"fingerprint": mark, "release": release.id}), encoding="utf-8")
