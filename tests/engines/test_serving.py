"""`commitments serve` with a remote engine behind it: the same protocol, the same bytes, and the truth when it fails."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import psutil
import pyoxigraph as ox
import pytest

from tests.engines.servers import Server, running_oxigraph, running_virtuoso
from tests.releases import make_release, sample_quads
from tests.sparql.service import HOSTILE, Service, hostile_quads, running_service, wait_for

EACH = pytest.mark.parametrize("name", ["oxigraph", "virtuoso"])
RESULTS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
GRAPHS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}
CROSS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
STREAM = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.fixture(scope="module")
def services(servers: Callable[[str], Server], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Service]]:
    """A service by the name of the engine behind it."""
    known: dict[str, Service] = {}
    with ExitStack() as running:

        def start(name: str) -> Service:
            if name not in known:
                server = servers(name)
                folder = tmp_path_factory.mktemp(f"serving-{name}")
                known[name] = running.enter_context(running_service(folder, prepare=server.push, engine=server.address))
            return known[name]

        yield start


def store_of(service: Service) -> ox.Store:
    """What the release of a service holds, to compare with."""
    store = ox.Store()
    store.bulk_load(path=str(service.release.everything), format=ox.RdfFormat.N_QUADS)
    return store


@EACH
@pytest.mark.parametrize("media_type", RESULTS)
def test_rows(name: str, media_type: str, services: Callable[[str], Service]) -> None:
    service = services(name)
    query = "SELECT ?s ?p ?o ?none WHERE { ?s ?p ?o FILTER(!CONTAINS(STR(?s), 'hostile/control')) }"
    answer = service.ask(query, media_type)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith(media_type)
    assert answer.headers["commitments-release"] == service.release.id
    found = ox.parse_query_results(answer.content, RESULTS[media_type])
    assert [variable.value for variable in found.variables] == ["s", "p", "o", "none"]
    rows = sorted(str([str(row[v]) for v in "spo"]) for row in found)
    expected = sorted(str([str(row[v]) for v in "spo"]) for row in store_of(service).query(query))
    assert rows == expected


@EACH
@pytest.mark.parametrize("media_type", GRAPHS)
def test_triples(name: str, media_type: str, services: Callable[[str], Service]) -> None:
    service = services(name)
    query = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(!CONTAINS(STR(?s), 'hostile/control')) }"
    answer = service.ask(query, media_type)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith(media_type)
    found = {str(quad.triple) for quad in ox.parse(io.BytesIO(answer.content), GRAPHS[media_type])}
    assert found == {str(triple) for triple in store_of(service).query(query)}


@EACH
def test_columns_stand_in_the_order_of_the_query(name: str, services: Callable[[str], Service]) -> None:
    answer = services(name).ask("SELECT * WHERE { ?s ?p ?o } LIMIT 1", "text/csv")
    assert answer.text.splitlines()[0] == "s,p,o"


@EACH
def test_booleans(name: str, services: Callable[[str], Service]) -> None:
    service = services(name)
    for query, value in (("ASK {}", True), ("ASK { ?s ?p ?o }", True), ("ASK { ?s <urn:none> ?o }", False)):
        assert service.ask(query).json()["boolean"] is value
        assert (b"true" if value else b"false") in service.ask(query, "application/sparql-results+xml").content
        assert service.ask(query, "text/csv").content == (b"true\r\n" if value else b"false\r\n")


@EACH
def test_hostile_cells(name: str, services: Callable[[str], Service]) -> None:
    service = services(name)
    answer = service.ask(f"SELECT ?s ?o WHERE {{ ?s <{service.base}value> ?o }}")
    cells = {row["s"]["value"].rpartition("/")[2]: row["o"]["value"] for row in answer.json()["results"]["bindings"]}
    assert cells == HOSTILE


@EACH
def test_pages_and_datasets(name: str, services: Callable[[str], Service]) -> None:
    """Descriptions come from the engine, too; a graph is asked for by name, and one that is not ours is empty."""
    service = services(name)
    with httpx.Client(base_url=service.url.removesuffix("sparql"), timeout=60) as client:
        page = client.get("/doc/commitment/MX-4-01", headers={"Accept": "text/turtle"})
        assert page.status_code == 200 and "MX-4-01" in page.text
        assert client.get("/health/ready").status_code == 200
        count = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
        for graph, expected in ((f"{service.base}graph/catalog", service.release.manifest.graphs["catalog"]), ("urn:commitments:other", 0)):
            for form in ({"query": count, "default-graph-uri": graph}, {"query": count.replace("WHERE", f"FROM <{graph}> WHERE")}):
                answer = client.post("/sparql", data=form, headers={"Accept": "text/csv"})
                assert answer.text.split() == ["n", str(expected)], form


@EACH
def test_syntax_and_row_limit(name: str, services: Callable[[str], Service]) -> None:
    service = services(name)
    wrong = service.ask("SELECT ?x WHERE { ?x")
    assert wrong.status_code == 400 and wrong.json()["type"].endswith("query-syntax") and wrong.json()["line"] == 1
    capped = httpx.post(service.url, data={"query": "SELECT ?s { ?s ?p ?o }", "maxrows": "3"}, headers={"Accept": "application/sparql-results+json"}, timeout=60)
    assert len(capped.json()["results"]["bindings"]) == 3 and "rows-capped" in capped.headers["commitments-notice"]


@EACH
def test_time_limit(name: str, services: Callable[[str], Service]) -> None:
    """503 before the first byte, a broken connection after it, and small queries go on."""
    service = services(name)
    start = time.monotonic()
    stopped = service.ask(CROSS)
    assert stopped.status_code == 503 and stopped.json()["type"].endswith("query-timeout")
    assert time.monotonic() - start < 30
    try:
        streamed = service.ask(STREAM, "text/csv")
        assert streamed.status_code == 503
    except httpx.RemoteProtocolError:
        pass
    assert service.ask("ASK {}").json()["boolean"] is True


def connections_to(service: Service, server: Server) -> int:
    port = httpx.URL(server.address).port
    return sum(1 for each in psutil.Process(service.process.pid).net_connections() if each.raddr and each.raddr.port == port and each.status == "ESTABLISHED")


def test_a_client_that_leaves_ends_the_request_to_the_engine(services: Callable[[str], Service], servers: Callable[[str], Server]) -> None:
    service, server = services("oxigraph"), servers("oxigraph")
    service.ask("ASK {}")
    before = connections_to(service, server)  # may be closed and opened again at any moment: only more than before is a leak
    with httpx.stream("POST", service.url, data={"query": STREAM}, headers={"Accept": "text/csv"}, timeout=60) as answer:
        next(answer.iter_raw())
    assert wait_for(lambda: connections_to(service, server) <= max(before, 1), 60)
    assert service.ask("ASK {}").json()["boolean"] is True


def test_the_engine_goes_and_comes_back(tmp_path: Path) -> None:
    with ExitStack() as stack:
        first = stack.enter_context(ExitStack())
        server = first.enter_context(running_oxigraph(tmp_path / "engine"))
        port = httpx.URL(server.address).port
        service = stack.enter_context(running_service(tmp_path / "data", prepare=server.push, engine=server.address))
        ready = service.url.replace("sparql", "health/ready")
        assert httpx.get(ready, timeout=30).status_code == 200
        first.close()
        gone = service.ask("ASK { ?s ?p ?o }")
        assert gone.status_code == 503 and gone.json()["type"].endswith("engine-not-ready") and int(gone.headers["retry-after"]) > 0
        assert wait_for(lambda: httpx.get(ready, timeout=30).status_code == 503, 30)
        assert httpx.get(ready.replace("ready", "live"), timeout=30).status_code == 200
        stack.enter_context(running_oxigraph(tmp_path / "engine", port))
        assert wait_for(lambda: httpx.get(ready, timeout=30).status_code == 200, 30)
        assert service.ask("ASK { ?s ?p ?o }").json()["boolean"] is True


def test_a_new_release_is_never_mixed_with_the_old_one(tmp_path: Path) -> None:
    """Built, then pushed, while queries go on: each answer is of the release that it names, or none (503)."""
    with ExitStack() as stack:
        server = stack.enter_context(running_oxigraph(tmp_path / "engine"))
        service = stack.enter_context(running_service(tmp_path / "data", prepare=server.push, engine=server.address, release_seconds=0.3))
        old = service.release
        text = sample_quads(service.base) + hostile_quads(service.base) + f"<{service.base}new> <{service.base}value> \"new\" .\n"
        new = make_release(tmp_path / "data" / "releases", service.base, text)
        counts = {release.id: release.manifest.graphs[""] for release in (old, new)}
        seen = []

        def ask() -> str:
            answer = service.ask("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }", "text/csv")
            if answer.status_code == 503:
                return "503"
            named = answer.headers["commitments-release"]
            assert answer.text.split()[1] == str(counts[named])
            seen.append(named)
            return named

        time.sleep(1)  # the service has seen that there is a release which the engine does not hold
        assert ask() == old.id
        server.push(new)
        assert wait_for(lambda: ask() == new.id, 60)
        assert seen == sorted(seen, key=[old.id, new.id].index)


def test_a_store_without_the_release_is_not_served(tmp_path: Path) -> None:
    with running_oxigraph(tmp_path / "engine") as server:
        with pytest.raises(AssertionError, match="did not start"), running_service(tmp_path / "data", engine=server.address):
            pass
        said = (tmp_path / "data" / "serve.log").read_text()
        assert "does not hold release" in said and "Traceback" not in said


def test_a_virtuoso_that_cuts_results_is_not_served(tmp_path: Path) -> None:
    """It cuts CONSTRUCT and DESCRIBE without a word, so nobody could tell."""
    with running_virtuoso(tmp_path / "engine", "ResultSetMaxRows = 10000") as server:
        with pytest.raises(AssertionError, match="did not start"), running_service(tmp_path / "data", prepare=server.push, engine=server.address):
            pass
        assert "ResultSetMaxRows" in (tmp_path / "data" / "serve.log").read_text()


def test_metrics_know_the_engine(services: Callable[[str], Service]) -> None:
    service = services("oxigraph")
    assert service.ask("ASK {}").status_code == 200
    text = httpx.get(service.url.replace("sparql", "metrics"), timeout=30).text
    triples = float(sum(service.release.manifest.graphs.values()))
    assert any(line.startswith("commitments_") and line.endswith(f" {triples}") for line in text.splitlines())
