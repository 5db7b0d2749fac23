"""Addresses and telephone numbers are found, what only looks like them is left, and the last check sees what would be left.

All people, addresses and numbers here are made up.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.cleaning import redaction
from ingest.cleaning.redaction import EMAIL, TELEPHONE, holds_email, redact
from tests.ingest.cleaning.samples import cells

REPEATABLE = {"deadline": None, "derandomize": True, "database": None}
TAKEN = [
    ("...maria@x.mx; .ana @ x.gob.mx, -ana@x.mx", None),
    ("maria.lopez@<br/>sep.gob.mx", None),
    ("maria.lopez␍\n@sep.gob.mx", None),
    ("Contact: maria.lopez@sep.gob.mx.", "MX"),
    ('write to <a href="mailto:x@y.org">x@y.org</a>', "US"),
    ("maria.lopez [at] sep.gob.mx", "MX"),
    ("maria (at) sep [dot] gob [dot] mx", "MX"),
    ("maria arroba sep.gob.mx", "MX"),
    ("john at example dot com", "US"),
    ("maria.lopez @ sep.gob.mx", "MX"),
    ("maria.lopez@ sep.gob.mx", "MX"),
    ("maria @sep.gob.mx", "MX"),
    ("maria@sep. gob. mx", "MX"),
    ("josé.niño@educación.gob.mx", "MX"),
    ("почта@министерство.рф", "RU"),
    ("o'brien@x.ie", "IE"),
    ("{maria,juan}@x.mx", "MX"),
    ("maria/juan@x.mx", "MX"),
    ("a@b.co@c.de", "DE"),
    ("name&#64;domain.org", "US"),
    ("name%40domain.org", "US"),
    ("name＠domain.org", "US"),
    ("name\u200b@domain.org", "US"),
    ("name@do\u00adma\u200bin.org", "US"),
    ("name@my\u00ad-domain.org", "US"),
    ('"john doe"@x.com', "US"),
    ("Tel: 5555-1234", "CR"),
    ("Teléfono: (55) 5140 4000 ext. 1234", "MX"),
    ("Teléfonos 2222-3333 / 2222-4444", "CR"),
    ("Phone +44 20 7946 0958, mobile 07700 900123", "GB"),
    ("Tel. +52 (55) 5140-4000", "MX"),
    ("+52 1 55 1234 5678", "MX"),
    ("+54 9 11 1234-5678", "AR"),
    ("Fax: 021 123 4567", "ZA"),
    ("Cel. 300 123 4567", "CO"),
    ("WhatsApp 8888 7777", "CR"),
    ("(202) 555-0123", "US"),
    ("call 202-555-0123 now", "US"),
    ("01 800 123 4567", "MX"),
    ("Tlf: 22 24 90 90", "NO"),
    ("тел. (495) 123-45-67", "RU"),
    ("contact him on 020 7946 0958.", "GB"),
    ("Línea gratuita 0800-222-3425", "AR"),
    ("τηλ. 210 1234567", "GR"),
    ("Tel 0800 123 456", None),
    ("Nomor HP: 0812 3456 7890", "ID"),
    ("5512345678", "MX"),
    ("Contact no. 0917 123 4567", "PH"),
    ("Tel: 5555-1234 2014-2016", "CR"),
    ("(2222-3333)", "CR"),
    ("(+44 20 7946 0958)", None),
    ("2222-3333 2222-4444", "CR"),
    ("Tel/Fax: 555 1234", None),
    ("e-mail: name(a)domain.fi", "FI"),
    ("Teléfono (lada) 555 123 4567", "MX"),
    ("tel 00 44 20 9988 7173 personas con discapacidad", "MX"),
]
LEFT = [
    ("Ley 27.275 de 2016", "AR"),
    ("Ley No. 8503", "CR"),
    ("decree No. 2002-1064 dated on August", "FR"),
    ("decree No. 2002-1064 dated", "CR"),
    ("Law No. 11,340/2006", "BR"),
    ("Law No. 8,080/1990", "BR"),
    ("Decree No. 7,508/2011", "BR"),
    ("PPA 2012-2015", "CR"),
    ("2018-2020 Action Plan", "CR"),
    ("2013 - 2014", "CR"),
    ("01/01/2021 31/03/2021 Convocatoria", "CR"),
    ("(9-12-1974 to 22-8-1996)", "NL"),
    ("Boletín 10.264-07", "CL"),
    ("No. 093-2020", "CR"),
    ("5,000,000 pesos", "MX"),
    ("USD 1 500 000 000", "US"),
    ("1 234 567 890 euros", "FR"),
    ("12345678 usuarios", "CR"),
    ("$ 12.345.678", "CL"),
    ("€ 2500000", "ES"),
    ("4.0999999999999996", "US"),
    ("ISBN 978-3-16-148410-0", "DE"),
    ("http://www.x.org/2012/12345678/a-5512345678", "MX"),
    ("https://x.org/?id=5512345678", "MX"),
    ("Artículo 123, 124 y 125", "MX"),
    ("95 % / META 100 %", "MX"),
    ("more than 10 000 000 people", "ZA"),
    ("tod@s l@s ciudadan@s. El plan", "MX"),
    ("Follow us on Twitter @opengov and @gob", "MX"),
    ("https://medium.com/@name/post", "US"),
    ("telephone 2014-2016 survey", "CR"),
    ("mobile phone 20 000 000 users", "CR"),
    ("dial 911", "US"),
    ("1.2.1. Completion 2.1.3. Publication", "ID"),
    ("20/2/2014 3/4/2015", "GB"),
    ("2.2.4 and 3.3.5", "ID"),
    ("4.2 Layout 2018 2019 4.3", "CR"),
    ("at a meeting in example.org", "US"),
    ("interesado(a) en www.gob.mx", "MX"),
    ("the portal at data.gov.uk", "GB"),
    ("AP_GRC02 MO0008 2023-2027", "GR"),
    ("NOM-035-STPS-2018", "MX"),
    ("GPS 19.432608, -99.133209", "MX"),
    ("UU No. 14/ 2008", "ID"),
    ("121212 registros", "MX"),
    ("1990 2000 2010", "US"),
    ("Res. 12345-67-89", "CL"),
    ("100-200-300", "MX"),
    ("RFC 123456789012", "MX"),
    ("C-355/2012", "CO"),
    ("2012, 2013, 2014", "CR"),
    ("call for 2014 2015 proposals", "CR"),
    ("line 2000000", "MX"),
]


@pytest.mark.parametrize(("text", "region"), TAKEN)
def test_taken_out_whole(text: str, region: str | None) -> None:
    result = redact(text, region)
    assert sum(result.counts.values()) >= 1
    assert result.text.count(EMAIL) == result.counts.get("e-mail", 0) and result.text.count(TELEPHONE) == result.counts.get("telephone", 0)
    rest = result.text.replace(EMAIL, "").replace(TELEPHONE, "")
    assert not holds_email(rest)
    # Nothing of the number is left but what is a number of its own: an extension, years.
    assert all(len(run) <= 4 for run in re.findall(r"[0-9]+", rest)), result.text
    assert redact(result.text, region).text == result.text


@pytest.mark.parametrize(("text", "region"), LEFT)
def test_left_as_it_is(text: str, region: str | None) -> None:
    result = redact(text, region)
    assert (result.text, result.counts) == (text, {})


def test_what_stands_around_stays() -> None:
    text = "Escribir a <ana.perez@ejemplo.gob.mx> (o al Tel. 55 5140 4000, ext. 12) antes del 31/12/2014; Ley 27.275."
    assert redact(text, "MX").text == f"Escribir a <{EMAIL}> (o al Tel. {TELEPHONE}, ext. 12) antes del 31/12/2014; Ley 27.275."
    assert redact(text, "MX").counts == {"e-mail": 1, "telephone": 1}


def test_national_numbers_need_their_country() -> None:
    assert redact("Despacho, 2222-3333", "CR").counts == {"telephone": 1}
    assert redact("Despacho, 2222-3333", None).counts == {}


@pytest.mark.parametrize(
    "line",
    [
        '<https://x.org/a> <https://x.org/p> "ana@ejemplo.mx" .',
        '<https://x.org/a> <https://x.org/p> "ana@ejemplo.mx"@es .',
        '<https://x.org/a> <https://x.org/p> "línea\\nana@ejemplo.mx" .',
        '<https://x.org/a> <https://x.org/p> "почта@министерство.рф" .',
        "a,b,o'brien@x.ie\r\n",
    ],
)
def test_the_last_check_finds_an_address_in_a_line(line: str) -> None:
    assert holds_email(line) and holds_email(line.encode())


@pytest.mark.parametrize(
    "line",
    [
        '<https://x.org/a> <https://x.org/p> "tod@s"@es .',
        '<https://x.org/a> <https://x.org/p> "Twitter:\\n@opengov.mx" .',
        '<https://medium.com/@name/a.html> <https://x.org/p> "x" .',
        '{"@id": "https://x.org/a", "@type": "https://x.org/b.c"}',
        f'"{EMAIL}"@en .',
        "https://maps.example.org/@19.43,-99.13,15z",
    ],
)
def test_the_last_check_passes_what_is_no_address(line: str) -> None:
    assert not holds_email(line) and not holds_email(line.encode())


_PIECES = st.sampled_from(
    ["ana", "x.org", "@", "＠", " @ ", "%40", "[at]", "(a)", " at ", " dot ", ".", "-", "gob.mx", "\n", "\u200b", "Tel: ", "fax", "+52", "5555", "1234", " ", "(55)",
     "/", ",", "2014", "é", '"', "'", "{", "\\n", "2222-3333", "USD", "рф", EMAIL, TELEPHONE, "mailto:", "ext. 12"]
)  # fmt: skip
_TEXTS = st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=14).map("".join))


@settings(**REPEATABLE, max_examples=1500)
@given(_TEXTS, st.sampled_from([None, "MX", "CR", "GB"]))
def test_a_second_round_changes_nothing_and_the_last_check_agrees(text: str, region: str | None) -> None:
    result = redact(text, region)
    assert redact(result.text, region).text == result.text
    assert not holds_email(result.text)
    # As it stands in the outputs: escaped in N-Triples, in JSON with and without escapes.
    quad = ox.Triple(ox.NamedNode("https://x.org/a"), ox.NamedNode("https://x.org/p"), ox.Literal(result.text))
    for written in (str(quad), json.dumps(result.text), json.dumps(result.text, ensure_ascii=False)):
        assert not holds_email(written) and not holds_email(written.encode("utf-8", "surrogatepass")), written


# "/@x.org" and "!@x.org" are allowed as addresses too, and stand in every address of a map.
_ORDINARY = re.compile(r"\w(?:[^@]*\w)?@")


@settings(**REPEATABLE, max_examples=400)
@given(st.emails().filter(_ORDINARY.match), st.text(alphabet="abc áñ.,;()\n", max_size=10), st.text(alphabet="abc áñ.,;()\n", max_size=10))
def test_any_valid_address_is_seen_and_taken(address: str, before: str, after: str) -> None:
    text = f"{before} {address} {after}"
    result = redact(text)
    assert result.counts.get("e-mail", 0) >= 1
    assert address not in result.text
    assert address.rsplit("@", 1)[1] not in result.text


@pytest.mark.parametrize("edition", ["2016", "2024"])
def test_the_real_samples_have_no_address_left_and_lose_no_law_or_budget(edition: str) -> None:
    read = 0
    for cell in cells(edition):
        read += 1
        for region in (None, "MX", "CR", "ID"):
            result = redact(cell, region)
            assert not holds_email(result.text)
            # The samples were chosen without addresses, and a person looked through them: there is no telephone number.
            assert result.text == cell, (result.text, region)
    assert read > 5000


def test_the_line_of_a_file_that_still_has_an_address(tmp_path) -> None:
    from ingest.cleaning.redaction import first_held

    path = tmp_path / "graph.nt"
    path.write_text('<urn:a> <urn:b> "uno"@es .\n<urn:a> <urn:b> <https://example.org/@handle> .\n<urn:a> <urn:b> "ana@example.org"@es .\n', encoding="utf-8")
    assert first_held(path) == 3
    path.write_text('<urn:a> <urn:b> "uno"@es .\n<urn:a> <urn:b> <https://example.org/@handle> .\n', encoding="utf-8")
    assert first_held(path) == 0


_NEAR_NUMBERS = st.sampled_from([
    "0", "1", "2", "5", "9", "00", "202", "555", "2014", "1234567", "+52 55 5555 0123", " ", "  ", ".", ",", "-", "–", "/", "(", ")", "+", "\n", "\u00a0", "*",
    "Tel.", "tel: ", "fax", "x", "y", "ext. 5", "n°", "Ley ", " %", "[redacted: telephone]", "01 800 123 4567", "(202) 555-0123", "٣",
])  # fmt: skip


@settings(max_examples=1500, **REPEATABLE)
@given(st.lists(_NEAR_NUMBERS, max_size=14).map("".join), st.sampled_from([None, "MX", "US", "CR", "DE"]))
def test_a_text_that_is_not_searched_for_numbers_has_none(text: str, region: str | None) -> None:
    """`_numbers` only spares the search; a text with six figures in a row, whatever is between them, was once always searched."""
    found = redact(text, region)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redaction, "_numbers", lambda text: redaction._DIGIT_RUN.search(text) is not None)
        assert redact(text, region) == found


@pytest.mark.parametrize("block", [1, 20, 1 << 22])
def test_the_line_of_an_address_is_told_whatever_is_read_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(redaction, "_BLOCK", block)
    lines = ['<a> <b> "@es"@es .', '<a> <b> "Twitter @gobierno"@es .', "@", '<a> <b> "uno"@es .', '<a> <b> "x@y.org" .', '<a> <b> "z@y.org" .']
    path = tmp_path / "a.nt"
    path.write_text("".join(f"{line}\n" for line in lines))
    assert redaction.first_held(path) == 5
    path.write_text("".join(f"{line}\n" for line in lines[:4]))
    assert redaction.first_held(path) == 0
