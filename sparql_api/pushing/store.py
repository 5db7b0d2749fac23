"""A store on another machine while it is being loaded: queries and updates by SPARQLWrapper, graphs by HTTP PUT and POST."""

from __future__ import annotations

import gzip
import json
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit, urlunsplit

import httpx
from SPARQLWrapper import BASIC, DIGEST, JSON, POST, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import EndPointInternalError, EndPointNotFound, QueryBadFormed, SPARQLWrapperException, Unauthorized

from sparql_api.engine.endpoint import N_TRIPLES, Challenged, Credentials
from sparql_api.engine.layout import COUNT, EMPTY_GRAPH
from sparql_api.pushing.ending import Ending

CONNECT_SECONDS = 10.0
# For one request: the switch moves everything, and an engine may count a large graph slowly.
REQUEST_SECONDS = 3600
GZIP_LEVEL = 6
MOST_SAID = 300  # characters of an error message
_PROBE = "<urn:commitments:probe>"
# Where engines that we have tried take updates and graphs, by how their `Server` header starts: the end of the path of
# the query address, and what stands in its place for the one who has a password and for the one who has none.
_PLACES = {
    "Oxigraph": ("/query", ("/update", "/store"), ("/update", "/store")),
    "Virtuoso": ("/sparql", ("/sparql-auth", "/sparql-graph-crud-auth"), ("/sparql", "/sparql-graph-crud")),
}


