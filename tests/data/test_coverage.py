"""Nothing of the deck is left out: every block names the rows that hold it, or a reason why no row does."""

from __future__ import annotations

import csv
import re
from collections import Counter

import pytest

from tests.conftest import needs_shared
from tests.data.deck import DECK, Block, fold, read_blocks
from tests.data.tables import DATA, DECK_FOLDER, contract, deck, row_key, spellings, split

HEADER = ["block", "kind", "text", "table", "row", "reason"]

Entry = dict[str, str]


@pytest.fixture(scope="module")
def found() -> list[Block]:
    return read_blocks(needs_shared(DECK))


@pytest.fixture(scope="module")
def coverage() -> list[Entry]:
    name = contract(DECK_FOLDER).coverage
    assert name is not None
    with (DATA / DECK_FOLDER / name).open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream, strict=True)
        assert reader.fieldnames == HEADER
        return list(reader)


def named_rows(coverage: list[Entry]) -> dict[tuple[str, str], list[Entry]]:
    """(table, row) -> the entries that name it."""
    named: dict[tuple[str, str], list[Entry]] = {}
    for entry in coverage:
        for row in split(entry["row"], [";"]):
            named.setdefault((entry["table"], row), []).append(entry)
    return named


def all_rows() -> dict[tuple[str, str], dict[str, str]]:
    return {(table, row_key(DECK_FOLDER, table, row)): row for table in contract(DECK_FOLDER).tables for row in deck(table)}


def test_each_block_is_listed_as_it_stands(found: list[Block], coverage: list[Entry]) -> None:
    listed = {(entry["block"], entry["kind"], entry["text"]) for entry in coverage}
    expected = {(str(block.number), block.kind, block.text) for block in found}
    assert sorted(expected - listed) == []
    assert sorted(listed - expected) == []


def test_an_entry_has_rows_or_a_reason_never_both(coverage: list[Entry]) -> None:
    reasons = contract(DECK_FOLDER).coverage_reasons
    for entry in coverage:
        assert bool(entry["table"] and entry["row"]) != bool(entry["reason"]), entry
        assert bool(entry["table"]) == bool(entry["row"]), entry
        assert not entry["reason"] or entry["reason"] in reasons, entry
    blocks_with_reason = {entry["block"] for entry in coverage if entry["reason"]}
    entries = Counter(entry["block"] for entry in coverage)
    assert [block for block in blocks_with_reason if entries[block] > 1] == []
    pairs = Counter((entry["block"], entry["table"]) for entry in coverage)
    assert [pair for pair, count in pairs.items() if count > 1] == []


def test_every_declared_reason_is_used_and_said_in_both_languages(coverage: list[Entry]) -> None:
    reasons = contract(DECK_FOLDER).coverage_reasons
    assert set(reasons) == {entry["reason"] for entry in coverage if entry["reason"]}
    for texts in reasons.values():
        assert set(texts) == {"es", "en"}


def test_every_row_is_named_and_every_named_row_exists(coverage: list[Entry]) -> None:
    named = named_rows(coverage)
    rows = all_rows()
    assert sorted(set(rows) - set(named)) == []
    assert sorted(set(named) - set(rows)) == []


def shares_text(block: str, table: str, row: dict[str, str]) -> bool:
    """A literal of the row occurs in the block, or the block in a literal of the row."""
    columns = contract(DECK_FOLDER).tables[table].columns
    bare = re.sub(r"\W+$", "", block)
    for name, text in row.items():
        folded = fold(text)
        if folded and columns[name].kind == "verbatim" and (folded in block or bare in folded):
            return True
    return False


def test_the_named_rows_share_text_with_the_block(coverage: list[Entry]) -> None:
    rows = all_rows()
    strangers = [
        f"block {entry['block']} {entry['text']!r} has nothing of {key}"
        for key, entries in named_rows(coverage).items()
        for entry in entries
        if not shares_text(entry["text"], key[0], rows[key])
    ]
    assert strangers == []


def test_every_literal_stands_in_a_block_that_names_its_row(coverage: list[Entry]) -> None:
    """No verbatim cell is held up by some other place of the deck: the blocks that name its row hold it together."""
    rows = all_rows()
    loose = []
    for (table, key), entries in named_rows(coverage).items():
        columns = contract(DECK_FOLDER).tables[table].columns
        blocks = fold(" ".join(entry["text"] for entry in entries))
        for name, text in rows[table, key].items():
            if text and columns[name].kind == "verbatim" and fold(text) not in blocks:
                loose.append(f"{table} {key} {name}: {text!r}")
    assert loose == []


def test_the_slide_of_a_block_stands_in_the_place_of_its_rows(found: list[Block], coverage: list[Entry]) -> None:
    slides = {str(block.number): block.slide for block in found}
    rows = all_rows()
    for key, entries in named_rows(coverage).items():
        place = rows[key]["lugar"]
        assert any(slides[entry["block"]].rstrip(":") in place for entry in entries), (key, place)


def test_headings_without_a_row_stand_in_a_place(coverage: list[Entry]) -> None:
    places = " / ".join(row["lugar"] for row in all_rows().values())
    lost = [entry["text"] for entry in coverage if entry["reason"] == "slide-heading" and entry["text"].rstrip(":") not in places]
    assert lost == []


def test_general_prose_holds_no_figure_name_date_or_link(coverage: list[Entry]) -> None:
    prose = [entry["text"] for entry in coverage if entry["reason"] in ("general-definition", "picture-without-text")]
    names = [name for name in spellings() if len(name) > 2 and name != "Balance"]
    assert len(prose) > 10
    for text in prose:
        assert not re.search(r"\d|https?://", text), text
        assert [name for name in names if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)] == [], text


def test_reasons_are_kept_for_what_they_say(coverage: list[Entry]) -> None:
    of: dict[str, list[Entry]] = {}
    for entry in coverage:
        of.setdefault(entry["reason"], []).append(entry)
    assert {entry["kind"] for entry in of["slide-heading"]} == {"heading"}
    assert {entry["kind"] for entry in of["column-headings"]} == {"table-row"}
    assert [entry["text"] for entry in of["document-title"]] == [contract(DECK_FOLDER).title["es"], "31 de mayo de 2021"]
    assert not any(entry["kind"] == "link" for entry in coverage if entry["reason"])
    assert not any(entry["kind"] == "table-row" and entry["reason"] not in ("", "column-headings") for entry in coverage)


def test_page_furniture_is_never_a_fact(coverage: list[Entry]) -> None:
    furniture = [entry["text"] for entry in coverage if entry["reason"] == "page-furniture"]
    assert any("10th July 2014" in text and "43 Comments" in text for text in furniture)
    cells = [text for row in all_rows().values() for text in row.values()]
    for forbidden in ("10th July", "2014-07", "43 Comments", "General, Media", "DESCRIPCIÓN & ACCIONES"):
        assert [text for text in cells if forbidden in text] == []
    assert "admin" not in cells
