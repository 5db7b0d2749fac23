"""`commitments build`."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from commitments.console import Command, Counter, Exit, Failure, Option, Progress, Session
from commitments.verbs.data_folder import default_base, require_data
from commitments.verbs.inputs import as_typed, editions_of
from commitments.verbs.options import OTHER_COLUMNS, accepts, shared

# Where the cells of the tables can end (`ingest.accounting`), as the sentence about them names it.
ACCOUNT = ("rows", "cells", "mapped", "empty", "absence", "ignored", "derived", "quarantined")


@click.command(cls=Command)
@click.option("--base", metavar="URL", cls=Option)
@click.option("--input", "inputs", metavar="[EDITION=]PATH", multiple=True, cls=Option)
@click.option("--keep", metavar="N", type=click.IntRange(min=1), cls=Option)
@click.option("--force", is_flag=True, cls=Option)
@click.option("--withdraw", is_flag=True, cls=Option)
@click.option("--other-columns", "other_columns", type=click.Choice(OTHER_COLUMNS), cls=Option)
@click.option("--static", "static", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), cls=Option)
@shared("data", "quiet", "json", "lang")
@click.pass_obj
def build(
    session: Session, base: str | None, inputs: tuple[str, ...], keep: int | None, force: bool, withdraw: bool, other_columns: str | None, static: Path | None
) -> None:
    """Publish a release of the data folder, or say that the current one is up to date."""
    session.interrupted = _interrupted_build(session)
    editions = editions_of(session, inputs)
    from ingest.pipeline import build as run_build
    from ingest.validation import ShapeViolations

    require_data(session)
    base = _checked_base(session, base or default_base())
    _say_other_base(session, base)
    with Progress(session) as progress:
        try:
            outcome = run_build(
                session.data, base=base, inputs=editions, keep=keep, progress=progress, force=force, withdraw=withdraw,
                accept=accepts(other_columns),
            )  # fmt: skip
        except ShapeViolations as error:
            raise _violations(session, error.report) from None
    for note in outcome.notes:
        session.note(as_typed(session, note).message(session.messages.language))
    if outcome.new:
        _account(session, outcome.accounting, outcome.severities)
        _quarantined(session, outcome.quarantined)
        for change in outcome.editions:
            session.say("build-edition", **{name: value for name, value in change.items() if isinstance(value, (str, int))})
    if outcome.unapplied:
        session.say("build-unapplied", release=outcome.release_id, settings=", ".join(outcome.unapplied))
    session.say("build-published" if outcome.new else "build-switched" if outcome.switched else "build-unchanged", release=outcome.release_id, base=base)
    site = _write_static(session, outcome.path, static) if static is not None else {}
    session.result(
        {
            "release": outcome.release_id, "new": outcome.new, "switched": outcome.switched, "base": base, "path": str(outcome.path),
            "severities": outcome.severities, "accounting": outcome.accounting,
            "editions": outcome.editions, **site,
        }
    )  # fmt: skip


def _interrupted_build(session: Session) -> Callable[[], str]:
    """What to say when the build that follows is interrupted: whether the switch to a new release had happened. What was left to do after
    it is done."""
    from commitments.release import RELEASES, ReleaseError, current_release

    def current() -> str | None:
        try:
            release = current_release(session.data / RELEASES)
        except ReleaseError:
            return None
        return release.id if release is not None else None

    before = current()

    def said() -> str:
        now = current()
        if now is None or now == before:
            return session.messages("interrupted-nothing-published")
        from ingest.publication import recover

        with contextlib.suppress(Exception):  # then the next build or server does it
            recover(session.data)
        return session.messages("interrupted-published", release=now)

    return said


def _write_static(session: Session, release: Path, folder: Path) -> dict[str, Any]:
    """Render the release as a static site; what the result says of it."""
    from commitments.release import open_release
    from sparql_api.static_site.folder import NotOurs, write_site

    with Counter(session, "static-rendering") as counter:
        try:
            written = write_site(open_release(release), session.data, folder, counter)
        except NotOurs:
            raise session.failure(Exit.ENVIRONMENT, "static-not-ours", folder=str(folder)) from None
    session.say("static-done", folder=shlex.quote(str(folder)), answers=written.answers)
    return {"static": {"folder": str(folder), "answers": written.answers, "bytes": written.bytes}}


def _violations(session: Session, report: Any) -> Failure:
    """One line per violation: the resource, the property, the shape's message in the user's language."""
    language = session.messages.language
    lines = [f"{result.focus}: {result.path or ''}: {result.messages[language]} [{result.shape}]" for result in report.violations]
    return Failure(Exit.PROBLEMS, [*lines, session.messages("problems-total", count=len(lines))])


def _say_other_base(session: Session, base: str) -> None:
    from commitments.release import RELEASES, ReleaseError, current_release

    try:
        before = current_release(session.data / RELEASES)
    except ReleaseError:
        return  # the build that follows replaces it
    if before is not None and before.base != base:
        session.say("build-other-base", base=base, before=before.base)


def _checked_base(session: Session, base: str) -> str:
    from ingest.settings import normal_base

    try:
        return normal_base(base)
    except ValueError:
        raise session.failure(Exit.USAGE, "base-invalid", base=base) from None


def _account(session: Session, accounting: list[dict[str, Any]], severities: dict[str, int]) -> None:
    """Where every cell went, and what the shapes found."""
    total = next((row for row in accounting if row["source"] == "total"), None)
    if total is not None:
        session.say("build-accounting", tables=len(accounting) - 1, **{name: total[name] for name in ACCOUNT})
    found = {name.lower(): severities.get(name, 0) for name in ("Violation", "Warning", "Info")}
    session.say("build-severities", **found)


def _quarantined(session: Session, reasons: dict[str, int]) -> None:
    """Why cells were quarantined: the three most frequent reasons."""
    if not reasons:
        return
    from ingest.codes import name

    frequent = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    listed = [f"{name('quarantine', code, session.messages.language)} {cells}" for code, cells in frequent[:3]]
    session.say("build-quarantined", reasons=", ".join([*listed, *(["…"] if len(frequent) > 3 else [])]))
