"""How many commitments a plan has, as its sources declare it in figures."""

from __future__ import annotations

from collections import defaultdict

from ingest import terms, uris
from ingest.consolidation.claims import Claim, Precedence
from ingest.consolidation.derived import Derived
from ingest.consolidation.lines import Found, Parts, objects, predicate, rest_of, rests, term

_ABOUT, _VALUE, _STATED_IN = map(predicate, ("ogcm:about", "schema:value", "ogcm:statedIn"))


class DeclaredCounts:
    def __init__(self, precedence: Precedence, derived: Derived, addresses: uris.Addresses):
        self._precedence = precedence
        self._derived = derived
        self._plan_space = f"<{addresses.space('plan')}".encode()
        self._measure = rest_of(terms.iri(addresses.code("measure", "commitments")))
        self.by_plan: dict[str, list[tuple[Claim, list[str]]]] = defaultdict(list)  # declared counts, their passages
        self._labels: dict[str, dict[str, str]] = {}  # plan with a declared count -> its labels by language

    def name(self, plan: str, labels: dict[str, str]) -> None:
        """Figures stand before plans, so the counts of a plan are known when it comes, and its labels are kept for a Discrepancy."""
        self._labels[plan] = labels

    def note(self, measures: Found, parts: Parts) -> None:
        """Remember a Figure that counts the commitments of a plan."""
        if self._measure not in {rest for _, rest in measures}:
            return
        for about in rests(parts, _ABOUT):
            if about.startswith(self._plan_space):
                for number, _ in parts:
                    passages = objects(parts, _STATED_IN, number)
                    for value in objects(parts, _VALUE, number):
                        self.by_plan[term(about)].append((Claim(number, self._precedence.ranks[number], self._precedence.series[number], value), passages))

    def say(self) -> None:
        """The shortcut from Figures of measure `commitments`, with a Discrepancy where sources count differently."""
        for plan, counted in sorted(self.by_plan.items()):
            newest = {number for number, _ in self._precedence.newest([(claim.source, b"") for claim, _ in counted])}
            claims = sorted((item for item in counted if item[0].source in newest), key=lambda item: (item[0].rank, item[0].series, item[0].value))
            self._derived.say(plan, "ogcm:declaredCommitmentCount", claims[0][0].value)
            if len({claim.value for claim, _ in claims}) > 1:
                self._derived.discrepancy(plan, "ogcm:declaredCommitmentCount", claims, self._labels.get(plan, {}))
