"""schema.org descriptions for search engines, embedded in pages as JSON-LD with its context inside."""

from __future__ import annotations

from typing import Any

from ontology.namespaces import CV, DCT, FOAF, OGCM, ORG, OWL, SCHEMA, SKOS
from sparql_api.documents import View
from sparql_api.formats import GRAPH_FORMATS
from sparql_api.statements import Statements

# schema.org has no type for a public promise, so plans and commitments are what a page can honestly claim: works.
TYPES: dict[str, str] = {
    str(OGCM.Country): "Country",
    str(OGCM.Subdivision): "State",
    str(OGCM.LocalArea): "AdministrativeArea",
    str(CV.PublicOrganisation): "GovernmentOrganization",
    str(OGCM.CivilSocietyOrganisation): "NGO",
    str(OGCM.AcademicInstitution): "Organization",
    str(OGCM.InternationalOrganisation): "Organization",
    str(OGCM.Initiative): "Organization",
    str(OGCM.Forum): "Organization",
    str(ORG.OrganizationalUnit): "GovernmentOrganization",
    str(OGCM.ActionPlan): "CreativeWork",
    str(OGCM.Commitment): "CreativeWork",
    str(OGCM.AssessmentReport): "Report",
    str(SKOS.Concept): "DefinedTerm",
    str(SKOS.ConceptScheme): "DefinedTermSet",
}
_CONTEXT = {"@vocab": str(SCHEMA)}


def schema_org(view: View, statements: Statements, subject: str, title: str, path: str) -> dict[str, Any]:
    """The page as schema:WebPage with the thing as its main entity."""
    edition = view.edition
    about: dict[str, Any] = {"@id": subject, "@type": _type(statements, subject), "name": title}
    description = statements.first(subject, DCT.description)
    if description:
        about["description"] = description
    identifiers = sorted(value.text for value in statements.values(subject, DCT.identifier))
    if identifiers:
        about["identifier"] = identifiers
    whole = [term.value for term in statements.objects(subject, DCT.isPartOf)]
    if whole and about["@type"] == "CreativeWork":
        about["isPartOf"] = {"@id": min(whole)}
    same = sorted(term.value for p in (OWL.sameAs, SKOS.exactMatch) for term in statements.objects(subject, p))
    if same:
        about["sameAs"] = [{"@id": iri} for iri in same]
    homepage = statements.first(subject, FOAF.homepage)
    if homepage:
        about["url"] = {"@id": homepage}
    return {
        "@context": _CONTEXT,
        "@id": edition.links.absolute(path),
        "@type": "WebPage",
        "name": title,
        "inLanguage": view.language,
        "license": {"@id": edition.licence},
        "isPartOf": {"@id": edition.dataset_iri},
        "mainEntity": about,
    }


def _type(statements: Statements, subject: str) -> str:
    found = sorted(TYPES[iri] for iri in statements.types(subject) if iri in TYPES)
    return found[0] if found else "Thing"


def dataset_org(view: View, name: str, description: str, keywords: list[str]) -> dict[str, Any]:
    """The whole graph as schema:Dataset, for the landing page. Unset settings are left out, never invented."""
    edition = view.edition
    links, manifest = edition.links, edition.release.manifest
    data: dict[str, Any] = {
        "@context": _CONTEXT,
        "@id": edition.dataset_iri,
        "@type": "Dataset",
        "name": name,
        "description": description,
        "url": {"@id": links.base},
        "license": {"@id": edition.licence},
        "version": manifest.id,
        "inLanguage": ["es", "en"],
        "keywords": keywords,
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": "Open Commitments contributors"},
        "includedInDataCatalog": {"@type": "DataCatalog", "@id": links.absolute("catalog")},
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": row.media_type,
                "contentUrl": {"@id": links.absolute(f"dumps/commitments.{row.suffix}")},
            }
            for row in GRAPH_FORMATS
        ],
    }
    publisher = manifest.settings.get("publisher")
    if publisher:
        data["publisher"] = {"@type": "Organization", "name": publisher}
    return data
