"""What a mapping is given: addresses, look-ups, and a graph to add statements to. No store, no network, no file."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from ingest import contract_faults, terms, uris
from ingest.authority import Authority, Mention, UnresolvedName
from ingest.contract import Contract
from ingest.editions import Editions
from ingest.identifiers import Registry
from ingest.journal import Journal
from ingest.places import Places
from ingest.problems import Problem, ProblemList
from ingest.quality import Quality
from ingest.readers import Row
from ingest.review import Review
from ingest.scopes import Scopes

CodeLists = Mapping[str, Mapping[str, Mapping[str, str]]]  # scheme -> code -> language -> label

_RDF_TYPE = terms.curie("rdf:type")
_LABEL = terms.curie("rdfs:label")
_STATED_IN = terms.curie("ogcm:statedIn")


# Kinds of things whose label is a name: it stays what it is in a sentence of any language. Labels of all others are texts.
NAMED = frozenset({"area", "initiative", "org"})


def label_in(language: str, labels: Mapping[str, str], kind: str, key: str) -> str:
    """What a composed label in one language calls a thing: its label in that language, or one of no stated language; a name; else its key.

    A title in another language would make the tag of the whole untrue.

    >>> label_in("en", {"es": "Gasto abierto"}, "commitment", "MX-4-01"), label_in("en", {"es": "Guerrero"}, "area", "MX-GRO")
    ('MX-4-01', 'Guerrero')
    """
    known = [labels.get(language), labels.get("")]
    if kind in NAMED:
        known += [labels.get("es"), labels.get("en"), *labels.values()]
    return next((label for label in known if label), key)


class Sink(Protocol):
    """Where the statements of a source go: finished N-Triples lines, each ending in a line feed (`ingest.sorting.LineSink`)."""

    def emit(self, text: str) -> None: ...


class Lines:
    """A sink that only keeps what it is given."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def emit(self, text: str) -> None:
        self.texts.append(text)


class Reference(NamedTuple):
    """A key that a cell names; whether any source describes it is known only when all are read."""

    kind: str
    key: str
    file: str
    row: int
    column: str


@dataclass
class Build:
    """What all sources of one build share."""

    addresses: uris.Addresses
    registry: Registry
    authority: Authority
    codes: CodeLists  # the vocabulary's own code lists
    problems: ProblemList
    settings: Any
    series: frozenset[str] = frozenset()  # series of all sources of this build
    concepts: dict[str, dict[str, dict[str, str]]] = field(default_factory=lambda: defaultdict(dict))  # deployment schemes
    outside: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))  # lists of others, which keep their addresses: code -> IRI
    list_methods: dict[str, str] = field(default_factory=dict)  # deployment scheme -> code of the method whose verdicts it lists
    labels: dict[str, dict[str, str]] = field(default_factory=dict)  # subject term -> language -> label, of what is remembered
    identities: dict[tuple[str, str], str] = field(default_factory=dict)  # (authority, outside id) -> key of ours
    area_names: dict[str, set[str]] = field(default_factory=dict)  # ISO code -> folded names of the country
    places: Places = field(default_factory=Places)  # areas by the names and codes that sources use
    passages: dict[str, tuple[str, ...]] = field(default_factory=dict)  # subject term -> its passages so far, of what is remembered
    written: dict[tuple[str, str], str] = field(default_factory=dict)  # (kind, key) -> its year-less date as printed
    references: list[Reference] = field(default_factory=list)
    plans: dict[tuple[str, str, str], str] = field(default_factory=dict)  # (initiative, area, ingest.uris.plan_number) -> key
    plan_of_commitment: dict[str, str] = field(default_factory=dict)  # of exports: commitment key -> plan key
    quality: Quality = field(default_factory=Quality)
    editions: Editions = field(default_factory=Editions)
    scopes: Scopes = field(default_factory=Scopes)
    facts: list[Any] = field(default_factory=list)  # ingest.matching.CommitmentFacts of exports, for finding candidates
    review: Review = field(init=False)
    journal: Journal = field(init=False)  # what the row at hand changed, of all that is here
    linked: set[tuple[str, str, str]] = field(default_factory=set)  # pairs (`pair`) of which a curator said something
    not_same: set[tuple[str, str, str]] = field(default_factory=set)  # those of them of which the curator said that they are two

    def list_of(self, scheme: str) -> Mapping[str, Mapping[str, str]]:
        """The codes of a list with their labels by language: of the vocabulary's own, else of a deployment scheme; empty where neither has it."""
        return self.codes.get(scheme) or self.concepts.get(scheme) or {}

    def pair(self, kind: str, one: str, other: str) -> tuple[str, str, str]:
        """Two things as `linked` holds them, whatever keys they had before they were merged into others."""
        first, second = sorted(self.registry.survivor(kind, key) for key in (one, other))
        return kind, first, second

    def __post_init__(self) -> None:
        self.review = Review(self.authority)
        self.journal = self.registry.journal


