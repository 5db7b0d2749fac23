"""How an engine on another machine can fail to answer, besides the ways in `engine.problems`."""

from __future__ import annotations

from sparql_api.engine import EngineProblem

RETRY_SECONDS = 5


def unreachable(message: str) -> EngineProblem:
    """503: the machine with the engine cannot be reached; `message` is for the log."""
    return EngineProblem(
        503,
        "engine-not-ready",
        {
            "es": "No hay conexión con el motor de consultas. Inténtelo de nuevo en unos segundos.",
            "en": "There is no connection to the query engine. Try again in a few seconds.",
        },
        retry_after=RETRY_SECONDS,
        message=message,
    )


def other_release(release_id: str) -> EngineProblem:
    """503: the remote store does not hold the release, or no longer: `commitments push` loads it there."""
    return EngineProblem(
        503,
        "engine-not-ready",
        {
            "es": f"El motor de consultas no contiene la versión {release_id}. Inténtelo de nuevo en unos segundos.",
            "en": f"The query engine does not hold release {release_id}. Try again in a few seconds.",
        },
        retry_after=RETRY_SECONDS,
    )


def engine_limit(message: str) -> EngineProblem:
    """503: the remote engine ended or refused the query at a limit of its own; `message` is what it says."""
    return EngineProblem(
        503,
        "query-timeout",
        {
            "es": f"El motor detuvo la consulta en un límite suyo. Pida menos o use los volcados. Dice: {message}",
            "en": f"The engine stopped the query at a limit of its own. Ask for less or use the dumps. It says: {message}",
        },
        message=message,
    )


def bad_answer(message: str) -> EngineProblem:
    """502: the remote engine sent something that is no complete result; `message` is for the log."""
    return EngineProblem(
        502,
        "engine-answer",
        {
            "es": "El motor de consultas respondió algo que no es un resultado completo. Inténtelo de nuevo.",
            "en": "The query engine answered something that is not a complete result. Try again.",
        },
        retry_after=RETRY_SECONDS,
        message=message,
    )
