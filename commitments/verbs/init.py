"""`commitments init`."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from commitments.console import Command, Exit, Session
from commitments.verbs.options import shared


@click.command(cls=Command)
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@shared("quiet", "json", "lang")
@click.pass_obj
def init(session: Session, folder: Path) -> None:
    """Write the starter data folder."""
    from ingest.starter import FolderNotEmpty, write_starter

    try:
        written = write_starter(folder)
    except FolderNotEmpty:
        raise session.failure(Exit.ENVIRONMENT, "init-not-empty", folder=str(folder)) from None
    session.say("init-done", folder=shlex.quote(str(folder)), files=len(written))
    session.result({"folder": str(folder), "files": [str(path) for path in written]})
