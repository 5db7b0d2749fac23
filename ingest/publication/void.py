"""VoID description of a release: counts, partitions, vocabularies, linksets and the named graphs, all computed from the data.

Spec: W3C Interest Group Note "Describing Linked Datasets with the VoID Vocabulary". Partitions and linksets have IRIs of
kind `dataset`; there are no blank nodes and no times.
"""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit

from ingest.publication.catalogue import titles
from ingest.publication.draft import VOCABULARY_GRAPHS, Draft, SourceFacts
from ingest.publication.names import LANGUAGE, Names, slug, term_slug
from ingest.publication.statements import Statements, typed
from ingest.publication.statistics import Statistics
from ontology.namespaces import CODE, CV, DCAT, DCT, FOAF, OGCM, PREFIXES, PROV, RDF, SKOS, VOID, XSD

_FORMATS = ("Turtle", "N-Triples", "N-Quads", "TriG", "JSON-LD", "RDF_XML")
_FORMAT_SPACE = "http://www.w3.org/ns/formats/"
_DUMPS = ("nt", "ttl", "rdf", "jsonld")
# Links to pages, licences and code lists are not links between datasets, and Link nodes only repeat the direct ones.
_NOT_LINKING = frozenset(
    str(term)
    for term in (
        FOAF.homepage, FOAF.page, OGCM.tracker, DCT.license, DCT.rights, DCAT.landingPage, OGCM.linkTo, OGCM.linkFrom,
        OGCM.linkRelation, OGCM.onProperty, SKOS.inScheme, SKOS.topConceptOf, SKOS.hasTopConcept,
    )
)  # fmt: skip
_EXAMPLES = (OGCM.Commitment, OGCM.ActionPlan, OGCM.Country, OGCM.Subdivision, CV.PublicOrganisation, OGCM.CivilSocietyOrganisation)
_VOCABULARY_LICENCE = "https://creativecommons.org/licenses/by/4.0/"  # of vocabulary and shapes, whatever the data's
_LAYER_TITLES = {
    "curated": {"es": "Grafo curado: decisiones de la redacción de datos", "en": "Curated graph: decisions of the data editors"},
    "derived": {"es": "Grafo derivado: lo calculado a partir del resto", "en": "Derived graph: what is computed from the rest"},
    "candidates": {"es": "Candidatos: posibles vínculos sin confirmar", "en": "Candidates: possible links, not confirmed"},
    "vocabulary": {"es": "Vocabulario y listas de códigos", "en": "Vocabulary and code lists"},
    "shapes": {"es": "Reglas de validación (SHACL)", "en": "Validation rules (SHACL)"},
}


def describe_void(
    draft: Draft, names: Names, found: Statistics, graphs: dict[str, int], software: str
) -> Statements:
    """The VoID statements. `graphs` maps each named graph but `catalog` to its number of triples."""
    out = Statements()
    document = out.thing(f"{names.base}.well-known/void", (str(VOID.DatasetDescription),), titles(draft))
    out.add(document, str(FOAF.primaryTopic), names.dataset)
    out.text(document, str(DCT.title), titles(draft))
    _dataset(out, names, found)
    _partitions(out, names, found)
    _linksets(out, names, found)
    for name, triples in sorted(graphs.items()):
        sources = [source for source in draft.sources if source.graph_name == name]
        _graph(out, draft, names, name, triples, sources, software)
    if draft.settings.get("licence"):
        out.add(names.dataset, str(DCT.license), draft.settings["licence"])
    return out


def _dataset(out: Statements, names: Names, found: Statistics) -> None:
    for this in (names.dataset, names.version):
        out.add(this, str(RDF.type), str(VOID.Dataset))
        out.add(this, str(VOID.triples), found.triples)
        out.add(this, str(VOID.entities), found.entities)
        out.add(this, str(VOID.classes), len(found.class_entities))
        out.add(this, str(VOID.properties), len(found.property_triples))
        out.add(this, str(VOID.distinctSubjects), found.subjects)
        out.add(this, str(VOID.distinctObjects), found.objects)
        out.add(this, str(VOID.uriSpace), typed(f"{names.base}id/", str(XSD.string)))
        out.add(this, str(VOID.sparqlEndpoint), names.endpoint)
        out.add(this, str(VOID.vocabulary), *found.vocabularies)
        out.add(this, str(VOID.feature), *(_FORMAT_SPACE + name for name in _FORMATS))
        out.add(this, str(VOID.exampleResource), *_examples(found))
    out.add(names.dataset, str(VOID.dataDump), *(names.latest_file(f"commitments.{suffix}") for suffix in _DUMPS))
    out.add(names.version, str(VOID.dataDump), *(names.release_file(f"commitments.{suffix}") for suffix in _DUMPS))


def _examples(found: Statistics) -> list[str]:
    """The first instance of each of the classes that newcomers ask for."""
    return sorted({found.examples[str(term)] for term in _EXAMPLES if str(term) in found.examples})


