"""Write all files of one release into a folder: graphs, dumps, tables, reports, registry, catalogue, manifest, checksums.

The order follows from who needs what: the catalogue states sizes and checksums of the dumps, the N-Quads and TriG hold the
catalogue, the manifest lists everything.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

import commitments
import ontology
from commitments.release import CHECKSUMS, CONSOLIDATED, EVERYTHING, IDENTIFIERS, MANIFEST, Manifest
from ingest.publication import dumps, for_excel, tables
from ingest.publication.catalogue import Described, describe_catalogue, titles
from ingest.publication.draft import CATALOG_GRAPH, CONSOLIDATED_GRAPH, VOCABULARY_GRAPHS, Draft
from ingest.publication.files import ReleaseFolder
from ingest.publication.names import Names
from ingest.publication.statements import Statements
from ingest.publication.statistics import Counting, Statistics, checked
from ingest.publication.switch import now
from ingest.publication.void import describe_void

Progress = Callable[[str], None]

MEDIA_TYPES = {
    ".nt": "application/n-triples", ".nq": "application/n-quads", ".ttl": "text/turtle", ".trig": "application/trig",
    ".jsonld": "application/ld+json", ".rdf": "application/rdf+xml", ".csv": "text/csv", ".json": "application/json",
    ".txt": "text/plain",
}  # fmt: skip
_STORE_ON_DISK = 1 << 30  # bytes of N-Triples beyond which the tables are made from a store on disk


def media_type(path: str) -> str:
    return MEDIA_TYPES[Path(path).suffix]


@dataclass
class Writing:
    """The state of one release being written. Call `everything` once."""

    draft: Draft
    release_id: str
    content_sha256: str
    folder: ReleaseFolder
    progress: Progress
    found: Statistics = field(default_factory=Statistics)
    triples: dict[str, int] = field(default_factory=dict)

    def everything(self) -> None:
        """Write all files and bring them to disk. Raises NotSorted, TableError, OSError."""
        self._graphs()
        self._triple_dumps()
        distinct_objects = self._tables()
        for name, content in sorted(self.draft.reports.items()):
            with self.folder.create(f"reports/{name}", media_type(name)) as out:
                if isinstance(content, Path):
                    with content.open("rb") as report:
                        shutil.copyfileobj(report, out)
                else:
                    out.write(content)
        for kind, content in sorted(self.draft.registry.items()):
            self.folder.add(f"{IDENTIFIERS}/{kind}.csv", content, "text/csv")
        self._catalogue(distinct_objects)
        self._quad_dumps()
        self._manifest()
        self.folder.sync()

    @property
    def _consolidated(self) -> Path:
        return self.folder.path / CONSOLIDATED

    def _graphs(self) -> None:
        """The consolidated graph and each named one, checked to be sorted and writable in every syntax, and counted."""
        for name, source in sorted(self.draft.graphs.items()):
            path = f"graphs/{name}.nt" if name else CONSOLIDATED
            self.progress(path)
            fault = dumps.uncanonical if name in VOCABULARY_GRAPHS else dumps.unpublishable
            lines = checked(dumps.read_lines(source), path, fault)
            counting = Counting(self.draft.base, path)
            with self.folder.create(path, media_type(path), compressed=not name) as out:
                dumps.write_lines(counting(lines), out)
            self.triples[name] = counting.statistics.triples
            if name == CONSOLIDATED_GRAPH:
                self.found = counting.statistics
            else:
                self.found.namespaces |= counting.statistics.namespaces

    def _triple_dumps(self) -> None:
        readable = dumps.prefixes_in_use(self.found.namespaces, self.draft.base)
        vocabularies = dumps.vocabulary_prefixes(self.found.namespaces)
        for suffix, syntax, prefixes in (
            (".ttl", ox.RdfFormat.TURTLE, readable),
            (".jsonld", ox.RdfFormat.JSON_LD, {}),
            (".rdf", ox.RdfFormat.RDF_XML, vocabularies),
        ):
            path = f"commitments{suffix}"
            self.progress(path)
            with self.folder.create(path, media_type(path), compressed=True) as out:
                dumps.write_triples(self._consolidated, out, syntax, prefixes)

    def _tables(self) -> int:
        """The CSV tables and their data package; returns the number of distinct objects, counted in the same store."""
        scratch = self.folder.path.with_name(f"{self.folder.path.name}-store")  # swept like any temporary folder
        store = ox.Store(str(scratch)) if self._consolidated.stat().st_size > _STORE_ON_DISK else ox.Store()
        store.bulk_load(path=str(self._consolidated), format=ox.RdfFormat.N_TRIPLES)
        written = []
        for query in tables.table_queries():
            self.progress(query.path)
            with self.folder.create(query.path, "text/csv") as out:
                rows = tables.write_table(query, store, self.draft.base, out)
            entry = self.folder.files[-1]
            written.append((query, entry.bytes, entry.sha256, rows))
            with self.folder.create(for_excel.copy_path(query.path), "text/csv") as out:
                for_excel.write_copy(self.folder.path / query.path, out)
        counted = store.query("SELECT (COUNT(DISTINCT ?o) AS ?n) WHERE { ?s ?p ?o }")
        objects = int(next(iter(counted))["n"].value)
        del store, counted
        shutil.rmtree(scratch, ignore_errors=True)
        title, licence = titles(self.draft)["es"], self.draft.settings.get("licence")
        package = tables.data_package(written, title, licence, self.release_id)
        self.folder.add("tables/datapackage.json", package, "application/json")
        return objects

    def _catalogue(self, distinct_objects: int) -> None:
        self.progress("catalog.ttl")
        names = Names(self.draft.base, self.release_id)
        catalogue = describe_catalogue(self.draft, names, self._described(), _vocabulary_iri())
        named = {name: count for name, count in self.triples.items() if name}
        void = describe_void(self.draft, names, self.found, distinct_objects, named, commitments.__version__)
        lines = (catalogue | void).lines()
        counting = Counting(self.draft.base, "catalog")
        with self.folder.create(f"graphs/{CATALOG_GRAPH}.nt", "application/n-triples") as out:
            dumps.write_lines(counting(lines), out)
        self.triples[CATALOG_GRAPH] = len(lines)
        self.found.namespaces |= counting.statistics.namespaces
        for path, statements in (("catalog.ttl", catalogue), ("void.ttl", void)):
            self._turtle(path, statements)

    def _turtle(self, path: str, statements: Statements) -> None:
        prefixes = dumps.prefixes_in_use(self.found.namespaces, self.draft.base)
        with self.folder.create(path, "text/turtle") as out:
            dumps.write_statements(statements.lines(), out, prefixes)

    def _described(self) -> list[Described]:
        """The files that are distributions of the dataset: dumps, named graphs, tables. Reports, registry and altered copies are not."""
        apart = ("reports/", f"{IDENTIFIERS}/", f"{for_excel.FOLDER}/")
        described = [Described.of(file, media_type(file.path.removesuffix(".gz"))) for file in self.folder.files if not file.path.startswith(apart)]
        for path in (EVERYTHING, "commitments.trig"):
            described += [Described(path, media_type(path), None, None), Described(f"{path}.gz", media_type(path), None, None)]
        return sorted(described, key=lambda file: file.path)

    def _quad_dumps(self) -> None:
        graphs = {name: self._graph_file(name) for name in self.triples}
        self.progress(EVERYTHING)
        with self.folder.create(EVERYTHING, media_type(EVERYTHING), compressed=True) as out:
            dumps.write_lines(dumps.quad_lines(graphs, self.draft.base), out)
        self.progress("commitments.trig")
        prefixes = dumps.prefixes_in_use(self.found.namespaces, self.draft.base)
        with self.folder.create("commitments.trig", "application/trig", compressed=True) as out:
            dumps.write_quads(graphs, self.draft.base, out, prefixes)

    def _graph_file(self, name: str) -> Path:
        return self.folder.path / "graphs" / f"{name}.nt" if name else self._consolidated

    def _manifest(self) -> None:
        self.folder.files.sort(key=lambda file: file.path)
        sums = "".join(f"{file.sha256}  {file.path}\n" for file in self.folder.files)
        manifest = Manifest(
            id=self.release_id,
            base=self.draft.base,
            created=now(),
            fingerprint=self.draft.fingerprint,
            software_version=commitments.__version__,
            vocabulary_version=ontology.VERSION,
            content_sha256=self.content_sha256,
            graphs=dict(sorted(self.triples.items())),
            counts=dict(sorted(self.found.class_entities.items())),
            severities=self.draft.severities,
            settings=self.draft.settings,
            inputs=self.draft.inputs,
            files=list(self.folder.files),
        )
        self.folder.add(CHECKSUMS, sums.encode(), "text/plain")
        self.folder.add(MANIFEST, (manifest.model_dump_json(indent=2) + "\n").encode(), "application/json")


def _vocabulary_iri() -> str:
    return f"https://w3id.org/ogcm/def/{ontology.VERSION}"
