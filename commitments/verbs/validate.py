"""`commitments validate`."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import click

from commitments.console import Command, Exit, Failure, Option, Session
from commitments.plain import plain
from commitments.verbs.data_folder import default_base, require_data
from commitments.verbs.inputs import remember_typed
from commitments.verbs.options import OTHER_COLUMNS, accepts, shared


@click.command(cls=Command)
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
        report = _report_on_tables(session, path, accept=accepts(other_columns))
    else:
        report = _report_on_graph(path, profile)
    texts = {"text": lambda: report.to_text(session.messages.language), "json": report.to_json, "turtle": lambda: report.to_turtle(default_base())}
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
    require_data(session)
    if not path.is_dir() and not (folder / CONTRACT_FILE).exists():
        inputs = [path]  # an export by itself
    if _belongs_to(data.resolve(), path.resolve(), folder):
        inputs = []
    editions = [Edition(path) for path in inputs]
    remember_typed(session, editions)
    found = examine(data, base=default_base(), inputs=editions, accept=accept)
    shown = ""
    if found.quality:
        # What became of the cells of exports; of one alone its own report, which says nothing of the other sources.
        session.note(found.quality.to_text(session.messages.language, found.accounting.as_rows()).decode().rstrip())
        if inputs == [path] and len(found.quality.keys()) == 1:
            shown = found.quality.keys()[0]
    whole = found.reports.pop(shown)
    results = [*whole.results, *(result for report in found.reports.values() for result in report.violations)]
    return dataclasses.replace(whole, results=results)
