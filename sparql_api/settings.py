"""Every setting of the service: its name, its default, and one sentence about it in Spanish and English.

Each is read from `COMMITMENTS_{NAME}` (capitals); the options of `commitments serve` go before. BASE is not among them: it
belongs to the release, because it stands in the data.
"""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from commitments.release import RELEASES
from sparql_api.engine import Limits
from sparql_api.engine.admission import Places
from sparql_api.federation.budget import Budget
from sparql_api.federation.targets import read_target
from sparql_api.sparql.guard import Caps

MEBIBYTE = 2**20


def _setting(default: Any, en: str, es: str, **bounds: Any) -> Any:
    return Field(default, description=en, json_schema_extra={"description_es": es}, **bounds)


class Settings(BaseSettings):
    """The settings of one running service. Raises pydantic.ValidationError for values out of bounds."""

    model_config = SettingsConfigDict(env_prefix="COMMITMENTS_", env_ignore_empty=True, extra="ignore")

    data: Path = _setting(
        Path("data"),
        "Folder that holds the sources and, below `releases`, what has been published.",
        "Carpeta que contiene las fuentes y, en `releases`, lo publicado.",
    )
    hosts: Annotated[tuple[str, ...], NoDecode] = _setting(
        ("127.0.0.1", "::1"),
        "Addresses to listen on, separated by commas; the default is reachable from this machine only.",
        "Direcciones en las que escuchar, separadas por comas; por omisión solo desde esta máquina.",
    )
    port: int = _setting(8000, "TCP port to listen on.", "Puerto TCP en el que escuchar.", ge=1, le=65535)
    engine: str = _setting(
        "memory",
        "What answers queries: `memory` (the release in memory), `disk` (a store in COMMITMENTS_STORES, for graphs larger than memory) "
        "or the http(s) address of a SPARQL endpoint that `commitments push` has loaded.",
        "Qué responde las consultas: `memory` (la versión en memoria), `disk` (un almacén en COMMITMENTS_STORES, para grafos mayores que la memoria) "
        "o la dirección http(s) de un punto SPARQL cargado con `commitments push`.",
    )
    engine_user: str | None = _setting(
        None,
        "Name with which a SPARQL endpoint is asked or loaded, where it wants one (HTTP Basic or Digest).",
        "Nombre con el que se consulta o se carga un punto SPARQL, donde lo pida (HTTP Basic o Digest).",
    )
    engine_password: SecretStr | None = _setting(
        None, "Password for COMMITMENTS_ENGINE_USER.", "Contraseña para COMMITMENTS_ENGINE_USER."
    )
    stores: Path | None = _setting(
        None,
        "Folder of stores on disk, one per release; `stores` in the data folder by default.",
        "Carpeta de los almacenes en disco, uno por versión; por omisión `stores` en la carpeta de datos.",
    )
    query_seconds: float = _setting(
        30.0,
        "Wall-clock seconds from the start of a query to its last byte; then it is ended.",
        "Segundos de reloj desde el inicio de una consulta hasta su último byte; después se termina.",
        gt=0,
    )
    query_memory: int = _setting(
        512,
        "MiB of memory that one query may use beyond the data it shares with all others.",
        "MiB de memoria que una consulta puede usar además de los datos que comparte con las demás.",
        ge=16,
    )
    query_rows: int = _setting(
        0,
        "Rows (or triples) of the largest result; a larger one is cut there and says so. 0 is no limit.",
        "Filas (o tripletas) del resultado más grande; uno mayor se corta ahí y lo dice. 0 es sin límite.",
        ge=0,
    )
    query_places: int = _setting(
        16, "Queries that run at the same time.", "Consultas que se ejecutan a la vez.", ge=1
    )
    query_slow_places: int = _setting(
        4,
        "How many of them may run longer than COMMITMENTS_QUERY_SLOW_AFTER; the others wait their turn.",
        "Cuántas de ellas pueden durar más que COMMITMENTS_QUERY_SLOW_AFTER; las demás esperan su turno.",
        ge=1,
    )
    query_slow_after: float = _setting(
        0.5, "Seconds after which a query counts as long.", "Segundos tras los que una consulta es larga.", gt=0
    )
    query_queue: int = _setting(
        64,
        "Queries that may wait for a place; a further one is answered 503 with Retry-After.",
        "Consultas que pueden esperar un lugar; la siguiente recibe 503 con Retry-After.",
        ge=0,
    )
    query_wait: float = _setting(
        10.0,
        "Seconds that a query waits for a place before it is answered 503.",
        "Segundos que una consulta espera un lugar antes de recibir 503.",
        gt=0,
    )
    query_length: int = _setting(
        100_000, "Characters of the longest query.", "Caracteres de la consulta más larga.", ge=100
    )
    query_nesting: int = _setting(
        100, "Brackets open at once in a query.", "Paréntesis y llaves abiertos a la vez en una consulta.", ge=10, le=200
    )
    body_bytes: int = _setting(
        1_000_000, "Bytes of the largest request body.", "Bytes del cuerpo de petición más grande.", ge=1000
    )
    release_seconds: float = _setting(
        2.0,
        "Seconds between two looks for a newer release.",
        "Segundos entre dos búsquedas de una versión más nueva.",
        gt=0,
    )
    shutdown_seconds: int = _setting(
        10,
        "Seconds that requests under way get to finish when the service is stopped.",
        "Segundos que tienen las peticiones en curso para terminar al detener el servicio.",
        ge=0,
    )
    service_allow: Annotated[tuple[str, ...], NoDecode] = _setting(
        (),
        "Addresses of SPARQL endpoints that SERVICE may name, each exactly as queries write it, separated by commas; none by default.",
        "Direcciones de los puntos SPARQL que SERVICE puede nombrar, tal como las escriben las consultas, separadas por comas; por omisión ninguna.",
    )
    service_addresses: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = _setting(
        (),
        "Blocks of IP addresses (CIDR) that these endpoints may have although they are not public, separated by commas.",
        "Bloques de direcciones IP (CIDR) que esos puntos pueden tener aunque no sean públicas, separados por comas.",
    )
    service_seconds: float = _setting(
        10.0,
        "Seconds for all SERVICE calls of a query; at most half of the query's own limit.",
        "Segundos para todas las llamadas SERVICE de una consulta; a lo más la mitad del límite de la consulta.",
        gt=0,
    )
    service_rows: int = _setting(
        10_000,
        "Rows that one SERVICE call may give; a longer result is an error, never cut.",
        "Filas que puede aportar una llamada SERVICE; un resultado más largo es un error, nunca se corta.",
        ge=1,
    )
    drain_seconds: float = _setting(
        5.0,
        "Seconds after SIGTERM in which a service that a balancer watches still takes requests, while `/health/ready` says 503.",
        "Segundos tras SIGTERM en los que un servicio vigilado por un repartidor aún atiende peticiones, mientras `/health/ready` dice 503.",
        ge=0,
    )
    access_log: bool = _setting(
        True, "Whether each request is logged on standard error, as a line of JSON.", "Si cada petición se registra en la salida de errores, como una línea JSON."
    )
    log_queries: bool = _setting(False, "Whether the log holds the text of queries.", "Si el registro contiene el texto de las consultas.")
    log_clients: bool = _setting(
        False, "Whether the log holds the addresses that connections come from.", "Si el registro contiene las direcciones de las que vienen las conexiones."
    )
    metrics: str = _setting(
        "local",
        "Who may see `/metrics`: local (this machine), everyone, nobody, or networks separated by commas (10.0.0.0/8).",
        "Quién puede ver `/metrics`: local (esta máquina), everyone (todos), nobody (nadie) o redes separadas por comas (10.0.0.0/8).",
    )

    @field_validator("hosts", "service_allow", "service_addresses", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("engine")
    @classmethod
    def _is_an_engine(cls, value: str) -> str:
        if value not in ("memory", "disk") and not (value.startswith(("http://", "https://")) and urlsplit(value).hostname):
            raise ValueError("not memory, disk or the http(s) address of a SPARQL endpoint")
        return value

    @field_validator("service_allow")
    @classmethod
    def _are_endpoints(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for endpoint in value:
            if "#" in endpoint:
                raise ValueError(f"{endpoint!r} is no address of an endpoint")
            read_target(endpoint)
        return value

    @field_validator("metrics")
    @classmethod
    def _names_networks(cls, value: str) -> str:
        _networks(value)
        return value

    @property
    def metrics_networks(self) -> tuple[IPv4Network | IPv6Network, ...] | None:
        """Networks whose clients may see `/metrics`; None when all may."""
        return _networks(self.metrics)

    @property
    def releases(self) -> Path:
        """The folder of published releases."""
        return self.data / RELEASES

    @property
    def stores_folder(self) -> Path:
        """The folder of stores on disk."""
        return self.stores or self.data / "stores"

    @property
    def limits(self) -> Limits:
        """What one query of a stranger may use."""
        return Limits(self.query_seconds, self.query_memory * MEBIBYTE, self.query_rows or None)

    @property
    def places(self) -> Places:
        return Places(
            total=self.query_places,
            slow=min(self.query_slow_places, self.query_places),
            slow_after=self.query_slow_after,
            queue=self.query_queue,
            wait_seconds=self.query_wait,
        )

    @property
    def caps(self) -> Caps:
        return Caps(length=self.query_length, nesting=self.query_nesting)

    @property
    def service_budget(self) -> Budget:
        """What calls to other services may use."""
        return Budget(seconds=self.service_seconds, rows=self.service_rows)


def _networks(value: str) -> tuple[IPv4Network | IPv6Network, ...] | None:
    named = {"local": "127.0.0.0/8,::1", "nobody": "", "everyone": None}.get(value, value)
    return None if named is None else tuple(ip_network(part.strip()) for part in named.split(",") if part.strip())


def only_this_machine(hosts: tuple[str, ...]) -> bool:
    """Whether all addresses are those of the loopback interface."""
    return all(host in ("::1", "localhost") or host.startswith("127.") for host in hosts)


