"""Terms of rdflib as terms of pyoxigraph or N-Triples and back, and reading strangers' RDF without following anything in it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import pyoxigraph as ox
from rdflib import BNode, Graph, URIRef
from rdflib.term import Node

from ontology.namespaces import OWL, RDF, RDFS
from ontology.reading import from_ox

FORMATS: dict[str, ox.RdfFormat] = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".xml": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
}
# Larger files are ours (dumps) and go through the release, not through validation as rdflib graphs.
MAX_BYTES = 512 * 1024 * 1024


class UnreadableRdf(Exception):
    """A file is not RDF we read. `line` and `column` count from 1 and are None where the problem is the whole file."""

    def __init__(self, path: Path, reason: str, line: int | None = None, column: int | None = None):
        self.path, self.reason, self.line, self.column = path, reason, line, column
        place = ":".join(str(part) for part in (path, line, column) if part is not None)
        super().__init__(f"{place}: {reason}")


def load_rdf(path: Path | str, *, max_bytes: int = MAX_BYTES) -> Graph:
    """Read one RDF file; the format follows from the suffix (.ttl .nt .nq .trig .rdf .xml .jsonld).

    Safe for strangers' files: parsed by pyoxigraph, which fetches nothing (a remote JSON-LD context is an error) and
    expands no external entity. Of a file with named graphs the default graph is taken or, if that is empty, all
    graphs together. Lexical forms are kept as written.
    Raises UnreadableRdf for an unknown suffix, a syntax error, a file over `max_bytes`, one that cannot be opened,
    and one with `owl:imports` (what is validated must be in the file).
    """
    path = Path(path)
    rdf_format = FORMATS.get(path.suffix.lower())
    if rdf_format is None:
        raise UnreadableRdf(path, f"unknown suffix {path.suffix!r}; known: {' '.join(FORMATS)}")
    try:
        size = path.stat().st_size
        if size > max_bytes:
            raise UnreadableRdf(path, f"{size} bytes, over the limit of {max_bytes}")
        content = path.read_bytes()
        if rdf_format == ox.RdfFormat.RDF_XML:
            _refuse_entity_bombs(path, content, max_bytes)
        quads = list(ox.parse(content, format=rdf_format, base_iri=path.resolve().as_uri()))
    except OSError as error:
        raise UnreadableRdf(path, error.strerror or str(error)) from error
    except SyntaxError as error:
        raise UnreadableRdf(path, error.msg, error.lineno, error.offset) from error
    except ValueError as error:
        raise UnreadableRdf(path, str(error)) from error
    default = [quad for quad in quads if isinstance(quad.graph_name, ox.DefaultGraph)]
    graph = Graph(bind_namespaces="none")
    for quad in default or quads:
        if quad.predicate.value == str(OWL.imports):
            raise UnreadableRdf(path, f"owl:imports {quad.object} is not followed; validate one complete file")
        graph.add(tuple(from_ox(term) for term in (quad.subject, quad.predicate, quad.object)))
    return graph


def _refuse_entity_bombs(path: Path, content: bytes, max_bytes: int) -> None:
    """Entities that abbreviate namespaces are usual in RDF/XML; nested or external ones, and a text that would grow
    past `max_bytes`, are an attack on the reader (the parser expands them all)."""
    grown = len(content)
    for name, value in re.findall(rb"<!ENTITY\s+(\S+)\s+([^>]*)>", content):
        if value[:1] not in b"\"'" or name == b"%" or b"&" in value.replace(b"&#", b""):
            raise UnreadableRdf(path, f"XML entity {name.decode(errors='replace')} is nested or external")
        grown += len(value) * content.count(b"&" + name + b";")
    if grown > max_bytes:
        raise UnreadableRdf(path, f"its XML entities expand to {grown} bytes, over the limit of {max_bytes}")


def to_ox(term: Node) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """An rdflib term as a pyoxigraph term. Raises ValueError for an invalid IRI."""
    if isinstance(term, URIRef):
        return ox.NamedNode(str(term))
    if isinstance(term, BNode):
        return ox.BlankNode(str(term))
    if term.language:
        return ox.Literal(str(term), language=term.language)
    return ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype)) if term.datatype else None)


def store_of(triples: Iterable[tuple[Node, Node, Node]]) -> ox.Store:
    """An in-memory store whose default graph holds the triples."""
    store = ox.Store()
    store.bulk_extend(ox.Quad(to_ox(s), to_ox(p), to_ox(o)) for s, p, o in triples)
    return store


def to_ntriples(term: Node) -> bytes:
    """An rdflib term as it stands in canonical N-Triples."""
    return str(to_ox(term)).encode()


def from_ntriples(text: bytes) -> Node:
    """A term of N-Triples as an rdflib term."""
    [triple] = ox.parse(b"<x:s> <%s> %s ." % (str(RDF.value).encode(), text), format=ox.RdfFormat.N_TRIPLES)
    return from_ox(triple.object)


def lexical(text: bytes) -> str:
    """The IRI, or the lexical form of the literal, that a term of N-Triples stands for."""
    if text.startswith(b"<") or b"\\" in text:
        return str(from_ntriples(text))
    return text[1 : text.rfind(b'"')].decode()


def subclasses_in(lines: Iterable[bytes]) -> dict[bytes, set[bytes]]:
    """Class -> its direct subclasses, from lines of N-Triples."""
    predicate, found = f" <{RDFS.subClassOf}> ".encode(), defaultdict(set)
    for line in lines:
        if predicate in line:
            subject, said, parent = line.rstrip()[:-2].split(b" ", 2)
            if said == predicate.strip():
                found[parent].add(subject)
    return found


def all_below(name: bytes, below: Mapping[bytes, Collection[bytes]]) -> set[bytes]:
    """A class with all its subclasses, given the direct ones of each."""
    found, ahead = {name}, [name]
    while ahead:
        for one in below.get(ahead.pop(), ()):
            if one not in found:
                found.add(one)
                ahead.append(one)
    return found
