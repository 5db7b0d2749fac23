"""`commitments serve`: sockets, engine, web server, and the change to a newer release while all goes on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import sys
from urllib.parse import urlsplit

import uvicorn

from commitments.console import Exit, Failure
from commitments.messages import language_of
from commitments.release import Release, ReleaseError, current_release
from sparql_api.app import create_app
from sparql_api.engine import AnswerCut, Engine, EngineProblem
from sparql_api.engine.admission import Admission
from sparql_api.engine.factory import make_engine
from sparql_api.fast_queries import FastQueries
from sparql_api.http_protocol import protocol_for
from sparql_api.ports import CannotListen, PortTaken, open_sockets
from sparql_api.release_switch import ReleaseSwitch
from sparql_api.repeated import Repeated
from sparql_api.settings import Settings, only_this_machine
from sparql_api.site import Site

log = logging.getLogger(__name__)

TEXTS = {
    "windows": {
        "es": "El servicio no funciona en Windows; ejecútelo en WSL (https://learn.microsoft.com/windows/wsl/).",
        "en": "The service does not run on Windows; run it in WSL (https://learn.microsoft.com/windows/wsl/).",
    },
    "macos": {
        "es": "macOS no impone el límite de memoria por consulta (RLIMIT_AS) ni termina el motor si este proceso muere de golpe; sí el de tiempo.",
        "en": "macOS enforces neither the memory limit per query (RLIMIT_AS) nor the end of the engine when this process is killed; it does enforce the time limit.",
    },
    "no-release": {
        "es": "No hay ninguna versión publicada en {folder}: ejecute «commitments build».",
        "en": "No release has been published in {folder}: run “commitments build”.",
    },
    "port-taken": {
        "es": "El puerto {port} de {host} está ocupado por {holder}. Elija otro con --port o COMMITMENTS_PORT.",
        "en": "Port {port} of {host} is taken by {holder}. Choose another with --port or COMMITMENTS_PORT.",
    },
    "someone": {"es": "otro programa", "en": "another program"},
    "cannot-listen": {"es": "No se puede escuchar en {reason}", "en": "Cannot listen on {reason}"},
    "cannot-load": {
        "es": "El motor no pudo cargar la versión {release}; vea el mensaje anterior.",
        "en": "The engine could not load release {release}; see the message before this one.",
    },
    "limits": {
        "es": "Límites por consulta: {seconds:g} s, {memory} MiB; a la vez {places}, de ellas largas {slow}.",
        "en": "Limits per query: {seconds:g} s, {memory} MiB; {places} at once, {slow} of them long ones.",
    },
    "open": {
        "es": "Versión {release} ({triples} tripletas). Abra {address}",
        "en": "Release {release} ({triples} triples). Open {address}",
    },
    "wide": {
        "es": "Este servicio es accesible desde otras máquinas ({hosts}).",
        "en": "This service is reachable from other machines ({hosts}).",
    },
}  # fmt: skip


def serve(settings: Settings) -> None:
    """Serve the current release until SIGTERM or SIGINT; requests under way may finish.

    Raises Failure ENVIRONMENT when there is no release, the port is taken, or the system cannot run the engine.
    """
    language = language_of()

    def failure(key: str, **values: object) -> Failure:
        return Failure(Exit.ENVIRONMENT, [TEXTS[key][language].format(**values)])

    if sys.platform == "win32":
        raise failure("windows")
    try:
        release = current_release(settings.releases)
    except ReleaseError as error:
        raise Failure(Exit.ENVIRONMENT, [str(error)]) from None
    if release is None:
        raise failure("no-release", folder=settings.releases)
    try:
        sockets = open_sockets(settings.hosts, settings.port)
    except PortTaken as taken:
        holder = taken.holder or TEXTS["someone"][language]
        raise failure("port-taken", host=taken.host, port=taken.port, holder=holder) from None
    except CannotListen as error:
        raise failure("cannot-listen", reason=error) from None
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("uvicorn.error").addFilter(_without_traceback_of_cuts)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        try:
            runner.run(_serve(settings, release, sockets, language))
        except EngineProblem:
            raise failure("cannot-load", release=release.id) from None


def _loop_factory():
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _serve(settings: Settings, release: Release, sockets: list[socket.socket], language: str) -> None:
    admission = Admission(settings.places)
    engine = make_engine(release, settings, admission)
    await engine.start()
    app = create_app(settings, engine)
    site: Site = app.state.site

    def answered(answer: Repeated, received: int) -> bytes:
        return b""

    config = uvicorn.Config(
        app,
        http=protocol_for(lambda: site.current.repeated if site.current else None, answered, FastQueries(site, settings, answered).take),
        log_config=None,
        log_level="warning",
        access_log=settings.access_log,
        proxy_headers=False,  # no byte depends on what a proxy or a stranger says
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
    server = uvicorn.Server(config)
    switch = ReleaseSwitch(settings, app.state.site, engine, admission)
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
    """Say where to look once requests are taken; the address comes last."""
    while not server.started:
        await asyncio.sleep(0.02)
    path = urlsplit(engine.release.base).path or "/"
    host = "localhost" if only_this_machine(settings.hosts) else settings.hosts[0]
    lines = []
    if sys.platform == "darwin":
        lines.append(TEXTS["macos"][language])
    if not only_this_machine(settings.hosts):
        lines.append(TEXTS["wide"][language].format(hosts=", ".join(settings.hosts)))
    places = settings.places
    lines.append(
        TEXTS["limits"][language].format(
            seconds=settings.query_seconds, memory=settings.query_memory, places=places.total, slow=places.slow
        )
    )
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}{path}"
    triples = engine.release.manifest.graphs.get("", 0)
    lines.append(TEXTS["open"][language].format(release=engine.release.id, triples=triples, address=address))
    print("\n".join(lines), flush=True)


def _without_traceback_of_cuts(record: logging.LogRecord) -> bool:
    """A cut answer is no fault of ours: one line instead of a traceback."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, AnswerCut):
        record.msg, record.args, record.exc_info = "answer cut: %s", (str(error),), None
    return True
