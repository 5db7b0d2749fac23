"""SPARQL from the shell, without HTTP: the same guard, the same limits, the same formats."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from typing import BinaryIO

from commitments.console import Exit, Failure
from commitments.messages import language_of
from commitments.release import Release
from sparql_api.engine import AnswerCut, Engine, EngineProblem, Limits
from sparql_api.engine.direct import DirectEngine
from sparql_api.engine.embedded import EmbeddedEngine
from sparql_api.federation.opening import open_federation
from sparql_api.formats import CONSTRUCT_FORMATS, RESULT_FORMATS, RESULTS_CSV, TURTLE, Format
from sparql_api.settings import Settings
from sparql_api.sparql.guard import GuardedQuery, QueryRefused, QuerySyntaxError, guard
from sparql_api.sparql.syntax_errors import from_engine


def run_query(
    release: Release, text: str, form: str | None, out: BinaryIO, *, settings: Settings | None = None
) -> None:
    """Run a query on a release and write the result to `out`.

    `form` is a format's name, suffix or media type; None gives CSV for SELECT and ASK, Turtle for graphs. Raises
    Failure: USAGE for a query or format that is not taken, LIMIT past time or memory, ENVIRONMENT when another service that
    SERVICE names gives no result, FAULT when the engine fails.
    """
    settings = settings or Settings()
    language = language_of()
    try:
        query = guard(text, f"{release.base}sparql", settings.caps, frozenset(settings.service_allow))
        chosen = _format(query, form, language)
        asyncio.run(_run(_engine(release), query, chosen, out, settings))
    except QuerySyntaxError as error:
        raise Failure(Exit.USAGE, [_syntax_line(error, language)]) from None
    except QueryRefused as error:
        place = f"{error.place[0]}:{error.place[1]}: " if error.place else ""
        raise Failure(Exit.USAGE, [place + error.detail[language]]) from None
    except EngineProblem as problem:
        raise _failure(problem, query, language) from None
    except AnswerCut:
        cut = {"es": "El resultado quedó cortado: se alcanzó un límite.", "en": "The result was cut: a limit was reached."}
        raise Failure(Exit.LIMIT, [cut[language]]) from None


def _syntax_line(error: QuerySyntaxError, language: str) -> str:
    hint = f" {error.hint[language]}" if error.hint else ""
    return f"{error.line}:{error.column}: {error.detail[language]}{hint}"


def _failure(problem: EngineProblem, query: GuardedQuery, language: str) -> Failure:
    if problem.slug == "query-syntax":
        return Failure(Exit.USAGE, [_syntax_line(from_engine(problem.message, query.stream), language)])
    codes = {400: Exit.USAGE, 406: Exit.USAGE, 502: Exit.ENVIRONMENT, 503: Exit.LIMIT, 504: Exit.LIMIT, 507: Exit.LIMIT}
    return Failure(codes.get(problem.status, Exit.FAULT), [problem.detail[language]])


def _format(query: GuardedQuery, form: str | None, language: str) -> Format:
    graph = query.form in ("CONSTRUCT", "DESCRIBE")
    rows = CONSTRUCT_FORMATS if graph else RESULT_FORMATS
    if form is None:
        return TURTLE if graph else RESULTS_CSV
    for row in rows:
        if form.lower() in (row.name, row.suffix, *row.media_types) or (form == "json" and "json" in row.name):
            return row
    names = ", ".join(row.suffix for row in rows)
    text = {
        "es": f"«{form}» no es un formato para {query.form}; hay: {names}.",
        "en": f"“{form}” is no format for {query.form}; there are: {names}.",
    }
    raise Failure(Exit.USAGE, [text[language]])


def _engine(release: Release) -> Engine:
    """On a system without fork the query runs in this process and without limits: the one who asks can stop it."""
    return DirectEngine(release) if sys.platform == "win32" else EmbeddedEngine(release)


def _limits(settings: Settings) -> Limits:
    """Those of the service, but all rows: a file has no header that could say that some are missing."""
    return replace(settings.limits, rows=None)


async def _run(engine: Engine, query: GuardedQuery, form: Format, out: BinaryIO, settings: Settings) -> None:
    await engine.start()
    try:
        federation = open_federation(settings) if query.services else None
        if federation:
            answer = await federation.answer(engine, query, None, form.media_type, _limits(settings))
        else:
            answer = await engine.answer(query, None, form.media_type, _limits(settings))
        async for chunk in answer.chunks:
            out.write(chunk)
        out.flush()
    finally:
        await engine.close()
