"""Small but whole releases for tests of `sparql_api`, laid out exactly as `docs/architecture.md` says.

`make_release` writes the same files as the real build from a handful of statements, so that the service can be tested
without running `ingest`. The default data is `tests/sample.ttl`: commitment 1 of Mexico's 4th plan.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from commitments.release import CHECKSUMS, CONSOLIDATED, CURRENT, EVERYTHING, MANIFEST, PUBLICATION_LOG, File, Manifest, Release, open_release

SAMPLE = Path(__file__).resolve().parent / "sample.ttl"
SAMPLE_BASE = "https://data.example.org/"
DEFAULT_BASE = "http://localhost:8000/"
CREATED = "2026-01-02T03:04:05Z"
REGISTRY_COLUMNS = ("seq", "event", "kind", "key", "natural_key", "date", "by", "reason", "target")

RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
OGCM = "https://w3id.org/ogcm/def#"
LABEL = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
MEDIA_TYPES = {
    ".nt": "application/n-triples",
    ".nq": "application/n-quads",
    ".ttl": "text/turtle",
    ".trig": "application/trig",
    ".jsonld": "application/ld+json",
    ".rdf": "application/rdf+xml",
    ".csv": "text/csv",
    ".json": "application/json",
    ".txt": "text/plain",
    ".gz": "application/gzip",
}

# Events of the fixture registry: one key of every state that the service has to tell apart.
REGISTRY = {
    "org": [
        (1, "mint", "org", "mx-sfp", "mx sfp", "2021-05-31", "data editor", "", ""),
        (1, "mint", "org", "mx-old-sfp", "mx old sfp", "2021-05-31", "data editor", "", ""),
        (2, "merge", "org", "mx-old-sfp", "mx old sfp", "2021-06-01", "data editor", "same body", "mx-sfp"),
        (1, "mint", "org", "mx-both", "mx both", "2021-05-31", "data editor", "", ""),
        (2, "split", "org", "mx-both", "mx both", "2021-06-01", "data editor", "two bodies", "mx-sfp mx-sep"),
        (1, "mint", "org", "mx-gone", "mx gone", "2021-05-31", "data editor", "", ""),
        (2, "withdraw", "org", "mx-gone", "mx gone", "2021-06-01", "data editor", "not a body", ""),
    ],
    "commitment": [
        (1, "mint", "commitment", "MX-4-01", "MX-4 1", "2021-05-31", "data editor", "", ""),
        (2, "alias", "commitment", "MX-4-01", "MX-4 1", "2021-05-31", "data editor", "identity table", "ogp/MX0075"),
        (1, "mint", "commitment", "MX-4-99", "MX-4 99", "2021-05-31", "build", "", ""),
        (2, "alias", "commitment", "MX-4-99", "", "2021-05-31", "build", "", "MX0999"),
        (3, "withdraw", "commitment", "MX-4-99", "", "2021-06-01", "build", "no longer stated by any source", ""),
    ],
    "identifier": [
        (1, "mint", "identifier", "iso_XX", "", "2021-05-31", "build", "", ""),
        (2, "withdraw", "identifier", "iso_XX", "", "2021-06-01", "build", "no longer stated by any source", ""),
    ],
    "source": [
        (1, "mint", "source", "left-2020", "", "2021-05-31", "build", "", ""),
        (2, "withdraw", "source", "left-2020", "", "2021-06-01", "build", "no longer stated by any source", ""),
    ],
}


def sample_quads(base: str = DEFAULT_BASE) -> str:
    """The sample as N-Quads text under `base`: the default graph and seven small named graphs."""
    turtle = SAMPLE.read_text(encoding="utf-8").replace(SAMPLE_BASE, base)
    default = [ox.Quad(t.subject, t.predicate, t.object) for t in ox.parse(turtle, ox.RdfFormat.TURTLE)]
    quads = [*default, *_tombstones(base), *_source_graphs(default, base), *_small_graphs(base)]
    return _lines(quads)


def version_quads(identifier: str, base: str = DEFAULT_BASE) -> str:
    """What a release's catalogue says of itself, as N-Quads: its version of the dataset, with a distribution."""
    dataset, distribution = (ox.NamedNode(f"{base}id/{name}_{identifier}") for name in ("dataset/commitments", "distribution/commitments-ttl"))
    dcat, graph = "http://www.w3.org/ns/dcat#", ox.NamedNode(f"{base}graph/catalog")
    return _lines(
        [
            ox.Quad(dataset, RDF_TYPE, ox.NamedNode(f"{dcat}Dataset"), graph),
            ox.Quad(dataset, LABEL, ox.Literal("Compromisos", language="es"), graph),
            ox.Quad(dataset, ox.NamedNode(f"{dcat}distribution"), distribution, graph),
            ox.Quad(distribution, RDF_TYPE, ox.NamedNode(f"{dcat}Distribution"), graph),
            ox.Quad(distribution, LABEL, ox.Literal("commitments.ttl (download)", language="en"), graph),
            ox.Quad(distribution, ox.NamedNode(f"{dcat}downloadURL"), ox.NamedNode(f"{base}releases/{identifier}/commitments.ttl"), graph),
        ]
    )


