"""The query page for browsers: a plain form that works without JavaScript, examples, results as a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

import pyoxigraph as ox

from ontology import questions
from sparql_api import i18n
from sparql_api.documents import View
from sparql_api.formats import Format
from sparql_api.pages import crumb, home, problem_title, render
from sparql_api.problems import Problem
from sparql_api.statements import Statements, Value

# The page shows this many rows; the downloads are always complete.
SHOWN_ROWS = 500
# … and this many characters of a graph, up to the end of a line.
SHOWN_GRAPH = 200_000
# A query that takes more characters in an address is sent by POST: servers and proxies limit the length of addresses.
LONG_IN_ADDRESS = 4_000


@dataclass(frozen=True)
class ResultTable:
    """What the page shows of a result: columns and rows of values, or the answer of an ASK."""

    columns: list[str]
    rows: list[list[Value | None]]
    total: int
    boolean: bool | None = None


@dataclass(frozen=True)
class ShownGraph:
    """The start of a graph in Turtle, and how many of its lines that is; a graph without statements has no lines."""

    text: str
    shown: int
    lines: int


def query_page(
    view: View,
    *,
    query: str = "",
    results: bytes | None = None,
    graph: bytes | None = None,
    problem: Problem | None = None,
    notices: Sequence[str] = (),
    downloads: Sequence[Format] = (),
) -> str:
    """HTML of `/sparql` for browsers.

    query    the text to show in the form ("" shows the first example)
    results  SPARQL 1.1 Results JSON of a SELECT or ASK, when the form was sent
    graph    Turtle of a CONSTRUCT or DESCRIBE
    problem  why there is no result
    notices  elements of the header Commitments-Notice
    downloads  formats in which the query has a whole result, on the page or not
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
    heading = i18n.text(view.language, "query-title")
    too_large = problem is not None and bool(downloads)
    said = i18n.text(view.language, "query-too-large") if too_large else problem_title(problem.slug, view.language) if problem else None
    if said:
        title = f"{i18n.text(view.language, 'query-title-problem', problem=said)} · {heading}"
    else:
        title = heading if results is None and graph is None else f"{i18n.text(view.language, 'query-result')} · {heading}"
    is_long = len(urlencode({"query": query})) > LONG_IN_ADDRESS
    if query and not is_long:  # switching the language keeps the query
        view = replace(view, parameters=(("query", query),))
    return render(
        "query.html",
        view,
        path="sparql",
        stem="",
        title=title,
        heading=heading,
        crumbs=[home(view), crumb(view, heading)],
        action=edition.links.path("sparql", lang=view.language),  # a GET form leaves the parameters of its action out
        long=LONG_IN_ADDRESS,
        is_long=is_long,
        endpoint=edition.links.absolute("sparql"),
        query=query or (questions()[0].query if questions() else "SELECT * WHERE { ?s ?p ?o } LIMIT 10"),
        examples=examples,
        table=_table(view, results) if results is not None else None,
        turtle=_shown(graph.decode(errors="replace")) if graph is not None else None,
        problem=problem,
        problem_title=said,
        problem_detail=problem.text(view.language) if problem else None,
        hint=problem.hint(view.language) if problem else None,
        ways=_kept(view, problem.instead("", view.language)) if problem and not too_large else [],
        notices=notices,
        downloads=[
            (row.label, row.suffix, None if is_long else edition.links.path("sparql", query=query, format=row.suffix)) for row in downloads
        ],
        graphs=[iri.rsplit("/", 1)[-1] for iri in edition.graph_iris()],
        shown=SHOWN_ROWS,
    )


def _kept(view: View, ways: list[dict[str, str]]) -> list[dict[str, str]]:
    """Other ways to the data, whose addresses below BASE keep the language that the page's own chose."""
    return [way | {"href": view.links.href(view.links.base + way["href"]) or ""} if "href" in way else way for way in ways]


def _shown(turtle: str) -> ShownGraph:
    if all(not line.strip() or line.startswith("@prefix ") for line in turtle.splitlines()):
        return ShownGraph("", 0, 0)
    text = turtle if len(turtle) <= SHOWN_GRAPH else turtle[: turtle.rfind("\n", 0, SHOWN_GRAPH) + 1] or turtle[:SHOWN_GRAPH]
    return ShownGraph(text, text.count("\n"), turtle.count("\n"))


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
