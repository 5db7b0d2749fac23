"""Two running services of ours, and endpoints that misbehave: what a client sees."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from rdflib import DCTERMS, RDF, RDFS, Graph, URIRef

from commitments.console import Exit
from ontology.namespaces import SD
from tests.conftest import ROOT
from tests.federation.endpoint import Endpoint, flooding, gzip_bomb, literal, redirecting, results, running_endpoint, sending, uri
from tests.sparql.service import Service, running_service

OTHER = "https://other.example/"
PEOPLE = ("Ada", 'Grace "Amazing" \\ Hopper', "Línea\nuno\r\n\tdos \u2028 tres", "日本 😀")


def people(name: str) -> str:
    """N-Quads of one service: numbered persons with names (theirs) or ages (ours)."""
    lines = []
    for number, person in enumerate(PEOPLE):
        subject = f"<{OTHER}person/{number}>"
        if name == "theirs":
            lines.append(f"{subject} <{OTHER}name> {ox.Literal(person, language='es')} .\n")
            lines.append(f'{subject} <{OTHER}born> "19{number}0-01-31"^^<http://www.w3.org/2001/XMLSchema#date> .\n')
        else:
            lines.append(f'{subject} <{OTHER}age> "{number + 30}"^^<http://www.w3.org/2001/XMLSchema#integer> .\n')
    return "".join(lines)


@dataclass
class Scene:
    """Our service, which may ask theirs and the paths of a fake endpoint that begin with /open."""

    ours: Service
    theirs: Service
    fake: Endpoint

    def at(self, path: str) -> str:
        return f"http://127.0.0.1:{self.fake.port}{path}"


FAKES = ("/open/slow", "/open/drip", "/open/flood", "/open/bomb", "/open/status", "/open/html", "/open/blank", "/open/home", "/open/metadata", "/open/file",
         "/open/none", "/open/bad-json", "/open/rows")  # fmt: skip


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with running_endpoint() as fake, running_service(tmp_path_factory.mktemp("theirs"), text=people("theirs")) as theirs:
        allowed = [theirs.url, *(f"http://127.0.0.1:{fake.port}{path}" for path in FAKES)]
        settings = {
            "query_seconds": 8.0, "service_seconds": 2.0, "service_rows": 50, "service_allow": ",".join(allowed), "service_addresses": "127.0.0.1/32"
        }  # fmt: skip
        with running_service(tmp_path_factory.mktemp("ours"), text=people("ours"), **settings) as ours:
            yield Scene(ours, theirs, fake)


@pytest.fixture(autouse=True)
def behaviours(scene: Scene) -> None:
    fake = scene.fake
    fake.requests.clear()
    fake.at("/open/slow", fake.hanging)
    fake.at("/open/drip", fake.dripping)
    fake.at("/open/flood", flooding)
    fake.at("/open/bomb", sending(gzip_bomb(), Content_Encoding="gzip"))
    fake.at("/open/status", lambda handler: handler.reply(500))
    fake.at("/open/html", sending(b"<html>", "text/html"))
    fake.at("/open/bad-json", sending(b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":'))
    fake.at("/open/blank", sending(results(["x"], [{"x": {"type": "bnode", "value": "b"}}])))
    fake.at("/open/home", redirecting("http://127.0.0.1:9/"))
    fake.at("/open/metadata", redirecting("http://169.254.169.254/latest/meta-data/", 302))
    fake.at("/open/file", redirecting("file:///etc/passwd", 303))
    fake.at("/open/none", sending(results(["x"], [])))
    fake.at("/open/rows", sending(results(["x"], [{"x": literal(str(number))} for number in range(51)])))


def joined(scene: Scene) -> str:
    return f"""PREFIX o: <{OTHER}>
      SELECT ?age ?name ?born {{
        ?person o:age ?age FILTER(?age != 31)
        SERVICE <{scene.theirs.url}> {{ ?person o:name ?name OPTIONAL {{ ?person o:born ?born FILTER(YEAR(?born) < 1925) }} }}
      }} ORDER BY DESC(?age)"""


def test_two_services_join(scene: Scene) -> None:
    response = scene.ours.ask(joined(scene))
    assert response.status_code == 200, response.text
    date = {"type": "literal", "datatype": "http://www.w3.org/2001/XMLSchema#date"}
    expected = [
        {"age": {"type": "literal", "value": str(number + 30), "datatype": "http://www.w3.org/2001/XMLSchema#integer"},
         "name": {"type": "literal", "value": PEOPLE[number], "xml:lang": "es"}, **({"born": {**date, "value": f"19{number}0-01-31"}} if number < 3 else {})}
        for number in (3, 2, 0)
    ]  # fmt: skip
    assert response.json()["results"]["bindings"] == expected
    assert response.headers["cache-control"] == "no-store"
    assert "commitments-notice" not in response.headers


@pytest.mark.parametrize(
    ("query", "accept", "there"),
    [
        ("ASK {{ ?p <{o}age> 30 SERVICE <{u}> {{ ?p <{o}name> ?n }} }}", "text/csv", b"true"),
        ("ASK {{ ?p <{o}age> 30 SERVICE <{u}> {{ ?p <{o}none> ?n }} }}", "text/csv", b"false"),
        ("CONSTRUCT {{ ?p <{o}called> ?n }} {{ ?p <{o}age> 30 SERVICE <{u}> {{ ?p <{o}name> ?n }} }}", "application/n-triples", b'"Ada"@es'),
        ("DESCRIBE ?p {{ SERVICE <{u}> {{ ?p <{o}name> 'Ada'@es }} }}", "application/n-triples", b'"30"'),
        ("SELECT (COUNT(*) AS ?count) {{ {{ ?p <{o}age> ?a }} UNION {{ SERVICE <{u}> {{ ?p <{o}name> ?n }} }} }}", "text/csv", b"8"),
        ("SELECT ?a {{ ?p <{o}age> ?a MINUS {{ SERVICE <{u}> {{ ?p <{o}name> 'Ada'@es }} }} }} ORDER BY ?a LIMIT 1", "text/csv", b"31"),
        ("SELECT ?a {{ ?p <{o}age> ?a FILTER NOT EXISTS {{ SERVICE <{u}> {{ ?p <{o}name> 'Ada'@es }} }} }} ORDER BY ?a LIMIT 1", "text/csv", b"31"),
    ],
)  # fmt: skip
def test_every_form(scene: Scene, query: str, accept: str, there: bytes) -> None:
    response = scene.ours.ask(query.format(o=OTHER, u=scene.theirs.url), accept)
    assert response.status_code == 200, response.text
    assert there in response.content


def test_get_head_and_page(scene: Scene) -> None:
    parameters = {"query": joined(scene)}
    got = httpx.get(scene.ours.url, params=parameters, timeout=30)
    again = httpx.get(scene.ours.url, params=parameters, timeout=30)
    assert got.status_code == again.status_code == 200 and got.content == again.content
    assert got.headers["cache-control"] == "no-store"
    assert httpx.head(scene.ours.url, params=parameters, timeout=30).status_code == 200
    page = httpx.get(scene.ours.url, params=parameters, headers={"accept": "text/html"}, timeout=30)
    assert page.status_code == 200 and "日本" in page.text
    broken = {"query": f"SELECT * {{ SERVICE <{scene.at('/open/status')}> {{ ?x a ?y }} }}"}
    page = httpx.get(scene.ours.url, params=broken, headers={"accept": "text/html", "accept-language": "es"}, timeout=30)
    assert page.status_code == 502 and "respondió HTTP 500" in page.text


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/open/slow", 504, "timeout"), ("/open/drip", 504, "timeout"), ("/open/flood", 502, "too-large"), ("/open/bomb", 502, "too-large"),
        ("/open/status", 502, "status"), ("/open/html", 502, "not-results"), ("/open/bad-json", 502, "not-results"), ("/open/blank", 502, "blank-node"),
        ("/open/home", 502, "redirect"), ("/open/metadata", 502, "redirect"), ("/open/file", 502, "redirect"), ("/open/rows", 502, "too-many-rows"),
    ],
)  # fmt: skip
def test_failures_are_errors_unless_silent(scene: Scene, path: str, status: int, code: str) -> None:
    address = scene.at(path)
    text = f"SELECT * {{ ?p <{OTHER}age> ?age SERVICE SILENT <{address}> {{ ?p <{OTHER}name> ?x }} }}"
    start = time.monotonic()
    response = scene.ours.ask(text.replace("SILENT ", ""), headers={"accept-language": "en"})
    assert time.monotonic() - start < 20  # and not the minute for which the endpoint hangs
    problem = response.json()
    assert response.headers["content-type"].startswith("application/problem+json")
    assert (response.status_code, problem["status"], problem["code"], problem["endpoint"]) == (status, status, code, address)
    assert problem["type"].endswith("/problems/service-failed") and address in problem["detail"] and "SILENT" in problem["hint"]
    limits = {"timeout": ("service-seconds", 2.0), "too-large": ("service-bytes", 8 * 2**20), "too-many-rows": ("service-rows", 50)}
    struck = problem.get("limit", {})
    assert (struck.get("name"), struck.get("value")) == limits.get(code, (None, None))
    silent = scene.ours.ask(text)
    assert silent.status_code == 200 and len(silent.json()["results"]["bindings"]) == len(PEOPLE)
    assert f"service-failed <{address}>" in silent.headers["commitments-notice"]
    assert scene.ours.seconds_of_a_small_query() < 5


def test_no_rows_and_wrong_rows_differ(scene: Scene) -> None:
    response = scene.ours.ask(f"SELECT * {{ ?p <{OTHER}age> ?age SERVICE <{scene.at('/open/none')}> {{ ?p <{OTHER}name> ?x }} }}")
    assert response.status_code == 200 and response.json()["results"]["bindings"] == []
    assert "commitments-notice" not in response.headers


def test_nothing_of_the_stranger_goes_along(scene: Scene) -> None:
    scene.fake.at("/open/none", sending(results(["x"], [{"x": uri("urn:a")}])))
    headers = {"Cookie": "secret=1", "Authorization": "Basic c2VjcmV0", "X-Secret": "1", "User-Agent": "secret", "X-Forwarded-For": "203.0.113.7"}
    scene.ours.ask(f"SELECT ?age {{ # secret\n ?p <urn:secret> ?age SERVICE <{scene.at('/open/none')}> {{ ?x a ?q }} }}", headers=headers)
    [request] = scene.fake.requests
    assert set(request.headers) == {"host", "user-agent", "accept", "accept-encoding", "connection", "content-type", "content-length"}
    assert request.headers["user-agent"].endswith(f" (+{scene.ours.base}sparql)")
    assert "secret" not in str(request)


def test_other_endpoints_stay_closed(scene: Scene) -> None:
    inner = f"SERVICE <{scene.theirs.url}> {{ ?s ?p ?o }}"
    for clause in (
        f"SERVICE <{scene.at('/closed')}> {{ ?s ?p ?o }}", f"SERVICE SILENT <{scene.at('/closed')}> {{ ?s ?p ?o }}",
        f"SERVICE <{scene.theirs.url}> {{ {inner} }}", "SERVICE ?s { ?s ?p ?o }", f"SERVICE <{scene.theirs.url}?default-graph-uri=urn:x> {{ ?s ?p ?o }}",
        f"SERVICE <{scene.theirs.url.replace('127.0.0.1', 'localhost')}> {{ ?s ?p ?o }}",
    ):  # fmt: skip
        response = scene.ours.ask(f"SELECT * {{ {clause} }}", headers={"accept-language": "es"})
        assert (response.status_code, response.json()["code"]) == (400, "service"), clause
        assert "descripción" in response.json()["detail"]
    assert not scene.fake.requests


def test_many_clauses_are_refused(scene: Scene) -> None:
    response = scene.ours.ask("SELECT * {" + f"SERVICE <{scene.theirs.url}> {{ ?s ?p ?o }} " * 11 + "}")
    assert (response.status_code, response.json()["code"]) == (400, "too-complex")


def test_the_time_of_calls_is_time_of_the_query(scene: Scene) -> None:
    """`timeout` halves: one part at most for calls, and the engine gets what is left."""
    killer = " . ".join(f"?s{number} ?p{number} ?o{number}" for number in range(20))
    text = f"SELECT (COUNT(*) AS ?count) {{ SERVICE SILENT <{scene.at('/open/drip')}> {{ ?x a ?y }} {killer} FILTER(?o1 != ?o2) }}"
    start = time.monotonic()
    response = httpx.post(scene.ours.url, data={"query": text, "timeout": "3"}, headers={"accept": "text/csv", "accept-language": "es"}, timeout=60)
    assert (response.status_code, response.json()["type"].rpartition("/")[2]) == (503, "query-timeout")
    assert "3 segundos" in response.json()["detail"]
    assert time.monotonic() - start < 12


def test_both_descriptions_say_what_is_open(scene: Scene) -> None:
    for service, endpoints in ((scene.ours, {scene.theirs.url, *map(scene.at, FAKES)}), (scene.theirs, set())):
        graph = Graph().parse(data=httpx.get(service.url, headers={"accept": "text/turtle"}).text, format="turtle")
        [node] = graph.subjects(RDF.type, SD.Service)
        assert set(graph.objects(node, SD.feature)) == ({SD.BasicFederatedQuery} if endpoints else set())
        assert set(graph.objects(node, DCTERMS.relation)) == {URIRef(endpoint) for endpoint in endpoints}
        comments = {comment.language: comment for comment in graph.objects(node, RDFS.comment)}
        assert set(comments) == ({"es", "en"} if endpoints else set())
        assert all(endpoint in comment for endpoint in endpoints for comment in comments.values())


def test_serve_says_what_is_open(scene: Scene) -> None:
    assert f"SERVICE puede consultar: {scene.theirs.url}" in scene.ours.log.read_text() or f"SERVICE may ask: {scene.theirs.url}" in scene.ours.log.read_text()
    assert "SERVICE" not in scene.theirs.log.read_text()


def test_loopback_is_refused_without_an_exception(scene: Scene, tmp_path: Path) -> None:
    """The list alone opens no private address: an operator's slip, or a name that leads here later."""
    with running_service(tmp_path, text=people("ours"), service_allow=scene.theirs.url) as careful:
        response = careful.ask(joined(scene))
        assert (response.status_code, response.json()["code"]) == (502, "address")
        assert "127.0.0.1 " not in response.json()["detail"]


def test_the_shell_follows_the_same_rules(scene: Scene) -> None:
    def shell(text: str, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, **{f"COMMITMENTS_{name.upper()}": value for name, value in settings.items()}, "COMMITMENTS_LANG": "en"}
        command = [sys.executable, "-m", "commitments", "--data", str(scene.ours.data), "query", text, "--format", "csv"]
        return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False)

    text = f"SELECT ?age {{ ?p <{OTHER}age> ?age SERVICE <{scene.theirs.url}> {{ ?p <{OTHER}name> 'Ada'@es }} }}"
    done = shell(text, service_allow=scene.theirs.url, service_addresses="127.0.0.1/32")
    assert (done.returncode, done.stdout.split()) == (0, ["age", "30"]), done.stderr
    private = shell(text, service_allow=scene.theirs.url)
    assert private.returncode == Exit.ENVIRONMENT and "not public" in private.stderr and not private.stdout
    assert shell(text).returncode == Exit.USAGE
