"""Which engine answers: chosen by the setting COMMITMENTS_ENGINE."""

from __future__ import annotations

from collections.abc import Callable

from commitments.release import Release
from sparql_api.engine import Engine
from sparql_api.engine.admission import Admission
from sparql_api.engine.embedded import EmbeddedEngine
from sparql_api.settings import Settings

MEMORY, DISK = "memory", "disk"


def make_engine(
    release: Release, settings: Settings, admission: Admission | None = None, *, on_worker_ended: Callable[[str], None] | None = None
) -> Engine:
    """An engine over a release, not yet started. `on_worker_ended` is told why each worker of an embedded one ended."""
    if settings.engine not in (MEMORY, DISK):
        from sparql_api.engine.endpoint import Credentials  # the HTTP client is loaded only where it is used
        from sparql_api.engine.remote import RemoteEngine

        credentials = Credentials.of(settings.engine_user, settings.engine_password)
        return RemoteEngine(release, settings.engine, admission, credentials)
    stores = settings.stores_folder if settings.engine == DISK else None
    return EmbeddedEngine(release, admission, stores=stores, on_worker_ended=on_worker_ended)
