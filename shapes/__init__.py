"""What counts as valid: SHACL shapes over the data, and the functions that check data against them.

`validate` takes a graph in memory, `validate_file` a file of any size. Only modules of this package import a SHACL
engine. Shapes stand in the Turtle files of this package, one per subject; every constraint is a shape with its own
IRI, severity, and message in Spanish and English (ontology_design section 10).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import cache
from pathlib import Path
from typing import Literal

from rdflib import Graph, URIRef
from rdflib.term import Node

from ontology.namespaces import OGCM_SH, RDFS, SH
from shapes import large, shared
from shapes.context import Context, background, context_triples
from shapes.engines import EnginesDisagree
from shapes.engines.reference import core_failures, for_pyshacl
from shapes.files import (
    PROFILES,
    Constraint,
    constraints,
    select_profile,
    shape_files,
    shapes_graph,
    shapes_ntriples,
)  # fmt: skip
from shapes.large import REFERENCE_LIMIT, changed_subjects
from shapes.report import ReferenceShare, Report, Result, result_of
from shapes.shared import RestJudged, Told
from shapes.sparql import sparql_results
from shapes.terms import UnreadableRdf, load_rdf, store_of

__all__ = [
    "PROFILES", "REFERENCE_LIMIT", "Constraint", "Context", "EnginesDisagree", "Profile", "ReferenceShare", "Report", "RestJudged", "Result", "Told",
    "UnreadableRdf", "changed_subjects", "check", "constraints", "judge_rest", "load_rdf", "report_of", "shape_files", "shapes_graph", "shapes_ntriples",
    "validate", "validate_file", "validate_telling",
]  # fmt: skip

Profile = Literal["consolidated", "source", "catalog"]
NAMESPACE_DOCUMENT = "https://w3id.org/ogcm/shapes"


def validate(data: Graph, *, profile: Profile = "consolidated", context: Context | None = None) -> Report:
    """Check a graph against the shapes of a profile.

    `consolidated`: the default graph of a release, every rule. `source`: what one source says, which may be silent
    and may name things it does not describe; also for candidates and for strangers' files. `catalog`: graph/catalog,
    with the mandatory set of DCAT-AP 3. Which constraint belongs to which profile is stated in the shapes
    (`ogcm-sh:profile`). The vocabulary is known without being in `data`; `data` is not changed.
    Without a context, rules that need BASE or the registry find nothing. Raises ValueError for an unknown profile.
    """
    return check(data, _shapes_of(profile), profile, context)


def validate_file(
    path: Path, *, profile: Profile = "consolidated", context: Context | None = None, changed: Collection[str] | None = None, reference_limit: int = REFERENCE_LIMIT,
    progress: Callable[[int, int], None] | None = None,
) -> Report:  # fmt: skip
    """Check a file of sorted N-Triples, however large, against the shapes of a profile; the results of `validate`.

    The fast engine judges everything; pySHACL everything up to `reference_limit` triples, above it the subjects with
    these IRIs (`changed`, None = all; `changed_subjects` finds them) and those their change can break, or as many of
    them as the limit admits, chosen by their hash. Of many equal faults the report lists the first and counts the
    rest. `progress` is told how much of the work is done, and of how much, by any thread.
    Raises EnginesDisagree when the engines find different things on what both judged; UnreadableRdf for a file that is not sorted
    N-Triples as our builds write them (one statement a line, no blank nodes), ValueError for an unknown profile.
    """
    return large.validate_file(path, _shapes_of(profile), profile, context, changed, reference_limit, progress=progress)


def validate_telling(
    path: Path, to: Profile, *, profile: Profile = "consolidated", context: Context | None = None, changed: Collection[str] | None = None,
    reference_limit: int = REFERENCE_LIMIT, progress: Callable[[int, int], None] | None = None,
) -> tuple[Report, Told | None]:  # fmt: skip
    """`validate_file`, and what was found there for graphs that this one repeats, judged by the profile `to` (`judge_rest`); None where it cannot be told."""
    asked = shared.telling(_shapes_of(to))
    found = large.judge(path, _shapes_of(profile), context, changed, reference_limit, progress=progress, telling=asked)
    return found.report(profile), shared.told_by(found)


def judge_rest(
    path: Path, other: Path, *, profile: Profile, others: Profile = "consolidated", context: Context | None = None, reference_limit: int = REFERENCE_LIMIT,
    progress: Callable[[int, int], None] | None = None,
) -> RestJudged | Report:  # fmt: skip
    """Judge a file as far as `other`, a larger one that is judged by the profile `others`, does not say the same (`shapes.shared`).

    `report_of` makes the report of it with what `validate_telling` told of the other file. Where the other file does not help, all is judged here and the
    report comes at once. Raises as `validate_file`.
    """
    return shared.judge_rest(path, other, _shapes_of(profile), _shapes_of(others), profile, context, reference_limit, progress)


def report_of(path: Path, profile: Profile, told: Told, rest: RestJudged) -> Report:
    """The report that `validate_file` would give of the file."""
    return shared.report_of(path, profile, told, rest)


def check(data: Graph, shapes: Graph, profile: str, context: Context | None = None) -> Report:
    """Like `validate`, against any selection of the shapes."""
    known = Graph(bind_namespaces="none")
    for triples in (data, background(), context_triples(context)):
        for triple in triples:
            known.add(triple)
    by_shape = {constraint.shape: constraint for constraint in constraints()}
    found: dict[Result, Result] = {}
    for shape, component, focus, bindings in _failures(known, shapes):
        if focus != OGCM_SH.Deployment and (focus, None, None) not in data:
            continue  # a term of the vocabulary: it has shapes of its own (vocabulary-style.ttl)
        named = focus if focus != OGCM_SH.Deployment else bindings.get("value")
        result = result_of(by_shape[shape], component, focus, bindings, data.objects(named, RDFS.label) if named else ())
        # Solutions that differ only in what the message names are one result; which of them may not depend on order.
        found[result] = min(found.get(result, result), result, key=Result.sort_key)
    return Report(profile, sorted(found.values(), key=Result.sort_key))


@cache
def _shapes_of(profile: str) -> Graph:
    if profile not in PROFILES:
        raise ValueError(f"unknown profile {profile!r}; known: {', '.join(PROFILES)}")
    return select_profile(shapes_graph(), profile)


def _failures(data: Graph, shapes: Graph) -> Iterator[tuple[URIRef, URIRef, Node, dict[str, Node]]]:
    """(shape, component, focus node, bindings) of everything that fails."""
    for shape, component, focus, value in core_failures(data, for_pyshacl(shapes)):
        yield shape, component, focus, {} if value is None else {"value": value}
    for shape, focus, bindings in sparql_results(shapes, data, store_of(data)):
        yield shape, SH.SPARQLConstraintComponent, focus, bindings
