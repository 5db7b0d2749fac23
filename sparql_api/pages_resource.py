"""The page about one thing: facts, tables of the nodes around it, what links here, sources, how to cite."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace

import pyoxigraph as ox

from ontology.namespaces import ADMS, DCT, OGCM, PREFIXES, RDF, RDFS, SKOS
from sparql_api.descriptions import NODES_LIMIT, PAGE_SIZE, describe, document_path, incoming_page, schemes_of, surroundings, thing_iri
from sparql_api.documents import Document, View
from sparql_api.identifiers import CONCEPT, Live
from sparql_api.ordering import natural
from sparql_api.pages import Crumb, crumb, home, render
from sparql_api.pages_order import FACT_ORDER, HIDDEN_FACTS, TRANSLATED
from sparql_api.pages_schema import schema_org
from sparql_api.pages_tables import Table, node_tables
from sparql_api.problems import not_found
from sparql_api.site import Edition
from sparql_api.statements import Statements, Value
from sparql_api.terms import curie, kind_name

# Groups of incoming links show this many at first; the rest is one click away, in pages.
SHOWN_INCOMING = 25
_ENGLISH_ROLES = frozenset({"data editor"})


@dataclass(frozen=True)
class Fact:
    """One property with its values; `help` is the property in short form, shown on hover."""

    label: str
    href: str | None
    values: list[Value]
    help: str


@dataclass(frozen=True)
class Incoming:
    """Things that link here by one property. `count` is exact; `values` may be the first of them only."""

    label: str
    help: str
    count: int
    values: list[Value]
    more: str | None
    pages: list[tuple[int, str | None]] = field(default_factory=list)


@dataclass(frozen=True)
class SourceRow:
    """One passage that states the thing: where in which document, and how it was written there."""

    passage: Value
    locator: list[Value]
    as_written: list[Value]
    source: Value | None
    issued: str | None
    curator: Value | None
    reason: list[Value]


def resource_document(edition: Edition, fate: Live, *, listing: bool = False) -> Document:
    """The document about a live thing or concept. With `listing` its page is that of one group of incoming links."""
    name = fate.name

    async def triples() -> list[ox.Triple]:
        return (await describe(edition, name, consolidated=fate.consolidated)).triples

    async def page(view: View) -> str:
        return await _page(view, fate)

    return Document(
        document_path(name), triples, page, topic=thing_iri(edition, name), page_parameters=("incoming", "page") if listing else ()
    )


async def _page(view: View, fate: Live) -> str:
    edition, subject = view.edition, thing_iri(view.edition, fate.name)
    description, around = await asyncio.gather(
        describe(edition, fate.name, consolidated=fate.consolidated), surroundings(edition, subject)
    )
    statements = Statements([*description.about, *around.triples], view.links, edition.terms, view.language)
    title = statements.label(subject)
    path = document_path(fate.name)
    asked = view.parameter("incoming")
    crumbs = _crumbs(view, fate, statements, subject)
    if asked is not None:
        group = await _incoming_in_full(view, subject, path, asked, around.incoming)
        return render("incoming.html", view, path=path, title=title.text, heading=title, crumbs=crumbs, group=group,
                      back=edition.links.path(path, lang=view.chosen))  # fmt: skip
    tables, covered = node_tables(statements, subject, view.language, edition.terms)
    if sum(len(table.rows) for table in tables) >= NODES_LIMIT:
        tables = [_with_rest(view, path, table, dict(around.incoming)) for table in tables]
    return render(
        "resource.html",
        view,
        path=path,
        title=title.text,
        heading=title,
        other_names=_other_names(statements, subject, title),
        kind=kind_name(fate.name[0], view.language, plural=False),
        key=fate.name[1],
        iri=subject,
        types=statements.values(subject, RDF.type),
        facts=await _told_apart(view, _facts(view, statements, subject, {table.predicate for table in tables if not table.incoming})),
        tables=tables,
        incoming=_incoming(view, statements, subject, path, around.incoming, covered),
        sources=_sources(statements, subject),
        graphs=[_speaking(view, subject, graph, count) for graph, count in around.graphs],
        note=_note(fate, around.graphs, edition),
        crumbs=crumbs,
        schema_org=schema_org(view, statements, subject, title.text, path),
    )


def _speaking(view: View, subject: str, graph: str, count: int) -> tuple[Value, int, str]:
    """A graph, how much it says of the thing, and the query that shows it."""
    query = (
        f"CONSTRUCT {{ ?thing ?property ?value }}\nWHERE {{\n  VALUES ?thing {{ <{subject}> }}\n"
        f"  GRAPH <{graph}> {{ ?thing ?property ?value }}\n}}"
    )
    links = view.links
    address = links.path("sparql", query=query, lang=view.chosen)
    return Value(graph.rsplit("/", 1)[-1], links.href(graph), iri=graph), count, address


def _note(fate: Live, graphs: list[tuple[str, int]], edition: Edition) -> str | None:
    """The message for a thing that the consolidated view leaves out: a candidate, or what a newer edition took back. The
    catalogue, which never stands there, needs none."""
    if fate.consolidated:
        return None
    names = {iri.rsplit("/", 1)[-1] for iri, _ in graphs}
    if names == {"candidates"}:
        return "candidate-note"
    return "superseded-note" if names and names <= set(edition.identifiers.keys.get("source", [])) else None


def _crumbs(view: View, fate: Live, statements: Statements, subject: str) -> list[Crumb]:
    """Home, the kind, and what the thing is part of."""
    steps = [home(view), crumb(view, kind_name(fate.name[0], view.language), f"doc/{fate.name[0]}")]
    whole = statements.values(subject, SKOS.inScheme if fate.name[0] == CONCEPT else DCT.isPartOf)
    if len(whole) == 1 and whole[0].href:
        steps.append(Crumb(whole[0].text, whole[0].href, whole[0].lang))
    name = statements.label(subject)
    return [*steps, crumb(view, name.text, lang=name.lang)]


def _other_names(statements: Statements, subject: str, title: Value) -> list[Value]:
    """Labels other than the title, in whatever language."""
    names = [*statements.values(subject, RDFS.label), *statements.values(subject, SKOS.prefLabel)]
    shown: dict[str, Value] = {}
    for value in names:  # each text once, whatever its tags
        shown.setdefault(value.text, value)
    return [value for text, value in shown.items() if text != title.text]


def _facts(view: View, statements: Statements, subject: str, tabled: set[str]) -> list[Fact]:
    """Properties in the order of `FACT_ORDER`, then the others by label; those shown elsewhere are left out."""
    facts = []
    names = {value.text for value in statements.values(subject, RDFS.label)}
    shown_elsewhere = HIDDEN_FACTS | tabled
    if statements.objects(subject, ADMS.identifier):
        shown_elsewhere |= {str(DCT.identifier)}  # the identifier nodes say the same and lead further
    for predicate in statements.properties(subject):
        if predicate in shown_elsewhere:
            continue
        terms = view.edition.terms
        fact = Fact(
            terms.label(predicate, view.language),
            view.links.href(predicate),
            _values(statements, subject, predicate),
            curie(predicate),
        )
        if predicate == str(DCT.title) and {value.text for value in fact.values} <= names:
            continue
        facts.append((FACT_ORDER.get(predicate, len(FACT_ORDER)), fact.label, fact))
    return [fact for *_, fact in sorted(facts, key=lambda item: item[:2])]


def _values(statements: Statements, subject: str, predicate: str) -> list[Value]:
    if predicate == str(OGCM.curator):
        return _curators(statements, subject)
    return statements.best(subject, predicate) if predicate in TRANSLATED else statements.values(subject, predicate)


async def _told_apart(view: View, facts: list[Fact]) -> list[Fact]:
    """Facts whose values a reader can tell apart: where two things have one name, each says its scheme or else its key."""
    alike = {fact.help: _alike(fact.values) for fact in facts}
    things = sorted({value.iri for values in alike.values() for value in values if value.iri})
    if not things:
        return facts
    schemes = Statements(await schemes_of(view.edition, things), view.links, view.edition.terms, view.language)

    def named(value: Value) -> Value:
        scheme = next(iter(schemes.values(value.iri or "", SKOS.inScheme)), None)
        return replace(value, note=scheme.text, note_lang=scheme.lang) if scheme else replace(value, note=(value.iri or "").rpartition("/")[2] or value.iri)

    return [replace(fact, values=[named(value) if value in alike[fact.help] else value for value in fact.values]) for fact in facts]


def _alike(values: list[Value]) -> list[Value]:
    """Things among them that bear the name of another."""
    counts = Counter(value.text for value in values)
    return [value for value in values if value.iri and counts[value.text] > 1]


def _incoming(
    view: View, statements: Statements, subject: str, path: str, counts: list[tuple[str, int]], covered: set[str]
) -> list[Incoming]:
    """What links here and stands in no table of the page, grouped by property."""
    groups: dict[str, list[str]] = defaultdict(list)
    for predicate, other in statements.incoming(subject):
        if other != subject:
            groups[predicate].append(other)
    shown = []
    for predicate, count in counts:
        others = groups.get(predicate, [])
        if count == len(others):  # all are known, so those that a table shows need not be repeated
            others = [other for other in others if other not in covered]
            count = len(others)
        values = sorted((statements.label(other) for other in others), key=lambda value: (natural(value.text), value.iri or ""))
        if not count:
            continue
        shown.append(
            Incoming(
                view.edition.terms.inverse(predicate, view.language),
                curie(predicate),
                count,
                values[:SHOWN_INCOMING],
                _incoming_href(view, path, predicate) if count > SHOWN_INCOMING else None,
            )
        )
    return shown


def _with_rest(view: View, path: str, table: Table, counts: dict[str, int]) -> Table:
    """A table of a page that cannot hold all there is; it says where the rest of its rows are, if there are more."""
    total = counts.get(table.predicate, 0) if table.incoming else 0
    return replace(table, more=(total, _incoming_href(view, path, table.predicate))) if total > len(table.rows) else table


def _incoming_href(view: View, path: str, predicate: str, page: int | None = None) -> str:
    return view.edition.links.path(path, incoming=curie(predicate), page=page, lang=view.chosen)


async def _incoming_in_full(
    view: View, subject: str, path: str, asked: str, counts: list[tuple[str, int]]
) -> Incoming:
    """One page of one group. The property is looked up among those that really link here, never put into a query
    as it came."""
    prefix, _, local = asked.partition(":")
    wanted = PREFIXES.get(prefix, "") + local if prefix in PREFIXES else asked
    count = dict(counts).get(wanted)
    last = -(-count // PAGE_SIZE) if count else 0
    number = view.parameter("page") or "1"
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 0
    if count is None or not 1 <= page <= last:
        raise not_found(view.edition.links.path(path, incoming=asked, page=number))
    triples = await incoming_page(view.edition, subject, wanted, page, count)
    statements = Statements(triples, view.links, view.edition.terms, view.language)
    others = sorted({other for predicate, other in statements.incoming(subject) if predicate == wanted}, key=natural)
    pages = [
        (item, None if item == page else _incoming_href(view, path, wanted, item))
        for item in range(1, last + 1)
        if item in (1, last) or abs(item - page) <= 3
    ]
    label = view.edition.terms.inverse(wanted, view.language)
    return Incoming(label, curie(wanted), count, [_placed(statements, subject, other) for other in others], None, pages)


def _placed(statements: Statements, subject: str, thing: str) -> Value:
    """A thing by its name, and what it is part of where that is not the page's own thing: a name of a commitment says
    nothing of its plan."""
    wholes = [value for value in statements.values(thing, DCT.isPartOf) if value.iri != subject]
    name = statements.label(thing)
    return replace(name, note=wholes[0].text, note_lang=wholes[0].lang) if len(wholes) == 1 else name


def _curators(statements: Statements, subject: str) -> list[Value]:
    """Who decided, as the curated tables have it: a role, whose known names are English without saying so."""
    marked = "en" if statements.language != "en" else None
    values = statements.values(subject, OGCM.curator)
    return [replace(value, lang=marked) if value.text in _ENGLISH_ROLES else value for value in values]


def _sources(statements: Statements, subject: str) -> list[SourceRow]:
    rows = []
    for term in statements.objects(subject, OGCM.statedIn):
        passage = term.value
        sources = statements.objects(passage, DCT.isPartOf)
        source = sources[0].value if sources else None
        rows.append(
            SourceRow(
                passage=statements.label(passage),
                locator=statements.best(passage, OGCM.locator),
                as_written=statements.values(passage, OGCM.asWritten),
                source=statements.label(source) if source else None,
                issued=statements.first(source, DCT.issued) if source else None,
                curator=next(iter(_curators(statements, passage)), None),
                reason=statements.best(passage, OGCM.reason),
            )
        )
    return sorted(
        rows, key=lambda row: (row.curator is not None, natural(row.source.text if row.source else ""), natural(row.passage.text), row.passage.iri or "")
    )
