"""The parts of writing a release that can be done beside each other (`ingest.publication.helpers`).

Each takes the release folder and small arguments that can be sent to another process.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pyoxigraph as ox

from ingest.publication import dumps, for_excel, tables
from ingest.publication.files import ReleaseFolder

MEDIA_TYPES = {
    ".nt": "application/n-triples", ".nq": "application/n-quads", ".ttl": "text/turtle", ".trig": "application/trig",
    ".jsonld": "application/ld+json", ".rdf": "application/rdf+xml", ".csv": "text/csv", ".json": "application/json",
    ".txt": "text/plain",
}  # fmt: skip
SYNTAXES = {".ttl": ox.RdfFormat.TURTLE, ".jsonld": ox.RdfFormat.JSON_LD, ".rdf": ox.RdfFormat.RDF_XML}
_STORE_ON_DISK = 1 << 30  # bytes of N-Triples beyond which the tables are made from a store on disk


def media_type(path: str) -> str:
    return MEDIA_TYPES[Path(path).suffix]


def triples_dump(folder: ReleaseFolder, *, path: str, source: Path, prefixes: dict[str, str]) -> None:
    """The consolidated graph in the syntax that the file's name says."""
    with folder.create(path, media_type(path), compressed=True) as out:
        dumps.write_triples(source, out, SYNTAXES[Path(path).suffix], prefixes)


def nquads_dump(folder: ReleaseFolder, *, path: str, graphs: dict[str, Path], base: str) -> None:
    with folder.create(path, media_type(path), compressed=True) as out:
        dumps.write_blocks(dumps.quad_blocks(graphs, base), out)


def trig_dump(folder: ReleaseFolder, *, path: str, graphs: dict[str, Path], base: str, prefixes: dict[str, str]) -> None:
    with folder.create(path, media_type(path), compressed=True) as out:
        dumps.write_quads(graphs, base, out, prefixes)


def table_files(folder: ReleaseFolder, *, source: Path, base: str, scratch: Path) -> dict[str, int]:
    """All CSV tables; gives the number of rows by table, and under "" the number of distinct objects of the graph.

    `scratch` is a folder to make for a large store and for rows on their way into order; after a failure the caller removes it.
    """
    scratch.mkdir()
    store = ox.Store(str(scratch / "store")) if source.stat().st_size > _STORE_ON_DISK else ox.Store()
    store.bulk_load(path=str(source), format=ox.RdfFormat.N_TRIPLES)
    counts = {}
    for query in tables.table_queries():
        with folder.create(query.path, "text/csv") as out:
            counts[query.name] = tables.write_table(query, store, base, out, scratch)
        with folder.create(for_excel.copy_path(query.path), "text/csv") as out:
            for_excel.write_copy(folder.path / query.path, out)
    counted = store.query("SELECT (COUNT(DISTINCT ?o) AS ?n) WHERE { ?s ?p ?o }")
    counts[""] = int(next(iter(counted))["n"].value)
    del store, counted
    shutil.rmtree(scratch)
    return counts
