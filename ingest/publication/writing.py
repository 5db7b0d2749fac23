"""Write all files of one release into a folder: graphs, dumps, tables, reports, registry, catalogue, manifest, checksums.

The order follows from who needs what: the catalogue states sizes and checksums of the dumps, the N-Quads and TriG hold the
catalogue, the manifest lists everything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

import commitments
import ontology
from commitments.release import CHECKSUMS, CONSOLIDATED, EVERYTHING, IDENTIFIERS, MANIFEST, Manifest
from ingest.apart import cores
from ingest.publication import dumps, for_excel, jobs, tables
from ingest.publication.catalogue import Described, describe_catalogue, rights, titles
from ingest.publication.draft import CATALOG_GRAPH, CONSOLIDATED_GRAPH, VOCABULARY_GRAPHS, Draft
from ingest.publication.files import ReleaseFolder, beside, remove_beside
from ingest.publication.helpers import Helpers, uncollected
from ingest.publication.jobs import media_type
from ingest.publication.names import Names
from ingest.publication.statements import Statements
from ingest.publication.statistics import Counting, Namespaces, Statistics, checked_blocks
from ingest.publication.switch import now
from ingest.publication.void import describe_void
from ingest.publication.working import Work, counted
from ingest.sorting import read_blocks

Progress = Callable[[str], None]

_TURTLE, _TRIG = "commitments.ttl", "commitments.trig"
_ALONE = 32 << 20  # bytes of N-Triples up to which one process does everything


def work_on(graphs: Mapping[str, Path], within: Callable[[int, int], None] | None) -> Work:
    """The work of publishing these graphs: all of them hashed, checked, written as Turtle and as N-Quads, and the consolidated one as
    tables and in two more syntaxes."""
    sizes = {name: path.stat().st_size for name, path in graphs.items()}
    return Work(4 * sum(sizes.values()) + 3 * sizes[CONSOLIDATED_GRAPH], within)


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
    _readable: dict[str, str] = field(init=False, default_factory=dict)  # the prefixes of Turtle
    _data_namespaces: set[str] = field(init=False, default_factory=set)  # those of the catalogue aside

    def everything(self) -> None:
        """Write all files and bring them to disk. Raises NotSorted, TableError, OSError, ingest.apart.ProcessFailed."""
        large = self.draft.graphs[CONSOLIDATED_GRAPH].stat().st_size > _ALONE
        self._scratch.mkdir()
        with uncollected(), Helpers(self.folder, cores() if large else 0) as helpers:
            rows = self._tables(helpers)
            self._graphs()
            turtle = self._turtle_dump(helpers)
            for name, content in sorted(self.draft.reports.items()):
                self._add(f"reports/{name}", content, media_type(name))
            for kind, content in sorted(self.draft.registry.items()):
                self._add(f"{IDENTIFIERS}/{kind}.csv", content, "text/csv")
            self._other_dumps()
            turtle.result()
            self._data_package(rows.result())
            self._catalogue()
            self._quad_dumps(helpers)
        remove_beside(self.folder.path)
        self._manifest()
        self.folder.sync()

    @property
    def _scratch(self) -> Path:
        """What is not part of the release; whoever called removes it after a failure."""
        return beside(self.folder.path)

    def _add(self, name: str, content: bytes | Path, kind: str) -> None:
        if isinstance(content, Path):
            self.folder.copy(name, content, kind)
        else:
            self.folder.add(name, content, kind)

    @property
    def _consolidated(self) -> Path:
        return self.folder.path / CONSOLIDATED

    def _graphs(self) -> None:
        """The consolidated graph and each named one, checked to be sorted and writable in every syntax, and counted."""
        for name, source in sorted(self.draft.graphs.items()):
            path = f"graphs/{name}.nt" if name else CONSOLIDATED
            self.progress(path)
            fault = dumps.uncanonical if name in VOCABULARY_GRAPHS else dumps.unpublishable
            counting = Namespaces(path) if name else Counting(self.draft.base, path)
            self.triples[name] = 0
            with self.folder.create(path, media_type(path), compressed=not name) as out:
                for block, text in checked_blocks(counted(read_blocks(source), self.folder.worked), path, fault):
                    counting.add(block)
                    self.triples[name] += len(block)
                    out.write(text)
            if isinstance(counting, Counting):
                self.found = counting.statistics
            else:
                self.found.namespaces |= counting.found

    def _turtle_dump(self, helpers: Helpers) -> Future[None]:
        """Turtle, along with most of TriG."""
        self.progress(_TURTLE)
        self._readable = dumps.prefixes_in_use(self.found.namespaces, self.draft.base)
        graphs = {name: self._graph_file(name) for name in self.triples if name}
        blocks = self._scratch / "blocks"
        return helpers.start(jobs.turtle_dump, path=_TURTLE, source=self._consolidated, prefixes=self._readable, graphs=graphs, blocks=blocks)

    def _other_dumps(self) -> None:
        """JSON-LD and RDF/XML, while a helper writes Turtle: to start another for them would cost more than it gives."""
        prefixes = {"commitments.jsonld": {}, "commitments.rdf": dumps.vocabulary_prefixes(self.found.namespaces)}
        for path in prefixes:
            self.progress(path)
        jobs.triple_dumps(self.folder, source=self._consolidated, prefixes=prefixes)

    def _tables(self, helpers: Helpers) -> Future[dict[str, int]]:
        """The CSV tables, made from the graph that the draft brings while that is checked and copied."""
        for query in tables.table_queries():
            self.progress(query.path)
        self.folder.folder(self.folder.path / "tables" / "for-excel")
        return helpers.start(jobs.table_files, source=self.draft.graphs[CONSOLIDATED_GRAPH], scratch=self._scratch / "tables")

    def _data_package(self, counts: dict[str, int]) -> None:
        """Describe the tables."""
        files = {file.path: file for file in self.folder.files}
        written = [(query, files[query.path].bytes, files[query.path].sha256, counts[query.name]) for query in tables.table_queries()]
        title, licence = titles(self.draft)["es"], self.draft.settings.get("licence")
        package = tables.data_package(written, title, licence, rights(self.draft), self.release_id)
        self.folder.add("tables/datapackage.json", package, "application/json")

    def _catalogue(self) -> None:
        self.progress("catalog.ttl")
        names = Names(self.draft.base, self.release_id)
        catalogue = describe_catalogue(self.draft, names, self._described(), ontology.VERSION_IRI)
        named = {name: count for name, count in self.triples.items() if name}
        void = describe_void(self.draft, names, self.found, named, commitments.__version__)
        lines = (catalogue | void).lines()
        namespaces = Namespaces("catalog")
        namespaces.add(lines)
        with self.folder.create(f"graphs/{CATALOG_GRAPH}.nt", "application/n-triples") as out:
            out.writelines(lines)
        self.triples[CATALOG_GRAPH] = len(lines)
        self._data_namespaces = self.found.namespaces
        self.found.namespaces = self.found.namespaces | namespaces.found
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
        for path in (EVERYTHING, _TRIG):
            described += [Described(path, media_type(path), None, None), Described(f"{path}.gz", media_type(path), None, None)]
        return sorted(described, key=lambda file: file.path)

    def _quad_dumps(self, helpers: Helpers) -> None:
        """The files that hold the catalogue. TriG is only put together, which needs no helper."""
        prefixes = dumps.prefixes_in_use(self.found.namespaces, self.draft.base)
        default, blocks = self._trig_parts(prefixes)
        graphs = {name: self._graph_file(name) for name in self.triples}
        self.progress(_TRIG)
        trig = helpers.beside(jobs.trig_dump, path=_TRIG, default=default, blocks=blocks, base=self.draft.base, prefixes=prefixes)
        self.progress(EVERYTHING)
        jobs.nquads_dump(self.folder, path=EVERYTHING, graphs=graphs, base=self.draft.base)
        trig.result()

    def _trig_parts(self, prefixes: dict[str, str]) -> tuple[tuple[Path, dict[str, str]], dict[str, Path]]:
        """The default graph's Turtle with its prefixes, and the other graphs' blocks.

        They were written without prefixes of the catalogue's. If one of those would shorten a name in the data, which none is
        known to do, all is written anew.
        """
        default, folder = (self.folder.path / _TURTLE, self._readable), self._scratch / "blocks"
        named = [name for name in self.triples if name not in (CONSOLIDATED_GRAPH, CATALOG_GRAPH)]
        if not dumps.alike(self._readable, prefixes, self._data_namespaces):
            folder = self._scratch / "blocks-anew"
            graphs = {name: self._graph_file(name) for name in named}
            jobs.turtle_anew(self.folder, source=self._consolidated, prefixes=prefixes, graphs=graphs, blocks=folder)
            default = (folder / jobs.ANEW, prefixes)
        with open(folder / CATALOG_GRAPH, "xb") as out, dumps.Block(self._graph_file(CATALOG_GRAPH), prefixes, out) as block:
            block.write_rest()
        return default, {name: folder / name for name in (*named, CATALOG_GRAPH)}

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
