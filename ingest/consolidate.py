"""The consolidated view (ontology_design section 6, Discrepancy; section 7): one value where one is meant, sources kept apart.

Everything that sources and curators say goes into the default graph, except that a property listed as single-valued
keeps the value of the highest precedence (curation > plan document > tracker > OGP database > presentation). Values that
really differ, compared at the coarser precision, leave a Discrepancy node with one Claim per source series.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ingest import terms, uris, values
from ingest.context import Build
from ingest.contract import Contract

PRECEDENCE = ("curation", "plan-document", "tracker", "ogp-database", "presentation", "reference")

SINGLE_VALUED = (
    "ogcm:number", "ogcm:position", "ogcm:jurisdiction", "ogcm:origin", "ogcm:progressPercent", "ogcm:goalPercent",
    "ogcm:status", "ogcm:observedOn", "ogcm:workshopDate", "ogcm:verdict", "dct:isPartOf",
)  # fmt: skip
# One text per language; a second one in the same language is a variant, not a conflict.
ONE_PER_LANGUAGE = ("rdfs:label", "dct:title", "skos:prefLabel")

SHORTCUTS = {
    "responsible": "ogcm:responsible",
    "co-responsible": "ogcm:coResponsible",
    "lead": "ogcm:lead",
    "support": "ogcm:supporting",
}

# Properties that decisions look up besides those that are decided.
_INDEXED = ("ogcm:forCommitment", "ogcm:actor", "ogcm:role", "ogcm:about", "ogcm:measure", "schema:value", "dcat:startDate", "dcat:endDate")
_P = {name: terms.curie(name) for name in (
    "rdf:type", "rdfs:label", "dct:temporal", "dcat:startDate", "dcat:endDate", "ogcm:forCommitment", "ogcm:actor", "ogcm:role",
    "ogcm:about", "ogcm:measure", "schema:value", "ogcm:statedIn", "ogcm:ActionPlan", "ogcm:Figure", "dct:PeriodOfTime",
)}  # fmt: skip


@dataclass
class SourceGraph:
    """The statements of one source and where it stands in the order of precedence."""

    contract: Contract
    lines: list[str]

    @property
    def rank(self) -> int:
        return PRECEDENCE.index(self.contract.source_type)


@dataclass(frozen=True)
class Claim:
    rank: int
    series: str
    value: str  # a term
    passages: tuple[str, ...]


@dataclass
class Consolidated:
    default: set[str] = field(default_factory=set)
    derived: set[str] = field(default_factory=set)


def split(line: str) -> tuple[str, str, str]:
    """Subject, predicate and object terms of one N-Triples line of ours."""
    subject, predicate, rest = line.split(" ", 2)
    return subject, predicate, rest[:-2]


class Consolidation:
    """Works on the statements that need a decision; all others pass through untouched."""

    def __init__(self, build: Build, sources: Iterable[SourceGraph], date: str = ""):
        self.build = build
        self.date = date  # of the newest source: the date of events that this build adds to the registry
        self.sources = sorted(sources, key=lambda source: (source.rank, source.contract.key))
        self.by_key = {source.contract.key: source for source in self.sources}
        self.passages: dict[tuple[str, str], set[str]] = defaultdict(set)  # (subject, source key) -> passages
        self.index: dict[str, dict[str, dict[str, set[str]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(set)))
        self.result = Consolidated()

    def run(self) -> Consolidated:
        decided = {terms.curie(name): name for name in (*SINGLE_VALUED, *ONE_PER_LANGUAGE, "dct:temporal")}
        needed = set(decided) | {_P[name] for name in _INDEXED}
        for source in self.sources:
            for line in source.lines:
                subject, predicate, obj = split(line)
                if predicate in needed:
                    self.index[predicate][subject][obj].add(source.contract.key)
                if predicate == _P["ogcm:statedIn"]:
                    self.passages[subject, source.contract.key].add(obj)
                if predicate not in decided:
                    self.result.default.add(line)
        self._labels()
        for name in SINGLE_VALUED:
            self._single(name)
        self._periods()
        self._declared_counts()
        self._shortcuts()
        self._bounds()
        # Last, when discrepancies and claims have used their keys too.
        self.build.registry.withdraw_unused(self.date)
        self._tombstones()
        self.result.default |= self.result.derived
        return self.result

    # -- look-ups -----------------------------------------------------------------------------------------------

    def _claims(self, subject: str, predicate: str, evidence: str | None = None) -> list[Claim]:
        """Claims on (subject, predicate), highest precedence first."""
        claims = []
        for value, keys in self.index[predicate][subject].items():
            for key in keys:
                source = self.by_key[key]
                passages = tuple(sorted(self.passages[evidence or subject, key]))
                claims.append(Claim(source.rank, source.contract.series, value, passages))
        return sorted(claims, key=lambda claim: (claim.rank, claim.series, claim.value))

    def _keep(self, subject: str, predicate: str, value: str) -> None:
        self.result.default.add(terms.statement(subject, predicate, value))

    # -- decisions ------------------------------------------------------------------------------------------------

    def _labels(self) -> None:
        ranks = {key: source.rank for key, source in self.by_key.items()}
        for name in ONE_PER_LANGUAGE:
            predicate = terms.curie(name)
            for subject, found in self.index[predicate].items():
                best: dict[str, tuple[int, str]] = {}
                for value, keys in found.items():
                    language = value.rpartition('"')[2]
                    candidate = (min(ranks[key] for key in keys), value)
                    if language not in best or candidate < best[language]:
                        best[language] = candidate
                # An untagged text steps back behind tagged ones of the same subject.
                for language, (_, value) in best.items():
                    if language or len(best) == 1:
                        self._keep(subject, predicate, value)

    def _single(self, name: str) -> None:
        predicate = terms.curie(name)
        for subject in self.index[predicate]:
            claims = self._claims(subject, predicate)
            winner = claims[0]
            for claim in claims:
                if claim.rank == winner.rank and claim.series == winner.series:
                    # Within one series several values stand as they are; SHACL judges them.
                    self._keep(subject, predicate, claim.value)
            if not all(_same(winner.value, claim.value) for claim in claims):
                self._discrepancy(subject, name, claims)

    def _periods(self) -> None:
        """dct:temporal with start and end apart: the consolidated period may join the start of one source and the end of another."""
        starts, ends = self.index[_P["dcat:startDate"]], self.index[_P["dcat:endDate"]]
        for subject in self.index[_P["dct:temporal"]]:
            periods = self._claims(subject, _P["dct:temporal"])
            chosen: list[values.PartialDate | None] = []
            for name, bounds in (("dcat:startDate", starts), ("dcat:endDate", ends)):
                claims = [Claim(claim.rank, claim.series, value, claim.passages) for claim in periods for value in bounds.get(claim.value, ())]
                chosen.append(self._most_precise(claims))
                if claims and not all(_same(claims[0].value, claim.value) for claim in claims):
                    self._discrepancy(subject, name, claims)
            key = uris.period(*(date.text if date else None for date in chosen))
            term = terms.iri(self.build.addresses.thing("period", key))
            self._keep(subject, _P["dct:temporal"], term)
            if term not in {claim.value for claim in periods}:
                self._joined_period(term, chosen[0], chosen[1])

    @staticmethod
    def _most_precise(claims: list[Claim]) -> values.PartialDate | None:
        """The value of the highest precedence, in the finest precision of those that agree with it."""
        dates = [values.partial_date(_lexical(claim.value)) for claim in claims]
        if not dates:
            return None
        return max((date for date in dates if date.agrees_with(dates[0])), key=lambda date: len(date.text))

    def _joined_period(self, term: str, start: values.PartialDate | None, end: values.PartialDate | None) -> None:
        label = f"{start.text if start else '…'} – {end.text if end else '…'}"
        self._derive(term, "rdf:type", terms.curie("dct:PeriodOfTime"))
        self._derive(term, "rdf:type", terms.curie("time:Interval"))
        self._derive(term, "rdfs:label", terms.text(label))
        for name, date in (("dcat:startDate", start), ("dcat:endDate", end)):
            if date:
                self._derive(term, name, terms.date(date))
                self.index[_P[name]][term][terms.date(date)].add("")

    def _declared_counts(self) -> None:
        """The shortcut from Figures of measure `commitments`, with a Discrepancy where sources count differently."""
        measure = terms.iri(self.build.addresses.code("measure", "commitments"))
        plans: dict[str, list[Claim]] = defaultdict(list)
        for figure, measures in self.index[_P["ogcm:measure"]].items():
            if measure in measures:
                for about in self.index[_P["ogcm:about"]].get(figure, ()):
                    if "/id/plan/" in about:
                        plans[about] += self._claims(figure, _P["schema:value"])
        for plan, unsorted_claims in sorted(plans.items()):
            claims = sorted(unsorted_claims, key=lambda claim: (claim.rank, claim.series, claim.value))
            if not claims:
                continue
            self._derive(plan, "ogcm:declaredCommitmentCount", claims[0].value)
            if len({claim.value for claim in claims}) > 1:
                self._discrepancy(plan, "ogcm:declaredCommitmentCount", claims)

    def _shortcuts(self) -> None:
        """ogcm:responsible and its siblings, one per role, from the Responsibility nodes of all sources."""
        for node, commitments in self.index[_P["ogcm:forCommitment"]].items():
            for role in self.index[_P["ogcm:role"]].get(node, ()):
                shortcut = SHORTCUTS.get(role.rstrip(">").rsplit("/", 1)[-1])
                for actor in self.index[_P["ogcm:actor"]].get(node, ()) if shortcut else ():
                    for commitment in commitments:
                        self._derive(commitment, shortcut or "", actor)

    def _bounds(self) -> None:
        """Comparable days of every period that the default graph uses: gYearMonth and date do not compare in SPARQL."""
        for name, derived in (("dcat:startDate", "ogcm:earliestStart"), ("dcat:endDate", "ogcm:latestEnd")):
            for subject, dates in self.index[_P[name]].items():
                for date in dates:
                    value = values.partial_date(_lexical(date))
                    day = value.earliest if name == "dcat:startDate" else value.latest
                    self._derive(subject, derived, terms.typed(day.isoformat(), "date"))

    # -- nodes of our own -------------------------------------------------------------------------------------------

    def _derive(self, subject: str, predicate: str, obj: str) -> None:
        self.result.derived.add(terms.statement(subject, terms.curie(predicate), obj))

    def _discrepancy(self, subject: str, name: str, claims: list[Claim]) -> None:
        kind, key = subject.rstrip(">").rsplit("/", 2)[1:]
        local = name.partition(":")[2]
        discrepancy_key = self.build.registry.use("discrepancy", f"{kind}_{key}_{local}")
        node = terms.iri(self.build.addresses.thing("discrepancy", discrepancy_key))
        shown = self.build.labels.get(subject, {})
        self._derive(node, "rdf:type", terms.curie("ogcm:Discrepancy"))
        for language, word in (("es", "Discrepancia"), ("en", "Discrepancy")):
            label = shown.get(language) or shown.get("es") or next(iter(shown.values()), key)
            self._derive(node, "rdfs:label", terms.text(f"{word}: {label}, {local}", language))
        self._derive(node, "ogcm:about", subject)
        self._derive(node, "ogcm:onProperty", terms.curie(name))
        for claim in _one_per_series(claims):
            claim_key = self.build.registry.use("claim", f"{discrepancy_key}_{claim.series}")
            term = terms.iri(self.build.addresses.thing("claim", claim_key))
            value = terms.typed(claim.value[1:-1], "anyURI") if claim.value.startswith("<") else claim.value
            self._derive(node, "ogcm:hasClaim", term)
            self._derive(term, "rdf:type", terms.curie("ogcm:Claim"))
            self._derive(term, "rdfs:label", terms.text(f"{claim.series}: {_lexical(claim.value)}"))
            self._derive(term, "ogcm:claimedValue", value)
            for passage in claim.passages:
                self._derive(term, "ogcm:statedIn", passage)
                self._derive(node, "ogcm:statedIn", passage)

    def _tombstones(self) -> None:
        status = terms.iri(self.build.addresses.code("record-status", "withdrawn"))
        words = {"merged": ("Fusionado", "Merged"), "split": ("Dividido", "Split"), "withdrawn": ("Retirado", "Withdrawn")}
        for kind, key, state, targets, reason in self.build.registry.gone():
            node = terms.iri(self.build.addresses.thing(kind, key))
            self._derive(node, "rdf:type", terms.curie("ogcm:Tombstone"))
            for language, word in zip(("es", "en"), words[state], strict=True):
                self._derive(node, "rdfs:label", terms.text(f"{word}: {kind}/{key}", language))
            self._derive(node, "adms:status", status)
            for target in targets:
                survivor = self.build.registry.survivor(kind, target)
                self._derive(node, "dct:isReplacedBy", terms.iri(self.build.addresses.thing(kind, survivor)))
            if reason:
                self._derive(node, "ogcm:reason", terms.text(reason, "en"))


def _one_per_series(claims: list[Claim]) -> Iterator[Claim]:
    seen: set[str] = set()
    for claim in claims:
        if claim.series not in seen:
            seen.add(claim.series)
            yield claim


def _lexical(term: str) -> str:
    """The lexical form of a literal without escapes (dates, numbers, IRIs), or the IRI itself."""
    if term.startswith("<"):
        return term[1:-1]
    return term[1 : term.rindex('"')]


def _same(one: str, other: str) -> bool:
    """Equal, or dates that agree at the coarser precision."""
    if one == other:
        return True
    try:
        return values.partial_date(_lexical(one)).agrees_with(values.partial_date(_lexical(other)))
    except ValueError:
        return False


def concepts_used(lines: Iterable[str], vocabulary: Mapping[str, list[str]]) -> set[str]:
    """Lines that name every concept the lines use: type, labels, notation, scheme and broader, transitively.

    `vocabulary` maps the subject terms of the code lists to their lines.
    """
    names = ("rdf:type", "rdfs:label", "skos:prefLabel", "skos:notation", "skos:inScheme", "skos:broader", "dct:title", "ogcm:forDimension", "ogcm:forMethod")
    wanted = {terms.curie(name) for name in names}
    found: set[str] = set()
    waiting = {split(line)[2] for line in lines} & set(vocabulary)
    seen: set[str] = set()
    while waiting:
        concept = waiting.pop()
        seen.add(concept)
        for line in vocabulary[concept]:
            _, predicate, obj = split(line)
            if predicate in wanted:
                found.add(line)
                # A class is no concept: its axioms stay in graph/vocabulary.
                if predicate != terms.curie("rdf:type") and obj in vocabulary and obj not in seen:
                    waiting.add(obj)
    return found
