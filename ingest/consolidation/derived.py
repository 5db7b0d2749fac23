"""What the view says of its own: nodes of discrepancies and their claims, tombstones, and single statements that follow from others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ingest import terms, uris
from ingest.consolidation.claims import Claim
from ingest.consolidation.lines import lexical
from ingest.context import Build, label_in
from ingest.identifiers import BUILDER, UNSTATED, Event
from ingest.sorting import LineSink


class Derived:
    """The graph of derived statements in the making, sorted into a file of its own."""

    def __init__(self, build: Build, path: Path):
        self._build = build
        self._sink = LineSink(path)

    def finish(self) -> Path:
        return self._sink.finish()

    def say(self, subject: str, predicate: str, obj: str) -> None:
        """One statement: terms of subject and object, the predicate shortened."""
        self._sink.emit(f"{subject} {terms.curie(predicate)} {obj} .\n")

    def discrepancy(self, subject: str, name: str, claims: list[tuple[Claim, list[str]]], labels: dict[str, str]) -> None:
        """A Discrepancy with a Claim per source series. `claims` come with their passages; `labels` as they stand between the quotes of a literal."""
        kind, key = subject.rstrip(">").rsplit("/", 2)[1:]
        local = name.partition(":")[2]
        discrepancy_key = self._build.registry.use("discrepancy", uris.discrepancy(kind, key, local))
        node = terms.iri(self._build.addresses.thing("discrepancy", discrepancy_key))
        self.say(node, "rdf:type", terms.curie("ogcm:Discrepancy"))
        for language, word in (("es", "Discrepancia"), ("en", "Discrepancy")):
            label = label_in(language, labels, kind, key)
            self.say(node, "rdfs:label", f'"{word}: {label}, {local}"@{language}')
        self.say(node, "ogcm:about", subject)
        self.say(node, "ogcm:onProperty", terms.curie(name))
        for claim, passages in _one_per_series(claims):
            claim_key = self._build.registry.use("claim", uris.claim(discrepancy_key, claim.series))
            term = terms.iri(self._build.addresses.thing("claim", claim_key))
            value = terms.typed(claim.value[1:-1], "anyURI") if claim.value.startswith("<") else claim.value
            self.say(node, "ogcm:hasClaim", term)
            self.say(term, "rdf:type", terms.curie("ogcm:Claim"))
            self.say(term, "rdfs:label", f'"{claim.series}: {lexical(claim.value)}"')
            self.say(term, "ogcm:claimedValue", value)
            for passage in passages:
                self.say(term, "ogcm:statedIn", passage)
                self.say(node, "ogcm:statedIn", passage)

    def tombstones(self) -> None:
        """What remains of every key that was withdrawn, merged or split."""
        status = terms.iri(self._build.addresses.code("record-status", "withdrawn"))
        words = {"merged": ("Fusionado", "Merged"), "split": ("Dividido", "Split"), "withdrawn": ("Retirado", "Withdrawn")}
        for kind, key, state, event in self._build.registry.gone():
            node = terms.iri(self._build.addresses.thing(kind, key))
            self.say(node, "rdf:type", terms.curie("ogcm:Tombstone"))
            for language, word in zip(("es", "en"), words[state], strict=True):
                self.say(node, "rdfs:label", terms.text(f"{word}: {kind}/{key}", language))
            self.say(node, "adms:status", status)
            for target in event.target.split():
                survivor = self._build.registry.survivor(kind, target)
                self.say(node, "dct:isReplacedBy", terms.iri(self._build.addresses.thing(kind, survivor)))
            for language, reason in _reasons(event).items():
                self.say(node, "ogcm:reason", terms.text(reason, language))


def _reasons(event: Event) -> dict[str | None, str]:
    """language -> why. A build's own reason in both; of what somebody typed into the log nobody knows the language."""
    if (event.by, event.reason) == (BUILDER, UNSTATED):
        return {"es": "ninguna fuente lo afirma ya", "en": UNSTATED}
    return {None: event.reason} if event.reason else {}


def _one_per_series(claims: list[tuple[Claim, list[str]]]) -> Iterator[tuple[Claim, list[str]]]:
    seen: set[str] = set()
    for claim, passages in claims:
        if claim.series not in seen:
            seen.add(claim.series)
            yield claim, passages
