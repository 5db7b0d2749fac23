"""Two engines for SHACL Core behind one form: pySHACL, the reference, and pyshifty, which is fast.

Both are given the same three things and must find the same failures. `data`: N-Triples; its subjects are what the
targets choose from. `known`: N-Triples that are looked at (types of values, the vocabulary) but choose no focus node.
`core`: shapes without SPARQL constraints. Neither fetches anything, infers anything or changes its input.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from rdflib import Graph, URIRef
from rdflib.term import Node

Failure = tuple[URIRef, URIRef, Node, Node | None]  # shape, component, focus node, value


class CoreEngine(Protocol):
    """An evaluator of SHACL Core."""

    name: str

    def failures(self, data: bytes, known: bytes, core: Graph, only: Collection[Node] | None = None) -> set[Failure]:
        """What fails; with `only`, at these focus nodes alone.

        Raises RuntimeError when the engine cannot evaluate the shapes.
        """


class EnginesDisagree(RuntimeError):
    """The two engines do not find the same; nothing may be published before it is known which of them is right."""

    shown = 5

    def __init__(self, only_fast: Collection[tuple], only_reference: Collection[tuple], *, names: tuple[str, str]):
        self.only_fast, self.only_reference = sorted(only_fast, key=str), sorted(only_reference, key=str)
        parts = [_told(name, results, self.shown) for name, results in zip(names, (self.only_fast, self.only_reference), strict=True) if results]
        super().__init__("the engines of SHACL disagree: " + "; ".join(parts))


def _told(name: str, results: list[tuple], shown: int) -> str:
    listed = ", ".join(" ".join("-" if part is None else str(part) for part in result) for result in results[:shown])
    more = f" and {len(results) - shown} more" if len(results) > shown else ""
    return f"only {name} finds {len(results)}: {listed}{more}"
