"""Errors as RFC 9457 problem details: stable slugs, Spanish and English, JSON for programs and a page for people.

A route raises `Problem`; `create_app` turns it into an answer. The `type` of a problem is `{BASE}problems/{slug}`,
where a page explains it. Slugs may be added, never renamed. Titles and explanations stand in
`translations/{language}/problems.ftl` as `problem-{slug}` and `problem-{slug}-about`; the detail of one occurrence
comes with the exception in both languages.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from sparql_api.advice import ADVICE, NEAR, WAYS
from sparql_api.engine import EngineProblem

MEDIA_TYPE = "application/problem+json"
_IN_PATHS = "/:@!$*,;=-._~%"
_OWN_MEMBERS = frozenset({"type", "title", "status", "detail", "instance", "hint", "instead"})

# slug -> the status it usually comes with; the order is that of the page /problems.
SLUGS: dict[str, int] = {
    "bad-request": 400,
    "query-missing": 400,
    "query-repeated": 400,
    "query-syntax": 400,
    "query-refused": 400,
    "unknown-function": 400,
    "unknown-graph": 400,
    "operators-only": 403,
    "not-found": 404,
    "method-not-allowed": 405,
    "not-acceptable": 406,
    "not-expressible": 406,
    "release-pruned": 410,
    "precondition-failed": 412,
    "body-too-large": 413,
    "unsupported-media-type": 415,
    "range-not-satisfiable": 416,
    "internal-error": 500,
    "query-failed": 500,
    "engine-answer": 502,
    "service-failed": 502,
    "query-timeout": 503,
    "too-many-queries": 503,
    "too-many-long-queries": 503,
    "engine-not-ready": 503,
    "no-release": 503,
    "stopping": 503,
    "query-memory": 507,
}


class Problem(Exception):
    """An error for the client.

    status      HTTP status code
    slug        stable name, a key of `SLUGS`
    detail      what happened this time, by language: {"es": ..., "en": ...}; may be left out
    headers     HTTP headers that belong to the status (Allow, Retry-After ...)
    hint        a sentence on how to mend the request, by language; else that of `advice` for the slug
    code        which case of the slug it is, a member of the JSON object that may have advice of its own
    extensions  further members of the JSON object (line, column, limit, variants ...), JSON values. `limit` is the one
                that struck: {"name": ..., "value": ..., "unit": ...}
    """

    def __init__(
        self,
        status: int,
        slug: str,
        detail: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        hint: Mapping[str, str] | None = None,
        near: Sequence[str] = (),
        **extensions: Any,
    ) -> None:
        if slug not in SLUGS:
            raise ValueError(f"unknown problem slug {slug!r}: add it to SLUGS and to the translations")
        clash = _OWN_MEMBERS & extensions.keys()
        if clash:
            raise ValueError(f"members of RFC 9457 cannot be extensions: {sorted(clash)}")
        super().__init__(f"{status} {slug}")
        self.status = status
        self.slug = slug
        self.detail = dict(detail or {})
        self.headers = dict(headers or {})
        self.extensions = extensions
        advice = ADVICE.get(extensions.get("code", ""), ADVICE.get(slug))
        self._hint = hint or (advice.hint if advice else {})
        self._ways = advice.ways if advice else ()
        self._near = tuple(quote(path, safe=_IN_PATHS) for path in near)

    def text(self, language: str) -> str | None:
        """The detail in `language`, else in any language it has."""
        return self.detail.get(language) or next(iter(self.detail.values()), None)

    def hint(self, language: str) -> str | None:
        """How to mend the request."""
        return self._hint.get(language)

    def instead(self, root: str, language: str) -> list[dict[str, str]]:
        """Other ways to the same data: `what` (a stable name), `text` and, where there is a place to go, `href` below `root`."""
        near = [{"what": "near", "text": NEAR[language].format(root + path), "href": root + path} for path in self._near]
        return near + [
            {"what": name, "text": WAYS[name].text[language]} | ({"href": f"{root}{path}"} if (path := WAYS[name].path) else {})
            for name in self._ways
        ]

    def to_json(self, base: str, language: str, title: str) -> bytes:
        """The problem object (RFC 9457 section 3), UTF-8. `title` is the translated name of the problem type."""
        body: dict[str, Any] = {"type": f"{base}problems/{self.slug}", "title": title, "status": self.status}
        detail = self.text(language)
        if detail:
            body["detail"] = detail
        if hint := self.hint(language):
            body["hint"] = hint
        body |= self.extensions
        if ways := self.instead(urlsplit(base).path, language):
            body["instead"] = ways
        return (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode()


def of_engine(error: EngineProblem) -> Problem:
    """The problem that a failure of the engine is to a client. Retry-After stands only where a repetition makes sense."""
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after is not None else {}
    limit = {"limit": dict(error.limit)} if error.limit else {}
    return Problem(error.status, error.slug, error.detail, headers=headers, **limit, **error.extensions)


def not_found(what: str, near: Sequence[str] = ()) -> Problem:
    """404 for a resource that does not exist; `what` is the path as asked for, shown escaped as in an address. `near` are
    addresses below BASE that may have been meant."""
    what = quote(what, safe="/:?&=%+,;@!$*()-._~#")
    return Problem(
        404,
        "not-found",
        {"es": f"Aquí no hay nada con la dirección {what}.", "en": f"There is nothing here at {what}."},
        near=near,
    )


def not_acceptable(variants: list[dict[str, str]]) -> Problem:
    """406 with what there is; `variants` are {"href": path-absolute link, "type": media type}."""
    names = ", ".join(dict.fromkeys(variant["type"] for variant in variants))
    return Problem(
        406,
        "not-acceptable",
        {
            "es": f"Ningún formato de los que acepta la petición existe aquí. Hay: {names}.",
            "en": f"None of the formats that the request accepts exists here. There are: {names}.",
        },
        variants=variants,
    )
