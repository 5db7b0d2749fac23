"""What `/openapi.json` promises, asked with generated requests (schemathesis), well-formed ones and others: no server error."""

from __future__ import annotations

import contextlib

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation

from tests.abuse.conftest import bad_day
from tests.sparql.service import Service

EXAMPLES = 10  # of each operation, well-formed and not


def statuses_of(operation: APIOperation, mode: GenerationMode, base_url: str) -> set[int]:
    """What an operation answered to generated requests, none of it an error of the server."""
    statuses: set[int] = set()

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def ask(case: schemathesis.Case) -> None:
        answer = case.call(base_url=base_url, timeout=30)
        case.validate_response(answer, checks=[not_a_server_error])
        statuses.add(answer.status_code)

    with contextlib.suppress(Unsatisfiable):  # an operation without parameters has no malformed request
        ask()
    return statuses


def test_generated_requests(abused: Service) -> None:
    """By hand: the pytest plugin of schemathesis does not go with our pytest."""
    schema = schemathesis.openapi.from_url(f"{abused.base}openapi.json")
    with bad_day(abused):
        operations = [found.ok() for found in schema.get_all_operations()]
        asked = {
            operation.label: set().union(*(statuses_of(operation, mode, abused.base.rstrip("/")) for mode in GenerationMode))
            for operation in operations
        }
    assert {"GET /sparql", "POST /sparql", "GET /"} <= set(asked) and all(asked.values())
    assert asked["GET /"] >= {200} and asked["GET /sparql"] >= {400}
