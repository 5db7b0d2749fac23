"""`commitments push`: a release into a SPARQL engine on another machine, switched there in one update request.

Every graph that the store does not hold already goes to a staging graph by the Graph Store HTTP Protocol and is counted; then
one SPARQL 1.1 Update request moves all of them to their places, drops what the former release alone had, and says which release the store holds. Readers of
an engine that runs a request as one transaction see the old release or the new one and nothing between; with any other,
`engine.remote` refuses to answer meanwhile, because the statement that names the release is missing.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from commitments.release import Release
from sparql_api.engine.layout import Layout
from sparql_api.processes import another_runs
from sparql_api.pushing.blocks import blocks
from sparql_api.pushing.ending import Ending
from sparql_api.pushing.store import PushProblem, RemoteStore, Target

__all__ = ["STEPS", "Outcome", "PushProblem", "Target", "push"]

STEPS = ("push-check", "push-stage", "push-switch")
# A staging graph of another machine may belong to a push that still goes on; after this time it does not.
LEFT_BEHIND = timedelta(days=1)
STAMP = "%Y%m%dT%H%M%SZ"

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Outcome:
    """What a push did. `new` is false when the store held the release already and nothing was done.

    graphs       graph IRI -> triples, of what the store holds now
    loaded       IRIs of those that were loaded; the store had the others already, from the former release
    dropped      IRIs of graphs of the former release that this one has not
    unnamed      whether the store has an unnamed graph, which then holds the consolidated view, too
    compressed   whether it took the graphs in gzip
    """

    release: str
    new: bool
    graphs: dict[str, int]
    loaded: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    unnamed: bool = False
    compressed: bool = False

    @property
    def triples(self) -> int:
        return sum(self.graphs.values())


def push(release: Release, target: Target, progress: Progress) -> Outcome:
    """Make the store hold the release. Raises PushProblem, and leaves the former release in place then."""
    layout = Layout(release)
    with Ending() as ending, RemoteStore(target, ending) as store:
        progress("push-check", 0, len(layout.graphs) + 2)
        if _holds(store, layout):
            return Outcome(release.id, new=False, graphs=layout.graphs)
        store.check_writable(layout.marker)
        _drop_what_was_left_behind(store, layout)
        staging = f"{layout.staging}{_token()}/"
        try:
            unnamed, compressed = store.has_unnamed_graph(), store.takes_gzip(f"{staging}gzip")
            names = _to_be_loaded(store, layout)
            _stage(store, layout, names, staging, compressed, progress)
            progress("push-switch", len(names) + 1, len(names) + 2)
            dropped = sorted(_graphs_of_ours(store, layout) - set(layout.graphs) - {layout.marker})
            ending.past_return()
            store.update(switch(layout, names, staging, dropped, unnamed=unnamed))
            if not _holds(store, layout):
                raise PushProblem("push-not-held", release=release.id)
        except BaseException:
            ending.past_return()
            store.drop_quietly(store.graphs_below(staging, quietly=True))
            raise
    loaded = [layout.iri(name) for name in names]
    return Outcome(release.id, new=True, graphs=layout.graphs, loaded=loaded, dropped=dropped, unnamed=unnamed, compressed=compressed)


def switch(layout: Layout, names: list[str], staging: str, dropped: list[str], *, unnamed: bool) -> str:
    """The update request that puts the staged graphs of these names in their places. The release is named last."""
    steps = [f"DROP SILENT GRAPH <{layout.marker}>"]
    for name in names:
        graph = layout.iri(name)
        full = layout.release.manifest.graphs[name] > 0
        steps.append(f"MOVE <{staged(staging, name)}> TO <{graph}>" if full else f"DROP SILENT GRAPH <{graph}>")
    steps += [f"DROP SILENT GRAPH <{graph}>" for graph in (*dropped, f"{staging}gzip")]
    if unnamed and "" in names:
        steps.append(f"COPY <{layout.consolidated}> TO DEFAULT")
    steps.append(f"INSERT DATA {{ GRAPH <{layout.marker}> {{ {' '.join([*layout.checksums, layout.statement])} }} }}")
    return " ;\n".join(steps)


def staged(staging: str, name: str) -> str:
    """Where a graph of the manifest waits."""
    return f"{staging}{name or 'consolidated'}"


def _holds(store: RemoteStore, layout: Layout) -> bool:
    """Whether the store holds exactly this release."""
    return store.ask(layout.ask_marker, layout.marker) and all(store.count(graph) == count for graph, count in layout.graphs.items())


def _to_be_loaded(store: RemoteStore, layout: Layout) -> list[str]:
    """Names of the graphs that the store does not hold as they are in this release."""
    known = zip(layout.release.manifest.graphs.items(), layout.checksums, strict=True)
    return [name for (name, count), checksum in known if not (store.ask(layout.ask_for(checksum), layout.marker) and store.count(layout.iri(name)) == count)]


def _stage(store: RemoteStore, layout: Layout, names: list[str], staging: str, compressed: bool, progress: Progress) -> None:
    for number, name in enumerate(names, 1):
        progress("push-stage", number, len(names) + 2)
        count = layout.release.manifest.graphs[name]
        graph = staged(staging, name)
        for position, block in enumerate(blocks(layout.file(name))):
            store.put(graph, block, add=position > 0, compressed=compressed)
        found = store.count(graph)
        if found != count:
            raise PushProblem("push-count", graph=layout.iri(name), found=found, expected=count)


def _graphs_of_ours(store: RemoteStore, layout: Layout) -> set[str]:
    return {graph for graph in store.graphs_below(layout.prefix) if not graph.startswith(layout.staging)}


def _token() -> str:
    """Names the staging graphs of this push: when it began, and which process of which machine it is."""
    return f"{datetime.now(UTC).strftime(STAMP)}-{_machine()}-{os.getpid()}"


def _machine() -> str:
    return sha256(socket.gethostname().encode()).hexdigest()[:8]


def _drop_what_was_left_behind(store: RemoteStore, layout: Layout) -> None:
    """Drop the staging graphs of pushes that were killed."""
    left = [graph for graph in store.graphs_below(layout.staging) if _is_left_behind(graph.removeprefix(layout.staging).split("/")[0])]
    if left:
        store.update(" ;\n".join(f"DROP SILENT GRAPH <{graph}>" for graph in left))


def _is_left_behind(token: str) -> bool:
    try:
        stamp, machine, process = token.split("-")
        if machine == _machine():
            return not another_runs(int(process))
        return datetime.now(UTC) - datetime.strptime(stamp, STAMP).replace(tzinfo=UTC) > LEFT_BEHIND
    except ValueError:
        return True  # nothing that a push would write
