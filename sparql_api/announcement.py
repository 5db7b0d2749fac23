"""What `commitments serve` says when it is ready: what it serves, within which limits, and where."""

from __future__ import annotations

import sys
from urllib.parse import urlsplit

from sparql_api.engine import Engine, EngineStatus, ObservableEngine
from sparql_api.settings import Settings, only_this_machine

TEXTS = {
    "macos": {
        "es": "macOS no impone el límite de memoria por consulta (RLIMIT_AS) ni termina el motor si este proceso muere de golpe; sí el de tiempo.",
        "en": "macOS enforces neither the memory limit per query (RLIMIT_AS) nor the end of the engine when this process is killed; it does enforce the time limit.",
    },
    "limits": {
        "es": "Límites por consulta: {seconds:g} s, {memory} MiB, {rows}; a la vez {places}, de ellas largas {slow}; esperan {queue}, a lo más {wait:g} s.",
        "en": "Limits per query: {seconds:g} s, {memory} MiB, {rows}; {places} at once, {slow} of them long ones; {queue} wait, at most {wait:g} s.",
    },
    "rows": {"es": "{rows} filas", "en": "{rows} rows"},
    "all-rows": {"es": "filas sin límite", "en": "any number of rows"},
    "less": {
        "es": "Una petición puede fijarse menos con los parámetros timeout y maxrows. Consultas de hasta {length} caracteres, cuerpos de hasta {body} bytes.",
        "en": "A request may set less for itself with the parameters timeout and maxrows. Queries of up to {length} characters, bodies of up to {body} bytes.",
    },
    "engine": {"es": "Motor: {engine}.", "en": "Engine: {engine}."},
    "engine-and-size": {"es": "Motor: {engine}; {triples} tripletas en todos los grafos.", "en": "Engine: {engine}; {triples} triples in all graphs."},
    "memory": {"es": "en memoria", "en": "in memory"},
    "disk": {"es": "en disco, solo lectura", "en": "on disk, read-only"},
    "remote": {"es": "remoto, en {host}", "en": "remote, at {host}"},
    "services": {
        "es": "SERVICE puede consultar: {endpoints} ({seconds:g} s, {rows} filas).",
        "en": "SERVICE may ask: {endpoints} ({seconds:g} s, {rows} rows).",
    },
    "seen": {
        "es": "Registro de peticiones: {log}. /metrics: {metrics}. Salud: /health/live, /health/ready.",
        "en": "Request log: {log}. /metrics: {metrics}. Health: /health/live, /health/ready.",
    },
    "log-none": {"es": "ninguno", "en": "none"},
    "log-lines": {"es": "JSON en la salida de errores", "en": "JSON on standard error"},
    "log-queries": {"es": "con consultas", "en": "with queries"},
    "log-clients": {"es": "con direcciones de clientes", "en": "with addresses of clients"},
    "metrics-local": {"es": "solo esta máquina", "en": "this machine only"},
    "metrics-everyone": {"es": "todos", "en": "everyone"},
    "metrics-nobody": {"es": "nadie", "en": "nobody"},
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
    lines += _limits(settings, language)
    if settings.service_allow:
        budget = settings.service_budget
        lines.append(TEXTS["services"][language].format(endpoints=", ".join(settings.service_allow), seconds=budget.seconds, rows=budget.rows))
    status = engine.status() if isinstance(engine, ObservableEngine) else EngineStatus()
    key = "engine-and-size" if status.triples else "engine"  # a remote engine does not say how large it is
    lines.append(TEXTS[key][language].format(engine=_engine(settings, language), triples=status.triples))
    lines.append(TEXTS["seen"][language].format(log=_log(settings, language), metrics=_who_sees_metrics(settings, language)))
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}{path}"
    triples = engine.release.manifest.graphs.get("", 0)
    lines.append(TEXTS["open"][language].format(release=engine.release.id, triples=triples, address=address))
    return "\n".join(lines)


def _engine(settings: Settings, language: str) -> str:
    if settings.engine in TEXTS:
        return TEXTS[settings.engine][language]
    return TEXTS["remote"][language].format(host=urlsplit(settings.engine).hostname)  # no more of it: it may hold a password


def _limits(settings: Settings, language: str) -> list[str]:
    places, limits = settings.places, settings.limits
    rows = TEXTS["all-rows"][language] if limits.rows is None else TEXTS["rows"][language].format(rows=limits.rows)
    return [
        TEXTS["limits"][language].format(
            seconds=limits.seconds, memory=settings.query_memory, rows=rows, places=places.total, slow=places.slow,
            queue=places.queue, wait=places.wait_seconds,
        ),
        TEXTS["less"][language].format(body=settings.body_bytes, length=settings.query_length),
    ]  # fmt: skip


def _log(settings: Settings, language: str) -> str:
    if not settings.access_log:
        return TEXTS["log-none"][language]
    more = {"log-queries": settings.log_queries, "log-clients": settings.log_clients}
    return ", ".join(TEXTS[key][language] for key in ["log-lines", *(key for key, wanted in more.items() if wanted)])


def _who_sees_metrics(settings: Settings, language: str) -> str:
    text = TEXTS.get(f"metrics-{settings.metrics}")
    return text[language] if text else settings.metrics
