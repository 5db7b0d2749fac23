"""Evaluating a query on a store and choosing the serializer: the part of the engine that knows pyoxigraph's results."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import islice

import pyoxigraph as ox

from sparql_api.engine import capped
from sparql_api.engine.capped import Writer
from sparql_api.engine.channel import Job
from sparql_api.engine.group_concat import with_strings
from sparql_api.engine.order import ORDER_KEY, order_key
from sparql_api.engine.results import ResultWriter
from sparql_api.engine.star import with_columns

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
Results = ox.QuerySolutions | ox.QueryBoolean | Iterable[ox.Triple]
# Gives the results of a query text: the job's own, or one with another LIMIT.
Ask = Callable[[str], Results]


class NotExpressible(Exception):
    """The result holds something that the format cannot write."""


def answer(ask: Ask, job: Job, writer: ResultWriter) -> None:
    """Write the result of a job's query. Raises what `ask` and `serialize` raise."""
    if job.rows is None:
        serialize(ask(job.text), job.media_type, job.prefixes, writer)
    elif job.media_type in GRAPH_TYPES:
        _answer_triples(ask, job, job.rows, writer)
    else:
        _answer_rows(ask, job, job.rows, writer)


def _answer_rows(ask: Ask, job: Job, most: int, writer: ResultWriter) -> None:
    """At most so many rows. Whether there are more has to be known before the first byte, where HTTP, JSON and XML say
    so; pyoxigraph writes only whole results, so a first evaluation counts and a second one is written.
    """
    assert job.text_probe is not None and job.text_capped is not None
    if job.text_capped == job.text:  # its own LIMIT is as low
        serialize(ask(job.text), job.media_type, job.prefixes, writer)
        return
    results = ask(job.text_probe)
    if isinstance(results, ox.QueryBoolean) or not _more_than(most, results):
        complete = results if isinstance(results, ox.QueryBoolean) else ask(job.text)
        serialize(complete, job.media_type, job.prefixes, writer)
        return
    writer.add_header(capped.HEADER, capped.notice(most))
    linked = capped.LinkInHead(writer, job.media_type, job.base)
    serialize(ask(job.text_capped), job.media_type, job.prefixes, linked)


def _answer_triples(ask: Ask, job: Job, most: int, writer: ResultWriter) -> None:
    """At most so many triples, as `_answer_rows`. LIMIT counts solutions, of which each makes any number of them."""
    more = _more_than(most, ask(job.text))
    triples = ask(job.text)
    if not more:
        serialize(triples, job.media_type, job.prefixes, writer)
        return
    writer.add_header(capped.HEADER, capped.notice(most))
    _write_triples(islice(triples, most), job.media_type, job.prefixes, writer)
    writer.write(capped.comment(job.media_type, most))


def _more_than(most: int, results: Iterable[object]) -> bool:
    return next(islice(results, most, None), None) is not None


def evaluate(store: ox.Store, job: Job, text: str | None = None) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    """Start the job's query, or `text` in its place, over the job's dataset.

    A dataset given in the request replaces the one in the text; a graph that the store does not hold is empty. The
    empty string stands for the unnamed graph.
    """
    text = with_strings(job.text if text is None else text)
    functions = {ox.NamedNode(name): _no_value for name in job.functions}
    if ORDER_KEY in text:  # only in a query that `guard` has rewritten
        functions[ox.NamedNode(ORDER_KEY)] = order_key
    text = with_columns(text, lambda: columns(text, job.base, functions))
    if job.default_graphs is None and job.named_graphs is None:
        return store.query(text, base_iri=job.base, custom_functions=functions)
    return store.query(
        text,
        base_iri=job.base,
        custom_functions=functions,
        default_graph=[ox.NamedNode(name) if name else ox.DefaultGraph() for name in job.default_graphs or ()],
        named_graphs=[ox.NamedNode(name) for name in job.named_graphs or ()],
    )


def columns(text: str, base: str | None, functions: dict[ox.NamedNode, Callable[..., ox.Literal | None]]) -> list[str]:
    """Names of the variables of a SELECT query, found over an empty store, where it costs little more than its parsing."""
    results = ox.Store().query(text, base_iri=base, custom_functions=functions)
    return [variable.value for variable in results.variables]


def _no_value(*arguments: object) -> None:
    """A function that does not exist raises an error in its expression (SPARQL 1.1, 17.6); None says so."""


def serialize(
    results: Results,
    media_type: str,
    prefixes: dict[str, str],
    writer: Writer,
) -> None:
    """Write results of a query to `writer`.

    Raises NotExpressible when the format cannot hold them, and whatever the evaluation raises.
    """
    if isinstance(results, ox.QuerySolutions | ox.QueryBoolean):
        _write_boolean_or_rows(results, media_type, writer)
    elif isinstance(results, ox.QueryTriples) and GRAPH_TYPES[media_type] in (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS, ox.RdfFormat.JSON_LD):
        results.serialize(writer, format=GRAPH_TYPES[media_type])  # no triple becomes an object of Python
    else:
        _write_triples(results, media_type, prefixes, writer)


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


def _write_triples(triples: Iterable[ox.Triple], media_type: str, prefixes: dict[str, str], writer: Writer) -> None:
    form = GRAPH_TYPES[media_type]
    if form == ox.RdfFormat.RDF_XML:
        ox.serialize(_checked_for_xml(triples), writer, format=form)
    elif form in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG):
        ox.serialize(triples, writer, format=form, prefixes=prefixes)
    else:
        ox.serialize(triples, writer, format=form)


def _checked_for_xml(triples: Iterable[ox.Triple]) -> Iterable[ox.Triple]:
    """RDF/XML writes a predicate as an element name, so its IRI has to end in one (RDF 1.1 XML Syntax, 5)."""
    seen: set[str] = set()
    for triple in triples:
        predicate = triple.predicate.value
        if predicate not in seen:
            if not _NCNAME_END.search(predicate):
                raise NotExpressible(f"RDF/XML cannot write the predicate <{predicate}>")
            seen.add(predicate)
        yield triple
