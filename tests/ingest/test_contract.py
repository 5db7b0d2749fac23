"""The contract schema: published, versioned, and wide enough for the exports that come next."""

from __future__ import annotations

import csv
import doctest
import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from ingest import contract, contract_faults, contract_reading, declarative
from ingest.accounting import Accounting
from ingest.contract import Contract
from ingest.declarative import labels_of
from ingest.problems import Problem, ProblemList, SourceProblems
from ingest.readers import TableReader
from tests.conftest import needs_shared


def test_the_published_schema_is_that_of_the_model(root: Path) -> None:
    published = json.loads((root / "ingest" / contract.SCHEMA_FILE).read_text(encoding="utf-8"))
    assert published == json.loads(json.dumps(contract.schema()))


def test_every_contract_of_the_project_is_valid_against_the_published_schema(root: Path) -> None:
    schema = json.loads((root / "ingest" / contract.SCHEMA_FILE).read_text(encoding="utf-8"))
    found = sorted((root / "data").rglob("contract.yml"))
    assert len(found) >= 4
    for path in found:
        raw = json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str))
        jsonschema.Draft202012Validator(schema).validate(raw)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"contract_version": "2.0"}, "contract_version"),
        ({"surprise": 1}, "surprise"),
        ({"document": {"status": "held"}}, "sha256"),
        ({"document": {"status": "not-held"}}, "reason"),
        ({"source_type": "rumour"}, "source_type"),
        ({"key": "Not A Slug"}, "key"),
        ({"tables": {"t": {"row_key": "b", "columns": {"a": {"kind": "verbatim"}}}}}, "does not declare: b"),
        ({"tables": {"t": {"row_key": "a", "columns": {"a": {"kind": "recased"}}}}}, "as_written"),
        ({"tables": {"t": {"row_key": "a", "columns": {"a": {"kind": "curated", "type": "code"}}}}}, "scheme"),
        ({"tables": {"t": {"row_key": "a", "columns": {"a": {"kind": "curated", "pattern": "("}}}}}, "pattern"),
        ({"tables": {"t": {"row_key": "a", "columns": {"a": {"kind": "curated", "language": "es <>"}}}}}, "language"),
        ({"language": "klingon <>"}, "language"),
    ],
)
def test_contracts_that_do_not_fit_are_refused(change: dict, says: str) -> None:
    good = {
        "contract_version": "1.0", "key": "k", "series": "s", "title": {"en": "t"}, "source_type": "reference",
        "document": {"status": "not-held", "reason": {"en": "r"}}, "tables": {"t": {"row_key": "a", "columns": {"a": {"kind": "verbatim"}}}},
    }  # fmt: skip
    Contract.model_validate(good)
    with pytest.raises(ValueError, match=says):
        Contract.model_validate({**good, **change})


EXPORTS = {
    "ogp_irm_2016_live__founding8.csv": (2, "Country"),
    "ogp_commitments_2024__sample.csv": (1, "Country/Locality"),
}


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_the_schema_fits_the_exports_of_the_ogp_database(name: str) -> None:
    """A contract for each real layout: header row, absence codes, ignored and derived columns, hashed row keys."""
    path = needs_shared(f"data/ship/{name}")
    header_row, country = EXPORTS[name]
    with path.open(encoding="utf-8", newline="") as stream:
        header = list(csv.reader(stream))[header_row - 1]
    named = list(dict.fromkeys(column for column in header if column))
    columns = {column: {"kind": "verbatim"} for column in named if not column.startswith("_") and "Contact" not in column}
    columns["Commitment Title"] = {"kind": "verbatim", "required": False}
    columns["Start Date"] = {"kind": "verbatim", "type": "text", "on_error": "quarantine"}
    model = Contract.model_validate(
        {
            "contract_version": "1.0", "key": "ogp-export", "series": "ogp", "title": {"en": "Export"}, "source_type": "ogp-database",
            "document": {"status": "not-held", "reason": {"en": "not redistributed"}}, "date_order": "by-evidence",
            "absence": {"NR": "notReviewed", "ND": "noData", "NA": "notApplicable", "Not Specified": "notSpecified", "None Specified": "noneSpecified"},
            "tables": {
                "commitments": {
                    "file": name, "header_row": header_row, "row_key": "hash", "columns": columns,
                    "ignored": {column: "personal data" for column in named if "Contact" in column} | ({"": "empty"} if "" in header else {}),
                    "derived": {column: "number of a label" for column in named if column.startswith("_")},
                    "expect": {"min_rows": 10},
                }
            },
        }
    )  # fmt: skip
    assert country in model.tables["commitments"].columns
    reader = TableReader(path.parent, "ship", model, "commitments", ProblemList(), Accounting())
    assert reader.file.table.file_name("commitments") == name


