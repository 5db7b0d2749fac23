"""Releases of made-up commitments at any size, shaped like the real ones and written by the product's own publication.

Same classes, properties, codes, kinds of text and graphs as a build makes from tables: plan documents, an export of the
review body, a tracker per jurisdiction, reference tables, curated and derived statements, vocabulary and shapes. Nothing
in them is true but the names of countries. What is generated follows from the number of statements asked for alone.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import random
import shutil
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

import ontology
import shapes
from benchmarks.machine import ROOT
from commitments.release import Release, current_release
from ingest import terms, uris
from ingest.consolidation.concepts import lines_on
from ingest.identifiers import Registry
from ingest.publication import Draft, SourceFacts, canonical_lines, publish
from ontology.namespaces import CODE

# Statements of all graphs together, which is what an engine loads.
SCALES = {"S": 100_000, "M": 1_000_000, "L": 5_000_000, "XL": 10_000_000}
BASE = "http://localhost:8000/"
KEPT = Path(__file__).resolve().parent / "generated-releases"  # not in git
ISSUED = dt.date(2025, 12, 31)
EXPORT = "ogp-export"
SCHEME = "tema"
PLANS_EACH = 5
FIRST_YEAR = 2011
LANGUAGES = ("es", "en")
_PHRASES = Path(__file__).with_name("phrases.toml")
_COUNTRIES = ROOT / "data" / "reference" / "countries.csv"
_GOALS = ROOT / "data" / "reference" / "sdg-goals.csv"
_APART = frozenset({"vocabulary", "shapes", "candidates"})  # graphs that are not part of the consolidated view
_SDG = "http://metadata.un.org/sdg"

Texts = dict[str, str]  # language tag -> text


@dataclass(frozen=True)
class Jurisdiction:
    """Who makes plans: a country, or one of its local governments once all countries have theirs."""

    key: str
    country: str
    names: Texts

    @property
    def slug(self) -> str:
        return self.key.lower()


@dataclass(frozen=True)
class Method:
    """How the review body assessed in some years: (dimension, code list of its verdicts)."""

    code: str
    report: str
    scales: tuple[tuple[str, str], ...]


METHODS = (
    Method("irm-2011", "irm-progress", (
        ("specificity", "irm-specificity-2011"), ("relevance-access-to-information", "irm-relevance-2011"), ("relevance-civic-participation", "irm-relevance-2011"),
        ("potential-impact", "irm-potential-impact-2011"), ("completion", "irm-completion-2011"), ("starred", "irm-starred-2011"),
    )),
    Method("irm-2018", "irm-design", (
        ("verifiability", "irm-verifiable-2018"), ("relevance-access-to-information", "irm-relevance-2011"), ("potential-impact", "irm-potential-impact-2011"),
        ("completion", "irm-completion-2018"), ("early-results", "irm-early-results-2018"),
    )),
    Method("irm-2020", "irm-results", (
        ("verifiability", "irm-verifiable-2018"), ("potential-impact", "irm-potential-results-2020"), ("completion", "irm-completion-2018"),
        ("early-results", "irm-early-results-2020"),
    )),
)  # fmt: skip


@dataclass
class Statements:
    """The graphs under construction: sorted, duplicate-free lines only once `graphs` is asked for."""

    base: str = BASE
    named: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    consolidated: set[str] = field(default_factory=set)
    registry: Registry = field(default_factory=Registry)
    count: int = 0

    def thing(self, kind: str, key: str) -> str:
        """Term of a resource of ours, whose key is minted in the registry."""
        self.registry.use(kind, key, date=ISSUED.isoformat())
        return f"<{self.base}id/{kind}/{key}>"

    def concept(self, scheme: str, code: str | None = None) -> str:
        return f"<{uris.Addresses(self.base).concept(scheme, code)}>"

    def add(self, graph: str, subject: str, *pairs: tuple[str, str]) -> None:
        """Statements of one graph about one subject; each pair is a prefixed name and a term."""
        lines = self.named[graph]
        before = len(lines) + len(self.consolidated)
        for predicate, value in pairs:
            line = f"{subject} {_curie(predicate)} {value} ."
            lines.add(line)
            self.consolidated.add(line)
        self.count += len(lines) + len(self.consolidated) - before

    def graphs(self) -> dict[str, list[str]]:
        """Every graph of the release, the consolidated view under ""; names of codes used stand in it as in a build."""
        vocabulary = canonical_lines(ontology.vocabulary_ntriples())
        codes: dict[str, list[str]] = defaultdict(list)
        for line in vocabulary:
            subject = terms.split(line)[0]
            if subject.startswith(f"<{CODE}"):
                codes[subject].append(line)
        found = {name: sorted(lines) for name, lines in self.named.items()}
        used = {terms.split(line)[2] for line in self.consolidated} & codes.keys()
        found[""] = sorted(self.consolidated | lines_on(used, codes))
        return {**found, "candidates": [], "vocabulary": vocabulary, "shapes": canonical_lines(shapes.shapes_ntriples())}


@cache
def _curie(name: str) -> str:
    return terms.curie(name)


@cache
def _code(scheme: str, code: str) -> str:
    return terms.iri(uris.Addresses.code(scheme, code))


@cache
def _codes(scheme: str) -> tuple[str, ...]:
    return tuple(ontology.code_schemes()[scheme])


def _date(day: dt.date) -> str:
    return terms.typed(day.isoformat(), "date")


def _a(name: str) -> tuple[str, str]:
    """As in Turtle: what class a subject is of."""
    return "rdf:type", _curie(name)


def _called(names: Texts) -> list[tuple[str, str]]:
    return [*_named("rdfs:label", names), *_named("skos:prefLabel", names)]


def _named(name: str, texts: Texts) -> list[tuple[str, str]]:
    return [(name, terms.text(text, language)) for language, text in texts.items()]


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _bare(texts: Texts) -> Texts:
    """Without the article: "el gasto" -> "gasto"; one that has to change ("de el") cannot come up then."""
    es = texts["es"]
    for article in ("el ", "la ", "los ", "las "):
        es = es.removeprefix(article)
    return {"es": es, "en": texts["en"].removeprefix("the ")}


class Generator:
    """Writes plan after plan until there are about as many statements as asked for."""

    def __init__(self, base: str = BASE) -> None:
        self.out = Statements(base)
        self.sources: list[SourceFacts] = []
        self._phrases = tomllib.loads(_PHRASES.read_text(encoding="utf-8"))
        self._subjects: list[dict[str, str]] = self._phrases["subjects"]

    def run(self, statements: int) -> None:
        """Reference data first, then jurisdiction by jurisdiction, each with all its plans."""
        fixed = len(ontology.vocabulary_ntriples().splitlines()) + len(shapes.shapes_ntriples().splitlines())
        self._reference()
        for jurisdiction in self._jurisdictions():
            author = _Author(self, jurisdiction)
            for ordinal in range(1, PLANS_EACH + 1):
                if self.out.count + fixed >= statements:
                    return
                author.plan(ordinal)

    def fill(self, rng: random.Random, template: Texts, **fields: Texts) -> Texts:
        """A phrase in both languages; numbers and years are the same in both."""
        number, year = rng.randint(2, 60), rng.randint(FIRST_YEAR, 2025)
        return {
            language: template[language].format(number=number, year=year, **{name: texts[language] for name, texts in fields.items()})
            for language in LANGUAGES
        }

    def phrases(self, name: str) -> list[Texts]:
        found: list[Texts] = self._phrases[name]
        return found

    @property
    def subjects(self) -> list[dict[str, str]]:
        return self._subjects

    @cached_property
    def _countries(self) -> list[Jurisdiction]:
        """All of the reference table, Mexico first: its fourth plan holds the page that is measured at any scale."""
        with _COUNTRIES.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        found = [Jurisdiction(row["iso2"], row["iso2"], {"es": row["name_es"], "en": row["name_en"]}) for row in rows]
        return sorted(found, key=lambda country: (country.key != "MX", country.key))

    def _jurisdictions(self) -> Iterator[Jurisdiction]:
        yield from self._countries
        number = 0
        while True:
            number += 1
            for country in self._countries:
                names = {"es": f"{country.names['es']}, municipio {number}", "en": f"{country.names['en']}, municipality {number}"}
                yield Jurisdiction(f"{country.key}-L{number:02}", country.key, names)

    def source(self, key: str, series: str, kind: str, title: Texts) -> str:
        """Term of a source, described in its own graph and in the catalogue."""
        language = "es" if kind == "plan-document" else "en"
        digest = hashlib.sha256(key.encode()).hexdigest()
        subject = self.out.thing("source", key)
        self.out.add(
            key if kind != "curation" else "curated", subject, _a("ogcm:Source"), ("rdfs:label", terms.text(title[language], language)),
            ("dct:title", terms.text(title[language], language)), ("ogcm:sourceSeries", terms.text(series)), ("dct:type", _code("source-type", kind)),
            ("dct:issued", _date(ISSUED)), ("dct:rights", _code("rights", "not-stated")), ("ogcm:documentStatus", _code("document-status", "held")),
            ("ogcm:sha256", terms.text(digest)),
        )  # fmt: skip
        self.sources.append(SourceFacts(key, {language: title[language]}, issued=ISSUED, sha256=digest, graph="curated" if kind == "curation" else ""))
        return subject

    def passage(self, graph: str, source: str, table: str, row: str) -> str:
        """Term of the place in a source where a row stands."""
        subject = self.out.thing("passage", uris.passage(source, table, row))
        self.out.add(
            graph, subject, _a("ogcm:Passage"), ("rdfs:label", terms.text(f"{source}: {table}, {row}", "en")),
            ("dct:isPartOf", self.out.thing("source", source)), ("ogcm:locator", terms.text(f"{table}, {row}", "en")),
        )  # fmt: skip
        return subject

    def _reference(self) -> None:
        out, graph = self.out, "reference"
        self.source("reference", "reference", "reference", {"es": "Tablas de referencia", "en": "Reference tables"})
        self.source("curation", "curation", "curation", {"es": "Decisiones curadas", "en": "Curated decisions"})
        self.source(EXPORT, "ogp", "ogp-database", {"es": "Exportación de compromisos", "en": "Export of commitments"})
        stated = ("ogcm:statedIn", self.passage(graph, "reference", "organizations", "ogp"))
        name = {"es": "Alianza para el Gobierno Abierto", "en": "Open Government Partnership"}
        out.add(graph, out.thing("initiative", "ogp"), _a("ogcm:Initiative"), *_called(name), ("ogcm:acronym", terms.text("OGP")), stated)
        name = {"es": "Mecanismo de Revisión Independiente", "en": "Independent Reporting Mechanism"}
        out.add(graph, out.thing("org", "int-irm"), _a("ogcm:InternationalOrganisation"), *_called(name), ("ogcm:acronym", terms.text("IRM")), stated)
        self._goals()
        self._topics()

    def _goals(self) -> None:
        with _GOALS.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                labels = {"es": row["label_es"], "en": row["label_en"]}
                self.out.add(
                    "reference", terms.iri(row["uri"]), _a("sdgo:Goal"), _a("skos:Concept"), *_called(labels),
                    ("skos:notation", terms.text(row["goal"])), ("skos:inScheme", terms.iri(_SDG)), ("skos:topConceptOf", terms.iri(_SDG)),
                    ("ogcm:statedIn", self.passage("reference", "reference", "sdg-goals", row["goal"])),
                )  # fmt: skip

    def _topics(self) -> None:
        """A topic scheme of two levels, which the policy areas of the vocabulary do not have."""
        out, scheme = self.out, self.out.concept(SCHEME)
        title = {"es": "Temas de los planes", "en": "Topics of the plans"}
        out.add("reference", scheme, _a("skos:ConceptScheme"), *_called(title), *_named("dct:title", title))
        for topic in (*self.phrases("groups"), *self.subjects):
            names = {language: _upper(text) for language, text in _bare({"es": topic["es"], "en": topic["en"]}).items()}
            place = ("skos:broader", out.concept(SCHEME, topic["group"])) if "group" in topic else ("skos:topConceptOf", scheme)
            out.add(
                "reference", out.concept(SCHEME, topic["key"]), _a("skos:Concept"), *_called(names),
                ("skos:notation", terms.text(topic["key"])), ("skos:inScheme", scheme), place,
                ("ogcm:statedIn", self.passage("reference", "reference", "topics", topic["key"])),
            )  # fmt: skip


@dataclass(frozen=True)
class Body:
    """An organisation: its term, and its name in both languages."""

    key: str
    term: str
    names: Texts


class _Author:
    """Writes what one jurisdiction published and what was found about it."""

    def __init__(self, generator: Generator, jurisdiction: Jurisdiction) -> None:
        self._generator = generator
        self._out = generator.out
        self._place = jurisdiction
        self._rng = random.Random(f"commitments of {jurisdiction.key}")  # seeded by text: the same under any hash seed
        self._plans = f"{jurisdiction.slug}-plans"
        self._tracker = f"{jurisdiction.slug}-tracker"
        self._before: list[str] = []  # commitments of the plan before
        es, en = jurisdiction.names["es"], jurisdiction.names["en"]
        generator.source(self._plans, "plan", "plan-document", {"es": f"Planes de acción de {es}", "en": f"Action plans of {en}"})
        generator.source(self._tracker, "tracker", "tracker", {"es": f"Tablero de {es}", "en": f"Dashboard of {en}"})
        self._area = self._describe_area()
        self._public = [self._body(names, "cv:PublicOrganisation") for names in generator.phrases("ministries")]
        civil = self._rng.sample(generator.phrases("organisations"), 14)
        self._civil = [self._body(names, "ogcm:CivilSocietyOrganisation") for names in civil]

    def _describe_area(self) -> str:
        place, out = self._place, self._out
        kind = "ogcm:Country" if place.key == place.country else "ogcm:LocalArea"
        area = out.thing("area", place.key)
        out.add(
            "reference", area, _a(kind), *_called(place.names), ("skos:notation", terms.text(place.key)),
            ("ogcm:authority", _code("authority", "reference")), ("ogcm:statedIn", self._generator.passage("reference", "reference", "countries", place.key)),
        )  # fmt: skip
        return area

    def _body(self, names: Texts, kind: str) -> Body:
        out, key = self._out, f"{self._place.slug}-{uris.slug(names['es'])}"
        full = {language: f"{name} ({self._place.names[language]})" for language, name in names.items()}
        acronym = "".join(word[0] for word in names["es"].split() if word[0].isupper())
        term = out.thing("org", key)
        out.add(
            "reference", term, _a(kind), *_called(full), ("skos:altLabel", terms.text(names["es"], "es")),
            ("ogcm:acronym", terms.text(acronym)), ("dct:spatial", self._area),
            ("ogcm:statedIn", self._generator.passage("reference", "reference", "organizations", key)),
        )  # fmt: skip
        return Body(key, term, full)

    # -- a plan -------------------------------------------------------------------------------------------------------

    def plan(self, ordinal: int) -> None:
        """One action plan of two years with its commitments and what the review body found."""
        out, key = self._out, f"{self._place.key}-{ordinal}"
        start = dt.date(FIRST_YEAR + 2 * ordinal, self._rng.randint(1, 12), 1)
        end = dt.date(start.year + 2, 8, 31)
        number = self._rng.randint(8, 20)
        es, en = self._place.names["es"], self._place.names["en"]
        title = {"es": f"{ordinal}.º Plan de Acción de {es} {start.year}–{end.year}", "en": f"Action plan {ordinal} of {en} {start.year}–{end.year}"}
        plan = out.thing("plan", key)
        passage = self._generator.passage(self._plans, self._plans, "plans", str(ordinal))
        out.add(
            self._plans, plan, _a("ogcm:ActionPlan"), *_named("rdfs:label", title), *_named("dct:title", title), ("ogcm:number", terms.text(str(ordinal))),
            ("ogcm:position", terms.integer(ordinal)), ("ogcm:jurisdiction", self._area), ("ogcm:underInitiative", out.thing("initiative", "ogp")),
            ("dct:temporal", self._period(self._plans, start, end)), ("ogcm:declaredCommitmentCount", terms.integer(number)), ("ogcm:statedIn", passage),
        )  # fmt: skip
        self._figure(key, plan, number, passage)
        method = METHODS[min((ordinal - 1) // 2, len(METHODS) - 1)]
        report = self._report(key, plan, method)
        keys = [uris.commitment(key, str(position)) for position in range(1, number + 1)]
        for position, commitment in enumerate(keys, 1):
            self._commitment(commitment, position, plan, (start, end), method, report)
        self._before = keys

    def _figure(self, key: str, plan: str, number: int, passage: str) -> None:
        figure = self._out.thing("figure", uris.figure("plan", key, "commitments", None, self._plans))
        self._out.add(
            self._plans, figure, _a("ogcm:Figure"), ("rdfs:label", terms.text(f"Compromisos del plan {key}: {number}", "es")), ("ogcm:about", plan),
            ("ogcm:measure", _code("measure", "commitments")), ("schema:value", terms.integer(number)), ("ogcm:statedIn", passage),
        )  # fmt: skip

    def _period(self, graph: str, start: dt.date, end: dt.date) -> str:
        key = uris.period(start.isoformat(), end.isoformat())
        period = self._out.thing("period", key)
        self._out.add(
            graph, period, _a("dct:PeriodOfTime"), _a("time:Interval"), ("rdfs:label", terms.text(f"{start} – {end}")),
            ("dcat:startDate", _date(start)), ("dcat:endDate", _date(end)),
        )  # fmt: skip
        self._out.add("derived", period, ("ogcm:earliestStart", _date(start)), ("ogcm:latestEnd", _date(end)))
        return period

    def _report(self, key: str, plan: str, method: Method) -> str:
        out = self._out
        report = out.thing("report", f"int-irm_{key}_{method.report}")
        title = terms.text(f"IRM report on the plan {key}", "en")
        out.add(
            EXPORT, report, _a("ogcm:AssessmentReport"), ("rdfs:label", title), ("dct:title", title), ("ogcm:assessor", out.thing("org", "int-irm")),
            ("ogcm:forPlan", plan), ("ogcm:reportType", _code("report-type", method.report)),
            ("ogcm:statedIn", self._generator.passage(EXPORT, EXPORT, "reports", key)),
        )  # fmt: skip
        return report

    # -- a commitment ---------------------------------------------------------------------------------------------------

    def _commitment(self, key: str, position: int, plan: str, span: tuple[dt.date, dt.date], method: Method, report: str) -> None:
        rng, out, generator = self._rng, self._out, self._generator
        subject = rng.choice(generator.subjects)
        about = {"es": subject["es"], "en": subject["en"]}
        commitment = out.thing("commitment", key)
        outside = f"{self._place.key}{key.rpartition('-')[0].rpartition('-')[2]}{position:04}"
        in_plan = generator.passage(self._plans, self._plans, "commitments", key)
        in_export = generator.passage(EXPORT, EXPORT, "commitments", outside)
        title = _spanish_contractions(generator.fill(rng, rng.choice(generator.phrases("actions")), subject=about))
        description = self._description(about)
        known = [_a("ogcm:Commitment"), ("dct:isPartOf", plan)]
        out.add(
            self._plans, commitment, *known, ("rdfs:label", terms.text(title["es"], "es")), ("dct:title", terms.text(title["es"], "es")),
            ("dct:description", terms.text(description["es"], "es")), ("ogcm:number", terms.text(str(position))), ("ogcm:position", terms.integer(position)),
            ("ogcm:origin", _code("origin", rng.choices(("co-created", "proactive"), (4, 1))[0])), ("dct:subject", out.concept(SCHEME, subject["key"])),
            ("ogcm:addresses", self._problem(key, about, description, in_plan)), ("ogcm:statedIn", in_plan),
        )  # fmt: skip
        policies = {subject["policy"], *rng.sample(_codes("ogp-policy-area-2024"), rng.choice((0, 1, 1, 2)))}
        out.add(
            EXPORT, commitment, *known, ("rdfs:label", terms.text(title["en"], "en")), ("dct:title", terms.text(title["en"], "en")),
            ("dct:description", terms.text(description["en"], "en")), *(("dct:subject", _code("ogp-policy-area-2024", code)) for code in sorted(policies)),
            ("ogcm:statedIn", in_export),
        )  # fmt: skip
        self._curated(commitment, outside, int(subject["goal"]))
        self._actors(key, commitment, in_plan, in_export)
        self._milestones(key, commitment, span, about, in_plan)
        self._findings(key, commitment, span, title, method, report)

    def _problem(self, key: str, about: Texts, description: Texts, in_plan: str) -> str:
        problem = self._out.thing("problem", key)
        name = self._generator.fill(self._rng, self._rng.choice(self._generator.phrases("problems")), subject=about)
        self._out.add(
            self._plans, problem, _a("ogcm:Problem"), ("rdfs:label", terms.text(name["es"], "es")),
            ("dct:description", terms.text(f"{name['es']}. {description['es']}", "es")), ("ogcm:statedIn", in_plan),
        )  # fmt: skip
        return problem

    def _description(self, about: Texts) -> Texts:
        """One to a dozen sentences, most of them few: half of the real ones fit in a paragraph, some fill a page."""
        rng, generator = self._rng, self._generator
        chosen = rng.sample(generator.phrases("sentences"), min(12, 1 + int(rng.expovariate(0.3))))
        filled = [generator.fill(rng, sentence, subject=about, place=self._place.names, body=rng.choice(self._public).names) for sentence in chosen]
        return {language: " ".join(texts[language] for texts in filled) for language in LANGUAGES}

    def _curated(self, commitment: str, outside: str, goal: int) -> None:
        """Decisions of people: the identity with the export's row, the goal it serves, what it continues."""
        rng, out = self._rng, self._out
        passage = self._generator.passage("curated", "curation", "identity", outside)
        identifier = out.thing("identifier", uris.identifier("ogp", outside))
        out.add(
            "curated", identifier, _a("adms:Identifier"), ("rdfs:label", terms.text(outside)), ("skos:notation", terms.text(outside)),
            ("adms:schemaAgency", terms.text("Open Government Partnership")), ("dct:creator", out.thing("initiative", "ogp")),
            ("dct:type", _code("id-scheme", "ogp-commitment")), ("ogcm:statedIn", passage),
        )  # fmt: skip
        out.add("curated", commitment, ("adms:identifier", identifier), ("dct:identifier", terms.text(outside)), ("ogcm:statedIn", passage))
        out.add("curated", passage, ("ogcm:curator", terms.text("data editor")), ("ogcm:reason", terms.text("Number and title agree.", "en")))
        if rng.random() < 0.5:
            out.add("curated", commitment, ("ogcm:contributesTo", terms.iri(f"{_SDG}/{goal}")))
        if self._before and rng.random() < 0.15:
            out.add("curated", commitment, ("ogcm:continues", out.thing("commitment", rng.choice(self._before))))

    def _actors(self, key: str, commitment: str, in_plan: str, in_export: str) -> None:
        rng = self._rng
        public = rng.sample(self._public, rng.choices((1, 2, 3, 4), (4, 3, 2, 1))[0])
        civil = rng.sample(self._civil, rng.choices((1, 2, 3, 5), (3, 3, 2, 1))[0])
        for role, direct, word, bodies, series in (
            ("responsible", "ogcm:responsible", "responsable", public, "plan"),
            ("co-responsible", "ogcm:coResponsible", "corresponsable", civil, "plan"),
            ("lead", "ogcm:lead", "lead", public[:1], "ogp"),
            ("support", "ogcm:supporting", "supporting", civil, "ogp"),
        ):
            language, graph, passage = ("es", self._plans, in_plan) if series == "plan" else ("en", EXPORT, in_export)
            for position, body in enumerate(bodies, 1):
                name = body.names[language]
                self._out.add(
                    graph, self._out.thing("responsibility", uris.responsibility(key, role, body.key, series)), _a("ogcm:Responsibility"),
                    ("rdfs:label", terms.text(f"{name}, {word} ({key})", language)), ("ogcm:forCommitment", commitment), ("ogcm:actor", body.term),
                    ("ogcm:role", _code("role", role)), ("ogcm:nameAsWritten", terms.text(name, language)), ("ogcm:position", terms.integer(position)),
                    ("ogcm:statedIn", passage),
                )  # fmt: skip
                self._out.add("derived", commitment, (direct, body.term))

    def _milestones(self, key: str, commitment: str, span: tuple[dt.date, dt.date], about: Texts, in_plan: str) -> None:
        rng, out, generator = self._rng, self._out, self._generator
        for position in range(1, rng.choices((1, 2, 3, 4, 6), (1, 2, 3, 3, 1))[0] + 1):
            name = _spanish_contractions(generator.fill(rng, rng.choice(generator.phrases("milestones")), subject=about))
            begin = span[0] + dt.timedelta(days=30 * rng.randint(0, 10))
            finish = begin + dt.timedelta(days=30 * rng.randint(1, 12))
            milestone = out.thing("milestone", f"{key}_{position}")
            out.add(
                self._plans, milestone, _a("ogcm:Milestone"), ("rdfs:label", terms.text(name["es"], "es")), ("dct:title", terms.text(name["es"], "es")),
                ("dct:isPartOf", commitment), ("ogcm:number", terms.text(f"{position}")), ("ogcm:position", terms.integer(position)),
                ("dct:temporal", self._period(self._plans, begin, finish)), ("ogcm:statedIn", in_plan),
            )  # fmt: skip
            if rng.random() < 0.4:
                out.add(
                    self._plans, out.thing("activity", f"{key}_{position}-1"), _a("ogcm:Activity"),
                    ("rdfs:label", terms.text(f"{name['es']}: preparación", "es")), ("dct:isPartOf", milestone), ("ogcm:statedIn", in_plan),
                )  # fmt: skip

    def _findings(self, key: str, commitment: str, span: tuple[dt.date, dt.date], title: Texts, method: Method, report: str) -> None:
        rng, out = self._rng, self._out
        passage = self._generator.passage(EXPORT, EXPORT, "assessments", key)
        for dimension, scale in method.scales:
            if rng.random() < 0.2:
                continue  # not every commitment was assessed in everything
            verdict = rng.choice(_codes(scale))
            label = f"{title['en'][:60]}, {dimension.replace('-', ' ')}: {verdict.replace('-', ' ')}"
            out.add(
                EXPORT, out.thing("assessment", uris.assessment("commitment", key, "int-irm", method.report, dimension, method.code)),
                _a("ogcm:Assessment"), ("rdfs:label", terms.text(label, "en")), ("ogcm:target", commitment), ("ogcm:dimension", _code("dimension", dimension)),
                ("ogcm:verdict", _code(scale, verdict)), ("ogcm:methodVersion", _code("method", method.code)), ("ogcm:assessor", out.thing("org", "int-irm")),
                ("ogcm:report", report), ("ogcm:statedIn", passage),
            )  # fmt: skip
        for number in range(rng.choices((0, 1, 2), (2, 2, 1))[0]):
            observed = span[0] + dt.timedelta(days=200 + 180 * number)
            percent = rng.randint(0, 100)
            out.add(
                self._tracker, out.thing("status", uris.status("commitment", key, "tracker", observed.isoformat(), "")),
                _a("ogcm:StatusReport"), ("rdfs:label", terms.text(f"Avance {percent} %: {title['es'][:60]}", "es")),
                ("ogcm:target", commitment), ("ogcm:dimension", _code("dimension", "progress")),
                ("ogcm:progressPercent", terms.typed(f"{percent}", "decimal")), ("ogcm:observedOn", _date(observed)),
                ("ogcm:reportedBy", rng.choice(self._public).term),
                ("ogcm:statedIn", self._generator.passage(self._tracker, self._tracker, "progress", f"{key}-{number}")),
            )  # fmt: skip


