"""Every address of the site is built here; templates never join text.

RDF, canonical links and `Link` headers use BASE; `Location` and the links of pages are path-absolute, so that they
hold behind any host name (blueprint 1). Nothing here reads a request.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote as percent_encoded
from urllib.parse import unquote, urlencode, urlsplit

from ontology.namespaces import OGCM

# What a path or fragment may hold unescaped (RFC 3986), plus "%" because IRIs may be escaped already.
_SAFE = "/:@!$&'()*+,;=-._~%"
# First segments of the addresses below BASE that have pages, whose language an address can choose; so have folders, but
# not the files in them.
_PAGES = frozenset({"", "id", "concept", "doc", "graph", "code", "def", "shapes", "catalog", ".well-known", "sparql", "problems"})

# Where vocabulary (and its versions), code lists and shapes have their names, and what of it is served below BASE under the same name.
_VOCABULARY = str(OGCM).removesuffix("def#")
_LOCAL = re.compile(r"(?:def|shapes)(?:#|\Z)|def/[^#]|code(?:/|\Z)")


@lru_cache(maxsize=16_384)  # the pages of a release name the same addresses again and again
def quote(text: str, safe: str) -> str:
    """`text` with everything escaped that is neither unreserved nor in `safe`."""
    return percent_encoded(text, safe=safe)


class Links:
    """Addresses of one deployment. `base` ends in "/"; `prefix` is its path, "/" or "/some/path/".

    `language` is that of a page whose address chose it (`?lang=`): what the page links to then goes on choosing it.
    """

    def __init__(self, base: str, language: str | None = None) -> None:
        self.base = base
        self.language = language
        self.prefix = quote(urlsplit(base).path or "/", safe=_SAFE)
        self._decoded_prefix = unquote(self.prefix)

    def path(self, relative: str, **query: str | int | None) -> str:
        """Path-absolute reference to an address below BASE; parameters that are None are left out."""
        pairs = [(name, str(value)) for name, value in query.items() if value is not None]
        return self.prefix + quote(relative, safe=_SAFE) + (f"?{urlencode(pairs)}" if pairs else "")

    def absolute(self, relative: str, **query: str | int | None) -> str:
        """The same address as an absolute IRI below BASE."""
        pairs = [(name, str(value)) for name, value in query.items() if value is not None]
        return self.base + relative + (f"?{urlencode(pairs)}" if pairs else "")

    def below(self, path: str) -> str:
        """The part of a request's (decoded) path below BASE, with its leading "/".

        A proxy may pass the path of BASE on or cut it off; both work, and all links name the full path.
        """
        if path == self._decoded_prefix.rstrip("/"):
            return "/"
        return path[len(self._decoded_prefix) - 1 :] if path.startswith(self._decoded_prefix) else path

    @staticmethod
    def header(iri: str) -> str:
        """An IRI as a URI: header fields hold ASCII only (RFC 8288 section 3)."""
        return quote(iri, safe=_SAFE + "?#[]")

    def relative(self, iri: str) -> str | None:
        """The part after BASE, or None for IRIs of others."""
        return iri[len(self.base) :] if iri.startswith(self.base) else None

    def thing(self, iri: str) -> tuple[str, str] | None:
        """(kind, key) of an IRI below `{BASE}id/`, ("concept", "scheme[/code]") below `{BASE}concept/`; else None."""
        relative = self.relative(iri)
        if relative is None:
            return None
        kind, _, key = relative.removeprefix("id/").partition("/")
        is_thing = relative.startswith("id/") or kind == "concept"
        return (kind, key) if is_thing and key else None

    def href(self, iri: str) -> str | None:
        """What a page links to for `iri`: our own address where we serve it, vocabulary, code lists and shapes among it, else the
        IRI where it is a web address.

        None for every other scheme, so that `javascript:` and the like stay text.
        """
        relative = self.relative(iri)
        if relative is not None:
            return self.onward(relative)
        if iri.startswith(_VOCABULARY) and _LOCAL.match(iri, len(_VOCABULARY)):
            return self.onward(iri[len(_VOCABULARY) :].rstrip("/"))
        return iri if urlsplit(iri).scheme.lower() in ("http", "https") else None

    def onward(self, relative: str) -> str:
        """Path-absolute reference to an address below BASE, which may have a query or a fragment, in the chosen language where it is a page."""
        address, mark, fragment = relative.partition("#")
        chosen = ""
        if self.language and (re.split("[/?]", address, maxsplit=1)[0] in _PAGES or address.endswith("/")):
            chosen = f"{'&' if '?' in address else '?'}lang={self.language}"
        return self.prefix + quote(address, safe=_SAFE + "?") + chosen + mark + quote(fragment, safe=_SAFE)
