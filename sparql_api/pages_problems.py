"""Pages that explain the kinds of errors: what the `type` of a problem (RFC 9457) leads to."""

from __future__ import annotations

from sparql_api import i18n
from sparql_api.documents import View
from sparql_api.pages import crumb, home, problem_title, render
from sparql_api.problems import SLUGS


def problem_types_page(view: View) -> str:
    """HTML of `/problems`."""
    title = i18n.text(view.language, "problems-title")
    rows = [(slug, status, problem_title(slug, view.language)) for slug, status in SLUGS.items()]
    crumbs = [home(view), crumb(view, title)]
    return render("problems.html", view, path="problems", stem="", title=title, crumbs=crumbs, rows=rows)


def problem_type_page(view: View, slug: str) -> str:
    """HTML of `/problems/{slug}`."""
    title = problem_title(slug, view.language)
    message = f"problem-{slug}-about"
    return render(
        "problem_type.html",
        view,
        path=f"problems/{slug}",
        stem="",
        title=title,
        crumbs=[home(view), crumb(view, i18n.text(view.language, "problems-title"), "problems"), crumb(view, title)],
        slug=slug,
        status=SLUGS[slug],
        about=i18n.text(view.language, message) if i18n.has(message, view.language) else None,
    )