def _spanish_contractions(texts: Texts) -> Texts:
    return {**texts, "es": texts["es"].replace(" de el ", " del ").replace(" a el ", " al ")}


def write_release(statements: int, data: Path, base: str = BASE) -> Release:
    """Generate about this many statements and publish them as the current release of a data folder, as a build does."""
    generator = Generator(base)
    generator.run(statements)
    scratch = data / "graphs"
    scratch.mkdir(parents=True)
    paths = {}
    for name, lines in generator.out.graphs().items():
        paths[name] = scratch / f"{name or 'default'}.nt"
        paths[name].write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    draft = Draft(
        base=base, issued=ISSUED, graphs=paths, sources=generator.sources, inputs=[], fingerprint=fingerprint(), registry=generator.out.registry.serialized(),
        reports={"validation.json": b'{"conforms": true, "results": []}\n'},
    )  # fmt: skip
    release = publish(draft, data).release
    for path in paths.values():
        path.unlink()
    scratch.rmdir()
    return release


def fingerprint() -> str:
    """SHA-256 over all that decides what is generated and how it is written."""
    found = hashlib.sha256()
    files = [Path(__file__), _PHRASES, _COUNTRIES, _GOALS, *sorted((ROOT / "ingest").rglob("*.py"))]
    for path in files:
        found.update(hashlib.sha256(path.read_bytes()).digest())
    found.update(ontology.vocabulary_ntriples())
    found.update(shapes.shapes_ntriples())
    return found.hexdigest()


def data_folder(scale: str) -> Path:
    """A data folder whose current release has this scale: kept from an earlier run where what makes it is the same."""
    folder = KEPT / scale
    mark = folder / "made.json"
    wanted = {"fingerprint": fingerprint(), "statements": SCALES[scale]}
    try:
        if json.loads(mark.read_text(encoding="utf-8")) == wanted and current_release(folder / "releases"):
            return folder
    except (OSError, ValueError):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print(f"generating {SCALES[scale]:,} statements in {folder}", file=sys.stderr, flush=True)
    write_release(SCALES[scale], folder)
    mark.write_text(json.dumps(wanted), encoding="utf-8")
    return folder
