"""The two bounds that our answers are held against: nginx with static files, and `oxigraph serve` in memory."""

from __future__ import annotations

import http.client
import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.machine import program
from benchmarks.processes import HOST, Broken, Server, free_port, started

# Where the programs come from, for the message about a missing one.
ORIGIN = {
    "nginx": "Debian package nginx-light",
    "wrk": "Debian package wrk",
    "oxigraph": "pip install oxigraph",
}

_CONFIGURATION = """
{user}
daemon off; worker_processes auto; pid {home}/nginx.pid; error_log stderr warn;
events {{ worker_connections 256; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000;
  default_type text/plain;
  types {{ "text/html; charset=utf-8" html; "text/turtle; charset=utf-8" ttl; }}
  client_body_temp_path {home}/body; proxy_temp_path {home}/proxy; fastcgi_temp_path {home}/fastcgi;
  uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi;
  server {{ listen {host}:{port}; root {root}; location = /ready {{ return 200 ok; }} }}
}}
"""


def check_installed() -> None:
    """Raises Broken that names every program which is not here, and where it comes from."""
    absent = [name for name in ORIGIN if program(name) is None]
    if absent:
        raise Broken("; ".join(f"the program {name} is not installed ({ORIGIN[name]})" for name in absent))


@contextmanager
def nginx(root: Path, home: Path) -> Iterator[Server]:
    """nginx over the files below `root`, configured in `home`, with no file of the system's own configuration."""
    port = free_port()
    # A master that runs as root gives its workers away to another user, who could not read a private temporary folder.
    user = f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""
    home.mkdir(exist_ok=True)
    configuration = home / "nginx.conf"
    configuration.write_text(_CONFIGURATION.format(user=user, home=home, host=HOST, port=port, root=root), encoding="utf-8")
    command = [_path("nginx"), "-p", str(home), "-c", str(configuration), "-e", "stderr"]
    with started(command, port, "/ready", home / "nginx.log") as server:
        yield server


@contextmanager
def oxigraph(nquads: Path, home: Path) -> Iterator[Server]:
    """`oxigraph serve` in memory, without a time limit (which costs a thread per query), loaded over HTTP."""
    port = free_port()
    home.mkdir(exist_ok=True)
    command = [_path("oxigraph"), "serve", "--bind", f"{HOST}:{port}"]
    with started(command, port, "/query?query=ASK%7B%7D", home / "oxigraph.log") as server:
        connection = http.client.HTTPConnection(HOST, port)
        connection.request("POST", "/store", body=nquads.read_bytes(), headers={"Content-Type": "application/n-quads"})
        answer = connection.getresponse()
        if answer.status not in (200, 201, 204):
            raise Broken(f"oxigraph did not take {nquads.name}: {answer.status} {answer.read()[:500]!r}")
        connection.close()
        yield server


def _path(name: str) -> str:
    check_installed()
    return str(program(name))
