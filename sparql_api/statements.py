"""A small set of statements, indexed for building pages: values, labels with the fallback chain, links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from ontology.namespaces import CODE, RDF, RDFS, SKOS, XSD
from sparql_api import i18n
from sparql_api.links import Links
from sparql_api.ordering import natural
from sparql_api.terms import Terms, curie

Term = ox.NamedNode | ox.BlankNode | ox.Literal
_LABELS = (str(RDFS.label), str(SKOS.prefLabel))
_BOOLEAN = str(XSD.boolean)


@dataclass(frozen=True)
class Value:
    """What a page shows for one term: text, where it leads (None for plain text), language tag of the text, IRI; a note
    says in small print what tells it from others. Tags are None where the language is the page's, or unknown."""

    text: str
    href: str | None = None
    lang: str | None = None
    iri: str | None = None
    note: str | None = None
    note_lang: str | None = None


class Statements:
    """Statements about a thing and its surroundings, as one page in one language needs them."""

    def __init__(self, triples: Iterable[ox.Triple], links: Links, terms: Terms, language: str) -> None:
        self._links = links
        self._terms = terms
        self.language = language
        self._out: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self._in: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for subject, predicate, value in dict.fromkeys(triples):
            self._out[_name(subject)][predicate.value].append(value)
            if not isinstance(value, ox.Literal):
                self._in[_name(value)].append((predicate.value, _name(subject)))

    def properties(self, subject: str) -> list[str]:
        """Properties of a subject, sorted."""
        return sorted(self._out.get(subject, {}))

    def objects(self, subject: str, predicate: object) -> list[Term]:
        return self._out.get(subject, {}).get(str(predicate), [])

    def first(self, subject: str, predicate: object) -> str | None:
        """Text of one value: the smallest, so that a page does not depend on the order of statements."""
        return min((_name(value) for value in self.objects(subject, predicate)), default=None)

    def incoming(self, subject: str) -> list[tuple[str, str]]:
        """(property, subject) of the statements whose value is `subject`."""
        return self._in.get(subject, [])

    def types(self, subject: str) -> list[str]:
        return sorted(_name(value) for value in self.objects(subject, RDF.type))

    def label(self, iri: str) -> Value:
        """The name of a resource: label in the page's language, else Spanish, English, any; else its key."""
        found: dict[str, str] = {}
        for predicate in _LABELS:
            for literal in sorted(self.objects(iri, predicate), key=_name):
                if isinstance(literal, ox.Literal):
                    found.setdefault(literal.language or "", literal.value)
        for tag in (*i18n.fallbacks(self.language), *sorted(found)):
            if found.get(tag):
                return self._value(iri, found[tag], tag or None)
        return self._value(iri, self._without_label(iri), None)

    def _value(self, iri: str, text: str, tag: str | None) -> Value:
        return Value(text, self._links.href(iri), tag if tag != self.language else None, iri)

    def _without_label(self, iri: str) -> str:
        thing = self._links.thing(iri)
        if thing:
            return thing[1]
        if iri.startswith(str(CODE)) or iri != curie(iri):
            return self._terms.label(iri, self.language)
        relative = self._links.relative(iri)
        return relative if relative else iri

    def value(self, term: Term) -> Value:
        """What the page shows for one term."""
        if isinstance(term, ox.NamedNode):
            return self.label(term.value)
        if isinstance(term, ox.BlankNode):
            return Value(f"_:{term.value}")
        if term.datatype.value == _BOOLEAN:
            known = {"true": "yes", "1": "yes", "false": "no", "0": "no"}.get(term.value)
            return Value(i18n.text(self.language, f"value-{known}") if known else term.value)
        tag = term.language
        return Value(term.value, lang=tag if tag and tag != self.language else None)

    def best(self, subject: str, predicate: object) -> list[Value]:
        """Values of a property without translations: of tagged texts only those in the page's language, else in the
        first language of the fallback chain that there is. Untagged values and resources always."""
        terms = self.objects(subject, predicate)
        tags = {term.language for term in terms if isinstance(term, ox.Literal) and term.language}
        chosen = next((tag for tag in (*i18n.fallbacks(self.language), *sorted(tags)) if tag in tags), None)
        return self._sorted(
            [term for term in terms if not isinstance(term, ox.Literal) or term.language in (None, chosen)]
        )

    def values(self, subject: str, predicate: object) -> list[Value]:
        """All values of a property: of texts in several languages the page's comes first, then by number and text."""
        return self._sorted(self.objects(subject, predicate))

    def _sorted(self, terms: list[Term]) -> list[Value]:
        order = {tag: position for position, tag in enumerate(i18n.fallbacks(self.language))}

        def key(item: tuple[Term, Value]) -> tuple:
            term, shown = item
            tag = term.language if isinstance(term, ox.Literal) else None
            return (order.get(tag, len(order)) if tag else -1, _number(shown.text), natural(shown.text), shown.iri or "")

        pairs = sorted(((term, self.value(term)) for term in terms), key=key)
        tagged = {shown.text: shown for term, shown in reversed(pairs) if isinstance(term, ox.Literal) and term.language}
        # What only a language tag tells apart looks the same to a reader: it is shown once, in the page's language if it is in that.
        return list(dict.fromkeys(shown if shown.iri else tagged.get(shown.text, shown) for _, shown in pairs))


def _name(term: Term) -> str:
    return f"_:{term.value}" if isinstance(term, ox.BlankNode) else term.value


def _number(text: str) -> float:
    """Sorts numbers by value and before texts."""
    try:
        return float(text)
    except ValueError:
        return float("inf")
