"""Documentation of the vocabulary, its code lists and the shapes, and their RDF as published, never rewritten."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyoxigraph as ox

from ontology.namespaces import CODE, OGCM, OGCM_SH, OWL, RDF, RDFS, SH, SKOS
from sparql_api import i18n
from sparql_api.documents import Document, View
from sparql_api.pages import crumb, home, render
from sparql_api.problems import not_found
from sparql_api.site import VOCABULARY_LICENCE, Edition
from sparql_api.statements import Statements, Value
from sparql_api.vocabulary import Vocabulary

# The vocabulary's own address; its terms are `#…` of it.
DEFINITION = str(OGCM).rstrip("#")
SHAPES = str(OGCM_SH).rstrip("#")
CODES = str(CODE).rstrip("/")
_SECTIONS = (
    ("vocabulary-classes", (OWL.Class, RDFS.Class)),
    ("vocabulary-object-properties", (OWL.ObjectProperty,)),
    ("vocabulary-datatype-properties", (OWL.DatatypeProperty, RDF.Property, OWL.AnnotationProperty)),
)


@dataclass(frozen=True)
class TermRow:
    """One documented term. `anchor` is its local name; `facts` are (label, values)."""

    anchor: str
    name: Value
    iri: str
    definition: list[Value]
    facts: list[tuple[str, list[Value]]]


def definition_document(edition: Edition, vocabulary: Vocabulary, path: str, version: str) -> Document:
    """`/def` or `/def/{semver}`: every term, without the code lists."""

    async def triples() -> list[ox.Triple]:
        return vocabulary.where(lambda iri: not iri.startswith(str(CODE)))

    async def page(view: View) -> str:
        statements = Statements(vocabulary.where(lambda iri: True), view.links, edition.terms, view.language)
        terms = [iri for iri in vocabulary.subjects() if iri.startswith(str(OGCM))]
        sections = []
        for message, classes in _SECTIONS:
            wanted = {str(cls) for cls in classes}
            rows = [_term(view, statements, iri) for iri in terms if wanted & set(statements.types(iri))]
            if rows:
                sections.append((i18n.text(view.language, message), sorted(rows, key=lambda row: row.anchor.lower())))
        title = i18n.text(view.language, "vocabulary-title")
        return render(
            "vocabulary.html", view, path=path, title=title, crumbs=[home(view), crumb(view, title)],
            iri=DEFINITION, version=version, sections=sections,
            schemes=_schemes(vocabulary, statements),
        )  # fmt: skip

    return Document(path, triples, page, topic=DEFINITION, licence=VOCABULARY_LICENCE)


def _term(view: View, statements: Statements, iri: str) -> TermRow:
    facts = []
    for predicate in (
        RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range, OWL.inverseOf, SKOS.scopeNote, SKOS.example,
    ):  # fmt: skip
        values = [value for value in statements.best(iri, predicate) if not value.text.startswith("_:")]
        values += _unions(statements, iri, predicate)
        if values:
            facts.append((view.edition.terms.label(str(predicate), view.language), values))
    definition = statements.best(iri, SKOS.definition) or statements.best(iri, RDFS.comment)
    return TermRow(iri.split("#", 1)[1], statements.label(iri), iri, definition, facts)


def _unions(statements: Statements, iri: str, predicate: object) -> list[Value]:
    """Members of the classes written as `[ owl:unionOf ( … ) ]`."""
    members = []
    for term in statements.objects(iri, predicate):
        if not isinstance(term, ox.BlankNode):
            continue
        for head in statements.objects(f"_:{term.value}", OWL.unionOf):
            node = f"_:{head.value}" if isinstance(head, ox.BlankNode) else head.value
            while node != str(RDF.nil) and statements.objects(node, RDF.first):
                members += statements.values(node, RDF.first)
                rest = statements.objects(node, RDF.rest)[0]
                node = f"_:{rest.value}" if isinstance(rest, ox.BlankNode) else rest.value
    return members


def _schemes(vocabulary: Vocabulary, statements: Statements) -> list[tuple[Value, int]]:
    """Code lists with the number of their codes, by name."""
    subjects = [iri for iri in vocabulary.subjects() if iri.startswith(str(CODE))]
    schemes = [iri for iri in subjects if str(SKOS.ConceptScheme) in statements.types(iri)]
    return sorted(
        ((statements.label(iri), sum(other.startswith(f"{iri}/") for other in subjects)) for iri in schemes),
        key=lambda item: item[0].text.lower(),
    )


def codes_document(edition: Edition) -> Document:
    """`/code`: all code lists."""

    async def triples() -> list[ox.Triple]:
        return edition.vocabulary.where(lambda iri: iri.startswith(str(CODE)))

    async def page(view: View) -> str:
        statements = Statements(await triples(), view.links, edition.terms, view.language)
        title = i18n.text(view.language, "codes-title")
        return render(
            "codes.html", view, path="code", title=title, crumbs=[home(view), _vocabulary_crumb(view), crumb(view, title)],
            iri=CODES, schemes=_schemes(edition.vocabulary, statements),
        )  # fmt: skip

    return Document("code", triples, page, topic=CODES, licence=VOCABULARY_LICENCE)


def code_document(edition: Edition, scheme: str, code: str | None) -> Document:
    """`/code/{scheme}` with its codes, or one code. Raises Problem 404 for one that the vocabulary does not hold."""
    iri = f"{CODES}/{scheme}" if code is None else f"{CODES}/{scheme}/{code}"
    path = iri.removeprefix(CODES.removesuffix("code"))
    known = edition.vocabulary.about([iri])
    if not known:
        raise not_found(edition.links.path(path))

    async def triples() -> list[ox.Triple]:
        if code is not None:
            return known
        return edition.vocabulary.where(lambda other: other == iri or other.startswith(f"{iri}/"))

    async def page(view: View) -> str:
        scheme_iri = f"{CODES}/{scheme}"
        vocabulary = edition.vocabulary
        whole = vocabulary.about([scheme_iri, iri]) if code else vocabulary.where(lambda other: other.startswith(scheme_iri))
        statements = Statements(whole, view.links, edition.terms, view.language)
        members = [] if code else [o for o in edition.vocabulary.subjects() if o.startswith(f"{iri}/")]
        name = statements.label(iri)
        crumbs = [home(view), _vocabulary_crumb(view), crumb(view, i18n.text(view.language, "codes-title"), "code")]
        if code is not None:
            crumbs.append(crumb(view, statements.label(scheme_iri).text, f"code/{scheme}"))
        return render(
            "code.html", view, path=path, title=name.text, crumbs=[*crumbs, crumb(view, name.text)], iri=iri,
            definition=statements.best(iri, SKOS.definition) + statements.best(iri, SKOS.scopeNote),
            names=statements.values(iri, SKOS.prefLabel),
            codes=[(statements.label(o), o.rsplit("/", 1)[-1], statements.best(o, SKOS.definition)) for o in members],
        )  # fmt: skip

    return Document(path, triples, page, topic=iri, licence=VOCABULARY_LICENCE)


def _vocabulary_crumb(view: View):
    return crumb(view, i18n.text(view.language, "vocabulary-title"), "def")


# What a report fills in: `{$this}`, `{?value}`.
_PLACEHOLDER = re.compile(r"\{[$?]\w+\}")


@dataclass(frozen=True)
class ShapeRow:
    """One node shape with what it checks: (name, severity, what it says) of each property shape or constraint."""

    anchor: str
    name: str
    description: list[Value]
    targets: list[Value]
    checks: list[tuple[str, str, str]]


def shapes_document(edition: Edition) -> Document:
    """`/shapes`: what counts as valid."""

    async def triples() -> list[ox.Triple]:
        return edition.shapes.where(lambda iri: True)

    async def page(view: View) -> str:
        statements = Statements(await triples(), view.links, edition.terms, view.language)
        rows = [_shape(statements, iri) for iri in edition.shapes.subjects()
                if str(SH.NodeShape) in statements.types(iri)]  # fmt: skip
        title = i18n.text(view.language, "shapes-title")
        return render(
            "shapes.html", view, path="shapes", title=title, crumbs=[home(view), crumb(view, title)], iri=SHAPES,
            shapes=[row for row in rows if row.targets or row.checks],
        )  # fmt: skip

    return Document("shapes", triples, page, topic=SHAPES, licence=VOCABULARY_LICENCE)


def _own(statements: Statements, subject: str, predicate: object) -> str:
    """The text of a property in the page's language, or ""."""
    values = statements.values(subject, predicate)
    return values[0].text if values else ""


def _shape(statements: Statements, iri: str) -> ShapeRow:
    checks = []
    for predicate in (SH.property, SH.sparql, SH.node):
        for term in statements.objects(iri, predicate):
            node = f"_:{term.value}" if isinstance(term, ox.BlankNode) else term.value
            said = _PLACEHOLDER.sub("…", _own(statements, node, SH.message)) or _own(statements, node, SH.description)
            name = _own(statements, node, SH.name) or (node.split("#")[-1] if "#" in node else "")
            severity = (statements.first(node, SH.severity) or str(SH.Violation)).split("#")[-1]
            if name or said:
                checks.append((name, severity, said))
    targets = statements.values(iri, SH.targetClass) + statements.values(iri, SH.targetSubjectsOf)
    name = _own(statements, iri, SH.name) or iri.split("#")[-1]
    order = {"Violation": 0, "Warning": 1, "Info": 2}
    checks.sort(key=lambda check: (order.get(check[1], 3), check[0]))
    return ShapeRow(iri.split("#")[-1], name, statements.values(iri, SH.description)[:1], targets, checks)
