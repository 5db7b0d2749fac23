"""The rows that docs/institutions.md prints are complete: they build as printed, and their bodies are recognized in exports."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
import yaml

from ontology import code_schemes
from tests.conftest import ROOT
from tests.docs.documents import text_of
from tests.ingest.conftest import Data, data  # noqa: F401  (fixture)
from tests.ingest.exports import made
from tests.ingest.exports.mapping import Result, last, map_exports

TEXT = text_of("docs/institutions.md")
SPANISH, ENGLISH, EXAMPLES = re.split(r"^## (?:English|Filas de ejemplo · Example rows)$", TEXT, flags=re.MULTILINE)
BODIES, DECISIONS = (list(csv.DictReader(io.StringIO(block))) for block in re.findall(r"```csv\n(.*?)```", EXAMPLES, re.DOTALL))
COUNTRIES = {"CL": "Chile", "PE": "Peru", "NO": "Norway", "BR": "Brazil", "MX-JAL": "Jalisco, Mexico", "": "Kenya"}


def declared() -> dict[str, dict]:
    """The columns of the table of bodies, as its contract has them."""
    contract = yaml.safe_load((ROOT / "data/reference/contract.yml").read_text(encoding="utf-8"))
    return contract["tables"]["organizations"]["columns"]


def append(data: Data, table: str, rows: list[dict[str, str]]) -> None:  # noqa: F811
    header, *kept = data.rows(table)
    assert list(rows[0]) == header, "the document prints the columns of the table, in its order"
    data.write(table, [header, *kept, *([row[name] for name in header] for row in rows)])


@pytest.fixture
def taught(data: Data) -> Data:  # noqa: F811
    append(data, "reference/organizations.csv", BODIES)
    append(data, "curated/institutions.csv", DECISIONS)
    return data


def answering(data: Data, folder: Path, cells: list[tuple[str, str]]) -> tuple[Result, list[list[str]]]:  # noqa: F811
    """The bodies that each (area, cell) of an export names, in the order of their keys."""
    rows = [made.row(COUNTRIES[area], "9", str(number), f"Promise {number}") | {"lead-institution": cell} for number, (area, cell) in enumerate(cells)]
    result = map_exports(data.folder, f"ogp-2016-11-30={made.write(folder / 'export.csv', 'ogp-2016', rows)}")
    graph = result["ogp-2016-11-30"]
    found = []
    for number in range(len(cells)):
        promise = graph.commitment(f"Promise {number}")
        found.append(sorted(last(graph.one(node, "ogcm:actor")) for node in graph.where("ogcm:forCommitment", promise.strip("<>"))))
    return result, found


@pytest.mark.parametrize("section", [SPANISH, ENGLISH], ids=["es", "en"])
def test_every_column_class_and_type_is_explained(section: str) -> None:
    columns = declared()
    explained = re.findall(r"^\| `(\w+)` \|", section[section.index("| `key` |"):], re.MULTILINE)
    assert explained == list(columns)
    named = set(re.findall(r"`([^`\n]+)`", section))
    assert named >= {*columns["class"]["values"], *columns["kind"]["values"], *code_schemes()["org-type"]}


def test_there_is_a_row_of_every_class_that_can_answer() -> None:
    assert {row["class"] for row in BODIES} == {*declared()["class"]["values"]} - {"ogcm:Initiative"}
    assert {row["decision"] for row in DECISIONS} == {"body", "new-body", "split", "text-only"}


def test_the_bodies_are_recognized_by_all_their_names(taught: Data, tmp_path: Path) -> None:
    assert taught.problems() == []
    named = [
        (row["area"], name, row["key"])
        for row in BODIES
        for name in [row["name"], row["acronym"], *row["also_written"].split(";"), *row["also_written_en"].split(";")]
        if name.strip()
    ]
    _, found = answering(taught, tmp_path, [(area, name.strip()) for area, name, _ in named])
    assert found == [[key] for _, _, key in named]


def test_the_decisions_are_used(taught: Data, tmp_path: Path) -> None:
    result, found = answering(taught, tmp_path, [(row["country"], row["as_written"]) for row in DECISIONS])
    assert found == [["cl-minsal"], ["no-hod"], ["br-cgu", "int-undp"], []]
    assert result.quality["decisions_without_cell"] == []
    assert len(result.reports["institutions-review.csv"].decode().splitlines()) == 1
