"""The one table of representations: negotiation, `Link: rel=alternate`, suffixes, pages and tests all read it.

Documented meanings of generic media types (blueprint 4): on documents and graphs `application/json` is JSON-LD,
`application/xml` and `text/xml` are RDF/XML and `text/plain` is N-Triples; on SELECT and ASK results they are the
SPARQL JSON results, the SPARQL XML results and TSV. The answer carries the media type that was asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from ontology.namespaces import PREFIXES, RDF, XSD


@dataclass(frozen=True)
class Format:
    """One representation. `suffix` has no dot; `aliases` are generic media types that mean this format."""

    name: str
    media_type: str
    suffix: str
    label: str
    aliases: tuple[str, ...] = ()
    rdf: ox.RdfFormat | None = None

    @property
    def media_types(self) -> tuple[str, ...]:
        return (self.media_type, *self.aliases)


HTML = Format("html", "text/html", "html", "HTML")
TURTLE = Format("turtle", "text/turtle", "ttl", "Turtle", rdf=ox.RdfFormat.TURTLE)
JSON_LD = Format(
    "json-ld", "application/ld+json", "jsonld", "JSON-LD", ("application/json",), rdf=ox.RdfFormat.JSON_LD
)
RDF_XML = Format(
    "rdf-xml", "application/rdf+xml", "rdf", "RDF/XML", ("application/xml", "text/xml"), rdf=ox.RdfFormat.RDF_XML
)
N_TRIPLES = Format(
    "n-triples", "application/n-triples", "nt", "N-Triples", ("text/plain",), rdf=ox.RdfFormat.N_TRIPLES
)
# Of datasets: a query's triples are their default graph.
TRIG = Format("trig", "application/trig", "trig", "TriG", rdf=ox.RdfFormat.TRIG)
N_QUADS = Format("n-quads", "application/n-quads", "nq", "N-Quads", rdf=ox.RdfFormat.N_QUADS)

RESULTS_JSON = Format(
    "results-json", "application/sparql-results+json", "json", "JSON", ("application/json",)
)
RESULTS_XML = Format(
    "results-xml", "application/sparql-results+xml", "xml", "XML", ("application/xml", "text/xml")
)
RESULTS_CSV = Format("results-csv", "text/csv", "csv", "CSV")
RESULTS_TSV = Format("results-tsv", "text/tab-separated-values", "tsv", "TSV", ("text/plain",))

# Order is the server's preference between formats that a client likes equally.
GRAPH_FORMATS: tuple[Format, ...] = (TURTLE, JSON_LD, RDF_XML, N_TRIPLES)
DOCUMENT_FORMATS: tuple[Format, ...] = (HTML, *GRAPH_FORMATS)
# Of SELECT and ASK, and of CONSTRUCT and DESCRIBE.
RESULT_FORMATS: tuple[Format, ...] = (RESULTS_JSON, RESULTS_XML, RESULTS_CSV, RESULTS_TSV)
CONSTRUCT_FORMATS: tuple[Format, ...] = (*GRAPH_FORMATS, TRIG, N_QUADS)


class NotRepresentable(ValueError):
    """The statements hold a character that the format cannot carry (XML 1.0 has no most control characters)."""


def offers(formats: Iterable[Format]) -> list[str]:
    """Media types in the order of the server's preference: registered ones first, generic ones after them."""
    rows = list(formats)
    return [row.media_type for row in rows] + [alias for row in rows for alias in row.aliases]


def by_media_type(formats: Iterable[Format], media_type: str) -> Format:
    """The format that `media_type` (registered or generic, without parameters) means; KeyError when there is none."""
    for row in formats:
        if media_type in row.media_types:
            return row
    raise KeyError(media_type)


def by_suffix(formats: Iterable[Format], suffix: str) -> Format | None:
    """The format served under `.suffix`, or None."""
    return next((row for row in formats if row.suffix == suffix), None)


