"""The query page for browsers: a plain form that works without JavaScript, examples, results as a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyoxigraph as ox

from ontology import questions
from sparql_api import i18n
from sparql_api.documents import View
from sparql_api.formats import GRAPH_FORMATS, RESULT_FORMATS
from sparql_api.pages import crumb, home, problem_title, render
from sparql_api.problems import Problem
from sparql_api.statements import Statements, Value

# The page shows this many rows; the downloads are always complete.
SHOWN_ROWS = 500


@dataclass(frozen=True)
class ResultTable:
    """What the page shows of a result: columns and rows of values, or the answer of an ASK."""

    columns: list[str]
    rows: list[list[Value | None]]
    total: int
    boolean: bool | None = None


def query_page(
    view: View,
    *,
    query: str = "",
    results: bytes | None = None,
    graph: bytes | None = None,
    problem: Problem | None = None,
    notices: Sequence[str] = (),
) -> str:
    """HTML of `/sparql` for browsers.

    query    the text to show in the form ("" shows the first example)
    results  SPARQL 1.1 Results JSON of a SELECT or ASK, when the form was sent
    graph    Turtle of a CONSTRUCT or DESCRIBE
    problem  why there is no result
    notices  elements of the header Commitments-Notice
    """
    edition = view.edition
    examples = [
        {
            "id": question.id,
            "text": question.text(view.language),
            "href": edition.links.path(
                "sparql", query=question.query, lang=view.chosen, show="query"
            ),
        }
        for question in questions()
    ]
    title = i18n.text(view.language, "query-title")
    if query:  # switching the language keeps the query
        view = replace(view, parameters=(("query", query),))
    downloads = GRAPH_FORMATS if graph is not None else RESULT_FORMATS
    return render(
        "query.html",
        view,
        path="sparql",
        stem="",
        title=title,
        crumbs=[home(view), crumb(view, title)],
        endpoint=edition.links.absolute("sparql"),
        query=query or (questions()[0].query if questions() else "SELECT * WHERE { ?s ?p ?o } LIMIT 10"),
        examples=examples,
        table=_table(view, results) if results is not None else None,
        turtle=graph.decode(errors="replace") if graph is not None else None,
        problem=problem,
        problem_title=problem_title(problem.slug, view.language) if problem else None,
        problem_detail=problem.text(view.language) if problem else None,
        hint=problem.hint(view.language) if problem else None,
        ways=problem.instead(edition.links.path(""), view.language) if problem else [],
        notices=notices,
        downloads=[
            (row.label, edition.links.path("sparql", query=query, format=row.suffix)) for row in downloads
        ],
        graphs=[iri.rsplit("/", 1)[-1] for iri in edition.graph_iris()],
        shown=SHOWN_ROWS,
    )


def _table(view: View, results: bytes) -> ResultTable:
    answer = json.loads(results)
    if "boolean" in answer:
        return ResultTable([], [], 0, bool(answer["boolean"]))
    columns = answer["head"]["vars"]
    bindings = answer["results"]["bindings"]
    statements = Statements([], view.links, view.edition.terms, view.language)
    rows = [
        [_cell(statements, view, binding.get(column)) for column in columns] for binding in bindings[:SHOWN_ROWS]
    ]
    return ResultTable(columns, rows, len(bindings))


def _cell(statements: Statements, view: View, term: dict[str, str] | None) -> Value | None:
    """One cell; None when the variable is unbound. IRIs are shown whole, because the query asked for them."""
    if term is None:
        return None
    if term["type"] == "uri":
        return Value(term["value"], view.links.href(term["value"]), iri=term["value"])
    if term["type"] == "bnode":
        return Value(f"_:{term['value']}")
    return statements.value(ox.Literal(term["value"], language=term.get("xml:lang")))
