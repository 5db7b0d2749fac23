"""How much of the validation is done: told to its end, in this process and from others, with the same reports."""

from __future__ import annotations

from pathlib import Path

import pytest

import shapes
from ingest import validation
from ingest.sorting import SortedFile
from tests.conftest import ROOT

BASE = "https://data.example.org/"


def graphs(folder: Path) -> dict[str, SortedFile]:
    found = {}
    for name in ("", "source"):
        path = folder / f"{name or 'consolidated'}.nt"
        lines = sorted(shapes.load_rdf(ROOT / "tests" / "sample.ttl").serialize(format="nt").splitlines(keepends=True))
        path.write_text("".join(line for line in lines if line.strip() and "_:" not in line), encoding="utf-8")
        found[name] = SortedFile(path)
    return found


@pytest.mark.parametrize("apart", [0, 1 << 30])
def test_all_bytes_are_told_once_they_are_judged(tmp_path: Path, apart: int, monkeypatch: pytest.MonkeyPatch) -> None:
    files, heard = graphs(tmp_path), list[tuple[int, int]]()
    monkeypatch.setattr(validation, "APART", apart)
    silent = validation.reports_on(files, BASE, {})
    watched = validation.reports_on(files, BASE, {}, within=lambda *both: heard.append(both))
    assert {name: report.to_json() for name, report in watched.items()} == {name: report.to_json() for name, report in silent.items()}
    total = sum(graph.path.stat().st_size for graph in files.values())
    assert len(heard) > 10 and heard == sorted(heard) and heard[-1] == (total, total)


def test_a_source_that_the_view_repeats_has_the_report_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Judged apart, a source is judged only as far as the view does not say the same (`shapes.shared`)."""
    files = graphs(tmp_path)
    reports = []
    for apart in (0, 1 << 30):
        monkeypatch.setattr(validation, "APART", apart)
        reports.append({name: report.to_json() for name, report in validation.reports_on(files, BASE, {}).items()})
    assert reports[0] == reports[1]


def test_a_source_is_judged_whole_where_the_view_tells_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = graphs(tmp_path)
    for graph in files.values():  # a kind that no graph may have
        with graph.path.open("a", encoding="utf-8") as file:
            file.write(f"<{BASE}id/zz/1> <http://purl.org/dc/terms/title> \"x\" .\n")
    monkeypatch.setattr(validation, "APART", 0)
    report = validation.reports_on(files, BASE, {})["source"]
    assert "Graph-KindIsKnown" in {str(result.shape).rpartition("#")[2] for result in report.violations}
