"""Which files of a build are a source's own, as its run and the catalogue say."""

from __future__ import annotations

import shutil
from pathlib import Path

from ingest import sources
from ingest.exports import Edition
from ingest.fingerprint import input_files
from ingest.problems import ProblemList
from ingest.starter import write_starter

FOLDER = "zz_example_plan"
FILES = ("commitments.csv", "contract.yml", "periods.csv", "plans.csv", "responsibilities.csv")


def _copy(data: Path, folder: Path, key: str) -> Path:
    """The starter's source as another one, in a folder of the same name."""
    shutil.copytree(data / "sources" / FOLDER, folder)
    contract = folder / "contract.yml"
    contract.write_text(contract.read_text(encoding="utf-8").replace("key: zz-example-plan", f"key: {key}"), encoding="utf-8")
    return folder


def test_a_source_has_its_own_files_and_those_of_no_folder_with_the_same_name(tmp_path: Path) -> None:
    data = tmp_path / "data"
    write_starter(data)
    inputs = [
        Edition(_copy(data, tmp_path / "elsewhere" / FOLDER, "elsewhere")),
        Edition(_copy(data, tmp_path / "named" / FOLDER, "named"), "other"),
        Edition(_copy(data, data / "more" / FOLDER, "within"), "more"),
    ]
    problems = ProblemList()
    files = input_files(data, inputs)
    found = {folder.contract.key: sources.facts(folder, files).inputs for folder in sources.find(data, inputs, problems)}
    assert not problems.problems
    for key, prefix in (("zz-example-plan", "sources"), ("elsewhere", "input"), ("named", "input/other"), ("within", "more")):
        assert [file.path for file in found[key]] == [f"{prefix}/{FOLDER}/{name}" for name in FILES]
