"""Certain damage is repaired and named; the rest stays; what comes out can be published."""

from __future__ import annotations

import unicodedata

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.cleaning.text import CHANGES, Repaired, as_original, repair
from ingest.publication.dumps import unpublishable
from tests.ingest.cleaning.samples import cells

REPEATABLE = {"deadline": None, "derandomize": True, "database": None}


@pytest.mark.parametrize(
    ("raw", "text", "changes"),
    [
        ("la<br/>ley", "la\nley", "html-break"),
        ("la <BR> ley<br />", "la\nley", "html-break"),
        ("consulta-<br/>tion", "consulta-\ntion", "html-break"),
        ("consulta-<br/>tion, a consultation", "consultation, a consultation", "html-break"),
        ("open-<br/>data; open-data", "open-data; open-data", "html-break"),
        ("re-<br/>form, reform, re-form", "re-\nform, reform, re-form", "html-break"),
        ("<p>One</p><p>Two</p>", "One\n\nTwo", "html-tag"),
        ("<ul><li>a</li><li>b</li></ul>", "• a\n• b", "html-tag"),
        ('see <a href="https://x.org/a">the site</a>', "see the site (https://x.org/a)", "html-tag"),
        ('<a href="https://x.org/a">https://x.org/a</a>', "https://x.org/a", "html-tag"),
        ("H<sub>2</sub>O <b>now</b>", "H2O now", "html-tag"),
        ("Oil &amp; gas &eacute; &#233; &#xE9;", "Oil & gas é é é", "entity"),
        ("a &amp;lt;br&amp;gt; b", "a\nb", "entity html-break"),
        ("a&nbsp;b", "a b", "entity non-breaking-space"),
        ("\uf0b7 uno \uf0a7 dos\n\uf0d8tres", "• uno • dos\n•tres", "bullet"),
        ("\uf081 Availability", "• Availability", "bullet"),
        ("\uf0fc done \uf0e0 next", "✓ done → next", "bullet"),
        ("ﬁnancial oﬃce ﬂow", "financial office flow", "ligature"),
        ("signiï¬\x81cant", "significant", "mojibake ligature"),
        ("trans\x02parencia\x00", "transparencia", "control-character"),
        ("\ud800a\ufffe", "a", "control-character"),
        ("in\u200bfor\ufeffmación", "información", "zero-width"),
        ("abc\u200fdef", "abcdef", "zero-width"),
        ("mi\u200cnis\u200dtry é", "ministry é", "zero-width"),
        ("safe\u202etxt.exe", "safetxt.exe", "zero-width"),
        ("machine\u00adreadable and machine-readable", "machine-readable and machine-readable", "zero-width"),
        ("trans\u00adparencia y transparencia", "transparencia y transparencia", "zero-width"),
        ("end\u00ad of", "end of", "zero-width"),
        ("a\r\nb\rc\u2028d\x0be", "a\nb\nc\nd\ne", "line-ending"),
        ("informaciÃ³n pÃºblica", "información pública", "mojibake"),
        ("informaciÃ³n y niño", "información y niño", "mojibake"),
        ("donâ€™t", "don’t", "mojibake"),
        ("wait\x85 \x93now\x94", "wait… “now”", "mojibake"),
        ("informaci\ufffdn e información", "información e información", "replacement-character"),
        ("they don\ufffdt", "they don’t", "replacement-character"),
        ("a\u00a0b\u202fc", "a b c", "non-breaking-space"),
        ("x_x000D_\ny", "x\ny", "spreadsheet-escape line-ending"),
        ("cafe\u0301", "café", "decomposed"),
    ],
)
def test_certain_damage_is_repaired_and_named(raw: str, text: str, changes: str) -> None:
    result = repair(raw)
    assert (result.text, " ".join(result.changes)) == (text, changes)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Plain text, with a tab\tand a line\nbreak.",
        "AT&T; R&D &copy 2014 ?a=1&lt=2 &unknown;",
        "a < b and <5% or <name>",
        "snake_case _x005F_ _xyz_",
        "=cmd|' /C calc'!A0",
        '=HYPERLINK("https://x.org/?a&amp;b","<b>x</b>")',
        "+1",
        "-5",
        "@SUM(A1)",
        "EDUCAÇÃO À DISTÂNCIA, SÃO PAULO, AÇÃO, ÂNGULO",
        "Ñandú, voilà “été”, Größe, Łódź, İstanbul, Việt Nam",
        "می\u200cخواهم",  # Persian: the word is another one without its joiner
        "שלום\u200f (OGP)\u200e.",
        "ไทย\u200bแลนด์",  # Thai parts words with it
        "क\u094d\u200dष",
        "👨\u200d👩\u200d👧",
        "Αθήνα, Київ, საქართველო, Հայաստան, 서울, монгол",
        "“quotes” – dashes… €5 №3 ½ ²",
    ],
)
def test_what_is_no_damage_stays(text: str) -> None:
    assert repair(text) == Repaired(text)


