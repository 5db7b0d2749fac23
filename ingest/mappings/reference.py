"""Reference tables: countries, federal entities, OGP's local members, goals, bodies, and the deployment's concept schemes."""

from __future__ import annotations

from ingest import languages, patterns, terms, uris, values
from ingest.authority import INTERNATIONAL, Body
from ingest.context import SourceContext
from ingest.problems import Problem
from ingest.readers import Row

BODIES = ("org", "initiative")  # kinds of what the table of bodies describes
SDG_TITLE = {"es": "Objetivos de Desarrollo Sostenible", "en": "Sustainable Development Goals"}


def countries(context: SourceContext, row: Row) -> None:
    iso2 = row.text("iso2")
    subject = _area(context, row, iso2, "ogcm:Country", {"en": row.text("name_en"), "es": row.text("name_es")})
    if subject is None:
        return
    if "also_written_es" in row.cells:
        row.text("also_written_es")  # only for checking what sources write
    _other_names(context, row, subject)
    patterns.identifier(context, subject, "iso", iso2, "iso-3166-1")
    # Alpha-3 and numeric codes name the same entry of ISO 3166-1.
    for column in ("iso3", "numeric"):
        if row.text(column):
            patterns.identifier(context, subject, "iso", row.text(column), "iso-3166-1")
    _ogp_prefix(context, row, subject)
    _outside(context, row, subject)


def register_country(context: SourceContext, row: Row) -> None:
    """First pass: what sources may call a country. "Inglaterra" may mean the United Kingdom without being its name."""
    iso2 = row.peek("iso2")
    names = [row.peek("name_en"), row.peek("name_es"), *_listed(row.peek("also_written_en"))]
    context.build.area_names[iso2] = {uris.folded(name) for name in (*names, *_listed(row.peek("also_written_es"))) if name}
    context.build.places.add_country(iso2, names, [row.peek("iso3"), row.peek("ogp_prefix")], row.peek("ogp_prefix"))


def entities(context: SourceContext, row: Row) -> None:
    iso = row.text("iso")
    subject = _area(context, row, iso, "ogcm:Subdivision", {"es": row.text("name_es")})
    if subject is None:
        return
    context.add(subject, "dct:isPartOf", context.thing("area", uris.country_of(iso)))
    official = row.text("name_official")
    if official and official != row.text("name_es"):
        context.add(subject, "skos:altLabel", terms.text(official, "es"))
    patterns.identifier(context, subject, "iso", iso, "iso-3166-2")
    patterns.identifier(context, subject, "inegi", row.text("inegi"), "inegi")
    _outside(context, row, subject)


def register_entity(context: SourceContext, row: Row) -> None:
    iso = row.peek("iso")
    context.build.places.add_local(iso, uris.country_of(iso), [row.peek("name_es"), row.peek("name_official")])
    context.build.places.entities.add(iso)


def ogp_locals(context: SourceContext, row: Row) -> None:
    """Local members of OGP. One that another reference table describes gets only what this table adds."""
    key, country = context.key(row, "area"), context.key(row, "country", "area")
    if not key or not country:
        return
    names = {"en": row.text("name_en"), "es": row.text("name_es")}
    class_name = context.term(row, "class")
    row.text("seen_in")  # where the member was found; for whoever curates the table
    if not class_name:
        return
    if key in context.build.places.entities:
        subject = context.mint("area", key)
        context.stated(subject, context.passage(row))
        if names["en"] != names["es"]:
            context.add(subject, "skos:altLabel", terms.text(names["en"], "en"))
    else:
        found = _area(context, row, key, class_name, names, "area")
        if found is None:
            return
        subject = found
        context.add(subject, "dct:isPartOf", context.thing("area", country))
        if class_name == "ogcm:Subdivision":
            patterns.identifier(context, subject, "iso", key, "iso-3166-2")
    _other_names(context, row, subject)
    _ogp_prefix(context, row, subject)
    if row.text("ogp_code"):
        context.add(subject, "skos:note", terms.text(f"OGP code: {row.text('ogp_code')}", "en"))


