"""Errors that a person can do something about, in words. Top module like `commitments.__main__`: it knows the errors of every package."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any

from commitments.console import Exit, Failure, Session
from commitments.plain import plain
from commitments.verbs.data_folder import not_utf8
from commitments.verbs.inputs import as_typed

if TYPE_CHECKING:
    from ingest.problems import Problem


def explained(error: Exception, session: Session) -> Failure | None:
    """An error that a person can do something about, in words; None for a fault of the program."""
    from pydantic import ValidationError

    from commitments.release import ReleaseError
    from ingest.apart import ProcessKilled
    from ingest.problems import SourceProblems
    from ingest.publication import BuildInProgress, RegistryConflict, SeveralValues

    if isinstance(error, Failure):
        return error
    if isinstance(error, SourceProblems):
        typed = [as_typed(session, problem) for problem in error]
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
    if isinstance(error, ValidationError) and error.title == "Settings":  # of the service; what else does not fit its model is a fault of ours
        return Failure(Exit.USAGE, [_setting(item, session) for item in error.errors()])
    if isinstance(error, ReleaseError):
        return Failure(Exit.ENVIRONMENT, [str(error)])
    if isinstance(error, ProcessKilled):
        return session.failure(Exit.ENVIRONMENT, "process-killed", function=error.function, signal=error.signal)
    if isinstance(error, UnicodeEncodeError) and not_utf8(str(error.object)[error.start : error.end]):
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
