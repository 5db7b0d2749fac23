"""The catalogue of a release as DCAT-AP 3: catalogue, dataset, its version, a distribution per file, the data service.

Spec: DCAT-AP 3.0.1 over W3C DCAT 3. Only IRIs and literals, no real time: `dct:issued` is the date the release is named by.
"""

from __future__ import annotations

from dataclasses import dataclass

from commitments.release import File
from ingest.publication.draft import Draft
from ingest.publication.names import LANGUAGE, Names, media_type_iri, slug
from ingest.publication.statements import Statements, typed
from ontology.namespaces import DCAT, DCT, FOAF, OWL, PROV, RDF, SKOS, SPDX, VCARD, VOID, XSD

DEFAULT_TITLE = {"es": "Compromisos de gobierno abierto", "en": "Open government commitments"}
DEFAULT_DESCRIPTION = {
    "es": "Planes de acción y compromisos de gobierno abierto como datos abiertos enlazados: quién responde por cada"
    " compromiso, qué problema atiende, cómo avanza, quién lo evaluó y en qué lugar de qué fuente consta cada dato.",
    "en": "Open-government action plans and commitments as linked open data: who answers for each commitment, which"
    " problem it addresses, how it advances, who assessed it, and at which place of which source each fact stands.",
}
_RIGHTS = {
    "es": "La licencia vale para lo que esta publicación ordena, enlaza y afirma por sí misma. Los derechos de estas fuentes, de las que cita pasajes,"
    " no constan: {sources}. Lo que se sabe de cada una está en su descripción y en la de su grafo.",
    "en": "The licence is for what this publication arranges, links and says itself. The rights in these sources, of which it quotes passages, are not"
    " stated: {sources}. What is known of each stands in its description and in that of its graph.",
}
_KEYWORDS = {"es": "gobierno abierto", "en": "open government"}
_THEME = "http://publications.europa.eu/resource/authority/data-theme/GOVE"
_THEME_LABEL = {"es": "Gobierno y sector público", "en": "Government and public sector"}
_PUBLIC = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
_SHA256 = str(SPDX) + "checksumAlgorithm_sha256"
_PROTOCOL = "https://www.w3.org/TR/sparql11-protocol/"
_GZIP = "application/gzip"


@dataclass(frozen=True)
class Described:
    """A file of the release as a distribution. `size` and `sha256` are None for the files that hold this very catalogue."""

    path: str
    media_type: str
    size: int | None
    sha256: str | None

    @property
    def packed(self) -> bool:
        return self.path.endswith(".gz")

    @property
    def key(self) -> str:
        return slug(self.path)

    @classmethod
    def of(cls, file: File, media_type: str | None = None) -> Described:
        return cls(file.path, media_type or file.media_type, file.bytes, file.sha256)


def titles(draft: Draft) -> dict[str, str]:
    return {tag: draft.settings.get(f"title_{tag}") or text for tag, text in DEFAULT_TITLE.items()}


def rights(draft: Draft) -> dict[str, str]:
    """By language, what the licence does not cover: sources that state no licence. Empty where there is none, or no licence."""
    sources = ", ".join(sorted(source.key for source in draft.sources if source.licence == "not-stated"))
    return {tag: text.format(sources=sources) for tag, text in _RIGHTS.items()} if sources and draft.settings.get("licence") else {}


def describe_catalogue(draft: Draft, names: Names, files: list[Described], vocabulary: str) -> Statements:
    """The DCAT statements. `vocabulary` is the version IRI of the vocabulary the release was validated with."""
    out = Statements()
    _describe_terms(out, draft, vocabulary, files)
    publisher = _describe_publisher(out, draft, names)
    _catalogue(out, draft, names, publisher)
    _service(out, draft, names, publisher)
    for dataset in (names.dataset, names.version):
        _dataset(out, draft, names, dataset, publisher, vocabulary)
    _versions(out, names)
    for file in files:
        _distributions(out, draft, names, file)
    if text := rights(draft):
        statement = out.thing(names.thing("catalog", "rights"), (str(DCT.RightsStatement),), text)
        for subject in (names.catalog, names.dataset, names.version):
            out.add(subject, str(DCT.rights), statement)
    return out


def _describe_terms(out: Statements, draft: Draft, vocabulary: str, files: list[Described]) -> None:
    """Type the foreign resources named here, so that the catalogue validates by itself."""
    out.add(_THEME, str(RDF.type), str(SKOS.Concept))
    out.text(_THEME, str(SKOS.prefLabel), _THEME_LABEL)
    out.add(_PUBLIC, str(RDF.type), str(DCT.RightsStatement))
    out.add(_SHA256, str(RDF.type), str(SPDX.ChecksumAlgorithm))
    for standard in (vocabulary, _PROTOCOL):
        out.add(standard, str(RDF.type), str(DCT.Standard))
    for language in ("SPA", "ENG"):
        out.add(LANGUAGE + language, str(RDF.type), str(DCT.LinguisticSystem))
    out.add(draft.base, str(RDF.type), str(FOAF.Document))
    for media_type in {_GZIP, *(file.media_type for file in files)}:
        out.add(media_type_iri(media_type), str(RDF.type), str(DCT.MediaType))
    if licence := draft.settings.get("licence"):
        out.add(licence, str(RDF.type), str(DCT.LicenseDocument))


def _describe_publisher(out: Statements, draft: Draft, names: Names) -> str | None:
    name = draft.settings.get("publisher")
    if not name:
        return None
    agent = draft.settings.get("publisher_iri") or names.thing("catalog", "publisher")
    out.add(agent, str(RDF.type), str(FOAF.Agent))
    out.add(agent, str(FOAF.name), typed(name, str(XSD.string)))
    return agent


