"""SPARQL constraints, evaluated by pyoxigraph.

pySHACL parses a SPARQL constraint again for every focus node with rdflib, some 10 ms each; over a graph of a few
thousand nodes that is minutes. Here `$this` is substituted (SPARQL SEP-0007, the same meaning as SHACL's pre-bound
`$this`), some 0.1 ms each. `tests/shapes` compares the results with pySHACL's own, constraint by constraint.
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
            seen = set()
            solutions = store.query(query, substitutions={_THIS: to_ox(focus)})
            names = [variable.value for variable in solutions.variables]
            for solution in solutions:
                bound = {n: from_ox(t) for n, t in zip(names, solution, strict=True) if t is not None and n != "this"}
                key = tuple(sorted((n, t.n3()) for n, t in bound.items()))
                if key not in seen:
                    seen.add(key)
                    yield shape, focus, bound


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
