"""`commitments push`."""

from __future__ import annotations

import dataclasses

import click

from commitments.console import Command, Exit, Option, Progress, Session
from commitments.verbs.data_folder import release_of
from commitments.verbs.options import shared

# What can go wrong with a push, by the name of its message.
PUSH_PROBLEMS = {
    "push-addresses": Exit.USAGE,
    "push-unreachable": Exit.ENVIRONMENT,
    "push-unauthorised": Exit.ENVIRONMENT,
    "push-refused": Exit.ENVIRONMENT,
    "push-count": Exit.ENVIRONMENT,
    "push-not-held": Exit.ENVIRONMENT,
}


@click.command(cls=Command)
@click.argument("endpoint", metavar="ENDPOINT")
@click.option("--graph-store", "graph_store", metavar="URL", cls=Option)
@click.option("--update", "update", metavar="URL", cls=Option)
@click.option("--user", "user", metavar="NAME", cls=Option)
@click.option("--release", "name", metavar="ID", cls=Option)
@shared("data", "quiet", "json", "lang")
@click.pass_obj
def push(session: Session, endpoint: str, graph_store: str | None, update: str | None, user: str | None, name: str | None) -> None:
    """Load a release into a remote SPARQL engine. The password comes from COMMITMENTS_ENGINE_PASSWORD only."""
    release = release_of(session, name)
    from sparql_api.engine.endpoint import Credentials
    from sparql_api.pushing import PushProblem, Target
    from sparql_api.pushing import push as run_push
    from sparql_api.settings import Settings

    settings = Settings()
    target = Target(endpoint, update, graph_store, Credentials.of(user or settings.engine_user, settings.engine_password))
    with Progress(session) as progress:
        try:
            outcome = run_push(release, target, progress)
        except PushProblem as problem:
            raise session.failure(PUSH_PROBLEMS[problem.code], problem.code, **problem.values) from None
    if outcome.new:
        session.say("push-done", release=release.id, endpoint=endpoint, triples=outcome.triples, graphs=len(outcome.graphs))
    else:
        session.say("push-unchanged", release=release.id, endpoint=endpoint)
    session.result({"endpoint": endpoint, "triples": outcome.triples, **dataclasses.asdict(outcome)})
