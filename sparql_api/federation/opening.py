"""From settings to a `Federation`. The HTTP client is imported only where something is open: it takes longer than all else."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sparql_api.federation.federation import Federation
    from sparql_api.settings import Settings


def open_federation(settings: Settings) -> Federation | None:
    """What the settings open; None when they open nothing, which is the default."""
    if not settings.service_allow:
        return None
    from sparql_api.federation.addresses import AddressRule
    from sparql_api.federation.client import Client
    from sparql_api.federation.connections import CheckedBackend
    from sparql_api.federation.federation import Federation

    budget = settings.service_budget
    backend = CheckedBackend(AddressRule(settings.service_addresses))
    return Federation(settings.service_allow, Client(settings.service_allow, backend, budget.answer_bytes), budget, settings.caps)
