"""Run by `test_make_run.py` inside a network namespace: `python offline_start.py PORT SECONDS`, in a checkout.

Starts `make run`, waits until it answers, fetches a description, stops it as Ctrl-C does. Prints one JSON object.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request


def fetch(url: str, accept: str) -> str | None:
    request = urllib.request.Request(url, headers={"Accept": accept})
    with contextlib.suppress(urllib.error.URLError, ConnectionError), urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode("utf-8")
    return None


def main(port: int, seconds: float) -> dict[str, object]:
    ip = shutil.which("ip")
    if ip is not None:  # in a new namespace even the loopback interface is down
        subprocess.run([ip, "link", "set", "lo", "up"], check=False)
    address = f"http://127.0.0.1:{port}/"
    begun = time.monotonic()
    with open("out.log", "wb") as out, open("err.log", "wb") as err:
        process = subprocess.Popen(["make", "--no-print-directory", "run", f"PORT={port}"], stdout=out, stderr=err, start_new_session=True)
        while fetch(f"{address}health/ready", "*/*") is None:
            if process.poll() is not None or time.monotonic() - begun > seconds:
                break
            time.sleep(0.1)
        taken = time.monotonic() - begun
        turtle = fetch(f"{address}doc/commitment/MX-4-01", "text/turtle")
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
    return {"seconds": taken, "turtle": turtle, "code": process.returncode}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), float(sys.argv[2]))))
