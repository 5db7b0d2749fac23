"""The CSV tables hold what the graph says, and the data package describes them."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import importlib.resources
import io
import json
import re
from pathlib import Path

import jsonschema
import pytest
from rdflib import RDF, RDFS, Graph, URIRef

from ingest.publication import TableError, tables
from ontology.namespaces import OGCM

# The parts of the Frictionless Data Package and Table Schema specifications (version 1) that a package of ours must fit.
PACKAGE = {
    "type": "object",
    "required": ["profile", "name", "title", "version", "licenses", "resources"],
    "properties": {
        "profile": {"const": "tabular-data-package"},
        "name": {"pattern": "^[-a-z0-9._/]+$"},
        "licenses": {"items": {"required": ["path"], "properties": {"path": {"format": "uri"}}}},
        "resources": {
            "minItems": 1,
            "items": {
                "required": ["name", "path", "profile", "schema", "encoding", "mediatype", "bytes", "hash"],
                "properties": {
                    "name": {"pattern": "^[-a-z0-9._/]+$"},
                    "path": {"pattern": r"^[a-z-]+\.csv$"},
                    "profile": {"const": "tabular-data-resource"},
                    "hash": {"pattern": "^sha256:[0-9a-f]{64}$"},
                    "schema": {
                        "required": ["fields", "primaryKey"],
                        "properties": {
                            "fields": {
                                "minItems": 2,
                                "items": {
                                    "required": ["name", "type", "description", "description_en"],
                                    "properties": {
                                        "type": {"enum": ["string", "integer", "number", "boolean", "date"]},
                                        "description": {"minLength": 2},
                                        "description_en": {"minLength": 2},
                                    },
                                },
                            }
                        },
                    },
                },
            },
        },
    },
}
FORMS = {
    "integer": re.compile(r"[+-]?\d+"), "number": re.compile(r"[+-]?\d+(\.\d+)?"),
    "boolean": re.compile("true|false"), "date": re.compile(r"\d{4}-\d\d-\d\d"),
}  # fmt: skip


@pytest.fixture(scope="module")
def package(published) -> dict:
    return json.loads(published.file("tables/datapackage.json").read_bytes())


def rows(published, name: str) -> list[dict[str, str]]:
    with open(published.file(f"tables/{name}.csv"), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_package_is_valid(package):
    jsonschema.validate(package, PACKAGE)


def test_each_table_is_as_the_package_describes_it(published, package):
    assert {f"{entry['name']}.csv" for entry in package["resources"]} == {path.name for path in published.path.glob("tables/*.csv")}
    for entry in package["resources"]:
        content = published.file(f"tables/{entry['path']}").read_bytes()
        assert entry["bytes"] == len(content) and entry["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        header, *lines = csv.reader(io.StringIO(content.decode(), newline=""))
        fields = entry["schema"]["fields"]
        assert header == [field["name"] for field in fields]
        assert len(lines) == entry["rows"]
        keys = [line[0] for line in lines]
        assert keys == sorted(set(keys)) and all(keys), entry["name"]
        for line in lines:
            for field, cell in zip(fields, line, strict=True):
                if cell and field["type"] in FORMS:
                    assert FORMS[field["type"]].fullmatch(cell), (entry["name"], field["name"], cell)


def test_the_commitment_row_says_what_the_graph_says(published):
    (row,) = rows(published, "commitments")
    graph = Graph().parse(published.file("commitments.nt"))
    commitment = URIRef(row["commitment"])
    assert (commitment, RDF.type, OGCM.Commitment) in graph
    for column, term in (("responsible", OGCM.responsible), ("co_responsible", OGCM.coResponsible), ("passages", OGCM.statedIn)):
        assert row[column].split(tables.SEPARATOR) == sorted(map(str, graph.objects(commitment, term)))
    assert row["title_es"] == "Gasto abierto y responsable en programas sociales"
    assert row["title_en"] == "Citizen Oversight of Social Program Spending"
    assert (row["number"], row["position"], row["tracker"]) == ("1", "1", "")


@pytest.mark.parametrize(
    ("table", "term"),
    [
        ("commitments", OGCM.Commitment), ("plans", OGCM.ActionPlan), ("responsibilities", OGCM.Responsibility),
        ("topics", OGCM.PriorityTopic), ("figures", OGCM.Figure), ("passages", OGCM.Passage), ("sources", OGCM.Source),
        ("links", OGCM.Link),
    ],
)  # fmt: skip
def test_each_instance_has_one_row(published, table, term):
    graph = Graph().parse(published.file("commitments.nt"))
    keys = [next(iter(row.values())) for row in rows(published, table)]
    assert keys == sorted(map(str, graph.subjects(RDF.type, term))) and keys


NAMELESS = {"discrepancies", "passages"}  # a claim has no label; a passage is named by its source and locator


def test_every_table_has_a_name_for_its_rows(published):
    """Labels as the graph and the pages have them, also where no source gives a title."""
    graph = Graph().parse(published.file("commitments.nt"))
    for query in tables.table_queries():
        names = [column.name for column in query.columns]
        assert query.name in NAMELESS or {"label_es", "label_en"} <= set(names) or "title" in names, query.name
        if "passages" in names and "label_es" in names[names.index("passages") :]:
            assert names[-2:] == ["label_es", "label_en"], "columns are added at the end"
        for row in rows(published, query.name) if "label_es" in names and query.name not in ("areas", "organisations", "concepts") else []:
            for language in ("es", "en"):
                labels = sorted(label for label in graph.objects(URIRef(row[names[0]]), RDFS.label) if label.language == language)
                assert row[f"label_{language}"] == tables.SEPARATOR.join(labels), (query.name, row)


def test_every_table_names_only_terms_of_the_vocabulary():
    import ontology

    declared = {str(term).removeprefix(str(OGCM)) for term in ontology.vocabulary().subjects() if str(term).startswith(str(OGCM))}
    for query in tables.table_queries():
        body = query.sparql.split("SELECT", 1)[1]
        used = set(re.findall(r"\bogcm:([A-Za-z0-9]+)", body))
        assert used <= declared, (query.name, used - declared)


def test_every_branch_binds_the_key():
    """A branch that does not makes the engine compare each row with each: 240 s instead of 1 s for 11,000 instances."""
    for query in tables.table_queries():
        branches = re.findall(r"^  (?:UNION )?\{ (.*) \}$", query.sparql, re.MULTILINE)
        assert len(branches) >= 2, query.name
        assert [branch for branch in branches if f"?{query.columns[0].name} " not in f"{branch} "] == [], query.name


HEADER = "#+ title: {es: Cosas, en: Things}\n#+ columns:\n#+   thing: {es: Cosa, en: Thing}\n#+   size: {es: Talla, en: Size, type: integer}\n"
QUERY = "SELECT ?thing ?size WHERE { ?thing a <t:t> . { ?thing a <t:t> } UNION { ?thing <p:p> ?size } }"


def write(tmp_path: Path, text: str, *triples: str) -> str:
    source, out = tmp_path / "graph.nt", {}
    source.write_bytes(b"".join(sorted(f"{triple}\n".encode() for triple in triples)))

    @contextlib.contextmanager
    def create(path):
        out[path] = io.BytesIO()
        yield out[path]

    counts = tables.write_tables([tables.read_query("things", text)], source, create, tmp_path)
    text = out["tables/things.csv"].getvalue().decode()
    assert counts["things"] == len(list(csv.reader(io.StringIO(text)))) - 1
    return text


TYPED = ("<a:1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <t:t> .", "<a:2> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <t:t> .")


def test_values_of_one_cell_are_sorted_and_joined(tmp_path):
    query = HEADER.replace(", type: integer", "") + QUERY
    text = write(tmp_path, query, *TYPED, '<a:2> <p:p> "y" .', '<a:2> <p:p> "x, \\"z\\"" .', '<a:1> <p:p> "\\u00F1" .')
    assert text == 'thing,size\na:1,ñ\na:2,"x, ""z"" | y"\n'


def test_a_plan_without_a_title_has_its_composed_label(tmp_path):
    text = importlib.resources.files(tables).joinpath("plans.rq").read_text(encoding="utf-8")
    said = (f"<{RDF.type}> <{OGCM.ActionPlan}>", f'<{RDFS.label}> "Argentina: plan de acción 1"@es', f'<{RDFS.label}> "Argentina: action plan 1"@en')
    (row,) = csv.DictReader(io.StringIO(write(tmp_path, text, *(f"<https://data.example.org/id/plan/AR-1> {one} ." for one in said))))
    assert (row["title_es"], row["title_en"]) == ("", "")
    assert (row["label_es"], row["label_en"]) == ("Argentina: plan de acción 1", "Argentina: action plan 1")


def test_two_values_of_a_number_are_an_error_not_a_choice(tmp_path):
    with pytest.raises(TableError, match="a:1: size has 2 values: 1, 2"):
        write(tmp_path, HEADER + QUERY, *TYPED, '<a:1> <p:p> "1" .', '<a:1> <p:p> "2" .')


@pytest.mark.parametrize("text", ["SELECT ?x {}", "#+ title: [\nSELECT ?x {}", "#+ title: {es: a}\nSELECT ?x {}", HEADER, HEADER + QUERY.replace("size", "other")])
def test_a_query_without_its_header_or_with_another_is_refused(text):
    with pytest.raises(TableError, match="things"):
        tables.read_query("things", text)
