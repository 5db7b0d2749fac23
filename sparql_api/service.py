"""The web service of one process: application, uvicorn, and the change to a newer release while all goes on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import time
from types import FrameType

import uvicorn

from sparql_api.announcement import announcement
from sparql_api.app import create_app
from sparql_api.engine import AnswerCut, Engine
from sparql_api.engine.admission import Admission
from sparql_api.engine.embedded import EmbeddedEngine
from sparql_api.fast_queries import FastQueries
from sparql_api.http_protocol import protocol_for
from sparql_api.observation.lines import LineHandler, LineWriter, OneMessage
from sparql_api.observation.readiness import Readiness
from sparql_api.observation.requests import LogLine
from sparql_api.observation.state import Observation
from sparql_api.release_switch import ReleaseSwitch
from sparql_api.repeated import RepeatedRequests
from sparql_api.settings import Settings
from sparql_api.site import Site


async def run(
    settings: Settings, engine: Engine, starting: asyncio.Task[None], admission: Admission, sockets: list[socket.socket], language: str
) -> None:
    """Serve until SIGTERM or SIGINT. `starting` is the start of the engine. Raises EngineProblem when that fails."""
    writer = LineWriter()
    _log_through(writer)
    line = LogLine(queries=settings.log_queries, clients=settings.log_clients) if settings.access_log else None
    observation = Observation(line, writer)
    try:
        await _run(settings, engine, starting, admission, sockets, language, observation)
    finally:
        observation.close()


async def _run(
    settings: Settings, engine: Engine, starting: asyncio.Task[None], admission: Admission, sockets: list[socket.socket], language: str,
    observation: Observation,
) -> None:  # fmt: skip
    if isinstance(engine, EmbeddedEngine):
        engine.on_worker_ended = observation.worker_ended
    app = create_app(settings, engine, observation)
    site: Site = app.state.site
    reading = asyncio.create_task(asyncio.to_thread(site.current.read)) if site.current else None
    await starting
    if reading is not None:
        await reading

    lane = FastQueries(site, settings, observation)

    def repeated() -> RepeatedRequests | None:
        return site.current.repeated if site.current and not observation.stopping else None

    config = uvicorn.Config(
        app,
        http=protocol_for(repeated, observation.repeated, lane.take, observation.refused),
        log_config=None,
        log_level="warning",
        access_log=False,  # ours is structured: `observation`
        proxy_headers=False,  # no byte depends on what a proxy or a stranger says
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
    server = DrainingServer(config, observation, app.state.readiness, settings.drain_seconds)
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


class DrainingServer(uvicorn.Server):
    """uvicorn's server with an orderly end. At SIGTERM readiness says 503 at once; when a balancer watches it, requests
    are taken for `drain_seconds` more, so that none is lost before the balancer has noticed. A second signal ends it now."""

    def __init__(self, config: uvicorn.Config, observation: Observation, readiness: Readiness, drain_seconds: float) -> None:
        super().__init__(config)
        self._observation = observation
        self._readiness = readiness
        self._drain_seconds = drain_seconds
        self._drained_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called by Python between two instructions of the main thread, so it only sets values."""
        first, self._observation.stopping = not self._observation.stopping, True
        if sig == signal.SIGINT:
            super().handle_exit(sig, frame)  # whoever types Ctrl-C waits for nobody
        elif first and self._drain_seconds and self._readiness.is_watched():
            self._drained_at = time.monotonic() + self._drain_seconds
        else:
            self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        if self._drained_at is not None and time.monotonic() >= self._drained_at:
            self.should_exit = True
        return await super().on_tick(counter)


def _log_through(writer: LineWriter) -> None:
    """From now on what the program logs takes the same way as the lines of requests: it holds up nobody."""
    handler = LineHandler(writer)
    handler.setFormatter(OneMessage("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("uvicorn.error").addFilter(_without_traceback_of_cuts)


def _without_traceback_of_cuts(record: logging.LogRecord) -> bool:
    """A cut answer is no fault of ours: one line instead of a traceback."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, AnswerCut):
        record.msg, record.args, record.exc_info = "answer cut: %s", (str(error),), None
    return True