@pytest.mark.parametrize(
    "text",
    [
        "pa\ufffds",
        "17\ufffd Asegurar",
        "cami\ufffdn: camión, camiñn",  # two words fit
        "a\uf061b",
        "\ue123",
        "sub\u00adnational",
    ],
)
def test_what_is_not_certain_stays(text: str) -> None:
    assert repair(text) == Repaired(text)


def test_a_formula_keeps_all_but_what_cannot_be_published() -> None:
    assert repair("=A1&\x01B1\r").text == "=A1&B1\n"


def test_an_override_of_direction_goes_from_right_to_left_text_too() -> None:
    assert repair("שלום \u202eabc").text == "שלום abc"


def test_the_original_is_shown_and_nothing_else_changes() -> None:
    assert as_original("a<br/>&amp;\r\n\x02\x7f\x85\ufffe\ud800 \uf0b7é") == "a<br/>&amp;␍\n␂␡⟨U+0085⟩⟨U+FFFE⟩⟨U+D800⟩ \uf0b7é"


def test_a_sign_that_stands_for_a_letter_becomes_it() -> None:
    assert repair("10 \u212bngström").text == "10 Ångström"  # U+212B is no combining mark, and no form of NFC


def test_every_code_is_explained_in_both_languages() -> None:
    assert all(es and en and es != en for es, en in CHANGES.values())


_PIECES = st.sampled_from(
    [
        "a", "ción", "<br/>", "<BR>", "-", "<p>", "</p>", "<li>", "&amp;", "&lt;", "br", "&gt;", "lt;", "&#13;", "&#x80;", "\r", "\n", " ", "\u00a0",
        "\u200b", "\u200d", "\u200f", "\u00ad", "\ufffd", "\uf0b7", "\uf061", "ﬁ", "Ã³", "â€™", "Ã", "\x85", "\x02", "_x000D_", "_x00", "0D_",
        "e\u0301", "ש", "ا", "=", "don", "t", "ï¬", "\x81", "\ud800", "<a href=x.org>", "</a>",
    ]
)  # fmt: skip
_TEXTS = st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=14).map("".join))


@settings(**REPEATABLE, max_examples=1500)
@given(_TEXTS)
def test_a_second_repair_changes_nothing_and_all_can_be_published(raw: str) -> None:
    result = repair(raw)
    again = repair(result.text)
    assert again == Repaired(result.text)
    assert bool(result.changes) == (result.text != raw)
    assert set(result.changes) <= set(CHANGES)
    assert unicodedata.is_normalized("NFC", result.text) or raw.lstrip().startswith("=")  # a formula stays as it is
    for text in (result.text, as_original(raw)):
        line = f"{ox.Triple(ox.NamedNode('https://x.org/a'), ox.NamedNode('https://x.org/p'), ox.Literal(text))} .\n".encode()
        assert unpublishable(line) is None
        assert b"\\u00" not in line.replace(b"\\\\", b"")  # a backslash that the text itself holds is another matter
        assert "\r" not in text


@pytest.mark.parametrize("piece", ["a\u00adb ", "aa-<br/>bb ", "a\ufffdbc ", "<p> </p>", "<br", " <b", "&amp;", "Ã³", "\uf0b7 "])
def test_a_long_cell_full_of_one_damage_is_read_in_a_pass(piece: str) -> None:
    """A repair that looks through the whole text at each place would take minutes here."""
    whole, once = repair(piece * 20_000), repair(piece)
    assert set(whole.changes) == set(once.changes)


@pytest.mark.parametrize("edition", ["2016", "2024"])
def test_the_real_samples_keep_their_words(edition: str) -> None:
    found: set[str] = set()
    for cell in cells(edition):
        result = repair(cell)
        found.update(result.changes)
        assert "<br" not in result.text and "\uf0b7" not in result.text
        # Letters and figures are the same ones in the same order.
        assert _letters(result.text) == _letters(cell.replace("<br/>", ""))
    assert found == {"2016": {"html-break", "bullet"}, "2024": {"bullet", "non-breaking-space", "zero-width"}}[edition]


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))
