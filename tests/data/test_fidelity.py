"""Fidelity of the transcription: what a table calls verbatim occurs in the deck (issue 2, point 4)."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.conftest import needs_shared
from tests.data.deck import DECK, Block, fold, read_blocks
from tests.data.tables import DECK_FOLDER, Cell, cells, contract, deck

TABLES = sorted(contract(DECK_FOLDER).tables)


@pytest.fixture(scope="module")
def deck_path() -> Path:
    return needs_shared(DECK)


@pytest.fixture(scope="module")
def folded(deck_path: Path) -> str:
    return fold(deck_path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def deck_blocks(deck_path: Path) -> list[Block]:
    return read_blocks(deck_path)


def unfaithful(found: list[Cell], document: str) -> list[str]:
    """The verbatim and recased cells that the folded document does not hold."""
    lower = document.casefold()
    missing = []
    for cell in found:
        text = fold(cell.text)
        if cell.column.kind == "verbatim" and text not in document:
            missing.append(f"{cell} is not in the deck")
        if cell.column.kind == "recased" and text.casefold() not in lower:
            missing.append(f"{cell} is not in the deck, whatever its case")
    return missing


def test_the_contract_names_this_very_deck(deck_path: Path) -> None:
    document = contract(DECK_FOLDER).document
    assert document.status == "held"
    assert document.sha256 == hashlib.sha256(deck_path.read_bytes()).hexdigest()


@pytest.mark.parametrize("table", TABLES)
def test_verbatim_cells_occur_in_the_deck(table: str, folded: str) -> None:
    assert unfaithful(cells(DECK_FOLDER, table), folded) == []


@pytest.mark.parametrize("table", TABLES)
def test_every_table_holds_verbatim_text(table: str) -> None:
    """A table of the deck without a single literal of it would escape the test above."""
    assert any(cell.column.kind == "verbatim" for cell in cells(DECK_FOLDER, table))


def test_one_altered_letter_is_found(folded: str) -> None:
    original = next(cell for cell in cells(DECK_FOLDER, "compromisos-cocreados") if cell.name == "nombre_corto")
    assert unfaithful([original], folded) == []
    altered = Cell(**{**original.__dict__, "text": original.text.replace("Gasto", "Gastos")})
    assert len(unfaithful([altered], folded)) == 1


def test_recased_text_keeps_its_literal_beside_it() -> None:
    pairs = [
        (row[name], row[column.as_written])
        for table in TABLES
        for name, column in contract(DECK_FOLDER).tables[table].columns.items()
        if column.kind == "recased" and column.as_written
        for row in deck(table)
        if row[name]
    ]
    assert pairs, "the Jalisco and Campeche titles are recased"
    for text, literal in pairs:
        assert text != literal
        assert text.casefold() == literal.casefold()


def test_numbers_that_are_ours_repeat_the_printed_ones() -> None:
    for row in deck("cifras"):
        digits = {part.replace(",", "") for part in fold(row["como_escrito"]).split()}
        words = {"2": "dos"}
        printed = row["valor"] in digits or words.get(row["valor"]) in {part.casefold() for part in digits}
        assert printed, row
        assert (row["cota"] == "minimo-exclusivo") == ("más de" in row["como_escrito"].casefold()), row


def test_tracker_addresses_lose_only_the_backslash() -> None:
    for row in deck("compromisos-locales"):
        assert "\\_" in row["rastreador_escrito"]
        assert row["rastreador"] == row["rastreador_escrito"].replace("\\", "")


def test_every_row_says_where_it_stands(deck_blocks: list[Block]) -> None:
    wrong = [cell for table in TABLES for cell in cells(DECK_FOLDER, table) if cell.column.kind == "locator" and not is_place(cell.text, deck_blocks)]
    assert [str(cell) for cell in wrong] == []
    for table in TABLES:
        assert contract(DECK_FOLDER).tables[table].place == "lugar"
        assert all(row["lugar"] for row in deck(table)), table


def is_place(text: str, found: list[Block]) -> bool:
    """Each "; "-part is a chain of headings, from a slide's own heading down, that follow each other on one slide.

    The last link of the chain may be a caption (the text of a paragraph up to its colon) and may go on with ours:
    ", fila 3", ", punto 1", a remark in parentheses.
    """
    return all(_is_chain(part.split(" / "), found) for part in text.split("; "))


def _is_chain(chain: list[str], found: list[Block]) -> bool:
    return any(
        block.level == 1 and _names(chain[0], block, last=len(chain) == 1) and _follows(chain[1:], found[position + 1 :])
        for position, block in enumerate(found)
    )


def _follows(chain: list[str], after: list[Block]) -> bool:
    """The remaining links occur in order before the next slide begins."""
    for block in after:
        if not chain or block.level == 1:
            break
        if _names(chain[0], block, last=len(chain) == 1):
            chain = chain[1:]
    return not chain


def _names(link: str, block: Block, *, last: bool) -> bool:
    title = block.text.split(":")[0]
    if block.kind not in ("heading", "paragraph") or not title:
        return False
    rest = link.removeprefix(title)
    return rest == "" or (last and rest != link and rest.startswith((",", " (", " y (", ":")))


@pytest.mark.parametrize(
    "place",
    [
        "A slide that is not there",
        "Comité Coordinador AGA / Etapa 1",
        "Proceso de Cocreación 4to Plan de Acción / Etapa 2 / Consulta pública",
        "Comité Coordinador AGAX",
    ],
)
def test_places_that_do_not_exist_are_found(place: str, deck_blocks: list[Block]) -> None:
    assert not is_place(place, deck_blocks)
