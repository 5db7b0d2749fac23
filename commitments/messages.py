"""What the command line says, in Spanish and English: Fluent texts in `commitments/locale/{language}.ftl`.

Bottom module: imports `commitments.plain` only. The texts are package data, so a checkout and an installed wheel find them alike.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from fluent.runtime import FluentBundle, FluentResource

from commitments.plain import plain

LANGUAGES = ("en", "es")
DEFAULT = "en"
_LONGEST = 2_500  # characters of an argument; Fluent takes no more


def language_of(environment: Mapping[str, str] = os.environ) -> str:
    """The language to speak, "es" or "en": COMMITMENTS_LANG, else what the user's locale asks for.

    The locale is read as GNU gettext does: LC_ALL, then LC_MESSAGES, then LANG name the locale; LANGUAGE, a list of preferences,
    goes before them unless the locale is C or POSIX.
    """
    if environment.get("COMMITMENTS_LANG") in LANGUAGES:
        return environment["COMMITMENTS_LANG"]
    locale = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    if locale.split(".")[0] in ("", "C", "POSIX"):
        return DEFAULT
    for wanted in [*environment.get("LANGUAGE", "").split(":"), locale]:
        code = wanted.split(".")[0].split("_")[0].lower()
        if code in LANGUAGES:
            return code
    return DEFAULT


class Messages:
    """The texts of one language; `messages("build-published", release="…")` gives the text with its places filled."""

    def __init__(self, language: str):
        if language not in LANGUAGES:
            raise ValueError(f"no texts in {language!r}; there are {', '.join(LANGUAGES)}")
        self.language = language
        # Without isolating marks: they would stand, invisible, in paths and addresses that people copy.
        self._bundle = FluentBundle([language], use_isolating=False)
        self._bundle.add_resource(FluentResource(_source(language)))

    def __call__(self, identifier: str, **arguments: object) -> str:
        """The text of a message.

        Raises KeyError for an unknown message and ValueError for a place left unfilled: both are faults of the program.
        """
        message = self._bundle.get_message(identifier) if self._bundle.has_message(identifier) else None
        if message is None or message.value is None:
            raise KeyError(identifier)
        # Numbers stand as digits only: they are read by programs too.
        shown = {name: _shortened(plain(value if isinstance(value, str) else str(value))) for name, value in arguments.items()}
        text, faults = self._bundle.format_pattern(message.value, shown)
        if faults:
            raise ValueError(f"{identifier} ({self.language}): {faults[0]}")
        return str(text)

    def has(self, identifier: str) -> bool:
        return self._bundle.has_message(identifier)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


@cache
def _source(language: str) -> str:
    return (files("commitments") / "locale" / f"{language}.ftl").read_text(encoding="utf-8")
