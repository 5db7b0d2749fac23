"""`/doc/{kind}`: the things of a kind, a page at a time, as HTML and RDF; see `BY_NAME` for their order."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox
from anyio import to_thread

from ontology.namespaces import DCT, OGCM, SKOS
from sparql_api import i18n
from sparql_api.descriptions import PAGE_SIZE, SORTED_LIMIT, describe_list, thing_iri
from sparql_api.documents import Document, View
from sparql_api.ordering import natural
from sparql_api.pages import crumb, home, render
from sparql_api.problems import not_found
from sparql_api.site import Edition
from sparql_api.statements import Statements, Value
from sparql_api.terms import kind_name

# Kinds that readers look up by name: their pages follow the names in the page's language, up to `SORTED_LIMIT` things.
# The others, whose keys are made of numbers, follow those; so does the RDF of every list, which no language decides.
BY_NAME = ("org", "area")
_NAMES_AT_ONCE = 500

@dataclass(frozen=True)
class Row:
    """One thing of a list: its name, what it is (where the list does not say so), the short form (acronym or code) if
    it has one, and what it is part of."""

    name: Value
    key: str
    types: list[Value]
    short: str | None
    wholes: list[Value]


def list_document(edition: Edition, kind: str, page: str | None) -> Document:
    """One page of the list of a kind. Raises Problem 404 for a page that does not exist."""
    keys = edition.identifiers.keys.get(kind, [])
    last = max(1, -(-len(keys) // PAGE_SIZE))
    number = int(page) if page and page.isascii() and page.isdigit() and len(page) < 9 else (1 if page is None else 0)
    path = f"doc/{kind}"
    if not 1 <= number <= last:
        raise not_found(edition.links.path(path, page=page))
    on_page = slice((number - 1) * PAGE_SIZE, number * PAGE_SIZE)

    async def triples() -> list[ox.Triple]:
        return (await describe_list(edition, kind, (await _ordered(edition, kind))[on_page], path)).triples

    async def html(view: View) -> str:
        by_name = kind in BY_NAME and len(keys) <= SORTED_LIMIT
        shown = (await _ordered(edition, kind, view.language if by_name else ""))[on_page]
        about = (await describe_list(edition, kind, shown, path)).about
        statements = Statements(about, view.links, edition.terms, view.language)
        title = kind_name(kind, view.language)
        rows = [_row(statements, kind, thing_iri(edition, (kind, key)), key) for key in shown]
        return render(
            "listing.html",
            view,
            path=path,
            title=title,
            crumbs=[home(view), crumb(view, title)],
            rows=rows,
            listing_path=path,
            total=len(keys),
            page=number,
            last=last,
            order=("listing-by-name" if by_name else "listing-by-key") if kind in BY_NAME and last > 1 else None,
        )

    return Document(path, triples, html, parameters=("page",), links=tuple(_paging(edition, path, number, last)))


async def _ordered(edition: Edition, kind: str, language: str = "") -> list[str]:
    """The keys of a kind as people count, or by the names that a page in `language` shows; worked out once per release."""
    known = edition.listings.get((kind, language))
    if known is not None:
        return known
    async with edition.listings_lock:
        if (kind, language) not in edition.listings:
            keys = edition.identifiers.keys.get(kind, [])
            if language:
                edition.listings |= await _by_name(edition, kind, keys)
            else:
                edition.listings[(kind, "")] = await to_thread.run_sync(lambda: sorted(keys, key=natural))
    return edition.listings[(kind, language)]


async def _by_name(edition: Edition, kind: str, keys: list[str]) -> dict[tuple[str, str], list[str]]:
    """The keys by name in each language. The names are read some at a time, so that other requests go on."""
    names: dict[str, dict[str, tuple]] = {language: {} for language in i18n.LANGUAGES}
    for start in range(0, len(keys), _NAMES_AT_ONCE):
        part = keys[start : start + _NAMES_AT_ONCE]
        about = (await describe_list(edition, kind, part, f"doc/{kind}")).about
        for language, found in names.items():
            statements = Statements(about, edition.links, edition.terms, language)
            found.update({key: natural(statements.label(thing_iri(edition, (kind, key))).text) for key in part})
    return {(kind, language): sorted(keys, key=lambda key, found=found: (found[key], key)) for language, found in names.items()}


def _row(statements: Statements, kind: str, iri: str, key: str) -> Row:
    short = statements.first(iri, OGCM.acronym) or statements.first(iri, SKOS.notation)
    types = [statements.label(item) for item in statements.types(iri)]
    told = kind_name(kind, statements.language, plural=False).lower()
    wholes = statements.values(iri, DCT.isPartOf)
    return Row(
        statements.label(iri),
        key,
        [item for item in types if item.text.lower() != told],
        short,
        wholes if len(wholes) == 1 else [],
    )


def _paging(edition: Edition, path: str, number: int, last: int) -> list[str]:
    """`Link` items first, prev, next and last of a paged list (RFC 8288)."""
    targets = {"first": 1, "prev": number - 1, "next": number + 1, "last": last}
    return [
        f'<{edition.links.header(edition.links.absolute(path, page=target))}>; rel="{relation}"'
        for relation, target in targets.items()
        if last > 1 and 1 <= target <= last
    ]
