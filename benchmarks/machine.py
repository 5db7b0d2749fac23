"""What a run ran on: processors, memory, versions, commit, and how busy the machine was at each moment."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
DISTRIBUTIONS = ("pyoxigraph", "rdflib", "pyshacl", "fastapi", "starlette", "uvicorn", "uvloop", "httptools", "oxigraph")


def load() -> float:
    """Load average of the last minute."""
    return os.getloadavg()[0]


def description() -> dict[str, object]:
    """Machine and versions, for the head of a result."""
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": _processor(),
        "cores": psutil.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in DISTRIBUTIONS} | {"nginx": _said("nginx", "-v"), "wrk": _said("wrk", "-v")},
        "commit": _commit(),
    }


def program(name: str) -> str | None:
    """Path of a program: beside the running Python first (a wheel may have brought it), then on PATH, then where Debian
    keeps the programs of administrators, which is not on everyone's PATH."""
    places = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath), "/usr/sbin"]
    return shutil.which(name, path=os.pathsep.join(places))


def _processor() -> str:
    try:
        found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    except OSError:
        found = None
    return found.group(1) if found else platform.processor() or platform.machine()


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _said(name: str, *arguments: str) -> str | None:
    """The version number in what a program says about itself."""
    path = program(name)
    if path is None:
        return None
    done = subprocess.run([path, *arguments], capture_output=True, text=True, check=False)
    found = re.search(r"\d+(?:\.\d+)+", done.stdout + done.stderr)
    return found.group(0) if found else None


def _commit() -> str:
    """The commit of the checkout, with "+" when files under version control have changed since."""
    try:
        head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
        changed = subprocess.run(["git", "status", "--porcelain", "-uno"], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head.stdout.strip() + ("+" if changed.stdout.strip() else "")
