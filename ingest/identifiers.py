"""The registry of identifiers: an append-only event log per kind, `data/identifiers/{kind}.csv`.

Events: mint, alias, merge, split, withdraw, error (ontology_design section 8, Registry). Rows are never edited; the file
is sorted by key and seq. A key's state is that of its newest event other than alias.

A large export brings a million keys, nearly all of them minted once by a build and nothing more. So the log is kept as
one number per such key and as events only for the others, and `use` is one look-up for a key that is known.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from ingest import uris
from ingest.formats import FormatFault, Record, open_records
from ingest.journal import Journal
from ingest.problems import Problem, ProblemList
from ontology.namespaces import KINDS

FIELDS = ("seq", "event", "kind", "key", "natural_key", "date", "by", "reason", "target")
EVENTS = ("mint", "alias", "merge", "split", "withdraw", "error")
BUILDER = "build"
# Why a build withdraws a key, as the log has it; `Derived.tombstones` publishes it in both languages.
UNSTATED = "no longer stated by any source"
# Computed from other keys or from the release itself, so never minted (section 8).
COMPUTED = frozenset({"period", "run", "dataset", "distribution", "service", "catalog"})

State = Literal["active", "merged", "split", "withdrawn"]
_STATES: dict[str, State] = {"mint": "active", "merge": "merged", "split": "split", "withdraw": "withdrawn", "error": "withdrawn"}
# What the events say that are about something else, too.
_TARGETS = {
    "merge": ("la clave que permanece", "the surviving key"),
    "split": ("las claves que la reemplazan", "the keys that replace it"),
    "alias": ("el identificador que dan otros", "the id given by others"),
}
_PLAIN = ("mint", BUILDER, "", "", "")  # event, by, natural key, reason and target of what builds mint most
_QUOTED = frozenset(',"\r\n')  # what the csv module would put in quotation marks


@dataclass(frozen=True, slots=True)
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


class _History:
    """All events of a key of which there is more to say than the day of its mint."""

    __slots__ = ("events", "state", "used")

    def __init__(self, used: bool):
        self.events: list[Event] = []
        self.state: State | None = None
        self.used = used

    def add(self, event: Event) -> None:
        self.events.append(event)
        self.state = _STATES.get(event.event, self.state)

    def copy(self) -> _History:
        other = _History(self.used)
        other.events, other.state = list(self.events), self.state
        return other

    @property
    def decided(self) -> Event:
        """The newest event that says what became of the key."""
        return next(event for event in reversed(self.events) if event.event in _STATES)


class _Kind:
    """The log of one kind: key -> 2 × place of the mint's date in `dates`, + 1 once used; or its history."""

    __slots__ = ("aliases", "capitals", "entries", "naturals")

    def __init__(self) -> None:
        self.entries: dict[str, int | _History] = {}
        self.naturals: dict[str, str] = {}  # natural key -> key, where they are not the same
        self.aliases: dict[str, str] = {}  # outside id -> key
        self.capitals: set[int] = set()  # hashes of the lower-case forms of keys that are not lower case themselves

    def spelled(self, key: str) -> str | None:
        """The known key that differs from `key` at most by letter case."""
        if key in self.entries:
            return key
        lower = key.lower()
        if lower in self.entries:
            return lower
        if hash(lower) not in self.capitals:
            return None
        return next((other for other in self.entries if other.lower() == lower), None)

    def enter(self, key: str, entry: int | _History) -> None:
        self.entries[key] = entry
        lower = key.lower()
        if lower != key:
            self.capitals.add(hash(lower))

    def natural(self, natural: str) -> str | None:
        """The key minted for a natural key; a key minted without one is its own."""
        key = self.naturals.get(natural)
        if key is not None:
            return key
        entry = self.entries.get(natural)
        if entry is None or isinstance(entry, int):
            return None if entry is None else natural
        own = any(event.event == "mint" and event.natural_key in ("", natural) for event in entry.events)
        return natural if own else None


