"""Tables of the nodes around a thing: responsibilities, findings, memberships, a plan's commitments …

A node belongs to the table of its class and of the property that joins it with the thing; `pages_order.COLUMNS` names
the columns, and the last one says where each row is stated.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import partial
from textwrap import shorten

from ontology.namespaces import DCT, OGCM, SCHEMA
from sparql_api import i18n
from sparql_api.ordering import counted, natural
from sparql_api.pages_order import COLUMNS, PLAN, ROLE_ORDER, SELF, SELF_IN_FULL, TABLE_ORDER, WITHOUT_SOURCES
from sparql_api.statements import Statements, Value
from sparql_api.terms import Terms, message_name

# Nodes that the thing itself names are facts already, except these, whose text the reader wants in full.
SHOWN_IN_FULL = frozenset({str(OGCM.Problem), str(OGCM.Objective), str(OGCM.Claim)})
# Characters of a locator that a table shows; the passage's page has all of it.
LOCATOR_SHOWN = 70
# What a row belongs to, by whose key it is sorted: the plan of a commitment, the commitment of a responsibility or finding.
_CONCERNED = (DCT.isPartOf, OGCM.forPlan, OGCM.forCommitment, OGCM.target)


@dataclass(frozen=True)
class Table:
    """Rows of cells; a cell is a list of values. `anchor` is the table's id in the page.

    `more`, where not all rows are here: how many things link here in this way, and where all of them are listed.
    """

    anchor: str
    title: str
    predicate: str
    incoming: bool
    columns: list[str]
    rows: list[list[list[Value]]]
    more: tuple[int, str] | None = None


def node_tables(statements: Statements, subject: str, language: str, terms: Terms) -> tuple[list[Table], set[str]]:
    """The tables of a page, in their order, and the nodes that stand in them."""
    groups: dict[tuple[str, str, bool], set[str]] = defaultdict(set)
    for predicate, node in statements.incoming(subject):
        for cls in statements.types(node):
            if cls in COLUMNS and node != subject:
                groups[(cls, predicate, True)].add(node)
    for predicate in statements.properties(subject):
        for term in statements.objects(subject, predicate):
            for cls in statements.types(getattr(term, "value", "")):
                if cls in SHOWN_IN_FULL:
                    groups[(cls, predicate, False)].add(term.value)
    tables, covered = [], set()
    order = {cls: position for position, cls in enumerate(TABLE_ORDER)}
    for (cls, predicate, incoming), nodes in sorted(groups.items(), key=lambda item: (order[item[0][0]], item[0][1:])):
        tables.append(_table(statements, subject, language, terms, (cls, predicate, incoming), sorted(nodes)))
        covered |= nodes if incoming else set()
    return tables, covered


def _table(
    statements: Statements, subject: str, language: str, terms: Terms, key: tuple[str, str, bool], nodes: list[str]
) -> Table:
    cls, predicate, incoming = key
    nodes = sorted(nodes, key=lambda node: _rank(statements, node))
    columns = [column for column in COLUMNS[cls] if not (incoming and (str(DCT.isPartOf) if column == PLAN else str(column)) == predicate)]
    cells = {column: [_cell(statements, node, column) for node in nodes] for column in columns}
    kept = [column for column in columns if any(_tells(values, subject) for values in cells[column])]
    headings = [_heading(column, language, terms) for column in kept]
    stated = [[] if cls in WITHOUT_SOURCES else _stated(statements, node) for node in nodes]
    if any(stated):
        headings.append(i18n.text(language, "column-source"))
    rows = []
    for position in range(len(nodes)):
        row = [cells[column][position] for column in kept]
        rows.append([*row, stated[position]] if any(stated) else row)
    name = f"{message_name(cls)}-{message_name(predicate)}"
    return Table(name, _title(cls, predicate, incoming, language, terms), predicate, incoming, headings, rows)


def _heading(column: object, language: str, terms: Terms) -> str:
    if column in (SELF, SELF_IN_FULL):
        return i18n.text(language, "column-name" if column == SELF else "column-text")
    if column == PLAN:
        return i18n.text(language, "column-plan")
    return terms.label(str(column), language)


def _title(cls: str, predicate: str, incoming: bool, language: str, terms: Terms) -> str:
    message = f"table-{message_name(cls)}-{message_name(predicate)}"
    if i18n.has(message, language):
        return i18n.text(language, message)
    if incoming:
        return f"{terms.label(cls, language)}: {terms.inverse(predicate, language)}"
    return terms.label(predicate, language)


def _tells(values: list[Value], subject: str) -> bool:
    return any(value.iri != subject for value in values)


def _cell(statements: Statements, node: str, column: object) -> list[Value]:
    if column == SELF:
        return [statements.label(node)]
    if column == SELF_IN_FULL:
        name, texts = statements.label(node), statements.best(node, DCT.description)
        return [replace(name, text=texts[0].text, lang=texts[0].lang) if texts else name]
    if str(column) == str(SCHEMA.value):
        return _number(statements, node)
    if column == PLAN:
        return statements.best(node, DCT.isPartOf)
    return statements.best(node, column)


def _number(statements: Statements, node: str) -> list[Value]:
    """An exact number, or a lower bound as "> 1000" or "≥ 1000"."""
    exact = statements.values(node, SCHEMA.value)
    if exact:
        return exact
    sign = ">" if statements.first(node, OGCM.boundExclusive) in ("true", "1") else "≥"
    return [Value(f"{sign} {value.text}") for value in statements.values(node, SCHEMA.minValue)]


def _stated(statements: Statements, node: str) -> list[Value]:
    """The passages that state a node, each shown as its source and the place in it."""
    shown = []
    for term in statements.objects(node, OGCM.statedIn):
        passage = statements.label(term.value)
        place = next(iter(statements.best(term.value, OGCM.locator)), passage)
        source = next((statements.label(s.value) for s in statements.objects(term.value, DCT.isPartOf)), Value(""))
        text = shorten(place.text, LOCATOR_SHOWN, placeholder=" …")
        shown.append(Value(text, passage.href, place.lang, passage.iri, source.text or None, source.lang))
    return sorted(shown, key=lambda value: (natural(value.note or ""), natural(value.text)))


def _rank(statements: Statements, node: str) -> tuple:
    """Rows follow role, plan (or what they are about), number, axis and position, then date and name."""

    role = (statements.first(node, OGCM.role) or "").rpartition("/")[2]
    return (
        ROLE_ORDER.index(role) if role in ROLE_ORDER else len(ROLE_ORDER),
        natural(next((about for about in map(partial(statements.first, node), _CONCERNED) if about), "")),
        counted(statements.first(node, OGCM.number)),
        statements.first(node, OGCM.axis) or "",
        counted(statements.first(node, OGCM.position)),
        statements.first(node, DCT.date) or "",
        natural(statements.label(node).text),
        natural(node),
    )
