"""Absence codes in other spellings are the same codes; signs that say nothing become no number, name, body or date."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.exports.made import row, write
from tests.ingest.exports.mapping import Result, last, map_exports

EDITION = "ogp-2016-12-31"
SAYING = ("number", "title", "Short Title", "Start Date", "Theme", "Supporting Institution(s)")
CELLS = (*SAYING, "Specificity", "Change in completion", "Aid", "Compound", "Year of submission")
ABSENCES = ("notReviewed", "noData", "notApplicable")


def mapped(reference: Path, path: Path, rows: list[dict[str, str]], edition: str = EDITION, layout: str = "ogp-2016") -> Result:
    return map_exports(reference, f"{edition}={write(path, layout, rows)}")


def absences(result: Result) -> dict[str, list[str]]:
    (passage,) = result[EDITION].instances("Passage")
    return {name: result[EDITION].values(passage, f"ogcm:{name}") for name in ABSENCES}


@pytest.mark.parametrize(
    ("code", "spellings"),
    [("NR", ["N.R.", "N/R", "n. r.", "n.r", "N R", "\u200bN.R. "]), ("ND", ["N.D.", "N/D", "n.d."]), ("NA", ["N.A.", "n.a.", "N / A", "N/A"])],
)
def test_dots_slashes_and_blanks_make_no_other_code(code: str, spellings: list[str], reference: Path, tmp_path: Path) -> None:
    def one(cell: str) -> Result:
        return mapped(reference, tmp_path / "a.csv", [row("Kenya", "1", "1", "Roads") | dict.fromkeys(CELLS, cell)])

    plain = one(code)
    assert plain.quarantine == [] and sorted(map(len, absences(plain).values())) == [0, 0, len(CELLS)]
    for spelling in spellings:
        found = one(spelling)
        assert found.quarantine == [] and absences(found) == absences(plain)
        (commitment,) = found[EDITION].instances("Commitment")
        assert commitment == plain[EDITION].instances("Commitment")[0]
        assert [line for line in found[EDITION].lines if line.startswith(commitment) and "statedIn" not in line] == [
            line for line in plain[EDITION].lines if line.startswith(commitment) and "statedIn" not in line
        ]


LAYOUT = """
contract_version: "1.0"
key: made
series: made
title: {en: "Made up"}
source_type: tracker
mapping: ogp_export
assessor: int-irm
absence: ABSENCE
tables:
  commitments:
    mode: export
    row_key: hash
    columns:
      Where: {kind: verbatim, means: jurisdiction, required: true}
      Plan: {kind: verbatim, means: plan-number, required: true}
      Number: {kind: verbatim, means: number}
      Promise: {kind: verbatim, means: title}
      Heading: {kind: verbatim, property: ogcm:themeText}
"""


@pytest.mark.parametrize(
    ("codes", "cell", "means"),
    [
        ("{NA: noData, N/A: notApplicable}", "N/A", "notApplicable"), ("{NA: noData, N/A: notApplicable}", "na", "noData"),
        ("{NA: noData, N/A: notApplicable}", "n.a.", None),
        ("{N/A: notApplicable}", "NA", "notApplicable"),
        ('{"?": noData, "-": notSpecified}', "-", "notSpecified"), ('{"?": noData}', "?", "noData"), ('{"?": noData}', "-", None),
    ],
)  # fmt: skip
def test_what_a_layout_says_of_a_code_holds(codes: str, cell: str, means: str | None, own_data: Path) -> None:
    folder = own_data / "sources" / "made"
    folder.mkdir()
    document = "document: {status: not-held, reason: {en: Made up.}}\n"
    (folder / "contract.yml").write_text(LAYOUT.replace("ABSENCE", codes) + document, encoding="utf-8")
    (folder / "commitments.csv").write_text(f"Where,Plan,Number,Promise,Heading\nKenya,1,{cell},Roads,{cell}\n", encoding="utf-8")
    result = map_exports(own_data)
    (passage,) = result["made"].instances("Passage")
    for name in ("notApplicable", "noData", "notSpecified"):
        assert result["made"].values(passage, f"ogcm:{name}") == (["Heading", "Number"] if name == means else [])
    assert [column for _, column, _ in result.aside("says-nothing")] == ([] if means else ["Heading", "Number"])


@pytest.mark.parametrize("cell", ["-", "—", "--", "?", "??", "…", ".", "n/s", "N.P.", "s/d", "S.N."])
def test_a_sign_that_says_nothing_is_set_aside(cell: str, reference: Path, tmp_path: Path) -> None:
    saying = dict.fromkeys(SAYING, cell) | {"text": cell, "Lead Institution": cell, "End Date": cell, "Cluster": cell}
    result, empty = (mapped(reference, tmp_path / "a.csv", [row("Kenya", "1", "1", "Roads") | cells]) for cells in (saying, dict.fromkeys(saying, "")))
    assert sorted(column for _, column, found in result.aside("says-nothing") if found == cell) == sorted(
        ["Comm No", "Commitment Title", "Full Text", *(name for name in saying if name[0].isupper())]
    )
    assert all(entry["code"] == "says-nothing" and "absence:" in entry["reason_es"] and "absence:" in entry["reason_en"] for entry in result.quarantine)
    # Nothing of it is published, and the commitment is the one without these cells.
    (commitment,) = result[EDITION].instances("Commitment")
    assert commitment == empty[EDITION].instances("Commitment")[0]
    assert len([line for line in result[EDITION].lines if line.startswith(commitment)]) == len([line for line in empty[EDITION].lines if line.startswith(commitment)])
    assert len(result.reports["institutions-review.csv"].decode().splitlines()) == 1


def test_none_is_no_number_and_no_title_and_stays_a_rating_and_a_cluster(reference: Path, tmp_path: Path) -> None:
    cells = {"Short Title": "none", "Specificity": "None", "Potential impact": "None", "Cluster": "None"}
    result = mapped(reference, tmp_path / "a.csv", [row("Montenegro", "1", "None", "None") | cells, row("Montenegro", "1", "2", "None of the roads")])
    graph = result[EDITION]
    assert sorted(column for _, column, _ in result.aside("says-nothing")) == ["Comm No", "Commitment Title", "Short Title"] and len(result.quarantine) == 3
    (one,) = [commitment for commitment in graph.instances("Commitment") if last(commitment) != "ME-1-02"]
    assert last(one).startswith("ME-1-x-") and graph.values(one, "ogcm:clusterText") == ["None"]
    assert [entry[4] for entry in graph.assessments(one)] == ["None", "None"]
    assert graph.values("commitment/ME-1-02", "dct:title") == ["None of the roads"]


def test_the_number_that_goes_with_an_absence_code_goes_with_its_other_spellings(reference: Path, tmp_path: Path) -> None:
    rows = [row("Kenya", "1", "1", "Roads") | {"Did It Open Government (Civic Participation)": "not  applicable", "_DIOGCP": "0"}]
    assert mapped(reference, tmp_path / "a.csv", rows, "ogp-2024-07-03", "ogp-2024").quarantine == []
