"""A row that is set aside leaves nothing behind, is told once, and is counted; a file of which no row is left stops the build."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import shapes
from ingest import patterns, uris
from ingest.mappings.ogp_export.dates import Dates
from ingest.mappings.ogp_export.flags import Flags
from ingest.mappings.ogp_export.identity import Identity
from ingest.mappings.ogp_export.observation import Observation
from ingest.mappings.ogp_export.plans import Plans
from ingest.mappings.ogp_export.ratings import Ratings
from ingest.mappings.ogp_export.rows import RowMapping
from ingest.mappings.ogp_export.texts import Texts
from ingest.problems import SourceProblems
from tests.ingest.exports.made import row, write
from tests.ingest.exports.mapping import BASE, ID, Result, last, map_exports

EDITION = "ogp-2024-07-03"
WRONG = "this row cannot be mapped"


def full(country: str, plan: str, number: str, title: str, **cells: str) -> dict[str, str]:
    """A row that says something of everything."""
    filled: dict[str, str] = {
        "submitted": "2015", "plan_end": "2017", "plan_id": f"AP_KEN{int(plan):02}", "start_date": "2016-01-01", "end_date": "2017-05-31",
        "commitment_id": f"KE9{plan}{int(number):02}", "lead_institution": "Ministry of Tests", "supporting_institution": "Office; Unit", "short_title": f"{title}<br/>",
    }  # fmt: skip
    return row(country, plan, number, title, **(filled | cells)) | {
        "Aid": "1", "Specificity": "High", "_Specificity": "3", "Report Publication Year (Progress Report)": "2016", "Theme": "A theme",
        "Completion (Progress Report)": "Limited",
    }  # fmt: skip


ROWS = [
    full("Kenya", "1", "1", "Roads"), full("Kenya", "1", "2", "Rivers"), full("Kenya", "2", "1", "Lakes"), full("Testville, Kenya", "3", "1", "Seas"),
    full("Kenya", "1", "3", "Hills", lead_institution="Open Government Partnership"),
]  # fmt: skip


def mapped(reference: Path, folder: Path, rows: list[dict[str, str]], name: str = "rows.csv") -> Result:
    folder.mkdir(exist_ok=True)
    return map_exports(reference, f"{EDITION}={write(folder / name, 'ogp-2024', rows)}")


def said(result: Result) -> set[str]:
    """All statements but those about the file itself."""
    lines = (line for name, graph in result.graphs.items() if name not in ("vocabulary", "shapes") for line in graph.lines)
    return {line for line in lines if not line.startswith((f"{ID}run/", f"{ID}source/"))}


# Where the mapping of a row stands when it fails: before and after its plan, its key, its texts, its reports and its assessments are known.
POINTS = [
    (Plans, "key", True), (Identity, "outside_id", False), (Identity, "key", False), (Identity, "key", True), (Plans, "check", True), (Texts, "clean", True),
    (Dates, "lines", True), (Flags, "lines", False), (Ratings, "lines", True), (patterns, "identifier", True), (patterns, "responsibility", True),
    (RowMapping, "_passage", True),
]  # fmt: skip


@pytest.mark.parametrize("place", range(len(ROWS)))
@pytest.mark.parametrize(("owner", "name", "after"), POINTS, ids=[f"{'after' if after else 'before'} {owner.__name__}.{name}" for owner, name, after in POINTS])
def test_a_row_that_fails_anywhere_is_as_if_it_were_not_in_the_file(
    owner: Any, name: str, after: bool, place: int, reference: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    where, body = "Otherville, Kenya" if place == 1 else "Kenya", "Independent Reporting Mechanism"
    wrong = full(where, "4" if place < 3 else "1", "9", WRONG, start_date="2016-02-02", lead_institution=body)
    rows = [*ROWS[:place], wrong, *ROWS[place:]]
    at_hand: list[str] = []
    whole, inner = RowMapping.map, getattr(owner, name)

    def watched(self: RowMapping, row: Any) -> None:
        at_hand[:] = [row.cells["Commitment Title"]]
        whole(self, row)

    def failing(*args: Any, **kwargs: Any) -> Any:
        found = inner(*args, **kwargs) if after or at_hand != [WRONG] else None
        if at_hand == [WRONG]:
            raise ValueError("made to fail")
        return found

    monkeypatch.setattr(RowMapping, "map", watched)
    monkeypatch.setattr(owner, name, failing)
    result = mapped(reference, tmp_path / "with", rows)
    monkeypatch.undo()
    without = mapped(reference, tmp_path / "without", ROWS)
    assert said(result) == said(without)
    minted = [{key for key in one.mapped.build.registry.minted() if key[0] != "run"} for one in (result, without)]
    assert minted[0] == minted[1]
    assert result.reports["institutions-review.csv"] == without.reports["institutions-review.csv"]
    quality, other = (one.quality["sources"][EDITION] for one in (result, without))
    assert quality.pop("rows_set_aside") == {"unmappable": 1} and other.pop("rows_set_aside") == {}
    reasons, none = (one.pop("cells_quarantined")["by_reason"] for one in (quality, other))
    assert set(reasons) <= {"unmappable", "rest-of-row"} and none == {}
    assert {**quality, "account": None} == {**other, "account": None}
    entries = [entry for entry in result.quarantine if entry["row"] == str(place + 2)]
    assert [entry["code"] for entry in entries] == ["rest-of-row", "unmappable"] and sum(int(entry["cells"]) for entry in entries) > 10
    account = result.account(EDITION)
    assert (account["rows"], account["rows_quarantined"], account["rows_blank"]) == (len(ROWS), 1, 0)


def test_a_row_that_cannot_even_be_looked_at_is_set_aside(reference: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    see = Observation.see

    def failing(self: Observation, row: Any) -> None:
        if row.cells["Commitment Title"] == WRONG:
            raise ValueError("made to fail")
        see(self, row)

    monkeypatch.setattr(Observation, "see", failing)
    result = mapped(reference, tmp_path / "with", [full("Kenya", "4", "9", WRONG), *ROWS])
    monkeypatch.undo()
    assert said(result) == said(mapped(reference, tmp_path / "without", ROWS))
    assert result.account(EDITION)["rows_quarantined"] == 1


@pytest.mark.parametrize("number", ["1.ttl", "2.HTML", "Annex 3.csv", "1.nt"])
def test_a_number_like_the_name_of_a_file_is_a_number(number: str, reference: Path, tmp_path: Path) -> None:
    result = mapped(reference, tmp_path, [row("Kenya", "1", number, "Roads"), row("Kenya", number.rpartition(" ")[2], "1", "Rivers")])
    graph = result[EDITION]
    assert result.quarantine == [] and graph.values(graph.commitment("Roads"), "ogcm:number") == [number]
    assert "." not in last(graph.commitment("Roads")).partition("-1-")[2].removeprefix("Annex.")
    context = shapes.Context(base=BASE, registry=result.mapped.build.registry.keys())
    report = shapes.validate_file(result.mapped.graphs[""].path, profile="consolidated", context=context, reference_limit=1_000)
    assert not report.violations


def test_a_key_that_is_too_long_names_the_column_of_the_place(reference: Path, tmp_path: Path) -> None:
    name = f"{'Llanfairpwllgwyngyll' * 10}, Kenya"
    result = mapped(reference, tmp_path, [row(name, "1", "1", "Roads"), row("Kenya", "1", "1", "Rivers")])
    assert [(entry["row"], entry["column"], entry["code"], entry["cells"]) for entry in result.quarantine] == [
        ("2", "", "rest-of-row", "4"), ("2", "Action Plan Number", "unmappable", "1"),
    ]  # fmt: skip
    assert result[EDITION].instances("Commitment") == [f"{ID}commitment/KE-1-01>"]


def test_the_key_of_a_commitment_at_fault_names_the_column_of_the_number(reference: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uris, "without_suffix", lambda token: token)
    result = mapped(reference, tmp_path, [row("Kenya", "1", "1.ttl", "Roads"), row("Kenya", "1", "2", "Rivers")])
    assert [(entry["column"], entry["code"]) for entry in result.quarantine] == [("", "rest-of-row"), ("Commitment Number", "unmappable")]
    passages = set(result[EDITION].instances("Passage"))
    assert set(result[EDITION].objects("plan/KE-1", "ogcm:statedIn")) == passages and len(passages) == 1


# -- what is told ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"jurisdiction": "NR"}, [("", "rest-of-row", "5"), ("Country/Locality", "unknown-place", "1")]),
        ({"jurisdiction": "#N/A"}, [("", "rest-of-row", "5"), ("Country/Locality", "spreadsheet-error", "1")]),
        ({"jurisdiction": ""}, [("Country/Locality", "required", "5")]),
        ({"plan-number": "ND"}, [("", "rest-of-row", "5"), ("Action Plan Number", "plan-number", "1")]),
        ({"Aid": "#N/A"}, [("Aid", "spreadsheet-error", "1")]),
        ({"Aid": "#N/A", "jurisdiction": "Atlantis"}, [("", "rest-of-row", "5"), ("Country/Locality", "unknown-place", "1")]),
        ({"plan-id": "AP_KEN99"}, []),
    ],
)
def test_one_cell_one_entry(cells: dict[str, str], expected: list[tuple[str, str, str]], reference: Path, tmp_path: Path) -> None:
    result = mapped(reference, tmp_path, [row("Kenya", "1", "1", "Roads") | {"Aid": "1"} | cells, row("Ghana", "1", "1", "Rivers")])
    assert [(entry["column"], entry["code"], entry["cells"]) for entry in result.quarantine] == expected
    result.mapped.accounting.check()
    assert result.account(EDITION)["quarantined"] == sum(int(entry["cells"]) for entry in result.quarantine)




def test_the_reports_say_how_many_rows_were_set_aside_and_why(reference: Path, tmp_path: Path) -> None:
    rows = [row("Atlantis", "1", "1", "a"), row("NR", "1", "1", "b"), row("Kenya", "no plan!", "1", "c"), row("Kenya", "1", "1", "d")]
    result = mapped(reference, tmp_path, rows)
    assert result.account(EDITION)["rows"] == 1 and result.account(EDITION)["rows_quarantined"] == 3
    assert "rows set aside: 3 (not the number of a plan 1, unknown place 2)" in result.reports["quality.en.txt"].decode()
    assert "filas apartadas: 3 (no es el número de un plan 1, lugar desconocido 2)" in result.reports["quality.es.txt"].decode()
    assert "1 rows and 3 set aside" in result.reports["quality.en.txt"].decode()
    assert result.quality["sources"][EDITION]["rows_set_aside"] == {"plan-number": 1, "unknown-place": 2}


def test_a_file_of_which_no_row_is_left_stops_the_build(tmp_path: Path) -> None:
    """As with a data folder without reference tables."""
    data = tmp_path / "data"
    (data / "sources").mkdir(parents=True)
    path = write(tmp_path / "rows.csv", "ogp-2024", [row("Kenya", "1", "1", "a"), row("Ghana", "1", "1", "b")])
    with pytest.raises(SourceProblems) as raised:
        map_exports(data, f"{EDITION}={path}")
    messages = [problem.message("en") for problem in raised.value]
    assert any("rows.csv" in text and "all 2 are set aside (unknown-place 2)" in text for text in messages)
    assert any("rows.csv:2:Country/Locality" in text and '"Kenya"' in text and "data/reference/" in text for text in messages)


# -- why ----------------------------------------------------------------------------------------------------------------


def test_the_reports_say_why_cells_are_quarantined_and_which_words_nobody_knows(reference: Path, tmp_path: Path) -> None:
    odd = {"Specificity": "s. i.", "Potential impact": "S.I.", "Aid": "s. i.", "Supporting Institution(s)": "A; B, C and D", "Start Date": "1/2/1999"}
    rows = [row("Kenya", "1", str(number), f"Road {number}") | odd for number in range(1, 16)]
    rows += [row("Kenya", "1", "16", "Hills", "Call.") | {"Labor": "ana@example.org"}]
    result = map_exports(reference, f"{EDITION}={write(tmp_path / 'a.csv', 'ogp-2016', rows)}")
    said = result.quality["sources"][EDITION]
    assert said["cells_quarantined"]["by_reason"] == {"unknown-label": 30, "date": 15, "flag": 16} and result.account(EDITION)["quarantined"] == 61
    assert list(said["cells_quarantined"]["by_reason"]) == ["unknown-label", "flag", "date"]
    assert said["cells_quarantined"]["by_column"] == {"Aid": 15, "Potential impact": 15, "Specificity": 15, "Start Date": 15, "Labor": 1}
    listed = [("s. i.", "Aid", 15), ("S.I.", "Potential impact", 15), ("s. i.", "Specificity", 15)]
    assert [tuple(entry.values()) for entry in said["unknown_labels"][:3]] == listed
    english, spanish = (result.reports[f"quality.{language}.txt"].decode() for language in ("en", "es"))
    assert "quarantined cells by reason: unknown label 30, mark that is neither 1 nor 0 16, not a date 15" in english
    assert "celdas en cuarentena por motivo: etiqueta desconocida 30, marca que no es 1 ni 0 16, no es una fecha 15" in spanish
    assert '"s. i." ×15 in "Aid", "S.I." ×15 in "Potential impact"' in english and "«s. i.» ×15 en «Aid», «S.I.» ×15 en «Potential impact»" in spanish
    assert "ana@example.org" not in "".join(text for _, text in result.everything())
    notes = [note for note in result.mapped.build.problems.notes if "absence:" in note.en]
    assert len(notes) == 1 and '"s. i." in 30 quarantined cells ("' in notes[0].en and "«s. i.» en 30 celdas en cuarentena" in notes[0].es


def test_remarks_stand_behind_the_cells_that_are_missing(reference: Path, tmp_path: Path) -> None:
    rows = [row("Kenya", "1", str(number), f"Road {number}", lead_institution="A, B, C and D") | {"Aid": "x"} for number in range(1, 4)]
    entries = map_exports(reference, f"{EDITION}={write(tmp_path / 'a.csv', 'ogp-2016', rows)}").quarantine
    assert [(entry["code"], entry["cells"]) for entry in entries] == [("flag", "1")] * 3 + [("several-bodies", "0")] * 3


def test_a_short_contract_makes_an_unknown_word_an_absence_code(own_data: Path) -> None:
    folder = own_data / "sources" / EDITION
    folder.mkdir()
    (folder / "contract.yml").write_text(
        f'contract_version: "1.0"\nlayout: ogp-2016\nkey: {EDITION}\ntables: {{commitments: {{file: a.csv}}}}\nabsence: {{s/i: noData}}\n', encoding="utf-8"
    )
    write(folder / "a.csv", "ogp-2016", [row("Kenya", "1", "1", "Roads") | {"Specificity": "s. i.", "Aid": "S.I.", "Labor": "NR"}])
    result = map_exports(own_data)
    assert result.quarantine == [] and result.account(EDITION)["absence"] == 3
