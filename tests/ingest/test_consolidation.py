"""Sources that agree, that differ, and that say it more exactly."""

from __future__ import annotations

import pytest

from ingest.pipeline import Mapped
from tests.ingest.conftest import BASE, Data

PLAN_DOCUMENT = """contract_version: "1.0"
key: {key}
series: {series}
title: {{en: "{key}"}}
issued: 2021-06-01
language: eng
source_type: {source_type}
document: {{status: not-held, reason: {{en: "fixture of a test"}}}}
tables:
  plans:
    row_key: key
    columns:
      key: {{kind: curated, type: key, key_kind: plan, required: true}}
      title: {{kind: verbatim, language: en}}
      number: {{kind: verbatim, type: number-token}}
      jurisdiction: {{kind: curated, type: key, key_kind: area}}
    record:
      kind: plan
      key: "{{key}}"
      classes: ["ogcm:ActionPlan"]
      label: {{en: "{{title}}"}}
      properties: {{number: "ogcm:number", jurisdiction: "ogcm:jurisdiction", title: "dct:title"}}
"""


def add_source(data: Data, name: str, source_type: str, rows: str) -> None:
    folder = data.path(f"sources/{name}")
    folder.mkdir()
    (folder / "contract.yml").write_text(PLAN_DOCUMENT.format(key=name.replace("_", "-"), series=name.split("_")[0], source_type=source_type), encoding="utf-8")
    (folder / "plans.csv").write_text(rows, encoding="utf-8")


def objects(mapped: Mapped, subject: str, predicate: str, graph: str = "") -> set[str]:
    start = f"<{BASE}id/{subject}> <{predicate}> "
    return {line[len(start) : -2] for line in mapped.graphs[graph] if line.startswith(start)}


DEF = "https://w3id.org/ogcm/def#"


def test_the_higher_precedence_wins_and_the_discrepancy_names_both(data: Data) -> None:
    add_source(data, "plan_document", "plan-document", "key,title,number,jurisdiction\nMX-4,Fourth plan,IV,MX\n")
    mapped = data.map()
    assert objects(mapped, "plan/MX-4", f"{DEF}number") == {'"IV"'}
    discrepancy = "discrepancy/plan_MX-4_number"
    assert objects(mapped, discrepancy, f"{DEF}onProperty") == {f"<{DEF}number>"}
    claims = objects(mapped, discrepancy, f"{DEF}hasClaim")
    assert claims == {f"<{BASE}id/claim/plan_MX-4_number_{series}>" for series in ("plan", "deck")}
    values = {value for claim in claims for value in objects(mapped, claim[len(BASE) + 4 : -1], f"{DEF}claimedValue")}
    assert values == {'"IV"', '"4"'}
    # each source still says what it says
    assert objects(mapped, "plan/MX-4", f"{DEF}number", "deck-2021-05-31") == {'"4"'}
    assert objects(mapped, "plan/MX-4", f"{DEF}number", "plan-document") == {'"IV"'}


def test_a_lower_precedence_never_overrules(data: Data) -> None:
    add_source(data, "slides_other", "presentation", "key,title,number,jurisdiction\nMX-4,Fourth plan,4,MX\n")
    mapped = data.map()
    assert not [line for line in mapped.graphs[""] if "/id/discrepancy/plan_MX-4_" in line]


def test_counts_that_differ_are_a_discrepancy_of_the_real_data(mapped: Mapped) -> None:
    # The deck counts 7 commitments of plan 3, OGP's pages 11 (finer): the OGP database stands above a presentation.
    assert objects(mapped, "plan/MX-3", f"{DEF}declaredCommitmentCount") == {'"11"^^<http://www.w3.org/2001/XMLSchema#integer>'}
    assert objects(mapped, "plan/MX-4", f"{DEF}declaredCommitmentCount") == {'"13"^^<http://www.w3.org/2001/XMLSchema#integer>'}
    found = {line.split(" ")[0] for line in mapped.graphs["derived"] if f"{DEF}Discrepancy>" in line}
    assert found == {f"<{BASE}id/discrepancy/plan_MX-3_declaredCommitmentCount>"}


