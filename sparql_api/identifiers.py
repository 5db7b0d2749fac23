"""What became of every `id/{kind}/{key}`: the event log of the release together with the subjects of its graphs.

A key is live, moved (merged, renamed, written in another letter case) or gone (withdrawn, split, minted in error);
`Identifiers.resolve` says which. Everything is read once per release, so that `/id/…` needs no query.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from urllib.parse import unquote

from commitments.release import CONSOLIDATED, Release
from commitments.sorted_statements import mapped
from ontology.namespaces import AUTHORITIES, DCT, KINDS, OGCM, RDF

Name = tuple[str, str]  # (kind, key); concepts have the kind "concept" and the key "scheme[/code]"
CONCEPT = "concept"
# Whose ids builds register as they stand in its exports, and of what.
_EXPORTED, _EXPORTED_KINDS = "ogp", ("commitment", "plan")
# Who writes the events of builds, and the reason they give: the log is in English, a page in the reader's language.
BUILD, UNSTATED = "build", "no longer stated by any source"
_COLUMNS = ("event", "key", "date", "by", "reason", "target")
_TERMINAL = frozenset({"merge", "split", "withdraw", "error"})
# Graphs whose subjects are the vocabulary's, not things of ours.
_NOT_INSTANCES = frozenset({"vocabulary", "shapes"})
_TOMBSTONE = f"<{RDF.type}> <{OGCM.Tombstone}>".encode()
_REPLACED_BY = re.compile(re.escape(f"<{DCT.isReplacedBy}> <".encode()) + rb"([^>]*)>")


@dataclass(frozen=True)
class Live:
    """The key is in use. `consolidated` is False when only named graphs still speak of it."""

    name: Name
    consolidated: bool


@dataclass(frozen=True)
class Moved:
    """The key now means `target`, with no further step in between."""

    target: Name


@dataclass(frozen=True)
class Gone:
    """The key is withdrawn. `event` is split, withdraw or error, or "unknown" when the log does not say.

    `date` is that of the decision, but of a withdrawal `by` a build that of the newest source then: builds know no clock.
    """

    name: Name
    event: str
    targets: tuple[Name, ...] = ()
    date: str = ""
    reason: str = ""
    by: str = ""

    @property
    def unstated(self) -> bool:
        """Whether a build withdrew it; any other reason is what somebody typed, in a language that nobody knows."""
        return (self.by, self.reason) == (BUILD, UNSTATED)


Fate = Live | Moved | Gone


@dataclass(frozen=True)
class _Event:
    event: str
    targets: tuple[Name, ...]
    date: str
    reason: str
    by: str


class Identifiers:
    """Identifier states of one release."""

    def __init__(self, release: Release) -> None:
        self._start = f"<{release.base}"
        self._minted: set[Name] = set()
        self._ends: dict[Name, _Event] = {}
        self._renamed: dict[Name, Name] = {}
        self._replaced: dict[Name, list[Name]] = {}
        self.outside: dict[Name, Name] = {}  # (authority, its id in lower case) -> the name that it was registered for
        self._consolidated: set[Name] = set()
        self._elsewhere: set[Name] = set()
        self._read_graph(release.file(CONSOLIDATED), self._consolidated)
        for path in sorted(release.file("graphs").glob("*.nt")):
            if path.stem not in _NOT_INSTANCES:
                self._read_graph(path, self._elsewhere)
        for path in sorted(release.file("identifiers").glob("*.csv")):
            self._read_log(path)
        self._by_lower: dict[Name, Name] = {}
        for name in (*self._minted, *self._renamed, *self._elsewhere, *self._consolidated):
            self._by_lower[(name[0].lower(), name[1].lower())] = name
        self.keys = self._keys_by_kind()

    def names(self) -> list[Name]:
        """Every name that means or meant something, sorted; `resolve` says what."""
        return sorted(self._known())

    def names_of(self, kinds: Collection[str]) -> set[Name]:
        """Those of some kinds."""
        return {name for name in self._known() if name[0] in kinds}

    def _known(self) -> set[Name]:
        return {*self._minted, *self._ends, *self._renamed, *self._replaced, *self._consolidated, *self._elsewhere}

    def ended(self) -> set[Name]:
        """Names that something has become of: merged, split or withdrawn, and perhaps described again since."""
        return {*self._ends, *self._replaced}

    def resolve(self, kind: str, key: str) -> Fate | None:
        """What `id/{kind}/{key}` means now; None for a key that never was."""
        name = (kind, key)
        known = self._fate(name)
        if known is not None:
            return known
        right = self._by_lower.get((kind.lower(), key.lower()))
        if right is None or right == name:
            return None
        fate = self._fate(right)
        return Moved(right) if isinstance(fate, (Live, Gone)) else fate

    def _fate(self, name: Name, seen: frozenset[Name] = frozenset()) -> Fate | None:
        end = self._ends.get(name)
        if name in self._renamed and name not in self._minted and name not in self._consolidated:
            return self._follow(name, self._renamed[name], seen)
        if end is not None:
            if end.event == "merge" and len(end.targets) == 1:
                return self._follow(name, end.targets[0], seen)
            return Gone(name, end.event, end.targets, end.date, end.reason, end.by)
        if name in self._replaced:  # a tombstone that the log does not explain
            targets = self._replaced[name]
            if len(targets) == 1:
                return self._follow(name, targets[0], seen)
            return Gone(name, "split" if targets else "withdraw", tuple(targets))
        if name in self._consolidated:
            return Live(name, consolidated=True)
        if name in self._elsewhere:
            return Live(name, consolidated=False)
        return Gone(name, "unknown") if name in self._minted else None

    def _follow(self, name: Name, target: Name, seen: frozenset[Name]) -> Fate:
        """The end of a chain of merges; a circle, which only a damaged log holds, counts as gone."""
        if target in seen or target == name:
            return Gone(name, "unknown")
        fate = self._fate(target, seen | {name})
        if isinstance(fate, Moved):
            return fate
        return Moved(target) if fate is not None else Gone(name, "merge", (target,))

    def _read_log(self, path: Path) -> None:
        """A log of a release is sorted by key and seq, so it is read line by line: a large one holds a million keys."""
        kind = path.stem
        with open(path, encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            columns = itemgetter(*map(next(reader, list(_COLUMNS)).index, _COLUMNS))
            for row in filter(None, reader):
                event, key, date, by, reason, target = columns(row)
                name = (kind, key)
                if event == "mint":
                    self._minted.add(name)
                    self._ends.pop(name, None)
                    continue
                targets = tuple(self._target(kind, part) for part in target.replace(";", " ").split())
                if event in _TERMINAL:
                    self._ends[name] = _Event(event, targets, date, reason, by)
                elif event == "alias":
                    # A minted key tells its other names; a key that is only an alias tells what it means.
                    for other in targets:
                        old, new = (other, name) if name in self._minted else (name, other)
                        if old[0] in KINDS:
                            self._renamed[old] = new
                    self._note_outside(name, target)

    def _note_outside(self, name: Name, text: str) -> None:
        """An alias given by others: `authority/id`, or the bare id, which exports of OGP's database register."""
        authority, slash, outside = text.strip().partition("/")
        if slash and authority in AUTHORITIES and outside:
            self.outside[(authority, outside.lower())] = name
        elif text.strip() and not slash and name[0] in _EXPORTED_KINDS:
            self.outside[(_EXPORTED, text.strip().lower())] = name

    @staticmethod
    def _target(kind: str, text: str) -> Name:
        """`key`, `kind/key` or a whole `…/id/kind/key`."""
        parts = text.split("/id/", 1)[-1].split("/", 1)
        return (parts[0], parts[1]) if len(parts) == 2 else (kind, text)

    def _read_graph(self, path: Path, found: set[Name]) -> None:
        """Subjects below BASE, from sorted N-Triples; tombstones are noted, not counted as described things."""
        for subject, lines in _by_subject(path, self._start.encode()):
            name = self._name(subject.decode())
            if name is None:
                continue
            if _TOMBSTONE in lines:
                targets = [target.decode() for target in _REPLACED_BY.findall(lines)]
                names = (self._name(target[len(self._start) - 1 :]) for target in targets)
                self._replaced[name] = [target for target in names if target]
            else:
                found.add(name)

    @staticmethod
    def _name(relative: str) -> Name | None:
        """(kind, key) of an address below BASE."""
        kind, _, key = unquote(relative.removeprefix("id/")).partition("/")
        if key and (relative.startswith("id/") or kind == CONCEPT):
            return kind, key
        return None

    def _keys_by_kind(self) -> dict[str, list[str]]:
        """Live keys of each kind, sorted; what only named graphs hold counts where the consolidated view has none."""
        keys: dict[str, set[str]] = defaultdict(set)
        for names in (self._consolidated, self._elsewhere):
            listed = set(keys)
            for kind, key in names:
                if kind not in listed and isinstance(self._fate((kind, key)), Live):
                    keys[kind].add(key)
        return {kind: sorted(found) for kind, found in sorted(keys.items())}


def _by_subject(path: Path, start: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Groups of lines with one subject that starts with `start`: (what follows that in the subject, lines).

    Equal subjects stand together. One expression finds a whole group, so that a million lines take about a second.
    """
    begin = re.escape(start)
    group = re.compile(rb"^" + begin + rb"([^>]*)> .*\n(?:" + begin + rb"\1> .*\n)*", re.MULTILINE)
    with mapped(path) as text:
        for match in group.finditer(text):
            yield match.group(1), match.group()
