"""One call by the SPARQL 1.1 Protocol (section 2.1.2, a POST with URL-encoded parameters), bounded in all it takes.

Nothing of the stranger's request goes along but the pattern; no cookie, credential or proxy of the environment is used. A
redirect is followed by hand, and only to where the allow-list leads anyway. A connection serves one call, so each call has
its addresses checked.
"""

from __future__ import annotations

import contextlib
import ssl
import zlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urljoin

import httpcore

from commitments import __version__
from sparql_api.federation.connections import AddressRefused, NameNotFound
from sparql_api.federation.failures import ServiceFailure
from sparql_api.federation.targets import read_target

MOST_REDIRECTS = 3
REPEATED = (301, 302, 307, 308)  # the same request again: it only reads, so a POST may be repeated
SEE_OTHER = 303  # RFC 9110, 15.4.4: the answer stands elsewhere, for a GET without body
ACCEPT = "application/sparql-results+json, application/sparql-results+xml;q=0.9"
CODINGS = ("gzip", "x-gzip")
MOST_MEMBERS = 1000  # of a gzip stream; each takes more time than its bytes do


@dataclass(frozen=True)
class Reply:
    """The body of a 200 answer, decompressed. `row_cap` is the most rows that the endpoint says it ever sends."""

    media_type: str
    body: bytes
    row_cap: int | None = None


class Client:
    """Asks the endpoints of an allow-list. `most_bytes` bounds an answer as received, and again once decompressed."""

    def __init__(
        self,
        endpoints: Iterable[str],
        backend: httpcore.AsyncNetworkBackend,
        most_bytes: int,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._origins = {read_target(endpoint).origin for endpoint in endpoints}
        self._most_bytes = most_bytes
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl_context or ssl.create_default_context(), max_connections=None, max_keepalive_connections=0, network_backend=backend
        )

    async def ask(self, endpoint: str, query: str, asker: str | None = None) -> Reply:
        """Send a query and read the whole answer. `asker` is the address of our own endpoint, for the User-Agent.

        Raises ServiceFailure. It knows no clock: the caller sets a time limit and cancels.
        """
        try:
            return await self._ask(endpoint, query, asker)
        except AddressRefused as error:
            raise ServiceFailure(endpoint, "address", str(error)) from None
        except NameNotFound as error:
            raise ServiceFailure(endpoint, "name", str(error)) from None
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            raise ServiceFailure(endpoint, "unreachable", repr(error)) from None
        except (httpcore.ProtocolError, httpcore.NetworkError, zlib.error, EOFError) as error:
            raise ServiceFailure(endpoint, "broken", repr(error)) from None

    async def _ask(self, endpoint: str, query: str, asker: str | None) -> Reply:
        address, method, body = endpoint, "POST", urlencode({"query": query}).encode()
        for _ in range(MOST_REDIRECTS + 1):
            async with self._response(address, method, body, asker) as response:
                headers = _Headers(response)
                if response.status not in (*REPEATED, SEE_OTHER):
                    return await self._reply(endpoint, response, headers)
            address = self._next_address(endpoint, address, headers.get("location"))
            if response.status == SEE_OTHER:
                method, body = "GET", b""
        raise ServiceFailure(endpoint, "redirects", address, most=MOST_REDIRECTS)

    @contextlib.asynccontextmanager
    async def _response(self, address: str, method: str, body: bytes, asker: str | None) -> AsyncIterator[httpcore.Response]:
        target = read_target(address)
        contact = f" (+{quote(asker, safe=':/%')})" if asker else ""
        headers = {
            "Host": target.host_header,
            "User-Agent": f"open-commitments/{__version__}{contact}",
            "Accept": ACCEPT,
            "Accept-Encoding": "gzip",
            "Connection": "close",
        }
        if method == "POST":
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
        url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        async with self._pool.stream(method, url, headers=list(headers.items()), content=body or None) as response:
            yield response

    def _next_address(self, endpoint: str, address: str, location: str | None) -> str:
        """Where a redirect leads. Raises ServiceFailure unless it is an origin of the allow-list."""
        try:
            following = urljoin(address, location or "")
            allowed = location is not None and read_target(following).origin in self._origins
        except ValueError:
            allowed = False
        if not allowed:
            raise ServiceFailure(endpoint, "redirect", repr(location))
        return following

    async def _reply(self, endpoint: str, response: httpcore.Response, headers: _Headers) -> Reply:
        if response.status != 200:
            raise ServiceFailure(endpoint, "status", status=response.status)
        if headers.get("x-sql-state"):  # Virtuoso's "anytime" results: what was found before its time was over
            raise ServiceFailure(endpoint, "partial", f"X-SQL-State: {headers.get('x-sql-state')!r}")
        coding = (headers.get("content-encoding") or "identity").strip().lower()
        if coding not in ("identity", *CODINGS):
            raise ServiceFailure(endpoint, "not-results", f"Content-Encoding: {coding!r}")
        body = await self._body(endpoint, response, headers, packed=coding in CODINGS)
        cap = headers.get("x-sparql-maxrows") or ""  # Virtuoso, too: it cuts there without another word
        media_type = (headers.get("content-type") or "").split(";", 1)[0].strip().lower()
        return Reply(media_type, body, int(cap[:20]) if cap.isascii() and cap.isdigit() else None)

    async def _body(self, endpoint: str, response: httpcore.Response, headers: _Headers, *, packed: bool) -> bytes:
        too_large = ServiceFailure(endpoint, "too-large", most=self._most_bytes)
        announced = headers.get("content-length") or ""
        if announced.isascii() and announced.isdigit() and int(announced[:20]) > self._most_bytes:
            raise too_large
        body, received = bytearray(), 0
        unpacker = _Unpacker() if packed else None
        async for chunk in response.aiter_stream():
            received += len(chunk)
            body += unpacker.feed(chunk, self._most_bytes + 1 - len(body)) if unpacker else chunk
            if max(received, len(body)) > self._most_bytes:
                raise too_large
        if unpacker:
            unpacker.finish()
        return bytes(body)


class _Headers:
    """Headers of a response by name in any letter case; of a repeated one the first."""

    def __init__(self, response: httpcore.Response) -> None:
        self._values = {name.lower(): value for name, value in reversed(response.headers)}

    def get(self, name: str) -> str | None:
        value = self._values.get(name.encode())
        return None if value is None else value.decode("latin-1")


class _Unpacker:
    """gzip (RFC 1952), one member after the other, never giving more than was asked for: a bomb does not unfold."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        self._members = 1

    def feed(self, data: bytes, most: int) -> bytes:
        """Decompress; at least `most` bytes come back when there are more. Raises zlib.error."""
        out = bytearray()
        while data and len(out) < most:
            if self._member.eof:
                self._members += 1
                if self._members > MOST_MEMBERS:
                    raise zlib.error("too many members")
                self._member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
            out += self._member.decompress(data, most - len(out))
            data = self._member.unused_data or self._member.unconsumed_tail
        return bytes(out)

    def finish(self) -> None:
        """Raise EOFError when the last member is not whole."""
        if not self._member.eof:
            raise EOFError("the gzip stream is cut")
