"""What is asked of the servers: pages of the release, and two small queries; made ready once, used in every round."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import ontology
from benchmarks.load import get
from benchmarks.processes import Broken, Server
from commitments.release import IDENTIFIERS, Release

HTML, TURTLE, JSON = "text/html", "text/turtle", "application/sparql-results+json"
SUFFIX = {HTML: "html", TURTLE: "ttl"}
# Kinds that people open; their pages differ in size and in how much surrounds them.
KINDS = ("commitment", "org", "plan", "responsibility")
# Pages asked for once per round, format and number of connections, each time in a process that has never made them.
FRESH_PAGES = 30


@dataclass(frozen=True)
class Query:
    """A query with the name of its line in the table."""

    name: str
    text: str

    @property
    def escaped(self) -> str:
        """The text as it stands in an address."""
        return quote(self.text, safe="")

    @property
    def parameters(self) -> str:
        return f"query={self.escaped}"


def queries() -> list[Query]:
    """An ASK, and the first competency question: the commitments of a plan with topic and origin."""
    (question,) = (question for question in ontology.questions() if question.id == "S01")
    return [Query("ASK", "ASK { ?s ?p ?o }"), Query("SELECT s01", question.query)]


@dataclass(frozen=True)
class Pages:
    """Documents below BASE: one that is asked for again and again, and sets of others that are asked for once."""

    favourite: str
    fresh: dict[tuple[str, int], list[str]]  # (media type, connections) -> documents, no document twice

    def all(self) -> Iterable[tuple[str, str]]:
        """Every document with the media type it is asked for in."""
        yield from ((self.favourite, media_type) for media_type in (HTML, TURTLE))
        for (media_type, _), documents in self.fresh.items():
            yield from ((document, media_type) for document in documents)


def choose_pages(release: Release, favourite: str, connections: tuple[int, ...]) -> Pages:
    """Spread the documents of `KINDS` evenly over the sets. Raises Broken when there are too few."""
    documents = []
    for kind in KINDS:
        path = release.file(f"{IDENTIFIERS}/{kind}.csv")
        with path.open(encoding="utf-8", newline="") as file:
            events = list(csv.DictReader(file))
        counted = Counter(row["key"] for row in events if row["event"] not in ("mint", "alias"))
        documents += [f"/doc/{kind}/{quote(row['key'])}" for row in events if row["event"] == "mint" and not counted[row["key"]]]
    favourite = f"/doc/{favourite}"
    others = [document for document in documents if document != favourite]
    names = [(media_type, number) for media_type in (HTML, TURTLE) for number in connections]
    size = min(FRESH_PAGES, len(others) // len(names))
    if favourite not in documents or size < 1:
        raise Broken(f"{release.id} has too few documents, or not {favourite}")
    step = len(others) // (size * len(names))
    spaced = others[:: max(1, step)]
    return Pages(favourite, {name: spaced[position :: len(names)][:size] for position, name in enumerate(names)})


def mirror(server: Server, pages: Pages, root: Path) -> None:
    """Write what our server sends for each page to the file that nginx will send for the same address with a suffix."""
    for document, media_type in pages.all():
        file = root / file_of(document, media_type)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(get(server, document, {"Accept": media_type}))


def file_of(document: str, media_type: str) -> str:
    """Path of a mirrored page below the root of nginx. Keys hold only unreserved characters (blueprint 4)."""
    return f"{document.lstrip('/')}.{SUFFIX[media_type]}"


def check_same_pages(ours: Server, nginx: Server, pages: Pages) -> None:
    """Raises Broken unless both send the same bytes for the page that is measured most."""
    for media_type in (HTML, TURTLE):
        sent = get(ours, pages.favourite, {"Accept": media_type})
        if sent != get(nginx, f"/{file_of(pages.favourite, media_type)}", {}):
            raise Broken(f"nginx sends other bytes than we do for {pages.favourite} as {media_type}")


def check_same_answers(ours: Server, oxigraph: Server) -> dict[str, int]:
    """Rows of each query (1 for ASK). Raises Broken unless both engines give the same answer."""
    counts = {}
    for query in queries():
        found = [
            json.loads(get(server, f"{path}?{query.parameters}", {"Accept": JSON}))
            for server, path in ((ours, "/sparql"), (oxigraph, "/query"))
        ]
        rows = [_rows(answer) for answer in found]
        if rows[0] != rows[1] or not rows[0]:
            raise Broken(f"{query.name}: {len(rows[0])} rows of ours differ from {len(rows[1])} of oxigraph")
        counts[query.name] = len(rows[0])
    return counts


def _rows(answer: dict[str, object]) -> list[str]:
    """The rows of SPARQL results in JSON as comparable texts, in their order; ASK is one row."""
    if "boolean" in answer:
        return [json.dumps(answer["boolean"])]
    results = answer["results"]
    assert isinstance(results, dict)
    return [json.dumps(row, sort_keys=True) for row in results["bindings"]]
