"""Words for classes, properties and kinds: what pages show in place of IRIs.

A term's label comes from the vocabulary of the release, for foreign terms from `translations/*/terms.ftl`, and else from
its own local name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox

from ontology import documents
from ontology.namespaces import PREFIXES, RDFS, SKOS
from sparql_api import i18n

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Terms:
    """Labels of vocabulary terms and codes by language: the release's, else those this software ships with."""

    def __init__(self, vocabulary: Path) -> None:
        self._labels: dict[str, dict[str, str]] = defaultdict(dict)
        wanted = (str(RDFS.label), str(SKOS.prefLabel))
        for document in documents():
            self._labels[document.iri].update(document.labels)
        if vocabulary.is_file():
            for quad in ox.parse(path=vocabulary, format=ox.RdfFormat.N_TRIPLES):
                if quad.predicate.value in wanted and isinstance(quad.object, ox.Literal):
                    self._labels[quad.subject.value][quad.object.language or ""] = quad.object.value

    def label(self, iri: str, language: str) -> str:
        """Label of a class or property: requested language, Spanish, English, any, translations, local name."""
        labels = self._labels.get(iri, {})
        for tag in i18n.fallbacks(language):
            if tag in labels:
                return labels[tag]
            message = f"term-{message_name(iri)}"
            if tag == language and i18n.has(message, tag):
                return i18n.text(tag, message)
        return next(iter(labels.values()), None) or local_name(iri)

    def inverse(self, iri: str, language: str) -> str:
        """How a property reads from the side of its value: "is responsible for" in place of "responsible"."""
        message = f"inverse-{message_name(iri)}"
        if i18n.has(message, language):
            return i18n.text(language, message)
        return i18n.text(language, "inverse-of", property=self.label(iri, language))


def curie(iri: str) -> str:
    """`prefix:local` where a declared prefix fits, else the IRI."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and len(iri) > len(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def message_name(iri: str) -> str:
    """The part of a Fluent identifier that names a term: letters, digits and hyphens only."""
    return re.sub(r"[^A-Za-z0-9-]", "-", curie(iri))


def local_name(iri: str) -> str:
    """The last part of an IRI, its words set apart: `latestEnd` becomes "latest end"."""
    name = re.split(r"[#/:]", iri.rstrip("#/"))[-1]
    return _CAMEL.sub(" ", name).lower() if name else iri


def kind_name(kind: str, language: str, *, plural: bool = True) -> str:
    """Name of an identifier kind for headings and breadcrumbs; the kind itself where the translations lack it."""
    message = f"kind-{kind}" if plural else f"kind-{kind}-one"
    return i18n.text(language, message) if i18n.has(message, language) else kind
