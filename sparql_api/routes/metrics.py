"""`/metrics` for Prometheus, for those whom COMMITMENTS_METRICS lets see it.

By default these are programs on the same machine. Behind a proxy every connection comes from such a one, so a request that
a proxy has passed on (it says so in a header) is refused, and our proxy configurations do not pass it on at all.
"""

from __future__ import annotations

from ipaddress import ip_address

from fastapi import APIRouter, Request
from starlette.responses import Response

from sparql_api.problems import Problem, not_found
from sparql_api.routes.single import METHODS

router = APIRouter(tags=["operations"])
# A request with one of these came through a proxy, so its connection does not tell who asks.
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


@router.api_route("/metrics", methods=METHODS, summary="Counters for Prometheus; by default for this machine only")
async def metrics(request: Request) -> Response:
    settings = request.app.state.site.settings
    if settings.metrics == "nobody":
        raise not_found(request.scope["path"])
    if not _may_see(request):
        raise Problem(
            403,
            "operators-only",
            {"es": "Las métricas son para quien opera el servicio.", "en": "The metrics are for those who operate the service."},
            headers={"Cache-Control": "no-store"},
        )
    body, content_type = await request.app.state.metrics.exposition(request.headers.getlist("accept"))
    return Response(
        b"" if request.method == "HEAD" else body,
        headers={"Content-Type": content_type, "Content-Length": str(len(body)), "Cache-Control": "no-store", "Vary": "Accept"},
    )


def _may_see(request: Request) -> bool:
    allowed = request.app.state.site.settings.metrics_networks
    if allowed is None:  # everyone
        return True
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        address = ip_address(request.client.host)
    except ValueError:
        return False
    return any(address in network for network in allowed)