def content_type(media_type: str) -> str:
    """Value of Content-Type: text types say UTF-8, because their default is not (RFC 2046, RFC 7231 appendix)."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


# XML 1.0 section 2.2: everything but these characters is allowed in a document.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def parse_triples(ntriples: bytes) -> list[ox.Triple]:
    """N-Triples text as triples in the order of the text, literals untouched. Raises SyntaxError on other text."""
    return [quad.triple for quad in ox.parse(ntriples, format=ox.RdfFormat.N_TRIPLES)]


def read_turtle(path: Path) -> list[ox.Triple]:
    """The statements of a Turtle file of a release; none when the release has no such file."""
    return [quad.triple for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE)] if path.is_file() else []


def write(triples: Sequence[ox.Triple], target: Format, prefixes: Mapping[str, str] | None = None) -> bytes:
    """The same statements in `target`, as UTF-8.

    Raises NotRepresentable for RDF/XML when a literal holds a character that XML does not have.
    """
    names = dict(PREFIXES if prefixes is None else prefixes)
    if target is JSON_LD:
        return _json_ld(triples, names)
    if target is RDF_XML and any(
        isinstance(triple.object, ox.Literal) and _NOT_XML.search(triple.object.value) for triple in triples
    ):
        raise NotRepresentable("a literal holds a control character that XML 1.0 cannot carry")
    if target is N_TRIPLES:
        return ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
    present = _iris(triples)
    used = {prefix: iri for prefix, iri in names.items() if any(other.startswith(iri) for other in present)}
    return ox.serialize(triples, format=target.rdf, prefixes=used) or b""


def _iris(triples: Iterable[ox.Triple]) -> set[str]:
    """Every IRI in the statements, datatypes of literals included."""
    found: set[str] = set()
    for triple in triples:
        for term in triple:
            if isinstance(term, ox.NamedNode):
                found.add(term.value)
            elif isinstance(term, ox.Literal):
                found.add(term.datatype.value)
    return found


_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")


def _json_ld(triples: Iterable[ox.Triple], prefixes: Mapping[str, str]) -> bytes:
    """JSON-LD 1.1 with its context inside: one node object per subject, names shortened by prefix.

    A prefix is left out when some IRI of the data has a scheme of that spelling (`<org:x>`), because a reader
    would expand that IRI (JSON-LD 1.1 API, section 5.2).
    """
    rows = list(triples)
    schemes = {iri.split(":", 1)[0] for iri in _iris(rows)}
    usable = {prefix: iri for prefix, iri in prefixes.items() if prefix not in schemes}
    used: dict[str, str] = {}

    @cache
    def short(iri: str) -> str:
        for prefix, namespace in usable.items():
            if iri.startswith(namespace) and _LOCAL.match(iri[len(namespace) :]):
                used[prefix] = namespace
                return f"{prefix}:{iri[len(namespace) :]}"
        return iri

    nodes: dict[str, dict] = {}
    for subject, predicate, value in rows:
        node = nodes.setdefault(str_of_node(subject), {"@id": str_of_node(subject)})
        if predicate.value == str(RDF.type) and not isinstance(value, ox.Literal):
            name = short(value.value) if isinstance(value, ox.NamedNode) else str_of_node(value)
            node.setdefault("@type", []).append(name)
            continue
        node.setdefault(short(predicate.value), []).append(_json_value(value, short))
    document = {"@context": dict(sorted(used.items())), "@graph": list(nodes.values())}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def str_of_node(node: ox.NamedNode | ox.BlankNode) -> str:
    """The IRI, or `_:label` of a blank node."""
    return f"_:{node.value}" if isinstance(node, ox.BlankNode) else node.value


def _json_value(value: ox.NamedNode | ox.BlankNode | ox.Literal, short: Callable[[str], str]) -> dict | str:
    if not isinstance(value, ox.Literal):
        return {"@id": str_of_node(value)}
    if value.language:
        return {"@language": value.language, "@value": value.value}
    if value.datatype.value == str(XSD.string):
        return value.value
    return {"@type": short(value.datatype.value), "@value": value.value}