def make_release(folder: Path, base: str = DEFAULT_BASE, nquads_text: str | None = None, *, name: str | None = None, created: str = CREATED) -> Release:
    """Write one finished release below `folder` (the `data/releases` folder) and point `current` at it.

    `nquads_text` replaces the sample; its unnamed graph is the consolidated view. `name` forces the release id, which
    otherwise follows blueprint 6. Returns the opened release; `folder` is made when it does not exist.
    """
    quads = list(ox.parse(nquads_text if nquads_text is not None else sample_quads(base), ox.RdfFormat.N_QUADS))
    catalog = ox.NamedNode(f"{base}graph/catalog")
    digest = hashlib.sha256(_lines(q for q in quads if q.graph_name != catalog).encode()).hexdigest()
    identifier = name or f"2021-05-31-{digest[:8]}"
    path = folder / identifier
    for part in ("graphs", "tables", "reports", "identifiers"):
        (path / part).mkdir(parents=True, exist_ok=True)
    _write_graphs(path, base, quads)
    _write_reports(path)
    _write_registry(path)
    _write_manifest(path, identifier, base, digest, quads, created)
    _publish(folder, identifier, base, created)
    return open_release(path)


def _lines(quads: Iterable[ox.Quad]) -> str:
    return "".join(sorted({f"{q} .\n" for q in quads}))


def _tombstones(base: str) -> list[ox.Quad]:
    def node(key: str) -> ox.NamedNode:
        return ox.NamedNode(f"{base}id/org/{key}")

    replaced = ox.NamedNode("http://purl.org/dc/terms/isReplacedBy")
    status = ox.NamedNode("http://www.w3.org/ns/adms#status")
    withdrawn = ox.NamedNode("https://w3id.org/ogcm/code/record-status/withdrawn")
    quads = []
    for key, targets in (("mx-old-sfp", ["mx-sfp"]), ("mx-both", ["mx-sfp", "mx-sep"]), ("mx-gone", [])):
        quads.append(ox.Quad(node(key), RDF_TYPE, ox.NamedNode(OGCM + "Tombstone")))
        quads.append(ox.Quad(node(key), status, withdrawn))
        quads += [ox.Quad(node(key), replaced, node(target)) for target in targets]
    return quads


def _source_graphs(default: list[ox.Quad], base: str) -> list[ox.Quad]:
    """`graph/deck-2021-05-31` and `graph/mx-ogp-pages`: the statements about what the passages of each source state."""
    stated_in = ox.NamedNode(OGCM + "statedIn")
    quads = []
    for source in ("deck-2021-05-31", "mx-ogp-pages"):
        start = f"{base}id/passage/{source}_"
        stated = {q.subject for q in default if q.predicate == stated_in and q.object.value.startswith(start)}
        graph = ox.NamedNode(f"{base}graph/{source}")
        quads += [ox.Quad(q.subject, q.predicate, q.object, graph) for q in default if q.subject in stated]
    return quads


def _small_graphs(base: str) -> list[ox.Quad]:
    def quad(subject: str, predicate: str, value: ox.NamedNode | ox.Literal, graph: str) -> ox.Quad:
        return ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), value, ox.NamedNode(f"{base}graph/{graph}"))

    commitment = f"{base}id/commitment/MX-4-01"
    topic = f"{base}id/topic/MX-4_eje1-1"
    dataset = ox.NamedNode("http://www.w3.org/ns/dcat#Dataset")
    owl_class = ox.NamedNode("http://www.w3.org/2002/07/owl#Class")
    node_shape = ox.NamedNode("http://www.w3.org/ns/shacl#NodeShape")
    return [
        quad(topic, OGCM + "ledTo", ox.NamedNode(commitment), "curated"),
        quad(commitment, OGCM + "responsible", ox.NamedNode(f"{base}id/org/mx-sfp"), "derived"),
        quad(f"{base}id/link/a", RDF_TYPE.value, ox.NamedNode(OGCM + "Link"), "candidates"),
        quad(f"{base}id/dataset/commitments", RDF_TYPE.value, dataset, "catalog"),
        quad(f"{base}id/dataset/commitments", LABEL.value, ox.Literal("Compromisos", language="es"), "catalog"),
        quad(OGCM + "Commitment", RDF_TYPE.value, owl_class, "vocabulary"),
        quad(OGCM + "Commitment", LABEL.value, ox.Literal("Compromiso", language="es"), "vocabulary"),
        quad(OGCM + "Commitment", LABEL.value, ox.Literal("Commitment", language="en"), "vocabulary"),
        quad("https://w3id.org/ogcm/shapes#Commitment", RDF_TYPE.value, node_shape, "shapes"),
    ]