def _common(out: Statements, draft: Draft, subject: str, publisher: str | None) -> None:
    out.text(subject, str(DCT.title), titles(draft))
    if publisher:
        out.add(subject, str(DCT.publisher), publisher)
    if licence := draft.settings.get("licence"):
        out.add(subject, str(DCT.license), licence)


def _catalogue(out: Statements, draft: Draft, names: Names, publisher: str | None) -> None:
    this = out.thing(names.catalog, (str(DCAT.Catalog),), titles(draft))
    _common(out, draft, this, publisher)
    out.text(this, str(DCT.description), _descriptions(draft))
    out.add(this, str(DCT.issued), draft.issued)
    out.add(this, str(DCT.modified), draft.issued)
    out.add(this, str(DCT.language), LANGUAGE + "SPA", LANGUAGE + "ENG")
    out.add(this, str(FOAF.homepage), draft.base)
    out.add(this, str(DCAT.dataset), names.dataset, names.version)
    out.add(this, str(DCAT.service), names.service)


def _dataset(out: Statements, draft: Draft, names: Names, this: str, publisher: str | None, vocabulary: str) -> None:
    out.thing(this, (str(DCAT.Dataset), str(VOID.Dataset), str(PROV.Entity)), titles(draft))
    _common(out, draft, this, publisher)
    out.text(this, str(DCT.description), _descriptions(draft))
    out.text(this, str(DCAT.keyword), _KEYWORDS)
    out.add(this, str(DCT.issued), draft.issued)
    out.add(this, str(DCT.modified), draft.issued)
    out.add(this, str(DCT.language), LANGUAGE + "SPA", LANGUAGE + "ENG")
    out.add(this, str(DCT.accessRights), _PUBLIC)
    out.add(this, str(DCT.conformsTo), vocabulary)
    out.add(this, str(DCAT.theme), _THEME)
    out.add(this, str(DCAT.landingPage), draft.base)
    out.add(this, str(DCT.identifier), typed(this, str(XSD.string)))
    out.add(this, str(PROV.wasDerivedFrom), *(names.thing("source", source.key) for source in draft.sources))
    if contact := draft.settings.get("contact"):
        card = names.thing("catalog", "contact")
        out.add(card, str(RDF.type), str(VCARD.Kind))
        out.add(card, str(VCARD.hasEmail if contact.startswith("mailto:") else VCARD.hasURL), contact)
        if publisher := draft.settings.get("publisher"):
            out.add(card, str(VCARD.fn), typed(publisher, str(XSD.string)))
        out.add(this, str(DCAT.contactPoint), card)


def _versions(out: Statements, names: Names) -> None:
    out.add(names.dataset, str(DCAT.hasVersion), names.version)
    out.add(names.dataset, str(DCAT.hasCurrentVersion), names.version)
    out.add(names.version, str(DCAT.isVersionOf), names.dataset)
    out.add(names.version, str(DCAT.version), typed(names.release, str(XSD.string)))
    out.add(names.version, str(OWL.versionInfo), typed(names.release, str(XSD.string)))


def _service(out: Statements, draft: Draft, names: Names, publisher: str | None) -> None:
    title = {"es": "Punto de consulta SPARQL", "en": "SPARQL endpoint"}
    this = out.thing(names.service, (str(DCAT.DataService),), title)
    out.text(this, str(DCT.title), title)
    if publisher:
        out.add(this, str(DCT.publisher), publisher)
    if licence := draft.settings.get("licence"):
        out.add(this, str(DCT.license), licence)
    out.add(this, str(DCAT.endpointURL), names.endpoint)
    out.add(this, str(DCAT.endpointDescription), names.endpoint)
    out.add(this, str(DCAT.servesDataset), names.dataset, names.version)
    out.add(this, str(DCT.conformsTo), _PROTOCOL)


def _distributions(out: Statements, draft: Draft, names: Names, file: Described) -> None:
    """One distribution under the stable name, one under the release's; both are the same bytes and share the checksum."""
    checksum = None
    if file.sha256 is not None:
        checksum = names.thing("distribution", f"{file.key}-sha256_{names.release}")
        out.add(checksum, str(RDF.type), str(SPDX.Checksum))
        out.add(checksum, str(SPDX.algorithm), _SHA256)
        out.add(checksum, str(SPDX.checksumValue), typed(file.sha256, str(XSD.hexBinary)))
    for dataset, key, address, folder in (
        (names.dataset, file.key, names.latest_file(file.path), names.latest_file("")),
        (names.version, f"{file.key}_{names.release}", names.release_file(file.path), names.release_file("")),
    ):
        label = {"es": f"{file.path} (descarga)", "en": f"{file.path} (download)"}
        this = out.thing(names.thing("distribution", key), (str(DCAT.Distribution),), label)
        out.add(dataset, str(DCAT.distribution), this)
        out.text(this, str(DCT.title), label)
        out.add(this, str(DCAT.accessURL), folder)
        out.add(this, str(DCAT.downloadURL), address)
        out.add(this, str(DCAT.mediaType), media_type_iri(file.media_type))
        out.add(this, str(DCT.issued), draft.issued)
        if file.packed:
            out.add(this, str(DCAT.compressFormat), media_type_iri(_GZIP))
        if licence := draft.settings.get("licence"):
            out.add(this, str(DCT.license), licence)
        if checksum is not None and file.size is not None:
            out.add(this, str(SPDX.checksum), checksum)
            out.add(this, str(DCAT.byteSize), typed(str(file.size), str(XSD.nonNegativeInteger)))


def _descriptions(draft: Draft) -> dict[str, str]:
    return {tag: draft.settings.get(f"description_{tag}") or text for tag, text in DEFAULT_DESCRIPTION.items()}
