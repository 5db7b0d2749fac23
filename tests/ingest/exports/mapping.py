"""Maps exports for tests and reads the graphs back with a reader of its own, so that nothing of ours vouches for itself."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ingest import pipeline, sources
from ingest.exports import Edition
from ingest.pipeline import Mapped
from ingest.settings import load_settings
from tests.conftest import ROOT

BASE = "http://localhost:8000/"
ID = f"<{BASE}id/"
OGCM = "https://w3id.org/ogcm/def#"
CODE = "https://w3id.org/ogcm/code/"
XSD = "http://www.w3.org/2001/XMLSchema#"
_PREFIXES = {
    "prov": "http://www.w3.org/ns/prov#",
    "a": "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "dct": "http://purl.org/dc/terms/", "ogcm": OGCM, "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "foaf": "http://xmlns.com/foaf/0.1/", "skos": "http://www.w3.org/2004/02/skos/core#", "dcat": "http://www.w3.org/ns/dcat#", "adms": "http://www.w3.org/ns/adms#",
}  # fmt: skip
_LINE = re.compile(r'(<[^<>" ]*>|_:\w+) <([^<>" ]*)> (.+) \.')
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"(?:\^\^<([^>]*)>|@([A-Za-z0-9-]+))?')
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ESCAPED = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


def iri(name: str) -> str:
    """Full IRI of a CURIE of the tests."""
    prefix, _, local = name.partition(":")
    return _PREFIXES[prefix] + local


def value(term: str) -> str:
    """The text of a literal without escapes, or the IRI without angle brackets."""
    found = _LITERAL.fullmatch(term)
    if found is None:
        return term.strip("<>")
    return _ESCAPE.sub(lambda hit: chr(int(hit[1] or hit[2], 16)) if hit[1] or hit[2] else _ESCAPED[hit[3]], found[1])


def datatype(term: str) -> str:
    found = _LITERAL.fullmatch(term)
    return (found[2] or "") if found else ""


def last(term: str) -> str:
    """The last part of an IRI: a key or a code."""
    return term.strip("<>").rsplit("/", 1)[-1]


class Statements:
    """One graph: subject -> predicate -> objects, all as N-Triples terms, read when it is asked. A line that is no statement is a failure.

    `keep`: what the file lasts as long as.
    """

    def __init__(self, path: Path, keep: object = None):
        self.path = path
        self._keep = keep

    @cached_property
    def lines(self) -> list[str]:
        return self.path.read_text(encoding="utf-8").splitlines()

    @cached_property
    def of(self) -> dict[str, dict[str, list[str]]]:
        said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for line in self.lines:
            found = _LINE.fullmatch(line)
            assert found is not None, line[:300]
            said[found[1]][found[2]].append(found[3])
        return said

    def objects(self, subject: str, name: str) -> list[str]:
        """Objects of a subject by CURIE; `subject` is a term, or "kind/key"."""
        return self.of.get(subject if subject.startswith("<") else f"{ID}{subject}>", {}).get(iri(name), [])

    def values(self, subject: str, name: str) -> list[str]:
        return sorted(value(term) for term in self.objects(subject, name))

    def one(self, subject: str, name: str) -> str:
        found = self.objects(subject, name)
        assert len(found) == 1, f"{subject} {name}: {found}"
        return found[0]

    def instances(self, name: str) -> list[str]:
        wanted = f"<{OGCM}{name}>"
        return [subject for subject, said in self.of.items() if wanted in said.get(_PREFIXES["a"], ())]

    def where(self, name: str, text: str) -> list[str]:
        """Subjects with this property and this text or IRI."""
        return sorted(subject for subject, said in self.of.items() if any(value(term) == text for term in said.get(iri(name), ())))

    def commitment(self, title: str) -> str:
        """The commitment with this title, as a term."""
        found = [subject for subject in self.where("dct:title", title) if subject.startswith(f"{ID}commitment/")]
        assert len(found) == 1, f"{title}: {found}"
        return found[0]

    def assessments(self, commitment: str) -> list[tuple[str, str, str, str, str]]:
        """(dimension, report type, verdict as scheme/code, method, as written) of each Assessment of a commitment, sorted."""
        rows = []
        for node in self.where("ogcm:target", commitment.strip("<>")):
            report = self.objects(node, "ogcm:report")
            method = self.objects(node, "ogcm:methodVersion")
            rows.append((
                last(self.one(node, "ogcm:dimension")), report[0].rsplit("_", 1)[-1].strip(">") if report else "",
                value(self.one(node, "ogcm:verdict")).removeprefix(CODE), last(method[0]) if method else "", value(self.one(node, "ogcm:ratingAsWritten")),
            ))  # fmt: skip
        return sorted(rows)


@dataclass
class Result:
    """What a mapping run gave."""

    mapped: Mapped

    @cached_property
    def graphs(self) -> dict[str, Statements]:
        return {name: Statements(Path(graph.path), graph) for name, graph in self.mapped.graphs.items()}

    def __getitem__(self, name: str) -> Statements:
        return self.graphs[name]

    @property
    def view(self) -> Statements:
        return self.graphs[""]

    @cached_property
    def quarantine(self) -> list[dict[str, str]]:
        """The quarantine file, as a person reads it."""
        text = sources.quarantine_csv(self.mapped.accounting.quarantine).decode()
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def aside(self, code: str) -> list[tuple[str, str, str]]:
        """(row, column, found) of the entries with this code."""
        return [(entry["row"], entry["column"], entry["found"]) for entry in self.quarantine if entry["code"] == code]

    def account(self, source: str) -> dict[str, Any]:
        rows = [row for row in self.mapped.accounting.as_rows() if row["source"] == source]
        assert len(rows) == 1
        return rows[0]

    @cached_property
    def quality(self) -> dict[str, Any]:
        return json.loads(self.reports["quality.json"])

    @cached_property
    def reports(self) -> dict[str, bytes]:
        """The files beside the graphs, as a release has them."""
        build = self.mapped.build
        build.quality.editions = build.editions.differences()
        account = self.mapped.accounting.as_rows()
        return {
            "quality.json": build.quality.to_json(account),
            "quality.es.txt": build.quality.to_text("es", account), "quality.en.txt": build.quality.to_text("en", account),
            "institutions-review.csv": build.review.to_csv(), "quarantine.csv": sources.quarantine_csv(self.mapped.accounting.quarantine),
            "accounting.json": json.dumps(account).encode(),
        }  # fmt: skip

    def everything(self) -> Iterable[tuple[str, str]]:
        """(where, text) of everything that a release would show: graphs, reports, identifiers."""
        for name, graph in self.mapped.graphs.items():
            yield f"graph {name}", Path(graph.path).read_text(encoding="utf-8")
        for name, content in self.reports.items():
            yield name, content.decode()
        for name, content in self.mapped.build.registry.serialized().items():
            yield f"identifiers/{name}", content.decode()

    def bytes(self) -> dict[str, bytes]:
        return {name: Path(graph.path).read_bytes() for name, graph in self.mapped.graphs.items()} | self.reports

    def keep_identifiers(self, data: Path) -> None:
        """Write the registry where the next build of the folder reads it, as publishing does."""
        (data / "identifiers").mkdir(exist_ok=True)
        self.mapped.build.registry.write(data / "identifiers")


def reference_data(target: Path) -> Path:
    """A data folder with the repository's reference tables and nothing else."""
    target.mkdir()
    shutil.copytree(ROOT / "data" / "reference", target / "reference")
    (target / "sources").mkdir()
    return target


def map_exports(data: Path, *inputs: str | Path, withdraw: bool = False, accept: bool | None = None) -> Result:
    """Map a data folder with exports, each `[NAME=]PATH`; `accept`: with other columns than their layouts have (None: as contracts say)."""
    editions = [Edition.parse(str(text)) for text in inputs]
    return Result(pipeline.map_sources(data, BASE, load_settings(data), editions, withdraw=withdraw, accept=accept))