def _write_graphs(path: Path, base: str, quads: list[ox.Quad]) -> None:
    default = [q for q in quads if q.graph_name == ox.DefaultGraph()]
    triples = [q.triple for q in default]
    (path / EVERYTHING).write_text(_lines(quads), encoding="utf-8")
    (path / CONSOLIDATED).write_text(_lines(default), encoding="utf-8")
    store = ox.Store()
    store.extend(quads)
    for suffix, form in (("ttl", ox.RdfFormat.TURTLE), ("jsonld", ox.RdfFormat.JSON_LD), ("rdf", ox.RdfFormat.RDF_XML)):
        (path / f"commitments.{suffix}").write_bytes(ox.serialize(triples, format=form) or b"")
    (path / "commitments.trig").write_bytes(store.dump(format=ox.RdfFormat.TRIG) or b"")
    for name in ("commitments.nt", "commitments.nq", "commitments.ttl", "commitments.trig", "commitments.jsonld", "commitments.rdf"):
        packed = io.BytesIO()
        with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as file:
            file.write((path / name).read_bytes())
        (path / f"{name}.gz").write_bytes(packed.getvalue())
    for graph in sorted({q.graph_name.value for q in quads if q.graph_name != ox.DefaultGraph()}):
        slug = graph.removeprefix(f"{base}graph/")
        if slug == graph:
            continue  # a graph of another address, which tests may hold, has no file of its own
        inside = [ox.Quad(q.subject, q.predicate, q.object) for q in quads if getattr(q.graph_name, "value", "") == graph]
        (path / "graphs" / f"{slug}.nt").write_text(_lines(inside), encoding="utf-8")
    catalog = [q.triple for q in quads if getattr(q.graph_name, "value", "") == f"{base}graph/catalog"]
    for name in ("void.ttl", "catalog.ttl"):
        (path / name).write_bytes(ox.serialize(catalog, format=ox.RdfFormat.TURTLE) or b"")


def _write_reports(path: Path) -> None:
    (path / "reports" / "validation.json").write_text(json.dumps({"conforms": True, "results": []}), encoding="utf-8")
    (path / "reports" / "validation.ttl").write_text("", encoding="utf-8")
    (path / "reports" / "validation.es.txt").write_text("0 problemas\n", encoding="utf-8")
    (path / "reports" / "validation.en.txt").write_text("0 problems\n", encoding="utf-8")
    (path / "reports" / "accounting.json").write_text("{}", encoding="utf-8")
    (path / "reports" / "quarantine.csv").write_text("file,row,column,found,expected\n", encoding="utf-8")
    (path / "tables" / "datapackage.json").write_text(json.dumps({"name": "commitments", "resources": []}), encoding="utf-8")


def _write_registry(path: Path) -> None:
    for kind, events in REGISTRY.items():
        with open(path / "identifiers" / f"{kind}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(REGISTRY_COLUMNS)
            writer.writerows(events)


def _write_manifest(path: Path, identifier: str, base: str, digest: str, quads: list[ox.Quad], created: str) -> None:
    graphs = Counter("" if q.graph_name == ox.DefaultGraph() else q.graph_name.value for q in set(quads))
    names = {graph.removeprefix(f"{base}graph/"): count for graph, count in sorted(graphs.items())}
    default = {q for q in quads if q.graph_name == ox.DefaultGraph()}
    counts = Counter(q.object.value for q in default if q.predicate == RDF_TYPE)
    files = []
    for file in sorted(p for p in path.rglob("*") if p.is_file() and p.name not in (MANIFEST, CHECKSUMS)):
        content = file.read_bytes()
        relative = file.relative_to(path).as_posix()
        sha256 = hashlib.sha256(content).hexdigest()
        files.append(File(path=relative, bytes=len(content), sha256=sha256, media_type=MEDIA_TYPES[file.suffix]))
    (path / CHECKSUMS).write_text("".join(f"{file.sha256}  {file.path}\n" for file in files), encoding="utf-8")
    manifest = Manifest(
        id=identifier, base=base, created=created, fingerprint="0" * 64, software_version="0.1.0",
        vocabulary_version="0.1.0", content_sha256=digest, graphs=names, counts=dict(sorted(counts.items())),
        severities={}, settings={}, inputs=[], files=files,
    )  # fmt: skip
    (path / MANIFEST).write_text(manifest.model_dump_json(indent=1), encoding="utf-8")


def _publish(folder: Path, identifier: str, base: str, created: str) -> None:
    link = folder / f".{CURRENT}.{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(identifier)
    link.rename(folder / CURRENT)
    with open(folder / PUBLICATION_LOG, "a", encoding="utf-8") as log:
        log.write(json.dumps({"time": created, "event": "published", "release": identifier, "base": base}) + "\n")