@pytest.mark.parametrize(
    ("line", "says"),
    [("series: deck", "obligatorio"), ("source_type: presentation", "uno de: 'plan-document'"), ("key: deck-2021-05-31", "un texto de la forma")],
)
def test_faults_of_a_contract_are_said_in_spanish(root: Path, tmp_path: Path, line: str, says: str) -> None:
    text = (root / "data/sources/mx_ogp_deck/contract.yml").read_text(encoding="utf-8")
    broken = "" if line.startswith("series") else line.split(":")[0] + ": No Es"
    (tmp_path / "contract.yml").write_text(text.replace(line, broken, 1), encoding="utf-8")
    with pytest.raises(SourceProblems) as error:
        contract_reading.load_contract(tmp_path / "contract.yml", "contract.yml")
    (problem,) = error.value
    assert says in problem.message("es") and "Input should" not in problem.message("es")
    assert says not in problem.message("en")


@pytest.mark.parametrize(("code", "tag"), [("not-stated", None), ("spa", "es"), ("deu", "de"), ("fil", "fil"), ("yua", "yua")])
def test_the_language_of_a_contract_gives_the_shortest_tag(root: Path, tmp_path: Path, code: str, tag: str | None) -> None:
    assert _with_language(root, tmp_path, code).contract.language_tag == tag


@pytest.mark.parametrize(
    ("code", "titled"),
    [("eng", ("Exports", "en")), ("spa", ("Exportaciones", "es")), ("deu", ("Exports", "")), ("not-stated", ("Exports", ""))],
)
def test_a_title_in_another_language_gets_no_tag_of_the_source(root: Path, tmp_path: Path, code: str, titled: tuple[str, str]) -> None:
    contract = _with_language(root, tmp_path, code).contract.model_copy(update={"title": {"en": "Exports", "es": "Exportaciones"}})
    assert contract.own_title == titled


@pytest.mark.parametrize(("code", "says"), [("klingon <>", "([a-z]{3}|not-stated)"), ("es", "([a-z]{3}|not-stated)"), ("ger", "deu")])
def test_what_is_no_language_is_a_fault_of_the_contract(root: Path, tmp_path: Path, code: str, says: str) -> None:
    with pytest.raises(SourceProblems) as error:
        _with_language(root, tmp_path, code)
    (problem,) = error.value
    assert (problem.column, problem.found) == ("language", code)
    assert says in problem.message("es") and says in problem.message("en") and problem.message("es") != problem.message("en")


def _with_language(root: Path, folder: Path, code: str) -> contract_reading.LoadedContract:
    text = (root / "data/sources/mx_ogp_pages/contract.yml").read_text(encoding="utf-8")
    assert "language: eng" in text
    (folder / "contract.yml").write_text(text.replace("language: eng", f'language: "{code}"', 1), encoding="utf-8")
    return contract_reading.load_contract(folder / "contract.yml", "contract.yml")


def _fault_of(root: Path, folder: Path, line: str, broken: str) -> Problem:
    """The only fault of the starter's contract with one line broken; told otherwise in Spanish than in English."""
    text = (root / "ingest/starter/template/sources/zz_example_plan/contract.yml").read_text(encoding="utf-8")
    assert line in text
    (folder / "contract.yml").write_text(text.replace(line, broken, 1), encoding="utf-8")
    with pytest.raises(SourceProblems) as error:
        contract_reading.load_contract(folder / "contract.yml", "contract.yml")
    (problem,) = error.value
    assert problem.message("es") != problem.message("en")
    return problem


