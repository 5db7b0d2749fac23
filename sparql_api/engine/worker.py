"""What a forked child does with its one query: put limits on itself, evaluate, write frames, end.

Everything it needs is imported before the fork: afterwards it can open nothing, which is what RLIMIT_NOFILE below sees
to. The wall-clock limit is not here but in the loader, outside the process that might be stuck.
"""

from __future__ import annotations

import json
import math
import os
import resource
import socket
import traceback
from pathlib import Path

import pyoxigraph as ox

from sparql_api.engine import channel
from sparql_api.engine.evaluation import NotExpressible, evaluate, serialize
from sparql_api.engine.results import ResultWriter

WIRE = 3  # the only descriptor a child has besides 0, 1 and 2, which lead to /dev/null and to the loader
HIGHEST_DESCRIPTOR = 4096
MOST_LAST_WORDS = 64 * 1024  # bytes


def run(store: ox.Store, wire: socket.socket, null: int, last_words: int) -> None:
    """Answer the query that comes over `wire`, then end the process. Never returns.

    `null` leads to /dev/null; `last_words` becomes standard error, where a dying engine says why.
    Exit code 0 means that everything was said over the wire, a problem included.
    """
    code = 1
    try:
        used = address_space()
        connection = _isolate(wire, null, last_words)
        job = channel.read_job(connection)
        _limit(job, used)
        code = _answer(store, job, connection)
    except (BrokenPipeError, ConnectionResetError, EOFError):
        code = 0  # the client has gone; there is nobody to tell
    finally:
        os._exit(code)


def address_space() -> int | None:
    """Bytes of address space this process has now, or None where the system does not say (macOS)."""
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[0]) * resource.getpagesize()
    except OSError:
        return None


def _isolate(wire: socket.socket, null: int, last_words: int) -> socket.socket:
    """Keep four descriptors and forbid a fifth: no file and no socket can be opened, whatever the query does."""
    for standard, target in enumerate((null, null, last_words)):
        os.dup2(target, standard)
    descriptor = wire.detach()
    if descriptor != WIRE:
        os.dup2(descriptor, WIRE)
    os.closerange(WIRE + 1, HIGHEST_DESCRIPTOR)
    resource.setrlimit(resource.RLIMIT_NOFILE, (WIRE + 1, WIRE + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_LAST_WORDS, MOST_LAST_WORDS))
    return socket.socket(fileno=WIRE)


def _limit(job: channel.Job, used: int | None) -> None:
    seconds = math.ceil(job.seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    if used is not None:
        resource.setrlimit(resource.RLIMIT_AS, (used + job.memory_bytes, used + job.memory_bytes))


def _answer(store: ox.Store, job: channel.Job, wire: socket.socket) -> int:
    writer = ResultWriter(wire, job.media_type)
    try:
        serialize(evaluate(store, job), job.media_type, job.prefixes, writer)
        writer.finish()
        return 0
    except (BrokenPipeError, ConnectionResetError):
        return 0
    except MemoryError:
        problem = {"kind": "memory", "message": ""}
    except SyntaxError as error:
        problem = {"kind": "syntax", "message": str(error)}
    except NotExpressible as error:
        problem = {"kind": "format", "message": str(error)}
    except Exception as error:  # the last resort of a process that ends right after it
        problem = _describe(error)
    if writer.started:
        return 1
    channel.send_frame(wire, channel.PROBLEM, json.dumps(problem).encode())
    return 0


def _describe(error: Exception) -> dict[str, str]:
    message = str(error)
    if "function" in message and "not supported" in message:
        return {"kind": "function", "message": message}
    return {"kind": "internal", "message": "".join(traceback.format_exception(error))[-4000:]}
