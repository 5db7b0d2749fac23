"""The n-ary patterns of the model (ontology_design section 6), one function each; mappings of every source use them.

All take and return N-Triples terms (`<iri>`), add their statements to the context's graph and label every node in
Spanish and English.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ingest import terms, uris
from ingest.authority import Mention
from ingest.context import SourceContext
from ingest.values import PartialDate

SDG_SCHEME = "http://metadata.un.org/sdg"
SDG = "sdg"  # the same as contracts name it: flags of a layout may say `scheme: sdg` and the numbers of goals
_ROLE_WORDS = {
    "responsible": ("responsable", "responsible"),
    "co-responsible": ("corresponsable", "co-responsible"),
    "lead": ("dirige", "lead"),
    "support": ("apoya", "supporting"),
    "cso-lead": ("dirige por la sociedad civil", "civil society lead"),
    "implementer": ("ejecuta", "implementer"),
    "facilitator": ("facilita", "facilitator"),
}


def key_of(term: str) -> str:
    """The key at the end of a resource's term, for labels only."""
    return term.rstrip(">").rsplit("/", 1)[-1]


def both(context: SourceContext, template_es: str, template_en: str, **things: str) -> dict[str, str]:
    """Labels in both languages from templates whose fields are terms of described resources or plain text."""

    def filled(template: str, language: str) -> str:
        shown = {name: context.label(value, language) if value.startswith("<") else value for name, value in things.items()}
        return template.format(**shown)

    return {"es": filled(template_es, "es"), "en": filled(template_en, "en")}


def period(context: SourceContext, start: PartialDate | None, end: PartialDate | None) -> str:
    """A period as stated; its key is computed, its comparable bounds are derived later."""
    key = uris.period(start.text if start else None, end.text if end else None)
    subject = context.thing("period", key)
    context.describe(subject, ["dct:PeriodOfTime", "time:Interval"], {"": period_label(start, end)}, None)
    if start:
        context.add(subject, "dcat:startDate", terms.date(start))
    if end:
        context.add(subject, "dcat:endDate", terms.date(end))
    return subject


def period_label(start: PartialDate | None, end: PartialDate | None) -> str:
    return f"{start.text if start else '…'} – {end.text if end else '…'}"


@dataclass(frozen=True)
class Quantity:
    """An exact number, or an exclusive lower bound ("más de 1000")."""

    value: Decimal
    lower_bound: bool


def figure(context: SourceContext, about: tuple[str, str], measure: str, quantity: Quantity, as_of: PartialDate | None, passage: str) -> str:
    """ogcm:Figure of a measure of `about` = (kind, key), as of a date."""
    kind, key = about
    figure_key = uris.figure(kind, key, measure, as_of.text if as_of else None, context.contract.key)
    subject = context.mint("figure", figure_key)
    target = context.thing(kind, key)
    measure_term = context.concept("measure", measure)
    names = context.build.codes["measure"][measure]
    number = f"{quantity.value:f}"
    labels = both(
        context, "{name_es} ({about}): {sign_es}{number}", "{name_en} ({about}): {sign_en}{number}",
        about=target, number=number, name_es=names.get("es", measure), name_en=names.get("en", measure),
        sign_es="más de " if quantity.lower_bound else "", sign_en="more than " if quantity.lower_bound else "",
    )  # fmt: skip
    context.describe(subject, ["ogcm:Figure"], labels, passage)
    context.add(subject, "ogcm:about", target)
    context.add(subject, "ogcm:measure", measure_term)
    if quantity.lower_bound:
        context.add(subject, "schema:minValue", terms.number(quantity.value))
        context.add(subject, "ogcm:boundExclusive", terms.boolean(True))
    else:
        context.add(subject, "schema:value", terms.number(quantity.value))
    if as_of:
        context.add(subject, "ogcm:asOf", terms.date(as_of))
    return subject


def body(context: SourceContext, mention: Mention, passage: str, language: str | None) -> str:
    """The body of a mention: where it is named, how else it is written, and the parent when the cell names it."""
    subject = context.mint(mention.body.kind, mention.body.key)
    context.stated(subject, passage)
    if mention.parent is not None:
        parent = context.mint(mention.parent.kind, mention.parent.key)
        context.stated(parent, passage)
        context.add(subject, "org:subOrganizationOf", parent)
    elif mention.spelling and mention.written != mention.body.name:
        context.add(subject, "skos:altLabel", terms.text(mention.written, language))
    return subject


def responsibility(context: SourceContext, commitment_key: str, role: str, mention: Mention, position: int | None, passage: str, language: str | None) -> str:
    """ogcm:Responsibility: one actor × commitment × role, as this source's series says it."""
    actor = body(context, mention, passage, language)
    key = uris.responsibility(commitment_key, role, mention.body.key, context.contract.series)
    subject = context.mint("responsibility", key)
    word_es, word_en = _ROLE_WORDS[role]
    labels = both(context, "{actor}, {es} ({key})", "{actor}, {en} ({key})", actor=actor, es=word_es, en=word_en, key=commitment_key)
    context.describe(subject, ["ogcm:Responsibility"], labels, passage)
    context.add(subject, "ogcm:forCommitment", context.thing("commitment", commitment_key))
    context.add(subject, "ogcm:actor", actor)
    context.add(subject, "ogcm:role", context.concept("role", role))
    context.add(subject, "ogcm:nameAsWritten", terms.text(mention.written, language))
    if position is not None:
        context.add(subject, "ogcm:position", terms.integer(position))
    return subject


