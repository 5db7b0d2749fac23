"""The walk through all sources together, subject by subject, and the decision on each property that needs one."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from ingest import terms, uris
from ingest.consolidation.claims import Claim, Precedence, SourceGraph, agree
from ingest.consolidation.concepts import lines_on
from ingest.consolidation.declared_counts import DeclaredCounts
from ingest.consolidation.derived import Derived
from ingest.consolidation.lines import Found, Parts, labels_of, objects, predicate, rest_of, rests, term
from ingest.consolidation.periods import BOUNDS, Periods
from ingest.consolidation.properties import OF_NEWEST_EDITION, ONE_PER_LANGUAGE, SINGLE_VALUED, SINGLE_VALUED_OF
from ingest.consolidation.superseded import Superseded
from ingest.context import Build
from ingest.sorting import BUFFER, Lines, merge_into, read_lines, subjects, write_sorted

SHORTCUTS = {
    "responsible": "ogcm:responsible",
    "co-responsible": "ogcm:coResponsible",
    "lead": "ogcm:lead",
    "support": "ogcm:supporting",
}

LAST_SEEN = ("commitment", "plan")  # kinds whose items are told from one edition of a database to the next

_UNTAGGED = b" .\n"  # what follows the closing quote of a text without a language
_TYPE, _ROLE, _ACTOR, _STATED_IN = map(predicate, ("rdf:type", "ogcm:role", "ogcm:actor", "ogcm:statedIn"))

Decider = Callable[[bytes, str, Found, Parts, list[tuple[str, list[Claim]]]], Iterable[bytes]]  # subject, property, its values, all lines, what differs


@dataclass(frozen=True)
class Consolidated:
    """Sorted files of the default graph and of the part of it that was computed."""

    default: Path
    derived: Path


class Consolidation:
    """Works on the statements that need a decision; all others pass through untouched.

    `vocabulary` maps the subject terms of the code lists to their lines: what the view uses of them is written into it.
    Files are written into `folder`.
    """

    def __init__(self, build: Build, sources: Iterable[SourceGraph], folder: Path, date: str = "", vocabulary: Mapping[str, list[str]] | None = None):
        self.build = build
        self.folder = folder
        self.date = date  # of the newest source: the date of events that this build adds to the registry
        self._precedence = Precedence(sources)
        self.vocabulary = vocabulary or {}
        self._codes = {rest_of(code): code for code in self.vocabulary}
        self._codes_used: set[str] = set()
        self._derived = Derived(build, folder / "derived.nt")
        self._superseded = Superseded(self._precedence, build.scopes, build.addresses)
        self._periods = Periods(self._precedence, self._derived, build.addresses, self._superseded.ends)
        self._counts = DeclaredCounts(self._precedence, self._derived, build.addresses)
        self._counted = self._counts.by_plan  # asked for every subject
        self._last_seen_spaces = tuple(self._space(kind) for kind in LAST_SEEN)
        self._roles = {rest_of(terms.iri(uris.Addresses.code("role", role))): name for role, name in SHORTCUTS.items()}
        self._deciders: dict[bytes, tuple[Decider, str]] = {predicate(name): (self._single, name) for name in SINGLE_VALUED}
        self._deciders |= {predicate(name): (self._single_of_kind, name) for name in SINGLE_VALUED_OF}
        self._deciders |= {predicate(name): (self._labels, name) for name in ONE_PER_LANGUAGE}
        self._deciders |= {predicate(name): (self._of_newest, name) for name in OF_NEWEST_EDITION}
        self._deciders[predicate("dct:temporal")] = (self._periods.decide, "dct:temporal")
        for name in ("ogcm:forCommitment", "ogcm:measure", *BOUNDS):
            self._deciders[predicate(name)] = (self._look, name)

    def _space(self, kind: str) -> bytes:
        return f"<{self.build.addresses.space(kind)}".encode()

    def run(self) -> Consolidated:
        self._superseded.read()
        self._periods.read()
        kept = self.folder / "kept.nt"
        self._walk(kept)
        self._counts.say()
        # Last, when discrepancies and claims have used their keys too.
        self.build.registry.withdraw_unused(self.date)
        self._derived.tombstones()
        derived = self._derived.finish()
        for line in read_lines(derived):
            if code := self._codes.get(line.split(b" ", 2)[2]):
                self._codes_used.add(code)
        codes = write_sorted(lines_on(self._codes_used, self.vocabulary), self.folder / "codes.nt")
        default = merge_into(kept, (derived, codes), self.folder / "default.nt")
        kept.unlink()
        codes.unlink()
        return Consolidated(default, derived)

    # -- subject by subject -----------------------------------------------------------------------------------------

    def _walk(self, path: Path) -> None:
        streams = [self._numbered(number, source) for number, source in enumerate(self._precedence.sources)]
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
        if subject.startswith(self._superseded.spaces):
            described, parts = parts, self._superseded.heard(subject, parts)
        else:
            described = parts
        kept: Lines = []
        found: dict[bytes, Found] = {}
        for number, lines in parts:
            for line in lines:
                _, name, rest = line.split(b" ", 2)
                if name in deciders:
                    found.setdefault(name, []).append((number, rest))
                else:
                    kept.append(line)
                    if rest in codes:
                        self._codes_used.add(codes[rest])
        differing: list[tuple[str, list[Claim]]] = []
        for name, claims in found.items():
            decide, shortened = deciders[name]
            for rest in decide(subject, shortened, claims, parts, differing):
                kept.append(b"%b %b %b" % (subject, name, rest))
                if rest in codes:
                    self._codes_used.add(codes[rest])
        if self._precedence.chains and subject.startswith(self._last_seen_spaces):
            self._note_last_seen(subject, described)
        kept.sort()
        if len(parts) > 1:
            kept = [line for line, _ in groupby(kept)]
        if differing or subject.decode() in self._counted:
            self._say_differing(subject.decode(), kept, parts, differing)
        return kept

    def _say_differing(self, subject: str, kept: Lines, parts: Parts, differing: list[tuple[str, list[Claim]]]) -> None:
        labels = labels_of(kept)
        if subject in self._counted:
            self._counts.name(subject, labels)
        for name, claims in differing:
            passages = {claim.source: objects(parts, _STATED_IN, claim.source) for claim in claims}
            self._derived.discrepancy(subject, name, [(claim, passages[claim.source]) for claim in claims], labels)

    # -- decisions: each gives what to keep, as it follows the predicate ----------------------------------------------

    def _of_newest(self, _subject: bytes, _name: str, found: Found, _parts: Parts, _differing: list) -> Iterable[bytes]:
        return [rest for _, rest in self._precedence.newest_edition(found)]

    def _labels(self, _subject: bytes, _name: str, found: Found, _parts: Parts, _differing: list) -> Iterable[bytes]:
        found = self._precedence.newest_edition(found)
        languages = {rest[rest.rfind(b'"') + 1 :] for _, rest in found}
        if len(languages) == len(found) and (len(found) == 1 or _UNTAGGED not in languages):
            return [rest for _, rest in found]
        by_language: dict[bytes, Found] = defaultdict(list)
        for number, rest in found:
            by_language[rest[rest.rfind(b'"') + 1 :]].append((number, rest))
        best = {language: min((self._precedence.ranks[number], rest) for number, rest in self._precedence.newest(texts))[1] for language, texts in by_language.items()}
        # An untagged text steps back behind tagged ones of the same subject.
        return [rest for language, rest in best.items() if language != _UNTAGGED or len(best) == 1]

    def _single(self, _subject: bytes, name: str, found: Found, _parts: Parts, differing: list[tuple[str, list[Claim]]]) -> Iterable[bytes]:
        if len(found) == 1:
            return [found[0][1]]
        claims = self._precedence.claims(found)
        winner = claims[0]
        if not all(agree(winner.value, claim.value) for claim in claims):
            differing.append((name, claims))
        # Within one edition several values stand as they are; SHACL judges them.
        return {rest_of(claim.value) for claim in claims if claim.rank == winner.rank and claim.series == winner.series}

    def _single_of_kind(self, subject: bytes, name: str, found: Found, parts: Parts, differing: list[tuple[str, list[Claim]]]) -> Iterable[bytes]:
        if subject.startswith(self._space(SINGLE_VALUED_OF[name])):
            return self._single(subject, name, found, parts, differing)
        return [rest for _, rest in found]

    # -- what one subject says about others ---------------------------------------------------------------------------

    def _look(self, subject: bytes, name: str, found: Found, parts: Parts, _differing: list) -> Iterable[bytes]:
        if name == "ogcm:forCommitment":
            self._shortcuts(found, parts)
        elif name == "ogcm:measure":
            self._counts.note(found, parts)
        else:
            for _, rest in found:
                self._periods.bound(subject.decode(), name, term(rest))
        return [rest for _, rest in found]

    def _shortcuts(self, commitments: Found, parts: Parts) -> None:
        """ogcm:responsible and its siblings, one per role, from the Responsibility nodes of all sources."""
        for role in rests(parts, _ROLE):
            if role in self._roles:
                for actor in rests(parts, _ACTOR):
                    for _, commitment in commitments:
                        self._derived.say(term(commitment), self._roles[role], term(actor))

    def _note_last_seen(self, subject: bytes, parts: Parts) -> None:
        """A plan or commitment that the newest edition of a database does not describe any longer."""
        described = {number for number, lines in parts if any(line.startswith(subject + b" " + _TYPE) for line in lines)}
        for chain in self._precedence.chains:
            seen = [number for number in chain if number in described]
            if seen and seen[-1] != chain[-1]:
                source = self.build.addresses.thing("source", self._precedence.sources[seen[-1]].contract.key)
                self._derived.say(subject.decode(), "ogcm:lastSeenIn", terms.iri(source))
