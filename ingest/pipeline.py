"""The order of a build: read, map, consolidate, validate, publish. Nothing else is here."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import ontology
import shapes
from commitments.release import CONSOLIDATED, IDENTIFIERS, RELEASES, Input, ReleaseError, current_release
from ingest import apart, collecting, described, last_build, matching, sources, terms, uris, validation
from ingest.accounting import Accounting
from ingest.authority import Authority
from ingest.cleaning.persons import as_shown
from ingest.consolidation import Consolidation, SourceGraph
from ingest.context import Build, SourceContext, check_references
from ingest.contract import CONTRACT_FILE, Contract
from ingest.editions import revisions, undated
from ingest.exports import Edition
from ingest.fingerprint import fingerprint, input_files
from ingest.formats import FileChanged
from ingest.identifiers import load_registry
from ingest.problems import Note, Problem, ProblemList, SourceProblems
from ingest.publication import SCRATCH, Draft, build_lock, canonical_lines, prune, publish, recover, sweep
from ingest.quality import Quality
from ingest.readers import UNREADABLE
from ingest.reading_progress import Progress, Reading, Within, within
from ingest.review import REVIEW_FILE
from ingest.settings import BuildSettings, load_settings, normal_base
from ingest.sorting import LineSink, SortedFile, merge_files, write_sorted
from ingest.source_mapping import first_pass, map_source
from ingest.sources import SourceFolder
from ingest.withdrawal import refuse_mass_withdrawal, tell_overruled

STEPS = ("read", "validate", "publish")


@dataclass
class BuildResult:
    release_id: str
    new: bool
    path: Path
    accounting: list[dict[str, str | int]] = field(default_factory=list)
    severities: dict[str, int] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    editions: list[dict[str, Any]] = field(default_factory=list)  # what each edition of a database changed against the one before it
    quarantined: dict[str, int] = field(default_factory=dict)  # reason -> cells
    unapplied: tuple[str, ...] = ()  # settings that the unchanged release does not carry yet
    switched: bool = False  # a release of before has this very content, and is the current one again


@dataclass
class Mapped:
    """All statements of a build before publication, by graph name; "" is the consolidated view.

    The graphs are sorted files in `scratch`, which goes when this object does, unless the caller gave a folder of its own.
    """

    build: Build
    folders: list[SourceFolder]
    graphs: dict[str, SortedFile]
    accounting: Accounting
    scratch: tempfile.TemporaryDirectory[str] | None = None


def build(
    data_dir: Path, *, base: str, settings: BuildSettings | None = None, inputs: Iterable[Edition] = (), keep: int | None = None,
    progress: Progress | None = None, force: bool = False, wait: float = 0.0, withdraw: bool = False, accept: bool | None = None,
) -> BuildResult:  # fmt: skip
    """Build and publish a release of `data_dir`, or return the current one when nothing changed.

    `keep`: how many releases stay; `wait`: seconds to wait for another build of the same folder; `withdraw`: allow the
    build to withdraw many published keys that no table describes any longer; `accept`: whether to read exports whose columns are not exactly
    those of their layout (`ingest.exports`), None: as their contracts say.
    Raises SourceProblems (inputs), ingest.validation.ShapeViolations, ingest.publication.BuildInProgress (another build) and
    OSError; in each case the releases and the registry are as they were.
    """
    base = _base(base)
    extra = list(inputs)
    releases = data_dir / RELEASES
    # Held from before the registry is read: two builds that mint the same keys must not overtake each other.
    with build_lock(data_dir, wait=wait):
        recover(data_dir)
        sweep(releases, scratch=True)
        files = input_files(data_dir, extra)
        settings = settings or load_settings(data_dir)
        mark = fingerprint(files, base, settings, accept=accept)
        # A folder that was given and holds nothing changes no fingerprint; that there is nothing in it has to be said.
        given = all(any(file.path == edition.shown or file.path.startswith(f"{edition.shown}/") for file in files) for edition in extra)
        unchanged = last_build.unchanged(data_dir, mark) if given and not force else None
        if unchanged is not None:
            if keep is not None:
                prune(data_dir, keep)
            return BuildResult(unchanged.id, False, unchanged.path, severities=unchanged.manifest.severities)
        step = _steps(progress)
        # Beside the releases, so that a large build needs no room in the system's folder of temporary files.
        with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=releases) as scratch, apart.none_left():
            step("read")
            mapped = map_sources(data_dir, base, settings, extra, withdraw=withdraw, scratch=Path(scratch), progress=progress, accept=accept)
            _refuse_changed(files, input_files(data_dir, extra))
            step("validate")
            reports, severities = validate(mapped, _comparable(releases, base), within(progress))
            step("publish")
            draft = _draft(mapped, base, settings, files, mark, reports, severities, Path(scratch))
            account, notes, changes = mapped.accounting.as_rows(), mapped.build.problems.notes, mapped.build.quality.editions
            quarantined = dict(mapped.accounting.reasons())
            del mapped  # what only mapping needs makes room for what publishing needs
            published = publish(draft, data_dir, keep=keep, accept=validation.accept_catalogue, within=within(progress))
        # What was read, with the registry as it is now: a table saved since then is another build.
        read = [file for file in files if not _is_of_registry(file)] + [file for file in input_files(data_dir) if _is_of_registry(file)]
        last_build.remember(data_dir, fingerprint(sorted(read, key=lambda file: file.path), base, settings, accept=accept), published.release)
    release = published.release
    return BuildResult(release.id, published.new, release.path, account, severities, notes, changes, quarantined, published.unapplied, published.switched)


def _is_of_registry(file: Input) -> bool:
    return file.path.startswith(f"{IDENTIFIERS}/")


def _refuse_changed(before: list[Input], after: list[Input]) -> None:
    """Raise SourceProblems when an input is not what it was when the build began: which of the two was read cannot be told."""
    earlier, now = ({file.path: file.sha256 for file in files} for files in (before, after))
    problems = []
    for path in sorted(path for path in earlier.keys() | now.keys() if earlier.get(path) != now.get(path)):
        was, is_ = (f"{digests[path][:12]}…" if path in digests else "—" for digests in (earlier, now))
        fault = FileChanged(f"SHA-256: {was} → {is_}")
        problems.append(Problem(path, fault.row, "", fault.code, fault.found, fault.es, fault.en))
    if problems:
        raise SourceProblems(problems)


@dataclass(frozen=True)
class Examination:
    """What a build would find: reports by graph ("" = the consolidated view), the account, and what mappings of exports noticed."""

    reports: dict[str, shapes.Report]
    accounting: Accounting
    quality: Quality


def examine(data_dir: Path, *, base: str = "http://localhost:8000/", inputs: Iterable[Edition] = (), accept: bool | None = None) -> Examination:
    """Everything a build does short of publishing, without asking what it would withdraw. Raises SourceProblems when the tables cannot be read."""
    mapped = map_sources(data_dir, _base(base), load_settings(data_dir), list(inputs), withdraw=True, accept=accept)
    mapped.build.quality.editions = mapped.build.editions.differences()
    return Examination(reports_on(mapped), mapped.accounting, mapped.build.quality)


def _base(base: str) -> str:
    try:
        return normal_base(base)
    except ValueError as error:
        raise SourceProblems([Problem("BASE", 0, "", "base", base, *error.args)]) from None


def _steps(progress: Progress | None) -> Callable[[str], None]:
    def step(name: str) -> None:
        if progress is not None:
            progress(name, STEPS.index(name), len(STEPS))

    return step


def _comparable(releases: Path, base: str) -> Path | None:
    """The consolidated view of the release that is current now; at another BASE it says everything of other things."""
    try:
        before = current_release(releases)
    except ReleaseError:
        return None
    return before.file(CONSOLIDATED) if before is not None and before.base == base else None


# -- read and map -----------------------------------------------------------------------------------------------


@apart.none_left()
@collecting.rarely()
def map_sources(
    data_dir: Path, base: str, settings: BuildSettings, inputs: list[Edition], *, withdraw: bool = False, scratch: Path | None = None,
    progress: Progress | None = None, accept: bool | None = None,
) -> Mapped:  # fmt: skip
    """Read every source strictly and consolidate. Raises SourceProblems with all faults of all tables.

    `accept`: as for `build`. `scratch`: an empty folder for the sorted files; without one a temporary folder is made, which lasts as long as the result.
    """
    own = None if scratch is not None else tempfile.TemporaryDirectory(prefix="commitments-")
    folder = scratch if scratch is not None else Path(own.name)  # type: ignore[union-attr]
    problems, accounting = ProblemList(as_shown), Accounting(as_shown)
    folders = _dated(sources.find(data_dir, inputs, problems, accept=accept))
    _note_undated(folders, problems)
    problems.raise_if_any()
    registry = load_registry(data_dir / IDENTIFIERS, IDENTIFIERS, problems)
    problems.raise_if_any()  # no row can be mapped to keys that lead nowhere
    build_ = Build(uris.Addresses(base), registry, Authority(), ontology.code_schemes(), problems, settings, frozenset(folder.contract.series for folder in folders))
    first_pass(build_, folders)
    candidates = LineSink(folder / "candidates.nt")
    reading = Reading(folders, progress)
    source_graphs = [SourceGraph(source.contract, map_source(build_, source, accounting, folder, candidates, reading)) for source in folders]
    _candidates(build_, source_graphs, next((source.contract for source in folders if source.contract.source_type == "curation"), None), candidates)
    if not any(problem.code in UNREADABLE for problem in problems.problems):
        # The keys of a table that could not be read are missing, not wrong: its own fault says so.
        check_references(build_)
    problems.raise_if_any()
    accounting.check()
    if not withdraw:
        refuse_mass_withdrawal(registry, data_dir, folders, problems)
    tell_overruled(registry, problems)
    graphs = _graphs(build_, source_graphs, folder)
    graphs["candidates"] = candidates.finish()
    return Mapped(build_, folders, {name: SortedFile(path, own) for name, path in graphs.items()}, accounting, own)


def _dated(folders: list[SourceFolder]) -> list[SourceFolder]:
    """The sources, each dated edition of a database with the edition that it revises (prov:wasRevisionOf)."""
    earlier = revisions(folder.contract for folder in folders)
    return [
        replace(folder, contract=folder.contract.model_copy(update={"revision_of": earlier[folder.contract.key]})) if folder.contract.key in earlier else folder
        for folder in folders
    ]


def _note_undated(folders: list[SourceFolder], problems: ProblemList) -> None:
    keys = {contract.key for contract in undated(folder.contract for folder in folders)}
    for folder in folders:
        if (key := folder.contract.key) in keys:
            es = f"la edición «{key}» no tiene fecha y cuenta como la más antigua; con fecha al final de su nombre (NOMBRE-AAAA-MM-DD) tiene su lugar"
            en = f'the edition "{key}" has no date and counts as the oldest; a date at the end of its name (NAME-YYYY-MM-DD) gives it its place'
            problems.note(Note(folder.file or f"{folder.shown}/{CONTRACT_FILE}", es, en))


def _candidates(build_: Build, source_graphs: list[SourceGraph], curation: Contract | None, sink: LineSink) -> None:
    """Commitments that two sources may describe, scored, in graph/candidates; only where there is an export to compare."""
    if not build_.facts or curation is None:
        return
    facts = list(build_.facts)
    for source in source_graphs:
        if not source.contract.is_edition:
            facts += described.commitments(source.path, build_.addresses.base, source.contract.key)

    def decided(candidate: matching.Candidate) -> bool:
        pair = build_.pair(candidate.kind, candidate.from_key, candidate.to_key)
        build_.quality.candidates["rejected"] += pair in build_.not_same
        return pair in build_.linked

    def cut(plan: str, count: int) -> None:
        es = f"el plan {plan} tiene {count} compromisos: como candidatos se compararon solo los que comparten un número o una palabra del título"
        en = f"plan {plan} has {count} commitments: as candidates only those with a number or a title word in common were compared"
        build_.problems.note(Note("graph/candidates", es, en))

    found = matching.candidates(facts, on_cut=cut, decided=decided)
    build_.quality.candidates["open"] = matching.write(SourceContext(build_, curation, sink), found)


def _graphs(build_: Build, source_graphs: list[SourceGraph], scratch: Path) -> dict[str, Path]:
    """Every graph but the candidates as a sorted file, by name."""
    newest = max((str(source.contract.issued) for source in source_graphs if source.contract.issued != "not-stated"), default="")
    consolidated = Consolidation(build_, source_graphs, scratch, newest, _code_lines()).run()
    curated = [source.path for source in source_graphs if source.contract.source_type == "curation"]
    graphs = {source.contract.key: source.path for source in source_graphs if source.contract.source_type != "curation"}
    graphs["curated"] = curated[0] if len(curated) == 1 else merge_files(curated, scratch / "curated.nt")
    graphs["derived"], graphs[""] = consolidated.derived, consolidated.default
    graphs["vocabulary"] = write_sorted(_vocabulary_lines(), scratch / "vocabulary.nt")
    graphs["shapes"] = write_sorted(_shapes_lines(), scratch / "shapes.nt")
    return graphs


@cache
def _vocabulary_lines() -> list[str]:
    """The graph `vocabulary`; as the two below the same for every build of a process: shared, never changed."""
    return canonical_lines(ontology.vocabulary_ntriples())


@cache
def _shapes_lines() -> list[str]:
    """The graph `shapes`."""
    return canonical_lines(shapes.shapes_ntriples())


@cache
def _code_lines() -> dict[str, list[str]]:
    """What the vocabulary says of each code, by the code's term."""
    found: dict[str, list[str]] = {}
    for line in _vocabulary_lines():
        subject, _, _ = terms.split(line)
        if subject.startswith((f"<{ontology.namespaces.CODE}", f"<{ontology.namespaces.SDMX_CODE}")):
            found.setdefault(subject, []).append(line)
    return found


