"""The SPARQL 1.1 Protocol, apart from HTTP frameworks: a request's parts go in, the operation asked for comes out.

Section 2.1 of the recommendation: a query by GET, by POST with URL-encoded parameters, or by POST directly. Everything
else that can be sent is refused here with its status; what the query says is the business of `guard`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from urllib.parse import unquote_to_bytes

import pyoxigraph as ox

from sparql_api.engine import Dataset
from sparql_api.problems import Problem
from sparql_api.sparql.guard import may_name_graph, refused_graph, whole_number

FORM_TYPE = "application/x-www-form-urlencoded"
QUERY_TYPE = "application/sparql-query"
UPDATE_TYPE = "application/sparql-update"
ACCEPT_POST = f"{QUERY_TYPE}, {FORM_TYPE}"
MOST_PARAMETERS = 1000
_DECIMAL = re.compile(r"[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20}")
_DIGITS = re.compile("[0-9]+")
UTF_8_NAMES = ("utf-8", "utf8", "us-ascii")


@dataclass(frozen=True)
class Operation:
    """What a request asks for. `query` is None when it sends none; `dataset` None when it names no graph.

    `format` is the value of our own parameter of that name, which goes before Accept; `show` that of the query page;
    `timeout` seconds and `maxrows` rows that the client wants to allow the query, as it wrote them.
    """

    query: str | None
    dataset: Dataset | None = None
    format: str | None = None
    show: str | None = None
    timeout: float | None = None
    maxrows: int | None = None


def read_operation(method: str, query_string: bytes, content_types: Sequence[str], body: bytes) -> Operation:
    """The operation of a GET, HEAD or POST.

    `content_types` are the Content-Type lines as received. Raises Problem 400, 403 (update) or 415.
    """
    address = _parameters(query_string)
    if method != "POST":
        return _operation(address, [])
    if len(content_types) > 1:
        raise Problem(
            400,
            "bad-request",
            {"es": "La petición lleva más de un Content-Type.", "en": "The request has more than one Content-Type."},
        )
    media_type, charset = _media_type(content_types[0] if content_types else "")
    if media_type == UPDATE_TYPE:
        raise read_only()
    if media_type not in (FORM_TYPE, QUERY_TYPE) or charset not in UTF_8_NAMES:
        raise _unsupported(media_type, charset)
    if media_type == FORM_TYPE:
        operation = _operation(_parameters(body), address)
    else:
        operation = _operation([*address, ("query", _text(body))], [])
    if operation.query is None:
        raise missing_query()
    return operation


def _media_type(value: str) -> tuple[str, str]:
    message = Message()
    message["Content-Type"] = value
    named = value.split(";", 1)[0].strip().lower()
    return named, str(message.get_param("charset") or "utf-8").lower()


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem(
            400,
            "bad-request",
            {
                "es": f"La consulta no está en UTF-8 (byte {error.start + 1}).",
                "en": f"The query is not in UTF-8 (byte {error.start + 1}).",
            },
        ) from None


def _parameters(encoded: bytes) -> list[tuple[str, str]]:
    """Names and values of `application/x-www-form-urlencoded` (URL Standard, 5.1), but what is not UTF-8 is refused, not
    replaced as `parse_qsl` would."""
    pairs = [pair.partition(b"=") for pair in encoded.replace(b"+", b" ").split(b"&") if pair]
    if len(pairs) > MOST_PARAMETERS:
        raise Problem(
            400,
            "bad-request",
            {"es": "La petición lleva demasiados parámetros.", "en": "The request has too many parameters."},
        )
    return [(_text(unquote_to_bytes(name)), _text(unquote_to_bytes(value))) for name, _, value in pairs]


def _operation(parameters: list[tuple[str, str]], others: list[tuple[str, str]]) -> Operation:
    """Read parameters; `others` are those of the address of a form POST, where a second query would be too many."""
    everything = [*parameters, *others]
    queries = [value for name, value in everything if name == "query"]
    if any(name == "update" for name, _ in everything):
        raise read_only()
    if len(queries) > 1:
        raise Problem(
            400,
            "query-repeated",
            {
                "es": f"La petición lleva {len(queries)} consultas; debe llevar una.",
                "en": f"The request has {len(queries)} queries; it must have one.",
            },
        )
    default = [_graph(value) for name, value in everything if name == "default-graph-uri"]
    named = [_graph(value) for name, value in everything if name == "named-graph-uri"]
    single = dict(reversed(everything))
    if not queries and (default or named):
        raise missing_query()
    return Operation(
        query=queries[0] if queries else None,
        dataset=Dataset(tuple(default) or None, tuple(named) or None) if default or named else None,
        format=single.get("format"),
        show=single.get("show"),
        timeout=_timeout(everything),
        maxrows=_maxrows(everything),
    )


def _timeout(parameters: list[tuple[str, str]]) -> float | None:
    written = _at_most_one(parameters, "timeout")
    if written is None:
        return None
    seconds = float(written) if _DECIMAL.fullmatch(written) else 0.0
    if seconds <= 0:
        raise _malformed("timeout", written, "un número decimal de segundos mayor que 0", "a decimal number of seconds above 0")
    return seconds


def _maxrows(parameters: list[tuple[str, str]]) -> int | None:
    written = _at_most_one(parameters, "maxrows")
    if written is None:
        return None
    rows = whole_number(written) if _DIGITS.fullmatch(written) else 0
    if rows <= 0:
        raise _malformed("maxrows", written, "un número entero mayor que 0", "a whole number above 0")
    return rows


def _at_most_one(parameters: list[tuple[str, str]], name: str) -> str | None:
    values = [value for key, value in parameters if key == name]
    if len(values) > 1:
        raise _malformed(name, ", ".join(values), "un solo valor", "one value")
    return values[0] if values else None


def _malformed(name: str, written: str, wanted: str, english: str) -> Problem:
    shown = written[:100]
    return Problem(
        400,
        "bad-request",
        {
            "es": f"El parámetro «{name}» lleva «{shown}»; debe llevar {wanted}.",
            "en": f"The parameter “{name}” has “{shown}”; it must have {english}.",
        },
        parameter=name,
    )


def _graph(iri: str) -> str:
    try:
        name = ox.NamedNode(iri).value
    except ValueError:
        raise Problem(
            400,
            "bad-request",
            {
                "es": f"«{iri[:100]}» no es la IRI absoluta de un grafo.",
                "en": f"“{iri[:100]}” is not the absolute IRI of a graph.",
            },
        ) from None
    if not may_name_graph(name):
        refusal = refused_graph(name)
        raise Problem(400, "query-refused", refusal.detail, code=refusal.code)
    return name


def missing_query() -> Problem:
    return Problem(
        400,
        "query-missing",
        {
            "es": "A la petición le falta el parámetro «query» con la consulta.",
            "en": "The request lacks the parameter “query” with the query.",
        },
    )


def read_only() -> Problem:
    """403 for every kind of update request."""
    return Problem(
        403,
        "query-refused",
        {
            "es": "Este servicio solo lee: las actualizaciones no se ejecutan.",
            "en": "This service is read-only: updates are not run.",
        },
        code="update",
    )


def _unsupported(media_type: str, charset: str) -> Problem:
    what = f"{media_type or '-'}; charset={charset}"[:200]
    return Problem(
        415,
        "unsupported-media-type",
        {
            "es": f"Una consulta se envía como {ACCEPT_POST}, en UTF-8; se recibió {what}.",
            "en": f"A query is sent as {ACCEPT_POST}, in UTF-8; got {what}.",
        },
        headers={"Accept-Post": ACCEPT_POST},
    )
