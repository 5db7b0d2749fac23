"""Small queries past ASGI: the same answers as the ordinary way gives, and nothing left behind when they end otherwise."""

from __future__ import annotations

import http.client
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from sparql_api.formats import CONSTRUCT_FORMATS, RESULT_FORMATS
from tests.releases import make_release, sample_quads
from tests.sparql.service import Service, running_service, wait_for
from tests.web.raw import Connection, ask_for, port_of

OWN = {"date", "x-request-id", "server-timing"}
CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
_NUMBERS = itertools.count()


class Client:
    """Asks over one connection with one block of headers. A request id makes a request one for the ordinary way."""

    def __init__(self, service: Service, headers: dict[str, str]) -> None:
        self.headers = headers
        self._connection = http.client.HTTPConnection("127.0.0.1", port_of(service), timeout=30)
        self.timing = ""

    def ask(self, query: str, **more: str) -> tuple[int, dict[str, str], bytes]:
        self._connection.request("GET", f"/sparql?query={quote(query)}", headers={**self.headers, **more})
        response = self._connection.getresponse()
        body = response.read()
        self.timing = response.getheader("server-timing", "")
        return response.status, {name.lower(): value for name, value in response.getheaders() if name.lower() not in OWN}, body

    def ask_the_ordinary_way(self, query: str) -> tuple[int, dict[str, str], bytes]:
        answer = self.ask(query, **{"X-Request-Id": f"ordinary-{next(_NUMBERS)}"})
        assert not self.was_fast
        return answer

    @property
    def was_fast(self) -> bool:
        return "engine;" in self.timing and "guard;" not in self.timing


