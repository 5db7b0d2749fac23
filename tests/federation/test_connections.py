"""One look-up, every address checked, and the connection to one of those."""

from __future__ import annotations

import pytest

from sparql_api.federation.connections import CONNECT_SECONDS, NameNotFound, system_resolver
from sparql_api.federation.failures import ServiceFailure
from tests.federation.asking import Names, ask, client_for, run
from tests.federation.endpoint import Endpoint, results, sending

EMPTY = sending(results(["s"], []))


def test_a_name_that_leads_home_is_refused_unless_excepted(endpoint: Endpoint) -> None:
    address = endpoint.at("/sparql", EMPTY, host="localhost")
    with pytest.raises(ServiceFailure) as refused:
        ask(client_for(address, exceptions=()), address)
    assert (refused.value.code, refused.value.status) == ("address", 502)
    assert not endpoint.requests
    assert ask(client_for(address), address).body == results(["s"], [])


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0"])
def test_numbers_in_any_spelling_are_checked_as_the_address_they_mean(endpoint: Endpoint, host: str) -> None:
    address = endpoint.at("/sparql", EMPTY, host=host)
    with pytest.raises(ServiceFailure, match="address"):
        ask(client_for(address, exceptions=()), address)
    assert not endpoint.requests


@pytest.mark.parametrize("addresses", [["8.8.8.8", "127.0.0.1"], ["127.0.0.1", "8.8.8.8"], ["2620:0:862:ed1a::1", "::1"]])
def test_one_refused_address_is_enough(endpoint: Endpoint, addresses: list[str]) -> None:
    address = endpoint.at("/sparql", EMPTY, host="data.example")
    with pytest.raises(ServiceFailure) as refused:
        ask(client_for(address, exceptions=(), resolver=Names(data_example=[addresses])), address)
    assert refused.value.code == "address"
    assert not endpoint.requests
    for language in ("es", "en"):  # where the name leads is nobody's business
        assert address in refused.value.detail[language] and not any(each in refused.value.detail[language].replace(address, "") for each in addresses)


def test_a_name_is_resolved_once_for_check_and_connection(endpoint: Endpoint) -> None:
    """DNS rebinding: a second look-up would lead elsewhere, here to an address that is refused."""
    address = endpoint.at("/sparql", EMPTY, host="data.example")
    names = Names(data_example=[["127.0.0.1"], ["10.0.0.1"]])
    client = client_for(address, exceptions=["127.0.0.1/32"], resolver=names)
    assert ask(client, address).body
    assert names.asked == ["data.example"]
    assert endpoint.requests[0].headers["host"] == f"data.example:{endpoint.port}"
    with pytest.raises(ServiceFailure, match=r"10\.0\.0\.1"):  # the next call looks again, and checks again
        ask(client, address)
    assert len(endpoint.requests) == 1


def test_an_address_without_listener_leaves_its_chance_to_the_next(endpoint: Endpoint) -> None:
    address = endpoint.at("/sparql", EMPTY, host="data.example")
    names = Names(data_example=[["127.0.0.9", "127.0.0.1"]])
    assert CONNECT_SECONDS < 10
    assert ask(client_for(address, resolver=names), address).body


def test_nobody_listens() -> None:
    address = "http://data.example:9/sparql"
    with pytest.raises(ServiceFailure) as failed:
        ask(client_for(address, resolver=Names(data_example=[["127.0.0.1"]])), address)
    assert (failed.value.code, failed.value.status) == ("unreachable", 502)


def test_a_name_without_address() -> None:
    for resolver in (Names(data_example=[[]]), system_resolver):
        host = "data.example" if resolver is not system_resolver else "name.invalid"
        with pytest.raises(ServiceFailure) as failed:
            ask(client_for(f"http://{host}/sparql", resolver=resolver), f"http://{host}/sparql")
        assert failed.value.code == "name"


def test_the_system_knows_this_machine() -> None:
    assert "127.0.0.1" in run(system_resolver("localhost", 80)) or "::1" in run(system_resolver("localhost", 80))
    with pytest.raises(NameNotFound):
        run(system_resolver("a" * 300 + ".invalid", 80))
