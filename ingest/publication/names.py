"""IRIs of what the catalogue describes, with its keys (ontology design, section 8)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from ingest.uris import Addresses
from ontology.namespaces import PREFIXES

LANGUAGE = "http://publications.europa.eu/resource/authority/language/"
_MEDIA = "https://www.iana.org/assignments/media-types/"


@dataclass(frozen=True)
class Names(Addresses):
    """IRIs below one BASE for one release."""

    release: str

    @property
    def catalog(self) -> str:
        return self.thing("catalog", "commitments")

    @property
    def dataset(self) -> str:
        return self.thing("dataset", "commitments")

    @property
    def version(self) -> str:
        return self.thing("dataset", f"commitments_{self.release}")

    @property
    def service(self) -> str:
        return self.thing("service", "sparql")

    @property
    def endpoint(self) -> str:
        return f"{self.base}sparql"

    def latest_file(self, path: str) -> str:
        return f"{self.base}dumps/{path}"

    def release_file(self, path: str) -> str:
        return f"{self.base}releases/{self.release}/{path}"


def media_type_iri(media_type: str) -> str:
    return _MEDIA + media_type.split(";", 1)[0].strip()


def slug(text: str) -> str:
    """ASCII letters and digits in lower case, joined by single hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def term_slug(iri: str) -> str:
    """A readable, unique key part for a class or property: its prefix and name, or its last part and 6 hex digits."""
    for prefix, space in PREFIXES.items():
        name = iri.removeprefix(space)
        if name != iri and re.fullmatch(r"[A-Za-z0-9-]+", name):
            return f"{prefix}-{name}"
    last = slug(re.split(r"[#/]", iri)[-1])
    return f"{last}-{hashlib.sha256(iri.encode()).hexdigest()[:6]}".lstrip("-")
