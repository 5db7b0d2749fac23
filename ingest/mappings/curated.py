"""Curated decisions: what an editor decided, each with role and reason. Deterministic statements go to graph/curated."""

from __future__ import annotations

import datetime as dt

from ingest import patterns, terms, uris, values
from ingest.authority import INTERNATIONAL, Body, Decision
from ingest.context import SourceContext
from ingest.formats.spreadsheets import unquoted
from ingest.institutions import shown
from ingest.quality import UnmetDecision
from ingest.readers import Row
from ontology.namespaces import KINDS

_IDENTIFIED = {"ogp": ("commitment", "plan")}  # who gives ids -> to what kinds of ours: code/id-scheme has a code of each pair


def _passage(context: SourceContext, row: Row) -> str:
    return context.passage(row, curator=row.text("curator"), reasons=_reasons(row))


def _reasons(row: Row) -> dict[str, str]:
    return {language: row.text(column) for column, language in (("reason", "en"), ("reason_es", "es")) if column in row.table.columns and row.text(column)}


def identity(context: SourceContext, row: Row) -> None:
    """An outside id that a curator gave to one of our resources: identifier, alias, evidence."""
    authority, key = context.one_of(row, "authority", _IDENTIFIED), context.key(row, "key")
    kind = context.one_of(row, "kind", _IDENTIFIED.get(authority, KINDS))
    row.text("row")
    if row.text("series") not in context.build.series:
        row.problem("series", "unknown-series", row.text("series"), "la serie de una fuente", "the series of a source")
    if not (authority and kind and key):
        return
    context.refer(kind, key, row, "key")
    passage = _passage(context, row)
    subject = context.thing(kind, key)
    patterns.identifier(context, subject, authority, row.text("outside_id"), f"{authority}-{kind}", passage)
    context.stated(subject, passage)


def topic_links(context: SourceContext, row: Row) -> None:
    topic, commitment = context.key(row, "topic", "topic"), context.key(row, "commitment", "commitment")
    if not (topic and commitment):
        return
    passage = _passage(context, row)
    origin = context.thing("topic", topic)
    context.add(origin, "ogcm:ledTo", context.thing("commitment", commitment))
    evidence = sorted(set(context.build.passages.get(origin, ())) - {passage})
    link = patterns.link(context, ("topic", topic), "ogcm:ledTo", ("commitment", commitment), row.text("curator"), _reasons(row), passage)
    # Besides the decision itself: the places where the topic and the commitment stand, which it compares.
    same_source = {item.partition("_")[0] for item in evidence}
    evidence += [item for item in context.build.passages.get(context.thing("commitment", commitment), ()) if item.partition("_")[0] in same_source]
    for item in evidence:
        context.stated(link, item)
    context.stated(origin, passage)


def years(context: SourceContext, row: Row) -> None:
    """The year of a date printed without one: checked against the print, the weekday and the stated start."""
    kind, key, name = context.one_of(row, "subject_kind", KINDS), context.key(row, "subject_key"), context.term(row, "property")
    start, end = context.value(row, "start", values.full_date), context.value(row, "end", values.full_date)
    if not (kind and key and name and start):
        return
    context.refer(kind, key, row, "subject_key")
    printed = context.build.written.get((kind, key))
    if printed is not None and printed != row.text("as_written"):
        row.problem("as_written", "year-basis", row.text("as_written"), f"lo impreso en la tabla de la fuente: {printed}", f"what the source's table prints: {printed}")
    _check_year(context, row, start, end)
    subject = context.thing(kind, key)
    passage = _passage(context, row)
    context.add(passage, "ogcm:asWritten", terms.text(row.text("as_written")))
    context.stated(subject, passage)
    if name == "dct:temporal":
        context.add(subject, name, patterns.period(context, start, end))
    else:
        context.add(subject, name, terms.date(start))


