"""What a release is made of, before it is written."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from commitments.release import Input
from ingest import uris

CONSOLIDATED_GRAPH = ""
CATALOG_GRAPH = "catalog"
VOCABULARY_GRAPHS = frozenset({"vocabulary", "shapes"})  # the two that may hold blank nodes


@dataclass(frozen=True)
class SourceFacts:
    """One source as its contract describes it; feeds the description of its named graph in the catalogue.

    `licence` and `language` (ISO 639-3) may be ``not-stated``; `sha256` is that of the held document, 64 hex digits;
    `title` maps a language tag to text; `inputs` are the files of this source alone; `graph` names the graph that holds
    what it says, the key itself unless told (`curated` for curated tables).
    """

    key: str
    title: dict[str, str]
    publisher: str = "not-stated"
    licence: str = "not-stated"
    issued: dt.date | None = None
    language: str = "not-stated"
    sha256: str | None = None
    status: str = "held"
    inputs: tuple[Input, ...] = ()
    graph: str = ""

    @property
    def graph_name(self) -> str:
        return self.graph or self.key

    @property
    def run_key(self) -> str:
        """Key of the IngestRun."""
        return uris.run(self.key, inputs_digest(self.inputs))


@dataclass
class Draft:
    """Everything that `publish` needs.

    `graphs` maps a graph name (``""`` = the consolidated default graph) to a file of sorted, duplicate-free, canonical
    N-Triples lines in UTF-8, sorted by their bytes. `reports` maps a file name below `reports/`, `registry` a kind below
    `identifiers/` to its content or to a file that holds it. `settings` are those of the deployment that the catalogue shows: `publisher`,
    `publisher_iri`, `contact` (an address, `mailto:` or `https:`), `licence` (an IRI), `title_es`, `title_en`,
    `description_es`, `description_en`; an unset one is left out of the data.
    """

    base: str
    issued: dt.date
    graphs: dict[str, Path]
    sources: list[SourceFacts]
    inputs: list[Input]
    fingerprint: str
    settings: dict[str, str] = field(default_factory=dict)
    reports: dict[str, bytes | Path] = field(default_factory=dict)
    registry: dict[str, bytes | Path] = field(default_factory=dict)
    severities: dict[str, int] = field(default_factory=dict)


def inputs_digest(inputs: Iterable[Input]) -> str:
    """SHA-256 in hex over the sorted `sha256  path` lines of the inputs."""
    lines = sorted(f"{entry.sha256}  {entry.path}\n" for entry in inputs)
    return hashlib.sha256("".join(lines).encode()).hexdigest()
