"""Clients and federations for tests, which may connect to this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from ipaddress import ip_network
from typing import Any, TypeVar

import pyoxigraph as ox

from sparql_api.engine import Limits
from sparql_api.federation.addresses import AddressRule
from sparql_api.federation.budget import Budget
from sparql_api.federation.client import Client, Reply
from sparql_api.federation.connections import CheckedBackend, Resolver
from sparql_api.federation.federation import Federation, Resolved
from sparql_api.sparql.guard import GuardedQuery, guard

T = TypeVar("T")

OURS = "http://ours.example/sparql"
LOOPBACK = ("127.0.0.0/8", "::1/128")
LIMITS = Limits(seconds=60.0, memory_bytes=2**29)
BUDGET = replace(Budget(), seconds=20.0)  # for a slow machine


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


class Names:
    """A resolver: each look-up of a name takes the next of its answers, and the last one for ever."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self._answers = {name.replace("_", "."): list(given) for name, given in answers.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        answers = self._answers[host]
        return list(answers.pop(0) if len(answers) > 1 else answers[0])


def client_for(
    *endpoints: str, exceptions: Sequence[str] = LOOPBACK, resolver: Resolver | None = None, most_bytes: int = BUDGET.answer_bytes, **more: Any
) -> Client:
    rule = AddressRule(map(ip_network, exceptions))
    backend = CheckedBackend(rule, resolver) if resolver else CheckedBackend(rule)
    return Client(endpoints, backend, most_bytes, **more)


def ask(client: Client, endpoint: str, query: str = "SELECT * { ?s ?p ?o }") -> Reply:
    return run(client.ask(endpoint, query, OURS))


def federation_for(*endpoints: str, budget: Budget = BUDGET, **more: Any) -> Federation:
    return Federation(endpoints, client_for(*endpoints, most_bytes=budget.answer_bytes, **more), budget)


def guarded(text: str, federation: Federation) -> GuardedQuery:
    return guard(text, OURS, open_services=federation.endpoints)


async def resolve(federation: Federation, text: str, limits: Limits = LIMITS) -> Resolved:
    return await federation.resolve(guarded(text, federation), limits)


def solutions_of(query: GuardedQuery, store: ox.Store | None = None) -> list[dict[str, Any]]:
    """What the engine makes of a query: terms by variable, unbound ones left out."""
    found = (store or ox.Store()).query(query.text, base_iri=query.base)
    assert isinstance(found, ox.QuerySolutions)
    names = [variable.value for variable in found.variables]
    return [{name: term for name in names if (term := row[name]) is not None} for row in found]
