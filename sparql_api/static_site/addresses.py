"""Every address that `serve` answers without running a stranger's query, and the file that a static site keeps of it.

A file is named by its address: `doc/plan/MX-4.ttl`. Pages exist in four variants, told apart behind the suffix: Spanish
has none, English `.en`, and where the address chose the language (`?lang=`) `.lang-es` and `.lang-en`, because the links of
those pages keep choosing it. Query parameters follow as `.page-2`, `.incoming-ogcm-actor`. No key ends in a served
suffix, so no two addresses share a file.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from urllib.parse import quote, urlencode
from zlib import crc32

from commitments.release import all_releases
from ontology.namespaces import CODE, KINDS
from sparql_api.descriptions import PAGE_SIZE, surroundings, thing_iri
from sparql_api.documents import DOCUMENT_FORMATS
from sparql_api.earlier import Earlier
from sparql_api.formats import GRAPH_FORMATS, HTML, Format
from sparql_api.i18n import DEFAULT_LANGUAGE, LANGUAGES
from sparql_api.identifiers import CONCEPT, Gone, Live, Name
from sparql_api.pages_resource import SHOWN_INCOMING
from sparql_api.problems import SLUGS
from sparql_api.rendered import PageKey
from sparql_api.routes.meta import SITEMAP_LIMIT, sitemap_addresses
from sparql_api.site import Edition
from sparql_api.terms import curie

Parameters = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Address:
    """One request and the file of its answer.

    target    path and query below BASE, escaped as in a request
    file      below the folder of the site
    accept    the Accept header to ask with
    language  the Accept-Language header to ask with, None where it does not matter
    page      under which `serve` looks for the body, where it is a document's
    variant   number among the files that one address may answer with, 0 for the first
    status    what the answer has to be: 200, or 410 for what is left of a withdrawn thing
    """

    target: str
    file: str
    accept: str
    language: str | None = None
    page: PageKey | None = None
    variant: int = 0
    status: int = 200


def language_variants() -> Iterator[tuple[str, bool, str]]:
    """(language, chosen by the address, what the file name says of it), the default first."""
    for fixed in (False, True):
        for language in LANGUAGES:
            plain = not fixed and language == DEFAULT_LANGUAGE
            yield language, fixed, "" if plain else f".lang-{language}" if fixed else f".{language}"


def parameters_in_name(parameters: Iterable[tuple[str, str]]) -> str:
    """`page=2` as `.page-2`; a colon, which some systems do not allow in file names, becomes a hyphen."""
    return "".join(f".{name}-{value.replace(':', '-')}" for name, value in parameters)


def _target(path: str, parameters: Parameters = (), language: str | None = None) -> str:
    pairs = [*parameters, *([("lang", language)] if language else [])]
    return quote(path) + (f"?{urlencode(pairs)}" if pairs else "")


def _pages(path: str, stem: str, parameters: Parameters = (), *, document: bool = True, status: int = 200) -> Iterator[Address]:
    """The four HTML variants of an address."""
    for number, (language, fixed, name) in enumerate(language_variants()):
        yield Address(
            target=_target(path, parameters, language if fixed else None),
            file=f"{stem}.html{name}{parameters_in_name(parameters)}",
            accept=HTML.media_type,
            language=language,
            page=PageKey(path, HTML.suffix, language, fixed, parameters) if document else None,
            variant=number,
            status=status,
        )


def _statements(path: str, stem: str, parameters: Parameters = (), *, status: int = 200, formats: Iterable[Format] = GRAPH_FORMATS) -> Iterator[Address]:
    """The RDF representations of a document."""
    for row in formats:
        yield Address(
            target=_target(path, parameters),
            file=f"{stem}.{row.suffix}{parameters_in_name(parameters)}",
            accept=row.media_type,
            page=PageKey(path, row.suffix, parameters=parameters),
            variant=DOCUMENT_FORMATS.index(row) + len(LANGUAGES) * 2,
            status=status,
        )


def _document(path: str, parameters: Parameters = (), *, status: int = 200) -> Iterator[Address]:
    yield from _pages(path, path, parameters, status=status)
    yield from _statements(path, path, parameters, status=status)


def _is_in(part: tuple[int, int], path: str) -> bool:
    """Whether an address belongs to the share `part[0]` of `part[1]` shares; all variants of a document are in one."""
    return crc32(path.encode()) % part[1] == part[0]


async def addresses(edition: Edition, part: tuple[int, int] = (0, 1)) -> AsyncIterator[Address]:
    """All of them, or one share, in an order that asks about one thing at a time."""
    for address in (*_single(edition), *_lists(edition), *_files(edition)):
        if _is_in(part, address.target.partition("?")[0]):
            yield address
    for name in (*edition.identifiers.names(), *edition.earlier.names()):
        if not _is_in(part, name[1]):
            continue
        fate = edition.fate(*name)
        if isinstance(fate, Live | Earlier | Gone) and (name[0] in KINDS or name[0] == CONCEPT):
            status = 410 if isinstance(fate, Gone) else 200
            for address in _document(f"doc/{name[0]}/{name[1]}", status=status):
                yield address
        if isinstance(fate, Live):
            async for address in _incoming(edition, name):
                yield address


def _single(edition: Edition) -> Iterator[Address]:
    """Documents with an address of their own."""
    yield from _pages("", "index")
    yield from _statements("", "index")
    for path in ("catalog", ".well-known/void", "def", "code", "shapes"):
        yield from _document(path)
    for version in vocabulary_versions(edition):
        yield from _document(f"def/{version}")
    for iri in edition.graph_iris():
        yield from _document(edition.links.relative(iri) or iri)
    for path in graphs_that_left(edition):
        yield from _document(path, status=410)
    for path in code_paths(edition):
        yield from _document(path)


def graphs_that_left(edition: Edition) -> list[str]:
    """Addresses of the named graphs of sources that were withdrawn, sorted."""
    names, known = edition.identifiers.names(), edition.graph_iris()
    gone = [f"graph/{key}" for kind, key in names if kind == "source" and isinstance(edition.identifiers.resolve(kind, key), Gone)]
    return [path for path in gone if edition.links.absolute(path) not in known]


def vocabulary_versions(edition: Edition) -> list[str]:
    """Versions below `/def/`: those of the kept releases."""
    kept = {release.manifest.vocabulary_version for release in all_releases(edition.release.path.parent)}
    return sorted({*kept, edition.release.manifest.vocabulary_version})


def code_paths(edition: Edition) -> list[str]:
    """`code/{scheme}` and `code/{scheme}/{code}` of every code list."""
    return [f"code/{iri.removeprefix(str(CODE))}" for iri in edition.vocabulary.subjects() if iri.startswith(str(CODE)) and iri != str(CODE)]


def _lists(edition: Edition) -> Iterator[Address]:
    """`/doc/{kind}` and each of its pages."""
    for kind in (*KINDS, CONCEPT):
        path = f"doc/{kind}"
        yield from _document(path)
        for page in range(1, max(1, -(-len(edition.identifiers.keys.get(kind, [])) // PAGE_SIZE)) + 1):
            yield from _document(path, (("page", str(page)),))


async def _incoming(edition: Edition, name: Name) -> AsyncIterator[Address]:
    """The paged lists of what links to a thing, where its page leads to them."""
    path = f"doc/{name[0]}/{name[1]}"
    for predicate, count in (await surroundings(edition, thing_iri(edition, name))).incoming:
        if count <= SHOWN_INCOMING:
            continue
        asked = ("incoming", curie(predicate))
        for parameters in ((asked,), *((asked, ("page", str(page))) for page in range(1, -(-count // PAGE_SIZE) + 1))):
            for address in _pages(path, path, parameters):
                yield address


def _files(edition: Edition) -> Iterator[Address]:
    """What is no document: lists of files, pages about problems, what crawlers and pages need."""
    releases = [release.id for release in all_releases(edition.release.path.parent)]
    for folder in ("dumps/", "releases/", *(f"releases/{identifier}/" for identifier in releases)):
        yield from _pages(folder, f"{folder}index", document=False)
        for number, (media_type, suffix) in enumerate((("application/json", "json"), *((row.media_type, row.suffix) for row in GRAPH_FORMATS))):
            yield Address(quote(folder), f"{folder}index.{suffix}", media_type, variant=4 + number)
    yield from _pages("problems", "problems", document=False)
    for slug in SLUGS:
        yield from _pages(f"problems/{slug}", f"problems/{slug}", document=False)
    plain = ["openapi.json", "robots.txt", "sitemap.xml", "favicon.ico", "def/context.jsonld"]
    plain += [f"static/{entry.name}" for entry in files("sparql_api").joinpath("static").iterdir() if entry.is_file()]
    for path in sorted(plain):
        yield Address(path, path, "*/*")
    parts = -(-len(list(sitemap_addresses(edition))) // SITEMAP_LIMIT)
    for page in range(1, parts + 1):
        yield Address(f"sitemap.xml?page={page}", f"sitemap.xml.page-{page}", "*/*")
