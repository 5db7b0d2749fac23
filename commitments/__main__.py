"""The `commitments` command: one thin function per verb. The only module that may import everything of ours.

Each verb imports what it needs when it runs, so that `--help` and the quick verbs start at once.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import shlex
import signal
import sys
import traceback
from collections import Counter as Times
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commitments import __version__
from commitments.console import Counter, Exit, Failure, Group, Option, Progress, ReaderGone, Session, language_argument, usage_error
from commitments.messages import LANGUAGES, Messages, language_of
from commitments.plain import plain

if TYPE_CHECKING:
    from commitments.release import Release
    from ingest.exports import Edition
    from ingest.problems import Problem


# Where the cells of the tables can end (`ingest.accounting`), as the sentence about them names it.
ACCOUNT = ("rows", "cells", "mapped", "empty", "absence", "ignored", "derived", "quarantined")
# What becomes of an export whose columns are not exactly those of its layout, as `other_columns` of a contract says it.
OTHER_COLUMNS = ("stop", "accept")


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    if value:
        setattr(context.find_root().obj, str(parameter.name), value)


def shared(*names: str) -> Callable[[Any], Any]:
    """Options that mean the same for every verb; they set the session and may stand before or after the verb."""
    options = {
        "data": click.option("--data", metavar="DIR", type=click.Path(path_type=Path), cls=Option, expose_value=False, callback=_remember),
        "lang": click.option("--lang", type=click.Choice(LANGUAGES), cls=Option, expose_value=False),
        "quiet": click.option("--quiet", "-q", is_flag=True, cls=Option, expose_value=False, callback=_remember),
        "json": click.option("--json", "as_json", is_flag=True, cls=Option, expose_value=False, callback=_remember),
    }

    def decorate(function: Any) -> Any:
        for name in reversed(names):
            function = options[name](function)
        return function

    return decorate


@click.group("commitments", cls=Group)
@shared("data", "lang")
@click.version_option(__version__, "--version", prog_name="commitments", message="%(prog)s %(version)s", cls=Option)
def cli() -> None:
    """The options that may stand before the verb; they are read by their callbacks."""


@cli.command()
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
    editions = _editions(session, inputs)
    from ingest.pipeline import build as run_build
    from ingest.validation import ShapeViolations

    _require_data(session)
    base = _checked_base(session, base or _default_base())
    _say_other_base(session, base)
    with Progress(session) as progress:
        try:
            outcome = run_build(
                session.data, base=base, inputs=editions, keep=keep, progress=progress, force=force, withdraw=withdraw,
                accept=_accepts(other_columns),
            )  # fmt: skip
        except ShapeViolations as error:
            raise _violations(session, error.report) from None
    for note in outcome.notes:
        session.note(_as_typed(session, note).message(session.messages.language))
    if outcome.new:
        _account(session, outcome.accounting, outcome.severities)
        _quarantined(session, outcome.quarantined)
        for change in outcome.editions:
            session.say("build-edition", **{name: value for name, value in change.items() if isinstance(value, (str, int))})
    if outcome.unapplied:
        session.say("build-unapplied", release=outcome.release_id, settings=", ".join(outcome.unapplied))
    session.say("build-published" if outcome.new else "build-unchanged", release=outcome.release_id, base=base)
    site = _write_static(session, outcome.path, static) if static is not None else {}
    session.result(
        {
            "release": outcome.release_id, "new": outcome.new, "base": base, "path": str(outcome.path),
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


def _accepts(other_columns: str | None) -> bool | None:
    """Whether exports with other columns are read; None: as their contracts say."""
    return None if other_columns is None else other_columns == "accept"


def _editions(session: Session, inputs: tuple[str, ...]) -> list[Any]:
    from ingest.exports import Edition

    editions = [Edition.parse(text) for text in inputs]
    _remember_typed(session, editions)
    for text, edition in zip(inputs, editions, strict=True):
        name, equals, path = text.partition("=")
        if not edition.path.exists():
            if equals and name and "/" not in name and Path(path).exists():
                raise session.failure(Exit.USAGE, "input-name", path=text, name=name)
            raise session.failure(Exit.USAGE, "input-missing", path=text)
        if not (edition.path.is_dir() or edition.path.is_file()):
            raise session.failure(Exit.USAGE, "input-not-a-file", path=text)
        if _not_utf8(edition.path.name):
            raise session.failure(Exit.USAGE, "name-not-utf8", name=text)
    return editions


def _not_utf8(name: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in name)


def _remember_typed(session: Session, editions: Iterable[Edition]) -> None:
    """How the command line names the files of its inputs, by how a release does: there no path of this machine stands."""
    given = list(editions)
    times = Times(edition.shown for edition in given)
    session.typed = {plain(edition.shown): plain(str(edition.path)) for edition in given if times[edition.shown] == 1}


def _as_typed(session: Session, said: Any) -> Any:
    """A Problem or Note that names files of the command line as that does."""
    if not session.typed:
        return said
    inputs = re.compile(rf"(?<!\S)(?:{'|'.join(map(re.escape, session.typed))})(?![^\s:,;/])")  # a folder goes on with its file
    names = [field.name for field in dataclasses.fields(said) if field.name in ("file", "es", "en", "expected_es", "expected_en")]
    return dataclasses.replace(said, **{name: inputs.sub(lambda found: session.typed[found[0]], plain(getattr(said, name))) for name in names})


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


def _default_base() -> str:
    port = os.environ.get("COMMITMENTS_PORT") or "8000"
    return os.environ.get("COMMITMENTS_BASE") or f"http://localhost:{port}/"


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


@cli.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json", "turtle"]), default="text", cls=Option)
@click.option("--profile", type=click.Choice(["source", "consolidated", "catalog"]), default="source", cls=Option)
@click.option("--other-columns", "other_columns", type=click.Choice(OTHER_COLUMNS), cls=Option)
@shared("data", "quiet", "json", "lang")
@click.pass_obj
def validate(session: Session, path: Path, form: str, profile: Any, other_columns: str | None) -> None:
    """Report on an RDF file, or on the tables of a source or data folder."""
    from ingest.formats import is_table

    if path.is_dir() or is_table(path) or path.suffix.lower() in (".xls", ".ods", ".yml"):
        report = _report_on_tables(session, path, accept=_accepts(other_columns))
    else:
        report = _report_on_graph(path, profile)
    texts = {"text": lambda: report.to_text(session.messages.language), "json": report.to_json, "turtle": lambda: report.to_turtle(_default_base())}
    if not session.quiet:
        click.echo(texts["json" if session.as_json else form]().rstrip("\n"))
    if report.violations:
        raise Failure(Exit.PROBLEMS, [])


def _report_on_graph(path: Path, profile: Any) -> Any:
    from shapes import UnreadableRdf, load_rdf
    from shapes import validate as run_shapes

    try:
        return run_shapes(load_rdf(path), profile=profile)
    except UnreadableRdf as error:
        raise Failure(Exit.PROBLEMS, [plain(str(error))]) from None


def _belongs_to(data: Path, path: Path, folder: Path) -> bool:
    """Whether a build of the data folder reads the path anyway. An export that lies about elsewhere in it is an input like any other."""
    from ingest.formats import is_table

    if folder.parent == data / "sources" or folder in (data / "reference", data / "curated"):
        return True
    return folder.is_relative_to(data) and not path.is_dir() and not is_table(path)


def _report_on_tables(session: Session, path: Path, *, accept: bool | None) -> Any:
    """Everything a build checks, with the source at `path` included; `path` may also be a whole data folder.

    The results of the consolidated view, and the violations that only one source's own graph has.
    """
    from ingest.contract import CONTRACT_FILE
    from ingest.exports import Edition
    from ingest.pipeline import examine

    if not (path.is_dir() or path.is_file()):
        raise session.failure(Exit.USAGE, "input-not-a-file", path=str(path))
    folder = (path if path.is_dir() else path.parent).resolve()
    data, inputs = (folder, []) if (folder / "sources").is_dir() else (session.data, [folder])
    session.data = data
    _require_data(session)
    if not path.is_dir() and not (folder / CONTRACT_FILE).exists():
        inputs = [path]  # an export by itself
    if _belongs_to(data.resolve(), path.resolve(), folder):
        inputs = []
    editions = [Edition(path) for path in inputs]
    _remember_typed(session, editions)
    found = examine(data, base=_default_base(), inputs=editions, accept=accept)
    shown = ""
    if found.quality:
        # What became of the cells of exports; of one alone its own report, which says nothing of the other sources.
        session.note(found.quality.to_text(session.messages.language, found.accounting.as_rows()).decode().rstrip())
        if inputs == [path] and len(found.quality.keys()) == 1:
            shown = found.quality.keys()[0]
    whole = found.reports.pop(shown)
    results = [*whole.results, *(result for report in found.reports.values() for result in report.violations)]
    return dataclasses.replace(whole, results=results)


@cli.command()
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
    # A build that was killed between its last two steps is completed before its release is shown.
    recover(session.data)
    run_server(Settings(**given))


@cli.command()
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
    release = _release(session, name)
    from sparql_api.query import run_query

    try:
        asked = file.read() if file else text
    except UnicodeDecodeError as error:
        raise session.failure(Exit.USAGE, "not-utf8", position=error.start) from None
    run_query(release, asked, "json" if session.as_json else form, sys.stdout.buffer)


@cli.command()
@click.argument("old")
@click.argument("new")
@shared("data", "json", "lang")
@click.pass_obj
def diff(session: Session, old: str, new: str) -> None:
    """List the resources that differ between two releases."""
    from commitments.difference import compare

    difference = compare(_release(session, old), _release(session, new))
    if session.as_json:
        changed = {iri: {"added": added, "removed": removed} for iri, (added, removed) in difference.changed.items()}
        session.result({"added": difference.added, "removed": difference.removed, "changed": changed})
        return
    for iri in difference.removed:
        click.echo(f"- {iri}")
    for iri, (added, removed) in difference.changed.items():
        click.echo(f"~ {iri} +{added} -{removed}")
    for iri in difference.added:
        click.echo(f"+ {iri}")
    counts = {"added": len(difference.added), "changed": len(difference.changed), "removed": len(difference.removed)}
    session.say("diff-summary", **counts)


# What can go wrong with a push, by the name of its message.
PUSH_PROBLEMS = {
    "push-addresses": Exit.USAGE,
    "push-unreachable": Exit.ENVIRONMENT,
    "push-unauthorised": Exit.ENVIRONMENT,
    "push-refused": Exit.ENVIRONMENT,
    "push-count": Exit.ENVIRONMENT,
    "push-not-held": Exit.ENVIRONMENT,
}


@cli.command()
@click.argument("endpoint", metavar="ENDPOINT")
@click.option("--graph-store", "graph_store", metavar="URL", cls=Option)
@click.option("--update", "update", metavar="URL", cls=Option)
@click.option("--user", "user", metavar="NAME", cls=Option)
@click.option("--release", "name", metavar="ID", cls=Option)
@shared("data", "quiet", "json", "lang")
@click.pass_obj
def push(session: Session, endpoint: str, graph_store: str | None, update: str | None, user: str | None, name: str | None) -> None:
    """Load a release into a remote SPARQL engine. The password comes from COMMITMENTS_ENGINE_PASSWORD only."""
    release = _release(session, name)
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


@cli.command()
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


def _require_data(session: Session) -> None:
    if _not_utf8(str(session.data)):
        raise session.failure(Exit.ENVIRONMENT, "name-not-utf8", name=session.data)
    if not session.data.is_dir():
        raise session.failure(Exit.ENVIRONMENT, "no-data", folder=str(session.data))


def _release(session: Session, name: str | None) -> Release:
    """The release with this id or at this path; without a name the current one."""
    from commitments.release import RELEASES, current_release, open_release

    if name is not None and (Path(name).is_dir() or os.sep in name):
        return open_release(Path(name))
    _require_data(session)
    releases = session.data / RELEASES
    if name is not None:
        if not (releases / name).is_dir():
            raise session.failure(Exit.ENVIRONMENT, "no-such-release", name=name, folder=str(releases))
        return open_release(releases / name)
    release = current_release(releases)
    if release is None:
        raise session.failure(Exit.ENVIRONMENT, "no-release", folder=str(session.data))
    return release


def main(arguments: list[str] | None = None) -> None:
    """Entry point of the `commitments` command; ends the process with one of the codes of `Exit`."""
    given = sys.argv[1:] if arguments is None else arguments
    wanted = language_argument(given)
    if wanted:
        os.environ["COMMITMENTS_LANG"] = wanted  # for what is said below this module
    session = Session(Messages(language_of()))
    session.data = Path(os.environ.get("COMMITMENTS_DATA") or session.data)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a terminal that is not UTF-8
    sys.exit(_run(given, session))


def _run(arguments: list[str], session: Session) -> Exit:
    """One command line; what went wrong is said on standard error."""
    try:
        cli.main(arguments, prog_name="commitments", standalone_mode=False, obj=session)
        sys.stdout.flush()
        return Exit.DONE
    except click.exceptions.NoArgsIsHelpError as request:
        click.echo(request.ctx.get_help() if request.ctx else "")
        return Exit.USAGE
    except click.UsageError as error:
        click.echo(f"commitments: {usage_error(error, session.messages)}", err=True)
        click.echo(session.messages("usage-hint"), err=True)
        return Exit.USAGE
    except (click.Abort, KeyboardInterrupt):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # once is enough: what follows is short
        if session.interrupted is not None:
            click.echo(session.interrupted(), err=True)
        return Exit.INTERRUPTED
    except ReaderGone:
        # What is still buffered must not be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except Exception as error:
        failure = _explained(error, session)
        if failure is None:
            traceback.print_exc()
            click.echo(session.messages("program-fault"), err=True)
            return Exit.FAULT
        for line in failure.lines:
            click.echo(plain(line, keep="\n"), err=True)
        return failure.code


def _explained(error: Exception, session: Session) -> Failure | None:
    """An error that a person can do something about, in words; None for a fault of the program."""
    from pydantic import ValidationError

    from commitments.release import ReleaseError
    from ingest.apart import ProcessKilled
    from ingest.problems import SourceProblems
    from ingest.publication import BuildInProgress, RegistryConflict, SeveralValues

    if isinstance(error, Failure):
        return error
    if isinstance(error, SourceProblems):
        typed = [_as_typed(session, problem) for problem in error]
        lines = [problem.message(session.messages.language) for problem in typed]
        session.result({"problems": [_in_json(problem, other) for problem, other in zip(error, typed, strict=True)]})
        return Failure(Exit.PROBLEMS, [*lines, session.messages("problems-total", count=len(lines))])
    if isinstance(error, BuildInProgress):
        return session.failure(Exit.LOCKED, "build-locked", pid=error.holder.get("pid", "?"), start=error.holder.get("start", "?"))
    if isinstance(error, RegistryConflict):
        said = {"file": error.path, "count": len(error.events), "event": ",".join(error.events[0])}
        if error.published:
            return session.failure(Exit.PROBLEMS, "registry-conflict-published", release=error.published, **said)
        return session.failure(Exit.PROBLEMS, "registry-conflict", **said)
    if isinstance(error, SeveralValues):
        values = ", ".join(error.values)
        return session.failure(Exit.PROBLEMS, "several-values", table=error.table, key=error.key, column=error.column, count=len(error.values), values=values)
    if isinstance(error, ValidationError):
        return Failure(Exit.USAGE, [_setting(item, session) for item in error.errors()])
    if isinstance(error, ReleaseError):
        return Failure(Exit.ENVIRONMENT, [str(error)])
    if isinstance(error, ProcessKilled):
        return session.failure(Exit.ENVIRONMENT, "process-killed", function=error.function, signal=error.signal)
    if isinstance(error, UnicodeEncodeError) and _not_utf8(str(error.object)[error.start : error.end]):
        # Only names of files hold such characters: everything that is read is UTF-8.
        before, after = str(error.object)[: error.start], str(error.object)[error.start :]
        return session.failure(Exit.ENVIRONMENT, "name-not-utf8", name=re.split("[\0\n]", before)[-1] + re.split("[\0\n]", after)[0])
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return session.failure(Exit.ENVIRONMENT, "system-error", problem=f"{place}{error.strerror or error}")
    return None


def _in_json(problem: Problem, typed: Problem) -> dict[str, Any]:
    """A problem as an object; `input` is its file as the command line names it, where it does."""
    given = {"input": typed.file} if typed.file != problem.file else {}
    return {**dataclasses.asdict(problem), "file": plain(problem.file), **given}


def _setting(fault: Any, session: Session) -> str:
    name = f"COMMITMENTS_{'_'.join(map(str, fault['loc'])).upper()}"
    return session.messages("setting-invalid", name=name, found=fault["input"], detail=fault["msg"])


if __name__ == "__main__":
    main()
