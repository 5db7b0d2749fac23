"""Folding and the splitting into blocks, on small texts whose answer is plain."""

from __future__ import annotations

import pytest

from tests.data.deck import blocks, fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("<b>Tema 1. Mie/21/ago</b><br> Eliminar", "Tema 1. Mie/21/ago Eliminar"),
        ("**Uso ineficiente** , derivado", "Uso ineficiente, derivado"),
        ("# Etapa 1", "Etapa 1"),
        ("- 1) **Agua** (plataforma)", "1) Agua (plataforma)"),
        ("•**Se lograron 26**", "Se lograron 26"),
        ("#GobiernoEspía", "#GobiernoEspía"),
        ("compromiso\\_3", "compromiso_3"),
        ("<https://gobabiertomx.org/>", "https://gobabiertomx.org/"),
        ("[http://a.mx/b\\_1](http://a.mx/b_1)", "http://a.mx/b_1 http://a.mx/b_1"),
        ("Rendición  \nde cuentas", "Rendición de cuentas"),
        ("| Jalisco | Yucatán |", "Jalisco Yucatán"),
        ("sección -dos", "sección -dos"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_blocks_of_every_kind() -> None:
    source = "# One\n\nfirst line  \nsecond line\n- item\n- next\n\n|  |  |\n|--|--|\n| a | b |\n\n<https://x.mx/>\n\n## Two\nend\n"
    assert [(block.kind, block.level, block.text, block.slide) for block in blocks(source)] == [
        ("heading", 1, "One", "One"),
        ("paragraph", 0, "first line second line", "One"),
        ("list-item", 0, "item", "One"),
        ("list-item", 0, "next", "One"),
        ("table-row", 0, "a b", "One"),
        ("link", 0, "https://x.mx/", "One"),
        ("heading", 2, "Two", "One"),
        ("paragraph", 0, "end", "One"),
    ]


def test_no_text_is_lost_between_the_blocks() -> None:
    source = "# A\ntext\n\n- b\n**c** d\n| e | f |\nlast"
    assert " ".join(block.text for block in blocks(source)) == fold(source)
