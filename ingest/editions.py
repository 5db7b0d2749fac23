"""What one edition of a database changed against the edition before it, by commitment."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from ingest.contract import Contract

PARTS = ("names", "dates", "flags", "ratings", "institutions")  # what of a commitment is compared


@dataclass
class _Edition:
    contract: Contract
    commitments: dict[str, bytes] = field(default_factory=dict)  # key -> digests of PARTS, 6 bytes each


_SIZE = 6
_LISTED = 500  # keys of each kind in the report; all are counted


class Editions:
    """The commitments of each edition of this build, as digests of their statements: some hundred bytes a commitment."""

    def __init__(self) -> None:
        self._editions: dict[str, _Edition] = {}

    def add(self, contract: Contract, key: str, parts: tuple[str, ...]) -> None:
        """`parts` are the statements about the commitment, one text for each of PARTS."""
        edition = self._editions.setdefault(contract.key, _Edition(contract))
        edition.commitments[key] = b"".join(hashlib.blake2b(part.encode("utf-8", "surrogatepass"), digest_size=_SIZE).digest() for part in parts)

    def differences(self) -> list[dict[str, Any]]:
        """Each edition against the one before it in its series; oldest first, those of one age by key."""
        series: dict[str, list[_Edition]] = {}
        for edition in self._editions.values():
            series.setdefault(edition.contract.series, []).append(edition)
        found = []
        for editions in series.values():
            editions.sort(key=lambda edition: (edition.contract.age, edition.contract.key))
            found += [_difference(older, newer) for older, newer in pairwise(editions)]
        return sorted(found, key=lambda entry: (entry["older"], entry["newer"]))


def revisions(contracts: Iterable[Contract]) -> dict[str, str]:
    """Key of each dated edition -> key of the one before it in its series, where its contract does not say it itself."""
    series: dict[str, list[Contract]] = {}
    for contract in contracts:
        if contract.is_edition and contract.issued != "not-stated":
            series.setdefault(contract.series, []).append(contract)
    found = {}
    for editions in series.values():
        editions.sort(key=lambda contract: (str(contract.issued), contract.key))
        found |= {newer.key: older.key for older, newer in pairwise(editions) if older.issued != newer.issued and newer.revision_of is None}
    return found


def undated(contracts: Iterable[Contract]) -> list[Contract]:
    """Editions without any date in a series of which another has one: they count as older than it, which their owner may not have meant."""
    series: dict[str, list[Contract]] = {}
    for contract in contracts:
        if contract.is_edition:
            series.setdefault(contract.series, []).append(contract)
    return [contract for editions in series.values() if any(edition.age for edition in editions) for contract in editions if not contract.age]


def _difference(older: _Edition, newer: _Edition) -> dict[str, Any]:
    both = older.commitments.keys() & newer.commitments.keys()
    changed = dict.fromkeys(PARTS, 0)
    any_changed = 0
    for key in both:
        before, after = older.commitments[key], newer.commitments[key]
        if before != after:
            any_changed += 1
            for index, part in enumerate(PARTS):
                changed[part] += before[index * _SIZE : (index + 1) * _SIZE] != after[index * _SIZE : (index + 1) * _SIZE]
    added, missing = sorted(newer.commitments.keys() - both), sorted(older.commitments.keys() - both)
    return {
        "older": older.contract.key, "newer": newer.contract.key, "both": len(both), "added": len(added), "missing": len(missing),
        "changed": any_changed, "changed_by_part": changed, "added_keys": added[:_LISTED], "missing_keys": missing[:_LISTED],
    }  # fmt: skip
