"""Functions of texts that remember their results, of short texts alone: long ones hardly come again, and memory has to stay bounded."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar

NAME = 160  # characters: names and titles come again and again, longer texts hardly ever

_Rest = ParamSpec("_Rest")
_Found = TypeVar("_Found")
_OfText = Callable[Concatenate[str, _Rest], _Found]


def remembering(size: int, longest: int = NAME) -> Callable[[_OfText[_Rest, _Found]], _OfText[_Rest, _Found]]:
    """Decorates a function whose first argument is a text: the last `size` results for texts of up to `longest` characters are kept."""

    def decorated(function: _OfText[_Rest, _Found]) -> _OfText[_Rest, _Found]:
        kept = lru_cache(maxsize=size)(function)

        @wraps(function)
        def found(text: str, *rest: _Rest.args, **named: _Rest.kwargs) -> _Found:
            return (kept if len(text) <= longest else function)(text, *rest, **named)

        return found

    return decorated
