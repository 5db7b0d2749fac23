"""Every way in which an engine can fail to answer, with its HTTP status, stable slug and sentence in both languages."""

from __future__ import annotations

import signal

from sparql_api.engine import EngineProblem

BUSY_RETRY_SECONDS = 5


def out_of_time(seconds: float) -> EngineProblem:
    """503: the wall-clock limit was reached (the query may well succeed when it asks for less)."""
    plural = "" if seconds == 1 else "s"
    return EngineProblem(
        503,
        "query-timeout",
        {
            "es": f"La consulta no terminó en {seconds:g} segundo{plural}. Pida menos: añada condiciones o use los volcados.",
            "en": f"The query did not finish within {seconds:g} second{plural}. Ask for less: add conditions or use the dumps.",
        },
        limit={"name": "seconds", "value": seconds, "unit": "s"},
    )


def out_of_memory(memory_bytes: int) -> EngineProblem:
    """507: the address-space limit was reached."""
    mebibytes = memory_bytes // 2**20
    return EngineProblem(
        507,
        "query-memory",
        {
            "es": f"La consulta necesita más de {mebibytes} MiB de memoria. Pida menos, sin ordenar ni agrupar todo.",
            "en": f"The query needs more than {mebibytes} MiB of memory. Ask for less, without sorting or grouping all.",
        },
        limit={"name": "memory", "value": mebibytes, "unit": "MiB"},
    )


def busy(places: int | None = None) -> EngineProblem:
    """503: every place (of so many) and the whole queue are taken."""
    return EngineProblem(
        503,
        "too-many-queries",
        {
            "es": "El servicio atiende demasiadas consultas en este momento. Inténtelo de nuevo en unos segundos.",
            "en": "The service is answering too many queries at the moment. Try again in a few seconds.",
        },
        limit=None if places is None else {"name": "places", "value": places, "unit": "queries"},
        retry_after=BUSY_RETRY_SECONDS,
    )


def crowded_out(places: int | None = None) -> EngineProblem:
    """503: a long query had to make room, because the places for long queries (so many) were taken."""
    return EngineProblem(
        503,
        "too-many-long-queries",
        {
            "es": "Hay demasiadas consultas largas en curso y esta no cupo. Inténtelo más tarde o pida menos.",
            "en": "Too many long queries are running and there was no room for this one. Try later or ask for less.",
        },
        limit=None if places is None else {"name": "slow-places", "value": places, "unit": "queries"},
        retry_after=4 * BUSY_RETRY_SECONDS,
    )


def not_ready() -> EngineProblem:
    """503: the store is being loaded, or its process has ended and is being started again."""
    return EngineProblem(
        503,
        "engine-not-ready",
        {
            "es": "El motor de consultas se está cargando. Inténtelo de nuevo en unos segundos.",
            "en": "The query engine is loading. Try again in a few seconds.",
        },
        retry_after=BUSY_RETRY_SECONDS,
    )


def refused(message: str) -> EngineProblem:
    """400: the engine's own parser does not take the query (`message` is what it says, in English)."""
    return EngineProblem(
        400,
        "query-syntax",
        {
            "es": f"El motor no acepta la consulta. Dice: {message}",
            "en": f"The engine does not accept the query. It says: {message}",
        },
        message=message,
    )


def unknown_function(message: str) -> EngineProblem:
    """400: the query calls a function that SPARQL 1.1 does not define."""
    return EngineProblem(
        400,
        "unknown-function",
        {
            "es": f"La consulta llama a una función que este servicio no tiene. El motor dice: {message}",
            "en": f"The query calls a function that this service does not have. The engine says: {message}",
        },
        message=message,
    )


def not_expressible(message: str) -> EngineProblem:
    """406: the result holds a term that the chosen format cannot write."""
    return EngineProblem(
        406,
        "not-expressible",
        {
            "es": f"El resultado no puede escribirse en ese formato; pida otro. El motor dice: {message}",
            "en": f"The result cannot be written in that format; ask for another. The engine says: {message}",
        },
        message=message,
    )


def failed(message: str) -> EngineProblem:
    """500: a fault of ours or of the engine; `message` is for the log."""
    return EngineProblem(
        500,
        "query-failed",
        {
            "es": "La consulta hizo fallar al motor. El servicio sigue en marcha; simplifique la consulta.",
            "en": "The query made the engine fail. The service goes on; simplify the query.",
        },
        message=message,
    )


def from_exit(number: int, code: int, seconds: float, memory_bytes: int) -> EngineProblem:
    """What the end of a child means: `number` is the signal that killed it (0 for none), `code` its exit code.

    Rust aborts when an allocation is refused; SIGKILL that is not ours comes from the kernel's out-of-memory killer.
    """
    if number in (signal.SIGABRT, signal.SIGKILL):
        return out_of_memory(memory_bytes)
    if number == signal.SIGXCPU:
        return out_of_time(seconds)
    return failed(f"child ended by signal {number}" if number else f"child ended with code {code}")
