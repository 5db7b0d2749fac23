"""A SPARQL 1.1 Protocol endpoint on another machine: requests with an explicit dataset, and what its errors mean here."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import httpx
from pydantic import SecretStr

from sparql_api.engine import EngineProblem, problems, remote_problems

RESULTS_JSON = "application/sparql-results+json"
N_TRIPLES = "application/n-triples"
# Seconds for a connection to come about. How long an answer may take is its query's own limit.
CONNECT_SECONDS = 5.0
MOST_SAID = 2000  # bytes of an error message that are read
PIECE = 64 * 1024  # bytes of a body handed on at once
# Virtuoso's codes for a text that it does not compile (37000, 22023, 42S22) and for limits of its own.
_NOT_COMPILED = re.compile(r"^Virtuoso (37000|22023|42S22) Error")
_LIMIT = re.compile(r"estimated execution time|^Virtuoso (S1TAT|S1T00|4000X|42000 Error SR171)|timeout|cancelled", re.IGNORECASE)
logging.getLogger("httpx").setLevel(logging.WARNING)  # else it logs every request, and we log our own
_ECHO = re.compile(r"\s*SPARQL query:.*", re.DOTALL)


@dataclass(frozen=True)
class Credentials:
    """Name and password for an endpoint that asks for them, by HTTP Basic or Digest authentication."""

    user: str
    password: str = field(repr=False)

    @classmethod
    def of(cls, user: str | None, password: SecretStr | None) -> Credentials | None:
        """What the settings give; None without a user."""
        return cls(user, password.get_secret_value() if password else "") if user else None


class Challenged(httpx.Auth):
    """Digest authentication where the server asks for it, else Basic, sent once it has been asked for."""

    def __init__(self, credentials: Credentials) -> None:
        self._basic = httpx.BasicAuth(credentials.user, credentials.password)
        self._digest = httpx.DigestAuth(credentials.user, credentials.password)
        self._chosen: httpx.Auth | None = None

    def auth_flow(self, request: httpx.Request):
        if self._chosen is None:
            response = yield request
            if response.status_code != 401:
                return
            schemes = [line.split(" ")[0].lower() for line in response.headers.get_list("www-authenticate")]
            self._chosen = self._digest if "digest" in schemes else self._basic
        yield from self._chosen.auth_flow(request)


class Endpoint:
    """The client of one endpoint; keeps connections open between requests.

    `software` is what the server calls itself, once it has answered. Virtuoso is told when the caller will give up, so
    that work nobody waits for ends there, too.
    """

    def __init__(self, address: str, credentials: Credentials | None = None, connections: int = 16) -> None:
        self.address = address
        self.software = ""
        limits = httpx.Limits(max_connections=2 * connections + 2, max_keepalive_connections=connections)
        self._client = httpx.AsyncClient(
            auth=Challenged(credentials) if credentials else None,
            limits=limits,
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=False,  # the address is the operator's; no proxy stands between
        )

    @property
    def is_virtuoso(self) -> bool:
        return self.software.startswith("Virtuoso")

    @property
    def is_oxigraph(self) -> bool:
        return self.software.startswith("Oxigraph")

    async def query(
        self, text: str, default_graphs: Sequence[str], named_graphs: Sequence[str], accept: str, seconds: float
    ) -> httpx.Response:
        """Send one query as a form and return the response with its body still to come; the caller closes it.

        `seconds` is when the caller will give up. Raises EngineProblem.
        """
        form: dict[str, str | list[str]] = {
            "query": text, "default-graph-uri": list(default_graphs), "named-graph-uri": list(named_graphs)
        }  # fmt: skip
        if self.is_virtuoso:
            form["timeout"] = str(max(1000, round(seconds * 1000) + 500))
        request = self._client.build_request("POST", self.address, data=form, headers={"Accept": accept})
        response = await self._send(request)
        self.software = response.headers.get("server", "")
        try:
            await _check(response, accept)
        except BaseException:
            await response.aclose()
            raise
        return response

    async def _send(self, request: httpx.Request) -> httpx.Response:
        """Send a request, again where the server hung up on a connection that was kept: it may do so at the very moment in
        which we use one. On a connection that was made for this request, it means something. Raises EngineProblem."""
        while True:
            seen: set[str] = set()

            async def see(event: str, _: object) -> None:
                seen.add(event)  # noqa: B023

            request.extensions["trace"] = see
            try:
                return await self._client.send(request, stream=True)
            except httpx.TransportError as error:
                hung_up = isinstance(error, (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError))
                if not hung_up or "connection.connect_tcp.started" in seen:
                    raise remote_problems.unreachable(f"{type(error).__name__}: {error}") from error

    async def close(self) -> None:
        await self._client.aclose()


async def body_of(response: httpx.Response) -> AsyncIterator[bytes]:
    """The chunks of a body. Raises EngineProblem 502 when the connection breaks before its end."""
    try:
        async for chunk in response.aiter_bytes(PIECE):
            yield chunk
    except httpx.TransportError as error:
        raise remote_problems.bad_answer(f"{type(error).__name__}: {error}") from error


async def _check(response: httpx.Response, accept: str) -> None:
    """Raise EngineProblem unless the response is a result of the media type asked for."""
    if response.status_code != 200:
        raise _problem(response.status_code, await _said(response))
    state = response.headers.get("x-sql-state")
    if state:  # Virtuoso: "anytime" query, the rows found until its limit
        raise remote_problems.engine_limit(f"{state} {response.headers.get('x-sql-message', '')[:200]}")
    most = response.headers.get("x-sparql-maxrows")
    if most:  # Virtuoso: sent with a result of SELECT that was cut
        raise remote_problems.engine_limit(f"X-SPARQL-MaxRows: {most}")
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in (accept, "application/json" if accept == RESULTS_JSON else "text/plain"):
        raise remote_problems.bad_answer(f"{media_type or 'no media type'} in place of {accept}")


async def _said(response: httpx.Response) -> str:
    """The start of an error message, without the query that Virtuoso repeats."""
    said = b""
    try:
        async for chunk in response.aiter_bytes():
            said += chunk
            if len(said) >= MOST_SAID:
                break
    except httpx.TransportError:
        pass  # what has come is enough
    return _ECHO.sub("", said[:MOST_SAID].decode("utf-8", "replace")).strip()


def _problem(status: int, said: str) -> EngineProblem:
    if _LIMIT.search(said) or status in (408, 504):
        return remote_problems.engine_limit(said)
    if status == 400 or _NOT_COMPILED.search(said):
        return problems.refused(said)
    if status in (429, 503):
        return problems.busy()
    if status == 500:
        return problems.failed(said)
    return remote_problems.bad_answer(f"HTTP {status} {said}")
