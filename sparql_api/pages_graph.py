"""Named graphs, VoID, the catalogue and the landing page: what is published, as pages and as RDF."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox
from anyio import to_thread

from ontology.namespaces import RDF, VOID
from sparql_api import i18n
from sparql_api.descriptions import describe_list, thing_iri
from sparql_api.documents import Document, View
from sparql_api.formats import TURTLE, parse_triples, read_turtle
from sparql_api.ordering import natural
from sparql_api.pages import crumb, home, render
from sparql_api.pages_order import FACT_ORDER
from sparql_api.pages_schema import dataset_org
from sparql_api.site import Edition
from sparql_api.statements import Statements, Value
from sparql_api.terms import curie, kind_name

# Kinds that the landing page offers, in this order, when the release holds any.
FEATURED = ("plan", "commitment", "org", "area", "topic", "assessment", "report", "status", "event", "source")
# Statements that are read into memory for one answer, at most.
LARGE_GRAPH = 200_000
_FEW = 12


@dataclass(frozen=True)
class Node:
    """One described node of a small graph: its name, its types, and (property, short form, values) rows."""

    name: Value
    types: list[Value]
    facts: list[tuple[str, str, list[Value]]]


def nodes_of(view: View, triples: list[ox.Triple]) -> list[Node]:
    """Everything described in a small graph, by IRI."""
    statements = Statements(triples, view.links, view.edition.terms, view.language)
    terms = view.edition.terms
    nodes = []
    for subject in sorted({triple.subject.value for triple in triples if isinstance(triple.subject, ox.NamedNode)}):
        facts = [
            (FACT_ORDER.get(p, 999), terms.label(p, view.language), curie(p), statements.values(subject, p))
            for p in statements.properties(subject)
            if p != str(RDF.type)
        ]
        types = statements.values(subject, RDF.type)
        nodes.append(Node(statements.label(subject), types, [fact[1:] for fact in sorted(facts, key=lambda f: f[:2])]))
    return nodes


def file_document(edition: Edition, path: str, file: str, title: str, intro: str, *, topic: str) -> Document:
    """A metadata file of the release (`catalog.ttl`, `void.ttl`) in every format, and as a page."""
    source = edition.release.file(file)

    async def triples() -> list[ox.Triple]:
        return await to_thread.run_sync(read_turtle, source)

    async def page(view: View) -> str:
        name = i18n.text(view.language, title)
        return render(
            "statements.html", view, path=path, title=name, crumbs=[home(view), crumb(view, name)],
            intro=i18n.text(view.language, intro), nodes=nodes_of(view, await triples()),
        )  # fmt: skip

    return Document(path, triples, page, topic=topic, default=TURTLE)


def graph_document(edition: Edition, name: str) -> Document:
    """A named graph: what the catalogue says of it, and its statements. The name must be one of the manifest's.

    The statements of a graph larger than `LARGE_GRAPH` are given by reference: `void:dataDump` names their file.
    """
    graph = edition.links.absolute(f"graph/{name}")
    file = edition.release.file(f"graphs/{name}.nt")

    async def about() -> list[ox.Triple]:
        node = ox.NamedNode(graph)
        catalog = await to_thread.run_sync(read_turtle, edition.release.file("catalog.ttl"))
        void = await to_thread.run_sync(read_turtle, edition.release.file("void.ttl"))
        return [triple for triple in dict.fromkeys([*catalog, *void]) if triple.subject == node]

    async def triples() -> list[ox.Triple]:
        if edition.release.manifest.graphs[name] > LARGE_GRAPH:
            dump = ox.NamedNode(edition.links.absolute(f"dumps/graphs/{name}.nt"))
            return [*(await about()), ox.Triple(ox.NamedNode(graph), ox.NamedNode(str(VOID.dataDump)), dump)]
        data = await to_thread.run_sync(lambda: parse_triples(file.read_bytes()))
        return list(dict.fromkeys([*(await about()), *data]))

    async def page(view: View) -> str:
        described = nodes_of(view, await about())
        title = i18n.text(view.language, "graph-title", name=name)
        facts = _without_repetition(described[0].facts if described else [], name, edition.release.manifest.graphs[name])
        return render(
            "graph.html", view, path=f"graph/{name}", title=title, crumbs=[home(view), crumb(view, title)], iri=graph,
            count=edition.release.manifest.graphs[name], facts=facts,
            note=i18n.text(view.language, _note(name)), download=edition.links.path(f"dumps/graphs/{name}.nt"),
            source=Value(name, edition.links.path(f"id/source/{name}", lang=view.chosen)) if _is_source(edition, name) else None,
        )  # fmt: skip

    return Document(f"graph/{name}", triples, page, default=TURTLE, topic=graph)


def _without_repetition(facts: list[tuple[str, str, list[Value]]], name: str, count: int) -> list[tuple[str, str, list[Value]]]:
    """What a graph's page does not say twice: a title that is its label, and its number of statements and its source,
    which stand first."""
    said = {short: {value.text for value in values} for _, short, values in facts}
    told = {"void:triples": {str(count)}, "rdfs:label": said.get("dct:title"), "prov:wasDerivedFrom": {name}}
    return [fact for fact in facts if told.get(fact[1]) != said[fact[1]]]


def _is_source(edition: Edition, name: str) -> bool:
    return name in edition.identifiers.keys.get("source", [])


def _note(name: str) -> str:
    known = ("curated", "derived", "candidates", "catalog", "vocabulary", "shapes")
    return f"graph-note-{name}" if name in known else "graph-note-source"


def landing_document(edition: Edition) -> Document:
    """`/`: the way in for people; as RDF the DCAT catalogue."""
    catalog = edition.release.file("catalog.ttl")

    async def triples() -> list[ox.Triple]:
        return await to_thread.run_sync(read_turtle, catalog)

    async def page(view: View) -> str:
        keys = edition.identifiers.keys
        plans, commitments = sorted(keys.get("plan", []), key=natural)[:_FEW], keys.get("commitment", [])
        about = (await describe_list(edition, "plan", plans, "doc/plan")).about
        statements = Statements(about, view.links, edition.terms, view.language)
        name = i18n.text(view.language, "site-name")
        about_site = i18n.text(view.language, "site-description")
        keywords = i18n.text(view.language, "site-keywords").split(", ")
        return render(
            "landing.html", view, path="", stem="catalog", title=name, crumbs=[],
            kinds=[(kind_name(kind, view.language, plural=len(keys[kind]) != 1), f"doc/{kind}", len(keys[kind])) for kind in FEATURED if keys.get(kind)],
            all_kinds=[(kind_name(kind, view.language), f"doc/{kind}", len(found)) for kind, found in keys.items()],
            example=thing_iri(edition, ("commitment", commitments[-1])) if commitments else edition.release.base,
            plan_count=len(keys.get("plan", [])),
            plans=[statements.label(thing_iri(edition, ("plan", key))) for key in plans],
            graphs=[iri.rsplit("/", 1)[-1] for iri in edition.graph_iris()],
            statements=edition.release.manifest.graphs.get("", 0),
            settings=edition.release.manifest.settings,
            schema_org=dataset_org(view, name, about_site, keywords),
        )  # fmt: skip

    return Document("", triples, page, topic=edition.links.absolute("catalog"), stem="catalog")
