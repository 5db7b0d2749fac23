"""How far the evaluation of core shapes at one node looks: derived from the shapes, never assumed.

Who judges a part of a graph needs, beside the part's own statements, everything the shapes look at from there, and
nothing else; and who changes a node may break whatever looks at it. Both follow from three facts: which properties
are read away from the focus node, which are read against their direction, and over how many links.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rdflib import Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from ontology.namespaces import RDF, SH
from shapes.files import TARGETS

_SHAPES_IN = (SH.property, SH.node, SH["not"], SH.qualifiedValueShape)
_LISTS_OF_SHAPES = (SH["and"], SH["or"], SH.xone)
_BESIDE = (SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals)


@dataclass
class Reach:
    """`forward`: properties read at other nodes than the focus node; `backward`: properties read against their
    direction; `links`: over how many links the furthest node that is read stands from the focus node; `own`: properties of the
    focus node itself."""

    forward: set[URIRef] = field(default_factory=set)
    backward: set[URIRef] = field(default_factory=set)
    links: int = 0
    own: set[URIRef] = field(default_factory=set)


def reach_of(core: Graph) -> Reach:
    """The reach of all shapes with targets.

    Raises ValueError for what has no bound (`*` and `+` paths), for `sh:targetObjectsOf`, where statements about
    other nodes choose the focus nodes, for `sh:closed` away from the focus node, and for disjoint qualified value
    shapes, which look at their siblings: graphs with such shapes cannot be judged in parts.
    """
    return _reach(core, {s for target in TARGETS for s in core.subjects(target)})


def looked_through(core: Graph) -> dict[URIRef, set[URIRef]]:
    """The properties of focus nodes from whose values shapes look on, with the properties that they read there. Raises ValueError as `reach_of` does."""
    found: dict[URIRef, set[URIRef]] = {}
    for shape in {s for target in TARGETS for s in core.subjects(target)}:
        reach = _reach(core, {shape})
        for predicate in reach.own if reach.forward else ():
            found.setdefault(predicate, set()).update(reach.forward)
    return found


def _reach(core: Graph, shapes: Iterable[Node]) -> Reach:
    found = Reach()
    for shape in shapes:
        if (shape, SH.targetObjectsOf, None) in core:
            raise ValueError(f"{shape}: the targets of sh:targetObjectsOf cannot be found in a part of a graph")
        _shape(core, shape, 0, found, set())
    return found


def _shape(core: Graph, shape: Node, at: int, found: Reach, seen: set[tuple[Node, int]]) -> None:
    if (shape, at) in seen:
        return
    seen.add((shape, at))
    path = core.value(shape, SH.path)
    values = at if path is None else _path(core, path, at, found)
    for beside in _BESIDE:
        for other in core.objects(shape, beside):
            _read(other, at, found)
    if (shape, SH["class"], None) in core:
        _read(RDF.type, values, found)
    if (shape, SH.closed, None) in core and values:
        raise ValueError(f"{shape}: sh:closed away from the focus node reads all properties there")
    if (shape, SH.qualifiedValueShapesDisjoint, None) in core:
        raise ValueError(f"{shape}: sh:qualifiedValueShapesDisjoint reads the shape's siblings")
    for kind in _SHAPES_IN:
        for inner in core.objects(shape, kind):
            _shape(core, inner, values, found, seen)
    for kind in _LISTS_OF_SHAPES:
        for head in core.objects(shape, kind):
            for inner in Collection(core, head):
                _shape(core, inner, values, found, seen)


def _path(core: Graph, path: Node, at: int, found: Reach) -> int:
    """Distance of the path's values from the focus node, when the path starts at distance `at`."""
    if isinstance(path, URIRef):
        _read(path, at, found)
        return at + 1
    inverse = core.value(path, SH.inversePath)
    if isinstance(inverse, URIRef):
        found.backward.add(inverse)
        found.links = max(found.links, at + 1)
        return at + 1
    either = core.value(path, SH.alternativePath)
    if either is not None:
        return max(_path(core, one, at, found) for one in Collection(core, either))
    optional = core.value(path, SH.zeroOrOnePath)
    if optional is not None:
        return _path(core, optional, at, found)
    if (path, RDF.first, None) in core:
        for step in Collection(core, path):
            at = _path(core, step, at, found)
        return at
    raise ValueError(f"a path without bound, or of a form not known here: {sorted(core.predicate_objects(path))}")


def _read(predicate: URIRef, at: int, found: Reach) -> None:
    if at:
        found.forward.add(predicate)
        found.links = max(found.links, at)
    else:
        found.own.add(predicate)