# -- validate -----------------------------------------------------------------------------------------------------


def reports_on(mapped: Mapped, before: Path | None = None, told: Within | None = None) -> dict[str, shapes.Report]:
    """SHACL reports on the consolidated view (""), every source and the candidates (see ingest.validation.reports_on).

    The curated tables have no report of their own: they are judged as far as the view repeats them.
    """
    names = ["", *(folder.contract.key for folder in mapped.folders), "candidates"]
    # The consolidated view is judged even when it is empty.
    graphs = {name: mapped.graphs[name] for name in names if name in mapped.graphs and (mapped.graphs[name] or not name)}
    return validation.reports_on(graphs, mapped.build.addresses.base, mapped.build.registry.keys(), before, told)


def validate(mapped: Mapped, before: Path | None = None, told: Within | None = None) -> tuple[dict[str, bytes], dict[str, int]]:
    """Report files by name, and the consolidated view's results by severity. Raises ShapeViolations, shapes.EnginesDisagree."""
    reports = reports_on(mapped, before, told)
    validation.refuse_violations(reports)
    files = validation.report_files(reports, mapped.build.addresses.base) | _quality(mapped)
    files["accounting.json"] = (json.dumps(mapped.accounting.as_rows(), indent=2, ensure_ascii=False) + "\n").encode()
    files["quarantine.csv"] = sources.quarantine_csv(mapped.accounting.quarantine)
    return files, dict(reports[""].counts)


