"""SPARQL constraints, evaluated by pyoxigraph.

pySHACL parses a SPARQL constraint again for every focus node with rdflib, some 10 ms each; over a graph of a few
thousand nodes that is minutes. Here `$this` is substituted (SPARQL SEP-0007, the same meaning as SHACL's pre-bound
`$this`), some 0.1 ms each, or all focus nodes are asked about at once. `tests/shapes` compares the results of both
with pySHACL's own, constraint by constraint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyoxigraph as ox
from rdflib import Graph, URIRef, Variable
from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

from ontology.namespaces import RDF, RDFS, SH
from shapes.terms import from_ox, to_ox

_THIS = ox.Variable("this")
Bindings = dict[str, Node]


def sparql_results(shapes: Graph, data: Graph, store: ox.Store) -> Iterator[tuple[URIRef, Node, Bindings]]:
    """(shape, focus node, bindings of the solution) of every SPARQL constraint that fails.

    `store` holds the same triples as `data`. Raises SyntaxError when a constraint's query is not SPARQL.
    """
    for shape, constraint in shapes.subject_objects(SH.sparql):
        nodes = focus_nodes(shapes, shape, data)
        query = query_text(shapes, constraint) if nodes else ""
        for focus in nodes:
            for bound in solutions_at(query, focus, store):
                yield shape, focus, bound


def solutions_at(query: str, focus: Node, store: ox.Store) -> Iterator[Bindings]:
    """Different solutions of a constraint's query at one focus node, which is put in the place of `$this`."""
    seen = set()
    solutions = store.query(query, substitutions={_THIS: to_ox(focus)})
    names = [variable.value for variable in solutions.variables]
    for solution in solutions:
        bound = {n: from_ox(t) for n, t in zip(names, solution, strict=True) if t is not None and n != "this"}
        key = tuple(sorted((n, t.n3()) for n, t in bound.items()))
        if key not in seen:
            seen.add(key)
            yield bound


def solutions_at_once(shapes: Graph, shape: URIRef, store: ox.Store) -> Iterator[tuple[Node, Bindings]]:
    """(focus node, bindings) of one constraint at all its focus nodes, from one query for each of its targets.

    The target is written into the query as a pattern that binds `$this` before anything else: over many focus nodes
    some hundred times as fast as a query for each. The same solution may come more than once. Means the same where
    `$this` stands in the outermost group or is projected by the subquery that uses it, as our constraints are written;
    `validate_file` compares both ways on what the reference engine judges.
    """
    query = query_text(shapes, shapes.value(shape, SH.sparql))
    for target in _target_patterns(shapes, shape, store):
        solutions = store.query(re.sub(r"WHERE\s*\{", lambda found: f"{found.group()} {target}", query, count=1))  # noqa: B023
        names = [variable.value for variable in solutions.variables]
        for solution in solutions:
            bound = {n: from_ox(t) for n, t in zip(names, solution, strict=True) if t is not None}
            yield bound.pop("this"), bound


def _target_patterns(shapes: Graph, shape: URIRef, store: ox.Store) -> Iterator[str]:
    for node in sorted(shapes.objects(shape, SH.targetNode)):
        yield f"VALUES $this {{ {node.n3()} }}"
    for target in sorted(shapes.objects(shape, SH.targetClass)):
        found = store.query(f"SELECT ?class WHERE {{ ?class <{RDFS.subClassOf}>* <{target}> }}")
        classes = " ".join(sorted({str(solution["class"]) for solution in found} | {target.n3()}))
        yield f"VALUES ?targetClass {{ {classes} }} $this a ?targetClass ."
    for target in sorted(shapes.objects(shape, SH.targetSubjectsOf)):
        yield f"$this {target.n3()} ?targetObject ."
    for target in sorted(shapes.objects(shape, SH.targetObjectsOf)):
        yield f"?targetSubject {target.n3()} $this ."


def query_text(shapes: Graph, constraint: Node) -> str:
    """The constraint's SELECT with the PREFIX lines that `sh:prefixes` declares and the text uses."""
    select = str(shapes.value(constraint, SH.select))
    lines = []
    for owner in shapes.objects(constraint, SH.prefixes):
        for declaration in shapes.objects(owner, SH.declare):
            prefix = str(shapes.value(declaration, SH.prefix))
            if re.search(rf"(?<![\w-]){re.escape(prefix)}:", select):
                lines.append(f"PREFIX {prefix}: <{shapes.value(declaration, SH.namespace)}>\n")
    return "".join(sorted(lines)) + select


def predicates_read(query: str) -> frozenset[URIRef] | None:
    """The properties of the statements that a query reads, None where it may read any.

    That is so with a variable in the place of a property, and with a path that may have no step at all: such a path finds every
    node of a graph, unless one of its ends is a constant or is bound by another pattern of the same group.
    """
    found: set[URIRef] = set()
    for group in _groups(prepareQuery(query).algebra):
        bound = {term for s, p, o in group if isinstance(p, URIRef) for term in (s, o)}
        for subject, predicate, value in group:
            own = _of_path(predicate)
            if own is None:
                return None
            ends_known = any(not isinstance(end, Variable) or end in bound for end in (subject, value))
            if isinstance(predicate, Path) and _may_have_no_step(predicate) and not ends_known:
                return None
            found |= own
    return frozenset(found)


def _groups(part: object) -> Iterator[list[tuple[Node, Node | Path, Node]]]:
    """The triple patterns of a query, those that are joined without condition together; those in EXISTS stand there as parsed."""
    if isinstance(part, CompValue):
        if part.name in ("BGP", "TriplesBlock"):
            flat = [term for some in part.triples for term in some]
            yield [(flat[i], flat[i + 1], flat[i + 2]) for i in range(0, len(flat), 3)]
            return
        for name, inner in part.items():
            if name != "_vars":
                yield from _groups(inner)
    elif isinstance(part, list | tuple | set | frozenset):
        for inner in part:
            yield from _groups(inner)


def _of_path(path: Node | Path) -> set[URIRef] | None:
    if isinstance(path, URIRef):
        return {path}
    if isinstance(path, InvPath):
        return _of_path(path.arg)
    if isinstance(path, MulPath):
        return _of_path(path.path)
    if isinstance(path, SequencePath | AlternativePath):
        parts = [_of_path(part) for part in path.args]
        return None if None in parts else {predicate for part in parts for predicate in part or ()}
    return None  # a variable, a negated set, or a form not known here


def _may_have_no_step(path: Node | Path) -> bool:
    if isinstance(path, MulPath):
        return path.zero or _may_have_no_step(path.path)
    if isinstance(path, InvPath):
        return _may_have_no_step(path.arg)
    if isinstance(path, SequencePath):
        return all(map(_may_have_no_step, path.args))
    return isinstance(path, AlternativePath) and any(map(_may_have_no_step, path.args))


def focus_nodes(shapes: Graph, shape: URIRef, data: Graph) -> set[Node]:
    """The nodes a shape's targets select; class targets include subclasses known to the data graph."""
    found: set[Node] = set(shapes.objects(shape, SH.targetNode))
    for target in shapes.objects(shape, SH.targetClass):
        for subclass in data.transitive_subjects(RDFS.subClassOf, target):
            found.update(data.subjects(RDF.type, subclass))
    for target in shapes.objects(shape, SH.targetSubjectsOf):
        found.update(data.subjects(target))
    for target in shapes.objects(shape, SH.targetObjectsOf):
        found.update(data.objects(None, target))
    return found
