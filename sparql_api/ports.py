"""Opening the listening sockets, and saying who holds a port that is taken."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from collections.abc import Iterator
from pathlib import Path

BACKLOG = 2048
LISTENING = "0A"  # state of a listening socket in /proc/net/tcp


class PortTaken(Exception):
    """Another process listens on the address. `holder` names it, as far as the system tells."""

    def __init__(self, host: str, port: int, holder: str | None) -> None:
        super().__init__(f"{host}:{port} is taken by {holder}")
        self.host = host
        self.port = port
        self.holder = holder


class CannotListen(Exception):
    """No address could be opened for another reason (no such address, no permission)."""


def open_sockets(hosts: tuple[str, ...], port: int) -> list[socket.socket]:
    """One listening socket per address; an address family that the machine lacks is passed over.

    Raises PortTaken or CannotListen; then nothing stays open.
    """
    opened: list[socket.socket] = []
    reasons = []
    try:
        for host in hosts:
            try:
                opened += [_listen(family, address) for family, address in _addresses(host, port)]
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    raise PortTaken(host, port, holder_of(port)) from error
                reasons.append(f"{host}:{port}: {error.strerror or error}")
        if not opened:
            raise CannotListen("; ".join(reasons))
    except BaseException:
        for each in opened:
            each.close()
        raise
    return opened


def _addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, tuple]]:
    flags = socket.AI_PASSIVE
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return list(dict.fromkeys((family, address) for family, _, _, _, address in found))


def _listen(family: socket.AddressFamily, address: tuple) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except BaseException:
        listener.close()
        raise
    return listener


def holder_of(port: int) -> str | None:
    """Program and process number of who listens on a port; None where the system does not say."""
    sockets = set(_listening_inodes(port))
    if not sockets:
        return None
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            for link in (process / "fd").iterdir():
                with contextlib.suppress(OSError):
                    if os.readlink(link) in sockets:
                        return f"{(process / 'comm').read_text().strip()} (pid {process.name})"
    return None


def _listening_inodes(port: int) -> Iterator[str]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                columns = line.split()
                if columns[3] == LISTENING and int(columns[1].rsplit(":", 1)[1], 16) == port:
                    yield f"socket:[{columns[9]}]"
