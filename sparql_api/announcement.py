"""What `commitments serve` says when it is ready: what it serves, within which limits, and where."""

from __future__ import annotations

import sys
from urllib.parse import urlsplit

from sparql_api.engine import Engine
from sparql_api.settings import Settings, only_this_machine

TEXTS = {
    "macos": {
        "es": "macOS no impone el límite de memoria por consulta (RLIMIT_AS) ni termina el motor si este proceso muere de golpe; sí el de tiempo.",
        "en": "macOS enforces neither the memory limit per query (RLIMIT_AS) nor the end of the engine when this process is killed; it does enforce the time limit.",
    },
    "limits": {
        "es": "Límites por consulta: {seconds:g} s, {memory} MiB; a la vez {places}, de ellas largas {slow}.",
        "en": "Limits per query: {seconds:g} s, {memory} MiB; {places} at once, {slow} of them long ones.",
    },
    "open": {
        "es": "Versión {release} ({triples} tripletas). Abra {address}",
        "en": "Release {release} ({triples} triples). Open {address}",
    },
    "wide": {
        "es": "Este servicio es accesible desde otras máquinas ({hosts}).",
        "en": "This service is reachable from other machines ({hosts}).",
    },
}  # fmt: skip


def announcement(settings: Settings, engine: Engine, language: str) -> str:
    """The lines in a language; the address comes last."""
    path = urlsplit(engine.release.base).path or "/"
    host = "localhost" if only_this_machine(settings.hosts) else settings.hosts[0]
    lines = []
    if sys.platform == "darwin":
        lines.append(TEXTS["macos"][language])
    if not only_this_machine(settings.hosts):
        lines.append(TEXTS["wide"][language].format(hosts=", ".join(settings.hosts)))
    places = settings.places
    lines.append(
        TEXTS["limits"][language].format(
            seconds=settings.query_seconds, memory=settings.query_memory, places=places.total, slow=places.slow
        )
    )
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}{path}"
    triples = engine.release.manifest.graphs.get("", 0)
    lines.append(TEXTS["open"][language].format(release=engine.release.id, triples=triples, address=address))
    return "\n".join(lines)
