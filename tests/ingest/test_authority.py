"""Cells that name bodies: what parts them and what does not."""

from __future__ import annotations

import pytest

from ingest.authority import Authority, Body, UnresolvedName

LINES = ("\n",)
COMMAS = (",", "\n")


@pytest.fixture
def authority() -> Authority:
    found = Authority()
    for key, name, parent, country, spellings in [
        ("mx-asea", "Agencia de Seguridad, Energía y Ambiente", None, "MX", ()),
        ("mx-shcp", "Secretaría de Hacienda y Crédito Público", None, "MX", ("SHCP",)),
        ("mx-uif", "Unidad de Inteligencia Financiera", "mx-shcp", "MX", ()),
        ("mx-sep", "Secretaría de Educación Pública", None, "MX", ("Secretaría de Educación",)),
        ("mx-fundar", "Fundar", None, "MX", ("FUNDAR, Centro de Análisis e Investigación, A.C. (FUNDAR)",)),
        ("mx-gesoc", "GESOC", None, "MX", ()),
        ("br-cgu", "Controladoria-Geral da União", None, "BR", ()),
        ("int-irm", "IRM", None, "int", ()),
    ]:
        assert found.add(Body("org", key, name, parent, country, spellings)) is None
    return found


def keys(authority: Authority, cell: str, separators: tuple[str, ...], country: str = "MX") -> list[str]:
    return [mention.body.key for mention in authority.mentions(cell, separators, country)]


@pytest.mark.parametrize(
    ("cell", "separators", "expected"),
    [
        ("Agencia de Seguridad, Energía y Ambiente", LINES, ["mx-asea"]),
        ("Agencia de Seguridad, Energía y Ambiente", COMMAS, ["mx-asea"]),
        ("Unidad de Inteligencia Financiera, Secretaría de Hacienda y Crédito Público", LINES, ["mx-uif"]),
        ("Fundar,\nGESOC", COMMAS, ["mx-fundar", "mx-gesoc"]),
        ("Fundar\nGESOC", COMMAS, ["mx-fundar", "mx-gesoc"]),
        ("Fundar, GESOC", COMMAS, ["mx-fundar", "mx-gesoc"]),
        ("GESOC, FUNDAR, Centro de Análisis e Investigación, A.C. (FUNDAR)", COMMAS, ["mx-gesoc", "mx-fundar"]),
        ("Secretaria  de educacion", LINES, ["mx-sep"]),
        ("IRM", LINES, ["int-irm"]),
    ],
)
def test_cells_part_where_the_table_says(authority: Authority, cell: str, separators: tuple[str, ...], expected: list[str]) -> None:
    assert keys(authority, cell, separators) == expected


def test_the_spelling_is_kept_and_the_parent_named(authority: Authority) -> None:
    (mention,) = authority.mentions("Unidad de Inteligencia Financiera, SHCP", LINES, "MX")
    assert mention.written == "Unidad de Inteligencia Financiera, SHCP"
    assert mention.parent is not None and mention.parent.key == "mx-shcp"
    (variant,) = authority.mentions("Secretaría de Educación", LINES, "MX")
    assert (variant.written, variant.parent) == ("Secretaría de Educación", None)


@pytest.mark.parametrize(
    ("cell", "separators", "country"),
    [
        ("Fundar, GESOC", LINES, "MX"),  # the contract declares no comma
        ("Secretaría de Educación, Secretaría de Hacienda y Crédito Público", LINES, "MX"),  # not its parent
        ("Fundar", COMMAS, "BR"),  # names never cross countries
        ("Fundacion", COMMAS, "MX"),  # nothing is matched approximately
        ("Fundar, Nadie", COMMAS, "MX"),
    ],
)
def test_what_names_nobody_is_refused(authority: Authority, cell: str, separators: tuple[str, ...], country: str) -> None:
    with pytest.raises(UnresolvedName):
        keys(authority, cell, separators, country)


def test_one_name_for_two_bodies_is_reported(authority: Authority) -> None:
    clash = authority.add(Body("org", "mx-other", "Otra", None, "MX", ("shcp",)))
    assert clash is not None and clash.key == "mx-shcp"
