"""What an engine is asked to do: a guarded query over a release as a job for a worker, with the graphs that it sees."""

from __future__ import annotations

from commitments.release import Release
from sparql_api.engine import Dataset, Limits, channel
from sparql_api.sparql.guard import GuardedQuery


def make_job(
    release: Release, query: GuardedQuery, dataset: Dataset | None, media_type: str, limits: Limits
) -> channel.Job:
    """The job for a worker. With a row limit it also holds the texts that `engine.evaluation` needs for it."""
    default, named = resolve_dataset(release.base, query, dataset)
    rows = limits.rows
    return channel.Job(
        text=query.text, media_type=media_type, memory_bytes=limits.memory_bytes, seconds=limits.seconds,
        base=query.base, prefixes=dict(query.prefixes), functions=list(query.functions),
        default_graphs=default, named_graphs=named, rows=rows,
        text_capped=None if rows is None else query.text_with_limit(rows),
        text_probe=None if rows is None else query.text_with_limit(rows + 1),
    )  # fmt: skip


def resolve_dataset(
    base: str, query: GuardedQuery, dataset: Dataset | None
) -> tuple[list[str] | None, list[str] | None]:
    """The graphs a query sees: those of the request, else those of its FROM clauses, else all (None, None).

    `graph/consolidated` is the name of the unnamed graph, written "" here; it is never a named graph (blueprint 5).
    """
    default, named = query.default_graphs, query.named_graphs
    if dataset is not None and (dataset.default_graphs is not None or dataset.named_graphs is not None):
        default, named = dataset.default_graphs, dataset.named_graphs
    if default is None and named is None:
        return None, None
    consolidated = f"{base}graph/consolidated"
    return (
        ["" if graph == consolidated else graph for graph in default or ()],
        [graph for graph in named or () if graph != consolidated],
    )
