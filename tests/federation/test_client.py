"""One call over HTTP: what is sent, which redirects are followed, and how much is read."""

from __future__ import annotations

import gzip
import threading
import time
import tracemalloc
from urllib.parse import urlsplit

import pytest

from commitments import __version__
from sparql_api.federation.failures import REASONS, SLUG, ServiceFailure
from sparql_api.problems import SLUGS
from tests.federation.asking import LOOPBACK, OURS, Names, ask, client_for
from tests.federation.endpoint import MEBIBYTE, RESULTS_JSON, Endpoint, Handler, flooding, gzip_bomb, redirecting, results, sending

EMPTY = results(["s"], [])


def failure_of(address: str, **more: object) -> ServiceFailure:
    with pytest.raises(ServiceFailure) as failed:
        ask(client_for(address, **more), address)  # type: ignore[arg-type]
    return failed.value


def test_every_failure_speaks_both_languages_and_has_a_known_slug() -> None:
    values = {"seconds": 1, "most": 2, "status": 500, "variable": "s"}
    for code in REASONS:
        failure = ServiceFailure("https://data.example/sparql", code, **values)
        assert set(failure.detail) == {"es", "en"}
        assert all("https://data.example/sparql" in text and "{" not in text for text in failure.detail.values())
        again = failure.repeated()
        assert (again.code, again.detail, again.status, again.message) == (code, failure.detail, failure.status, failure.message)
    assert SLUG in SLUGS


def test_what_is_sent(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")  # would fail if anybody used it
    address = endpoint.at("/sparql?a=b", sending(EMPTY))
    ask(client_for(address), address, "SELECT * { ?s ?p 'ñ+&=%' }")
    [request] = endpoint.requests
    assert (request.method, request.path, request.query) == ("POST", "/sparql?a=b", "SELECT * { ?s ?p 'ñ+&=%' }")
    assert request.headers.pop("content-length").isdigit()
    assert request.headers == {
        "host": f"127.0.0.1:{endpoint.port}",
        "user-agent": f"open-commitments/{__version__} (+{OURS})",
        "accept": "application/sparql-results+json, application/sparql-results+xml;q=0.9",
        "accept-encoding": "gzip",
        "connection": "close",
        "content-type": "application/x-www-form-urlencoded",
    }


def test_no_cookie_comes_back(endpoint: Endpoint) -> None:
    address = endpoint.at("/sparql", sending(EMPTY, Set_Cookie="a=b"))
    client = client_for(address)
    ask(client, address)
    ask(client, address)
    assert all("cookie" not in request.headers for request in endpoint.requests) and len(endpoint.requests) == 2


# --- redirects


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_on_the_list_gets_the_same_request(endpoint: Endpoint, status: int) -> None:
    address = endpoint.at("/old", redirecting("/new", status))
    endpoint.at("/new", sending(EMPTY))
    assert ask(client_for(address), address, "ASK {}").body == EMPTY
    assert [(request.method, request.path, request.query) for request in endpoint.requests] == [("POST", "/old", "ASK {}"), ("POST", "/new", "ASK {}")]


def test_see_other_is_fetched_by_get(endpoint: Endpoint) -> None:
    address = endpoint.at("/old", redirecting("/result?id=7", 303))
    endpoint.at("/result?id=7", sending(EMPTY))
    assert ask(client_for(address), address).body == EMPTY
    last = endpoint.requests[-1]
    assert (last.method, last.path, last.query) == ("GET", "/result?id=7", "")
    assert "content-type" not in last.headers and "content-length" not in last.headers


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:1/sparql",  # another port
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/latest/meta-data/",
        "http://localhost:{port}/new",  # another name, though of the same machine
        "https://data.example:{port}/new",
        "http://data.example:{port}@127.0.0.1:1/",
        "http://x@data.example:{port}/new",
        "//127.0.0.1:1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:70/",
        "http://data.example:99999/",
        "http://data.example:{port}/a b",
        "http://data.example:{port}\\@127.0.0.1/",
        "http://[::1/",
    ],
)
def test_a_redirect_elsewhere_is_refused_before_any_look_up(endpoint: Endpoint, location: str) -> None:
    address = endpoint.at("/old", redirecting(location.format(port=endpoint.port)), host="data.example")
    names = Names(data_example=[["127.0.0.1"]])
    assert failure_of(address, exceptions=LOOPBACK, resolver=names).code == "redirect"
    assert names.asked == ["data.example"] and len(endpoint.requests) == 1


def test_a_redirect_without_location(endpoint: Endpoint) -> None:
    address = endpoint.at("/old", lambda handler: handler.reply(302))
    assert failure_of(address).code == "redirect"


def test_a_redirect_is_resolved_and_checked_anew(endpoint: Endpoint) -> None:
    """The name led to an allowed address first and to the machine's metadata at the redirect."""
    address = endpoint.at("/old", redirecting("/new"), host="data.example")
    endpoint.at("/new", sending(EMPTY))
    names = Names(data_example=[["127.0.0.1"], ["169.254.169.254"]])
    assert failure_of(address, resolver=names).code == "address"
    assert [request.path for request in endpoint.requests] == ["/old"]


def test_another_endpoint_of_the_list_may_be_redirected_to(endpoint: Endpoint) -> None:
    first = endpoint.at("/old", redirecting(f"http://b.example:{endpoint.port}/new#part"), host="a.example")
    second = endpoint.at("/elsewhere", sending(EMPTY), host="b.example")
    endpoint.at("/new", sending(EMPTY))
    client = client_for(first, second, resolver=Names(a_example=[["127.0.0.1"]], b_example=[["127.0.0.1"]]))
    assert ask(client, first).body == EMPTY
    assert endpoint.requests[-1].headers["host"] == f"b.example:{endpoint.port}"