def another(query: str) -> str:
    """The same query in other bytes, so that no answer kept for the same bytes is met."""
    return f"{query}{' ' * next(_NUMBERS)}"


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with room for one query, so that a place that is lost is missed."""
    with running_service(tmp_path_factory.mktemp("fast"), query_places=1, query_slow_places=1, query_seconds=1.5, query_wait=5) as running:
        yield running


TEXT = " ".join(['BIND("0123456789abcdef" AS ?x0)', *(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(16))])
FORMS = {
    "ask": "ASK { ?s ?p ?o }",
    "no": "ASK { <urn:x> ?p ?o }",
    "select": "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 3",
    "nothing": "SELECT * { <urn:x> ?p ?o }",
    "no columns": "SELECT * {}",
    "unicode": 'SELECT ("ñandú 日本語 😀" AS ?text) {}',
    "construct": "CONSTRUCT { <urn:s> <urn:p:o> ?o } WHERE { BIND('ñ'@es AS ?o) }",
    "describe": "DESCRIBE <urn:x>",
    "from": "SELECT * FROM <urn:unknown> { ?s ?p ?o }",
    "from named": "SELECT * FROM NAMED <urn:unknown> { GRAPH ?g { ?s ?p ?o } }",
    "unknown function": "SELECT (<urn:f>(1) AS ?x) {}",
    "syntax": "SELECT * {",
    "service": "SELECT * { SERVICE <http://localhost/> { ?s ?p ?o } }",
    "update": "DELETE WHERE { ?s ?p ?o }",
    "empty": "",
}  # fmt: skip
SIZES = [420, 428, 430, 431, 432, 433, 434, 440, 460, 480, 500, 505, 506, 507, 508, 512, 600, 262_000, 262_060, 262_065, 262_144, 262_200, 400_000]
STREAMED = 262_050
ACCEPTED = [
    None, "*/*", "text/html;q=0.1, */*;q=0.5",
    *dict.fromkeys(name for row in (*RESULT_FORMATS, *CONSTRUCT_FORMATS) for name in row.media_types),
]  # fmt: skip


@pytest.mark.parametrize("accept", ACCEPTED, ids=str)
def test_fast_answers_are_the_ordinary_ones(fast: Service, accept: str | None) -> None:
    client = Client(fast, {"Accept": accept} if accept else {})
    quick = 0
    for _ in range(2):
        for query in FORMS.values():
            text = another(query)
            ordinary = client.ask_the_ordinary_way(text)
            assert client.ask(text) == ordinary, query
            quick += client.was_fast
            assert client.ask(text) == ordinary, query
    generic = accept in {alias for row in (*RESULT_FORMATS, *CONSTRUCT_FORMATS) for alias in row.aliases}
    assert (quick > 0) == (not generic)  # what a generic type means depends on the query, so it goes the ordinary way


@pytest.mark.parametrize("coding", ["identity", "gzip", "br, gzip;q=0.5"])
@pytest.mark.parametrize("accept", ["application/sparql-results+json", "text/csv"])
def test_sizes_at_which_something_changes(fast: Service, accept: str, coding: str) -> None:
    """512 bytes, from which compression is worth it, and 256 KiB, from which a result is streamed."""
    client = Client(fast, {"Accept": accept, "Accept-Encoding": coding})
    client.ask("ASK {}")
    for size in SIZES:
        text = another(f"SELECT (SUBSTR(?x16, 1, {size}) AS ?text) {{ {TEXT} }}")
        status, headers, body = client.ask_the_ordinary_way(text)
        again = client.ask(text)
        assert status == again[0] == 200 and len(body) > 0, size
        if size < STREAMED:
            assert again == (status, headers, body), size
        elif coding == "identity":  # from there on it depends on the moment whether there is a length; packed pieces differ, too
            assert again[2] == body and len(body) > size


def test_the_lane_is_taken_and_conditions_are_not_for_it(fast: Service) -> None:
    client = Client(fast, {"Accept": "text/csv", "X-Unheard": "of"})
    assert [client.ask(another("ASK {}"))[0], client.was_fast] == [200, False]
    assert [client.ask(another("ASK {}"))[0], client.was_fast] == [200, True]
    etag = client.ask(another("ASK {}"))[1]["etag"]
    for condition, status in ((etag, 304), ('"x"', 200)):
        for _ in range(3):
            assert client.ask(another("ASK {}"), **{"If-None-Match": condition})[0] == status and not client.was_fast


def test_ends_that_are_no_answer(fast: Service) -> None:
    client = Client(fast, {"Accept": "text/csv"})
    client.ask("ASK {}")
    for query, status, slug in (
        (CROSS, 503, "query-timeout"),
        (CROSS.replace("(COUNT(*) AS ?n)", "*") + " ORDER BY ?a ?i", 507, "query-memory"),
        ("SELECT (<http://www.w3.org/2001/XMLSchema#nothing>(1) AS ?x) {", 400, "query-syntax"),
    ):
        found, headers, body = client.ask(another(query))
        slug_found = json.loads(body)["type"].rsplit("/", 1)[-1]
        assert (found, slug_found) in ((status, slug), (503, "query-timeout")), query  # on a slow machine
        assert headers["content-type"] == "application/problem+json"
        assert client.ask(another("ASK {}"))[::2] == (200, b"true\r\n")
        assert client.was_fast


def test_who_leaves_takes_the_query_along(fast: Service) -> None:
    """Each of them held the only place."""
    with Connection(port_of(fast)) as connection:
        connection.ask(ask_for("ASK {}"))
    for query in (CROSS, "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", "ASK {}"):
        for _ in range(5):
            with Connection(port_of(fast)) as connection:
                connection.send(ask_for(another(query)))
        with Connection(port_of(fast)) as connection:
            assert connection.ask(ask_for(another("ASK {}"))).status == 200
    assert wait_for(lambda: not fast.busy_workers())
    assert "Traceback" not in fast.log.read_text()


def test_what_was_learnt_from_one_release_is_not_used_for_the_next(tmp_path: Path) -> None:
    with running_service(tmp_path, release_seconds=0.1) as service:
        client = Client(service, {"Accept": "text/csv"})
        query = f"ASK {{ <{service.base}new> ?p ?o }}"
        client.ask(query)
        _, before, body = client.ask(another(query))
        assert client.was_fast and body == b"false\r\n" and before["commitments-release"] == service.release.id
        newer = make_release(tmp_path / "releases", service.base, sample_quads(service.base) + f'<{service.base}new> <{service.base}p> "x" .\n')
        seen = []

        def switched() -> bool:
            status, headers, body = client.ask(another(query))
            seen.append((status, headers["commitments-release"], body))
            return headers["commitments-release"] == newer.id

        assert wait_for(switched, 30)
        assert set(seen) == {(200, service.release.id, b"false\r\n"), (200, newer.id, b"true\r\n")}
        _, after, body = client.ask(another(query))
        assert client.was_fast and body == b"true\r\n" and after["commitments-release"] == newer.id
        assert newer.id in after["link"] and service.release.id not in after["link"]
