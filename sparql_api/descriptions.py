"""What a document says about its thing: one CONSTRUCT per description, plus the document's statements about itself.

A description holds the consolidated view's statements with the thing as subject, those with it as object up to
`INCOMING_LIMIT`, and the labels of everything it links. The statements about the document exist only here and are the
same in every serialization (ontology_design section 8).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from ontology.namespaces import ADMS, CODE, DCT, FOAF, OGCM, ORG, RDF, RDFS, SKOS, VOID
from sparql_api import i18n
from sparql_api.identifiers import Gone, Name
from sparql_api.ordering import natural
from sparql_api.pages_order import WITHOUT_SOURCES
from sparql_api.site import Edition
from sparql_api.sparql.prepared import PreparedQuery

# Incoming statements beyond these are left to SPARQL and to the paged lists of the HTML page; the document says so.
INCOMING_LIMIT = 1000
# Nodes around a thing whose statements a page shows in tables.
NODES_LIMIT = 500
PAGE_SIZE = 100
# Lists longer than this stand in the order of the engine or of keys: sorting them as people count would take too long.
SORTED_LIMIT = 10_000


@dataclass(frozen=True)
class Description:
    """Statements for one document; `about` are those without the document's own."""

    about: list[ox.Triple]
    own: list[ox.Triple]
    truncated: bool = False

    @property
    def triples(self) -> list[ox.Triple]:
        return [*self.own, *self.about]


def iri(value: object) -> ox.NamedNode:
    return ox.NamedNode(str(value))


def thing_iri(edition: Edition, name: Name) -> str:
    """IRI of a thing or concept."""
    kind, key = name
    return f"{edition.links.base}{kind}/{key}" if kind == "concept" else f"{edition.links.base}id/{kind}/{key}"


def document_path(name: Name) -> str:
    """Address of the document about a thing, below BASE."""
    return f"doc/{name[0]}/{name[1]}"


async def describe(edition: Edition, name: Name, *, consolidated: bool = True) -> Description:
    """The description of a live thing.

    With `consolidated=False` the statements come from the named graphs, for things that only those still hold.
    """
    subject = thing_iri(edition, name)
    query = _QUERY if consolidated else _QUERY_IN_GRAPHS
    about = await edition.construct(query.fill(thing=subject))
    incoming = [triple for triple in about if triple.object == iri(subject) and triple.subject != iri(subject)]
    truncated = len(incoming) > INCOMING_LIMIT
    if truncated:
        dropped = set(sorted(incoming, key=lambda triple: (triple.predicate.value, str(triple.subject)))[INCOMING_LIMIT:])
        about = [triple for triple in about if triple not in dropped]
    about.sort(key=lambda triple: triple.subject != iri(subject))  # the thing itself comes first
    own = document_statements(edition, document_path(name), [subject])
    if truncated:
        own += _limit_note(edition, document_path(name))
    return Description(about, own, truncated)


def _labelled(pattern: str) -> str:
    """Branches that give both kinds of labels of `?other`. One branch per property: the engine plans a VALUES over
    them some fifty times slower."""
    return " UNION ".join(
        f"{{ {pattern} ?other <{label}> {name} }}"
        for label, name in ((RDFS.label, "?label"), (SKOS.prefLabel, "?preferred"))
    )


