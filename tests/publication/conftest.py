"""One published sample for the tests that only read it."""

from __future__ import annotations

import pytest

from commitments.release import Release
from ingest.publication import publish
from tests.publication.sample import sample_draft


@pytest.fixture(scope="session")
def published(tmp_path_factory) -> Release:
    work = tmp_path_factory.mktemp("published")
    return publish(sample_draft(work / "draft"), work / "data").release
