"""Addresses and telephone numbers are found, what only looks like them is left, and the last check sees what would be left.

All people, addresses and numbers here are made up.
"""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.cleaning import emails, redaction, telephones
from ingest.cleaning.emails import EMAIL, first_held, holds_email
from ingest.cleaning.redaction import redact
from ingest.cleaning.seen import as_seen
from ingest.cleaning.telephones import TELEPHONE
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
    ("(+52.55.2045.2062) 0", None),
    ("Oficina+52 55 5123 4512", None),
    ("Oficina+52 55 5123 4512 0", None),
    ("+52 55 2015 1960 0", None),
    ("2222-3333 2222-4444", "CR"),
    ("Tel/Fax: 555 1234", None),
    ("e-mail: name(a)domain.fi", "FI"),
    ("Teléfono (lada) 555 123 4567", "MX"),
    ("tel 00 44 20 9988 7173 personas con discapacidad", "MX"),
    ("Ministry of Land (0044 20 7946 4517)", None),
    ("00 44 20 7946 4517", None),
    ("00 44 (0)20 7946 4517", None),
    ("Land Agency (+52 55 5123<br/>4527)", None),
    ("Land Agency (+52 55 5123<br>4527)", "MX"),
    ("(tel. 5123<br/>4519)", None),
    ("(tel. 5123\n4519)", "MX"),
    ("Call +52 55 5123<br/>4527", None),
    ("Call +52 55 5123\n4527", "MX"),
    ("Call +52 55\n5123\n4527.", None),
    ("+52 55 5123 4512\n2. Second point", None),
    ("+52 55 5123 4512\n2014", "MX"),
    ("Tel: 2222-\n3333", None),
    ("(2222\n3333)", "CR"),
    ("Plan 2014\n2222-3333", "CR"),
    ("55 5123\n4512", "MX"),
    ("202-555-\n0123", None),
    ("(+49 30 1234\n5678)", None),
    ("＋52 55 5123 4512", None),
    ("Tel：５５５５－１２３４", None),
    ("هاتف ٠١٢٣ ٤٥٦ ٧٨٩", None),
    ("T: 20794515", None),
    ("T: 2079 4515 F: 2079 4516", None),
    ("((55) 5123-4502)", None),
    ("((55) 5123-4502)", "MX"),
    ("registry@exam-\nple.org", None),
    ("registry@exam-<br/>ple.org", None),
    ("registry@exam- ple.org", None),
    ("registry@mail.exam- \n ple.org", None),
    ("regis-\ntry@example.org", None),
    ("zq77@exam\nple.org", None),
    ("zq77 [a] example.org", None),
    ("zq77 -at- example.org", None),
    ("zq77@@example.org", None),
    ("zq77@example,org", None),
    ("zq77@example,org.mx", None),
    ("ask first.last at example.org now", None),
    ("E-mail: zq at example.org", None),
    ("Unit of tests (zq77 at example.org)", None),
    ("zq12@exam\uf0b7ple.org", None),
    ("zq\uf0b712@exam•ple.org", None),
    ("zq12@exam\ufffdple.org, &#122;q12@example.org", None),
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
    ("Budget since 2014\n4527 people", "MX"),
    ("Budget of 2014\n4527", "MX"),
    ("2014\n2015\n2016", "CR"),
    ("2222\n3333", "CR"),
    ("1 200\n2014\n4527", "MX"),
    ("1. 2012\n2. 2013 (4527)\n3. 2014", "MX"),
    ("(2012)\n2014 2015", "MX"),
    ("Ley 27.275\n2016", "AR"),
    ("+10 000 000\n2014 22", None),
    ("call 2014<br/>4527 proposals", None),
    ("tel. 2014\n2. second", None),
    ("No. 0044-2012-55 123", "GB"),
    ("00442079464517", "GB"),
    ("00 12 34 56 78", "FR"),
    ("10:00 44 20 79", "GB"),
    ("T: 1 200 000", None),
    ("T: 2014-2016", None),
    ("T: 5000000 pesos", None),
    ("H: 120000 M: 130000 F: 140000", "MX"),
    ("look at opengov.org", None),
    ("(available at opengov.org)", None),
    ("Contact: available at opengov.org", None),
    ("E-mail: visit us at opengov.org", None),
    ("OGP2016 at opengov.org", None),
    ("data.gov at example.org", None),
    ("report.pdf at example.org", None),
    ("version v2.0 at github.com", None),
    ("zq77 at example.org/page", None),
    ("covid19 cases at who.int", None),
    ("tod@s\nexample.org", "MX"),
    ("l@s,org", "MX"),
    ("nota [a] www.gob.mx", "MX"),
    ("opción (a) gob.mx", "MX"),
    ("look-at-this.org", None),
    ("➢ uno • dos\uf0b7 tres 2014\uf0b72015", "MX"),
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
        '<https://x.org/a> <https://x.org/p> "zq12@exam\uf0b7ple.org"@en .',
        '<https://x.org/a> <https://x.org/p> "zq12<b></b>@exam\u200bple.org"@en .',
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
        '<https://x.org/a> <https://x.org/p> "“@opengov.mx" .',
        '<https://x.org/a> <https://x.org/p> "\\u0007@opengov.mx" .',
    ],
)
def test_the_last_check_passes_what_is_no_address(line: str) -> None:
    assert not holds_email(line) and not holds_email(line.encode())


