"""Addresses of endpoints, taken apart once: what is compared with the allow-list is what is connected to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

PORTS = {"http": 80, "https": 443}
_ASCII_IRI = re.compile(r"[!#-;=?-\[\]_a-z~]+")  # the characters of an IRI (SPARQL 1.1, IRIREF) that need no encoding


@dataclass(frozen=True)
class Target:
    """Where a request goes: `host` without brackets and in lower case, `path` with the query string."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def read_target(address: str) -> Target:
    """An absolute http or https address, taken apart once for both the check and the call. Raises ValueError for others."""
    parts = urlsplit(address)
    if parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc or not _ASCII_IRI.fullmatch(address):
        raise ValueError(f"{address!r} is no plain http or https address")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme], path)
