"""Names that another release published and this one does not know: its version of the dataset, distributions, runs, periods.

They are computed, not minted, so no registry remembers them; their release does for as long as it is kept, and afterwards the publication
log, which says what a pruned release took with it. Where an older release was made the current one again, what the later ones minted counts
here, too. All is read once per edition: an address from outside is only looked up.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from commitments.computed_names import DESCRIBED_IN, Name, computed_names, lines_of
from commitments.release import CONSOLIDATED, Release
from ontology.namespaces import RDFS, SKOS
from sparql_api.formats import parse_triples
from sparql_api.identifiers import Gone, Identifiers, Live, Moved
from sparql_api.kept import kept_releases, open_kept, pruned_names, published

PRUNED = "pruned"  # the event of a name whose release was published and is kept no longer


@dataclass(frozen=True)
class Earlier:
    """The name belongs to another release, nearly always an earlier one, which is kept and describes it."""

    name: Name
    release: Release


class EarlierNames:
    """Names of the releases beside `release` that it does not know itself. Those of other BASEs are no names of ours."""

    def __init__(self, release: Release, known: Identifiers) -> None:
        self._release = release
        self._folder: Path = release.path.parent
        self._kept: dict[Name, str] = {}  # name -> id of the latest release that has it
        current = known.names_of(DESCRIBED_IN)
        others = [kept for kept in kept_releases(self._folder) if kept.id != release.id and kept.base == release.base]
        for kept in reversed(others):
            for name in computed_names(kept):
                if name not in current:
                    self._kept[name] = kept.id
        self._later = self._minted_later([kept for kept in others if kept.manifest.created > release.manifest.created], known)
        self._pruned = pruned_names(self._folder, release.base) - current - self._kept.keys()
        self._published = {identifier for identifier, bases in published(self._folder).items() if release.base in bases}
        # What releases call their own, without the release's id at the end.
        ids = {release.id, *self._kept.values(), *self._published}
        named = (*current, *self._kept, *self._pruned)
        self._stems = {(kind, stem) for kind, key in named for stem, _, end in [key.rpartition("_")] if end in ids}

    @staticmethod
    def _minted_later(releases: list[Release], known: Identifiers) -> dict[Name, Earlier | Moved | Gone]:
        """What names mean that only registries and graphs of later releases have: none, unless somebody went back to this one."""
        names = set(known.names()) if releases else set()
        found: dict[Name, Earlier | Moved | Gone] = {}
        for kept in reversed(releases):
            later = Identifiers(kept)
            for name in later.names():
                fate = later.resolve(*name) if name not in names else None
                if fate is not None:
                    found[name] = Earlier(name, kept) if isinstance(fate, Live) else fate
        return found

    def names(self) -> list[Name]:
        """Every name that a kept release describes, or a pruned one did and no release does, sorted; without those that end with the id of a
        pruned release, of which there are a hundred a release, where others have the like."""
        return sorted({*self._kept, *self._later, *self._pruned})

    def resolve(self, kind: str, key: str) -> Earlier | Moved | Gone | None:
        """What an earlier release meant by `id/{kind}/{key}`; None where none is known to have used the name."""
        found = self._exactly(kind, key)
        if found is not None or (kind, key) == (kind.lower(), key.lower()):
            return found
        return Moved((kind.lower(), key.lower())) if self._exactly(kind.lower(), key.lower()) else None

    def _exactly(self, kind: str, key: str) -> Earlier | Moved | Gone | None:
        name = (kind, key)
        if name in self._later and name not in self._kept:
            fate = self._later[name]
            kept = not isinstance(fate, Earlier) or open_kept(self._folder, fate.release.id) is not None
            return fate if kept else Gone(name, PRUNED)
        if name in self._kept:
            release = open_kept(self._folder, self._kept[name])
            return Earlier(name, release) if release is not None else Gone(name, PRUNED)
        if name in self._pruned:
            return Gone(name, PRUNED)
        stem, _, identifier = key.rpartition("_")
        if identifier in self._published and identifier != self._release.id and (kind, stem) in self._stems:
            return Gone(name, PRUNED) if open_kept(self._folder, identifier) is None else None
        return None


def description(earlier: Earlier, subject: str) -> list[ox.Triple]:
    """What the release says of a thing and, where its catalogue does, of what points to it, with the labels of both; sorted."""
    file = earlier.release.file(DESCRIBED_IN.get(earlier.name[0], CONSOLIDATED))
    if file.name == CONSOLIDATED:
        start = f"<{subject}> ".encode()
        graphs = (lines_of(graph, start) for graph in sorted(earlier.release.file("graphs").glob("*.nt")))
        return parse_triples(b"".join(lines_of(file, start) or [line for lines in graphs for line in lines]))
    labels: dict[str, list[ox.Triple]] = defaultdict(list)
    found: list[ox.Triple] = []
    for triple in parse_triples(file.read_bytes()):
        if subject in (triple.subject.value, getattr(triple.object, "value", None)):
            found.append(triple)
        if triple.predicate.value in (str(RDFS.label), str(SKOS.prefLabel)):
            labels[triple.subject.value].append(triple)
    others = {term.value for triple in found for term in (triple.subject, triple.object) if isinstance(term, ox.NamedNode)}
    found += [label for other in sorted(others) for label in labels[other]]
    return sorted(dict.fromkeys(found), key=lambda triple: (triple.subject.value != subject, str(triple)))
