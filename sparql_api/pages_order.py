"""Which properties a page shows first, which it shows elsewhere, and which columns the tables of nodes have."""

from __future__ import annotations

from ontology.namespaces import ADMS, DCAT, DCT, FOAF, OGCM, ORG, OWL, RDF, RDFS, SCHEMA, SKOS

_ORDER = (
    OGCM.number, DCT.title, OGCM.acronym, SKOS.altLabel, SKOS.notation, DCT.description, SKOS.definition, SKOS.note,
    DCT.isPartOf, OGCM.forPlan, OGCM.forCommitment, OGCM.jurisdiction, OGCM.underInitiative, DCT.temporal, DCT.date,
    OGCM.origin, OGCM.axis, OGCM.hasAxis, DCT.subject, OGCM.addresses, OGCM.objective, OGCM.responsible,
    OGCM.coResponsible, OGCM.lead, OGCM.supporting, OGCM.leadInstitutionText, OGCM.supportingInstitutionText,
    OGCM.actor, OGCM.role, OGCM.nameAsWritten, OGCM.declaredCommitmentCount, OGCM.contributesTo, OGCM.continues,
    OGCM.narrowerThan, OGCM.ledTo, OGCM.workshopDate, ORG.subOrganizationOf, ORG.organization, ORG.member, ORG.role,
    ORG.memberDuring, OGCM.attestedOn, OGCM.about, OGCM.measure, SCHEMA.value, SCHEMA.minValue, OGCM.boundExclusive,
    OGCM.asOf, OGCM.target, OGCM.dimension, OGCM.verdict, OGCM.ratingAsWritten, OGCM.assessor, OGCM.modality,
    OGCM.confidence, OGCM.methodVersion, OGCM.report, OGCM.reportType, OGCM.status, OGCM.progressPercent,
    OGCM.goalPercent, OGCM.observedOn, OGCM.reportedBy, DCAT.startDate, DCAT.endDate, OGCM.earliestStart,
    OGCM.latestEnd, OGCM.locator, OGCM.asWritten, OGCM.curator, OGCM.reason, OGCM.linkFrom, OGCM.linkRelation,
    OGCM.linkTo, OGCM.score, SKOS.inScheme, SKOS.topConceptOf, SKOS.broader, SKOS.narrower, DCT.identifier,
    ADMS.identifier, DCT.publisher, DCT.issued, DCT.language, DCT.type, DCT.license, DCT.rights, OGCM.documentStatus,
    OGCM.sha256, FOAF.homepage, OGCM.tracker, FOAF.page, RDFS.seeAlso, OWL.sameAs, OWL.differentFrom, SKOS.exactMatch, SKOS.closeMatch,
    OGCM.lastSeenIn,
)  # fmt: skip
FACT_ORDER: dict[str, int] = {str(iri): position for position, iri in enumerate(_ORDER)}

# Texts whose language variants say the same: a page shows the reader's.
TRANSLATED: frozenset[str] = frozenset(
    str(iri)
    for iri in (DCT.title, DCT.description, SKOS.note, SKOS.definition, SKOS.scopeNote, OGCM.reason, OGCM.locator)
)
# Shown as title, badge or section of their own, or only a key to sort by.
HIDDEN_FACTS: frozenset[str] = frozenset(
    str(iri) for iri in (RDF.type, RDFS.label, SKOS.prefLabel, OGCM.statedIn, OGCM.position)
)

# Tables of things that have full pages of their own: where each is stated is read there.
WITHOUT_SOURCES: frozenset[str] = frozenset({str(OGCM.Commitment), str(OGCM.ActionPlan)})
SELF = "self"  # the column that names the node itself
SELF_IN_FULL = "self in full"  # the same, with the description in place of the (shortened) name
PLAN = "plan"  # what the node is part of, under the name that readers know: one number alone says nothing across plans
# Class -> columns of its table. A column whose cells are all empty, or all the thing of the page, is left out.
COLUMNS: dict[str, tuple[object, ...]] = {
    # Exports name bodies as leading ones, the deck as responsible ones: a column without cells is left out.
    str(OGCM.Commitment): (PLAN, OGCM.number, SELF, OGCM.origin, OGCM.responsible, OGCM.coResponsible, OGCM.lead),
    str(OGCM.ActionPlan): (OGCM.number, SELF, DCT.temporal, OGCM.declaredCommitmentCount),
    str(OGCM.Milestone): (OGCM.number, SELF, DCT.temporal),
    str(OGCM.Activity): (OGCM.number, SELF),
    str(OGCM.Problem): (SELF_IN_FULL,),
    str(OGCM.Objective): (SELF_IN_FULL,),
    str(OGCM.Responsibility): (OGCM.actor, OGCM.forCommitment, OGCM.role, OGCM.nameAsWritten),
    str(OGCM.Assessment): (
        OGCM.target, OGCM.dimension, OGCM.verdict, OGCM.ratingAsWritten, OGCM.methodVersion, OGCM.assessor, OGCM.modality, OGCM.report,
    ),
    str(OGCM.StatusReport): (
        OGCM.target, OGCM.status, OGCM.progressPercent, OGCM.goalPercent, OGCM.observedOn, OGCM.reportedBy,
        OGCM.ratingAsWritten,
    ),
    str(OGCM.Figure): (OGCM.about, OGCM.measure, SCHEMA.value, OGCM.asOf),
    str(OGCM.KeyMoment): (DCT.date, SELF, OGCM.outcomeAsStated),
    str(OGCM.PriorityTopic): (SELF, OGCM.axis, OGCM.workshopDate, OGCM.addresses, OGCM.ledTo),
    str(OGCM.Stage): (SELF, DCT.temporal, SKOS.note),
    str(ORG.Membership): (
        ORG.organization, ORG.member, ORG.role, OGCM.region, ORG.memberDuring, OGCM.attestedOn, OGCM.nameAsWritten,
        OGCM.duringPlan, OGCM.reason,
    ),
    str(ORG.ChangeEvent): (
        SELF, OGCM.changeKind, DCT.date, ORG.originalOrganization, ORG.resultingOrganization, OGCM.reason,
    ),
    str(OGCM.Link): (OGCM.linkFrom, OGCM.linkRelation, OGCM.linkTo, OGCM.reason, OGCM.curator),
    str(OGCM.Discrepancy): (OGCM.onProperty, OGCM.hasClaim),
    str(OGCM.Claim): (SELF, OGCM.claimedValue),
}  # fmt: skip
# Codes of the scheme `role` as a reader expects them; others follow.
ROLE_ORDER: tuple[str, ...] = ("responsible", "co-responsible", "lead", "support", "cso-lead", "implementer", "facilitator")
# Order of the tables on a page; several classes may stand in it that no page has together.
TABLE_ORDER: tuple[str, ...] = (
    str(OGCM.Problem), str(OGCM.Objective), str(OGCM.Commitment), str(OGCM.ActionPlan), str(OGCM.Responsibility),
    str(OGCM.Milestone), str(OGCM.Activity), str(OGCM.StatusReport), str(OGCM.Assessment), str(OGCM.PriorityTopic),
    str(OGCM.Stage), str(OGCM.Figure), str(ORG.Membership), str(ORG.ChangeEvent), str(OGCM.KeyMoment),
    str(OGCM.Discrepancy), str(OGCM.Claim), str(OGCM.Link),
)  # fmt: skip