# One more than the limit tells whether something was left out.
_INCOMING = f"SELECT ?in ?to WHERE {{ ?in ?to <gap:thing> }} ORDER BY ?to ?in LIMIT {INCOMING_LIMIT + 1}"
_HEAD = f"""CONSTRUCT {{
  <gap:thing> ?property ?value . ?in ?to <gap:thing> . ?other <{RDFS.label}> ?label . ?other <{SKOS.prefLabel}> ?preferred
}}"""
_QUERY = PreparedQuery(f"""{_HEAD}
WHERE {{
  {{ <gap:thing> ?property ?value }}
  UNION {{ {_INCOMING} }}
  UNION {_labelled("<gap:thing> ?any ?other .")}
  UNION {_labelled(f"{{ SELECT DISTINCT (?in AS ?other) WHERE {{ {{ {_INCOMING} }} }} }}")}
}}
""")
_QUERY_IN_GRAPHS = PreparedQuery(f"""{_HEAD}
WHERE {{
  {{ GRAPH ?g {{ <gap:thing> ?property ?value }} }}
  UNION {{ SELECT DISTINCT ?in ?to WHERE {{ GRAPH ?g {{ ?in ?to <gap:thing> }} }}
           ORDER BY ?to ?in LIMIT {INCOMING_LIMIT + 1} }}
  UNION {_labelled("GRAPH ?g { <gap:thing> ?any ?other }")}
  UNION {{ GRAPH ?g {{ <gap:thing> ?any ?other }} GRAPH ?h {{ ?other <{RDFS.label}> ?label }} }}
}}
""")


def document_statements(edition: Edition, path: str, topics: Sequence[str]) -> list[ox.Triple]:
    """What a document says about itself; `topics` are the things it is about, one being its primary topic."""
    document = iri(edition.links.absolute(path))
    statements = [
        ox.Triple(document, iri(RDF.type), iri(FOAF.Document)),
        ox.Triple(document, iri(DCT.isPartOf), iri(edition.version_iri)),
        ox.Triple(document, iri(DCT.license), iri(edition.licence)),
        ox.Triple(document, iri(VOID.inDataset), iri(edition.dataset_iri)),
    ]
    predicate = FOAF.primaryTopic if len(topics) == 1 else FOAF.topic
    return statements + [ox.Triple(document, iri(predicate), iri(topic)) for topic in topics]


def _limit_note(edition: Edition, path: str) -> list[ox.Triple]:
    document = iri(edition.links.absolute(path))
    return [
        ox.Triple(
            document,
            iri(RDFS.comment),
            ox.Literal(i18n.text(language, "document-limit", limit=str(INCOMING_LIMIT)), language=language),
        )
        for language in i18n.LANGUAGES
    ]


async def tombstone(edition: Edition, gone: Gone) -> Description:
    """What is still said of a withdrawn key: the tombstone of the graph, and what the event log adds."""
    subject = thing_iri(edition, gone.name)
    about = await edition.construct(_QUERY.fill(thing=subject))
    node = iri(subject)
    stated = [
        ox.Triple(node, iri(RDF.type), iri(OGCM.Tombstone)),
        ox.Triple(node, iri(ADMS.status), iri(CODE["record-status/withdrawn"])),
    ]
    stated += [ox.Triple(node, iri(DCT.isReplacedBy), iri(thing_iri(edition, target))) for target in gone.targets]
    if gone.reason and not any(triple.predicate == iri(OGCM.reason) for triple in about):
        ours = [ox.Literal(i18n.text(language, "tombstone-reason-unstated"), language=language) for language in i18n.LANGUAGES]
        stated += [ox.Triple(node, iri(OGCM.reason), reason) for reason in (ours if gone.unstated else [ox.Literal(gone.reason)])]
    merged = list(dict.fromkeys([*about, *stated]))
    return Description(merged, document_statements(edition, document_path(gone.name), [subject]))


async def describe_list(edition: Edition, kind: str, keys: Iterable[str], path: str) -> Description:
    """Types, labels, short forms and wholes of the things of one page of `/doc/{kind}`."""
    iris = [thing_iri(edition, (kind, key)) for key in keys]
    about: list[ox.Triple] = []
    if iris:
        about = await edition.construct(_LIST_QUERY.fill(things=iris))
        if not about:
            about = await edition.construct(_LIST_QUERY_IN_GRAPHS.fill(things=iris))
    document = iri(edition.links.absolute(path))
    own = document_statements(edition, path, [])
    own += [ox.Triple(document, iri(FOAF.topic), iri(item)) for item in iris]
    return Description(about, own)


