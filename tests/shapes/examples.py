"""The broken examples: one small SPARQL update per constraint that breaks the good graph in exactly one way.

`tests/shapes/broken/<shapes file>.yml` maps the name of a constraint to `update` (SPARQL 1.1 Update over `good.ttl`,
or `good-catalog.ttl` for constraints of the catalogue) and, where one fault cannot be had without another, `also`:
the names of the other constraints with severity Violation or Warning that then fail too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from rdflib import Graph

import shapes
from ontology.namespaces import SH
from shapes.files import TARGETS, shapes_graph

HERE = Path(__file__).parent
BASE = "https://data.example.org/"
# One registered kind is enough to tell a registered key from an unregistered one.
CONTEXT = shapes.Context(BASE, registry={"objective": ["MX-3-04_1"]})
GOOD = {"consolidated": "good.ttl", "source": "good.ttl", "catalog": "good-catalog.ttl"}


@dataclass(frozen=True)
class Example:
    constraint: str
    file: str
    update: str
    also: tuple[str, ...]


@cache
def examples() -> dict[str, Example]:
    """Constraint name -> its broken example. Raises ValueError where two files hold one for the same constraint."""
    found: dict[str, Example] = {}
    for path in sorted((HERE / "broken").glob("*.yml")):
        for name, entry in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            if name in found:
                raise ValueError(f"{path.name}: {name} also stands in {found[name].file}")
            found[name] = Example(name, path.stem, entry["update"], tuple(entry.get("also", ())))
    return found


@cache
def good(profile: str) -> Graph:
    """The valid graph of a profile. Shared: do not change it."""
    return shapes.load_rdf(HERE / GOOD[profile])


@cache
def prefixes() -> dict[str, str]:
    """The prefixes the good graphs' files declare; updates may use them all."""
    texts = ((HERE / name).read_text(encoding="utf-8") for name in sorted(set(GOOD.values())))
    return {prefix: iri for text in texts for prefix, iri in re.findall(r"@prefix ([\w-]+): <([^>]+)>", text)}


def broken(example: Example, profile: str) -> Graph:
    """A copy of the good graph with the example's fault in it."""
    graph = Graph(bind_namespaces="none")
    for triple in good(profile):
        graph.add(triple)
    graph.update(example.update, initNs=prefixes())
    return graph


def profile_of(constraint: shapes.Constraint) -> str:
    """The strictest profile a constraint belongs to."""
    return next(profile for profile in shapes.PROFILES if profile in constraint.profiles)


def alone(constraint: shapes.Constraint) -> Graph:
    """One constraint where it stands: its node shapes with their targets, and the auxiliary shapes, nothing else."""
    whole, graph = shapes_graph(), Graph(bind_namespaces="none")
    for triple in _auxiliary():
        graph.add(triple)
    for triple in whole.triples((constraint.shape, None, None)):
        graph.add(triple)
    for home in whole.subjects(SH.property, constraint.shape):
        graph.add((home, SH.property, constraint.shape))
        for target in TARGETS:
            for triple in whole.triples((home, target, None)):
                graph.add(triple)
    return graph


@cache
def _auxiliary() -> tuple:
    whole = shapes_graph()
    active = set(whole.subjects(SH.severity)).union(*(whole.subjects(target) for target in TARGETS))
    return tuple(triple for triple in whole if triple[0] not in active)
