"""Generated releases: the same bytes each time, no fault that the shapes know, and data that every measured query finds something in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph

import shapes
from benchmarks import service
from benchmarks.generated import BASE, SCALES, Generator
from commitments.release import CHECKSUMS, current_release
from sparql_api.sparql.guard import guard
from tests.conftest import ROOT

TINY = 24_000  # vocabulary and shapes alone have some 16,000

WRITE = "import sys, pathlib; from benchmarks.generated import write_release; write_release(int(sys.argv[1]), pathlib.Path(sys.argv[2]))"


def write(folder: Path, hash_seed: str) -> str:
    """Checksums of all files of a tiny release that a process with this hash seed has written."""
    subprocess.run([sys.executable, "-c", WRITE, str(TINY), str(folder)], env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}, cwd=ROOT, check=True)
    release = current_release(folder / "releases")
    assert release is not None
    return release.file(CHECKSUMS).read_text(encoding="utf-8")


def test_the_same_bytes_under_two_hash_seeds(tmp_path: Path) -> None:
    first = write(tmp_path / "one", "1")
    assert "commitments.nq\n" in first and "identifiers/commitment.csv\n" in first
    assert write(tmp_path / "two", "2") == first


def test_what_is_generated_breaks_no_shape() -> None:
    generator = Generator()
    generator.run(TINY)
    registry: dict[str, set[str]] = {}
    for kind, key in generator.out.registry.minted():
        registry.setdefault(kind, set()).add(key)
    graphs = generator.out.graphs()
    for name, profile in (("", "consolidated"), ("mx-plans", "source")):
        graph = Graph().parse(data="\n".join(graphs[name]), format="nt")
        assert len(graph) > 500
        report = shapes.validate(graph, profile=profile, context=shapes.Context(base=BASE, registry=registry))
        assert not report.violations, report.to_text("en")


@pytest.fixture(scope="module")
def small() -> dict[str, list[str]]:
    generator = Generator()
    generator.run(SCALES["S"])
    return generator.out.graphs()


def test_the_number_of_statements_is_about_the_one_asked_for(small: dict[str, list[str]]) -> None:
    assert sum(map(len, small.values())) == pytest.approx(SCALES["S"], rel=0.1)


def test_every_statement_of_the_view_stands_in_a_graph(small: dict[str, list[str]]) -> None:
    """Those about codes come from the vocabulary; of the rest, none is without an origin."""
    apart = {line for name, lines in small.items() if name for line in lines}
    assert len(small[""]) > 10_000
    assert not set(small[""]) - apart


def test_every_realistic_query_finds_something_at_the_smallest_scale(small: dict[str, list[str]]) -> None:
    store = ox.Store()
    store.bulk_load("\n".join(small[""]).encode(), ox.RdfFormat.N_TRIPLES)
    queries = service.realistic()
    assert len(queries) == 17
    for query in queries:
        guard(query.text)
        answer = store.query(query.text)
        assert next(iter(answer), None) is not None, query.name


def test_no_hostile_query_is_refused_unevaluated() -> None:
    queries = service.hostile()
    assert len(queries) == 6
    for query in queries:
        assert guard(query.text).form == "SELECT"
