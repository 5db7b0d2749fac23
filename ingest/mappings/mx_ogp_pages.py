"""Facts read in stored OGP pages about Mexico; the pages themselves are not held."""

from __future__ import annotations

from ingest import patterns, terms, uris, values
from ingest.authority import Mention
from ingest.context import SourceContext
from ingest.patterns import Judgement, Quantity
from ingest.readers import Row


def plans(context: SourceContext, row: Row) -> None:
    """OGP's own plan where its identity with a plan of another source is not confirmed."""
    key, area = context.key(row, "key", "plan"), context.key(row, "jurisdiction", "area")
    initiative = context.key(row, "initiative", "initiative")
    if not (key and area and initiative):
        return
    titles = {language: " ".join(row.text(f"title_{language}").split()) for language in ("en", "es")}
    subject = context.mint("plan", key)
    context.describe(subject, ["ogcm:ActionPlan"], titles, context.passage(row))
    for language, title in titles.items():
        context.add(subject, "dct:title", terms.text(title, language))
    context.add(subject, "ogcm:jurisdiction", context.thing("area", area))
    context.add(subject, "ogcm:underInitiative", context.thing("initiative", initiative))
    number, position = context.value(row, "ordinal", values.number_token), context.value(row, "position", values.integer)
    if number:
        context.add(subject, "ogcm:number", terms.text(number))
        context.plan_known(initiative, area, number, key)
    if position is not None:
        context.add(subject, "ogcm:position", terms.integer(position))
    note = context.literal(row, "note")
    if note:
        context.add(subject, "skos:note", note)


def reports(context: SourceContext, row: Row) -> None:
    key, assessor, plan = context.key(row, "key"), context.key(row, "assessor", "org"), context.key(row, "plan", "plan")
    if key and assessor and plan and context.code(row, "type", "report-type"):
        title = " ".join(row.text("title").split())
        patterns.assessment_report(
            context, key, title, context.language(row, "title"), context.thing("org", assessor), context.thing("plan", plan), row.text("type"), context.passage(row)
        )  # fmt: skip


def commitments(context: SourceContext, row: Row) -> None:
    """A row is one of our commitments by the curated identity table only; else it is a resource of its own."""
    ogp_id, plan = row.text("ogp_id"), context.key(row, "plan", "plan")
    if not plan:
        return
    known = context.build.identities.get(("ogp", ogp_id))
    title = " ".join(row.text("title_en").split())
    passage = context.passage(row)
    if known is not None:
        # Described by the source that the curator matched it with; an identity alone mints nothing.
        subject = context.thing("commitment", known)
    else:
        natural = f"ogp {ogp_id}"
        # Neither number nor title is known of it, so the hash is taken over what the page does say: its id.
        proposal = uris.commitment_without_number(plan, title or natural, "")
        subject = context.mint("commitment", proposal, natural=natural)
        context.build.identities["ogp", ogp_id] = patterns.key_of(subject)
        patterns.identifier(context, subject, "ogp", ogp_id, "ogp-commitment", passage)
    context.describe(subject, ["ogcm:Commitment"], {"en": title} if title else {"en": f"OGP commitment {ogp_id}", "es": f"Compromiso {ogp_id} de OGP"}, passage)
    if title:
        context.add(subject, "dct:title", terms.text(title, "en"))
    context.add(subject, "dct:isPartOf", context.thing("plan", plan))


def responsibilities(context: SourceContext, row: Row) -> None:
    commitment = context.build.identities.get(("ogp", row.text("ogp_id")))
    org = context.key(row, "org", "org")
    if commitment is None:
        row.problem("ogp_id", "unknown-key", row.text("ogp_id"), "un compromiso de la tabla commitments", "a commitment of the table commitments")
        return
    if not org or not context.code(row, "role", "role"):
        return
    body = context.build.authority.bodies.get(("org", org))
    if body is None:
        row.problem("org", "unknown-institution", org, "una clave de data/reference/organizations.csv", "a key of data/reference/organizations.csv")
        return
    mention = Mention(" ".join(row.text("name_as_written").split()), body)
    order = context.counters[commitment, row.text("role")] = context.counters[commitment, row.text("role")] + 1
    patterns.responsibility(context, commitment, row.text("role"), mention, order, context.passage(row), context.language(row, "name_as_written"))


def assessments(context: SourceContext, row: Row) -> None:
    if row.text("ogp_id"):
        key = context.build.identities.get(("ogp", row.text("ogp_id")))
        target = ("commitment", key or "")
    else:
        key = context.key(row, "plan", "plan")
        target = ("plan", key or "")
    if not key:
        row.problem("ogp_id", "unknown-key", row.text("ogp_id"), "un compromiso o un plan", "a commitment or a plan")
        return
    report = context.key(row, "report", "report")
    scheme = row.text("scheme")
    if not (context.code(row, "verdict", scheme) and context.code(row, "dimension", "dimension")):
        return
    parts = (report or "").split("_")
    report_type = parts[-1] if len(parts) == 3 else None
    method = row.text("method") if "method" in row.table.columns else None
    # Who found it is known only where the report is: an IRM report. Other findings of the pages name nobody.
    assessor = "int-irm" if report else None
    written = " ".join(row.text("as_written").split())
    judgement = Judgement(row.text("dimension"), (scheme, row.text("verdict")), assessor, method or None, report, report_type, None, written)
    patterns.assessment(context, target, judgement, context.passage(row))


def figures(context: SourceContext, row: Row) -> None:
    kind, key = row.text("about_kind"), context.key(row, "about_key")
    value = context.value(row, "value", values.decimal)
    if key:
        context.refer(kind, key, row, "about_key")
    if key and value is not None and context.code(row, "measure", "measure"):
        passage = context.passage(row, as_written=" ".join(row.text("as_written").split()))
        patterns.figure(context, (kind, key), row.text("measure"), Quantity(value, False), None, passage)


TABLES = {
    "plans": plans,
    "commitments": commitments,
    "reports": reports,
    "responsibilities": responsibilities,
    "assessments": assessments,
    "figures": figures,
}
