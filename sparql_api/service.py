"""The web service of one process: application, uvicorn, and the change to a newer release while all goes on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket

import uvicorn

from sparql_api.announcement import announcement
from sparql_api.app import create_app
from sparql_api.engine import AnswerCut, Engine
from sparql_api.engine.admission import Admission
from sparql_api.fast_queries import FastQueries
from sparql_api.http_protocol import protocol_for
from sparql_api.release_switch import ReleaseSwitch
from sparql_api.repeated import Repeated
from sparql_api.settings import Settings
from sparql_api.site import Site


async def run(
    settings: Settings, engine: Engine, starting: asyncio.Task[None], admission: Admission, sockets: list[socket.socket], language: str
) -> None:
    """Serve until SIGTERM or SIGINT. `starting` is the start of the engine. Raises EngineProblem when that fails."""
    logging.getLogger("uvicorn.error").addFilter(_without_traceback_of_cuts)
    app = create_app(settings, engine)
    site: Site = app.state.site
    reading = asyncio.create_task(asyncio.to_thread(site.current.read)) if site.current else None
    await starting
    if reading is not None:
        await reading

    def answered(answer: Repeated, received: int) -> bytes:
        return b""

    config = uvicorn.Config(
        app,
        http=protocol_for(lambda: site.current.repeated if site.current else None, answered, FastQueries(site, settings, answered).take),
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,  # no byte depends on what a proxy or a stranger says
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
    server = uvicorn.Server(config)
    switch = ReleaseSwitch(settings, site, engine, admission)
    watching = asyncio.create_task(switch.watch())
    announcing = asyncio.create_task(_announce(server, settings, engine, language))
    try:
        await server.serve(sockets=sockets)
    finally:
        for task in (watching, announcing):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await switch.close()


async def _announce(server: uvicorn.Server, settings: Settings, engine: Engine, language: str) -> None:
    while not server.started:
        await asyncio.sleep(0.02)
    print(announcement(settings, engine, language), flush=True)


def _without_traceback_of_cuts(record: logging.LogRecord) -> bool:
    """A cut answer is no fault of ours: one line instead of a traceback."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, AnswerCut):
        record.msg, record.args, record.exc_info = "answer cut: %s", (str(error),), None
    return True
