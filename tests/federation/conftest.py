from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.federation.endpoint import Endpoint, running_endpoint


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with running_endpoint() as running:
        yield running
