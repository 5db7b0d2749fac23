"""`commitments serve`: sockets and engine; the web service itself is `sparql_api.service`.

Only light modules are imported here: the engine's process loads the release while this one imports the rest.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import sys

from commitments.console import Exit, Failure
from commitments.messages import language_of
from commitments.release import Release, ReleaseError, current_release
from sparql_api.engine import EngineProblem
from sparql_api.engine.admission import Admission
from sparql_api.engine.factory import make_engine
from sparql_api.ports import CannotListen, PortTaken, open_sockets
from sparql_api.settings import Settings

DESCRIPTORS = 65_536  # that the service may hold, where the system allows it

TEXTS = {
    "windows": {
        "es": "El servicio no funciona en Windows; ejecútelo en WSL (https://learn.microsoft.com/windows/wsl/).",
        "en": "The service does not run on Windows; run it in WSL (https://learn.microsoft.com/windows/wsl/).",
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
    _allow_many_connections()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        try:
            runner.run(_serve(settings, release, sockets, language))
        except EngineProblem:
            raise failure("cannot-load", release=release.id) from None


def _allow_many_connections() -> None:
    """Each connection takes a descriptor, each query another; shells and service managers allow 1024 by default, and more on request."""
    import resource  # not on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _loop_factory():
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _serve(settings: Settings, release: Release, sockets: list[socket.socket], language: str) -> None:
    admission = Admission(settings.places)
    engine = make_engine(release, settings, admission)
    starting = asyncio.create_task(engine.start())
    try:
        await asyncio.sleep(0)  # now its process has been started
        from sparql_api.service import run  # takes about a second, in which the release is loaded

        await run(settings, engine, starting, admission, sockets, language)
    finally:
        starting.cancel()
        with contextlib.suppress(asyncio.CancelledError, EngineProblem):
            await starting
        await engine.close()
