"""The registry of identifiers: an append-only event log per kind, `data/identifiers/{kind}.csv`.

Events: mint, alias, merge, split, withdraw, error (ontology_design section 8, Registry). Rows are never edited; the file
is sorted by key and seq. A key's state is that of its newest event other than alias.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ingest import uris
from ingest.problems import Problem, ProblemList
from ontology.namespaces import KINDS

FIELDS = ("seq", "event", "kind", "key", "natural_key", "date", "by", "reason", "target")
EVENTS = ("mint", "alias", "merge", "split", "withdraw", "error")
BUILDER = "build"
# Computed from other keys or from the release itself, so never minted (section 8).
COMPUTED = frozenset({"period", "run", "dataset", "distribution", "service", "catalog"})

State = Literal["active", "merged", "split", "withdrawn"]
_STATES: dict[str, State] = {"mint": "active", "merge": "merged", "split": "split", "withdraw": "withdrawn", "error": "withdrawn"}


@dataclass(frozen=True)
class Event:
    seq: int
    event: str
    kind: str
    key: str
    natural_key: str = ""
    date: str = ""
    by: str = BUILDER
    reason: str = ""
    target: str = ""  # key of the survivor; several, separated by a blank, for a split; alias: the outside id

    def row(self) -> list[str]:
        return [str(self.seq), self.event, self.kind, self.key, self.natural_key, self.date, self.by, self.reason, self.target]


@dataclass
class Registry:
    """All events, and which keys this build has used."""

    events: dict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    _used: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _by_key: dict[str, dict[str, list[Event]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    _by_natural: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    _by_folded: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    def record(self, event: Event) -> None:
        self.events[event.kind].append(event)
        self._by_key[event.kind][event.key].append(event)
        self._by_folded[event.kind].setdefault(event.key.lower(), event.key)
        if event.event == "mint":
            self._by_natural[event.kind].setdefault(event.natural_key or event.key, event.key)

    def state(self, kind: str, key: str) -> State | None:
        """State of a key, None when it was never minted."""
        state: State | None = None
        for event in self._by_key[kind].get(key, ()):
            state = _STATES.get(event.event, state)
        return state

    def survivor(self, kind: str, key: str) -> str:
        """The key itself, or the one it was merged into, however many merges ago."""
        seen: set[str] = set()
        while self.state(kind, key) == "merged" and key not in seen:
            seen.add(key)
            key = next(event.target for event in reversed(self._by_key[kind][key]) if event.event == "merge")
        return key

    def use(self, kind: str, proposal: str, *, natural: str = "", date: str = "") -> str:
        """The key of a resource this build describes: the registered one of the natural key, else the proposal, minted.

        Raises ValueError when the proposal breaks the key grammar or differs from a known key only by letter case.
        """
        if kind in COMPUTED:
            return uris.check_key(proposal)
        natural = natural or proposal
        key = self._by_natural[kind].get(natural)
        if key is None:
            key = uris.check_key(proposal)
            known = self._by_folded[kind].get(key.lower())
            if known is not None and known != key:
                raise ValueError(f"{kind}/{key} differs from {kind}/{known} only by letter case")
            if known is None:
                self.record(Event(1, "mint", kind, key, "" if natural == key else natural, date))
        key = self.survivor(kind, key)
        if self.state(kind, key) in ("withdrawn", "split") and key not in self._used[kind]:
            # Described again: the newest event decides, so a mint brings the key back.
            self.record(Event(len(self._by_key[kind][key]) + 1, "mint", kind, key, "", date, reason="described again by its source"))
        self._used[kind].add(key)
        return key

    def unused(self) -> list[tuple[str, str]]:
        """(kind, key) of active keys that nothing has described so far, sorted."""
        return sorted(
            (kind, key) for kind, keys in self._by_key.items() for key in keys if key not in self._used[kind] and self.state(kind, key) == "active"
        )

    def withdraw_unused(self, date: str) -> None:
        """A key that was published and is described no longer gets a `withdraw` event: its address answers 410, never 404."""
        for kind, keys in list(self._by_key.items()):
            for key in list(keys):
                if self.state(kind, key) == "active" and key not in self._used[kind]:
                    event = Event(len(keys[key]) + 1, "withdraw", kind, key, "", date, reason="no longer stated by any source")
                    self.record(event)

    def gone(self) -> Iterator[tuple[str, str, State, list[str], str]]:
        """(kind, key, state, replacements, reason) of every merged, split or withdrawn key, sorted."""
        for kind in sorted(self._by_key):
            for key in sorted(self._by_key[kind]):
                state = self.state(kind, key)
                if state in ("merged", "split", "withdrawn"):
                    last = [event for event in self._by_key[kind][key] if event.event in _STATES][-1]
                    yield kind, key, state, last.target.split(), last.reason

    def minted(self) -> set[tuple[str, str]]:
        """(kind, key) of every key ever minted."""
        return {(kind, key) for kind, keys in self._by_key.items() for key in keys}

    def serialized(self) -> dict[str, bytes]:
        """kind -> content of its CSV file, sorted by key and seq."""
        files = {}
        for kind, events in sorted(self.events.items()):
            stream = io.StringIO(newline="")
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(FIELDS)
            writer.writerows(event.row() for event in sorted(events, key=lambda item: (item.key, item.seq)))
            files[kind] = stream.getvalue().encode()
        return files


def load_registry(folder: Path, shown: str, problems: ProblemList) -> Registry:
    """Read every `{kind}.csv` of the folder; faults are reported with file, row and column."""
    registry = Registry()
    for path in sorted(folder.glob("*.csv")) if folder.is_dir() else []:
        for event in _read(path, f"{shown}/{path.name}", problems):
            registry.record(event)
    return registry


def _read(path: Path, shown: str, problems: ProblemList) -> Iterator[Event]:
    def report(row: int, column: str, found: str, es: str, en: str) -> None:
        problems.add(Problem(shown, row, column, "identifiers", found, es, en))

    if path.stem not in KINDS:
        report(0, "", path.stem, "un tipo de identificador conocido", "a known kind of identifier")
        return
    next_seq: dict[str, int] = defaultdict(lambda: 1)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        if tuple(reader.fieldnames or ()) != FIELDS:
            report(1, "", ",".join(reader.fieldnames or ()), ",".join(FIELDS), ",".join(FIELDS))
            return
        for number, row in enumerate(reader, start=2):
            key = row["key"] or ""
            if row["kind"] != path.stem:
                report(number, "kind", row["kind"], path.stem, path.stem)
            if row["event"] not in EVENTS:
                report(number, "event", row["event"], "uno de: " + ", ".join(EVENTS), "one of: " + ", ".join(EVENTS))
                continue
            if not uris.KEY_PATTERN.fullmatch(key):
                report(number, "key", key, "una clave según la gramática", "a key of the grammar")
                continue
            if row["seq"] != str(next_seq[key]):
                report(number, "seq", row["seq"] or "", f"{next_seq[key]} (nunca se editan filas)", f"{next_seq[key]} (rows are never edited)")
            if row["event"] == "merge" and not row["target"]:
                report(number, "target", "", "la clave que permanece", "the surviving key")
                continue
            next_seq[key] += 1
            yield Event(next_seq[key] - 1, row["event"], row["kind"], key, row["natural_key"], row["date"], row["by"], row["reason"], row["target"])
