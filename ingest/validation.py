"""What the shapes say of a build's graphs, and the report files of a release."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from pathlib import Path

from rdflib import Graph

import shapes
from commitments.release import MANIFEST
from ingest.apart import Processes, cores, tell
from ingest.sorting import SortedFile

APART = 8 << 20  # bytes of a graph that is validated in a process of its own, on another core, whose memory is then free again
TOGETHER = 1 << 30  # bytes of such graphs that are validated side by side; validation takes some four times as much memory


class ShapeViolations(Exception):
    """The graph breaks a shape with severity Violation; nothing was published. `report` is a shapes.Report."""

    def __init__(self, report: shapes.Report):
        self.report = report
        super().__init__(f"{len(report.violations)} violations")


def reports_on(
    graphs: Mapping[str, SortedFile], base: str, registry: Mapping[str, Collection[str]], before: Path | None = None,
    within: Callable[[int, int], None] | None = None,
) -> dict[str, shapes.Report]:  # fmt: skip
    """SHACL reports by graph, in the order given: "" is the consolidated view with every rule, any other a source, which may be silent.

    `before`: an earlier consolidated view at the same BASE, to tell what has changed. `within` is told how many bytes of the graphs have
    been judged, of all, by any thread. Raises shapes.EnginesDisagree and ingest.apart.ProcessFailed.
    """
    sizes = {name: graph.path.stat().st_size for name, graph in graphs.items()}
    large = sorted((name for name, size in sizes.items() if size > APART), key=lambda name: (-sizes[name], name))
    together = sum(sizes[name] for name in large) <= TOGETHER
    judged = _Judged(sizes, within)
    view = graphs[""].path if "" in large else None
    with Processes(cores() if together else 1) as processes:

        def start(name: str, other: Path | None) -> Future[shapes.RestJudged | shapes.Report]:
            return processes.start(_source_apart, graphs[name].path, other, base, told=judged.told(name))

        # `before` is for large graphs: of a small one the reference engine judges everything anyway.
        keys = {kind: set(keys) for kind, keys in registry.items()}
        viewing = processes.start(_view_apart, view, base, keys, before, told=judged.told("")) if view else None
        sources = {name: start(name, view) for name in large if name}
        reports = {name: _report_on(graph.path, _profile(name), base, registry, judged.of(name)) for name, graph in graphs.items() if name not in large}
        told = None
        if viewing is not None:
            reports[""], told = viewing.result()
        for name, judging in sources.items():
            found = judging.result()
            if isinstance(found, shapes.RestJudged):
                found = shapes.report_of(graphs[name].path, "source", told, found) if told is not None else start(name, None).result()
            assert isinstance(found, shapes.Report)
            reports[name] = found
        return {name: reports[name] for name in graphs}


def _profile(name: str) -> shapes.Profile:
    return "source" if name else "consolidated"


class _Judged:
    """How much of several graphs has been judged, told in bytes. Beside each other, so whoever tells may be any thread."""

    def __init__(self, sizes: Mapping[str, int], within: Callable[[int, int], None] | None):
        self._sizes, self._within = sizes, within
        self._done = dict.fromkeys(sizes, 0)
        self._lock = threading.Lock()

    def of(self, name: str) -> Callable[[int, int], None]:
        """What to call with how much of one graph is done, of how much, in any unit."""

        def done(part: int, whole: int) -> None:
            if self._within is not None:
                with self._lock:
                    # One that is judged once more does not begin again.
                    self._done[name] = max(self._done[name], self._sizes[name] * part // whole)
                    self._within(sum(self._done.values()), sum(self._sizes.values()))

        return done

    def told(self, name: str) -> Callable[[tuple[int, int]], None]:
        done = self.of(name)
        return lambda both: done(*both)


def _report_on(
    path: Path, profile: shapes.Profile, base: str, registry: Mapping[str, Collection[str]], progress: Callable[[int, int], None]
) -> shapes.Report:
    return shapes.validate_file(path, profile=profile, context=shapes.Context(base=base, registry=dict(registry)), progress=progress)


def _view_apart(path: Path, base: str, registry: Mapping[str, Collection[str]], before: Path | None) -> tuple[shapes.Report, shapes.Told | None]:
    """In a process of its own, which tells how far it is: the report on the consolidated view, and what its judging tells of the sources that it repeats."""
    changed = shapes.changed_subjects(before, path) if before is not None else None
    context = shapes.Context(base=base, registry=dict(registry))
    return shapes.validate_telling(path, "source", profile="consolidated", context=context, changed=changed, progress=_tell)


def _source_apart(path: Path, view: Path | None, base: str) -> shapes.RestJudged | shapes.Report:
    """The same for a source, as far as the view does not repeat it; whole without a view."""
    context = shapes.Context(base=base)
    if view is None:
        return shapes.validate_file(path, profile="source", context=context, progress=_tell)
    return shapes.judge_rest(path, view, profile="source", context=context, progress=_tell)


def _tell(done: int, total: int) -> None:
    tell((done, total))


def refuse_violations(reports: Mapping[str, shapes.Report]) -> None:
    """Raise ShapeViolations with the first report that has some."""
    for report in reports.values():
        if report.violations:
            raise ShapeViolations(report)


def report_files(reports: Mapping[str, shapes.Report], base: str) -> dict[str, bytes]:
    """The reports as files of a release, by name."""
    files: dict[str, bytes] = {}
    for name, report in reports.items():
        stem = f"validation-{name}" if name else "validation"
        files[f"{stem}.ttl"] = report.to_turtle(base).encode()
        files[f"{stem}.json"] = report.to_json().encode()
        files[f"{stem}.es.txt"] = report.to_text("es").encode()
        files[f"{stem}.en.txt"] = report.to_text("en").encode()
    return files


def accept_catalogue(folder: Path) -> None:
    """The catalogue exists only once the files of a release do, so its rules (DCAT-AP 3) are the last gate before the switch."""
    graph = Graph()
    graph.parse(folder / "graphs" / "catalog.nt", format="nt")
    base = json.loads((folder / MANIFEST).read_bytes())["base"]
    refuse_violations({"catalog": shapes.validate(graph, profile="catalog", context=shapes.Context(base=base))})
