"""The W3C evaluation and result format tests of SPARQL 1.0 and 1.1, over HTTP against a running service.

Where the engine answers differently the test stands in `w3c_deviations.csv` with what differs: then it must go on
differing in that way, so that the list, and the table in docs/sparql.md made from it, stay true.
"""

from __future__ import annotations

import csv
import logging
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT, SHARED, needs_shared
from tests.sparql.service import Service, running_service
from tests.sparql.w3c import LEFT_OUT, EvaluationTest, as_quads, expected_outcome, literals_as_written, published, read_outcome, read_tests, same

SUITE = "suites/rdf-tests/sparql"
MANIFESTS = [path for path in (SHARED / SUITE).glob("sparql1*/*/manifest.ttl") if b"mf:QueryEvaluationTest" in path.read_bytes()]
GROUPS = sorted({path.parent.relative_to(SHARED / SUITE).as_posix() for path in MANIFESTS} - {*LEFT_OUT})
# Equal in value, but a number, boolean or time is spelt in another way than in the data or the expected result.
SPELLING = "spelling"


def deviations() -> dict[str, str]:
    """Test -> what differs, one of the words that docs/sparql.md explains."""
    with open(Path(__file__).with_name("w3c_deviations.csv"), encoding="utf-8", newline="") as file:
        return {row["test"]: row["difference"] for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def suite() -> Path:
    return needs_shared(SUITE)


@pytest.fixture(scope="module")
def tests(suite: Path) -> list[EvaluationTest]:
    return read_tests(suite)


@pytest.fixture(scope="module")
def w3c_service(suite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service(tmp_path_factory.mktemp("w3c"), text=as_quads(suite)) as running:
        yield running


@pytest.fixture(autouse=True)
def as_written() -> Iterator[None]:
    """Literals keep their spelling, and rdflib says nothing of those that have no value: the suite has them on purpose."""
    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)
    with literals_as_written():
        yield
    logging.getLogger("rdflib.term").setLevel(logging.NOTSET)


def verdict(test: EvaluationTest, client: httpx.Client, url: str) -> str:
    """Nothing for the expected result, "spelling" for one equal in value only, else what came back."""
    response = client.post(url, data=_form(test), headers={"accept": test.media_type})
    if response.status_code != 200:
        return f"{response.status_code} {response.text[:200]}"
    assert response.headers["content-type"].partition(";")[0] == test.media_type
    expected = expected_outcome(test)
    found = read_outcome(response.content, test.media_type, published(test.suite, test.query))
    if same(test, found, expected):
        return ""
    return SPELLING if same(test, found.spelt_alike(), expected.spelt_alike()) else response.text[:400]


def _form(test: EvaluationTest) -> dict[str, list[str]]:
    form: dict[str, list[str]] = {}
    for name, value in test.parameters():
        form.setdefault(name, []).append(value)
    return form


@pytest.mark.parametrize("group", GROUPS)
def test_evaluation(group: str, tests: list[EvaluationTest], w3c_service: Service) -> None:
    known = deviations()
    wrong = []
    chosen = [test for test in tests if test.group == group]
    assert chosen
    with httpx.Client(timeout=60) as client:
        for test in chosen:
            found = verdict(test, client, w3c_service.url)
            difference = known.get(test.name, "")
            if (found == SPELLING) != (difference == SPELLING) or bool(found) != bool(difference):
                wrong.append(f"{test.name}: {difference or 'no deviation'} expected, got: {found or 'the right result'}")
    assert not wrong, "\n".join(wrong)


def test_queries_that_ask_other_services_are_refused(suite: Path, w3c_service: Service) -> None:
    queries = sorted((suite / "sparql11" / "service").glob("*.rq"))
    assert len(queries) > 5
    for path in queries:
        response = w3c_service.ask(path.read_text(encoding="utf-8"))
        assert response.status_code == 400 and response.json()["code"] == "service", path.name


def test_every_deviation_is_of_a_test_that_is_run(tests: list[EvaluationTest]) -> None:
    assert len(tests) > 500
    assert deviations().keys() <= {test.name for test in tests}


def test_the_documentation_counts_what_deviates(tests: list[EvaluationTest]) -> None:
    text = (ROOT / "docs" / "sparql.md").read_text(encoding="utf-8")
    for difference, count in Counter(deviations().values()).items():
        assert f"| `{difference}` | {count} |" in text
    assert f"{len(tests)} tests, {len(tests) - len(deviations())} with exactly the expected result" in text