@pytest.mark.parametrize(
    ("line", "broken", "field", "found"),
    [
        ("kind: plan", "kind: plann", "kind", "plann"),
        ('key: "{key}"', 'key: "{clave}"', "key", "{clave}"),
        ('key: "{key}"', 'key: "{key:d}"', "key", "{key:d}"),
        ('key: "{key}"', 'key: "{key.upper}"', "key", "{key.upper}"),
        ('key: "{key}"', 'key: "{}"', "key", "{}"),
        ('key: "{key}"', 'key: "{key"', "key", "{key"),
        ('label: {en: "{title}"}', 'label: {en: "{titel}"}', "label.en", "{titel}"),
        ('title: "dct:title"', 'titel: "dct:title"', "properties", "titel"),
    ],
)
def test_a_record_that_no_row_can_fill_is_a_fault_of_the_contract(root: Path, tmp_path: Path, line: str, broken: str, field: str, found: str) -> None:
    problem = _fault_of(root, tmp_path, line, broken)
    assert (problem.column.partition(".record.")[2], problem.found) == (field, found)


@pytest.mark.parametrize(
    ("line", "broken", "field", "found"),
    [
        ("licence: not-stated", "licence: CC BY 4.0", "licence", "CC BY 4.0"),
        ("publisher: not-stated", "homepage: my page", "homepage", "my page"),
        ("publisher: not-stated", "revision_of: an older one", "revision_of", "an older one"),
        ("publisher: not-stated", "assessor: int irm", "assessor", "int irm"),
        ("publisher: not-stated", "initiative: o g p", "initiative", "o g p"),
        ('title: {en: "Example action plan", es: "Plan de acción de ejemplo"}', "title: {}", "title", ""),
        ("key_kind: area", "key_kind: aera", "tables.plans.columns.jurisdiction.key_kind", "aera"),
        ('classes: ["ogcm:ActionPlan"]', 'classes: []\n      constants: {"dct:type": "https://a b"}', "tables.plans.record.constants.dct:type", "https://a b"),
    ],
)
def test_what_cannot_be_written_out_is_a_fault_of_the_contract(root: Path, tmp_path: Path, line: str, broken: str, field: str, found: str) -> None:
    problem = _fault_of(root, tmp_path, line, broken)
    assert (problem.column, problem.found) == (field, found)


def test_what_the_fields_of_a_record_are_said_to_be_is_so(root: Path) -> None:
    source = (root / "ingest/contract.py").read_text(encoding="utf-8")
    (line,) = re.findall(r"    key: str  # template .*", source)
    assert [template.format_map({"iso2": "MX", "numero": "1"}) for template in re.findall(r'"([^"]+)"', line)] == ["MX", "MX-4-01"]
    (line,) = re.findall(r"    constants: .*# (.*)", source)
    assert line == "CURIE -> CURIE or IRI"
    for constant, sound in (("ogcm:Commitment", True), ("https://example.org/x", True), ('"text"@es', False)):
        record = contract.Record(kind="org", key="{a}", classes=(), constants={"dct:type": constant})
        found = list(contract_faults.faults(_contract_with(record)))
        assert [field[-2:] for field, *_ in found] == ([] if sound else [("constants", "dct:type")])
    assert labels_of(contract.Record(kind="org", key="{a}", classes=(), properties={"a": "dct:title"}), {"a": "x"}) == {}
    assert doctest.testmod(declarative).attempted >= 2 and doctest.testmod(declarative).failed == 0


def _contract_with(record: contract.Record) -> Contract:
    return Contract(
        contract_version="1.0", key="k", series="s", title={"en": "t"}, source_type="reference", document=contract.Document(status="not-held", reason={"en": "r"}),
        tables={"t": contract.Table(row_key="a", columns={"a": contract.Column(kind="verbatim")}, record=record)},
    )  # fmt: skip


def test_a_day_that_no_calendar_has_is_a_fault_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "contract.yml").write_text("issued: 2021-02-30\n", encoding="utf-8")
    with pytest.raises(SourceProblems, match="day is out of range"):
        contract_reading.load_contract(tmp_path / "contract.yml", "contract.yml")


def test_yaml_nested_without_end_is_a_fault_of_the_file(tmp_path) -> None:
    path = tmp_path / "contract.yml"
    path.write_text("a: " + "[" * 20_000, encoding="utf-8")
    with pytest.raises(SourceProblems) as caught:
        contract_reading.load_contract(path, "contract.yml")
    assert "contract.yml" in str(caught.value)
