"""`commitments serve`."""

from __future__ import annotations

from typing import Any

import click

from commitments.console import Command, Option, Session
from commitments.verbs.options import shared


@click.command(cls=Command)
@click.option("--host", "hosts", metavar="ADDRESS", multiple=True, cls=Option)
@click.option("--port", metavar="N", type=click.IntRange(1, 65535), cls=Option)
@shared("data", "lang")
@click.pass_obj
def serve(session: Session, hosts: tuple[str, ...], port: int | None) -> None:
    """Serve until stopped."""
    from ingest.publication import recover
    from sparql_api.server import serve as run_server
    from sparql_api.settings import Settings

    given: dict[str, Any] = {"data": session.data}
    if hosts:
        given["hosts"] = hosts
    if port:
        given["port"] = port
    # A build that was killed between its last two steps is completed before its release is shown; where this user may not
    # write, the next build does it: what is served stands in the release.
    try:
        recover(session.data)
    except OSError as error:
        session.note(session.messages("serve-not-completed", problem=str(error)))
    run_server(Settings(**given))
