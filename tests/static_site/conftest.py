"""A static site of the sample release, the service it was made from, and nginx over it."""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import socket
import subprocess
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from commitments.release import PUBLICATION_LOG, Release
from sparql_api.static_site.asking import Answered
from sparql_api.static_site.folder import write_site
from sparql_api.static_site.rendering import Renderer
from tests.conftest import needs_program
from tests.releases import make_release, sample_quads, version_quads

T = TypeVar("T")
START_SECONDS = 20
EARLIER = "2021-05-30-0000000e"
PRUNED_RUN = "deck_0000beef"

_NGINX = """
{user}
daemon off; worker_processes 1; pid {home}/nginx.pid; error_log stderr warn;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {home}/body; proxy_temp_path {home}/proxy; fastcgi_temp_path {home}/fastcgi;
  uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi;
  include "{site}/nginx/http.conf";
  server {{ listen 127.0.0.1:{port}; include "{site}/nginx/server.conf"; }}
}}
"""


class Served:
    """What `serve` answers, asked in this process."""

    def __init__(self, release: Release) -> None:
        self._loop = asyncio.Runner()
        self.renderer = Renderer(release, release.path.parent.parent)
        self.run(self.renderer.open())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run(work)

    def ask(self, target: str, *headers: tuple[str, str]) -> Answered:
        return self.run(self.renderer.ask(target, *headers))


@pytest.fixture(scope="session", params=["https://data.example.org/", "https://example.org/open/data/"], ids=["root", "path"])
def release(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The sample under a BASE without and with a path, beside it an earlier release that is kept, and the trace of one that was pruned."""
    folder = tmp_path_factory.mktemp("data") / "releases"
    make_release(folder, request.param, sample_quads(request.param) + version_quads(EARLIER, request.param), name=EARLIER)
    found = make_release(folder, request.param)
    pruned = {"event": "pruned", "release": "2021-05-29-0000000e", "base": request.param, "names": {"run": [PRUNED_RUN]}}
    with (folder / PUBLICATION_LOG).open("a", encoding="utf-8") as log:
        log.write(json.dumps(pruned) + "\n")
    return found


@pytest.fixture(scope="session")
def served(release: Release) -> Served:
    return Served(release)


@pytest.fixture(scope="session")
def site(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished folder."""
    target = tmp_path_factory.mktemp("sites") / "site"
    write_site(release, release.path.parent.parent, target)
    return target


@pytest.fixture(scope="session")
def nginx(site: Path, release: Release, served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of nginx over the site, asked below BASE."""
    program = needs_program("nginx", "nginx-light")
    home = tmp_path_factory.mktemp("nginx")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # A master that runs as root gives its workers away to another user, who could not read a private temporary folder.
    user = f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""
    configuration = home / "nginx.conf"
    configuration.write_text(_NGINX.format(user=user, home=home, site=site, port=port), encoding="utf-8")
    log = home / "log"
    with log.open("wb") as output:
        process = subprocess.Popen([program, "-p", str(home), "-c", str(configuration), "-e", "stderr"], stdout=output, stderr=output)
    address = f"http://127.0.0.1:{port}{served.renderer.edition.links.prefix}"
    try:
        with httpx.Client(base_url=address) as client:
            _wait(client, process, log)
            yield client
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


def _wait(client: httpx.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        assert process.poll() is None and time.monotonic() < deadline, log.read_text(errors="replace")
        try:
            client.get("robots.txt")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