class Registry:
    """All events, and which keys this build has used."""

    def __init__(self, journal: Journal | None = None) -> None:
        self.journal = journal or Journal()
        self._kinds: dict[str, _Kind] = defaultdict(_Kind)
        self._dates: list[str] = []
        self._date_places: dict[str, int] = {}
        self._returned: set[tuple[str, str, int]] = set()  # (kind, key, seq) of mints that brought a key back in this build
        self._unlisted: dict[str, set[str]] = defaultdict(set)  # used keys that no log holds: those of computed kinds

    # -- the log --------------------------------------------------------------------------------------------------

    def plain(self, kind: str, key: str, date: str) -> bool:
        """Note that a build minted a key for itself, unless more is known of the key; whether it was noted."""
        log = self._kinds[kind]
        if key in log.entries:
            return False
        log.enter(key, self._place(date) << 1)
        return True

    def count(self, kind: str, key: str) -> int:
        """How many events the key has."""
        entry = self._kinds[kind].entries.get(key)
        return 0 if entry is None else 1 if isinstance(entry, int) else len(entry.events)

    def record(self, event: Event) -> None:
        """Append an event that someone decided or an earlier build wrote down."""
        kind = self._kinds[event.kind]
        described = (event.event, event.by, event.natural_key, event.reason, event.target)
        if described == _PLAIN and event.seq == 1 and self.plain(event.kind, event.key, event.date):
            return
        history = self._history(event.kind, kind, event.key)
        history.add(event)
        if event.event == "mint" and event.natural_key and event.natural_key != event.key and kind.natural(event.natural_key) is None:
            self.journal.note(kind.naturals, event.natural_key)
            kind.naturals[event.natural_key] = event.key
        if event.event == "alias":
            self.journal.note(kind.aliases, event.target)
            kind.aliases.setdefault(event.target, event.key)

    def _place(self, date: str) -> int:
        place = self._date_places.get(date)
        if place is None:
            place = self._date_places[date] = len(self._dates)
            self._dates.append(date)
        return place

    def _history(self, name: str, kind: _Kind, key: str) -> _History:
        """The key's events as a list, whatever it was kept as."""
        entry = kind.entries.get(key)
        if isinstance(entry, _History):
            self._note(kind, key, entry)
            return entry
        self.journal.note(kind.entries, key)
        history = _History(used=entry is not None and bool(entry & 1))
        if entry is not None:
            history.add(Event(1, "mint", name, key, date=self._dates[entry >> 1]))
        if entry is None:
            kind.enter(key, history)
        else:
            kind.entries[key] = history
        return history

    def _note(self, kind: _Kind, key: str, history: _History) -> None:
        if self.journal.open:
            self.journal.note_as(kind.entries, key, history.copy())

    # -- keys -----------------------------------------------------------------------------------------------------

    def spelled(self, kind: str, key: str) -> str:
        """The key as it was once minted, where that differs from `key` by letter case; else the key itself."""
        return self._kinds[kind].spelled(key) or key

    def state(self, kind: str, key: str) -> State | None:
        """State of a key, None when it was never minted."""
        entry = self._kinds[kind].entries.get(key)
        if entry is None:
            return None
        return "active" if isinstance(entry, int) else entry.state

    def known(self, kind: str, key: str) -> bool:
        """Whether the key, or one that differs from it only by letter case, was ever minted."""
        return self._kinds[kind].spelled(key) is not None

    def survivor(self, kind: str, key: str) -> str:
        """The key itself, or the one it was merged into, however many merges ago."""
        entries = self._kinds[kind].entries
        seen: set[str] = set()
        while isinstance(entry := entries.get(key), _History) and entry.state == "merged" and key not in seen:
            seen.add(key)
            key = next(event.target for event in reversed(entry.events) if event.event == "merge")
        return key

    def replacements(self, kind: str, key: str) -> list[str]:
        """The key that a merged one went into, or those that a split one was divided into; none of any other."""
        entry = self._kinds[kind].entries.get(key)
        if not isinstance(entry, _History) or entry.state not in ("merged", "split"):
            return []
        target = entry.decided.target
        return [target] if entry.state == "merged" else target.split()

    def use(self, kind: str, proposal: str, *, natural: str = "", date: str = "") -> str:
        """The key of a resource this build describes: the registered one of the natural key, else the proposal, minted.

        Raises ValueError when the proposal breaks the key grammar or differs from a known key only by letter case.
        """
        log = self._kinds[kind]
        if not natural or natural == proposal:
            entry = log.entries.get(proposal)
            if entry.__class__ is int:  # the way of nearly all keys of a large export
                if proposal in log.naturals:
                    return self._use_registered(kind, log, log.naturals[proposal], date)
                if not entry & 1:  # type: ignore[operator]
                    self.journal.note(log.entries, proposal)
                    log.entries[proposal] = entry | 1  # type: ignore[operator]
                return proposal
            natural = proposal
        if kind in COMPUTED:
            self._unlisted[kind].add(uris.check_key(proposal))
            return proposal
        key = log.natural(natural)
        if key is None:
            key = uris.check_key(proposal)
            spelled = log.spelled(key)
            if spelled is not None and spelled != key:
                raise ValueError(f"{kind}/{key} differs from {kind}/{spelled} only by letter case")
            if spelled is None:
                return self._mint(kind, log, key, "" if natural == key else natural, date)
        return self._use_registered(kind, log, key, date)

    def _mint(self, kind: str, log: _Kind, key: str, natural: str, date: str) -> str:
        if not natural:
            self.journal.note(log.entries, key)
            log.enter(key, self._place(date) << 1 | 1)
            return key
        self.record(Event(1, "mint", kind, key, natural, date))
        log.entries[key].used = True  # type: ignore[union-attr]
        return key

    def _use_registered(self, kind: str, log: _Kind, key: str, date: str) -> str:
        key = self.survivor(kind, key)
        entry = log.entries.get(key)
        if entry is None:
            self._unlisted[kind].add(key)  # merged into a key that the log does not have: its curator has to complete it
            return key
        if isinstance(entry, int):
            self.journal.note(log.entries, key)
            log.entries[key] = entry | 1
            return key
        if not entry.used:
            self._note(log, key, entry)
        if entry.state in ("withdrawn", "split") and not entry.used:
            # Described again: the newest event decides, so a mint brings the key back.
            again = Event(len(entry.events) + 1, "mint", kind, key, "", date, reason="described again by its source")
            entry.add(again)
            self._returned.add((kind, key, again.seq))
        entry.used = True
        return key

    def used(self, kind: str, key: str) -> bool:
        """Whether this build describes the key."""
        entry = self._kinds[kind].entries.get(key)
        if entry is None:
            return key in self._unlisted[kind]
        return bool(entry & 1) if isinstance(entry, int) else entry.used

    # -- other names ----------------------------------------------------------------------------------------------

    def find_natural(self, kind: str, natural: str) -> str | None:
        """The key that was minted for a natural key, after merges; None when none was."""
        key = self._kinds[kind].natural(natural)
        return None if key is None else self.survivor(kind, key)

    def naturals(self, kind: str) -> Iterator[tuple[str, str]]:
        """(natural key, key) of every key that was minted under a natural key other than itself, as they stand now."""
        yield from list(self._kinds[kind].naturals.items())

    def alias(self, kind: str, outside_id: str) -> str | None:
        """The key that an id given by others belongs to, after merges; None when it is not registered."""
        key = self._kinds[kind].aliases.get(outside_id)
        return None if key is None else self.survivor(kind, key)

    def aliases(self, kind: str) -> Iterator[tuple[str, str]]:
        """(id given by others, key) of every registered alias, as minted."""
        yield from list(self._kinds[kind].aliases.items())

    def add_alias(self, kind: str, key: str, outside_id: str, date: str) -> None:
        """Register an id given by others; once registered it stays.

        Raises LookupError for a key that was never minted, ValueError when the id belongs to another key.
        """
        log = self._kinds[kind]
        if key not in log.entries:
            raise LookupError(f"{kind}/{key}")
        owner = self.alias(kind, outside_id)
        if owner == self.survivor(kind, key):
            return
        if owner is not None:
            raise ValueError(f"{outside_id} is an alias of {kind}/{owner}, not of {kind}/{key}")
        history = self._history(kind, log, key)
        self.record(Event(len(history.events) + 1, "alias", kind, key, "", date, target=outside_id))

    # -- what becomes of the rest ---------------------------------------------------------------------------------

    def _active_unused(self, log: _Kind) -> Iterator[str]:
        for key, entry in log.entries.items():
            if not entry & 1 if isinstance(entry, int) else not entry.used and entry.state == "active":
                yield key

    def unused(self) -> list[tuple[str, str]]:
        """(kind, key) of active keys that nothing has described so far, sorted."""
        return sorted((kind, key) for kind, log in self._kinds.items() for key in self._active_unused(log))

    def withdraw_unused(self, date: str) -> None:
        """A key that was published and is described no longer gets a `withdraw` event: its address answers 410, never 404."""
        for kind, log in self._kinds.items():
            for key in list(self._active_unused(log)):
                history = self._history(kind, log, key)
                history.add(Event(len(history.events) + 1, "withdraw", kind, key, "", date, reason=UNSTATED))

    def overruled(self) -> Iterator[tuple[str, str, Event]]:
        """(kind, key, the event) of every key that somebody ended and this build describes all the same, sorted."""
        for kind, key, seq in sorted(self._returned):
            entry = self._kinds[kind].entries[key]
            if isinstance(entry, _History) and [event.event for event in entry.events[seq - 1 : seq]] == ["mint"]:  # else its row was set aside afterwards
                ended = next(event for event in reversed(entry.events[: seq - 1]) if event.event in _STATES)
                if ended.by != BUILDER:
                    yield kind, key, ended

    def gone(self) -> Iterator[tuple[str, str, State, Event]]:
        """(kind, key, state, the event that decided it) of every merged, split or withdrawn key, sorted."""
        for kind, log in sorted(self._kinds.items()):
            histories = ((key, entry) for key, entry in log.entries.items() if isinstance(entry, _History))
            for key, history in sorted(histories, key=lambda item: item[0]):
                if history.state in ("merged", "split", "withdrawn"):
                    yield kind, key, history.state, history.decided

    # -- all keys -------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return sum(len(log.entries) for log in self._kinds.values())

    def keys(self) -> dict[str, Collection[str]]:
        """kind -> every key ever minted, without copying them."""
        return {kind: log.entries.keys() for kind, log in self._kinds.items() if log.entries}  # type: ignore[misc]

    def minted(self) -> set[tuple[str, str]]:
        """(kind, key) of every key ever minted."""
        return {(kind, key) for kind, log in self._kinds.items() for key in log.entries}

    # -- files ----------------------------------------------------------------------------------------------------

    def write(self, folder: Path) -> dict[str, Path]:
        """Write `{kind}.csv` for every kind into a folder, sorted by key and seq; kind -> file."""
        written = {}
        for kind in sorted(kind for kind, log in self._kinds.items() if log.entries):
            written[kind] = folder / f"{kind}.csv"
            with open(written[kind], "w", encoding="utf-8", newline="", buffering=1 << 20) as stream:
                self._write(kind, stream)
        return written

    def serialized(self) -> dict[str, bytes]:
        """kind -> content of its CSV file, sorted by key and seq."""
        files = {}
        for kind in sorted(kind for kind, log in self._kinds.items() if log.entries):
            stream = io.StringIO(newline="")
            self._write(kind, stream)
            files[kind] = stream.getvalue().encode()
        return files

    def _write(self, kind: str, stream: IO[str]) -> None:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(FIELDS)
        entries = self._kinds[kind].entries
        plain = [None if _QUOTED.intersection(date) else f",,{date},{BUILDER},,\n" for date in self._dates]
        start = f"1,mint,{kind},"
        for key in sorted(entries):
            entry = entries[key]
            if isinstance(entry, _History):
                writer.writerows(event.row() for event in sorted(entry.events, key=lambda event: event.seq))
            elif (rest := plain[entry >> 1]) is not None:
                stream.write(f"{start}{key}{rest}")  # a key needs no quotation marks
            else:
                writer.writerow(Event(1, "mint", kind, key, date=self._dates[entry >> 1]).row())


