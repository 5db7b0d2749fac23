"""HTTPS: the connection goes to the checked address, the certificate is asked for and checked by name."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sparql_api.federation.failures import ServiceFailure
from tests.conftest import needs_program
from tests.federation.asking import Names, ask, client_for
from tests.federation.endpoint import Endpoint, results, running_endpoint, sending

HERE = Names(data_example=[["127.0.0.1"]], other_example=[["127.0.0.1"]])
EMPTY = results(["s"], [])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for data.example, and its key."""
    openssl, folder = needs_program("openssl"), tmp_path_factory.mktemp("tls")
    files = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=data.example",
         "-addext", "subjectAltName=DNS:data.example", "-out", str(files[0]), "-keyout", str(files[1])],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return files


@pytest.fixture
def served_names() -> list[str | None]:
    """Names that callers asked for (SNI)."""
    return []


@pytest.fixture
def endpoint(certificate: tuple[Path, Path], served_names: list[str | None]) -> Iterator[Endpoint]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    context.sni_callback = lambda _, name, __: served_names.append(name)
    with running_endpoint(context) as running:
        yield running


@pytest.fixture
def trusting(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate[0]))


def test_the_name_goes_along(endpoint: Endpoint, trusting: ssl.SSLContext, served_names: list[str | None]) -> None:
    address = endpoint.at("/sparql", sending(EMPTY), host="data.example", scheme="https")
    assert ask(client_for(address, resolver=HERE, ssl_context=trusting), address).body == EMPTY
    assert served_names == ["data.example"]
    assert endpoint.requests[0].headers["host"] == f"data.example:{endpoint.port}"


def test_a_certificate_of_another_name_is_refused(endpoint: Endpoint, trusting: ssl.SSLContext) -> None:
    address = endpoint.at("/sparql", sending(EMPTY), host="other.example", scheme="https")
    with pytest.raises(ServiceFailure, match="CERTIFICATE_VERIFY_FAILED") as failed:
        ask(client_for(address, resolver=HERE, ssl_context=trusting), address)
    assert failed.value.code == "unreachable" and not endpoint.requests


def test_a_certificate_that_nobody_vouches_for_is_refused(endpoint: Endpoint) -> None:
    address = endpoint.at("/sparql", sending(EMPTY), host="data.example", scheme="https")
    with pytest.raises(ServiceFailure, match="CERTIFICATE_VERIFY_FAILED"):
        ask(client_for(address, resolver=HERE), address)
    assert not endpoint.requests
