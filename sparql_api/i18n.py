"""Texts for people in Spanish and English, read from the Fluent files in `translations/{language}/`."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any

from fluent.runtime import FluentBundle, FluentResource

LANGUAGES: tuple[str, ...] = ("es", "en")
DEFAULT_LANGUAGE = "es"
# Where numbers are written as the readers of each language here write them: 14,186 in Mexico.
_LOCALES = {"es": "es-MX", "en": "en"}
NAMES = {"es": "Español", "en": "English"}


@lru_cache(maxsize=len(LANGUAGES))
def _bundle(language: str) -> FluentBundle:
    # No isolation marks: the texts also stand in headers, JSON and attributes.
    bundle = FluentBundle([_LOCALES[language]], use_isolating=False)
    folder = files("sparql_api") / "translations" / language
    for resource in sorted(folder.iterdir(), key=lambda item: item.name):
        if resource.name.endswith(".ftl"):
            bundle.add_resource(FluentResource(resource.read_text(encoding="utf-8")))
    return bundle


def has(message: str, language: str = DEFAULT_LANGUAGE) -> bool:
    """Whether the translations hold a message."""
    return _bundle(language).has_message(message)


def text(language: str, message: str, **arguments: Any) -> str:
    """One message in `language`.

    Raises KeyError for a message that the translations do not hold and ValueError when one of its arguments lacks.
    """
    return _format(language, message, arguments) if arguments else _plain(language, message)


@lru_cache(maxsize=4096)
def _plain(language: str, message: str) -> str:
    return _format(language, message, {})


def _format(language: str, message: str, arguments: dict[str, Any]) -> str:
    bundle = _bundle(language)
    pattern = bundle.get_message(message).value if bundle.has_message(message) else None
    if pattern is None:
        raise KeyError(f"{language}: no message {message!r}")
    value, errors = bundle.format_pattern(pattern, arguments)
    if errors:
        raise ValueError(f"{language}: message {message!r}: {errors}")
    return str(value)


@lru_cache(maxsize=len(LANGUAGES))
def fallbacks(language: str) -> tuple[str, ...]:
    """Languages in which a label is looked for: the one asked for, then Spanish, then English."""
    return (language, *(other for other in LANGUAGES if other != language))
