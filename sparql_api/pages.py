"""Rendering of pages: the template environment, and what every page has (language, links, breadcrumbs, alternates).

Templates escape everything by default; the one block of script data is written by `script_json`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sparql_api import i18n
from sparql_api.documents import View
from sparql_api.formats import DOCUMENT_FORMATS, HTML
from sparql_api.links import Links
from sparql_api.problems import SLUGS, Problem


@dataclass(frozen=True)
class Crumb:
    """One step of the breadcrumb: text, the path-absolute address it leads to (None for the page itself), and the
    language of the text where it is not the page's."""

    text: str
    href: str | None
    lang: str | None = None


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("sparql_api", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["script_json"] = script_json
    environment.filters["sentence"] = lambda text: text[:1].upper() + text[1:]
    return environment


def script_json(value: Any) -> Markup:
    """JSON for a `<script type="application/ld+json">`: no character that HTML could read as markup is left."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def render(template: str, view: View, *, path: str, title: str, crumbs: Sequence[Crumb] = (), stem: str | None = None, **context: Any) -> str:
    """The HTML of one page. `path` is the document's address below BASE without suffix, `title` is plain text; `stem`
    is what the suffixes of its other formats are added to ("" for a page that has none)."""
    links = view.edition.links
    query = dict(view.parameters)
    release = view.edition.release
    stem = path if stem is None else stem
    return (
        _environment()
        .get_template(template)
        .render(
            **_common(view.language, view.links),
            title=title,
            crumbs=crumbs,
            release=release,
            licence=view.edition.licence,
            canonical=links.absolute(path, **query),
            translations={
                language: links.path(path, **query, lang=language) for language in i18n.LANGUAGES
            },
            hreflang={language: links.absolute(path, **query, lang=language) for language in i18n.LANGUAGES},
            formats=[
                {
                    "label": row.label,
                    "type": row.media_type,
                    "href": links.path(f"{stem}.{row.suffix}", **query),
                    "iri": links.absolute(f"{stem}.{row.suffix}", **query),
                }
                for row in DOCUMENT_FORMATS
                if row is not HTML and stem
            ],
            **context,
        )
    )


def _common(language: str, links: Links) -> dict[str, Any]:
    def translate(message: str, **arguments: Any) -> str:
        return i18n.text(language, message, **arguments)

    def go(relative: str, **query: str | int | None) -> str:
        return links.path(relative, **{**query, "lang": links.language})

    return {
        "t": translate,
        "go": go,
        "go_static": links.path("static/"),
        "language": language,
        "language_names": i18n.NAMES,
    }


def home(view: View) -> Crumb:
    """First step of every breadcrumb."""
    return Crumb(i18n.text(view.language, "site-name"), view.edition.links.path("", lang=view.chosen))


def crumb(view: View, text: str, relative: str | None = None, lang: str | None = None) -> Crumb:
    """A step that leads to an address below BASE, or the page itself."""
    return Crumb(text, None if relative is None else view.edition.links.path(relative, lang=view.chosen), lang)


def problem_title(slug: str, language: str) -> str:
    """Translated name of a problem type; the status phrase where the translations do not know it."""
    if i18n.has(f"problem-{slug}", language):
        return i18n.text(language, f"problem-{slug}")
    return HTTPStatus(SLUGS.get(slug, 500)).phrase


def problem_page(problem: Problem, language: str, base: str | None, *, chosen: bool = False) -> str:
    """An error page for people. `base` is None before there is a release; its links then lead to the root. `chosen`: whether the address
    chose the language (`?lang=`), as its links then do, too."""
    links = Links(base or "/", language if chosen else None)
    root = links.path("")
    return (
        _environment()
        .get_template("problem.html")
        .render(
            **_common(language, links),
            title=problem_title(problem.slug, language),
            status=problem.status,
            detail=problem.text(language),
            about=f"problem-{problem.slug}-about" if i18n.has(f"problem-{problem.slug}-about", language) else None,
            hint=problem.hint(language),
            ways=[way | ({"href": links.onward(way["href"].removeprefix(root))} if "href" in way else {}) for way in problem.instead(root, language)],
            variants=problem.extensions.get("variants", []),
            slug=problem.slug,
        )
    )
