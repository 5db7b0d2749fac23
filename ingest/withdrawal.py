"""Whether a build may withdraw as many published keys as it is about to, and which keys it brings back though somebody ended them."""

from __future__ import annotations

from pathlib import Path

from commitments.release import IDENTIFIERS, RELEASES, ReleaseError, current_release
from ingest.identifiers import Registry
from ingest.problems import Note, Problem, ProblemList, SourceProblems
from ingest.sources import OTHER_GRAPHS, SourceFolder

MASS_WITHDRAWAL = 25  # keys; below it, or below a twentieth of all, a build withdraws without being told to


def refuse_mass_withdrawal(registry: Registry, data_dir: Path, folders: list[SourceFolder], problems: ProblemList) -> None:
    """A lost table must not turn published addresses into tombstones: beyond a few, it has to be said on purpose, and a source that is gone
    with few is told. Raises SourceProblems."""
    unused = registry.unused()
    left_out = _left_out(data_dir, folders) if unused else []
    if len(unused) <= max(MASS_WITHDRAWAL, len(registry) // 20):
        for name in left_out:
            es = "no se dio esta vez, y la publicación vigente la tiene: se retiran las direcciones que solo esta fuente describe"
            en = "was not given this time, and the current release has it: addresses that only this source describes are withdrawn"
            problems.note(Note(name, es, en))
        return
    if left_out:
        # Nearly always an export that was given by its path the last time.
        names = ", ".join(left_out)
        es = "las fuentes de la publicación vigente: repita --input NOMBRE=RUTA o guárdelas en data/sources/"
        en = "the sources of the current release: repeat --input NAME=PATH, or keep them in data/sources/"
        es, en = f"{es}; --withdraw retira {len(unused)} claves", f"{en}; --withdraw withdraws {len(unused)} keys"
        raise SourceProblems([Problem("sources", 0, "", "missing-source", f"no {names}", es, en)])
    shown = ", ".join(f"{kind}/{key}" for kind, key in unused[:3])
    es = f"que las tablas describan lo publicado; {len(unused)} claves quedarían retiradas (--withdraw lo confirma)"
    en = f"tables that describe what was published; {len(unused)} keys would be withdrawn (--withdraw confirms it)"
    raise SourceProblems([Problem("identifiers", 0, "", "mass-withdrawal", f"{shown} …", es, en)])


_ENDED = {"split": ("la división", "the split"), "withdraw": ("el retiro", "the withdrawal"), "error": ("el error", "the error")}


def tell_overruled(registry: Registry, problems: ProblemList) -> None:
    """What a source describes has an address that answers, whatever somebody decided of its key; that the decision no longer counts is said."""
    for kind, key, event in registry.overruled():
        (es, en), when = _ENDED[event.event], event.date or "?"
        es = f"{kind}/{key}: una fuente la describe todavía, así que {es} de {when} ({event.by}) no cuenta"
        en = f"{kind}/{key}: a source still describes it, so {en} of {when} ({event.by}) does not count"
        problems.note(Note(f"{IDENTIFIERS}/{kind}.csv", es, en))


def _left_out(data_dir: Path, folders: list[SourceFolder]) -> list[str]:
    """Sources of the current release that this build was not given."""
    try:
        release = current_release(data_dir / RELEASES)
    except (OSError, ValueError, ReleaseError):
        return []
    given = {folder.contract.key for folder in folders} | OTHER_GRAPHS
    return sorted(set(release.manifest.graphs) - given) if release is not None else []
