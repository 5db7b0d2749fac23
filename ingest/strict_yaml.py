"""YAML that people write: a key stands once in a mapping, and faults name file and line."""

from __future__ import annotations

import copy
from collections.abc import Hashable
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from ingest.problems import Problem, SourceProblems


class _StrictLoader(yaml.SafeLoader):
    """The plain loader keeps the last of two equal keys and says nothing."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                continue  # the plain loader says so
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"repeated key {key!r}", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


@lru_cache(maxsize=64)
def _loaded(text: str) -> Any:
    """Parsed once however often it is read: several editions share a layout. Shared, never changed. Raises YAMLError and ValueError."""
    return yaml.load(text, Loader=_StrictLoader)


def read(path: Path, shown: str, code: str) -> Any:
    """What a file says. Raises FileNotFoundError, or SourceProblems of this code with the line where YAML stops."""
    try:
        return copy.deepcopy(_loaded(path.read_text(encoding="utf-8")))
    except UnicodeDecodeError as error:
        raise SourceProblems([Problem(shown, 0, "", code, str(error), "texto UTF-8", "UTF-8 text")]) from error
    except RecursionError:
        raise SourceProblems([Problem(shown, 0, "", code, "", "YAML con menos niveles", "YAML with fewer levels")]) from None
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a day that no calendar has
        mark = getattr(error, "problem_mark", None)
        found = getattr(error, "problem", None) or str(error)
        line = mark.line + 1 if mark else 0
        raise SourceProblems([Problem(shown, line, "", code, found, "YAML válido", "valid YAML")]) from error
