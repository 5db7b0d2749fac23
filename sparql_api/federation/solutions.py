"""Results of another service as rows of a VALUES block (SPARQL 1.1 Query, 10.2; Results JSON and XML are read by pyoxigraph).

Every term is written out in full, so that a row means the same wherever it stands: no prefix, no base, no shorthand of
numbers. What VALUES cannot say is refused: a blank node names nothing outside the graph it comes from, and any IRI put in
its place could join with data it has nothing to do with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from sparql_api.federation.client import Reply
from sparql_api.federation.failures import ServiceFailure

RESULT_FORMATS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "application/xml": ox.QueryResultsFormat.XML,
    "text/xml": ox.QueryResultsFormat.XML,
}
UNBOUND = "UNDEF"
XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"
LANGUAGE_TYPES = tuple("http://www.w3.org/1999/02/22-rdf-syntax-ns#" + name for name in ("langString", "dirLangString"))
# What a quoted string cannot hold as it is (ECHAR, production 160), and controls that editors and logs stumble over.
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\b": r"\b", "\f": r"\f"})


class _NotATerm(Exception):
    """A term that VALUES cannot hold; `code` is that of its failure."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Rows:
    """Solutions as the rows of a VALUES block, in one line: `text` stands between its braces, `size` is its UTF-8 bytes."""

    text: str
    count: int
    size: int


def one_empty_solution(variables: Sequence[str]) -> Rows:
    """What a failed SERVICE SILENT gives (SPARQL 1.1 Federated Query, 2.3): one solution that binds nothing."""
    return _as_rows([f"({' '.join([UNBOUND] * len(variables))})"])


def _as_rows(rows: Sequence[str]) -> Rows:
    text = " ".join(rows)
    return Rows(text, len(rows), len(text.encode()))


def read_rows(endpoint: str, reply: Reply, variables: Sequence[str], most_rows: int, most_bytes: int) -> Rows:
    """The solutions of a reply, in its order and number, for these variables (without mark).

    `most_bytes` bounds the text of the rows: a small reply to a query of many variables can make a large one. Raises
    ServiceFailure when the reply is no complete sequence of solutions, is too long, or holds what VALUES cannot say.
    """
    form = RESULT_FORMATS.get(reply.media_type)
    if form is None:
        raise ServiceFailure(endpoint, "not-results", f"Content-Type: {reply.media_type!r}")
    try:
        rows = _rows(endpoint, ox.parse_query_results(reply.body, format=form), variables, most_rows, most_bytes)
    except (SyntaxError, ValueError) as error:
        raise ServiceFailure(endpoint, "not-results", str(error)) from None
    if reply.row_cap is not None and len(rows) >= reply.row_cap:
        raise ServiceFailure(endpoint, "partial", f"{len(rows)} rows, of at most {reply.row_cap}")
    return _as_rows(rows)


def _rows(
    endpoint: str, results: ox.QuerySolutions | ox.QueryBoolean, variables: Sequence[str], most_rows: int, most_bytes: int
) -> list[str]:
    if not isinstance(results, ox.QuerySolutions):
        raise ServiceFailure(endpoint, "not-results", "a boolean")
    named = {variable.value: position for position, variable in enumerate(results.variables)}
    columns = [(name, named.get(name)) for name in variables]  # a variable that is never bound may be missing there
    rows: list[str] = []
    size = 0
    for solution in results:
        if len(rows) == most_rows:
            raise ServiceFailure(endpoint, "too-many-rows", most=most_rows)
        cells = tuple(solution)
        written = []
        for name, position in columns:
            try:
                written.append(UNBOUND if position is None else write_term(cells[position]))
            except _NotATerm as problem:
                raise ServiceFailure(endpoint, problem.code, variable=name) from None
        rows.append(f"({' '.join(written)})")
        size += len(rows[-1].encode())
        if size > most_bytes:
            raise ServiceFailure(endpoint, "too-large", most=most_bytes)
    return rows


def write_term(term: object) -> str:
    """A value of a data block (production 65, DataBlockValue): UNDEF for None. Raises _NotATerm."""
    if isinstance(term, ox.NamedNode):
        return f"<{term.value}>"
    if isinstance(term, ox.Literal) and term.direction is None:
        quoted = f'"{term.value.translate(_ESCAPES)}"'
        if term.language is not None:
            return f"{quoted}@{term.language}"
        datatype = term.datatype.value
        if datatype not in LANGUAGE_TYPES:
            return quoted if datatype == XSD_STRING else f"{quoted}^^<{datatype}>"
    if term is None:
        return UNBOUND
    raise _NotATerm("blank-node" if isinstance(term, ox.BlankNode) else "term")