# What a list says of each thing, and of what it is part of.
_LISTED = (RDF.type, RDFS.label, SKOS.notation, OGCM.number, OGCM.acronym, DCT.isPartOf)
_LIST_QUERY = PreparedQuery(f"""
CONSTRUCT {{ ?thing ?property ?value . ?whole <{RDFS.label}> ?label }}
WHERE {{
  VALUES ?thing {{ <gap:things> }}
  {" UNION ".join(f"{{ ?thing <{item}> ?value . BIND(<{item}> AS ?property) }}" for item in _LISTED)}
  UNION {{ ?thing <{DCT.isPartOf}> ?whole . ?whole <{RDFS.label}> ?label }}
}}
""")
_LIST_QUERY_IN_GRAPHS = PreparedQuery(f"""
CONSTRUCT {{ ?thing ?property ?value }}
WHERE {{
  VALUES ?thing {{ <gap:things> }}
  {" UNION ".join(f"{{ GRAPH ?g {{ ?thing <{item}> ?value }} BIND(<{item}> AS ?property) }}" for item in _LISTED)}
}}
""")


@dataclass(frozen=True)
class Surroundings:
    """What the HTML page of a thing shows beyond its description.

    triples   the nodes around the thing in full, their labels, and where each is stated (passage, locator, source)
    incoming  (property, number of statements of it that have the thing as their value), sorted by property
    graphs    (named graph, number of its statements about the thing), sorted by graph
    """

    triples: list[ox.Triple]
    incoming: list[tuple[str, int]]
    graphs: list[tuple[str, int]]


async def surroundings(edition: Edition, subject: str) -> Surroundings:
    """Everything around a thing, in one query."""
    triples = []
    counts: dict[str, list[tuple[str, int]]] = {_LINKING: [], _SAYING: []}
    for triple in await edition.construct(_SURROUNDINGS.fill(thing=subject)):
        found = counts.get(triple.predicate.value)
        if found is None:
            triples.append(triple)
        else:
            found.append((triple.subject.value, int(triple.object.value)))
    return Surroundings(triples, sorted(counts[_LINKING]), sorted(counts[_SAYING]))


_NODE_CLASSES = (
    OGCM.Responsibility, OGCM.Assessment, OGCM.StatusReport, OGCM.Figure, OGCM.KeyMoment, OGCM.Link, OGCM.Discrepancy,
    OGCM.Claim, OGCM.Commitment, OGCM.Milestone, OGCM.Activity, OGCM.PriorityTopic, OGCM.Stage, OGCM.ActionPlan,
    OGCM.Objective, OGCM.Problem, ORG.Membership, ORG.ChangeEvent,
)  # fmt: skip


def _any_of(iris: Iterable[object]) -> str:
    return ", ".join(f"<{iri}>" for iri in iris)


def _nodes(classes: Iterable[object]) -> str:
    """Nodes of some classes around a thing. FILTER, because the engine plans a join with VALUES four times slower here."""
    return f"""SELECT DISTINCT ?node WHERE {{
    {{ ?node ?to <gap:thing> }} UNION {{ <gap:thing> ?from ?node }}
    ?node a ?class FILTER(?class IN ({_any_of(classes)}))
  }} ORDER BY ?node LIMIT {NODES_LIMIT}"""


# The passages that a page names: those that state the thing, or a node whose row says where it is stated. A plan has hundreds, and the plans of
# an initiative thousands, which no table shows.
_PASSAGES = f"""{{ {{ {_nodes(iri for iri in _NODE_CLASSES if str(iri) not in WITHOUT_SOURCES)} }} UNION {{ BIND(<gap:thing> AS ?node) }} }}
    ?node <{OGCM.statedIn}> ?passage"""
