"""Layouts of exports: what the columns of one edition of a database mean, as data.

A layout is the part of a contract that all files of one edition share: columns, code lists, absence codes, the order of
dates. `layout: ogp-2016` in a contract puts that file below it; what the contract says itself wins. Ours lie in this
package, so that a deployment that has only the wheel knows them; `data/layouts/*.yml` adds others or replaces ours by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

SUFFIX = ".yml"


def known(folders: Sequence[Path] = ()) -> dict[str, Path]:
    """Name -> file of every layout; those of `folders` win over ours, later folders over earlier ones."""
    own = Path(str(files(__name__)))
    return {path.stem: path for folder in (own, *folders) for path in sorted(folder.glob(f"*{SUFFIX}"))}


def find(name: str, folders: Sequence[Path] = ()) -> Path | None:
    return known(folders).get(name)


def merged(below: Any, above: Any) -> Any:
    """`above` laid over `below`: mappings are merged key by key, everything else is replaced; a key without value is taken away.

    >>> merged({"a": {"x": 1, "y": 2}, "b": [1]}, {"a": {"x": None, "y": 3}, "b": [2]})
    {'a': {'y': 3}, 'b': [2]}
    """
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    both = {key: merged(value, above[key]) if key in above else value for key, value in below.items()}
    both |= {key: value for key, value in above.items() if key not in below}
    return {key: value for key, value in both.items() if value is not None}
