"""Bodies, memberships, and the moments and changes of their history."""

from __future__ import annotations

from ingest import patterns, terms, uris, values
from ingest.context import SourceContext
from ingest.mappings.mx_ogp_deck.cells import checked_date, text
from ingest.readers import Row


def organizations(context: SourceContext, row: Row) -> None:
    """Bodies that the deck introduces outside the tables of commitments."""
    kind, key, written = row.text("clave_tipo"), context.key(row, "clave"), row.text("nombre_escrito")
    known = context.build.authority.bodies.get((kind, key or ""))
    if key is None or known is None:
        row.problem("clave", "unknown-institution", key or "", "una clave de data/reference/organizations.csv", "a key of data/reference/organizations.csv")
        return
    subject = context.mint(kind, key)
    context.stated(subject, context.passage(row, as_written=written))
    # An acronym or a name in another language than the deck's carries its own tag, or none.
    language = row.text("idioma")
    if written and uris.folded(written) != uris.folded(known.name):
        context.add(subject, "skos:altLabel", terms.text(written, None if language == "siglas" else language or context.contract.language_tag))
    page = context.value(row, "pagina", values.iri)
    if page:
        context.add(subject, "foaf:homepage", terms.iri(page))


def founders(context: SourceContext, row: Row) -> None:
    area = context.key(row, "pais", "area")
    if not area:
        return
    written = row.text("pais_escrito")
    known = context.build.area_names.get(area)
    if known is not None and uris.folded(written) not in known:
        row.problem("pais", "label", area, f"la clave del país llamado {written}", f"the key of the country called {written}")
    passage = context.passage(row, as_written=row.text("como_escrito"))
    subject = patterns.membership(context, ("initiative", "ogp"), ("area", area), passage)
    context.stated(context.mint("area", area), passage)
    for role in row.text("rol").split(";"):
        try:
            context.add(subject, "org:role", context.concept("member-role", role.strip()))
        except LookupError:
            row.problem("rol", "code", role, "un código de member-role", "a code of member-role")
    region = context.code(row, "region", "region")
    if region:
        context.add(subject, "ogcm:region", region)
    text(context, row, subject, "pais_escrito", "ogcm:nameAsWritten")
    since = context.value(row, "miembro_desde", values.partial_date)
    if since:
        context.add(subject, "org:memberDuring", patterns.period(context, since, None))


def states(context: SourceContext, row: Row) -> None:
    area = context.key(row, "estado", "area")
    if not area:
        return
    written, named = row.text("nombre_escrito"), context.label(context.thing("area", area), "es")
    if written != named:
        row.problem("nombre_escrito", "label", written, f"el nombre de {area}: {named}", f"the name of {area}: {named}")
    passage = context.passage(row)
    subject = patterns.membership(context, ("initiative", "mx-ejercicios-locales"), ("area", area), passage)
    context.stated(context.mint("area", area), passage)
    context.add(subject, "org:role", context.concept("member-role", "participant"))
    text(context, row, subject, "nombre_escrito", "ogcm:nameAsWritten")
    # The list has no date of its own: "were members" is attested for the day of the deck.
    context.add(subject, "ogcm:attestedOn", terms.typed(context.date, "date"))


def memberships(context: SourceContext, row: Row) -> None:
    organization, member = context.key(row, "organizacion", "org"), context.key(row, "miembro", "org")
    if not (organization and member):
        return
    subject = patterns.membership(context, ("org", organization), ("org", member), context.passage(row, as_written=row.text("motivo_escrito")))
    end = context.value(row, "fin", values.partial_date)
    if end:
        context.add(subject, "org:memberDuring", patterns.period(context, None, end))
    plan = context.key(row, "durante_plan", "plan")
    if plan:
        context.add(subject, "ogcm:duringPlan", context.thing("plan", plan))
    text(context, row, subject, "motivo", "ogcm:reason")


def moments(context: SourceContext, row: Row) -> None:
    key = context.key(row, "clave")
    if not key:
        return
    subject = context.mint("event", key)
    label = " ".join(row.text("texto").split())
    context.describe(subject, ["ogcm:KeyMoment"], {"es": label}, context.passage(row, as_written=row.text("fecha_escrita")))
    text(context, row, subject, "texto", "dct:description")
    for about in filter(None, (item.strip() for item in row.text("sobre").split(";"))):
        kind, _, about_key = about.partition("/")
        context.refer(kind, about_key, row, "sobre")
        try:
            context.add(subject, "ogcm:about", context.thing(kind, about_key))
        except ValueError:
            row.problem("sobre", "kind", about, "tipo/clave, p. ej. plan/MX-4", "kind/key, e.g. plan/MX-4")
    date = checked_date(context, row, "fecha_escrita", "fecha")
    if date:
        context.add(subject, "dct:date", terms.date(date))
    text(context, row, subject, "resultado", "ogcm:outcomeAsStated")


def changes(context: SourceContext, row: Row) -> None:
    key, kind = context.key(row, "clave"), context.code(row, "tipo", "change-kind")
    if not (key and kind):
        return
    subject = context.mint("event", key)
    context.describe(subject, ["org:ChangeEvent"], {"es": " ".join(row.text("texto").split())}, context.passage(row))
    text(context, row, subject, "texto", "dct:description")
    context.add(subject, "ogcm:changeKind", kind)
    for column, predicate in (("original", "org:originalOrganization"), ("resultante", "org:resultingOrganization")):
        body = context.key(row, column, "org")
        if body:
            context.add(subject, predicate, context.thing("org", body))
    date = context.value(row, "fecha", values.partial_date)
    if date:
        context.add(subject, "dct:date", terms.date(date))
    plan = context.key(row, "durante_plan", "plan")
    if plan:
        context.add(subject, "ogcm:duringPlan", context.thing("plan", plan))
