"""The codes that a layout names, before its rows are read: one that no list has is a fault of the layout."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import process

from ingest.context import SourceContext
from ingest.problems import Problem, SourceProblems


def check_codes(context: SourceContext, named: Iterable[tuple[str, str, str]]) -> None:
    """Raise SourceProblems for every (field of the layout, scheme, code) that neither the vocabulary nor the deployment has."""
    build, layout = context.build, f"{context.contract.layout or context.contract.key}.yml"
    problems = []
    for field, scheme, code in named:
        codes = build.list_of(scheme) or build.outside.get(scheme) or {}
        if code in codes:
            continue
        if codes:
            near = ", ".join(match for match, *_ in process.extract(code, list(codes), limit=5))
            es, en = f"un código de la lista {scheme}, como {near}", f"a code of the list {scheme}, such as {near}"
        else:
            near = ", ".join(match for match, *_ in process.extract(scheme, [*build.codes, *build.concepts, *build.outside], limit=5))
            es, en = f"una lista de códigos que exista, como {near}", f"a list of codes that exists, such as {near}"
        problems.append(Problem(layout, 0, field, "unknown-code", f"{scheme}/{code}", es, en))
    if problems:
        raise SourceProblems(problems)