def _check_year(context: SourceContext, row: Row, start: values.PartialDate, end: values.PartialDate | None) -> None:
    written = row.text("as_written")
    parts = written.split(" al ") if end is not None else [written]
    for part, date, column in zip(parts, (start, end), ("start", "end"), strict=False):
        try:
            printed = values.written_date(part.strip())
        except ValueError as error:
            row.problem("as_written", "date-as-written", written, *error.args)
            return
        if date is not None and not printed.allows(date):
            row.problem(column, "year-basis", date.text, f"día, mes y día de la semana impresos: {part}", f"day, month and weekday as printed: {part}")
    weekday = row.text("weekday").lower()
    if weekday and values.WEEKDAYS.get(weekday) != start.earliest.weekday():
        row.problem("weekday", "year-basis", weekday, f"el día de la semana de {start.text}", f"the weekday of {start.text}")
    # "process/MX-4_cocreacion 24/may/19": the basis is a stated start, and no date may lie before it.
    origin, _, printed_start = row.text("basis").rpartition(" ")
    kind, _, key = origin.partition("/")
    earliest = _printed_day(printed_start)
    if earliest is None or not (kind and key):
        row.problem("basis", "year-basis", row.text("basis"), "tipo/clave y la fecha impresa del inicio", "kind/key and the start as printed")
        return
    context.refer(kind, key, row, "basis")
    if start.earliest < earliest:
        row.problem("start", "year-basis", start.text, f"no antes de {earliest}", f"not before {earliest}")


def _printed_day(text: str) -> dt.date | None:
    """The first day of a date as printed with its year, or None where the text is no such date."""
    try:
        stated = values.written_date(text)
        return dt.date(stated.year or 0, stated.month or 1, stated.day or 1)
    except ValueError:
        return None


def links_out(context: SourceContext, row: Row) -> None:
    kind, key, target = context.one_of(row, "kind", KINDS), context.key(row, "key"), context.value(row, "target", values.iri)
    relation = context.term(row, "property")
    if not (kind and key and relation and target):
        return
    context.refer(kind, key, row, "key")
    passage = _passage(context, row)
    context.add(context.thing(kind, key), relation, terms.iri(target))
    patterns.link(context, (kind, key), relation, target, row.text("curator"), _reasons(row), passage)


def candidates(context: SourceContext, row: Row) -> None:
    """A likeness that nobody confirmed: a Link node in graph/candidates, never a statement about the things."""
    kind, origin, target = context.one_of(row, "kind", KINDS), context.key(row, "from"), context.key(row, "to")
    relation = context.term(row, "relation")
    if not (kind and origin and relation and target):
        return
    context.build.linked.add(context.build.pair(kind, origin, target))
    for key, column in ((origin, "from"), (target, "to")):
        context.refer(kind, key, row, column)
    passage = _passage(context, row)
    subject = patterns.link(context, (kind, origin), relation, (kind, target), row.text("curator"), _reasons(row), passage)
    score = context.value(row, "score", values.decimal)
    if score is not None:
        if not 0 <= score <= 1:
            row.problem("score", "score", str(score), "un número de 0 a 1", "a number from 0 to 1")
        context.add(subject, "ogcm:score", terms.decimal(score))


def not_same(context: SourceContext, row: Row) -> None:
    """Two things that look alike and are two. The decision is published, and the pair is never proposed again."""
    kind, origin, target = context.one_of(row, "kind", KINDS), context.key(row, "from"), context.key(row, "to")
    row.text("row")
    if not (kind and origin and target):
        return
    build = context.build
    pair = build.pair(kind, origin, target)
    if pair[1] == pair[2]:
        row.problem("to", "same-key", target, "la clave de otro recurso", "the key of another resource")
        return
    if pair in build.linked:
        es, en = "un par del que no hable otra fila, aquí o en candidates.csv", "a pair of which no other row speaks, here or in candidates.csv"
        row.problem("from", "duplicate-key", f"{origin} {target}", es, en)
        return
    build.linked.add(pair)
    build.not_same.add(pair)
    for key, column in ((origin, "from"), (target, "to")):
        context.refer(kind, key, row, column)
    passage = _passage(context, row)
    context.add(context.thing(kind, origin), "owl:differentFrom", context.thing(kind, target))
    patterns.link(context, (kind, origin), "owl:differentFrom", (kind, target), row.text("curator"), _reasons(row), passage)


