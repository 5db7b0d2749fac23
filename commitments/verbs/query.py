"""`commitments query`."""

from __future__ import annotations

import sys
from typing import Any

import click

from commitments.console import Command, Exit, Option, Session
from commitments.verbs.data_folder import release_of
from commitments.verbs.options import shared


@click.command(cls=Command)
@click.argument("text", required=False)
@click.option("--file", "-f", "file", type=click.File(encoding="utf-8"), cls=Option)
@click.option("--release", "name", metavar="ID", cls=Option)
@click.option("--format", "form", metavar="NAME", cls=Option)
@shared("data", "json", "lang")
@click.pass_obj
def query(session: Session, text: str | None, file: Any, name: str | None, form: str | None) -> None:
    """Write the result of a SPARQL query to standard output, as bytes."""
    if (text is None) == (file is None):
        raise session.failure(Exit.USAGE, "query-text-or-file")
    release = release_of(session, name)
    from sparql_api.query import run_query

    try:
        asked = file.read() if file else text
    except UnicodeDecodeError as error:
        raise session.failure(Exit.USAGE, "not-utf8", position=error.start) from None
    run_query(release, asked, "json" if session.as_json else form, sys.stdout.buffer)
