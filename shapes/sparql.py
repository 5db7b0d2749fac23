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
from rdflib import Graph, URIRef
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
