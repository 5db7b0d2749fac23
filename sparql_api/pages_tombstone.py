"""410: what is left of a withdrawn or split identifier, or of the graph of a source that left, for people and for programs."""

from __future__ import annotations

import pyoxigraph as ox

from ontology.namespaces import ADMS, CODE, OGCM, PROV, RDF
from sparql_api import i18n
from sparql_api.descriptions import document_path, document_statements, thing_iri, tombstone
from sparql_api.documents import Document, View
from sparql_api.earlier import PRUNED
from sparql_api.formats import TURTLE
from sparql_api.identifiers import BUILD, Gone
from sparql_api.pages import crumb, home, render
from sparql_api.site import Edition
from sparql_api.statements import Statements
from sparql_api.terms import kind_name


def tombstone_document(edition: Edition, gone: Gone) -> Document:
    """The document that stands where a thing was: status 410 in every representation."""
    subject = thing_iri(edition, gone.name)

    async def triples() -> list[ox.Triple]:
        return (await tombstone(edition, gone)).triples

    async def page(view: View) -> str:
        about = (await tombstone(edition, gone)).about
        statements = Statements(about, view.links, edition.terms, view.language)
        kind = kind_name(gone.name[0], view.language, plural=False)
        title = i18n.text(view.language, "tombstone-title", kind=kind, key=gone.name[1])
        return render(
            "tombstone.html",
            view,
            path=document_path(gone.name),
            title=title,
            crumbs=[home(view), crumb(view, kind_name(gone.name[0], view.language), f"doc/{gone.name[0]}"),
                    crumb(view, gone.name[1])],
            iri=subject,
            event=_event(gone),
            **_decided(gone, view.language),
            targets=[statements.label(thing_iri(edition, target)) for target in gone.targets],
        )  # fmt: skip

    return Document(document_path(gone.name), triples, page, topic=subject, status=410)


def _decided(gone: Gone, language: str) -> dict[str, str | None]:
    """When and why it ended, as the template takes it."""
    return {
        "date": gone.date,
        "date_label": "tombstone-date-build" if gone.by == BUILD else "tombstone-date",
        "reason": i18n.text(language, "tombstone-reason-unstated") if gone.unstated else gone.reason,
        "reason_lang": None if gone.unstated else "",  # HTML has the empty tag for an unknown language
    }


def graph_tombstone_document(edition: Edition, gone: Gone) -> Document:
    """What stands where the named graph of a withdrawn source was; `gone` is the source, whose key named the graph."""
    name = gone.name[1]
    path, source = f"graph/{name}", thing_iri(edition, gone.name)
    graph = edition.links.absolute(path)

    async def triples() -> list[ox.Triple]:
        node = ox.NamedNode(graph)
        about = [
            ox.Triple(node, ox.NamedNode(str(RDF.type)), ox.NamedNode(str(OGCM.Tombstone))),
            ox.Triple(node, ox.NamedNode(str(ADMS.status)), ox.NamedNode(str(CODE["record-status/withdrawn"]))),
            ox.Triple(node, ox.NamedNode(str(PROV.wasDerivedFrom)), ox.NamedNode(source)),
        ]
        return [*document_statements(edition, path, [graph]), *about, *(await tombstone(edition, gone)).about]

    async def page(view: View) -> str:
        title = i18n.text(view.language, "tombstone-title", kind=i18n.text(view.language, "graph-title", name="").strip(), key=name)
        statements = Statements((await tombstone(edition, gone)).about, view.links, edition.terms, view.language)
        return render(
            "tombstone.html", view, path=path, title=title, crumbs=[home(view), crumb(view, name)], iri=graph, event="graph",
            **_decided(gone, view.language), targets=[statements.label(source)],
        )  # fmt: skip

    return Document(path, triples, page, topic=graph, default=TURTLE, status=410)


def _event(gone: Gone) -> str:
    """Which of the texts says what happened."""
    return gone.event if gone.event in ("split", "error", "merge", PRUNED) else "withdraw"
