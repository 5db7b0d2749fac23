"""`/openapi.json`: FastAPI's description of the routes, completed with what every answer has in common."""

from __future__ import annotations

import json
import re
import warnings
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from sparql_api.formats import CONSTRUCT_FORMATS, DOCUMENT_FORMATS, HTML, RESULT_FORMATS
from sparql_api.problems import MEDIA_TYPE
from sparql_api.site import Edition
from sparql_api.sparql.protocol import FORM_TYPE, QUERY_TYPE

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
    "description": "Problem details (RFC 9457)",
}
_NEGOTIATED = ("things", "documents", "vocabulary", "catalogue")


_IRIS = {"type": "array", "items": {"type": "string", "format": "uri"}}
# Parameters of SPARQL 1.1 Protocol 2.1 and our own, which FastAPI does not see: the route reads them as they come.
_QUERY = {"type": "string", "description": "A SPARQL 1.1 query. Without one a GET describes the service.", "example": "ASK { ?s ?p ?o }"}
_PARAMETERS: dict[str, dict[str, Any]] = {
    "default-graph-uri": {**_IRIS, "description": "Graphs that make up the default graph of the query"},
    "named-graph-uri": {**_IRIS, "description": "Named graphs of the query"},
    "format": {"type": "string", "description": "Suffix or media type of the result; goes before Accept", "example": "csv"},
    "timeout": {
        "type": "number",
        "exclusiveMinimum": 0,
        "description": "Seconds that the query may take, below the limit of the service",
        "example": 5,
    },
    "maxrows": {
        "type": "integer",
        "minimum": 1,
        "description": "Most rows (or triples) of the result, below the limit of the service; a cut result says so in Commitments-Notice",
        "example": 1000,
    },
}


def description(app: FastAPI, edition: Edition) -> bytes:
    """The OpenAPI document as JSON. Its server is the path of BASE: no host is named, so it holds behind any."""
    with warnings.catch_warnings():
        # FastAPI warns that HEAD shares its operation id with GET; HEAD is left out below.
        warnings.filterwarnings("ignore", message="Duplicate Operation ID")
        document = _describe(app, edition)
    document.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _PROBLEM
    for schema in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(schema, None)
    for operations in document["paths"].values():
        operations.pop("head", None)  # every GET answers HEAD alike (RFC 9110 section 9.3.2)
        for method, operation in operations.items():
            _complete(operation, method)
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _describe(app: FastAPI, edition: Edition) -> dict[str, Any]:
    return get_openapi(
        title="Open Commitments",
        version=edition.release.manifest.software_version,
        description=(
            "Linked open data of open-government commitments: URIs that answer, SPARQL, dumps. On documents "
            "`application/json` means JSON-LD, `application/xml` and `text/xml` mean RDF/XML, `text/plain` means "
            "N-Triples. Every GET answers HEAD alike."
        ),
        routes=app.routes,
        servers=[{"url": edition.links.prefix.rstrip("/") or "/"}],
    )


def _complete_sparql(operation: dict[str, Any], method: str) -> None:
    """Parameters of a query, in the address or in a form."""
    own = _PARAMETERS if method == "post" else {"query": _QUERY, **_PARAMETERS}
    operation["parameters"] = [
        {"name": name, "in": "query", "description": schema["description"], "schema": {key: value for key, value in schema.items() if key != "description"}}
        for name, schema in own.items()
    ]
    if method == "post":
        form = {"type": "object", "required": ["query"], "properties": {"query": _QUERY, **_PARAMETERS}}
        operation["requestBody"] = {"required": True, "content": {FORM_TYPE: {"schema": form}, QUERY_TYPE: {"schema": _QUERY}}}


def _complete(operation: dict[str, Any], method: str) -> None:
    """Media types of the 200, and problem details for what can go wrong."""
    operation["operationId"] = re.sub(r"_(get|head|post)$", "", operation["operationId"]) + f"_{method}"
    responses = operation["responses"]
    responses.pop("422", None)
    tags = operation.get("tags", [])
    if any(tag in _NEGOTIATED for tag in tags):
        responses["200"]["content"] = {row.media_type: {"schema": {"type": "string"}} for row in DOCUMENT_FORMATS}
        responses["406"] = {"description": "None of the accepted formats exists; the variants are listed"}
    elif "sparql" in tags:
        _complete_sparql(operation, method)
        rows = (*RESULT_FORMATS, *CONSTRUCT_FORMATS, HTML)
        responses["200"]["content"] = {row.media_type: {"schema": {"type": "string"}} for row in rows}
    responses["default"] = {
        "description": "Problem",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
