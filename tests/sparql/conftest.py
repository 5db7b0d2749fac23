"""One running service for the tests that only ask it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.product import product_data, release, server
from tests.sparql.service import Service, running_service

__all__ = ["patient_service", "product_data", "release", "server", "service"]


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture(scope="session")
def patient_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """For queries that have to succeed on a slow machine, too."""
    with running_service(tmp_path_factory.mktemp("patient"), query_seconds=60, query_memory=1024) as running:
        yield running