def register_local(context: SourceContext, row: Row) -> None:
    names = [row.peek("name_en"), row.peek("name_es"), *_listed(row.peek("also_written_en"))]
    context.build.places.add_local(row.peek("area"), row.peek("country"), names, [row.peek("ogp_code"), row.peek("ogp_prefix")], row.peek("ogp_prefix"))


def _listed(cell: str) -> list[str]:
    return [name.strip() for name in cell.split(";") if name.strip()]


def _other_names(context: SourceContext, row: Row, subject: str) -> None:
    """Other English names; the column is optional."""
    for name in _listed(row.text("also_written_en")) if "also_written_en" in row.cells else ():
        context.add(subject, "skos:altLabel", terms.text(name, "en"))


def _ogp_prefix(context: SourceContext, row: Row, subject: str) -> None:
    """OGP's prefix is no ISO code and no identifier of the area: it only starts ids of commitments."""
    if row.text("ogp_prefix"):
        context.add(subject, "skos:note", terms.text(f"OGP id prefix: {row.text('ogp_prefix')}", "en"))


def _area(context: SourceContext, row: Row, iso: str, class_name: str, names: dict[str, str], column: str | None = None) -> str | None:
    try:
        uris.check_key(iso)
    except ValueError:
        row.problem(column or row.table.row_keys[0], "key", iso, "un código ISO 3166", "an ISO 3166 code")
        return None
    subject = context.mint("area", iso)
    labels = {language: name for language, name in names.items() if name}
    context.describe(subject, [class_name], labels, context.passage(row))
    for language, name in labels.items():
        context.add(subject, "skos:prefLabel", terms.text(name, language))
    context.add(subject, "skos:notation", terms.text(iso))
    own = iso in context.build.settings.own_jurisdictions or uris.country_of(iso) in context.build.settings.own_jurisdictions
    context.add(subject, "ogcm:authority", context.concept("authority", "own" if own else "reference"))
    return subject


def _outside(context: SourceContext, row: Row, subject: str) -> None:
    for authority in ("wikidata", "geonames"):
        if row.text(authority):
            patterns.identifier(context, subject, authority, row.text(authority), authority)


def goals(context: SourceContext, row: Row) -> None:
    """UN goals keep the UN's own addresses; only the labels we show are repeated."""
    uri = context.value(row, "uri", values.iri)
    number = context.value(row, "goal", values.integer)
    if not uri or number is None:
        return
    subject, scheme, passage = terms.iri(uri), terms.iri(patterns.SDG_SCHEME), context.passage(row)
    labels = {"es": row.text("label_es"), "en": row.text("label_en")}
    context.build.outside[patterns.SDG][str(number)] = uri
    context.describe(subject, ["sdgo:Goal", "skos:Concept"], labels, passage)
    if number == 1:
        # The whole agenda, which a plan may name without naming a goal.
        context.describe(scheme, ["skos:ConceptScheme"], SDG_TITLE, passage)
        for language, title in SDG_TITLE.items():
            context.add(scheme, "skos:prefLabel", terms.text(title, language))
    for language, label in labels.items():
        context.add(subject, "skos:prefLabel", terms.text(label, language))
    context.add(subject, "skos:notation", terms.text(str(number)))
    for relation in ("skos:inScheme", "skos:topConceptOf"):
        context.add(subject, relation, scheme)


