"""Which focus nodes the core shapes cannot tell apart: one of each kind is judged, and what it fails with all of its kind fail with.

A shape reads a few properties of its focus node, and of their values no more than what kind of term they are, their datatype or
language, and what is said of them where the shape looks further (their classes and schemes). Two focus nodes of which a shape reads
the same cannot fail differently. What each shape reads is derived from the shapes; of a form not known here it is taken to
read everything, so that each of its focus nodes is judged by itself.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field

from rdflib import Graph, URIRef
from rdflib.collection import Collection as RdfList
from rdflib.term import Node

from ontology.namespaces import RDF, SH, XSD
from shapes.engines import Failure
from shapes.files import TARGETS
from shapes.outline import Outline, Values, term
from shapes.terms import all_below, from_ntriples, lexical, subclasses_in, to_ntriples

# What depends on nothing but the description of the values and their number.
_BY_DESCRIPTION = {
    RDF.type, SH.path, SH.minCount, SH.maxCount, SH.uniqueLang, SH.datatype, SH["class"], SH.nodeKind, SH.hasValue, SH["in"], SH.node, SH.property,
    SH["and"], SH["or"], SH["not"], SH.xone, SH.qualifiedValueShape, SH.qualifiedMinCount, SH.qualifiedMaxCount, *TARGETS,
}  # fmt: skip
# What depends on the values themselves.
_BY_VALUE = {
    SH.minInclusive, SH.maxInclusive, SH.minExclusive, SH.maxExclusive, SH.lessThan, SH.lessThanOrEquals, SH.equals, SH.disjoint,
    SH.minLength, SH.maxLength, SH.languageIn, SH.pattern, SH.flags,
}  # fmt: skip
_COUNTS = (SH.minCount, SH.maxCount, SH.qualifiedMinCount, SH.qualifiedMaxCount)
_BESIDE = (SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals)
_SHAPES_IN = (SH.property, SH.node, SH["not"], SH.qualifiedValueShape)
_LISTS_OF_SHAPES = (SH["and"], SH["or"], SH.xone)
_TYPE = f"<{RDF.type}>".encode()
_SOME_LANGUAGE = b'"@'
_AS_STRING = f"^^<{XSD.string}>".encode()

View = object  # hashable: all that a shape can see of the values of a property
Members = array  # numbers of subjects


@dataclass(frozen=True)
class Look:
    """What a shape reads of its focus node: properties, those against their direction, those whose values are one set
    (`sh:alternativePath`), or all there is."""

    properties: frozenset[bytes] = frozenset()
    backward: frozenset[bytes] = frozenset()
    together: frozenset[bytes] = frozenset()
    everything: bool = False

    @property
    def single(self) -> bytes | None:
        """The property, where it is nothing but one."""
        if len(self.properties) == 1 and not self.backward and not self.together and not self.everything:
            return next(iter(self.properties))
        return None


EVERYTHING = Look(everything=True)


@dataclass
class _Role:
    """Focus nodes of the same shapes, and the numbers of those among them that look the same to each shape.

    `seen`: by property that a shape reads alone, and view of its values; `present`: by the properties they have; `joint`: by look and view.
    """

    seen: dict[bytes, dict[View, Members]]
    looks: tuple[Look, ...]
    present: dict[tuple[bytes, ...], Members] = field(default_factory=dict)
    joint: dict[tuple[Look, View], Members] = field(default_factory=dict)
    lacked: set[bytes] = field(default_factory=set)


class Alike:
    """Sorts the subjects of a file while it is read (`visit`); then `representatives` are to be judged, and `spread`
    tells from what they fail with what all subjects do."""

    def __init__(self, core: Graph, known: bytes, outline: Outline):
        self.representatives: set[bytes] = set()
        self._outline = outline
        self._forward = {term(predicate) for predicate in outline.reach.forward}
        self._rules = _Rules(core, known, outline)
        # What is known beside the file counts wherever it is about something in it.
        self._said: dict[bytes, set[tuple[bytes, bytes]]] = defaultdict(set)
        self._pointing: dict[tuple[bytes, bytes], set[bytes]] = defaultdict(set)
        for line in known.splitlines():
            subject, predicate, value = line[:-2].split(b" ", 2)
            self._said[subject].add((predicate, value))
            if predicate in outline.pointing:
                self._pointing[predicate, value].add(subject)
        self._iris: dict[bytes, View] = {}
        self._numbers: dict[frozenset[tuple[bytes, bytes]], int] = {}
        self._roles: dict[frozenset[URIRef], _Role] = {}
        self._kinds: dict[tuple[bytes | None, tuple[bytes, ...], tuple[bytes, ...]], tuple[_Role, Members]] = {}

    # -- sorting ------------------------------------------------------------------------------------------------

    def visit(self, number: int, subject: bytes, values: Values) -> None:
        """Take note of a subject of the file, with its values by property."""
        values = self._whole(subject, values)
        role, members, new = self._role(subject, values)
        members.append(number)
        seen = role.seen
        for predicate, own in values.items():
            views = seen.get(predicate)
            if views is not None:
                view = self._described(predicate, own[0]) if len(own) == 1 else self._view(predicate, own)
                same = views.get(view)
                if same is None:
                    same = views[view] = array("I")
                    new = True
                same.append(number)
        for look in role.looks:
            joint = look, self._joint(look, subject, values)
            same = role.joint.get(joint)
            if same is None:
                same = role.joint[joint] = array("I")
                new = True
            same.append(number)
        if new:
            self.representatives.add(subject)

    def _whole(self, subject: bytes, values: Values) -> Values:
        """The values of a subject with those that are known beside the file."""
        if subject not in self._said:
            return values
        whole = {predicate: list(own) for predicate, own in values.items()}
        for predicate, value in sorted(self._said[subject]):
            if value not in whole.setdefault(predicate, []):
                whole[predicate].append(value)
        return dict(sorted(whole.items()))

    def _role(self, subject: bytes, values: Values) -> tuple[_Role, Members, bool]:
        """The role, its members with the same properties, and whether this one lacks one that no other has lacked."""
        present = tuple(values)
        types = tuple(values.get(_TYPE, ()))
        key = subject if subject in self._rules.constants else None, types, present
        if known := self._kinds.get(key):
            return *known, False
        shapes = self._rules.selecting(subject, types, present)
        role = self._roles.get(shapes)
        if role is None:
            looks = {self._rules.looks[shape] for shape in shapes}
            singles = {look.single: dict[View, Members]() for look in looks if look.single is not None}
            role = self._roles[shapes] = _Role(singles, tuple(look for look in looks if look.single is None))
        members = role.present.setdefault(present, array("I"))
        self._kinds[key] = role, members
        lacking = set(role.seen).difference(present) - role.lacked
        role.lacked |= lacking
        return role, members, bool(lacking)

    def _view(self, predicate: bytes, values: list[bytes]) -> View:
        # A value counts once, however often and in whatever spelling it stands there.
        distinct = set(map(_spelled, values)) if len(values) > 1 else values
        if len(distinct) == 1:
            return self._described(predicate, next(iter(distinct)))
        bound = self._rules.bound
        return frozenset((one, min(count, bound)) for one, count in Counter(self._described(predicate, value) for value in distinct).items())

    def _described(self, predicate: bytes, value: bytes) -> View:
        """All that shapes can see of one value of a property."""
        rules = self._rules
        if predicate in rules.exact:
            return value
        kind = self._iris.get(value)  # nearly all come many times
        if kind is None:
            kind = self._kind(value)
            if kind == _SOME_LANGUAGE and predicate in rules.by_language:
                kind = value[value.rfind(b'"') :]
        patterns = rules.patterns.get(predicate)
        if patterns is None:
            return kind
        text = lexical(value)
        return kind, tuple([pattern.search(text) is not None for pattern in patterns.values()])

    def _kind(self, value: bytes) -> View:
        if value.startswith(b"<"):
            return self._iri(value)
        if value in self._rules.constants or value.endswith(b">"):
            return value  # whether a typed literal is well-typed depends on all of it
        return b'"' if value.endswith(b'"') else _SOME_LANGUAGE

    def _iri(self, iri: bytes) -> View:
        """An IRI that shapes name is itself; of any other, a number for what is said of it where a shape looks on from it."""
        kind = self._iris.get(iri)
        if kind is None:
            beside = (pair for pair in self._said.get(iri, ()) if pair[0] in self._forward)
            said = frozenset((*self._outline.subjects.get(iri, ()), *beside))
            kind = self._iris[iri] = iri if iri in self._rules.constants else self._numbers.setdefault(said, len(self._numbers))
        return kind

    def _joint(self, look: Look, subject: bytes, values: Values) -> View:
        if look.everything:
            return subject
        parts: list[View] = [self._view(predicate, values[predicate]) if predicate in values else None for predicate in sorted(look.properties)]
        if look.together:
            # A value that stands under two of the properties is one value.
            order: dict[bytes, int] = {}
            named = [tuple(order.setdefault(value, len(order)) for value in values.get(predicate, ())) for predicate in sorted(look.together)]
            parts.append(tuple(named) if len(order) < sum(map(len, named)) else None)
        for predicate in sorted(look.backward):
            pointing = {*self._outline.pointing[predicate].get(subject, ()), *self._pointing.get((predicate, subject), ())}
            parts.append(frozenset(Counter(map(self._iri, pointing)).items()))
        return tuple(parts)

    # -- telling ------------------------------------------------------------------------------------------------

    def spread(self, failures: Collection[Failure], alone: Callable[[set[bytes]], Iterable[Failure]]) -> Iterator[Failure]:
        """What all subjects fail with, from what the representatives do; each failure once.

        `alone` judges subjects by themselves: those with values that a shape reads in another way than one by one.
        """
        apart: dict[URIRef, set[int]] = defaultdict(set)
        by_focus: dict[Node, list[Failure]] = defaultdict(list)
        for failure in failures:
            by_focus[failure[2]].append(failure)
        told: set[tuple[URIRef, URIRef, int]] = set()
        numbers = self._outline.numbers({term(focus) for focus in by_focus})
        for (subject, number), values in zip(numbers.items(), self._outline.values(numbers.values()), strict=True):
            focus = self._node(number)
            own, values = by_focus[focus], self._whole(subject, values)
            role = self._role(subject, values)[0]
            by_component: dict[tuple[URIRef, URIRef], list[Node | None]] = defaultdict(list)
            for shape, component, _, value in own:
                by_component[shape, component].append(value)
            for (shape, component), found in by_component.items():
                if shape not in self._rules.looks:
                    raise LookupError(f"{shape}: a failure of no shape that has targets")
                look = self._rules.looks[shape]
                if (shape, component, number) in told:
                    continue
                members = self._members(role, look, subject, values)
                told.update((shape, component, one) for one in members)
                if found == [None]:
                    for one in members:
                        yield shape, component, self._node(one), None
                elif found == [focus] and shape in self._rules.of_nodes:
                    for one in members:
                        yield shape, component, self._node(one), self._node(one)
                elif look.single is not None:
                    faulty = {self._described(look.single, to_ntriples(value)) for value in found if value is not None}
                    for one, other in zip(members, self._outline.values(members), strict=True):
                        for value in dict.fromkeys(map(_spelled, self._whole(self._outline.order[one], other)[look.single])):
                            if self._described(look.single, value) in faulty:
                                yield shape, component, self._node(one), from_ntriples(value)
                else:
                    apart[shape].update(members)
        if apart:
            chosen = {self._outline.order[one] for one in set().union(*apart.values())}
            numbers = self._outline.numbers(chosen)
            for failure in alone(chosen):
                if numbers[term(failure[2])] in apart.get(failure[0], ()):
                    yield failure

    def _members(self, role: _Role, look: Look, subject: bytes, values: Values) -> list[int]:
        if look.single is None:
            return list(role.joint[look, self._joint(look, subject, values)])
        if look.single in values:
            return list(role.seen[look.single][self._view(look.single, values[look.single])])
        return sorted(number for present, members in role.present.items() if look.single not in present for number in members)

    def _node(self, number: int) -> URIRef:
        return URIRef(self._outline.order[number][1:-1].decode())


class _Rules:
    """What follows from the shapes: the look of each that has targets and constraints; whom they choose; how values are to be described.

    `exact`: properties whose values must be the same; `by_language`: whose texts' language counts; `constants`: terms that
    shapes name; `patterns`: expressions asked of the values of a property; `of_nodes`: shapes whose only value is the focus node;
    `bound`: how many equal values are as good as more.
    """

    def __init__(self, core: Graph, known: bytes, outline: Outline):
        self._core = core
        self.exact, self.by_language = {_TYPE}, set[bytes]()
        self.patterns: dict[bytes, dict[str, re.Pattern[str]]] = defaultdict(dict)
        self.constants = {to_ntriples(one) for predicate in (SH.hasValue, SH.targetNode) for one in core.objects(None, predicate)}
        self.constants |= {to_ntriples(one) for head in core.objects(None, SH["in"]) for one in RdfList(core, head)}
        self.of_nodes = {shape for target in TARGETS for shape in core.subjects(target) if (shape, SH.path, None) not in core}
        # At least two: `sh:uniqueLang` asks whether there is a second one.
        self.bound = 1 + max((1, *(int(str(count)) for predicate in _COUNTS for count in core.objects(None, predicate))))
        self.looks = {shape: self._look(shape) for target in TARGETS for shape in core.subjects(target) if set(core.predicates(shape)) - {RDF.type, SH.path, *TARGETS}}
        below = subclasses_in((*known.splitlines(), *outline.subclasses))
        self._by_class: dict[bytes, set[URIRef]] = defaultdict(set)
        self._by_property: dict[bytes, set[URIRef]] = defaultdict(set)
        self._by_node: dict[bytes, set[URIRef]] = defaultdict(set)
        for shape in self.looks:
            for name in core.objects(shape, SH.targetClass):
                for one in all_below(to_ntriples(name), below):
                    self._by_class[one].add(shape)
            for predicate in core.objects(shape, SH.targetSubjectsOf):
                self._by_property[to_ntriples(predicate)].add(shape)
            for node in core.objects(shape, SH.targetNode):
                self._by_node[to_ntriples(node)].add(shape)

    def selecting(self, subject: bytes, types: Iterable[bytes], present: Iterable[bytes]) -> frozenset[URIRef]:
        """The shapes that choose a subject with these classes and properties."""
        found = set(self._by_node.get(subject, ()))
        for chosen, names in ((self._by_class, types), (self._by_property, present)):
            for name in names:
                found |= chosen.get(name, set())
        return frozenset(found)

    def _look(self, shape: URIRef) -> Look:
        found = _Reading()
        try:
            if (shape, SH.property, None) in self._core:
                raise _Unknown  # its results would be those of another shape
            self._read(shape, 0, found, set())
        except _Unknown:
            return EVERYTHING
        look = Look(frozenset(found.properties), frozenset(found.backward), frozenset(found.together))
        if found.pattern is not None and look.single is None:
            return EVERYTHING
        if found.by_value:
            self.exact |= look.properties
        if found.by_language:
            self.by_language |= look.properties
        if found.pattern is not None and look.single is not None:
            self.patterns[look.single][found.pattern] = re.compile(found.pattern)
        return look

    def _read(self, shape: Node, at: int, found: _Reading, seen: set[tuple[Node, int]]) -> None:
        """Note what a shape reads whose focus node stands `at` links from that of the shape asked about. Raises _Unknown."""
        core = self._core
        if (shape, at) in seen:
            return
        seen.add((shape, at))
        parameters = {predicate for predicate in core.predicates(shape) if predicate == RDF.type or predicate.startswith(str(SH))}
        own_pattern = parameters & {SH.pattern, SH.flags} == {SH.pattern} and at == 0 and isinstance(core.value(shape, SH.path), URIRef)
        if own_pattern:
            # Where one property of the focus node itself is asked, it is enough to know which of the values match.
            patterns = {str(one) for one in core.objects(shape, SH.pattern)} | ({found.pattern} if found.pattern else set())
            if len(patterns) > 1:
                raise _Unknown
            found.pattern = next(iter(patterns))
            parameters.discard(SH.pattern)
        if parameters - _BY_DESCRIPTION - _BY_VALUE:
            raise _Unknown
        found.by_value |= bool(parameters & _BY_VALUE)
        found.by_language |= SH.uniqueLang in parameters
        path = core.value(shape, SH.path)
        values = at if path is None else at + 1
        if path is not None:
            self._path(path, at, found)
        elif at == 0 and (parameters & _BY_VALUE):
            raise _Unknown
        if SH["class"] in parameters:
            if values > 1:
                raise _Unknown
            if values == 0:
                found.properties.add(_TYPE)
        for predicate in _BESIDE:
            for other in core.objects(shape, predicate):
                if at:
                    raise _Unknown
                found.properties.add(to_ntriples(other))
        for kind in _SHAPES_IN:
            for inner in core.objects(shape, kind):
                self._read(inner, values, found, seen)
        for kind in _LISTS_OF_SHAPES:
            for head in core.objects(shape, kind):
                for inner in RdfList(core, head):
                    self._read(inner, values, found, seen)

    def _path(self, path: Node, at: int, found: _Reading) -> None:
        core = self._core
        inverse, either = core.value(path, SH.inversePath), core.value(path, SH.alternativePath)
        if at:
            # What is said of values is read whole (`Alike._description`): the property itself needs no note.
            if at > 1 or not isinstance(path, URIRef):
                raise _Unknown
        elif isinstance(path, URIRef):
            found.properties.add(to_ntriples(path))
        elif isinstance(inverse, URIRef):
            found.backward.add(to_ntriples(inverse))
        elif either is not None and all(isinstance(one, URIRef) for one in RdfList(core, either)):
            names = {to_ntriples(one) for one in RdfList(core, either)}
            found.properties |= names
            found.together |= names
        else:
            raise _Unknown


def _spelled(value: bytes) -> bytes:
    """A value in the one spelling in which equal values are the same bytes."""
    if b"\\u" in value or b"\\U" in value:
        value = to_ntriples(from_ntriples(value))
    return value.removesuffix(_AS_STRING)


class _Unknown(Exception):
    """A form of shape of which it is not known here what it reads."""


@dataclass
class _Reading:
    properties: set[bytes] = field(default_factory=set)
    backward: set[bytes] = field(default_factory=set)
    together: set[bytes] = field(default_factory=set)
    by_value: bool = False
    by_language: bool = False
    pattern: str | None = None