def test_three_redirects_and_no_more(endpoint: Endpoint) -> None:
    for step in range(4):
        endpoint.at(f"/{step}", redirecting(f"/{step + 1}"))
    endpoint.at("/4", sending(EMPTY))
    third, fourth = (f"http://127.0.0.1:{endpoint.port}/{step}" for step in (1, 0))
    assert ask(client_for(third), third).body == EMPTY
    assert failure_of(fourth).code == "redirects"
    loop = endpoint.at("/loop", redirecting("/loop"))
    assert failure_of(loop).code == "redirects"


# --- answers


@pytest.mark.parametrize("status", [201, 204, 206, 400, 401, 404, 429, 500, 503])
def test_another_status_is_no_answer(endpoint: Endpoint, status: int) -> None:
    address = endpoint.at("/sparql", lambda handler: handler.reply(status, b"" if status == 204 else EMPTY, Content_Type=RESULTS_JSON))
    failure = failure_of(address)
    assert failure.code == "status" and f"HTTP {status}" in failure.detail["en"]


def test_a_virtuoso_that_ran_out_of_time_says_so_in_a_header_only(endpoint: Endpoint) -> None:
    address = endpoint.at("/sparql", sending(EMPTY, X_SQL_State="S1TAT"))
    assert failure_of(address).code == "partial"


def test_the_row_limit_of_a_virtuoso_is_read(endpoint: Endpoint) -> None:
    address = endpoint.at("/sparql", sending(EMPTY, X_SPARQL_MaxRows="100"))
    assert ask(client_for(address), address).row_cap == 100
    address = endpoint.at("/long", sending(EMPTY, X_SPARQL_MaxRows="9" * 5_000))
    assert ask(client_for(address), address).row_cap > 10**9
    address = endpoint.at("/other", sending(EMPTY))
    assert ask(client_for(address), address).row_cap is None


def test_an_answer_that_says_how_large_it_is(endpoint: Endpoint) -> None:
    def announcing(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(2**60))
        handler.end_headers()

    address = endpoint.at("/sparql", announcing)
    assert failure_of(address).code == "too-large"


@pytest.mark.parametrize("packed", [False, True])
def test_the_limit_is_exact(endpoint: Endpoint, packed: bool) -> None:
    body = b" " * 5000
    coding = {"Content_Encoding": "gzip"} if packed else {}
    address = endpoint.at("/sparql", sending(gzip.compress(body) if packed else body, **coding))
    assert ask(client_for(address, most_bytes=5000), address).body == body
    assert failure_of(address, most_bytes=4999).code == "too-large"


def test_a_flood_is_cut_off(endpoint: Endpoint) -> None:
    address = endpoint.at("/sparql", flooding)
    tracemalloc.start()
    assert failure_of(address).code == "too-large"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40 * MEBIBYTE


def test_a_gzip_bomb_does_not_unfold(endpoint: Endpoint) -> None:
    bomb = gzip_bomb()
    assert len(bomb) < MEBIBYTE
    address = endpoint.at("/sparql", sending(bomb, Content_Encoding="gzip"))
    tracemalloc.start()
    assert failure_of(address).code == "too-large"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40 * MEBIBYTE


def test_gzip_in_several_members(endpoint: Endpoint) -> None:
    address = endpoint.at("/sparql", sending(gzip.compress(EMPTY[:9]) + gzip.compress(b"") + gzip.compress(EMPTY[9:]), Content_Encoding="x-gzip"))
    assert ask(client_for(address), address).body == EMPTY


# Named: gzip writes the time into its header, and a test whose name differs between two workers is no test at all.
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(gzip.compress(EMPTY)[:-3], id="cut"),
        pytest.param(b"not gzip", id="plain"),
        pytest.param(gzip.compress(EMPTY) + b"more", id="more after it"),
        pytest.param(b"", id="empty"),
    ],
)
def test_broken_gzip(endpoint: Endpoint, body: bytes) -> None:
    address = endpoint.at("/sparql", sending(body, Content_Encoding="gzip"))
    assert failure_of(address).code == "broken"


def test_gzip_in_very_many_members(endpoint: Endpoint) -> None:
    address = endpoint.at("/sparql", sending(gzip.compress(b"") * 2000 + gzip.compress(EMPTY), Content_Encoding="gzip"))
    assert failure_of(address).code == "broken"


def test_a_coding_that_nobody_asked_for(endpoint: Endpoint) -> None:
    address = endpoint.at("/sparql", sending(EMPTY, Content_Encoding="br"))
    assert failure_of(address).code == "not-results"


def test_an_answer_cut_short(endpoint: Endpoint) -> None:
    def cutting(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(EMPTY) + 1))
        handler.end_headers()
        handler.wfile.write(EMPTY)

    address = endpoint.at("/sparql", cutting)
    assert failure_of(address).code == "broken"


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200 OK\r\nA" + b"b" * 200_000])
def test_no_http(endpoint: Endpoint, said: bytes) -> None:
    address = endpoint.at("/sparql", lambda handler: handler.wfile.write(said) and None)
    assert failure_of(address).code == "broken"


def test_nothing_stays_open(endpoint: Endpoint) -> None:
    before = threading.active_count()
    for path, behaviour in {"/ok": sending(EMPTY), "/bad": flooding, "/away": redirecting("file:///")}.items():
        address = endpoint.at(path, behaviour)
        client = client_for(address)
        if path == "/ok":
            ask(client, address)
        else:
            with pytest.raises(ServiceFailure):
                ask(client, address)
    deadline = time.monotonic() + 10  # the threads of the endpoint end when their connections do
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert threading.active_count() <= before
    assert urlsplit(address).port == endpoint.port
