"""The measuring itself: its arithmetic, what it asks for, and that it notices when it would compare unlike things."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import report, rivals
from benchmarks.figures import Figures, spread
from benchmarks.load import get, once_each, wrk
from benchmarks.processes import Broken, free_port, started
from benchmarks.subjects import HTML, TURTLE, check_same_answers, choose_pages, queries
from commitments.release import IDENTIFIERS
from tests.benchmarks.servers import small_server
from tests.conftest import needs_program
from tests.releases import REGISTRY_COLUMNS, make_release


def test_the_quartiles_lie_around_the_median() -> None:
    found = spread([5.0, 1.0, 2.0, 4.0, 3.0])
    assert (found.low, found.median, found.high, found.n) == (2.0, 3.0, 4.0, 5)
    with pytest.raises(ValueError):
        spread([])


def test_ratios_are_taken_round_by_round() -> None:
    """A machine ten times slower in one round leaves the ratio alone; a ratio of medians would not be 2."""
    figures = Figures()
    for ours, theirs in ((2.0, 1.0), (20.0, 10.0), (4.0, 2.0)):
        figures.add("x", "s", ours, theirs, reference="y")
    (figure,) = figures
    assert figure.ratios() == [2.0, 2.0, 2.0]
    assert figure.as_json()["ratio_spread"]["median"] == 2.0


def test_a_reference_that_is_missing_in_a_round_is_noticed() -> None:
    figures = Figures()
    figures.add("x", "s", 1.0, 1.0, reference="y")
    figures.add("x", "s", 1.0)
    (figure,) = figures
    with pytest.raises(ValueError):
        figure.ratios()


def test_the_table_marks_few_rounds_and_leaves_out_empty_counts() -> None:
    figures = Figures()
    for number in range(5):
        figures.add("often", "ms", 1.5, 3.0, reference="bound")
        figures.add("never failed", "1", 0)
        if number == 0:
            figures.add("once", "ms", 1.0)
    lines = report.table(figures).splitlines()
    assert len({len(line) for line in lines}) == 1
    often, once = lines[2:]
    assert "0.5 [0.5–0.5]" in often and often.rstrip(" |").endswith("5")
    assert once.rstrip(" |").endswith("1 (!)")


def test_no_page_is_first_hit_twice(tmp_path: Path) -> None:
    release = make_release(tmp_path / "releases")
    keys = [f"MX-4-{number:02}" for number in range(1, 14)]
    rows = [f"1,mint,commitment,{key},,2021-05-31,build,," for key in keys] + ["2,merge,commitment,MX-4-13,,2021-06-01,build,,MX-4-12"]
    for kind in ("org", "plan", "responsibility"):
        release.file(f"{IDENTIFIERS}/{kind}.csv").write_text(",".join(REGISTRY_COLUMNS) + "\n", encoding="utf-8")
    release.file(f"{IDENTIFIERS}/commitment.csv").write_text("\n".join([",".join(REGISTRY_COLUMNS), *rows]) + "\n", encoding="utf-8")
    pages = choose_pages(release, "commitment/MX-4-01", (1, 8))
    fresh = [document for documents in pages.fresh.values() for document in documents]
    assert set(pages.fresh) == {(HTML, 1), (HTML, 8), (TURTLE, 1), (TURTLE, 8)}
    assert len(fresh) == len(set(fresh)) == 8
    assert pages.favourite not in fresh and "/doc/commitment/MX-4-13" not in fresh
    with pytest.raises(Broken):
        choose_pages(release, "commitment/MX-9-99", (1, 8))


def test_each_path_is_asked_for_once_and_failures_are_counted(tmp_path: Path) -> None:
    with small_server(tmp_path) as server:
        load = once_each(server, ["/ok/1", "/ok/2", "/busy/3", "/ok/4"], {}, connections=2)
        assert load.failed == 1
        assert 0 < load.p50 <= load.p99
        with pytest.raises(Broken, match="503"):
            get(server, "/busy", {})
        with pytest.raises(Broken, match="none of 1"):
            once_each(server, ["/busy/1"], {}, connections=1)


def test_different_answers_stop_the_run(tmp_path: Path) -> None:
    with small_server(tmp_path, rows=2) as one, small_server(tmp_path, rows=3) as other:
        assert check_same_answers(one, one) == {query.name: 2 for query in queries()}
        with pytest.raises(Broken, match="2 rows of ours differ from 3"):
            check_same_answers(one, other)


def test_wrk_gives_rates_and_counts_failures(tmp_path: Path) -> None:
    needs_program("wrk", "wrk")
    with small_server(tmp_path) as server:
        load = wrk(server, "/ok", {"Accept": "text/html"}, connections=1, seconds=1, home=tmp_path)
        assert load.failed == 0 and load.per_second > 1 and 0 < load.p50 <= load.p99
        with pytest.raises(Broken, match="none of"):
            wrk(server, "/busy", {}, connections=1, seconds=1, home=tmp_path)


def test_nginx_sends_the_mirrored_bytes(tmp_path: Path) -> None:
    needs_program("nginx", "nginx-light")
    root = tmp_path / "root"
    (root / "doc").mkdir(parents=True)
    (root / "doc" / "a.html").write_bytes("ñandú".encode())
    with rivals.nginx(root, tmp_path / "nginx") as server:
        assert get(server, "/doc/a.html", {}) == "ñandú".encode()


def test_a_server_that_ends_is_reported_with_its_log(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no port for me')"]
    with pytest.raises(Broken, match="no port for me"), started(command, free_port(), "/", tmp_path / "log"):
        pytest.fail("a server that ended was taken for a running one")
