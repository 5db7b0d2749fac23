"""The JSON-LD context of the vocabulary, made from the vocabulary: `python -m ontology.context` writes context.jsonld.

Short names: every class and property of ours by its local name; a reused term by its local name where nothing of ours
or of an earlier vocabulary in the list has it, else as `prefix:name`. A property is coerced where the vocabulary leaves
no choice: to an IRI for object properties, to the one datatype of its range otherwise (JSON-LD 1.1, section 4.2.3).
"""

from __future__ import annotations

import json
from pathlib import Path

from rdflib import OWL, RDF, RDFS, XSD, Graph, URIRef

from ontology import vocabulary
from ontology.namespaces import OGCM, PREFIXES

# Which reused vocabularies take a short name first when two want the same one.
_ORDER = ("rdfs", "dct", "skos", "org", "dcat", "foaf", "adms", "prov", "schema", "qb", "void", "sd", "spdx", "vcard")
_KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, RDF.Property)
_KEYWORDS = {"id": "@id", "type": "@type"}
# Used on instances with a plain text and with a language tag alike, or of several datatypes: never coerced.
_UNCOERCED = {str(RDFS.Literal), str(XSD.string)}


def context(graph: Graph) -> dict[str, object]:
    """`{"@context": {…}}` for the terms declared in `graph`, sorted by name after the prefixes."""
    terms = sorted({str(term) for kind in _KINDS for term in graph.subjects(RDF.type, kind) if isinstance(term, URIRef)})
    names: dict[str, object] = {}
    for iri in sorted(set(terms) - {str(RDF.type)}, key=_precedence):  # rdf:type is `type`
        prefix, local = _split(iri)
        name = local if local not in {*names, *PREFIXES, *_KEYWORDS} else f"{prefix}:{local}"
        names[name] = _definition(graph, iri)
    return {"@context": {"@version": 1.1, **_KEYWORDS, **PREFIXES, **dict(sorted(names.items()))}}


def serialized(graph: Graph) -> str:
    return json.dumps(context(graph), ensure_ascii=False, indent=2) + "\n"


def _split(iri: str) -> tuple[str, str]:
    """Prefix and local name by the longest namespace that fits; raises ValueError for a term outside all of them."""
    fitting = [(len(space), prefix) for prefix, space in PREFIXES.items() if iri.startswith(space)]
    if not fitting:
        raise ValueError(f"{iri} is in none of the namespaces of ontology/namespaces.py")
    length, prefix = max(fitting)
    return prefix, iri[length:]


def _precedence(iri: str) -> tuple[int, str]:
    prefix, local = _split(iri)
    if iri.startswith(str(OGCM)):
        return -1, local
    return (_ORDER.index(prefix) if prefix in _ORDER else len(_ORDER)), iri


def _definition(graph: Graph, iri: str) -> object:
    term = URIRef(iri)
    if (term, RDF.type, OWL.ObjectProperty) in graph:
        return {"@id": iri, "@type": "@id"}
    datatypes = {str(value) for value in graph.objects(term, RDFS.range)}
    if (term, RDF.type, OWL.DatatypeProperty) in graph and len(datatypes) == 1 and not datatypes & _UNCOERCED:
        return {"@id": iri, "@type": datatypes.pop()}
    return iri


if __name__ == "__main__":
    Path(__file__).with_name("context.jsonld").write_text(serialized(vocabulary()), encoding="utf-8")