def load_registry(folder: Path, shown: str, problems: ProblemList) -> Registry:
    """Read every `{kind}.csv` of the folder; faults are reported with file, row and column."""
    registry = Registry()
    for path in sorted(folder.glob("*.csv")) if folder.is_dir() else []:
        _read(path, f"{shown}/{path.name}", problems, registry)
    return registry


def _read(path: Path, shown: str, problems: ProblemList, registry: Registry) -> None:
    def report(row: int, column: str, found: str, es: str, en: str) -> None:
        problems.add(Problem(shown, row, column, "identifiers", found, es, en))

    if path.stem not in KINDS:
        report(0, "", path.stem, "un tipo de identificador conocido", "a known kind of identifier")
        return
    replaced: dict[str, int] = {}  # key -> row of its newest merge or split
    try:
        records = open_records(path)
        header = next(records, Record(1, [])).cells
        if tuple(header) != FIELDS:
            report(1, "", ",".join(header), ",".join(FIELDS), ",".join(FIELDS))
            return
        for number, cells, *_ in records:
            if not cells:
                continue
            if len(cells) != len(FIELDS):
                report(number, "", f"{len(cells)} cells", f"{len(FIELDS)} celdas", f"{len(FIELDS)} cells")
                continue
            seq, event, kind, key, natural, date, by, reason, target = cells
            if kind != path.stem:
                report(number, "kind", kind, path.stem, path.stem)
            if event not in EVENTS:
                report(number, "event", event, "uno de: " + ", ".join(EVENTS), "one of: " + ", ".join(EVENTS))
                continue
            if not uris.KEY_PATTERN.fullmatch(key):
                report(number, "key", key, "una clave según la gramática", "a key of the grammar")
                continue
            expected = registry.count(kind, key) + 1
            if seq != str(expected):
                report(number, "seq", seq, f"{expected} (nunca se editan filas)", f"{expected} (rows are never edited)")
            if not target.strip():
                if event in _TARGETS:
                    report(number, "target", target, *_TARGETS[event])
                    continue
            elif event != "alias" and not all(map(uris.KEY_PATTERN.fullmatch, target.split())):
                report(number, "target", target, "claves separadas por un espacio, o nada", "keys separated by a blank, or nothing")
                continue
            if event in ("merge", "split"):
                replaced[key] = number
            if (event, by, natural, reason, target) != _PLAIN or not registry.plain(kind, key, date):
                registry.record(Event(expected, event, kind, key, natural, date, by, reason, target))
    except FormatFault as fault:
        problems.add(Problem(shown, fault.row, "", fault.code, fault.found, fault.es, fault.en))
        return
    # Only now: a key may be replaced by one further down.
    for key, number in replaced.items():
        for target in registry.replacements(path.stem, key):
            if registry.state(path.stem, target) is None:
                report(number, "target", target, "una clave de este registro; quizá falta su fila mint", "a key of this registry; perhaps its mint row is missing")
            elif _leads_to(registry, path.stem, target, key):
                report(number, "target", target, f"una clave que no lleve de vuelta a {key}", f"a key that does not lead back to {key}")


def _leads_to(registry: Registry, kind: str, start: str, wanted: str) -> bool:
    """Whether `wanted` is the key or among those that replace it, however many steps on."""
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        key = ahead.pop()
        if key not in seen:
            seen.add(key)
            ahead += registry.replacements(kind, key)
    return wanted in seen