def membership(context: SourceContext, organization: tuple[str, str], member: tuple[str, str], passage: str) -> str:
    """org:Membership of (kind, key) in (kind, key); the caller adds roles and time."""
    subject = context.mint("membership", uris.membership(organization[1], member[0], member[1]))
    whole, part = context.thing(*organization), context.thing(*member)
    labels = both(context, "{part}, miembro de {whole}", "{part}, member of {whole}", part=part, whole=whole)
    context.describe(subject, ["org:Membership"], labels, passage)
    context.add(subject, "org:organization", whole)
    context.add(subject, "org:member", part)
    return subject


def assessment_report(context: SourceContext, key: str, title: str, language: str | None, assessor: str, plan: str, report_type: str, passage: str) -> str:
    """ogcm:AssessmentReport; `assessor` and `plan` are terms."""
    subject = context.mint("report", key)
    context.describe(subject, ["ogcm:AssessmentReport"], {language or "": title}, passage)
    context.add(subject, "dct:title", terms.text(title, language))
    context.add(subject, "ogcm:assessor", assessor)
    context.add(subject, "ogcm:forPlan", plan)
    context.add(subject, "ogcm:reportType", context.concept("report-type", report_type))
    return subject


@dataclass(frozen=True)
class Judgement:
    """What an assessment says, apart from its target: keys and codes, not terms."""

    dimension: str
    verdict: tuple[str, str]  # scheme, code
    assessor: str | None  # org key
    method: str | None
    report: str | None  # report key
    report_type: str | None
    modality: str | None = None
    as_written: str = ""


def assessment(context: SourceContext, target: tuple[str, str], judgement: Judgement, passage: str) -> str:
    """ogcm:Assessment of (kind, key) in one dimension, attributed to its assessor."""
    key = uris.assessment(*target, judgement.assessor, judgement.report_type, judgement.dimension, judgement.method)
    subject = context.mint("assessment", key)
    verdict = context.concept(*judgement.verdict)
    dimension = context.build.codes["dimension"][judgement.dimension]
    shown = _concept_labels(context, *judgement.verdict)
    labels = both(
        context, "{target}, {dim_es}: {verdict_es}", "{target}, {dim_en}: {verdict_en}", target=context.thing(*target),
        dim_es=dimension.get("es", ""), dim_en=dimension.get("en", ""), verdict_es=shown.get("es", ""), verdict_en=shown.get("en", shown.get("es", "")),
    )  # fmt: skip
    context.describe(subject, ["ogcm:Assessment"], labels, passage)
    context.add(subject, "ogcm:target", context.thing(*target))
    context.add(subject, "ogcm:dimension", context.concept("dimension", judgement.dimension))
    context.add(subject, "ogcm:verdict", verdict)
    if judgement.assessor:
        context.add(subject, "ogcm:assessor", context.thing("org", judgement.assessor))
    if judgement.method:
        context.add(subject, "ogcm:methodVersion", context.concept("method", judgement.method))
    if judgement.report:
        context.add(subject, "ogcm:report", context.thing("report", judgement.report))
    if judgement.modality:
        context.add(subject, "ogcm:modality", context.concept("modality", judgement.modality))
    if judgement.as_written:
        context.add(subject, "ogcm:ratingAsWritten", terms.text(judgement.as_written, context.contract.language_tag))
    return subject


def _concept_labels(context: SourceContext, scheme: str, code: str) -> Mapping[str, str]:
    return context.build.list_of(scheme).get(code, {})


AGENCIES = {
    "ogp": "Open Government Partnership",
    "iso": "International Organization for Standardization",
    "inegi": "Instituto Nacional de Estadística y Geografía",
    "mx-cpa": "org-id.guide",
    "wikidata": "Wikidata",
    "geonames": "GeoNames",
}


def identifier(
    context: SourceContext, owner: str, authority: str, outside_id: str, id_scheme: str, passage: str | None = None, *, remember: bool = True,
) -> str:  # fmt: skip
    """An outside identifier as adms:Identifier and as dct:identifier of its owner."""
    subject = context.mint("identifier", uris.identifier(authority, outside_id))
    context.describe(subject, ["adms:Identifier"], {"": outside_id}, passage, remember=remember)
    context.add(subject, "skos:notation", terms.text(outside_id))
    context.add(subject, "adms:schemaAgency", terms.text(AGENCIES[authority]))
    if authority == "ogp":
        context.add(subject, "dct:creator", context.thing("initiative", "ogp"))
    context.add(subject, "dct:type", context.concept("id-scheme", id_scheme))
    context.add(owner, "adms:identifier", subject)
    context.add(owner, "dct:identifier", terms.text(outside_id))
    return subject


def link(context: SourceContext, origin: tuple[str, str], relation: str, target: tuple[str, str] | str, curator: str, reasons: Mapping[str, str], passage: str) -> str:
    """ogcm:Link: a curated or candidate link with its reason (language -> text); `target` is (kind, key) of ours or an IRI."""
    local = relation.partition(":")[2]
    ours = isinstance(target, tuple)
    hashed = "/".join(target) if ours else str(target)
    subject = context.mint("link", uris.link(*origin, local, hashed))
    start = context.thing(*origin)
    end = context.thing(*target) if isinstance(target, tuple) else terms.iri(target)
    sign = "≠" if relation == "owl:differentFrom" else "→"
    labels = both(context, "{start} {sign} {end}", "{start} {sign} {end}", start=start, sign=sign, end=end if ours else hashed)
    context.describe(subject, ["ogcm:Link"], labels, passage)
    context.add(subject, "ogcm:linkFrom", start)
    context.add(subject, "ogcm:linkTo", end)
    context.add(subject, "ogcm:linkRelation", terms.curie(relation))
    context.add(subject, "ogcm:curator", terms.text(curator))
    for language, reason in reasons.items():
        context.add(subject, "ogcm:reason", terms.text(reason, language))
    return subject