def _decision(row: Row) -> Decision | None:
    """What the row decides, or None where its columns do not fit together."""
    kind, org = row.peek("decision"), row.peek("org")
    parts = tuple(part.strip() for part in row.peek("parts").split(";") if part.strip())
    orgs = {"body": (org,), "new-body": (org,), "split": parts, "text-only": ()}.get(kind)
    if orgs is None or not all(orgs) or (parts and kind != "split") or (org and not kind.endswith("body")):
        return None
    if kind == "split" and not len(orgs) == len(set(orgs)) > 1:
        return None
    return Decision(kind, orgs, row.peek("role") or None, row.number)


def register_decision(context: SourceContext, row: Row) -> None:
    """First pass: what a text means must be known before any source writes it."""
    decision = _decision(row)
    if decision is not None:
        context.build.authority.decide(row.peek("country"), shown(unquoted(row.peek("as_written"))), decision)


def institutions(context: SourceContext, row: Row) -> None:
    """What an institution's name as a source writes it means in one country or one of its areas."""
    area, written, decision = context.key(row, "country", "area"), unquoted(row.text("as_written")), _decision(row)
    row.text("row")
    for column in ("decision", "org", "parts"):
        row.text(column)
    context.code(row, "role", "role")
    if decision is None:
        es = "body y new-body con org; split con dos o más claves en parts; text-only sin ninguna"
        en = "body and new-body with org; split with two or more keys in parts; text-only with neither"
        row.problem("decision", "decision", row.text("decision"), es, en)
        return
    if not area:
        return
    bodies = _decided_bodies(context, row, decision, area)
    wanted = uris.folded(shown(written))
    registered, met = context.build.authority.decided(area, wanted)
    other = context.build.authority.listed(wanted, area)
    if other is not None and not (decision.kind.endswith("body") and decision.orgs == (other.key,)):
        es = f"un texto que no sea ya un nombre de {other.key} en reference/organizations.csv; quite esta fila, o el nombre de allí"
        en = f"a text that is no name of {other.key} in reference/organizations.csv already; take away this row, or the name there"
        row.problem("as_written", "ambiguous-name", written, es, en)
    elif not row.faulty and registered is not None and registered != decision:
        first = registered.row
        es = f"un texto sobre el que la fila {first} no decida otra cosa; mayúsculas, acentos, puntuación y espacios no los distinguen"
        en = f"a text on which row {first} decides nothing else; case, accents, punctuation and white space do not tell them apart"
        row.problem("as_written", "duplicate-key", written, es, en)
    if not met:
        context.build.quality.unmet.append(UnmetDecision(row.number, row.text("row"), area))
    passage = context.passage(row, as_written=written, curator=row.text("curator"), reasons=_reasons(row))
    for body in bodies:
        subject = context.thing(body.kind, body.key)
        context.stated(subject, passage)
        if decision.kind != "split" and written != body.name:
            context.add(subject, "skos:altLabel", terms.text(written))


def _decided_bodies(context: SourceContext, row: Row, decision: Decision, area: str) -> list[Body]:
    """The bodies of a decision; one that the authority table lacks, or that another country has, is a problem of its column.

    An initiative is none that a decision can name, and of an area that nobody knows only that is said.
    """
    column, found = "parts" if decision.kind == "split" else "org", []
    country = uris.country_of(area)
    known = context.build.registry.used("area", context.build.registry.survivor("area", area))
    for key in decision.orgs:
        body = context.build.authority.body(key)
        if body is None or body.kind != "org":
            row.problem(column, "unknown-key", key, "la clave de un organismo de reference/organizations.csv", "the key of a body of reference/organizations.csv")
        elif known and body.country != INTERNATIONAL and uris.country_of(body.country) != country:
            es = f"un organismo de {country}, o uno internacional; {key} es de {body.country}, y ningún nombre cruza fronteras"
            en = f"a body of {country}, or an international one; {key} is of {body.country}, and no name crosses a border"
            row.problem(column, "other-country", key, es, en)
        else:
            found.append(body)
    return found


TABLES = {
    "identity": identity, "topic-links": topic_links, "years": years, "links-out": links_out, "candidates": candidates, "not-same": not_same,
    "institutions": institutions,
}  # fmt: skip
# Tables read before all others, by the function that looks at each sound row without booking its cells.
FIRST_PASS = {"institutions": register_decision}
# Tables whose statements go to another graph than the source's own.
GRAPHS = {"candidates": "candidates"}
