"""How a release lies in a remote store: for who loads it there (`sparql_api.pushing`) and who asks it (`engine.remote`).

Every named graph under its own IRI, the consolidated view under `{BASE}graph/consolidated` (blueprint 5), and in a graph
of its own a statement that names the release, with the checksums of its graphs. These come and go in the same update
request as the data, so who finds the release named after an answer knows that the whole answer came from it.
"""

from __future__ import annotations

from pathlib import Path

from commitments.release import CONSOLIDATED, Release

VERSION_INFO = "http://www.w3.org/2002/07/owl#versionInfo"
CHECKSUM = "http://spdx.org/rdf/terms#checksumValue"
# A graph that no store holds, to say over the SPARQL Protocol that a part of the dataset is empty: naming no graph of a
# kind would mean that, too, but Virtuoso 7 takes it for all graphs.
EMPTY_GRAPH = "urn:commitments:empty"
# The number of triples in what a request names as its default graph.
COUNT = "SELECT (COUNT(*) AS ?triples) WHERE { ?s ?p ?o }"


class Layout:
    """The graphs of one release in a remote store.

    graphs        graph IRI -> number of triples, of every graph that holds data, the consolidated view included
    consolidated  IRI of the consolidated view
    named         IRIs of the named graphs, sorted
    """

    def __init__(self, release: Release) -> None:
        self.release = release
        self.prefix = f"{release.base}graph/"
        self.consolidated = f"{self.prefix}consolidated"
        self.marker = f"{self.prefix}release"
        self.staging = f"{self.prefix}staging/"
        counts = release.manifest.graphs
        self.graphs = {self.iri(name): count for name, count in counts.items()}
        self.named = sorted(self.iri(name) for name in counts if name)

    def iri(self, name: str) -> str:
        """The graph of that name in the manifest, where "" is the consolidated view."""
        return f"{self.prefix}{name}" if name else self.consolidated

    def file(self, name: str) -> Path:
        """The N-Triples of the graph of that name."""
        return self.release.file(_path(name))

    @property
    def checksums(self) -> list[str]:
        """Statements of the marker graph, in the notation of N-Triples: the SHA-256 of the N-Triples of each graph."""
        known = {file.path: file.sha256 for file in self.release.manifest.files}
        return [f'<{self.iri(name)}> <{CHECKSUM}> "{known[_path(name)]}" .' for name in self.release.manifest.graphs]

    @property
    def statement(self) -> str:
        """Statement of the marker graph, in the notation of N-Triples: this version has this content (SHA-256, in hex)."""
        version = f"{self.release.base}id/dataset/commitments_{self.release.id}"
        return f'<{version}> <{VERSION_INFO}> "{self.release.manifest.content_sha256}" .'

    @property
    def ask_marker(self) -> str:
        """A query whether the store holds this release now; its dataset has to name the marker graph."""
        return self.ask_for(self.statement)

    def ask_for(self, statement: str) -> str:
        """A query whether the marker graph has a statement; its dataset has to name that graph."""
        return f"ASK {{ GRAPH <{self.marker}> {{ {statement} }} }}"


def _path(name: str) -> str:
    return f"graphs/{name}.nt" if name else CONSOLIDATED