@pytest.mark.parametrize(
    ("start", "end", "kept_start", "kept_end", "differing"),
    [
        ("2019", "2021", "2019-12", "2021-08-31", set()),  # coarser, agrees: the finer one is kept, nobody differs
        ("2019-12-01", "2022", "2019-12-01", "2022", {"endDate"}),
        ("2018", "2021-08-31", "2018", "2021-08-31", {"startDate"}),
    ],
)
def test_periods_are_compared_at_the_coarser_precision(data: Data, start: str, end: str, kept_start: str, kept_end: str, differing: set[str]) -> None:
    """A second table in the deck's own layout, from a source of higher precedence, through the deck's mapping."""
    import shutil

    folder = data.path("sources/mx_plan_document")
    shutil.copytree(data.path("sources/mx_ogp_deck"), folder)
    contract = (folder / "contract.yml").read_text(encoding="utf-8")
    for old, new in (("key: deck-2021-05-31", "key: plan-document"), ("series: deck", "series: plan"), ("source_type: presentation", "source_type: plan-document")):
        contract = contract.replace(old, new)
    (folder / "contract.yml").write_text(contract, encoding="utf-8")
    rows = data.rows("sources/mx_plan_document/planes.csv")
    row = next(row for row in rows if row[0] == "MX-4")
    row[rows[0].index("inicio")], row[rows[0].index("fin")] = start, end
    data.write("sources/mx_plan_document/planes.csv", rows)
    from ingest import mappings

    original = mappings.tables_of
    mappings.tables_of = lambda name: original("mx_ogp_deck" if name == "mx_plan_document" else name)
    try:
        mapped = data.map()
    finally:
        mappings.tables_of = original
    (period,) = objects(mapped, "plan/MX-4", "http://purl.org/dc/terms/temporal")
    assert period == f"<{BASE}id/period/{kept_start}_{kept_end}>"
    stated = period[len(BASE) + 4 : -1]
    assert len(objects(mapped, stated, f"{DEF}earliestStart")) == len(objects(mapped, stated, f"{DEF}latestEnd")) == 1
    found = {line.split("/id/discrepancy/plan_MX-4_")[1].split(">")[0] for line in mapped.graphs["derived"] if line.startswith(f"<{BASE}id/discrepancy/plan_MX-4_")}
    assert found == differing


def test_shortcuts_equal_the_nodes(mapped: Mapped) -> None:
    for role, shortcut in (("responsible", "responsible"), ("co-responsible", "coResponsible"), ("lead", "lead"), ("support", "supporting")):
        nodes = {line.split(" ")[0] for line in mapped.graphs[""] if line.endswith(f"{DEF}role> <https://w3id.org/ogcm/code/role/{role}> .")}
        pairs = set()
        for node in nodes:
            key = node[len(BASE) + 4 : -1]
            pairs |= {(commitment, actor) for commitment in objects(mapped, key, f"{DEF}forCommitment") for actor in objects(mapped, key, f"{DEF}actor")}
        direct = {tuple(line[:-2].split(f" <{DEF}{shortcut}> ")) for line in mapped.graphs[""] if f" <{DEF}{shortcut}> " in line}
        assert direct == pairs and pairs


def test_every_instance_says_where_it_is_stated(mapped: Mapped) -> None:
    typed = {line.split(" ")[0] for line in mapped.graphs[""] if "#type> <" in line and line.startswith(f"<{BASE}id/")}
    stated = {line.split(" ")[0] for line in mapped.graphs[""] if f" <{DEF}statedIn> " in line}
    exempt = ("period", "identifier", "source", "passage")
    silent = sorted(subject for subject in typed - stated if subject.split("/id/")[1].split("/")[0] not in exempt)
    assert silent == []


def test_where_something_stands_is_tagged_only_with_the_language_that_its_source_states(mapped: Mapped) -> None:
    for graph, row, tag in (("reference", "countries_AL", ""), ("deck-2021-05-31", "planes_MX-1", "@es"), ("curated", "topic-links_1", "@en")):
        passage = f"passage/{'curation' if graph == 'curated' else graph}_{row}"
        for name in (f"{DEF}locator", "http://www.w3.org/2000/01/rdf-schema#label"):
            (text,) = objects(mapped, passage, name, graph)
            assert text.rpartition('"')[2] == tag


def test_no_blank_node_and_no_line_out_of_order(mapped: Mapped) -> None:
    for name, lines in mapped.graphs.items():
        if name not in ("vocabulary", "shapes"):
            assert not [line for line in lines if line.startswith("_:") or " _:" in line]
            assert lines == sorted(set(lines)), name
