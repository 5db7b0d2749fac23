"""Evaluating a query on a store and choosing the serializer: the part of the engine that knows pyoxigraph's results."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

import pyoxigraph as ox

from sparql_api.engine.channel import Job
from sparql_api.engine.order import ORDER_KEY, order_key

RESULT_TYPES = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
GRAPH_TYPES = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/trig": ox.RdfFormat.TRIG,
    "application/n-quads": ox.RdfFormat.N_QUADS,
}
_NCNAME_END = re.compile(r"[^\W\d][\w.\-·]*$")


class Writer(Protocol):
    """What the serializers write to."""

    def write(self, data: bytes) -> int: ...

    def flush(self) -> None: ...


class NotExpressible(Exception):
    """The result holds something that the format cannot write."""


def answer(store: ox.Store, job: Job, writer: Writer) -> None:
    """Evaluate a job's query and write its result. Raises what `evaluate` and `serialize` raise."""
    serialize(evaluate(store, job), job.media_type, job.prefixes, writer)


def evaluate(store: ox.Store, job: Job) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    """Start the query over the job's dataset.

    A dataset given in the request replaces the one in the text; a graph that the store does not hold is empty. The
    empty string stands for the unnamed graph.
    """
    functions = {ox.NamedNode(name): _no_value for name in job.functions} | {ox.NamedNode(ORDER_KEY): order_key}
    if job.default_graphs is None and job.named_graphs is None:
        return store.query(job.text, base_iri=job.base, custom_functions=functions)
    return store.query(
        job.text,
        base_iri=job.base,
        custom_functions=functions,
        default_graph=[ox.NamedNode(name) if name else ox.DefaultGraph() for name in job.default_graphs or ()],
        named_graphs=[ox.NamedNode(name) for name in job.named_graphs or ()],
    )


def _no_value(*arguments: object) -> None:
    """A function that does not exist raises an error in its expression (SPARQL 1.1, 17.6); None says so."""


def serialize(
    results: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples,
    media_type: str,
    prefixes: dict[str, str],
    writer: Writer,
) -> None:
    """Write results of a query to `writer`.

    Raises NotExpressible when the format cannot hold them, and whatever the evaluation raises.
    """
    if not isinstance(results, ox.QueryTriples):
        _write_boolean_or_rows(results, media_type, writer)
        return
    form = GRAPH_TYPES[media_type]
    if form in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG):
        ox.serialize(results, writer, format=form, prefixes=prefixes)
    elif form == ox.RdfFormat.RDF_XML:
        ox.serialize(_checked_for_xml(results), writer, format=form)
    else:
        results.serialize(writer, format=form)


def _write_boolean_or_rows(
    results: ox.QuerySolutions | ox.QueryBoolean, media_type: str, writer: Writer
) -> None:
    form = RESULT_TYPES[media_type]
    if isinstance(results, ox.QueryBoolean) and form in (ox.QueryResultsFormat.CSV, ox.QueryResultsFormat.TSV):
        # The CSV and TSV recommendation has no form for ASK: the bare word, as one line of text.
        line_end = b"\r\n" if form == ox.QueryResultsFormat.CSV else b"\n"
        writer.write((b"true" if bool(results) else b"false") + line_end)
        return
    results.serialize(writer, format=form)


def _checked_for_xml(triples: Iterator[ox.Triple]) -> Iterator[ox.Triple]:
    """RDF/XML writes a predicate as an element name, so its IRI has to end in one (RDF 1.1 XML Syntax, 5)."""
    seen: set[str] = set()
    for triple in triples:
        predicate = triple.predicate.value
        if predicate not in seen:
            if not _NCNAME_END.search(predicate):
                raise NotExpressible(f"RDF/XML cannot write the predicate <{predicate}>")
            seen.add(predicate)
        yield triple
