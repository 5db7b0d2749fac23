"""One running service for the tests that only ask it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.product import product_data, release, server
from tests.sparql.service import Service, running_service

__all__ = ["product_data", "release", "server", "service"]


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(tmp_path_factory.mktemp("service")) as running:
        yield running
