"""Engines of other people, really running for tests: Oxigraph's server and Virtuoso, each on free ports of this machine."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from sparql_api.engine.endpoint import Credentials
from sparql_api.pushing import Outcome, Target, push
from tests.conftest import needs_program
from tests.product import free_port

START_SECONDS = 120.0
STOP_SECONDS = 20.0
USER, PASSWORD = "publisher", "secret"

# Without MaxQueryCostEstimationTime, which is set as delivered: the estimate is made of random samples and now and then refuses small queries.
VIRTUOSO = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
ErrorLogLevel = 7
FileExtend = 200
MaxCheckpointRemap = 2000
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
MaxCheckpointRemap = 2000
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
MaxClientConnections = 20
CheckpointInterval = 0
CaseMode = 2
DirsAllowed = .
NumberOfBuffers = 4000
MaxDirtyBuffers = 2000
MaxQueryMem = 256M
ThreadsPerQuery = 2
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = .
MaxClientConnections = 20
ServerThreads = 20
MaxKeepAlives = 10
KeepAliveTimeout = 10
[SPARQL]
MaxQueryExecutionTime = 60
{sparql}
"""


@dataclass
class Server:
    """A running engine: where it is asked and loaded, and its process."""

    name: str
    target: Target
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        return self.target.query

    def push(self, release) -> Outcome:
        """`commitments push` without the command."""
        return push(release, self.target, lambda step, done, total: None)

    def ask(self, query: str, *, default: str | None = None, named: str | None = None) -> dict:
        """What the engine itself says, as SPARQL JSON results."""
        form = {"query": query, "default-graph-uri": default, "named-graph-uri": named}
        answer = httpx.post(
            self.address, data={name: value for name, value in form.items() if value}, headers={"Accept": "application/sparql-results+json"}, timeout=60
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def count(self, graph: str) -> int:
        rows = self.ask("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }", default=graph)["results"]["bindings"]
        return int(rows[0]["n"]["value"])

    def graphs(self, prefix: str = "") -> set[str]:
        rows = self.ask(f'SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{prefix}")) }}')["results"]["bindings"]
        return {row["g"]["value"] for row in rows}


def oxigraph_program() -> Path:
    """The server beside the interpreter, as the package `oxigraph` installs it."""
    program = Path(sys.executable).parent / "oxigraph"
    if not program.exists():
        pytest.skip("the program oxigraph is not installed (pip install oxigraph)")
    return program


@contextmanager
def running_oxigraph(folder: Path, port: int | None = None) -> Iterator[Server]:
    """`oxigraph serve` over a store on disk, which is made when it does not exist."""
    folder.mkdir(parents=True, exist_ok=True)
    address = f"127.0.0.1:{port or free_port()}"
    command = [str(oxigraph_program()), "serve", "-l", str(folder / "store"), "-b", address]
    target = Target(f"http://{address}/query")
    with _running(command, folder, target.query) as process:
        yield Server("oxigraph", target, process)


@contextmanager
def running_virtuoso(folder: Path, sparql: str = "") -> Iterator[Server]:
    """Virtuoso over a new database, with a user who may load; `sparql` are further lines of its [SPARQL] settings."""
    program = needs_program("virtuoso-t", "virtuoso-opensource-7")
    shell = needs_program("isql-vt", "virtuoso-opensource-7")
    folder.mkdir(parents=True, exist_ok=True)
    sql, http = free_port(), free_port()
    (folder / "virtuoso.ini").write_text(VIRTUOSO.format(sql=sql, http=http, sparql=sparql), encoding="ascii")
    target = Target(f"http://127.0.0.1:{http}/sparql", credentials=Credentials(USER, PASSWORD))
    command = [program, "+foreground", "+configfile", "virtuoso.ini"]
    with _running(command, folder, target.query) as process:
        rights = f"DB.DBA.USER_CREATE('{USER}', '{PASSWORD}'); GRANT SPARQL_UPDATE TO {USER};"
        subprocess.run([shell, f"127.0.0.1:{sql}", "dba", "dba", f"exec={rights}"], check=True, capture_output=True, timeout=60)
        try:
            yield Server("virtuoso", target, process)
        finally:
            process.kill()  # an orderly end writes a checkpoint that nobody reads
    shutil.rmtree(folder)  # 100 MB


RUNNING: dict[str, Callable] = {"oxigraph": running_oxigraph, "virtuoso": running_virtuoso}


@contextmanager
def _running(command: list[str], folder: Path, address: str) -> Iterator[subprocess.Popen[bytes]]:
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
    try:
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                if httpx.get(address, params={"query": "ASK {}"}, timeout=5).status_code == 200:
                    break
            except httpx.TransportError:
                pass
            assert process.poll() is None and time.monotonic() < end, f"{command[0]} did not start:\n{log.read_text(errors='replace')}"
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
