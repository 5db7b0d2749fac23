"""The engine interface of blueprint 7: a guarded query goes in, status, headers and byte chunks with a cancel come out.

No result row crosses this line as an object, so an engine may be a forked child (`embedded`), another process or another
machine. Every engine gets its queries through `sparql_api.sparql.guard` and passes the same tests.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from commitments.release import Release
    from sparql_api.sparql.guard import GuardedQuery


@dataclass(frozen=True)
class Limits:
    """What one query may use: wall-clock seconds from its start to its last byte, bytes of memory beyond the shared store,
    and rows (or triples) of its result, where None is no limit."""

    seconds: float
    memory_bytes: int
    rows: int | None = None


@dataclass(frozen=True)
class Dataset:
    """The RDF dataset of a protocol request (SPARQL 1.1 Protocol 2.1.4): graph IRIs, each in the order given.

    None means that the request named no graph of that kind. A request that names any graph replaces the dataset of
    the query text and of the service as a whole.
    """

    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None


@dataclass
class Answer:
    """A started answer. `chunks` raises AnswerCut when the result cannot be finished; `cancel` ends the work at once.
    `waited` are the seconds that the query stood in a queue before its work began."""

    status: int
    headers: dict[str, str]
    chunks: AsyncIterator[bytes]
    cancel: Callable[[], None]
    waited: float = 0.0


class EngineProblem(Exception):
    """The engine has no answer to give, known before the first byte.

    `status` is the HTTP status, `slug` the stable last part of the problem type, `detail` the sentence in `es` and `en`,
    `limit` the one that struck (`name`, `value`, `unit`) or None, `retry_after` whole seconds or None (a repetition makes no
    sense), `message` what the engine itself said (never shown when the status is 500).
    """

    def __init__(
        self, status: int, slug: str, detail: dict[str, str], *,
        limit: Mapping[str, object] | None = None, retry_after: int | None = None, message: str = "",
    ) -> None:  # fmt: skip
        super().__init__(f"{status} {slug}: {message or detail['en']}")
        self.status = status
        self.slug = slug
        self.detail = detail
        self.limit = limit
        self.retry_after = retry_after
        self.message = message

    @property
    def extensions(self) -> dict[str, str]:
        """Further members of the problem object that clients get; none but of kinds of failures that say so."""
        return {}


class AnswerCut(Exception):
    """The answer broke off after its first byte: the connection has to be dropped, never ended cleanly."""


class Engine(Protocol):
    """What answers queries over one release."""

    release: Release
    release_id: str

    async def start(self) -> None:
        """Make ready to answer. Raises EngineProblem when the release cannot be loaded."""

    async def answer(self, query: GuardedQuery, dataset: Dataset | None, media_type: str, limits: Limits) -> Answer:
        """Begin one query. Raises EngineProblem before the first byte; cancelling the call ends the work."""

    async def close(self) -> None:
        """End every query and free the store."""


@dataclass(frozen=True)
class EngineStatus:
    """What an engine is doing at one moment. Counts are of this machine; a remote engine has no workers here.

    workers_idle   workers that wait for a query
    workers_busy   workers that have one
    waiting        queries in the queue in front of the workers
    triples        statements in all graphs of the store; 0 while it is being loaded or where the engine does not say
    pids           process ids by role, `loader` and `worker`
    """

    workers_idle: int = 0
    workers_busy: int = 0
    waiting: int = 0
    triples: int = 0
    pids: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@runtime_checkable
class ObservableEngine(Protocol):
    """An engine that can say what it is doing; asked only when someone scrapes `/metrics`."""

    def status(self) -> EngineStatus:
        """The state of now, from memory: neither blocks nor fails."""
