"""Two clients: wrk for repeated requests at full speed, and our own for a list of requests that each go out once."""

from __future__ import annotations

import http.client
import json
import queue
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.machine import program
from benchmarks.processes import HOST, Broken, Server, processor_seconds

# wrk's own output is for people; `done` gives the same numbers as JSON. With COUNTED, a comment with a running number
# makes each query text new, so that neither side can answer from a cache of texts.
_SCRIPT = """
local number = 0
{request}
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format('\\nJSON {"requests": %d, "seconds": %.6f, "p50": %.3f, "p99": %.3f, "errors": %d}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""
_COUNTED = """
local path
init = function(arguments) path = arguments[1]; number = math.random(1, 1000000) * 1000000 end
request = function() number = number + 1; return wrk.format(nil, path .. "%0A%23" .. number) end
"""
_LISTED = """
local requests, number = {}, 0
init = function(arguments)
  for path in io.lines(arguments[1]) do requests[#requests + 1] = wrk.format(nil, path) end
end
request = function() number = number % #requests + 1; return requests[number] end
"""


@dataclass(frozen=True)
class Load:
    """What one stretch of load gave: answered requests per second, latencies in milliseconds, processor milliseconds per
    request, how many requests were not answered with 200, and how many there were."""

    per_second: float
    p50: float
    p99: float
    processor: float
    failed: int = 0
    requests: int = 0


def wrk(server: Server, path: str, headers: dict[str, str], *, connections: int, seconds: int, home: Path, counted: bool = False) -> Load:
    """Keep-alive load for some seconds. Raises Broken when no request is answered.

    The latencies are those of all requests, of failed ones too: wrk does not tell them apart.
    """
    script = _COUNTED if counted else ""
    return _wrk(server, path, headers, connections=connections, seconds=seconds, home=home, script=script, argument=path)


def wrk_over(server: Server, paths: Sequence[str], headers: dict[str, str], *, connections: int, seconds: int, home: Path) -> Load:
    """Keep-alive load that asks for one path after the other, from the start again after the last. Raises as `wrk` does.

    The requests are made before the clock starts, so that a list costs the client no more than one path.
    """
    listed = home / "paths.txt"
    listed.write_text("".join(f"{path}\n" for path in paths), encoding="ascii")
    return _wrk(server, paths[0], headers, connections=connections, seconds=seconds, home=home, script=_LISTED, argument=str(listed))


def _wrk(server: Server, path: str, headers: dict[str, str], *, connections: int, seconds: int, home: Path, script: str, argument: str) -> Load:
    file = home / "script.lua"
    file.write_text(_SCRIPT.replace("{request}", script), encoding="utf-8")
    command = [str(program("wrk")), "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--timeout", "20s", "-s", str(file)]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    before = processor_seconds(server)
    done = subprocess.run([*command, server.url(path), "--", argument], capture_output=True, text=True, check=False)
    used = processor_seconds(server) - before
    report = next((line for line in done.stdout.splitlines() if line.startswith("JSON ")), None)
    if report is None:
        raise Broken(f"wrk failed on {path}: {done.stdout}{done.stderr}")
    found = json.loads(report.removeprefix("JSON "))
    answered = found["requests"] - found["errors"]
    if answered <= 0:
        raise Broken(f"none of {found['requests']} requests for {path} was answered:\n{server.log.read_text(errors='replace')[-2000:]}")
    per_second = answered / found["seconds"]
    return Load(per_second, found["p50"], found["p99"], used / found["requests"] * 1000, found["errors"], found["requests"])


def get(server: Server, path: str, headers: dict[str, str]) -> bytes:
    """One GET. Raises Broken unless the answer is 200."""
    connection = http.client.HTTPConnection(HOST, server.port, timeout=60)
    try:
        return _ask(connection, path, headers)
    finally:
        connection.close()


def once_each(server: Server, paths: Sequence[str], headers: dict[str, str], *, connections: int) -> Load:
    """GET each path once, over this many keep-alive connections. Raises Broken when none is answered."""
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
    for path in paths:
        waiting.put(path)
    latencies: list[float] = []
    faults: list[Exception] = []

    def work() -> None:
        connection = http.client.HTTPConnection(HOST, server.port, timeout=60)
        while True:
            try:
                path = waiting.get_nowait()
            except queue.Empty:
                connection.close()
                return
            begin = time.perf_counter()
            try:
                _ask(connection, path, headers)
                latencies.append((time.perf_counter() - begin) * 1000)
            except (Broken, OSError, http.client.HTTPException) as error:
                connection.close()  # the next request opens it again
                faults.append(error)

    threads = [threading.Thread(target=work) for _ in range(connections)]
    before, begin = processor_seconds(server), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds, used = time.perf_counter() - begin, processor_seconds(server) - before
    if not latencies:
        raise Broken(f"none of {len(paths)} requests was answered: {faults[0]}")
    latencies.sort()
    last = latencies[int(len(latencies) * 0.99)]
    return Load(len(latencies) / seconds, median(latencies), last, used / len(paths) * 1000, len(faults), len(paths))


def _ask(connection: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> bytes:
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise Broken(f"GET {path}: {answer.status} {body[:500]!r}")
    return body