def organizations(context: SourceContext, row: Row) -> None:
    key, kind, class_name = context.key(row, "key"), context.one_of(row, "kind", BODIES), context.term(row, "class")
    if not (key and kind and class_name):
        return
    language = context.value(row, "language", languages.tag)  # None: a name is not tagged with a language that nobody stated
    subject = context.mint(kind, key)
    passage = context.passage(row)
    english = [spelling for spelling, tag in _spellings(row, language) if tag == "en" and language != "en"]
    # A body of the world that has one name in English is called by it in English, too.
    labels = {language or "": row.text("name")} | ({"en": english[0]} if len(english) == 1 else {})
    context.describe(subject, [class_name], labels, passage)
    context.add(subject, "skos:prefLabel", terms.text(row.text("name"), language))
    if row.text("acronym"):
        context.add(subject, "ogcm:acronym", terms.text(row.text("acronym")))
    if row.text("type"):
        body_type = context.code(row, "type", "org-type")
        if body_type:
            context.add(subject, "dct:type", body_type)
    area = context.key(row, "area", "area")
    if area:
        context.add(subject, "dct:spatial", context.thing("area", area))
    parent = context.key(row, "parent", "org")
    if parent:
        context.add(subject, "org:subOrganizationOf", context.thing("org", parent))
    for spelling, tag in _spellings(row, language):
        if spelling not in (row.text("name"), row.text("acronym")):
            context.add(subject, "skos:altLabel", terms.text(spelling, tag))
    if row.text("mx_cpa"):
        patterns.identifier(context, subject, "mx-cpa", row.text("mx_cpa"), "mx-cpa", passage)
    if row.text("note"):
        context.add(subject, "skos:note", terms.text(row.text("note"), row.column("note").language or "en"))


def _spellings(row: Row, language: str | None) -> list[tuple[str, str | None]]:
    """Other spellings of a body with their language; the column of English ones is optional."""
    columns = [("also_written", language), ("also_written_en", "en")]
    return [(item.strip(), tag) for name, tag in columns if name in row.cells for item in row.text(name).split(";") if item.strip()]


def register_body(context: SourceContext, row: Row) -> None:
    """First pass: the authority table must be whole before any source names a body."""
    kind, key = row.peek("kind"), row.peek("key")
    if not key or kind not in BODIES:
        return  # the second pass names the cell
    name, class_name = row.peek("name"), row.peek("class")
    others = {"acronym": [row.peek("acronym")] if row.peek("acronym") else []}
    others |= {column: _listed(row.peek(column)) for column in ("also_written", "also_written_en")}
    spellings = tuple(spelling for column in ("also_written", "also_written_en", "acronym") for spelling in others[column])
    public = class_name in ("cv:PublicOrganisation", "org:OrganizationalUnit")
    # A body of one state is named by its bare name ("Poder Judicial") in that state alone: it is known there, not in the country.
    area = INTERNATIONAL if class_name == "ogcm:InternationalOrganisation" else row.peek("area") or INTERNATIONAL
    authority = context.build.authority
    body = Body(kind, key, name, row.peek("parent") or None, area, spellings, public)
    if authority.add(body) is None:
        return
    for column, names in {"name": [name], **others}.items():
        for spelling in names:
            other = authority.listed(uris.folded(spelling), area)
            if other is not None and other is not body:
                es, en = f"un nombre que {other.key} no tenga ya en {_where(area, 'es')}", f"a name that {other.key} does not have already in {_where(area, 'en')}"
                # The reader of a first pass keeps its problems to itself; this one is found in no other pass.
                context.build.problems.add(Problem(row.file.shown, row.number, column, "ambiguous-name", spelling, es, en))


def _where(area: str, language: str) -> str:
    """How messages name the area in which a name is one body's."""
    if area != INTERNATIONAL:
        return area
    return "todas partes (sin área)" if language == "es" else "every area (it has none)"


def scheme_titles(context: SourceContext, row: Row) -> None:
    scheme = row.text("scheme")
    subject = terms.iri(context.build.addresses.concept(scheme))
    labels = {language: row.text(f"title_{language}") for language in ("es", "en") if row.text(f"title_{language}")}
    context.describe(subject, ["skos:ConceptScheme"], labels, context.passage(row))
    for language, label in labels.items():
        context.add(subject, "dct:title", terms.text(label, language))
        context.add(subject, "skos:prefLabel", terms.text(label, language))
    method = context.code(row, "method")
    if method:
        context.add(subject, "ogcm:forMethod", method)
        context.build.list_methods[scheme] = row.text("method")


TABLES = {
    "concept-schemes": scheme_titles,
    "countries": countries,
    "mx-entities": entities,
    "ogp-locals": ogp_locals,
    "sdg-goals": goals,
    "organizations": organizations,
}
# Tables read before all others, by the function that looks at each row without booking its cells.
FIRST_PASS = {"countries": register_country, "mx-entities": register_entity, "ogp-locals": register_local, "organizations": register_body}