def _quality(mapped: Mapped) -> dict[str, bytes]:
    """What the mappings of exports noticed; nothing where there is no export."""
    build_ = mapped.build
    if not build_.quality:
        return {}
    build_.quality.editions = build_.editions.differences()
    account = mapped.accounting.as_rows()
    files = {f"quality.{lang}.txt": build_.quality.to_text(lang, account) for lang in ("es", "en")}
    return {**files, "quality.json": build_.quality.to_json(account), REVIEW_FILE: build_.review.to_csv()}


# -- publish ------------------------------------------------------------------------------------------------------


def _draft(
    mapped: Mapped, base: str, settings: BuildSettings, files: list[Input], mark: str, reports: dict[str, bytes], severities: dict[str, int], scratch: Path
) -> Draft:
    issued = [folder.contract.issued for folder in mapped.folders if folder.contract.issued != "not-stated"]
    if not issued:
        raise SourceProblems([Problem("sources", 0, "issued", "contract", "not-stated", "una fuente con fecha", "one source with a date")])
    registry = scratch / IDENTIFIERS
    registry.mkdir()
    return Draft(
        base=base,
        issued=max(date for date in issued if isinstance(date, dt.date)),
        graphs={name: graph.path for name, graph in mapped.graphs.items()},
        sources=[sources.facts(folder, files) for folder in mapped.folders],
        inputs=files,
        fingerprint=mark,
        settings=settings.in_data(),
        reports=reports,
        registry=dict(mapped.build.registry.write(registry)),
        severities=severities,
    )
