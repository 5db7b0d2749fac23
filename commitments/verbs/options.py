"""Options that several verbs have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from commitments.console import Option
from commitments.messages import LANGUAGES

# What becomes of an export whose columns are not exactly those of its layout, as `other_columns` of a contract says it.
OTHER_COLUMNS = ("stop", "accept")


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    if value:
        setattr(context.find_root().obj, str(parameter.name), value)


def shared(*names: str) -> Callable[[Any], Any]:
    """Options that mean the same for every verb; they set the session and may stand before or after the verb."""
    options = {
        "data": click.option("--data", metavar="DIR", type=click.Path(path_type=Path), cls=Option, expose_value=False, callback=_remember),
        "lang": click.option("--lang", type=click.Choice(LANGUAGES), cls=Option, expose_value=False),
        "quiet": click.option("--quiet", "-q", is_flag=True, cls=Option, expose_value=False, callback=_remember),
        "json": click.option("--json", "as_json", is_flag=True, cls=Option, expose_value=False, callback=_remember),
    }

    def decorate(function: Any) -> Any:
        for name in reversed(names):
            function = options[name](function)
        return function

    return decorate


def accepts(other_columns: str | None) -> bool | None:
    """Whether exports with other columns are read; None: as their contracts say."""
    return None if other_columns is None else other_columns == "accept"