# What a page says of a passage; its own page has all of it, every cell of the row as it was written among it.
_OF_PASSAGES = (RDFS.label, DCT.isPartOf, OGCM.locator, OGCM.asWritten, OGCM.curator, OGCM.reason)
# Properties of the two counts in the answer, which never leave this module: one query costs less than three.
_LINKING, _SAYING = "urn:x-commitments:linking", "urn:x-commitments:saying"
_SURROUNDINGS = PreparedQuery(f"""
CONSTRUCT {{
  ?node ?property ?value . ?value <{RDFS.label}> ?label .
  ?passage ?stating ?said . ?source <{RDFS.label}> ?name . ?source <{DCT.issued}> ?issued .
  ?to <{_LINKING}> ?links . ?graph <{_SAYING}> ?statements
}}
WHERE {{
  {{ {{ {_nodes(_NODE_CLASSES)} }} ?node ?property ?value OPTIONAL {{ ?value <{RDFS.label}> ?label }} }}
  UNION {{ {_PASSAGES} . ?passage ?stating ?said FILTER(?stating IN ({_any_of(_OF_PASSAGES)})) }}
  UNION {{
    {{ SELECT DISTINCT ?source WHERE {{ {_PASSAGES} . ?passage <{DCT.isPartOf}> ?source }} }}
    OPTIONAL {{ ?source <{RDFS.label}> ?name }}
    OPTIONAL {{ ?source <{DCT.issued}> ?issued }}
  }}
  UNION {{ SELECT ?to (COUNT(*) AS ?links) WHERE {{ ?in ?to <gap:thing> }} GROUP BY ?to }}
  UNION {{ SELECT ?graph (COUNT(*) AS ?statements) WHERE {{ GRAPH ?graph {{ <gap:thing> ?p ?o }} }} GROUP BY ?graph }}
}}
""")


async def incoming_page(edition: Edition, subject: str, predicate: str, page: int, count: int) -> list[ox.Triple]:
    """One page of the things that link here by `predicate`, with their labels and what they are part of; pages count
    from 1. `count` is how many there are: up to `SORTED_LIMIT` follow each other by key as people count, more by IRI."""
    offset = (page - 1) * PAGE_SIZE
    chosen = f"SELECT ?in WHERE {{ ?in <{predicate}> <{subject}> }} ORDER BY ?in LIMIT {PAGE_SIZE} OFFSET {offset}"
    if PAGE_SIZE < count <= SORTED_LIMIT:
        rows = await edition.select(f"SELECT DISTINCT ?in WHERE {{ ?in <{predicate}> <{subject}> FILTER(isIRI(?in)) }}")
        things = sorted((row["in"]["value"] for row in rows), key=natural)[offset : offset + PAGE_SIZE]
        chosen = f"VALUES ?in {{ {' '.join(f'<{thing}>' for thing in things)} }}"
    return await edition.construct(
        f"CONSTRUCT {{ ?in <{predicate}> <{subject}> . ?in <{RDFS.label}> ?label . ?in <{DCT.isPartOf}> ?whole . ?whole <{RDFS.label}> ?name }} WHERE {{"
        f" {{ {chosen} }}"
        f" OPTIONAL {{ ?in <{RDFS.label}> ?label }}"
        f" OPTIONAL {{ ?in <{DCT.isPartOf}> ?whole OPTIONAL {{ ?whole <{RDFS.label}> ?name }} }} }}"
    )


async def schemes_of(edition: Edition, things: Sequence[str]) -> list[ox.Triple]:
    """The schemes of concepts and codes, with their labels."""
    return await edition.construct(_SCHEMES.fill(things=list(things)))


_SCHEMES = PreparedQuery(f"""
CONSTRUCT {{ ?thing <{SKOS.inScheme}> ?scheme . ?scheme <{RDFS.label}> ?label . ?scheme <{SKOS.prefLabel}> ?preferred }}
WHERE {{
  VALUES ?thing {{ <gap:things> }}
  ?thing <{SKOS.inScheme}> ?scheme
  OPTIONAL {{ ?scheme <{RDFS.label}> ?label }}
  OPTIONAL {{ ?scheme <{SKOS.prefLabel}> ?preferred }}
}}
""")
