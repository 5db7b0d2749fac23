"""The data folder that a verb works on, its releases, and the address they are built for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from commitments.console import Exit, Session

if TYPE_CHECKING:
    from commitments.release import Release


def require_data(session: Session) -> None:
    if not_utf8(str(session.data)):
        raise session.failure(Exit.ENVIRONMENT, "name-not-utf8", name=session.data)
    if not session.data.is_dir():
        raise session.failure(Exit.ENVIRONMENT, "no-data", folder=str(session.data))


def release_of(session: Session, name: str | None) -> Release:
    """The release with this id or at this path; without a name the current one."""
    from commitments.release import RELEASES, current_release, open_release

    if name is not None and (Path(name).is_dir() or os.sep in name):
        return open_release(Path(name))
    require_data(session)
    releases = session.data / RELEASES
    if name is not None:
        if not (releases / name).is_dir():
            raise session.failure(Exit.ENVIRONMENT, "no-such-release", name=name, folder=str(releases))
        return open_release(releases / name)
    release = current_release(releases)
    if release is None:
        raise session.failure(Exit.ENVIRONMENT, "no-release", folder=str(session.data))
    return release


def default_base() -> str:
    port = os.environ.get("COMMITMENTS_PORT") or "8000"
    return os.environ.get("COMMITMENTS_BASE") or f"http://localhost:{port}/"


def not_utf8(name: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in name)
