"""`/health/live` and `/health/ready`: is the process there, and should it get requests."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request
from starlette.responses import Response

from sparql_api.problems import Problem
from sparql_api.routes.single import METHODS
from sparql_api.site import edition_of

router = APIRouter(tags=["operations"])
_HEADERS = {"Cache-Control": "no-store", "Content-Type": "application/json"}


@router.api_route("/health/live", methods=METHODS, summary="200 while the process answers")
async def live() -> Response:
    return Response(json.dumps({"status": "live"}) + "\n", headers=_HEADERS)


@router.api_route("/health/ready", methods=METHODS, summary="200 while a worker answers queries and the service is not being stopped, else 503")
async def ready(request: Request) -> Response:
    edition = edition_of(request)
    if request.app.state.observation.stopping:
        raise Problem(
            503,
            "stopping",
            {"es": "El servicio se está deteniendo; diríjase a otra réplica.", "en": "The service is being stopped; ask another replica."},
            headers={"Cache-Control": "no-store"},
        )
    if not await request.app.state.readiness.check(edition):
        raise Problem(
            503,
            "engine-not-ready",
            {"es": "El motor de consultas no responde.", "en": "The query engine does not answer."},
            headers={"Retry-After": "5", "Cache-Control": "no-store"},
        )
    return Response(json.dumps({"status": "ready", "release": edition.release.id}) + "\n", headers=_HEADERS)
