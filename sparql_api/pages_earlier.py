"""The document about what only an earlier, kept release names: in the words of that release."""

from __future__ import annotations

import pyoxigraph as ox
from anyio import to_thread

from sparql_api import i18n
from sparql_api.descriptions import document_path, document_statements, thing_iri
from sparql_api.documents import Document, View
from sparql_api.earlier import Earlier, description
from sparql_api.pages import crumb, home, render
from sparql_api.pages_graph import nodes_of
from sparql_api.site import Edition
from sparql_api.terms import kind_name


def earlier_document(edition: Edition, earlier: Earlier) -> Document:
    """What the earlier release says of the thing; its page leads to that release's files."""
    subject, path = thing_iri(edition, earlier.name), document_path(earlier.name)
    kind, key = earlier.name

    async def about() -> list[ox.Triple]:
        return await to_thread.run_sync(description, earlier, subject)

    async def triples() -> list[ox.Triple]:
        return [*document_statements(edition, path, [subject]), *(await about())]

    async def page(view: View) -> str:
        nodes = nodes_of(view, await about())
        return render(
            "statements.html", view, path=path, title=key,
            crumbs=[home(view), crumb(view, kind_name(kind, view.language), f"doc/{kind}"), crumb(view, key)],
            intro=i18n.text(view.language, "earlier-intro", release=earlier.release.id),
            nodes=sorted((node for node in nodes if node.facts), key=lambda node: node.name.iri != subject),
        )  # fmt: skip

    return Document(path, triples, page, topic=subject)