class PushProblem(Exception):
    """A push cannot go on. `code` names a message of the command line, `values` are what it needs."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(f"{code}: {values}")
        self.code = code
        self.values = values


@dataclass(frozen=True)
class Target:
    """Addresses of a store: SPARQL 1.1 Protocol query and update, Graph Store HTTP Protocol (indirect, `?graph=`)."""

    query: str
    update: str | None = None
    graph_store: str | None = None
    credentials: Credentials | None = None

    def completed(self, software: str) -> Target:
        """With the addresses that are usual for this software. Raises PushProblem when they are not known."""
        if self.update and self.graph_store:
            return self
        parts = urlsplit(self.query)
        for name, (end, authorised, anonymous) in _PLACES.items():
            if software.startswith(name) and parts.path.endswith(end):
                paths = [parts.path.removesuffix(end) + place for place in (authorised if self.credentials else anonymous)]
                update, graph_store = (urlunsplit(parts._replace(path=path)) for path in paths)
                return replace(self, update=self.update or update, graph_store=self.graph_store or graph_store)
        raise PushProblem("push-addresses", endpoint=self.query, software=software or "?")


class RemoteStore:
    """A store that is asked and changed; a context manager. Every method raises PushProblem."""

    def __init__(self, target: Target, ending: Ending | None = None) -> None:
        self._given = target
        self._ending = ending or Ending()
        self._target = target
        auth = Challenged(target.credentials) if target.credentials else None
        timeout = httpx.Timeout(REQUEST_SECONDS, connect=CONNECT_SECONDS)
        # A connection for each request: a server may hang up on a kept one just when it is used again, and a block that is
        # added cannot be sent twice.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.Client(auth=auth, timeout=timeout, limits=limits, follow_redirects=False, trust_env=False)
        self._scheme = BASIC

    def __enter__(self) -> Self:
        """Find out what software answers."""
        try:
            answer = self._send("POST", self._given.query, data={"query": "ASK {}"}, headers={"Accept": "application/sparql-results+json"})
            self._refuse(answer)
            self._target = self._given.completed(answer.headers.get("server", ""))
        except BaseException:
            self._http.close()
            raise
        return self

    def __exit__(self, *_raised: object) -> None:
        self._http.close()

    # --- queries and updates

    def ask(self, query: str, named_graph: str) -> bool:
        """The answer of an ASK query over one named graph."""
        return self._query(query, EMPTY_GRAPH, named_graph)["boolean"]

    def count(self, graph: str) -> int:
        """Triples in a graph."""
        return int(self._query(COUNT, graph, EMPTY_GRAPH)["results"]["bindings"][0]["triples"]["value"])

    def graphs_below(self, prefix: str, *, quietly: bool = False) -> set[str]:
        """IRIs of graphs that start with the prefix; `quietly` none when the store cannot be asked."""
        query = f'SELECT DISTINCT ?graph WHERE {{ GRAPH ?graph {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?graph), "{prefix}")) }}'
        try:
            rows = self._query(query)["results"]["bindings"]
        except PushProblem:
            if quietly:
                return set()
            raise
        return {row["graph"]["value"] for row in rows}

    def update(self, text: str) -> None:
        """Run one update request."""
        self._run(self._client(text))

    def drop_quietly(self, graphs: Iterable[str]) -> None:
        """Drop graphs if that is possible."""
        steps = [f"DROP SILENT GRAPH <{graph}>" for graph in sorted(graphs)]
        try:
            if steps:
                self.update(" ;\n".join(steps))
        except PushProblem:
            pass  # the next push does it

    # --- what the store can do

    def check_writable(self, graph: str) -> None:
        """Run an update that changes nothing, and learn how the store wants to be told the password."""
        text = f"INSERT {{ GRAPH <{graph}> {{ {_PROBE} {_PROBE} {_PROBE} }} }} WHERE {{ GRAPH <{EMPTY_GRAPH}> {{ {_PROBE} {_PROBE} {_PROBE} }} }}"
        with httpx.Client(timeout=REQUEST_SECONDS, trust_env=False) as anonymous:
            answer = self._send("POST", self._target.update or "", client=anonymous, data={"update": text})
        schemes = {line.split(" ")[0].lower() for line in answer.headers.get_list("www-authenticate")}
        self._scheme = DIGEST if answer.status_code == 401 and "digest" in schemes else BASIC
        self.update(text)

    def has_unnamed_graph(self) -> bool:
        """Whether an update may name no graph; tried with one that changes nothing."""
        text = f"INSERT {{ {_PROBE} {_PROBE} {_PROBE} }} WHERE {{ GRAPH <{EMPTY_GRAPH}> {{ {_PROBE} {_PROBE} {_PROBE} }} }}"
        try:
            self.update(text)
        except PushProblem as problem:
            if problem.code == "push-refused":
                return False
            raise
        return True

    def takes_gzip(self, graph: str) -> bool:
        """Whether the store takes a packed graph, and takes it right; `graph` holds the attempt afterwards, or does not exist."""
        try:
            self.put(graph, f"{_PROBE} {_PROBE} {_PROBE} .\n".encode(), add=False, compressed=True)
        except PushProblem as problem:
            if problem.code == "push-refused":
                return False
            raise
        return self.count(graph) == 1

    # --- graphs

    def put(self, graph: str, triples: bytes, *, add: bool, compressed: bool) -> None:
        """Replace a graph, or add to it, with N-Triples. The length is always announced: Virtuoso takes nothing of a
        body in chunks, and says 201."""
        headers = {"Content-Type": N_TRIPLES}
        if compressed:
            triples = gzip.compress(triples, GZIP_LEVEL, mtime=0)
            headers["Content-Encoding"] = "gzip"
        method = "POST" if add else "PUT"
        self._refuse(self._send(method, self._target.graph_store or "", params={"graph": graph}, content=triples, headers=headers))

    # --- requests

    def _send(self, method: str, address: str, *, client: httpx.Client | None = None, **request: Any) -> httpx.Response:
        try:
            with self._ending.request():
                return (client or self._http).request(method, address, **request)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise PushProblem("push-unreachable", address=address, problem=str(error) or type(error).__name__) from error

    def _refuse(self, answer: httpx.Response) -> None:
        """Raise PushProblem for an answer that is no success."""
        if answer.status_code in (401, 403):
            raise PushProblem("push-unauthorised", address=str(answer.request.url.copy_with(query=None)))
        if not answer.is_success:
            raise _refused(answer.request.method, str(answer.request.url), f"HTTP {answer.status_code} {answer.text}")

    def _client(self, text: str) -> SPARQLWrapper:
        client = SPARQLWrapper(self._target.query, self._target.update, returnFormat=JSON)
        client.setOnlyConneg(True)
        client.setMethod(POST)
        client.setTimeout(REQUEST_SECONDS)
        if self._target.credentials:
            client.setHTTPAuth(self._scheme)
            client.setCredentials(self._target.credentials.user, self._target.credentials.password)
        client.setQuery(text)
        return client

    def _query(self, text: str, default_graph: str | None = None, named_graph: str | None = None) -> dict[str, Any]:
        client = self._client(text)
        for name, graph in (("default-graph-uri", default_graph), ("named-graph-uri", named_graph)):
            if graph is not None:
                client.addParameter(name, graph)
        return json.loads(self._run(client))

    def _run(self, client: SPARQLWrapper) -> bytes:
        """Send what is in the client. Raises PushProblem."""
        address = client.updateEndpoint if client.isSparqlUpdateRequest() else client.endpoint
        try:
            with self._ending.request():
                return client.query().response.read()
        except Unauthorized:
            raise PushProblem("push-unauthorised", address=address) from None
        except HTTPError as error:
            if error.code in (401, 403):
                raise PushProblem("push-unauthorised", address=address) from None
            raise _refused("POST", address, f"HTTP {error.code} {error.reason}") from None
        except (QueryBadFormed, EndPointInternalError, EndPointNotFound, SPARQLWrapperException) as error:
            raise _refused("POST", address, str(error)) from None
        except (URLError, ssl.SSLError, TimeoutError, ConnectionError) as error:
            reason = getattr(error, "reason", None) or error
            raise PushProblem("push-unreachable", address=address, problem=str(reason) or type(error).__name__) from None


def _refused(method: str, address: str, said: str) -> PushProblem:
    return PushProblem("push-refused", method=method, address=address, said=" ".join(said.split())[:MOST_SAID])
