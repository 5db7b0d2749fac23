"""TCP connections to checked addresses only.

A name is resolved once, every address it has is checked, and the connection goes to one of those very addresses: a second
look-up could give another answer (DNS rebinding). Host header, SNI and certificate checks keep the name, since httpcore
takes them from the URL.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import httpcore

from sparql_api.federation.addresses import AddressRule

# Host and port in, IP addresses as text out, the preferred one first.
Resolver = Callable[[str, int], Awaitable[list[str]]]
CONNECT_SECONDS = 3.0  # for one address; then the next one gets its chance
MOST_ADDRESSES = 4  # tried


class AddressRefused(Exception):
    """One of the addresses of a host may not be connected to."""


class NameNotFound(Exception):
    """A host name has no address."""


async def system_resolver(host: str, port: int) -> list[str]:
    """The operating system's answer. Raises NameNotFound."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise NameNotFound(f"{host}: {error}") from None
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections for httpcore. Raises AddressRefused, NameNotFound, httpcore.ConnectError or httpcore.ConnectTimeout."""

    def __init__(self, rule: AddressRule, resolver: Resolver = system_resolver) -> None:
        self._rule = rule
        self._resolver = resolver
        self._plain = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self._resolver(host, port)
        if not addresses:
            raise NameNotFound(host)
        for address in addresses:
            if not self._rule.allows(address):
                raise AddressRefused(f"{host} has the address {address}")
        failure: Exception | None = None
        for address in addresses[:MOST_ADDRESSES]:
            try:
                return await self._plain.connect_tcp(address, port, CONNECT_SECONDS, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = failure or error
        assert failure is not None
        raise failure
