"""The consolidated view (ontology_design section 6, Discrepancy and Editions; section 7): one value where one is meant.

Everything that sources and curators say goes into the default graph, except that a property listed as single-valued
keeps the value of the highest precedence (curation > plan document > tracker > OGP database > presentation). Values that
really differ, compared at the coarser precision, leave a Discrepancy node with one Claim per source series. Within one
series the newest edition wins without a Discrepancy: what an older one said stays in that edition's graph. A plan or
commitment that the newest edition of a database leaves out stays, with `ogcm:lastSeenIn`.

The sources come as sorted files and are walked through together, subject by subject, so that what is held in memory is one
subject, the bounds of the periods, and what a few decisions need of other subjects.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from ingest import terms, uris, values
from ingest.context import Build, label_in
from ingest.contract import Contract
from ingest.sorting import BUFFER, Lines, LineSink, merge_into, read_lines, subjects, with_prefix, write_sorted

PRECEDENCE = ("curation", "plan-document", "tracker", "ogp-database", "presentation", "reference")

SINGLE_VALUED = (
    "ogcm:number", "ogcm:position", "ogcm:jurisdiction", "ogcm:origin", "ogcm:progressPercent", "ogcm:goalPercent",
    "ogcm:status", "ogcm:observedOn", "ogcm:workshopDate", "ogcm:verdict", "dct:isPartOf",
    "ogcm:ratingAsWritten", "dct:dateSubmitted", "ogcm:irmAssessed", "ogcm:compound", "ogcm:clustered", "ogcm:methodVersion", "ogcm:report",
)  # fmt: skip
# Single-valued on resources of one kind only.
SINGLE_VALUED_OF = {"dct:issued": "report"}
# One text per language; a second one in the same language is a variant, not a conflict.
ONE_PER_LANGUAGE = ("rdfs:label", "dct:title", "skos:prefLabel", "ogcm:shortTitle")

# What an edition says of a row in its own words: of several editions of one database only the newest that says anything speaks here.
OF_NEWEST_EDITION = (
    "dct:description", "foaf:page", "ogcm:themeText", "ogcm:clusterText", "ogcm:recommendedNextSteps", "ogcm:numberAsWritten",
    "ogcm:textAsWritten", "ogcm:titleAsWritten", "ogcm:shortTitleAsWritten", "ogcm:descriptionAsWritten", "ogcm:themeTextAsWritten", "ogcm:clusterTextAsWritten",
    "ogcm:recommendedNextStepsAsWritten",
    "ogcm:startDateAsWritten", "ogcm:endDateAsWritten", "ogcm:possibleStartDate", "ogcm:possibleEndDate",
    "ogcm:leadInstitutionText", "ogcm:supportingInstitutionText",
)  # fmt: skip

SHORTCUTS = {
    "responsible": "ogcm:responsible",
    "co-responsible": "ogcm:coResponsible",
    "lead": "ogcm:lead",
    "support": "ogcm:supporting",
}

LAST_SEEN = ("commitment", "plan")  # kinds whose items are told from one edition of a database to the next

_P = {name: terms.curie(name).encode() for name in (
    "rdf:type", "rdfs:label", "dct:temporal", "dcat:startDate", "dcat:endDate", "ogcm:forCommitment", "ogcm:actor", "ogcm:role",
    "ogcm:about", "ogcm:measure", "schema:value", "ogcm:statedIn",
)}  # fmt: skip
_UNTAGGED = b" .\n"  # what follows the closing quote of a text without a language
_BOUNDS = {"dcat:startDate": "ogcm:earliestStart", "dcat:endDate": "ogcm:latestEnd"}


@dataclass
class SourceGraph:
    """The statements of one source, as a sorted file, and where it stands in the order of precedence."""

    contract: Contract
    path: Path

    @property
    def rank(self) -> int:
        return PRECEDENCE.index(self.contract.source_type)

    @property
    def edition(self) -> tuple[int, str]:
        """Greater for a newer edition; one that does not say when it is from is the oldest."""
        return self.contract.age, self.contract.key


@dataclass(frozen=True)
class Claim:
    """What one source says; `source` is its place in the order of precedence."""

    source: int
    rank: int
    series: str
    value: str  # a term


@dataclass(frozen=True)
class Consolidated:
    """Sorted files of the default graph and of the part of it that was computed."""

    default: Path
    derived: Path


def split(line: str) -> tuple[str, str, str]:
    """Subject, predicate and object terms of one N-Triples line of ours."""
    subject, predicate, rest = line.split(" ", 2)
    return subject, predicate, rest[:-2]


Parts = list[tuple[int, Lines]]  # the lines of one subject, by source
Found = list[tuple[int, bytes]]  # (source, what follows the predicate up to the line feed)


class Consolidation:
    """Works on the statements that need a decision; all others pass through untouched.

    `vocabulary` maps the subject terms of the code lists to their lines: what the view uses of them is written into it.
    Files are written into `folder`.
    """

    def __init__(self, build: Build, sources: Iterable[SourceGraph], folder: Path, date: str = "", vocabulary: Mapping[str, list[str]] | None = None):
        self.build = build
        self.folder = folder
        self.date = date  # of the newest source: the date of events that this build adds to the registry
        self.sources = sorted(sources, key=lambda source: (source.rank, source.contract.key))
        self._ranks = [source.rank for source in self.sources]
        self._series = [source.contract.series for source in self.sources]
        self._editions = [source.edition for source in self.sources]
        self.vocabulary = vocabulary or {}
        self._codes = {f"{term} .\n".encode(): term for term in self.vocabulary}
        self._codes_used: set[str] = set()
        self._derived = LineSink(folder / "derived.nt")
        self._periods: dict[str, tuple[set[str], set[str]]] = {}  # term -> starts, ends
        self._same_period: dict[str, str] = {}  # a period that one source states alone -> the consolidated one
        self._counts: dict[str, list[tuple[Claim, list[str]]]] = defaultdict(list)  # plan -> declared counts, their passages
        self._plans: dict[str, dict[str, str]] = {}  # plan with a declared count -> its labels by language
        self._is_edition = [source.contract.layout is not None for source in self.sources]
        self._chains = _chains(self.sources)
        self._plan_space = self._space("plan")
        self._last_seen_spaces = tuple(self._space(kind) for kind in LAST_SEEN)
        self._roles = {f"<{uris.Addresses.code('role', role)}> .\n".encode(): name for role, name in SHORTCUTS.items()}
        self._deciders: dict[bytes, tuple[Callable[..., Iterable[bytes]], str]] = {terms.curie(name).encode(): (self._single, name) for name in SINGLE_VALUED}
        self._deciders |= {terms.curie(name).encode(): (self._single_of_kind, name) for name in SINGLE_VALUED_OF}
        self._deciders |= {terms.curie(name).encode(): (self._labels, name) for name in ONE_PER_LANGUAGE}
        self._deciders |= {terms.curie(name).encode(): (self._of_newest, name) for name in OF_NEWEST_EDITION}
        self._deciders[_P["dct:temporal"]] = (self._temporal, "dct:temporal")
        for name in ("ogcm:forCommitment", "ogcm:measure", *_BOUNDS):
            self._deciders[_P[name]] = (self._look, name)

    def _space(self, kind: str) -> bytes:
        return f"<{self.build.addresses.base}id/{kind}/".encode()

    def run(self) -> Consolidated:
        self._read_periods()
        kept = self.folder / "kept.nt"
        self._walk(kept)
        self._declared_counts()
        # Last, when discrepancies and claims have used their keys too.
        self.build.registry.withdraw_unused(self.date)
        self._tombstones()
        derived = self._derived.finish()
        for line in read_lines(derived):
            if code := self._codes.get(line.split(b" ", 2)[2]):
                self._codes_used.add(code)
        codes = write_sorted(_lines_on(self._codes_used, self.vocabulary), self.folder / "codes.nt")
        default = merge_into(kept, (derived, codes), self.folder / "default.nt")
        kept.unlink()
        codes.unlink()
        return Consolidated(default, derived)

    # -- subject by subject -----------------------------------------------------------------------------------------

    def _read_periods(self) -> None:
        """The bounds of every period, which stand at the period and are needed where something names it."""
        for source in self.sources:
            for line in with_prefix(source.path, self._space("period")):
                subject, predicate, rest = line.split(b" ", 2)
                for place, name in enumerate(_BOUNDS):
                    if predicate == _P[name]:
                        self._periods.setdefault(subject.decode(), (set(), set()))[place].add(_term(rest))

    def _walk(self, path: Path) -> None:
        streams = [self._numbered(number, source) for number, source in enumerate(self.sources)]
        with open(path, "wb", buffering=BUFFER) as out:
            for subject, group in groupby(heapq.merge(*streams), key=itemgetter(0)):
                out.writelines(self._consolidate(subject, [(number, lines) for _, number, lines in group]))

    @staticmethod
    def _numbered(number: int, source: SourceGraph) -> Iterator[tuple[bytes, int, Lines]]:
        for subject, lines in subjects(source.path):
            yield subject, number, lines

    def _consolidate(self, subject: bytes, parts: Parts) -> Lines:
        """The lines of one subject in the consolidated view, sorted and unique."""
        deciders, codes = self._deciders, self._codes
        kept: Lines = []
        found: dict[bytes, Found] = {}
        for number, lines in parts:
            for line in lines:
                _, predicate, rest = line.split(b" ", 2)
                if predicate in deciders:
                    found.setdefault(predicate, []).append((number, rest))
                else:
                    kept.append(line)
                    if rest in codes:
                        self._codes_used.add(codes[rest])
        differing: list[tuple[str, list[Claim]]] = []
        for predicate, claims in found.items():
            decide, name = deciders[predicate]
            for rest in decide(subject, name, claims, parts, differing):
                kept.append(b"%b %b %b" % (subject, predicate, rest))
                if rest in codes:
                    self._codes_used.add(codes[rest])
        if self._chains and subject.startswith(self._last_seen_spaces):
            self._note_last_seen(subject, parts)
        kept.sort()
        if len(parts) > 1:
            kept = [line for line, _ in groupby(kept)]
        if differing or subject.decode() in self._counts:
            self._say_differing(subject.decode(), kept, parts, differing)
        return kept

    def _say_differing(self, subject: str, kept: Lines, parts: Parts, differing: list[tuple[str, list[Claim]]]) -> None:
        labels = _labels_of(kept)
        if subject in self._counts:  # figures stand before plans, so the counts of a plan are known when it comes
            self._plans[subject] = labels
        for name, claims in differing:
            passages = {claim.source: _objects(parts, _P["ogcm:statedIn"], claim.source) for claim in claims}
            self._discrepancy(subject, name, [(claim, passages[claim.source]) for claim in claims], labels)

    # -- decisions: each gives what to keep, as it follows the predicate ----------------------------------------------

    def _newest(self, claims: Found) -> Found:
        """Of each series, what its newest edition says that says anything here."""
        newest: dict[str, int] = {}
        for number, _ in claims:
            series = self._series[number]
            if series not in newest or self._editions[number] > self._editions[newest[series]]:
                newest[series] = number
        return [claim for claim in claims if newest[self._series[claim[0]]] == claim[0]]

    def _claims(self, found: Found) -> list[Claim]:
        """Claims of the newest editions, highest precedence first."""
        claims = [Claim(number, self._ranks[number], self._series[number], _term(rest)) for number, rest in self._newest(found)]
        return sorted(claims, key=lambda claim: (claim.rank, claim.series, claim.value))

    def _newest_edition(self, found: Found) -> Found:
        """Without what older editions of a database say here; sources that are no editions all keep their word."""
        if len(found) == 1:
            return found
        newest: dict[str, int] = {}
        for number, _ in found:
            series = self._series[number]
            if self._is_edition[number] and (series not in newest or self._editions[number] > self._editions[newest[series]]):
                newest[series] = number
        return [claim for claim in found if not self._is_edition[claim[0]] or newest[self._series[claim[0]]] == claim[0]]

    def _of_newest(self, _subject: bytes, _name: str, found: Found, _parts: Parts, _differing: list) -> Iterable[bytes]:
        return [rest for _, rest in self._newest_edition(found)]

    def _labels(self, _subject: bytes, _name: str, found: Found, _parts: Parts, _differing: list) -> Iterable[bytes]:
        found = self._newest_edition(found)
        languages = {rest[rest.rfind(b'"') + 1 :] for _, rest in found}
        if len(languages) == len(found) and (len(found) == 1 or _UNTAGGED not in languages):
            return [rest for _, rest in found]
        by_language: dict[bytes, Found] = defaultdict(list)
        for number, rest in found:
            by_language[rest[rest.rfind(b'"') + 1 :]].append((number, rest))
        best = {language: min((self._ranks[number], rest) for number, rest in self._newest(texts))[1] for language, texts in by_language.items()}
        # An untagged text steps back behind tagged ones of the same subject.
        return [rest for language, rest in best.items() if language != _UNTAGGED or len(best) == 1]

    def _single(self, _subject: bytes, name: str, found: Found, _parts: Parts, differing: list[tuple[str, list[Claim]]]) -> Iterable[bytes]:
        if len(found) == 1:
            return [found[0][1]]
        claims = self._claims(found)
        winner = claims[0]
        if not all(_same(winner.value, claim.value) for claim in claims):
            differing.append((name, claims))
        # Within one edition several values stand as they are; SHACL judges them.
        return {_rest(claim.value) for claim in claims if claim.rank == winner.rank and claim.series == winner.series}

    def _single_of_kind(self, subject: bytes, name: str, found: Found, parts: Parts, differing: list[tuple[str, list[Claim]]]) -> Iterable[bytes]:
        if subject.startswith(self._space(SINGLE_VALUED_OF[name])):
            return self._single(subject, name, found, parts, differing)
        return [rest for _, rest in found]

    def _temporal(self, _subject: bytes, _name: str, found: Found, _parts: Parts, differing: list[tuple[str, list[Claim]]]) -> Iterable[bytes]:
        """dct:temporal with start and end apart: the consolidated period may join the start of one source and the end of another."""
        periods = self._claims(found)
        alone = periods[0].value if len(periods) == 1 else ""
        if alone in self._same_period:
            return [_rest(self._same_period[alone])]
        chosen: list[values.PartialDate | None] = []
        agreed = True
        for place, name in enumerate(_BOUNDS):
            bounds = [Claim(claim.source, claim.rank, claim.series, value) for claim in periods for value in sorted(self._periods.get(claim.value, ((), ()))[place])]
            chosen.append(_most_precise(bounds))
            if bounds and not all(_same(bounds[0].value, claim.value) for claim in bounds):
                differing.append((name, bounds))
                agreed = False
        if chosen[0] and chosen[1] and chosen[0].earliest > chosen[1].latest:
            # The start of one source and the end of another do not fit each other: the first in the order speaks alone.
            return [_rest(periods[0].value)]
        term = terms.iri(self.build.addresses.thing("period", uris.period(*(date.text if date else None for date in chosen))))
        if term not in {claim.value for claim in periods}:
            self._joined_period(term, chosen[0], chosen[1])
        if alone and agreed:
            self._same_period[alone] = term
        return [_rest(term)]

    def _joined_period(self, term: str, start: values.PartialDate | None, end: values.PartialDate | None) -> None:
        label = f"{start.text if start else '…'} – {end.text if end else '…'}"
        self._derive(term, "rdf:type", terms.curie("dct:PeriodOfTime"))
        self._derive(term, "rdf:type", terms.curie("time:Interval"))
        self._derive(term, "rdfs:label", terms.text(label))
        for name, date in (("dcat:startDate", start), ("dcat:endDate", end)):
            if date:
                self._derive(term, name, terms.date(date))
                self._bound(term, name, terms.date(date))

    # -- what one subject says about others ---------------------------------------------------------------------------

    def _look(self, subject: bytes, name: str, found: Found, parts: Parts, _differing: list) -> Iterable[bytes]:
        if name == "ogcm:forCommitment":
            self._shortcuts(found, parts)
        elif name == "ogcm:measure":
            self._count(found, parts)
        else:
            for _, rest in found:
                self._bound(subject.decode(), name, _term(rest))
        return [rest for _, rest in found]

    def _shortcuts(self, commitments: Found, parts: Parts) -> None:
        """ogcm:responsible and its siblings, one per role, from the Responsibility nodes of all sources."""
        for role in _rests(parts, _P["ogcm:role"]):
            if role in self._roles:
                for actor in _rests(parts, _P["ogcm:actor"]):
                    for _, commitment in commitments:
                        self._derive(_term(commitment), self._roles[role], _term(actor))

    def _bound(self, subject: str, name: str, date: str) -> None:
        """Comparable days of every period that the default graph uses: gYearMonth and date do not compare in SPARQL."""
        value = values.partial_date(_lexical(date))
        day = value.earliest if name == "dcat:startDate" else value.latest
        self._derive(subject, _BOUNDS[name], terms.typed(day.isoformat(), "date"))

    def _count(self, measures: Found, parts: Parts) -> None:
        """Remember a Figure that counts the commitments of a plan."""
        if _rest(terms.iri(self.build.addresses.code("measure", "commitments"))) not in {rest for _, rest in measures}:
            return
        for about in _rests(parts, _P["ogcm:about"]):
            if about.startswith(self._plan_space):
                for number, _ in parts:
                    passages = _objects(parts, _P["ogcm:statedIn"], number)
                    for value in _objects(parts, _P["schema:value"], number):
                        self._counts[_term(about)].append((Claim(number, self._ranks[number], self._series[number], value), passages))

    def _declared_counts(self) -> None:
        """The shortcut from Figures of measure `commitments`, with a Discrepancy where sources count differently."""
        for plan, counted in sorted(self._counts.items()):
            newest = {number for number, _ in self._newest([(claim.source, b"") for claim, _ in counted])}
            claims = sorted((item for item in counted if item[0].source in newest), key=lambda item: (item[0].rank, item[0].series, item[0].value))
            self._derive(plan, "ogcm:declaredCommitmentCount", claims[0][0].value)
            if len({claim.value for claim, _ in claims}) > 1:
                self._discrepancy(plan, "ogcm:declaredCommitmentCount", claims, self._plans.get(plan, {}))

    def _note_last_seen(self, subject: bytes, parts: Parts) -> None:
        """A plan or commitment that the newest edition of a database does not describe any longer."""
        described = {number for number, lines in parts if any(line.startswith(subject + b" " + _P["rdf:type"]) for line in lines)}
        for chain in self._chains:
            seen = [number for number in chain if number in described]
            if seen and seen[-1] != chain[-1]:
                source = self.build.addresses.thing("source", self.sources[seen[-1]].contract.key)
                self._derive(subject.decode(), "ogcm:lastSeenIn", terms.iri(source))

    # -- nodes of our own -------------------------------------------------------------------------------------------

    def _derive(self, subject: str, predicate: str, obj: str) -> None:
        self._derived.emit(f"{subject} {terms.curie(predicate)} {obj} .\n")

    def _discrepancy(self, subject: str, name: str, claims: list[tuple[Claim, list[str]]], labels: dict[str, str]) -> None:
        """`claims` come with their passages; `labels` as they stand between the quotes of a literal."""
        kind, key = subject.rstrip(">").rsplit("/", 2)[1:]
        local = name.partition(":")[2]
        discrepancy_key = self.build.registry.use("discrepancy", f"{kind}_{key}_{local}")
        node = terms.iri(self.build.addresses.thing("discrepancy", discrepancy_key))
        self._derive(node, "rdf:type", terms.curie("ogcm:Discrepancy"))
        for language, word in (("es", "Discrepancia"), ("en", "Discrepancy")):
            label = label_in(language, labels, kind, key)
            self._derive(node, "rdfs:label", f'"{word}: {label}, {local}"@{language}')
        self._derive(node, "ogcm:about", subject)
        self._derive(node, "ogcm:onProperty", terms.curie(name))
        for claim, passages in _one_per_series(claims):
            claim_key = self.build.registry.use("claim", f"{discrepancy_key}_{claim.series}")
            term = terms.iri(self.build.addresses.thing("claim", claim_key))
            value = terms.typed(claim.value[1:-1], "anyURI") if claim.value.startswith("<") else claim.value
            self._derive(node, "ogcm:hasClaim", term)
            self._derive(term, "rdf:type", terms.curie("ogcm:Claim"))
            self._derive(term, "rdfs:label", f'"{claim.series}: {_lexical(claim.value)}"')
            self._derive(term, "ogcm:claimedValue", value)
            for passage in passages:
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


def _chains(sources: list[SourceGraph]) -> list[list[int]]:
    """The editions of each database, oldest first, as places in `sources`; a database is a series of exports with a layout."""
    chains: dict[str, list[int]] = defaultdict(list)
    for number, source in enumerate(sources):
        if source.contract.source_type == "ogp-database" and getattr(source.contract, "layout", None):
            chains[source.contract.series].append(number)
    return [sorted(chain, key=lambda number: sources[number].edition) for chain in chains.values() if len(chain) > 1]


def _term(rest: bytes) -> str:
    """The object's term of what follows a predicate in a line."""
    return rest[:-3].decode()


