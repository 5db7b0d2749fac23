"""What a running server serves: one edition (release, engine, caches), replaced as a whole when a newer one comes.

A request gets the edition of its first moment (`edition_of`) and keeps it, so a switch never mixes two in one answer.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from datetime import datetime
from email.utils import format_datetime
from functools import cached_property
from typing import Any

import pyoxigraph as ox
from anyio import to_thread
from starlette.requests import Request

from commitments.release import Release
from ontology.namespaces import ADMS, AUTHORITIES, CODE, DCT, KINDS, OGCM, SKOS
from sparql_api.caching import RepresentationCache
from sparql_api.earlier import Earlier, EarlierNames
from sparql_api.engine import Dataset, Engine, EngineProblem, Limits
from sparql_api.formats import N_TRIPLES, RESULTS_JSON, parse_triples
from sparql_api.identifiers import Fate, Gone, Identifiers, Moved, Name
from sparql_api.lessons import Lessons
from sparql_api.links import Links
from sparql_api.observation.queries import observed
from sparql_api.observation.requests import RequestRecord
from sparql_api.observation.state import Observation
from sparql_api.problems import Problem, of_engine
from sparql_api.rendered import RenderedPages, rendered_file
from sparql_api.repeated import RepeatedRequests
from sparql_api.sparql.guard import GuardedQuery
from sparql_api.sparql.verdicts import guard_for
from sparql_api.terms import Terms
from sparql_api.vocabulary import Vocabulary

# Key of the ASGI scope under which `create_app` puts the edition of a request.
EDITION = "commitments.edition"
# Queries of our own pages are small and indexed; past these limits something is wrong.
PAGE_LIMITS = Limits(seconds=10.0, memory_bytes=512 * 1024 * 1024)
# Licence of vocabulary and shapes, and of the data unless the deployment sets another (ontology_design section 9).
VOCABULARY_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
# Which authority of `/id/{authority}/{id}` an identifier scheme belongs to (ontology_design sections 5 and 8).
AUTHORITY_OF_SCHEME = {
    "ogp-commitment": "ogp",
    "ogp-plan": "ogp",
    "iso-3166-1": "iso",
    "iso-3166-2": "iso",
    "inegi": "inegi",
    "mx-cpa": "mx-cpa",
}


class Edition:
    """One release with the engine that answers over it and everything computed from it once."""

    def __init__(self, release: Release, engine: Engine, observation: Observation | None = None) -> None:
        self.release = release
        self.engine = engine
        self._observation = observation or Observation()
        self.links = Links(release.base)
        self.cache = RepresentationCache()
        self.repeated = RepeatedRequests()
        self.lessons = Lessons()
        self.open_requests = 0  # that began with this edition and have not ended
        self.listings: dict[tuple[str, str], list[str]] = {}  # (kind, language or "") -> keys in the order of its list
        self.listings_lock = asyncio.Lock()
        self._aliases: dict[Name, Name] | None = None
        self._alias_lock = asyncio.Lock()

    def read(self) -> None:
        """Read identifiers, words and vocabulary now, so that no request waits for them. Takes about a second per
        million statements; may run in a thread."""
        for name in ("identifiers", "earlier", "terms", "vocabulary", "shapes", "rendered"):
            getattr(self, name)

    @cached_property
    def identifiers(self) -> Identifiers:
        return Identifiers(self.release)

    @cached_property
    def earlier(self) -> EarlierNames:
        """Names that only earlier releases, which lie beside this one, have."""
        return EarlierNames(self.release, self.identifiers)

    def fate(self, kind: str, key: str) -> Fate | Earlier | None:
        """What `id/{kind}/{key}` means now or meant in an earlier release; None for a key that never was."""
        return self.identifiers.resolve(kind, key) or self.earlier.resolve(kind, key)

    @cached_property
    def rendered(self) -> RenderedPages:
        """Pages of this release that were rendered beforehand."""
        return RenderedPages(rendered_file(self.release))

    @cached_property
    def terms(self) -> Terms:
        """Labels of classes and properties, from the vocabulary of this release."""
        return Terms(self.release.file("graphs/vocabulary.nt"))

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Terms and code lists of this release."""
        return Vocabulary(self.release.file("graphs/vocabulary.nt"))

    @cached_property
    def shapes(self) -> Vocabulary:
        """SHACL shapes of this release."""
        return Vocabulary(self.release.file("graphs/shapes.nt"))

    @property
    def licence(self) -> str:
        """Licence IRI of the data: the deployment's, else that of ontology_design section 9."""
        return self.release.manifest.settings.get("licence") or VOCABULARY_LICENCE

    @cached_property
    def last_modified(self) -> str:
        """When this release was made, as an HTTP date; the only clock there is stands in the manifest."""
        return format_datetime(datetime.fromisoformat(self.release.manifest.created), usegmt=True)

    @property
    def version_iri(self) -> str:
        """IRI of the dataset version that this release is."""
        return f"{self.release.base}id/dataset/commitments_{self.release.id}"

    @property
    def dataset_iri(self) -> str:
        return f"{self.release.base}id/dataset/commitments"

    def graph_iris(self) -> list[str]:
        """IRIs of the named graphs, sorted; the reserved `consolidated` is never among them."""
        names = self.release.manifest.graphs
        return sorted(f"{self.release.base}graph/{name}" for name in names if name and name != "consolidated")

    async def construct(self, query: GuardedQuery | str, dataset: Dataset | None = None) -> list[ox.Triple]:
        """Triples of a CONSTRUCT query of ours, sorted, each once. Raises Problem when the engine gives none."""
        body = await self._ask_engine(query, N_TRIPLES.media_type, dataset)
        # Not splitlines(): a literal may hold U+2028 and its like, which N-Triples does not escape.
        return parse_triples(b"\n".join(sorted(set(body.split(b"\n")))) + b"\n")

    async def select(self, query: str) -> list[dict[str, dict[str, str]]]:
        """Solutions of a SELECT query of ours, each variable as a term object of SPARQL 1.1 Results JSON."""
        return json.loads(await self._ask_engine(query, RESULTS_JSON.media_type, None))["results"]["bindings"]

    async def is_ready(self) -> bool:
        """Whether the engine really answers a query now."""
        try:
            body = await self._ask_engine("ASK { ?s ?p ?o }", RESULTS_JSON.media_type, None)
            return json.loads(body)["boolean"] is True
        except (Problem, ValueError, KeyError):
            return False

    async def _ask_engine(self, query: GuardedQuery | str, media_type: str, dataset: Dataset | None) -> bytes:
        try:
            guarded = guard_for()(query) if isinstance(query, str) else query
            work = self.engine.answer(guarded, dataset, media_type, PAGE_LIMITS)
            answer = await observed(self._observation, RequestRecord("", "", ""), self.release.id, work)
            return b"".join([chunk async for chunk in answer.chunks])
        except EngineProblem as error:
            raise of_engine(error) from error

    async def alias(self, authority: str, outside_id: str) -> Name | None:
        """What a confirmed identifier of another authority means here, in any letter case; None when nothing does or did."""
        return (await self._known_aliases()).get((authority, outside_id.lower()))

    async def aliases(self) -> list[tuple[Name, Name]]:
        """Every alias, as (authority, identifier in lower case), with what it means; sorted."""
        return sorted((await self._known_aliases()).items())

    async def _known_aliases(self) -> dict[Name, Name]:
        if self._aliases is None:
            async with self._alias_lock:
                if self._aliases is None:
                    self._aliases = self._confirmed(await self.select(_ALIASES))
        return self._aliases

    def _confirmed(self, rows: list[dict[str, dict[str, str]]]) -> dict[Name, Name]:
        """Aliases that one thing alone bears: an identifier that two things share identifies neither."""
        bearers: dict[Name, set[Name]] = defaultdict(set)
        for row in rows:
            authority = AUTHORITY_OF_SCHEME.get(row["scheme"]["value"].removeprefix(f"{CODE}id-scheme/"))
            thing = self.links.thing(row["thing"]["value"])
            if authority and thing and thing[0] in KINDS:
                bearers[(authority, row["notation"]["value"].lower())].add(thing)
        live = {alias: next(iter(things)) for alias, things in bearers.items() if len(things) == 1}
        return {alias: thing for alias, thing in self._withdrawn_aliases().items() if alias not in bearers} | live

    def _withdrawn_aliases(self) -> dict[Name, Name]:
        """Aliases that were published and that nothing bears any longer: of things that are gone or merged since, told by the
        registry, and else the withdrawn identifier itself. They lead to a tombstone, or to what a merged thing is now."""
        found: dict[Name, Name] = {}
        for name in self.identifiers.ended():
            authority = next((one for one in AUTHORITIES if name[0] == "identifier" and name[1].startswith(f"{one}_")), None)
            if authority and isinstance(self.identifiers.resolve(*name), Gone):
                found[(authority, name[1].removeprefix(f"{authority}_").lower())] = name
        for alias, thing in self.identifiers.outside.items():
            fate = self.identifiers.resolve(*thing)
            if isinstance(fate, Gone | Moved):
                found[alias] = fate.name if isinstance(fate, Gone) else fate.target
        return found