_PIECES = st.sampled_from(
    ["ana", "x.org", "@", "＠", " @ ", "%40", "[at]", "(a)", " at ", " dot ", ".", "-", "gob.mx", "\n", "\u200b", "Tel: ", "fax", "+52", "5555", "1234", " ", "(55)",
     "/", ",", "2014", "é", '"', "'", "{", "\\n", "2222-3333", "USD", "рф", "\uf0b7", "<br/>", "-\n", "[a]", "-at-", "＋", "T:", "00", EMAIL,
     TELEPHONE, "mailto:", "ext. 12"]
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


def test_a_line_that_follows_a_number_stays() -> None:
    for rest in ("\n2. Second point", "\n2014", "\n2014 plan", "\n4527 people", "\n\n4527", "\n12) twelve", "<br/>3.1 Third"):
        for number, region in (("+52 55 5123 4512", None), ("Tel: 2222-3333", "CR"), ("T: 20794515", None), ("0044 20 7946 4517", None), ("2222-3333", "CR")):
            assert redact(number + rest, region).text.endswith(f"{TELEPHONE}{rest}"), (number, rest)


def test_what_is_not_redacted_stays_as_it_is_written() -> None:
    text = "<b>Uno</b>&amp;dos\u200b • ٣ <a href='mailto:zq77@example.org'>Tel. 22<b>22</b>\uf0b7-3333</a>, tres\r\n\uf0b7 fin"
    assert redact(text, "CR").text == f"<b>Uno</b>&amp;dos\u200b • ٣ <a href='{EMAIL}'>Tel. {TELEPHONE}</a>, tres\r\n\uf0b7 fin"


# A line end without a hyphen in a local part cuts off what nobody can know for a part of it, and may do so in a domain's last parts.
_NUMBERS = st.sampled_from([("+52 55 5123 4512", None), ("Tel: 2222-3333", "CR"), ("Tel. +44 20 7946 4517", None), ("(55) 5123-4502", "MX"), ("0044 20 7946 4517", None)])
_NOTHINGS = st.sampled_from(["\u200b", "\u00ad", "\ufeff", "\u2060", "\u202c", "<b>", "</span>", "&#8203;", "\x07", "_x0007_", "\U000e0041"])
_BULLETS = st.sampled_from(["\uf0b7", "•", "\uf0a7", "\ufffd", "\U000f0000"])
_BREAKS = st.sampled_from(["\n", "<br/>", "<BR>", " <br /> ", "\r\n", "</p><p>"])


def _put(text: str, at: int, what: str) -> str:
    at %= len(text) + 1
    return text[:at] + what + text[at:]


@settings(**REPEATABLE, max_examples=800)
@given(_NUMBERS, st.integers(0, 99), st.one_of(_NOTHINGS, _BULLETS))
def test_what_nobody_sees_hides_no_number(number: tuple[str, str | None], at: int, what: str) -> None:
    text, region = number
    result = redact(_put(text, at, what), region)
    shown = as_seen(result.text.replace(TELEPHONE, ""))
    assert result.counts == {"telephone": 1} and not any(char.isdigit() for char in shown), result.text


@settings(**REPEATABLE, max_examples=800)
@given(_NUMBERS, st.integers(1, 99), _BREAKS)
@example(("0044 20 7946 4517", None), 7, "\n")
def test_a_break_hides_no_number(number: tuple[str, str | None], at: int, what: str) -> None:
    text, region = number
    first = next(place for place, char in enumerate(text) if char.isdigit() or char in "+(")
    first += 4 if text.startswith("00") else 0  # not within the prefix
    result = redact(_put(text, first + at % (len(text) - first), what), region)
    assert not any(char.isdigit() for char in as_seen(result.text)), result.text


@settings(**REPEATABLE, max_examples=800)
@given(st.sampled_from(["zq77@example.org", "first.last@mail.example.gob.mx", "zq77＠example.org"]), st.integers(0, 99), st.one_of(_NOTHINGS, _BULLETS))
def test_what_nobody_sees_hides_no_address(address: str, at: int, what: str) -> None:
    text = _put(address, at, what)
    result = redact(f"Ask {text} now")
    assert result.counts == {"e-mail": 1} and as_seen(result.text) == f"Ask {EMAIL} now", result.text
    assert not holds_email(result.text) and not holds_email(result.text.encode())


@settings(**REPEATABLE, max_examples=400)
@given(st.integers(1, 99), st.sampled_from(["-\n", "-<br/>", "- <br>", "-\r\n"]))
def test_a_hyphen_at_the_end_of_a_line_hides_no_address(at: int, what: str) -> None:
    name, domain = "registry", "example.org"
    at %= len(name) + len("example")
    cut = _put(name, at, what) + f"@{domain}" if 0 < at < len(name) else f"{name}@" + _put(domain, max(1, at - len(name)), what)
    assert redact(f"Ask {cut} now").text == f"Ask {EMAIL} now", cut


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
    """`may_hold_telephones` only spares the search; a text with six figures in a row, whatever is between them, was once always searched."""
    found = redact(text, region)
    with pytest.MonkeyPatch.context() as patch:
        for module in (redaction, telephones):
            patch.setattr(module, "may_hold_telephones", lambda text: telephones._DIGIT_RUN.search(text) is not None)
        assert redact(text, region) == found


@pytest.mark.parametrize("block", [1, 20, 1 << 22])
def test_the_line_of_an_address_is_told_whatever_is_read_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(emails, "_BLOCK", block)
    lines = ['<a> <b> "@es"@es .', '<a> <b> "Twitter @gobierno"@es .', "@", '<a> <b> "uno"@es .', '<a> <b> "x@y.org" .', '<a> <b> "z@y.org" .']
    path = tmp_path / "a.nt"
    path.write_text("".join(f"{line}\n" for line in lines))
    assert first_held(path) == 5
    path.write_text("".join(f"{line}\n" for line in lines[:4]))
    assert first_held(path) == 0


# -- domains that are cut, and numbers that are none ----------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "juan.perez@gob<br/>.mx", "juan.perez@gob\n.mx", "ana@gob. mx", "jdoe@gob .mx", "jdoe@gob..mx", "jdoe@gob,mx", "jdoe%2540gob.mx", "jdoe\\@gob.mx", "t.t@gov .ge",
        "jdoe@salud.gob .mx", "ana@salud..gob.mx", "ana@example..com", "ana@example .mx", "jdoe@gob\u200b .mx", "ana@163.com", "ana@10.0.0.1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("frame", ["{}", "Email:{}", "Write to {} in time.", "({}), or call"])
def test_addresses_that_are_cut_in_the_domain(address: str, frame: str) -> None:
    found = redact(frame.format(address), "MX")
    assert found.text == frame.format(EMAIL) and found.counts == {"e-mail": 1}


@pytest.mark.parametrize(
    "text",
    [
        "price @ 3.50 USD", "meeting@10.30am", "meeting @ 10.30 am", "costs 5@3.20", "on@12.05.2016", "ratio@2.5x", "5@10.5%", "@10.am",
        "follow us @gov. In 2016", "Twitter: @gob. es", "tod@s. es", "tod@s .es", "compañer@s .de", "sigue @presidencia. En", "50%25 of 40",
    ],
)  # fmt: skip
def test_a_number_is_no_domain_and_a_sentence_ends_at_its_dot(text: str) -> None:
    assert redact(text, "MX").text == text and not holds_email(text)


def test_an_address_before_the_next_sentence_leaves_its_word() -> None:
    assert redact("Write to ana@example.org. It is new. Or ana@example.gob.mx. Es una").text == f"Write to {EMAIL}. It is new. Or {EMAIL}. Es una"


_HOSTILE = [
    "a{}@", "{}@gob .mx", "@gob. {}", "x@gob{} ", "x@gob{}.", "jdoe@{}a.", "a@{}1.", "a@{}3.5 ", "a@{}gob . ", "{}x%2525", "a@gob{},", "a@{}b..", "\\{}\\@", "x@{}a.gob,",
]  # fmt: skip


@pytest.mark.parametrize("pattern", _HOSTILE)
def test_the_time_grows_as_the_text_does(pattern: str) -> None:
    """No expression goes over the same stretch again and again: four times the text may take some four times as long, not sixteen."""

    def seconds(times: int) -> float:
        head, tail = pattern.split("{}")
        text = head + (tail or head or "a") * times
        begin = time.process_time()
        redact(text + "@", "MX")
        return time.process_time() - begin

    seconds(100)
    short, long = min(seconds(2_500) for _ in range(2)), seconds(10_000)
    assert long < max(10 * short, 0.5)