class SourceContext:
    """One source being mapped into its own graph, which goes line by line into `sink` and is never held here."""

    def __init__(self, build: Build, contract: Contract, sink: Sink | None = None):
        self.build = build
        self.contract = contract
        self.sink: Sink = sink or Lines()
        self._held = self.sink  # the sink of rows that are kept, while the one at hand is not yet
        self.counters: Counter[tuple[str, ...]] = Counter()  # for positions that only the order of rows gives
        self.date = "" if contract.issued == "not-stated" else contract.issued.isoformat()
        self.source = self.thing("source", contract.key)

    # -- addresses --------------------------------------------------------------------------------------------

    def thing(self, kind: str, key: str) -> str:
        """Term of a resource that some source describes; the key follows merges in the registry."""
        return terms.iri(self.build.addresses.thing(kind, self.build.registry.survivor(kind, key)))

    def mint(self, kind: str, key: str, *, natural: str = "") -> str:
        """Term of a resource that this source describes; its key is minted on first sight."""
        return terms.iri(self.build.addresses.thing(kind, self.build.registry.use(kind, key, natural=natural, date=self.date)))

    def concept(self, scheme: str, code: str) -> str:
        """Term of a concept: of the vocabulary's own code lists, else of a list that others publish (`sdg`), else of a deployment scheme."""
        if scheme in self.build.codes:
            if code not in self.build.codes[scheme]:
                raise LookupError(f"{scheme}/{code}")
            return terms.iri(self.build.addresses.code(scheme, code))
        if code in self.build.outside.get(scheme, {}):
            return terms.iri(self.build.outside[scheme][code])
        if code not in self.build.concepts.get(scheme, {}):
            raise LookupError(f"{scheme}/{code}")
        return terms.iri(self.build.addresses.concept(scheme, code))

    def plan_known(self, initiative: str, area: str, number: str, key: str) -> None:
        """Under which key the plan of an initiative in an area is described; of plans that print one number the first keeps it."""
        self.build.plans.setdefault((initiative, area, uris.plan_number(number)), key)

    # -- a row as a whole -------------------------------------------------------------------------------------

    def begin(self) -> None:
        """From now on nothing that is said or minted counts, until `keep` makes all of it count or `undo` none of it."""
        self._held = self.sink
        self.sink = Lines()
        self.build.journal.begin()

    def keep(self) -> None:
        """What was said and minted since `begin` counts."""
        lines, self.sink = self.sink, self._held
        if isinstance(lines, Lines) and lines.texts:
            self.sink.emit("".join(lines.texts))
        self.build.journal.keep()
        self.build.quality.keep(self.contract.key)

    def undo(self) -> None:
        """Nothing that was said or minted since `begin` was."""
        self.sink = self._held
        self.build.journal.undo()
        self.build.quality.drop(self.contract.key)

    # -- statements -------------------------------------------------------------------------------------------

    def emit(self, text: str) -> None:
        """One or more finished N-Triples lines at once, each ending in a line feed: the fast way of hot mappings."""
        self.sink.emit(text)

    def add(self, subject: str, predicate: str, obj: str) -> None:
        """One statement; `predicate` is a CURIE, subject and object are terms."""
        self.sink.emit(f"{subject} {terms.curie(predicate)} {obj} .\n")

    def describe(self, subject: str, classes: Iterable[str], labels: Mapping[str, str], stated_in: str | None, *, remember: bool = True) -> str:
        """Types, labels and the passage of a subject: what every instance has.

        Labels and passage are remembered for those that compose labels or look for evidence later, unless told not to:
        tables of many rows whose resources nobody names should not fill the memory.
        """
        text = [f"{subject} {_RDF_TYPE} {terms.curie(name)} .\n" for name in classes]
        text += [f"{subject} {_LABEL} {terms.text(label, language or None)} .\n" for language, label in labels.items()]
        self.sink.emit("".join(text))
        if remember:
            known = self.build.labels.get(subject)
            if known is None:
                self.build.journal.note(self.build.labels, subject)
                known = self.build.labels[subject] = {}
            elif self.build.journal.open:
                self.build.journal.note_as(self.build.labels, subject, dict(known))
            for language, label in labels.items():
                known.setdefault(language, label)
        if stated_in is not None:
            self.stated(subject, stated_in, remember=remember)
        return subject

    def stated(self, subject: str, passage: str, *, remember: bool = True) -> None:
        if remember:
            known = self.build.passages.get(subject, ())
            if passage not in known:  # one or a few, and nearly always one: a tuple takes the least room
                self.build.journal.note(self.build.passages, subject)
                self.build.passages[subject] = (*known, passage)
        self.sink.emit(f"{subject} {_STATED_IN} {passage} .\n")

    def label(self, subject: str, language: str) -> str:
        """What a composed label in this language calls something described before, see `label_in`."""
        kind, key = subject.rstrip(">").rsplit("/", 2)[1:]
        return label_in(language, self.build.labels.get(subject, {}), kind, key)

    # -- provenance -------------------------------------------------------------------------------------------

    def passage(self, row: Row, *, as_written: str = "", curator: str = "", reasons: Mapping[str, str] | None = None) -> str:
        """The passage of a row: one place in this source. Absence codes of the row stand on it."""
        key = uris.passage(self.contract.key, row.file.slug, row.key)
        subject = self.mint("passage", key)
        place = row.place or f"{row.file.slug}, {row.key}"
        title, language = self.contract.own_title
        self.describe(subject, ["ogcm:Passage"], {language: f"{title}: {place}"}, None, remember=False)
        self.add(subject, "dct:isPartOf", self.source)
        self.add(subject, "ogcm:locator", terms.text(place, self.contract.language_tag))
        if as_written:
            self.add(subject, "ogcm:asWritten", terms.text(as_written))
        if curator:
            self.add(subject, "ogcm:curator", terms.text(curator))
        for tag, reason in (reasons or {}).items():
            self.add(subject, "ogcm:reason", terms.text(reason, tag))
        for column, name in row.absent.items():
            self.add(subject, f"ogcm:{name}", terms.text(column))
        return subject

    # -- cells ------------------------------------------------------------------------------------------------

    def literal(self, row: Row, name: str) -> str | None:
        """The cell as a text literal, white space folded, tagged with the column's or the contract's language."""
        text = " ".join(row.text(name).split())
        if not text:
            return None
        return terms.text(text, self.language(row, name))

    def language(self, row: Row, name: str) -> str | None:
        declared = row.column(name).language
        if declared == "":
            return None
        return declared or self.contract.language_tag

    def value(self, row: Row, name: str, read: Callable[[str], Any]) -> Any:
        """The cell read by a function of `ingest.values`; None when empty or at fault (which is then reported)."""
        text = row.text(name)
        if not text:
            return None
        try:
            return read(text)
        except ValueError as error:
            es, en = error.args if len(error.args) == 2 else (str(error), str(error))
            row.problem(name, row.column(name).type, text, es, en)
            return None

    def code(self, row: Row, name: str, scheme: str | None = None) -> str | None:
        """The cell as a concept of the column's scheme."""
        text = row.text(name)
        if not text:
            return None
        wanted = scheme or row.column(name).scheme or ""
        try:
            return self.concept(wanted, text)
        except LookupError:
            known = self.build.list_of(wanted)
            listed = ", ".join(sorted(known)) or "—"
            row.problem(name, "code", text, f"un código de {wanted}: {listed}", f"a code of {wanted}: {listed}")
            return None

    def one_of(self, row: Row, name: str, known: Collection[str]) -> str:
        """The cell, "" where it is none of these. Contracts of deployments need not list them, so it is asked here, too."""
        text, declared = row.text(name), row.column(name).values
        if text in known:
            return text
        if declared is None or text in declared:  # else the contract's own list has told already
            listed = ", ".join(known)
            row.problem(name, "not-in-list", text, f"uno de: {listed}", f"one of: {listed}")
        return ""

    def term(self, row: Row, name: str) -> str:
        """The cell as the prefixed name of a property or class, "" where it is none; as for `one_of`."""
        text, declared = row.text(name), row.column(name).values
        expected = contract_faults.instead_of_curie(text)
        if expected is None:
            return text
        if declared is None or text in declared:
            row.problem(name, "not-in-list", text, *expected)
        return ""

    def key(self, row: Row, name: str, kind: str | None = None) -> str | None:
        """The cell as the key of one of our resources, checked against the grammar (existence is checked at the end)."""
        text = row.text(name)
        if not text:
            return None
        try:
            uris.check_key(text)
        except ValueError:
            row.problem(name, "key", text, "una clave como MX-4 o mx-sfp", "a key such as MX-4 or mx-sfp")
            return None
        wanted = kind or row.column(name).key_kind
        if wanted and not self.build.registry.used(wanted, self.build.registry.survivor(wanted, text)):
            # Perhaps described further on: all that is known now need not be looked up again at the end.
            self.refer(wanted, text, row, name)
        return text

    def refer(self, kind: str, key: str, row: Row, column: str) -> None:
        """Note that a cell names one of our resources, which has to exist in the end."""
        self.build.references.append(Reference(kind, key, row.file.shown, row.number, column))

    def mentions(self, row: Row, name: str, country: str) -> list[Mention]:
        """The bodies that a cell of type institutions names; a name without a body is a problem of that cell."""
        text = row.text(name)
        if not text:
            return []
        try:
            return list(self.build.authority.mentions(text, row.column(name).separators, country))
        except UnresolvedName as error:
            row.problem(name, "unknown-institution", str(error), "un nombre de data/reference/organizations.csv", "a name of data/reference/organizations.csv")
            return []


def check_references(build: Build) -> None:
    """Every key that a cell names must be described by some source of this build; known only when all are read."""
    for kind, key, shown, row, column in build.references:
        survivor = build.registry.survivor(kind, key)
        if not build.registry.used(kind, survivor):
            es, en = f"la clave de un recurso {kind} descrito en las tablas", f"the key of one {kind} that the tables describe"
            build.problems.add(Problem(shown, row, column, "unknown-key", key, es, en))