def _partitions(out: Statements, names: Names, found: Statistics) -> None:
    for iri, entities in found.class_entities.items():
        part = names.thing("dataset", f"class-{term_slug(iri)}")
        out.thing(part, (str(VOID.Dataset),), {"es": f"Instancias de {iri}", "en": f"Instances of {iri}"})
        out.add(names.dataset, str(VOID.classPartition), part)
        out.add(part, str(VOID["class"]), iri)
        out.add(part, str(VOID.entities), entities)
    for iri, triples in found.property_triples.items():
        part = names.thing("dataset", f"property-{term_slug(iri)}")
        out.thing(part, (str(VOID.Dataset),), {"es": f"Enunciados con {iri}", "en": f"Statements with {iri}"})
        out.add(names.dataset, str(VOID.propertyPartition), part)
        out.add(part, str(VOID.property), iri)
        out.add(part, str(VOID.triples), triples)
        out.add(part, str(VOID.distinctSubjects), found.property_subjects[iri])


def linksets(found: Statistics) -> Counter[tuple[str, str]]:
    """Triples that link to resources of other sites, by (predicate, `scheme://host/`)."""
    counts: Counter[tuple[str, str]] = Counter()
    for (predicate, space), triples in found.links.items():
        ours = space.startswith(str(CODE).removesuffix("code/")) or space in PREFIXES.values()
        if predicate not in _NOT_LINKING and not ours:
            parts = urlsplit(space)
            if parts.scheme in ("http", "https") and parts.hostname:
                counts[predicate, f"{parts.scheme}://{parts.netloc}/"] += triples
    return counts


def _linksets(out: Statements, names: Names, found: Statistics) -> None:
    for (predicate, site), triples in linksets(found).items():
        host = slug(site)
        target = out.thing(names.thing("dataset", f"site-{host}"), (str(VOID.Dataset),), {"es": site, "en": site})
        out.add(target, str(VOID.uriSpace), typed(site, str(XSD.string)))
        label = {"es": f"Vínculos de {predicate} a {site}", "en": f"Links by {predicate} to {site}"}
        this = out.thing(names.thing("dataset", f"links-{host}-{term_slug(predicate)}"), (str(VOID.Linkset),), label)
        out.add(this, str(VOID.subjectsTarget), names.dataset)
        out.add(this, str(VOID.objectsTarget), target)
        out.add(this, str(VOID.linkPredicate), predicate)
        out.add(this, str(VOID.triples), triples)
        out.add(names.dataset, str(VOID.subset), this)


def _graph(
    out: Statements, draft: Draft, names: Names, name: str, triples: int, sources: list[SourceFacts], software: str
) -> None:
    """One named graph: what it is, how many triples, whose data under which licence, and the run that read it."""
    title = _LAYER_TITLES.get(name) or _source_title(sources, name)
    this = out.thing(names.graph(name), (str(VOID.Dataset), str(PROV.Entity)), title)
    out.text(this, str(DCT.title), title)
    out.add(names.dataset, str(VOID.subset), this)
    out.add(this, str(VOID.triples), triples)
    out.add(this, str(VOID.dataDump), names.latest_file(f"graphs/{name}.nt"))
    for source in sources:
        _source(out, names, this, source, software)
    if name in VOCABULARY_GRAPHS:
        out.add(this, str(DCT.license), _VOCABULARY_LICENCE)
    elif not sources and (licence := draft.settings.get("licence")):
        out.add(this, str(DCT.license), licence)


def _source_title(sources: list[SourceFacts], name: str) -> dict[str, str]:
    if not sources:
        return {"es": f"Grafo {name}", "en": f"Graph {name}"}
    return {tag: f"{_SAYS[tag]} {text}" for tag, text in _both(sources[0].title).items()}


_SAYS = {"es": "Lo que dice la fuente:", "en": "What the source says:"}


def _both(title: dict[str, str]) -> dict[str, str]:
    """The title under both interface languages; a title in one language only is quoted as it is."""
    any_text = next(iter(title.values()), "")
    return {tag: title.get(tag) or any_text for tag in _SAYS}


def _source(out: Statements, names: Names, graph: str, source: SourceFacts, software: str) -> None:
    this = names.thing("source", source.key)
    run = names.thing("run", source.run_key)
    rights = (
        (str(DCT.rights), str(CODE) + "rights/not-stated")
        if source.licence == "not-stated"
        else (str(DCT.license), source.licence)
    )
    out.add(graph, str(PROV.wasDerivedFrom), this)
    out.add(graph, str(PROV.wasGeneratedBy), run)
    out.add(this, str(RDF.type), str(OGCM.Source))
    out.text(this, str(DCT.title), source.title)
    for subject in (graph, this):
        out.add(subject, *rights)
    if source.sha256:
        out.add(this, str(OGCM.sha256), typed(source.sha256, str(XSD.string)))
    out.add(this, str(OGCM.documentStatus), f"{CODE}document-status/{source.status}")
    if source.issued:
        out.add(this, str(DCT.issued), source.issued)
    if source.language != "not-stated":
        out.add(this, str(DCT.language), LANGUAGE + source.language.upper())
    label = {"es": f"Lectura de {source.key}", "en": f"Reading of {source.key}"}
    out.thing(run, (str(OGCM.IngestRun),), label)
    out.add(run, str(PROV.used), this)
    out.add(run, str(OGCM.softwareVersion), typed(software, str(XSD.string)))
    out.add(run, str(DCT.identifier), *(typed(f"{entry.path} sha256:{entry.sha256}", str(XSD.string)) for entry in source.inputs))
