"""Other publishers of linked data beside us, on the same consolidated view: Virtuoso and Trifid.

Neither is a requirement: one that is not installed is left out. Both listen on 127.0.0.1 and are started and stopped here.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from benchmarks.machine import program
from benchmarks.processes import HOST, Broken, Server, environment, free_port, started
from commitments.release import CONSOLIDATED, Release

LOAD_SECONDS = 900


@dataclass(frozen=True)
class Peer:
    """How a peer is started over a release, the path of its SPARQL endpoint up to the query's text, and of a page about the
    commitment that is measured, if it has such pages."""

    name: str
    needs: tuple[str, ...]
    origin: str
    start: Callable[[Release, Path], AbstractContextManager[Server]]
    endpoint: Callable[[Release], str]
    page: str | None = None

    @property
    def installed(self) -> bool:
        return all(program(name) for name in self.needs)


# Limits are the defaults of the sample configuration but for memory, which is sized for some million statements, and
# ResultSetMaxRows, which would cut results.
_VIRTUOSO = """
[Database]
DatabaseFile = {home}/virtuoso.db
ErrorLogFile = {home}/virtuoso.log
LockFile = {home}/virtuoso.lck
TransactionFile = {home}/virtuoso.trx
xa_persistent_file = {home}/virtuoso.pxa
FileExtend = 200
[TempDatabase]
DatabaseFile = {home}/temp.db
TransactionFile = {home}/temp.trx
[Parameters]
ServerPort = {host}:{sql}
DirsAllowed = {data}
NumberOfBuffers = 170000
MaxDirtyBuffers = 130000
ServerThreads = 20
CheckpointInterval = 0
[HTTPServer]
ServerPort = {host}:{port}
ServerThreads = 20
KeepAliveTimeout = 60
MaxKeepAlives = 1000
[SPARQL]
DefaultGraph = {graph}
"""


def _graph(release: Release) -> str:
    """Virtuoso has no unnamed graph; this name is reserved for it (blueprint 5)."""
    return f"{release.base}graph/consolidated"


@contextmanager
def virtuoso(release: Release, home: Path) -> Iterator[Server]:
    """Virtuoso with a new database in `home`, loaded through its SQL port. Raises Broken when it cannot load."""
    home.mkdir(parents=True, exist_ok=True)
    port, sql = free_port(), free_port()
    file = release.file(CONSOLIDATED)
    settings = home / "virtuoso.ini"
    settings.write_text(_VIRTUOSO.format(home=home, host=HOST, port=port, sql=sql, data=file.parent, graph=_graph(release)), encoding="utf-8")
    command = [str(program("virtuoso-t")), "+foreground", "+configfile", str(settings)]
    with started(command, port, "/sparql?query=" + quote("SELECT * WHERE { ?s ?p ?o } LIMIT 1", safe=""), home / "output.log") as server:
        load = f"DB.DBA.TTLP_MT(file_to_string_output('{file}'), '', '{_graph(release)}', 0); checkpoint;"
        done = subprocess.run(
            [str(program("isql-vt")), f"{HOST}:{sql}", "dba", "dba", "VERBOSE=OFF", f"EXEC={load}"], capture_output=True, text=True, timeout=LOAD_SECONDS, check=False
        )
        if done.returncode != 0 or "Error" in done.stdout + done.stderr:
            raise Broken(f"virtuoso did not load {file.name}: {(done.stdout + done.stderr)[-1000:]}")
        yield server


_TRIFID = """
server:
  listener: {{ host: {host}, port: {port} }}
  logLevel: warn
globals:
  datasetBaseUrl: {base}
  endpoints: {{ default: {{ url: /query }} }}
plugins:
  entity-renderer: {{ module: "@zazuko/trifid-entity-renderer" }}
  fetch-handler:
    module: trifid-handler-fetch
    paths: /query
    config: {{ url: "{file}", contentType: application/n-triples, baseIRI: "{base}", graphName: "{graph}", unionDefaultGraph: true }}
"""


@contextmanager
def trifid(release: Release, home: Path) -> Iterator[Server]:
    """Trifid with the statements in memory, its pages of entities on; until its endpoint answers."""
    home.mkdir(parents=True, exist_ok=True)
    port = free_port()
    settings = home / "config.yaml"
    file = release.file(CONSOLIDATED)
    settings.write_text(_TRIFID.format(host=HOST, port=port, base=release.base, file=file, graph=_graph(release)), encoding="utf-8")
    command = [str(program("trifid")), "--config", str(settings)]
    with started(command, port, "/query?query=" + quote("ASK { ?s ?p ?o }", safe=""), home / "output.log", environment(home)) as server:
        yield server


PEERS = (
    Peer(
        "virtuoso", ("virtuoso-t", "isql-vt"), "Debian package virtuoso-opensource-7", virtuoso,
        lambda release: f"/sparql?default-graph-uri={quote(_graph(release), safe='')}&query=",
    ),
    Peer("trifid", ("trifid",), "npm install --global trifid", trifid, lambda release: "/query?query=", "/id/commitment/MX-4-01"),
)  # fmt: skip