_ALIASES = f"""
SELECT ?thing ?notation ?scheme WHERE {{
  {{ ?thing <{ADMS.identifier}> ?id . ?id <{SKOS.notation}> ?notation ; <{DCT.type}> ?scheme }}
  UNION {{
    VALUES (?class ?scheme) {{
      (<{OGCM.Country}> <{CODE}id-scheme/iso-3166-1>) (<{OGCM.Subdivision}> <{CODE}id-scheme/iso-3166-2>)
    }}
    ?thing a ?class ; <{SKOS.notation}> ?notation
  }}
}}
"""


class Site:
    """Holder of the current edition. `publish` is the one way to change it."""

    def __init__(self, settings: Any, edition: Edition | None = None, observation: Observation | None = None) -> None:
        self.settings = settings
        self.observation = observation or Observation()
        self.retiring: list[Engine] = []  # engines that finish what began with them, kept by whoever ends them
        self._edition = edition

    @property
    def current(self) -> Edition | None:
        """The edition served now, or None."""
        return self._edition

    async def publish(self, release: Release, engine: Engine) -> Edition:
        """Serve `release` from the next request on, once everything about it has been read. The engine must have been
        started; the former one is left to its owner, because requests that began before still use it."""
        edition = Edition(release, engine, self.observation)
        await to_thread.run_sync(edition.read)
        if self._edition is not None:
            self.observation.release_switched()
        self._edition = edition
        return edition


def edition_of(request: Request) -> Edition:
    """The edition that this request is answered from, to its end. Raises Problem 503 while there is none."""
    edition = request.scope.get(EDITION)
    if edition is None:
        raise Problem(
            503,
            "no-release",
            {
                "es": "Todavía no hay ninguna versión publicada de los datos: ejecute «commitments build».",
                "en": "No release of the data has been published yet: run “commitments build”.",
            },
            headers={"Retry-After": "5"},
        )
    return edition