def _rest(term: str) -> bytes:
    return f"{term} .\n".encode()


def _objects(parts: Parts, predicate: bytes, source: int) -> list[str]:
    """The objects of one predicate in one source's lines of a subject."""
    return [_term(rest) for number, lines in parts if number == source for _, name, rest in (line.split(b" ", 2) for line in lines) if name == predicate]


def _rests(parts: Parts, predicate: bytes) -> set[bytes]:
    return {rest for _, lines in parts for _, name, rest in (line.split(b" ", 2) for line in lines) if name == predicate}


def _labels_of(lines: Lines) -> dict[str, str]:
    """rdfs:label by language ("" = none), with the escapes of N-Triples."""
    found = {}
    for _, predicate, rest in (line.split(b" ", 2) for line in lines):
        if predicate == _P["rdfs:label"]:
            text, _, language = _term(rest).rpartition('"')
            found[language.removeprefix("@")] = text[1:]
    return found


def _most_precise(claims: list[Claim]) -> values.PartialDate | None:
    """The value of the highest precedence, in the finest precision of those that agree with it."""
    dates = [values.partial_date(_lexical(claim.value)) for claim in claims]
    if not dates:
        return None
    return max((date for date in dates if date.agrees_with(dates[0])), key=lambda date: len(date.text))


def _one_per_series(claims: list[tuple[Claim, list[str]]]) -> Iterator[tuple[Claim, list[str]]]:
    seen: set[str] = set()
    for claim, passages in claims:
        if claim.series not in seen:
            seen.add(claim.series)
            yield claim, passages


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
    return _lines_on({split(line)[2] for line in lines} & set(vocabulary), vocabulary)


def _lines_on(concepts: Iterable[str], vocabulary: Mapping[str, list[str]]) -> set[str]:
    names = ("rdf:type", "rdfs:label", "skos:prefLabel", "skos:notation", "skos:inScheme", "skos:broader", "dct:title", "ogcm:forDimension", "ogcm:forMethod")
    wanted = {terms.curie(name) for name in names}
    found: set[str] = set()
    waiting = set(concepts)
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
