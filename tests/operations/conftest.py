"""One running service for the tests that only ask it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sparql.service import Service, running_service


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(tmp_path_factory.mktemp("observed"), query_seconds=2, query_memory=32) as running:
        yield running
