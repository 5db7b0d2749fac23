"""`commitments diff`."""

from __future__ import annotations

import click

from commitments.console import Command, Session
from commitments.verbs.data_folder import release_of
from commitments.verbs.options import shared


@click.command(cls=Command)
@click.argument("old")
@click.argument("new")
@shared("data", "json", "lang")
@click.pass_obj
def diff(session: Session, old: str, new: str) -> None:
    """List the resources that differ between two releases."""
    from commitments.difference import compare

    difference = compare(release_of(session, old), release_of(session, new))
    if session.as_json:
        changed, restated = (
            {iri: {"added": added, "removed": removed} for iri, (added, removed) in found.items()} for found in (difference.changed, difference.restated)
        )
        session.result({"added": difference.added, "removed": difference.removed, "changed": changed, "restated": restated})
        return
    for iri in difference.removed:
        click.echo(f"- {iri}")
    for iri, (added, removed) in difference.changed.items():
        click.echo(f"~ {iri} +{added} -{removed}")
    for iri in difference.added:
        click.echo(f"+ {iri}")
    counts = {"added": len(difference.added), "changed": len(difference.changed), "removed": len(difference.removed)}
    counts["restated"] = len(difference.restated)
    session.say("diff-summary", **counts)
