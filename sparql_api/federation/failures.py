"""Every way in which a call to another service can fail: a stable code, an HTTP status, a sentence in both languages.

The address that a name led to, and what the other side wrote, are for the log: a stranger learns the endpoint, which is
public anyway, and the kind of failure.
"""

from __future__ import annotations

from collections.abc import Mapping

from sparql_api.engine import EngineProblem

SLUG = "service-failed"
BUSY_RETRY_SECONDS = 5

# code -> status, what happened in Spanish and English; the braces are values of that occurrence, {plural} the ending of its seconds.
REASONS: dict[str, tuple[int, str, str]] = {
    "unreachable": (502, "no se pudo abrir una conexión", "no connection could be opened"),
    "name": (502, "su nombre no se pudo resolver", "its name could not be resolved"),
    "address": (502, "su nombre lleva a una dirección que no es pública", "its name leads to an address that is not public"),
    "broken": (502, "la conexión se rompió o no habló HTTP", "the connection broke or did not speak HTTP"),
    "timeout": (504, "no respondió por completo en {seconds:g} segundo{plural}", "it did not answer completely within {seconds:g} second{plural}"),
    "busy": (503, "hay demasiadas llamadas en curso desde aquí", "too many calls are under way from here"),
    "redirect": (502, "redirige a una dirección que no está en la lista de este servicio", "it redirects to an address that is not on the list of this service"),
    "redirects": (502, "redirige más de {most} veces", "it redirects more than {most} times"),
    "status": (502, "respondió HTTP {status}", "it answered HTTP {status}"),
    "not-results": (502, "su respuesta no son resultados SPARQL", "its answer is not SPARQL results"),
    "partial": (502, "dice que su resultado está incompleto", "it says that its result is incomplete"),
    "too-large": (502, "su respuesta supera {most} bytes", "its answer exceeds {most} bytes"),
    "too-many-rows": (
        502,
        "su resultado supera {most} filas; añada condiciones o LIMIT dentro de SERVICE",
        "its result exceeds {most} rows; add conditions or LIMIT inside SERVICE",
    ),
    "blank-node": (
        502,
        "?{variable} es un nodo en blanco, que fuera de su grafo no nombra nada; exclúyalo con FILTER(!isBlank(?{variable}))",
        "?{variable} is a blank node, which names nothing outside its graph; exclude it with FILTER(!isBlank(?{variable}))",
    ),
    "term": (502, "?{variable} no es un término de RDF 1.1", "?{variable} is no term of RDF 1.1"),
}  # fmt: skip


# code -> name, value and unit of the limit that struck; the value is one of the occurrence.
LIMITS = {
    "timeout": ("service-seconds", "seconds", "s"),
    "redirects": ("service-redirects", "most", "redirects"),
    "too-large": ("service-bytes", "most", "bytes"),
    "too-many-rows": ("service-rows", "most", "rows"),
}


def _limit(code: str, values: Mapping[str, object]) -> dict[str, object] | None:
    if code not in LIMITS:
        return None
    name, value, unit = LIMITS[code]
    return {"name": name, "value": values[value], "unit": unit}


class ServiceFailure(EngineProblem):
    """A call to `endpoint` gave no solutions, for the reason `code`, a key of `REASONS`. `private` is for the log."""

    def __init__(self, endpoint: str, code: str, private: str = "", **values: object) -> None:
        status, spanish, english = REASONS[code]
        filled = {**values, "plural": "" if values.get("seconds") == 1 else "s"}
        super().__init__(
            status,
            SLUG,
            {
                "es": f"El servicio {endpoint} no aportó su parte: {spanish.format(**filled)}.",
                "en": f"The service {endpoint} did not give its part: {english.format(**filled)}.",
            },
            limit=_limit(code, values),
            retry_after=BUSY_RETRY_SECONDS if code == "busy" else None,
            message=private or code,
        )
        self.endpoint = endpoint
        self.code = code
        self._private, self._values = private, values

    @property
    def extensions(self) -> dict[str, str]:
        return {"code": self.code, "endpoint": self.endpoint}

    def repeated(self) -> ServiceFailure:
        """The same failure as a new exception, which holds no frames of the call that met it first."""
        return ServiceFailure(self.endpoint, self.code, self._private, **self._values)
