"""Fixtures of the competency questions: the real release, a server over it, and both engines loaded with it."""

from __future__ import annotations

import pyoxigraph
import pytest
import rdflib

from commitments.release import Release
from tests.product import product_data, release, server
from tests.questions.answers import load_pyoxigraph, load_rdflib

__all__ = ["product_data", "release", "server"]


@pytest.fixture(scope="session")
def store(release: Release) -> pyoxigraph.Store:
    return load_pyoxigraph(release.everything)


@pytest.fixture(scope="session")
def turtle_store(release: Release) -> pyoxigraph.Store:
    """Only what the Turtle dump holds: the default graph."""
    store = pyoxigraph.Store()
    store.bulk_load(path=str(release.file("commitments.ttl")), format=pyoxigraph.RdfFormat.TURTLE)
    return store


@pytest.fixture(scope="session")
def dataset(release: Release) -> rdflib.Dataset:
    return load_rdflib(release.everything)
